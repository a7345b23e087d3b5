using System;
using NanoTcp.Emulation;
using NanoTcp.Services;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Services;

/// <summary>
/// What a DHCP client must not believe: broken options, impossible addresses, messages for others. Classes of mistakes of
/// other stacks carry the name of the report that they stand in.
/// </summary>
[TestClass]
public sealed class DhcpLiesTests : HostTest
{
    private const uint Mask24 = 0xFFFFFF00;

    [TestMethod]
    public void AMNESIA_33_an_option_that_goes_past_the_end_of_the_message_is_not_read()
    {
        for (int length = 1; length < 256; length++)
        {
            Malformed(offer => Ended(offer.PutRaw(6, (byte)length)));
        }
    }

    [TestMethod]
    public void AMNESIA_33_an_option_without_a_length_is_not_read()
    {
        Malformed(offer => Ended(offer.PutRaw(6)));
    }

    [TestMethod]
    public void Ripple20_a_message_that_is_cut_anywhere_is_not_taken()
    {
        Boot();
        DhcpQuestion discover = Asked(DhcpQuestion.Discover);
        byte[] whole = Reply(DhcpReply.Offer, discover).Message();
        for (int length = 0; length < whole.Length; length++)
        {
            B.Deliver(DhcpReply.Frame(whole[..length], Server, ServerMac, OwnMac, Leased));
        }

        Nothing();
        Is(HostState.Selecting, 0);
        HostCounted(HostCounter.InErrors, whole.Length);
    }

    [TestMethod]
    public void Ripple20_options_of_length_0_neither_hang_the_reader_nor_give_values()
    {
        foreach (int option in new[] { 1, 3, 6, 12, 15, 28, 42, 50, 51, 52, 53, 54, 55, 57, 58, 59, 61, 254 })
        {
            Boot();
            DhcpQuestion discover = Asked(DhcpQuestion.Discover);
            DhcpReply offer = new DhcpReply(DhcpReply.Offer, discover.Transaction) { YourAddress = Leased }.Clear();
            for (int i = 0; i < 30; i++)
            {
                offer.Put(option);
            }

            Deliver(offer.Put(53, 2).PutNumber(54, Server).PutNumber(51, 3600).PutNumber(1, Mask24));

            // An empty option is not there: the full one behind it counts.
            Assert.AreEqual(Server, Asked(DhcpQuestion.Request).Number(54));
        }
    }

    [TestMethod]
    [DataRow(53, DisplayName = "message type")]
    [DataRow(54, DisplayName = "server")]
    [DataRow(51, DisplayName = "lease")]
    public void NUMBER_JACK_an_option_of_another_length_than_it_must_have_is_not_there(int option)
    {
        int right = option == 53 ? 1 : 4;
        for (int length = 0; length < 10; length++)
        {
            if (length == right)
            {
                continue;
            }

            Boot();
            DhcpQuestion discover = Asked(DhcpQuestion.Discover);
            DhcpReply offer = new DhcpReply(DhcpReply.Offer, discover.Transaction) { YourAddress = Leased }.Clear().PutNumber(1, Mask24);
            byte[] value = new byte[length];
            Array.Fill(value, (byte)2);
            offer.Put(option, value);
            _ = option == 53 ? offer : offer.Put(53, 2);
            _ = option == 54 ? offer : offer.PutNumber(54, Server);
            _ = option == 51 ? offer : offer.PutNumber(51, 3600);
            Deliver(offer);
            Nothing();
            Is(HostState.Selecting, 0);
        }
    }

