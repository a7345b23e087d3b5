using System;
using NanoTcp.Primitives;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;
using NanoTcp.Udp;

namespace NanoTcp.Tests.Udp;

/// <summary>RFC 768 and RFC 1122 4.1: datagrams in and out of a socket.</summary>
[TestClass]
public sealed class UdpSocketTests : UdpTest
{
    [TestMethod]
    [Requirement("RFC 768", "1")]
    [Requirement("RFC 1122", "4.1.3.5")]
    public void A_datagram_is_received_with_its_sender_and_where_it_was_sent_to()
    {
        UdpSocket socket = Open();
        Assert.AreEqual(-1, socket.Receive(Buffer, 0, Buffer.Length), "nothing has come");
        Deliver([1, 2, 3]);
        Assert.AreEqual(1, socket.Waiting);
        Received(socket, [1, 2, 3]);
        Assert.AreEqual(0, socket.Waiting);
        Assert.AreEqual(-1, socket.Receive(Buffer, 0, Buffer.Length));
        Nothing();
        Counted(StackCounter.UdpInDatagrams, 1);
    }

    [TestMethod]
    public void Datagrams_are_received_in_their_order_each_by_itself()
    {
        UdpSocket socket = Open();
        Deliver([1]);
        Deliver([2, 2], sourcePort: 1, source: StackBench.Subnet + 9);
        Deliver([3, 3, 3]);
        Assert.AreEqual(3, socket.Waiting);
        Received(socket, [1]);
        Received(socket, [2, 2], 1, StackBench.Subnet + 9);
        Received(socket, [3, 3, 3]);
    }

    [TestMethod]
    public void An_empty_datagram_is_a_datagram()
    {
        UdpSocket socket = Open();
        Deliver([]);
        Assert.AreEqual(1, socket.Waiting);
        Received(socket, []);
        Assert.IsTrue(socket.SendTo(Peer, PeerPort, Buffer, 0, 0));
        Assert.AreEqual(1, socket.Sending);
        B.Poll();
        Expect([]);
        Assert.AreEqual(0, socket.Sending);
    }

    [TestMethod]
    public void A_datagram_larger_than_the_buffer_is_cut_and_its_length_tells()
    {
        UdpSocket socket = Open();
        Deliver([1, 2, 3, 4, 5]);
        Deliver([6]);
        Assert.AreEqual(2, socket.Receive(Buffer, 7, 2));
        CollectionAssert.AreEqual(new byte[] { 0, 1, 2, 0 }, Buffer[6..10]);
        Assert.AreEqual(5, socket.DatagramLength);

        // The rest is lost, and does not stand before the next one.
        Received(socket, [6]);
        Deliver([7]);
        Assert.AreEqual(0, socket.Receive(Buffer, 0, 0));
        Assert.AreEqual(1, socket.DatagramLength);
        Assert.AreEqual(0, socket.Waiting);
    }

    [TestMethod]
    [Requirement("RFC 768", "1")]
    public void A_sender_that_wants_no_answer_has_port_0()
    {
        UdpSocket socket = Open();
        Deliver([1], sourcePort: 0);
        Received(socket, [1], 0);
    }

    [TestMethod]
    [Requirement("RFC 768", "2")]
    [Requirement("RFC 1122", "4.1.3.4")]
    public void Every_length_goes_out_with_a_right_checksum()
    {
        UdpSocket socket = Open(send: 4096);
        Assert.AreEqual(1472, socket.MaxPayload);
        byte[] payload = new byte[1472];
        for (int i = 0; i < payload.Length; i++)
        {
            payload[i] = (byte)(i * 7);
        }

        for (int length = 0; length <= payload.Length; length++)
        {
            Assert.IsTrue(socket.SendTo(Peer, PeerPort, payload, 0, length));
            B.Poll();
            Expect(payload[..length]);
        }

        Counted(StackCounter.UdpOutDatagrams, 1473);
    }

