using System;
using System.Collections.Generic;
using System.Linq;
using NanoTcp.Emulation;
using NanoTcp.Primitives;
using NanoTcp.Services;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>
/// RFC 5452: answers only from who was asked and only to what was asked, and nothing about a query that somebody who does not
/// see it could know. The classes of the AMNESIA:33, NAME:WRECK and INFRA:HALT reports.
/// </summary>
[TestClass]
public sealed class DnsForgeryTests : DnsTest
{
    [TestMethod]
    [Requirement("RFC 5452", "9.1")]
    public void AMNESIA_33_unsolicited_answers_are_not_taken()
    {
        StartDns();
        int query = Query("a.example");
        SeenQuery asked = Asked();
        byte[] good = new AnswerBuilder(asked).Address(Host).Build();
        int strays = 0;

        // From somebody else, from another port, to everybody.
        Stray(Datagrams.ToStack(Second, 53, asked.Port, good));
        Stray(Datagrams.ToStack(First, 54, asked.Port, good));
        Stray(Datagrams.ToStack(First, 53, asked.Port, good, StackBench.Subnet + 255, Broadcast));

        // To a port that nobody has.
        B.Deliver(Datagrams.ToStack(First, 53, asked.Port ^ 1, good));
        Has(DnsCounter.InStrays, strays);
        Counted(StackCounter.UdpNoPorts, 1);
        B.Sent.Clear();

        // Another id, no answer, another kind of query, cut short.
        Wrong(m => m[0] ^= 1);
        Wrong(m => m[1] ^= 1);
        Wrong(m => m[2] &= 0x7F);
        Wrong(m => m[2] |= 0x28);
        Wrong(m => m[5] = 0);
        B.Deliver(Datagrams.ToStack(First, 53, asked.Port, good[..11]));
        strays++;
        Has(DnsCounter.InStrays, strays);
        Is(DnsStatus.Pending, query);
        B.Deliver(Datagrams.ToStack(First, 53, asked.Port, good));
        IsFound(Host, query);
        Has(DnsCounter.InStrays, strays);

        void Wrong(Action<byte[]> change)
        {
            byte[] message = [.. good];
            change(message);
            Stray(Datagrams.ToStack(First, 53, asked.Port, message));
        }

        void Stray(byte[] frame)
        {
            B.Deliver(frame);
            strays++;
            Has(DnsCounter.InStrays, strays);
            Is(DnsStatus.Pending, query);
        }
    }

    [TestMethod]
    [Requirement("RFC 5452", "9.1")]
    [Requirement("RFC 1035", "4.2.1")]
    public void Answers_to_another_question_are_not_taken()
    {
        StartDns();
        int query = Query("a.example");
        SeenQuery asked = Asked();
        byte[] good = new AnswerBuilder(asked).Address(Host).Build();
        int type = 12 + asked.Question.Length - 4;
        Wrong(m => m[13] = (byte)'b');
        Wrong(m => m[type + 1] = AnswerBuilder.Aaaa);
        Wrong(m => m[type + 3] = 3);
        Wrong(m => m[5] = 2);

        // The same name written with a pointer is not what was sent.
        byte[] question = [.. good[..12], 1, good[13], 0xC0, 12, 0, 1, 0, 1];
        B.Deliver(Datagrams.ToStack(First, 53, asked.Port, question));
        Is(DnsStatus.Pending, query);
        Has(DnsCounter.InStrays, 5);

        // More than a query without EDNS may bring.
        B.Deliver(Datagrams.ToStack(First, 53, asked.Port, [.. good, .. new byte[513 - good.Length]]));
        Is(DnsStatus.Pending, query);
        B.Deliver(Datagrams.ToStack(First, 53, asked.Port, [.. good, .. new byte[512 - good.Length]]));
        IsFound(Host, query);

        void Wrong(Action<byte[]> change)
        {
            byte[] message = [.. good];
            change(message);
            B.Deliver(Datagrams.ToStack(First, 53, asked.Port, message));
            Is(DnsStatus.Pending, query);
        }
    }

    [TestMethod]
    [Requirement("RFC 5452", "6")]
    public void AMNESIA_33_records_that_were_not_asked_for_are_not_remembered()
    {
        StartDns();
        int query = Query("a.example");
        SeenQuery asked = Asked();
        Answer(asked, new AnswerBuilder(asked).Address(0x06060606, owner: "bank.example").Alias("shop.example", "evil.example").Address(Host));
        IsFound(Host, query);
        Close(query);
        Query("bank.example");
        Assert.AreEqual("bank.example", Asked().Name, ignoreCase: true);
        Query("shop.example");
        Assert.AreEqual("shop.example", Asked().Name, ignoreCase: true);
    }

