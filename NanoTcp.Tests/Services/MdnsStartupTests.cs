using System.Linq;
using NanoTcp.Link;
using NanoTcp.Services;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>How a host comes to its names, keeps them and gives them up: RFC 6762 8, 9 and 10.</summary>
[TestClass]
public class MdnsStartupTests : MdnsTest
{
    private const string Boiler = "Boiler\\032room._http._tcp.local";
    private const string SecondProbe = "query; ?nanotcp-2.local ANY QU; ^nanotcp-2.local 120 A 10.0.0.2";

    [TestMethod]
    [Requirement("RFC 6762", "8.1")]
    public void Section_8_1_Three_probes_at_intervals_of_250_ms_and_nobody_answers()
    {
        StartHost();
        At(FirstProbe - 1);
        Nothing();
        Assert.AreEqual(MdnsState.Probing, Responder.State);
        At(FirstProbe);
        Says(Probe);
        At(FirstProbe + 250);
        Says(Probe);
        At(FirstProbe + 500);
        Says(Probe);
        At(FirstProbe + 749);
        Nothing();
        Assert.AreEqual(MdnsState.Probing, Responder.State);
        Counted(MdnsCounter.OutProbes, 3);
    }

    [TestMethod]
    [Requirement("RFC 6762", "8.3")]
    public void Section_8_3_Two_announcements_a_second_apart_and_then_silence_for_a_day()
    {
        StartHost();
        At(FirstProbe + 500);
        B.Sent.Clear();
        At(FirstProbe + 750);
        Says(Announcement);
        Assert.AreEqual(MdnsState.Announcing, Responder.State);
        At(FirstProbe + 1750);
        Says(Announcement);
        Assert.AreEqual(MdnsState.Ready, Responder.State);
        At(24 * 3600 * 1000);
        Nothing();
        Assert.AreEqual("nanotcp", Responder.HostName);
    }

    [TestMethod]
    [Requirement("RFC 6763", "4.1")]
    [Requirement("RFC 6763", "9")]
    [Requirement("RFC 6762", "8.2")]
    [Requirement("RFC 6762", "10")]
    [Requirement("RFC 6762", "10.2")]
    [Requirement("RFC 6763", "5")]
    public void A_service_is_probed_for_with_the_host_and_announced_with_all_its_records()
    {
        StartHost(services: [new MdnsService("Boiler room", "_http._tcp", 80, ["path=/status", "v=1"])]);
        At(FirstProbe);
        Says("query; ?nanotcp.local ANY QU; ?" + Boiler + " ANY QU; ^nanotcp.local 120 A 10.0.0.2; ^" + Boiler
            + " 120 SRV 0 0 80 nanotcp.local; ^" + Boiler + " 4500 TXT path=/status,v=1");
        At(FirstProbe + 749);
        B.Sent.Clear();
        At(FirstProbe + 750);
        Says("response; =nanotcp.local! 120 A 10.0.0.2; =2.0.0.10.in-addr.arpa! 120 PTR nanotcp.local; =" + Boiler
            + "! 120 SRV 0 0 80 nanotcp.local; =" + Boiler + "! 4500 TXT path=/status,v=1; =_http._tcp.local 4500 PTR " + Boiler
            + "; =_services._dns-sd._udp.local 4500 PTR _http._tcp.local; " + NoMore);
    }

    [TestMethod]
    [Requirement("RFC 6762", "6")]
    public void Section_6_A_host_that_still_probes_answers_nobody()
    {
        StartHost();
        At(FirstProbe + 600);
        B.Sent.Clear();
        Hear("query; ?nanotcp.local A");
        Hear("query; ?2.0.0.10.in-addr.arpa PTR");
        At(FirstProbe + 749);
        Nothing();
    }

    [TestMethod]
    public void Without_an_address_it_waits_and_begins_when_there_is_one()
    {
        StartHost(configure: options => options.Address = 0);
        At(10_000);
        Nothing();
        Assert.AreEqual(MdnsState.Idle, Responder.State);
        Hear("query; ?nanotcp.local A");
        Nothing();
        B.Do(() => B.Stack.SetAddress(StackBench.OwnAddress, 24, 0));
        At(10_000 + FirstProbe);
        Says(Probe);
    }

