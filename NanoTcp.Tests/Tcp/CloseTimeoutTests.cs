using System;
using NanoTcp.Primitives;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.Tcp;

/// <summary>A connection that was given back and cannot deliver what is left does not keep its place for ever.</summary>
[TestClass]
public sealed class CloseTimeoutTests : TraceTest
{
    [TestMethod]
    public void What_is_not_delivered_in_time_is_reset()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        Close(5000);
        Expect("FIN,ACK seq 11 ack 1");
        At(1000);
        Expect("FIN,ACK seq 1 ack 1 len 10");
        At(3000);
        Expect("FIN,ACK seq 1 ack 1 len 10");
        At(4999);
        T.Check(3, T.Stack.FreeConnections, "free connections");
        At(5000);
        Expect("RST,ACK seq 12 ack 1 win 0");
        T.Check(4, T.Stack.FreeConnections, "free connections");
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
        Counted(StackCounter.TcpCloseTimeouts, 1);
        Counted(StackCounter.TcpGiveUps, 0);
    }

    [TestMethod]
    public void What_is_delivered_in_time_ends_as_ever()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        Close(5000);
        Expect("FIN,ACK seq 11 ack 1");
        At(900);
        Send("ACK seq 1 ack 12");
        T.Check(4, T.Stack.FreeConnections, "free connections");
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
        At(20_000);
        Send("FIN,ACK seq 1 ack 12");
        Expect("ACK seq 12 ack 2");
        Counted(StackCounter.TcpCloseTimeouts, 0);
    }

    [TestMethod]
    public void Nothing_is_waited_for_when_the_time_is_0()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        Close(0);
        Expect("RST,ACK seq 11 ack 1 win 0");
        T.Check(4, T.Stack.FreeConnections, "free connections");
    }

    [TestMethod]
    public void A_peer_that_takes_an_octet_now_and_then_has_two_minutes_in_all()
    {
        OpenPassive();
        Write(2000);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 1001 ack 1 len 1000");
        Close();
        Expect("FIN,ACK seq 2001 ack 1");
        for (int time = 500; time < 120_000; time += 500)
        {
            At(time);
            Send($"ACK seq 1 ack {1 + (time / 500)} win 3000");
        }

        At(119_999);
        T.Check(3, T.Stack.FreeConnections, "free connections");
        At(120_000);
        Expect("RST,ACK seq 2002 ack 1 win 0");
        T.Check(4, T.Stack.FreeConnections, "free connections");
        Counted(StackCounter.TcpRetransSegs, 0);
    }

    [TestMethod]
    public void A_closed_window_is_waited_for_no_longer_than_that()
    {
        OpenPassive(window: 0);
        Write(10);
        Close(20_000);
        foreach (int time in new[] { 1, 3, 7, 15 })
        {
            At(time * 1000);
            Expect("ACK seq 1 ack 1 len 1");
            Send("ACK seq 1 ack 1 win 0");
        }

        At(20_000);
        Expect("RST,ACK seq 2 ack 1 win 0");
        T.Check(4, T.Stack.FreeConnections, "free connections");
    }

    [TestMethod]
    public void The_last_acknowledgment_of_a_FIN_is_waited_for_no_longer_than_that()
    {
        OpenPassive();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        Close(5000);
        Expect("FIN,ACK seq 1 ack 2");
        At(1000);
        Expect("FIN,ACK seq 1 ack 2");
        At(3000);
        Expect("FIN,ACK seq 1 ack 2");

        // RFC 9293 3.10.5: the peer has closed and our FIN was sent, so ABORT is silent in LAST-ACK.
        At(5000);
        ExpectNothing();
        T.Check(4, T.Stack.FreeConnections, "free connections");
    }

    [TestMethod]
    public void The_user_timeout_holds_after_the_close_too()
    {
        OpenPassive();
        Connection.UserTimeout = 3000;
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        At(1000);
        Expect("FIN,ACK seq 1 ack 1");
        At(3000);
        ExpectNothing();
        T.Check(4, T.Stack.FreeConnections, "free connections");
        Counted(StackCounter.TcpGiveUps, 1);
    }

    [TestMethod]
    public void A_user_who_would_wait_for_ever_does_not_after_the_close()
    {
        OpenPassive();
        Connection.UserTimeout = 0;
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        foreach (int time in new[] { 1, 3, 7, 15, 31, 63 })
        {
            At(time * 1000);
            Expect("FIN,ACK seq 1 ack 1");
        }

        At(120_000);
        ExpectNothing();
        T.Check(0, T.Stack.TimeWaitCount, "farewells");
        Counted(StackCounter.TcpGiveUps, 1);
    }

    [TestMethod]
    public void Without_a_link_the_place_is_free_half_a_minute_later()
    {
        OpenPassive();
        LinkDown();
        At(100_000);
        Close(5000);
        At(134_999);
        T.Check(3, T.Stack.FreeConnections, "free connections");
        At(135_000);
        T.Check(4, T.Stack.FreeConnections, "free connections");
        LinkUp();
        ExpectNothing();

        // The peer learns it when it sends something.
        Send("ACK seq 1 ack 1 len 10");
        Expect("RST seq 1 win 0");
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Without_a_link_a_connection_given_back_is_bounded_whether_data_is_out_or_not(bool dataOut)
    {
        OpenPassive();
        if (dataOut)
        {
            Write(10);
            Expect("ACK seq 1 ack 1 len 10");
        }

        LinkDown();
        Close();
        At(119_999);
        T.Check(3, T.Stack.FreeConnections, "free connections");
        At(150_000);
        T.Check(4, T.Stack.FreeConnections, "free connections");
        LinkUp();
        ExpectNothing();
    }

    [TestMethod]
    public void A_reset_that_waits_for_the_link_goes_out_when_it_comes_back_soon()
    {
        OpenPassive();
        LinkDown();
        Abort();
        T.Check(3, T.Stack.FreeConnections, "free connections");
        At(29_999);
        LinkUp();
        Expect("RST,ACK seq 1 ack 1 win 0");
        T.Check(4, T.Stack.FreeConnections, "free connections");
    }

    [TestMethod]
    public void A_reset_that_cannot_leave_keeps_no_place()
    {
        OpenPassive();
        LinkDown();
        Abort();
        At(30_000);
        T.Check(4, T.Stack.FreeConnections, "free connections");
        LinkUp();
        ExpectNothing();
    }

    [TestMethod]
    public void A_neighbour_that_has_gone_keeps_no_place()
    {
        OpenPassive();
        At(700_000);
        T.Bench.FirstSilent = 0;
        Close(5000);
        At(705_000);
        At(710_000);
        T.Check(4, T.Stack.FreeConnections, "free connections");
        T.Bench.FirstSilent = uint.MaxValue;
    }

    [TestMethod]
    public void A_negative_time_is_refused_and_the_connection_kept()
    {
        OpenPassive();
        ArgumentOutOfRangeException exception = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Connection.Close(-1));
        Assert.AreEqual("timeout", exception.ParamName);
        StringAssert.Contains(exception.Message, "0, which aborts, to 2,147,483,647 ms", StringComparison.Ordinal);
        Is(TcpState.Established);
        TcpConnection connection = Connection;
        Close(1000);
        Expect("FIN,ACK seq 1 ack 1");
        Assert.ThrowsExactly<InvalidOperationException>(() => connection.Close(1000));
        At(1000);
        T.Bench.Sent.Clear();
        Assert.ThrowsExactly<InvalidOperationException>(() => connection.Close(0));
    }

    private void Close(int timeout) => T.Close(timeout);
}
