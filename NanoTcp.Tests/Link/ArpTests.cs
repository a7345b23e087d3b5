using System;
using NanoTcp.Link;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Link;

/// <summary>RFC 826, RFC 1122 2.3.2 and RFC 5227: who is asked, who is answered, what is remembered and for how long.</summary>
[TestClass]
public sealed class ArpTests : StackTest
{
    private const uint Peer = StackBench.PeerAddress;
    private const uint Other = StackBench.Subnet + 7;
    private const uint Third = StackBench.Subnet + 9;
    private const uint Own = StackBench.OwnAddress;
    private const long PeerMac = StackBench.PeerMac;
    private const long OwnMac = StackBench.OwnMac;

    [TestMethod]
    public void RFC_5227_2_3_the_address_is_announced_twice_when_the_link_comes_up()
    {
        Start(answersArp: false);
        IsRequest(Next(), Broadcast, Own);
        At(1999);
        Nothing();
        At(2000);
        IsRequest(Next(), Broadcast, Own);
        At(10_000);
        Nothing();

        B.Link.Status = LinkStatus.Down;
        B.Poll();
        B.Link.Status = LinkStatus.Up;
        B.Poll();
        IsRequest(Next(), Broadcast, Own);
        At(12_000);
        IsRequest(Next(), Broadcast, Own);
    }

    [TestMethod]
    public void A_request_for_this_host_is_answered_and_the_asker_is_remembered()
    {
        Quiet();
        Arp(Frames.ArpRequest, PeerMac, Peer, 0, Own);
        byte[] reply = Next();
        Assert.AreEqual(PeerMac, Frames.Get48(reply, 0), "to the asker alone");
        Assert.AreEqual(OwnMac, Frames.Get48(reply, 6));
        Assert.AreEqual(Frames.TypeArp, Frames.Get16(reply, 12));
        CollectionAssert.AreEqual(Frames.Arp(Frames.ArpReply, OwnMac, Own, PeerMac, Peer), reply[14..42]);
        Assert.AreEqual(PeerMac, Known(Peer));
        Counted(StackCounter.ArpOutReplies, 1);
    }

    [TestMethod]
    public void RFC_5227_2_1_1_a_probe_is_answered_but_nobody_is_remembered()
    {
        Quiet();
        Arp(Frames.ArpRequest, PeerMac, 0, 0, Own);
        byte[] reply = Next();
        Assert.AreEqual(PeerMac, Frames.Get48(reply, 0));
        CollectionAssert.AreEqual(Frames.Arp(Frames.ArpReply, OwnMac, Own, PeerMac, 0), reply[14..42]);
        Assert.AreEqual(-1, Known(0));
        Counted(StackCounter.ArpConflicts, 0);
    }

    [TestMethod]
    public void RFC_826_a_packet_for_others_makes_no_entry_but_updates_one()
    {
        Quiet();
        Arp(Frames.ArpRequest, PeerMac, Peer, 0, Other);
        Nothing();
        Assert.AreEqual(-1, Known(Peer));

        Learn(Peer);
        const long NewMac = 0x0200000000AA;
        Arp(Frames.ArpReply, NewMac, Peer, StackBench.MacOf(Other), Other);
        Nothing();
        Assert.AreEqual(NewMac, Known(Peer));

        // A gratuitous announcement counts like any other packet.
        Arp(Frames.ArpRequest, PeerMac, Peer, 0, Peer);
        Nothing();
        Assert.AreEqual(PeerMac, Known(Peer));
    }

    [TestMethod]
    public void Another_station_with_this_hosts_address_is_counted_and_not_believed()
    {
        Quiet();
        Arp(Frames.ArpRequest, PeerMac, Own, 0, Own);
        Arp(Frames.ArpReply, PeerMac, Own, OwnMac, Own);
        Nothing();
        Counted(StackCounter.ArpConflicts, 2);
        Assert.AreEqual(-1, Known(Own));
        Arp(Frames.ArpRequest, OwnMac, Own, 0, Own);
        Counted(StackCounter.ArpConflicts, 2);
    }

