using System.Text;
using NanoTcp.Emulation;
using NanoTcp.Services;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;

namespace NanoTcp.Tests.Services;

/// <summary>RFC 2131 with a server that answers: from nothing to a lease, what stands in each message, and giving it back.</summary>
[TestClass]
public sealed class DhcpClientTests : HostTest
{
    [TestMethod]
    [Requirement("RFC 2131", "3.1 step 3")]
    [Requirement("RFC 2131", "4.2")]
    [Requirement("RFC 2132", "3.3")]
    [Requirement("RFC 2132", "3.5")]
    [Requirement("RFC 2132", "3.8")]
    [Requirement("RFC 2132", "3.17")]
    [Requirement("RFC 2132", "8.3")]
    [Requirement("RFC 2132", "9.1")]
    [Requirement("RFC 2132", "9.10")]
    [Requirement("RFC 2132", "9.14")]
    [Requirement("RFC 2131", "4.1")]
    [Requirement("RFC 2131", "4.4.1")]
    public void RFC_2131_3_1_from_nothing_to_a_lease()
    {
        Boot();
        DhcpQuestion discover = Asked(DhcpQuestion.Discover);
        Is(HostState.Selecting, 0);
        Assert.AreEqual(Broadcast, discover.Station);
        Assert.AreEqual(0u, discover.Source);
        Assert.AreEqual(0xFFFFFFFFu, discover.Destination);
        Assert.AreEqual(0u, discover.ClientAddress);
        Assert.AreEqual(SteadyRandom.Value, discover.Transaction);
        Assert.IsFalse(discover.Has(50), "no address is asked for");
        Assert.IsFalse(discover.Has(54), "no server is named");
        Assert.AreEqual("nanotcp", Encoding.ASCII.GetString(discover.Octets(12)));
        CollectionAssert.AreEqual(new byte[] { 0x05, 0xC0 }, discover.Octets(57), "1472: what the frame buffer takes");
        CollectionAssert.AreEqual(new byte[] { 1, 3, 6, 15, 28, 42, 51, 58, 59 }, discover.Octets(55));

        At(1200);
        Answer(DhcpReply.Offer, discover, more: reply => reply.PutNumber(6, 0x08080808, 0x01010101, 0x09090909).PutNumber(42, 0x0A000005).Put(15, "home.arpa\0"u8.ToArray()));
        DhcpQuestion request = Asked(DhcpQuestion.Request);
        Is(HostState.Requesting, 0);
        Assert.AreEqual(Broadcast, request.Station);
        Assert.AreEqual(0u, request.Source);
        Assert.AreEqual(0xFFFFFFFFu, request.Destination);
        Assert.AreEqual(0u, request.ClientAddress);
        Assert.AreEqual(discover.Transaction, request.Transaction, "RFC 2131 4.4.1");
        Assert.AreEqual(discover.Seconds, request.Seconds, "RFC 2131 3.1 step 3");
        Assert.AreEqual(Leased, request.Number(50));
        Assert.AreEqual(Server, request.Number(54));
        Assert.IsTrue(request.Has(12) && request.Has(55) && request.Has(57));

        Answer(DhcpReply.Ack, request, more: reply => reply.PutNumber(6, 0x08080808, 0x01010101, 0x09090909).PutNumber(42, 0x0A000005).Put(15, "home.arpa\0"u8.ToArray()));
        Is(HostState.Probing, 0);
        Assert.AreEqual(Leased, Host.Candidate);
        Probed(Leased);
        At(2200);
        Probed(Leased);
        At(3200);
        Probed(Leased);
        At(5199);
        Is(HostState.Probing, 0);
        Assert.AreEqual(0u, Host.GetDnsServer(0), "nothing counts before the address is in use");
        At(5200);
        Announced(Leased);
        Is(HostState.Bound, Leased);
        Assert.AreEqual(24, B.Stack.PrefixLength);
        Assert.AreEqual(Server, B.Stack.Gateway);
        Assert.AreEqual(AddressOrigin.Dhcp, Host.Origin);
        Assert.AreEqual(HostReason.None, Host.Reason);
        Assert.AreEqual(Server, Host.Server);
        Assert.AreEqual(3600u, Host.LeaseTime);
        Assert.AreEqual(3596, Host.LeaseLeft, "RFC 2131 4.4.1: counted from the request");
        Assert.AreEqual(0x08080808u, Host.GetDnsServer(0));
        Assert.AreEqual(0x01010101u, Host.GetDnsServer(1));
        Assert.AreEqual(0u, Host.GetDnsServer(2));
        Assert.AreEqual(0x0A000005u, Host.GetNtpServer(0));
        Assert.AreEqual(0u, Host.GetNtpServer(1));
        Assert.AreEqual("home.arpa", Domain());
        At(7200);
        Announced(Leased);
        At(1_000_000);
        Nothing();
        HostCounted(HostCounter.Discovers, 1);
        HostCounted(HostCounter.Offers, 1);
        HostCounted(HostCounter.Requests, 1);
        HostCounted(HostCounter.Acks, 1);
        HostCounted(HostCounter.InIgnored, 0);
        HostCounted(HostCounter.InErrors, 0);
    }

