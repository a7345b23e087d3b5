using System;
using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Ip;

/// <summary>
/// ICMP (RFC 792, RFC 1122 3.2.2): answers echo requests, reads errors about packets that this host sent, and tells others of
/// errors in theirs.
/// </summary>
internal sealed class IcmpProtocol
{
    /// <summary>Nothing for anybody else to do.</summary>
    internal const int Handled = 0;

    /// <summary>An error message about a TCP segment: see <see cref="Type"/> and the fields below it.</summary>
    internal const int TcpError = 1;

    /// <summary>An error message about a datagram: the same fields.</summary>
    internal const int UdpError = 2;

    /// <summary>Error messages that may go out at once after a pause.</summary>
    internal const int ErrorBurst = 10;

    /// <summary>In ms: so often one more may go out.</summary>
    internal const int ErrorInterval = 100;

    /// <summary>Type of the error message: destination unreachable, time exceeded or parameter problem.</summary>
    internal int Type;

    /// <summary>Code of the error message.</summary>
    internal int Code;

    /// <summary>The MTU that a router names when a packet was too large for it; 0 from one that does not know RFC 1191.</summary>
    internal int NextHopMtu;

    /// <summary>Octets of the packet that the message is about.</summary>
    internal int ReturnedLength;

    /// <summary>The local port in the high half, the remote port in the low half.</summary>
    internal uint Ports;

    /// <summary>Where the returned segment was going.</summary>
    internal uint RemoteAddress;

    /// <summary>Its sequence number, which a forger would have to guess (RFC 5927 4.1); of a datagram, length and checksum.</summary>
    internal uint SequenceNumber;

    private readonly Ipv4Layer _ip;
    private readonly long[] _counters;
    private readonly IRandomSource _random;

    /// <summary>Error messages that may still go out at once, as of <see cref="_creditAt"/>.</summary>
    private int _credit = ErrorBurst;

    private long _creditAt;

    internal IcmpProtocol(Ipv4Layer ip, IRandomSource random, CounterSet counters)
    {
        _ip = ip;
        _random = random;
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
        // RFC 5927 6.2), and so is what nobody here knows (RFC 1122 3.2.2). An error is for the one host that it is about.
        bool error = type == IcmpMessage.TypeDestinationUnreachable
            || type == IcmpMessage.TypeTimeExceeded
            || type == IcmpMessage.TypeParameterProblem;
        return error && _ip.ReceivedUnicast ? ReadReturnedPacket(buffer, offset, length) : Handled;
    }

    /// <summary>
    /// Tells the sender of the packet that <see cref="Ipv4Layer.Process"/> has let through that it cannot be delivered here
    /// (RFC 1122 3.2.2.1). The message takes the packet's place in the frame buffer. Where no error may be sent, nothing is.
    /// </summary>
    /// <param name="code"><see cref="IcmpMessage.CodePortUnreachable"/> or <see cref="IcmpMessage.CodeProtocolUnreachable"/>.</param>
    internal void SendUnreachable(int code)
    {
        // RFC 1122 3.2.2: not about what was sent to many, on the link or by its address.
        if (_ip.ReceivedUnicast)
        {
            int headerLength = _ip.Header.HeaderLength;
            SendError(
                IcmpMessage.TypeDestinationUnreachable, code, _ip.Buffer, _ip.ReceiveOffset - headerLength, headerLength + _ip.Header.PayloadLength);
        }
    }

