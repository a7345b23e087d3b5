using System;
using System.Collections.Generic;
using System.Linq;
using NanoTcp.Emulation;
using NanoTcp.Link;
using NanoTcp.Services;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>RFC 4330, RFC 5905 14: when a time server is asked, which one, and what is made of its reply.</summary>
[TestClass]
public sealed class SntpClientTests : SntpTest
{
    [TestMethod]
    [Requirement("RFC 4330", "5")]
    public void The_time_is_asked_for_and_known()
    {
        StartSntp();
        Assert.IsFalse(Client.IsSynchronised);
        Assert.IsFalse(Client.TryGetTime(B.Now, out long none));
        Assert.AreEqual(0, none);
        Assert.AreEqual(SntpState.Asking, Client.State);
        Assert.AreEqual(First, Client.Server);
        byte[] request = Asked();
        Answer(request, Reply(request));
        Assert.IsTrue(Client.IsSynchronised);
        Assert.AreEqual(SntpState.Waiting, Client.State);
        Assert.AreEqual(UnixNewYear, Time());
        Assert.AreEqual(UnixNewYear - B.Now, Client.Offset);
        Assert.AreEqual(B.Now, Client.SynchronisedAt);
        Assert.AreEqual(2, Client.Stratum);
        Assert.AreEqual(0, Client.RoundTrip);
        CollectionAssert.AreEqual(new[] { (UnixNewYear, 0L) }, Settings.ToArray());
        At(5000);
        Assert.AreEqual(UnixNewYear + 5000, Time());
        Has(SntpCounter.OutRequests, 1);
        Has(SntpCounter.InReplies, 1);
    }

    [TestMethod]
    public void Half_of_the_way_there_and_back_is_added()
    {
        // T1 = 0, T4 = 100 ms; the server held the request from 12:00:00.250 to 12:00:00.290.
        StartSntp();
        byte[] request = Asked();
        At(100);
        byte[] reply = Reply(request, NewYear, 1u << 30);
        Frames.Put32(reply, 44, (uint)(0.29 * 4294967296));
        Answer(request, reply);
        Assert.AreEqual(60, Client.RoundTrip);
        Assert.AreEqual(UnixNewYear + 290 + 30, Time());
    }

    [TestMethod]
    public void A_reply_that_crosses_a_second_is_reckoned_right()
    {
        StartSntp();
        byte[] request = Asked();
        At(1000);
        byte[] reply = Reply(request, NewYear - 1, 0xF0000000);
        Frames.Put32(reply, 40, NewYear);
        Frames.Put32(reply, 44, 0x10000000);
        Answer(request, reply);

        // Held for an eighth of a second: 875 ms there and back, and the reply left at 62.5 ms.
        Assert.AreEqual(875, Client.RoundTrip);
        Assert.AreEqual(UnixNewYear + 500, Time());
    }

