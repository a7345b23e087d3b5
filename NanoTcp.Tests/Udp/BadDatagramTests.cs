using System;
using NanoTcp.Emulation;
using NanoTcp.Primitives;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;
using NanoTcp.Udp;

namespace NanoTcp.Tests.Udp;

/// <summary>The classes of mistakes in embedded stacks, as far as they are about UDP: each by its name.</summary>
[TestClass]
public sealed class BadDatagramTests : UdpTest
{
    [TestMethod]
    [Requirement("RFC 768", "1")]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(7)]
    public void AMNESIA_33_a_length_below_the_header_is_dropped(int length)
    {
        UdpSocket socket = Open();
        B.Deliver(FromPeer(WithLength(Packet([1, 2, 3]), length)));
        Refused(socket);
    }

    [TestMethod]
    [Requirement("RFC 768", "1")]
    [DataRow(12)]
    [DataRow(100)]
    [DataRow(65535)]
    public void Ripple20_a_length_beyond_the_packet_is_dropped(int length)
    {
        UdpSocket socket = Open();
        B.Deliver(FromPeer(WithLength(Packet([1, 2, 3]), length)));
        Refused(socket);
    }

    [TestMethod]
    public void Ripple20_a_length_short_of_the_packet_counts_and_what_is_behind_it_is_not_seen()
    {
        UdpSocket socket = Open();
        byte[] segment = new byte[20];
        Segment(Peer, Own, PeerPort, Port, [1, 2]).CopyTo(segment, 0);
        Array.Fill(segment, (byte)0xAA, 10, 10);
        B.Deliver(FromPeer(Frames.Ipv4(Peer, Own, Protocol, segment)));
        Received(socket, [1, 2]);
    }

    [TestMethod]
    public void Ripple20_padding_of_the_frame_is_not_seen()
    {
        UdpSocket socket = Open();
        byte[] frame = new byte[60];
        Array.Fill(frame, (byte)0xAA);
        FromPeer(Packet([1])).CopyTo(frame, 0);
        B.Deliver(frame);
        Received(socket, [1]);
    }

    [TestMethod]
    public void A_header_cut_short_is_dropped()
    {
        UdpSocket socket = Open();
        byte[] whole = Segment(Peer, Own, PeerPort, Port, [1, 2, 3]);
        for (int length = 0; length < 8; length++)
        {
            B.Deliver(FromPeer(Frames.Ipv4(Peer, Own, Protocol, whole[..length])));
        }

        Assert.AreEqual(0, socket.Waiting);
        Nothing();
        Counted(StackCounter.UdpInErrors, 8);
    }

    [TestMethod]
    public void Checksum_0_means_none_and_a_checksum_of_0_comes_as_all_ones()
    {
        UdpSocket socket = Open();
        byte[] segment = Segment(Peer, Own, PeerPort, Port, [0, 0]);
        Frames.Put16(segment, 6, 0);
        int rest = NaiveChecksum.Of(WithPseudoHeader(segment, Peer, Own), 0, 12 + segment.Length);
        byte[] payload = [(byte)(rest >> 8), (byte)rest];
        byte[] ones = Packet(payload);
        Assert.AreEqual(0xFFFF, Frames.Get16(ones, 26), "the test's own sum");
        B.Deliver(FromPeer(ones));
        Received(socket, payload);
    }

    [TestMethod]
    public void Port_0_is_nobodys()
    {
        Start();
        UdpSocket unbound = B.Stack.CreateUdpSocket(64, 64);
        byte[] packet = Packet([1], port: 0);
        B.Deliver(FromPeer(packet));
        ExpectError(3, 3, packet);
        Assert.AreEqual(0, unbound.Waiting, "a socket without a port has port 0, and gets nothing");
        Counted(StackCounter.UdpNoPorts, 1);
    }

    [TestMethod]
    public void Oversize_the_longest_datagram_that_a_frame_holds_is_taken_whole()
    {
        UdpSocket socket = Open(receive: 4096);
        byte[] payload = new byte[1472];
        new Random(1).NextBytes(payload);
        Deliver(payload);
        Deliver([1]);
        Received(socket, payload);
        Received(socket, [1]);
    }

    [TestMethod]
    public void Land_a_datagram_from_the_stack_itself_is_dropped()
    {
        UdpSocket socket = Open();
        B.Deliver(Frames.Ethernet(StackBench.OwnMac, StackBench.PeerMac, Frames.TypeIpv4, Packet([1], Port, Port, Own)));
        Assert.AreEqual(0, socket.Waiting);
        Nothing();
        Counted(StackCounter.IpInLand, 1);
    }

    [TestMethod]
    [Requirement("RFC 1122", "4.1.3.6")]
    [DataRow(0u)]
    [DataRow(0x7F000001u)]
    [DataRow(0xFFFFFFFFu)]
    [DataRow(0xE0000001u)]
    [DataRow(0xF0000001u)]
    public void A_source_that_is_no_single_host_is_dropped(uint source)
    {
        UdpSocket socket = Open();
        B.Deliver(FromPeer(Packet([1], source: source)));
        Assert.AreEqual(0, socket.Waiting);
        Nothing();
    }

    [TestMethod]
    public void Unicast_in_a_link_broadcast_is_dropped()
    {
        UdpSocket socket = Open();
        B.Deliver(Frames.Ethernet(Broadcast, StackBench.PeerMac, Frames.TypeIpv4, Packet([1])));
        Assert.AreEqual(0, socket.Waiting);
        Nothing();
    }

    [TestMethod]
    public void IP_options_before_the_datagram_are_skipped()
    {
        UdpSocket socket = Open();
        B.Deliver(FromPeer(Frames.Ipv4(Peer, Own, Protocol, Segment(Peer, Own, PeerPort, Port, [1, 2]), [1, 1, 1, 1, 1, 1, 1, 0])));
        Received(socket, [1, 2]);
    }

    [TestMethod]
    public void Fuzz_what_is_received_was_sent_so_and_nothing_throws_or_answers_without_bound()
    {
        // Whatever is not whole must not come through: with octets flipped at random, the checksum lets hardly any through,
        // and none of those has another length than its packet allows.
        SeededRandom random = new(1234);
        UdpSocket socket = Open(receive: 8192, configure: o => o.Random = new SeededRandom(9));
        socket.Connect(Peer, PeerPort);
        Assert.IsTrue(socket.Send([1, 2, 3], 0, 3));
        B.Poll();
        byte[] sent = Expect([1, 2, 3]);
        byte[] payload = new byte[60];
        long answers = 0;
        for (int i = 0; i < 30_000; i++)
        {
            random.Fill(payload);
            byte[] packet = random.Below(3) switch
            {
                0 => Packet(payload[..random.Below(60)]),
                1 => Frames.Ipv4(Peer, Own, random.Below(256), payload[..random.Below(60)]),
                _ => Frames.Ipv4(Peer, Own, Frames.Icmp, Frames.IcmpMessage(random.Below(13), random.Below(16), 0, sent)),
            };
            byte[] original = (byte[])packet.Clone();
            int changes = random.Below(4);
            for (int c = 0; c < changes; c++)
            {
                packet[random.Below(packet.Length)] = (byte)random.NextUInt32();
            }

            if (random.Below(2) == 0 && (packet[0] & 0xF) * 4 <= packet.Length)
            {
                Frames.FixIpv4(packet, 0);
            }

            int cut = random.Below(8) == 0 ? random.Below(packet.Length) : packet.Length;
            B.Deliver(FromPeer(packet[..cut]));
            answers += B.Sent.Count;
            B.Sent.Clear();
            while (socket.Waiting != 0)
            {
                int length = socket.Receive(Buffer, 0, Buffer.Length);
                Assert.AreEqual(socket.DatagramLength, length);
                Assert.IsTrue(length <= packet.Length - 28, $"{length} octets from a packet of {packet.Length}");
                Assert.AreEqual(Peer, socket.SenderAddress);
                Assert.AreEqual(PeerPort, socket.SenderPort);
                if (changes == 0)
                {
                    CollectionAssert.AreEqual(original[28..], Buffer[..length]);
                }
            }

            _ = socket.TakeError();
        }

        Assert.IsGreaterThan(1000, B.Count(StackCounter.UdpInDatagrams), "valid ones come through");
        Assert.IsGreaterThan(1000, B.Count(StackCounter.UdpInErrors), "and damaged ones do not");

        // Nobody has let time pass: errors are limited by their bucket, and every echo has its one reply.
        Assert.IsLessThanOrEqualTo(100 + B.Count(StackCounter.IcmpOutEchoReplies) + B.Count(StackCounter.TcpOutRsts), answers);
    }

    private static byte[] WithLength(byte[] packet, int length)
    {
        // No checksum, so that only the length can be found wrong.
        Frames.Put16(packet, 24, length);
        Frames.Put16(packet, 26, 0);
        return packet;
    }

    private void Refused(UdpSocket socket)
    {
        Assert.AreEqual(0, socket.Waiting);
        Nothing();
        Counted(StackCounter.UdpInErrors, 1);
        Counted(StackCounter.UdpInDatagrams, 0);
    }
}
