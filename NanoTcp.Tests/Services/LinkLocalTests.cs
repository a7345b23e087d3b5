using System.Collections.Generic;
using NanoTcp.Services;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>RFC 3927: an address without a server, as long as there is none.</summary>
[TestClass]
public sealed class LinkLocalTests : HostTest
{
    /// <summary>From the beginning until a link-local address is in use: two questions in vain, and probing.</summary>
    private const int LinkLocalTime = 12_000 + ProbingTime;

    [TestMethod]
    [Requirement("RFC 3927", "1.9")]
    [Requirement("RFC 3927", "2.11")]
    [Requirement("RFC 3927", "2.1")]
    [Requirement("RFC 3927", "2.2.1")]
    [Requirement("RFC 3927", "2.4")]
    public void After_two_questions_in_vain_a_link_local_address_is_probed_for_and_the_search_goes_on()
    {
        Boot();
        Asked(DhcpQuestion.Discover);
        At(4000);
        Asked(DhcpQuestion.Discover);
        At(11_999);
        Nothing();
        Is(HostState.Selecting, 0);
        At(12_000);
        Is(HostState.Probing, 0);
        uint address = Host.Candidate;
        Assert.IsTrue(address is >= 0xA9FE0100 and <= 0xA9FEFEFF, Ipv4(address));
        Probed(address);
        Asked(DhcpQuestion.Discover);
        At(13_000);
        Probed(address);
        At(14_000);
        Probed(address);
        At(16_000);
        Announced(address);
        Is(HostState.LinkLocal, address);
        Assert.AreEqual(16, B.Stack.PrefixLength);
        Assert.AreEqual(0u, B.Stack.Gateway);
        Assert.AreEqual(AddressOrigin.LinkLocal, Host.Origin);
        Assert.AreEqual(HostReason.NoAnswer, Host.Reason);
        Assert.AreEqual(0, Host.LeaseLeft);
        At(18_000);
        Announced(address);
        At(28_000);
        DhcpQuestion discover = Asked(DhcpQuestion.Discover);
        Assert.AreEqual(0u, discover.Source, "a server has nothing to do with this address");
        Assert.AreEqual(0u, discover.ClientAddress);
        Is(HostState.LinkLocal, address);
        HostCounted(HostCounter.LinkLocals, 1);
    }

    [TestMethod]
    [Requirement("RFC 3927", "1.9")]
    public void When_a_server_is_found_the_host_moves_over()
    {
        uint old = BootLinkLocal();
        At(28_000);
        Forget();
        At(60_000);
        DhcpQuestion discover = Asked(DhcpQuestion.Discover);
        Answer(DhcpReply.Offer, discover);
        DhcpQuestion request = Asked(DhcpQuestion.Request);
        Assert.AreEqual(0u, request.Source);
        Answer(DhcpReply.Ack, request);
        Probed(Leased);
        Is(HostState.LinkLocal, old);
        At(60_000 + ProbingTime - 1);
        Forget();
        Is(HostState.LinkLocal, old);
        At(60_000 + ProbingTime);
        Announced(Leased);
        Is(HostState.Bound, Leased);
        Assert.AreEqual(AddressOrigin.Dhcp, Host.Origin);
        Assert.AreEqual(24, B.Stack.PrefixLength);

        // The old address is no longer answered for.
        Arp(Frames.ArpRequest, OtherMac, Other, 0, old);
        Nothing();
        At(100_000);
        Forget();
    }

    [TestMethod]
    [Requirement("RFC 3927", "1.9")]
    public void When_the_leased_address_is_taken_the_link_local_one_stays()
    {
        uint old = BootLinkLocal();
        At(28_000);
        DhcpQuestion discover = new(Last());
        Answer(DhcpReply.Offer, discover);
        Answer(DhcpReply.Ack, Asked(DhcpQuestion.Request));
        Probed(Leased);
        Claim(Leased);
        Asked(DhcpQuestion.Decline);
        Is(HostState.LinkLocal, old);
        At(38_000);
        Asked(DhcpQuestion.Discover);
        Is(HostState.LinkLocal, old);
    }

