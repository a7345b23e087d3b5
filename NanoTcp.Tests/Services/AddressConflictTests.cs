using NanoTcp.Emulation;
using NanoTcp.Services;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>RFC 5227 with an address that the program has given: probing, announcing, conflicts before and after.</summary>
[TestClass]
public sealed class AddressConflictTests : HostTest
{
    private const uint Own = StackBench.OwnAddress;

    [TestMethod]
    [Requirement("RFC 5227", "2.1")]
    [Requirement("RFC 5227", "2.1.1")]
    [Requirement("RFC 5227", "2.3")]
    public void Three_probes_and_two_seconds_of_silence_make_an_address_ones_own()
    {
        BootStatic();
        Is(HostState.Probing, 0);
        Assert.AreEqual(Own, Host.Candidate);
        Probed(Own);
        At(999);
        Nothing();
        At(1000);
        Probed(Own);
        At(2000);
        Probed(Own);
        At(3999);
        Nothing();
        Is(HostState.Probing, 0);
        At(4000);
        Announced(Own);
        Is(HostState.Static, Own);
        Assert.AreEqual(AddressOrigin.Static, Host.Origin);
        At(6000);
        Announced(Own);
        At(100_000);
        Nothing();
        Assert.AreEqual(-1, Host.LastConflict);
    }

    [TestMethod]
    [Requirement("RFC 5227", "2.1.1")]
    public void Probes_are_delayed_and_spaced_at_random_within_the_limits()
    {
        for (uint seed = 1; seed <= 50; seed++)
        {
            Boot(Static, random: new SeededRandom(seed));
            At(10_000);
            long[] times = new long[5];
            for (int i = 0; i < 5; i++)
            {
                SentFrame frame = B.Sent.Dequeue();
                times[i] = frame.Time - B.Start;
                Assert.AreEqual(i < 3 ? 0u : Own, Frames.Get32(frame.Octets, 14 + 14), "sender");
            }

            Assert.IsTrue(times[0] <= 1000, "PROBE_WAIT");
            Assert.IsTrue(times[1] - times[0] is >= 1000 and <= 2000, "PROBE_MIN to PROBE_MAX");
            Assert.IsTrue(times[2] - times[1] is >= 1000 and <= 2000, "PROBE_MIN to PROBE_MAX");
            Assert.AreEqual(2000, times[3] - times[2], "ANNOUNCE_WAIT");
            Assert.AreEqual(2000, times[4] - times[3], "ANNOUNCE_INTERVAL");
        }
    }

    [TestMethod]
    [Requirement("RFC 5227", "2.1.1")]
    [DataRow(Frames.ArpReply, Own, 0u, DisplayName = "an answer to the probe")]
    [DataRow(Frames.ArpRequest, Own, Own, DisplayName = "an announcement")]
    [DataRow(Frames.ArpRequest, Own, StackBench.PeerAddress, DisplayName = "a question of the owner to somebody else")]
    [DataRow(Frames.ArpRequest, 0u, Own, DisplayName = "another station's probe")]
    public void Whoever_has_or_wants_the_address_while_it_is_probed_for_gets_it(int operation, uint sender, uint target)
    {
        BootStatic();
        At(3999);
        Forget();
        Arp(operation, OtherMac, sender, 0, target);
        Nothing();
        Is(HostState.Conflict, 0);
        Assert.AreEqual(OtherMac, Host.LastConflict);
        Assert.AreEqual(HostReason.Conflict, Host.Reason);
        HostCounted(HostCounter.Conflicts, 1);

        // It is tried again once a minute, in case the other has gone.
        At(63_998);
        Nothing();
        At(63_999);
        Probed(Own);
        At(67_999);
        Is(HostState.Static, Own);
    }

    [TestMethod]
    [Requirement("RFC 5227", "2.1.1")]
    [DataRow(Frames.ArpRequest, OtherMac, Other, Own, DisplayName = "a question for the address")]
    [DataRow(Frames.ArpRequest, OtherMac, 0u, Other, DisplayName = "a probe for another address")]
    [DataRow(Frames.ArpReply, OtherMac, 0u, Own, DisplayName = "a reply without a sender")]
    [DataRow(Frames.ArpRequest, OwnMac, 0u, Own, DisplayName = "this host's own probe, that somebody sends back")]
    [DataRow(Frames.ArpReply, OwnMac, Own, Own, DisplayName = "a claim in this host's name")]
    public void What_is_no_conflict_does_not_disturb(int operation, long station, uint sender, uint target)
    {
        BootStatic();
        At(1500);
        Forget();
        Arp(operation, station, sender, 0, target);
        Nothing();
        At(4000);
        Is(HostState.Static, Own);
    }

    [TestMethod]
    [Requirement("RFC 5227", "2.4")]
    public void A_static_address_is_defended_once_in_ten_seconds_and_never_given_up()
    {
        BootStatic();
        At(10_000);
        Forget();
        Told.Clear();
        Claim(Own);
        Announced(Own);
        Assert.AreEqual(OtherMac, Host.LastConflict);
        HostCounted(HostCounter.Defences, 1);
        for (int time = 11_000; time < 20_000; time += 1000)
        {
            At(time);
            Claim(Own);
            Nothing();
        }

        At(20_000);
        Claim(Own, 0x0200000000AA);
        Announced(Own);
        Assert.AreEqual(0x0200000000AA, Host.LastConflict);
        HostCounted(HostCounter.Defences, 2);
        HostCounted(HostCounter.Conflicts, 0);
        Is(HostState.Static, Own);
    }

