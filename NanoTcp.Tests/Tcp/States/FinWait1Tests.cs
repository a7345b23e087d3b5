using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>FIN-WAIT-1: this side has closed, its FIN is not acknowledged.</summary>
[TestClass]
[Requirement("RFC 9293", "3.10.7.4")]
public sealed class FinWait1Tests : TraceTest
{
    [TestMethod]
    public void The_ACK_of_our_FIN_leads_to_FIN_WAIT_2()
    {
        Enter();
        Send("ACK seq 1 ack 2");
        ExpectNothing();
        Is(TcpState.FinWait2);
    }

    [TestMethod]
    public void An_ACK_of_the_data_before_our_FIN_does_not()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        CloseSend();
        Expect("FIN,ACK seq 11 ack 1");
        Send("ACK seq 1 ack 5");
        Is(TcpState.FinWait1);
        Send("ACK seq 1 ack 11");
        Is(TcpState.FinWait1);
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
        Send("ACK seq 1 ack 12");
        Is(TcpState.FinWait2);
    }

    [TestMethod]
    public void A_FIN_that_crosses_ours_leads_to_CLOSING()
    {
        Enter();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 2 ack 2");
        Is(TcpState.Closing);
        T.Check(true, Connection.EndOfStream, "end of stream");
    }

    [TestMethod]
    public void A_FIN_that_acknowledges_ours_leads_straight_to_TIME_WAIT()
    {
        Enter();
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        Is(TcpState.TimeWait);
    }

    [TestMethod]
    public void A_FIN_with_data_that_crosses_ours_leads_to_CLOSING_and_the_data_is_read()
    {
        Enter();
        Send("FIN,ACK seq 1 ack 1 len 200");
        Expect("ACK seq 2 ack 202");
        Is(TcpState.Closing);
        Read(200);
        T.Check(true, Connection.EndOfStream, "end of stream");
        Send("ACK seq 202 ack 2");
        Is(TcpState.TimeWait);
    }

    [TestMethod]
    public void A_FIN_with_data_that_acknowledges_ours_leads_to_TIME_WAIT_and_the_data_is_read()
    {
        Enter();
        Send("FIN,ACK seq 1 ack 2 len 200");
        Expect("ACK seq 2 ack 202");
        Is(TcpState.TimeWait);
        Read(200);
        T.Check(true, Connection.EndOfStream, "end of stream");
    }

    [TestMethod]
    public void A_FIN_ahead_of_a_hole_waits_while_our_FIN_is_acknowledged()
    {
        Enter();
        Send("FIN,ACK seq 101 ack 2 len 100");
        Expect("ACK seq 2 ack 1");
        Is(TcpState.FinWait2);
        Send("ACK seq 1 ack 2 len 100");
        Expect("ACK seq 2 ack 202");
        Is(TcpState.TimeWait);
        Read(200);
    }

    [TestMethod]
    public void Our_FIN_follows_the_data_that_is_queued_before_it()
    {
        OpenPassive(window: 1000);
        Write(2000);
        Expect("ACK seq 1 ack 1 len 1000");
        CloseSend();
        ExpectNothing();
        Is(TcpState.FinWait1);
        Send("ACK seq 1 ack 1001 win 1000");
        Expect("FIN,PSH,ACK seq 1001 ack 1 len 1000");
        Send("ACK seq 1 ack 2002");
        Is(TcpState.FinWait2);
        T.Check(2000L, Connection.BytesSent, "octets acknowledged");
    }

    [TestMethod]
    public void The_peers_FIN_while_data_is_queued_before_ours_leads_to_CLOSING_and_the_data_still_goes_out()
    {
        OpenPassive(window: 1000);
        Write(2000);
        Expect("ACK seq 1 ack 1 len 1000");
        CloseSend();
        Send("FIN,ACK seq 1 ack 1 win 1000");
        Expect("ACK seq 1001 ack 2");
        Is(TcpState.Closing);
        Send("ACK seq 2 ack 1001 win 1000");
        Expect("FIN,PSH,ACK seq 1001 ack 2 len 1000");
        Is(TcpState.Closing);
        Send("ACK seq 2 ack 2001");
        Is(TcpState.Closing);
        Send("ACK seq 2 ack 2002");
        Is(TcpState.TimeWait);
        T.Check(2000L, Connection.BytesSent, "octets acknowledged");
    }

    [TestMethod]
    public void Data_is_still_received_in_order_and_out_of_order()
    {
        Enter();
        Send("ACK seq 1 ack 1 len 100");
        Read(100);
        At(40);
        Expect("ACK seq 2 ack 101");
        Send("ACK seq 201 ack 1 len 100");
        Expect("ACK seq 2 ack 101");
        Send("ACK seq 101 ack 1 len 100");
        Expect("ACK seq 2 ack 301");
        Read(200);
        Is(TcpState.FinWait1);
    }

    [TestMethod]
    public void CLOSE_again_changes_nothing()
    {
        Enter();
        CloseSend();
        ExpectNothing();
        Is(TcpState.FinWait1);
        Close();
        ExpectNothing();
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        T.Check(1, T.Stack.TimeWaitCount, "records of closing connections");
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

        At(120_000);
        ExpectNothing();
        T.Check(4, T.Stack.FreeConnections, "free connections");
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MAY-1", "SHLD-3")]
    [Requirement("RFC 1122", "4.2.2.13")]
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

    private void Enter()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Is(TcpState.FinWait1);
    }
}
