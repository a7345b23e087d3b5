using System;
using NanoTcp.Ip;
using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Tcp;

// Header prediction (Van Jacobson, 4BSD Reno): most segments are just what is expected next, and a few comparisons show it.
//
// What is predicted: a packet of the connection that a segment was found to belong to last, of which
// - the IP header has no options, and the packet is no fragment and carries TCP,
// - addresses and ports are the same as then, octet for octet, and both checksums are right,
// - the TCP header has no options, no flag but ACK and PSH, and an urgent pointer of 0,
// - the connection is ESTABLISHED and somebody's, sends no window probes and waits for no answer about ECN,
// - the segment begins at RCV.NXT, and its window is that which the peer has named last, and not 0,
// - it acknowledges something that is out and was not acknowledged yet, or it brings data and acknowledges nothing less
//   than before,
// - its data fits the window, there is no hole before it, no end of the stream is known, and no router has marked it.
//
// Why nothing else would come of it by the long way: Ipv4Layer.Process checks what is compared or added up here, and the
// addresses passed its other rules when the connection was found. TcpLayer.Process would find the same connection. In
// TcpControlBlock.ProcessSynchronized the segment is acceptable, has neither RST nor SYN nor URG, and its acknowledgment is
// neither a challenge nor a duplicate; it leaves what TakePredicted leaves. What TcpConnection.Process does then is done by
// the same methods here. Whatever is not predicted changes nothing and goes the long way.
internal sealed partial class TcpLayer
{
    /// <summary>The connection that the next segment probably belongs to; null when nothing is predicted.</summary>
    private TcpConnection _predicted;

    /// <summary>Its addresses, the peer's first, as they stand in the header of a packet that comes from there.</summary>
    private long _predictedAddresses;

    /// <summary>Its ports, the peer's first, as they stand in the header of a segment that comes from there.</summary>
    private uint _predictedPorts;

    /// <summary>Takes in a packet if it is what is predicted. False, and nothing is changed, if it is not.</summary>
    /// <param name="buffer">The frame buffer.</param>
    /// <param name="offset">Where the packet starts. It was sent to this station alone.</param>
    /// <param name="length">Octets of the packet and of what the link has added.</param>
    /// <param name="now">The time, ms.</param>
    internal bool ProcessPredicted(byte[] buffer, int offset, int length, long now)
    {
        // All numbers in the order in which they are read, the first octet lowest: nothing has to be turned round to be compared
        // or, by RFC 1071 2(B), to be added up.
        const ulong FixedOfControl = 0xFFFF00000000F7FF;
        const ulong PredictedControl = 0x1050;
        const ulong FixedOfPacket = 0xFF3F0000FFFF00FF;
        const ulong EmptyPacket = 0x28000045;
        const ulong LengthOfPacket = 0xFFFF0000;
        const ulong PredictedPacket = 0x45;
        const int FixedOfProtocol = 0xFF00;
        const int PredictedProtocol = Ipv4Header.ProtocolTcp << 8;
        const ulong CongestionExperienced = (ulong)Ipv4Header.CongestionExperienced << 8;
        const int Headers = Ipv4Header.MinLength + TcpSegment.MinHeaderLength;

        TcpConnection connection = _predicted;
        if (connection == null || length < Headers)
        {
            return false;
        }

        // Header length, flags, window, checksum, urgent pointer.
        ulong control = BitConverter.ToUInt64(buffer, offset + 32);
        uint ports = BitConverter.ToUInt32(buffer, offset + 20);
        ulong addresses = BitConverter.ToUInt64(buffer, offset + 12);
        if ((control & FixedOfControl) != PredictedControl || ports != _predictedPorts || addresses != (ulong)_predictedAddresses)
        {
            return false;
        }

        // Version, header length, type of service, total length, identification, fragment; then time to live, protocol, checksum.
        ulong packet = BitConverter.ToUInt64(buffer, offset);
        uint protocol = BitConverter.ToUInt32(buffer, offset + 8);
        int textLength = 0;
        if ((packet & FixedOfPacket) != EmptyPacket)
        {
            textLength = (((int)(packet >> 8) & 0xFF00) | ((int)(packet >> 24) & 0xFF)) - Headers;
            if ((packet & (FixedOfPacket & ~LengthOfPacket)) != PredictedPacket
                || (packet & CongestionExperienced) == CongestionExperienced
                || textLength <= 0
                || textLength > length - Headers)
            {
                return false;
            }
        }

        // Sequence and acknowledgment number, each turned round in its half.
        ulong raw = BitConverter.ToUInt64(buffer, offset + 24);
        ulong numbers = ((raw & 0x00FF00FF00FF00FF) << 8) | ((raw >> 8) & 0x00FF00FF00FF00FF);
        numbers = ((numbers & 0x0000FFFF0000FFFF) << 16) | ((numbers >> 16) & 0x0000FFFF0000FFFF);
        uint acknowledgment = (uint)(numbers >> 32);
        int window = ((int)(control >> 8) & 0xFF00) | ((int)(control >> 24) & 0xFF);
        if ((protocol & FixedOfProtocol) != PredictedProtocol
            || (connection.Marks & TcpConnection.DecidingPrediction) != TcpConnection.Owned
            || !connection.Block.Predicts((uint)numbers, acknowledgment, window, textLength))
        {
            return false;
        }

        // Sums modulo 65,535. The addresses stand in both.
        ulong sum = (ulong)(uint)addresses + (addresses >> 32);
        if ((packet + protocol + sum) % 0xFFFF != 0)
        {
            return false;
        }

        if (textLength == 0)
        {
            const int ProtocolAndLength = (Ipv4Header.ProtocolTcp + TcpSegment.MinHeaderLength) << 8;
            sum += ports + control + ProtocolAndLength + (uint)raw + (raw >> 32);
            if (sum % 0xFFFF != 0)
            {
                return false;
            }
        }
        else
        {
            int segment = TcpSegment.MinHeaderLength + textLength;
            int inOrder = InternetChecksum.Sum(buffer, offset + Ipv4Header.AddressesOffset, Ipv4Header.AddressesLength + segment);
            if ((Ipv4Header.ProtocolTcp + segment + inOrder) % 0xFFFF != 0)
            {
                return false;
            }
        }

        long[] counters = Counters;
        counters[StackCounter.EthInFrames]++;
        counters[StackCounter.IpInReceives]++;
        counters[StackCounter.TcpInSegs]++;
        connection.TakePredicted((uint)numbers, acknowledgment, textLength, buffer, offset + Headers, now);
        return true;
    }