    [TestMethod]
    public void A_flood_of_guessed_answers_closes_the_port()
    {
        StartDns();
        int query = Query("a.example");
        SeenQuery asked = Asked();
        SeededRandom random = new(1);
        for (int i = 0; i < 5000; i++)
        {
            byte[] message = new AnswerBuilder(asked).Address(0x06060606).Header(0, asked.Id ^ (1 + random.Below(65535))).Build();
            B.Deliver(Datagrams.ToStack(First, 53, asked.Port, message));
            B.Sent.Clear();
        }

        Has(DnsCounter.InStrays, 8);
        Has(DnsCounter.Floods, 1);
        Counted(StackCounter.UdpNoPorts, 4992);

        // From here on the right one comes too late as well, and nothing is sent before its time.
        Answer(asked, new AnswerBuilder(asked).Address(0x06060606));
        B.Sent.Clear();
        Is(DnsStatus.Pending, query);
        At(1999);
        Nothing();
        At(2000);
        SeenQuery again = Asked();
        Assert.AreNotEqual(asked.Port, again.Port);
        Answer(again, new AnswerBuilder(again).Address(Host));
        IsFound(Host, query);
    }

    [TestMethod]
    [Requirement("RFC 5452", "9.2")]
    public void INFRA_HALT_ids_ports_and_case_cannot_be_foretold()
    {
        StartDns();
        const int Runs = 1000;
        const string Name = "abcdefghijklmnopqrstuvwxyz.example";
        int[] idBits = new int[16];
        int[] portBits = new int[16];
        int[] caseBits = new int[Name.Length];
        HashSet<int> ids = [];
        HashSet<int> ports = [];
        int least = 65535;
        int most = 0;
        for (int run = 0; run < Runs; run++)
        {
            int query = Query(Name);
            SeenQuery asked = Asked();
            Close(query);
            ids.Add(asked.Id);
            ports.Add(asked.Port);
            least = Math.Min(least, asked.Port);
            most = Math.Max(most, asked.Port);
            for (int bit = 0; bit < 16; bit++)
            {
                idBits[bit] += (asked.Id >> bit) & 1;
                portBits[bit] += (asked.Port >> bit) & 1;
            }

            for (int i = 0; i < Name.Length; i++)
            {
                caseBits[i] += char.IsAsciiLetterUpper(asked.Name[i]) ? 1 : 0;
            }
        }

        // Four standard deviations of a fair coin are 63.
        foreach (int ones in idBits.Concat(portBits).Concat(caseBits.Where((_, i) => Name[i] != '.')))
        {
            Assert.IsInRange(430, 570, ones);
        }

        Assert.IsGreaterThan(980, ids.Count, "ids that came once");
        Assert.IsGreaterThan(980, ports.Count, "ports that came once");
        Assert.IsLessThan(1400, least);
        Assert.IsGreaterThanOrEqualTo(1024, least);
        Assert.IsGreaterThan(65000, most);
    }

    [TestMethod]
    public void The_stack_draws_from_the_source_that_was_handed_in_and_from_no_other()
    {
        StartDns(seed: 77);
        Query("a.example");
        SeenQuery one = Asked();
        StartDns(seed: 77);
        Query("a.example");
        CollectionAssert.AreEqual(one.Message, Asked().Message);
        StartDns(seed: 78);
        Query("a.example");
        CollectionAssert.AreNotEqual(one.Message, Asked().Message);
    }

    [TestMethod]
    public void A_server_that_does_not_keep_the_case_is_asked_again_without_and_from_then_on()
    {
        StartDns(servers: 2);
        int query = Query("abcdefghijklmnop.example");
        SeenQuery mixed = Asked();
        Assert.AreNotEqual(mixed.Name.ToLowerInvariant(), mixed.Name);
        At(100);
        B.Deliver(Datagrams.ToStack(First, 53, mixed.Port, Lowered(mixed)));
        Is(DnsStatus.Pending, query);
        Has(DnsCounter.CaseLost, 1);

        SeenQuery plain = Asked();
        Assert.AreEqual(plain.Name.ToLowerInvariant(), plain.Name);
        Assert.AreNotEqual((mixed.Id, mixed.Port), (plain.Id, plain.Port));

        // Even a server that shouts is heard now, and no question goes round for ever.
        byte[] shouted = new AnswerBuilder(plain).Address(Host).Build();
        shouted[13] = (byte)'A';
        B.Deliver(Datagrams.ToStack(First, 53, plain.Port, shouted));
        IsFound(Host, query);
        Query("qrstuvw.example");
        plain = Asked();
        Assert.AreEqual("qrstuvw.example", plain.Name);
        Answer(plain, new AnswerBuilder(plain, rcode: 2));

        // The other one is another server.
        SeenQuery other = Asked(Second);
        Assert.AreNotEqual(other.Name.ToLowerInvariant(), other.Name);
        Has(DnsCounter.CaseLost, 1);
    }

    [TestMethod]
    public void A_new_server_in_the_same_place_is_asked_in_mixed_case_again()
    {
        StartDns();
        int query = Query("abcdefghijklmnop.example");
        SeenQuery mixed = Asked();
        B.Deliver(Datagrams.ToStack(First, 53, mixed.Port, Lowered(mixed)));
        Asked();
        Close(query);
        Dns.SetServer(0, Second);
        Query("abcdefghijklmnop.example");
        SeenQuery asked = Asked(Second);
        Assert.AreNotEqual(asked.Name.ToLowerInvariant(), asked.Name);
    }

    private static byte[] Lowered(SeenQuery query)
    {
        byte[] message = new AnswerBuilder(query).Address(0x06060606).Build();
        NaiveDnsName.Of(query.Name.ToLowerInvariant()).CopyTo(message, 12);
        return message;
    }
}
