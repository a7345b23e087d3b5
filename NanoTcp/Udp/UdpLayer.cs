using NanoTcp.Ip;
using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Udp;

/// <summary>UDP on one interface (RFC 768, RFC 1122 4.1): whom a datagram concerns, and whose turn it is to send.</summary>
internal sealed class UdpLayer
{
    internal readonly Ipv4Layer Ip;
    internal readonly long[] Counters;

    /// <summary>For ports, identifiers and delays of the endpoints.</summary>
    internal readonly IRandomSource Random;

    /// <summary>No timer of an endpoint is due before this time, ms.</summary>
    internal long Deadline = UdpEndpoint.Never;

    /// <summary>Some endpoint may have something to send; none has when this is false.</summary>
    internal bool OutputDue;

    /// <summary>The frame that was sent last was a datagram's.</summary>
    internal bool HadTurn;

    /// <summary>The sender's port of the datagram that is being processed; its addresses are in <see cref="Ipv4Layer.Header"/>.</summary>
    internal int SourcePort;

    /// <summary>Where the payload of that datagram stands in <see cref="Ipv4Layer.Buffer"/>.</summary>
    internal int PayloadOffset;

    /// <summary>Octets of it.</summary>
    internal int PayloadLength;

    /// <summary>All endpoints; the one whose turn it is comes first.</summary>
    private UdpEndpoint _first;

    internal UdpLayer(Ipv4Layer ip, IRandomSource random, CounterSet counters)
    {
        Ip = ip;
        Random = random;
        Counters = counters.Values;
    }

    /// <summary>Where an endpoint writes the payload of what it sends.</summary>
    internal int TransmitOffset
    {
        get { return Ip.TransmitOffset + UdpHeader.Length; }
    }

    /// <summary>Octets that fit in one datagram: fragments are never sent.</summary>
    internal int MaxPayload
    {
        get { return Ip.MaxPayload - UdpHeader.Length; }
    }

    /// <summary>Makes an endpoint one of this stack's, for good.</summary>
    internal void Attach(UdpEndpoint endpoint)
    {
        endpoint.Next = _first;
        _first = endpoint;
    }

    /// <summary>The endpoint that has a port; null when nobody has.</summary>
    internal UdpEndpoint Find(int localPort)
    {
        UdpEndpoint endpoint = _first;
        while (endpoint != null && endpoint.LocalPort != localPort)
        {
            endpoint = endpoint.Next;
        }

        return endpoint;
    }

    /// <summary>
    /// Takes in the datagram in the frame buffer. False when it is in order and nobody has its port, which its sender may want
    /// to know (RFC 1122 4.1.3.1).
    /// </summary>
    internal bool Process(long now)
    {
        Ipv4Header header = Ip.Header;
        byte[] buffer = Ip.Buffer;
        int offset = Ip.ReceiveOffset;
        int length = header.PayloadLength < UdpHeader.Length ? 0 : BigEndian.ReadUInt16(buffer, offset + UdpHeader.LengthOffset);

        // RFC 768 1: the length counts the header, and may be less than what IP has brought.
        if (length < UdpHeader.Length || length > header.PayloadLength || !IsChecksumRight(header, buffer, offset, length))
        {
            Counters[StackCounter.UdpInErrors]++;
            return true;
        }

        int port = BigEndian.ReadUInt16(buffer, offset + UdpHeader.DestinationPortOffset);
        SourcePort = BigEndian.ReadUInt16(buffer, offset + UdpHeader.SourcePortOffset);
        UdpEndpoint endpoint = port == 0 ? null : Find(port);
        if (endpoint == null || !endpoint.Takes(header.Source, SourcePort))
        {
            Counters[StackCounter.UdpNoPorts]++;
            return false;
        }

        Counters[StackCounter.UdpInDatagrams]++;
        PayloadOffset = offset + UdpHeader.Length;
        PayloadLength = length - UdpHeader.Length;
        endpoint.Process(this, now);
        return true;
    }

    /// <summary>An ICMP error about a datagram of ours (RFC 1122 4.1.3.3).</summary>
    internal void ProcessError(IcmpProtocol icmp)
    {
        // Datagrams carry no DF bit, so that no router can have found one too large. As RFC 5927 4.1 wants it of TCP, as far as UDP
        // has anything to compare, the head of the datagram that comes back fits its own packet.
        bool unreachable = icmp.Type == IcmpMessage.TypeDestinationUnreachable;
        int localPort = (int)(icmp.Ports >> 16);
        int datagram = icmp.ReturnedLength - Ipv4Header.MinLength;
        bool possible = localPort != 0
            && datagram >= UdpHeader.Length
            && (int)(icmp.SequenceNumber >> 16) == datagram
            && !(unreachable && icmp.Code == IcmpMessage.CodeFragmentationNeeded);
        UdpEndpoint endpoint = possible ? Find(localPort) : null;
        if (endpoint == null || !endpoint.ProcessError(icmp))
        {
            Counters[StackCounter.IcmpInIgnored]++;
        }
        else
        {
            Counters[StackCounter.IcmpInDestUnreachs] += unreachable ? 1 : 0;
        }
    }