    [TestMethod]
    public void Without_a_link_it_waits_and_begins_when_there_is_one()
    {
        StartHost();
        B.Link.Status = LinkStatus.Down;
        B.Poll();
        Assert.AreEqual(MdnsState.Idle, Responder.State);
        At(10_000);
        Nothing();
        B.Link.Status = LinkStatus.Up;
        B.Poll();
        At(10_000 + FirstProbe);
        Says(Probe);
    }

    [TestMethod]
    [DataRow("response; =nanotcp.local! 120 A 10.0.0.9", DisplayName = "an address")]
    [DataRow("response; =NanoTCP.Local 120 A 10.0.0.9", DisplayName = "an address under the name in other letters, without the cache-flush bit")]
    [DataRow("response; =nanotcp.local! 120 AAAA FE800000000000000000000000000001", DisplayName = "a record of another type")]
    [DataRow("response; =nanotcp.local 60 TYPE300 00", DisplayName = "a record of a type that nobody knows")]
    [DataRow("response; =other.local! 120 A 10.0.0.9; +nanotcp.local! 120 A 10.0.0.9", DisplayName = "among the additional records")]
    [DataRow("response; =other.local! 120 A 10.0.0.9; ^nanotcp.local! 120 A 10.0.0.9", DisplayName = "among the authorities")]
    [Requirement("RFC 6762", "8.1")]
    [Requirement("RFC 6762", "9")]
    public void Section_8_1_A_name_that_has_an_owner_is_left_to_him(string answer)
    {
        StartHost();
        At(FirstProbe);
        Says(Probe);
        Hear(answer);
        Assert.AreEqual("nanotcp-2", Responder.HostName);
        At(2 * FirstProbe);
        Says(SecondProbe);
        At((2 * FirstProbe) + 500);
        B.Sent.Clear();
        At((2 * FirstProbe) + 750);
        Says(Announcement.Replace("nanotcp", "nanotcp-2"));
        Counted(MdnsCounter.Renames, 1);
    }

    [TestMethod]
    [Requirement("RFC 6762", "8.1")]
    public void Section_8_1_An_owner_may_say_so_until_250_ms_after_the_third_probe()
    {
        StartHost();
        At(FirstProbe + 749);
        B.Sent.Clear();
        HearAlone("response; =nanotcp.local! 120 A 10.0.0.1");
        Assert.AreEqual("nanotcp-2", Responder.HostName, "a unicast answer counts too");
        At(FirstProbe + 749 + FirstProbe);
        Says(SecondProbe);
    }

    [TestMethod]
    [Requirement("RFC 6762", "8.1")]
    public void Section_8_1_What_comes_before_the_first_probe_does_not_count()
    {
        StartHost();
        At(FirstProbe - 1);
        Hear("response; =nanotcp.local! 120 A 10.0.0.9");
        Hear("query; ?nanotcp.local ANY; ^nanotcp.local 120 A 10.0.0.9", 0x0A000009);
        At(FirstProbe);
        Says(Probe);
    }

    [TestMethod]
    [DataRow("response; =nanotcp.local! 120 A 10.0.0.2", DisplayName = "the same data")]
    [DataRow("response; =nanotcp.local! 0 A 10.0.0.9", DisplayName = "a goodbye")]
    [DataRow("response; =nanotcp.local! 120 NSEC nanotcp.local A", DisplayName = "what the name has not")]
    [DataRow("response; =nanotcp.local.org! 120 A 10.0.0.9", DisplayName = "a longer name")]
    [DataRow("response; =xnanotcp.local! 120 A 10.0.0.9", DisplayName = "another name")]
    [DataRow("response; ?nanotcp.local A", DisplayName = "a question in a response")]
    [Requirement("RFC 6762", "9")]
    public void Section_9_What_is_no_conflict(string answer)
    {
        StartHost();
        At(FirstProbe);
        Says(Probe);
        Hear(answer);
        At(FirstProbe + 250);
        Says(Probe);
        Counted(MdnsCounter.Conflicts, 0);
    }

    [TestMethod]
    [DataRow("10.0.0.3", DisplayName = "later in its last octet")]
    [DataRow("10.0.0.200", DisplayName = "octets are unsigned")]
    [DataRow("169.254.99.200", DisplayName = "later in its first octet")]
    [Requirement("RFC 6762", "8.2")]
    public void Section_8_2_The_host_with_the_earlier_data_waits_a_second_and_probes_again(string later)
    {
        StartHost();
        At(FirstProbe + 250);
        B.Sent.Clear();
        Hear("query; ?nanotcp.local ANY QU; ^nanotcp.local 120 A " + later, 0x0A000003);
        At(FirstProbe + 1249);
        Nothing();
        At(FirstProbe + 1250);
        Says(Probe);
        Hear("response; =nanotcp.local! 120 A " + later, 0x0A000003);
        Assert.AreEqual("nanotcp-2", Responder.HostName);
    }

