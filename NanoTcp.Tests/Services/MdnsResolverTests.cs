using System;
using System.Text;
using NanoTcp.Link;
using NanoTcp.Services;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>How other hosts are found: RFC 6762 5, 7.3 and 10.</summary>
[TestClass]
public class MdnsResolverTests : MdnsTest
{
    private const string Question = "query; ?other.local A";

    /// <summary>What chance gives here: the delay of the first query.</summary>
    private const int FirstQuery = 20 + (int)(ConstantRandom.Value % 101);

    [TestMethod]
    [Requirement("RFC 6762", "5.2")]
    public void A_name_is_asked_for_and_remembered_for_as_long_as_its_owner_says()
    {
        StartReadyHost(names: 2);
        Resolves("other.local", MdnsAnswer.Pending);
        After(FirstQuery - 1);
        Nothing();
        After(FirstQuery);
        Says(Question);
        Hear("response; =other.local! 120 A 10.0.0.5");
        Resolves("other.local", MdnsAnswer.Found, 0x0A000005);
        Resolves("OTHER.Local.", MdnsAnswer.Found, 0x0A000005);
        After(FirstQuery + 119_999);
        Resolves("other.local", MdnsAnswer.Found, 0x0A000005);
        Nothing();
        After(FirstQuery + 120_000);
        Nothing();
        Resolves("other.local", MdnsAnswer.Pending);
        After((2 * FirstQuery) + 120_000);
        Says(Question);
    }

    [TestMethod]
    [Requirement("RFC 6762", "5.2")]
    public void Section_5_2_Intervals_double_and_after_three_queries_the_name_is_not_found()
    {
        StartReadyHost(names: 2);
        Resolves("other.local", MdnsAnswer.Pending);
        foreach (int time in new[] { 0, 1000, 3000 })
        {
            After(FirstQuery + time - 1);
            Nothing();
            After(FirstQuery + time);
            Says(Question);
            Resolves("other.local", MdnsAnswer.Pending);
        }

        After(FirstQuery + 6999);
        Resolves("other.local", MdnsAnswer.Pending);
        After(FirstQuery + 7000);
        Resolves("other.local", MdnsAnswer.NotFound);
        After(FirstQuery + 16_999);
        Resolves("other.local", MdnsAnswer.NotFound);
        Nothing();
        After(FirstQuery + 17_000);
        Resolves("other.local", MdnsAnswer.Pending);
        After((2 * FirstQuery) + 17_000);
        Says(Question);
    }

    [TestMethod]
    [Requirement("RFC 6762", "5.2")]
    public void Section_5_2_A_name_that_is_watched_is_asked_for_at_growing_intervals_up_to_an_hour()
    {
        StartReadyHost(names: 2);
        B.Do(() => Assert.IsTrue(Resolver.Watch("other.local")));
        long time = FirstQuery;
        for (long interval = 1000; interval < 20_000_000; interval *= 2)
        {
            After(time - 1);
            Nothing();
            After(time);
            Says(Question);
            time += Math.Min(interval, 3_600_000);
        }
    }

    [TestMethod]
    [Requirement("RFC 6762", "5.2")]
    public void Section_5_2_A_name_that_is_watched_is_asked_for_again_before_it_runs_out()
    {
        StartReadyHost(names: 2);
        B.Do(() => Resolver.Watch("other.local"));
        After(FirstQuery);
        Says(Question);
        Hear("response; =other.local! 120 A 10.0.0.5");
        int jitter = (int)(ConstantRandom.Value % ((120_000 / 50) + 1));
        foreach (int percent in new[] { 80, 85, 90, 95 })
        {
            After(FirstQuery + (1200 * percent) + jitter - 1);
            Nothing();
            After(FirstQuery + (1200 * percent) + jitter);
            Says(Question);
            Resolves("other.local", MdnsAnswer.Found, 0x0A000005);
        }

        After(FirstQuery + 120_000);
        Resolves("other.local", MdnsAnswer.Pending);
        After((2 * FirstQuery) + 120_000);
        Says(Question);
        Hear("response; =other.local! 120 A 10.0.0.6");
        Resolves("other.local", MdnsAnswer.Found, 0x0A000006);
        B.Do(() => Resolver.Unwatch("other.local"));
        After(1_000_000);
        Nothing();
    }

