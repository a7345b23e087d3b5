using NanoTcp.Primitives;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;
using NanoTcp.Udp;

namespace NanoTcp.Tests.Udp;

/// <summary>A socket that has one peer: who is let in, and which ICMP errors it is told (RFC 1122 4.1.3.3, RFC 5927 4.1 by its intent).</summary>
[TestClass]
public sealed class ConnectedSocketTests : UdpTest
{
    private const int Unreachable = 3;
    private const int PortUnreachable = 3;

    [TestMethod]
    public void Only_datagrams_of_the_peer_are_taken_and_for_all_others_the_port_is_closed()
    {
        UdpSocket socket = Open();
        Deliver([1], source: Peer + 4);
        socket.Connect(Peer, PeerPort);
        Assert.AreEqual(Peer, socket.RemoteAddress);
        Assert.AreEqual(PeerPort, socket.RemotePort);
        Assert.AreEqual(0, socket.Waiting, "what others had sent is dropped");
        Deliver([2]);
        Received(socket, [2]);
        byte[] otherPort = Packet([3], sourcePort: PeerPort + 1);
        B.Deliver(FromPeer(otherPort));
        ExpectError(Unreachable, PortUnreachable, otherPort);
        byte[] otherHost = Packet([3], source: Peer + 4);
        B.Deliver(FromPeer(otherHost, Peer + 4));
        ExpectError(Unreachable, PortUnreachable, otherHost);
        Deliver([3], source: Peer + 4, destination: DirectedBroadcast);
        Nothing();
        Assert.AreEqual(0, socket.Waiting);
        Counted(StackCounter.UdpNoPorts, 3);
        socket.Disconnect();
        Deliver([4], source: Peer + 4);
        Received(socket, [4], source: Peer + 4);
    }

    [TestMethod]
    public void Send_goes_to_the_peer_and_SendTo_still_to_anybody()
    {
        UdpSocket socket = Open();
        socket.Connect(Peer, PeerPort);
        Assert.IsTrue(socket.Send([1, 2, 3], 1, 2));
        Assert.IsTrue(socket.SendTo(Peer + 4, 7, [4], 0, 1));
        socket.Connect(Peer + 5, 8);
        Assert.IsTrue(socket.Send([5], 0, 1));
        B.Poll();
        Expect([2, 3]);
        Expect([4], Peer + 4, 7);
        Expect([5], Peer + 5, 8);
    }

    [TestMethod]
    [Requirement("RFC 1122", "4.1.3.3", "3.2.2.1", "3.2.2.4", "3.2.2.5")]
    [DataRow(3, 3, UdpError.Refused)]
    [DataRow(3, 2, UdpError.Refused)]
    [DataRow(3, 0, UdpError.Unreachable)]
    [DataRow(3, 1, UdpError.Unreachable)]
    [DataRow(3, 13, UdpError.Unreachable)]
    [DataRow(11, 0, UdpError.TimeExceeded)]
    [DataRow(12, 0, UdpError.ParameterProblem)]
    public void An_error_about_what_was_sent_is_told_to_the_socket_and_ends_nothing(int type, int code, UdpError expected)
    {
        UdpSocket socket = Connected(out byte[] sent);
        DeliverError(type, code, sent);
        Assert.AreEqual(expected, socket.TakeError());
        Assert.AreEqual(UdpError.None, socket.TakeError(), "once");
        Counted(StackCounter.IcmpInDestUnreachs, type == 3 ? 1 : 0);
        Counted(StackCounter.IcmpInIgnored, 0);
        Deliver([7]);
        Received(socket, [7]);
        Assert.IsTrue(socket.Send([8], 0, 1));
        B.Poll();
        Expect([8]);
    }

    [TestMethod]
    public void A_router_on_the_way_may_tell_it_too()
    {
        UdpSocket socket = Connected(out byte[] sent);
        DeliverError(Unreachable, 1, sent, from: StackBench.Subnet + 99);
        Assert.AreEqual(UdpError.Unreachable, socket.TakeError());
    }

    [TestMethod]
    [DataRow("another peer")]
    [DataRow("another port of the peer")]
    [DataRow("another port of ours")]
    [DataRow("another source")]
    [DataRow("a UDP length that does not fit the packet")]
    [DataRow("a UDP length below 8")]
    [DataRow("too large, though it may be fragmented")]
    [DataRow("cut short")]
    [DataRow("a header length below 20")]
    [DataRow("a header length beyond the end")]
    [DataRow("another version")]
    [DataRow("another protocol")]
    public void Unsolicited_ICMP_an_error_that_cannot_be_about_what_was_sent_changes_nothing(string what)
    {
        UdpSocket socket = Connected(out byte[] sent);
        int code = PortUnreachable;
        switch (what)
        {
            case "another peer":
                sent[19] ^= 8;
                break;
            case "another port of the peer":
                sent[23] ^= 1;
                break;
            case "another port of ours":
                sent[21] ^= 1;
                break;
            case "another source":
                sent[15] ^= 1;
                break;
            case "a UDP length that does not fit the packet":
                sent[25]++;
                break;
            case "a UDP length below 8":
                sent[3] = 27;
                sent[25] = 7;
                break;
            case "too large, though it may be fragmented":
                code = 4;
                break;
            case "cut short":
                sent = sent[..27];
                break;
            case "a header length below 20":
                sent[0] = 0x44;
                break;
            case "a header length beyond the end":
                sent[0] = 0x46;
                break;
            case "another version":
                sent[0] = 0x65;
                break;
            default:
                sent[9] = 132;
                break;
        }

        DeliverError(Unreachable, code, sent);
        Assert.AreEqual(UdpError.None, socket.TakeError());
        Nothing();
    }

    [TestMethod]
    public void Unsolicited_ICMP_before_anything_was_sent_changes_nothing()
    {
        UdpSocket socket = Connected(out byte[] sent);
        socket.Connect(Peer, PeerPort);
        DeliverError(Unreachable, PortUnreachable, sent);
        Assert.AreEqual(UdpError.None, socket.TakeError());
        socket.Disconnect();
        DeliverError(Unreachable, PortUnreachable, sent);
        Assert.AreEqual(UdpError.None, socket.TakeError(), "nor on a socket without a peer");
        socket.Close();
        DeliverError(Unreachable, PortUnreachable, sent);
        Counted(StackCounter.IcmpInIgnored, 3);
    }

    [TestMethod]
    public void Unsolicited_ICMP_by_broadcast_changes_nothing()
    {
        UdpSocket socket = Connected(out byte[] sent);
        byte[] message = Frames.IcmpMessage(Unreachable, PortUnreachable, 0, sent[..28]);
        B.Deliver(Frames.Ethernet(Broadcast, StackBench.PeerMac, Frames.TypeIpv4, Frames.Ipv4(Peer, DirectedBroadcast, Frames.Icmp, message)));
        Assert.AreEqual(UdpError.None, socket.TakeError());
        Nothing();
    }

    private UdpSocket Connected(out byte[] sent)
    {
        UdpSocket socket = Open();
        socket.Connect(Peer, PeerPort);
        Assert.IsTrue(socket.Send([1, 2, 3], 0, 3));
        B.Poll();
        sent = Expect([1, 2, 3]);
        return socket;
    }
}
