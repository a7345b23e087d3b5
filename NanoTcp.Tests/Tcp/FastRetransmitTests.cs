using NanoTcp.Primitives;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 5681 3.2, RFC 6582 and RFC 5827: losses that duplicates reveal before the timer does.</summary>
[TestClass]
public sealed class FastRetransmitTests : TraceTest
{
    private const string Duplicate = "ACK seq 1 ack 1 win 8000";

    [TestMethod]
    [Requirement("RFC 5681", "3.2 step 2", "3.2 step 3", "3.2 step 4", "3.2 step 5", "3.2 step 6")]
    [Requirement("RFC 6582", "3.2 step 2", "3.2 step 3")]
    [Requirement("RFC 4898", "tcpEStatsStackFastRetran")]
    public void Three_duplicates_retransmit_the_first_segment_and_each_further_one_lets_new_data_out()
    {
        OpenWithFourSegmentsOut();
        Send(Duplicate, Duplicate, Duplicate);
        Expect("ACK seq 1 ack 1 len 1000");

        // ssthresh = 2000, cwnd = ssthresh + 3 segments = 5000.
        Expect("ACK seq 4001 ack 1 len 1000");
        Send(Duplicate);
        Expect("ACK seq 5001 ack 1 len 1000");

        // Full acknowledgment, RFC 6582 3.2 step 3: cwnd = min(ssthresh, flight + SMSS) = 2000, and all of it is out.
        Send("ACK seq 1 ack 4001 win 8000");
        ExpectNothing();

        // Congestion avoidance.
        Send("ACK seq 1 ack 6001 win 8000");
        Expect("ACK seq 6001 ack 1 len 1000");
        Expect("ACK seq 7001 ack 1 len 1000");
        Send("ACK seq 1 ack 8001 win 8000");
        Counted(StackCounter.TcpFastRetransmits, 1);
        Counted(StackCounter.TcpTimeouts, 0);
    }

    [TestMethod]
    [Requirement("RFC 3042", "2")]
    [Requirement("RFC 5681", "3.2 step 1")]
    public void RFC_3042_the_first_two_duplicates_let_one_new_segment_out_each()
    {
        OpenWithFourSegmentsOut();
        Send(Duplicate);
        Expect("ACK seq 4001 ack 1 len 1000");
        ExpectNothing();
        Send(Duplicate);
        Expect("ACK seq 5001 ack 1 len 1000");
        ExpectNothing();
        T.Check(4000, Connection.CongestionWindow, "cwnd does not change");

        // What limited transmit sent is no flight: ssthresh = 4000 / 2, cwnd = ssthresh + 3 segments = 5000.
        Send(Duplicate);
        Expect("ACK seq 1 ack 1 len 1000");
        ExpectNothing();
        Send(Duplicate);
        ExpectNothing();
        Send(Duplicate);
        Expect("ACK seq 6001 ack 1 len 1000");
        Send("ACK seq 1 ack 6001 win 8000");
        Expect("ACK seq 7001 ack 1 len 1000");
        Send("ACK seq 1 ack 8001 win 8000");
        Counted(StackCounter.TcpTimeouts, 0);
    }

    [TestMethod]
    [Requirement("RFC 3042", "2")]
    public void RFC_3042_duplicates_of_reordered_segments_leave_no_trace()
    {
        OpenWithFourSegmentsOut();
        Send(Duplicate);
        Expect("ACK seq 4001 ack 1 len 1000");
        Send("ACK seq 1 ack 2001 win 8000");
        Expect("ACK seq 5001 ack 1 len 1000");
        Expect("ACK seq 6001 ack 1 len 1000");
        ExpectNothing();
        T.Check(5000, Connection.CongestionWindow, "slow start goes on");
        Send("ACK seq 1 ack 7001 win 8000");
        Expect("ACK seq 7001 ack 1 len 1000");
        Send("ACK seq 1 ack 8001 win 8000");
        Counted(StackCounter.TcpRetransSegs, 0);
    }