    [TestMethod]
    public void A_neighbour_that_claims_this_hosts_station_is_not_believed()
    {
        Quiet();
        Learn(Peer);
        Arp(Frames.ArpReply, OwnMac, Peer, OwnMac, Own);
        Arp(Frames.ArpRequest, OwnMac, Other, 0, Own);
        Nothing();
        Counted(StackCounter.ArpInErrors, 2);
        Assert.AreEqual(PeerMac, Known(Peer));
        Assert.AreEqual(-1, Known(Other));
    }

    [TestMethod]
    [DataRow(0, 0x0006, DisplayName = "hardware")]
    [DataRow(2, 0x86DD, DisplayName = "protocol")]
    [DataRow(4, 0x0504, DisplayName = "length of the hardware address")]
    [DataRow(4, 0x0606, DisplayName = "length of the protocol address")]
    [DataRow(6, 0, DisplayName = "operation 0")]
    [DataRow(6, 3, DisplayName = "operation 3")]
    [DataRow(8, 0x0100, DisplayName = "sender a group of stations")]
    [DataRow(14, 0xE000, DisplayName = "sender a group of hosts")]
    public void A_malformed_packet_is_dropped_and_counted(int offset, int value)
    {
        Quiet();
        byte[] packet = Frames.Arp(Frames.ArpRequest, PeerMac, Peer, 0, Own);
        Frames.Put16(packet, offset, value);
        B.Deliver(Frames.Ethernet(Broadcast, PeerMac, Frames.TypeArp, packet));
        Nothing();
        Counted(StackCounter.ArpInErrors, 1);
    }

    [TestMethod]
    public void A_packet_from_station_0_or_cut_short_is_dropped_and_counted()
    {
        Quiet();
        Arp(Frames.ArpRequest, 0, Peer, 0, Own);
        byte[] whole = Frames.Ethernet(Broadcast, PeerMac, Frames.TypeArp, Frames.Arp(Frames.ArpRequest, PeerMac, Peer, 0, Own));
        for (int length = 15; length < whole.Length; length++)
        {
            B.Deliver(whole[..length]);
        }

        Nothing();
        Counted(StackCounter.ArpInErrors, 1 + 27);
    }

    [TestMethod]
    public void A_neighbour_is_asked_for_before_a_connection_opens()
    {
        Quiet();
        TcpConnection connection = B.Stack.Connect(Peer, 80);
        B.Poll();
        IsRequest(Next(), Broadcast, Peer);
        Nothing();
        At(5500);
        Arp(Frames.ArpReply, PeerMac, Peer, OwnMac, Own);
        byte[] syn = Next();
        Assert.AreEqual(PeerMac, Frames.Get48(syn, 0));
        Assert.AreEqual(Frames.TypeIpv4, Frames.Get16(syn, 12));
        connection.Abort();
    }

    [TestMethod]
    [Requirement("RFC 1122", "2.3.2.1")]
    public void Three_requests_without_an_answer_at_one_second_pace_make_a_neighbour_unreachable()
    {
        Quiet();
        TcpConnection connection = B.Stack.Connect(Peer, 80);
        B.Poll();
        foreach (int time in new[] { 5000, 6000, 7000 })
        {
            At(time);
            IsRequest(Next(), Broadcast, Peer);
        }

        At(7999);
        Assert.AreEqual(TcpState.SynSent, connection.State);
        At(8000);
        Nothing();
        Assert.AreEqual(TcpEndReason.Unreachable, connection.EndReason);
        Counted(StackCounter.ArpFailures, 1);
        Counted(StackCounter.TcpAttemptFails, 1);
        connection.Close();

        // The failure is remembered for three seconds: the next one learns it at once, and nobody is asked.
        connection = B.Stack.Connect(Peer, 80);
        B.Poll();
        Nothing();
        Assert.AreEqual(TcpEndReason.Unreachable, connection.EndReason);
        connection.Close();

        At(11_000);
        connection = B.Stack.Connect(Peer, 80);
        B.Poll();
        IsRequest(Next(), Broadcast, Peer);
        connection.Abort();
        At(14_000);
        B.Sent.Clear();
    }

