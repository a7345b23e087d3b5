using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 9293 3.5: how connections open, figures 6 to 11.</summary>
[TestClass]
public sealed class ConnectionSetupTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "MUST-14", "SHLD-5", "MAY-3", "3.10.1")]
    [Requirement("RFC 4022", "tcpActiveOpens")]
    public void Figure_6_basic_three_way_handshake_active()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 win 2048 mss 1460");
        Is(TcpState.SynSent);

        At(30);
        Send("SYN,ACK seq 0 ack 1 win 4000 mss 1000");
        Expect("ACK seq 1 ack 1 win 2048");
        Is(TcpState.Established);

        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        At(60);
        Send("ACK seq 1 ack 11");
        ExpectNothing();
        Counted(StackCounter.TcpActiveOpens, 1);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-14", "SHLD-5")]
    [Requirement("RFC 4022", "tcpPassiveOpens")]
    [Requirement("RFC 4987", "3.5")]
    public void Figure_6_basic_three_way_handshake_passive()
    {
        Listen();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 2048 mss 1460");
        T.Check(1, T.Stack.HalfOpenCount, "half open");
        T.Check(4, T.Stack.FreeConnections, "free connections while the handshake lasts");

        At(30);
        Send("ACK seq 1 ack 1 win 4000");
        T.Check(1, T.Listener.Pending, "waiting to be accepted");
        Accept();
        Is(TcpState.Established);
        T.Check(0, T.Stack.HalfOpenCount, "half open");
        T.Check(3, T.Stack.FreeConnections, "free connections");
        Counted(StackCounter.TcpPassiveOpens, 1);
    }

    [TestMethod]
    public void Figure_6_the_handshakes_third_segment_may_carry_data()
    {
        Listen();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 2048 mss 1460");
        Send("ACK seq 1 ack 1 len 20");
        Accept();
        Read(20);
        At(40);
        Expect("ACK seq 1 ack 21");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-10")]
    public void Figure_7_simultaneous_open()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");

        At(10);
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 2048 mss 1460");
        Is(TcpState.SynReceived);

        At(20);
        Send("SYN,ACK seq 0 ack 1 win 4000 mss 1000");
        Expect("ACK seq 1 ack 1");
        Is(TcpState.Established);
        Write(500);
        Expect("ACK seq 1 ack 1 len 500");
        Send("ACK seq 1 ack 501 len 5");
        Read(5);
        At(60);
        Expect("ACK seq 501 ack 6");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-10")]
    public void Figure_7_simultaneous_open_whose_answer_is_a_bare_acknowledgment()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1");
        ExpectNothing();
        Is(TcpState.Established);
    }

    [TestMethod]
    public void Simultaneous_open_of_a_side_that_has_already_closed_its_sending_goes_on_to_FIN_WAIT_1()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        CloseSend();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("SYN,ACK seq 0 ack 1 win 4000 mss 1000");
        Expect("FIN,ACK seq 1 ack 1");
        Is(TcpState.FinWait1);
        Send("ACK seq 1 ack 2");
        Is(TcpState.FinWait2);
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        Is(TcpState.TimeWait);
        Close();
    }

    [TestMethod]
    public void Sending_closed_before_the_connection_opens_lets_the_FIN_follow_the_handshake()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        CloseSend();
        Is(TcpState.SynSent);
        Send("SYN,ACK seq 0 ack 1 win 4000 mss 1000");
        Expect("FIN,ACK seq 1 ack 1");
        Is(TcpState.FinWait1);
    }

    [TestMethod]
    public void Figure_8_recovery_from_an_old_duplicate_SYN()
    {
        // Passive side: the duplicate is answered, the peer resets it, and the real SYN opens the connection.
        Listen();
        Send("SYN seq -910 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack -909 mss 1460");
        Send("RST seq -909");
        ExpectNothing();
        T.Check(0, T.Stack.HalfOpenCount, "half open: back in LISTEN");
        T.Peer.KnowsStackIss = false;
        At(5);
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1");
        Accept();
        Is(TcpState.Established);
    }

    [TestMethod]
    public void Figure_8_a_SYN_SENT_side_resets_what_answers_an_old_duplicate()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send("SYN,ACK seq 0 ack -8 win 4000 mss 1000");
        Expect("RST seq -8 win 0");
        Is(TcpState.SynSent);
        Send("SYN,ACK seq 0 ack 1 win 4000 mss 1000");
        Expect("ACK seq 1 ack 1");
        Is(TcpState.Established);
    }

    [TestMethod]
    public void Figure_9_a_half_open_peer_is_found_by_its_acknowledgment_and_reset()
    {
        // The stack has crashed and opens anew; the peer still believes in the old connection.
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send("ACK seq 300 ack -4000");
        Expect("RST seq -4000 win 0");
        Is(TcpState.SynSent);
        At(1000);
        Expect("SYN seq 0 mss 1460");
        Send("SYN,ACK seq 0 ack 1 win 4000 mss 1000");
        Expect("ACK seq 1 ack 1");
        Is(TcpState.Established);
    }

    [TestMethod]
    public void Figure_9_seen_from_the_side_that_has_not_crashed()
    {
        OpenPassive();

        // The peer begins anew within the window; RFC 5961 4.2 asks for a challenge instead of a reset.
        At(100);
        Send("SYN seq 400 win 4000 mss 1000");
        Expect("ACK seq 1 ack 1");
        Is(TcpState.Established);
        Send("RST seq 1");
        ExpectNothing();
        Ended(TcpEndReason.Reset);
    }

    [TestMethod]
    public void Figure_10_data_for_a_host_that_has_crashed_is_reset()
    {
        Listen();
        Send("ACK seq 500 ack 300 len 10");
        Expect("RST seq 300 win 0");
        Counted(StackCounter.TcpOutRsts, 1);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-11")]
    [Requirement("RFC 4022", "tcpAttemptFails")]
    public void Figure_11_an_old_duplicate_SYN_at_a_passive_side_ends_back_in_LISTEN()
    {
        Listen();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("RST seq 1");
        T.Check(0, T.Stack.HalfOpenCount, "half open");
        T.Check(null, T.TryAccept(), "a connection");
        Counted(StackCounter.TcpAttemptFails, 1);
    }

    [TestMethod]
    public void A_repeated_SYN_is_answered_again()
    {
        Listen();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        At(300);
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        T.Check(1, T.Stack.HalfOpenCount, "half open");
        Send("ACK seq 1 ack 1");
        Accept();
    }

    [TestMethod]
    public void A_SYN_with_data_opens_the_connection_and_the_data_must_come_again()
    {
        Listen();
        Send("SYN seq 0 win 4000 mss 1000 len 5");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1 len 5");
        Accept();
        Read(5);
        At(40);
        Expect("ACK seq 1 ack 6");
    }

    [TestMethod]
    [Requirement("RFC 5961", "4.2")]
    public void RFC_5961_4_2_a_SYN_in_an_open_connection_is_challenged_wherever_it_stands()
    {
        OpenPassive();
        Send("SYN seq 1");
        Expect("ACK seq 1 ack 1");
        Send("SYN seq 100");
        Expect("ACK seq 1 ack 1");
        Send("SYN seq 90000");
        Expect("ACK seq 1 ack 1");
        Send("SYN seq -90000");
        Expect("ACK seq 1 ack 1");
        Send("SYN,ACK seq 0 ack 1");
        Expect("ACK seq 1 ack 1");
        Is(TcpState.Established);
    }
}
