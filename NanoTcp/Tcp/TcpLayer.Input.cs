using System;
using NanoTcp.Ip;
using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Tcp;

// Whom a segment concerns.
internal sealed partial class TcpLayer
{
    private readonly TcpSegment _segment = new TcpSegment();

    /// <summary>Lends its rules to half-open and closing connections, which keep only their numbers.</summary>
    private readonly TcpControlBlock _borrowed = new TcpControlBlock(1);

    /// <summary>Takes in the segment in the frame buffer; an answer may stand there afterwards.</summary>
    internal void Process(long now)
    {
        Counters[StackCounter.TcpInSegs]++;
        Ipv4Layer ip = Ip;
        if (!ip.ReceivedUnicast)
        {
            // RFC 9293 MUST-57: it came by broadcast.
            Counters[StackCounter.TcpInErrs]++;
            return;
        }

        Ipv4Header header = ip.Header;
        int offset = ip.ReceiveOffset;
        Process(ip.Buffer, offset - header.HeaderLength, offset, header.PayloadLength, header.TypeOfService, now);
    }

    /// <summary>
    /// Takes in a segment from a packet that is like the one before it: between the same addresses, which need no second look, without IP
    /// options, and no fragment. What the link and IP would find of it by themselves takes one look then. False, and nothing is changed, if
    /// it is not like that, or not right.
    /// </summary>
    /// <param name="buffer">The frame buffer.</param>
    /// <param name="offset">Where the packet starts. It was sent to this station alone.</param>
    /// <param name="length">Octets of the packet and of what the link has added.</param>
    /// <param name="now">The time, ms.</param>
    internal bool ProcessPlain(byte[] buffer, int offset, int length, long now)
    {
        // The first octet is lowest, as in Ipv4Header.Parse.
        const ulong FixedOfPacket = Ipv4Header.FragmentBits | 0xFF;
        const ulong PlainPacket = 0x45;
        const int FixedOfProtocol = 0xFF00;
        const int PlainProtocol = Ipv4Header.ProtocolTcp << 8;
        uint protocol = BitConverter.ToUInt32(buffer, offset + 8);
        if ((protocol & FixedOfProtocol) != PlainProtocol)
        {
            return false;
        }

        Ipv4Layer ip = Ip;
        ulong packet = BitConverter.ToUInt64(buffer, offset);
        ulong addresses = BitConverter.ToUInt64(buffer, offset + Ipv4Header.AddressesOffset);
        int segmentLength = (((int)(packet >> 8) & 0xFF00) | ((int)(packet >> 24) & 0xFF)) - Ipv4Header.MinLength;
        if (addresses != ip.Header.Addresses
            || !ip.ReceivedUnicast
            || (packet & FixedOfPacket) != PlainPacket
            || segmentLength < TcpSegment.MinHeaderLength
            || segmentLength > length - Ipv4Header.MinLength
            || (packet + protocol + (addresses >> 32) + (uint)addresses) % 0xFFFF != 0)
        {
            return false;
        }

        long[] counters = Counters;
        counters[StackCounter.EthInFrames]++;
        counters[StackCounter.IpInReceives]++;
        counters[StackCounter.TcpInSegs]++;
        Process(buffer, offset, offset + Ipv4Header.MinLength, segmentLength, (int)packet >> 8, now);
        return true;
    }

    /// <summary>Takes in a segment that came to this host alone.</summary>
    /// <param name="buffer">The frame buffer.</param>
    /// <param name="packet">Where the packet starts; its addresses are in IP's header.</param>
    /// <param name="offset">Where the segment starts.</param>
    /// <param name="length">Octets of the segment.</param>
    /// <param name="typeOfService">Its packet's, in the low eight bits.</param>
    /// <param name="now">The time, ms.</param>
    private void Process(byte[] buffer, int packet, int offset, int length, int typeOfService, long now)
    {
        Ipv4Header header = Ip.Header;
        uint source = header.Source;
        TcpSegment segment = _segment;
        ulong headerSum = segment.Parse(buffer, offset, length);
        ulong sum = headerSum + source + header.Destination + (uint)(Ipv4Header.ProtocolTcp + length);
        if (length > TcpSegment.MinHeaderLength)
        {
            sum += (uint)InternetChecksum.Sum(buffer, offset + TcpSegment.MinHeaderLength, length - TcpSegment.MinHeaderLength);
        }

        // RFC 9293 MUST-3: the checksum is right.
        if (headerSum == 0 || sum % 0xFFFF != 0)
        {
            Counters[StackCounter.TcpInErrs]++;
            return;
        }

        if ((typeOfService & Ipv4Header.CongestionExperienced) == Ipv4Header.CongestionExperienced)
        {
            segment.Flags |= TcpSegment.Marked;
        }

        uint ports = segment.Ports;
        TcpConnection connection = FindConnection(source, ports);
        if (connection != null)
        {
            if (connection != _predicted)
            {
                Predict(connection, buffer, packet, offset);
            }

            connection.Process(segment, buffer, now);
            return;
        }

        int index = HalfOpen.Find(source, ports);
        if (index != HalfOpenTable.None)
        {
            if (HalfOpen.State[index] != HalfOpenTable.ResetDue)
            {
                ProcessHalfOpen(index, source, buffer);
                return;
            }

            // It has been given up, and this segment gets the reset.
            HalfOpen.Remove(index);
        }

        // Behind the handshakes: one that reopens a pair in TIME-WAIT leaves that in place until it is done.
        index = TimeWaits.Find(source, ports);
        if (index != TimeWaitTable.None)
        {
            ProcessTimeWait(index, source, buffer);
            return;
        }

        // Nobody has port 0, so nothing of what was looked for until here does.
        if ((ports & 0xFFFF) == 0 || ports >> 16 == 0)
        {
            Counters[StackCounter.TcpInErrs]++;
            return;
        }

        TcpListener listener = FindListener((int)(ports >> 16));
        if (listener != null)
        {
            ProcessListen(listener, source, TimeWaitTable.None, buffer);
        }
        else
        {
            SendReset(segment, source);
        }
    }

    /// <summary>
    /// An ICMP error about a segment of ours (RFC 9293 MUST-54). Handshakes of listeners and closed connections have
    /// nobody to be told, and end by their own timers.
    /// </summary>
    internal void ProcessError(IcmpProtocol icmp)
    {
        TcpConnection connection = FindConnection(icmp.RemoteAddress, icmp.Ports);
        if (connection == null || !connection.ProcessError(icmp))
        {
            Counters[StackCounter.IcmpInIgnored]++;
        }
    }

    /// <summary>Answers a segment that belongs to no connection, or to one that it cannot concern (RFC 9293 3.5.2, 3.10.7.1).</summary>
    internal void SendReset(TcpSegment segment, uint remoteAddress)
    {
        if ((segment.Flags & TcpSegment.Rst) != 0)
        {
            return;
        }

        Counters[StackCounter.TcpOutRsts]++;
        if ((segment.Flags & TcpSegment.Ack) != 0)
        {
            Send(remoteAddress, segment.Ports, segment.AcknowledgmentNumber, 0, TcpSegment.Rst, 0, 0, 0);
        }
        else
        {
            uint acknowledgment = segment.SequenceNumber + (uint)segment.SequenceLength;
            Send(remoteAddress, segment.Ports, 0, acknowledgment, TcpSegment.Rst | TcpSegment.Ack, 0, 0, 0);
        }
    }
}
