using System;
using System.Collections.Generic;
using System.Linq;
using NanoTcp.Emulation;
using NanoTcp.Services;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>Messages that embedded stacks have fallen over, by the reports that told of them, and random ones.</summary>
[TestClass]
public class MdnsBadInputTests : MdnsTest
{
    private const string Question = "query; ?nanotcp.local A";
    private const string Conflict = "response; =nanotcp.local! 120 A 10.0.0.9";

    /// <summary>Where the question's name stands.</summary>
    private const int FirstName = 12;

    [TestMethod]
    [DataRow(4, DisplayName = "questions")]
    [DataRow(6, DisplayName = "answers")]
    [DataRow(8, DisplayName = "authorities")]
    [DataRow(10, DisplayName = "additional records")]
    public void NAME_WRECK_Counts_that_promise_more_than_there_is(int count)
    {
        byte[] query = DnsText.Parse(Question);
        Frames.Put16(query, count, Frames.Get16(query, count) + 1);
        IsMalformed(query);
        Frames.Put16(query, count, 0xFFFF);
        IsMalformed(query, 2);
    }

    [TestMethod]
    [DataRow(0xC00C, DisplayName = "to itself")]
    [DataRow(0xC00E, DisplayName = "forward")]
    [DataRow(0xC000, DisplayName = "into the header")]
    [DataRow(0xFFFF, DisplayName = "out of the message")]
    [DataRow(0x8001, DisplayName = "a reserved kind of label")]
    [DataRow(0x4001, DisplayName = "another reserved kind of label")]
    public void NAME_WRECK_Compression_pointers_that_lead_nowhere(int octets)
    {
        byte[] query = [.. DnsText.Parse("query"), 0, 0, 0, 1, 0, 1];
        Frames.Put16(query, 4, 1);
        Frames.Put16(query, FirstName, octets);
        IsMalformed(query);
    }

    [TestMethod]
    public void NAME_WRECK_Two_pointers_that_lead_to_each_other()
    {
        byte[] query = [.. DnsText.Parse("query"), 0xC0, 14, 0xC0, 12, 0, 1, 0, 1];
        Frames.Put16(query, 4, 1);
        IsMalformed(query);
    }

    [TestMethod]
    public void NAME_WRECK_A_chain_of_pointers_in_the_data_of_a_record_costs_no_more_than_its_length()
    {
        // Legal for who only skips: each pointer leads to the one before. Followed, it must end.
        List<byte> data = [1, (byte)'x', 0];
        for (int i = 0; i < 600; i++)
        {
            int here = 12 + 11 + data.Count;
            int target = i == 0 ? 12 + 11 : here - 2;
            data.Add((byte)(0xC0 | (target >> 8)));
            data.Add((byte)target);
        }

        byte[] response = [.. DnsText.Parse("response"), 0, 1, 0x2C, 0, 1, 0, 0, 0, 120, (byte)(data.Count >> 8), (byte)data.Count, .. data];
        Frames.Put16(response, 6, 1);
        StartReadyHost(names: 1);
        HearRaw(response);
        Counted(MdnsCounter.InErrors, 0);

        // The same as the name of a record.
        byte[] second = [.. response, 0xC4, 0xC5, 0, 1, 0, 1, 0, 0, 0, 120, 0, 4, 10, 0, 0, 9];
        Frames.Put16(second, 6, 2);
        HearRaw(second);
        Assert.AreEqual(MdnsState.Ready, Responder.State);
        StillAnswers();
    }

    [TestMethod]
    public void A_query_from_port_0_has_nowhere_to_be_answered_and_is_ignored()
    {
        StartReadyHost();
        Hear("query id=1; ?nanotcp.local A", port: 0);
        HearAlone("query id=1; ?nanotcp.local A", port: 0);
        After(1000);
        Nothing();
        Counted(MdnsCounter.InIgnored, 2);
    }

    [TestMethod]
    public void NAME_WRECK_A_label_longer_than_the_message()
    {
        byte[] query = DnsText.Parse(Question);
        query[FirstName] = 63;
        IsMalformed(query);
    }

    [TestMethod]
    public void NAME_WRECK_A_name_longer_than_255_octets()
    {
        byte[] label = [63, .. Enumerable.Repeat((byte)'a', 63)];
        byte[] query = [.. DnsText.Parse("query"), .. label, .. label, .. label, .. label, 0, 0, 1, 0, 1];
        Frames.Put16(query, 4, 1);
        IsMalformed(query);
    }

