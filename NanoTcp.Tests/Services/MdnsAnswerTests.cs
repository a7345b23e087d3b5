using System;
using System.Linq;
using NanoTcp.Services;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;

namespace NanoTcp.Tests.Services;

/// <summary>What a host with a name answers, to whom and when: RFC 6762 5, 6, 7 and 11, RFC 6763.</summary>
[TestClass]
public class MdnsAnswerTests : MdnsTest
{
    private const string Boiler = "Boiler\\032room._http._tcp.local";
    private const string Address = "response; =nanotcp.local! 120 A 10.0.0.2; " + NoMore;
    private const string Listing = "response; =_http._tcp.local 4500 PTR " + Boiler + "; +nanotcp.local! 120 A 10.0.0.2; +" + Boiler
        + "! 120 SRV 0 0 80 nanotcp.local; +" + Boiler + "! 4500 TXT -; " + NoMore;

    private static MdnsService[] Services => [new MdnsService("Boiler room", "_http._tcp", 80, null!)];

    [TestMethod]
    [DataRow("?nanotcp.local A", "=nanotcp.local! 120 A 10.0.0.2; " + NoMore, DisplayName = "the address")]
    [DataRow("?NanoTcp.LOCAL A", "=nanotcp.local! 120 A 10.0.0.2; " + NoMore, DisplayName = "in other letters")]
    [DataRow("?nanotcp.local ANY", "=nanotcp.local! 120 A 10.0.0.2; " + NoMore, DisplayName = "everything")]
    [DataRow("?nanotcp.local A ANYCLASS", "=nanotcp.local! 120 A 10.0.0.2; " + NoMore, DisplayName = "of any class")]
    [DataRow("?2.0.0.10.in-addr.arpa PTR", "=2.0.0.10.in-addr.arpa! 120 PTR nanotcp.local", DisplayName = "the name")]
    [DataRow("?" + Boiler + " TXT", "=" + Boiler + "! 4500 TXT -", DisplayName = "the text")]
    [DataRow("?" + Boiler + " SRV", "=" + Boiler + "! 120 SRV 0 0 80 nanotcp.local; +nanotcp.local! 120 A 10.0.0.2; " + NoMore, DisplayName = "the service")]
    [DataRow("?" + Boiler + " ANY", "=" + Boiler + "! 120 SRV 0 0 80 nanotcp.local; =" + Boiler + "! 4500 TXT -; +nanotcp.local! 120 A 10.0.0.2; " + NoMore,
        DisplayName = "everything of the service")]
    [Requirement("RFC 6762", "6")]
    [Requirement("RFC 6762", "6.2")]
    [Requirement("RFC 6762", "6.5")]
    [Requirement("RFC 6763", "12.2")]
    [Requirement("RFC 6763", "6.1")]
    public void Section_6_What_only_this_host_can_answer_is_answered_at_once(string question, string answer)
    {
        StartReadyHost(services: Services);
        Hear("query; " + question);
        Says("response; " + answer);
        Nothing();
    }

    [TestMethod]
    [DataRow("?nanotcp.local AAAA", "=nanotcp.local! 120 NSEC nanotcp.local A")]
    [DataRow("?nanotcp.local TYPE300", "=nanotcp.local! 120 NSEC nanotcp.local A")]
    [DataRow("?2.0.0.10.in-addr.arpa A", "=2.0.0.10.in-addr.arpa! 120 NSEC 2.0.0.10.in-addr.arpa PTR")]
    [DataRow("?" + Boiler + " A", "=" + Boiler + "! 120 NSEC " + Boiler + " TXT SRV")]
    [Requirement("RFC 6762", "6.1")]
    public void Section_6_1_What_a_name_has_not_is_denied_by_what_it_has(string question, string answer)
    {
        StartReadyHost(services: Services);
        Hear("query; " + question);
        Says("response; " + answer);
    }

