using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Ip;

/// <summary>
/// Puts fragments together (RFC 791 3.2, RFC 1122 3.3.2) in buffers that are taken once and for all. A datagram that is whole
/// stands in the frame buffer like any other packet.
/// </summary>
/// <remarks>
/// Fragments that overlap are never sorted out: their datagram is dropped, and what else comes of it too (RFC 5722 4 has that
/// for IPv6). Only an exact repetition of what is there already is dropped alone, because networks do repeat packets.
/// </remarks>
internal sealed class Reassembly
{
    /// <summary>In <see cref="Deadline"/>: nothing is waited for.</summary>
    internal const long Never = long.MaxValue;

    /// <summary>How long the fragments of a datagram may take, ms: RFC 1122 3.3.2 wants a fixed time, 60 to 120 s, whatever the time to live.</summary>
    internal const int Timeout = 60000;

    private const int MaxTotalLength = 65535;

    /// <summary>In the fourth word of a header.</summary>
    private const int MoreFragments = 0x2000;

    private const int OffsetMask = 0x1FFF;

    /// <summary>When the next datagram has had its time, ms. Nothing is to be done before.</summary>
    internal long Deadline = Never;

    private readonly Ipv4Layer _ip;
    private readonly FragmentBuffer[] _buffers;
    private readonly int _size;
    private readonly long[] _counters;

    /// <summary>Takes the memory.</summary>
    /// <param name="ip">Where packets come from and go to.</param>
    /// <param name="count">Datagrams that can be put together at once.</param>
    /// <param name="size">Octets of payload of the largest datagram; with a header of 20 octets it fits the frame buffer.</param>
    /// <param name="counters">The stack's.</param>
    internal Reassembly(Ipv4Layer ip, int count, int size, CounterSet counters)
    {
        _ip = ip;
        _size = size;
        _counters = counters.Values;
        _buffers = new FragmentBuffer[count];
        for (int i = 0; i < count; i++)
        {
            _buffers[i] = new FragmentBuffer(size);
        }
    }

    /// <summary>
    /// Takes the fragment that stands in the frame buffer, its header in <see cref="Ipv4Layer.Header"/>. True when it was the
    /// last one missing: then the whole datagram stands there instead, and the header says so.
    /// </summary>
    internal bool Process()
    {
        _counters[StackCounter.IpReasmReqds]++;
        Ipv4Header header = _ip.Header;
        byte[] buffer = _ip.Buffer;
        int start = _ip.TransmitOffset - Ipv4Header.MinLength;
        int word = BigEndian.ReadUInt16(buffer, start + Ipv4Header.FragmentOffset);
        int offset = (word & OffsetMask) << 3;
        bool more = (word & MoreFragments) != 0;
        int end = offset + header.PayloadLength;
        int label = (header.Protocol << 16) | BigEndian.ReadUInt16(buffer, start + Ipv4Header.IdentificationOffset);
        FragmentBuffer datagram = Find(header.Source, header.Destination, label);
        if (!IsPossible(header, offset, more)
            || (datagram == null && end > _size)
            || (datagram != null && datagram.State != FragmentBuffer.Filling))
        {
            _counters[StackCounter.IpReasmFails]++;
            return false;
        }

        if (datagram == null)
        {
            datagram = Take();
            datagram.Begin(header.Source, header.Destination, label, _ip.Now + Timeout);
            if (datagram.Until < Deadline)
            {
                Deadline = datagram.Until;
            }
        }

        // What cannot be kept as a whole need not be kept at all.
        int result = end > _size
            ? FragmentBuffer.Contradiction
            : datagram.Take(buffer, start + header.HeaderLength, offset, header.PayloadLength, more);
        switch (result)
        {
            case FragmentBuffer.Duplicate:
                _counters[StackCounter.IpReasmOverlaps]++;
                return false;

            case FragmentBuffer.Contradiction:
                _counters[StackCounter.IpReasmFails]++;
                _counters[StackCounter.IpReasmOverlaps] += end > _size ? 0 : 1;
                datagram.State = FragmentBuffer.Refused;
                return false;
        }

        datagram.Codepoints |= 1 << (header.TypeOfService & Ipv4Header.EcnMask);
        if (offset == 0)
        {
            datagram.KeepHeader(buffer, start, header.HeaderLength);
        }

        return result == FragmentBuffer.Complete && Finish(datagram, start);
    }

