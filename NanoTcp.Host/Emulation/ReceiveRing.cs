using System;

namespace NanoTcp.Emulation;

/// <summary>
/// The circular receive buffer between ERXST and ERXND: the write pointer that the hardware keeps, the room in front of
/// ERXRDPT, and the packets in it (DS39662 6.1, 7.2).
/// </summary>
internal sealed class ReceiveRing
{
    /// <summary>Next-packet pointer, length and status in front of every packet (DS39662 figure 7-3).</summary>
    internal const int HeaderSize = 6;

    /// <summary>IEEE 802.3 4.4.2, minFrameSize, with the check sequence.</summary>
    private const int ShortestEthernetFrame = 64;

    private readonly ChipState _state;
    private readonly HeaderGarbler _garbler;
    private readonly byte[] _header = new byte[HeaderSize];
    private readonly bool[] _startsHere = new bool[ChipState.MemorySize];
    private byte _readPointerLow;
    private int _corruptions;

    internal ReceiveRing(ChipState state)
    {
        _state = state;
        _garbler = new HeaderGarbler(state);
    }

    /// <summary>The hardware's own pointer, which ERXWRPT shows only once a packet has been received.</summary>
    internal int WritePointer { get; private set; }

    /// <summary>
    /// Octets that can be written (DS39662 7.2.5): the octet at ERXRDPT is never written, and equal pointers mean
    /// that the ring is empty.
    /// </summary>
    internal int Free
    {
        get
        {
            int start = _state.Word(Register.ERXST);
            int end = _state.Word(Register.ERXND);
            int read = _state.Word(Register.ERXRDPT);
            int write = WritePointer;
            if (write > read)
            {
                return end - start - (write - read);
            }

            return write == read ? end - start : read - write - 1;
        }
    }

    /// <summary>What a packet takes: its header, itself, and an octet to keep the next header even.</summary>
    internal static int SpaceFor(int length)
    {
        return HeaderSize + length + (length & 1);
    }

    internal void Reset()
    {
        _readPointerLow = RegisterMap.ResetValues[Register.ERXRDPT];
        WritePointer = _state.Word(Register.ERXST);
    }

    /// <summary>The host wrote ERXST or ERXND: the hardware's pointer starts anew.</summary>
    internal void Reprogram()
    {
        // Erratum 5: sometimes 0000h is loaded instead of ERXST. Here always, so that no driver can be lucky.
        WritePointer = 0;
    }

    /// <summary>The host wrote ERXRDPTL: it waits for ERXRDPTH (DS39662 6.1).</summary>
    internal void LatchReadPointerLow(byte value)
    {
        _readPointerLow = value;
    }

    /// <summary>The host wrote ERXRDPTH: both octets take effect.</summary>
    internal void CommitReadPointer(byte high)
    {
        _state.SetWord(Register.ERXRDPT, ((high & 0x1F) << 8) | _readPointerLow);
        if ((_readPointerLow & 1) == 0)
        {
            _state.Report(ViolationKind.EvenReceiveReadPointer, Register.ERXRDPT);
        }

        if (_state.Has(Register.ECON1, RegisterBits.RXEN) && !Contains(_state.Word(Register.ERXRDPT)))
        {
            _state.Report(ViolationKind.ReceiveReadPointerOutsideRing, Register.ERXRDPT);
        }
    }

    /// <summary>
    /// The address after <paramref name="address"/> in the ring, as the hardware counts: only the octet at ERXND is
    /// followed by ERXST (DS39662 7.2.3).
    /// </summary>
    internal int Next(int address)
    {
        return address == _state.Word(Register.ERXND) ? _state.Word(Register.ERXST) : (address + 1) & ChipState.AddressMask;
    }

    /// <summary>How many octets follow each other from an address on before the ring or the memory wraps.</summary>
    internal int RunLength(int address)
    {
        int end = _state.Word(Register.ERXND);
        return (address <= end ? end : ChipState.AddressMask) - address + 1;
    }