    [TestMethod]
    [DataRow("?other.local A")]
    [DataRow("?local A")]
    [DataRow("?nanotcp.local.local A")]
    [DataRow("?nanotcp A")]
    [DataRow("?nanotcp.local A CH")]
    [DataRow("?1.0.0.10.in-addr.arpa PTR")]
    [DataRow("?_ipp._tcp.local PTR")]
    [DataRow("?_http._tcp.local A")]
    [DataRow("?Boiler._http._tcp.local SRV")]
    [Requirement("RFC 6762", "6")]
    public void Section_6_What_others_may_know_is_not_denied(string question)
    {
        StartReadyHost(services: Services);
        Hear("query; " + question);
        After(5000);
        Nothing();
    }

    [TestMethod]
    [Requirement("RFC 6762", "6")]
    [Requirement("RFC 6763", "12.1")]
    public void Section_6_What_others_may_answer_too_waits_20_to_120_ms()
    {
        StartReadyHost(services: Services);
        Hear("query; ?_http._tcp.local PTR");
        After(SharedDelay - 1);
        Nothing();
        After(SharedDelay);
        Says(Listing);
    }

    [TestMethod]
    [Requirement("RFC 6763", "9")]
    public void The_types_of_services_are_listed()
    {
        StartReadyHost(services: Services);
        Hear("query; ?_services._dns-sd._udp.local PTR");
        After(SharedDelay);
        Says("response; =_services._dns-sd._udp.local 4500 PTR _http._tcp.local");
    }

    [TestMethod]
    public void Two_services_of_one_type_are_listed_under_it_and_the_type_once()
    {
        StartReadyHost(services: [new MdnsService("A", "_http._tcp", 80, null!), new MdnsService("B", "_HTTP._tcp", 81, null!)]);
        Hear("query; ?_http._tcp.local PTR; ?_services._dns-sd._udp.local PTR");
        After(SharedDelay);
        string sent = DnsText.Format(NextMessage(Group, Port));
        StringAssert.StartsWith(sent, "response; =_http._tcp.local 4500 PTR A._http._tcp.local; =_services._dns-sd._udp.local 4500 PTR _http._tcp.local; "
            + "=_http._tcp.local 4500 PTR B._http._tcp.local; +");
    }

    [TestMethod]
    [Requirement("RFC 6762", "6.3")]
    [Requirement("RFC 6762", "6.4")]
    public void Section_6_3_Several_questions_are_answered_together_and_not_at_once()
    {
        StartReadyHost(services: Services);
        Hear("query; ?nanotcp.local A; ?other.local A; ?nanotcp.local AAAA");
        After(SharedDelay - 1);
        Nothing();
        After(SharedDelay);
        Says("response; =nanotcp.local! 120 A 10.0.0.2; =nanotcp.local! 120 NSEC nanotcp.local A");
    }

    [TestMethod]
    [Requirement("RFC 6762", "6")]
    public void Section_6_A_record_is_multicast_once_a_second_at_most()
    {
        StartReadyHost();
        Hear("query; ?nanotcp.local A");
        Says(Address);
        for (int i = 1; i <= 9; i++)
        {
            After(100 * i);
            Hear("query; ?nanotcp.local A");
        }

        After(999);
        Nothing();
        After(1000);
        Says(Address);
        After(5000);
        Nothing();
    }

    [TestMethod]
    [Requirement("RFC 6762", "6")]
    public void Section_6_An_additional_record_counts_as_said()
    {
        StartReadyHost(services: Services);
        Hear("query; ?" + Boiler + " SRV");
        Says("response; =" + Boiler + "! 120 SRV 0 0 80 nanotcp.local; +nanotcp.local! 120 A 10.0.0.2; " + NoMore);
        After(500);
        Hear("query; ?_http._tcp.local PTR");
        After(500 + SharedDelay);
        Says("response; =_http._tcp.local 4500 PTR " + Boiler + "; +" + Boiler + "! 4500 TXT -");
        Hear("query; ?nanotcp.local A");
        After(999);
        Nothing();
        After(1000);
        Says(Address);
    }

