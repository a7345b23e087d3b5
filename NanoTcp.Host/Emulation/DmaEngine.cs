namespace NanoTcp.Emulation;

/// <summary>Copies within the buffer memory, or sums a range up (DS39662 chapter 13).</summary>
internal sealed class DmaEngine
{
    private const long CopyNanoseconds = 80;
    private const long ChecksumNanoseconds = 40;

    /// <summary>How many octets a range has whose end is never reached.</summary>
    private const int Endless = -1;

    /// <summary>
    /// More octets than that are not followed at once when a copy has run away: the memory has been overwritten several
    /// times over by then.
    /// </summary>
    private const long MostAtOnce = 8 * ChipState.MemorySize;

    private readonly ChipState _state;
    private readonly ReceiveRing _ring;
    private bool _active;
    private bool _checksum;
    private int _from;
    private int _to;
    private int _count;
    private long _copied;
    private long _beginsAt;
    private long _endsAt;

    internal DmaEngine(ChipState state, ReceiveRing ring)
    {
        _state = state;
        _ring = ring;
    }

    internal long NextEvent
    {
        get { return _active ? _endsAt : ChipState.Never; }
    }

    /// <summary>When the engine lets go of the buffer memory; 0 when it does not work.</summary>
    internal long BusyUntil
    {
        get { return _active ? _endsAt : 0; }
    }

    internal void Reset()
    {
        _active = false;
    }

    /// <summary>DMAST was set.</summary>
    /// <param name="notBefore">When the transmitter lets go of the buffer memory.</param>
    internal void Start(long notBefore)
    {
        _checksum = _state.Has(Register.ECON1, RegisterBits.CSUMEN);
        _from = _state.Word(Register.EDMAST);
        _to = _state.Word(Register.EDMADST);
        _count = CountOctets(_state.Word(Register.EDMAND));
        _copied = 0;
        _active = true;
        _beginsAt = ChipState.Never;
        _endsAt = ChipState.Never;
        if (notBefore != ChipState.Never)
        {
            _beginsAt = Bounds.Max(notBefore, _state.Now);
            if (_count != Endless)
            {
                _endsAt = _beginsAt + (_count * (_checksum ? ChecksumNanoseconds : CopyNanoseconds));
            }
        }
    }

    /// <summary>The host cleared DMAST: the work stops where it is, and DMAIF says so (DS39662 13.1).</summary>
    internal void Cancel()
    {
        if (_active)
        {
            Copy();
            _active = false;
            _state.Raise(Register.EIR, RegisterBits.DMAIF);
        }
    }

    /// <summary>The last octet has been worked on.</summary>
    internal void Process()
    {
        if (_checksum)
        {
            Sum();
        }
        else
        {
            Copy();
        }

        _active = false;
        _state.Drop(Register.ECON1, RegisterBits.DMAST);
        _state.Raise(Register.EIR, RegisterBits.DMAIF);
    }

    /// <summary>Copies as far as the time has come.</summary>
    internal void Copy()
    {
        if (!_active || _checksum || _state.Now <= _beginsAt)
        {
            return;
        }

        long due = (_state.Now - _beginsAt) / CopyNanoseconds;
        if (_count != Endless)
        {
            due = Bounds.Min(due, (long)_count);
        }

        long left = Bounds.Min(due - _copied, MostAtOnce);
        _copied = due;
        byte[] memory = _state.Memory;
        int wrapsAfter = _state.Word(Register.ERXND);
        int wrapsTo = _state.Word(Register.ERXST);
        int from = _from;
        int to = _to;
        while (left > 0)
        {
            memory[to] = memory[from];
            from = from == wrapsAfter ? wrapsTo : (from + 1) & ChipState.AddressMask;
            to = (to + 1) & ChipState.AddressMask;
            left--;
        }

        _from = from;
        _to = to;
    }

    /// <summary>The Internet checksum of a sum of 16-bit words (RFC 1071).</summary>
    internal static int Complement(long sum)
    {
        while (sum >> 16 != 0)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return (int)(~sum & 0xFFFF);
    }

    /// <summary>How many octets lie from the first one to the last one, or <see cref="Endless"/>.</summary>
    private int CountOctets(int last)
    {
        int address = _from;
        if (!_checksum && address == last)
        {
            // The end is looked for after the pointer has moved on: it runs through everything and never stops.
            _state.ReportMemory(ViolationKind.DmaSingleOctetCopy, address);
            return Endless;
        }

        int count = 1;
        while (address != last)
        {
            if (count > ChipState.MemorySize)
            {
                _state.ReportMemory(ViolationKind.DmaEndUnreachable, _from);
                return Endless;
            }

            address = _ring.Next(address);
            count++;
        }

        return count;
    }

    /// <summary>An odd last octet counts as the high one of a pair.</summary>
    private void Sum()
    {
        byte[] memory = _state.Memory;
        int address = _from;
        long sum = 0;
        for (int i = 0; i < _count; i++)
        {
            sum += (i & 1) == 0 ? memory[address] << 8 : memory[address];
            address = _ring.Next(address);
        }

        _state.SetWord(Register.EDMACS, Complement(sum));
    }
}
