using System;
using NanoTcp.Primitives;

namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// Takes packets out of the receive ring (DS39662 7.2). The chip's read pointer runs on from packet to packet, EPKTCNT
/// is read once a batch, and ring space is given back when it is worth the operations.
/// </summary>
internal sealed class Enc28j60Receiver
{
    /// <summary>What <see cref="Receive"/> returns when a header cannot be right: the ring is out of step.</summary>
    internal const int BadHeader = -1;

    /// <summary>What <see cref="Receive"/> returns when no chip can have said what was read.</summary>
    internal const int DeadBus = -2;

    /// <summary>What <see cref="Receive"/> returns when the chip does not write where the driver reads.</summary>
    internal const int OutOfStep = -3;

    /// <summary>
    /// What <see cref="Receive"/> returns when it has dropped all that it knew of: more may have come meanwhile.
    /// </summary>
    internal const int Dropped = -4;

    /// <summary>What <see cref="Receive"/> returns when the chip has another bank selected than the driver.</summary>
    internal const int LostBank = -5;

    // Erratum 5: writing ERXST or ERXND may load 0000h into the internal write pointer, whatever ERXST says. The ring
    // begins there, so that it makes no difference.
    internal const int RingStart = 0x0000;

    /// <summary>Last octet of the ring; odd (DS39662 6.1).</summary>
    internal const int RingEnd = 0x19FF;

    /// <summary>MAMXFL, and the longest packet that the ring can hold: an Ethernet frame with its check sequence.</summary>
    internal const int LongestPacket = 1518;

    /// <summary>Opcode and packet header, which arrive in front of the frame.</summary>
    internal const int Headroom = 1 + HeaderSize;

    /// <summary>Frame check sequence, and the octet that keeps the next header even.</summary>
    internal const int Tailroom = CheckSequenceSize + 1;

    /// <summary>Broadcast frames handed to the stack since somebody set this to 0.</summary>
    internal int Broadcasts;

    private const int HeaderSize = 6;
    private const int CheckSequenceSize = 4;

    // Where the source address and the low octet of the type lie in a frame, and the sender's address in an ARP packet; that octet
    // of ARP's type.
    private const int SourceOffset = 6;
    private const int LowTypeOffset = 13;
    private const int ArpSenderOffset = 22;
    private const byte LowArpType = 0x06;
    private const int AddressSize = 6;
    private const int RingSize = RingEnd + 1 - RingStart;

    /// <summary>What is shorter never comes out of the chip (DS39662 7.2).</summary>
    private const int ShortestPacket = 18;

    /// <summary>
    /// What the first burst takes besides the header: the shortest frame that Ethernet knows, check sequence included,
    /// so that a SYN or an ACK is complete with it.
    /// </summary>
    private const int FirstBurst = 64;

    /// <summary>EPKTCNT stops there. It is also what a MISO line reads that nobody drives.</summary>
    private const int MostPackets = 255;

    /// <summary>
    /// As many as are counted twice, because a count that was read too large makes packets of long ago into new ones, where
    /// their headers still fit. It costs a sixteenth of an operation each.
    /// </summary>
    private const int ManyPackets = 16;

    /// <summary>
    /// Consumed octets from which on they are given back when the batch is empty: at most every other frame of the
    /// longest kind, and the ring always has room for three of those.
    /// </summary>
    private const int IdleDebt = RingSize / 4;

    /// <summary>Consumed octets from which on they are given back in the middle of a batch.</summary>
    private const int BatchDebt = RingSize / 2;

    /// <summary>
    /// Consumed octets from which on they are given back when bank 0 is selected anyway, which saves two operations: with
    /// fewer missing, the ring has room for four frames of the longest kind.
    /// </summary>
    private const int PassingDebt = 512;

    private readonly Enc28j60Spi _spi;
    private readonly CounterSet _counters;
    private int _pending;
    private int _next;
    private int _debt;
    private bool _dropSeen;
    private bool _receivedSinceOverflow;
    private bool _stepUnseen;

    internal Enc28j60Receiver(Enc28j60Spi spi, CounterSet counters)
    {
        _spi = spi;
        _counters = counters;
    }

    /// <summary>Packets that are known to wait.</summary>
    internal int Pending
    {
        get { return _pending; }
    }

    /// <summary>Where the next packet begins.</summary>
    internal int Next
    {
        get { return _next; }
    }

    /// <summary>Consumed octets that have not been given back yet.</summary>
    internal int Debt
    {
        get { return _debt; }
    }

    /// <summary>Whether a packet said that others before it were lost (receive status vector bit 16).</summary>
    internal bool DropSeen
    {
        get { return _dropSeen; }
    }

    /// <summary>Sets up the pointers that move. The ring must be configured, and reception off.</summary>
    internal void Start()
    {
        _pending = 0;
        _next = RingStart;
        _debt = 0;
        _dropSeen = false;
        _receivedSinceOverflow = false;
        _stepUnseen = false;
        _spi.WritePointer(Enc28j60Registers.ERXRDPTL, LastReadable(RingStart));
        RestoreReadPointer();
    }

