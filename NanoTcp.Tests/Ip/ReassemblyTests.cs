using System;
using System.Collections.Generic;
using System.Linq;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Ip;

/// <summary>RFC 791 3.2 and RFC 1122 3.3.2: fragments that come together, or do not.</summary>
[TestClass]
public sealed class ReassemblyTests : FragmentTest
{
    private const uint Peer = StackBench.PeerAddress;
    private const uint Own = StackBench.OwnAddress;

    [TestMethod]
    [Requirement("RFC 791", "3.2")]
    [Requirement("RFC 1122", "3.3.2")]
    public void Fragments_come_together_in_every_order()
    {
        StartWithBuffers();
        byte[] request = Fragments.EchoRequest(35);
        int[][] pieces = [[0, 8], [8, 16], [24, 8], [32, 3]];
        int id = 0;
        foreach (int[] order in Permutations([0, 1, 2, 3]))
        {
            id++;
            for (int i = 0; i < order.Length; i++)
            {
                Nothing();
                B.Deliver(Fragments.Of(request, pieces[order[i]][0], pieces[order[i]][1], id));
            }

            Assert.IsTrue(Fragments.IsReplyTo(Next(), request), string.Join(' ', order));
        }

        Counted(StackCounter.IpReasmReqds, 24 * 4);
        Counted(StackCounter.IpReasmOks, 24);
        Counted(StackCounter.IpReasmFails, 0);
    }

    [TestMethod]
    [Requirement("RFC 815", "3")]
    public void Datagrams_of_every_length_and_split_come_together_octet_for_octet()
    {
        StartWithBuffers();
        int id = 0;
        for (int length = 16; length <= 1480; length += length < 64 ? 1 : 59)
        {
            foreach (int size in new[] { 8, 16, 64, 512, 1472 }.Where(s => s < length))
            {
                byte[] request = Fragments.EchoRequest(length, length);
                id++;
                for (int offset = 0; offset < length; offset += size)
                {
                    Nothing();
                    B.Deliver(Fragments.Of(request, offset, Math.Min(size, length - offset), id));
                }

                Assert.IsTrue(Fragments.IsReplyTo(Next(), request), $"{length} octets in pieces of {size}");
            }
        }

        Counted(StackCounter.IpReasmOks, id);
    }

    [TestMethod]
    public void The_largest_datagram_fills_the_frame_and_one_octet_more_is_refused()
    {
        StartWithBuffers();
        Send(Fragments.EchoRequest(1480), 1);
        Assert.HasCount(1514, Next());
        Send(Fragments.EchoRequest(1481), 2);
        Nothing();

        // The fragment that lies beyond ends the datagram.
        Counted(StackCounter.IpReasmFails, 1);
        Counted(StackCounter.IpReasmOverlaps, 0);
    }

    [TestMethod]
    [Requirement("RFC 1122", "3.3.2")]
    public void RFC_1122_3_3_2_the_smallest_buffer_takes_a_datagram_of_576_octets()
    {
        StartWithBuffers(1, 556);
        Send(Fragments.EchoRequest(556), 1);
        Assert.HasCount(14 + 576, Next());
        Send(Fragments.EchoRequest(557), 2);
        Nothing();
    }