    [TestMethod]
    [Requirement("RFC 6762", "5.4")]
    public void Section_5_4_A_question_for_a_unicast_answer_gets_one_while_all_have_heard_it_lately()
    {
        StartReadyHost();
        Hear("query; ?nanotcp.local A QU");
        Says(Address);
        After(29_000);
        Hear("query; ?nanotcp.local A QU");
        SaysTo(StackBench.PeerAddress, Port, Address);
        Hear("query; ?nanotcp.local A QU");
        SaysTo(StackBench.PeerAddress, Port, Address);
        After(30_001);
        Hear("query; ?nanotcp.local A QU");
        Says(Address);
        Nothing();
    }

    [TestMethod]
    [Requirement("RFC 6762", "5.5")]
    public void Section_5_5_A_query_to_the_host_alone_is_answered_like_that()
    {
        StartReadyHost(services: Services);
        Hear("query; ?_http._tcp.local PTR");
        After(2000);
        B.Sent.Clear();
        HearAlone("query; ?_http._tcp.local PTR");
        After(2000 + SharedDelay);
        SaysTo(StackBench.PeerAddress, Port, Listing);
        Nothing();
    }

    [TestMethod]
    [Requirement("RFC 6762", "6")]
    [Requirement("RFC 6762", "5.4")]
    public void Section_6_A_name_is_defended_at_once_against_a_probe()
    {
        StartReadyHost();
        Hear("query; ?nanotcp.local ANY QU; ^nanotcp.local 120 A 10.0.0.9", 0x0A000009);

        // To all, who have not heard it for long, and to the prober as soon as ARP has found him.
        Says(Address);
        SaysTo(0x0A000009, Port, Address);
        After(250);
        Hear("query; ?nanotcp.local ANY QU; ^nanotcp.local 120 A 10.0.0.9", 0x0A000009);
        SaysTo(0x0A000009, Port, Address);
        Nothing();
        Hear("query; ?nanotcp.local ANY; ^nanotcp.local 120 A 10.0.0.9", 0x0A000009);
        Says("response; =nanotcp.local! 120 A 10.0.0.2");
        After(300);
        Hear("query; ?nanotcp.local ANY; ^nanotcp.local 120 A 10.0.0.9", 0x0A000009);
        After(499);
        Nothing();
        After(500);
        Says("response; =nanotcp.local! 120 A 10.0.0.2");
        Counted(MdnsCounter.Conflicts, 0);
    }

    [TestMethod]
    [Requirement("RFC 6762", "7.1")]
    public void Section_7_1_Who_knows_the_answer_is_not_told_again()
    {
        StartReadyHost(services: Services);
        Hear("query; ?nanotcp.local A; =nanotcp.local 60 A 10.0.0.2");
        Hear("query; ?_http._tcp.local PTR; =_http._tcp.local 2250 PTR BOILER\\032room._http._tcp.local");
        Hear("query; ?nanotcp.local A QU; =nanotcp.local 61 A 10.0.0.2");
        Hear("query; ?2.0.0.10.in-addr.arpa PTR; =2.0.0.10.in-addr.arpa 100 PTR nanotcp.local");
        Hear("query; ?" + Boiler + " ANY; =" + Boiler + " 100 SRV 0 0 80 nanotcp.local; =" + Boiler + " 4000 TXT -");
        After(5000);
        Nothing();
        Counted(MdnsCounter.Suppressed, 6);
    }

    [TestMethod]
    [DataRow("=nanotcp.local 59 A 10.0.0.2", DisplayName = "knows it for less than half of its life")]
    [DataRow("=nanotcp.local 120 A 10.0.0.9", DisplayName = "knows something else")]
    [DataRow("=other.local 120 A 10.0.0.2", DisplayName = "knows it of another")]
    [DataRow("+nanotcp.local 120 A 10.0.0.2", DisplayName = "says it in the wrong place")]
    [Requirement("RFC 6762", "7.1")]
    public void Section_7_1_Who_does_not_know_the_answer_well_is_told(string known)
    {
        StartReadyHost();
        Hear("query; ?nanotcp.local A; " + known);
        Says(Address);
    }

