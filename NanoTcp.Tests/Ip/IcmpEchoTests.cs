using NanoTcp.Emulation;
using NanoTcp.Primitives;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Ip;

/// <summary>RFC 792 and RFC 1122 3.2.2.6: echo.</summary>
[TestClass]
public sealed class IcmpEchoTests : StackTest
{
    private const int LargestBody = 1472;

    [TestMethod]
    [Requirement("RFC 1122", "3.2.2.6")]
    public void An_echo_of_every_size_comes_back_unchanged_with_a_right_checksum()
    {
        Start();
        SeededRandom random = new(7);
        for (int size = 0; size <= LargestBody; size++)
        {
            byte[] body = new byte[size];
            random.Fill(body);
            Reply(size, random.NextUInt32(), body);
        }

        Counted(StackCounter.IcmpOutEchoReplies, LargestBody + 1);
    }

    [TestMethod]
    public void The_checksum_is_right_for_every_sum_that_a_request_can_have()
    {
        // The reply's checksum is corrected, not made anew: one's-complement zero has two faces.
        Start();
        for (uint rest = 0; rest <= 0xFFFF; rest++)
        {
            Reply(0, rest, []);
        }
    }

    [TestMethod]
    public void A_wrong_checksum_or_a_message_cut_short_is_dropped_and_counted()
    {
        Start();
        byte[] message = Frames.IcmpMessage(8, 0, 1, [1, 2, 3]);
        message[9] ^= 1;
        B.Deliver(FromPeer(Frames.Ipv4(StackBench.PeerAddress, StackBench.OwnAddress, Frames.Icmp, message)));
        for (int length = 0; length < 8; length++)
        {
            byte[] piece = new byte[length];
            B.Deliver(FromPeer(Frames.Ipv4(StackBench.PeerAddress, StackBench.OwnAddress, Frames.Icmp, piece)));
        }

        Nothing();
        Counted(StackCounter.IcmpInErrors, 9);
    }

    [TestMethod]
    public void Only_echo_requests_are_answered()
    {
        Start();
        for (int type = 0; type < 256; type++)
        {
            if (type != 8)
            {
                B.Deliver(FromPeer(Frames.Ipv4(
                    StackBench.PeerAddress, StackBench.OwnAddress, Frames.Icmp, Frames.IcmpMessage(type, 0, 0, new byte[40]))));
            }
        }

        Nothing();
        Counted(StackCounter.IcmpInMsgs, 255);
    }

    [TestMethod]
    [Requirement("RFC 1122", "3.2.2.6")]
    public void RFC_1122_3_2_2_6_an_echo_request_to_a_broadcast_address_is_not_answered()
    {
        Start();
        foreach (uint address in new uint[] { 0xFFFFFFFF, StackBench.Subnet + 255 })
        {
            byte[] packet = Echo();
            Frames.Put32(packet, 16, address);
            Frames.FixIpv4(packet, 0);
            B.Deliver(Frames.Ethernet(Broadcast, StackBench.PeerMac, Frames.TypeIpv4, packet));
        }

        Nothing();
        Counted(StackCounter.IcmpInMsgs, 2);
    }

    [TestMethod]
    public void The_padding_of_a_short_frame_is_not_part_of_the_message()
    {
        Start();
        byte[] frame = new byte[60];
        FromPeer(Echo(3)).CopyTo(frame, 0);
        frame[^1] = 0x77;
        B.Deliver(frame);
        Assert.HasCount(14 + 20 + 8 + 3, Next());
    }

    private void Reply(int size, uint rest, byte[] body)
    {
        byte[] request = Frames.IcmpMessage(8, 0, rest, body);
        B.Deliver(FromPeer(Frames.Ipv4(StackBench.PeerAddress, StackBench.OwnAddress, Frames.Icmp, request)));
        byte[] frame = Next();
        Nothing();
        string what = $"size {size}, rest {rest:X8}";
        Assert.HasCount(14 + 20 + 8 + size, frame, what);
        Assert.AreEqual(StackBench.PeerMac, Frames.Get48(frame, 0), what);
        Assert.AreEqual(0x45, frame[14], what);
        Assert.AreEqual(20 + 8 + size, Frames.Get16(frame, 14 + 2), what);
        Assert.AreEqual(64, frame[14 + 8], what);
        Assert.AreEqual(StackBench.OwnAddress, Frames.Get32(frame, 14 + 12), what);
        Assert.AreEqual(StackBench.PeerAddress, Frames.Get32(frame, 14 + 16), what);
        Assert.AreEqual(0xFFFF, NaiveChecksum.Sum(frame, 14, 20), what);
        Assert.AreEqual(0xFFFF, NaiveChecksum.Sum(frame, 34, 8 + size), what);
        Assert.AreEqual(0, Frames.Get16(frame, 34), what);
        CollectionAssert.AreEqual(request[4..], frame[38..], what);
    }
}
