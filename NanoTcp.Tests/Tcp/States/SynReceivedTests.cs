using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>SYN-RECEIVED, RFC 9293 3.10.7.4: half-open records of a listener, and simultaneous opens.</summary>
[TestClass]
[Requirement("RFC 9293", "3.10.7.4")]
public sealed class SynReceivedTests : TraceTest
{
    [TestMethod]
    public void The_ACK_of_our_SYN_opens_the_connection()
    {
        HalfOpen();
        T.Check(0, T.Listener.Pending, "waiting to be accepted");
        Send("ACK seq 1 ack 1");
        ExpectNothing();
        T.Check(0, T.Stack.HalfOpenCount, "half open");
        T.Check(1, T.Listener.Pending, "waiting to be accepted");
        Accept();
        Is(TcpState.Established);
    }

    [TestMethod]
    public void The_SYN_ACK_is_never_held_back_but_its_closed_window_holds_back_the_data()
    {
        Listen(options => options.Connections = 1);
        Handshake();
        T.As(Client(2));
        At(10);
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 0 mss 1460");
    }

    [TestMethod]
    [DataRow(0, DisplayName = "too low")]
    [DataRow(-70_000, DisplayName = "far too low")]
    [DataRow(2, DisplayName = "too high")]
    [DataRow(70_000, DisplayName = "far too high")]
    public void An_ACK_of_something_else_is_reset_at_that_number_and_the_right_one_still_opens(int ack)
    {
        HalfOpen();
        Send($"ACK seq 1 ack {ack}");
        Expect($"RST seq {ack} win 0");
        Send($"ACK seq 1 ack {ack} len 10");
        Expect($"RST seq {ack} win 0");
        T.Check(1, T.Stack.HalfOpenCount, "half open");
        Send("ACK seq 1 ack 1");
        Accept();
        Is(TcpState.Established);
        T.Check(0, Connection.Readable, "readable");
    }

