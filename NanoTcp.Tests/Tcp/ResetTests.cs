using NanoTcp.Primitives;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 9293 3.5.2, 3.5.3 and RFC 5961 3: which segments are answered by a reset, and which resets are believed.</summary>
[TestClass]
public sealed class ResetTests : TraceTest
{
    [TestMethod]
    [DataRow("SYN seq 0", "RST,ACK seq =0 ack 1 win 0")]
    [DataRow("SYN seq 0 len 5", "RST,ACK seq =0 ack 6 win 0")]
    [DataRow("FIN seq 5 len 3", "RST,ACK seq =0 ack 9 win 0")]
    [DataRow("none seq 5", "RST,ACK seq =0 ack 5 win 0")]
    [DataRow("ACK seq 5 ack 700", "RST seq 700 win 0")]
    [DataRow("SYN,ACK seq 5 ack 700", "RST seq 700 win 0")]
    [DataRow("FIN,ACK seq 5 ack -700 len 10", "RST seq -700 win 0")]
    public void RFC_9293_3_10_7_1_a_closed_port_answers(string segment, string reset)
    {
        Listen();
        T.Peer.StackPort = Trace.ListenPort + 1;
        T.Peer.StackIss = 5000;
        Send(segment);
        Expect(reset);
        Counted(StackCounter.TcpOutRsts, 1);
    }

    [TestMethod]
    public void A_reset_is_never_answered_by_a_reset()
    {
        Listen();
        Send("RST seq 0");
        Send("RST,ACK seq 0 ack 5");
        T.Peer.StackPort = Trace.ListenPort + 1;
        Send("RST seq 0");
        Send("RST,ACK seq 0 ack 5");
        ExpectNothing();
    }

    [TestMethod]
    public void LISTEN_resets_an_acknowledgment_and_drops_what_is_no_request()
    {
        Listen();
        Send("ACK seq 1 ack 77");
        Expect("RST seq 77 win 0");
        Send("SYN,ACK seq 1 ack 78");
        Expect("RST seq 78 win 0");
        Send("none seq 1");
        Send("FIN seq 1");
        Send("SYN,FIN seq 1");
        ExpectNothing();
        T.Check(0, T.Stack.HalfOpenCount, "half open");
    }

    [TestMethod]
    public void SYN_SENT_is_refused_by_a_reset_that_acknowledges_its_SYN()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send("RST,ACK seq 0 ack 1");
        ExpectNothing();
        Ended(TcpEndReason.Refused);
        Counted(StackCounter.TcpAttemptFails, 1);
    }

    [TestMethod]
    public void SYN_SENT_ignores_a_reset_that_anybody_could_have_sent()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send("RST seq 0");
        Send("RST seq 1");
        Send("RST,ACK seq 0 ack 0");
        Send("RST,ACK seq 0 ack 2");
        Send("ACK seq 0 ack 1");
        Send("FIN,ACK seq 0 ack 1");
        ExpectNothing();
        Is(TcpState.SynSent);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(2)]
    [DataRow(-70000)]
    [DataRow(70000)]
    public void SYN_SENT_resets_an_acknowledgment_of_something_else(int ack)
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send($"ACK seq 0 ack {ack}");
        Expect($"RST seq {ack} win 0");
        Send($"SYN,ACK seq 0 ack {ack}");
        Expect($"RST seq {ack} win 0");
        Is(TcpState.SynSent);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(2)]
    [DataRow(-70000)]
    public void SYN_RECEIVED_resets_an_acknowledgment_of_something_else_and_waits_on(int ack)
    {
        Listen();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send($"ACK seq 1 ack {ack}");
        Expect($"RST seq {ack} win 0");
        T.Check(1, T.Stack.HalfOpenCount, "half open");
        Send("ACK seq 1 ack 1");
        Accept();
        Is(TcpState.Established);
    }

    [TestMethod]
    public void SYN_RECEIVED_believes_only_the_exact_reset()
    {
        Listen();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("RST seq 5000");
        Send("RST seq 0");
        ExpectNothing();
        Send("RST seq 2");
        Expect("ACK seq 1 ack 1");
        T.Check(1, T.Stack.HalfOpenCount, "half open");
        Send("RST seq 1");
        ExpectNothing();
        T.Check(0, T.Stack.HalfOpenCount, "half open");
    }

    [TestMethod]
    public void SYN_RECEIVED_is_not_opened_by_what_is_outside_the_window()
    {
        // One beyond the window is no handshake: it must not take a connection out of the pool.
        Listen();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 2048 mss 1460");
        Send("ACK seq 2049 ack 1");
        ExpectNothing();
        Send("ACK seq 5000 ack 1 len 10");
        Expect("ACK seq 1 ack 1");
        T.Check(1, T.Stack.HalfOpenCount, "half open");
        T.Check(4, T.Stack.FreeConnections, "free connections");
        Send("ACK seq 2048 ack 1");
        Accept();
        Is(TcpState.Established);
    }

    [TestMethod]
    public void SYN_RECEIVED_of_a_simultaneous_open_is_refused_by_the_exact_reset()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("RST seq 2");
        Expect("ACK seq 1 ack 1");
        Is(TcpState.SynReceived);
        Send("RST seq 1");
        Ended(TcpEndReason.Refused);
    }

    [TestMethod]
    public void RFC_5961_3_2_only_the_exact_reset_ends_an_open_connection()
    {
        OpenPassive();
        Send("RST seq 0");
        Send("RST seq 2049");
        Send("RST seq -100000");
        ExpectNothing();
        Send("RST seq 2");
        Expect("ACK seq 1 ack 1");
        Send("RST seq 2048");
        Expect("ACK seq 1 ack 1");
        Is(TcpState.Established);
        Send("RST seq 1");
        ExpectNothing();
        Ended(TcpEndReason.Reset);
        Counted(StackCounter.TcpEstabResets, 1);
    }

    [TestMethod]
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
    public void A_reset_counts_into_a_closed_window_too()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 1024", "ACK seq 1025 ack 1 len 1024");
        Expect("ACK seq 1 ack 2049 win 0");
        Send("RST seq 2050");
        ExpectNothing();
        Send("RST seq 2049");
        Ended(TcpEndReason.Reset);
    }

    [TestMethod]
    public void CLOSE_WAIT_and_LAST_ACK_end_by_a_reset()
    {
        OpenPassive();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        Send("RST seq 2");
        Ended(TcpEndReason.Reset);
        Close();

        T.As(Client(1));
        Handshake();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        CloseSend();
        Expect("FIN,ACK seq 1 ack 2");
        Send("RST seq 2");
        Ended(TcpEndReason.Reset);
    }

    [TestMethod]
    public void FIN_WAIT_1_and_FIN_WAIT_2_end_by_a_reset()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("RST seq 1");
        Ended(TcpEndReason.Reset);
        Close();

        T.As(Client(1));
        Handshake();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 2");
        Is(TcpState.FinWait2);
        Send("RST seq 1");
        Ended(TcpEndReason.Reset);
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