    [TestMethod]
    public void NAME_WRECK_A_compressed_name_longer_than_255_octets_is_nobodys()
    {
        byte[] label = [63, .. Enumerable.Repeat((byte)'a', 63)];
        byte[] query = [.. DnsText.Parse("query"), .. label, .. label, .. label, 0, 0, 1, 0, 1, .. label, 0xC0, 12, 0, 1, 0, 1];
        Frames.Put16(query, 4, 2);
        StartReadyHost(names: 1);
        HearRaw(query);
        StillAnswers();
    }

    [TestMethod]
    [DataRow(5, DisplayName = "one octet too many")]
    [DataRow(0xFFFF, DisplayName = "64 KB")]
    public void AMNESIA_33_Data_of_a_record_that_ends_behind_the_message(int length)
    {
        byte[] response = DnsText.Parse(Conflict);
        Frames.Put16(response, response.Length - 6, length);
        IsMalformed(response);
    }

    [TestMethod]
    public void AMNESIA_33_Data_of_a_record_that_are_too_short_for_their_type()
    {
        StartReadyHost(services: [new MdnsService("X", "_http._tcp", 80, null!)], names: 2);
        foreach (string type in new[] { "TYPE1", "TYPE12", "TYPE16", "TYPE33", "TYPE47" })
        {
            foreach (string data in new[] { "", "00", "0000", "000000", "C0", "3F", "000000000050C0" })
            {
                Hear($"query; ?nanotcp.local A QU; =X._http._tcp.local 120 {type} {data}; =_http._tcp.local 120 {type} {data}; =nanotcp.local 120 {type} {data}");
                Hear($"query; ?X._http._tcp.local ANY QU; ^X._http._tcp.local 120 {type} {data}; ^nanotcp.local 120 {type} {data}");
                Hear($"response; =_http._tcp.local 120 {type} {data}; =2.0.0.10.in-addr.arpa! 120 {type} {data}; =other.local! 120 {type} {data}");
            }
        }

        Counted(MdnsCounter.InErrors, 0);
        Assert.AreEqual(MdnsState.Ready, Responder.State);
    }

    [TestMethod]
    public void AMNESIA_33_A_message_without_a_whole_header()
    {
        byte[] query = DnsText.Parse(Question);
        StartReadyHost(names: 1);
        for (int length = 0; length < query.Length; length++)
        {
            HearRaw(query[..length]);
            Counted(MdnsCounter.InErrors, length + 1);
        }

        Nothing();
        StillAnswers();
    }

    [TestMethod]
    public void AMNESIA_33_A_question_at_the_end_of_the_largest_message()
    {
        StartReadyHost(names: 1);
        byte[] filler = new byte[1472 - 12 - 19 - 12];
        byte[] query = DnsText.Parse($"query; ?nanotcp.local A; =. 0 TYPE300 {Convert.ToHexString(filler)}");
        Assert.AreEqual(1472, query.Length);
        HearRaw(query);
        Says("response; =nanotcp.local! 120 A 10.0.0.2; " + NoMore);
    }

    [TestMethod]
    public void AMNESIA_33_Answers_to_questions_that_nobody_asked()
    {
        StartReadyHost(names: 1);
        Hear("response; =other.local! 120 A 10.0.0.66");
        MdnsAnswer answer = MdnsAnswer.Found;
        B.Do(() => answer = Resolver.Resolve("other.local", out _));
        Assert.AreEqual(MdnsAnswer.Pending, answer);
    }

    [TestMethod]
    public void NAME_WRECK_An_SRV_and_an_NSEC_record_whose_names_run_out_of_their_data()
    {
        // Names in order in the message, but not within the data of their record.
        StartReadyHost(names: 1);
        MdnsAnswer answer = MdnsAnswer.Found;
        B.Do(() => answer = Resolver.Resolve("other.local", out _));
        byte[] response = DnsText.Parse("response; =other.local! 120 TYPE47 05; =other.local! 120 TYPE47 056F746865; =other.local! 120 TYPE12 056F74");
        HearRaw(response);
        B.Do(() => answer = Resolver.Resolve("other.local", out _));
        Assert.AreEqual(MdnsAnswer.Pending, answer);
        foreach (string bits in new[] { "00", "0000", "000140FF", "0002", "0021", "010140", "000140000140", "00FF40" })
        {
            Hear("response; =other.local! 120 TYPE47 00" + bits);
            B.Do(() => answer = Resolver.Resolve("other.local", out _));
            Assert.AreEqual(MdnsAnswer.Pending, answer, bits);
        }

        Hear("response; =other.local! 120 TYPE47 00000100");
        B.Do(() => answer = Resolver.Resolve("other.local", out _));
        Assert.AreEqual(MdnsAnswer.NotFound, answer);
    }

