using System;
using System.Linq;
using NanoTcp.Emulation;
using NanoTcp.Services;

namespace NanoTcp.Tests.Services;

/// <summary>
/// Answers that come from the right server with everything right about id and question, and are malformed: by the classes of the
/// NAME:WRECK, AMNESIA:33 and Ripple20 reports. None is believed, and the next server is asked at once.
/// </summary>
[TestClass]
public sealed class DnsMalformedTests : DnsTest
{
    private const int A = AnswerBuilder.A;
    private const int Cname = AnswerBuilder.Cname;
    private const int Ptr = AnswerBuilder.Ptr;
    private static readonly byte[] Asked12 = AnswerBuilder.Asked;
    private static readonly byte[] Four = [93, 184, 216, 34];

    [TestMethod]
    public void NAME_WRECK_pointers_that_loop_or_lead_forward()
    {
        Malformed(a => a.Answer([0xC0, (byte)a.Offset], A, 60, Four));
        Malformed(a => a.Answer([0xC0, (byte)(a.Offset + 2)], A, 60, Four));
        Malformed(a => a.Answer([1, (byte)'a', 0xC0, (byte)a.Offset], A, 60, Four));
        Malformed(a => a.Answer(Asked12, Cname, 60, [0xC0, (byte)(a.Offset + 12)]));
        Malformed(a => a.Answer(Asked12, Cname, 60, [0xC0, (byte)(a.Offset + 14)]).Address(Host, owner: "b.example"));
        Malformed(a => a.Answer(Asked12, Cname, 60, [1, (byte)'a', 0xC0, (byte)(a.Offset + 12)]));
        Malformed(a => a.Answer(Asked12, Cname, 60, [0xFF, 0xFF]));
    }

    [TestMethod]
    public void NAME_WRECK_pointers_into_the_header()
    {
        Malformed(a => a.Answer([0xC0, 0], A, 60, Four));
        Malformed(a => a.Answer(Asked12, Cname, 60, [0xC0, 11]));
    }

    [TestMethod]
    public void NAME_WRECK_labels_past_the_end()
    {
        Malformed(a => a.Answer([63], A, 60, Four));
        Malformed(a => a.Answer(Asked12, Cname, 60, [5, (byte)'a', (byte)'b']));
        Malformed(a => a.Answer(Asked12, Cname, 60, [1, (byte)'a']));
        Malformed(a => a.Answer(Asked12, Cname, 60, [0xC0]));
    }

    [TestMethod]
    public void NAME_WRECK_label_types_that_nobody_uses()
    {
        Malformed(a => a.Answer([0x41, (byte)'a', 0], A, 60, Four));
        Malformed(a => a.Answer(Asked12, Cname, 60, [0x80, 0]));
    }

    [TestMethod]
    public void NAME_WRECK_names_that_are_too_long()
    {
        byte[] longest = [.. Enumerable.Repeat((byte[])[62, .. new byte[62]], 4).SelectMany(l => l)];
        Malformed(a => a.Answer([.. longest, 3, 1, 1, 1, 0], A, 60, Four));
        Malformed(a => a.Answer(Asked12, Cname, 60, [.. longest, 0xC0, 12]));
    }

    [TestMethod]
    public void AMNESIA_33_counts_that_lie()
    {
        Malformed(a => a.Header(6, 1));
        Malformed(a => a.Address(Host).Header(6, 2));
        Malformed(a => a.Address(Host).Header(6, 65535));
        Malformed(a => a.Header(8, 1));
        Malformed(a => a.Zone("example", 60, 60).Header(8, 65535));

        // Fewer than there are: what is not counted is not there.
        StartDns();
        int query = Query("a.example");
        SeenQuery asked = Asked();
        Answer(asked, new AnswerBuilder(asked).Address(Host).Header(6, 0));
        Is(DnsStatus.NoData, query);
    }

    [TestMethod]
    public void Ripple20_data_lengths_that_lie()
    {
        // Past the end of the message.
        foreach (int length in (int[])[5, 16, 255, 0x7FFF, 0x8000, 0xFFFF])
        {
            Malformed(a => a.Answer(Asked12, A, 60, Four, length));
            Malformed(a => a.Answer(Asked12, Cname, 60, [1, (byte)'b', 0], length));
        }

        // Shorter or longer than the name that it holds.
        foreach (int length in (int[])[0, 1, 2])
        {
            Malformed(a => a.Answer(Asked12, Cname, 60, [1, (byte)'b', 0], length));
        }

        Malformed(a => a.Answer(Asked12, Cname, 60, [1, (byte)'b', 0, 0]));

        // Names and numbers of a zone that do not fill their record.
        Malformed(a => a.Authority("example", AnswerBuilder.Soa, 60, []));
        Malformed(a => a.Authority("example", AnswerBuilder.Soa, 60, [0, 0, .. new byte[19]]));
        Malformed(a => a.Authority("example", AnswerBuilder.Soa, 60, [0, 0, .. new byte[21]]));
        Malformed(a => a.Authority("example", AnswerBuilder.Soa, 60, [0xC0]));
    }

