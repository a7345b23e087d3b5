using System.Linq;
using NanoTcp.Emulation;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Ip;

/// <summary>Fragments that were made to do harm, by the names under which the mistakes of other stacks became known.</summary>
[TestClass]
public sealed class FragmentAttackTests : FragmentTest
{
    private const uint Peer = StackBench.PeerAddress;
    private const uint Own = StackBench.OwnAddress;

    [TestMethod]
    [DataRow(65528, 8)]
    [DataRow(65528, 1)]
    [DataRow(65512, 4)]
    [DataRow(64056, 1480)]
    public void Ping_of_death_a_fragment_that_ends_beyond_65535_octets_is_dropped(int offset, int length)
    {
        StartWithBuffers();
        byte[] request = Fragments.EchoRequest(64);
        B.Deliver(Fragments.Raw(new byte[length], offset, last: true, 5));
        B.Deliver(Fragments.Of(request, 0, 32, 5));
        B.Deliver(Fragments.Raw(new byte[length], offset, last: true, 5));
        Nothing();
        Counted(StackCounter.IpReasmFails, 2);
        Counted(StackCounter.IpReasmOks, 0);
    }

    [TestMethod]
    [Requirement("RFC 1858", "4")]
    public void Teardrop_a_fragment_within_another_ends_the_datagram()
    {
        StartWithBuffers();
        byte[] request = Fragments.EchoRequest(36);
        B.Deliver(Fragments.Of(request, 0, 32));
        B.Deliver(Fragments.Raw(request[24..28], 24, last: true));
        B.Deliver(Fragments.Of(request, 32, 4));
        Nothing();
        Counted(StackCounter.IpReasmFails, 2);
    }

    [TestMethod]
    [Requirement("RFC 1858", "3")]
    [DataRow(8)]
    [DataRow(16)]
    public void RFC_1858_3_a_first_fragment_without_the_whole_TCP_header_is_dropped(int length)
    {
        StartWithBuffers();
        B.Stack.Listen(80, 1);
        byte[] syn = Syn();
        B.Deliver(Fragments.Of(syn, 0, length, protocol: Frames.Tcp));
        B.Deliver(Fragments.Of(syn, length, syn.Length - length, protocol: Frames.Tcp));
        Nothing();
        Counted(StackCounter.TcpInSegs, 0);
        Counted(StackCounter.IpReasmFails, 2);
    }

    [TestMethod]
    [DataRow(8)]
    [DataRow(16)]
    public void RFC_3128_a_fragment_that_rewrites_the_TCP_header_is_dropped_before_and_after_the_first(int offset)
    {
        StartWithBuffers();
        B.Stack.Listen(80, 1);
        byte[] syn = Syn();
        byte[] harmless = (byte[])syn.Clone();
        harmless[13] = 0;
        B.Deliver(Fragments.Raw(syn[offset..24], offset, last: false, 1, Frames.Tcp));
        B.Deliver(Fragments.Of(harmless, 0, 24, protocol: Frames.Tcp));
        B.Deliver(Fragments.Raw(syn[offset..24], offset, last: false, 1, Frames.Tcp));
        Counted(StackCounter.IpReasmFails, 2);
        B.Deliver(Fragments.Of(syn, 24, syn.Length - 24, protocol: Frames.Tcp));
        Nothing();

        // What came together is the segment without the rewriting, whose checksum is wrong.
        Counted(StackCounter.TcpInErrs, 1);
    }

    [TestMethod]
    public void AMNESIA_33_no_offset_and_length_reach_beyond_the_buffer_or_into_another()
    {
        StartWithBuffers(2, 556);
        byte[] request = Fragments.EchoRequest(96);
        SeededRandom random = new(33);
        byte[] octets = new byte[1480];
        random.Fill(octets);
        for (int offset = 0; offset <= 65528; offset += offset < 1600 ? 8 : 808)
        {
            // A datagram in one buffer, and anything in the other.
            B.Deliver(Fragments.Of(request, 0, 48, 1));
            foreach (int length in new[] { 1, 8, 40, 552, 556, 1480 })
            {
                bool last = random.Below(2) == 0;
                if (offset != 0 || !last)
                {
                    B.Deliver(Fragments.Raw(octets[..length], offset, last, 2));
                }
            }

            B.Deliver(Fragments.Of(request, 48, 48, 1));
            Assert.IsTrue(Fragments.IsReplyTo(Next(), request), $"offset {offset}");
        }
    }