    [TestMethod]
    [Requirement("RFC 1122", "2.3.2.2")]
    public void RFC_1122_2_3_2_2_the_newest_packet_waits_for_its_neighbour_and_the_replaced_one_is_counted()
    {
        Quiet();
        B.Deliver(FromPeer(Echo(11)));
        IsRequest(Next(), Broadcast, Peer);
        B.Deliver(FromPeer(Echo(22)));
        Nothing();
        Counted(StackCounter.ArpQueueDrops, 1);
        Arp(Frames.ArpReply, PeerMac, Peer, OwnMac, Own);
        byte[] reply = Next();
        Assert.AreEqual(PeerMac, Frames.Get48(reply, 0));
        Assert.HasCount(14 + 20 + 8 + 22, reply);
        Nothing();
    }

    [TestMethod]
    public void A_packet_that_finds_no_queue_is_counted()
    {
        Quiet();
        B.Deliver(FromPeer(Echo(11)));
        IsRequest(Next(), Broadcast, Peer);
        B.Deliver(FromPeer(Echo(22, Other), Other));
        IsRequest(Next(), Broadcast, Other);
        Counted(StackCounter.IpOutDiscards, 1);
        Arp(Frames.ArpReply, StackBench.MacOf(Other), Other, OwnMac, Own);
        Nothing();
        Arp(Frames.ArpReply, PeerMac, Peer, OwnMac, Own);
        Assert.HasCount(14 + 20 + 8 + 11, Next());
    }

    [TestMethod]
    [DataRow(100, true)]
    [DataRow(101, false)]
    public void A_packet_of_up_to_128_octets_waits_and_a_longer_one_is_counted(int body, bool waits)
    {
        Quiet();
        B.Deliver(FromPeer(Echo(body)));
        IsRequest(Next(), Broadcast, Peer);
        Counted(StackCounter.IpOutDiscards, waits ? 0 : 1);
        Arp(Frames.ArpReply, PeerMac, Peer, OwnMac, Own);
        if (waits)
        {
            Assert.HasCount(14 + 20 + 8 + body, Next());
        }

        Nothing();
        B.Deliver(FromPeer(Echo(body)));
        Assert.HasCount(14 + 20 + 8 + body, Next());
    }

    [TestMethod]
    public void A_packet_is_given_up_with_its_resolution_and_counted()
    {
        Quiet();
        B.Deliver(FromPeer(Echo(11)));
        At(8000);
        Assert.HasCount(3, B.Sent);
        B.Sent.Clear();
        Counted(StackCounter.ArpFailures, 1);
        Counted(StackCounter.ArpQueueDrops, 1);
        Arp(Frames.ArpRequest, PeerMac, Peer, 0, Own);
        Next();
        Nothing();
    }

    [TestMethod]
    [Requirement("RFC 1122", "2.3.2.1")]
    public void RFC_1122_2_3_2_1_after_a_minute_a_neighbour_is_asked_again_by_unicast_and_still_used_meanwhile()
    {
        Quiet();
        Learn(Peer);
        At(64_999);
        B.Deliver(FromPeer(Echo()));
        Assert.AreEqual(Frames.TypeIpv4, Frames.Get16(Next(), 12));
        Nothing();

        At(65_000);
        B.Deliver(FromPeer(Echo()));
        Assert.AreEqual(Frames.TypeIpv4, Frames.Get16(Next(), 12));
        IsRequest(Next(), PeerMac, Peer);
        At(65_010);
        Arp(Frames.ArpReply, PeerMac, Peer, OwnMac, Own);
        At(70_000);
        Nothing();
        Assert.AreEqual(PeerMac, Known(Peer));
    }

    [TestMethod]
    public void A_neighbour_silent_to_unicast_is_sought_by_broadcast_and_then_forgotten()
    {
        Quiet();
        Learn(Peer);
        At(100_000);
        B.Deliver(FromPeer(Echo()));
        Assert.AreEqual(Frames.TypeIpv4, Frames.Get16(Next(), 12));
        for (int i = 0; i < 3; i++)
        {
            At(100_000 + (i * 1000));
            IsRequest(Next(), PeerMac, Peer);
        }

        for (int i = 3; i < 6; i++)
        {
            At(100_000 + (i * 1000));
            IsRequest(Next(), Broadcast, Peer);
        }

        At(106_000);
        Nothing();
        Assert.AreEqual(-1, Known(Peer));
        Counted(StackCounter.ArpFailures, 1);
    }