    [TestMethod]
    [DataRow("^nanotcp.local 120 A 10.0.0.1", DisplayName = "earlier")]
    [DataRow("^nanotcp.local 120 A 10.0.0.2", DisplayName = "the same")]
    [DataRow("^other.local 120 A 10.0.0.9", DisplayName = "about something else")]
    [Requirement("RFC 6762", "8.2")]
    public void Section_8_2_The_host_with_the_later_data_goes_on(string earlier)
    {
        StartHost();
        At(FirstProbe + 250);
        B.Sent.Clear();
        Hear("query; ?nanotcp.local ANY QU; " + earlier, 0x0A000001);
        At(FirstProbe + 500);
        Says(Probe);
        Counted(MdnsCounter.Conflicts, 0);
    }

    [TestMethod]
    [DataRow("^nanotcp.local 120 A 10.0.0.2; ^nanotcp.local 120 AAAA FE800000000000000000000000000001", true, DisplayName = "who has more records wins")]
    [DataRow("^nanotcp.local 120 AAAA FE800000000000000000000000000001; ^nanotcp.local 120 A 10.0.0.1", false, DisplayName = "they are sorted first")]
    [DataRow("^nanotcp.local 120 HINFO 00; ^nanotcp.local 120 A 10.0.0.2", true, DisplayName = "sorted, and then one more")]
    [DataRow("^nanotcp.local 120 AAAA FE800000000000000000000000000001", true, DisplayName = "the later type wins")]
    [DataRow("^nanotcp.local 120 A 10.0.0.2; ^nanotcp.local 120 A 10.0.0.2", false, DisplayName = "twice the same is once")]
    [DataRow("^nanotcp.local 120 A 10.0.0.1; ^nanotcp.local 120 A 10.0.0.9", false, DisplayName = "the first that differ decide")]
    [Requirement("RFC 6762", "8.2.1")]
    public void Section_8_2_1_Several_records_are_compared_in_order(string theirs, bool theyWin)
    {
        StartHost();
        At(FirstProbe + 250);
        B.Sent.Clear();
        Hear("query; ?nanotcp.local ANY QU; " + theirs, 0x0A000001);
        At(FirstProbe + 500);
        if (theyWin)
        {
            Nothing();
            At(FirstProbe + 1250);
        }

        Says(Probe);
    }

    [TestMethod]
    [DataRow("TXT a=1", "SRV 0 0 80 nanotcp.local", 0, DisplayName = "all the same")]
    [DataRow("TXT a=2", "SRV 0 0 79 nanotcp.local", 1, DisplayName = "the text is compared first")]
    [DataRow("TXT a=0", "SRV 0 0 81 nanotcp.local", -1, DisplayName = "and decides")]
    [DataRow("TXT a=1", "SRV 0 0 81 nanotcp.local", 1, DisplayName = "then the service")]
    [DataRow("TXT a=1", "SRV 0 0 80 nanotcq.local", 1, DisplayName = "with the name of its host")]
    [DataRow("TXT a=1", "SRV 0 0 80 nanotco.local", -1, DisplayName = "earlier")]
    [DataRow("TXT a=1,b=1", "SRV 0 0 79 nanotcp.local", 1, DisplayName = "more text is later")]
    [Requirement("RFC 6762", "8.2")]
    [Requirement("RFC 6762", "8.2.1")]
    public void Section_8_2_1_Service_records_are_compared_without_compression(string text, string server, int theirs)
    {
        StartHost(services: [new MdnsService("X", "_http._tcp", 80, ["a=1"])]);
        At(FirstProbe + 250);
        B.Sent.Clear();
        Hear($"query; ?X._http._tcp.local ANY QU; ^X._http._tcp.local 120 {server}; ^X._http._tcp.local 4500 {text}", 0x0A000001);
        At(FirstProbe + 500);
        Assert.AreEqual(theirs > 0 ? 0 : 1, B.Sent.Count);
        Counted(MdnsCounter.Conflicts, theirs > 0 ? 1 : 0);
    }

