using NanoTcp.Emulation;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Ip;

/// <summary>Messages about groups that are cut, spoiled or lie.</summary>
[TestClass]
public sealed class IgmpBadInputTests : IgmpTest
{
    private const int InErrors = 2;

    [TestMethod]
    [Requirement("RFC 2236", "2.3")]
    public void RFC_2236_2_3_every_bit_error_is_found_by_the_checksum_of_the_whole_payload()
    {
        StartWithGroups();
        Joined(Mdns);
        byte[] query = Message(Query, 10, 0, length: 20);
        for (int bit = 0; bit < query.Length * 8; bit++)
        {
            byte[] bad = (byte[])query.Clone();
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            Deliver(bad, AllHosts);
        }

        AssertRefused(query.Length * 8);
    }

    [TestMethod]
    [Requirement("RFC 2236", "6")]
    public void URGENT_11_a_message_cut_short_is_dropped_and_counted()
    {
        StartWithGroups();
        Joined(Mdns);
        for (int length = 0; length < 8; length++)
        {
            byte[] cut = Message(Query, 10, 0)[..length];
            if (length >= 4)
            {
                Frames.Put16(cut, 2, 0);
                Frames.Put16(cut, 2, NaiveChecksum.Of(cut, 0, length));
            }

            Deliver(cut, AllHosts);
        }

        AssertRefused(8);
    }

    [TestMethod]
    [Requirement("RFC 2236", "9")]
    public void URGENT_11_a_query_to_this_host_alone_is_dropped_and_counted()
    {
        StartWithGroups();
        Joined(Mdns);
        Deliver(Message(Query, 10, 0), StackBench.OwnAddress);
        Deliver(Message(Query, 10, Mdns), StackBench.OwnAddress);
        AssertRefused(2);
    }

    [TestMethod]
    public void URGENT_11_a_query_in_fragments_leaks_nothing_of_other_packets()
    {
        StartWithGroups(change: options => options.ReassemblyBuffers = 1);
        Joined(Mdns);

        // Version 3, with a number of sources that are not there: it is answered, and the answer holds only the group.
        byte[] query = Message(Query, 10, 0, length: 24);
        Frames.Put16(query, 10, 0xFFFF);
        Frames.Put16(query, 2, 0);
        Frames.Put16(query, 2, NaiveChecksum.Of(query, 0, query.Length));
        B.Deliver(Fragments.Of(query, 0, 16, protocol: Igmp, destination: AllHosts));
        B.Deliver(Fragments.Of(query, 16, 8, protocol: Igmp, destination: AllHosts));
        B.AdvanceTo(B.Now + Delay1);
        Sends(Report, Mdns);
        B.AdvanceTo(B.Now + 100_000);
        Nothing();
    }

    [TestMethod]
    public void URGENT_11_a_query_to_a_host_that_has_joined_nothing_is_survived()
    {
        StartWithGroups();
        GeneralQuery(1);
        Deliver(Message(Query, 1, Mdns), AllHosts);
        At(100_000);
        Nothing();
        Assert.AreEqual(0, Groups.GetValue(InErrors));
    }

    [TestMethod]
    [DataRow(0x0A000001u)]
    [DataRow(0xFFFFFFFFu)]
    [DataRow(0x00000001u)]
    public void A_query_about_what_is_no_group_is_dropped_and_counted(uint group)
    {
        StartWithGroups();
        Joined(Mdns);
        Deliver(Message(Query, 10, group), AllHosts);
        AssertRefused(1);
    }

    [TestMethod]
    [Requirement("RFC 2236", "9")]
    public void RFC_2236_9_a_general_query_to_another_group_than_all_hosts_is_dropped_and_counted()
    {
        StartWithGroups();
        Joined(Mdns);
        Deliver(Message(Query, 10, 0), Mdns);
        Deliver(Message(Query, 0, 0), Mdns);
        AssertRefused(2);
    }