    [TestMethod]
    public void A_name_without_an_answer_that_is_no_longer_watched_is_soon_not_found_and_gives_its_place()
    {
        StartReadyHost(names: 1);
        B.Do(() => Resolver.Watch("other.local"));

        // Asked for the last time at 2047 s, and not again before 4095 s.
        After(3_000_000);
        B.Sent.Clear();
        B.Do(() => Resolver.Unwatch("other.local"));
        Resolves("other.local", MdnsAnswer.Pending);
        B.Do(() => Resolver.Unwatch("other.local"));
        After(3_004_000);
        B.Do(() => Resolver.Unwatch("other.local"));
        Resolves("other.local", MdnsAnswer.NotFound);
        Nothing();
        Resolves("third.local", MdnsAnswer.Pending);
        After(3_004_000 + FirstQuery);
        Says("query; ?third.local A");
    }

    [TestMethod]
    public void A_denied_name_that_is_no_longer_watched_is_not_asked_for()
    {
        StartReadyHost(names: 1);
        B.Do(() => Resolver.Watch("other.local"));
        After(FirstQuery);
        Says(Question);
        Hear("response; =other.local! 120 NSEC other.local AAAA");
        B.Do(() => Resolver.Unwatch("other.local"));
        Resolves("other.local", MdnsAnswer.NotFound);
        After(1_000_000);
        Nothing();
    }

    [TestMethod]
    public void An_answer_that_comes_unasked_refreshes_what_is_known_and_nothing_else()
    {
        StartReadyHost(names: 1);
        Hear("response; =other.local! 120 A 10.0.0.5");
        Resolves("other.local", MdnsAnswer.Pending);
        After(FirstQuery);
        Says(Question);
        Hear("response; =third.local! 120 A 10.0.0.7; +other.local! 120 A 10.0.0.5");
        Resolves("other.local", MdnsAnswer.Found, 0x0A000005);
        After(100_000);
        Hear("response; =other.local! 120 A 10.0.0.5");
        After(219_999);
        Resolves("other.local", MdnsAnswer.Found, 0x0A000005);
    }

    [TestMethod]
    [Requirement("RFC 6762", "5.2")]
    public void Section_5_2_A_name_that_is_watched_late_in_its_life_is_asked_for_once_a_second_at_most()
    {
        StartReadyHost(names: 1);
        Resolves("other.local", MdnsAnswer.Pending);
        After(FirstQuery);
        Says(Question);
        Hear("response; =other.local! 120 A 10.0.0.5");
        After(118_000);
        B.Do(() => Resolver.Watch("other.local"));
        Says(Question);
        Nothing();
        After(118_999);
        Nothing();
        After(119_000);
        Says(Question);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(7)]
    [DataRow(20)]
    [DataRow(30)]
    [Requirement("RFC 6762", "5.2")]
    public void Section_5_2_A_record_with_a_short_life_is_asked_for_once_a_second_at_most(int seconds)
    {
        StartReadyHost(names: 1);
        B.Do(() => Resolver.Watch("other.local"));
        After(FirstQuery);
        Says(Question);
        Hear($"response; =other.local! {seconds} A 10.0.0.5");
        B.AdvanceTo(B.Now + (seconds * 1000) + 10_000);
        long last = 0;
        int queries = 0;
        while (B.Sent.TryDequeue(out SentFrame frame))
        {
            Assert.IsGreaterThanOrEqualTo(1000, frame.Time - last, $"at {frame.Time - B.Start - 100_000} ms");
            last = frame.Time;
            queries++;
        }

        Assert.IsGreaterThanOrEqualTo(4, queries);
    }