    [TestMethod]
    [Requirement("RFC 2131", "4.4.1")]
    public void The_first_question_is_delayed_by_a_second_at_most()
    {
        bool early = false;
        bool late = false;
        for (uint seed = 1; seed <= 50; seed++)
        {
            Boot(random: new SeededRandom(seed));
            At(1000);
            SentFrame frame = B.Sent.Dequeue();
            Assert.AreEqual(DhcpQuestion.Discover, new DhcpQuestion(frame.Octets).Type);
            early |= frame.Time - B.Start < 300;
            late |= frame.Time - B.Start > 700;
        }

        Assert.IsTrue(early && late, "the delay is random");
    }

    [TestMethod]
    [Requirement("RFC 2131", "4.1")]
    public void Transaction_ids_come_from_the_source_of_randomness_and_are_new_for_each_question()
    {
        BootAndBind(lease: 60);
        At(30_000 + ProbingTime);
        Forget();
        Boot(random: new SeededRandom(7));
        At(1000);
        uint first = Asked0().Transaction;
        Boot(random: new SeededRandom(8));
        At(1000);
        Assert.AreNotEqual(first, Asked0().Transaction);
    }

    [TestMethod]
    [Requirement("RFC 2131", "4.4.1")]
    public void Of_two_servers_the_first_that_makes_a_good_offer_is_taken_and_the_other_one_let_go()
    {
        const uint Second = StackBench.Subnet + 50;
        Boot();
        DhcpQuestion discover = Asked(DhcpQuestion.Discover);

        // This one gives a netmask with a hole.
        Deliver(new DhcpReply(DhcpReply.Offer, discover.Transaction) { YourAddress = Other }.PutNumber(54, Second).PutNumber(51, 3600).PutNumber(1, 0xFFFF00FF));
        Nothing();
        HostCounted(HostCounter.InUnusable, 1);
        Answer(DhcpReply.Offer, discover);
        DhcpReply late = new DhcpReply(DhcpReply.Offer, discover.Transaction) { YourAddress = Other }.PutNumber(54, Second).PutNumber(51, 3600).PutNumber(1, 0xFFFFFF00);
        Deliver(late);
        DhcpQuestion request = Asked(DhcpQuestion.Request);
        Assert.AreEqual(Server, request.Number(54));
        Assert.AreEqual(Leased, request.Number(50));
        HostCounted(HostCounter.InIgnored, 1);

        // What the other one says now is not believed, be it yes or no.
        Deliver(new DhcpReply(DhcpReply.Nak, discover.Transaction).PutNumber(54, Second));
        Deliver(new DhcpReply(DhcpReply.Ack, discover.Transaction) { YourAddress = Leased }.PutNumber(54, Second).PutNumber(51, 3600).PutNumber(1, 0xFFFFFF00));
        HostCounted(HostCounter.InIgnored, 3);
        Is(HostState.Requesting, 0);
        Answer(DhcpReply.Ack, request);
        Is(HostState.Probing, 0);
        At(ProbingTime);
        Is(HostState.Bound, Leased);
        Assert.AreEqual(Server, Host.Server);
    }