    [TestMethod]
    public void Ripple20_addresses_that_are_too_short_or_too_long()
    {
        foreach (int length in (int[])[0, 1, 3, 5, 16])
        {
            StartDns();
            int query = Query("a.example");
            SeenQuery asked = Asked();
            Answer(asked, new AnswerBuilder(asked).Answer(Asked12, A, 60, new byte[] { 93, 184, 216, 34, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }[..length]));
            Is(DnsStatus.NoData, query);
        }
    }

    [TestMethod]
    public void Answers_of_another_class_are_passed_over()
    {
        StartDns();
        int query = Query("a.example");
        SeenQuery asked = Asked();
        Answer(asked, new AnswerBuilder(asked).Answer(Asked12, A, 60, Four, recordClass: 3).Answer(Asked12, A, 60, Four, recordClass: 0x8001));
        Is(DnsStatus.NoData, query);
    }

    [TestMethod]
    public void A_name_that_was_found_must_be_one()
    {
        Malformed(a => a.Answer(Asked12, Ptr, 60, [1, (byte)'b', 0, 0]), byName: true);
        Malformed(a => a.Answer(Asked12, Ptr, 60, []), byName: true);
        Malformed(a => a.Answer(Asked12, Ptr, 60, [0xC0, (byte)(a.Offset + 12)]), byName: true);
    }

    [TestMethod]
    public void An_address_in_an_answer_that_denies_the_name_is_a_contradiction()
    {
        Malformed(a => a.Address(Host).Header(2, 0x8183));
    }

    [TestMethod]
    public void Random_damage_is_never_believed_and_never_does_harm()
    {
        StartDns();
        SeededRandom random = new(33);
        int found = 0;
        for (int run = 0; run < 6000; run++)
        {
            int query = Query("a.example");
            SeenQuery asked = Asked();
            byte[] message = Sample(asked, random);
            int question = 12 + asked.Question.Length;
            for (int i = 1 + random.Below(4); i > 0; i--)
            {
                int at = random.Below(3) == 0 ? 6 + random.Below(6) : question + random.Below(message.Length - question);
                message[at] = random.Below(2) == 0 ? (byte)random.NextUInt32() : (byte)(message[at] + random.Below(5) - 2);
            }

            if (random.Below(4) == 0)
            {
                message = message[..(12 + random.Below(message.Length - 11))];
            }

            B.Deliver(Datagrams.ToStack(First, 53, asked.Port, message));
            DnsStatus status = Dns.GetStatus(query);
            uint? expected = NaiveAnswer.AddressOf(message);
            bool good = status == DnsStatus.Found;
            found += good ? 1 : 0;
            Assert.AreEqual(expected ?? 0, good ? Dns.GetAddress(query) : 0, $"run {run}: {status}");
            Assert.AreNotEqual(DnsStatus.None, status);
            Close(query);
            Dns.SetServer(0, 0);
            Dns.SetServer(0, First);
            B.Sent.Clear();
        }

        Assert.IsInRange(200, 5000, found);
    }

    private static byte[] Sample(SeenQuery asked, SeededRandom random)
    {
        AnswerBuilder answer = new(asked);
        switch (random.Below(4))
        {
            case 0:
                return answer.Address(Host).Address(Host + 1).Build();
            case 1:
                return answer.Alias("a.example", "b.example").Address(Host, owner: "b.example").Zone("example", 60, 60).Build();
            case 2:
                return answer.Answer(Asked12, Cname, 60, [1, (byte)'c', 0xC0, 14]).Answer([1, (byte)'c', 0xC0, 14], A, 60, Four).Build();
            default:
                return answer.Zone("example", 60, 60).Header(2, 0x8183).Build();
        }
    }

    private void Malformed(Action<AnswerBuilder> build, bool byName = false)
    {
        StartDns(servers: 2);
        int query = byName ? QueryName(Host) : Query("a.example");
        SeenQuery asked = Asked(First);
        AnswerBuilder answer = new(asked);
        build(answer);
        Answer(asked, answer);
        Is(DnsStatus.Pending, query);
        Has(DnsCounter.InErrors, 1);
        Asked(Second);
    }
}