    [TestMethod]
    public void A_flood_of_questions_is_answered_once_a_second()
    {
        StartReadyHost(services: [new MdnsService("X", "_http._tcp", 80, null!)]);
        for (int i = 0; i < 1000; i++)
        {
            After(i * 10);
            Hear("query; ?nanotcp.local ANY; ?_http._tcp.local PTR", 0x0A000010 + (uint)(i % 100));
        }

        After(12_000);
        Assert.IsLessThanOrEqualTo(22, B.Sent.Count);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    public void Random_changes_of_messages_do_no_harm(int seed)
    {
        string[] texts =
        [
            "query; ?nanotcp.local A QU; ?X._http._tcp.local ANY; ?2.0.0.10.in-addr.arpa PTR",
            "query TC; ?_http._tcp.local PTR; =_http._tcp.local 4500 PTR X._http._tcp.local",
            "query; ?nanotcp.local ANY QU; ?X._http._tcp.local ANY QU; ^nanotcp.local 120 A 10.0.0.9; ^X._http._tcp.local 120 SRV 0 0 80 other.local; ^X._http._tcp.local 4500 TXT a=1",
            "response; =other.local! 120 A 10.0.0.5; =5.0.0.10.in-addr.arpa! 120 PTR other.local; +other.local! 120 NSEC other.local A",
            "response; =X._http._tcp.local! 120 SRV 0 0 80 nanotcp.local; =X._http._tcp.local! 4500 TXT -; =_http._tcp.local 4500 PTR X._http._tcp.local; =nanotcp.local! 120 A 10.0.0.2",
            "response; =nanotcp.local! 120 NSEC nanotcp.local A; ^nanotcp.local 120 AAAA FE800000000000000000000000000001",
        ];
        byte[][] messages = texts.Select(DnsText.Parse).ToArray();
        SeededRandom random = new((ulong)seed);
        StartHost(services: [new MdnsService("X", "_http._tcp", 80, null!)], names: 3);
        byte[] name = new byte[100];
        for (int i = 0; i < 4000; i++)
        {
            byte[] message = (byte[])messages[random.NextUInt32() % messages.Length].Clone();
            for (uint changes = random.NextUInt32() % 5; changes != 0; changes--)
            {
                message[random.NextUInt32() % message.Length] = random.NextUInt32() % 3 == 0 ? (byte)0xC0 : (byte)random.NextUInt32();
            }

            if (random.NextUInt32() % 8 == 0)
            {
                message = message[..(int)(random.NextUInt32() % (message.Length + 1))];
            }

            uint peer = 0x0A000003 + (random.NextUInt32() % 20);
            if (random.NextUInt32() % 4 == 0)
            {
                HearRaw(message, peer, random.NextUInt32() % 2 == 0 ? Port : 40000, StackBench.OwnAddress);
            }
            else
            {
                HearRaw(message, peer, random.NextUInt32() % 4 == 0 ? 40000 : Port);
            }

            At(B.Now - B.Start + (random.NextUInt32() % 300));
            B.Do(() => Resolver.Resolve("other.local", out _));
            B.Do(() => Resolver.Resolve(0x0A000005, name, 0, out _));
            while (B.Sent.TryDequeue(out SentFrame frame))
            {
                // Whatever came, what goes out is in order.
                DnsText.Format(frame.Octets[42..]);
            }
        }

        // After all that it still comes to a name, and is silent then.
        At(B.Now - B.Start + 60_000);
        Assert.AreEqual(MdnsState.Ready, Responder.State);
        B.Sent.Clear();
        At(B.Now - B.Start + 4_000_000);
        Nothing();
    }

    private void IsMalformed(byte[] message, int count = 1)
    {
        if (count == 1)
        {
            StartReadyHost(names: 1);
        }

        HearRaw(message);
        After(2000 * count);
        Nothing();
        Counted(MdnsCounter.InErrors, count);
        Counted(MdnsCounter.Conflicts, 0);
        Assert.AreEqual(MdnsState.Ready, Responder.State);
    }

    private void StillAnswers()
    {
        Hear(Question);
        Says("response; =nanotcp.local! 120 A 10.0.0.2; " + NoMore);
    }
}
