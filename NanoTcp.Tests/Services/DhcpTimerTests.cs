using System;
using System.Collections.Generic;
using NanoTcp.Emulation;
using NanoTcp.Services;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>RFC 2131 4.1 and 4.4.5: what is asked again and when, and the life of a lease.</summary>
[TestClass]
public sealed class DhcpTimerTests : HostTest
{
    [TestMethod]
    [Requirement("RFC 2131", "4.1")]
    public void Discover_is_repeated_after_4_8_16_32_and_then_every_64_seconds()
    {
        Boot(options => options.Mode = HostMode.Dhcp);
        long time = 0;
        uint transaction = 0;
        foreach (int wait in new[] { 0, 4, 8, 16, 32, 64, 64, 64 })
        {
            if (wait != 0)
            {
                At(time + (wait * 1000) - 1);
                Nothing();
            }

            time += wait * 1000;
            At(time);
            DhcpQuestion discover = Asked(DhcpQuestion.Discover);
            Assert.AreEqual(time / 1000, discover.Seconds, "'secs'");
            Assert.IsTrue(transaction == 0 || transaction == discover.Transaction);
            transaction = discover.Transaction;
            Is(HostState.Selecting, 0);
            Assert.AreEqual(time == 0 ? HostReason.None : HostReason.NoAnswer, Host.Reason);
        }

        // And an answer to the last of them is as good as one to the first.
        Bind(new DhcpQuestion(Again()));
    }

    [TestMethod]
    [Requirement("RFC 2131", "4.1")]
    public void Each_wait_is_a_second_longer_or_shorter_at_random()
    {
        HashSet<long> waits = [];
        for (uint seed = 1; seed <= 30; seed++)
        {
            Boot(options => options.Mode = HostMode.Dhcp, random: new SeededRandom(seed));
            At(30_000);
            long[] times = new long[4];
            for (int i = 0; i < 4 && B.Sent.TryDequeue(out SentFrame frame); i++)
            {
                times[i] = frame.Time;
            }

            for (int i = 1; i < 4 && times[i] != 0; i++)
            {
                long wait = times[i] - times[i - 1];
                Assert.IsTrue(Math.Abs(wait - (2000L << i)) <= 1000, $"wait {i}: {wait} ms");
                waits.Add(wait - (2000L << i));
            }
        }

        Assert.IsGreaterThan(40, waits.Count);
    }

    [TestMethod]
    [Requirement("RFC 2131", "3.1 step 5")]
    public void A_request_without_an_answer_is_repeated_for_a_minute_and_then_all_begins_anew()
    {
        Boot(options => options.Mode = HostMode.Dhcp);
        DhcpQuestion discover = Asked(DhcpQuestion.Discover);
        Answer(DhcpReply.Offer, discover);
        Asked(DhcpQuestion.Request);
        foreach (int time in new[] { 4000, 12_000, 28_000 })
        {
            At(time - 1);
            Nothing();
            At(time);
            DhcpQuestion request = Asked(DhcpQuestion.Request);
            Assert.AreEqual(Leased, request.Number(50));
            Assert.AreEqual(Server, request.Number(54));
            Assert.AreEqual(discover.Transaction, request.Transaction);
            Assert.AreEqual(discover.Seconds, request.Seconds);
        }

        At(59_999);
        Is(HostState.Requesting, 0);
        At(60_000);
        Assert.IsFalse(Asked(DhcpQuestion.Discover).Has(54));
        Is(HostState.Selecting, 0);
    }

    [TestMethod]
    public void An_acknowledgment_of_a_repeated_request_is_taken()
    {
        Boot();
        Answer(DhcpReply.Offer, Asked(DhcpQuestion.Discover));
        Asked(DhcpQuestion.Request);
        At(4000);
        Answer(DhcpReply.Ack, Asked(DhcpQuestion.Request), 100);
        Probed(Leased);
        At(4000 + ProbingTime);
        Forget();
        Is(HostState.Bound, Leased);
        Assert.AreEqual(100 - 8, Host.LeaseLeft, "counted from the first request, which may have been the one that was heard");
    }

