using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>LAST-ACK: both sides have closed, the peer first; only the acknowledgment of our FIN is missing.</summary>
[TestClass]
[Requirement("RFC 9293", "3.10.7.4")]
public sealed class LastAckTests : TraceTest
{
    [TestMethod]
    public void The_ACK_of_our_FIN_leads_to_CLOSED()
    {
        Enter();
        Send("ACK seq 2 ack 2");
        ExpectNothing();
        Ended(TcpEndReason.Closed);
        T.Check(0, T.Stack.TimeWaitCount, "records of closing connections: who closed second does not wait");
    }

    [TestMethod]
    public void An_ACK_of_what_is_acknowledged_already_is_ignored_and_one_left_of_the_window_answered()
    {
        Enter();
        Send("ACK seq 2 ack 1");
        ExpectNothing();
        Is(TcpState.LastAck);
        Send("ACK seq 1 ack 1");
        Expect("ACK seq 2 ack 2");
        Is(TcpState.LastAck);
    }

    [TestMethod]
    public void An_ACK_of_the_data_before_our_FIN_ends_nothing()
    {
        OpenPassive();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        Write(100);
        Expect("ACK seq 1 ack 2 len 100");
        CloseSend();
        Expect("FIN,ACK seq 101 ack 2");
        Send("ACK seq 2 ack 50");
        Is(TcpState.LastAck);
        Send("ACK seq 2 ack 101");
        Is(TcpState.LastAck);
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
        Send("ACK seq 2 ack 102");
        Ended(TcpEndReason.Closed);
        T.Check(100L, Connection.BytesSent, "octets acknowledged");
    }

    [TestMethod]
    public void The_peers_FIN_again_is_acknowledged_again()
    {
        Enter();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 2 ack 2");
        Is(TcpState.LastAck);
    }

    [TestMethod]
    public void CLOSE_again_changes_nothing()
    {
        Enter();
        CloseSend();
        ExpectNothing();
        Is(TcpState.LastAck);
        Close();
        ExpectNothing();
        T.Check(4, T.Stack.FreeConnections, "free connections: a record is enough for what is left");
        T.Check(1, T.Stack.TimeWaitCount, "records of closing connections");
        Send("ACK seq 2 ack 2");
        T.Check(0, T.Stack.TimeWaitCount, "records of closing connections");
    }

    [TestMethod]
    public void What_came_before_the_FIN_can_still_be_read_after_the_end()
    {
        OpenPassive();
        Send("FIN,ACK seq 1 ack 1 len 200");
        Expect("ACK seq 1 ack 202");
        CloseSend();
        Expect("FIN,ACK seq 1 ack 202");
        Is(TcpState.LastAck);
        Send("ACK seq 202 ack 2");
        Ended(TcpEndReason.Closed);
        Read(200);
        T.Check(true, Connection.EndOfStream, "end of stream");
    }

    [TestMethod]
    public void Our_FIN_is_retransmitted_and_given_up_in_the_end()
    {
        Enter();
        foreach (int time in new[] { 1, 3, 7, 15, 31, 63 })
        {
            At(time * 1000);
            Expect("FIN,ACK seq 1 ack 2");
        }

        At(119_999);
        Is(TcpState.LastAck);
        At(120_000);
        ExpectNothing();
        Ended(TcpEndReason.TimedOut);
    }

    private void Enter()
    {
        OpenPassive();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        CloseSend();
        Expect("FIN,ACK seq 1 ack 2");
        Is(TcpState.LastAck);
    }
}
