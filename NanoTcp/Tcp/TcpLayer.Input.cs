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
        Ipv4Header header = ip.Header;
        byte[] buffer = ip.Buffer;
        int offset = ip.ReceiveOffset;
        int length = header.PayloadLength;

        TcpSegment segment = _segment;
        ulong headerSum = segment.Parse(buffer, offset, length);
        ulong sum = headerSum + header.Source + header.Destination + (uint)(Ipv4Header.ProtocolTcp + length);
        if (length > TcpSegment.MinHeaderLength)
        {
            sum += (uint)InternetChecksum.Sum(buffer, offset + TcpSegment.MinHeaderLength, length - TcpSegment.MinHeaderLength);
        }

        // RFC 9293 MUST-3 and MUST-57: the checksum is right, and it did not come by broadcast.
        if (headerSum == 0 || sum % 0xFFFF != 0 || !ip.ReceivedUnicast)
        {
            Counters[StackCounter.TcpInErrs]++;
            return;
        }

        if ((header.TypeOfService & Ipv4Header.CongestionExperienced) == Ipv4Header.CongestionExperienced)
        {
            segment.Flags |= TcpSegment.Marked;
        }

        uint ports = segment.Ports;
        TcpConnection connection = FindConnection(header.Source, ports);
        if (connection != null)
        {
            if (connection != _predicted)
            {
                Predict(connection, buffer, offset - header.HeaderLength, offset);
            }

            connection.Process(segment, buffer, now);
            return;
        }

        int index = HalfOpen.Find(header.Source, ports);
        if (index != HalfOpenTable.None)
        {
            if (HalfOpen.State[index] != HalfOpenTable.ResetDue)
            {
                ProcessHalfOpen(index, header.Source, buffer);
                return;
            }

            // It has been given up, and this segment gets the reset.
            HalfOpen.Remove(index);
        }

        // Behind the handshakes: one that reopens a pair in TIME-WAIT leaves that in place until it is done.
        index = TimeWaits.Find(header.Source, ports);
        if (index != TimeWaitTable.None)
        {
            ProcessTimeWait(index, header.Source, buffer);
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
            ProcessListen(listener, header.Source, TimeWaitTable.None, buffer);
        }
        else
        {
            SendReset(segment, header.Source);
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
