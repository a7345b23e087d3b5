using NanoTcp.Primitives;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 9293 3.6: how connections end in order, figures 12 and 13.</summary>
[TestClass]
public sealed class CloseTests : TraceTest
{
    [TestMethod]
    public void Figure_12_normal_close_from_this_side()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Is(TcpState.FinWait1);
        At(10);
        Send("ACK seq 1 ack 2");
        Is(TcpState.FinWait2);
        At(20);
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        Is(TcpState.TimeWait);
        T.Check(TcpEndReason.Closed, EndReason, "end reason");
        T.Check(true, Connection.EndOfStream, "end of stream");
        At(60_019);
        Is(TcpState.TimeWait);
        At(60_020);
        ExpectNothing();
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    public void Figure_12_normal_close_from_the_other_side()
    {
        OpenPassive();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        Is(TcpState.CloseWait);
        CloseSend();
        Expect("FIN,ACK seq 1 ack 2");
        Is(TcpState.LastAck);
        Send("ACK seq 2 ack 2");
        ExpectNothing();
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    public void Figure_13_simultaneous_close()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 2 ack 2");
        Is(TcpState.Closing);
        Send("ACK seq 2 ack 2");
        ExpectNothing();
        Is(TcpState.TimeWait);
        At(60_000);
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    public void Figure_13_both_FINs_lost_once()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        At(1000);
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 2 ack 2");
        At(2000);
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 2 ack 2");
        At(3000);
        Expect("FIN,ACK seq 1 ack 2");
        Send("ACK seq 2 ack 2");
        Is(TcpState.TimeWait);
    }