    /// <summary>
    /// A random port of the dynamic range that nobody has (RFC 6056 3.3.1); 0 when all are taken.
    /// </summary>
    internal int ChoosePort()
    {
        int offset = (int)(Random.NextUInt32() % UdpHeader.EphemeralPorts);
        for (int i = 0; i < UdpHeader.EphemeralPorts; i++)
        {
            int port = UdpHeader.FirstEphemeralPort + ((offset + i) % UdpHeader.EphemeralPorts);
            if (Find(port) == null)
            {
                return port;
            }
        }

        return 0;
    }

    /// <summary>Sends at most one datagram; the frame buffer must be free, and <see cref="OutputDue"/> set. False when nobody had anything to send, or could.</summary>
    internal bool Dispatch(long now)
    {
        bool waiting = false;
        UdpEndpoint endpoint = _first;
        while (endpoint != null)
        {
            if (endpoint.OutputDue)
            {
                if (endpoint.Dispatch(this, now))
                {
                    // The others come first next time.
                    MoveToEnd(endpoint);
                    return true;
                }

                waiting |= endpoint.OutputDue;
            }

            endpoint = endpoint.Next;
        }

        OutputDue = waiting;
        return false;
    }

    /// <summary>
    /// Sends the payload that stands at <see cref="TransmitOffset"/>; <see cref="Ipv4Layer.ReachAny"/> has said that it can go out.
    /// </summary>
    /// <param name="localPort">The sender's port.</param>
    /// <param name="destination">A host, a broadcast address or a group.</param>
    /// <param name="remotePort">The port there.</param>
    /// <param name="length">Octets of the payload.</param>
    /// <param name="typeOfService">DSCP in the six high bits.</param>
    /// <param name="timeToLive">1 to 255, or 0 for what the options say.</param>
    internal void Send(int localPort, uint destination, int remotePort, int length, int typeOfService, int timeToLive)
    {
        byte[] buffer = Ip.Buffer;
        int offset = Ip.TransmitOffset;
        int total = UdpHeader.Length + length;
        UdpHeader.Write(buffer, offset, localPort, remotePort, total);
        int sum = InternetChecksum.PseudoHeaderSum(Ip.Address, destination, Ipv4Header.ProtocolUdp, total)
            + InternetChecksum.Sum(buffer, offset, total);

        // RFC 768 2: a sum of 0 goes out as all ones, because 0 stands for none.
        int checksum = 0xFFFF - InternetChecksum.Fold(sum);
        BigEndian.WriteUInt16(buffer, offset + UdpHeader.ChecksumOffset, checksum == 0 ? 0xFFFF : checksum);
        Counters[StackCounter.UdpOutDatagrams]++;
        Ip.SendAny(destination, Ipv4Header.ProtocolUdp, total, typeOfService, timeToLive);
    }

    /// <summary>An endpoint may have something to send.</summary>
    internal void AskToSend()
    {
        OutputDue = true;
        Ip.DueAt = Ipv4Layer.AtOnce;
    }

    /// <summary>An endpoint wants its timers run at <paramref name="time"/>.</summary>
    internal void WakeAt(long time)
    {
        if (time < Deadline)
        {
            Deadline = time;
            if (time < Ip.DueAt)
            {
                Ip.DueAt = time;
            }
        }
    }

    /// <summary>Runs the timers that are due. Nothing is before <see cref="Deadline"/>.</summary>
    internal void RunTimers(long now)
    {
        // Who runs may wake others, so the time is set first and only ever lowered afterwards.
        Deadline = UdpEndpoint.Never;
        for (UdpEndpoint endpoint = _first; endpoint != null; endpoint = endpoint.Next)
        {
            if (now >= endpoint.Deadline)
            {
                endpoint.RunTimers(now);
            }

            WakeAt(endpoint.Deadline);
        }
    }

    internal void LinkChanged(bool up, long now)
    {
        for (UdpEndpoint endpoint = _first; endpoint != null; endpoint = endpoint.Next)
        {
            endpoint.LinkChanged(up, now);
        }
    }

    internal void AddressChanged(long now)
    {
        for (UdpEndpoint endpoint = _first; endpoint != null; endpoint = endpoint.Next)
        {
            endpoint.AddressChanged(now);
        }
    }

    /// <summary>RFC 768 2: 0 says that the sender made no checksum, and such a datagram is taken (RFC 1122 4.1.3.4).</summary>
    private static bool IsChecksumRight(Ipv4Header header, byte[] buffer, int offset, int length)
    {
        if (BigEndian.ReadUInt16(buffer, offset + UdpHeader.ChecksumOffset) == 0)
        {
            return true;
        }

        int sum = InternetChecksum.PseudoHeaderSum(header.Source, header.Destination, Ipv4Header.ProtocolUdp, length)
            + InternetChecksum.Sum(buffer, offset, length);
        return InternetChecksum.Fold(sum) == 0xFFFF;
    }

    private void MoveToEnd(UdpEndpoint endpoint)
    {
        if (endpoint.Next == null)
        {
            return;
        }

        if (_first == endpoint)
        {
            _first = endpoint.Next;
        }
        else
        {
            UdpEndpoint before = _first;
            while (before.Next != endpoint)
            {
                before = before.Next;
            }

            before.Next = endpoint.Next;
        }

        UdpEndpoint last = _first;
        while (last.Next != null)
        {
            last = last.Next;
        }

        last.Next = endpoint;
        endpoint.Next = null;
    }
}
