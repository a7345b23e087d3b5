namespace NanoTcp.Emulation;

/// <summary>Copies within the buffer memory, or sums a range up (DS39662 chapter 13).</summary>
internal sealed class DmaEngine
{
    private const long CopyNanoseconds = 80;
    private const long ChecksumNanoseconds = 40;

    private readonly ChipState _state;
    private readonly ReceiveRing _ring;
    private bool _active;
    private bool _checksum;
    private int _start;
    private int _destination;
    private int _count;
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

    internal bool Active
    {
        get { return _active; }
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
        _start = _state.Word(Register.EDMAST);
        _destination = _state.Word(Register.EDMADST);
        int end = _state.Word(Register.EDMAND);
        _active = true;
        _endsAt = ChipState.Never;
        if (!_checksum && _start == end)
        {
            _state.ReportMemory(ViolationKind.DmaSingleOctetCopy, _start);
            return;
        }

        _count = 1;
        int address = _start;
        while (address != end)
        {
            if (_count > ChipState.MemorySize)
            {
                _state.ReportMemory(ViolationKind.DmaEndUnreachable, _start);
                return;
            }

            address = _ring.Next(address);
            _count++;
        }

        if (notBefore != ChipState.Never)
        {
            long begin = notBefore > _state.Now ? notBefore : _state.Now;
            _endsAt = begin + (_count * (_checksum ? ChecksumNanoseconds : CopyNanoseconds));
        }
    }

    /// <summary>The host cleared DMAST: the work stops, and DMAIF says so (DS39662 13.1).</summary>
    internal void Cancel()
    {
        if (_active)
        {
            _active = false;
            _state.Raise(Register.EIR, RegisterBits.DMAIF);
        }
    }

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

    private void Copy()
    {
        byte[] memory = _state.Memory;
        int from = _start;
        int to = _destination;
        for (int i = 0; i < _count; i++)
        {
            memory[to] = memory[from];
            from = _ring.Next(from);
            to = (to + 1) & ChipState.AddressMask;
        }
    }

    /// <summary>The Internet checksum (RFC 1071); an odd last octet counts as the high one of a pair.</summary>
    private void Sum()
    {
        byte[] memory = _state.Memory;
        int address = _start;
        long sum = 0;
        for (int i = 0; i < _count; i++)
        {
            sum += (i & 1) == 0 ? memory[address] << 8 : memory[address];
            address = _ring.Next(address);
        }

        while (sum >> 16 != 0)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        _state.SetWord(Register.EDMACS, (int)(~sum & 0xFFFF));
    }
}
