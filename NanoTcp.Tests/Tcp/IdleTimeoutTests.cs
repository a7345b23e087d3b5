using System;
using NanoTcp.Primitives;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.Tcp;

/// <summary>A server's own limit for connections on which nothing moves.</summary>
[TestClass]
public sealed class IdleTimeoutTests : TraceTest
{
    private const long Days = 86_400_000;

    [TestMethod]
    public void A_connection_on_which_no_data_moves_is_reset()
    {
        OpenPassive();
        T.Check(0, Connection.IdleTimeout, "idle timeout: off unless set");
        Idle(10_000);
        At(9999);
        ExpectNothing();
        Is(TcpState.Established);
        At(10_000);
        Expect("RST,ACK seq 1 ack 1 win 0");
        Ended(TcpEndReason.Idle);
        Counted(StackCounter.TcpIdleTimeouts, 1);
        Counted(StackCounter.TcpEstabResets, 1);
        Close();
        T.Check(4, T.Stack.FreeConnections, "free connections");
    }

    [TestMethod]
    public void Data_in_data_out_and_its_acknowledgment_begin_it_anew()
    {
        OpenPassive();
        Idle(10_000);
        At(9000);
        Send("ACK seq 1 ack 1 len 10");
        At(9040);
        Expect("ACK seq 1 ack 11");
        At(18_999);
        Write(10);
        Expect("ACK seq 1 ack 11 len 10");
        At(19_999);
        Expect("ACK seq 1 ack 11 len 10");
        At(21_999);
        Expect("ACK seq 1 ack 11 len 10");
        At(24_000);
        Send("ACK seq 11 ack 11");
        At(33_999);
        Is(TcpState.Established);
        At(34_000);
        Expect("RST,ACK seq 11 ack 11 win 0");
        Ended(TcpEndReason.Idle);
        Read(10);
    }

    [TestMethod]
    [DataRow("ACK seq 1 ack 1 win 3000", 0)]
    [DataRow("ACK seq 0 ack 1", 1)]
    [DataRow("ACK seq 0 ack 1 len 1", 1)]
    [DataRow("ACK seq 5000 ack 1 len 10", 1)]
    [DataRow("ACK seq 20 ack 1 len 10", 1)]
    [DataRow("ACK seq 1 ack 9 len 10", 1)]
    public void Segments_that_move_nothing_do_not_count(string segment, int answers)
    {
        OpenPassive();
        Idle(10_000);
        for (int i = 1; i < 10; i++)
        {
            At(i * 1000);
            Send(segment);
            for (int k = 0; k < answers; k++)
            {
                Expect("ACK seq 1 ack 1");
            }
        }

        At(10_000);
        Expect("RST,ACK seq 1 ack 1 win 0");
        Ended(TcpEndReason.Idle);
    }

    [TestMethod]
    public void Keep_alive_and_its_answers_do_not_count()
    {
        OpenPassive();
        Idle(10_000);
        T.Do("KEEP-ALIVE every 3 s", () =>
        {
            Connection.KeepAlive = true;
            Connection.KeepAliveInterval = 3000;
        });
        foreach (int time in new[] { 3000, 6000, 9000 })
        {
            At(time);
            Expect("ACK seq 0 ack 1");
            Send("ACK seq 1 ack 1");
        }

        At(10_000);
        Expect("RST,ACK seq 1 ack 1 win 0");
        Ended(TcpEndReason.Idle);
    }

    [TestMethod]
    public void A_peer_that_keeps_its_window_closed_holds_no_place()
    {
        OpenPassive(window: 0);
        Idle(10_000);
        Write(10);
        foreach (int time in new[] { 1000, 3000, 7000 })
        {
            At(time);
            Expect("ACK seq 1 ack 1 len 1");
            Send("ACK seq 1 ack 1 win 0");
        }

        At(10_000);
        Expect("RST,ACK seq 1 ack 1 win 0");
        Ended(TcpEndReason.Idle);
    }

    [TestMethod]
    public void A_client_that_opens_and_says_nothing_leaves_the_listeners_queue()
    {
        Listen(options => options.Connections = 1);
        T.Listener.IdleTimeout = 5000;
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        At(900);
        Send("ACK seq 1 ack 1");
        T.Check(1, T.Listener.Pending, "pending");
        At(5899);
        T.Check(1, T.Listener.Pending, "pending");
        At(5900);
        Expect("RST,ACK seq 1 ack 1 win 0");
        T.Check(0, T.Listener.Pending, "pending");
        T.Check(1, T.Stack.FreeConnections, "free connections");
        Counted(StackCounter.TcpIdleTimeouts, 1);

        T.As(Client(2));
        Handshake();
        T.Check(5000, Connection.IdleTimeout, "idle timeout");
        At(10_000);
        Send("ACK seq 1 ack 1 len 10");
        Read(10);
        At(10_040);
        Expect("ACK seq 1 ack 11");
        At(14_999);
        Is(TcpState.Established);
        At(15_000);
        Expect("RST,ACK seq 1 ack 11 win 0");
        Ended(TcpEndReason.Idle);
    }

