namespace NanoTcp.Emulation;

/// <summary>Reading, writing, setting and clearing the ETH registers.</summary>
internal sealed class EthRegisters
{
    private readonly ChipState _state;
    private readonly ReceiveRing _ring;
    private readonly ControlRegisters _control;
    private readonly InterruptLogic _interrupts;
    private readonly PauseSender _pause;
    private readonly SelfTest _selfTest;
    private readonly HostHabits _habits;

    internal EthRegisters(
        ChipState state,
        ReceiveRing ring,
        ControlRegisters control,
        InterruptLogic interrupts,
        PauseSender pause,
        SelfTest selfTest,
        HostHabits habits)
    {
        _state = state;
        _ring = ring;
        _control = control;
        _interrupts = interrupts;
        _pause = pause;
        _selfTest = selfTest;
        _habits = habits;
    }

    internal byte Read(int register)
    {
        switch (register)
        {
            case Register.EIR:
                return (byte)_interrupts.FlagsAsRead();
            case Register.ESTAT:
                return (byte)_interrupts.Status();
            case Register.EFLOCON:
                int mirrored = _state.Has(Register.MACON3, RegisterBits.FULDPX) ? RegisterBits.FULDPXS : 0;
                return (byte)(_state.Registers[Register.EFLOCON] | mirrored);
            case Register.EPKTCNT:
                byte packets = _state.Registers[Register.EPKTCNT];
                _habits.Announce(packets);
                return packets;
            case Register.EBSTSD:
                _selfTest.CheckSeedAccess();
                return _state.Registers[Register.EBSTSD];
            default:
                return _state.Registers[register];
        }
    }

    /// <summary>Write Control Register.</summary>
    internal void Write(int register, byte value)
    {
        switch (register)
        {
            case Register.EIR:
                _state.Report(ViolationKind.WholeWriteOfSharedRegister, register);
                _state.Drop(Register.EIR, ~value & InterruptLogic.ClearableFlags);
                break;
            case Register.ESTAT:
                _state.Drop(Register.ESTAT, ~value & InterruptLogic.ClearableStatus);
                break;
            case Register.ECON1:
                _state.Report(ViolationKind.WholeWriteOfSharedRegister, register);
                _control.WriteEcon1(value, value);
                break;
            case Register.ECON2:
                _control.WriteEcon2(value);
                break;
            default:
                Store(register, value);
                break;
        }
    }

    /// <summary>Bit Field Set.</summary>
    internal void Set(int register, byte mask)
    {
        switch (register)
        {
            case Register.EIR:
            case Register.ESTAT:
                // Only the hardware sets these.
                break;
            case Register.ECON1:
                _control.WriteEcon1(_state.Registers[register] | mask, mask);
                break;
            case Register.ECON2:
                _control.WriteEcon2(_state.Registers[register] | mask);
                break;
            default:
                Store(register, (byte)(_state.Registers[register] | mask));
                break;
        }
    }

    /// <summary>Bit Field Clear.</summary>
    internal void Clear(int register, byte mask)
    {
        switch (register)
        {
            case Register.EIR:
                _state.Drop(Register.EIR, mask & InterruptLogic.ClearableFlags);
                break;
            case Register.ESTAT:
                _state.Drop(Register.ESTAT, mask & InterruptLogic.ClearableStatus);
                break;
            case Register.ECON1:
                _control.WriteEcon1(_state.Registers[register] & ~mask, 0);
                break;
            case Register.ECON2:
                _control.WriteEcon2(_state.Registers[register] & ~mask);
                break;
            default:
                Store(register, (byte)(_state.Registers[register] & ~mask));
                break;
        }
    }

    private void Store(int register, byte value)
    {
        int writable = RegisterMap.Writable[register];
        byte old = _state.Registers[register];
        byte result = (byte)((old & ~writable) | (value & writable));
        if (register == Register.ERXRDPT)
        {
            _ring.LatchReadPointerLow(value);
            return;
        }

        if (register == Register.ERXRDPT + 1)
        {
            _ring.CommitReadPointer(value);
            return;
        }

        Check(register, result, result != old);
        _state.Registers[register] = result;
        if (register is >= Register.ERXST and <= Register.ERXND + 1)
        {
            _ring.Reprogram();
        }
        else if (register == Register.EFLOCON)
        {
            _pause.Apply();
        }
        else if (register == Register.EBSTCON)
        {
            _selfTest.Control(old);
        }
    }

    private void Check(int register, int result, bool changed)
    {
        bool receiving = _state.Has(Register.ECON1, RegisterBits.RXEN);
        if (receiving && register is >= Register.ERXST and <= Register.ERXND + 1)
        {
            _state.Report(ViolationKind.ReceiveRingChangedWhileReceiving, register);
        }
        else if (receiving && changed && register is >= Register.EHT0 and <= Register.ERXFCON)
        {
            _state.Report(ViolationKind.FilterChangedWhileReceiving, register);
        }
        else if (changed && register is >= Register.ETXST and <= Register.ETXND + 1
            && _state.Has(Register.ECON1, RegisterBits.TXRTS))
        {
            _state.Report(ViolationKind.TransmitPointerChanged, register);
        }
        else if (changed && register is >= Register.EDMAST and <= Register.EDMADST + 1
            && _state.Has(Register.ECON1, RegisterBits.DMAST))
        {
            _state.Report(ViolationKind.DmaPointerChanged, register);
        }
        else if (register == Register.EBSTSD)
        {
            _selfTest.CheckSeedAccess();
        }
        else if (register == Register.ECOCON && result >= ClockOutput.FirstReserved)
        {
            _state.Report(ViolationKind.ReservedBits, register);
        }
    }
}