    [TestMethod]
    public void A_neighbour_that_nobody_uses_is_forgotten_after_ten_minutes()
    {
        Quiet();
        Learn(Peer);
        At(604_999);
        Assert.AreEqual(PeerMac, Known(Peer));
        At(605_000);
        B.Poll();
        Assert.AreEqual(-1, Known(Peer));
        Nothing();
    }

    [TestMethod]
    public void In_a_full_table_the_neighbour_unused_for_the_longest_time_makes_room()
    {
        Quiet(options => options.Neighbours = 2);
        Learn(Peer);
        At(5001);
        Learn(Other);
        At(5002);
        B.Deliver(FromPeer(Echo()));
        Next();
        At(5003);
        Learn(Third);
        Assert.AreEqual(PeerMac, Known(Peer));
        Assert.AreEqual(-1, Known(Other));
        Assert.AreEqual(StackBench.MacOf(Third), Known(Third));
    }

    [TestMethod]
    [Requirement("RFC 1122", "3.3.1.1")]
    public void RFC_1122_3_3_1_1_what_is_outside_the_subnet_goes_to_the_gateway()
    {
        Quiet(options => options.Gateway = StackBench.Subnet + 254);
        TcpConnection connection = B.Stack.Connect(0x08080808, 80);
        B.Poll();
        IsRequest(Next(), Broadcast, StackBench.Subnet + 254);
        Arp(Frames.ArpReply, 0x0200000000FE, StackBench.Subnet + 254, OwnMac, Own);
        byte[] syn = Next();
        Assert.AreEqual(0x0200000000FE, Frames.Get48(syn, 0));
        Assert.AreEqual(0x08080808u, Frames.Get32(syn, 14 + 16));
        connection.Abort();
    }

    [TestMethod]
    public void Without_a_gateway_there_is_no_way_outside()
    {
        Quiet();
        TcpConnection connection = B.Stack.Connect(0x08080808, 80);
        B.Poll();
        Nothing();
        Assert.AreEqual(TcpEndReason.Unreachable, connection.EndReason);
        connection.Close();
        B.Deliver(FromPeer(Echo(10, 0x08080808)));
        Nothing();
        Counted(StackCounter.IpOutNoRoutes, 1);
    }

    /// <summary>A stack whose announcements are over, at 5000 ms.</summary>
    private void Quiet(Action<NetworkStackOptions>? configure = null)
    {
        Start(answersArp: false, configure);
        At(5000);
        Assert.HasCount(2, B.Sent);
        B.Sent.Clear();
    }

    private void Arp(int operation, long senderMac, uint sender, long targetMac, uint target)
    {
        byte[] frame = new byte[60];
        Frames.Ethernet(
            operation == Frames.ArpRequest ? Broadcast : OwnMac,
            senderMac,
            Frames.TypeArp,
            Frames.Arp(operation, senderMac, sender, targetMac, target)).CopyTo(frame, 0);
        B.Deliver(frame);
    }

    private void Learn(uint address)
    {
        Arp(Frames.ArpRequest, StackBench.MacOf(address), address, 0, Own);
        Next();
        Assert.AreEqual(StackBench.MacOf(address), Known(address));
    }

    private long Known(uint address)
    {
        ArpCache cache = B.Stack.Neighbours;
        for (int i = 0; i < cache.Capacity; i++)
        {
            if (cache.GetAddress(i) == address && cache.GetMacAddress(i) >= 0)
            {
                return cache.GetMacAddress(i);
            }
        }

        return -1;
    }

    private static void IsRequest(byte[] frame, long destination, uint target)
    {
        Assert.AreEqual(destination, Frames.Get48(frame, 0), "destination station");
        Assert.AreEqual(OwnMac, Frames.Get48(frame, 6), "source station");
        Assert.AreEqual(Frames.TypeArp, Frames.Get16(frame, 12), "type");
        CollectionAssert.AreEqual(Frames.Arp(Frames.ArpRequest, OwnMac, Own, 0, target), frame[14..42]);
    }
}