    [TestMethod]
    [Requirement("RFC 6762", "7.2")]
    public void Section_7_2_While_more_known_answers_come_the_answer_waits_and_may_not_be_needed()
    {
        StartReadyHost(services: Services);
        Hear("query TC; ?_http._tcp.local PTR; ?" + Boiler + " TXT");
        After(300);
        Hear("query TC; =other._http._tcp.local 4500 TXT -");
        After(TruncatedDelay);
        Nothing();
        Hear("query; =_http._tcp.local 4500 PTR " + Boiler);
        After(300 + TruncatedDelay - 1);
        Nothing();
        After(300 + TruncatedDelay);
        Says("response; =" + Boiler + "! 4500 TXT -");
    }

    [TestMethod]
    [Requirement("RFC 6762", "7.2")]
    public void Section_7_2_What_another_host_has_asked_too_is_answered()
    {
        StartReadyHost(services: Services);
        Hear("query TC; ?_http._tcp.local PTR");
        After(50);
        Hear("query; ?_http._tcp.local PTR", 0x0A000009);
        Hear("query; =_http._tcp.local 4500 PTR " + Boiler);
        After(50 + SharedDelay);
        Says(Listing);
        After(2000);
        Nothing();
    }

    [TestMethod]
    [Requirement("RFC 6762", "7.2")]
    public void Section_7_2_Known_answers_of_somebody_else_do_not_count()
    {
        StartReadyHost(services: Services);
        Hear("query TC; ?_http._tcp.local PTR");
        Hear("query; =_http._tcp.local 4500 PTR " + Boiler, 0x0A000009);
        After(TruncatedDelay);
        Says(Listing);
    }

    [TestMethod]
    [Requirement("RFC 6762", "7.4")]
    public void Section_7_4_What_another_host_has_answered_is_not_answered_again()
    {
        StartReadyHost(services: Services);
        Hear("query; ?_services._dns-sd._udp.local PTR");
        Hear("response; =_services._dns-sd._udp.local 4500 PTR _http._tcp.local");
        After(2000);
        Nothing();
        Hear("query; ?_services._dns-sd._udp.local PTR");
        Hear("response; =_services._dns-sd._udp.local 4499 PTR _http._tcp.local; =_services._dns-sd._udp.local 4500 PTR _ipp._tcp.local");
        After(2000 + SharedDelay);
        Says("response; =_services._dns-sd._udp.local 4500 PTR _http._tcp.local");
    }

    [TestMethod]
    [DataRow(59, true)]
    [DataRow(0, true)]
    [DataRow(60, false)]
    [Requirement("RFC 6762", "6.6")]
    public void Section_6_6_A_record_that_another_host_lets_run_out_is_rescued(int seconds, bool rescued)
    {
        StartReadyHost();
        Hear($"response; =nanotcp.local! {seconds} A 10.0.0.2");
        if (rescued)
        {
            Says(Address);
        }

        Nothing();
    }

    [TestMethod]
    [Requirement("RFC 6762", "6.7")]
    [Requirement("RFC 6762", "18.1")]
    public void Section_6_7_An_ordinary_DNS_client_gets_an_ordinary_answer()
    {
        StartReadyHost(services: Services);
        Hear("query RD id=4711; ?nanotcp.local A", port: 40000);
        SaysTo(StackBench.PeerAddress, 40000, "response id=4711; ?nanotcp.local A; =nanotcp.local 10 A 10.0.0.2; +nanotcp.local 10 NSEC nanotcp.local A");
        HearAlone("query id=4712; ?nanotcp.local AAAA", port: 40001);
        SaysTo(StackBench.PeerAddress, 40001, "response id=4712; ?nanotcp.local AAAA; ^nanotcp.local 10 NSEC nanotcp.local A");
        Hear("query id=4713; ?_http._tcp.local PTR QU", port: 40002);
        After(SharedDelay);
        SaysTo(StackBench.PeerAddress, 40002, "response id=4713; ?_http._tcp.local PTR; =_http._tcp.local 10 PTR " + Boiler
            + "; +nanotcp.local 10 A 10.0.0.2; +" + Boiler + " 10 SRV 0 0 80 nanotcp.local; +" + Boiler + " 10 TXT -; +nanotcp.local 10 NSEC nanotcp.local A");
        After(5000);
        Nothing();
    }