    /// <summary>Makes the chip's read pointer point at the next packet again, after something else was read.</summary>
    internal void RestoreReadPointer()
    {
        _spi.WritePointer(Enc28j60Registers.ERDPTL, _next);
    }

    /// <summary>Whether the chip's pointers are where they were left, and its ring is in step with the driver.</summary>
    internal bool PointersHold()
    {
        return IsInStep()
            && Enc28j60Verification.HoldsPointer(_spi, Enc28j60Registers.ERDPTL, _next)
            && Enc28j60Verification.HoldsPointer(_spi, Enc28j60Registers.ERXRDPTL, LastFreed());
    }

    /// <summary>Reads how many packets wait.</summary>
    internal int ReadPacketCount()
    {
        // Erratum 6: EIR.PKTIF does not tell reliably whether packets wait. EPKTCNT does.
        return _spi.Read(Enc28j60Registers.EPKTCNT);
    }

    /// <summary>Makes all that wait at this moment <see cref="Pending"/>, and those that come later not.</summary>
    internal void CountPackets()
    {
        int waiting = ReadPacketCount();
        _pending = waiting == 0 ? 0 : CountAgain(waiting);
    }

    /// <summary>As <see cref="NanoTcp.Link.ILinkDevice.Receive"/>.</summary>
    /// <returns>
    /// The frame's length, 0, <see cref="BadHeader"/>, <see cref="DeadBus"/>, <see cref="OutOfStep"/>, <see cref="LostBank"/> or
    /// <see cref="Dropped"/>.
    /// </returns>
    internal int Receive(byte[] buffer, int offset, int capacity)
    {
        if (_pending == 0)
        {
            int waiting = ReadPacketCount();
            if (waiting == 0)
            {
                return _stepUnseen && !IsInStep() ? OutOfStep : 0;
            }

            if (waiting >= ManyPackets)
            {
                waiting = CountAgain(waiting);
                if (waiting == MostPackets
                    && (_spi.Read(Enc28j60Registers.EIR) & Enc28j60Bits.EirAlwaysZero) != 0)
                {
                    return DeadBus;
                }

                // In another bank the same address holds something else, 16 in bank 3, and goes on doing so.
                if (!Enc28j60Verification.Holds(_spi, Enc28j60Registers.ECON1, Enc28j60Bits.BSEL, _spi.Bank))
                {
                    return LostBank;
                }

                if (waiting == 0)
                {
                    return 0;
                }
            }

            _pending = waiting;
        }

        int first = FirstBurst;
        if (capacity < FirstBurst - Tailroom)
        {
            first = capacity + Tailroom;
        }

        bool again = false;
        do
        {
            buffer[offset - Headroom] = Enc28j60Spi.RBM;
            _spi.Bus.Transfer(buffer, offset - Headroom, Headroom + first);

            // The pointer to the next packet and the count of octets, low octets first.
            uint header = BitConverter.ToUInt32(buffer, offset - HeaderSize);
            int next = (int)(header & 0xFFFF);
            int count = (int)(header >> 16);
            int status = buffer[offset - 2];
            if (!IsPlausible(next, count, status))
            {
                // A wrong bit of the count or of the header is gone when they are read once more.
                _pending = ReadPacketCount();
                if (_pending != 0 && again)
                {
                    return BadHeader;
                }

                RestoreReadPointer();
                again = true;
                if (_pending != 0)
                {
                    continue;
                }

                // There is no packet: the count was read too large, and the ring is as it was.
                return 0;
            }

            int length = count - CheckSequenceSize;
            int rest = count + (count & 1) - first;
            if (length > capacity)
            {
                _next = next;
                RestoreReadPointer();
                _counters.Increment(Enc28j60Counters.RxTooLong);
                _dropSeen |= (status & Enc28j60Bits.RsvDropped) != 0;
                Release(HeaderSize + first + rest);
                again = false;
                continue;
            }

            if (rest > 0)
            {
                // The opcode goes where the last octet of the first burst lies, which is put back.
                int at = offset + first - 1;
                byte last = buffer[at];
                buffer[at] = Enc28j60Spi.RBM;
                _spi.Bus.Transfer(buffer, at, 1 + rest);
                buffer[at] = last;
            }

            // A chip that falls silent in the middle, for want of supply or of a contact, leaves ones or zeros up to the end,
            // and neither changes the sum of a segment of zeros. Its check sequence can be that too, once in two thousand
            // million frames, and then is when it is read again. An ARP packet, which is always of the shortest kind, has no sum at
            // all, and a wrong bit in it would send everything to nobody for minutes.
            if ((BitConverter.ToUInt32(buffer, offset + length) + 1 <= 1
                    || (rest == 0 && buffer[offset + LowTypeOffset] == LowArpType && IsDoubtfulArp(buffer, offset)))
                && !again)
            {
                RestoreReadPointer();
                again = true;
                continue;
            }

            _next = next;
            if ((status & Enc28j60Bits.RsvDropped) != 0)
            {
                _dropSeen = true;
            }

            if (rest < 0)
            {
                // Shorter than Ethernet allows, so the burst ran into what comes next.
                RestoreReadPointer();
            }

            if ((buffer[offset - 1] & Enc28j60Bits.RsvBroadcast) != 0)
            {
                Broadcasts++;
            }

            Release(HeaderSize + first + rest);
            _counters.Increment(Enc28j60Counters.RxPackets);
            return length;
        }
        while (_pending != 0);

        return Dropped;
    }

