using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>RFC 9293 3.10.7.4, first and seventh: which octets of an arriving segment are taken, and in what order.</summary>
[TestClass]
[Requirement("RFC 9293", "3.10.7.4", "3.10.3")]
public sealed class EstablishedReceiveTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "SHLD-14")]
    public void Data_in_order_is_read_and_acknowledged()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 100");
        T.Check(100, Connection.Readable, "readable");
        Read(100);
        At(40);
        Expect("ACK seq 1 ack 101 win 1948");
    }

    [TestMethod]
    public void Octets_survive_the_wrap_of_sequence_numbers_and_of_the_ring()
    {
        OpenPassive();
        T.Check(true, T.Peer.Iss + 300 < T.Peer.Iss, "the peer's numbers wrap in this test");
        T.Check(true, T.Peer.StackIss + 800 < T.Peer.StackIss, "the stack's numbers wrap in this test");
        for (int i = 0; i < 30; i++)
        {
            At(i * 100);
            Send($"ACK seq {1 + (i * 300)} ack {1 + (i * 200)} len 300");
            Read(300);
            if (i % 4 == 3)
            {
                Expect($"ACK seq {1 + (i * 200)} ack {301 + (i * 300)} win 2048");
            }

            Write(200);
            Expect($"ACK seq {1 + (i * 200)} ack {301 + (i * 300)} len 200");
        }

        T.Check(9000L, Connection.BytesReceived, "octets received");
        T.Check(29 * 200L, Connection.BytesSent, "octets acknowledged");
    }

    [TestMethod]
    [Requirement("RFC 9293", "SHLD-31", "MAY-13")]
    [Requirement("RFC 5681", "4.2")]
    public void Data_out_of_order_waits_for_the_hole_to_be_filled()
    {
        OpenPassive();
        Send("ACK seq 101 ack 1 len 100");
        Expect("ACK seq 1 ack 1 win 2048");
        T.Check(0, Connection.Readable, "readable before the hole is filled");
        Send("ACK seq 1 ack 1 len 100");
        Expect("ACK seq 1 ack 201 win 1848");
        Read(200);
        Counted(StackCounter.TcpInOutOfOrder, 1);
    }

    [TestMethod]
    public void Pieces_out_of_order_may_overlap_each_other()
    {
        OpenPassive();
        Send("ACK seq 101 ack 1 len 100");
        Expect("ACK seq 1 ack 1");
        Send("ACK seq 151 ack 1 len 100");
        Expect("ACK seq 1 ack 1");
        Send("ACK seq 401 ack 1 len 50");
        Expect("ACK seq 1 ack 1");
        Send("ACK seq 51 ack 1 len 60");
        Expect("ACK seq 1 ack 1");
        Send("ACK seq 1 ack 1 len 70");
        Expect("ACK seq 1 ack 251");
        Send("ACK seq 251 ack 1 len 200");
        Expect("ACK seq 1 ack 451");
        Read(450);
    }

    [TestMethod]
    public void A_segment_larger_than_the_hole_fills_it_and_what_was_there_before_stays()
    {
        OpenPassive();
        Send("ACK seq 51 ack 1 len 10");
        Expect("ACK seq 1 ack 1");
        Send("ACK seq 1 ack 1 len 200");
        Expect("ACK seq 1 ack 201");
        Read(200);
    }

    [TestMethod]
    public void Of_overlapping_data_only_the_new_part_is_taken()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 100");
        Send("ACK seq 51 ack 1 len 100");
        Expect("ACK seq 1 ack 151");
        Read(150);
    }

    [TestMethod]
    public void What_was_peeked_at_stays_across_the_wrap_of_the_ring()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 1000");
        Send("ACK seq 1001 ack 1 len 500");
        Expect("ACK seq 1 ack 1501");
        Read(1500);
        Expect("ACK seq 1 ack 1501 win 2048");
        Send("ACK seq 1501 ack 1 len 1000");
        byte[] seen = new byte[1000];
        for (int i = 0; i < 3; i++)
        {
            T.Check(600, Connection.Peek(seen, 400, 600), "octets seen");
            for (int k = 0; k < 600; k++)
            {
                T.Check(TracePeer.PeerOctet(1501 + k), seen[400 + k], $"octet {1501 + k} of the peer's stream");
            }
        }

        T.Check(1000, Connection.Readable, "readable");
        Read(1000);
        T.Check(0, Connection.Peek(seen, 0, 1000), "octets seen of nothing");
        At(40);
        Expect("ACK seq 1 ack 2501");
    }

    [TestMethod]
    public void A_segment_partly_left_of_the_window_is_trimmed_and_its_FIN_counts()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 100");
        Send("FIN,ACK seq 51 ack 1 len 100");
        Expect("ACK seq 1 ack 152");
        Is(TcpState.CloseWait);
        Read(150);
        T.Check(true, Connection.EndOfStream, "end of stream");
    }

    [TestMethod]
    public void A_segment_wholly_left_of_the_window_but_for_its_FIN_gives_its_FIN()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 100");
        Send("FIN,ACK seq 51 ack 1 len 50");
        Expect("ACK seq 1 ack 102");
        Is(TcpState.CloseWait);
        Read(100);
    }

    [TestMethod]
    public void A_segment_partly_right_of_the_window_is_trimmed()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 1024");
        Expect("ACK seq 1 ack 1025 win 1024");
        Send("ACK seq 1025 ack 1 len 1400");
        Expect("ACK seq 1 ack 2049 win 0");
        Read(2048);
        Expect("ACK seq 1 ack 2049 win 2048");
        Send("ACK seq 2049 ack 1 len 376");
        Read(376);
        At(40);
        Expect("ACK seq 1 ack 2425");
    }

    [TestMethod]
    public void A_segment_with_a_FIN_whose_data_just_fills_the_window_comes_again_for_its_FIN()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 1024");
        Expect("ACK seq 1 ack 1025 win 1024");
        Send("FIN,ACK seq 1025 ack 1 len 1024");
        Expect("ACK seq 1 ack 2050 win 0");
        Is(TcpState.CloseWait);
        Read(2048);
    }

    [TestMethod]
    public void A_segment_partly_left_and_partly_right_of_the_window_is_trimmed_on_both_sides()
    {
        OpenPassive(options => options.ReceiveBuffer = 1000);
        Send("ACK seq 1 ack 1 len 500");
        Expect("ACK seq 1 ack 501 win 500");
        Send("FIN,ACK seq 401 ack 1 len 800");
        Expect("ACK seq 1 ack 1001 win 0");
        Is(TcpState.Established);
        Read(1000);
        Expect("ACK seq 1 ack 1001 win 1000");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-66")]
    public void A_reset_counts_into_a_closed_window_too()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 1024", "ACK seq 1025 ack 1 len 1024");
        Expect("ACK seq 1 ack 2049 win 0");
        Send("RST seq 2050");
        ExpectNothing();
        Send("RST seq 2049");
        Ended(TcpEndReason.Reset);
    }

    [TestMethod]
    public void A_reset_behind_a_hole_is_challenged_and_the_hole_can_still_be_filled()
    {
        OpenPassive();
        Send("ACK seq 101 ack 1 len 100");
        Expect("ACK seq 1 ack 1");
        Send("RST seq 201");
        Expect("ACK seq 1 ack 1");
        Send("ACK seq 1 ack 1 len 100");
        Expect("ACK seq 1 ack 201");
        Send("RST seq 201");
        Ended(TcpEndReason.Reset);
        Read(200);
    }

    [TestMethod]
    public void A_duplicate_is_dropped_and_acknowledged_at_once()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 100");
        Send("ACK seq 1 ack 1 len 100");
        Expect("ACK seq 1 ack 101");
        Send("ACK seq 51 ack 1 len 50");
        Expect("ACK seq 1 ack 101");
        Read(100);
    }

    [TestMethod]
    public void A_keepalive_left_of_the_window_is_acknowledged()
    {
        OpenPassive();
        Send("ACK seq 0 ack 1");
        Expect("ACK seq 1 ack 1");
        Send("ACK seq 0 ack 1 len 1");
        Expect("ACK seq 1 ack 1");
        T.Check(0, Connection.Readable, "readable");
    }

    [TestMethod]
    public void Data_right_of_the_window_is_dropped_and_acknowledged()
    {
        OpenPassive();
        Send("ACK seq 2049 ack 1 len 10");
        Expect("ACK seq 1 ack 1 win 2048");
        Send("ACK seq 50000 ack 1");
        Expect("ACK seq 1 ack 1 win 2048");
        Counted(StackCounter.TcpInOutOfOrder, 0);
    }

    [TestMethod]
    public void Data_and_FIN_beyond_the_right_edge_are_cut_off()
    {
        OpenPassive();
        Send("FIN,ACK seq 2040 ack 1 len 100");
        Expect("ACK seq 1 ack 1");
        Send("ACK seq 1 ack 1 len 1039");
        Expect("ACK seq 1 ack 1040 win 1009");
        Send("ACK seq 1040 ack 1 len 1000");
        Expect("ACK seq 1 ack 2049 win 0");
        Is(TcpState.Established);
        Read(2048);
        Expect("ACK seq 1 ack 2049 win 2048");
        Send("FIN,ACK seq 2049 ack 1 len 91");
        Expect("ACK seq 1 ack 2141");
        Read(91);
        Is(TcpState.CloseWait);
    }

    [TestMethod]
    public void FIN_leads_to_CLOSE_WAIT_and_ends_the_stream()
    {
        OpenPassive();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        Is(TcpState.CloseWait);
        T.Check(true, Connection.EndOfStream, "end of stream");
        T.Check(0, T.Read(10), "octets read");
    }

    [TestMethod]
    public void FIN_with_data_ends_the_stream_behind_the_data()
    {
        OpenPassive();
        Send("FIN,ACK seq 1 ack 1 len 10");
        Expect("ACK seq 1 ack 12");
        Is(TcpState.CloseWait);
        T.Check(false, Connection.EndOfStream, "end of stream before the data is read");
        Read(10);
        T.Check(true, Connection.EndOfStream, "end of stream");
    }

    [TestMethod]
    public void FIN_ahead_of_a_hole_waits_until_the_hole_is_filled()
    {
        OpenPassive();
        Send("FIN,ACK seq 11 ack 1");
        Expect("ACK seq 1 ack 1");
        Is(TcpState.Established);
        Send("ACK seq 1 ack 1 len 10");
        Expect("ACK seq 1 ack 12");
        Is(TcpState.CloseWait);
        Read(10);
        T.Check(true, Connection.EndOfStream, "end of stream");
    }

    [TestMethod]
    public void FIN_with_data_ahead_of_a_hole_waits_until_the_hole_is_filled()
    {
        OpenPassive();
        Send("FIN,ACK seq 101 ack 1 len 50");
        Expect("ACK seq 1 ack 1");
        Send("ACK seq 1 ack 1 len 60");
        Expect("ACK seq 1 ack 61");
        Is(TcpState.Established);
        Send("ACK seq 61 ack 1 len 40");
        Expect("ACK seq 1 ack 152");
        Is(TcpState.CloseWait);
        Read(150);
    }

    [TestMethod]
    public void Data_behind_the_FIN_is_never_delivered()
    {
        OpenPassive();
        Send("FIN,ACK seq 1 ack 1 len 10");
        Expect("ACK seq 1 ack 12");
        Send("ACK seq 12 ack 1 len 5");
        Expect("ACK seq 1 ack 12");
        Read(10);
        T.Check(0, Connection.Readable, "readable");
        T.Check(10L, Connection.BytesReceived, "octets received");
    }

    [TestMethod]
    public void Data_that_contradicts_a_FIN_ahead_of_a_hole_is_not_taken_for_it()
    {
        OpenPassive();
        Send("FIN,ACK seq 101 ack 1 len 100");
        Expect("ACK seq 1 ack 1");
        foreach (string segment in new[]
            { "ACK seq 201 ack 1 len 50", "ACK seq 151 ack 1 len 100", "ACK seq 202 ack 1 len 50", "FIN,ACK seq 101 ack 1 len 200" })
        {
            Send(segment);
            Expect("ACK seq 1 ack 1");
        }

        Counted(StackCounter.TcpInAfterFin, 4);
        Send("ACK seq 1 ack 1 len 150");
        Expect("ACK seq 1 ack 202");
        Is(TcpState.CloseWait);
        Read(200);
        T.Check(true, Connection.EndOfStream, "end of stream");
        Close();
        Expect("FIN,ACK seq 1 ack 202");
        Send("ACK seq 202 ack 2");
    }

    [TestMethod]
    public void A_segment_of_another_port_or_address_is_none_of_this_connections()
    {
        OpenPassive();
        TracePeer peer = T.Peer;
        foreach (TracePeer stranger in new[]
        {
            new TracePeer(peer.Address, peer.Port + 1, peer.StackPort, peer.Iss),
            new TracePeer(peer.Address, peer.Port, peer.StackPort + 1, peer.Iss),
            new TracePeer(peer.Address + 4, peer.Port, peer.StackPort, peer.Iss),
        })
        {
            T.As(stranger);
            stranger.StackIss = peer.StackIss;
            Send("ACK seq 1 ack 1 len 10");
            Expect("RST seq 1 win 0");
            Send("RST seq 1");
            ExpectNothing();
        }

        T.As(peer);
        Is(TcpState.Established);
        T.Check(0, Connection.Readable, "readable");
    }

    [TestMethod]
    public void A_segment_without_ACK_is_dropped()
    {
        OpenPassive();
        Send("PSH seq 1 len 10");
        Send("none seq 1 len 10");
        Send("FIN seq 1");
        ExpectNothing();
        T.Check(0, Connection.Readable, "readable");
        Is(TcpState.Established);
    }

    [TestMethod]
    public void Urgent_data_is_data()
    {
        OpenPassive();
        Send("URG,PSH,ACK seq 1 ack 1 len 10");
        Read(10);
        At(40);
        Expect("ACK seq 1 ack 11");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-3")]
    [Requirement("RFC 4022", "tcpInErrs")]
    public void MUST_3_a_wrong_checksum_is_dropped_and_counted()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 10 badsum");
        Send("RST seq 1 badsum");
        At(1000);
        ExpectNothing();
        Is(TcpState.Established);
        Counted(StackCounter.TcpInErrs, 2);
    }

    [TestMethod]
    public void A_checksum_of_0xFFFF_in_the_place_of_zero_is_right()
    {
        // RFC 1071 1: ones' complement has two zeros, and a sum with either is the same. Linux writes 0xFFFF.
        OpenPassive();
        Send("ACK seq 1 ack 1 len 10 otherzero");
        Send("ACK seq 11 ack 1 len 11 otherzero");
        Expect("ACK seq 1 ack 22");
        Read(21);
        Counted(StackCounter.TcpInErrs, 0);
    }

    [TestMethod]
    public void More_gaps_than_can_be_noted_are_dropped_and_counted()
    {
        OpenPassive(options => options.Gaps = 2);
        Send("ACK seq 11 ack 1 len 10");
        Expect("ACK seq 1 ack 1");
        Send("ACK seq 31 ack 1 len 10");
        Expect("ACK seq 1 ack 1");
        Send("ACK seq 51 ack 1 len 10");
        Expect("ACK seq 1 ack 1");
        Counted(StackCounter.TcpGapDrops, 1);
        Send("ACK seq 1 ack 1 len 40");
        Expect("ACK seq 1 ack 41");
        Send("ACK seq 41 ack 1 len 10");
        Read(50);
        At(40);
        Expect("ACK seq 1 ack 51");
    }

    [TestMethod]
    [Requirement("RFC 5681", "4.2")]
    public void RFC_5681_4_2_segments_out_of_order_that_are_found_together_are_acknowledged_one_by_one()
    {
        OpenPassive();
        Send(
            "ACK seq 101 ack 1 len 100",
            "ACK seq 201 ack 1 len 100",
            "ACK seq 301 ack 1 len 100");
        Expect("ACK seq 1 ack 1 win 2048");
        Expect("ACK seq 1 ack 1 win 2048");
        Expect("ACK seq 1 ack 1 win 2048");
        ExpectNothing();
        Send("ACK seq 1 ack 1 len 100");
        Expect("ACK seq 1 ack 401");
        Read(400);
    }

    [TestMethod]
    [Requirement("RFC 5681", "2")]
    public void RFC_5681_2_what_was_read_does_not_change_the_window_of_an_acknowledgment_out_of_order()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 600");
        At(40);
        Expect("ACK seq 1 ack 601 win 1448");
        Read(600);
        ExpectNothing();
        Send("ACK seq 1201 ack 1 len 600");
        Expect("ACK seq 1 ack 601 win 1448");
        ExpectNothing();
        Send("ACK seq 601 ack 1 len 600");
        Expect("ACK seq 1 ack 1801 win 248");
        Read(1200);
        Expect("ACK seq 1 ack 1801 win 2048");
    }

    [TestMethod]
    [Requirement("RFC 5681", "2")]
    public void RFC_5681_2_a_window_update_that_is_due_follows_an_acknowledgment_out_of_order()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 1100");
        Expect("ACK seq 1 ack 1101 win 948");

        // Before the next call of Poll the user reads, and a segment arrives ahead of a hole.
        T.Bench.Link.Deliver(T.Build(TraceSegment.Parse("ACK seq 1201 ack 1 len 100")));
        byte[] octets = new byte[1100];
        Connection.Read(octets, 0, 1100);
        T.Bench.Poll();
        Expect("ACK seq 1 ack 1101 win 948");
        Expect("ACK seq 1 ack 1101 win 2048");
        ExpectNothing();
        Send("ACK seq 1101 ack 1 len 100");
        Expect("ACK seq 1 ack 1301");
        Abort();
        T.Bench.Sent.Clear();
    }

    [TestMethod]
    public void Filling_the_whole_window_out_of_order_loses_nothing()
    {
        OpenPassive(options => options.Gaps = 16);
        for (int start = 1025; start >= 129; start -= 128)
        {
            Send($"ACK seq {start} ack 1 len 1024");
            Expect("ACK seq 1 ack 1 win 2048");
        }

        Send("ACK seq 1 ack 1 len 128");
        Expect("ACK seq 1 ack 2049 win 0");
        Read(2048);
        Expect("ACK seq 1 ack 2049 win 2048");
    }
}
