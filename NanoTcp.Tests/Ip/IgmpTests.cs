using System;
using System.Collections.Generic;
using System.Linq;
using NanoTcp.Emulation;
using NanoTcp.Link;
using NanoTcp.Primitives;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Ip;

/// <summary>RFC 2236: what a host says about its groups, and when.</summary>
[TestClass]
public sealed class IgmpTests : IgmpTest
{
    [TestMethod]
    [Requirement("RFC 2236", "2")]
    [Requirement("RFC 2236", "3")]
    [Requirement("RFC 2236", "8.10")]
    [Requirement("RFC 2236", "9")]
    [Requirement("RFC 2113", "2.1")]
    [Requirement("RFC 1112", "6.4")]
    public void RFC_2236_3_a_group_is_reported_when_it_is_joined_and_once_more()
    {
        StartWithGroups();
        Nothing();
        At(500);
        Join(Mdns);
        Sends(Report, Mdns);
        At(500 + Delay10 - 1);
        Nothing();
        At(500 + Delay10);
        Sends(Report, Mdns);
        At(1_000_000);
        Nothing();
        Assert.AreEqual(2, Groups.GetValue(3));
    }

    [TestMethod]
    public void A_group_that_is_joined_twice_is_reported_as_one_and_left_with_the_last()
    {
        StartWithGroups();
        Joined(Mdns);
        Join(Mdns);
        LeaveGroup(Mdns);
        Nothing();
        LeaveGroup(Mdns);
        Sends(Leave, Mdns);
        Assert.ThrowsExactly<InvalidOperationException>(() => B.Stack.LeaveGroup(Mdns));
    }

    [TestMethod]
    [Requirement("RFC 2236", "3")]
    [Requirement("RFC 2236", "6")]
    public void RFC_2236_3_a_general_query_is_answered_for_every_group_after_a_random_delay()
    {
        StartWithGroups(change: options => options.Random = new SeededRandom(4));
        Joined(Mdns, Ssdp);
        long asked = B.Now;
        GeneralQuery(50);
        B.AdvanceTo(asked + 5_000);
        SentFrame[] reports = [.. B.Sent];
        B.Sent.Clear();
        CollectionAssert.AreEquivalent(new[] { Mdns, Ssdp }, reports.Select(r => Frames.Get32(r.Octets, 14 + 16)).ToArray());
        Assert.AreNotEqual(reports[0].Time, reports[1].Time);
        Assert.IsTrue(reports.All(r => r.Time > asked && r.Time <= asked + 5_000));
        B.AdvanceTo(asked + 100_000);
        Nothing();
    }

    [TestMethod]
    [Requirement("RFC 2236", "2.2")]
    public void Delays_lie_anywhere_from_the_first_millisecond_to_the_last()
    {
        List<long> delays = [];
        for (ulong seed = 1; seed <= 400; seed++)
        {
            StartWithGroups(change: options => options.Random = new SeededRandom(seed));
            Joined(Mdns);
            long asked = B.Now;
            GeneralQuery(1);
            B.AdvanceTo(asked + 100);
            Assert.IsTrue(B.Sent.TryDequeue(out SentFrame report));
            delays.Add(report.Time - asked);
        }

        Assert.AreEqual(1, delays.Min());
        Assert.AreEqual(100, delays.Max());
        Assert.IsTrue(delays.Distinct().Count() > 80);
    }

    [TestMethod]
    public void A_query_about_a_group_is_answered_for_that_group_alone()
    {
        StartWithGroups();
        Joined(Mdns, Ssdp);
        long asked = B.Now;
        GroupQuery(Ssdp);
        B.AdvanceTo(asked + Delay1);
        Sends(Report, Ssdp);
        B.AdvanceTo(asked + 100_000);
        Nothing();
        Assert.AreEqual(1, Groups.GetValue(0));
    }

    [TestMethod]
    public void A_query_about_a_group_of_others_is_not_answered()
    {
        StartWithGroups();
        Joined(Mdns);

        // To everybody, as some routers send it: one to the group itself does not pass the IP layer.
        Deliver(Message(Query, 10, Ssdp), AllHosts);
        GroupQuery(Ssdp);
        B.AdvanceTo(B.Now + 100_000);
        Nothing();
        Assert.AreEqual(1, Groups.GetValue(0));
        Counted(StackCounter.IpInAddrErrors, 1);
    }

    [TestMethod]
    [Requirement("RFC 2236", "3")]
    public void RFC_2236_3_a_timer_that_runs_is_set_anew_only_by_a_query_in_more_of_a_hurry()
    {
        StartWithGroups();
        Joined(Mdns);
        long asked = B.Now;
        GeneralQuery();

        // 1,586 ms are left; two seconds are no hurry, half a second is.
        GeneralQuery(20);
        B.AdvanceTo(asked + 500);
        Nothing();
        GeneralQuery(5);
        int delay = 1 + (int)(ConstantRandom.Value % 500);
        B.AdvanceTo(asked + 500 + delay);
        Sends(Report, Mdns);
        B.AdvanceTo(asked + 100_000);
        Nothing();
    }