    [TestMethod]
    [Requirement("RFC 6762", "8.1")]
    public void Section_8_1_After_fifteen_conflicts_in_ten_seconds_each_attempt_waits_five()
    {
        StartHost();
        for (int i = 1; i <= 14; i++)
        {
            At(i * FirstProbe);
            string name = i == 1 ? "nanotcp" : $"nanotcp-{i}";
            Says(Probe.Replace("nanotcp", name));
            Hear($"response; ={name}.local! 120 A 10.0.0.9");
        }

        At(15 * FirstProbe);
        Says(Probe.Replace("nanotcp", "nanotcp-15"));
        Hear("response; =nanotcp-15.local! 120 A 10.0.0.9");
        At((15 * FirstProbe) + 4999);
        Nothing();
        At((15 * FirstProbe) + 5000);
        Says(Probe.Replace("nanotcp", "nanotcp-16"));
        Hear("response; =nanotcp-16.local! 120 A 10.0.0.9");
        At((15 * FirstProbe) + 9999);
        Nothing();
        At((15 * FirstProbe) + 10_000);
        Says(Probe.Replace("nanotcp", "nanotcp-17"));
        At((15 * FirstProbe) + 30_000);
        B.Sent.Clear();

        // After that much peace a conflict is an accident again.
        Hear("response; =nanotcp-17.local! 120 A 10.0.0.9");
        At((16 * FirstProbe) + 30_000);
        Says(Probe.Replace("nanotcp", "nanotcp-17"));
    }

    [TestMethod]
    [Requirement("RFC 6762", "9")]
    public void Section_9_A_conflict_after_probing_begins_it_again_and_who_is_not_answered_keeps_the_name()
    {
        StartReadyHost();
        Hear("response; =nanotcp.local! 120 A 10.0.0.9", 0x0A000009);
        Assert.AreEqual(MdnsState.Probing, Responder.State);
        Hear("query; ?nanotcp.local A");
        After(FirstProbe);
        Says(Probe);
        After(FirstProbe + 500);
        B.Sent.Clear();
        After(FirstProbe + 750);
        Says(Announcement);
        Assert.AreEqual("nanotcp", Responder.HostName);
        Counted(MdnsCounter.Conflicts, 1);
        Counted(MdnsCounter.Renames, 0);
    }

    [TestMethod]
    [Requirement("RFC 6762", "9")]
    public void Section_9_A_conflict_after_probing_ends_with_another_name_when_the_other_host_insists()
    {
        StartReadyHost();
        Hear("response; =nanotcp.local! 120 A 10.0.0.9", 0x0A000009);
        After(FirstProbe);
        Says(Probe);
        HearAlone("response; =nanotcp.local! 120 A 10.0.0.9", 0x0A000009);
        After(2 * FirstProbe);
        Says(SecondProbe);
    }

    [TestMethod]
    [Requirement("RFC 6762", "9")]
    public void Section_9_A_record_of_a_type_that_the_host_has_not_is_no_conflict_for_who_has_the_name()
    {
        StartReadyHost();
        Hear("response; =nanotcp.local! 120 AAAA FE800000000000000000000000000001; =2.0.0.10.in-addr.arpa! 120 PTR other.local");
        Hear("response; =nanotcp.local! 0 A 10.0.0.9");
        Assert.AreEqual(MdnsState.Ready, Responder.State);
        Counted(MdnsCounter.Conflicts, 0);
    }

    [TestMethod]
    [Requirement("RFC 6762", "9")]
    public void Section_9_Of_two_names_only_the_one_in_conflict_is_probed_for_and_the_other_still_answers()
    {
        StartReadyHost(services: [new MdnsService("Boiler room", "_http._tcp", 80, null!)]);
        Hear("response; =" + Boiler + "! 120 SRV 0 0 80 other.local", 0x0A000009);
        Hear("query; ?nanotcp.local A");
        Says("response; =nanotcp.local! 120 A 10.0.0.2; " + NoMore);
        After(FirstProbe);
        Says("query; ?" + Boiler + " ANY QU; ^" + Boiler + " 120 SRV 0 0 80 nanotcp.local; ^" + Boiler + " 4500 TXT -");
        Hear("response; =" + Boiler + "! 120 SRV 0 0 80 other.local", 0x0A000009);
        After(2 * FirstProbe);
        Says("query; ?Boiler\\032room\\032(2)._http._tcp.local ANY QU; ^Boiler\\032room\\032(2)._http._tcp.local 120 SRV 0 0 80 nanotcp.local; "
            + "^Boiler\\032room\\032(2)._http._tcp.local 4500 TXT -");
        byte[] name = new byte[20];
        Assert.AreEqual(15, Responder.PutServiceName(0, name, 0));
        CollectionAssert.AreEqual("Boiler room (2)"u8.ToArray(), name[..15]);
    }

