namespace NanoTcp.Emulation;

/// <summary>The way to the PHY's registers: MICMD, MIREGADR, MIWR, MIRD and MISTAT (DS39662 3.3).</summary>
internal sealed class MiiManagement
{
    /// <summary>What one access takes (DS39662 3.3.1).</summary>
    internal const long AccessNanoseconds = 10_240;

    private readonly ChipState _state;
    private readonly Phy _phy;
    private Job _job;
    private bool _valid;
    private bool _lowWritten;
    private int _address;
    private int _value;
    private long _endsAt;

    internal MiiManagement(ChipState state, Phy phy)
    {
        _state = state;
        _phy = phy;
    }

    private enum Job
    {
        None = 0,
        Read = 1,
        Write = 2,
        Scan = 3,
        LastScan = 4,
    }

    internal long NextEvent
    {
        get { return _job == Job.None ? ChipState.Never : _endsAt; }
    }

    internal void Reset()
    {
        _job = Job.None;
        _valid = true;
        _lowWritten = false;
    }

    internal int Status()
    {
        return (_job == Job.None ? 0 : RegisterBits.BUSY)
            | (_job == Job.Scan ? RegisterBits.SCAN : 0)
            | (_valid ? 0 : RegisterBits.NVALID);
    }

    /// <summary>The host reads MIRDL or MIRDH.</summary>
    internal byte ReadData(int register)
    {
        // While scanning the octets are there to be read at any time once NVALID is clear.
        if (_job is Job.Read or Job.Write || (_job == Job.Scan && !_valid))
        {
            _state.Report(ViolationKind.MiiDataReadWhileBusy, register);
        }

        return _state.Registers[register];
    }

    internal void WriteCommand(byte value)
    {
        int old = _state.Registers[Register.MICMD];
        int rising = value & ~old;
        if (rising != 0 && _job != Job.None)
        {
            _state.Report(ViolationKind.MiiBusy, Register.MICMD);
            return;
        }

        _state.Registers[Register.MICMD] = (byte)(value & (RegisterBits.MIISCAN | RegisterBits.MIIRD));
        if ((rising & RegisterBits.MIISCAN) != 0)
        {
            _valid = false;
            Begin(Job.Scan);
        }
        else if ((rising & RegisterBits.MIIRD) != 0)
        {
            Begin(Job.Read);
        }

        if (_job == Job.Scan && (value & RegisterBits.MIISCAN) == 0)
        {
            _job = Job.LastScan;
        }
    }

    internal void WriteAddress(byte value)
    {
        if (_job != Job.None)
        {
            _state.Report(ViolationKind.MiiBusy, Register.MIREGADR);
            return;
        }

        _state.Registers[Register.MIREGADR] = (byte)(value & 0x1F);
    }

    internal void WriteDataLow(byte value)
    {
        if (_job != Job.None)
        {
            _state.Report(ViolationKind.MiiBusy, Register.MIWRL);
            return;
        }

        _lowWritten = true;
        _state.Registers[Register.MIWRL] = value;
    }

    /// <summary>MIWRH starts the access, so MIWRL has to be there before it (DS39662 3.3.2).</summary>
    internal void WriteDataHigh(byte value)
    {
        if (_job != Job.None)
        {
            _state.Report(ViolationKind.MiiBusy, Register.MIWRH);
            return;
        }

        if (!_lowWritten)
        {
            _state.Report(ViolationKind.MiiWriteHighWithoutLow, Register.MIWRH);
        }

        _lowWritten = false;
        _state.Registers[Register.MIWRH] = value;
        _value = _state.Word(Register.MIWRL);
        Begin(Job.Write);
    }

    /// <summary>An access has ended.</summary>
    /// <param name="until">How far the clock has come: scans that ended in between leave no trace.</param>
    internal void Process(long until)
    {
        switch (_job)
        {
            case Job.Read:
                _state.SetWord(Register.MIRD, _phy.Read(_address));
                _job = Job.None;
                break;
            case Job.Write:
                _phy.Write(_address, _value);
                _job = Job.None;
                break;
            default:
                _state.SetWord(Register.MIRD, _phy.Read(_address));
                _valid = true;
                if (_job == Job.LastScan)
                {
                    _job = Job.None;
                    break;
                }

                _endsAt += AccessNanoseconds * (((until - _endsAt) / AccessNanoseconds) + 1);
                break;
        }
    }

    private void Begin(Job job)
    {
        _job = job;
        _address = _state.Registers[Register.MIREGADR];
        _endsAt = _state.Now + AccessNanoseconds;
    }
}
