namespace NanoTcp.Emulation;

/// <summary>Turns the octets of one chip select into operations (DS39662 chapter 4), and lets their time pass.</summary>
internal sealed class SpiDecoder
{
    /// <summary>What the host samples while the chip does not drive its output.</summary>
    private const byte NotDriven = 0xFF;

    private const int MinimumMacHoldNanoseconds = 210;

    private readonly ChipState _state;
    private readonly SimulationClock _clock;
    private readonly Timeline _timeline;
    private readonly EthRegisters _eth;
    private readonly MacRegisters _mac;
    private readonly BufferAccess _memory;
    private readonly PowerAndReset _power;
    private readonly InterruptPin _pin;
    private readonly SpiStatistics _statistics;
    private readonly int _spiClockHz;
    private readonly bool _holdTooShort;
    private readonly HostHabits _habits;
    private long _remainder;
    private int _spareBits;

    internal SpiDecoder(
        ChipState state,
        SimulationClock clock,
        Timeline timeline,
        EthRegisters eth,
        MacRegisters mac,
        BufferAccess memory,
        PowerAndReset power,
        InterruptPin pin,
        SpiStatistics statistics,
        HostHabits habits)
    {
        _state = state;
        _clock = clock;
        _timeline = timeline;
        _eth = eth;
        _mac = mac;
        _memory = memory;
        _power = power;
        _pin = pin;
        _statistics = statistics;
        _habits = habits;
        _spiClockHz = state.Options.SpiClockHz;
        _holdTooShort = state.Options.ChipSelectHoldNanoseconds < MinimumMacHoldNanoseconds;
    }

    /// <summary>One operation: chip select falls, the octets are clocked, chip select rises.</summary>
    /// <param name="buffer">What the host sends.</param>
    /// <param name="offset">Its first octet.</param>
    /// <param name="count">How many.</param>
    /// <param name="answer">Where the chip's octets go, at the same place; null when nobody listens.</param>
    internal void Execute(byte[] buffer, int offset, int count, byte[] answer)
    {
        byte opcode = buffer[offset];
        _state.Opcode = opcode;
        _statistics.Operations++;
        _statistics.Octets += count;
        if (_state.ResetPinLow && IsHeldInReset())
        {
            Clock(count);
            Silence(answer, offset - 1, count + 1);
            Rise(answer, offset + count, NotDriven);
            return;
        }

        _habits.Note(opcode, count > 1 ? buffer[offset + 1] : 0);
        Clock(1);
        if (answer != null)
        {
            answer[offset] = NotDriven;
        }

        switch (opcode >> 5)
        {
            case 0:
                _statistics.ReadControlRegister++;
                ReadControlRegister(opcode & 0x1F, offset, count, answer);
                break;
            case 1 when opcode == 0x3A:
                _statistics.ReadBufferMemory++;
                _statistics.BufferOctetsRead += count - 1;
                _timeline.Update();
                _memory.Read(answer, offset + 1, count - 1);
                Clock(count - 1);
                break;
            case 2:
                _statistics.WriteControlRegister++;
                ChangeRegister(buffer, offset, count, answer);
                break;
            case 3 when opcode == 0x7A:
                _statistics.WriteBufferMemory++;
                _statistics.BufferOctetsWritten += count - 1;
                _timeline.Update();
                _memory.Write(buffer, offset + 1, count - 1);
                Clock(count - 1);
                Silence(answer, offset, count);
                break;
            case 4:
                _statistics.BitFieldSet++;
                ChangeRegister(buffer, offset, count, answer);
                break;
            case 5:
                _statistics.BitFieldClear++;
                ChangeRegister(buffer, offset, count, answer);
                break;
            case 7 when opcode == 0xFF:
                _statistics.SystemReset++;
                _timeline.Update();
                _power.Command();
                Clock(count - 1);
                Silence(answer, offset, count);
                break;
            default:
                _statistics.Undefined++;
                _timeline.Update();
                _state.ReportMemory(ViolationKind.UndefinedOpcode, opcode);
                Clock(count - 1);
                Silence(answer, offset, count);
                break;
        }

        Rise(answer, offset + count, _spareBits == 0 ? NotDriven : DrivenNext(count));
    }

    /// <summary>
    /// One operation whose last octet chip select cuts short. The chip acts on whole octets only (DS39662 4.2); the host
    /// sees what was on the wire for as many bits as it clocked.
    /// </summary>
    /// <param name="buffer">What the host sends, and where the chip's bits go.</param>
    /// <param name="offset">Its first octet.</param>
    /// <param name="bits">How many bits, not a multiple of eight.</param>
    internal void ExecuteCutShort(byte[] buffer, int offset, int bits)
    {
        _spareBits = bits & 7;
        int octets = bits >> 3;
        if (octets > 0)
        {
            byte opcode = buffer[offset];
            Execute(buffer, offset, octets, buffer);
            bool onRegister = (opcode >> 5) is 0 or 2 or 4 or 5;
            if (onRegister && octets == 1)
            {
                // That has been noticed: it lacks its data octet.
                return;
            }
        }
        else
        {
            _statistics.Operations++;
            _timeline.Update();
            _state.Opcode = (byte)(buffer[offset] & ~(0xFF >> _spareBits));
            Rise(buffer, offset, NotDriven);
        }

        _state.ReportMemory(ViolationKind.IncompleteOperation, _state.Opcode);
    }