    [TestMethod]
    [Requirement("RFC 2131", "3.1 step 5")]
    [Requirement("RFC 2131", "4.4.4")]
    public void An_address_that_another_station_has_is_declined_and_ten_seconds_later_another_one_is_asked_for()
    {
        Boot();
        DhcpQuestion discover = Asked(DhcpQuestion.Discover);
        Answer(DhcpReply.Offer, discover);
        Answer(DhcpReply.Ack, Asked(DhcpQuestion.Request));
        Probed(Leased);
        At(500);
        Arp(Wire.Frames.ArpReply, OtherMac, Leased, OwnMac, 0);
        DhcpQuestion decline = Asked(DhcpQuestion.Decline);
        Is(HostState.Conflict, 0);
        Assert.AreEqual(OtherMac, Host.LastConflict);
        Assert.AreEqual(0xFFFFFFFFu, decline.Destination);
        Assert.AreEqual(0u, decline.Source);
        Assert.AreEqual(0u, decline.ClientAddress);
        Assert.AreEqual(0, decline.Seconds);
        Assert.AreEqual(Leased, decline.Number(50));
        Assert.AreEqual(Server, decline.Number(54));
        Assert.IsFalse(decline.Has(12) || decline.Has(55) || decline.Has(57), "RFC 2131 table 5");
        At(10_499);
        Nothing();
        At(10_500);
        Assert.IsFalse(Asked(DhcpQuestion.Discover).Has(50), "not that one again");
        HostCounted(HostCounter.Declines, 1);
        HostCounted(HostCounter.Conflicts, 1);
    }

    [TestMethod]
    public void A_host_to_which_servers_give_nothing_but_taken_addresses_helps_itself()
    {
        Boot();
        for (int i = 0; i < 2; i++)
        {
            DhcpQuestion discover = Asked(DhcpQuestion.Discover);
            Answer(DhcpReply.Offer, discover);
            Answer(DhcpReply.Ack, Asked(DhcpQuestion.Request));
            Probed(Leased);
            Claim(Leased);
            if (i != 0)
            {
                Assert.AreEqual(0xA9FE, (int)(Host.Candidate >> 16));
                Probed(Host.Candidate);
            }

            Asked(DhcpQuestion.Decline);
            At(10_000);
        }

        At(10_000 + ProbingTime);
        Assert.AreEqual(HostState.LinkLocal, Host.State);
    }

    [TestMethod]
    [Requirement("RFC 2131", "4.4.6")]
    public void A_lease_is_given_back_to_its_server_when_the_host_is_stopped()
    {
        BootAndBind();
        At(100_000);
        Forget();
        B.Do(Host.Stop);
        Assert.AreEqual(HostState.Releasing, Host.State);
        AnswerArp(Server, ServerMac);
        DhcpQuestion release = Asked(DhcpQuestion.Release);
        Assert.AreEqual(ServerMac, release.Station, "to the server alone");
        Assert.AreEqual(Server, release.Destination);
        Assert.AreEqual(Leased, release.Source);
        Assert.AreEqual(Leased, release.ClientAddress);
        Assert.AreEqual(Server, release.Number(54));
        Assert.IsFalse(release.Has(50) || release.Has(12) || release.Has(55), "RFC 2131 table 5");
        Is(HostState.Stopped, 0);
        Assert.AreEqual(HostReason.Stopped, Host.Reason);
        Nothing();
        At(200_000);
        SetLink(false);
        SetLink(true);
        At(300_000);
        Nothing();
        Is(HostState.Stopped, 0);

        // RFC 2131 4.4.6: the client may know the address it had, and ask for it later.
        B.Do(Host.Start);
        DhcpQuestion request = Asked(DhcpQuestion.Request);
        Assert.AreEqual(Leased, request.Number(50));
        Is(HostState.Rebooting, 0);
    }

