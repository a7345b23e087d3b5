using System;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;
using NanoTcp.Udp;

namespace NanoTcp.Tests.Udp;

/// <summary>Tests that speak UDP with the real stack. Time does not pass unless a test says so.</summary>
public abstract class UdpTest : StackTest
{
    private protected const int Protocol = 17;
    private protected const int Port = 5000;
    private protected const int PeerPort = 6000;
    private protected const uint Peer = StackBench.PeerAddress;
    private protected const uint Own = StackBench.OwnAddress;
    private protected const uint DirectedBroadcast = StackBench.Subnet + 255;
    private protected const uint LimitedBroadcast = 0xFFFFFFFF;
    private protected const uint Group = 0xEF010203;

    /// <summary>What <see cref="UdpSocket.Receive"/> copies to.</summary>
    private protected byte[] Buffer { get; } = new byte[2048];

    /// <summary>A socket that is bound to <see cref="Port"/>, on a stack whose link has just come up.</summary>
    private protected UdpSocket Open(
        int receive = 1024, int send = 1024, bool answersArp = true, Action<NetworkStackOptions>? configure = null)
    {
        Start(answersArp, configure);
        UdpSocket socket = B.Stack.CreateUdpSocket(receive, send);
        socket.Bind(Port);
        return socket;
    }

    /// <summary>A datagram as a segment of IPv4, with a right checksum.</summary>
    private protected static byte[] Segment(uint source, uint destination, int sourcePort, int port, byte[] payload)
    {
        byte[] segment = new byte[8 + payload.Length];
        Frames.Put16(segment, 0, sourcePort);
        Frames.Put16(segment, 2, port);
        Frames.Put16(segment, 4, segment.Length);
        payload.CopyTo(segment, 8);
        int sum = NaiveChecksum.Of(WithPseudoHeader(segment, source, destination), 0, 12 + segment.Length);
        Frames.Put16(segment, 6, sum == 0 ? 0xFFFF : sum);
        return segment;
    }

    /// <summary>A datagram from the peer to the stack, as an IPv4 packet.</summary>
    private protected static byte[] Packet(byte[] payload, int port = Port, int sourcePort = PeerPort, uint source = Peer, uint destination = Own) =>
        Frames.Ipv4(source, destination, Protocol, Segment(source, destination, sourcePort, port, payload));

    private protected void Deliver(byte[] payload, int port = Port, int sourcePort = PeerPort, uint source = Peer, uint destination = Own)
    {
        byte[] packet = Packet(payload, port, sourcePort, source, destination);
        long station = destination == Own ? StackBench.OwnMac : destination >> 28 == 0xE ? MacOfGroup(destination) : Broadcast;
        B.Deliver(Frames.Ethernet(station, StackBench.MacOf(source), Frames.TypeIpv4, packet));
    }

    private protected static long MacOfGroup(uint group) => 0x01005E000000 | (group & 0x7FFFFF);

    /// <summary>The next datagram that waits in the socket is this one, and <see cref="Buffer"/> holds it.</summary>
    private protected void Received(UdpSocket socket, byte[] payload, int sourcePort = PeerPort, uint source = Peer, uint destination = Own)
    {
        int length = socket.Receive(Buffer, 0, Buffer.Length);
        Assert.AreEqual(payload.Length, length, "octets received");
        CollectionAssert.AreEqual(payload, Buffer[..length]);
        Assert.AreEqual(payload.Length, socket.DatagramLength);
        Assert.AreEqual(source, socket.SenderAddress);
        Assert.AreEqual(sourcePort, socket.SenderPort);
        Assert.AreEqual(destination, socket.DestinationAddress);
    }