    [TestMethod]
    [Requirement("RFC 768", "2")]
    public void RFC_768_a_checksum_of_0_goes_out_as_all_ones()
    {
        UdpSocket socket = Open();
        byte[] payload = new byte[2];
        for (int i = 0; i <= 0xFFFF; i += 5)
        {
            // Among these is the payload whose checksum is 0.
            Frames.Put16(payload, 0, i);
            Assert.IsTrue(socket.SendTo(Peer, PeerPort, payload, 0, 2));
            B.Poll();
            Expect(payload);
        }

        // 0xFFFF, seen from the sum of everything else: found by arithmetic and not by luck.
        byte[] segment = Segment(Own, Peer, Port, PeerPort, [0, 0]);
        Frames.Put16(segment, 6, 0);
        int rest = NaiveChecksum.Of(WithPseudoHeader(segment, Own, Peer), 0, 12 + segment.Length);
        Frames.Put16(payload, 0, rest);
        Assert.IsTrue(socket.SendTo(Peer, PeerPort, payload, 0, 2));
        B.Poll();
        byte[] packet = Expect(payload);
        Assert.AreEqual(0xFFFF, Frames.Get16(packet, 26));
    }

    [TestMethod]
    [Requirement("RFC 1122", "4.1.3.4")]
    public void A_wrong_checksum_is_dropped_and_counted_and_none_is_taken()
    {
        UdpSocket socket = Open();
        byte[] wrong = Packet([1, 2, 3]);
        wrong[^1] ^= 1;
        B.Deliver(FromPeer(wrong));
        Assert.AreEqual(0, socket.Waiting);
        Counted(StackCounter.UdpInErrors, 1);
        byte[] none = Packet([1, 2, 3]);
        Frames.Put16(none, 26, 0);
        B.Deliver(FromPeer(none));
        Received(socket, [1, 2, 3]);
        Nothing();
    }

    [TestMethod]
    public void A_full_receive_queue_drops_what_comes_then_and_counts_it()
    {
        UdpSocket socket = Open(receive: 100);
        Deliver(new byte[38]);
        Deliver(new byte[38]);
        Assert.AreEqual(2, socket.Waiting, "twice 38 and 12 are the 100");
        Deliver([]);
        Deliver([9]);
        Assert.AreEqual(2, socket.ReceiveDrops);
        Counted(StackCounter.UdpInDrops, 2);
        Received(socket, new byte[38]);
        Deliver([5]);
        Received(socket, new byte[38]);
        Received(socket, [5]);

        // One that never fits.
        Deliver(new byte[89]);
        Deliver(new byte[88]);
        Received(socket, new byte[88]);
        Assert.AreEqual(3, socket.ReceiveDrops);
        Nothing();
    }

    [TestMethod]
    public void A_full_send_queue_takes_no_more_and_says_so()
    {
        UdpSocket socket = Open(send: 64);
        Assert.AreEqual(56, socket.MaxPayload);
        Assert.AreEqual(56, socket.Writable);
        Assert.IsTrue(socket.SendTo(Peer, PeerPort, Buffer, 0, 20));
        Assert.AreEqual(28, socket.Writable);
        Assert.IsFalse(socket.SendTo(Peer, PeerPort, Buffer, 0, 29));
        Assert.IsTrue(socket.SendTo(Peer, PeerPort, Buffer, 0, 28));
        Assert.AreEqual(-1, socket.Writable, "not even an empty one");
        Assert.IsFalse(socket.SendTo(Peer, PeerPort, Buffer, 0, 0));
        Assert.AreEqual(2, socket.Sending);
        B.Poll();
        Expect(new byte[20]);
        Expect(new byte[28]);
        Assert.AreEqual(56, socket.Writable);
    }

    [TestMethod]
    public void Both_queues_wrap_and_lose_nothing()
    {
        UdpSocket socket = Open(receive: 101, send: 103);
        for (int i = 0; i < 500; i++)
        {
            byte[] one = Payload(i, i % 30);
            byte[] two = Payload(i + 1, (i * 7) % 40);
            Deliver(one);
            Deliver(two, sourcePort: i + 1);
            Assert.IsTrue(socket.SendTo(Peer, PeerPort, two, 0, two.Length));
            Assert.IsTrue(socket.SendTo(Peer, i + 1, one, 0, one.Length));
            B.Poll();
            Expect(two);
            Expect(one, port: i + 1);
            Received(socket, one);
            Received(socket, two, i + 1);
        }

        Assert.AreEqual(0, socket.ReceiveDrops);

        static byte[] Payload(int seed, int length)
        {
            byte[] octets = new byte[length];
            new Random(seed).NextBytes(octets);
            return octets;
        }
    }

