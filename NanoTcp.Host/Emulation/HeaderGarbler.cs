namespace NanoTcp.Emulation;

/// <summary>Spoils the next-packet pointer or the length in front of a packet, as <see cref="GarbageHeader"/> says.</summary>
internal sealed class HeaderGarbler
{
    private const int Kinds = (int)GarbageHeader.Everything;

    private readonly ChipState _state;

    internal HeaderGarbler(ChipState state)
    {
        _state = state;
    }

    /// <summary>Rolls the dice for one packet.</summary>
    /// <param name="header">The header as it ought to be stored: pointer and length in its first four octets.</param>
    internal void Roll(byte[] header)
    {
        Enc28j60Faults faults = _state.Faults;
        if (!faults.Happens(faults.GarbageHeaders))
        {
            return;
        }

        _state.Disturb();
        int next = header[0] | (header[1] << 8);
        int length = header[2] | (header[3] << 8);
        GarbageHeader kind = faults.GarbageHeader;
        if (kind == GarbageHeader.Any)
        {
            kind = (GarbageHeader)(1 + faults.Below(Kinds));
        }

        Put(header, 0, next, Pointer(kind, next));
        Put(header, 2, length, Length(kind, length));
    }

    private int Pointer(GarbageHeader kind, int next)
    {
        switch (kind)
        {
            case GarbageHeader.RandomPointer:
            case GarbageHeader.Everything:
                return Different(next);
            case GarbageHeader.PointerOutsideRing:
                return (_state.Word(Register.ERXND) | 1) + 1 + (2 * _state.Faults.Below(32));
            case GarbageHeader.OddPointer:
                return next | 1;
            case GarbageHeader.ZeroPointer:
                return 0;
            case GarbageHeader.ErasedPointer:
                return 0xFFFF;
            case GarbageHeader.PointerOffByTwo:
                return _state.Faults.Below(2) == 0 ? next + 2 : next - 2;
            default:
                return next;
        }
    }

    private int Length(GarbageHeader kind, int length)
    {
        switch (kind)
        {
            case GarbageHeader.RandomLength:
            case GarbageHeader.Everything:
                return Different(length);
            case GarbageHeader.ZeroLength:
                return 0;
            case GarbageHeader.ErasedLength:
                return 0xFFFF;
            case GarbageHeader.LengthOffByAFew:
                int few = 1 + _state.Faults.Below(4);
                return _state.Faults.Below(2) == 0 ? length + few : length - few;
            default:
                return length;
        }
    }

    private int Different(int right)
    {
        return (right + 1 + _state.Faults.Below(0xFFFF)) & 0xFFFF;
    }

    private static void Put(byte[] header, int at, int right, int value)
    {
        if (value != right)
        {
            header[at] = (byte)value;
            header[at + 1] = (byte)(value >> 8);
        }
    }
}