    [TestMethod]
    [Requirement("RFC 2131", "4.4.5")]
    [Requirement("RFC 2132", "9.11")]
    [Requirement("RFC 2132", "9.12")]
    [DataRow(0u, 0u, 1800, 3150, DisplayName = "T1 is half and T2 seven eighths of the lease when nothing is said")]
    [DataRow(100u, 200u, 100, 200, DisplayName = "as told")]
    [DataRow(100u, 0u, 100, 3150, DisplayName = "only T1")]
    [DataRow(0u, 1000u, 1000, 1000, DisplayName = "only T2, before half")]
    [DataRow(2000u, 1000u, 1000, 1000, DisplayName = "T1 behind T2")]
    [DataRow(100u, 3600u, 100, 3150, DisplayName = "T2 not before the end")]
    [DataRow(1u, 0u, 1800, 3150, DisplayName = "T1 after a second")]
    [DataRow(0u, 1u, 1800, 3150, DisplayName = "T2 after a second")]
    [DataRow(1u, 2u, 1800, 3150, DisplayName = "both at once")]
    [DataRow(14u, 1000u, 1000, 1000, DisplayName = "T1 that would ask without a break")]
    [DataRow(5000u, 6000u, 1800, 3150, DisplayName = "both behind the end")]
    [DataRow(0xFFFFFFFFu, 0xFFFFFFFFu, 1800, 3150, DisplayName = "never, but the lease ends")]
    public void T1_and_T2(uint renewal, uint rebinding, int renewsBy, int rebindsAt)
    {
        BootAndBind(3600, reply =>
        {
            if (renewal != 0)
            {
                reply.PutNumber(58, renewal);
            }

            if (rebinding != 0)
            {
                reply.PutNumber(59, rebinding);
            }
        });
        long t1 = Host.RenewalLeft + (BindingTime / 1000);
        Assert.AreEqual(rebindsAt, Host.RebindingLeft + (BindingTime / 1000));
        Assert.IsTrue(t1 <= renewsBy && t1 > renewsBy - 57 - (renewsBy == 100 ? -56 : 0), $"T1 is {t1} s");
        Assert.AreEqual(3600, Host.LeaseLeft + (BindingTime / 1000));
    }

    [TestMethod]
    [Requirement("RFC 2131", "4.4.5")]
    public void T1_comes_a_little_before_an_early_T2_and_not_at_any_time()
    {
        for (uint seed = 1; seed <= 30; seed++)
        {
            BootAtRandom(seed, reply => reply.PutNumber(59, 60));
            At(11_000);
            Is(HostState.Bound, Leased);
            Assert.IsTrue(Host.RenewalLeft is >= 48 and <= 50, $"{Host.RenewalLeft} s until T1");
            Forget();
        }
    }

    [TestMethod]
    [Requirement("RFC 2131", "4.4.5")]
    public void RENEWING_each_request_is_a_transaction_and_the_lease_counts_from_the_one_that_is_answered()
    {
        BootAtRandom(7, Times);
        At(1001_000 - 1);
        Forget();
        At(1001_000);
        Is(HostState.Renewing, Leased);
        AnswerArp(Server, ServerMac);
        DhcpQuestion first = Asked(DhcpQuestion.Request);
        At(1501_000 - 1);
        NoQuestion();
        At(1501_000);
        DhcpQuestion second = Question();
        Assert.AreNotEqual(first.Transaction, second.Transaction);
        Answer(DhcpReply.Ack, first, 3600, Times);
        Is(HostState.Renewing, Leased);
        HostCounted(HostCounter.InIgnored, 1);
        At(1501_000 + 2000);
        Answer(DhcpReply.Ack, second, 3600, Times);
        Is(HostState.Bound, Leased);
        Assert.AreEqual(3598, Host.LeaseLeft);
        Assert.AreEqual(998, Host.RenewalLeft);
        Forget();
    }