    [TestMethod]
    public void FIN_with_the_ACK_of_our_SYN_opens_and_goes_to_CLOSE_WAIT()
    {
        HalfOpen();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        T.Check(1, T.Listener.Pending, "waiting to be accepted");
        Accept();
        Is(TcpState.CloseWait);
        T.Check(true, Connection.EndOfStream, "end of stream");
        Write(10);
        Expect("ACK seq 1 ack 2 len 10");
        Send("ACK seq 2 ack 11");
        CloseSend();
        Expect("FIN,ACK seq 11 ack 2");
        Send("ACK seq 2 ack 12");
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    public void Data_and_FIN_with_the_ACK_of_our_SYN_are_all_taken()
    {
        HalfOpen();
        Send("FIN,PSH,ACK seq 1 ack 1 len 200");
        Expect("ACK seq 1 ack 202 win 1847");
        Accept();
        Is(TcpState.CloseWait);
        Read(200);
        T.Check(true, Connection.EndOfStream, "end of stream");
    }

    [TestMethod]
    public void Data_whose_forerunner_with_the_ACK_was_lost_opens_the_connection_and_waits_for_the_hole()
    {
        HalfOpen();
        Send("FIN,ACK seq 101 ack 1 len 100");
        Expect("ACK seq 1 ack 1 win 2048");
        Accept();
        Is(TcpState.Established);
        T.Check(0, Connection.Readable, "readable");
        Send("ACK seq 1 ack 1 len 100");
        Expect("ACK seq 1 ack 202");
        Is(TcpState.CloseWait);
        Read(200);
    }

    [TestMethod]
    public void FIN_without_ACK_opens_nothing()
    {
        HalfOpen();
        Send("FIN seq 1");
        Send("FIN,PSH seq 1 len 10");
        ExpectNothing();
        T.Check(1, T.Stack.HalfOpenCount, "half open");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-11")]
    public void A_reset_leads_back_to_LISTEN()
    {
        HalfOpen();
        Send("RST seq 1");
        ExpectNothing();
        T.Check(0, T.Stack.HalfOpenCount, "half open");
        Counted(StackCounter.TcpAttemptFails, 1);
        T.Peer.KnowsStackIss = false;
        At(5);
        Send("SYN seq 700 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 701 mss 1460");
        Send("ACK seq 701 ack 1");
        Accept();
        Is(TcpState.Established);
    }

    [TestMethod]
    [DataRow("", DisplayName = "without")]
    [DataRow("opt 03030700", DisplayName = "with 7")]
    public void The_peers_window_is_never_scaled_whether_it_offered_window_scale_or_not(string option)
    {
        Listen();
        Send($"SYN seq 0 win 300 {option}");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1 win 200");
        Accept();
        Write(1000);
        Expect("ACK seq 1 ack 1 len 200");
        Send("ACK seq 1 ack 201 win 150");
        Expect("ACK seq 201 ack 1 len 150");
        ExpectNothing();
        Send("ACK seq 1 ack 351 win 1000");
        Expect("ACK seq 351 ack 1 len 536");
        Send("ACK seq 1 ack 887 win 1000");
        Expect("ACK seq 887 ack 1 len 114");
        Send("ACK seq 1 ack 1001");
    }

    [TestMethod]
    public void What_is_outside_the_window_opens_nothing()
    {
        // One beyond the window is no handshake: it must not take a connection out of the pool.
        HalfOpen();
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
    public void CLOSE_of_the_listener_forgets_the_handshake()
    {
        HalfOpen();
        T.Do("CLOSE the listener", T.Listener.Close);
        T.Check(0, T.Stack.HalfOpenCount, "half open");
        Send("ACK seq 1 ack 1");
        Expect("RST seq 1 win 0");
    }

    [TestMethod]
    [DataRow("ACK seq 1 ack 1", DisplayName = "ACK")]
    [DataRow("SYN,ACK seq 0 ack 1 win 4000 mss 1000", DisplayName = "SYN,ACK")]
    public void CLOSE_in_a_simultaneous_open_sends_the_FIN_when_the_connection_is_open(string answer)
    {
        SimultaneousOpen();
        CloseSend();
        ExpectNothing();
        Send(answer);
        Expect("FIN,ACK seq 1 ack 1");
        Is(TcpState.FinWait1);
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        Is(TcpState.TimeWait);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-11")]
    public void CLOSE_in_a_simultaneous_open_still_believes_only_an_ACK_of_our_SYN()
    {
        SimultaneousOpen();
        CloseSend();
        Send("ACK seq 1 ack 2");
        Expect("RST seq 2 win 0");
        Send("RST seq 1");
        Ended(TcpEndReason.Refused);
    }

    [TestMethod]
    public void A_connection_given_back_in_a_simultaneous_open_is_finished_without_its_owner()
    {
        SimultaneousOpen();
        Close();
        T.Check(3, T.Stack.FreeConnections, "free connections");
        Send("SYN,ACK seq 0 ack 1 win 4000 mss 1000");
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        T.Check(4, T.Stack.FreeConnections, "free connections");
        T.Check(1, T.Stack.TimeWaitCount, "records of closing connections");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-10")]
    public void Data_and_FIN_may_come_with_the_answer_of_a_simultaneous_open()
    {
        SimultaneousOpen();
        Send("FIN,ACK seq 1 ack 1 len 200");
        Expect("ACK seq 1 ack 202");
        Is(TcpState.CloseWait);
        Read(200);
        T.Check(true, Connection.EndOfStream, "end of stream");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-10")]
    public void The_SYN_ACK_of_a_simultaneous_open_is_retransmitted()
    {
        SimultaneousOpen();
        foreach (int time in new[] { 1, 3, 7 })
        {
            At(time * 1000);
            Expect("SYN,ACK seq 0 ack 1 win 2048 mss 1460");
            Is(TcpState.SynReceived);
        }

        Send("ACK seq 1 ack 1");
        ExpectNothing();
        Is(TcpState.Established);
        At(100_000);
    }

    [TestMethod]
    public void A_simultaneous_open_whose_peer_falls_silent_is_given_up()
    {
        SimultaneousOpen();
        foreach (int time in new[] { 1, 3, 7, 15, 31, 63, 123 })
        {
            At(time * 1000);
            Expect("SYN,ACK seq 0 ack 1 mss 1460");
        }

        At(180_000);
        ExpectNothing();
        Ended(TcpEndReason.TimedOut);
    }

    private void HalfOpen()
    {
        Listen();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 2048 mss 1460");
    }

    private void SimultaneousOpen()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Is(TcpState.SynReceived);
    }
}