    [TestMethod]
    [DataRow(0u, Mdns)]
    [DataRow(0x0A000001u, Mdns)]
    [DataRow(Mdns, AllHosts)]
    [DataRow(Ssdp, Mdns)]
    public void A_report_that_does_not_fit_its_destination_silences_nobody(uint group, uint destination)
    {
        StartWithGroups();
        Joined(Mdns);
        long asked = B.Now;
        GeneralQuery();
        Deliver(Message(Report, 0, group), destination);
        B.AdvanceTo(asked + Delay10);
        Sends(Report, Mdns);
        Assert.AreEqual(1, Groups.GetValue(InErrors));
    }

    [TestMethod]
    [Requirement("RFC 2236", "2.1")]
    public void RFC_2236_2_1_unknown_types_are_ignored()
    {
        StartWithGroups();
        Joined(Mdns);
        for (int type = 0; type < 256; type++)
        {
            if (type is not Query and not Report and not Version1Report)
            {
                Deliver(Message(type, 10, Mdns), Mdns);
            }
        }

        AssertRefused(0);
    }

    [TestMethod]
    public void A_flood_of_queries_is_answered_once()
    {
        StartWithGroups();
        Joined(Mdns);
        for (int i = 0; i < 1000; i++)
        {
            GeneralQuery(1 + (i % 255));
        }

        B.AdvanceTo(B.Now + 30_000);
        Assert.AreEqual(1, B.Sent.Count);
        B.Sent.Clear();
    }

    [TestMethod]
    public void Spoiled_messages_make_the_stack_send_nothing_but_reports_of_its_groups()
    {
        for (ulong seed = 1; seed <= 40; seed++)
        {
            SeededRandom random = new(seed);
            StartWithGroups(change: options => options.ReassemblyBuffers = 1);
            Joined(Mdns, Ssdp);
            for (int step = 0; step < 250; step++)
            {
                byte[] message = Message(
                    (int)(new uint[] { Query, Report, Version1Report, Leave, 0x22 })[random.Below(5)],
                    random.Below(256),
                    (new uint[] { 0, Mdns, Ssdp, AllHosts, random.NextUInt32() })[random.Below(5)],
                    random.Below(4) == 0 ? 8 + random.Below(40) : 8);
                for (int i = random.Below(3); i > 0; i--)
                {
                    message[random.Below(message.Length)] = (byte)random.NextUInt32();
                }

                if (random.Below(3) != 0)
                {
                    Frames.Put16(message, 2, 0);
                    Frames.Put16(message, 2, NaiveChecksum.Of(message, 0, message.Length));
                }

                message = random.Below(6) == 0 ? message[..random.Below(message.Length)] : message;
                Deliver(message, (new uint[] { AllHosts, Mdns, Ssdp, StackBench.OwnAddress })[random.Below(4)], (new uint[] { 0x0A000001, 0, 0x0A000009, 0x08080808 })[random.Below(4)]);
                B.AdvanceTo(B.Now + random.Below(2_000));
                while (B.Sent.TryDequeue(out SentFrame frame))
                {
                    uint group = Frames.Get32(frame.Octets, 14 + 16);
                    Assert.IsTrue(group is Mdns or Ssdp, $"seed {seed}");
                    Assert.AreEqual(group, Frames.Get32(frame.Octets, 42), $"seed {seed}");
                    Assert.IsTrue(frame.Octets[38] is Report or Version1Report, $"seed {seed}");
                    Assert.AreEqual(0xFFFF, NaiveChecksum.Sum(frame.Octets, 38, 8), $"seed {seed}");
                }
            }

            B.AdvanceTo(B.Now + 100_000);
            B.Sent.Clear();
        }
    }

    private void AssertRefused(int messages)
    {
        B.AdvanceTo(B.Now + 100_000);
        Nothing();
        Assert.AreEqual(0, Groups.GetValue(0), "queries");
        Assert.AreEqual(messages, Groups.GetValue(InErrors));
    }
}