    [TestMethod]
    public void AMNESIA_33_a_fragment_longer_than_its_frame_is_dropped_and_counted()
    {
        StartWithBuffers();
        byte[] frame = Fragments.Of(Fragments.EchoRequest(64), 0, 32);
        Frames.Put16(frame, 14 + 2, 20 + 40);
        Frames.FixIpv4(frame, 14);
        B.Deliver(frame);
        Counted(StackCounter.IpInHdrErrors, 1);
        Counted(StackCounter.IpReasmReqds, 0);
    }

    [TestMethod]
    public void Ripple20_padding_behind_a_fragment_is_no_part_of_the_datagram()
    {
        StartWithBuffers();
        byte[] request = Fragments.EchoRequest(61);
        B.Deliver([.. Fragments.Of(request, 0, 32), .. Enumerable.Repeat((byte)0xAA, 500)]);
        B.Deliver([.. Fragments.Of(request, 32, 29), .. Enumerable.Repeat((byte)0xBB, 500)]);
        Assert.IsTrue(Fragments.IsReplyTo(Next(), request));
    }

    [TestMethod]
    public void Ripple20_a_tunnel_in_fragments_is_not_entered()
    {
        const int Tunnel = 4;
        StartWithBuffers();
        byte[] inner = Echo(100);
        B.Deliver(Fragments.Of(inner, 0, 64, protocol: Tunnel));
        B.Deliver(Fragments.Of(inner, 64, inner.Length - 64, protocol: Tunnel));

        // Its source learns that nobody here speaks that protocol, and nothing else comes of it.
        byte[] answer = Next();
        Assert.AreEqual(3, answer[14 + 20]);
        Assert.AreEqual(2, answer[14 + 21]);
        Nothing();
        Counted(StackCounter.IpReasmOks, 1);
        Counted(StackCounter.IpInUnknownProtos, 1);
    }

    [TestMethod]
    public void Ripple20_a_TCP_header_longer_than_the_datagram_is_refused_after_reassembly()
    {
        StartWithBuffers();
        B.Stack.Listen(80, 1);
        byte[] syn = Syn();
        syn[12] = 0xF0;
        Frames.FixTcp(syn, Peer, Own);
        B.Deliver(Fragments.Of(syn, 0, 24, protocol: Frames.Tcp));
        B.Deliver(Fragments.Of(syn, 24, syn.Length - 24, protocol: Frames.Tcp));
        Nothing();
        Counted(StackCounter.TcpInErrs, 1);
    }

    [TestMethod]
    [DataRow(new byte[] { 0x83, 3, 4, 0x83 }, DisplayName = "a source route without addresses, and half another one")]
    [DataRow(new byte[] { 0x89, 0, 0, 0 }, DisplayName = "a strict source route of no length")]
    [DataRow(new byte[] { 0x83, 0xFF, 4, 0 }, DisplayName = "a source route longer than the header")]
    [DataRow(new byte[] { 0x83, 7, 0xFF, 10, 0, 0, 1, 0x89, 7, 4, 10, 0, 0, 3, 0, 0 }, DisplayName = "two source routes")]
    [DataRow(new byte[] { 7, 1, 4, 0 }, DisplayName = "a record of the route shorter than its own head")]
    [DataRow(new byte[] { 68, 4, 5, 0xF1 }, DisplayName = "a full time stamp")]
    [DataRow(new byte[] { 0x94, 4, 0xFF, 0xFF }, DisplayName = "a router alert of a reserved value")]
    public void URGENT_11_options_that_lie_are_neither_followed_nor_sent_back(byte[] options)
    {
        StartWithBuffers();
        byte[] request = Fragments.EchoRequest(64);
        B.Deliver(FromPeer(Frames.Ipv4(Peer, Own, Frames.Icmp, request, options)));
        byte[] reply = Next();
        Assert.IsTrue(Fragments.IsReplyTo(reply, request));
        Assert.AreEqual(Peer, Frames.Get32(reply, 14 + 16));
        B.Deliver(Fragments.Of(request, 0, 32, options: options));
        B.Deliver(Fragments.Of(request, 32, 32, options: options));
        reply = Next();
        Assert.IsTrue(Fragments.IsReplyTo(reply, request));
        Assert.AreEqual(Peer, Frames.Get32(reply, 14 + 16));
    }