    [TestMethod]
    [Requirement("RFC 2131", "4.4.5")]
    public void RENEWING_the_server_alone_is_asked_at_T1_and_the_lease_goes_on()
    {
        BootAndBind(3600, Times);
        At(1000_000 - 1);
        Nothing();
        At(1000_000);
        Is(HostState.Renewing, Leased);
        AnswerArp(Server, ServerMac);
        DhcpQuestion request = Asked(DhcpQuestion.Request);
        Assert.AreEqual(ServerMac, request.Station);
        Assert.AreEqual(Server, request.Destination);
        Assert.AreEqual(Leased, request.Source);
        Assert.AreEqual(Leased, request.ClientAddress);
        Assert.IsFalse(request.Has(50) || request.Has(54), "RFC 2131 4.3.2");
        Assert.AreEqual(0, request.Seconds);
        Answer(DhcpReply.Ack, request, 3600, Times);
        Is(HostState.Bound, Leased);
        Nothing();
        Assert.AreEqual(3600, Host.LeaseLeft);
        Assert.AreEqual(1000, Host.RenewalLeft);
        At(2000_000 - 1);
        Nothing();
        At(2000_000);
        Is(HostState.Renewing, Leased);
        B.Sent.Clear();
    }

    [TestMethod]
    [Requirement("RFC 2131", "4.4.5")]
    public void RENEWING_is_repeated_after_half_of_what_is_left_until_T2_and_a_minute_at_least()
    {
        BootAndBind(3600, Times);
        At(1000_000);
        AnswerArp(Server, ServerMac);
        Asked(DhcpQuestion.Request);

        // T2 is at 2000 s: 500, 250, 125 and 62 s, and then a minute.
        foreach (int time in new[] { 1500_000, 1750_000, 1875_000, 1937_500, 1997_500 })
        {
            At(time - 1);
            NoQuestion();
            At(time);
            IsQuestion(ServerMac);
            Is(HostState.Renewing, Leased);
        }

        At(1999_999);
        NoQuestion();
        At(2000_000);
        IsQuestion(Broadcast);
        Is(HostState.Rebinding, Leased);
    }

    [TestMethod]
    [Requirement("RFC 2131", "4.4.5")]
    public void REBINDING_asks_every_server_after_half_of_what_is_left_and_at_the_end_the_address_is_dropped()
    {
        BootAndBind(3600, Times);
        At(2000_000 - 1);
        Forget();
        At(2000_000);
        DhcpQuestion request = Asked(DhcpQuestion.Request);
        Is(HostState.Rebinding, Leased);
        Assert.AreEqual(Broadcast, request.Station);
        Assert.AreEqual(0xFFFFFFFFu, request.Destination);
        Assert.AreEqual(Leased, request.Source);
        Assert.AreEqual(Leased, request.ClientAddress);
        Assert.IsFalse(request.Has(50) || request.Has(54), "RFC 2131 4.3.2");
        foreach (int time in new[] { 2800_000, 3200_000, 3400_000, 3500_000, 3560_000 })
        {
            At(time - 1);
            NoQuestion();
            At(time);
            IsQuestion(Broadcast);
        }

        At(3599_999);
        Is(HostState.Rebinding, Leased);
        At(3600_000);
        Is(HostState.Selecting, 0);
        Assert.AreEqual(HostReason.Expired, Host.Reason);
        HostCounted(HostCounter.Expirations, 1);
        Assert.AreEqual(Leased, Asked(DhcpQuestion.Discover).Number(50), "RFC 2131 4.4.1: it may wish for the address that it had");
    }