    [TestMethod]
    public void A_host_that_must_rename_itself_offers_its_services_under_the_new_name()
    {
        StartReadyHost(services: [new MdnsService("Boiler room", "_http._tcp", 80, null!)]);
        Hear("response; =nanotcp.local! 120 A 10.0.0.9", 0x0A000009);
        Hear("query; ?" + Boiler + " SRV");
        After(FirstProbe);
        Says(Probe);
        Hear("response; =nanotcp.local! 120 A 10.0.0.9", 0x0A000009);
        After((2 * FirstProbe) + 500);
        B.Sent.Clear();
        After((2 * FirstProbe) + 750);
        Says("response; =nanotcp-2.local! 120 A 10.0.0.2; =2.0.0.10.in-addr.arpa! 120 PTR nanotcp-2.local; =" + Boiler
            + "! 120 SRV 0 0 80 nanotcp-2.local; =" + Boiler + "! 4500 TXT -; =_http._tcp.local 4500 PTR " + Boiler
            + "; =_services._dns-sd._udp.local 4500 PTR _http._tcp.local; +nanotcp-2.local! 120 NSEC nanotcp-2.local A");
    }

    [TestMethod]
    [Requirement("RFC 6762", "16")]
    public void A_long_name_makes_room_for_its_number_and_cuts_no_character_in_two()
    {
        string host = new('h', 63);
        string service = string.Concat(Enumerable.Repeat("é", 31)) + "!";
        StartHost(host, [new MdnsService(service, "_http._tcp", 80, null!)]);
        At(FirstProbe);
        B.Sent.Clear();
        string text = string.Concat(Enumerable.Repeat("\\195\\169", 31)) + "!._http._tcp.local";
        Hear($"response; ={text}! 4500 TXT x=1; ={host}.local! 120 A 10.0.0.9");
        At(2 * FirstProbe);
        Assert.AreEqual(MdnsState.Probing, Responder.State);
        string label = string.Concat(Enumerable.Repeat("\\195\\169", 29)) + "\\032(2)._http._tcp.local";
        string sent = DnsText.Format(NextMessage(Group, Port));
        StringAssert.StartsWith(sent, $"query; ?{host[..61]}-2.local ANY QU; ?{label} ANY QU");
        Assert.AreEqual(host[..61] + "-2", Responder.HostName);
    }

    [TestMethod]
    [Requirement("RFC 6762", "10.1")]
    public void Section_10_1_Goodbye_takes_all_records_back_at_once_and_then_nothing_is_answered()
    {
        StartReadyHost(services: [new MdnsService("Boiler room", "_http._tcp", 80, null!)]);
        B.Do(Responder.Stop);
        Says("response; =nanotcp.local! 0 A 10.0.0.2; =2.0.0.10.in-addr.arpa! 0 PTR nanotcp.local; =" + Boiler
            + "! 0 SRV 0 0 80 nanotcp.local; =" + Boiler + "! 0 TXT -; =_http._tcp.local 0 PTR " + Boiler);
        Assert.AreEqual(MdnsState.Stopped, Responder.State);
        Hear("query; ?nanotcp.local A");
        Hear("query; ?_http._tcp.local PTR");
        B.Do(Responder.Stop);
        After(10_000);
        Nothing();
        B.Do(Responder.Start);
        After(10_000 + FirstProbe);
        StringAssert.StartsWith(DnsText.Format(NextMessage(Group, Port)), "query; ?nanotcp.local ANY QU");
    }

    [TestMethod]
    public void Who_stops_before_anything_was_announced_says_no_goodbye()
    {
        StartHost();
        At(FirstProbe);
        B.Sent.Clear();
        B.Do(Responder.Stop);
        Assert.AreEqual(MdnsState.Stopped, Responder.State);
        At(5000);
        Nothing();
    }

