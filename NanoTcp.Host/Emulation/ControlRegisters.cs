namespace NanoTcp.Emulation;

/// <summary>ECON1 and ECON2: what happens when the host sets or clears their bits (DS39662 registers 3-1 and 3-2).</summary>
internal sealed class ControlRegisters
{
    private readonly ChipState _state;
    private readonly Receiver _receiver;
    private readonly Transmitter _transmitter;
    private readonly DmaEngine _dma;
    private readonly Phy _phy;
    private readonly HostHabits _habits;

    internal ControlRegisters(
        ChipState state, Receiver receiver, Transmitter transmitter, DmaEngine dma, Phy phy, HostHabits habits)
    {
        _state = state;
        _receiver = receiver;
        _transmitter = transmitter;
        _dma = dma;
        _phy = phy;
        _habits = habits;
    }

    /// <summary>Gives ECON1 a new value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="asked">The bits that the operation itself carries as ones.</param>
    internal void WriteEcon1(int value, int asked)
    {
        int old = _state.Registers[Register.ECON1];
        int rising = value & ~old;
        int falling = old & ~value;
        _state.Registers[Register.ECON1] = (byte)value;

        if ((rising & RegisterBits.TXRST) != 0)
        {
            _transmitter.EnterReset();
        }
        else if ((falling & RegisterBits.TXRST) != 0)
        {
            _transmitter.LeaveReset();
        }

        if ((value & RegisterBits.RXRST) != 0)
        {
            _receiver.Abandon();
            _state.Drop(Register.ECON1, RegisterBits.RXEN);
        }

        if ((rising & (RegisterBits.RXEN | RegisterBits.TXRTS)) != 0 && _state.Has(Register.EBSTCON, RegisterBits.BISTST))
        {
            _state.Report(ViolationKind.SelfTestWhileActive, Register.ECON1);
        }

        ApplyTransmitRequest(rising, falling, asked);
        ApplyDma(rising, falling);
        if ((rising & RegisterBits.RXEN) != 0 && (value & RegisterBits.RXRST) == 0)
        {
            CheckReceiveSettings();
        }
    }

    internal void WriteEcon2(int value)
    {
        int old = _state.Registers[Register.ECON2];
        int writable = RegisterMap.Writable[Register.ECON2];
        if ((value & RegisterBits.Econ2Reserved) != 0)
        {
            _state.Report(ViolationKind.ReservedBits, Register.ECON2);
        }

        if ((value & RegisterBits.PKTDEC) != 0)
        {
            DecrementPacketCount();
        }

        _state.Registers[Register.ECON2] = (byte)((old & ~writable) | (value & writable));
        if ((value & ~old & RegisterBits.PWRSV) != 0)
        {
            EnterPowerSave();
        }
        else if ((old & ~value & RegisterBits.PWRSV) != 0)
        {
            _state.ClockReadyAt = _state.Now + PowerAndReset.OscillatorStartNanoseconds;
        }
    }

    private void ApplyTransmitRequest(int rising, int falling, int asked)
    {
        if ((asked & RegisterBits.TXRTS) != 0 && (rising & RegisterBits.TXRTS) == 0)
        {
            _state.Report(ViolationKind.TransmitAlreadyRunning, Register.ECON1);
        }
        else if ((rising & RegisterBits.TXRTS) != 0)
        {
            if (_state.Has(Register.ECON1, RegisterBits.TXRST))
            {
                _state.Report(ViolationKind.TransmitInReset, Register.ECON1);
                _state.Drop(Register.ECON1, RegisterBits.TXRTS);
            }
            else
            {
                _transmitter.Start(_dma.BusyUntil);
            }
        }
        else if ((falling & RegisterBits.TXRTS) != 0)
        {
            _transmitter.Cancel();
        }
    }

    private void ApplyDma(int rising, int falling)
    {
        if ((rising & RegisterBits.DMAST) != 0)
        {
            if (_state.Has(Register.ECON1, RegisterBits.CSUMEN))
            {
                if (_state.Has(Register.ECON1, RegisterBits.RXEN))
                {
                    _state.Report(ViolationKind.DmaChecksumWhileReceiving, Register.ECON1);
                }

                _receiver.Abandon();
            }

            _dma.Start(_transmitter.BusyUntil);
        }
        else if ((falling & RegisterBits.DMAST) != 0)
        {
            _dma.Cancel();
        }
    }

    private void CheckReceiveSettings()
    {
        int start = _state.Word(Register.ERXST);
        int end = _state.Word(Register.ERXND);
        if (start != 0)
        {
            _state.Report(ViolationKind.ReceiveStartNotZero, Register.ERXST);
        }

        if ((start & 1) != 0 || (end & 1) == 0 || end <= start)
        {
            _state.Report(ViolationKind.ReceiveRingMisaligned, Register.ERXND);
        }

        int read = _state.Word(Register.ERXRDPT);
        if ((read & 1) == 0)
        {
            _state.Report(ViolationKind.EvenReceiveReadPointer, Register.ERXRDPT);
        }

        if (read < start || read > end)
        {
            _state.Report(ViolationKind.ReceiveReadPointerOutsideRing, Register.ERXRDPT);
        }

        _state.CheckOperational(Register.ECON1);
        if (!_state.Has(Register.MACON1, RegisterBits.MARXEN))
        {
            _state.Report(ViolationKind.ReceiveWithoutMac, Register.MACON1);
        }

        if (_state.Has(Register.MACON3, RegisterBits.FULDPX) != _phy.FullDuplex)
        {
            _state.Report(ViolationKind.DuplexMismatch, Register.MACON3);
        }
    }

    private void DecrementPacketCount()
    {
        if (_state.Registers[Register.EPKTCNT] == 0)
        {
            _state.Report(ViolationKind.PacketDecrementAtZero, Register.ECON2);
            return;
        }

        _habits.TakePacket();
        _state.Registers[Register.EPKTCNT]--;
        _state.CountIsWrong &= _state.Registers[Register.EPKTCNT] != 0;
    }

    private void EnterPowerSave()
    {
        if ((_state.Registers[Register.ECON1] & (RegisterBits.RXEN | RegisterBits.TXRTS)) != 0 || _receiver.Busy)
        {
            _state.Report(ViolationKind.PowerSaveWhileActive, Register.ECON2);
        }

        _receiver.Abandon();
        _transmitter.Reset();
    }
}
