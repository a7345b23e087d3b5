using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>CLOSING: both sides have closed at once, and the peer does not know of our FIN yet.</summary>
[TestClass]
[Requirement("RFC 9293", "3.10.7.4")]
public sealed class ClosingTests : TraceTest
{
    [TestMethod]
    public void The_ACK_of_our_FIN_leads_to_TIME_WAIT()
    {
        Enter();
        Send("ACK seq 2 ack 2");
        ExpectNothing();
        Is(TcpState.TimeWait);
        T.Check(TcpEndReason.Closed, EndReason, "end reason");
        At(59_999);
        Is(TcpState.TimeWait);
        At(60_000);
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    public void An_ACK_of_less_is_ignored()
    {
        Enter();
        Send("ACK seq 2 ack 1");
        ExpectNothing();
        Is(TcpState.Closing);
    }

    [TestMethod]
    public void The_peers_FIN_again_with_the_ACK_of_ours_leads_to_TIME_WAIT_once_it_stands_at_the_right_number()
    {
        // A repeated FIN lies left of the window, and so nothing of it is believed; the bare ACK that follows is.
        Enter();
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        Is(TcpState.Closing);
        Send("ACK seq 2 ack 2");
        Is(TcpState.TimeWait);
    }

    [TestMethod]
    public void Our_FIN_is_retransmitted_until_it_is_acknowledged()
    {
        Enter();
        At(1000);
        Expect("FIN,ACK seq 1 ack 2");
        At(3000);
        Expect("FIN,ACK seq 1 ack 2");
        Send("ACK seq 2 ack 2");
        Is(TcpState.TimeWait);
        At(62_999);
        Is(TcpState.TimeWait);
        At(63_000);
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    public void CLOSE_again_changes_nothing()
    {
        Enter();
        CloseSend();
        ExpectNothing();
        Is(TcpState.Closing);
        Close();
        ExpectNothing();
        T.Check(4, T.Stack.FreeConnections, "free connections: a record is enough for what is left");
        T.Check(1, T.Stack.TimeWaitCount, "records of closing connections");
        Send("ACK seq 2 ack 2");
        T.Check(4, T.Stack.FreeConnections, "free connections");
        T.Check(1, T.Stack.TimeWaitCount, "records of closing connections");
    }

    [TestMethod]
    public void What_came_before_the_FIN_can_still_be_read()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 200");
        CloseSend();
        Expect("FIN,ACK seq 1 ack 201");
        Send("FIN,ACK seq 201 ack 1");
        Expect("ACK seq 2 ack 202");
        Is(TcpState.Closing);
        T.Check(200, Connection.Readable, "readable");
        Read(200);
        T.Check(true, Connection.EndOfStream, "end of stream");
    }

    private void Enter()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 2 ack 2");
        Is(TcpState.Closing);
    }
}