    [TestMethod]
    public void A_client_that_closes_its_side_and_waits_is_ended_too()
    {
        OpenPassive();
        Idle(10_000);
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        At(10_000);
        Expect("RST,ACK seq 1 ack 2 win 0");
        Ended(TcpEndReason.Idle);
        T.Check(true, Connection.EndOfStream, "end of stream");
    }

    [TestMethod]
    public void A_peer_that_never_closes_after_this_side_has_is_ended_too()
    {
        OpenPassive();
        Idle(10_000);
        At(4000);
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 2");
        At(13_999);
        Is(TcpState.FinWait2);
        At(14_000);
        Expect("RST,ACK seq 2 ack 1 win 0");
        Ended(TcpEndReason.Idle);
    }

    [TestMethod]
    public void It_ends_neither_an_opening_nor_TIME_WAIT()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Idle(500);
        At(1000);
        Expect("SYN seq 0 mss 1460");
        At(2100);
        Send("SYN,ACK seq 0 ack 1");
        Expect("ACK seq 1 ack 1");
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        At(62_099);
        Is(TcpState.TimeWait);
        At(62_100);
        Ended(TcpEndReason.Closed);
        Counted(StackCounter.TcpIdleTimeouts, 0);
    }

    [TestMethod]
    public void It_begins_when_an_own_opening_is_done()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Idle(900);
        At(500);
        Send("SYN,ACK seq 0 ack 1");
        Expect("ACK seq 1 ack 1");
        At(1399);
        Is(TcpState.Established);
        At(1400);
        Expect("RST,ACK seq 1 ack 1 win 0");
        Ended(TcpEndReason.Idle);
    }

    [TestMethod]
    public void It_may_be_set_late_changed_and_turned_off()
    {
        OpenPassive();
        At(5000);
        Idle(10_000);
        At(9000);
        Idle(20_000);
        At(19_000);
        Idle(0);
        At(30 * Days);
        ExpectNothing();
        Is(TcpState.Established);
        Idle(10_000);
        Expect("RST,ACK seq 1 ack 1 win 0");
        Ended(TcpEndReason.Idle);
    }

    [TestMethod]
    public void The_longest_one_ends_after_its_time_and_not_before()
    {
        OpenActive();
        Idle(int.MaxValue);
        At(20 * Days);
        Send("ACK seq 1 ack 1 len 10");
        Read(10);
        At((20 * Days) + 40);
        Expect("ACK seq 1 ack 11");
        At((20 * Days) + int.MaxValue - 1);
        ExpectNothing();
        Is(TcpState.Established);
        At((20 * Days) + int.MaxValue);
        Expect("RST,ACK seq 1 ack 11 win 0");
        Ended(TcpEndReason.Idle);
    }

    [TestMethod]
    public void It_runs_while_the_link_is_down()
    {
        OpenPassive();
        Idle(10_000);
        At(5000);
        LinkDown();
        At(9999);
        Is(TcpState.Established);
        At(10_000);
        Ended(TcpEndReason.Idle);
        Close();
        At(39_999);
        T.Check(3, T.Stack.FreeConnections, "free connections");
        At(40_000);
        T.Check(4, T.Stack.FreeConnections, "free connections");
        LinkUp();
        ExpectNothing();
    }

    [TestMethod]
    public void A_negative_time_is_refused()
    {
        OpenPassive();
        foreach (int value in new[] { int.MinValue, -1 })
        {
            Refused(() => Connection.IdleTimeout = value);
            Refused(() => T.Listener.IdleTimeout = value);
        }

        T.Check(0, Connection.IdleTimeout, "idle timeout");
        TcpConnection connection = Connection;
        Abort();
        Expect("RST,ACK seq 1 ack 1 win 0");
        Assert.ThrowsExactly<InvalidOperationException>(() => connection.IdleTimeout = 1);
        T.Listener.Close();
        Assert.ThrowsExactly<InvalidOperationException>(() => T.Listener.IdleTimeout = 1);
    }

    private void Idle(int timeout) => T.Do($"IDLE TIMEOUT {timeout}", () => Connection.IdleTimeout = timeout);
}