    [TestMethod]
    public void A_goodbye_that_waits_for_the_device_is_not_lost_and_without_a_link_there_is_none()
    {
        StartReadyHost();
        B.Link.Busy = true;
        B.Do(Responder.Stop);
        Assert.AreEqual(MdnsState.Stopping, Responder.State);
        B.Link.Busy = false;
        B.Poll();
        Says("response; =nanotcp.local! 0 A 10.0.0.2; =2.0.0.10.in-addr.arpa! 0 PTR nanotcp.local");
        B.Do(Responder.Start);
        After(10_000);
        B.Sent.Clear();
        B.Link.Status = LinkStatus.Down;
        B.Poll();
        B.Do(Responder.Stop);
        Assert.AreEqual(MdnsState.Stopped, Responder.State);
        B.Link.Status = LinkStatus.Up;
        B.Poll();
        After(20_000);
        Nothing();
    }

    [TestMethod]
    [Requirement("RFC 6762", "8.4")]
    public void Section_8_4_A_new_address_is_announced_without_probing_and_the_old_reverse_name_taken_back()
    {
        StartReadyHost();
        B.Do(() => B.Stack.SetAddress(0x0A000007, 24, 0));
        Says("response; =2.0.0.10.in-addr.arpa! 0 PTR nanotcp.local");
        string announcement = "response; =nanotcp.local! 120 A 10.0.0.7; =7.0.0.10.in-addr.arpa! 120 PTR nanotcp.local; " + NoMore;
        Says(announcement);
        After(1000);
        Says(announcement);
        After(10_000);
        Nothing();
        Hear("query; ?nanotcp.local A");
        Says("response; =nanotcp.local! 120 A 10.0.0.7; " + NoMore);
    }

    [TestMethod]
    public void When_the_address_is_taken_away_all_is_silent_and_with_another_one_it_begins_again()
    {
        StartReadyHost();
        B.Do(() => B.Stack.SetAddress(0, 24, 0));
        Assert.AreEqual(MdnsState.Idle, Responder.State);
        Hear("query; ?nanotcp.local A");
        After(5000);
        Nothing();
        B.Do(() => B.Stack.SetAddress(0x0A000007, 24, 0));
        After(5000 + FirstProbe);
        Says("query; ?nanotcp.local ANY QU; ^nanotcp.local 120 A 10.0.0.7");
    }

    [TestMethod]
    public void A_new_address_during_probing_begins_it_again()
    {
        StartHost();
        At(FirstProbe + 250);
        B.Sent.Clear();
        B.Do(() => B.Stack.SetAddress(0x0A000007, 24, 0));
        At(FirstProbe + 250 + FirstProbe);
        Says("query; ?nanotcp.local ANY QU; ^nanotcp.local 120 A 10.0.0.7");
    }

    [TestMethod]
    [Requirement("RFC 6762", "8")]
    public void Section_8_A_link_that_comes_back_begins_it_again_with_the_name_that_was_found_last()
    {
        StartHost();
        At(FirstProbe);
        Hear("response; =nanotcp.local! 120 A 10.0.0.9");
        At(10_000);
        B.Sent.Clear();
        B.Link.Status = LinkStatus.Down;
        B.Poll();
        B.Link.Status = LinkStatus.Up;
        B.Poll();
        Assert.AreEqual(MdnsState.Probing, Responder.State);
        At(10_000 + FirstProbe);
        Says(SecondProbe);
    }

    [TestMethod]
    public void Services_that_do_not_fit_in_one_probe_are_probed_for_after_each_other()
    {
        string[] text = [new string('k', 190), new string('l', 190)];
        StartHost(services: Enumerable.Range(1, 5).Select(i => new MdnsService($"S{i}", "_http._tcp", 80 + i, text)).ToArray());
        At(30_000);
        Assert.AreEqual(MdnsState.Ready, Responder.State);
        string[] sent = B.Sent.Select(frame => DnsText.Format(frame.Octets[42..])).ToArray();
        string[] probes = sent.Where(line => line.StartsWith("query", System.StringComparison.Ordinal)).ToArray();
        Assert.IsGreaterThan(3, probes.Length);
        for (int i = 1; i <= 5; i++)
        {
            Assert.AreEqual(3, probes.Count(line => line.Contains($"?S{i}._http")), $"probes for S{i}");
            Assert.AreEqual(3, probes.Count(line => line.Contains($"?S{i}._http") && line.Contains($"^S{i}._http._tcp.local 4500 TXT")), "with all that is proposed");
            Assert.AreEqual(2, sent.Count(line => line.Contains($"=S{i}._http._tcp.local! 4500 TXT")), $"announcements of S{i}");
        }
    }

