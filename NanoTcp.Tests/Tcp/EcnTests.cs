using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 3168 section 6.1: Explicit Congestion Notification, negotiated, echoed and obeyed.</summary>
[TestClass]
public sealed class EcnTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 3168", "6.1.1")]
    public void RFC_3168_6_1_1_a_client_asks_in_its_SYN_and_the_server_grants_it_by_ECE_alone()
    {
        Connecting(WithEcn);
        Connect();
        Expect("SYN,ECE,CWR seq 0 mss 1460");
        Send("SYN,ACK,ECE seq 0 ack 1 win 4000 mss 1000");
        Expect("ACK seq 1 ack 1");
        T.Check(true, Connection.Ecn, "ECN");
        Write(100);
        Expect("ACK seq 1 ack 1 len 100 ect");
        Send("ACK seq 1 ack 101");
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.1")]
    [DataRow("SYN,ACK")]
    [DataRow("SYN,ACK,ECE,CWR")]
    [DataRow("SYN,ACK,CWR")]
    public void RFC_3168_6_1_1_a_server_that_does_not_grant_it_gets_no_ECT(string answer)
    {
        Connecting(WithEcn);
        Connect();
        Expect("SYN,ECE,CWR seq 0 mss 1460");
        Send($"{answer} seq 0 ack 1 win 4000 mss 1000");
        Expect("ACK seq 1 ack 1");
        T.Check(false, Connection.Ecn, "ECN");
        Write(100);
        Expect("ACK seq 1 ack 1 len 100");
        Send("ACK seq 1 ack 101 len 10 ce");
        Read(10);
        At(40);
        Expect("ACK seq 101 ack 11");
    }

    [TestMethod]
    public void RFC_3168_6_1_1_1_a_SYN_that_was_lost_is_sent_again_without_ECN_and_so_the_connection_has_none()
    {
        Connecting(WithEcn);
        Connect();
        Expect("SYN,ECE,CWR seq 0 mss 1460");
        At(1000);
        Expect("SYN seq 0 mss 1460");
        Send("SYN,ACK,ECE seq 0 ack 1 win 4000 mss 1000");
        Expect("ACK seq 1 ack 1");
        Write(100);
        Expect("ACK seq 1 ack 1 len 100");
        Send("ACK seq 1 ack 101");
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.1")]
    public void RFC_3168_6_1_1_a_simultaneous_open_goes_without()
    {
        Connecting(WithEcn);
        Connect();
        Expect("SYN,ECE,CWR seq 0 mss 1460");
        Send("SYN,ECE,CWR seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("SYN,ACK,ECE seq 0 ack 1 win 4000 mss 1000");
        Expect("ACK seq 1 ack 1");
        Is(TcpState.Established);
        Write(100);
        Expect("ACK seq 1 ack 1 len 100");
        Send("ACK seq 1 ack 101");
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.1")]
    public void RFC_3168_6_1_1_a_listener_grants_what_a_client_asks_for()
    {
        OpenWithEcn();
        T.Check(true, Connection.Ecn, "ECN");
        Write(100);
        Expect("ACK seq 1 ack 1 len 100 ect");
        Send("ACK seq 1 ack 101");
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.1")]
    [DataRow("SYN")]
    [DataRow("SYN,ECE")]
    [DataRow("SYN,CWR")]
    public void RFC_3168_6_1_1_a_listener_grants_nothing_that_was_not_asked_for(string request)
    {
        Listen(WithEcn);
        Send($"{request} seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1 win 4000");
        Accept();
        Write(100);
        Expect("ACK seq 1 ack 1 len 100");
        Send("ACK seq 1 ack 101");
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.1")]
    public void RFC_3168_6_1_1_without_the_option_nothing_is_asked_for_nor_granted()
    {
        OpenActive();
        T.Check(false, Connection.Ecn, "ECN");
        Abort();
        Expect("RST,ACK seq 1 ack 1");
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.1")]
    public void RFC_3168_6_1_1_without_the_option_a_listener_ignores_the_request()
    {
        Listen();
        Send("SYN,ECE,CWR seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1 win 4000");
        Accept();
        Send("ACK seq 1 ack 1 len 10 ce");
        Read(10);
        At(40);
        Expect("ACK seq 1 ack 11");
        Counted(StackCounter.TcpCeRcvd, 0);
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.1")]
    public void RFC_3168_6_1_1_a_client_that_asks_again_without_ECN_gets_none()
    {
        Listen(WithEcn);
        Send("SYN,ECE,CWR seq 0 win 4000 mss 1000");
        Expect("SYN,ACK,ECE seq 0 ack 1 mss 1460");
        At(500);
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1 win 4000");
        Accept();
        T.Check(false, Connection.Ecn, "ECN");
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.1")]
    public void RFC_3168_6_1_1_a_SYN_ACK_goes_out_again_with_what_it_granted()
    {
        Listen(WithEcn);
        Send("SYN,ECE,CWR seq 0 win 4000 mss 1000");
        Expect("SYN,ACK,ECE seq 0 ack 1 mss 1460");
        At(1000);
        Expect("SYN,ACK,ECE seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1 win 4000");
        Accept();
        T.Check(true, Connection.Ecn, "ECN");
    }

    [TestMethod]
    [Requirement("RFC 4898", "tcpEStatsPathCERcvd")]
    [Requirement("RFC 3168", "6.1.3")]
    public void RFC_3168_6_1_3_a_mark_is_echoed_in_every_acknowledgment_until_the_peer_says_that_it_sends_less()
    {
        OpenWithEcn();
        Send("ACK seq 1 ack 1 len 10 ect");
        Read(10);
        At(40);
        Expect("ACK seq 1 ack 11");
        Send("ACK seq 11 ack 1 len 10 ce");
        Read(10);
        At(80);
        Expect("ACK,ECE seq 1 ack 21");
        Send("ACK seq 21 ack 1 len 10 ect");
        Read(10);
        At(120);
        Expect("ACK,ECE seq 1 ack 31");
        Write(10);
        Expect("ACK,ECE seq 1 ack 31 len 10 ect");
        Send("ACK,CWR seq 31 ack 11 len 10 ect");
        Read(10);
        At(160);
        Expect("ACK seq 11 ack 41");

        // Marked on its way after all: the reduction came before the mark.
        Send("ACK,CWR seq 41 ack 11 len 10 ce");
        Read(10);
        At(200);
        Expect("ACK,ECE seq 11 ack 51");
        Counted(StackCounter.TcpCeRcvd, 2);
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.3")]
    public void RFC_3168_6_1_3_one_delayed_acknowledgment_echoes_the_mark_of_either_segment()
    {
        OpenWithEcn();
        Send("ACK seq 1 ack 1 len 10 ce", "ACK seq 11 ack 1 len 10 ect");
        Expect("ACK,ECE seq 1 ack 21");
        Read(20);
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.3")]
    public void RFC_3168_6_1_3_a_mark_on_a_segment_out_of_order_is_echoed_at_once()
    {
        OpenWithEcn();
        Send("ACK seq 11 ack 1 len 10 ce");
        Expect("ACK,ECE seq 1 ack 1");
        Send("ACK seq 1 ack 1 len 10");
        Expect("ACK,ECE seq 1 ack 21");
        Read(20);
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.5")]
    public void RFC_3168_6_1_5_marks_outside_the_window_are_ignored()
    {
        OpenWithEcn();
        Send("ACK seq 1 ack 1 len 10 ect");
        Read(10);
        At(40);
        Expect("ACK seq 1 ack 11");
        Send("ACK seq 1 ack 1 len 10 ce");
        Expect("ACK seq 1 ack 11");
        Send("ACK seq 9011 ack 1 len 10 ce");
        Expect("ACK seq 1 ack 11");
        Counted(StackCounter.TcpCeRcvd, 0);
    }

    [TestMethod]
    [Requirement("RFC 9293", "SHLD-8")]
    [Requirement("RFC 4898", "tcpEStatsPathECNsignals")]
    [Requirement("RFC 3168", "6.1.2")]
    public void RFC_3168_6_1_2_an_echo_halves_the_window_once_and_the_next_new_data_says_so()
    {
        OpenWithEcn();
        WriteFourSegments();
        Send("ACK,ECE seq 1 ack 1001 win 8000");

        // Three segments were out: half of them, and ssthresh two.
        T.Check(1500, Connection.CongestionWindow, "cwnd");
        ExpectNothing();
        Send("ACK,ECE seq 1 ack 2001 win 8000");
        T.Check(1500, Connection.CongestionWindow, "cwnd");
        Send("ACK,ECE seq 1 ack 3001 win 8000");
        ExpectNothing();
        Send("ACK,ECE seq 1 ack 4001 win 8000");
        Expect("ACK,CWR seq 4001 ack 1 len 1000 ect");
        ExpectNothing();
        Send("ACK seq 1 ack 5001 win 8000");
        Expect("ACK seq 5001 ack 1 len 1000 ect");
        Expect("ACK seq 6001 ack 1 len 1000 ect");
        Send("ACK seq 1 ack 7001 win 8000");
        Expect("ACK seq 7001 ack 1 len 1000 ect");
        Send("ACK seq 1 ack 8001 win 8000");
        Counted(StackCounter.TcpEcnSignals, 1);
        Counted(StackCounter.TcpRetransSegs, 0);
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.5", "6.1.2")]
    public void RFC_3168_6_1_2_and_6_1_5_after_a_loss_too_CWR_goes_out_with_new_data_and_a_retransmission_has_neither_CWR_nor_ECT()
    {
        OpenWithEcn();
        WriteFourSegments();
        Send("ACK seq 1 ack 1 win 8000", "ACK seq 1 ack 1 win 8000", "ACK seq 1 ack 1 win 8000");
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK,CWR seq 4001 ack 1 len 1000 ect");
        Send("ACK seq 1 ack 1 win 8000");
        Expect("ACK seq 5001 ack 1 len 1000 ect");
        Send("ACK seq 1 ack 6001 win 8000");
        T.Bench.Sent.Clear();
        Send("ACK seq 1 ack 8001 win 8000");
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.2")]
    public void RFC_3168_6_1_2_and_6_1_5_after_a_timeout_too()
    {
        OpenWithEcn();
        WriteFourSegments();
        At(1000);
        Expect("ACK seq 1 ack 1 len 1000");
        Send("ACK seq 1 ack 4001 win 8000");
        Expect("ACK,CWR seq 4001 ack 1 len 1000 ect");
        Expect("ACK seq 5001 ack 1 len 1000 ect");
        Send("ACK seq 1 ack 6001 win 8000");
        T.Bench.Sent.Clear();
        Send("ACK seq 1 ack 8001 win 8000");
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.2")]
    public void RFC_3168_6_1_2_marked_with_a_window_of_one_segment_the_next_waits_for_the_timer()
    {
        OpenWithEcn();
        WriteFourSegments();
        At(1000);
        Expect("ACK seq 1 ack 1 len 1000");
        Send("ACK,ECE seq 1 ack 4001 win 8000");
        T.Check(1000, Connection.CongestionWindow, "cwnd: the timeout has reduced it for all that was out");
        Expect("ACK,CWR seq 4001 ack 1 len 1000 ect");
        At(1010);

        // Marked again, and this time it is a new window.
        Send("ACK,ECE seq 1 ack 5001 win 8000");
        ExpectNothing();
        T.Check(1000, Connection.CongestionWindow, "cwnd");
        At(2009);
        ExpectNothing();
        At(2010);
        Expect("ACK,CWR seq 5001 ack 1 len 1000 ect");
        ExpectNothing();
        Send("ACK seq 1 ack 6001 win 8000");
        Expect("ACK seq 6001 ack 1 len 1000 ect");
        Expect("ACK seq 7001 ack 1 len 1000 ect");
        Send("ACK seq 1 ack 8001 win 8000");
        Counted(StackCounter.TcpTimeouts, 1);
        Counted(StackCounter.TcpEcnSignals, 1);
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.6")]
    public void RFC_3168_6_1_6_window_probes_and_bare_FINs_are_not_marked_ECT()
    {
        OpenWithEcn(window: 1000);
        Write(1001);
        Expect("ACK seq 1 ack 1 len 1000 ect");
        Send("ACK seq 1 ack 1001 win 0");
        At(1000);
        Expect("ACK seq 1001 ack 1 len 1");
        Send("ACK seq 1 ack 1002 win 1000");
        Close();
        Expect("FIN,ACK seq 1002 ack 1");
        Send("FIN,ACK seq 1 ack 1003");
        Expect("ACK seq 1003 ack 2");
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.4")]
    public void RFC_3168_6_1_4_acknowledgments_and_resets_are_not_marked_ECT()
    {
        OpenWithEcn();
        Send("ACK seq 1 ack 1 len 10 ect");
        At(40);
        Expect("ACK seq 1 ack 11");
        Abort();
        Expect("RST,ACK seq 1 ack 11");
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.2")]
    public void RFC_3168_6_1_2_echoes_on_a_connection_without_ECN_mean_nothing()
    {
        OpenPassive(options => options.SendBuffer = 8192, window: 8000);
        WriteFourSegments("");
        Send("ACK,ECE seq 1 ack 1001 win 8000");
        T.Check(5000, Connection.CongestionWindow, "cwnd");
        Expect("ACK seq 4001 ack 1 len 1000");
        Expect("ACK seq 5001 ack 1 len 1000");
        Send("ACK seq 1 ack 6001 win 8000");
        T.Bench.Sent.Clear();
        Send("ACK seq 1 ack 8001 win 8000");
        Counted(StackCounter.TcpEcnSignals, 0);
    }

    private void WriteFourSegments(string ecn = " ect")
    {
        Write(8000);
        for (int i = 0; i < 4; i++)
        {
            Expect($"ACK seq {1 + (i * 1000)} ack 1 len 1000{ecn}");
        }

        ExpectNothing();
    }
}
