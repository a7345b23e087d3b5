using System;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 9293 3.8.3 and 3.10.8: R1, R2 and the user timeout.</summary>
[TestClass]
public sealed class UserTimeoutTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "MUST-21")]
    public void MUST_21_R2_for_data_is_what_the_user_says()
    {
        OpenPassive();
        T.Do("10 s", () => Connection.UserTimeout = 10_000);
        Write(10);
        Retransmitted("ACK seq 1 ack 1 len 10", 0, 1, 3, 7);
        At(9999);
        Is(TcpState.Established);
        At(10_000);
        ExpectNothing();
        Ended(TcpEndReason.TimedOut);
        Counted(StackCounter.TcpGiveUps, 1);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-21")]
    public void MUST_21_R2_may_be_infinite()
    {
        OpenPassive();
        T.Do("never", () => Connection.UserTimeout = 0);
        Write(10);
        Retransmitted("ACK seq 1 ack 1 len 10", 0, 1, 3, 7, 15, 31, 63);
        for (int minute = 2; minute < 24 * 60; minute++)
        {
            At((minute * 60_000) + 3000);
            Expect("ACK seq 1 ack 1 len 10");
        }

        Send("ACK seq 1 ack 11");
        Is(TcpState.Established);
        Write(10);
        Expect("ACK seq 11 ack 1 len 10");
        Send("ACK seq 1 ack 21");
    }

    [TestMethod]
    public void The_user_timeout_may_change_while_the_peer_is_silent()
    {
        OpenPassive();
        Write(10);
        Retransmitted("ACK seq 1 ack 1 len 10", 0, 1, 3, 7, 15);
        At(20_000);
        T.Do("25 s", () => Connection.UserTimeout = 25_000);
        At(24_999);
        Is(TcpState.Established);
        At(25_000);
        ExpectNothing();
        Ended(TcpEndReason.TimedOut);
    }

    [TestMethod]
    public void A_user_timeout_that_is_over_when_it_is_set_ends_the_connection_at_once()
    {
        OpenPassive();
        Write(10);
        Retransmitted("ACK seq 1 ack 1 len 10", 0, 1, 3, 7, 15);
        At(20_000);
        T.Do("1 ms", () => Connection.UserTimeout = 1);
        ExpectNothing();
        Ended(TcpEndReason.TimedOut);
    }

    [TestMethod]
    public void A_user_timeout_shorter_than_the_retransmission_timeout_counts_as_that()
    {
        OpenPassive();
        T.Do("1 ms", () => Connection.UserTimeout = 1);
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        At(999);
        Send("ACK seq 1 ack 11");
        At(10_000);
        Is(TcpState.Established);
        Write(10);
        Expect("ACK seq 11 ack 1 len 10");
        At(100_000);
        ExpectNothing();
        Ended(TcpEndReason.TimedOut);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-20", "SHLD-9", "SHLD-10", "MUST-47")]
    [Requirement("RFC 1122", "3.3.1.4")]
    public void MUST_20_SHLD_9_SHLD_10_MUST_47_after_three_retransmissions_the_neighbour_is_asked_again_and_the_user_can_see_it()
    {
        OpenPassive();
        Write(10);
        Retransmitted("ACK seq 1 ack 1 len 10", 0, 1, 3);
        At(6999);
        long requests = T.Bench.Count(StackCounter.ArpOutRequests);
        T.Check(false, Connection.HasDeliveryProblem, "delivery problem");
        At(7000);
        Expect("ACK seq 1 ack 1 len 10");
        T.Check(true, Connection.HasDeliveryProblem, "delivery problem");
        Counted(StackCounter.ArpOutRequests, requests + 1);
        Retransmitted("ACK seq 1 ack 1 len 10", 15, 31);
        Counted(StackCounter.ArpOutRequests, requests + 1);
        At(32_000);
        Send("ACK seq 1 ack 11");
        T.Check(false, Connection.HasDeliveryProblem, "delivery problem");
        Write(10);
        Expect("ACK seq 11 ack 1 len 10");
        At(64_000);
        Expect("ACK seq 11 ack 1 len 10");
        T.Check(false, Connection.HasDeliveryProblem, "delivery problem");
        Send("ACK seq 1 ack 21");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-20")]
    public void MUST_20_a_neighbour_that_has_gone_is_unreachable_before_its_entry_is_old()
    {
        OpenPassive();
        Write(10);
        T.Bench.FirstSilent = 0;
        Retransmitted("ACK seq 1 ack 1 len 10", 0, 1, 3, 7);
        At(12_000);
        T.Check(false, Connection.ReportedUnreachable, "reported unreachable");
        At(15_000);
        T.Check(true, Connection.ReportedUnreachable, "reported unreachable");
        Is(TcpState.Established);
        T.Bench.FirstSilent = uint.MaxValue;
        At(31_000);
        Expect("ACK seq 1 ack 1 len 10");
        Send("ACK seq 1 ack 11");
        T.Check(false, Connection.ReportedUnreachable, "reported unreachable");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-22")]
    public void MUST_22_a_SYN_is_handled_in_the_same_way()
    {
        Connecting();
        Connect();
        T.Check(180_000, Connection.ConnectTimeout, "connect timeout");
        Retransmitted("SYN seq 0 mss 1460", 0, 1, 3);
        long requests = T.Bench.Count(StackCounter.ArpOutRequests);
        Retransmitted("SYN seq 0 mss 1460", 7);
        T.Check(true, Connection.HasDeliveryProblem, "delivery problem");
        Counted(StackCounter.ArpOutRequests, requests + 1);
        Send("SYN,ACK seq 0 ack 1");
        Expect("ACK seq 1 ack 1");
        T.Check(false, Connection.HasDeliveryProblem, "delivery problem");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-21")]
    public void MUST_21_an_opening_is_given_up_as_soon_as_the_user_says()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        T.Do("5 s", () => Connection.ConnectTimeout = 5000);
        Retransmitted("SYN seq 0 mss 1460", 1, 3);
        At(4999);
        Is(TcpState.SynSent);
        At(5000);
        ExpectNothing();
        Ended(TcpEndReason.TimedOut);
        Counted(StackCounter.TcpAttemptFails, 1);
    }

    [TestMethod]
    public void An_opening_may_be_shorter_than_the_first_retransmission_timeout()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        T.Do("300 ms", () => Connection.ConnectTimeout = 300);
        At(300);
        ExpectNothing();
        Ended(TcpEndReason.TimedOut);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-21")]
    public void MUST_21_an_opening_may_go_on_for_ever()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        T.Do("never", () => Connection.ConnectTimeout = 0);
        T.Do("and this is for data", () => Connection.UserTimeout = 10_000);
        Retransmitted("SYN seq 0 mss 1460", 1, 3, 7, 15, 31, 63);
        for (int minute = 2; minute < 24 * 60; minute++)
        {
            At((minute * 60_000) + 3000);
            Expect("SYN seq 0 mss 1460");
        }

        Send("SYN,ACK seq 0 ack 1");
        Expect("ACK seq 1 ack 1");
        Is(TcpState.Established);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-37")]
    public void MUST_37_the_user_timeout_does_not_run_while_a_closed_window_is_probed_and_the_peer_answers()
    {
        OpenPassive(window: 0);
        T.Do("10 s", () => Connection.UserTimeout = 10_000);
        Write(10);
        foreach (int time in new[] { 1, 3, 7, 15, 31, 63, 123, 183 })
        {
            At(time * 1000);
            Expect("ACK seq 1 ack 1 len 1");
            T.Check(false, Connection.HasDeliveryProblem, "delivery problem");
            Send("ACK seq 1 ack 1 win 0");
        }

        Is(TcpState.Established);
    }

    [TestMethod]
    public void A_closed_window_whose_peer_no_longer_answers_ends_with_a_reset_after_the_user_timeout()
    {
        OpenPassive(window: 0);
        T.Do("10 s", () => Connection.UserTimeout = 10_000);
        Write(10);
        Retransmitted("ACK seq 1 ack 1 len 1", 1, 3);
        Send("ACK seq 1 ack 1 win 0");
        At(7000);
        Expect("ACK seq 1 ack 1 len 1");
        At(15_000);
        Expect("ACK seq 1 ack 1 len 1");
        At(16_999);
        Is(TcpState.Established);
        At(17_000);
        Expect("RST,ACK seq 1 ack 1 win 0");
        Ended(TcpEndReason.TimedOut);
    }

    [TestMethod]
    public void What_cannot_leave_for_want_of_a_link_times_out_too()
    {
        OpenPassive();
        T.Do("10 s", () => Connection.UserTimeout = 10_000);
        LinkDown();
        At(1_000_000);
        Is(TcpState.Established);
        Write(10);
        At(1_009_999);
        Is(TcpState.Established);
        At(1_010_000);
        Ended(TcpEndReason.TimedOut);
        Counted(StackCounter.TcpTimeouts, 0);
    }

    [TestMethod]
    public void What_waited_for_the_link_goes_out_as_if_it_had_just_been_written()
    {
        OpenPassive();
        LinkDown();
        Write(10);
        CloseSend();
        At(100_000);
        LinkUp();
        Expect("FIN,ACK seq 1 ack 1 len 10");
        T.Check(1000, Connection.RetransmissionTimeout, "RTO");
        At(101_000);
        Expect("FIN,ACK seq 1 ack 1 len 10");
        At(219_999);
        T.Bench.Sent.Clear();
        Is(TcpState.FinWait1);
        At(220_000);
        T.Bench.Sent.Clear();
        Ended(TcpEndReason.TimedOut);
    }

    [TestMethod]
    public void A_window_that_was_too_small_before_the_link_was_down_is_probed_after_it()
    {
        OpenPassive(window: 1000);
        Send("ACK seq 1 ack 1 win 100");
        Write(1500);
        ExpectNothing();
        LinkDown();
        At(50_000);
        LinkUp();
        ExpectNothing();
        At(51_000);
        Expect("ACK seq 1 ack 1 len 100");
        Send("ACK seq 1 ack 101 win 4000");
        Expect("ACK seq 101 ack 1 len 1000");
        Send("ACK seq 1 ack 1101 win 4000");
        Expect("ACK seq 1101 ack 1 len 400");
        Send("ACK seq 1 ack 1501 win 4000");
    }

    [TestMethod]
    public void A_neighbour_that_was_silent_is_no_reason_to_give_up_data_that_waits_for_the_window()
    {
        OpenPassive(window: 1000);
        Send("ACK seq 1 ack 1 win 100");
        At(700_000);
        T.Bench.FirstSilent = 0;
        Write(1500);
        At(703_500);
        T.Check(true, Connection.ReportedUnreachable, "reported unreachable");
        T.Bench.FirstSilent = uint.MaxValue;
        At(706_000);
        Expect("ACK seq 1 ack 1 len 100");
        Send("ACK seq 1 ack 101 win 100");
        Counted(StackCounter.TcpTimeouts, 0);
        int octets = 101;
        while (octets < 1401)
        {
            // Too small to be used at once: after a timeout each time, for longer than R2.
            At(T.Time + Connection.RetransmissionTimeout);
            Expect($"ACK seq {octets} ack 1 len 100");
            octets += 100;
            Send($"ACK seq 1 ack {octets} win 100");
        }

        Is(TcpState.Established);
        T.Bench.Sent.Clear();
    }

    [TestMethod]
    public void A_listener_says_it_for_its_connections()
    {
        Listen();
        T.Listener.UserTimeout = 5000;
        T.Listener.NoDelay = true;
        Handshake();
        T.Check(5000, Connection.UserTimeout, "user timeout");
        T.Check(true, Connection.NoDelay, "no delay");
        Write(10);
        Retransmitted("ACK seq 1 ack 1 len 10", 0, 1, 3);
        At(5000);
        Ended(TcpEndReason.TimedOut);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-23", "SHLD-11")]
    public void A_negative_time_is_refused_and_the_defaults_stay()
    {
        OpenPassive();
        foreach (int value in new[] { int.MinValue, -1 })
        {
            Refused(() => Connection.UserTimeout = value);
            Refused(() => Connection.ConnectTimeout = value);
            Refused(() => T.Listener.UserTimeout = value);
        }

        T.Check(120_000, Connection.UserTimeout, "user timeout: SHLD-11");
        T.Check(180_000, Connection.ConnectTimeout, "connect timeout: MUST-23");
        TcpConnection connection = Connection;
        Abort();
        Expect("RST,ACK seq 1 ack 1 win 0");
        Assert.ThrowsExactly<InvalidOperationException>(() => connection.UserTimeout = 1);
        Assert.ThrowsExactly<InvalidOperationException>(() => connection.ConnectTimeout = 1);
        T.Listener.Close();
        Assert.ThrowsExactly<InvalidOperationException>(() => T.Listener.UserTimeout = 1);
    }

    private void Retransmitted(string segment, params int[] seconds)
    {
        foreach (int time in seconds)
        {
            if (time * 1000 != T.Time)
            {
                At(time * 1000);
            }

            Expect(segment);
        }
    }
}