    [TestMethod]
    public void Sizes_out_of_their_range_are_refused()
    {
        foreach (int size in new[] { -1, 1, 555, 1481 })
        {
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Start(configure: o => o.ReassemblySize = size));
        }

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Start(configure: o => o.ReassemblyBuffers = 17));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Start(configure: o => o.ReassemblyBuffers = -1));
    }

    [TestMethod]
    [Requirement("RFC 791", "3.2")]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void RFC_791_3_2_only_fragments_of_one_source_destination_protocol_and_identification_belong_together(int different)
    {
        StartWithBuffers(1, change: o => o.MulticastGroups = 1);
        byte[] request = Fragments.EchoRequest(24);
        B.Deliver(Fragments.Of(request, 0, 16, 7));
        B.Deliver(Fragments.Of(
            request,
            16,
            8,
            different == 0 ? 8 : 7,
            different == 1 ? 17 : Frames.Icmp,
            source: different == 2 ? Peer + 7 : Peer,
            destination: different == 3 ? 0xE0000001 : Own));
        Nothing();

        // And with one buffer the first datagram had to give way.
        Counted(StackCounter.IpReasmFails, 1);
        Counted(StackCounter.IpReasmOks, 0);
    }

    [TestMethod]
    public void Two_datagrams_grow_side_by_side_and_a_third_displaces_the_oldest()
    {
        StartWithBuffers(2);
        byte[] request = Fragments.EchoRequest(24);
        B.Deliver(Fragments.Of(request, 0, 16, 1));
        At(10);
        B.Deliver(Fragments.Of(request, 0, 16, 2));
        At(20);
        B.Deliver(Fragments.Of(request, 0, 16, 3));
        Counted(StackCounter.IpReasmFails, 1);
        B.Deliver(Fragments.Of(request, 16, 8, 2));
        Assert.IsTrue(Fragments.IsReplyTo(Next(), request));
        B.Deliver(Fragments.Of(request, 16, 8, 3));
        Assert.IsTrue(Fragments.IsReplyTo(Next(), request));
        B.Deliver(Fragments.Of(request, 16, 8, 1));
        Nothing();
        Counted(StackCounter.IpReasmOks, 2);
    }

    [TestMethod]
    public void A_flood_of_first_fragments_does_not_keep_a_whole_datagram_out()
    {
        StartWithBuffers(2);
        byte[] request = Fragments.EchoRequest(24);
        for (int i = 0; i < 1000; i++)
        {
            B.Deliver(Fragments.Of(request, 0, 16, i));
        }

        Send(request, 5000);
        Assert.IsTrue(Fragments.IsReplyTo(Next(), request));
        Counted(StackCounter.IpReasmFails, 999);
    }

    [TestMethod]
    [Requirement("RFC 1122", "3.3.2")]
    public void RFC_1122_3_3_2_a_datagram_has_60_seconds_from_its_first_fragment_to_come()
    {
        StartWithBuffers();
        byte[] request = Fragments.EchoRequest(32);
        B.Deliver(Fragments.Of(request, 8, 8, 1));
        At(59_999);

        // What comes later gives it no more time.
        B.Deliver(Fragments.Of(request, 0, 8, 1));
        Counted(StackCounter.IpReasmFails, 0);
        At(60_000);
        Counted(StackCounter.IpReasmFails, 1);

        // The source is told: time exceeded in reassembly, with the first fragment's header and eight octets.
        byte[] told = Next();
        Assert.AreEqual(11, told[14 + 20]);
        Assert.AreEqual(1, told[14 + 21]);
        CollectionAssert.AreEqual(Fragments.Of(request, 0, 8, 1)[14..], told[(14 + 20 + 8)..]);
        B.Deliver(Fragments.Of(request, 16, 16, 1));
        Nothing();

        // That began another one, whose first fragment never comes: nobody is told.
        At(119_999);
        Counted(StackCounter.IpReasmFails, 1);
        At(120_000);
        Counted(StackCounter.IpReasmFails, 2);
        Nothing();
    }

    [TestMethod]
    public void A_datagram_that_is_whole_at_the_last_moment_is_taken()
    {
        StartWithBuffers();
        byte[] request = Fragments.EchoRequest(32);
        B.Deliver(Fragments.Of(request, 0, 16, 1));
        At(59_999);
        B.Deliver(Fragments.Of(request, 16, 16, 1));
        Assert.IsTrue(Fragments.IsReplyTo(Next(), request));
        At(60_000);
        Counted(StackCounter.IpReasmFails, 0);
    }

    [TestMethod]
    [Requirement("RFC 5722", "4")]
    [DataRow(0, 8, DisplayName = "the first octets")]
    [DataRow(8, 8, DisplayName = "octets between")]
    [DataRow(8, 32, DisplayName = "octets that are there and octets that are not")]
    [DataRow(0, 16, DisplayName = "a whole fragment")]
    [DataRow(24, 8, DisplayName = "in the second run")]
    public void RFC_5722_4_an_overlap_ends_the_datagram_and_what_else_comes_of_it(int offset, int length)
    {
        StartWithBuffers();
        byte[] request = Fragments.EchoRequest(64);
        byte[] other = Fragments.EchoRequest(64, 2);
        B.Deliver(Fragments.Of(request, 0, 16, 9));
        B.Deliver(Fragments.Of(request, 24, 16, 9));
        B.Deliver(Fragments.Of(other, offset, length, 9));
        Counted(StackCounter.IpReasmOverlaps, 1);
        Counted(StackCounter.IpReasmFails, 1);

        // Neither the rest nor the whole of it is believed any more, until its time is up.
        B.Deliver(Fragments.Of(request, 16, 8, 9));
        B.Deliver(Fragments.Of(request, 40, 24, 9));
        At(59_000);
        Send(request, 9);
        Nothing();
        Counted(StackCounter.IpReasmFails, 1 + 2 + 2);
        At(60_000);
        Counted(StackCounter.IpReasmFails, 5);
        Send(request, 9);
        Assert.IsTrue(Fragments.IsReplyTo(Next(), request));
    }

    [TestMethod]
    public void An_exact_repetition_is_dropped_alone_and_counted()
    {
        StartWithBuffers();
        byte[] request = Fragments.EchoRequest(45);
        B.Deliver(Fragments.Of(request, 32, 13));
        B.Deliver(Fragments.Of(request, 32, 13));
        B.Deliver(Fragments.Of(request, 0, 16));
        B.Deliver(Fragments.Of(request, 16, 16, more: true));
        Assert.IsTrue(Fragments.IsReplyTo(Next(), request));
        Counted(StackCounter.IpReasmOverlaps, 1);
        Counted(StackCounter.IpReasmFails, 0);

        // One that comes after all is done begins again, and is given up with time.
        B.Deliver(Fragments.Of(request, 0, 16));
        B.Deliver(Fragments.Of(request, 0, 16));
        Nothing();
        Counted(StackCounter.IpReasmOverlaps, 2);
        At(60_000);
        Counted(StackCounter.IpReasmFails, 1);
    }

    [TestMethod]
    [DataRow(24, DisplayName = "earlier")]
    [DataRow(40, DisplayName = "later")]
    public void Two_last_fragments_with_different_ends_end_the_datagram(int end)
    {
        StartWithBuffers();
        byte[] request = Fragments.EchoRequest(48);
        B.Deliver(Fragments.Raw(request[24..32], 24, last: true));
        B.Deliver(Fragments.Raw(request[(end - 8)..end], end - 8, last: true));
        B.Deliver(Fragments.Raw(request[..24], 0, last: false));
        Nothing();
        Counted(StackCounter.IpReasmOks, 0);
        Counted(StackCounter.IpReasmFails, 2);
    }

    [TestMethod]
    public void A_last_fragment_before_what_has_come_already_ends_the_datagram()
    {
        StartWithBuffers();
        byte[] request = Fragments.EchoRequest(48);
        B.Deliver(Fragments.Of(request, 32, 8));
        B.Deliver(Fragments.Raw(request[16..32], 16, last: true));
        B.Deliver(Fragments.Of(request, 0, 16));
        Nothing();
        Counted(StackCounter.IpReasmFails, 2);
    }

    [TestMethod]
    public void A_fragment_behind_the_end_ends_the_datagram()
    {
        StartWithBuffers();
        byte[] request = Fragments.EchoRequest(48);
        B.Deliver(Fragments.Raw(request[16..32], 16, last: true));
        B.Deliver(Fragments.Raw(request[32..40], 32, last: false));
        B.Deliver(Fragments.Of(request, 0, 16));
        Nothing();
        Counted(StackCounter.IpReasmFails, 2);
    }

    [TestMethod]
    [Requirement("RFC 1122", "3.2.1.8")]
    public void Options_in_some_fragments_or_all_are_skipped()
    {
        StartWithBuffers();
        byte[] request = Fragments.EchoRequest(64);
        B.Deliver(Fragments.Of(request, 0, 16, options: [0x94, 4, 0, 0, 1, 1, 1, 0]));
        B.Deliver(Fragments.Of(request, 48, 16, options: [0x94, 4, 0, 0]));
        B.Deliver(Fragments.Of(request, 16, 32));
        byte[] reply = Next();
        Assert.IsTrue(Fragments.IsReplyTo(reply, request));
        Assert.AreEqual(0x45, reply[14]);
    }

    [TestMethod]
    [Requirement("RFC 3168", "5.3")]
    [DataRow(0, 0, 0, 0)]
    [DataRow(1, 1, 1, 1)]
    [DataRow(2, 2, 2, 2)]
    [DataRow(3, 3, 3, 3)]
    [DataRow(2, 3, 2, 3)]
    [DataRow(3, 2, 2, 3)]
    [DataRow(1, 2, 3, 3)]
    [DataRow(2, 1, 1, 2)]
    [DataRow(0, 3, 0, -1)]
    [DataRow(3, 2, 0, -1)]
    public void RFC_3168_5_3_a_mark_of_any_fragment_is_one_of_the_datagram(int first, int second, int third, int whole)
    {
        StartWithBuffers();
        byte[] request = Fragments.EchoRequest(24);
        int[] codepoints = [first, second, third];
        for (int i = 0; i < 3; i++)
        {
            B.Deliver(Fragments.Of(request, i * 8, 8, typeOfService: 0xB8 | codepoints[i]));
        }

        Counted(StackCounter.IpReasmOks, whole < 0 ? 0 : 1);
        Counted(StackCounter.IpReasmFails, whole < 0 ? 1 : 0);
        if (whole < 0)
        {
            Nothing();
            return;
        }

        Next();
        Assert.AreEqual(0xB8 | whole, B.Stack.Ip.Header.TypeOfService);
    }

    [TestMethod]
    public void A_TCP_segment_in_fragments_opens_a_connection_and_carries_text()
    {
        StartWithBuffers();
        TcpListener listener = B.Stack.Listen(80, 1);
        Segment(1, 0, 0x02, []);
        uint iss = Frames.Get32(Next(), 14 + 20 + 4);
        Segment(2, iss + 1, 0x10, []);
        TcpConnection connection = listener.Accept();
        byte[] text = new byte[1000];
        Array.Fill(text, (byte)0x5A);
        Segment(2, iss + 1, 0x18, text, pieces: 104);
        byte[] read = new byte[1000];
        Assert.AreEqual(1000, connection.Read(read, 0, 1000));
        CollectionAssert.AreEqual(text, read);
        connection.Abort();
        B.Poll();
        B.Sent.Clear();
        listener.Close();
    }

    [TestMethod]
    public void Without_a_buffer_nothing_is_reassembled()
    {
        Start();
        Send(Fragments.EchoRequest(64), 1);
        Nothing();
        Counted(StackCounter.IpReasmFails, 2);
        Counted(StackCounter.IpReasmReqds, 0);
    }

    [TestMethod]
    public void A_new_address_forgets_what_came_to_the_old_one()
    {
        StartWithBuffers();
        byte[] request = Fragments.EchoRequest(24);
        B.Deliver(Fragments.Of(request, 0, 16, 1));
        B.Do(() => B.Stack.SetAddress(Own + 5, 24, 0));
        B.Do(() => B.Stack.SetAddress(Own, 24, 0));
        B.Sent.Clear();
        B.Deliver(Fragments.Of(request, 16, 8, 1));
        Nothing();
    }

    [TestMethod]
    public void A_link_that_goes_down_ends_what_was_coming_and_nobody_is_told_when_it_is_back()
    {
        StartWithBuffers();
        byte[] request = Fragments.EchoRequest(24);
        B.Deliver(Fragments.Of(request, 0, 16, 1));
        B.Link.Status = NanoTcp.Link.LinkStatus.Down;
        B.Poll();
        At(3_600_000);
        B.Sent.Clear();
        B.Link.Status = NanoTcp.Link.LinkStatus.Up;
        B.Poll();
        Assert.IsFalse(B.Sent.Any(f => Frames.Get16(f.Octets, 12) == Frames.TypeIpv4));
        B.Sent.Clear();
        B.Deliver(Fragments.Of(request, 16, 8, 1));
        Nothing();
    }

    [TestMethod]
    [DataRow(0, 1, DisplayName = "the first fragment had come")]
    [DataRow(16, 0, DisplayName = "it had not")]
    public void The_first_fragment_of_a_datagram_that_was_given_up_is_there_for_its_source_to_be_told(int offset, int recalled)
    {
        StartWithBuffers(2);
        byte[] request = Fragments.EchoRequest(100);
        byte[] frame = Fragments.Of(request, offset, 40, 77, options: [1, 1, 1, 0]);
        B.Deliver(frame);

        // Asked instead of the stack, before it looks.
        NanoTcp.Ip.Reassembly reassembly = B.Stack.Ip.Reassembly;
        Assert.IsFalse(reassembly.RunTimers(B.Now + 59_999));
        Assert.AreEqual(recalled == 1, reassembly.RunTimers(B.Now + 60_000));
        Counted(StackCounter.IpReasmFails, 1);
        B.Stack.Ip.Buffer.AsSpan().Clear();
        Assert.AreEqual(recalled == 1, reassembly.Recall());
        if (recalled == 1)
        {
            int start = B.Stack.Ip.ReceiveOffset - 24;
            CollectionAssert.AreEqual(frame[14..], B.Stack.Ip.Buffer[start..(start + 24 + 40)]);
            Assert.AreEqual(Peer, B.Stack.Ip.Header.Source);
            Assert.IsTrue(B.Stack.Ip.ReceivedUnicast);
        }

        Assert.IsFalse(reassembly.Recall());
        Assert.AreEqual(NanoTcp.Ip.Reassembly.Never, reassembly.Deadline);
    }

    /// <summary>A datagram in two fragments.</summary>
    private void Send(byte[] payload, int id)
    {
        int half = payload.Length / 16 * 8;
        B.Deliver(Fragments.Of(payload, 0, half, id));
        B.Deliver(Fragments.Of(payload, half, payload.Length - half, id));
    }

    private void Segment(uint sequence, uint acknowledgment, int flags, byte[] text, int pieces = 24)
    {
        byte[] segment = Frames.TcpSegment(
            Peer, Own, 5000, 80, sequence, acknowledgment, flags, 4000, [2, 4, 5, 180, 1, 1, 1, 1], text);
        for (int offset = 0; offset < segment.Length; offset += pieces)
        {
            B.Deliver(Fragments.Of(segment, offset, Math.Min(pieces, segment.Length - offset), (int)sequence + flags, Frames.Tcp));
        }
    }

    private static IEnumerable<int[]> Permutations(int[] items)
    {
        if (items.Length <= 1)
        {
            return [items];
        }

        return items.SelectMany(first => Permutations(items.Where(i => i != first).ToArray()).Select(rest => (int[])[first, .. rest]));
    }
}
