using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 6298 5 and RFC 9293 3.8.3: what is sent again, when, and when it is given up.</summary>
[TestClass]
public sealed class RetransmissionTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "MUST-19", "SHLD-11")]
    [Requirement("RFC 6298", "2.5", "5.1", "5.4", "5.5", "5.6")]
    [Requirement("RFC 4022", "tcpRetransSegs")]
    [Requirement("RFC 4898", "tcpEStatsPerfTimeouts")]
    public void Data_is_retransmitted_with_doubled_timeouts_up_to_60_seconds_and_given_up_after_R2()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        foreach (int time in new[] { 1, 3, 7, 15, 31, 63 })
        {
            At(time * 1000);
            Expect("ACK seq 1 ack 1 len 10");
        }

        At(119_999);
        Is(TcpState.Established);
        T.Check(60_000, Connection.RetransmissionTimeout, "RTO");
        At(120_000);
        ExpectNothing();
        Ended(TcpEndReason.TimedOut);
        Counted(StackCounter.TcpGiveUps, 1);
        Counted(StackCounter.TcpRetransSegs, 6);
        Counted(StackCounter.TcpTimeouts, 6);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-22", "MUST-23")]
    public void MUST_23_a_SYN_is_retransmitted_for_three_minutes()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        foreach (int time in new[] { 1, 3, 7, 15, 31, 63, 123 })
        {
            At(time * 1000);
            Expect("SYN seq 0 win 2048 mss 1460");
        }

        At(179_999);
        Is(TcpState.SynSent);
        At(180_000);
        ExpectNothing();
        Ended(TcpEndReason.TimedOut);
        Counted(StackCounter.TcpAttemptFails, 1);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-22")]
    [Requirement("RFC 9293", "MUST-23")]
    public void MUST_22_and_MUST_23_a_SYN_ACK_is_retransmitted_for_three_minutes()
    {
        Listen();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        foreach (int time in new[] { 1, 3, 7, 15, 31, 63, 123 })
        {
            At(time * 1000);
            Expect("SYN,ACK seq 0 ack 1 win 2048 mss 1460");
        }

        At(182_999);
        T.Check(1, T.Stack.HalfOpenCount, "half open");
        At(183_000);
        ExpectNothing();
        T.Check(0, T.Stack.HalfOpenCount, "half open");
        Counted(StackCounter.TcpAttemptFails, 1);
        Send("ACK seq 1 ack 1");
        Expect("RST seq 1 win 0");
    }

    [TestMethod]
    [Requirement("RFC 6298", "5.7")]
    [Requirement("RFC 5681", "3.1")]
    public void RFC_6298_5_7_and_RFC_5681_3_1_after_a_lost_SYN_data_begins_with_three_seconds_and_one_segment()
    {
        Connecting(options => options.SendBuffer = 4096);
        Connect();
        Expect("SYN seq 0 mss 1460");
        At(1000);
        Expect("SYN seq 0 mss 1460");
        At(1010);
        Send("SYN,ACK seq 0 ack 1 win 4000 mss 1000");
        Expect("ACK seq 1 ack 1");
        T.Check(-1, Connection.SmoothedRoundTripTime, "SRTT: Karn measures nothing");
        T.Check(3000, Connection.RetransmissionTimeout, "RTO");
        Write(3000);
        Expect("ACK seq 1 ack 1 len 1000");
        ExpectNothing();
        At(4010);
        Expect("ACK seq 1 ack 1 len 1000");
        Send("ACK seq 1 ack 1001");
        Expect("ACK seq 1001 ack 1 len 1000");
        Expect("ACK seq 2001 ack 1 len 1000");
        Send("ACK seq 1 ack 3001");
    }

    [TestMethod]
    [Requirement("RFC 6298", "5.7")]
    [Requirement("RFC 5681", "3.1")]
    public void RFC_6298_5_7_and_RFC_5681_3_1_after_a_lost_SYN_ACK_data_begins_with_three_seconds_and_one_segment()
    {
        Listen(options => options.SendBuffer = 4096);
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        At(1000);
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1");
        Accept();
        T.Check(3000, Connection.RetransmissionTimeout, "RTO");
        Write(3000);
        Expect("ACK seq 1 ack 1 len 1000");
        ExpectNothing();
        At(1100);
        Send("ACK seq 1 ack 1001");
        Expect("ACK seq 1001 ack 1 len 1000");
        Expect("ACK seq 2001 ack 1 len 1000");
        Send("ACK seq 1 ack 3001");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-19")]
    [Requirement("RFC 5681", "3.1")]
    public void RFC_5681_3_1_the_initial_window_is_four_segments_of_up_to_1095_octets()
    {
        OpenPassive(options => options.SendBuffer = 8192, window: 8000);
        Write(6000);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 1001 ack 1 len 1000");
        Expect("ACK seq 2001 ack 1 len 1000");
        Expect("ACK seq 3001 ack 1 len 1000");
        ExpectNothing();

        // Slow start: each acknowledgment of a full segment lets two out.
        Send("ACK seq 1 ack 1001 win 8000");
        Expect("ACK seq 4001 ack 1 len 1000");
        Expect("ACK seq 5001 ack 1 len 1000");
        Send("ACK seq 1 ack 6001 win 8000");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-18")]
    [Requirement("RFC 6298", "3")]
    public void RFC_6298_3_Karn_measures_no_retransmitted_segment_and_keeps_the_back_off()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        At(1000);
        Expect("ACK seq 1 ack 1 len 10");
        At(1500);
        Send("ACK seq 1 ack 11");
        T.Check(-1, Connection.SmoothedRoundTripTime, "SRTT");
        T.Check(2000, Connection.RetransmissionTimeout, "RTO");

        Write(10);
        Expect("ACK seq 11 ack 1 len 10");
        At(3000);
        Send("ACK seq 1 ack 21");
        T.Check(1500, Connection.SmoothedRoundTripTime, "SRTT");
        T.Check(1500 + (4 * 750), Connection.RetransmissionTimeout, "RTO");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-18")]
    [Requirement("RFC 6298", "5.3", "5.4")]
    public void RFC_6298_5_3_the_timer_starts_anew_when_something_is_acknowledged()
    {
        OpenPassive(options => options.SendBuffer = 4096);
        Write(3000);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 1001 ack 1 len 1000");
        Expect("ACK seq 2001 ack 1 len 1000");
        At(500);
        Send("ACK seq 1 ack 1001");
        T.Check(500 + (4 * 250), Connection.RetransmissionTimeout, "RTO");
        At(1999);
        ExpectNothing();
        At(2000);
        Expect("ACK seq 1001 ack 1 len 1000");
        ExpectNothing();

        // Slow start from one segment: the acknowledgment lets the other one out again.
        At(2100);
        Send("ACK seq 1 ack 2001");
        Expect("ACK seq 2001 ack 1 len 1000");
        Send("ACK seq 1 ack 3001");
        At(100_000);
        ExpectNothing();
    }

    [TestMethod]
    [Requirement("RFC 6298", "5.2")]
    public void RFC_6298_5_2_the_timer_is_off_when_everything_is_acknowledged()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        At(999);
        Send("ACK seq 1 ack 11");
        At(300_000);
        ExpectNothing();
        Counted(StackCounter.TcpTimeouts, 0);
    }

    [TestMethod]
    public void R2_begins_anew_whenever_the_peer_acknowledges_something()
    {
        OpenPassive();
        for (int i = 0; i < 5; i++)
        {
            long start = i * 50_000;
            At(start);
            Write(10);
            Expect($"ACK seq {1 + (i * 10)} ack 1 len 10");
            At(start + 900);
            Send($"ACK seq 1 ack {11 + (i * 10)}");
        }

        Is(TcpState.Established);
    }

    [TestMethod]
    [Requirement("RFC 9293", "SHLD-27", "SHLD-28")]
    public void What_was_written_in_pieces_is_retransmitted_in_full_segments()
    {
        OpenPassive();
        Connection.NoDelay = true;
        Write(100);
        Expect("ACK seq 1 ack 1 len 100");
        Write(100);
        Expect("ACK seq 101 ack 1 len 100");
        Write(100);
        Expect("ACK seq 201 ack 1 len 100");
        At(1000);
        Expect("ACK seq 1 ack 1 len 300");
        Send("ACK seq 1 ack 301");
    }

    [TestMethod]
    public void A_late_acknowledgment_after_a_timeout_ends_the_retransmission()
    {
        OpenPassive(options => options.SendBuffer = 4096);
        Write(3000);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 1001 ack 1 len 1000");
        Expect("ACK seq 2001 ack 1 len 1000");
        At(1000);
        Expect("ACK seq 1 ack 1 len 1000");
        At(1001);
        Send("ACK seq 1 ack 3001");
        At(100_000);
        ExpectNothing();
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
    }

    [TestMethod]
    public void FIN_is_retransmitted_with_the_data_before_it()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        CloseSend();
        Expect("FIN,ACK seq 11 ack 1");
        At(1000);
        Expect("FIN,ACK seq 1 ack 1 len 10");
        At(1010);
        Send("ACK seq 1 ack 11");
        ExpectNothing();
        Is(TcpState.FinWait1);
        At(3010);
        Expect("FIN,ACK seq 11 ack 1");
        Send("ACK seq 1 ack 12");
        Is(TcpState.FinWait2);
    }
}