    [TestMethod]
    public void REBINDING_another_server_may_prolong_the_lease()
    {
        const uint Second = StackBench.Subnet + 50;
        BootAndBind(3600, Times);
        At(2000_000 - 1);
        Forget();
        At(2000_000);
        DhcpQuestion request = Asked(DhcpQuestion.Request);
        Deliver(new DhcpReply(DhcpReply.Ack, request.Transaction) { YourAddress = Leased }
            .PutNumber(54, Second).PutNumber(51, 7200).PutNumber(1, 0xFFFFFF00).PutNumber(3, Second));
        Is(HostState.Bound, Leased);
        Assert.AreEqual(Second, Host.Server);
        Assert.AreEqual(Second, B.Stack.Gateway, "and everything else is as it says");
        Assert.AreEqual(7200, Host.LeaseLeft);
        Nothing();
    }

    [TestMethod]
    public void RENEWING_an_answer_of_another_server_or_with_another_address_is_not_taken()
    {
        BootAndBind(3600, Times);
        At(1000_000);
        AnswerArp(Server, ServerMac);
        DhcpQuestion request = Asked(DhcpQuestion.Request);
        Deliver(new DhcpReply(DhcpReply.Ack, request.Transaction) { YourAddress = Leased }.PutNumber(54, Other).PutNumber(51, 7200).PutNumber(1, 0xFFFFFF00));
        Deliver(new DhcpReply(DhcpReply.Nak, request.Transaction).PutNumber(54, Other));
        DhcpReply moved = Reply(DhcpReply.Ack, request);
        moved.YourAddress = Other;
        B.Deliver(moved.Frame(OwnMac, Leased));
        HostCounted(HostCounter.InIgnored, 3);
        Is(HostState.Renewing, Leased);
    }

    [TestMethod]
    [Requirement("RFC 2131", "3.3")]
    public void A_lease_without_end_is_never_renewed()
    {
        BootAndBind(0xFFFFFFFF, reply => reply.PutNumber(58, 100).PutNumber(59, 200));
        Assert.AreEqual(long.MaxValue, Host.LeaseLeft);
        Assert.AreEqual(long.MaxValue, Host.RenewalLeft);
        At(10_000);
        Forget();
        At(10_000_000_000);
        Nothing();
        Is(HostState.Bound, Leased);
    }

    [TestMethod]
    [DataRow(0xFFFFFFFEu, DisplayName = "136 years")]
    [DataRow(0x80000000u, DisplayName = "68 years")]
    public void A_very_long_lease_is_counted_right(uint lease)
    {
        BootAndBind(lease);
        Assert.AreEqual(lease - 6, Host.LeaseLeft);
        Assert.IsTrue(Host.RenewalLeft > lease / 2 - 700 && Host.RenewalLeft <= lease / 2);
        At(1_000_000_000);
        Is(HostState.Bound, Leased);
    }

    [TestMethod]
    [Requirement("RFC 2132", "9.2")]
    public void A_lease_of_half_a_minute_is_used_and_a_shorter_one_is_not()
    {
        BootAndBind(30);
        At(29_999);
        Is(HostState.Rebinding, Leased);
        Forget();
        Boot();
        Answer(DhcpReply.Offer, Asked(DhcpQuestion.Discover), 29);
        Nothing();
        HostCounted(HostCounter.InUnusable, 1);
    }

    [TestMethod]
    [Requirement("RFC 2131", "4.4.2")]
    [DataRow(HostState.Requesting)]
    [DataRow(HostState.Rebooting)]
    [DataRow(HostState.Renewing)]
    [DataRow(HostState.Rebinding)]
    public void DHCPNAK_ends_everything_and_the_search_begins_anew(HostState state)
    {
        DhcpQuestion question;
        if (state == HostState.Requesting)
        {
            Boot();
            Answer(DhcpReply.Offer, Asked(DhcpQuestion.Discover));
            question = Asked(DhcpQuestion.Request);
        }
        else if (state == HostState.Rebooting)
        {
            Boot(options => options.Address = Leased);
            question = Asked(DhcpQuestion.Request);
        }
        else
        {
            BootAndBind(3600, Times);
            At(state == HostState.Renewing ? 1000_000 : 1999_999);
            if (state == HostState.Renewing)
            {
                AnswerArp(Server, ServerMac);
            }
            else
            {
                Forget();
                At(2000_000);
            }

            question = Asked(DhcpQuestion.Request);
        }

        Assert.AreEqual(state, Host.State);
        Answer(DhcpReply.Nak, question);
        HostCounted(HostCounter.Naks, 1);
        Assert.AreEqual(HostReason.Refused, Host.Reason);
        Is(HostState.Selecting, 0);
        Assert.IsFalse(Asked(DhcpQuestion.Discover).Has(50), "not that address again");
    }

