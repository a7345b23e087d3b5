using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 6298 as traces: when the timer starts, starts anew, backs off and is forgotten, in whatever state.</summary>
[TestClass]
public sealed class RetransmissionTimerTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "MUST-18")]
    [Requirement("RFC 6298", "2.1", "2.2", "2.3", "5.5", "5.6")]
    public void RFC_6298_2_and_5_the_life_of_the_timeout_in_one_trace()
    {
        OpenActive(options => options.MinRetransmissionTimeout = 100, roundTrip: 100);
        Timeout(100, 300, "2.2: SRTT = R, RTTVAR = R/2, from the SYN");

        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        At(300);
        Send("ACK seq 1 ack 11");
        Timeout(112, 362, "2.3: R = 200");

        Write(10);
        Expect("ACK seq 11 ack 1 len 10");
        At(661);
        ExpectNothing();
        At(662);
        Expect("ACK seq 11 ack 1 len 10");
        Timeout(112, 724, "5.5: twice as long");
        At(1386);
        Expect("ACK seq 11 ack 1 len 10");
        At(1500);
        Send("ACK seq 1 ack 21");
        Timeout(112, 1448, "3, Karn: an ambiguous acknowledgment measures nothing, and the back-off stays");

        Write(10);
        Expect("ACK seq 21 ack 1 len 10");
        At(2947);
        ExpectNothing();
        At(2948);
        Expect("ACK seq 21 ack 1 len 10");
        Send("ACK seq 1 ack 31");
        Timeout(112, 2896, "5.5");

        Write(10);
        Expect("ACK seq 31 ack 1 len 10");
        At(3048);
        Send("ACK seq 1 ack 41");
        Timeout(111, 311, "a segment sent once is measured, and ends the back-off: R = 100");
    }

    [TestMethod]
    [Requirement("RFC 6298", "5.1")]
    public void RFC_6298_5_1_what_follows_the_first_segment_does_not_move_the_timer()
    {
        OpenPassive();
        Connection.NoDelay = true;
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        At(400);
        Write(10);
        Expect("ACK seq 11 ack 1 len 10");
        At(999);
        ExpectNothing();
        At(1000);
        Expect("ACK seq 1 ack 1 len 20");
        Send("ACK seq 1 ack 21");
    }

    [TestMethod]
    [Requirement("RFC 6298", "3")]
    public void RFC_6298_3_one_segment_is_timed_at_a_time_and_a_whole_flight_gives_one_measurement()
    {
        OpenPassive(options => options.SendBuffer = 4096);
        Write(3000);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 1001 ack 1 len 1000");
        Expect("ACK seq 2001 ack 1 len 1000");
        At(400);
        Send("ACK seq 1 ack 501");
        Timeout(-1, 1000, "half of the timed segment is no measurement");
        At(800);
        Send("ACK seq 1 ack 1001");
        Timeout(800, 2400, "R = 800");
        At(900);
        Send("ACK seq 1 ack 3001");
        Timeout(800, 2400, "the others were not timed");
    }

    [TestMethod]
    [Requirement("RFC 6298", "5.3")]
    public void RFC_6298_5_3_a_partial_acknowledgment_starts_the_timer_anew_while_closing()
    {
        OpenPassive();
        Write(1500);
        Expect("ACK seq 1 ack 1 len 1000");
        CloseSend();
        Expect("FIN,ACK seq 1001 ack 1 len 500");
        At(500);
        Send("ACK seq 1 ack 1001");
        Timeout(500, 1500, "R = 500");
        At(1999);
        ExpectNothing();
        At(2000);
        Expect("FIN,ACK seq 1001 ack 1 len 500");
        Is(TcpState.FinWait1);
        Send("ACK seq 1 ack 1502");
        Is(TcpState.FinWait2);
    }

    [TestMethod]
    public void An_acknowledgment_in_the_middle_of_a_segment_is_where_the_retransmission_begins()
    {
        OpenPassive();
        Write(2000);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 1001 ack 1 len 1000");
        At(10);
        Send("ACK seq 1 ack 501");
        At(1009);
        ExpectNothing();
        At(1010);
        Expect("ACK seq 501 ack 1 len 1000");
        Send("ACK seq 1 ack 2001");
    }

    [TestMethod]
    [DataRow(TcpState.Established)]
    [DataRow(TcpState.CloseWait)]
    [DataRow(TcpState.FinWait1)]
    [DataRow(TcpState.Closing)]
    [DataRow(TcpState.LastAck)]
    public void In_every_state_that_sends_an_acknowledgment_resets_the_retransmission(TcpState state)
    {
        OpenPassive(options => options.SendBuffer = 4096);
        int peer = 1;
        if (state is TcpState.CloseWait or TcpState.LastAck)
        {
            Send("FIN,ACK seq 1 ack 1");
            Expect("ACK seq 1 ack 2");
            peer = 2;
        }

        Write(3000);
        Expect($"ACK seq 1 ack {peer} len 1000");
        Expect($"ACK seq 1001 ack {peer} len 1000");
        Expect($"ACK seq 2001 ack {peer} len 1000");
        bool closed = state is TcpState.FinWait1 or TcpState.Closing or TcpState.LastAck;
        if (closed)
        {
            CloseSend();
            Expect($"FIN,ACK seq 3001 ack {peer}");
        }

        if (state == TcpState.Closing)
        {
            Send("FIN,ACK seq 1 ack 1");
            Expect("ACK seq 3002 ack 2");
            peer = 2;
        }

        Is(state);
        At(1000);
        Expect($"ACK seq 1 ack {peer} len 1000");
        Send($"ACK seq {peer} ack 1001");
        Expect($"ACK seq 1001 ack {peer} len 1000");
        Expect(closed ? $"FIN,ACK seq 2001 ack {peer} len 1000" : $"ACK seq 2001 ack {peer} len 1000");
        At(2999);
        ExpectNothing();
        At(3000);
        Expect($"ACK seq 1001 ack {peer} len 1000");
        Send($"ACK seq {peer} ack {(closed ? 3002 : 3001)}");
        At(100_000);
        ExpectNothing();
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
    }

    [TestMethod]
    [DataRow(TcpState.FinWait1)]
    [DataRow(TcpState.Closing)]
    [DataRow(TcpState.LastAck)]
    public void A_FIN_without_data_is_retransmitted_and_given_up_after_R2(TcpState state)
    {
        OpenPassive();
        int peer = 1;
        if (state == TcpState.LastAck)
        {
            Send("FIN,ACK seq 1 ack 1");
            Expect("ACK seq 1 ack 2");
            peer = 2;
        }

        CloseSend();
        Expect($"FIN,ACK seq 1 ack {peer}");
        if (state == TcpState.Closing)
        {
            Send("FIN,ACK seq 1 ack 1");
            Expect("ACK seq 2 ack 2");
            peer = 2;
        }

        foreach (int time in new[] { 1, 3, 7, 15, 31, 63 })
        {
            At(time * 1000);
            Expect($"FIN,ACK seq 1 ack {peer}");
        }

        At(119_999);
        Is(state);
        At(120_000);
        ExpectNothing();
        Ended(TcpEndReason.TimedOut);
        At(1_000_000);
        ExpectNothing();
    }

    [TestMethod]
    public void A_FIN_lost_in_a_simultaneous_open_that_was_closed_early_is_retransmitted()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        CloseSend();
        Send("SYN,ACK seq 0 ack 1 win 4000 mss 1000");
        Expect("FIN,ACK seq 1 ack 1");
        At(1000);
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        Is(TcpState.TimeWait);
    }

    [TestMethod]
    public void Data_written_while_a_segment_is_being_retransmitted_follows_it()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        Write(20);
        ExpectNothing();
        At(1000);
        Expect("ACK seq 1 ack 1 len 30");
        Write(5);
        ExpectNothing();
        Send("ACK seq 1 ack 31");
        Expect("ACK seq 31 ack 1 len 5");
        Send("ACK seq 1 ack 36");
    }

    [TestMethod]
    public void After_a_timeout_nothing_new_goes_out_before_what_was_lost()
    {
        OpenPassive(options => options.SendBuffer = 8192);
        Write(6000);
        for (int i = 0; i < 4; i++)
        {
            Expect($"ACK seq {1 + (i * 1000)} ack 1 len 1000");
        }

        // The whole window is lost; two segments more have never been sent.
        At(1000);
        Expect("ACK seq 1 ack 1 len 1000");
        Write(1000);
        ExpectNothing();
        Send("ACK seq 1 ack 1001");
        Expect("ACK seq 1001 ack 1 len 1000");
        Expect("ACK seq 2001 ack 1 len 1000");
        Send("ACK seq 1 ack 3001");
        Expect("ACK seq 3001 ack 1 len 1000");
        Expect("ACK seq 4001 ack 1 len 1000");
        Send("ACK seq 1 ack 5001");
        Expect("ACK seq 5001 ack 1 len 1000");
        Expect("ACK seq 6001 ack 1 len 1000");
        Send("ACK seq 1 ack 7001");
        Counted(StackCounter.TcpTimeouts, 1);
        Counted(StackCounter.TcpRetransSegs, 4);
    }

    [TestMethod]
    [Requirement("RFC 6582", "3.2 step 4")]
    public void RFC_6582_3_2_duplicates_that_a_retransmission_after_a_timeout_causes_retransmit_nothing()
    {
        OpenPassive(options => options.SendBuffer = 4096);
        Write(4000);
        for (int i = 0; i < 4; i++)
        {
            Expect($"ACK seq {1 + (i * 1000)} ack 1 len 1000");
        }

        At(1000);
        Expect("ACK seq 1 ack 1 len 1000");
        for (int i = 0; i < 5; i++)
        {
            Send("ACK seq 1 ack 1");
            ExpectNothing();
        }

        Send("ACK seq 1 ack 4001");
        Counted(StackCounter.TcpFastRetransmits, 0);
    }

    [TestMethod]
    public void A_client_whose_SYN_ACK_was_retransmitted_sends_and_receives_as_any_other()
    {
        Listen();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        At(1000);
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1 len 20");
        Accept();
        Read(20);
        Write(10);
        Expect("ACK seq 1 ack 21 len 10");

        // What the client answers to the second one.
        Send("ACK seq 21 ack 1");
        ExpectNothing();
        Send("ACK seq 21 ack 11");
        At(100_000);
        ExpectNothing();
    }

    /// <summary>What the estimator says after a step of RFC 6298.</summary>
    private void Timeout(int smoothed, int timeout, string clause)
    {
        T.Check(smoothed, Connection.SmoothedRoundTripTime, $"SRTT: {clause}");
        T.Check(timeout, Connection.RetransmissionTimeout, $"RTO: {clause}");
    }
}