    /// <summary>
    /// Tells the sender of a packet of an error in it, unless RFC 1122 3.2.2 forbids that or there have been too many. The
    /// message is built in the frame buffer, which must be free, or hold that packet. The caller has made sure that the packet
    /// came to this host alone, also on the link: that cannot be seen from the packet.
    /// </summary>
    /// <param name="type">Type of the message.</param>
    /// <param name="code">Code of the message; with <see cref="IcmpMessage.TypeTimeExceeded"/>,
    /// <see cref="IcmpMessage.CodeReassemblyTimeExceeded"/> when fragments are missing.</param>
    /// <param name="packet">Holds the head of the packet, as it came: its IPv4 header and the first eight octets behind it.</param>
    /// <param name="offset">Where its header begins.</param>
    /// <param name="length">Octets of it that are there.</param>
    /// <returns>True when a message was sent, or waits for its neighbour.</returns>
    internal bool SendError(int type, int code, byte[] packet, int offset, int length)
    {
        // The header has been checked when the packet came.
        int returned = ((packet[offset] & 0xF) << 2) + IcmpMessage.ReturnedPayload;
        returned = returned < length ? returned : length;
        uint source = BigEndian.ReadUInt32(packet, offset + Ipv4Header.AddressesOffset);
        if (BigEndian.ReadUInt32(packet, offset + Ipv4Header.AddressesOffset + 4) != _ip.Address
            || _ip.Address == 0
            || !_ip.IsPossibleSource(source)
            || Ipv4Header.IsLaterFragment(packet, offset)
            || (packet[offset + Ipv4Header.ProtocolOffset] == Ipv4Header.ProtocolIcmp && !IsEcho(packet, offset, length))
            || !MaySendError())
        {
            return false;
        }

        // Eight octets behind the header are what RFC 792 asks for, and all that anybody needs to find the sender: RFC 1122 3.2.2
        // allows more, but so the answer is at most 28 octets longer than what provokes it, and waits for ARP where a reset could.
        byte[] buffer = _ip.Buffer;
        int message = _ip.TransmitOffset;
        Array.Copy(packet, offset, buffer, message + IcmpMessage.HeaderLength, returned);
        BigEndian.WriteUInt32(buffer, message, 0);
        BigEndian.WriteUInt32(buffer, message + 4, 0);
        buffer[message + IcmpMessage.TypeOffset] = (byte)type;
        buffer[message + IcmpMessage.CodeOffset] = (byte)code;
        int total = IcmpMessage.HeaderLength + returned;
        BigEndian.WriteUInt16(buffer, message + IcmpMessage.ChecksumOffset, 0xFFFF - InternetChecksum.Sum(buffer, message, total));
        _counters[StackCounter.IcmpOutErrors]++;
        return _ip.Send(source, Ipv4Header.ProtocolIcmp, total, 0) != Ipv4Layer.Unreachable;
    }

    /// <summary>True for an ICMP packet that is no error and no answer, which only an echo request is sure to be (RFC 1122 3.2.2).</summary>
    private static bool IsEcho(byte[] packet, int offset, int length)
    {
        int type = offset + ((packet[offset] & 0xF) << 2);
        return type < offset + length && packet[type] == IcmpMessage.TypeEcho;
    }

    /// <summary>
    /// The token bucket of RFC 1812 4.3.2.8. What a message costs is random, one on average: where everybody can count
    /// exactly what is let out, an attacker who asks in another's name learns from the rest which ports are open
    /// (CVE-2020-25705, "SAD DNS").
    /// </summary>
    private bool MaySendError()
    {
        long now = _ip.Now;
        long more = (now - _creditAt) / ErrorInterval;
        if (more >= ErrorBurst - _credit || more < 0)
        {
            // Below 0 only the first time: the clock may start anywhere.
            _credit = ErrorBurst;
            _creditAt = now;
        }
        else
        {
            _credit += (int)more;
            _creditAt += more * ErrorInterval;
        }

        if (_credit <= 0)
        {
            _counters[StackCounter.IcmpOutLimited]++;
            return false;
        }

        _credit -= (int)(_random.NextUInt32() % 3);
        return true;
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

    /// <summary>Reads the head of our own packet that an error message brings back (RFC 792: header and 8 octets).</summary>
    private int ReadReturnedPacket(byte[] buffer, int offset, int length)
    {
        int inner = offset + IcmpMessage.HeaderLength;
        int innerLength = length - IcmpMessage.HeaderLength;
        if (innerLength < Ipv4Header.MinLength + IcmpMessage.ReturnedPayload || buffer[inner] >> 4 != 4)
        {
            _counters[StackCounter.IcmpInErrors]++;
            return Handled;
        }

        int headerLength = (buffer[inner] & 0xF) << 2;
        int protocol = buffer[inner + Ipv4Header.ProtocolOffset];
        if (headerLength < Ipv4Header.MinLength
            || innerLength < headerLength + IcmpMessage.ReturnedPayload
            || (protocol != Ipv4Header.ProtocolTcp && protocol != Ipv4Header.ProtocolUdp)
            || BigEndian.ReadUInt32(buffer, inner + 12) != _ip.Address)
        {
            return Handled;
        }

        Type = buffer[offset + IcmpMessage.TypeOffset];
        Code = buffer[offset + IcmpMessage.CodeOffset];
        NextHopMtu = BigEndian.ReadUInt16(buffer, offset + IcmpMessage.NextHopMtuOffset);
        ReturnedLength = BigEndian.ReadUInt16(buffer, inner + 2);
        RemoteAddress = BigEndian.ReadUInt32(buffer, inner + 16);
        Ports = BigEndian.ReadUInt32(buffer, inner + headerLength);
        SequenceNumber = BigEndian.ReadUInt32(buffer, inner + headerLength + 4);
        return protocol == Ipv4Header.ProtocolTcp ? TcpError : UdpError;
    }
}
