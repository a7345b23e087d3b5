namespace NanoTcp.Emulation;

/// <summary>
/// The built-in self-test: fills the buffer memory, an octet a clock, and sums up what it has written, for the DMA to
/// sum up what can be read (DS39662 chapter 15).
/// </summary>
/// <remarks>
/// The octets of the random fill are not those of silicon: its generator is a linear feedback shift register seeded from
/// EBSTSD, and nothing says with which taps. Here it is one of eight bits and the longest period. EBSTCON.PSEL changes
/// through which of the memory's two ports it is written, which makes no difference to a memory that has no defects.
/// </remarks>
internal sealed class SelfTest
{
    /// <summary>One clock of 25 MHz for each octet, so that a pass takes 327.68 us.</summary>
    internal const long OctetNanoseconds = 40;

    private const int RandomFill = 0;
    private const int AddressFill = 1;
    private const int PatternShiftFill = 2;

    /// <summary>x^8 + x^6 + x^5 + x^4 + 1, shifted to the right: a period of 255. From 0 it goes nowhere, as on silicon.</summary>
    private const int Taps = 0xB8;

    private readonly ChipState _state;
    private bool _running;
    private int _mode;
    private int _shift;
    private int _value;
    private int _filled;
    private long _startedAt;
    private long _sum;

    internal SelfTest(ChipState state)
    {
        _state = state;
    }

    internal long NextEvent
    {
        get { return _running ? _startedAt + (ChipState.MemorySize * OctetNanoseconds) : ChipState.Never; }
    }

    internal void Reset()
    {
        _running = false;
    }

    /// <summary>The host has written EBSTCON.</summary>
    /// <param name="old">What it held before.</param>
    internal void Control(int old)
    {
        int control = _state.Registers[Register.EBSTCON];
        if (_running)
        {
            const int Goes = RegisterBits.TME | RegisterBits.BISTST;
            if ((control & Goes) != Goes)
            {
                Fill();
                Stop();
            }
            else if (control != old)
            {
                _state.Report(ViolationKind.SelfTestDisturbed, Register.EBSTCON);
            }
        }
        else if ((control & RegisterBits.BISTST) != 0)
        {
            Start(control);
        }
    }

    /// <summary>The host reads or writes EBSTSD, which the generator works with.</summary>
    internal void CheckSeedAccess()
    {
        if (_running)
        {
            _state.Report(ViolationKind.SelfTestDisturbed, Register.EBSTSD);
        }
    }

    /// <summary>Fills the memory as far as the time has come.</summary>
    internal void Fill()
    {
        if (!_running)
        {
            return;
        }

        long due = (_state.Now - _startedAt) / OctetNanoseconds;
        int end = due < ChipState.MemorySize ? (int)due : ChipState.MemorySize;
        byte[] memory = _state.Memory;
        int value = _value;
        long sum = _sum;
        for (int address = _filled; address < end; address++)
        {
            if (_mode == AddressFill)
            {
                value = address & 0xFF;
            }
            else if (address == 0)
            {
                // The seed itself comes first.
            }
            else if (_mode == RandomFill)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ Taps : value >> 1;
            }
            else
            {
                value = ((value << _shift) | (value >> (8 - _shift))) & 0xFF;
            }

            memory[address] = (byte)value;
            sum += (address & 1) == 0 ? value << 8 : value;
        }

        _filled = end > _filled ? end : _filled;
        _value = value;
        _sum = sum;
    }

    /// <summary>The last octet is written.</summary>
    internal void Process()
    {
        Fill();
        Stop();
        _state.SetWord(Register.EBSTCS, DmaEngine.Complement(_sum));
        if (_mode != AddressFill)
        {
            _state.Registers[Register.EBSTSD] = (byte)_value;
        }
    }

    private void Start(int control)
    {
        _mode = (control >> RegisterBits.TmselShift) & 3;
        if (_mode > PatternShiftFill)
        {
            _state.Report(ViolationKind.ReservedBits, Register.EBSTCON);
        }

        if ((control & RegisterBits.TME) == 0)
        {
            _state.Report(ViolationKind.SelfTestWithoutTestMode, Register.EBSTCON);
        }

        if (_mode > PatternShiftFill || (control & RegisterBits.TME) == 0)
        {
            _state.Drop(Register.EBSTCON, RegisterBits.BISTST);
            return;
        }

        if ((_state.Registers[Register.ECON1] & (RegisterBits.RXEN | RegisterBits.TXRTS | RegisterBits.DMAST)) != 0)
        {
            _state.Report(ViolationKind.SelfTestWhileActive, Register.EBSTCON);
        }

        _running = true;
        _shift = control >> RegisterBits.PsvShift;
        _value = _state.Registers[Register.EBSTSD];
        _filled = 0;
        _sum = 0;
        _startedAt = _state.Now;
    }

    private void Stop()
    {
        _running = false;
        _state.Drop(Register.EBSTCON, RegisterBits.BISTST);
    }
}
