namespace NanoTcp.Emulation;

/// <summary>The transmit status vector: seven octets that are gathered while a frame is sent (DS39662 table 7-1).</summary>
internal sealed class TransmitStatus
{
    internal const int Size = 7;

    // Octet 3 of the vector.
    internal const int Deferred = 0x04;
    internal const int ExcessiveDefer = 0x08;
    internal const int ExcessiveCollision = 0x10;
    internal const int LateCollision = 0x20;
    internal const int Giant = 0x40;

    /// <summary>Octet 6 of the vector, kept 8 bits higher.</summary>
    internal const int BackPressure = 0x0400;

    private const int Aborted = ExcessiveDefer | ExcessiveCollision | LateCollision | Giant;
    private const int LargestLengthField = 1500;

    /// <summary>The count of collisions has four bits; it stays at its largest value for the sixteenth.</summary>
    private const int LargestCollisionCount = 15;

    private readonly ChipState _state;
    private int _flags;
    private int _octetsOnWire;

    internal TransmitStatus(ChipState state)
    {
        _state = state;
    }

    /// <summary>Another transmission begins.</summary>
    internal void Reset()
    {
        _flags = 0;
        _octetsOnWire = 0;
    }

    internal bool Has(int flag)
    {
        return (_flags & flag) != 0;
    }

    internal void Set(int flag)
    {
        _flags |= flag;
    }

    /// <summary>
    /// An attempt is over. The vector counts what collided too; that is taken to mean the jam as well, and not the
    /// preamble, which the count of a frame without collisions does not have either.
    /// </summary>
    internal void CountOctets(int count)
    {
        _octetsOnWire += count;
    }

    /// <summary>Writes the vector into the buffer memory.</summary>
    /// <param name="address">Behind the frame's last octet.</param>
    /// <param name="frame">What was sent.</param>
    /// <param name="collisions">How many attempts collided early.</param>
    internal void Store(int address, TransmitFrame frame, int collisions)
    {
        byte[] octets = frame.Octets;
        int length = frame.Length;
        int type = (octets[12] << 8) | octets[13];
        int second = Bounds.Min(collisions, LargestCollisionCount);
        if ((_flags & Aborted) == 0)
        {
            second |= 0x80;
        }

        if (!frame.CrcGood)
        {
            second |= 0x10;
        }

        if (type > LargestLengthField)
        {
            second |= 0x40;
        }
        else if (_state.Has(Register.MACON3, RegisterBits.FRMLNEN) && ReceiveStatus.IsLengthWrong(type, length - 18))
        {
            second |= 0x20;
        }

        int third = _flags & 0xFF;
        if (ReceiveFilter.IsBroadcast(octets))
        {
            third |= 0x02;
        }
        else if ((octets[0] & 1) != 0)
        {
            third |= 0x01;
        }

        int sixth = (_flags & BackPressure) >> 8;
        if (type == FlowControl.ControlType)
        {
            sixth |= FlowControl.IsPause(octets) ? 0x03 : 0x01;
        }
        else if (type == FlowControl.VlanType)
        {
            sixth |= 0x08;
        }

        Put(address, length);
        Put(address + 1, length >> 8);
        Put(address + 2, second);
        Put(address + 3, third);
        Put(address + 4, _octetsOnWire);
        Put(address + 5, _octetsOnWire >> 8);
        Put(address + 6, sixth);
    }

    private void Put(int address, int value)
    {
        _state.Memory[address & ChipState.AddressMask] = (byte)value;
    }
}