    [TestMethod]
    public void A_datagram_waits_for_its_neighbour_and_the_stack_does_not_spin_meanwhile()
    {
        UdpSocket socket = Open(answersArp: false);
        B.Sent.Clear();
        Assert.IsTrue(socket.SendTo(Peer, PeerPort, [1, 2], 0, 2));
        Assert.IsTrue(socket.SendTo(Peer, PeerPort, [3], 0, 1));
        B.Poll();
        byte[] request = Next();
        Assert.AreEqual(Frames.TypeArp, Frames.Get16(request, 12));
        Nothing();
        Assert.AreEqual(2, socket.Sending);
        B.Deliver(Frames.Ethernet(
            StackBench.OwnMac, StackBench.PeerMac, Frames.TypeArp, Frames.Arp(Frames.ArpReply, StackBench.PeerMac, Peer, StackBench.OwnMac, Own)));
        Expect([1, 2]);
        Expect([3]);
    }

    [TestMethod]
    public void A_datagram_whose_neighbour_is_silent_is_dropped_counted_and_told()
    {
        UdpSocket socket = Open();
        B.FirstSilent = StackBench.Subnet + 50;
        Assert.IsTrue(socket.SendTo(StackBench.Subnet + 60, PeerPort, [1], 0, 1));
        Assert.IsTrue(socket.SendTo(Peer, PeerPort, [2], 0, 1));
        B.Poll();
        Assert.AreEqual(2, socket.Sending, "both wait: the second one stands behind the first");
        At(10_000);
        Assert.AreEqual(1, socket.SendDrops);
        Assert.AreEqual(UdpError.NoRoute, socket.TakeError());
        Assert.AreEqual(UdpError.None, socket.TakeError());
        Counted(StackCounter.UdpOutDrops, 1);
        Assert.IsTrue(B.Sent.TryDequeue(out SentFrame frame));
        Assert.AreEqual(2, frame.Octets[42], "and the second one has left");
    }

    [TestMethod]
    public void Without_a_way_to_another_network_a_datagram_is_dropped_at_once()
    {
        UdpSocket socket = Open();
        Assert.IsTrue(socket.SendTo(0x08080808, 53, [1], 0, 1));
        B.Poll();
        Nothing();
        Assert.AreEqual(UdpError.NoRoute, socket.TakeError());
        Assert.AreEqual(0, socket.Sending);
    }

    [TestMethod]
    public void A_datagram_waits_for_the_link()
    {
        UdpSocket socket = Open();
        B.Link.Status = NanoTcp.Link.LinkStatus.Down;
        B.Poll();
        Assert.IsTrue(socket.SendTo(Peer, PeerPort, [1], 0, 1));
        B.Poll();
        At(1000);
        Nothing();
        B.Link.Status = NanoTcp.Link.LinkStatus.Up;
        B.Poll();
        Expect([1]);
    }

    [TestMethod]
    public void A_datagram_waits_for_a_busy_device_and_two_sockets_take_turns()
    {
        UdpSocket one = Open();
        UdpSocket two = B.Stack.CreateUdpSocket(64, 256);
        two.Bind(Port + 1);
        B.Deliver(FromPeer(Echo()));
        _ = Next();
        B.Link.Busy = true;
        for (int i = 0; i < 3; i++)
        {
            Assert.IsTrue(one.SendTo(Peer, PeerPort, [1], 0, 1));
            Assert.IsTrue(two.SendTo(Peer, PeerPort, [2], 0, 1));
        }

        B.Poll();
        Nothing();
        B.Link.Busy = false;
        B.Poll();
        int first = Frames.Get16(B.Sent.Peek().Octets, 34);
        int second = first == Port ? Port + 1 : Port;
        for (int i = 0; i < 3; i++)
        {
            Expect([(byte)(first - Port + 1)], sourcePort: first);
            Expect([(byte)(second - Port + 1)], sourcePort: second);
        }
    }

    [TestMethod]
    [Requirement("RFC 1122", "4.1.4")]
    public void DSCP_and_time_to_live_are_a_sockets_own()
    {
        UdpSocket socket = Open();
        Assert.IsTrue(socket.SendTo(Peer, PeerPort, [1], 0, 1));
        B.Poll();
        byte[] packet = Expect([1]);
        Assert.AreEqual(0, packet[1]);
        Assert.AreEqual(64, packet[8], "what the options say");
        socket.DifferentiatedServices = 46;
        socket.TimeToLive = 3;
        Assert.AreEqual(46, socket.DifferentiatedServices);
        Assert.AreEqual(3, socket.TimeToLive);
        Assert.IsTrue(socket.SendTo(Peer, PeerPort, [2], 0, 1));
        B.Poll();
        packet = Expect([2]);
        Assert.AreEqual(46 << 2, packet[1]);
        Assert.AreEqual(3, packet[8]);
    }