    /// <summary>Whether an address lies between ERXST and ERXND.</summary>
    internal bool Contains(int address)
    {
        return address >= _state.Word(Register.ERXST) && address <= _state.Word(Register.ERXND);
    }

    /// <summary>
    /// How many octets from an address on the host may read in one operation: as far as there are packets that have been
    /// received and not yet been freed; from a header on at least one packet of the shortest frame that Ethernet knows,
    /// because a host may read that much before it has seen the length.
    /// </summary>
    internal int ReadableFrom(int address)
    {
        int size = _state.Word(Register.ERXND) - _state.Word(Register.ERXST) + 1;
        if (size <= 0)
        {
            return 0;
        }

        // The packets lie after ERXRDPT and before the write pointer.
        int filled = Distance(Next(_state.Word(Register.ERXRDPT)), WritePointer, size);
        int toEnd = Distance(address, WritePointer, size);
        if (toEnd == 0 || toEnd > filled)
        {
            return 0;
        }

        return _startsHere[address] ? Bounds.Max(toEnd, HeaderSize + ShortestEthernetFrame) : toEnd;
    }

    /// <summary>Stores a packet and makes it visible. There must be room.</summary>
    /// <param name="frame">The frame with its check sequence.</param>
    /// <param name="length">Its length.</param>
    /// <param name="status">Bits 16 to 31 of the receive status vector.</param>
    internal void Commit(byte[] frame, int length, int status)
    {
        int start = WritePointer;
        int next = Advance(start, SpaceFor(length));
        byte[] header = _header;
        header[0] = (byte)next;
        header[1] = (byte)(next >> 8);
        header[2] = (byte)length;
        header[3] = (byte)(length >> 8);
        header[4] = (byte)status;
        header[5] = (byte)(status >> 8);
        _garbler.Roll(header);
        int data = Store(start, header, HeaderSize);
        Store(data, frame, length);
        if ((_state.Word(Register.ERXRDPT) & 1) == 0)
        {
            Corrupt(start, data, length);
        }

        MarkStart(start, next);
        WritePointer = next;
        _state.SetWord(Register.ERXWRPT, next);
        _state.Registers[Register.EPKTCNT]++;
    }

    private static int Distance(int from, int to, int size)
    {
        int distance = (to - from) % size;
        return distance < 0 ? distance + size : distance;
    }

    /// <summary>
    /// Erratum 14: with an even ERXRDPT the hardware may corrupt the next-packet pointer, the status or the data. Here
    /// it does, in turn.
    /// </summary>
    private void Corrupt(int start, int data, int length)
    {
        byte[] memory = _state.Memory;
        switch (_corruptions++ % 3)
        {
            case 0:
                memory[Next(start)] ^= 0xA5;
                memory[start] ^= 0x5B;
                break;
            case 1:
                int status = Advance(start, 4);
                memory[status] ^= 0xFF;
                memory[Next(status)] ^= 0xFF;
                break;
            default:
                memory[Advance(data, length / 2)] ^= 0xFF;
                break;
        }
    }

    /// <summary>Notes where a packet begins, and forgets the headers that it has overwritten.</summary>
    private void MarkStart(int start, int next)
    {
        int address = start;
        do
        {
            _startsHere[address] = false;
            address = Next(Next(address));
        }
        while (address != next);

        _startsHere[start] = true;
    }

    private int Advance(int address, int count)
    {
        while (count > 0)
        {
            int run = RunLength(address);
            if (count < run)
            {
                return address + count;
            }

            count -= run;
            address = Next(address + run - 1);
        }

        return address;
    }

    private int Store(int address, byte[] source, int count)
    {
        int offset = 0;
        while (offset < count)
        {
            int run = Bounds.Min(RunLength(address), count - offset);
            Array.Copy(source, offset, _state.Memory, address, run);
            offset += run;
            address = Next(address + run - 1);
        }

        return address;
    }
}
