using System;
using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Ip;

/// <summary>ICMP (RFC 792, RFC 1122 3.2.2): answers echo requests and reads errors about packets that this host sent.</summary>
internal sealed class IcmpProtocol
{
    /// <summary>Nothing for anybody else to do.</summary>
    internal const int Handled = 0;

    /// <summary>An error message about a TCP segment: see <see cref="Type"/> and the fields below it.</summary>
    internal const int TcpError = 1;

    /// <summary>Type of the error message: destination unreachable, time exceeded or parameter problem.</summary>
    internal int Type;

    /// <summary>Code of the error message.</summary>
    internal int Code;

    /// <summary>The MTU that a router names when a packet was too large for it; 0 from one that does not know RFC 1191.</summary>
    internal int NextHopMtu;

    /// <summary>Octets of the packet that the message is about.</summary>
    internal int ReturnedLength;

    /// <summary>The port that the returned segment came from: ours.</summary>
    internal int LocalPort;

    /// <summary>Where the returned segment was going.</summary>
    internal uint RemoteAddress;

    /// <summary>The port that it was going to.</summary>
    internal int RemotePort;

    /// <summary>Its sequence number, which a forger would have to guess (RFC 5927 4.1).</summary>
    internal uint SequenceNumber;

    private readonly Ipv4Layer _ip;
    private readonly long[] _counters;

    internal IcmpProtocol(Ipv4Layer ip, CounterSet counters)
    {
        _ip = ip;
        _counters = counters.Values;
    }

    /// <summary>Takes in the message in the frame buffer; an echo reply may stand there afterwards.</summary>
    internal int Process()
    {
        _counters[StackCounter.IcmpInMsgs]++;
        byte[] buffer = _ip.Buffer;
        int offset = _ip.ReceiveOffset;
        int length = _ip.Header.PayloadLength;
        if (length < IcmpMessage.HeaderLength || InternetChecksum.Sum(buffer, offset, length) != 0xFFFF)
        {
            _counters[StackCounter.IcmpInErrors]++;
            return Handled;
        }

        int type = buffer[offset + IcmpMessage.TypeOffset];
        if (type == IcmpMessage.TypeEcho)
        {
            // RFC 1122 3.2.2.6: an echo request to a broadcast address may be ignored, and here it is.
            if (_ip.ReceivedUnicast && length <= _ip.MaxPayload)
            {
                SendEchoReply(buffer, offset, length);
            }

            return Handled;
        }

        // RFC 9293 MUST-54, RFC 1122 3.2.2.1, 3.2.2.4, 3.2.2.5. Source quench (type 4) is discarded (RFC 9293 MUST-55,
        // RFC 5927 6.2), and so is what nobody here knows (RFC 1122 3.2.2).
        bool error = type == IcmpMessage.TypeDestinationUnreachable
            || type == IcmpMessage.TypeTimeExceeded
            || type == IcmpMessage.TypeParameterProblem;
        return error && ReadReturnedSegment(buffer, offset, length) ? TcpError : Handled;
    }

    private void SendEchoReply(byte[] buffer, int offset, int length)
    {
        // The reply has no IP options, so that it may stand earlier than the request did.
        int replyOffset = _ip.TransmitOffset;
        if (replyOffset != offset)
        {
            Array.Copy(buffer, offset, buffer, replyOffset, length);
        }

        buffer[replyOffset + IcmpMessage.TypeOffset] = IcmpMessage.TypeEchoReply;

        // RFC 1624: only the type has changed, by -8 in the high octet, so the sum is corrected instead of made again.
        int sum = BigEndian.ReadUInt16(buffer, replyOffset + IcmpMessage.ChecksumOffset) + (IcmpMessage.TypeEcho << 8);
        BigEndian.WriteUInt16(buffer, replyOffset + IcmpMessage.ChecksumOffset, InternetChecksum.Fold(sum));
        _counters[StackCounter.IcmpOutEchoReplies]++;
        _ip.Send(_ip.Header.Source, Ipv4Header.ProtocolIcmp, length, 0);
    }

    /// <summary>Reads the head of our own segment that an error message brings back (RFC 792: header and 8 octets).</summary>
    private bool ReadReturnedSegment(byte[] buffer, int offset, int length)
    {
        int inner = offset + IcmpMessage.HeaderLength;
        int innerLength = length - IcmpMessage.HeaderLength;
        if (innerLength < Ipv4Header.MinLength + 8 || buffer[inner] >> 4 != 4)
        {
            _counters[StackCounter.IcmpInErrors]++;
            return false;
        }

        int headerLength = (buffer[inner] & 0xF) << 2;
        if (headerLength < Ipv4Header.MinLength
            || innerLength < headerLength + 8
            || buffer[inner + 9] != Ipv4Header.ProtocolTcp
            || BigEndian.ReadUInt32(buffer, inner + 12) != _ip.Address)
        {
            return false;
        }

        Type = buffer[offset + IcmpMessage.TypeOffset];
        Code = buffer[offset + IcmpMessage.CodeOffset];
        NextHopMtu = BigEndian.ReadUInt16(buffer, offset + IcmpMessage.NextHopMtuOffset);
        ReturnedLength = BigEndian.ReadUInt16(buffer, inner + 2);
        RemoteAddress = BigEndian.ReadUInt32(buffer, inner + 16);
        LocalPort = BigEndian.ReadUInt16(buffer, inner + headerLength);
        RemotePort = BigEndian.ReadUInt16(buffer, inner + headerLength + 2);
        SequenceNumber = BigEndian.ReadUInt32(buffer, inner + headerLength + 4);
        return true;
    }
}