    [TestMethod]
    [Requirement("RFC 3042", "2")]
    public void RFC_3042_keeps_within_the_peers_window()
    {
        OpenPassive(options => options.SendBuffer = 8192, window: 4500);
        Write(8000);
        for (int i = 0; i < 4; i++)
        {
            Expect($"ACK seq {1 + (i * 1000)} ack 1 len 1000");
        }

        Send("ACK seq 1 ack 1 win 4500");
        Send("ACK seq 1 ack 1 win 4500");
        ExpectNothing();
        Send("ACK seq 1 ack 1 win 4500");
        Expect("ACK seq 1 ack 1 len 1000");
        ExpectNothing();
        Send("ACK seq 1 ack 4001 win 4500");
        T.Bench.Sent.Clear();
    }

    [TestMethod]
    [Requirement("RFC 3042", "2")]
    public void RFC_3042_and_RFC_5827_limited_transmit_sends_the_last_segment_and_its_duplicate_is_enough()
    {
        // After a timeout cwnd is small, and the first of what is out is lost: limited transmit brings the duplicates.
        OpenPassive(options => options.SendBuffer = 8192, window: 8000);
        Write(2000);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 1001 ack 1 len 1000");
        At(1000);
        Expect("ACK seq 1 ack 1 len 1000");
        Send("ACK seq 1 ack 2001 win 8000");
        T.Check(2000, Connection.CongestionWindow, "cwnd");
        Write(3000);
        Expect("ACK seq 2001 ack 1 len 1000");
        Expect("ACK seq 3001 ack 1 len 1000");
        ExpectNothing();

        // One segment is acknowledged, so that what follows is no duplicate of the old loss.
        Send("ACK seq 1 ack 3001 win 8000");
        Expect("ACK seq 4001 ack 1 len 1000");
        Write(1000);
        ExpectNothing();
        Send("ACK seq 1 ack 3001 win 8000");
        Expect("ACK seq 5001 ack 1 len 1000");
        ExpectNothing();
        Send("ACK seq 1 ack 3001 win 8000");
        Expect("ACK seq 3001 ack 1 len 1000");
        Send("ACK seq 1 ack 6001 win 8000");
        Counted(StackCounter.TcpTimeouts, 1);
        Counted(StackCounter.TcpFastRetransmits, 1);
    }

    [TestMethod]
    public void RFC_5827_what_Nagle_holds_back_is_not_ready_to_be_sent()
    {
        OpenPassive(options => options.SendBuffer = 8192, window: 8000);
        Write(2300);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 1001 ack 1 len 1000");
        ExpectNothing();
        Send(Duplicate);
        Expect("ACK seq 1 ack 1 len 1000");
        Send("ACK seq 1 ack 2001 win 8000");
        Expect("ACK seq 2001 ack 1 len 300");
        Send("ACK seq 1 ack 2301 win 8000");
        Counted(StackCounter.TcpTimeouts, 0);
    }

    [TestMethod]
    [Requirement("RFC 6582", "3.2 step 3")]
    public void RFC_6582_3_2_a_partial_acknowledgment_retransmits_the_next_hole_at_once()
    {
        OpenWithFourSegmentsOut();
        Send(Duplicate, Duplicate, Duplicate);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 4001 ack 1 len 1000");
        At(10);
        Send("ACK seq 1 ack 2001 win 8000");
        Expect("ACK seq 2001 ack 1 len 1000");
        Expect("ACK seq 5001 ack 1 len 1000");
        Send("ACK seq 1 ack 5001 win 8000");
        Expect("ACK seq 6001 ack 1 len 1000");
        Send("ACK seq 1 ack 7001 win 8000");
        Expect("ACK seq 7001 ack 1 len 1000");
        Send("ACK seq 1 ack 8001 win 8000");
        Counted(StackCounter.TcpTimeouts, 0);
    }

    [TestMethod]
    [Requirement("RFC 5827", "3.2")]
    [DataRow(2, 1)]
    [DataRow(3, 2)]
    public void RFC_5827_with_few_segments_out_and_nothing_new_fewer_duplicates_are_enough(int segments, int duplicates)
    {
        OpenPassive(options => options.SendBuffer = 8192, window: 8000);
        Write(segments * 1000);
        for (int i = 0; i < segments; i++)
        {
            Expect($"ACK seq {1 + (i * 1000)} ack 1 len 1000");
        }

        for (int i = 1; i < duplicates; i++)
        {
            Send(Duplicate);
            ExpectNothing();
        }

        Send(Duplicate);
        Expect("ACK seq 1 ack 1 len 1000");
        ExpectNothing();
        Send($"ACK seq 1 ack {1 + (segments * 1000)} win 8000");
    }