    [TestMethod]
    [Requirement("RFC 3927", "2.2.1")]
    public void A_link_local_address_that_is_taken_is_passed_over()
    {
        Boot();
        At(12_000);
        Forget();
        HashSet<uint> tried = [];
        for (int i = 0; i < 8; i++)
        {
            uint address = Host.Candidate;
            Assert.IsTrue(tried.Add(address), "another one each time");
            Claim(address);
            Probed(Host.Candidate);
        }

        uint last = Host.Candidate;
        At(12_000 + ProbingTime);
        Forget();
        Is(HostState.LinkLocal, last);
        HostCounted(HostCounter.Conflicts, 8);
    }

    [TestMethod]
    [Requirement("RFC 3927", "2.1")]
    public void The_same_station_begins_with_the_same_address_and_others_with_others()
    {
        uint first = BootLinkLocal();
        Assert.AreEqual(first, BootLinkLocal());
        HashSet<uint> all = [];
        for (long station = 0x020000000000; station < 0x020000000000 + 3000; station++)
        {
            uint address = HostConfiguration.FirstLinkLocal(station);
            Assert.IsTrue(address is >= 0xA9FE0100 and <= 0xA9FEFEFF, Ipv4(address));
            all.Add(address);
        }

        // Of 3000 throws at 65,024 places some 67 hit one that is taken already.
        Assert.IsGreaterThan(2880, all.Count);
        Assert.AreNotEqual(HostConfiguration.FirstLinkLocal(0x0004A3000001), HostConfiguration.FirstLinkLocal(0x0204A3000001));
    }

    [TestMethod]
    [Requirement("RFC 3927", "2.1")]
    public void The_sequence_of_addresses_covers_the_range_evenly_and_does_not_run_in_a_short_circle()
    {
        uint address = HostConfiguration.FirstLinkLocal(OwnMac);
        HashSet<uint> seen = [];
        int[] parts = new int[4];
        while (seen.Add(address) && seen.Count < 400)
        {
            parts[(address - 0xA9FE0100) / (254 * 64)]++;
            address = HostConfiguration.NextLinkLocal(address);
        }

        Assert.IsGreaterThan(50, seen.Count);
        foreach (int part in parts)
        {
            Assert.IsGreaterThan(seen.Count / 8, part);
        }
    }

    [TestMethod]
    [Requirement("RFC 3927", "2.5")]
    public void A_link_local_address_is_defended_once_and_then_another_one_is_chosen()
    {
        uint old = BootLinkLocal();
        At(20_000);
        Forget();
        Claim(old);
        Announced(old);
        Is(HostState.LinkLocal, old);
        At(29_000);
        Forget();
        Claim(old);
        uint next = Host.Candidate;
        Assert.AreNotEqual(old, next);
        Probed(next);
        Is(HostState.Probing, 0);
        At(29_000 + ProbingTime);
        Forget();
        Is(HostState.LinkLocal, next);
        HostCounted(HostCounter.Conflicts, 1);
        HostCounted(HostCounter.Defences, 1);
    }

    [TestMethod]
    public void A_link_local_address_lost_while_a_lease_is_probed_for_is_not_replaced()
    {
        uint old = BootLinkLocal();
        At(28_000);
        Answer(DhcpReply.Offer, new DhcpQuestion(Last()));
        Answer(DhcpReply.Ack, Asked(DhcpQuestion.Request));
        Probed(Leased);
        Claim(old);
        Claim(old);
        Is(HostState.Probing, 0);
        Assert.AreEqual(Leased, Host.Candidate);
        At(28_000 + ProbingTime);
        Is(HostState.Bound, Leased);
        HostCounted(HostCounter.Declines, 0);
    }

