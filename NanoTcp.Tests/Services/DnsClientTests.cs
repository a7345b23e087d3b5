using System;
using System.Linq;
using NanoTcp.Link;
using NanoTcp.Primitives;
using NanoTcp.Services;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>RFC 1035, RFC 1123 6.1.3, RFC 2308: what is asked, of whom, how often, and what is made of the answers.</summary>
[TestClass]
public sealed class DnsClientTests : DnsTest
{
    [TestMethod]
    [Requirement("RFC 1035", "4.1")]
    [Requirement("RFC 1035", "7.3")]
    public void A_name_is_asked_about_and_its_address_is_found()
    {
        StartDns();
        int query = Query("www.example.com");
        Is(DnsStatus.Pending, query);
        Assert.AreEqual(0u, Dns.GetAddress(query));
        SeenQuery asked = Asked();
        Assert.AreEqual("www.example.com", asked.Name, ignoreCase: true);
        Assert.AreEqual(AnswerBuilder.A, asked.Type);
        Answer(asked, new AnswerBuilder(asked).Address(Host));
        IsFound(Host, query);
        Assert.AreEqual("", NameOf(query));
        Nothing();

        Close(query);
        Is(DnsStatus.None, query);
        Has(DnsCounter.Queries, 1);
        Has(DnsCounter.OutQueries, 1);
        Has(DnsCounter.InAnswers, 1);
        At(100_000);
        Nothing();
    }

    [TestMethod]
    [Requirement("RFC 1035", "3.5")]
    public void An_address_is_asked_about_and_its_name_is_found()
    {
        StartDns();
        int query = QueryName(0x0A0200FE);
        SeenQuery asked = Asked();
        Assert.AreEqual("254.0.2.10.in-addr.arpa", asked.Name, ignoreCase: true);
        Assert.AreEqual(AnswerBuilder.Ptr, asked.Type);
        Answer(asked, new AnswerBuilder(asked).Answer(AnswerBuilder.Asked, AnswerBuilder.Ptr, 60, NaiveDnsName.Of("Host.Example.com")));
        Is(DnsStatus.Found, query);
        Assert.AreEqual("Host.Example.com", NameOf(query));
        Assert.AreEqual(0x0A0200FEu, Dns.GetAddress(query));

        // RFC 2317: the name of an address may be an alias.
        int other = QueryName(0x0A020001);
        asked = Asked();
        Answer(asked, new AnswerBuilder(asked).Alias(asked.Name, "1.sub.0.2.10.in-addr.arpa")
            .Answer(NaiveDnsName.Of("1.sub.0.2.10.in-addr.arpa"), AnswerBuilder.Ptr, 60, [1, (byte)'.', 0]));
        Assert.AreEqual(@"\.", NameOf(other));
    }

    [TestMethod]
    public void An_address_as_text_is_answered_at_once()
    {
        StartDns(servers: 0);
        IsFound(0x0A000007, Query("10.0.0.7"));
        Nothing();
    }

    [TestMethod]
    public void What_is_no_name_is_not_asked()
    {
        StartDns(options: new DnsClientOptions { Queries = 16 });
        string longName = string.Join('.', Enumerable.Repeat(new string('x', 49), 5)) + ".xyz";
        Assert.AreEqual(253, longName.Length);
        foreach (string name in (string[])["", ".", "a..b", "ä.de", "256.0.0.1", "1.2.3", "a.1", new string('x', 64), "x" + longName])
        {
            Is(DnsStatus.BadName, Query(name));
        }

        Nothing();
        int query = Query(longName);
        Is(DnsStatus.Pending, query);
        Assert.AreEqual(longName, Asked().Name, ignoreCase: true);
    }