    [TestMethod]
    [Requirement("RFC 2236", "6")]
    [DataRow(Report)]
    [DataRow(Version1Report)]
    public void RFC_2236_6_a_report_of_another_host_takes_the_place_of_this_ones_and_of_its_leave(int type)
    {
        StartWithGroups();
        Joined(Mdns, Ssdp);
        long asked = B.Now;
        GeneralQuery();
        Deliver(Message(type, 0, Mdns), Mdns, StackBench.PeerAddress + 5);
        B.AdvanceTo(asked + Delay10);
        Sends(Report, Ssdp);
        B.AdvanceTo(asked + 100_000);
        Nothing();
        LeaveGroup(Mdns);
        Nothing();
        LeaveGroup(Ssdp);
        Sends(Leave, Ssdp);
        Assert.AreEqual(1, Groups.GetValue(1));
    }

    [TestMethod]
    public void A_report_of_another_host_that_comes_when_nothing_is_due_changes_nothing()
    {
        StartWithGroups();
        Joined(Mdns);
        Deliver(Message(Report, 0, Mdns), Mdns, StackBench.PeerAddress + 5);
        LeaveGroup(Mdns);
        Sends(Leave, Mdns);
    }

    [TestMethod]
    [Requirement("RFC 2236", "10")]
    public void RFC_2236_10_a_report_from_elsewhere_does_not_silence_this_host()
    {
        StartWithGroups();
        Joined(Mdns);
        long asked = B.Now;
        GeneralQuery();
        Deliver(Message(Report, 0, Mdns), Mdns, 0x08080808);
        B.AdvanceTo(asked + Delay10);
        Sends(Report, Mdns);
        Assert.AreEqual(1, Groups.GetValue(2));
    }

    [TestMethod]
    public void A_switch_without_an_address_is_answered_and_a_host_without_one_is_heard()
    {
        StartWithGroups();
        Joined(Mdns, Ssdp);
        long asked = B.Now;
        Deliver(Message(Query, 100, 0), AllHosts, 0);
        Deliver(Message(Report, 0, Ssdp), Ssdp, 0);
        B.AdvanceTo(asked + Delay10);
        Sends(Report, Mdns);
        B.AdvanceTo(asked + 100_000);
        Nothing();
        Counted(StackCounter.IpInAddrErrors, 0);
    }

    [TestMethod]
    [Requirement("RFC 2236", "4")]
    [Requirement("RFC 2236", "8.11")]
    public void RFC_2236_4_a_querier_of_version_1_gets_reports_of_version_1_and_no_leaves_for_400_seconds()
    {
        StartWithGroups();
        Joined(Mdns, Ssdp);
        long asked = B.Now;
        GeneralQuery(0);
        B.AdvanceTo(asked + Delay10);
        Sends(Version1Report, Mdns);
        Sends(Version1Report, Ssdp);
        LeaveGroup(Ssdp);
        Nothing();
        B.AdvanceTo(asked + 399_999 - Delay1);
        GroupQuery(Mdns);
        B.AdvanceTo(asked + 399_999);
        Sends(Version1Report, Mdns);
        GroupQuery(Mdns);
        B.AdvanceTo(asked + 399_999 + Delay1);
        Sends(Report, Mdns);
        LeaveGroup(Mdns);
        Sends(Leave, Mdns);
    }

    [TestMethod]
    [Requirement("RFC 2236", "2.5")]
    public void RFC_2236_2_5_a_query_of_version_3_is_answered_as_one_of_version_2()
    {
        StartWithGroups();
        Joined(Mdns);
        long asked = B.Now;
        Deliver(Message(Query, 100, 0, length: 12), AllHosts);
        B.AdvanceTo(asked + Delay10);
        Sends(Report, Mdns);

        // Without a time it is not version 1, which sends 8 octets.
        Deliver(Message(Query, 0, 0, length: 12), AllHosts);
        B.AdvanceTo(B.Now + 1 + (int)(ConstantRandom.Value % 100));
        Sends(Report, Mdns);
    }

    [TestMethod]
    [Requirement("RFC 1112", "7.2")]
    [Requirement("RFC 2236", "6")]
    public void RFC_1112_7_2_the_group_of_all_hosts_is_always_received_and_never_reported()
    {
        StartWithGroups(1);
        GeneralQuery();
        GroupQuery(AllHosts);
        Join(AllHosts);
        GeneralQuery();
        LeaveGroup(AllHosts);
        Assert.ThrowsExactly<InvalidOperationException>(() => B.Stack.LeaveGroup(AllHosts));
        At(1_000_000);
        Nothing();
        Assert.AreEqual(3, Groups.GetValue(0));

        // And it takes no place of others.
        Join(Mdns);
        Sends(Report, Mdns);
        Assert.ThrowsExactly<InvalidOperationException>(() => B.Stack.JoinGroup(Ssdp));
    }