    [TestMethod]
    public void A_server_that_offers_and_refuses_without_end_is_asked_slower_and_slower()
    {
        Boot(options => options.Mode = HostMode.Dhcp);
        int questions = 0;
        for (int time = 0; time <= 600_000; time += 100)
        {
            At(time);
            while (B.Sent.TryPeek(out SentFrame frame))
            {
                B.Sent.Dequeue();
                DhcpQuestion question = new(frame.Octets);
                questions++;
                Answer(question.Type == DhcpQuestion.Discover ? DhcpReply.Offer : DhcpReply.Nak, question);
            }
        }

        Assert.IsTrue(questions is > 20 and < 40, $"{questions} questions in ten minutes");
    }

    [TestMethod]
    public void An_answer_that_comes_again_does_no_harm()
    {
        BootAndBind(3600, Times);
        At(1000_000);
        AnswerArp(Server, ServerMac);
        DhcpQuestion request = Asked(DhcpQuestion.Request);
        Answer(DhcpReply.Ack, request);
        Answer(DhcpReply.Ack, request);
        Answer(DhcpReply.Nak, request);
        Answer(DhcpReply.Offer, request);
        Is(HostState.Bound, Leased);
        HostCounted(HostCounter.InIgnored, 3);
    }

    [TestMethod]
    [Requirement("RFC 2131", "3.7")]
    public void When_the_link_comes_back_the_lease_is_confirmed_and_the_address_probed_for_before_it_is_used()
    {
        BootAndBind();
        At(100_000);
        Forget();
        SetLink(false);
        Is(HostState.LinkDown, Leased);
        At(110_000);
        SetLink(true);
        DhcpQuestion request = Asked(DhcpQuestion.Request);
        Is(HostState.Rebooting, Leased);
        Assert.IsFalse(Host.HasAddress);
        Assert.AreEqual(Leased, request.Number(50));
        Assert.AreEqual(0u, request.ClientAddress);
        Assert.AreEqual(0u, request.Source);
        Assert.IsFalse(request.Has(54));
        Answer(DhcpReply.Ack, request);
        Is(HostState.Probing, Leased);
        Probed(Leased);
        At(110_000 + ProbingTime);
        Forget();
        Is(HostState.Bound, Leased);
        Assert.IsTrue(Host.HasAddress);
        Assert.AreEqual(3596, Host.LeaseLeft);
    }

    [TestMethod]
    [Requirement("RFC 2131", "3.2 step 3")]
    public void When_the_link_comes_back_and_no_server_the_lease_is_used_and_all_servers_are_asked_on()
    {
        BootAndBind();
        At(100_000);
        Forget();
        SetLink(false);
        SetLink(true);
        Asked(DhcpQuestion.Request);
        At(104_000);
        Asked(DhcpQuestion.Request);
        At(112_000);
        Is(HostState.Probing, Leased);
        At(112_000 + ProbingTime);
        Is(HostState.Rebinding, Leased);
        Assert.IsTrue(Host.HasAddress);
        while (B.Sent.Count > 1)
        {
            B.Sent.Dequeue();
        }

        // The announcement goes out first or the question does: both have gone.
        long time = 112_000 + ProbingTime;
        foreach (int wait in new[] { 4, 8, 16, 32, 64, 64 })
        {
            B.Sent.Clear();
            At(time + 2000);
            B.Sent.Clear();
            time += wait * 1000;
            At(time - 1);
            Nothing();
            At(time);
            Assert.AreEqual(Leased, Asked(DhcpQuestion.Request).ClientAddress);
        }

        // Another network than before, it turns out.
        time += 64_000;
        At(time);
        Answer(DhcpReply.Nak, Asked(DhcpQuestion.Request));
        Is(HostState.Selecting, 0);
    }