    [TestMethod]
    [Requirement("RFC 2131", "4.4.5")]
    public void A_lease_that_was_probed_for_when_the_link_local_address_was_lost_is_renewed_and_ends()
    {
        uint old = BootLinkLocal();
        ProbeForLease(28_000);
        Claim(old);
        Claim(old);
        At(28_000 + ProbingTime);
        Is(HostState.Bound, Leased);
        Assert.AreEqual(3596, Host.LeaseLeft);
        At(28_000 + 1800_000);
        Is(HostState.Renewing, Leased);
        At(28_000 + 3150_000);
        Is(HostState.Rebinding, Leased);
        At(28_000 + 3600_000);
        Assert.AreEqual(HostReason.Expired, Host.Reason);
        Is(HostState.Selecting, 0);
    }

    [TestMethod]
    public void A_link_local_address_and_a_lease_that_are_lost_at_once_do_not_end_the_search()
    {
        uint old = BootLinkLocal();
        ProbeForLease(28_000);
        B.Link.Deliver(ClaimOf(old));
        B.Link.Deliver(ClaimOf(old));
        B.Link.Deliver(ClaimOf(Leased));
        B.Poll();
        HostCounted(HostCounter.Conflicts, 2);
        HostCounted(HostCounter.Declines, 1);
        Assert.AreNotEqual(old, Host.Candidate, "not that one again");
        long discovers = Host.Counters.GetValue(HostCounter.Discovers);
        At(38_000);
        HostCounted(HostCounter.Discovers, discovers + 1);
    }

    [TestMethod]
    public void A_link_local_address_that_is_lost_when_the_lease_is_found_free_does_not_cost_the_lease()
    {
        uint old = BootLinkLocal();
        ProbeForLease(28_000);
        At(28_000 + ProbingTime - 1);
        Claim(old);

        // The wait after the last probe is over, and before anybody has looked at that the other station speaks again.
        B.Stack.Poll(B.Start + 28_000 + ProbingTime);
        B.Link.Deliver(ClaimOf(old));
        At(28_000 + ProbingTime);
        Is(HostState.Bound, Leased);
    }

    [TestMethod]
    [Requirement("RFC 5227", "2.4")]
    public void Who_has_used_the_link_local_address_does_not_cost_the_lease_its_defence()
    {
        uint old = BootLinkLocal();
        ProbeForLease(28_000);
        At(28_000 + 3000);
        Claim(old);
        At(28_000 + ProbingTime + 2000);
        Is(HostState.Bound, Leased);
        Forget();
        Claim(Leased);
        Announced(Leased);
        Is(HostState.Bound, Leased);
    }

    [TestMethod]
    [Requirement("RFC 3927", "1.9")]
    [DataRow(false, DisplayName = "it says nothing more")]
    [DataRow(true, DisplayName = "it refuses what it has offered")]
    public void A_server_that_offers_and_never_gives_is_as_good_as_none(bool refuses)
    {
        Boot();
        for (int time = 0; time <= 80_000; time += 500)
        {
            At(time);
            while (B.Sent.TryDequeue(out SentFrame frame))
            {
                if (Frames.Get16(frame.Octets, 12) != Frames.TypeIpv4)
                {
                    continue;
                }

                DhcpQuestion question = new(frame.Octets);
                if (question.Type == DhcpQuestion.Discover)
                {
                    Answer(DhcpReply.Offer, question);
                }
                else if (refuses)
                {
                    Answer(DhcpReply.Nak, question);
                }
            }
        }

        Assert.AreEqual(HostState.LinkLocal, Host.State);
        Assert.IsTrue(Host.HasAddress);

        // And the search goes on behind it.
        long discovers = Host.Counters.GetValue(HostCounter.Discovers);
        At(300_000);
        Assert.IsGreaterThan(discovers, Host.Counters.GetValue(HostCounter.Discovers));
        Forget();
    }