    [TestMethod]
    public void Without_a_link_nothing_is_sent_and_all_is_reported_when_it_comes()
    {
        StartWithGroups();
        Joined(Mdns);
        SetLink(LinkStatus.Down);
        Join(Ssdp);
        At(60_000);
        Nothing();
        SetLink(LinkStatus.Up);
        Sends(Report, Mdns);
        Sends(Report, Ssdp);
        At(60_000 + Delay10);
        Sends(Report, Mdns);
        Sends(Report, Ssdp);
        At(600_000);
        Nothing();
    }

    [TestMethod]
    public void What_was_left_while_the_link_was_down_is_not_said_later()
    {
        StartWithGroups();
        Joined(Mdns);
        SetLink(LinkStatus.Down);
        LeaveGroup(Mdns);
        SetLink(LinkStatus.Up);
        At(600_000);
        Nothing();
    }

    [TestMethod]
    public void Without_an_address_nothing_is_sent_and_all_is_reported_under_the_one_that_comes()
    {
        StartWithGroups(change: options => options.Address = 0);
        Join(Mdns);
        At(60_000);
        Nothing();
        B.Do(() => B.Stack.SetAddress(StackBench.OwnAddress, 24, 0));
        SendsAfterAnnouncement(StackBench.OwnAddress);
        At(120_000);
        B.Sent.Clear();
        B.Do(() => B.Stack.SetAddress(StackBench.OwnAddress + 9, 24, 0));
        SendsAfterAnnouncement(StackBench.OwnAddress + 9);
        At(180_000);
        B.Sent.Clear();
        B.Do(() => B.Stack.SetAddress(0, 0, 0));
        At(300_000);
        Nothing();
    }

    [TestMethod]
    public void A_device_that_is_busy_gets_the_reports_later()
    {
        StartWithGroups();
        B.Link.Busy = true;
        Join(Mdns);
        Join(Ssdp);
        At(5);
        Nothing();
        B.Link.Busy = false;
        At(6);
        Sends(Report, Mdns);
        Sends(Report, Ssdp);
        At(6 + Delay10);
        B.Sent.Clear();
    }

    [TestMethod]
    public void An_address_that_goes_while_the_device_is_busy_takes_the_reports_with_it()
    {
        StartWithGroups();
        B.Link.Busy = true;
        Join(Mdns);
        B.Do(() => B.Stack.SetAddress(0, 0, 0));
        B.Link.Busy = false;
        At(60_000);
        Nothing();
    }

    [TestMethod]
    public void A_group_that_is_joined_before_the_first_Poll_is_reported_by_it()
    {
        FrameLink link = new();
        NetworkStack stack = new(
            link, new NetworkStackOptions { Address = StackBench.OwnAddress, MulticastGroups = 1, Random = new ConstantRandom() });
        stack.JoinGroup(Mdns);
        stack.Poll(5_000_000_000);
        byte[]? frame;
        int reports = 0;
        while ((frame = link.Take()) != null)
        {
            reports += Frames.Get16(frame, 12) == Frames.TypeIpv4 && frame[38] == Report ? 1 : 0;
        }

        Assert.AreEqual(1, reports);
    }

    [TestMethod]
    public void Who_joins_again_before_the_leave_is_sent_has_not_left()
    {
        StartWithGroups();
        Joined(Mdns);
        B.Do(() =>
        {
            B.Stack.LeaveGroup(Mdns);
            B.Stack.JoinGroup(Mdns);
        });
        Sends(Report, Mdns);
        At(30_000);
        B.Sent.Clear();
    }

    [TestMethod]
    public void Who_leaves_before_having_reported_need_not_say_so()
    {
        StartWithGroups();
        B.Do(() =>
        {
            B.Stack.JoinGroup(Mdns);
            B.Stack.LeaveGroup(Mdns);
        });
        At(30_000);
        Nothing();
    }

    [TestMethod]
    public void A_new_group_takes_the_place_of_one_whose_leave_could_not_be_sent_yet()
    {
        StartWithGroups(1);
        Joined(Mdns);
        B.Do(() =>
        {
            B.Stack.LeaveGroup(Mdns);
            B.Stack.JoinGroup(Ssdp);
        });
        Sends(Report, Ssdp);
        At(30_000);
        Sends(Report, Ssdp, Delay10);
        Nothing();
    }

