using System;
using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Tcp;

// Header prediction (Van Jacobson, 4BSD Reno): most segments are just what is expected next, and a few comparisons show it.
//
// What is predicted: a packet of the connection that a segment was found to belong to last, of which
// - the IP header has no options, and the packet is no fragment and carries TCP,
// - the Ethernet header is that of the IPv4 frame before which came to this station alone (NetworkStack.Receive looks at it),
// - addresses and ports are the same as then, octet for octet, and both checksums are right,
// - the TCP header has no options, no flag but ACK and PSH, and an urgent pointer of 0,
// - the connection is ESTABLISHED and somebody's, sends no window probes and waits for no answer about ECN,
// - the segment begins at RCV.NXT, and its window is that which the peer has named last, and not 0,
// - it acknowledges something that is out and was not acknowledged yet, or it brings data and acknowledges nothing less
//   than before,
// - its data fits the window, there is no hole before it, no end of the stream is known, and no router has marked it.
//
// Why nothing else would come of it by the long way: EthernetLayer.Process has taken that header before. Ipv4Layer.Process
// checks what is compared or added up here, and the addresses passed its other rules when the connection was found; with
// another address or prefix all is forgotten. TcpLayer.Process would find the same connection. In
// TcpControlBlock.ProcessSynchronized the segment is acceptable, has neither RST nor SYN nor URG, and its acknowledgment is
// neither a challenge nor a duplicate; SND.WL2, which was SND.UNA when it was set, does not lie beyond it; and it leaves what
// TakePredicted leaves. What TcpConnection.Process does then is done by the same methods here; only a time that has been raised
// or stopped is not scheduled, see TcpConnection.Deadline.
// Whatever is not predicted changes nothing and goes the long way.
internal sealed partial class TcpLayer
{
    /// <summary>The connection that the next segment probably belongs to; null when nothing is predicted.</summary>
    private TcpConnection _predicted;

    /// <summary>Its addresses, the peer's first, as they stand in the header of a packet that comes from there.</summary>
    private long _predictedAddresses;

    /// <summary>Its ports, the peer's first, as they stand in the header of a segment that comes from there.</summary>
    private uint _predictedPorts;

    /// <summary>The sum of those addresses modulo 65,535, not reduced yet.</summary>
    private ulong _predictedAddressSum;

    /// <summary>The same with the rest of the pseudo-header of a segment without options and data, and with the ports: what is
    /// the same in every such segment need not be added up for each.</summary>
    private ulong _predictedSum;

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
        if ((control & FixedOfControl) != PredictedControl
            || BitConverter.ToUInt32(buffer, offset + 20) != _predictedPorts
            || BitConverter.ToInt64(buffer, offset + Ipv4Header.AddressesOffset) != _predictedAddresses)
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
        TcpControlBlock block = connection.Block;
        int acknowledged = (int)(acknowledgment - block.SndUna);
        if ((protocol & FixedOfProtocol) != PredictedProtocol
            || (connection.Marks & TcpConnection.DecidingPrediction) != TcpConnection.Owned
            || (uint)numbers != block.RcvNxt
            || window != block.SndWnd
            || window == 0
            || block.State != TcpState.Established
            || (int)(acknowledgment - block.SndMax) > 0
            || (int)((uint)numbers - block.SndWl1) < 0
            || (textLength == 0 ? acknowledged <= 0 : acknowledged < 0 || !block.PredictsText(textLength)))
        {
            return false;
        }

        // Sums modulo 65,535. Where the highest octets of a number are not known, halves are added: nothing overflows 64 bits.
        if ((packet + protocol + _predictedAddressSum) % 0xFFFF != 0)
        {
            return false;
        }

        if (textLength == 0)
        {
            if ((_predictedSum + control + (uint)raw + (raw >> 32)) % 0xFFFF != 0)
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
        connection.TakePredicted(acknowledgment, acknowledged, now);
        if (textLength != 0)
        {
            connection.TakePredictedText(buffer, offset + Headers, textLength, now);
        }

        return true;
    }

    /// <summary>The addresses that are predicted have to pass IP's rules again: the host has another address, or its network another size.</summary>
    internal void ForgetPrediction()
    {
        _predicted = null;
    }

    /// <summary>A segment belongs to that connection: the next one probably does too.</summary>
    private void Predict(TcpConnection connection, byte[] buffer, int packet, int segment)
    {
        const int ProtocolAndLength = (Ipv4Header.ProtocolTcp + TcpSegment.MinHeaderLength) << 8;
        _predicted = connection;
        ulong addresses = BitConverter.ToUInt64(buffer, packet + Ipv4Header.AddressesOffset);
        uint ports = BitConverter.ToUInt32(buffer, segment);
        _predictedAddresses = (long)addresses;
        _predictedPorts = ports;
        _predictedAddressSum = (addresses & 0xFFFFFFFF) + (addresses >> 32);
        _predictedSum = _predictedAddressSum + ports + ProtocolAndLength;
    }
}

public sealed partial class TcpConnection
{
    /// <summary>Headers are predicted when of these only <see cref="Owned"/> is set.</summary>
    internal const int DecidingPrediction = Owned | Probing | EcnAsked;

    /// <summary>Takes in the header of a segment that is predicted, as <see cref="Process"/> would.</summary>
    /// <param name="acknowledgment">SEG.ACK. SEG.SEQ is RCV.NXT.</param>
    /// <param name="acknowledged">Octets of this side's data that it acknowledges.</param>
    /// <param name="now">The time, ms.</param>
    internal void TakePredicted(uint acknowledgment, int acknowledged, long now)
    {
        TcpControlBlock block = Block;
        _lastActivity = now;

        // A window, though the same, from a segment that is not older than the last that gave one.
        block.SndWl1 = block.RcvNxt;
        block.SndWl2 = acknowledgment;
        if (acknowledged == 0)
        {
            Marks &= ~UnreachableHint;
        }
        else
        {
            block.SndUna = acknowledgment;
            if ((int)(block.SndNxt - acknowledgment) < 0)
            {
                block.SndNxt = acknowledgment;
            }

            DataAcknowledged(acknowledged, Marks & ~UnreachableHint, now);
            if (_timerAt < Deadline)
            {
                Schedule();
            }
        }

        if (_send.Count != (int)(block.SndMax - acknowledgment) || block.SndNxt != block.SndMax)
        {
            // Not all is out (in ESTABLISHED no FIN is queued).
            AskToSend();
        }
    }

    /// <summary>Takes in the data of such a segment.</summary>
    internal void TakePredictedText(byte[] buffer, int offset, int length, long now)
    {
        Block.RcvNxt += (uint)length;
        _receive.Place(_receive.Count, buffer, offset, length);
        TextDelivered(length, now);
        Schedule();
    }
}

internal sealed partial class TcpControlBlock
{
    /// <summary>Whether data at RCV.NXT is what comes next when nothing is amiss.</summary>
    internal bool PredictsText(int length)
    {
        return length <= (int)(RcvAdv - RcvNxt) && Gaps.Count == 0 && (Marks & PeerFinKnown) == 0;
    }
}