    /// <summary>A segment belongs to that connection: the next one probably does too.</summary>
    private void Predict(TcpConnection connection, byte[] buffer, int packet, int segment)
    {
        _predicted = connection;
        _predictedAddresses = BitConverter.ToInt64(buffer, packet + Ipv4Header.AddressesOffset);
        _predictedPorts = BitConverter.ToUInt32(buffer, segment);
    }
}

public sealed partial class TcpConnection
{
    /// <summary>Headers are predicted when of these only <see cref="Owned"/> is set.</summary>
    internal const int DecidingPrediction = Owned | Probing | EcnAsked;

    /// <summary>Takes in a segment that is predicted, as <see cref="Process"/> would.</summary>
    internal void TakePredicted(uint sequence, uint acknowledgment, int textLength, byte[] buffer, int textOffset, long now)
    {
        TcpControlBlock block = Block;
        _lastActivity = now;
        Marks &= ~UnreachableHint;
        int acknowledged = block.TakePredicted(sequence, acknowledgment, textLength);
        if (acknowledged != 0)
        {
            DataAcknowledged(acknowledged, now);
        }

        if (_send.Count != (int)(block.SndMax - acknowledgment) || block.SndNxt != block.SndMax)
        {
            // Not all is out (in ESTABLISHED no FIN is queued).
            Marks |= OutputDue;
        }

        if (textLength != 0)
        {
            _receive.Place(_receive.Count, buffer, textOffset, textLength);
            TextDelivered(textLength, now);
        }

        Schedule();
    }
}

internal sealed partial class TcpControlBlock
{
    /// <summary>Whether such a segment is what comes next when nothing is amiss.</summary>
    internal bool Predicts(uint sequence, uint acknowledgment, int window, int textLength)
    {
        return sequence == RcvNxt
            && window == SndWnd
            && window != 0
            && State == TcpState.Established
            && (int)(acknowledgment - SndMax) <= 0
            && (int)(sequence - SndWl1) >= 0
            && (int)(acknowledgment - SndWl2) >= 0
            && (textLength == 0
                ? (int)(acknowledgment - SndUna) > 0
                : (int)(acknowledgment - SndUna) >= 0
                    && textLength <= (int)(RcvAdv - sequence)
                    && Gaps.Count == 0
                    && (Marks & PeerFinKnown) == 0);
    }

    /// <summary>Takes in a segment that is predicted.</summary>
    /// <returns>Octets of this side's data that it acknowledges.</returns>
    internal int TakePredicted(uint sequence, uint acknowledgment, int textLength)
    {
        // A window, though the same, from a segment that is not older than the last that gave one.
        SndWl1 = sequence;
        SndWl2 = acknowledgment;
        RcvNxt = sequence + (uint)textLength;
        int acknowledged = (int)(acknowledgment - SndUna);
        SndUna = acknowledgment;
        if ((int)(SndNxt - acknowledgment) < 0)
        {
            SndNxt = acknowledgment;
        }

        return acknowledged;
    }
}