    [TestMethod]
    [DataRow("NaNoTcP.lOcAl A", "NaNoTcP.lOcAl 10 A 10.0.0.2; ")]
    [DataRow("bOILER\\032rOOM._HTTP._tcp.LOCAL TXT", "bOILER\\032rOOM._HTTP._tcp.LOCAL 10 TXT -")]
    [Requirement("RFC 6762", "6.7")]
    public void Section_6_7_The_question_comes_back_in_the_letters_in_which_it_was_asked(string question, string answer)
    {
        StartReadyHost(services: Services);
        Hear("query id=1; ?" + question, port: 40000);
        StringAssert.StartsWith(DnsText.Format(NextMessage(StackBench.PeerAddress, 40000)), "response id=1; ?" + question + "; =" + answer);

        // That was for him; to all it is spelled as ever.
        Hear("query; ?nanotcp.local A");
        Says(Address);
        Hear("query id=2; ?nanotcp.local A", port: 40000);
        StringAssert.StartsWith(DnsText.Format(NextMessage(StackBench.PeerAddress, 40000)), "response id=2; ?nanotcp.local A; =nanotcp.local 10 A");
    }

    [TestMethod]
    [Requirement("RFC 6762", "18.14")]
    public void Section_18_14_Names_are_compressed_but_not_the_target_of_a_service_in_a_legacy_answer()
    {
        StartReadyHost(services: Services);
        Hear("query; ?" + Boiler + " SRV");
        byte[] compressed = NextMessage(Group, Port);
        Hear("query id=1; ?" + Boiler + " SRV", port: 40000);
        byte[] legacy = NextMessage(StackBench.PeerAddress, 40000);
        byte[] target = [7, .. "nanotcp"u8, 5, .. "local"u8, 0];
        Assert.AreEqual(-1, compressed.AsSpan().IndexOf(target));
        Assert.AreNotEqual(-1, legacy.AsSpan().IndexOf(target));
        Assert.AreEqual(1, Count(compressed, "local"u8));
    }

    [TestMethod]
    public void A_legacy_answer_has_512_octets_at_most_and_says_when_something_is_missing()
    {
        string[] text = [new string('k', 190), new string('l', 190)];
        StartReadyHost(services: [new MdnsService("A", "_http._tcp", 80, text), new MdnsService("A", "_ipp._tcp", 80, text)]);
        Hear("query id=1; ?A._http._tcp.local ANY", port: 40000);
        string sent = DnsText.Format(NextMessage(StackBench.PeerAddress, 40000));
        StringAssert.StartsWith(sent, "response id=1; ?A._http._tcp.local ANY; =A._http._tcp.local 10 SRV 0 0 80 nanotcp.local; =A._http._tcp.local 10 TXT kkk");
        Hear("query id=1; ?_http._tcp.local PTR", port: 40000);
        After(SharedDelay);
        Assert.IsLessThanOrEqualTo(512, NextMessage(StackBench.PeerAddress, 40000).Length);
    }

    [TestMethod]
    [Requirement("RFC 6762", "17")]
    public void Answers_that_do_not_fit_in_one_message_come_in_several()
    {
        string[] text = [new string('k', 190), new string('l', 190)];
        StartReadyHost(services: Enumerable.Range(1, 5).Select(i => new MdnsService($"S{i}", "_http._tcp", 80 + i, text)).ToArray());
        Hear("query; " + string.Join("; ", Enumerable.Range(1, 5).Select(i => $"?S{i}._http._tcp.local TXT")));
        After(SharedDelay);
        byte[][] messages = [NextMessage(Group, Port), NextMessage(Group, Port)];
        Nothing();
        string all = string.Concat(messages.Select(DnsText.Format));
        for (int i = 1; i <= 5; i++)
        {
            Assert.AreEqual(2, all.Split($"=S{i}._http._tcp.local! 4500 TXT").Length, $"S{i}");
        }

        Assert.IsTrue(messages.All(m => m.Length <= 1472));
    }

