using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 9293 3.8.6.1 from both sides: when probing begins, what ends it, and how probes are answered.</summary>
[TestClass]
public sealed class ZeroWindowProbeTests : TraceTest
{
    [TestMethod]
    public void Probing_begins_when_an_update_closes_the_window_before_data_that_waits()
    {
        OpenPassive(window: 1000);
        Write(1500);
        Expect("ACK seq 1 ack 1 len 1000");
        At(10);
        Send("ACK seq 1 ack 1001 win 0");
        At(1009);
        ExpectNothing();
        At(1010);
        Expect("ACK seq 1001 ack 1 len 1");
        Send("ACK seq 1 ack 1001 win 0");
        At(3010);
        Expect("ACK seq 1001 ack 1 len 1");
        Send("ACK seq 1 ack 1002 win 1000");
        Expect("ACK seq 1002 ack 1 len 499");
        Send("ACK seq 1 ack 1501 win 1000");
        At(1_000_000);
        ExpectNothing();
    }

    [TestMethod]
    public void Probing_begins_when_something_is_written_before_a_closed_window()
    {
        OpenPassive(window: 0);
        At(5000);
        ExpectNothing();
        Write(10);
        At(5999);
        ExpectNothing();
        At(6000);
        Expect("ACK seq 1 ack 1 len 1");
        Send("ACK seq 1 ack 2 win 9");
        Expect("ACK seq 2 ack 1 len 9");
        Send("ACK seq 1 ack 11 win 9");
    }

    [TestMethod]
    public void A_bare_window_update_ends_the_probing_and_its_back_off()
    {
        OpenPassive(window: 0);
        Write(10);
        foreach (int time in new[] { 1, 3, 7, 15 })
        {
            At(time * 1000);
            Expect("ACK seq 1 ack 1 len 1");
            Send("ACK seq 1 ack 1 win 0");
        }

        At(20_000);
        Send("ACK seq 1 ack 1 win 10");
        Expect("ACK seq 1 ack 1 len 10");
        T.Check(1000, Connection.RetransmissionTimeout, "RTO");
        At(21_000);
        Expect("ACK seq 1 ack 1 len 10");
        Send("ACK seq 1 ack 11 win 10");
        Counted(StackCounter.TcpZeroWindowProbes, 4);
    }

    [TestMethod]
    public void A_probe_is_not_limited_by_the_congestion_window()
    {
        OpenPassive();
        Write(2000);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 1001 ack 1 len 1000");
        At(1000);
        Expect("ACK seq 1 ack 1 len 1000");

        // One segment is the congestion window, and two are out.
        Send("ACK seq 1 ack 1 win 0");
        At(3000);
        Expect("ACK seq 1 ack 1 len 1");
        Send("ACK seq 1 ack 2001 win 4000");
        ExpectNothing();
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
    }

    [TestMethod]
    public void A_window_smaller_than_a_segment_is_probed_with_what_it_takes()
    {
        OpenPassive();
        Write(2045);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 1001 ack 1 len 1000");
        At(10);
        Send("ACK seq 1 ack 2001 win 20");
        ExpectNothing();
        At(1010);
        Expect("ACK seq 2001 ack 1 len 20");
        Send("ACK seq 1 ack 2021 win 20");
        ExpectNothing();
        At(2010);
        Expect("ACK seq 2021 ack 1 len 20");
        Send("ACK seq 1 ack 2041 win 20");
        Expect("ACK seq 2041 ack 1 len 5");
        Send("ACK seq 1 ack 2046 win 20");
    }

    [TestMethod]
    public void A_FIN_that_found_the_window_closed_goes_out_again_when_it_opens()
    {
        OpenPassive(window: 0);
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 1 win 0");
        foreach (int time in new[] { 1, 3, 7, 15, 31, 63 })
        {
            At(time * 1000);
            Expect("FIN,ACK seq 1 ack 1");
            Send("ACK seq 1 ack 1 win 0");
        }

        At(64_000);
        Send("ACK seq 1 ack 1 win 100");
        Expect("FIN,ACK seq 1 ack 1");
        T.Check(1000, Connection.RetransmissionTimeout, "RTO: what held it up was no congestion");
        At(65_000);
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 2 win 100");
        Is(TcpState.FinWait2);
        T.Check(-1, Connection.SmoothedRoundTripTime, "SRTT: Karn measures nothing");
    }