    [TestMethod]
    [Requirement("RFC 3927", "2.5")]
    public void ARP_of_a_link_local_address_goes_to_everybody_replies_too()
    {
        uint own = BootLinkLocal();
        At(20_000);
        Forget();
        const uint Asker = 0xA9FE1234;
        Arp(Frames.ArpRequest, OtherMac, Asker, 0, own);
        byte[] reply = Next();
        Assert.AreEqual(Broadcast, Frames.Get48(reply, 0));
        CollectionAssert.AreEqual(Frames.Arp(Frames.ArpReply, OwnMac, own, OtherMac, Asker), reply[14..42]);

        // And so does the question whether a neighbour is still there, which else would go to it alone.
        At(90_000);
        Forget();
        B.Deliver(Frames.Ethernet(OwnMac, OtherMac, Frames.TypeIpv4, Frames.Ipv4(Asker, own, Frames.Icmp, Frames.IcmpMessage(8, 0, 1, new byte[8]))));
        byte[][] frames = [Next(), Next()];
        byte[] question = Frames.Get16(frames[0], 12) == Frames.TypeArp ? frames[0] : frames[1];
        Assert.AreEqual(Broadcast, Frames.Get48(question, 0));
        CollectionAssert.AreEqual(Frames.Arp(Frames.ArpRequest, OwnMac, own, 0, Asker), question[14..42]);
    }

    [TestMethod]
    public void After_a_lease_has_expired_the_host_helps_itself_too()
    {
        BootAndBind(60);
        At(60_000);
        Is(HostState.Selecting, 0);
        At(60_000 + LinkLocalTime);
        Forget();
        Assert.AreEqual(HostState.LinkLocal, Host.State);
        Assert.AreEqual(HostReason.NoAnswer, Host.Reason);
    }

    [TestMethod]
    public void When_the_link_comes_back_the_link_local_address_is_probed_for_at_once()
    {
        uint own = BootLinkLocal();
        At(20_000);
        SetLink(false);
        Is(HostState.LinkDown, own);
        At(30_000);
        Forget();
        SetLink(true);
        Is(HostState.Probing, own);
        Probed(own);
        Asked(DhcpQuestion.Discover);
        At(30_000 + ProbingTime);
        Forget();
        Is(HostState.LinkLocal, own);
    }

    [TestMethod]
    public void Without_the_wish_for_a_link_local_address_there_is_none()
    {
        Boot(options => options.Mode = HostMode.Dhcp);
        At(600_000);
        Is(HostState.Selecting, 0);
        HostCounted(HostCounter.LinkLocals, 0);
    }

    [TestMethod]
    [Requirement("RFC 3927", "2.6.2")]
    [Requirement("RFC 3927", "2.7")]
    public void A_neighbour_with_a_link_local_address_is_on_the_link_and_everybody_else_is_asked_for_there_too()
    {
        uint own = BootLinkLocal();
        At(20_000);
        Forget();
        TcpConnection near = B.Stack.Connect(0xA9FE1234, 80);
        TcpConnection far = B.Stack.Connect(0x0A000005, 80);
        B.Poll();
        HashSet<uint> asked = [];
        for (int i = 0; i < 2; i++)
        {
            byte[] frame = Next();
            Assert.AreEqual(own, Frames.Get32(frame, 14 + 14));
            asked.Add(Frames.Get32(frame, 14 + 24));
        }

        CollectionAssert.AreEquivalent(new[] { 0xA9FE1234u, 0x0A000005u }, new List<uint>(asked));
        near.Abort();
        far.Abort();
    }

    /// <summary>A host with a link-local address, which is returned.</summary>
    private uint BootLinkLocal()
    {
        Boot();
        At(LinkLocalTime);
        Forget();
        Assert.AreEqual(HostState.LinkLocal, Host.State);
        return B.Stack.Address;
    }

    /// <summary>At that time the host asks, is given an address, and has begun to probe for it.</summary>
    private void ProbeForLease(long time)
    {
        At(time);
        Answer(DhcpReply.Offer, new DhcpQuestion(Last()));
        Answer(DhcpReply.Ack, Asked(DhcpQuestion.Request));
        Probed(Leased);
    }

    private static byte[] ClaimOf(uint address) => Frames.Ethernet(
        Broadcast, OtherMac, Frames.TypeArp, Frames.Arp(Frames.ArpRequest, OtherMac, address, 0, address));

    /// <summary>The newest frame; all others are let go.</summary>
    private byte[] Last()
    {
        while (B.Sent.Count > 1)
        {
            B.Sent.Dequeue();
        }

        return Next();
    }
}