    /// <summary>Gives back room if it is worth it while bank 0 is selected.</summary>
    internal void FreeInPassing()
    {
        if (_debt >= PassingDebt)
        {
            FreeRing();
        }
    }

    /// <summary>EIR.RXERIF was found set: clears it, and gives back all the room there is.</summary>
    /// <returns>
    /// False when the ring is out of step: it overflowed, but nothing has come out of it since it did so last, and it
    /// says that it is empty.
    /// </returns>
    internal bool ServiceOverflow()
    {
        _dropSeen = false;
        _counters.Increment(Enc28j60Counters.RxOverflows);
        if (!_receivedSinceOverflow && _pending == 0 && ReadPacketCount() == 0)
        {
            return false;
        }

        _receivedSinceOverflow = false;
        if (_debt != 0)
        {
            FreeRing();
        }

        _spi.ClearBits(Enc28j60Registers.EIR, Enc28j60Bits.RXERIF);
        return true;
    }

    /// <summary>Says that the mark of a lost packet has been looked into.</summary>
    internal void ForgetDrop()
    {
        _dropSeen = false;
    }

    /// <summary>
    /// The value for ERXRDPT when everything before <paramref name="next"/> has been consumed.
    /// </summary>
    internal static int LastReadable(int next)
    {
        // Erratum 14: ERXRDPT must be odd, or the chip corrupts what it receives. Packets begin at even addresses and the
        // ring ends at an odd one, so the octet before the next packet is odd.
        return next == RingStart ? RingEnd : next - 1;
    }

    /// <summary>Counts once more. Packets only come meanwhile, so that the smaller count is the right one.</summary>
    private int CountAgain(int waiting)
    {
        int again = ReadPacketCount();
        return again < waiting ? again : waiting;
    }

    /// <summary>The value of ERXRDPT as it was last written.</summary>
    private int LastFreed()
    {
        int from = _next - _debt;
        return LastReadable(from < RingStart ? from + RingSize : from);
    }

    /// <summary>
    /// Whether the chip writes where the driver will read. A count that is one too small, because a wrong bit made an
    /// operation into ECON2.PKTDEC, would deliver every packet with the one after it, and nothing else would show it.
    /// While packets wait that cannot be seen, and <see cref="Receive"/> looks when it has taken them.
    /// </summary>
    private bool IsInStep()
    {
        _stepUnseen = true;
        int reads = Enc28j60Verification.Agreement;
        do
        {
            // ERXWRPT tells something only when no packet waits; with one, the header will.
            if (_pending != 0 || ReadPacketCount() != 0)
            {
                return true;
            }

            // A packet may come in between: the pointer counts only when there is still none after it (DS39662 7.2.5).
            int written = _spi.Read(Enc28j60Registers.ERXWRPTL) | (_spi.Read(Enc28j60Registers.ERXWRPTH) << 8);
            if (ReadPacketCount() != 0)
            {
                return true;
            }

            if (written == _next)
            {
                _stepUnseen = false;
                return true;
            }
        }
        while (--reads != 0);

        return false;
    }

    /// <summary>
    /// Whether a header can be right. The chip computes the next packet's address from this one's and the length
    /// (DS39662 figure 7-3), so that one comparison says that it is even, in the ring, and consistent.
    /// </summary>
    private bool IsPlausible(int next, int count, int status)
    {
        int expected = _next + HeaderSize + count + (count & 1);
        if (expected > RingEnd)
        {
            expected -= RingSize;
        }

        return next == expected
            && count >= ShortestPacket
            && count <= LongestPacket
            && (status & Enc28j60Bits.RsvReceivedOk) != 0;
    }

    /// <summary>
    /// Whether an ARP packet names another sender than the frame that it came in: a wrong bit in one of the two, as a rule. Where
    /// it is meant so, as by routers that share an address, it still says so when it is read again.
    /// </summary>
    private static bool IsDoubtfulArp(byte[] buffer, int offset)
    {
        for (int i = 0; i < AddressSize; i++)
        {
            if (buffer[offset + SourceOffset + i] != buffer[offset + ArpSenderOffset + i])
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Counts a consumed packet off, and gives room back if there is enough of it.</summary>
    private void Release(int octets)
    {
        _receivedSinceOverflow = true;
        _debt += octets;
        _pending--;
        if (_debt >= (_pending == 0 ? IdleDebt : BatchDebt))
        {
            FreeRing();
        }

        // ECON2.PKTDEC sets itself back (DS39662 7.2.4).
        _spi.SetBits(Enc28j60Registers.ECON2, Enc28j60Bits.PKTDEC);
    }

    private void FreeRing()
    {
        _debt = 0;
        _spi.WritePointer(Enc28j60Registers.ERXRDPTL, LastReadable(_next));
    }
}
