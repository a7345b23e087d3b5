using NanoTcp.Emulation;
using NanoTcp.Primitives;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Ip;

/// <summary>ICMP messages that are cut, spoiled or lie.</summary>
[TestClass]
public sealed class IcmpBadInputTests : StackTest
{
    [TestMethod]
    public void AMNESIA_33_an_error_whose_returned_packet_is_cut_anywhere_concerns_nobody()
    {
        Start();
        byte[] returned = Frames.Ipv4(StackBench.OwnAddress, StackBench.PeerAddress, 6, new byte[8]);
        int tooShort = returned.Length;
        for (int length = 0; length < tooShort; length++)
        {
            Send(3, 4, 0, returned[..length]);
        }

        Counted(StackCounter.IcmpInErrors, tooShort);
        Counted(StackCounter.IcmpInDestUnreachs, 0);
        Nothing();
    }

    [TestMethod]
    public void Ripple20_a_returned_header_that_says_it_is_longer_than_the_message_is_not_followed()
    {
        Start();
        byte[] returned = Frames.Ipv4(StackBench.OwnAddress, StackBench.PeerAddress, 6, new byte[8]);
        for (int words = 0; words < 16; words++)
        {
            returned[0] = (byte)(0x40 | words);
            Send(3, 1, 0, returned);
        }

        Nothing();
    }

    [TestMethod]
    public void Ripple20_what_stands_behind_the_packet_in_its_frame_is_never_sent_back()
    {
        // CVE-2020-11910, CVE-2020-11911: more came out of the echo than had gone in.
        Start();
        byte[] frame = FromPeer(Echo(size: 4));
        byte[] padded = new byte[600];
        System.Array.Fill(padded, (byte)0xEE);
        frame.CopyTo(padded, 0);
        B.Deliver(padded);
        Assert.HasCount(14 + 20 + 8 + 4, Next());
        Nothing();
    }

    [TestMethod]
    public void URGENT_11_no_message_changes_address_mask_or_route_of_this_host()
    {
        // Redirect, router advertisement, address mask reply, timestamp, information: none is taken.
        Start();
        foreach (int type in new[] { 5, 9, 10, 13, 14, 15, 16, 17, 18 })
        {
            Send(type, 0, 0x0A000063, new byte[40]);
        }

        Assert.AreEqual(StackBench.OwnAddress, B.Stack.Address);
        Assert.AreEqual(24, B.Stack.PrefixLength);
        Assert.AreEqual(0U, B.Stack.Gateway);
        Nothing();
    }

    [TestMethod]
    public void INFRA_HALT_the_identification_of_packets_begins_at_random()
    {
        uint seed = 0;
        System.Collections.Generic.HashSet<int> first = [];
        for (; seed < 64; seed++)
        {
            Start(configure: options => options.Random = new SeededRandom(seed + 1));
            B.Deliver(FromPeer(Echo()));
            first.Add(Frames.Get16(Next(), 14 + 4));
        }

        Assert.IsGreaterThan(60, first.Count);
    }

    [TestMethod]
    [DataRow(1u)]
    [DataRow(2u)]
    [DataRow(3u)]
    public void Random_changes_of_messages_do_no_harm(uint seed)
    {
        Start();
        SeededRandom random = new(seed);
        byte[] returned = Frames.Ipv4(StackBench.OwnAddress, StackBench.PeerAddress, 17, new byte[8]);
        for (int i = 0; i < 2000; i++)
        {
            byte[] packet = Frames.Ipv4(
                StackBench.PeerAddress, StackBench.OwnAddress, Frames.Icmp,
                Frames.IcmpMessage((int)(random.NextUInt32() % 20), (int)(random.NextUInt32() % 16), random.NextUInt32(), returned));
            for (uint changes = random.NextUInt32() % 4; changes != 0; changes--)
            {
                packet[28 + (random.NextUInt32() % (uint)(packet.Length - 28))] ^= (byte)(1 << (int)(random.NextUInt32() % 8));
            }

            B.Deliver(FromPeer(packet[..(int)(20 + (random.NextUInt32() % (uint)(packet.Length - 19)))]));
            while (B.Sent.TryDequeue(out SentFrame frame))
            {
                Assert.AreEqual(0, frame.Octets[34], "nothing but echo replies");
            }
        }
    }

    private void Send(int type, int code, uint rest, byte[] body) =>
        B.Deliver(FromPeer(Frames.Ipv4(StackBench.PeerAddress, StackBench.OwnAddress, Frames.Icmp, Frames.IcmpMessage(type, code, rest, body))));
}