    [TestMethod]
    [Requirement("RFC 6762", "10.2")]
    public void Section_10_2_Other_data_counts_when_it_is_the_whole_truth()
    {
        StartReadyHost(names: 1);
        Resolves("other.local", MdnsAnswer.Pending);
        After(FirstQuery);
        B.Sent.Clear();
        Hear("response; =other.local! 120 A 10.0.0.5; =other.local! 120 A 10.0.0.6");
        Resolves("other.local", MdnsAnswer.Found, 0x0A000005);
        After(5000);
        Hear("response; =other.local 120 A 10.0.0.7");
        Resolves("other.local", MdnsAnswer.Found, 0x0A000005);
        Hear("response; =other.local! 120 A 10.0.0.7");
        Resolves("other.local", MdnsAnswer.Found, 0x0A000007);
    }

    [TestMethod]
    [Requirement("RFC 6762", "10.1")]
    public void Section_10_1_What_is_taken_back_is_forgotten_a_second_later()
    {
        StartReadyHost(names: 1);
        Resolves("other.local", MdnsAnswer.Pending);
        After(FirstQuery);
        B.Sent.Clear();
        Hear("response; =other.local! 120 A 10.0.0.5");
        After(10_000);
        Hear("response; =other.local 0 A 10.0.0.6");
        After(12_000);
        Resolves("other.local", MdnsAnswer.Found, 0x0A000005);
        Hear("response; =other.local! 0 A 10.0.0.5");
        After(12_999);
        Resolves("other.local", MdnsAnswer.Found, 0x0A000005);
        After(13_000);
        Resolves("other.local", MdnsAnswer.Pending);
    }

    [TestMethod]
    [Requirement("RFC 6762", "6.1")]
    public void Section_6_1_What_the_owner_of_the_name_denies_is_not_found()
    {
        StartReadyHost(names: 1);
        Resolves("other.local", MdnsAnswer.Pending);
        After(FirstQuery);
        B.Sent.Clear();
        Hear("response; =other.local! 120 NSEC other.local A AAAA");
        Resolves("other.local", MdnsAnswer.Pending);
        Hear("response; =other.local! 120 NSEC somebody.local AAAA");
        Resolves("other.local", MdnsAnswer.NotFound);
        After(FirstQuery + 119_999);
        Resolves("other.local", MdnsAnswer.NotFound);
        Nothing();
    }

    [TestMethod]
    [Requirement("RFC 6762", "7.3")]
    public void Section_7_3_A_question_that_another_host_asks_is_not_asked_again()
    {
        StartReadyHost(names: 1);
        Resolves("other.local", MdnsAnswer.Pending);
        Hear("query; ?other.local A");
        After(999);
        Nothing();
        After(1000);
        Says(Question);
        Hear("query; ?other.local A QU");
        Hear("query; ?other.local A; =other.local 120 A 10.0.0.5");
        Hear("query; ?other.local AAAA");
        Hear("query; ?another.local A");
        After(3000);
        Says(Question);
    }

    [TestMethod]
    [Requirement("RFC 6762", "4")]
    public void An_address_is_asked_for_its_name()
    {
        StartReadyHost(names: 2);
        Names(0x0A000005, MdnsAnswer.Pending, "");
        After(FirstQuery);
        Says("query; ?5.0.0.10.in-addr.arpa PTR");
        Hear("response; =6.0.0.10.in-addr.arpa! 120 PTR wrong.local; =5.0.0.10.in-addr.arpa! 120 PTR other.local");
        Names(0x0A000005, MdnsAnswer.Found, "other.local");
        Hear("response; =5.0.0.10.in-addr.arpa! 0 PTR other.local");
        After(FirstQuery + 1000);
        Names(0x0A000005, MdnsAnswer.Pending, "");
        After((2 * FirstQuery) + 1000);
        Says("query; ?5.0.0.10.in-addr.arpa PTR");
        Hear("response; =5.0.0.10.in-addr.arpa! 120 NSEC 5.0.0.10.in-addr.arpa A");
        Names(0x0A000005, MdnsAnswer.NotFound, "");
    }

    [TestMethod]
    public void Questions_that_come_together_go_out_together()
    {
        StartReadyHost(names: 3);
        Resolves("other.local", MdnsAnswer.Pending);
        Resolves("third.local", MdnsAnswer.Pending);
        Names(0xC0A8FFFE, MdnsAnswer.Pending, "");
        After(FirstQuery);
        Says("query; ?other.local A; ?third.local A; ?254.255.168.192.in-addr.arpa PTR");
    }

