using System;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>SYN-SENT, RFC 9293 3.10.7.3: which answers to our SYN are believed.</summary>
[TestClass]
[Requirement("RFC 9293", "3.10.7.3")]
public sealed class SynSentTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "MUST-14")]
    public void MUST_14_the_SYN_carries_MSS_alone_and_a_window_that_is_not_scaled()
    {
        Connecting(options => options.ReceiveBuffer = 65_535);
        Connect();
        Expect("SYN seq 0 win 65535 mss 1460");
    }

    [TestMethod]
    [Requirement("RFC 6056", "3.3.1", "3.2")]
    [Requirement("RFC 5927", "4.2")]
    public void RFC_6056_the_local_port_is_chosen_from_the_dynamic_range_and_never_twice_for_one_server()
    {
        Connecting();
        TcpConnection first = Connect();
        Expect("SYN seq 0 mss 1460");
        T.Check(StackBench.OwnAddress, first.LocalAddress, "local address");
        T.Check(StackBench.PeerAddress, first.RemoteAddress, "remote address");
        T.Check(Trace.ServerPort, first.RemotePort, "remote port");
        T.Check(true, first.LocalPort is >= 49_152 and <= 65_535, "local port in the dynamic range");
        T.As(new TracePeer(StackBench.PeerAddress, Trace.ServerPort, first.LocalPort + 1, 0xFFFFFF80));
        TcpConnection second = Connect();
        Expect("SYN seq 0 mss 1460");
        T.Check(false, ReferenceEquals(first, second), "connecting again connects another connection");
        T.Check(true, second.LocalPort != first.LocalPort, "another port");
        T.Check(TcpState.SynSent, first.State, "state of the first");
        Abort();
    }

    [TestMethod]
    public void A_SYN_ACK_opens_the_connection()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send("SYN,ACK seq 0 ack 1 win 4000 mss 1000");
        Expect("ACK seq 1 ack 1 win 2048");
        Is(TcpState.Established);
        T.Check(2048, Connection.Writable, "writable");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-10")]
    public void A_SYN_alone_leads_to_SYN_RECEIVED_and_its_answer_repeats_our_number()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 2048 mss 1460");
        Is(TcpState.SynReceived);
        T.Check(0, Connection.Writable, "writable");
    }

    [TestMethod]
    [DataRow(0, DisplayName = "ISS rather than ISS+1")]
    [DataRow(2)]
    [DataRow(-70_000)]
    [DataRow(70_000)]
    public void An_ACK_of_something_else_is_reset_at_that_number_and_changes_nothing(int ack)
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send($"ACK seq 0 ack {ack}");
        Expect($"RST seq {ack} win 0");
        Send($"SYN,ACK seq 0 ack {ack}");
        Expect($"RST seq {ack} win 0");
        Is(TcpState.SynSent);
        Send("SYN,ACK seq 0 ack 1");
        Expect("ACK seq 1 ack 1");
        Is(TcpState.Established);
    }

    [TestMethod]
    public void A_reset_that_acknowledges_our_SYN_refuses()
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
    [DataRow("RST seq 0")]
    [DataRow("RST seq 1")]
    [DataRow("RST,SYN seq 0")]
    [DataRow("RST,ACK seq 0 ack 0")]
    [DataRow("RST,ACK seq 0 ack 2")]
    [DataRow("RST,ACK seq 0 ack -70000")]
    public void A_reset_without_the_right_ACK_is_ignored(string reset)
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send(reset);
        ExpectNothing();
        Is(TcpState.SynSent);
    }

    [TestMethod]
    [DataRow("ACK seq 0 ack 1")]
    [DataRow("ACK seq 1 ack 1 len 10")]
    [DataRow("FIN,ACK seq 0 ack 1")]
    public void A_bare_ACK_is_ignored_though_it_is_right(string segment)
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send(segment);
        ExpectNothing();
        Is(TcpState.SynSent);
        At(1000);
        Expect("SYN seq 0 mss 1460");
        Send("SYN,ACK seq 0 ack 1");
        Expect("ACK seq 1 ack 1");
        Is(TcpState.Established);
    }

    [TestMethod]
    [DataRow("none seq 0")]
    [DataRow("PSH seq 0 len 10")]
    [DataRow("FIN seq 0")]
    [DataRow("FIN,PSH,URG seq 0")]
    public void What_has_neither_SYN_nor_RST_nor_ACK_is_dropped(string segment)
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send(segment);
        ExpectNothing();
        Is(TcpState.SynSent);
    }

    [TestMethod]
    [DataRow("SYN,FIN seq 0 win 4000")]
    [DataRow("SYN,FIN,ACK seq 0 ack 1 win 4000")]
    public void SYN_with_FIN_is_nobodys_answer(string segment)
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send(segment);
        ExpectNothing();
        Is(TcpState.SynSent);
        Counted(StackCounter.TcpInUnexpected, 1);
    }

    [TestMethod]
    public void CLOSE_forgets_the_connection_and_a_late_answer_is_reset()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Close();
        ExpectNothing();
        T.Check(4, T.Stack.FreeConnections, "free connections");
        Send("SYN,ACK seq 0 ack 1");
        Expect("RST seq 1 win 0");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-6")]
    [DataRow("opt 020403E803030700", DisplayName = "window scale")]
    [DataRow("opt 020403E804020000", DisplayName = "SACK permitted")]
    [DataRow("opt 020403E8080A0000000100000000", DisplayName = "timestamps")]
    [DataRow("opt 020403E80402080A000000010000000001030307", DisplayName = "all that Linux offers")]
    public void What_a_SYN_ACK_answers_that_was_not_offered_is_not_used(string options)
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send($"SYN,ACK seq 0 ack 1 win 300 {options}");
        Expect("ACK seq 1 ack 1");
        Is(TcpState.Established);

        // Neither the window of the SYN nor any later one is scaled.
        Write(1000);
        Expect("ACK seq 1 ack 1 len 300");
        Send("ACK seq 1 ack 301 win 200");
        Expect("ACK seq 301 ack 1 len 200");
        Send("ACK seq 1 ack 501 win 4000");
        Expect("ACK seq 501 ack 1 len 500");
        Send("ACK seq 1 ack 1001");
    }

    [TestMethod]
    public void Data_with_the_SYN_ACK_is_not_acknowledged_and_comes_again()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send("SYN,ACK seq 0 ack 1 win 4000 mss 1000 len 20");
        Expect("ACK seq 1 ack 1");
        T.Check(0, Connection.Readable, "readable");
        Send("ACK seq 1 ack 1 len 20");
        Read(20);
        At(40);
        Expect("ACK seq 1 ack 21");
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(65_536)]
    [DataRow(-1)]
    public void CONNECT_asks_for_a_port(int port)
    {
        Connecting();
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => T.Stack.Connect(StackBench.PeerAddress, port));
        T.Check(4, T.Stack.FreeConnections, "free connections");
    }
}
