using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>RFC 9293 3.4.2 and 3.10.7.4, eighth: connections that their owners have given back and that wait for the peer's last segments.</summary>
[TestClass]
public sealed class TimeWaitTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "MUST-13", "3.10.8")]
    public void TIME_WAIT_lasts_two_MSL_and_costs_no_connection()
    {
        CloseToTimeWait();
        T.Check(4, T.Stack.FreeConnections, "free connections");
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
        At(59_999);
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
        At(60_000);
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
        Send("FIN,ACK seq 1 ack 2");
        Expect("RST seq 2 win 0");
    }

    [TestMethod]
    public void A_repeated_FIN_is_acknowledged_and_begins_the_wait_anew()
    {
        CloseToTimeWait();
        At(30_000);
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        At(89_999);
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
        At(90_000);
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
    }

    [TestMethod]
    public void A_repeated_FIN_begins_the_wait_anew_for_a_connection_that_is_still_held()
    {
        HoldInTimeWait();
        At(30_000);
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        At(89_999);
        Is(TcpState.TimeWait);
        At(90_000);
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    [DataRow("FIN,ACK seq -50000 ack 2", DisplayName = "a FIN from long ago")]
    [DataRow("FIN,ACK seq 90000 ack 2", DisplayName = "a FIN from beyond")]
    [DataRow("FIN,ACK seq 2 ack 2", DisplayName = "a FIN behind the FIN")]
    [DataRow("FIN seq 1", DisplayName = "a FIN without ACK")]
    [DataRow("ACK seq 0 ack 2 len 1", DisplayName = "old data")]
    [DataRow("ACK seq 2 ack 2 len 10", DisplayName = "data behind the FIN")]
    [DataRow("ACK seq 1 ack 2", DisplayName = "an old acknowledgment")]
    [DataRow("SYN seq 1", DisplayName = "an old SYN")]
    public void Only_the_FIN_itself_begins_the_wait_anew(string segment)
    {
        HoldInTimeWait();
        At(30_000);
        Send(segment);
        Expect("ACK seq 2 ack 2");
        At(59_999);
        Is(TcpState.TimeWait);
        At(60_000);
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    [DataRow("FIN,ACK seq -50000 ack 2", DisplayName = "a FIN from long ago")]
    [DataRow("FIN,ACK seq 90000 ack 2", DisplayName = "a FIN from beyond")]
    [DataRow("FIN,ACK seq 2 ack 2", DisplayName = "a FIN behind the FIN")]
    [DataRow("FIN seq 1", DisplayName = "a FIN without ACK")]
    [DataRow("ACK seq 2 ack 2 len 10", DisplayName = "data behind the FIN")]
    public void Only_the_FIN_itself_begins_the_wait_of_a_record_anew(string segment)
    {
        CloseToTimeWait();
        At(30_000);
        Send(segment);
        Expect("ACK seq 2 ack 2");
        At(59_999);
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
        At(60_000);
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
    }

    [TestMethod]
    public void The_FIN_with_data_before_it_begins_the_wait_anew()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 2 len 100");
        Expect("ACK seq 2 ack 102");
        Read(100);
        At(30_000);
        Send("FIN,ACK seq 51 ack 2 len 50");
        Expect("ACK seq 2 ack 102");
        At(89_999);
        Is(TcpState.TimeWait);
        At(90_000);
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    public void A_window_that_opens_after_the_last_probe_does_not_stop_the_wait()
    {
        // The peer took data and FIN from a probe into its closed window, and opens it when nothing needs it any more.
        OpenPassive(window: 0);
        Write(1);
        CloseSend();
        At(1000);
        Expect("FIN,ACK seq 1 ack 1 len 1");
        Send("FIN,ACK seq 1 ack 3 win 0");
        Expect("ACK seq 3 ack 2");
        Is(TcpState.TimeWait);
        At(2000);
        Send("ACK seq 2 ack 3 win 4000");
        ExpectNothing();
        At(60_999);
        Is(TcpState.TimeWait);
        At(61_000);
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    public void CLOSE_keeps_the_rest_of_the_wait_as_a_record()
    {
        HoldInTimeWait();
        At(20_000);
        CloseSend();
        ExpectNothing();
        Close();
        ExpectNothing();
        T.Check(4, T.Stack.FreeConnections, "free connections");
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
        At(30_000);
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
    }

    [TestMethod]
    [Requirement("RFC 1337", "3")]
    public void RFC_1337_a_reset_does_not_end_TIME_WAIT()
    {
        CloseToTimeWait();
        Send("RST seq 2");
        ExpectNothing();
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
        Send("RST seq 3");
        ExpectNothing();
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
    }

    [TestMethod]
    public void Old_data_is_acknowledged_and_dropped()
    {
        CloseToTimeWait();
        Send("ACK seq -100 ack 2 len 50");
        Expect("ACK seq 2 ack 2");
        Send("ACK seq 2 ack 2");
        ExpectNothing();
        At(60_000);
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MAY-2")]
    public void MAY_2_a_SYN_beyond_everything_received_opens_a_new_connection()
    {
        CloseToTimeWait();
        At(100);
        uint before = T.Peer.StackIss;
        T.Peer.KnowsStackIss = false;
        Send("SYN seq 3 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 4 mss 1460");
        T.Check(true, (int)(T.Peer.StackIss - (before + 2)) > 0, "the new ISS is beyond the old SND.NXT");
        Send("ACK seq 4 ack 1");
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
        Accept();
        Is(TcpState.Established);
    }

    [TestMethod]
    public void A_SYN_that_may_be_old_is_acknowledged_and_opens_nothing()
    {
        CloseToTimeWait();
        At(100);
        Send("SYN seq 2 win 4000 mss 1000");
        Expect("ACK seq 2 ack 2");
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("ACK seq 2 ack 2");
        Send("SYN seq -50000 win 4000 mss 1000");
        Expect("ACK seq 2 ack 2");
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
        T.Check(0, T.Stack.HalfOpenCount, "half open");
    }

    [TestMethod]
    public void MAY_2_a_SYN_that_turns_out_to_be_old_leaves_the_pair_in_TIME_WAIT()
    {
        CloseToTimeWait();
        At(100);
        T.Peer.KnowsStackIss = false;
        Send("SYN seq 3 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 4 mss 1460");

        // The peer knows nothing of it.
        Send("RST seq 4");
        T.Check(0, T.Stack.HalfOpenCount, "half open");
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq -24998 ack 2");
        At(60_100);
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
    }

    [TestMethod]
    public void MAY_2_the_new_ISS_is_beyond_the_old_SND_NXT_though_data_was_faster_than_the_clock()
    {
        OpenPassive();
        Write(1000);
        Expect("ACK,PSH seq 1 ack 1 len 1000");
        Send("ACK seq 1 ack 1001");
        Close();
        Expect("FIN,ACK seq 1001 ack 1");
        Send("FIN,ACK seq 1 ack 1002");
        Expect("ACK seq 1002 ack 2");

        // The clock of RFC 6528 has moved on by 250.
        At(1);
        Send("SYN seq 3 win 4000 mss 1000");
        Expect("SYN,ACK seq 1003 ack 4 mss 1460");
        Send("ACK seq 4 ack 1004");
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
        Accept();
        Is(TcpState.Established);
    }

    [TestMethod]
    public void MAY_2_a_SYN_in_a_flood_reopens_the_pair_by_a_cookie()
    {
        Listen(options => options.HalfOpen = 1);
        Handshake();
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        TracePeer peer = T.Peer;
        At(59_000);
        uint before = peer.StackIss;
        T.As(Client(9));
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        T.As(peer);
        Send("SYN seq 3 win 4000 mss 1000");
        peer.KnowsStackIss = false;
        Expect("SYN,ACK seq 0 ack 4 mss 1460");
        T.Check(true, (int)(peer.StackIss - (before + 2)) > 0, "the new ISS is beyond the old SND.NXT");
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
        Send("ACK seq 4 ack 1 len 10");
        Expect("ACK seq 1 ack 14 win 2038");
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
        Accept();
        T.Check(10, Connection.Readable, "readable");
    }

    [TestMethod]
    public void RFC_1337_old_data_FIN_acknowledgments_and_resets_do_not_end_it()
    {
        CloseToTimeWait();
        string[] old =
        [
            "ACK seq 1 ack 1", "ACK seq 1 ack 1 len 100", "ACK,PSH seq 2 ack 2 len 1", "ACK seq 100 ack 2 len 50", "FIN,ACK seq 1 ack 1",
            "ACK seq -30000 ack -500", "ACK seq 2 ack 100", "SYN,ACK seq 0 ack 1", "RST seq 0", "RST seq 1", "RST,ACK seq 2 ack 2", "RST seq 3",
            "none seq 2 len 10", "FIN seq 2",
        ];
        int time = 0;
        foreach (string segment in old)
        {
            time += 4096;
            At(time);
            Send(segment);
            while (T.Bench.Sent.Count != 0)
            {
                Expect("ACK seq 2 ack 2");
            }

            T.Check(1, T.Stack.TimeWaitCount, $"closing connections after {segment}");
        }
    }

    [TestMethod]
    public void RFC_5961_7_a_repeated_FIN_is_acknowledged_up_to_a_limit_that_each_record_has_for_itself()
    {
        Listen();
        TracePeer[] peers = [Client(1), Client(2)];
        foreach (TracePeer peer in peers)
        {
            T.As(peer);
            Handshake();
            Close();
            Expect("FIN,ACK seq 1 ack 1");
            Send("FIN,ACK seq 1 ack 2");
            Expect("ACK seq 2 ack 2");
        }

        At(5000);
        for (int i = 0; i < 50; i++)
        {
            Send("FIN,ACK seq 1 ack 2");
            if (i < 10)
            {
                Expect("ACK seq 2 ack 2");
            }
        }

        Counted(StackCounter.TcpChallengeAcksLimited, 40);
        T.As(peers[0]);
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        At(10_000);
        T.As(peers[1]);
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");

        // Acknowledged or not, each has begun the wait anew.
        At(64_999);
        T.Check(2, T.Stack.TimeWaitCount, "closing connections");
        At(70_000);
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
    }

    [TestMethod]
    public void A_full_table_never_stops_service()
    {
        Listen(options =>
        {
            options.TimeWaits = 1;
            options.Connections = 1;
        });
        for (int i = 0; i < 100; i++)
        {
            T.As(Client(i));
            Handshake();
            Close();
            Expect("FIN,ACK seq 1 ack 1");
            Send("FIN,ACK seq 1 ack 2");
            Expect("ACK seq 2 ack 2");
        }

        Counted(StackCounter.TcpPassiveOpens, 100);
        Counted(StackCounter.TcpTimeWaitDrops, 99);
    }

    [TestMethod]
    public void A_SYN_to_a_port_that_nobody_listens_on_any_more_opens_nothing()
    {
        CloseToTimeWait();
        T.Do("CLOSE the listener", T.Listener.Close);
        Send("SYN seq 3 win 4000 mss 1000");
        Expect("ACK seq 2 ack 2");
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
    }

    [TestMethod]
    public void FIN_WAIT_2_of_a_connection_given_back_costs_no_connection_and_is_forgotten_after_a_while()
    {
        OpenPassive();
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 2");
        T.Check(4, T.Stack.FreeConnections, "free connections");
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
        At(59_999);
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
        At(60_000);
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
        Send("FIN,ACK seq 1 ack 2");
        Expect("RST seq 2 win 0");
    }

    [TestMethod]
    public void FIN_WAIT_2_of_a_connection_given_back_goes_on_to_TIME_WAIT()
    {
        OpenPassive();
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 2");
        At(50_000);
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        At(109_999);
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        At(169_998);
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
        At(169_999);
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
    }

    [TestMethod]
    public void FIN_WAIT_2_of_a_connection_given_back_believes_only_the_exact_reset()
    {
        OpenPassive();
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 2");
        Send("RST seq 100");
        Send("RST seq 0");
        ExpectNothing();
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
        Send("RST seq 1");
        ExpectNothing();
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-13")]
    public void When_the_table_is_full_the_oldest_record_makes_room()
    {
        Listen(options => options.TimeWaits = 2);
        for (int i = 1; i <= 3; i++)
        {
            At(i * 1000);
            T.As(Client(i));
            Handshake();
            Close();
            Expect("FIN,ACK seq 1 ack 1");
            Send("FIN,ACK seq 1 ack 2");
            Expect("ACK seq 2 ack 2");
        }

        T.Check(2, T.Stack.TimeWaitCount, "closing connections");
        Counted(StackCounter.TcpTimeWaitDrops, 1);
        At(61_999);
        T.Check(2, T.Stack.TimeWaitCount, "closing connections: the first one was replaced");
        At(62_000);
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-13")]
    public void The_wait_can_be_configured()
    {
        OpenPassive(options => options.TimeWaitDuration = 500);
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        At(499);
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
        At(500);
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
    }

    /// <summary>Its owner has closed its side, and not given the connection back.</summary>
    private void HoldInTimeWait()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
    }

    /// <summary>Its owner has given the connection back, so that only a record is left.</summary>
    private void CloseToTimeWait()
    {
        OpenPassive();
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
    }
}