    [TestMethod]
    public void A_FIN_cut_off_by_the_edge_of_the_window_goes_out_again_when_the_window_opens()
    {
        // Data and FIN fill the window and one more; a peer keeps the data and drops the FIN.
        OpenPassive(window: 100);
        Write(100);
        Expect("ACK seq 1 ack 1 len 100");
        CloseSend();
        Expect("FIN,ACK seq 101 ack 1");
        At(10);
        Send("ACK seq 1 ack 101 win 0");
        ExpectNothing();
        At(500);
        Send("ACK seq 1 ack 101 win 100");
        Expect("FIN,ACK seq 101 ack 1");
        Send("ACK seq 1 ack 102 win 100");
        Is(TcpState.FinWait2);
        At(100_000);
        ExpectNothing();
    }

    [TestMethod]
    public void A_probe_of_the_last_octet_carries_the_FIN_which_goes_out_again_when_the_window_opens()
    {
        OpenPassive(window: 0);
        Write(1);
        CloseSend();
        At(1000);
        Expect("FIN,ACK seq 1 ack 1 len 1");
        Send("ACK seq 1 ack 1 win 0");
        At(3000);
        Expect("FIN,ACK seq 1 ack 1 len 1");
        Send("ACK seq 1 ack 2 win 0");
        Expect("FIN,ACK seq 2 ack 1");
        At(3500);
        Send("ACK seq 1 ack 2 win 5");
        Expect("FIN,ACK seq 2 ack 1");
        Send("ACK seq 1 ack 3 win 5");
        Is(TcpState.FinWait2);
    }

    [TestMethod]
    public void LAST_ACK_repeats_its_FIN_when_the_window_opens()
    {
        OpenPassive(window: 0);
        Send("FIN,ACK seq 1 ack 1 win 0");
        Expect("ACK seq 1 ack 2");
        CloseSend();
        Expect("FIN,ACK seq 1 ack 2");
        Send("ACK seq 2 ack 1 win 0");
        ExpectNothing();
        Send("ACK seq 2 ack 1 win 1");
        Expect("FIN,ACK seq 1 ack 2");
        Send("ACK seq 2 ack 2 win 1");
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    public void An_update_of_a_window_that_was_open_does_not_repeat_the_FIN()
    {
        OpenPassive(window: 100);
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 1 win 200");
        Send("ACK seq 1 ack 1 win 300");
        ExpectNothing();
        Send("ACK seq 1 ack 2");
    }

    [TestMethod]
    public void Every_probe_into_our_closed_window_is_answered_however_often_they_come()
    {
        FillOurWindow();
        for (int i = 1; i <= 50; i++)
        {
            At(i * 10);
            Send("ACK seq 2049 ack 1 len 1");
            Expect("ACK seq 1 ack 2049 win 0");
        }

        T.Check(2048, Connection.Readable, "readable");
    }

    [TestMethod]
    public void A_probe_from_left_of_our_closed_window_as_Linux_sends_it_is_answered()
    {
        FillOurWindow();
        int time = 0;
        for (int wait = 200; wait < 120_000; wait *= 2)
        {
            time += wait;
            At(time);
            Send("ACK seq 2048 ack 1");
            Expect("ACK seq 1 ack 2049 win 0");
        }

        Is(TcpState.Established);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MAY-8")]
    public void A_connection_that_is_never_read_from_stays_open_and_still_sends()
    {
        FillOurWindow();
        for (int i = 1; i <= 60; i++)
        {
            At(i * 60_000);
            Send($"ACK seq 2049 ack {1 + ((i - 1) * 5)} len 1");
            Expect($"ACK seq {1 + ((i - 1) * 5)} ack 2049 win 0");
            Write(5);
            Expect($"ACK seq {1 + ((i - 1) * 5)} ack 2049 len 5 win 0");
            Send($"ACK seq 2049 ack {1 + (i * 5)}");
        }

        Is(TcpState.Established);
        T.Check(2048, Connection.Readable, "readable");
        Read(2048);
        Expect("ACK seq 301 ack 2049 win 2048");
    }

    [TestMethod]
    public void When_our_window_update_is_lost_the_peers_next_probe_brings_it_again()
    {
        FillOurWindow();
        Read(2048);
        Expect("ACK seq 1 ack 2049 win 2048");
        At(500);
        Send("ACK seq 2048 ack 1");
        Expect("ACK seq 1 ack 2049 win 2048");
        At(600);
        Send("ACK seq 2049 ack 1 len 1");
        Read(1);
        At(640);
        Expect("ACK seq 1 ack 2050 win 2047");
    }

    private void FillOurWindow()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 1024", "ACK seq 1025 ack 1 len 1024");
        Expect("ACK seq 1 ack 2049 win 0");
    }
}
