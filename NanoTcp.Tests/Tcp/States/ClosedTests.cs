using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>CLOSED, RFC 9293 3.10.7.1: no connection, and nobody who waits for one. Resets: see the tests of resets in every state.</summary>
[TestClass]
[Requirement("RFC 9293", "3.10.7.1", "3.5.2")]
public sealed class ClosedTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "3.10.7.1")]
    [DataRow("SYN seq 0", "RST,ACK seq =0 ack 1 win 0")]
    [DataRow("SYN seq 0 len 5", "RST,ACK seq =0 ack 6 win 0")]
    [DataRow("SYN,FIN seq 0 len 5", "RST,ACK seq =0 ack 7 win 0")]
    [DataRow("FIN seq 5 len 3", "RST,ACK seq =0 ack 9 win 0")]
    [DataRow("none seq 5", "RST,ACK seq =0 ack 5 win 0")]
    [DataRow("ACK seq 5 ack 700", "RST seq 700 win 0")]
    [DataRow("SYN,ACK seq 5 ack 700", "RST seq 700 win 0")]
    [DataRow("FIN,ACK seq 5 ack -700 len 10", "RST seq -700 win 0")]
    public void RFC_9293_3_10_7_1_a_port_that_nobody_listens_on_refuses(string segment, string reset)
    {
        Listen();
        T.Peer.StackPort = Trace.ListenPort + 1;
        T.Peer.StackIss = 5000;
        Send(segment);
        Expect(reset);
        Counted(StackCounter.TcpOutRsts, 1);
    }

    [TestMethod]
    public void A_SYN_is_refused_after_the_listener_was_closed()
    {
        Listen();
        T.Do("CLOSE the listener", T.Listener.Close);
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("RST,ACK seq =0 ack 1 win 0");
        T.Check(0, T.Stack.HalfOpenCount, "half open");
    }

    [TestMethod]
    public void CLOSE_of_a_connection_that_has_ended_sends_nothing_and_gives_it_back()
    {
        OpenPassive();
        Send("RST seq 1");
        Ended(TcpEndReason.Reset);
        CloseSend();
        ExpectNothing();
        Ended(TcpEndReason.Reset);
        T.Check(3, T.Stack.FreeConnections, "free connections: the owner may still read");
        Close();
        ExpectNothing();
        T.Check(4, T.Stack.FreeConnections, "free connections");
    }

    [TestMethod]
    public void ABORT_of_a_connection_that_has_ended_sends_nothing_and_gives_it_back()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 10");
        Send("RST seq 11");
        Ended(TcpEndReason.Reset);
        Abort();
        ExpectNothing();
        T.Check(4, T.Stack.FreeConnections, "free connections");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-12")]
    public void What_came_before_the_reset_can_still_be_read()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 10");
        Send("RST seq 11");
        Ended(TcpEndReason.Reset);
        T.Check(0, T.Connection.Writable, "writable");
        Read(10);
        T.Check(false, Connection.EndOfStream, "end of stream: it was cut off");
        Close();
        T.Check(4, T.Stack.FreeConnections, "free connections");
    }

    [TestMethod]
    public void A_segment_with_port_0_is_dropped_and_counted()
    {
        Listen();
        T.Peer.StackPort = 0;
        Send("SYN seq 0");
        T.As(new TracePeer(T.Peer.Address, 0, Trace.ListenPort, 0));
        Send("SYN seq 0");
        ExpectNothing();
        Counted(StackCounter.TcpInErrs, 2);
    }
}
