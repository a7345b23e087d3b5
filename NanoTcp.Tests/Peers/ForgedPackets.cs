using System;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace NanoTcp.Tests.Peers;

/// <summary>Sends packets of the test's own making from inside a namespace, from any address.</summary>
internal sealed class ForgedPackets : IDisposable
{
    private const int IpHeader = 20;
    private const int TcpHeader = 20;
    private const int IcmpHeader = 8;
    private const byte ProtocolIcmp = 1;
    private const byte ProtocolTcp = 6;

    private readonly Socket _socket;
    private readonly byte[] _packet = new byte[1500];

    internal ForgedPackets(NetworkNamespace space)
    {
        _socket = NamespaceSockets.Raw(space);
        _socket.Connect(IPAddress.Parse(TapStack.Address), 0);
    }

    /// <summary>Sends a TCP segment to the stack.</summary>
    internal void SendSegment(
        uint source, int sourcePort, int destinationPort, uint sequence, uint acknowledgment, int flags, int window = 1024, int length = 0)
    {
        Span<byte> segment = Head(source, ProtocolTcp, TcpHeader + length);
        BinaryPrimitives.WriteUInt16BigEndian(segment, (ushort)sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(segment[2..], (ushort)destinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(segment[4..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(segment[8..], acknowledgment);
        segment[12] = TcpHeader / 4 << 4;
        segment[13] = (byte)flags;
        BinaryPrimitives.WriteUInt16BigEndian(segment[14..], (ushort)window);
        segment[16..].Clear();
        uint sum = Sum(_packet.AsSpan(12, 8)) + ProtocolTcp + (uint)segment.Length;
        BinaryPrimitives.WriteUInt16BigEndian(segment[16..], Checksum(segment, sum));
        _socket.Send(_packet, 0, IpHeader + segment.Length, SocketFlags.None);
    }

    /// <summary>Sends an ICMP error about a segment that the stack sent, or might have.</summary>
    /// <param name="source">Who says so.</param>
    /// <param name="code">Code of a destination-unreachable message (RFC 792).</param>
    /// <param name="mtu">For code 4, the MTU of the next hop (RFC 1191 4).</param>
    /// <param name="about">The segment.</param>
    /// <param name="sequence">Its sequence number, or another one.</param>
    internal void SendUnreachable(uint source, int code, int mtu, SeenSegment about, uint sequence)
    {
        Span<byte> message = Head(source, ProtocolIcmp, IcmpHeader + IpHeader + 8);
        message.Clear();
        message[0] = 3;
        message[1] = (byte)code;
        BinaryPrimitives.WriteUInt16BigEndian(message[6..], (ushort)mtu);
        Span<byte> returned = message[IcmpHeader..];
        returned[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(returned[2..], (ushort)(IpHeader + TcpHeader + about.Length));
        BinaryPrimitives.WriteUInt16BigEndian(returned[6..], 0x4000);
        returned[8] = 60;
        returned[9] = ProtocolTcp;
        BinaryPrimitives.WriteUInt32BigEndian(returned[12..], TapStack.Parse(TapStack.Address));
        BinaryPrimitives.WriteUInt32BigEndian(returned[16..], TapStack.Parse(TapStack.KernelAddress));
        BinaryPrimitives.WriteUInt16BigEndian(returned[10..], Checksum(returned[..IpHeader], 0));
        BinaryPrimitives.WriteUInt16BigEndian(returned[20..], (ushort)about.SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(returned[22..], (ushort)about.DestinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(returned[24..], sequence);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], Checksum(message, 0));
        _socket.Send(_packet, 0, IpHeader + message.Length, SocketFlags.None);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
    }

    /// <summary>Begins a packet; the kernel fills in its length, identification and checksum (raw(7)).</summary>
    private Span<byte> Head(uint source, byte protocol, int length)
    {
        Span<byte> header = _packet;
        header[..IpHeader].Clear();
        header[0] = 0x45;
        header[8] = 64;
        header[9] = protocol;
        BinaryPrimitives.WriteUInt32BigEndian(header[12..], source);
        BinaryPrimitives.WriteUInt32BigEndian(header[16..], TapStack.Parse(TapStack.Address));
        return header.Slice(IpHeader, length);
    }

    private static ushort Checksum(ReadOnlySpan<byte> octets, uint sum)
    {
        sum += Sum(octets);
        while (sum >> 16 != 0)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return (ushort)~sum;
    }

    private static uint Sum(ReadOnlySpan<byte> octets)
    {
        uint sum = 0;
        for (int i = 0; i < octets.Length; i++)
        {
            sum += (uint)octets[i] << ((i & 1) == 0 ? 8 : 0);
        }

        return sum;
    }
}