    [TestMethod]
    public void A_full_table_gives_its_oldest_place_but_never_one_that_is_watched_or_asked_for()
    {
        StartReadyHost(names: 2);
        B.Do(() => Resolver.Watch("watched.local"));
        Resolves("other.local", MdnsAnswer.Pending);
        Resolves("third.local", MdnsAnswer.Pending);
        After(FirstQuery);
        Says("query; ?watched.local A; ?other.local A");
        Hear("response; =other.local! 120 A 10.0.0.5; =watched.local! 120 A 10.0.0.6");
        Resolves("third.local", MdnsAnswer.Pending);
        After(2 * FirstQuery);
        Says("query; ?third.local A");
        Hear("response; =third.local! 120 A 10.0.0.7");
        Resolves("third.local", MdnsAnswer.Found, 0x0A000007);
        Resolves("watched.local", MdnsAnswer.Found, 0x0A000006);
        B.Do(() => Assert.IsTrue(Resolver.Watch("third.local")));
        B.Do(() => Assert.IsFalse(Resolver.Watch("fourth.local")));
        B.Do(() => Resolver.Unwatch("watched.local"));
        B.Do(() => Resolver.Unwatch("nobody.local"));
        Resolves("fourth.local", MdnsAnswer.Pending);
    }

    [TestMethod]
    public void The_own_name_is_the_own_address_as_long_as_it_is_the_own_name()
    {
        StartReadyHost(names: 1);
        Resolves("nanotcp.local", MdnsAnswer.Found, StackBench.OwnAddress);
        B.Do(Responder.Stop);
        B.Sent.Clear();
        Resolves("nanotcp.local", MdnsAnswer.Pending);
        After(FirstQuery);
        Says("query; ?nanotcp.local A");
    }

    [TestMethod]
    [Requirement("RFC 6762", "10.3")]
    public void What_was_learned_on_another_link_is_worth_nothing()
    {
        StartReadyHost(names: 2);
        B.Do(() => Resolver.Watch("watched.local"));
        Resolves("other.local", MdnsAnswer.Pending);
        After(FirstQuery);
        Hear("response; =other.local! 120 A 10.0.0.5; =watched.local! 120 A 10.0.0.6");
        B.Do(Responder.Stop);
        B.Sent.Clear();
        B.Link.Status = LinkStatus.Down;
        B.Poll();
        Resolves("watched.local", MdnsAnswer.Pending);
        After(10_000);
        Nothing();
        B.Link.Status = LinkStatus.Up;
        B.Poll();
        After(10_000 + FirstQuery);
        Says("query; ?watched.local A");
        Resolves("other.local", MdnsAnswer.Pending);
    }

    [TestMethod]
    [DataRow("response; =other.local! 120 A 224.0.0.1", DisplayName = "a group")]
    [DataRow("response; =other.local! 120 A 127.0.0.1", DisplayName = "the host itself")]
    [DataRow("response; =other.local! 120 A 0.0.0.0", DisplayName = "none")]
    [DataRow("response; =other.local! 120 A 10.0.0.255", DisplayName = "a broadcast address")]
    [DataRow("response; =other.local! 120 TYPE1 0A00000505", DisplayName = "five octets")]
    [DataRow("response; =other.local! 120 TYPE1 0A0000", DisplayName = "three octets")]
    [DataRow("response; =other.local! 120 AAAA FE800000000000000000000000000001", DisplayName = "another type")]
    [DataRow("response; =other.local! 0 A 10.0.0.5", DisplayName = "a goodbye")]
    [DataRow("query; ?other.local A QU; =other.local! 120 A 10.0.0.5", DisplayName = "what somebody else believes: 7.1")]
    [DataRow("query; ?other.local ANY QU; ^other.local 120 A 10.0.0.5", DisplayName = "what somebody else proposes")]
    [DataRow("response flags=0003; =other.local! 120 A 10.0.0.5", DisplayName = "with an error")]
    [Requirement("RFC 6762", "7.1")]
    public void What_is_no_answer(string text)
    {
        StartReadyHost(names: 1);
        Resolves("other.local", MdnsAnswer.Pending);
        After(FirstQuery);
        Says(Question);
        Hear(text);
        Resolves("other.local", MdnsAnswer.Pending);
    }