    [TestMethod]
    [DataRow(0, false, DisplayName = "nothing, with more to come")]
    [DataRow(0, true, DisplayName = "nothing, at the end")]
    [DataRow(9, false, DisplayName = "no multiple of 8, with more to come")]
    [DataRow(7, false, DisplayName = "less than 8, with more to come")]
    public void A_fragment_of_an_impossible_length_is_dropped_alone(int length, bool last)
    {
        StartWithBuffers();
        byte[] request = Fragments.EchoRequest(48);
        B.Deliver(Fragments.Of(request, 0, 24));
        B.Deliver(Fragments.Raw(request[24..(24 + length)], 24, last));
        B.Deliver(Fragments.Of(request, 24, 24));
        Assert.IsTrue(Fragments.IsReplyTo(Next(), request));
        Counted(StackCounter.IpReasmFails, 1);
    }

    [TestMethod]
    public void A_fragment_from_an_impossible_source_takes_no_buffer()
    {
        StartWithBuffers();
        byte[] request = Fragments.EchoRequest(48);
        foreach (uint source in new uint[] { 0, Own, 0xE0000001, 0xFFFFFFFF, 0x7F000001, 0x0A0000FF })
        {
            B.Deliver(Fragments.Of(request, 0, 24, source: source));
        }

        Counted(StackCounter.IpReasmReqds, 0);
        Counted(StackCounter.IpInAddrErrors, 5);
        Counted(StackCounter.IpInLand, 1);
    }

    [TestMethod]
    public void Fragments_to_a_broadcast_address_are_put_together_and_answered_by_nobody()
    {
        StartWithBuffers();
        byte[] request = Fragments.EchoRequest(48);
        foreach (int offset in new[] { 0, 24 })
        {
            byte[] frame = Fragments.Of(request, offset, 24, destination: 0xFFFFFFFF);
            Frames.Put48(frame, 0, Broadcast);
            B.Deliver(frame);
        }

        Nothing();
        Counted(StackCounter.IpReasmOks, 1);
    }

    [TestMethod]
    public void Spoiled_fragments_never_hurt_and_the_buffers_are_all_there_afterwards()
    {
        for (ulong seed = 1; seed <= 60; seed++)
        {
            SeededRandom random = new(seed);
            StartWithBuffers(1 + random.Below(3), random.Below(2) == 0 ? 0 : 556 + random.Below(900));
            TcpListener listener = B.Stack.Listen(80, 1);
            byte[] octets = new byte[1480];
            random.Fill(octets);
            for (int step = 0; step < 400; step++)
            {
                int protocol = new[] { 1, 2, 6, 17, 4 }[random.Below(5)];
                int length = random.Below(3) == 0 ? random.Below(1441) : 8 * random.Below(12);
                byte[] frame = Fragments.Raw(
                    octets[..length], 8 * random.Below(random.Below(4) == 0 ? 8192 : 40), random.Below(3) == 0, random.Below(4), protocol,
                    random.Below(256), options: random.Below(5) == 0 ? octets[..(4 * random.Below(11))] : null);
                if (random.Below(4) == 0)
                {
                    frame[14 + random.Below(20)] = (byte)random.NextUInt32();
                    if ((frame[14] & 0xF) * 4 <= frame.Length - 14)
                    {
                        Frames.FixIpv4(frame, 14);
                    }
                }

                B.Deliver(frame);
                B.AdvanceTo(B.Now + random.Below(400));
                B.Sent.Clear();
            }

            B.AdvanceTo(B.Now + 60_000);
            B.Sent.Clear();
            Assert.AreEqual(NanoTcp.Ip.Reassembly.Never, B.Stack.Ip.Reassembly.Deadline, $"seed {seed}");
            byte[] request = Fragments.EchoRequest(556, (int)seed);
            B.Deliver(Fragments.Of(request, 0, 280, 9000));
            B.Deliver(Fragments.Of(request, 280, 276, 9000));
            Assert.IsTrue(Fragments.IsReplyTo(Next(), request), $"seed {seed}");
            listener.Close();
        }
    }

    private static byte[] Syn()
    {
        return Frames.TcpSegment(Peer, Own, 5000, 80, 1, 0, 2, 4000, [2, 4, 5, 180, 1, 1, 1, 1], new byte[12]);
    }
}
