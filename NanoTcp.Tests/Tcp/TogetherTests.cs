using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>Rules that each have tests of their own, where two of them meet in one connection.</summary>
[TestClass]
public sealed class TogetherTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "MUST-48")]
    public void Keep_alive_probes_carry_the_codepoint_like_every_other_segment()
    {
        OpenPassive();
        T.Do("DSCP 46", () => Connection.DifferentiatedServices = 46);
        T.Do("KEEP-ALIVE", () => Connection.KeepAlive = true);
        At(7_200_000);
        Expect("ACK seq 0 ack 1 tos 184");
        Send("ACK seq 1 ack 1");
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.3")]
    public void Keep_alive_probes_echo_a_mark_like_every_other_acknowledgment()
    {
        OpenWithEcn();
        Send("ACK seq 1 ack 1 len 10 ce");
        Read(10);
        At(40);
        Expect("ACK,ECE seq 1 ack 11");
        T.Do("KEEP-ALIVE", () => Connection.KeepAlive = true);
        At(7_200_000);
        Expect("ACK,ECE seq 0 ack 11");
        Send("ACK seq 11 ack 1");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-60")]
    public void MUST_60_a_window_too_small_to_use_is_used_after_the_timeout_also_when_the_peer_sends_all_the_time()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 10 win 300");
        Read(10);
        Write(1000);
        At(40);
        Expect("ACK seq 1 ack 11");
        for (int i = 1; i < 5; i++)
        {
            At(i * 200);
            Send($"ACK seq {1 + (i * 10)} ack 1 len 10 win 300");
            Read(10);
            At((i * 200) + 40);
            Expect($"ACK seq 1 ack {11 + (i * 10)}");
        }

        At(1000);
        Expect("ACK seq 1 ack 51 len 300");
        Send("ACK seq 51 ack 301 win 4000");
        Expect("ACK seq 301 ack 51 len 700");
        Send("ACK seq 51 ack 1001 win 4000");
    }

    [TestMethod]
    public void A_window_too_small_to_use_that_grows_is_used_at_once_and_the_timer_begins_anew()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 win 300");
        Write(1000);
        At(900);
        Send("ACK seq 1 ack 1 win 4000");
        Expect("ACK seq 1 ack 1 len 1000");
        At(1899);
        ExpectNothing();
        At(1900);
        Expect("ACK seq 1 ack 1 len 1000");
        Send("ACK seq 1 ack 1001 win 4000");
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.2")]
    public void RFC_3168_6_1_2_the_pause_after_a_mark_ends_also_when_the_rest_is_acknowledged_and_the_peer_sends_all_the_time()
    {
        HeldWithOneSegmentOut();
        Send("ACK seq 1 ack 4201 win 8000");
        Write(1000);
        ExpectNothing();
        for (int i = 0; i < 4; i++)
        {
            At(1210 + (i * 200));
            Send($"ACK seq {1 + (i * 10)} ack 4201 len 10 win 8000");
            Read(10);
            At(1250 + (i * 200));
            Expect($"ACK seq 4201 ack {11 + (i * 10)}");
        }

        At(2010);
        Expect("ACK,CWR seq 4201 ack 41 len 1000 ect");
        Send("ACK seq 41 ack 5201 win 8000");
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.2")]
    public void RFC_3168_6_1_2_the_pause_after_a_mark_is_not_begun_anew_by_data_that_is_written_after_it()
    {
        HeldWithOneSegmentOut();
        Send("ACK seq 1 ack 4201 win 8000");
        At(60_000);
        Write(1000);
        Expect("ACK,CWR seq 4201 ack 1 len 1000 ect");
        Send("ACK seq 1 ack 5201 win 8000");
    }

    [TestMethod]
    public void The_pause_after_a_mark_is_no_silence_of_the_peer()
    {
        HeldWithOneSegmentOut();
        Send("ACK seq 1 ack 4201 win 8000");
        T.Do("500 ms", () => Connection.UserTimeout = 500);
        Write(1000);
        At(2009);
        ExpectNothing();
        Is(TcpState.Established);
        At(2010);
        Expect("ACK,CWR seq 4201 ack 1 len 1000 ect");
        Send("ACK seq 1 ack 5201 win 8000");
        Is(TcpState.Established);
    }

    [TestMethod]
    public void An_echo_in_TIME_WAIT_does_not_shorten_it()
    {
        LeastWindow();
        CloseSend();
        Expect("FIN,ACK seq 4001 ack 1");
        Send("ACK seq 1 ack 4002 win 8000");
        Send("FIN,ACK seq 1 ack 4002 win 8000");
        Expect("ACK seq 4002 ack 2");
        Is(TcpState.TimeWait);
        Send("ACK,ECE seq 2 ack 4002 win 8000");
        At(30_000);
        Is(TcpState.TimeWait);
    }

    [TestMethod]
    public void A_link_that_comes_back_ends_the_pause_after_a_mark()
    {
        HeldWithOneSegmentOut();
        Send("ACK seq 1 ack 4201 win 8000");
        Write(1000);
        LinkDown();
        At(1100);
        LinkUp();
        Expect("ACK,CWR seq 4201 ack 1 len 1000 ect");
        Send("ACK seq 1 ack 5201 win 8000");
    }

    [TestMethod]
    public void A_peer_that_speaks_again_is_not_unreachable_any_more_though_it_acknowledges_nothing()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        Send("ACK seq 1 ack 11");
        T.Bench.FirstSilent = 0;
        At(80_000);
        Send("ACK seq 1 ack 11 len 10");
        At(80_040);
        T.Bench.Sent.Clear();
        At(90_000);
        Send("ACK seq 11 ack 11 len 10");
        At(90_040);
        At(100_000);
        ExpectNothing();
        T.Check(true, Connection.ReportedUnreachable, "reported unreachable");
        T.Bench.FirstSilent = uint.MaxValue;
        At(120_000);
        Send("ACK seq 21 ack 11 len 10");
        Expect("ACK seq 11 ack 31");
        T.Check(false, Connection.ReportedUnreachable, "reported unreachable");
        Read(30);
    }

    [TestMethod]
    [Requirement("RFC 9293", "3.10.7.4")]
    public void A_reset_stands_where_a_peer_with_a_closed_window_expects_it_not_behind_a_probe_that_it_refused()
    {
        OpenPassive(window: 0);
        Write(10);
        At(1000);
        Expect("ACK seq 1 ack 1 len 1");
        Send("ACK seq 1 ack 1 win 0");
        Abort();
        Expect("RST,ACK seq 1 ack 1 win 0");
    }

    [TestMethod]
    public void A_probe_that_could_not_leave_before_its_octet_was_acknowledged_does_not_send_the_FIN_twice()
    {
        OpenPassive(window: 0);
        Write(1);
        At(1000);
        Expect("ACK seq 1 ack 1 len 1");
        LinkDown();
        At(3000);
        Send("ACK seq 1 ack 2 win 0");
        CloseSend();
        LinkUp();
        Expect("FIN,ACK seq 2 ack 1");
        ExpectNothing();
        At(3999);
        ExpectNothing();
        Send("FIN,ACK seq 1 ack 3 win 0");
        Expect("ACK seq 3 ack 2");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-36")]
    public void A_window_that_closes_during_the_pause_after_a_mark_is_probed()
    {
        HeldWithOneSegmentOut();
        Send("ACK seq 1 ack 4201 win 0");
        Write(10);
        At(2010);
        ExpectNothing();
        At(3010);
        Expect("ACK seq 4201 ack 1 len 1");
        Send("ACK seq 1 ack 4201 win 8000");
        Expect("ACK seq 4201 ack 1 len 10");
        Send("ACK seq 1 ack 4211 win 8000");
    }

    [TestMethod]
    public void An_object_that_is_used_again_has_forgotten_pauses_probes_options_and_urgent_data()
    {
        LeastWindow();
        TcpConnection first = Connection;
        T.Do("options", () =>
        {
            Connection.NoDelay = true;
            Connection.Evictable = true;
            Connection.KeepAlive = true;
            Connection.KeepAliveInterval = 1000;
            Connection.IdleTimeout = 5000;
            Connection.UserTimeout = 5000;
            Connection.DifferentiatedServices = 63;
        });
        Send("ACK,URG seq 1 ack 4001 up 2000 len 10 win 0");
        T.WriteUrgent(1000);
        At(1040);
        T.Bench.Sent.Clear();
        Abort();
        T.Bench.Sent.Clear();
        for (int i = 0; i < T.Stack.ConnectionCapacity; i++)
        {
            T.As(Client(i + 1));
            Handshake();
            T.Check(0, Connection.Readable, "readable");
            T.Check(0, Connection.UrgentRemaining, "urgent");
            T.Check(false, Connection.NoDelay || Connection.Evictable || Connection.KeepAlive || Connection.Ecn, "options");
            T.Check(0, Connection.IdleTimeout + Connection.DifferentiatedServices, "idle timeout and codepoint");
            T.Check(120_000, Connection.UserTimeout, "user timeout");
            Write(10);
            Expect("ACK seq 1 ack 1 len 10");
            Send("ACK seq 1 ack 11");
            if (ReferenceEquals(first, Connection))
            {
                return;
            }
        }

        T.Check(true, false, "the same object again");
    }

    /// <summary>
    /// At 1010 ms: the window is one segment; of two small ones that were out the first has been acknowledged with a mark, and
    /// so what is new must wait until 2010 ms.
    /// </summary>
    private void HeldWithOneSegmentOut()
    {
        LeastWindow();
        T.Do("NO DELAY", () => Connection.NoDelay = true);
        Write(100);
        Expect("ACK,CWR seq 4001 ack 1 len 100 ect");
        Write(100);
        Expect("ACK seq 4101 ack 1 len 100 ect");
        At(1010);
        Send("ACK,ECE seq 1 ack 4101 win 8000");
    }

    /// <summary>At 1000 ms: nothing is out, and the window has come down to one segment.</summary>
    private void LeastWindow()
    {
        OpenWithEcn();
        Write(4000);
        T.Bench.Sent.Clear();
        At(1000);
        Expect("ACK seq 1 ack 1 len 1000");
        Send("ACK,ECE seq 1 ack 4001 win 8000");
        T.Check(1000, Connection.CongestionWindow, "cwnd");
    }
}