    /// <summary>An operation that does not reach the chip; its time passes all the same.</summary>
    internal void Ignore(int count)
    {
        _statistics.Operations++;
        IgnoreRest(count);
        _clock.Advance(_state.Options.ChipSelectHoldNanoseconds + _state.Options.ChipSelectGapNanoseconds);
    }

    /// <summary>Further octets of the last operation, which the chip does not hear.</summary>
    internal void IgnoreRest(int count)
    {
        _statistics.Octets += count;
        Clock(count);
    }

    private static void Silence(byte[] answer, int offset, int count)
    {
        if (answer != null)
        {
            for (int i = offset + 1; i < offset + count; i++)
            {
                answer[i] = NotDriven;
            }
        }
    }

    private void ReadControlRegister(int address, int offset, int count, byte[] answer)
    {
        _timeline.Update();
        int register = Select(address);
        bool eth = RegisterMap.Groups[register] == RegisterGroup.Eth;
        int first = eth ? 1 : 2;
        if (count == 1)
        {
            _state.Report(ViolationKind.IncompleteOperation, register);
        }
        else if (count < first + 1 && _spareBits == 0)
        {
            _state.Report(ViolationKind.MacReadWithoutDummyOctet, register);
        }

        CheckHold(register);
        for (int i = 1; i < count; i++)
        {
            byte value = MacRegisters.Rubbish;
            if (i >= first)
            {
                _timeline.Update();
                value = eth ? _eth.Read(register) : _mac.Read(register);
            }

            Clock(1);
            if (answer != null)
            {
                answer[offset + i] = value;
            }
        }
    }

    private void ChangeRegister(byte[] buffer, int offset, int count, byte[] answer)
    {
        byte opcode = _state.Opcode;
        byte data = count > 1 ? buffer[offset + 1] : (byte)0;
        Clock(count > 1 ? 1 : 0);
        _timeline.Update();
        int register = Select(opcode & 0x1F);
        CheckHold(register);
        if (count == 1)
        {
            _state.Report(ViolationKind.IncompleteOperation, register);
            return;
        }

        if (RegisterMap.Groups[register] == RegisterGroup.Eth)
        {
            switch (opcode >> 5)
            {
                case 2:
                    _eth.Write(register, data);
                    break;
                case 4:
                    _eth.Set(register, data);
                    break;
                default:
                    _eth.Clear(register, data);
                    break;
            }

            if (register is >= Register.EIE and <= Register.ECON1)
            {
                _pin.Look();
            }
        }
        else if (opcode >> 5 == 2)
        {
            _mac.Write(register, data);
        }
        else
        {
            _state.Report(ViolationKind.BitOperationOnMacRegister, register);
        }

        if (count > 2)
        {
            _state.Report(ViolationKind.SurplusOctets, register);
            Clock(count - 2);
        }

        Silence(answer, offset, count);
    }

    private int Select(int address)
    {
        int register = Register.IndexOf(_state.Registers[Register.ECON1] & RegisterBits.BSEL, address);
        if (RegisterMap.Reserved[register])
        {
            _state.Report(ViolationKind.ReservedRegister, register);
        }

        return register;
    }

    private void CheckHold(int register)
    {
        if (_holdTooShort && RegisterMap.Groups[register] != RegisterGroup.Eth)
        {
            _state.Report(ViolationKind.ChipSelectHoldTooShort, register);
        }
    }

    private bool IsHeldInReset()
    {
        _timeline.Update();
        return _state.HeldInReset;
    }

    /// <summary>What the chip would say in the octet after those that there were.</summary>
    private byte DrivenNext(int octets)
    {
        _timeline.Update();
        byte opcode = _state.Opcode;
        if (opcode == 0x3A)
        {
            return _state.Memory[_state.Word(Register.ERDPT)];
        }

        if (opcode >= 0x20)
        {
            return NotDriven;
        }

        int register = Register.IndexOf(_state.Registers[Register.ECON1] & RegisterBits.BSEL, opcode);
        if (RegisterMap.Groups[register] == RegisterGroup.Eth)
        {
            return _eth.Read(register);
        }

        return octets < 2 ? MacRegisters.Rubbish : _mac.Read(register);
    }

    /// <summary>Chip select rises, after the bits of an octet that has been cut short, if any.</summary>
    private void Rise(byte[] answer, int offset, byte driven)
    {
        if (_spareBits != 0)
        {
            if (answer != null)
            {
                int unseen = 0xFF >> _spareBits;
                answer[offset] = (byte)((answer[offset] & unseen) | (driven & ~unseen));
            }

            _statistics.SpareBits += _spareBits;
            _remainder += _spareBits * 1_000_000_000L;
            _spareBits = 0;
            Clock(0);
        }

        _clock.Advance(_state.Options.ChipSelectHoldNanoseconds + _state.Options.ChipSelectGapNanoseconds);
    }

    private void Clock(int octets)
    {
        // The part of a nanosecond that is left over waits for the next octets, so that no rate is off by rounding.
        _remainder += octets * 8_000_000_000L;
        long nanoseconds = _remainder / _spiClockHz;
        _remainder -= nanoseconds * _spiClockHz;
        _clock.Advance(nanoseconds);
    }
}
