using System;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Simulation;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 9293 3.8.4: asking a silent peer whether it is still there.</summary>
[TestClass]
public sealed class KeepAliveTests : TraceTest
{
    private const long Hours = 3_600_000;
    private const long Days = 24 * Hours;

    [TestMethod]
    [Requirement("RFC 9293", "MUST-25")]
    public void MUST_25_it_is_off_unless_somebody_asks_for_it()
    {
        OpenPassive();
        T.Check(false, Connection.KeepAlive, "keep-alive");
        At(30 * Days);
        ExpectNothing();
        Is(TcpState.Established);
        Send("ACK seq 1 ack 1 len 10");
        Read(10);
        At((30 * Days) + 40);
        Expect("ACK seq 1 ack 11");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-24", "MUST-28", "SHLD-12", "MAY-5")]
    public void MUST_24_MUST_28_SHLD_12_after_two_hours_of_silence_an_empty_segment_left_of_the_window_asks_for_an_answer()
    {
        OpenPassive();
        T.Do("KEEP-ALIVE", () => Connection.KeepAlive = true);
        At(2 * Hours);
        Expect("ACK seq 0 ack 1 win 2048");
        At((2 * Hours) + 30);
        Send("ACK seq 1 ack 1");
        At((4 * Hours) + 29);
        ExpectNothing();
        At((4 * Hours) + 30);
        Expect("ACK seq 0 ack 1 win 2048");
        Send("ACK seq 1 ack 1");
        Counted(StackCounter.TcpKeepAliveProbes, 2);
        Counted(StackCounter.TcpRetransSegs, 0);
        T.Do("off", () => Connection.KeepAlive = false);
        At(30 * Days);
        ExpectNothing();
        Is(TcpState.Established);
    }

    [TestMethod]
    public void Thirty_days_of_silence_that_is_always_answered()
    {
        OpenActive();
        T.Do("KEEP-ALIVE", () => Connection.KeepAlive = true);
        for (int i = 1; i <= 360; i++)
        {
            At(i * 2 * Hours);
            Expect("ACK seq 0 ack 1");
            Send("ACK seq 1 ack 1");
        }

        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        Send("ACK seq 1 ack 11");
        At((30 * Days) + (2 * Hours));
        Expect("ACK seq 10 ack 1");
        Is(TcpState.Established);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-29")]
    public void MUST_29_only_when_all_probes_in_a_row_are_unanswered_the_connection_is_reset_and_has_timed_out()
    {
        OpenPassive();
        T.Do("KEEP-ALIVE", () => Connection.KeepAlive = true);
        for (int i = 0; i < 9; i++)
        {
            At((2 * Hours) + (i * 75_000));
            Expect("ACK seq 0 ack 1");
        }

        At((2 * Hours) + (9 * 75_000) - 1);
        Is(TcpState.Established);
        At((2 * Hours) + (9 * 75_000));
        Expect("RST,ACK seq 1 ack 1 win 0");
        Ended(TcpEndReason.TimedOut);
        Counted(StackCounter.TcpKeepAliveTimeouts, 1);
        Counted(StackCounter.TcpKeepAliveProbes, 9);
        Counted(StackCounter.TcpGiveUps, 0);
        Close();
        T.Check(4, T.Stack.FreeConnections, "free connections");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-29")]
    public void MUST_29_an_answer_to_the_last_probe_is_enough_and_the_count_begins_anew()
    {
        OpenPassive();
        KeepAlive(interval: 10_000, probes: 3, spacing: 2000);
        for (int round = 0; round < 3; round++)
        {
            long start = round * 14_500;
            At(start + 10_000);
            Expect("ACK seq 0 ack 1");
            At(start + 12_000);
            Expect("ACK seq 0 ack 1");
            At(start + 14_000);
            Expect("ACK seq 0 ack 1");
            At(start + 14_500);
            Send("ACK seq 1 ack 1");
        }

        Is(TcpState.Established);
        Counted(StackCounter.TcpKeepAliveProbes, 9);
        Counted(StackCounter.TcpKeepAliveTimeouts, 0);
    }

    [TestMethod]
    public void An_answer_makes_the_next_probe_due_after_the_interval_though_the_spacing_is_longer()
    {
        OpenPassive();
        KeepAlive(interval: 5000, probes: 2, spacing: 20_000);
        At(5000);
        Expect("ACK seq 0 ack 1");
        At(5700);
        Send("ACK seq 1 ack 1");
        At(10_700);
        Expect("ACK seq 0 ack 1");
        At(30_700);
        Expect("ACK seq 0 ack 1");
        At(50_700);
        Expect("RST,ACK seq 1 ack 1 win 0");
        Ended(TcpEndReason.TimedOut);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-26")]
    public void MUST_26_whatever_the_peer_sends_that_is_acceptable_postpones_the_probe()
    {
        OpenPassive();
        KeepAlive(interval: 10_000, probes: 2, spacing: 1000);
        At(9000);
        Send("ACK seq 1 ack 1 len 10");
        At(9040);
        Expect("ACK seq 1 ack 11");
        At(18_999);
        Send("ACK seq 11 ack 1 win 3000");
        At(28_000);
        Send("ACK seq 13 ack 1 len 10");
        Expect("ACK seq 1 ack 11");
        At(37_999);
        ExpectNothing();
        At(38_000);
        Expect("ACK seq 0 ack 11");
        Read(10);
    }

    [TestMethod]
    [DataRow("ACK seq -100 ack 1", true)]
    [DataRow("ACK seq 0 ack 1", true)]
    [DataRow("ACK seq 5000 ack 1 len 10", true)]
    [DataRow("ACK seq 1 ack 2", true)]
    [DataRow("SYN seq 1", true)]
    [DataRow("RST seq 2", true)]
    [DataRow("RST seq 9000", false)]
    [DataRow("none seq 1 len 10", false)]
    public void What_anybody_could_make_up_is_no_sign_of_life(string segment, bool answered)
    {
        OpenPassive();
        KeepAlive(interval: 10_000, probes: 2, spacing: 1000);
        At(9000);
        Send(segment);
        if (answered)
        {
            Expect("ACK seq 1 ack 1");
        }

        T.Check(9000L, T.Bench.Now - Connection.LastActivity, "ms since the last activity");
        At(10_000);
        Expect("ACK seq 0 ack 1");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-26")]
    public void MUST_26_no_probe_while_sent_data_is_unacknowledged()
    {
        OpenPassive();
        KeepAlive(interval: 1000, probes: 2, spacing: 1000);
        At(999);
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        foreach (int time in new[] { 1, 3, 7 })
        {
            At(999 + (time * 1000));
            Expect("ACK seq 1 ack 1 len 10");
        }

        At(10_000);
        Send("ACK seq 1 ack 11");
        At(10_999);
        ExpectNothing();
        At(11_000);
        Expect("ACK seq 10 ack 1");
        Counted(StackCounter.TcpKeepAliveProbes, 1);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-27")]
    public void MUST_27_the_interval_may_change_at_any_time()
    {
        OpenPassive();
        T.Do("KEEP-ALIVE", () => Connection.KeepAlive = true);
        At(60_000);
        T.Do("every 90 s", () => Connection.KeepAliveInterval = 90_000);
        At(90_000);
        Expect("ACK seq 0 ack 1");
        T.Do("again after 1 s", () => Connection.KeepAliveProbeInterval = 1000);
        At(91_000);
        Expect("ACK seq 0 ack 1");
        T.Do("three times", () => Connection.KeepAliveProbes = 3);
        At(92_000);
        Expect("ACK seq 0 ack 1");
        T.Do("off", () => Connection.KeepAlive = false);
        At(300_000);
        T.Do("on: it has been silent for long, and has all its probes", () => Connection.KeepAlive = true);
        Expect("ACK seq 0 ack 1");
        At(301_000);
        Expect("ACK seq 0 ack 1");
        At(302_000);
        Expect("ACK seq 0 ack 1");
        At(303_000);
        Expect("RST,ACK seq 1 ack 1 win 0");
    }

    [TestMethod]
    public void A_peer_that_has_started_anew_answers_with_a_reset()
    {
        OpenPassive();
        KeepAlive(interval: 10_000, probes: 5, spacing: 1000);
        At(10_000);
        Expect("ACK seq 0 ack 1");
        Send("RST seq 1");
        Ended(TcpEndReason.Reset);
        Counted(StackCounter.TcpKeepAliveTimeouts, 0);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void A_half_closed_connection_is_watched_like_any_other(bool byPeer)
    {
        OpenPassive();
        KeepAlive(interval: 10_000, probes: 2, spacing: 1000);
        if (byPeer)
        {
            Send("FIN,ACK seq 1 ack 1");
            Expect("ACK seq 1 ack 2");
        }
        else
        {
            CloseSend();
            Expect("FIN,ACK seq 1 ack 1");
            Send("ACK seq 1 ack 2");
        }

        At(10_000);
        Expect(byPeer ? "ACK seq 0 ack 2" : "ACK seq 1 ack 1");
        Send(byPeer ? "ACK seq 2 ack 1" : "ACK seq 1 ack 2");
        At(20_000);
        Expect(byPeer ? "ACK seq 0 ack 2" : "ACK seq 1 ack 1");
        At(21_000);
        Expect(byPeer ? "ACK seq 0 ack 2" : "ACK seq 1 ack 1");
        At(22_000);
        Expect(byPeer ? "RST,ACK seq 1 ack 2 win 0" : "RST,ACK seq 2 ack 1 win 0");
        Ended(TcpEndReason.TimedOut);
    }

    [TestMethod]
    public void A_listener_says_it_for_its_connections_and_they_are_watched_before_they_are_accepted()
    {
        Listen();
        T.Listener.KeepAlive = true;
        T.Listener.KeepAliveInterval = 10_000;
        T.Listener.KeepAliveProbeInterval = 1000;
        T.Listener.KeepAliveProbes = 2;
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1");
        At(10_000);
        Expect("ACK seq 0 ack 1");
        Send("ACK seq 1 ack 1");
        T.Check(true, Accept().KeepAlive, "keep-alive");
        T.Check(10_000, Connection.KeepAliveInterval, "interval");
        At(20_000);
        Expect("ACK seq 0 ack 1");
        At(21_000);
        Expect("ACK seq 0 ack 1");
        At(22_000);
        Expect("RST,ACK seq 1 ack 1 win 0");
    }

    [TestMethod]
    public void A_listener_used_anew_has_forgotten_it()
    {
        Listen(options => options.Listeners = 1);
        T.Listener.KeepAlive = true;
        T.Listener.NoDelay = true;
        T.Listener.IdleTimeout = 5;
        T.Listener.UserTimeout = 6;
        T.Listener.KeepAliveProbes = 7;
        T.Listener.Close();
        TcpListener second = T.Stack.Listen(1, 1);
        T.Check(false, second.KeepAlive, "keep-alive");
        T.Check(false, second.NoDelay, "no delay");
        T.Check(0, second.IdleTimeout, "idle timeout");
        T.Check(120_000, second.UserTimeout, "user timeout");
        T.Check(9, second.KeepAliveProbes, "probes");
        second.Close();
    }

    [TestMethod]
    public void A_link_that_is_down_for_too_long_is_a_silent_peer()
    {
        OpenPassive();
        KeepAlive(interval: 10_000, probes: 3, spacing: 1000);
        At(5000);
        LinkDown();
        At(12_999);
        Is(TcpState.Established);
        At(13_000);
        Ended(TcpEndReason.TimedOut);
        Counted(StackCounter.TcpKeepAliveProbes, 0);
        LinkUp();
        Expect("RST,ACK seq 1 ack 1 win 0");
    }

    [TestMethod]
    public void A_probe_that_waits_for_the_link_goes_out_when_it_comes_back()
    {
        OpenPassive();
        KeepAlive(interval: 10_000, probes: 3, spacing: 60_000);
        At(5000);
        LinkDown();
        At(15_000);
        LinkUp();
        Expect("ACK seq 0 ack 1");
        Send("ACK seq 1 ack 1");
        At(25_000);
        Expect("ACK seq 0 ack 1");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-26")]
    public void MUST_26_a_probe_that_waits_for_its_neighbour_is_not_sent_when_the_peer_has_spoken_meanwhile()
    {
        OpenPassive();
        KeepAlive(interval: 3_600_000, probes: 3, spacing: 60_000);
        At(3_599_999);
        T.Bench.AnswersArp = false;
        T.Bench.AdvanceTo(T.Bench.Now + 500);
        T.Check(1, T.Bench.Sent.Count, "ARP requests");
        T.Bench.Sent.Clear();
        Send("ACK seq 1 ack 1");
        T.Bench.AnswersArp = true;
        At(3_610_000);
        ExpectNothing();
        Counted(StackCounter.TcpKeepAliveProbes, 0);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-29")]
    public void MUST_29_however_late_the_stack_is_polled_every_probe_is_sent()
    {
        ScriptedPeer peer = new();
        (TcpConnection connection, _) = peer.Open();
        connection.KeepAlive = true;
        connection.KeepAliveInterval = 10_000;
        connection.KeepAliveProbeInterval = 1000;
        connection.KeepAliveProbes = 2;
        peer.Run(10);
        peer.Sent.Clear();
        for (int i = 0; i < 2; i++)
        {
            peer.Now += 5_000_000_000;
            peer.Stack.Poll(peer.Now);
            peer.Run(10);
            Assert.HasCount(1, peer.Sent);
            peer.Sent.Clear();
            Assert.AreEqual(TcpEndReason.None, connection.EndReason);
        }

        peer.Now += 5_000_000_000;
        peer.Run(10);
        Assert.AreEqual(TcpEndReason.TimedOut, connection.EndReason);
    }

    [TestMethod]
    [Requirement("RFC 1122", "4.2.3.6")]
    [DataRow("ACK seq 0 ack 1")]
    [DataRow("ACK seq 0 ack 1 len 1")]
    public void RFC_1122_4_2_3_6_a_peers_probe_is_answered_with_and_without_a_garbage_octet(string probe)
    {
        OpenPassive();
        for (int i = 1; i < 20; i++)
        {
            At(i * 75_000);
            Send(probe);
            Expect("ACK seq 1 ack 1 win 2048");
        }

        T.Check(0, Connection.Readable, "readable");
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 2");
        Send(probe.Replace("ack 1", "ack 2", StringComparison.Ordinal));
        Expect("ACK seq 2 ack 1 win 2048");
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
    }

    [TestMethod]
    public void An_interval_below_a_second_or_a_single_probe_is_refused()
    {
        OpenPassive();
        foreach (int value in new[] { int.MinValue, -1, 0, 999 })
        {
            Refused(() => Connection.KeepAliveInterval = value, "1000 to 2,147,483,647 ms");
            Refused(() => Connection.KeepAliveProbeInterval = value, "1000 to 2,147,483,647 ms");
            Refused(() => T.Listener.KeepAliveInterval = value, "1000 to 2,147,483,647 ms");
            Refused(() => T.Listener.KeepAliveProbeInterval = value, "1000 to 2,147,483,647 ms");
        }

        foreach (int value in new[] { int.MinValue, -1, 0, 1, 256 })
        {
            Refused(() => Connection.KeepAliveProbes = value, "2 to 255 probes");
            Refused(() => T.Listener.KeepAliveProbes = value, "2 to 255 probes");
        }

        T.Check(7_200_000, Connection.KeepAliveInterval, "interval");
        T.Check(75_000, Connection.KeepAliveProbeInterval, "interval between probes");
        T.Check(9, Connection.KeepAliveProbes, "probes");
        TcpConnection connection = Connection;
        Abort();
        Expect("RST,ACK seq 1 ack 1 win 0");
        Assert.ThrowsExactly<InvalidOperationException>(() => connection.KeepAlive = true);
        Assert.ThrowsExactly<InvalidOperationException>(() => connection.KeepAliveInterval = 1000);
        Assert.ThrowsExactly<InvalidOperationException>(() => connection.KeepAliveProbeInterval = 1000);
        Assert.ThrowsExactly<InvalidOperationException>(() => connection.KeepAliveProbes = 2);
        T.Listener.Close();
        Assert.ThrowsExactly<InvalidOperationException>(() => T.Listener.KeepAlive = true);
        Assert.ThrowsExactly<InvalidOperationException>(() => T.Listener.NoDelay = true);
        Assert.ThrowsExactly<InvalidOperationException>(() => T.Listener.KeepAliveInterval = 1000);
        Assert.ThrowsExactly<InvalidOperationException>(() => T.Listener.KeepAliveProbeInterval = 1000);
        Assert.ThrowsExactly<InvalidOperationException>(() => T.Listener.KeepAliveProbes = 2);
    }

    [TestMethod]
    public void Settings_of_a_connection_do_not_outlive_it()
    {
        OpenPassive(options => options.Connections = 1);
        KeepAlive(interval: 1000, probes: 2, spacing: 1000);
        T.Do("no delay", () => Connection.NoDelay = true);
        Abort();
        Expect("RST,ACK seq 1 ack 1 win 0");
        TracePeer second = Client(2);
        T.As(second);
        Handshake();
        T.Check(false, Connection.KeepAlive, "keep-alive");
        T.Check(7_200_000, Connection.KeepAliveInterval, "interval");
        T.Check(false, Connection.NoDelay, "no delay");
        At(100_000);
        ExpectNothing();
    }

    [TestMethod]
    public void The_longest_interval_does_not_wrap()
    {
        OpenPassive();
        KeepAlive(interval: int.MaxValue, probes: 2, spacing: int.MaxValue);
        At(int.MaxValue - 1L);
        ExpectNothing();
        At(int.MaxValue);
        Expect("ACK seq 0 ack 1");
        At(2L * int.MaxValue);
        Expect("ACK seq 0 ack 1");
        At((3L * int.MaxValue) - 1);
        Is(TcpState.Established);
        At(3L * int.MaxValue);
        Ended(TcpEndReason.TimedOut);
        Expect("RST,ACK seq 1 ack 1 win 0");
    }

    private void KeepAlive(int interval, int probes, int spacing)
    {
        T.Do($"KEEP-ALIVE after {interval} ms, {probes} times every {spacing} ms", () =>
        {
            Connection.KeepAliveInterval = interval;
            Connection.KeepAliveProbes = probes;
            Connection.KeepAliveProbeInterval = spacing;
            Connection.KeepAlive = true;
        });
    }
}