    [TestMethod]
    public void Names_of_other_protocols_are_kept_from_the_DNS()
    {
        StartDns(options: new DnsClientOptions { Queries = 16 });
        foreach (string name in (string[])["nanotcp.local", "NANOTCP.LOCAL.", "local", "localhost", "a.LocalHost"])
        {
            Is(DnsStatus.NotForDns, Query(name));
        }

        Is(DnsStatus.NotForDns, QueryName(0xA9FE0101));
        Nothing();
        foreach (string name in (string[])["local.com", "xlocal", "nolocalhost", "a.loca"])
        {
            Is(DnsStatus.Pending, Query(name));
            Asked();
        }
    }

    [TestMethod]
    public void Misuse_is_told()
    {
        StartDns();
        Assert.ThrowsExactly<ArgumentNullException>(() => new DnsClient(null!, null!));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new DnsClient(B.Stack, new DnsClientOptions { Queries = 0 }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new DnsClient(B.Stack, new DnsClientOptions { CacheEntries = 65 }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new DnsClient(B.Stack, new DnsClientOptions { MaxTimeToLive = -1 }));
        Assert.ThrowsExactly<ArgumentNullException>(() => Dns.Query(null!));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Dns.SetServer(3, First));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Dns.GetServer(-1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Dns.GetStatus(2));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Dns.Close(-1));
    }

    [TestMethod]
    public void A_server_that_none_can_be_is_not_taken()
    {
        StartDns();
        Assert.IsFalse(Dns.SetServer(0, 0xE0000001));
        Assert.AreEqual(0u, Dns.GetServer(0));
        Assert.IsFalse(Dns.SetServer(1, 0x7F000001));
        Assert.IsFalse(Dns.SetServer(1, StackBench.OwnAddress));
        Assert.IsTrue(Dns.SetServer(1, 0));
        Is(DnsStatus.NoServer, Query("a.b"));
    }

    [TestMethod]
    public void All_queries_may_be_in_use()
    {
        StartDns();
        Assert.AreEqual(0, Query("a.example"));
        Assert.AreEqual(1, Query("b.example"));
        Assert.AreEqual(-1, Query("c.example"));
        Assert.AreEqual(-1, QueryName(1));
        Close(0);
        Assert.AreEqual(0, Query("c.example"));
    }

    [TestMethod]
    [Requirement("RFC 1034", "5.3.3")]
    public void Aliases_are_followed_in_whatever_order_they_stand()
    {
        StartDns();
        int query = Query("www.example.com");
        SeenQuery asked = Asked();
        Answer(asked, new AnswerBuilder(asked).Alias("www.example.com", "A.example.net").Alias("a.example.net", "b.example.org")
            .Address(Host, owner: "b.EXAMPLE.org"));
        IsFound(Host, query);

        query = Query("rev.example.com");
        asked = Asked();
        Answer(asked, new AnswerBuilder(asked).Address(Host + 1, owner: "c.example").Alias("b.example", "c.example")
            .Alias("a.example", "b.example").Alias("rev.example.com", "a.example"));
        IsFound(Host + 1, query);
    }

    [TestMethod]
    public void Eight_aliases_are_followed_and_no_more()
    {
        for (int aliases = 8; aliases <= 9; aliases++)
        {
            StartDns();
            int query = Query("n0.example");
            SeenQuery asked = Asked();
            AnswerBuilder answer = new(asked);
            for (int i = 0; i < aliases; i++)
            {
                answer.Alias($"n{i}.example", $"n{i + 1}.example");
            }

            Answer(asked, answer.Address(Host, owner: $"n{aliases}.example"));
            Is(aliases == 8 ? DnsStatus.Found : DnsStatus.ServerFailed, query);
        }
    }

    [TestMethod]
    public void Aliases_that_lead_in_a_circle_come_to_an_end()
    {
        StartDns();
        int query = Query("a.example");
        SeenQuery asked = Asked();
        Answer(asked, new AnswerBuilder(asked).Alias("a.example", "b.example").Alias("b.example", "a.example"));
        Is(DnsStatus.ServerFailed, query);
        Has(DnsCounter.InErrors, 1);
    }

    [TestMethod]
    [Requirement("RFC 1123", "6.1.3.3")]
    public void A_server_that_is_silent_is_asked_three_times_and_the_question_given_up()
    {
        StartDns();
        int query = Query("a.example");
        SeenQuery first = Asked();
        At(1999);
        Nothing();
        At(2000);
        SeenQuery second = Asked();
        Assert.AreNotEqual((first.Id, first.Port), (second.Id, second.Port));
        At(5999);
        Nothing();
        At(6000);
        Asked();
        At(13_999);
        Is(DnsStatus.Pending, query);
        At(14_000);
        Is(DnsStatus.NoAnswer, query);
        Has(DnsCounter.Timeouts, 3);
        Has(DnsCounter.OutQueries, 3);
        At(100_000);
        Nothing();
    }

    [TestMethod]
    [Requirement("RFC 2308", "7.2")]
    public void The_next_server_is_asked_when_one_is_silent_and_stays_the_first()
    {
        StartDns(servers: 3);
        int query = Query("a.example");
        Asked(First);
        At(2000);
        Asked(Second);
        At(4000);
        SeenQuery asked = Asked(Third);
        Answer(asked, new AnswerBuilder(asked).Address(Host));
        IsFound(Host, query);
        Close(query);

        query = Query("b.example");
        Asked(Third);
        At(6000);
        Asked(First);
        At(8000);
        Asked(Second);
        At(10_000);
        Asked(Third);
        At(14_000);
        Asked(First);
        At(18_000);
        asked = Asked(Second);
        Answer(asked, new AnswerBuilder(asked).Address(Host));
        IsFound(Host, query);
        Query("c.example");
        Asked(Second);
    }

    [TestMethod]
    public void An_answer_that_comes_after_its_time_is_not_taken()
    {
        StartDns();
        int query = Query("a.example");
        SeenQuery late = Asked();
        At(2000);
        SeenQuery asked = Asked();
        Answer(late, new AnswerBuilder(late).Address(Host));
        Is(DnsStatus.Pending, query);
        Answer(asked, new AnswerBuilder(asked).Address(Host + 1));
        IsFound(Host + 1, query);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(4)]
    [DataRow(5)]
    [DataRow(15)]
    public void A_server_that_fails_or_refuses_is_left_for_the_next_one_at_once(int rcode)
    {
        StartDns(servers: 2);
        int query = Query("a.example");
        SeenQuery asked = Asked(First);
        Answer(asked, new AnswerBuilder(asked, rcode));
        asked = Asked(Second);
        Has(DnsCounter.ServerFailures, 1);
        Answer(asked, new AnswerBuilder(asked).Address(Host));
        IsFound(Host, query);
    }

    [TestMethod]
    [Requirement("RFC 1122", "4.1.3.3")]
    public void Where_nobody_listens_the_next_server_is_asked_at_once()
    {
        StartDns(servers: 2);
        int query = Query("a.example");
        SeenQuery asked = Asked(First);
        SayUnreachable(asked, First, asked.Port);
        asked = Asked(Second);
        Answer(asked, new AnswerBuilder(asked).Address(Host));
        IsFound(Host, query);
        Close(query);
        Has(DnsCounter.Timeouts, 0);
        Assert.AreEqual(1, B.Count(StackCounter.IcmpInDestUnreachs));
        Query("b.example");
        Asked(Second);
    }

    [TestMethod]
    public void The_last_server_of_a_round_has_all_of_its_time_although_nobody_listens()
    {
        StartDns(servers: 2);
        int query = Query("a.example");
        SeenQuery asked = Asked(First);
        SayUnreachable(asked, First, asked.Port);
        asked = Asked(Second);
        SayUnreachable(asked, Second, asked.Port);
        At(1999);
        Nothing();
        At(2000);
        asked = Asked(First);
        SayUnreachable(asked, First, asked.Port);
        asked = Asked(Second);
        Answer(asked, new AnswerBuilder(asked).Address(Host));
        IsFound(Host, query);
    }

    [TestMethod]
    public void Who_cannot_know_what_was_asked_puts_no_server_off()
    {
        StartDns(servers: 2);
        int query = Query("a.example");
        SeenQuery asked = Asked(First);
        SayUnreachable(asked, First, asked.Port ^ 1);
        SayUnreachable(asked, Second, asked.Port);
        SayUnreachable(asked, First, asked.Port, serverPort: 54);
        SayUnreachable(asked, First, asked.Port, longer: 1);
        SayUnreachable(asked, First, asked.Port, type: 11);
        Nothing();
        Assert.AreEqual(5, B.Count(StackCounter.IcmpInIgnored));
        Answer(asked, new AnswerBuilder(asked).Address(Host));
        IsFound(Host, query);
    }

    [TestMethod]
    public void When_every_server_has_failed_none_is_asked_again()
    {
        StartDns(servers: 2);
        int query = Query("a.example");
        SeenQuery asked = Asked(First);
        Answer(asked, new AnswerBuilder(asked, rcode: 2));
        asked = Asked(Second);
        Answer(asked, new AnswerBuilder(asked, rcode: 5));
        Is(DnsStatus.ServerFailed, query);
        Nothing();
    }

    [TestMethod]
    public void A_server_that_has_failed_is_not_asked_again_while_a_silent_one_is()
    {
        StartDns(servers: 2);
        int query = Query("a.example");
        SeenQuery asked = Asked(First);
        Answer(asked, new AnswerBuilder(asked, rcode: 2));
        Asked(Second);
        At(2000);
        Asked(Second);
        At(6000);
        Asked(Second);
        At(14_000);
        Is(DnsStatus.ServerFailed, query);
    }

    [TestMethod]
    public void A_server_that_only_names_others_is_left_for_the_next_one()
    {
        StartDns(servers: 2);
        int query = Query("a.example");
        SeenQuery asked = Asked(First);
        Answer(asked, new AnswerBuilder(asked, flags: 0x8100).Authority("example", AnswerBuilder.Ns, 300, NaiveDnsName.Of("ns.example")));
        asked = Asked(Second);

        // With a SOA record beside them they are only company: RFC 2308 2.2.
        Answer(asked, new AnswerBuilder(asked).Authority("example", AnswerBuilder.Ns, 300, NaiveDnsName.Of("ns.example")).Zone("example", 300, 300));
        Is(DnsStatus.NoData, query);
    }

    [TestMethod]
    public void A_server_that_cannot_be_reached_is_left_for_the_next_one()
    {
        StartDns(servers: 2);
        B.FirstSilent = Second;
        Assert.IsTrue(Dns.SetServer(0, Third));
        int query = Query("a.example");
        At(1999);
        Nothing();
        At(2000);
        Nothing();
        B.FirstSilent = uint.MaxValue;
        At(3000);
        SeenQuery asked = Asked(Second);
        Answer(asked, new AnswerBuilder(asked).Address(Host));
        IsFound(Host, query);
    }

    [TestMethod]
    public void Without_a_way_to_any_server_the_question_ends_soon()
    {
        StartDns();
        Dns.SetServer(0, 0x08080808);
        int query = Query("a.example");
        Is(DnsStatus.NoAnswer, query);
        Nothing();
    }

    [TestMethod]
    public void A_server_at_the_broadcast_address_of_the_network_is_not_asked()
    {
        StartDns();
        B.Stack.SetAddress(0, 0, 0);
        Dns.SetServer(0, StackBench.Subnet + 255);
        B.Do(() => B.Stack.SetAddress(StackBench.OwnAddress, 24, 0));
        At(5000);
        B.Sent.Clear();
        Is(DnsStatus.NoAnswer, Query("a.example"));
        Nothing();
    }

    [TestMethod]
    [Requirement("RFC 1122", "3.2.1.3")]
    public void A_server_that_is_gone_when_the_address_comes_back_is_not_asked_at_0_0_0_0()
    {
        const uint Router = StackBench.Subnet + 9;
        StartDns(servers: 2, configure: o => o.Gateway = Router);
        int query = Query("a.example");
        Asked(First);

        // The lease is lost with its servers, and the next one names only the second.
        B.Do(() =>
        {
            B.Stack.SetAddress(0, 0, 0);
            Dns.SetServer(0, 0);
            B.Stack.SetAddress(StackBench.OwnAddress, 24, Router);
        });
        SeenQuery asked = Asked(Second);
        Answer(asked, new AnswerBuilder(asked).Address(Host));
        IsFound(Host, query);
        Nothing();
    }

    [TestMethod]
    public void Without_an_address_a_question_waits_for_one()
    {
        StartDns();
        B.Stack.SetAddress(0, 0, 0);
        B.Poll();
        int query = Query("a.example");
        At(1000);
        Nothing();
        B.AnswersArp = true;
        B.Do(() => B.Stack.SetAddress(StackBench.OwnAddress, 24, 0));
        SeenQuery asked = Asked();
        Answer(asked, new AnswerBuilder(asked).Address(Host));
        IsFound(Host, query);
    }

    [TestMethod]
    public void When_the_address_changes_the_question_is_asked_again_from_the_new_one()
    {
        StartDns();
        int query = Query("a.example");
        SeenQuery old = Asked();
        At(1000);
        uint moved = StackBench.Subnet + 9;
        B.Do(() => B.Stack.SetAddress(moved, 24, 0));
        B.Deliver(Frames.Ethernet(
            StackBench.OwnMac, StackBench.PeerMac, Frames.TypeArp, Frames.Arp(Frames.ArpReply, StackBench.PeerMac, First, StackBench.OwnMac, moved)));
        byte[] frame = Next();
        byte[] message = Datagrams.FromStack(frame, First, 53, moved);
        Assert.AreNotEqual(old.Port, Datagrams.SourcePort(frame));
        Frames.Put16(message, 2, 0x8183);
        B.Deliver(Datagrams.ToStack(First, 53, Datagrams.SourcePort(frame), message, moved));
        Is(DnsStatus.NoSuchName, query);
    }

    [TestMethod]
    public void While_the_link_is_down_the_time_of_a_question_runs()
    {
        StartDns();
        B.Link.Status = LinkStatus.Down;
        B.Poll();
        int query = Query("a.example");
        At(14_000);
        Is(DnsStatus.NoAnswer, query);
        Nothing();
    }

    [TestMethod]
    [Requirement("RFC 5452", "5")]
    public void Two_questions_about_the_same_are_one_query()
    {
        StartDns(options: new DnsClientOptions { Queries = 4 });
        int one = Query("a.example");
        SeenQuery asked = Asked();
        int two = Query("A.Example");
        int name = QueryName(Host);
        Asked();
        Nothing();
        Answer(asked, new AnswerBuilder(asked).Address(Host));
        IsFound(Host, one);
        IsFound(Host, two);
        Is(DnsStatus.Pending, name);
    }

    [TestMethod]
    public void Who_waits_for_a_query_that_is_given_back_asks_himself()
    {
        StartDns(options: new DnsClientOptions { Queries = 4 });
        int one = Query("a.example");
        SeenQuery old = Asked();
        int two = Query("a.example");
        int three = Query("a.example");
        At(500);
        Close(one);
        SeenQuery asked = Asked();
        Nothing();
        Answer(old, new AnswerBuilder(old).Address(Host + 1));
        Is(DnsStatus.Pending, two);
        Answer(asked, new AnswerBuilder(asked).Address(Host));
        IsFound(Host, two);
        IsFound(Host, three);
        Is(DnsStatus.None, one);
    }

    [TestMethod]
    public void A_question_that_is_given_back_is_not_asked_again()
    {
        StartDns();
        int query = Query("a.example");
        SeenQuery asked = Asked();
        Close(query);
        Close(query);
        Answer(asked, new AnswerBuilder(asked).Address(Host));
        Counted(StackCounter.UdpNoPorts, 1);
        B.Sent.Clear();
        Is(DnsStatus.None, query);
        At(20_000);
        Nothing();
    }

    [TestMethod]
    [Requirement("RFC 2308", "2")]
    public void No_such_name_and_no_address_are_told_apart()
    {
        StartDns();
        int query = Query("none.example");
        SeenQuery asked = Asked();
        Answer(asked, new AnswerBuilder(asked, rcode: 3));
        Is(DnsStatus.NoSuchName, query);

        int other = Query("six.example");
        asked = Asked();
        Answer(asked, new AnswerBuilder(asked).Answer(AnswerBuilder.Asked, AnswerBuilder.Aaaa, 300, new byte[16]));
        Is(DnsStatus.NoData, other);
    }

    [TestMethod]
    public void An_alias_of_a_name_that_does_not_exist_does_not_exist()
    {
        // RFC 2308 2.1: the response code is that of the last name.
        StartDns();
        int query = Query("a.example");
        SeenQuery asked = Asked();
        Answer(asked, new AnswerBuilder(asked, rcode: 3).Alias("a.example", "b.example").Zone("example", 60, 60));
        Is(DnsStatus.NoSuchName, query);
    }

    [TestMethod]
    public void Addresses_that_no_peer_can_have_are_passed_over()
    {
        StartDns();
        int query = Query("sink.example");
        SeenQuery asked = Asked();
        AnswerBuilder answer = new(asked);
        foreach (uint address in (uint[])[0, 0x7F000001, 0xE0000001, 0xFFFFFFFF, StackBench.Subnet + 255, StackBench.OwnAddress])
        {
            answer.Address(address);
        }

        Answer(asked, answer);
        Is(DnsStatus.NoData, query);
        Assert.AreEqual(0u, Dns.GetAddress(query));

        int other = Query("half.example");
        asked = Asked();
        Answer(asked, new AnswerBuilder(asked).Address(0).Address(Host));
        IsFound(Host, other);
    }

    [TestMethod]
    [Requirement("RFC 2181", "9")]
    public void Of_an_answer_that_was_cut_short_an_address_is_used_but_not_remembered()
    {
        StartDns();
        int query = Query("many.example");
        SeenQuery asked = Asked();
        AnswerBuilder answer = new AnswerBuilder(asked, flags: 0x8380).Address(Host).Header(6, 40);
        Answer(asked, answer);
        IsFound(Host, query);
        Close(query);
        Query("many.example");
        Asked();
    }

    [TestMethod]
    public void An_answer_that_was_cut_short_before_what_was_wanted_is_told()
    {
        StartDns(servers: 2);
        int query = Query("many.example");
        SeenQuery asked = Asked();
        Answer(asked, new AnswerBuilder(asked, flags: 0x8380));
        Is(DnsStatus.Truncated, query);
        Has(DnsCounter.Truncated, 1);
        Nothing();

        // Also when it ends in the middle of a record.
        int other = Query("other.example");
        asked = Asked();
        byte[] message = new AnswerBuilder(asked, flags: 0x8380).Address(Host).Build();
        B.Deliver(Datagrams.ToStack(First, 53, asked.Port, message[..^1]));
        Is(DnsStatus.Truncated, other);
    }

    [TestMethod]
    public void Without_randomness_two_queries_still_have_ports_of_their_own()
    {
        StartDns(configure: o => o.Random = new ConstantRandom());
        Query("a.example");
        int one = Asked().Port;
        Query("b.example");
        Assert.AreEqual(one + 1, Asked().Port);
    }
}