    /// <summary>
    /// Gives up the datagrams whose time is up. True when there is one whose first fragment had come: its source is to be told,
    /// see <see cref="Recall"/>.
    /// </summary>
    internal bool RunTimers(long now)
    {
        bool expired = false;
        for (int i = 0; i < _buffers.Length; i++)
        {
            FragmentBuffer datagram = _buffers[i];
            if (datagram.State != FragmentBuffer.Free && now >= datagram.Until)
            {
                bool given = datagram.State == FragmentBuffer.Filling;
                _counters[StackCounter.IpReasmFails] += given ? 1 : 0;

                // RFC 792: without the first fragment no message need be sent.
                bool told = datagram.State == FragmentBuffer.Expired || (given && datagram.HeaderLength != 0);
                datagram.State = told ? FragmentBuffer.Expired : FragmentBuffer.Free;
                datagram.Until = told ? Never : datagram.Until;
            }

            expired |= datagram.State == FragmentBuffer.Expired;
        }

        FindDeadline();
        return expired;
    }

    /// <summary>
    /// Puts the first fragment of a datagram whose time was up back into the frame buffer, which must be free, as if it had just
    /// come: what is needed for telling its source (RFC 1122 3.3.2: time exceeded, code 1). False when there is none left.
    /// </summary>
    internal bool Recall()
    {
        for (int i = 0; i < _buffers.Length; i++)
        {
            FragmentBuffer datagram = _buffers[i];
            if (datagram.State == FragmentBuffer.Expired)
            {
                datagram.State = FragmentBuffer.Free;
                int start = _ip.TransmitOffset - Ipv4Header.MinLength;
                _ip.Accept(datagram.WriteFirstFragment(_ip.Buffer, start));
                return true;
            }
        }

        return false;
    }

    /// <summary>Forgets everything: the host has another address, or its link is down.</summary>
    internal void Clear()
    {
        for (int i = 0; i < _buffers.Length; i++)
        {
            _buffers[i].State = FragmentBuffer.Free;
        }

        Deadline = Never;
    }

    /// <summary>
    /// False for what no sender that keeps to the RFCs sends: nothing at all; a piece that is not the last and no multiple of 8
    /// (RFC 791 3.2); one that makes the datagram longer than a datagram can be, the ping of death; a first piece of TCP without
    /// the whole header (RFC 1858 3), or another one that begins within it (RFC 3128).
    /// </summary>
    private static bool IsPossible(Ipv4Header header, int offset, bool more)
    {
        int length = header.PayloadLength;
        if (length == 0 || (more && (length & 7) != 0) || header.HeaderLength + offset + length > MaxTotalLength)
        {
            return false;
        }

        return header.Protocol != Ipv4Header.ProtocolTcp
            || (offset == 0 ? length : offset) >= TcpSegment.MinHeaderLength;
    }

    /// <summary>Puts the whole datagram into the frame buffer.</summary>
    private bool Finish(FragmentBuffer datagram, int start)
    {
        datagram.State = FragmentBuffer.Free;
        FindDeadline();

        // RFC 3168 5.3: a mark of any fragment is one of the datagram, and the datagram is dropped when another fragment says
        // that its sender does not know ECN.
        int typeOfService = datagram.TypeOfService();
        if ((datagram.Codepoints & (1 << Ipv4Header.CongestionExperienced)) != 0)
        {
            if ((datagram.Codepoints & 1) != 0)
            {
                _counters[StackCounter.IpReasmFails]++;
                return false;
            }

            typeOfService |= Ipv4Header.CongestionExperienced;
        }

        _counters[StackCounter.IpReasmOks]++;
        _ip.Accept(datagram.WriteDatagram(_ip.Buffer, start, typeOfService));
        return true;
    }

    private FragmentBuffer Find(uint source, uint destination, int label)
    {
        for (int i = 0; i < _buffers.Length; i++)
        {
            FragmentBuffer datagram = _buffers[i];
            if (datagram.Label == label
                && datagram.Source == source
                && datagram.Destination == destination
                && datagram.State != FragmentBuffer.Free)
            {
                return datagram;
            }
        }

        return null;
    }

    /// <summary>
    /// A buffer for a new datagram: a free one, else one that waits for nothing, else the oldest, so that fragments that lead
    /// to nothing cannot keep others out until their time is up.
    /// </summary>
    private FragmentBuffer Take()
    {
        FragmentBuffer best = _buffers[0];
        for (int i = 1; i < _buffers.Length; i++)
        {
            FragmentBuffer datagram = _buffers[i];
            int rank = Rank(datagram) - Rank(best);
            if (rank < 0 || (rank == 0 && datagram.Until < best.Until))
            {
                best = datagram;
            }
        }

        _counters[StackCounter.IpReasmFails] += best.State == FragmentBuffer.Filling ? 1 : 0;
        return best;
    }

    private static int Rank(FragmentBuffer datagram)
    {
        return datagram.State == FragmentBuffer.Free ? 0 : datagram.State == FragmentBuffer.Filling ? 2 : 1;
    }

    private void FindDeadline()
    {
        Deadline = Never;
        for (int i = 0; i < _buffers.Length; i++)
        {
            FragmentBuffer datagram = _buffers[i];
            if (datagram.State != FragmentBuffer.Free && datagram.Until < Deadline)
            {
                Deadline = datagram.Until;
            }
        }
    }
}