    [TestMethod]
    public void RFC_1112_6_1_a_datagram_to_a_group_stays_on_the_link_unless_it_is_told_otherwise()
    {
        UdpSocket socket = Open();
        socket.TimeToLive = 99;
        Assert.IsTrue(socket.SendTo(Group, PeerPort, [1], 0, 1));
        B.Poll();
        Assert.AreEqual(1, Expect([1], Group)[8]);
        socket.MulticastTimeToLive = 5;
        Assert.AreEqual(5, socket.MulticastTimeToLive);
        Assert.IsTrue(socket.SendTo(Group, PeerPort, [2], 0, 1));
        B.Poll();
        Assert.AreEqual(5, Expect([2], Group)[8]);
    }

    [TestMethod]
    public void What_is_sent_to_a_joined_group_is_received_and_to_another_is_not()
    {
        UdpSocket socket = Open(configure: o => o.MulticastGroups = 1);
        B.Stack.JoinGroup(Group);
        B.Poll();
        B.Sent.Clear();
        Deliver([1], destination: Group);
        Deliver([2], destination: Group + 1);
        Received(socket, [1], destination: Group);
        Assert.AreEqual(0, socket.Waiting);
        B.Stack.LeaveGroup(Group);
        B.Poll();
        B.Sent.Clear();
        Deliver([3], destination: Group);
        Assert.AreEqual(0, socket.Waiting);
        Nothing();
    }

    [TestMethod]
    public void What_is_broadcast_is_received_and_broadcasting_must_be_allowed()
    {
        UdpSocket socket = Open();
        Deliver([1], destination: LimitedBroadcast);
        Deliver([2], destination: DirectedBroadcast);
        Received(socket, [1], destination: LimitedBroadcast);
        Received(socket, [2], destination: DirectedBroadcast);
        Assert.ThrowsExactly<InvalidOperationException>(() => socket.SendTo(LimitedBroadcast, PeerPort, [1], 0, 1));
        Assert.ThrowsExactly<InvalidOperationException>(() => socket.SendTo(DirectedBroadcast, PeerPort, [1], 0, 1));
        Assert.AreEqual(0, socket.Sending);
        socket.AllowBroadcast = true;
        Assert.IsTrue(socket.AllowBroadcast);
        Assert.IsTrue(socket.SendTo(LimitedBroadcast, PeerPort, [3], 0, 1));
        Assert.IsTrue(socket.SendTo(DirectedBroadcast, PeerPort, [4], 0, 1));
        B.Poll();
        Assert.AreEqual(64, Expect([3], LimitedBroadcast)[8]);
        Expect([4], DirectedBroadcast);
        socket.AllowBroadcast = false;
        Assert.ThrowsExactly<InvalidOperationException>(() => socket.SendTo(LimitedBroadcast, PeerPort, [1], 0, 1));
    }

    [TestMethod]
    public void What_becomes_a_broadcast_address_before_it_leaves_does_not_leave()
    {
        UdpSocket socket = Open();
        const uint Neighbour = StackBench.Subnet + 127;
        Assert.IsTrue(socket.SendTo(Neighbour, PeerPort, [1], 0, 1));
        Assert.IsTrue(socket.SendTo(Own + 4, PeerPort, [1], 0, 1));
        B.Stack.SetAddress(Own + 4, 25, 0);
        B.Poll();
        foreach (SentFrame frame in B.Sent)
        {
            Assert.AreEqual(Frames.TypeArp, Frames.Get16(frame.Octets, 12));
        }

        B.Sent.Clear();
        Assert.AreEqual(2, socket.SendDrops);
    }

    [TestMethod]
    public void Without_an_address_nothing_leaves_not_even_a_broadcast()
    {
        // RFC 1122 3.2.1.3: only who asks for an address may have 0.0.0.0.
        UdpSocket socket = Open(configure: o => o.Address = 0);
        socket.AllowBroadcast = true;
        Assert.IsTrue(socket.SendTo(LimitedBroadcast, PeerPort, [1], 0, 1));
        Assert.IsTrue(socket.SendTo(Group, PeerPort, [1], 0, 1));
        Assert.IsTrue(socket.SendTo(Peer, PeerPort, [1], 0, 1));
        B.Poll();
        Nothing();
        Assert.AreEqual(3, socket.SendDrops);
        B.Stack.SetAddress(Own, 24, 0);
        B.Poll();
        B.Sent.Clear();
        Assert.IsTrue(socket.SendTo(LimitedBroadcast, PeerPort, [2], 0, 1));
        B.Poll();
        Expect([2], LimitedBroadcast);
    }

