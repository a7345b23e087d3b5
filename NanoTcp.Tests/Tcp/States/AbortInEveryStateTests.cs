using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>RFC 9293 3.10.5: ABORT, and CLOSE that comes to the same because something would be lost.</summary>
[TestClass]
[Requirement("RFC 9293", "3.10.5")]
public sealed class AbortInEveryStateTests : EveryStateTest
{
    [TestMethod]
    [DataRow(Place.SynReceivedActive)]
    [DataRow(Place.Established)]
    [DataRow(Place.FinWait1)]
    [DataRow(Place.FinWait2)]
    [DataRow(Place.CloseWait)]
    public void ABORT_resets_a_peer_that_may_still_wait_for_something(Place place)
    {
        Enter(place);
        Abort();
        Expect($"RST,ACK seq {SndNxt} ack {RcvNxt} win 0");
        T.Check(4, T.Stack.FreeConnections, "free connections");
        T.Check(0, T.Stack.TimeWaitCount, "records of closing connections");
        Send($"ACK seq {RcvNxt} ack {SndNxt}");
        Expect($"RST seq {SndNxt} win 0");
    }

    [TestMethod]
    [DataRow(Place.SynSent)]
    [DataRow(Place.Closing)]
    [DataRow(Place.LastAck)]
    [DataRow(Place.TimeWait)]
    public void ABORT_is_silent_where_the_peer_has_all_or_knows_nothing(Place place)
    {
        Enter(place);
        Abort();
        ExpectNothing();
        T.Check(4, T.Stack.FreeConnections, "free connections");
        T.Check(0, T.Stack.TimeWaitCount, "records of closing connections");
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
    [Requirement("RFC 9293", "MAY-1", "SHLD-3")]
    [Requirement("RFC 1122", "4.2.2.13")]
    public void RFC_1122_4_2_2_13_CLOSE_with_unread_data_resets()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 10");
        Close();
        Expect("RST,ACK seq 1 ack 11 win 0");
        T.Check(4, T.Stack.FreeConnections, "free connections");
    }

    [TestMethod]
    [Requirement("RFC 9293", "SHLD-3")]
    public void CLOSE_with_unread_data_ahead_of_a_hole_resets()
    {
        OpenPassive();
        Send("ACK seq 11 ack 1 len 10");
        Expect("ACK seq 1 ack 1");
        Close();
        Expect("RST,ACK seq 1 ack 1 win 0");
    }

    [TestMethod]
    [Requirement("RFC 9293", "SHLD-3")]
    public void CLOSE_with_unread_data_in_CLOSE_WAIT_resets()
    {
        OpenPassive();
        Send("FIN,ACK seq 1 ack 1 len 10");
        Expect("ACK seq 1 ack 12");
        Close();
        Expect("RST,ACK seq 1 ack 12 win 0");
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
}