    [TestMethod]
    [Requirement("RFC 5227", "2.4")]
    public void A_leased_address_is_defended_once_and_given_up_the_second_time()
    {
        BootAndBind();
        At(10_000);
        Forget();
        Claim(Leased);
        Announced(Leased);
        Is(HostState.Bound, Leased);

        // After ten seconds all is as before.
        At(20_001);
        Claim(Leased);
        Announced(Leased);
        Is(HostState.Bound, Leased);
        HostCounted(HostCounter.Defences, 2);

        At(30_000);
        Claim(Leased);
        DhcpQuestion decline = Asked(DhcpQuestion.Decline);
        Assert.AreEqual(Leased, decline.Number(50));
        Is(HostState.Conflict, 0);
        HostCounted(HostCounter.Conflicts, 1);
    }

    [TestMethod]
    [Requirement("RFC 5227", "2.1.1")]
    public void RFC_5227_after_ten_conflicts_an_address_is_tried_once_a_minute()
    {
        // Nobody answers for DHCP, and somebody has every link-local address.
        Boot();
        long last = 0;
        int attempts = 0;
        while (attempts < 14)
        {
            At(B.Now - B.Start + 100);
            while (B.Sent.TryDequeue(out SentFrame frame))
            {
                if (Frames.Get16(frame.Octets, 12) == Frames.TypeArp)
                {
                    uint candidate = Frames.Get32(frame.Octets, 14 + 24);
                    Assert.AreEqual(0xA9FE, (int)(candidate >> 16));
                    if (attempts > 10)
                    {
                        Assert.IsGreaterThanOrEqualTo(60_000, frame.Time - last, $"attempt {attempts}");
                    }

                    last = frame.Time;
                    attempts++;
                    Claim(candidate);
                }
            }

            Is(Host.State, 0);
        }

        HostCounted(HostCounter.Conflicts, 14);
        B.Link.Status = NanoTcp.Link.LinkStatus.Down;
    }

    [TestMethod]
    [Requirement("RFC 5227", "2.1")]
    public void When_the_link_comes_back_the_address_is_probed_for_before_it_is_used_again()
    {
        BootStatic();
        At(10_000);
        SetLink(false);
        Is(HostState.LinkDown, Own);
        At(20_000);
        Forget();
        SetLink(true);
        Probed(Own);
        Is(HostState.Probing, Own);
        Assert.IsFalse(Host.HasAddress);

        // Nothing is said in the name of an address that may be another's by now.
        Arp(Frames.ArpRequest, OtherMac, Other, 0, Own);
        B.Deliver(Frames.Ethernet(OwnMac, OtherMac, Frames.TypeIpv4, Frames.Ipv4(Other, Own, Frames.Icmp, Frames.IcmpMessage(8, 0, 1, new byte[8]))));
        Nothing();
        At(21_000);
        Probed(Own);
        At(22_000);
        Probed(Own);
        At(24_000);
        Announced(Own);
        Is(HostState.Static, Own);
        Assert.IsTrue(Host.HasAddress);
    }

    [TestMethod]
    public void When_the_link_comes_back_and_another_has_the_address_it_is_dropped()
    {
        BootStatic();
        At(10_000);
        SetLink(false);
        SetLink(true);
        Claim(Own);
        Is(HostState.Conflict, 0);
        Assert.AreEqual(AddressOrigin.None, Host.Origin);
        At(70_000);
        SetLink(false);
        SetLink(true);
        At(74_000);
        Is(HostState.Static, Own);
    }

    [TestMethod]
    public void The_link_may_flap_at_any_moment_of_probing()
    {
        for (int time = 0; time < 4500; time += 250)
        {
            BootStatic();
            At(time);
            SetLink(false);
            At(time + 500);
            Forget();
            SetLink(true);
            Probed(Own);
            Is(HostState.Probing, B.Stack.Address);
            At(time + 500 + ProbingTime);
            Is(HostState.Static, Own);
        }
    }

    [TestMethod]
    public void A_plain_stack_uses_its_address_at_once_and_only_counts_conflicts()
    {
        Start(answersArp: false);
        Announced(Own);
        Claim(Own);
        Nothing();
        At(2000);
        Announced(Own);
        Claim(Own);
        At(10_000);
        Nothing();
        Counted(NanoTcp.Primitives.StackCounter.ArpConflicts, 2);
        Assert.AreEqual(Own, B.Stack.Address);
    }

    /// <summary>Nothing else is due then, and it is not the loop that starts it.</summary>
    [TestMethod]
    public void A_host_that_is_started_again_probes_for_its_address_at_once()
    {
        BootStatic();
        At(10_000);
        B.Do(Host.Stop);
        At(20_000);
        Forget();
        B.Do(Host.Start);
        Probed(Own);
        At(30_000);
        Is(HostState.Static, Own);
    }

    private static void Static(HostConfigurationOptions options)
    {
        options.Mode = HostMode.Static;
        options.Address = Own;
    }

    private void BootStatic() => Boot(Static);
}