    [TestMethod]
    public void A_socket_is_closed_and_bound_again_without_memory()
    {
        UdpSocket socket = Open();
        for (int i = 0; i < 100; i++)
        {
            int port = Port + i;
            Deliver([1], port);
            Assert.AreEqual(1, socket.Waiting);
            B.Do(() => socket.SendTo(Peer, PeerPort, Buffer, 0, 1));
            Expect([0], sourcePort: port);
            B.Do(() =>
            {
                socket.Connect(Peer, PeerPort);
                socket.Send(Buffer, 0, 1);
                socket.Close();
            });
            Assert.AreEqual(0, socket.Port);
            Assert.AreEqual(0, socket.RemotePort);
            Assert.AreEqual(0, socket.Waiting);
            Assert.AreEqual(0, socket.Sending, "what had not left is forgotten");
            Nothing();
            B.Do(() => socket.Bind(port + 1));
        }
    }

    [TestMethod]
    [Requirement("RFC 6056", "3.3.1")]
    public void Port_0_is_a_random_one_that_nobody_has_and_so_is_that_of_a_socket_that_sends_unbound()
    {
        Start();
        UdpSocket first = B.Stack.CreateUdpSocket(64, 64);
        UdpSocket second = B.Stack.CreateUdpSocket(64, 64);
        UdpSocket third = B.Stack.CreateUdpSocket(64, 64);
        first.Bind(0);
        const int Expected = 49152 + (int)(ConstantRandom.Value % 16384);
        Assert.AreEqual(Expected, first.Port);
        Assert.IsTrue(second.SendTo(Peer, PeerPort, [1], 0, 1));
        Assert.AreEqual(Expected + 1, second.Port, "the next one");
        third.Connect(Peer, PeerPort);
        Assert.AreEqual(Expected + 2, third.Port);
        B.Poll();
        Expect([1], sourcePort: Expected + 1);
    }

    [TestMethod]
    public void Misuse_is_told_before_anything_changes()
    {
        UdpSocket socket = Open();
        UdpSocket other = B.Stack.CreateUdpSocket(64, 64);
        Assert.ThrowsExactly<InvalidOperationException>(() => other.Bind(Port), "somebody has it");
        Assert.ThrowsExactly<InvalidOperationException>(() => socket.Bind(Port + 1), "bound twice");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => other.Bind(-1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => other.Bind(65536));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => other.Connect(Peer, 0));
        Assert.ThrowsExactly<InvalidOperationException>(() => other.Send([1], 0, 1), "not connected");
        Assert.AreEqual(0, other.Port);
        foreach (uint address in new uint[] { 0, 0x7F000001, Own, StackBench.Subnet, 0xF0000001, 0x00000001 })
        {
            Assert.ThrowsExactly<ArgumentException>(() => other.SendTo(address, 1, [1], 0, 1));
            Assert.ThrowsExactly<ArgumentException>(() => other.Connect(address, 1));
        }

        Assert.ThrowsExactly<ArgumentException>(() => other.Connect(LimitedBroadcast, 1));
        Assert.ThrowsExactly<ArgumentException>(() => other.Connect(Group, 1));
        Assert.ThrowsExactly<ArgumentNullException>(() => socket.SendTo(Peer, 1, null!, 0, 1));
        Assert.ThrowsExactly<ArgumentNullException>(() => socket.Receive(null!, 0, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => socket.SendTo(Peer, 0, [1], 0, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => socket.SendTo(Peer, 65536, [1], 0, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => socket.SendTo(Peer, 1, [1], 0, 2));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => socket.SendTo(Peer, 1, [1], 2, 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => socket.SendTo(Peer, 1, [1], 0, -1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => socket.SendTo(Peer, 1, new byte[2000], 0, socket.MaxPayload + 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => socket.DifferentiatedServices = 64);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => socket.TimeToLive = 256);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => socket.TimeToLive = -1);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => socket.MulticastTimeToLive = 0);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => B.Stack.CreateUdpSocket(63, 64));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => B.Stack.CreateUdpSocket(64, 65536));
        Assert.AreEqual(0, socket.Sending);
        Assert.AreEqual(0, other.Port, "nothing of this has bound it");
    }
}