    [TestMethod]
    [Requirement("RFC 6762", "11")]
    public void Section_11_A_host_of_another_network_on_the_link_is_answered_through_the_group()
    {
        StartReadyHost();
        Hear("query; ?nanotcp.local A", 0xC0A80101);
        Says(Address);
        After(2000);
        Hear("query; ?nanotcp.local A QU", 0xC0A80101);
        Says(Address);
        After(4000);
        Hear("query id=9; ?nanotcp.local A", 0xC0A80101, 40000);
        HearAlone("query; ?nanotcp.local A", 0xC0A80101);
        HearAlone("query id=9; ?nanotcp.local A", 0xC0A80101, 40000);
        After(6000);
        Nothing();
        Counted(MdnsCounter.InIgnored, 3);
    }

    [TestMethod]
    [DataRow("query flags=0800; ?nanotcp.local A", DisplayName = "an opcode other than 0")]
    [DataRow("query flags=0003; ?nanotcp.local A", DisplayName = "a response code other than 0")]
    [DataRow("response flags=0003; =nanotcp.local! 120 A 10.0.0.9", DisplayName = "the same in a response")]
    [Requirement("RFC 6762", "18.3")]
    [Requirement("RFC 6762", "18.11")]
    public void Section_18_Other_operations_and_errors_are_ignored(string text)
    {
        StartReadyHost();
        Hear(text);
        After(1000);
        Nothing();
        Counted(MdnsCounter.InIgnored, 1);
        Counted(MdnsCounter.Conflicts, 0);
    }

    [TestMethod]
    [Requirement("RFC 6762", "18.4")]
    public void Section_18_All_other_bits_of_the_header_mean_nothing()
    {
        StartReadyHost();
        Hear("query flags=05F0 id=77; ?nanotcp.local A");
        Says(Address);
    }

    [TestMethod]
    public void Who_asked_for_himself_and_is_not_there_is_given_up()
    {
        StartReadyHost();
        Hear("query; ?nanotcp.local A");
        B.Sent.Clear();
        B.FirstSilent = 0x0A000009;
        Hear("query; ?nanotcp.local A QU", 0x0A000009);
        After(10_000);
        Nothing();
        Counted(MdnsCounter.Discards, 1);
        Hear("query; ?nanotcp.local A QU");
        SaysTo(StackBench.PeerAddress, Port, Address);
    }

    [TestMethod]
    public void While_one_waits_for_his_answer_the_next_is_answered_through_the_group()
    {
        StartReadyHost();
        Hear("query; ?nanotcp.local A");
        B.Sent.Clear();
        B.FirstSilent = 0x0A000009;
        After(2000);
        Hear("query; ?nanotcp.local A QU", 0x0A000009);
        Nothing();
        Hear("query; ?nanotcp.local A QU");
        Says(Address);
        Hear("query id=3; ?nanotcp.local A", port: 40000);
        Nothing();
        Counted(MdnsCounter.Discards, 1);
    }

    [TestMethod]
    [Requirement("RFC 6762", "6.7")]
    public void What_an_ordinary_DNS_client_knows_takes_nothing_from_the_mDNS_of_its_host()
    {
        StartReadyHost(services: Services);
        Hear("query; ?_http._tcp.local PTR");
        After(2000);
        B.Sent.Clear();
        HearAlone("query; ?_http._tcp.local PTR");
        Hear("query id=5; ?nanotcp.local A; =_http._tcp.local 4500 PTR " + Boiler, port: 40000);
        Nothing();
        Counted(MdnsCounter.Discards, 1);
        After(2000 + SharedDelay);
        SaysTo(StackBench.PeerAddress, Port, Listing);
        Nothing();
    }

    [TestMethod]
    public void Its_own_records_seen_by_somebody_else_cost_no_answer_twice()
    {
        StartReadyHost();
        for (int i = 0; i < 50; i++)
        {
            Hear("query; ?nanotcp.local A", 0x0A000010 + (uint)i);
        }

        Says(Address);
        After(1000);
        Says(Address);
        After(3000);
        Nothing();
        Counted(MdnsCounter.InQueries, 50);
    }

    private static int Count(byte[] message, ReadOnlySpan<byte> part)
    {
        int count = 0;
        for (int i = 0; i + part.Length <= message.Length; i++)
        {
            count += message.AsSpan(i, part.Length).SequenceEqual(part) ? 1 : 0;
        }

        return count;
    }
}