    [TestMethod]
    public void A_lease_that_runs_out_while_there_is_no_link_is_gone()
    {
        BootAndBind(60);
        SetLink(false);
        At(59_999);
        Is(HostState.LinkDown, Leased);
        At(60_000);
        Is(HostState.LinkDown, 0);
        Forget();
        SetLink(true);
        Assert.AreEqual(Leased, Asked(DhcpQuestion.Discover).Number(50));
        Is(HostState.Selecting, 0);
    }

    [TestMethod]
    public void The_link_may_flap_in_every_state()
    {
        foreach (int time in new[] { 0, 500, 3999, 4000, 4001, 11_999, 12_000, 12_500, 16_000, 16_500, 30_000 })
        {
            Boot();
            At(time);
            SetLink(false);
            Is(HostState.LinkDown, B.Stack.Address);
            At(time + 1000);
            Forget();
            SetLink(true);
            DhcpQuestion? discover = null;
            while (B.Sent.TryDequeue(out SentFrame frame))
            {
                if (Frames.Get16(frame.Octets, 12) == Frames.TypeIpv4)
                {
                    discover = new DhcpQuestion(frame.Octets);
                }
            }

            Answer(DhcpReply.Offer, discover!);
            Answer(DhcpReply.Ack, Asked(DhcpQuestion.Request));
            At(time + 1000 + ProbingTime);
            Is(HostState.Bound, Leased);
        }
    }

    private static void Times(DhcpReply reply) => reply.PutNumber(58, 1000).PutNumber(59, 2000);

    private void Bind(DhcpQuestion discover)
    {
        Answer(DhcpReply.Offer, discover);
        Answer(DhcpReply.Ack, Asked(DhcpQuestion.Request));
        At(B.Now - B.Start + ProbingTime);
        Is(HostState.Bound, Leased);
    }

    /// <summary>Chance as it comes; at 1 s an address is given.</summary>
    private void BootAtRandom(uint seed, Action<DhcpReply> more)
    {
        Boot(random: new SeededRandom(seed));
        At(1000);
        Answer(DhcpReply.Offer, new DhcpQuestion(B.Sent.Dequeue().Octets), 3600, more);
        Answer(DhcpReply.Ack, Asked(DhcpQuestion.Request), 3600, more);
    }

    /// <summary>A copy of the last question, which nobody has answered.</summary>
    private byte[] Again()
    {
        At(B.Now - B.Start + 64_000);
        return Next();
    }

    /// <summary>Nothing but ARP has been sent.</summary>
    private void NoQuestion()
    {
        while (B.Sent.TryDequeue(out SentFrame frame))
        {
            Assert.AreEqual(Frames.TypeArp, Frames.Get16(frame.Octets, 12), $"at {frame.Time - B.Start} ms");
        }
    }

    /// <summary>The next question, behind what ARP it needs.</summary>
    private void IsQuestion(long station)
    {
        DhcpQuestion question = Question();
        Assert.AreEqual(DhcpQuestion.Request, question.Type);
        Assert.AreEqual(station, question.Station);
        Assert.AreEqual(Leased, question.ClientAddress);
    }

    private DhcpQuestion Question()
    {
        byte[] frame = Next();
        if (Frames.Get16(frame, 12) == Frames.TypeArp)
        {
            Arp(Frames.ArpReply, ServerMac, Server, OwnMac, Leased);
            frame = Next();
        }

        return new DhcpQuestion(frame);
    }
}