    [TestMethod]
    public void FIN_that_acknowledges_ours_goes_straight_to_TIME_WAIT()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        Is(TcpState.TimeWait);
    }

    [TestMethod]
    public void FIN_goes_with_the_last_data()
    {
        OpenPassive();
        Write(1500);
        Expect("ACK seq 1 ack 1 len 1000");
        CloseSend();
        Expect("FIN,ACK seq 1001 ack 1 len 500");
        Send("ACK seq 1 ack 1501");
        Is(TcpState.FinWait1);
        Send("ACK seq 1 ack 1502");
        Is(TcpState.FinWait2);
        T.Check(1500L, Connection.BytesSent, "octets acknowledged");
    }

    [TestMethod]
    public void Half_close_by_this_side_goes_on_receiving()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 1 len 10");
        Read(10);
        At(40);
        Expect("ACK seq 2 ack 11");
        Send("ACK seq 11 ack 2");
        Is(TcpState.FinWait2);
        Send("ACK seq 21 ack 2 len 10");
        Expect("ACK seq 2 ack 11");
        Send("ACK seq 11 ack 2 len 10");
        Expect("ACK seq 2 ack 31");
        Read(20);
        At(500_000);
        Is(TcpState.FinWait2);
        Send("FIN,ACK seq 31 ack 2 len 5");
        Expect("ACK seq 2 ack 37");
        Read(5);
        T.Check(true, Connection.EndOfStream, "end of stream");
    }

    [TestMethod]
    public void Half_close_by_the_peer_goes_on_sending()
    {
        OpenPassive();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        Write(1000);
        Expect("ACK seq 1 ack 2 len 1000");
        At(300);
        Send("ACK seq 2 ack 1001");
        Write(10);
        Expect("ACK seq 1001 ack 2 len 10");
        CloseSend();
        Expect("FIN,ACK seq 1011 ack 2");
        Send("ACK seq 2 ack 1012");
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    public void CLOSE_WAIT_acknowledges_a_repeated_FIN()
    {
        OpenPassive();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        Is(TcpState.CloseWait);
        CloseSend();
        Expect("FIN,ACK seq 1 ack 2");
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 2 ack 2");
        Is(TcpState.LastAck);
    }

    [TestMethod]
    public void A_connection_given_back_still_delivers_what_was_written()
    {
        OpenPassive();
        Write(1500);
        Expect("ACK seq 1 ack 1 len 1000");
        Close();
        Expect("FIN,ACK seq 1001 ack 1 len 500");
        T.Check(3, T.Stack.FreeConnections, "free connections");
        At(1000);
        Expect("ACK seq 1 ack 1 len 1000");
        Send("ACK seq 1 ack 1001");
        Expect("FIN,ACK seq 1001 ack 1 len 500");
        Send("ACK seq 1 ack 1502");
        T.Check(4, T.Stack.FreeConnections, "free connections");
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
        Send("FIN,ACK seq 1 ack 1502");
        Expect("ACK seq 1502 ack 2");
    }

    [TestMethod]
    public void A_connection_given_back_whose_peer_falls_silent_is_given_up()
    {
        OpenPassive();
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        foreach (int time in new[] { 1, 3, 7, 15, 31, 63 })
        {
            At(time * 1000);
            Expect("FIN,ACK seq 1 ack 1");
        }

        At(123_000);
        ExpectNothing();
        T.Check(4, T.Stack.FreeConnections, "free connections");
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
    }

    [TestMethod]
    public void RFC_1122_4_2_2_13_data_for_a_reader_who_has_gone_is_reset()
    {
        OpenPassive();
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 2 len 10");
        Expect("RST seq 2 win 0");
        T.Check(4, T.Stack.FreeConnections, "free connections");
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
    }

    [TestMethod]
    public void RFC_1122_4_2_2_13_data_for_a_reader_who_has_gone_is_reset_in_FIN_WAIT_2()
    {
        OpenPassive();
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 2");
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
        Send("ACK seq 1 ack 2 len 10");
        Expect("RST seq 2 win 0");
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
    }

    [TestMethod]
    public void RFC_1122_4_2_2_13_CLOSE_with_unread_data_resets()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 10");
        Close();
        Expect("RST,ACK seq 1 ack 11 win 0");
        T.Check(4, T.Stack.FreeConnections, "free connections");
    }

    [TestMethod]
    public void CLOSE_with_unread_data_ahead_of_a_hole_resets()
    {
        OpenPassive();
        Send("ACK seq 11 ack 1 len 10");
        Expect("ACK seq 1 ack 1");
        Close();
        Expect("RST,ACK seq 1 ack 1 win 0");
    }

    [TestMethod]
    public void CLOSE_in_SYN_SENT_forgets_the_connection_and_a_late_answer_is_reset()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Close();
        ExpectNothing();
        T.Check(4, T.Stack.FreeConnections, "free connections");
        Send("SYN,ACK seq 0 ack 1");
        Expect("RST seq 1 win 0");
    }

    [TestMethod]
    public void ABORT_in_SYN_SENT_sends_nothing()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Abort();
        ExpectNothing();
        T.Check(4, T.Stack.FreeConnections, "free connections");
    }

    [TestMethod]
    public void ABORT_of_an_open_connection_resets_it()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        Send("ACK seq 1 ack 1 len 5");
        Abort();
        Expect("RST,ACK seq 11 ack 6 win 0");
        T.Check(4, T.Stack.FreeConnections, "free connections");
        Send("ACK seq 6 ack 11");
        Expect("RST seq 11 win 0");
    }

    [TestMethod]
    public void ABORT_in_SYN_RECEIVED_resets()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Abort();
        Expect("RST,ACK seq 1 ack 1 win 0");
        T.Check(4, T.Stack.FreeConnections, "free connections");
    }

    [TestMethod]
    public void ABORT_in_FIN_WAIT_1_resets()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Abort();
        Expect("RST,ACK seq 2 ack 1 win 0");
    }

    [TestMethod]
    public void ABORT_in_FIN_WAIT_2_resets()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 2");
        Abort();
        Expect("RST,ACK seq 2 ack 1 win 0");
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
    }

    [TestMethod]
    public void ABORT_in_CLOSE_WAIT_resets()
    {
        OpenPassive();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        Abort();
        Expect("RST,ACK seq 1 ack 2 win 0");
    }

    [TestMethod]
    public void RFC_9293_3_10_5_ABORT_in_LAST_ACK_is_silent_when_everything_has_been_sent()
    {
        OpenPassive();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        CloseSend();
        Expect("FIN,ACK seq 1 ack 2");
        Abort();
        ExpectNothing();
        T.Check(4, T.Stack.FreeConnections, "free connections");
    }

    [TestMethod]
    public void ABORT_in_LAST_ACK_resets_when_the_FIN_has_not_been_sent()
    {
        // The data before the FIN waits for a window, so the peer still waits in FIN-WAIT-2.
        OpenPassive(window: 0);
        Write(10);
        Send("FIN,ACK seq 1 ack 1 win 0");
        Expect("ACK seq 1 ack 2");
        CloseSend();
        ExpectNothing();
        Is(TcpState.LastAck);
        Abort();
        Expect("RST,ACK seq 1 ack 2 win 0");
        T.Check(4, T.Stack.FreeConnections, "free connections");
    }

    [TestMethod]
    public void CLOSE_with_unread_data_in_LAST_ACK_resets_when_the_FIN_has_not_been_sent()
    {
        OpenPassive(window: 0);
        Write(10);
        Send("FIN,ACK seq 1 ack 1 len 5 win 0");
        Expect("ACK seq 1 ack 7");
        CloseSend();
        Is(TcpState.LastAck);
        Close();
        Expect("RST,ACK seq 1 ack 7 win 0");
    }

    [TestMethod]
    public void ABORT_in_CLOSING_resets_when_the_FIN_has_not_been_sent()
    {
        OpenPassive(window: 0);
        Write(10);
        CloseSend();
        ExpectNothing();
        Is(TcpState.FinWait1);
        Send("FIN,ACK seq 1 ack 1 win 0");
        Expect("ACK seq 1 ack 2");
        Is(TcpState.Closing);
        Abort();
        Expect("RST,ACK seq 1 ack 2 win 0");
    }

    [TestMethod]
    public void ABORT_in_TIME_WAIT_is_silent()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        Abort();
        ExpectNothing();
        T.Check(4, T.Stack.FreeConnections, "free connections");
    }

    [TestMethod]
    public void A_reset_of_a_connection_given_back_frees_it()
    {
        OpenPassive();
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        Send("RST seq 1");
        T.Check(4, T.Stack.FreeConnections, "free connections");
        Counted(StackCounter.TcpOutRsts, 0);
    }
}