    /// <summary>The stack sends this datagram now and next. Returns its IPv4 packet.</summary>
    private protected byte[] Expect(byte[] payload, uint destination = Peer, int port = PeerPort, int sourcePort = Port)
    {
        byte[] frame = Next();
        long station = destination == LimitedBroadcast || destination == DirectedBroadcast ? Broadcast
            : destination >> 28 == 0xE ? MacOfGroup(destination) : StackBench.MacOf(destination);
        Assert.AreEqual(station, Frames.Get48(frame, 0), "station");
        Assert.AreEqual(Frames.TypeIpv4, Frames.Get16(frame, 12));
        byte[] packet = frame[14..];
        Assert.AreEqual(0x45, packet[0]);
        Assert.AreEqual(packet.Length, Frames.Get16(packet, 2), "total length");
        Assert.AreEqual(0, Frames.Get16(packet, 6), "flags and offset: neither a fragment nor DF");
        Assert.AreEqual(0xFFFF, NaiveChecksum.Sum(packet, 0, 20), "header checksum");
        Assert.AreEqual(Protocol, packet[9]);
        Assert.AreEqual(Own, Frames.Get32(packet, 12));
        Assert.AreEqual(destination, Frames.Get32(packet, 16));
        byte[] segment = packet[20..];
        Assert.AreEqual(sourcePort, Frames.Get16(segment, 0), "source port");
        Assert.AreEqual(port, Frames.Get16(segment, 2), "destination port");
        Assert.AreEqual(segment.Length, Frames.Get16(segment, 4), "UDP length");
        Assert.AreNotEqual(0, Frames.Get16(segment, 6), "there is a checksum");
        Assert.AreEqual(0xFFFF, NaiveChecksum.Sum(WithPseudoHeader(segment, Own, destination), 0, 12 + segment.Length), "UDP checksum");
        CollectionAssert.AreEqual(payload, segment[8..]);
        return packet;
    }

    /// <summary>The stack sends this ICMP error about a packet now and next, to <see cref="Peer"/>.</summary>
    private protected void ExpectError(int type, int code, byte[] about)
    {
        byte[] frame = Next();
        int header = (about[0] & 0xF) * 4;
        int returned = Math.Min(header + 8, about.Length);
        Assert.AreEqual(StackBench.MacOf(Frames.Get32(about, 12)), Frames.Get48(frame, 0));
        byte[] packet = frame[14..];
        Assert.HasCount(20 + 8 + returned, packet);
        Assert.AreEqual(packet.Length, Frames.Get16(packet, 2));
        Assert.AreEqual(0xFFFF, NaiveChecksum.Sum(packet, 0, 20), "header checksum");
        Assert.AreEqual(0, packet[1], "normal type of service");
        Assert.AreEqual(Frames.Icmp, packet[9]);
        Assert.AreEqual(Own, Frames.Get32(packet, 12));
        Assert.AreEqual(Frames.Get32(about, 12), Frames.Get32(packet, 16));
        Assert.AreEqual(0xFFFF, NaiveChecksum.Sum(packet, 20, packet.Length - 20), "ICMP checksum");
        Assert.AreEqual(type, packet[20], "type");
        Assert.AreEqual(code, packet[21], "code");
        Assert.AreEqual(0u, Frames.Get32(packet, 24), "unused");
        CollectionAssert.AreEqual(about[..returned], packet[28..], "what comes back is unchanged");
    }

    /// <summary>An ICMP error about a packet of the stack, from whoever says so.</summary>
    private protected void DeliverError(int type, int code, byte[] about, uint from = Peer, uint rest = 0)
    {
        byte[] message = Frames.IcmpMessage(type, code, rest, about[..Math.Min(28, about.Length)]);
        B.Deliver(Frames.Ethernet(StackBench.OwnMac, StackBench.MacOf(from), Frames.TypeIpv4, Frames.Ipv4(from, Own, Frames.Icmp, message)));
    }

    private protected static byte[] WithPseudoHeader(byte[] segment, uint source, uint destination)
    {
        byte[] all = new byte[12 + segment.Length];
        Frames.Put32(all, 0, source);
        Frames.Put32(all, 4, destination);
        all[9] = Protocol;
        Frames.Put16(all, 10, segment.Length);
        segment.CopyTo(all, 12);
        return all;
    }
}