    [TestMethod]
    [Requirement("RFC 6762", "6")]
    [Requirement("RFC 6762", "11")]
    public void Who_is_no_answerer()
    {
        StartReadyHost(names: 1);
        Resolves("other.local", MdnsAnswer.Pending);
        After(FirstQuery);
        Says(Question);
        Hear("response; =other.local! 120 A 10.0.0.66", port: 53);
        HearAlone("response; =other.local! 120 A 10.0.0.66");
        HearAlone("response; =other.local! 120 A 10.0.0.66", 0xC0A80101);
        HearRaw(DnsText.Parse("response; =other.local! 120 A 10.0.0.66"), destination: 0x0A0000FF);
        Resolves("other.local", MdnsAnswer.Pending);
        Counted(MdnsCounter.InIgnored, 4);

        // RFC 6762 11: through the group only the link speaks, whatever the source.
        Hear("response; =other.local! 120 A 10.0.0.5", 0xC0A80101);
        Resolves("other.local", MdnsAnswer.Found, 0x0A000005);
    }

    [TestMethod]
    public void A_name_with_anything_in_it_comes_out_as_harmless_text()
    {
        StartReadyHost(names: 1);
        Names(0x0A000005, MdnsAnswer.Pending, "");
        After(FirstQuery);
        B.Sent.Clear();
        Hear("response; =5.0.0.10.in-addr.arpa! 120 PTR a\\.b\\010\\255.local");
        Names(0x0A000005, MdnsAnswer.Found, "a\\.b\\010\\255.local");
        Hear($"response; =5.0.0.10.in-addr.arpa! 120 PTR {new string('a', 63)}.{new string('b', 20)}.local");
        Names(0x0A000005, MdnsAnswer.Found, "a\\.b\\010\\255.local");
        byte[] little = new byte[5];
        MdnsAnswer answer = MdnsAnswer.Pending;
        int length = 0;
        B.Do(() => answer = Resolver.Resolve(0x0A000005, little, 0, out length));
        Assert.AreEqual(MdnsAnswer.NotFound, answer);
        Assert.AreEqual(0, length);
    }

    [TestMethod]
    public void A_name_that_is_none_of_this_link_is_misuse()
    {
        StartReadyHost(names: 1);
        foreach (string name in new[] { "", ".", "local", ".local", "other", "other.com", "a..local", "other.locale", new string('a', 64) + ".local", "ä.local" })
        {
            Assert.ThrowsExactly<ArgumentException>(() => Resolver.Resolve(name, out _), name);
        }

        Assert.ThrowsExactly<ArgumentNullException>(() => Resolver.Watch(null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => new MdnsResolver(null!, 1));
        Assert.ThrowsExactly<InvalidOperationException>(() => new MdnsResolver(Responder, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new MdnsResolver(Responder, 0));
    }

    private void Resolves(string name, MdnsAnswer expected, uint address = 0)
    {
        MdnsAnswer answer = MdnsAnswer.NotFound;
        uint found = 1;
        B.Do(() => answer = Resolver.Resolve(name, out found));
        Assert.AreEqual(expected, answer, $"at {B.Now - B.Start - 100_000} ms");
        Assert.AreEqual(Ipv4Address.ToText(address), Ipv4Address.ToText(found));
    }

    private void Names(uint address, MdnsAnswer expected, string name)
    {
        MdnsAnswer answer = MdnsAnswer.NotFound;
        int length = 0;
        byte[] buffer = new byte[100];
        B.Do(() => answer = Resolver.Resolve(address, buffer, 3, out length));
        Assert.AreEqual(expected, answer);
        Assert.AreEqual(name, Encoding.ASCII.GetString(buffer, 3, length));
    }
}