    [TestMethod]
    public void The_device_is_asked_for_frames_to_all_hosts_and_to_each_group_once()
    {
        FilterLink link = new();
        NetworkStack stack = new(
            link, new NetworkStackOptions { Address = StackBench.OwnAddress, MulticastGroups = 2, Random = new ConstantRandom() });
        CollectionAssert.AreEqual(new long[] { 0x01005E000001 }, link.Groups);
        stack.JoinGroup(Mdns);
        stack.JoinGroup(Mdns);
        stack.JoinGroup(Ssdp);
        CollectionAssert.AreEqual(new long[] { 0x01005E000001, 0x01005E0000FB, 0x01005E7FFFFA }, link.Groups);
        stack.LeaveGroup(Mdns);
        stack.LeaveGroup(Ssdp);
        CollectionAssert.AreEqual(new long[] { 0x01005E000001, 0x01005E0000FB }, link.Groups);

        // What the device cannot take is not joined.
        link.Full = true;
        Assert.ThrowsExactly<InvalidOperationException>(() => stack.JoinGroup(Ssdp));
        link.Full = false;
        stack.JoinGroup(Ssdp);
    }

    [TestMethod]
    public void Without_places_for_groups_there_is_no_IGMP()
    {
        Start();
        Assert.IsNull(B.Stack.GroupCounters);
        Assert.ThrowsExactly<InvalidOperationException>(() => B.Stack.JoinGroup(Mdns));
        Assert.ThrowsExactly<InvalidOperationException>(() => B.Stack.LeaveGroup(Mdns));
        GeneralQuery();
        Nothing();
        Counted(StackCounter.IpInAddrErrors, 1);
    }

    [TestMethod]
    [DataRow(0xEF8000FBu, DisplayName = "another group with the same address of the link")]
    [DataRow(0xE00000FCu, DisplayName = "another group that the device's hash lets through")]
    [DataRow(StackBench.OwnAddress, DisplayName = "this host, in a frame to a group")]
    [DataRow(0x0A000009u, DisplayName = "another host, in a frame to a group")]
    [Requirement("RFC 1122", "3.3.6")]
    public void A_packet_in_a_multicast_frame_that_is_to_nobody_here_is_dropped_and_counted(uint destination)
    {
        StartWithGroups();
        Joined(Mdns);
        byte[] datagram = [0x12, 0x34, 0x14, 0xE9, 0, 8, 0, 0];
        B.Deliver(Frames.Ethernet(
            0x01005E0000FB, StackBench.PeerMac, Frames.TypeIpv4, Frames.Ipv4(StackBench.PeerAddress, destination, 17, datagram)));
        Nothing();
        Counted(StackCounter.IpInAddrErrors, 1);
        Counted(StackCounter.UdpNoPorts, 0);

        // What is to the group comes through.
        B.Deliver(Frames.Ethernet(
            0x01005E0000FB, StackBench.PeerMac, Frames.TypeIpv4, Frames.Ipv4(StackBench.PeerAddress, Mdns, 17, datagram)));
        Counted(StackCounter.UdpNoPorts, 1);
        LeaveGroup(Mdns);
        B.Sent.Clear();
        B.Deliver(Frames.Ethernet(
            0x01005E0000FB, StackBench.PeerMac, Frames.TypeIpv4, Frames.Ipv4(StackBench.PeerAddress, Mdns, 17, datagram)));
        Counted(StackCounter.UdpNoPorts, 1);
        Counted(StackCounter.IpInAddrErrors, 2);
    }

    private void Sends(int type, uint group, int delay)
    {
        Assert.IsTrue(B.Sent.TryPeek(out SentFrame frame));
        Assert.AreEqual(10_000 + delay, frame.Time - B.Start);
        Assert.AreEqual(type, frame.Octets[38]);
        Assert.AreEqual(group, Frames.Get32(B.Sent.Dequeue().Octets, 42));
    }

    private void SendsAfterAnnouncement(uint source)
    {
        SentFrame[] sent = [.. B.Sent.Where(f => Frames.Get16(f.Octets, 12) == Frames.TypeIpv4)];
        B.Sent.Clear();
        Assert.HasCount(1, sent);
        B.Sent.Enqueue(sent[0]);
        Sends(Report, Mdns, source);
    }

    private void SetLink(LinkStatus status)
    {
        B.Link.Status = status;
        B.Poll();
    }

    private sealed class FilterLink() : PassingLink(new FrameLink()), IMulticastFilter
    {
        internal List<long> Groups { get; } = [];

        internal bool Full { get; set; }

        public void Join(long groupAddress)
        {
            if (Full)
            {
                throw new InvalidOperationException("There is no place.");
            }

            Groups.Add(groupAddress);
        }

        public void Leave(long groupAddress) => Groups.Remove(groupAddress);
    }
}