    [TestMethod]
    [Requirement("RFC 2131", "4.4.6")]
    public void When_the_lease_has_been_given_back_the_address_is_not_used_for_another_frame()
    {
        BootAndBind();
        At(100_000);
        Arp(Wire.Frames.ArpRequest, ServerMac, Server, 0, Leased);
        Forget();
        Host.Stop();
        byte[]? frame = null;
        for (int i = 0; i < 10 && frame == null; i++)
        {
            B.Stack.Poll(B.Now);
            frame = B.Link.Take();
        }

        Assert.AreEqual(DhcpQuestion.Release, new DhcpQuestion(frame!).Type);
        Is(HostState.Stopped, 0);
        Assert.IsFalse(Host.HasAddress);
        B.Poll();
        Nothing();
    }

    [TestMethod]
    public void A_host_whose_server_does_not_answer_for_its_address_stops_without_a_farewell()
    {
        BootAndBind();
        At(100_000);
        Forget();
        B.Do(Host.Stop);
        At(102_999);
        Assert.AreEqual(HostState.Releasing, Host.State);
        At(103_000);
        Is(HostState.Stopped, 0);
        HostCounted(HostCounter.Releases, 0);
    }

    [TestMethod]
    public void A_host_that_loses_its_address_while_it_stops_has_stopped()
    {
        BootAndBind();
        B.Do(Host.Stop);
        Forget();
        Claim(Leased);
        Assert.AreEqual(HostState.Releasing, Host.State);
        Claim(Leased);
        Is(HostState.Stopped, 0);
        Forget();
        At(100_000);
        Nothing();
        HostCounted(HostCounter.Declines, 0);
    }

    [TestMethod]
    public void A_host_without_a_lease_or_a_link_stops_at_once()
    {
        Boot();
        B.Do(Host.Stop);
        Is(HostState.Stopped, 0);
        BootAndBind();
        SetLink(false);
        B.Do(Host.Stop);
        Is(HostState.Stopped, 0);
        SetLink(true);
        Nothing();

        BootAndBind();
        B.Do(Host.Stop);
        Assert.AreEqual(HostState.Releasing, Host.State);
        SetLink(false);
        Is(HostState.Stopped, 0);
    }

    [TestMethod]
    public void A_host_that_has_just_been_started_can_be_stopped_in_every_state()
    {
        for (int time = 0; time < 30_000; time += 500)
        {
            Boot();
            At(time);
            B.Do(Host.Stop);
            Is(HostState.Stopped, 0);
            Forget();
            At(time + 100_000);
            Nothing();
        }
    }

    [TestMethod]
    [Requirement("RFC 2131", "4.4.2")]
    public void RFC_2131_3_2_a_remembered_address_is_asked_for_first()
    {
        Boot(options => options.Address = Leased);
        DhcpQuestion request = Asked(DhcpQuestion.Request);
        Is(HostState.Rebooting, 0);
        Assert.AreEqual(Leased, request.Number(50));
        Assert.IsFalse(request.Has(54), "RFC 2131 4.3.2: no server is named in INIT-REBOOT");
        Assert.AreEqual(0u, request.ClientAddress);
        Assert.AreEqual(0u, request.Source);
        Assert.AreEqual(0xFFFFFFFFu, request.Destination);
        Answer(DhcpReply.Ack, request);
        Probed(Leased);
        At(ProbingTime);
        Forget();
        Is(HostState.Bound, Leased);
        HostCounted(HostCounter.Discovers, 0);
    }

    [TestMethod]
    public void A_remembered_address_that_no_server_answers_for_is_wished_for_in_the_search()
    {
        Boot(options => options.Address = Leased);
        DhcpQuestion first = Asked(DhcpQuestion.Request);
        At(3999);
        Nothing();
        At(4000);
        Assert.AreEqual(first.Transaction, Asked(DhcpQuestion.Request).Transaction);
        At(11_999);
        Nothing();
        Is(HostState.Rebooting, 0);
        At(12_000);

        // The host helps itself from here on, while it goes on asking.
        byte[] probe = Next();
        Assert.AreEqual(Wire.Frames.TypeArp, Wire.Frames.Get16(probe, 12));
        Assert.AreEqual(Leased, Asked(DhcpQuestion.Discover).Number(50));
    }

