namespace NanoTcp.Emulation;

/// <summary>Reading and writing the MAC and MII registers.</summary>
internal sealed class MacRegisters
{
    /// <summary>
    /// What comes back where the data sheet promises nothing: the dummy octet, and registers out of reach. Never a value
    /// that a driver could take for a good one.
    /// </summary>
    internal const byte Rubbish = 0xD5;

    private readonly ChipState _state;
    private readonly MiiManagement _mii;
    private readonly SlowClockErratum _slowClock;

    internal MacRegisters(ChipState state, MiiManagement mii)
    {
        _state = state;
        _mii = mii;
        _slowClock = new SlowClockErratum(state);
    }

    internal byte Read(int register)
    {
        if (!_state.CheckOperational(register))
        {
            return Rubbish;
        }

        byte value = Value(register);
        return _slowClock.Applies ? _slowClock.SpoilRead(value) : value;
    }

    internal void Write(int register, byte value)
    {
        if (!_state.CheckOperational(register))
        {
            return;
        }

        if (_slowClock.Applies)
        {
            int heard = _slowClock.SpoilWrite(value);
            if (heard < 0)
            {
                return;
            }

            value = (byte)heard;
        }

        switch (register)
        {
            case Register.MICMD:
                _mii.WriteCommand(value);
                break;
            case Register.MIREGADR:
                _mii.WriteAddress(value);
                break;
            case Register.MIWRL:
                _mii.WriteDataLow(value);
                break;
            case Register.MIWRH:
                _mii.WriteDataHigh(value);
                break;
            default:
                Store(register, value);
                break;
        }
    }

    private byte Value(int register)
    {
        switch (register)
        {
            case Register.MISTAT:
                return (byte)_mii.Status();
            case Register.MIRD:
            case Register.MIRD + 1:
                return _mii.ReadData(register);
            default:
                return _state.Registers[register];
        }
    }

    private void Store(int register, byte value)
    {
        int writable = RegisterMap.Writable[register];
        byte old = _state.Registers[register];
        byte result = (byte)((old & ~writable) | (value & writable));
        if ((value & ~writable) != 0 && register is Register.MACON1 or Register.MACON4)
        {
            _state.Report(ViolationKind.ReservedBits, register);
        }

        if (result != old)
        {
            CheckChange(register, old ^ result);
        }

        _state.Registers[register] = result;
    }

    private void CheckChange(int register, int changed)
    {
        if (_state.Has(Register.ECON1, RegisterBits.RXEN))
        {
            if (register >= Register.MAADR5)
            {
                _state.Report(ViolationKind.FilterChangedWhileReceiving, register);
            }
            else if (register == Register.MACON3 && (changed & RegisterBits.FULDPX) != 0)
            {
                _state.Report(ViolationKind.DuplexChangedWhileReceiving, register);
            }
        }

        if (register is >= Register.MACON3 and <= Register.MAMXFL + 1 && _state.Has(Register.ECON1, RegisterBits.TXRTS))
        {
            _state.Report(ViolationKind.TransmitPointerChanged, register);
        }
    }
}