    [TestMethod]
    [DataRow(4, DisplayName = "an unknown value")]
    [DataRow(255, DisplayName = "all ones")]
    public void AMNESIA_33_an_overload_of_what_is_not_there_is_not_read(int overload)
    {
        Malformed(offer => offer.Put(52, (byte)overload));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void AMNESIA_33_overloaded_fields_that_do_not_end_are_not_taken(int overload)
    {
        Malformed(offer => offer.Put(52, (byte)overload));
        Malformed(offer =>
        {
            offer.Put(52, (byte)overload);
            Array.Fill(offer.File, (byte)6);
            Array.Fill(offer.Name, (byte)6);
        });
    }

    [TestMethod]
    public void AMNESIA_33_fields_that_send_the_reader_to_each_other_do_not_hang_it()
    {
        Boot();
        DhcpQuestion discover = Asked(DhcpQuestion.Discover);
        DhcpReply offer = Reply(DhcpReply.Offer, discover).Put(52, 1);
        new byte[] { 52, 1, 2, 52, 1, 3, 255 }.CopyTo(offer.File, 0);

        // Not to be read, and it would end in the middle of an option.
        Array.Fill(offer.Name, (byte)6);
        Deliver(offer);
        Asked(DhcpQuestion.Request);
    }

    [TestMethod]
    public void A_message_that_nothing_ends_is_not_taken()
    {
        Malformed(offer => offer.Ending = []);
        Malformed(offer => offer.Ending = new byte[60]);
    }

    [TestMethod]
    [Requirement("RFC 2131", "4.1")]
    public void A_message_for_another_transaction_or_station_is_not_taken()
    {
        Ignored(offer => offer.Transaction++);
        Ignored(offer => offer.Transaction = 0);
        Ignored(offer => offer.HardwareAddress ^= 1);
        Ignored(offer => offer.HardwareAddress = 0);
    }

    [TestMethod]
    public void What_is_no_message_of_a_server_is_not_taken()
    {
        Malformed(offer => offer.Opcode = 1);
        Malformed(offer => offer.Opcode = 0);
        Malformed(offer => offer.HardwareType = 6);
        Malformed(offer => offer.HardwareLength = 16);
        Malformed(offer => offer.HardwareLength = 0);
        Malformed(offer => offer.Cookie ^= 1);
        Malformed(offer => offer.Cookie = 0);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(4)]
    [DataRow(7)]
    [DataRow(8)]
    [DataRow(9)]
    [DataRow(255)]
    public void A_message_of_a_type_that_no_server_sends_is_not_taken(int type)
    {
        Malformed(offer => offer.Clear().Put(53, (byte)type).PutNumber(54, Server).PutNumber(51, 3600).PutNumber(1, Mask24));
    }

    [TestMethod]
    public void A_message_without_a_type_as_of_a_BOOTP_server_is_not_taken()
    {
        Malformed(offer => offer.Clear().PutNumber(54, Server).PutNumber(51, 3600).PutNumber(1, Mask24));
    }

    [TestMethod]
    [DataRow(0x00000000u, Mask24, DisplayName = "no address")]
    [DataRow(0xFFFFFFFFu, Mask24, DisplayName = "broadcast")]
    [DataRow(0xE0000001u, Mask24, DisplayName = "multicast")]
    [DataRow(0xF0000001u, Mask24, DisplayName = "class E")]
    [DataRow(0x7F000001u, Mask24, DisplayName = "loopback")]
    [DataRow(0x00000005u, Mask24, DisplayName = "this network")]
    [DataRow(0x0A000000u, Mask24, DisplayName = "the network itself")]
    [DataRow(0x0A0000FFu, Mask24, DisplayName = "the network's broadcast address")]
    [DataRow(0xA9FE0105u, 0xFFFF0000u, DisplayName = "link-local")]
    [DataRow(Server, Mask24, DisplayName = "the server's own")]
    [DataRow(Leased, 0xFF00FF00u, DisplayName = "netmask with a hole")]
    [DataRow(Leased, 0x000000FFu, DisplayName = "netmask the wrong way round")]
    [DataRow(Leased, 0xFFFFFFFFu, DisplayName = "netmask of one host")]
    [DataRow(Leased, 0xFFFFFFFEu, DisplayName = "netmask of two addresses")]
    public void An_address_that_no_host_can_have_is_not_taken(uint address, uint mask)
    {
        Boot();
        DhcpQuestion discover = Asked(DhcpQuestion.Discover);
        DhcpReply offer = new DhcpReply(DhcpReply.Offer, discover.Transaction) { YourAddress = address }
            .PutNumber(54, Server).PutNumber(51, 3600).PutNumber(1, mask);
        B.Deliver(offer.Frame(Broadcast, 0xFFFFFFFF));
        Nothing();
        Is(HostState.Selecting, 0);
        HostCounted(HostCounter.InUnusable, 1);

        // Nor later, in an acknowledgment.
        Answer(DhcpReply.Offer, discover);
        DhcpQuestion request = Asked(DhcpQuestion.Request);
        DhcpReply ack = new DhcpReply(DhcpReply.Ack, request.Transaction) { YourAddress = address }
            .PutNumber(54, Server).PutNumber(51, 3600).PutNumber(1, mask);
        B.Deliver(ack.Frame(Broadcast, 0xFFFFFFFF));
        Nothing();
        Is(HostState.Requesting, 0);
    }

    [TestMethod]
    public void The_address_of_a_router_is_not_taken()
    {
        Unusable(offer => offer.PutNumber(1, Mask24).PutNumber(54, Server).PutNumber(51, 3600).PutNumber(3, Leased));
        Unusable(offer => offer.PutNumber(1, Mask24).PutNumber(54, Server).PutNumber(51, 3600).PutNumber(3, Server, Leased));
    }

    [TestMethod]
    public void An_offer_without_a_server_or_a_lease_is_not_taken()
    {
        Unusable(offer => offer.PutNumber(1, Mask24).PutNumber(51, 3600));
        Unusable(offer => offer.PutNumber(1, Mask24).PutNumber(54, Server));
        Unusable(offer => offer.PutNumber(1, Mask24).PutNumber(54, Server).PutNumber(51, 0));
        Unusable(offer => offer.PutNumber(1, Mask24).PutNumber(54, 0).PutNumber(51, 3600));
    }

    [TestMethod]
    [DataRow(0x0B000001u, 0u, DisplayName = "outside the network")]
    [DataRow(0x0A000000u, 0u, DisplayName = "the network itself")]
    [DataRow(0x0A0000FFu, 0u, DisplayName = "broadcast")]
    [DataRow(0u, 0u, DisplayName = "nobody")]
    [DataRow(0xFFFFFFFFu, 0u, DisplayName = "everybody")]
    [DataRow(0x0A0000FEu, 0x0A0000FEu, DisplayName = "a neighbour")]
    public void A_router_that_is_no_neighbour_is_not_used(uint router, uint used)
    {
        Boot();
        DhcpQuestion discover = Asked(DhcpQuestion.Discover);
        Answer(DhcpReply.Offer, discover);
        DhcpQuestion request = Asked(DhcpQuestion.Request);
        Deliver(new DhcpReply(DhcpReply.Ack, request.Transaction) { YourAddress = Leased }
            .PutNumber(3, router).PutNumber(54, Server).PutNumber(51, 3600).PutNumber(1, Mask24));
        At(ProbingTime);
        Forget();
        Is(HostState.Bound, Leased);
        Assert.AreEqual(used, B.Stack.Gateway);
    }

    [TestMethod]
    public void The_first_router_that_is_a_neighbour_is_used()
    {
        Boot();
        Answer(DhcpReply.Offer, Asked(DhcpQuestion.Discover));
        DhcpQuestion request = Asked(DhcpQuestion.Request);
        Deliver(new DhcpReply(DhcpReply.Ack, request.Transaction) { YourAddress = Leased }
            .PutNumber(3, 0x0B000001, 0x0A0000FD, 0x0A0000FE).PutNumber(54, Server).PutNumber(51, 3600).PutNumber(1, Mask24));
        At(ProbingTime);
        Forget();
        Assert.AreEqual(0x0A0000FDu, B.Stack.Gateway);
    }

    [TestMethod]
    public void Without_a_netmask_the_class_of_the_address_counts()
    {
        Boot();
        Answer(DhcpReply.Offer, Asked(DhcpQuestion.Discover));
        DhcpQuestion request = Asked(DhcpQuestion.Request);
        Deliver(new DhcpReply(DhcpReply.Ack, request.Transaction) { YourAddress = Leased }.PutNumber(54, Server).PutNumber(51, 3600));
        At(ProbingTime);
        Forget();
        Is(HostState.Bound, Leased);
        Assert.AreEqual(8, B.Stack.PrefixLength);
    }

    [TestMethod]
    [DataRow(new byte[] { 1, 2, 3 }, DisplayName = "three octets")]
    [DataRow(new byte[] { 1, 2, 3, 4, 5 }, DisplayName = "five octets")]
    [DataRow(new byte[] { 0, 0, 0, 0, 127, 0, 0, 1, 224, 0, 0, 1, 255, 255, 255, 255 }, DisplayName = "no hosts")]
    public void Servers_that_cannot_be_any_are_not_used(byte[] value)
    {
        BootAndBind(more: reply => reply.Put(6, value).Put(42, value));
        Assert.AreEqual(0u, Host.GetDnsServer(0));
        Assert.AreEqual(0u, Host.GetNtpServer(0));
    }

    [TestMethod]
    [DataRow("<script>", 0, DisplayName = "what a browser would run")]
    [DataRow("a b", 0, DisplayName = "a blank")]
    [DataRow("caf\u00e9", 0, DisplayName = "not ASCII")]
    [DataRow(".", 0, DisplayName = "only a dot")]
    [DataRow(".example", 0, DisplayName = "an empty label in front")]
    [DataRow("example.", 7, DisplayName = "a dot at the end")]
    [DataRow("home.arpa\0\0\0", 9, DisplayName = "zeros at the end")]
    [DataRow("a\0b", 0, DisplayName = "a zero inside")]
    [DataRow("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 64, DisplayName = "just short enough")]
    [DataRow("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0, DisplayName = "too long")]
    public void INFRA_HALT_a_name_of_a_domain_is_kept_only_if_it_is_one_and_finds_room(string name, int length)
    {
        byte[] value = System.Text.Encoding.Latin1.GetBytes(name);
        BootAndBind(more: reply => reply.Put(15, value));
        Assert.AreEqual(length, Host.DomainNameLength);
        byte[] buffer = new byte[80];
        Assert.AreEqual(5 + length, Host.PutDomainName(buffer, 5));
        CollectionAssert.AreEqual(value[..length], buffer[5..(5 + length)]);
    }

    [TestMethod]
    public void INFRA_HALT_a_name_of_255_octets_does_not_run_over()
    {
        byte[] value = new byte[255];
        Array.Fill(value, (byte)'x');
        BootAndBind(more: reply => reply.Put(15, value).Put(12, value), configure: options => options.HostName = null);
        Assert.AreEqual(0, Host.DomainNameLength);
        Assert.AreEqual(0, Host.HostNameLength);
    }

    [TestMethod]
    [DataRow(2, DisplayName = "SELECTING: offers are waited for, no acknowledgment")]
    [DataRow(5, DisplayName = "SELECTING: an acknowledgment that nobody has asked for")]
    public void URGENT_11_what_was_not_asked_for_is_not_taken(int type)
    {
        // CVE-2019-12264: an address by an acknowledgment out of the blue.
        BootAndBind();
        for (int i = 0; i < 5; i++)
        {
            Deliver(new DhcpReply(type, SteadyRandom.Value) { YourAddress = Other, From = Other, FromStation = OtherMac }
                .PutNumber(54, Other).PutNumber(51, 3600).PutNumber(1, Mask24));
        }

        Nothing();
        Is(HostState.Bound, Leased);
        Boot();
        DhcpQuestion discover = Asked(DhcpQuestion.Discover);
        Answer(DhcpReply.Ack, discover);
        Answer(DhcpReply.Nak, discover);
        Nothing();
        Is(HostState.Selecting, 0);
        HostCounted(HostCounter.InIgnored, 2);
    }

    [TestMethod]
    public void NUMBER_JACK_transaction_ids_are_not_to_be_guessed()
    {
        // Each question takes 32 fresh bits of the source, and an answer that misses by any bit of them is not taken.
        Boot();
        DhcpQuestion discover = Asked(DhcpQuestion.Discover);
        for (int bit = 0; bit < 32; bit++)
        {
            DhcpReply offer = Reply(DhcpReply.Offer, discover);
            offer.Transaction ^= 1u << bit;
            Deliver(offer);
        }

        Nothing();
        HostCounted(HostCounter.InIgnored, 32);
    }

    [TestMethod]
    public void Messages_are_not_taken_before_anything_was_asked()
    {
        Boot(options => options.Address = Leased, random: new Late());
        for (uint id = 0; id < 3; id++)
        {
            Deliver(Reply0(DhcpReply.Offer, id));
            Deliver(Reply0(DhcpReply.Ack, id));
            Deliver(Reply0(DhcpReply.Nak, id));
        }

        Nothing();
        Is(HostState.Init, 0);
    }

    [TestMethod]
    public void Random_changes_of_good_messages_never_give_an_impossible_address()
    {
        SeededRandom random = new(20261129);
        for (int round = 0; round < 3000; round++)
        {
            if (round % 100 == 0)
            {
                Boot();
            }

            // The search is where it was: nothing that was wrong has stopped it.
            while (Host.State != HostState.Selecting || B.Sent.Count == 0)
            {
                B.Do(Host.Stop);
                Forget();
                B.Do(Host.Start);
                if (Host.State == HostState.Rebooting)
                {
                    Boot();
                }
            }

            DhcpQuestion discover = new(B.Sent.Dequeue().Octets);
            DhcpReply offer = Reply(DhcpReply.Offer, discover).Put(52, (byte)(random.NextUInt32() % 4)).PutNumber(6, 0x08080808).Put(15, (byte)'a');
            offer.File[0] = 255;
            offer.Name[0] = 255;
            byte[] message = offer.Message();
            int changes = 1 + (int)(random.NextUInt32() % 8);
            for (int i = 0; i < changes; i++)
            {
                // Most of the changes in the options, where the traps are.
                int at = random.NextUInt32() % 4 == 0 ? (int)(random.NextUInt32() % (uint)message.Length) : 240 + (int)(random.NextUInt32() % (uint)(message.Length - 240));
                message[at] = (byte)random.NextUInt32();
            }

            int length = random.NextUInt32() % 4 == 0 ? (int)(random.NextUInt32() % (uint)message.Length) : message.Length;
            B.Deliver(DhcpReply.Frame(message[..length], Server, ServerMac, OwnMac, Leased));
            if (Host.State == HostState.Requesting)
            {
                uint wanted = new DhcpQuestion(B.Sent.Dequeue().Octets).Number(50);
                Assert.IsTrue(Wire0.IsHost(wanted), Ipv4(wanted));
            }
            else
            {
                Is(HostState.Selecting, 0);
            }
        }
    }

    private static DhcpReply Ended(DhcpReply offer)
    {
        // Without an end behind it, the option is the last that there is.
        offer.Ending = [];
        return offer;
    }

    private static DhcpReply Reply0(int type, uint id)
    {
        return new DhcpReply(type, id) { YourAddress = Leased }.PutNumber(54, Server).PutNumber(51, 3600).PutNumber(1, Mask24);
    }

    private void Malformed(Action<DhcpReply> change) => NotTaken(change, HostCounter.InErrors);

    private void Ignored(Action<DhcpReply> change) => NotTaken(change, HostCounter.InIgnored);

    private void NotTaken(Action<DhcpReply> change, int counter)
    {
        Boot();
        DhcpReply offer = Reply(DhcpReply.Offer, Asked(DhcpQuestion.Discover));
        change(offer);
        Deliver(offer);
        Nothing();
        Is(HostState.Selecting, 0);
        HostCounted(counter, 1);
    }

    private void Unusable(Action<DhcpReply> fill)
    {
        Boot();
        DhcpReply offer = new(DhcpReply.Offer, Asked(DhcpQuestion.Discover).Transaction) { YourAddress = Leased };
        fill(offer);
        Deliver(offer);
        Nothing();
        Is(HostState.Selecting, 0);
        HostCounted(HostCounter.InUnusable, 1);
    }

    /// <summary>The start is delayed by half a second.</summary>
    private sealed class Late : Primitives.IRandomSource
    {
        public uint NextUInt32() => 500;
    }

    private static class Wire0
    {
        internal static bool IsHost(uint address)
        {
            uint first = address >> 24;
            return first is not 0 and not 127 and < 224;
        }
    }
}