    [TestMethod]
    [Requirement("RFC 2132", "3.14")]
    public void A_host_without_a_name_takes_the_one_that_it_is_given()
    {
        Boot(options => options.HostName = null);
        DhcpQuestion discover = Asked(DhcpQuestion.Discover);
        Assert.IsFalse(discover.Has(12));
        CollectionAssert.Contains(discover.Octets(55), (byte)12);
        Answer(DhcpReply.Offer, discover);
        Answer(DhcpReply.Ack, Asked(DhcpQuestion.Request), more: reply => reply.Put(12, "kitchen.example"u8.ToArray()));
        At(ProbingTime);
        Forget();
        byte[] buffer = new byte[63];
        Assert.AreEqual(7, Host.PutHostName(buffer, 0));
        Assert.AreEqual("kitchen", Encoding.ASCII.GetString(buffer, 0, Host.HostNameLength));
    }

    [TestMethod]
    public void Servers_of_the_program_count_when_the_network_names_none()
    {
        void Configure(HostConfigurationOptions options)
        {
            options.DnsServer = 0x09090909;
            options.NtpServer2 = 0x0A000077;
        }

        BootAndBind(configure: Configure);
        Assert.AreEqual(0x09090909u, Host.GetDnsServer(0));
        Assert.AreEqual(0x0A000077u, Host.GetNtpServer(1));
        BootAndBind(configure: Configure, more: reply => reply.PutNumber(6, 0x08080808));
        Assert.AreEqual(0x08080808u, Host.GetDnsServer(0));
        Assert.AreEqual(0u, Host.GetDnsServer(1));
        Assert.AreEqual(0u, Host.GetNtpServer(0));
        Assert.AreEqual(0x0A000077u, Host.GetNtpServer(1));
    }

    [TestMethod]
    [Requirement("RFC 2131", "4.1")]
    public void Options_may_go_on_in_the_fields_for_a_file_and_a_server_name()
    {
        Boot();
        DhcpQuestion discover = Asked(DhcpQuestion.Discover);
        Answer(DhcpReply.Offer, discover);
        DhcpQuestion request = Asked(DhcpQuestion.Request);
        DhcpReply ack = new DhcpReply(DhcpReply.Ack, request.Transaction) { YourAddress = Leased }.Put(52, 3).PutNumber(54, Server);
        new byte[] { 51, 4, 0, 0, 14, 16, 1, 4, 255, 255, 255, 0, 255 }.CopyTo(ack.File, 0);
        new byte[] { 3, 4, 10, 0, 0, 1, 6, 4, 9, 9, 9, 9, 255 }.CopyTo(ack.Name, 0);
        Deliver(ack);
        At(ProbingTime);
        Forget();
        Is(HostState.Bound, Leased);
        Assert.AreEqual(3600u, Host.LeaseTime);
        Assert.AreEqual(Server, B.Stack.Gateway);
        Assert.AreEqual(0x09090909u, Host.GetDnsServer(0));
    }

    [TestMethod]
    public void An_answer_by_broadcast_is_taken_too()
    {
        Boot();
        DhcpQuestion discover = Asked(DhcpQuestion.Discover);
        B.Deliver(Reply(DhcpReply.Offer, discover).Frame(Broadcast, 0xFFFFFFFF));
        DhcpQuestion request = Asked(DhcpQuestion.Request);
        B.Deliver(Reply(DhcpReply.Ack, request).Frame(Broadcast, 0xFFFFFFFF));
        At(ProbingTime);
        Forget();
        Is(HostState.Bound, Leased);
    }

    private DhcpQuestion Asked0()
    {
        return new DhcpQuestion(B.Sent.Dequeue().Octets);
    }

    private string Domain()
    {
        byte[] buffer = new byte[100];
        int end = Host.PutDomainName(buffer, 0);
        Assert.AreEqual(end, Host.DomainNameLength);
        return Encoding.ASCII.GetString(buffer, 0, end);
    }
}