    [TestMethod]
    [Requirement("RFC 4330", "3")]
    public void The_number_of_seconds_wraps_in_2036()
    {
        foreach ((uint seconds, string date) in new[]
        {
            (0x80000000u, "1968-01-20T03:14:08Z"),
            (2208988800u, "1970-01-01T00:00:00Z"),
            (0xFFFFFFFFu, "2036-02-07T06:28:15Z"),
            (0u, "2036-02-07T06:28:16Z"),
            (1u, "2036-02-07T06:28:17Z"),
            (0x7FFFFFFFu, "2104-02-26T09:42:23Z"),
        })
        {
            StartSntp();
            byte[] request = Asked();
            Answer(request, Reply(request, seconds, 1));
            Assert.AreEqual(DateTimeOffset.Parse(date, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds(), Time(), date);
        }
    }

    [TestMethod]
    public void A_reply_on_the_way_into_the_new_era_is_reckoned_right()
    {
        StartSntp();
        byte[] request = Asked();
        At(500);
        byte[] reply = Reply(request, 0xFFFFFFFF, 0xC0000000);
        Frames.Put32(reply, 40, 0);
        Frames.Put32(reply, 44, 1);
        Answer(request, reply);
        Assert.AreEqual(250, Client.RoundTrip);
        Assert.AreEqual(new DateTimeOffset(2036, 2, 7, 6, 28, 16, 125, TimeSpan.Zero).ToUnixTimeMilliseconds(), Time());
    }

    [TestMethod]
    public void Between_two_requests_lies_the_poll_interval_and_up_to_an_eighth_more()
    {
        StartSntp();
        byte[] request = Asked();
        Answer(request, Reply(request));
        At(1_023_999);
        Nothing();
        (request, long time) = AskedUntil(1_152_000);
        Answer(request, Reply(request, NewYear + 1100));
        Assert.AreEqual(UnixNewYear + 1_100_000, Time());
        Assert.AreEqual(1_100_000 - time, Settings[1].Change);
        B.AdvanceTo(B.Now + 1_023_999);
        Nothing();
        AskedUntil(time + 1_152_000);
    }

    [TestMethod]
    [Requirement("RFC 4330", "10")]
    public void Without_an_answer_the_interval_grows_from_a_minute_to_the_poll_interval()
    {
        StartSntp();
        Asked();
        long before = 0;
        foreach (int seconds in (int[])[64, 128, 256, 512, 1024, 1024])
        {
            // The reply is waited for first.
            B.AdvanceTo(B.Start + before + 3000 + (seconds * 1000) - 1);
            Nothing();
            (_, before) = AskedUntil(before + 3000 + (seconds * 1125));
        }

        At(before + 3000);
        Has(SntpCounter.Timeouts, 7);
        Assert.IsFalse(Client.IsSynchronised);
    }

    [TestMethod]
    public void After_an_answer_the_interval_begins_anew()
    {
        StartSntp();
        Asked();
        AskedUntil(80_000);
        (byte[] request, long time) = AskedUntil(300_000);
        Answer(request, Reply(request));
        (request, time) = AskedUntil(time + 1_152_000);
        B.AdvanceTo(B.Now + 66_999);
        Nothing();
        AskedUntil(time + 75_001);
    }

    [TestMethod]
    public void No_two_requests_are_less_than_a_minute_apart_whatever_happens()
    {
        StartSntp(servers: 3);
        List<long> times = [];
        SeededRandom random = new(10);
        for (int i = 0; i < 500; i++)
        {
            switch (random.Below(4))
            {
                case 0:
                    B.Link.Status = LinkStatus.Down;
                    B.Poll();
                    B.Link.Status = LinkStatus.Up;
                    break;
                case 1:
                    B.Stack.SetAddress(0, 0, 0);
                    B.Stack.SetAddress(StackBench.OwnAddress, 24, 0);
                    break;
                case 2:
                    Client.SetServer(random.Below(3), StackBench.Subnet + 3 + (uint)random.Below(4));
                    break;
                default:
                    B.AdvanceTo(B.Now + random.Below(100_000));
                    break;
            }

            B.Poll();
            while (B.Sent.TryDequeue(out SentFrame frame))
            {
                if (Frames.Get16(frame.Octets, 12) == Frames.TypeIpv4)
                {
                    times.Add(frame.Time);
                }
            }
        }

        Assert.IsGreaterThan(50, times.Count);
        for (int i = 1; i < times.Count; i++)
        {
            Assert.IsGreaterThanOrEqualTo(64_000, times[i] - times[i - 1]);
        }
    }

    [TestMethod]
    [Requirement("RFC 4330", "10 step 2")]
    public void The_first_request_comes_after_a_random_time()
    {
        HashSet<long> times = [];
        long latest = 0;
        for (ulong seed = 0; seed < 40; seed++)
        {
            Start(configure: o => o.Random = new SeededRandom(seed));
            Make(1, new SntpClientOptions { StartDelay = 100 });
            (_, long time) = AskedUntil(100_000);
            times.Add(time);
            latest = Math.Max(latest, time);
        }

        Assert.HasCount(40, times);
        Assert.IsInRange(70_000, 100_000, latest);
    }

    [TestMethod]
    public void The_next_server_is_asked_when_one_is_silent_and_stays()
    {
        StartSntp(servers: 3);
        Asked(First);
        (_, long time) = AskedUntil(80_000, Second);
        (byte[] request, time) = AskedUntil(time + 160_000, Third);
        Answer(request, Reply(request), Third);
        (request, time) = AskedUntil(time + 1_152_000, Third);
        AskedUntil(time + 80_000, First);
    }

    [TestMethod]
    public void A_server_that_cannot_be_reached_is_left_for_the_next_one()
    {
        StartSntp(servers: 2, configure: o => o.Gateway = 0);
        B.Sent.Clear();
        Client.SetServer(0, 0x08080808);
        B.Poll();
        AskedUntil(200_000, Second);
    }

    [TestMethod]
    public void Without_a_server_nobody_is_asked()
    {
        StartSntp(servers: 0);
        Assert.AreEqual(SntpState.NoServer, Client.State);
        At(100_000);
        Nothing();
        Client.SetServer(1, Second);
        B.Poll();
        Asked(Second);
        Client.SetServer(1, 0);
        Assert.AreEqual(SntpState.NoServer, Client.State);
        At(500_000);
        Nothing();
    }

    [TestMethod]
    public void Without_an_address_the_request_waits_for_one()
    {
        StartSntp(configure: o => o.Address = 0);
        At(200_000);
        Nothing();
        Assert.AreEqual(SntpState.Waiting, Client.State);
        B.Do(() => B.Stack.SetAddress(StackBench.OwnAddress, 24, 0));
        B.Deliver(Frames.Ethernet(
            StackBench.OwnMac, StackBench.PeerMac, Frames.TypeArp,
            Frames.Arp(Frames.ArpReply, StackBench.PeerMac, First, StackBench.OwnMac, StackBench.OwnAddress)));
        Asked();
    }

    [TestMethod]
    public void A_network_that_comes_back_is_asked_soon()
    {
        StartSntp();
        Asked();
        At(600_000);
        B.Sent.Clear();
        B.Link.Status = LinkStatus.Down;
        B.Poll();
        At(900_000);
        B.Sent.Clear();
        B.Link.Status = LinkStatus.Up;
        B.Poll();
        Asked();
    }

    [TestMethod]
    [Requirement("RFC 4330", "8")]
    [DataRow("DENY")]
    [DataRow("RSTR")]
    public void Who_forbids_it_is_not_asked_again(string code)
    {
        StartSntp(servers: 2);
        byte[] request = Asked(First);
        Answer(request, Kiss(request, code));
        Assert.IsFalse(Client.IsSynchronised);
        (request, long time) = AskedUntil(80_000, Second);
        for (int i = 0; i < 5; i++)
        {
            (_, time) = AskedUntil(time + 2_000_000, Second);
        }

        (request, _) = AskedUntil(time + 2_000_000, Second);
        Answer(request, Kiss(request, code), Second);
        Assert.AreEqual(SntpState.Denied, Client.State);
        Has(SntpCounter.Kisses, 2);
        At(50_000_000);
        Nothing();

        // Another server in its place may be asked.
        Client.SetServer(0, Third);
        B.Poll();
        Asked(Third);
    }

    [TestMethod]
    [Requirement("RFC 4330", "8")]
    public void Who_finds_it_too_often_is_asked_half_as_often_for_good()
    {
        StartSntp(options: new SntpClientOptions { StartDelay = 0, PollInterval = 40000 });
        byte[] request = Asked();
        long time = 0;
        foreach (int seconds in (int[])[80000, 131072, 131072])
        {
            Answer(request, Kiss(request, "RATE"));
            Assert.AreEqual(seconds, Client.PollInterval);
            B.AdvanceTo(B.Start + time + (seconds * 1000L) - 1);
            Nothing();
            (request, time) = AskedUntil(time + (seconds * 1125L));
        }

        Answer(request, Reply(request));
        Assert.AreEqual(131072, Client.PollInterval);
    }

    [TestMethod]
    public void Other_kisses_are_no_time()
    {
        StartSntp();
        byte[] request = Asked();
        Answer(request, Kiss(request, "INIT"));
        Assert.IsFalse(Client.IsSynchronised);
        B.AdvanceTo(B.Start + 63_999);
        Nothing();
        AskedUntil(72_000);
        Has(SntpCounter.Kisses, 1);
    }

    [TestMethod]
    public void The_DNS_finds_the_server()
    {
        DnsClient dns = StartNamed();
        Assert.AreEqual(SntpState.Resolving, Client.State);
        SeenQuery query = SeenQuery.Read(Next());
        Assert.AreEqual("time.example", query.Name, ignoreCase: true);
        At(600);
        B.Deliver(Datagrams.ToStack(First, 53, query.Port, new AnswerBuilder(query).Address(Third).Build()));
        At(750);
        byte[] request = Asked(Third);
        Answer(request, Reply(request), Third);
        Assert.IsTrue(Client.IsSynchronised);
        Assert.AreEqual(Third, Client.GetServer(2));

        // The next time the name is not asked about again, and its query was given back.
        (request, long time) = AskedUntil(1_200_000, Third);
        Assert.AreEqual(DnsStatus.None, dns.GetStatus(0));

        // But after a silence it is: the server may have moved.
        B.AdvanceUntilSent(long.MaxValue);
        query = SeenQuery.Read(Next());
        B.Deliver(Datagrams.ToStack(First, 53, query.Port, new AnswerBuilder(query).Address(Second).Build()));
        AskedUntil(time + 80_000, Second);
    }

    [TestMethod]
    [Requirement("RFC 1122", "3.2.1.3")]
    public void A_place_with_a_name_that_is_emptied_has_its_name_resolved_again_and_0_0_0_0_is_not_asked()
    {
        StartNamed(gateway: StackBench.Subnet + 9);
        SeenQuery query = SeenQuery.Read(Next());
        B.Deliver(Datagrams.ToStack(First, 53, query.Port, new AnswerBuilder(query).Address(Third, 10).Build()));
        At(250);
        byte[] request = Asked(Third);
        Answer(request, Reply(request), Third);
        Assert.IsTrue(Client.SetServer(2, 0));
        B.AdvanceUntilSent(B.Start + 100_000);
        query = SeenQuery.Read(Next());
        Assert.AreEqual("time.example", query.Name, ignoreCase: true);
        B.Deliver(Datagrams.ToStack(First, 53, query.Port, new AnswerBuilder(query).Address(Second).Build()));
        B.AdvanceUntilSent(B.Now + 1000);
        Asked(Second);
    }

    [TestMethod]
    [Requirement("RFC 4330", "8")]
    [DataRow("DENY")]
    [DataRow("RSTR")]
    public void One_server_of_a_name_that_forbids_it_does_not_forbid_the_others(string code)
    {
        StartNamed();
        Named(Third);
        B.AdvanceUntilSent(B.Now + 1000);
        byte[] request = Asked(Third);
        Answer(request, Kiss(request, code), Third);
        Assert.AreEqual(SntpState.Waiting, Client.State);

        // The name still leads to that one: nobody is asked, each time for longer.
        long before = B.Now;
        foreach (int seconds in (int[])[64, 128, 256])
        {
            B.AdvanceTo(before + (seconds * 1000L) - 1);
            Nothing();
            B.AdvanceUntilSent(before + (seconds * 1125L) + 1000);
            Named(Third);
            before = B.Now;
        }

        B.AdvanceUntilSent(B.Now + 600_000);
        Has(SntpCounter.NameFailures, 3);
        Has(SntpCounter.OutRequests, 1);

        // Another one of the pool has its turn, and says no too.
        Named(Second);
        B.AdvanceUntilSent(B.Now + 1000);
        request = Asked(Second);
        Answer(request, Kiss(request, code), Second);

        // The first one is not forgotten for that.
        B.AdvanceUntilSent(B.Now + 2_000_000);
        Named(Third);
        B.AdvanceUntilSent(B.Now + 2_000_000);
        Named(First);
        B.AdvanceUntilSent(B.Now + 1000);
        request = Asked(First);
        Answer(request, Reply(request));
        Assert.IsTrue(Client.IsSynchronised);
        Has(SntpCounter.OutRequests, 3);
        Has(SntpCounter.Kisses, 2);
    }

    [TestMethod]
    public void A_name_that_is_not_found_is_asked_about_again_later()
    {
        StartNamed();
        SeenQuery query = SeenQuery.Read(Next());
        B.Deliver(Datagrams.ToStack(First, 53, query.Port, new AnswerBuilder(query, rcode: 3).Build()));
        At(250);
        Has(SntpCounter.NameFailures, 1);
        At(64_000);
        Nothing();
        B.AdvanceUntilSent(B.Start + 73_000);
        SeenQuery.Read(Next());
    }

    [TestMethod]
    public void While_all_queries_of_the_DNS_are_in_use_the_name_waits()
    {
        DnsClient dns = StartNamed(busy: true);
        SeenQuery.Read(Next());
        At(999);
        Nothing();
        dns.Close(0);
        At(1000);
        Assert.AreEqual("time.example", SeenQuery.Read(Next()).Name, ignoreCase: true);
    }

    [TestMethod]
    public void A_server_that_the_network_names_comes_before_the_one_with_a_name()
    {
        StartNamed();
        SeenQuery query = SeenQuery.Read(Next());
        Client.SetServer(0, Second);
        B.Poll();
        Asked(Second);
        B.Deliver(Datagrams.ToStack(First, 53, query.Port, new AnswerBuilder(query).Address(Third).Build()));
        Counted(Primitives.StackCounter.UdpNoPorts, 1);
    }

    [TestMethod]
    public void Misuse_is_told()
    {
        StartSntp();
        Assert.ThrowsExactly<ArgumentNullException>(() => new SntpClient(null!, null!));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SntpClient(B.Stack, new SntpClientOptions { PollInterval = 63 }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SntpClient(B.Stack, new SntpClientOptions { PollInterval = 131073 }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SntpClient(B.Stack, new SntpClientOptions { StartDelay = 301 }));
        Assert.ThrowsExactly<ArgumentException>(() => new SntpClient(B.Stack, new SntpClientOptions { ServerName = "a.b" }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Client.SetServer(3, First));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Client.GetServer(-1));
        Assert.IsFalse(Client.SetServer(1, 0xFFFFFFFF));
        Assert.AreEqual(0u, Client.GetServer(1));
    }

    private static byte[] Kiss(byte[] request, string code)
    {
        byte[] reply = Reply(request);
        reply[0] |= 0xC0;
        reply[1] = 0;
        System.Text.Encoding.ASCII.GetBytes(code).CopyTo(reply, 12);
        return reply;
    }

    /// <summary>The stack has asked for the server's name, and is told.</summary>
    private void Named(uint address)
    {
        SeenQuery query = SeenQuery.Read(Next());
        Assert.AreEqual("time.example", query.Name, ignoreCase: true);
        B.Deliver(Datagrams.ToStack(First, 53, query.Port, new AnswerBuilder(query).Address(address, 10).Build()));
    }

    private DnsClient StartNamed(bool busy = false, uint gateway = 0)
    {
        Start(configure: o =>
        {
            o.Random = new SeededRandom(4330);
            o.Gateway = gateway;
        });
        DnsClient dns = new(B.Stack, new DnsClientOptions { Queries = 1 });
        Assert.IsTrue(dns.SetServer(0, First));
        if (busy)
        {
            dns.Query("other.example");
        }

        Make(0, new SntpClientOptions { StartDelay = 0, ServerName = "time.example", Dns = dns });
        return dns;
    }
}