    [TestMethod]
    [Requirement("RFC 5681", "2")]
    public void RFC_5681_2_what_is_no_duplicate_does_not_count_as_one()
    {
        OpenWithFourSegmentsOut();
        Send("ACK seq 1 ack 1 win 7000");
        Send("ACK seq 1 ack 1 win 8000");
        Send("ACK seq 1 ack 1 win 7000");
        Send("ACK seq 1 ack 1 win 8000");
        Send("ACK seq 1 ack 1 win 8000 len 1");
        Send("ACK seq 2 ack 1 win 8000 len 1");
        Expect("ACK seq 4001 ack 3");
        Send("ACK seq 3 ack 1 win 8000 len 1");
        ExpectNothing();
        Read(3);
        At(40);
        Expect("ACK seq 4001 ack 4");
        Counted(StackCounter.TcpFastRetransmits, 0);
        Send("ACK seq 4 ack 4001 win 8000");
        T.Bench.Sent.Clear();
    }

    [TestMethod]
    [Requirement("RFC 5681", "2")]
    public void Duplicates_while_nothing_is_out_mean_nothing()
    {
        OpenPassive(window: 8000);
        Send(Duplicate, Duplicate, Duplicate, Duplicate);
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        ExpectNothing();
        Send("ACK seq 1 ack 11 win 8000");
    }

    [TestMethod]
    public void A_retransmission_lost_too_is_left_to_the_timer()
    {
        OpenWithFourSegmentsOut();
        Send(Duplicate, Duplicate, Duplicate);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 4001 ack 1 len 1000");
        At(1000);
        Expect("ACK seq 1 ack 1 len 1000");
        ExpectNothing();
        Send("ACK seq 1 ack 5001 win 8000");
        Expect("ACK seq 5001 ack 1 len 1000");
        Expect("ACK seq 6001 ack 1 len 1000");
        Send("ACK seq 1 ack 7001 win 8000");
        Expect("ACK seq 7001 ack 1 len 1000");
        Send("ACK seq 1 ack 8001 win 8000");
        Counted(StackCounter.TcpTimeouts, 1);
    }

    [TestMethod]
    public void A_loss_that_is_acknowledged_before_its_retransmission_has_left_is_not_retransmitted()
    {
        // Duplicates and the full acknowledgment are found together; the window that comes with it is closed.
        OpenPassive(options => options.SendBuffer = 4096, window: 4000);
        Write(3000);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 1001 ack 1 len 1000");
        Expect("ACK seq 2001 ack 1 len 1000");
        Send("ACK seq 1 ack 1 win 4000", "ACK seq 1 ack 1 win 4000", "ACK seq 1 ack 3001 win 0");
        ExpectNothing();
        Write(500);
        ExpectNothing();
        At(1000);
        Expect("ACK seq 3001 ack 1 len 1");
        Send("ACK seq 1 ack 3001 win 4000");
        Expect("ACK seq 3001 ack 1 len 500");
        Send("ACK seq 1 ack 3501");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MAY-7")]
    public void A_retransmission_keeps_within_the_peers_window()
    {
        OpenPassive(window: 100);
        Write(300);
        Expect("ACK seq 1 ack 1 len 100");
        Send("ACK seq 1 ack 1 win 100");
        Send("ACK seq 1 ack 1 win 100");
        ExpectNothing();
        Send("ACK seq 1 ack 1 win 100");
        Expect("ACK seq 1 ack 1 len 100");
        Send("ACK seq 1 ack 101 win 100");
        Expect("ACK seq 101 ack 1 len 100");
        Send("ACK seq 1 ack 201 win 100");
        Expect("ACK seq 201 ack 1 len 100");
        Send("ACK seq 1 ack 301 win 100");
    }

    private void OpenWithFourSegmentsOut()
    {
        OpenPassive(options => options.SendBuffer = 8192, window: 8000);
        Write(8000);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 1001 ack 1 len 1000");
        Expect("ACK seq 2001 ack 1 len 1000");
        Expect("ACK seq 3001 ack 1 len 1000");
        ExpectNothing();
    }
}