    [TestMethod]
    public void A_name_that_is_none_a_second_service_of_the_same_name_and_too_many_are_misuse()
    {
        Start(configure: options => options.MulticastGroups = 1);
        foreach (string name in new[] { "", "-a", "a-", "a.b", "a b", "ä", new string('a', 64) })
        {
            Assert.ThrowsExactly<System.ArgumentException>(() => new MdnsResponder(B.Stack, name, null!), name);
        }

        MdnsService one = new("X", "_http._tcp", 80, null!);
        MdnsService same = new("x", "_HTTP._tcp", 81, null!);
        Assert.ThrowsExactly<System.ArgumentException>(() => new MdnsResponder(B.Stack, "a", [one, same]));
        Assert.ThrowsExactly<System.ArgumentException>(() => new MdnsResponder(B.Stack, "a", [one, one, one, one, one, one]));
        Assert.ThrowsExactly<System.ArgumentNullException>(() => new MdnsResponder(B.Stack, "a", [null!]));
        Assert.ThrowsExactly<System.ArgumentNullException>(() => new MdnsResponder(null!, "a", null!));
        MdnsResponder first = new(B.Stack, "a", [one, new MdnsService("x", "_ipp._tcp", 81, null!)]);
        System.InvalidOperationException second = Assert.ThrowsExactly<System.InvalidOperationException>(() => new MdnsResponder(B.Stack, "a", null!));
        StringAssert.Contains(second.Message, "5353");
        Assert.ThrowsExactly<System.ArgumentOutOfRangeException>(() => first.PutServiceName(2, new byte[9], 0));
    }

    [TestMethod]
    public void Without_a_place_for_the_group_the_message_says_which_option_to_set()
    {
        Start();
        System.InvalidOperationException missing = Assert.ThrowsExactly<System.InvalidOperationException>(() => new MdnsResponder(B.Stack, "a", null!));
        StringAssert.Contains(missing.Message, "NetworkStackOptions.MulticastGroups");
    }

    [TestMethod]
    [DataRow("X", "http._tcp", 80, null)]
    [DataRow("X", "_http._sctp", 80, null)]
    [DataRow("X", "_http", 80, null)]
    [DataRow("X", "_._tcp", 80, null)]
    [DataRow("X", "_sixteenletters16._tcp", 80, null)]
    [DataRow("X", "_a b._tcp", 80, null)]
    [DataRow("", "_http._tcp", 80, null)]
    [DataRow("a\nb", "_http._tcp", 80, null)]
    [DataRow("0123456789012345678901234567890123456789012345678901234567890123", "_http._tcp", 80, null)]
    [DataRow("X", "_http._tcp", 80, "=value")]
    [DataRow("X", "_http._tcp", 80, "")]
    [DataRow("X", "_http._tcp", 80, "k\u00e9y=1")]
    [Requirement("RFC 6763", "4.1.1")]
    [Requirement("RFC 6763", "6.4")]
    [Requirement("RFC 6763", "7")]
    [Requirement("RFC 6763", "6.2")]
    public void A_service_that_cannot_be_written_is_misuse(string instance, string type, int port, string? text)
    {
        Assert.ThrowsExactly<System.ArgumentException>(() => new MdnsService(instance, type, port, text == null ? null! : [text]));
        Assert.ThrowsExactly<System.ArgumentOutOfRangeException>(() => new MdnsService("X", "_http._tcp", 0, null!));
        Assert.ThrowsExactly<System.ArgumentException>(() => new MdnsService("\ud83d", "_http._tcp", 1, null!), "half a character");
        Assert.ThrowsExactly<System.ArgumentException>(() => new MdnsService("X", "_http._tcp", 1, [new string('a', 200), new string('b', 200)]));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("a")]
    [DataRow("é")]
    [DataRow("€")]
    [DataRow("\U0001F600 x")]
    public void Utf8_is_written_as_the_desktop_writes_it(string text)
    {
        byte[] expected = System.Text.Encoding.UTF8.GetBytes(text);
        byte[] written = new byte[expected.Length];
        Assert.AreEqual(expected.Length, Utf8.Encode(text, written, 0));
        CollectionAssert.AreEqual(expected, written);
        Assert.AreEqual(text.Length == 0 ? 0 : -1, Utf8.Encode(text, new byte[System.Math.Max(0, expected.Length - 1)], 0));
    }
}
