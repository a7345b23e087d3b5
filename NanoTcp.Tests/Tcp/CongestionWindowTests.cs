using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>What the congestion window lets out, algorithm by algorithm, and after pauses.</summary>
[TestClass]
public sealed class CongestionWindowTests : TraceTest
{
    private const string Duplicate = "ACK seq 1 ack 1 win 8000";

    [TestMethod]
    [Requirement("RFC 5681", "3.1")]
    public void RFC_5681_3_1_a_window_that_the_ring_does_not_fill_does_not_grow()
    {
        OpenPassive(window: 8000);
        for (int i = 0; i < 10; i++)
        {
            Write(2000);
            Expect($"ACK seq {1 + (i * 2000)} ack 1 len 1000");
            Expect($"ACK seq {1001 + (i * 2000)} ack 1 len 1000");
            Send($"ACK seq 1 ack {2001 + (i * 2000)} win 8000");
        }

        T.Check(4000, Connection.CongestionWindow, "cwnd");
    }

    [TestMethod]
    [Requirement("RFC 5681", "4.1")]
    public void RFC_5681_4_1_after_a_pause_of_a_timeout_sending_begins_with_the_initial_window()
    {
        OpenWithWindowOf6000();
        At(1000);
        Write(8000);
        for (int i = 0; i < 4; i++)
        {
            Expect($"ACK seq {6001 + (i * 1000)} ack 1 len 1000");
        }

        ExpectNothing();
        Send("ACK seq 1 ack 10001 win 8000");
        T.Bench.Sent.Clear();
    }

    [TestMethod]
    [Requirement("RFC 5681", "4.1")]
    public void RFC_5681_4_1_a_shorter_pause_changes_nothing()
    {
        OpenWithWindowOf6000();
        At(400);
        Write(8000);
        for (int i = 0; i < 6; i++)
        {
            Expect($"ACK seq {6001 + (i * 1000)} ack 1 len 1000");
        }

        ExpectNothing();
        Send("ACK seq 1 ack 12001 win 8000");
        T.Bench.Sent.Clear();
    }

    [TestMethod]
    [Requirement("RFC 5681", "4.1")]
    public void RFC_5681_4_1_probes_into_a_closed_window_do_not_end_the_pause()
    {
        OpenWithWindowOf6000();
        Send("ACK seq 1 ack 6001 win 0");
        Write(8000);
        At(400);
        Expect("ACK seq 6001 ack 1 len 1");
        Send("ACK seq 1 ack 6001 win 0");
        At(1200);
        Expect("ACK seq 6001 ack 1 len 1");
        Send("ACK seq 1 ack 6001 win 8000");
        for (int i = 0; i < 4; i++)
        {
            Expect($"ACK seq {6001 + (i * 1000)} ack 1 len 1000");
        }

        ExpectNothing();
        Send("ACK seq 1 ack 10001 win 8000");
        T.Bench.Sent.Clear();
    }

    [TestMethod]
    [Requirement("RFC 9438", "4.6")]
    public void RFC_9438_4_6_with_Cubic_seven_tenths_are_left_after_a_loss()
    {
        OpenWithFourSegmentsOut(TcpCongestionControl.Cubic);
        Send(Duplicate, Duplicate, Duplicate);
        Expect("ACK seq 1 ack 1 len 1000");

        // ssthresh = 2800, cwnd = ssthresh + 3 segments = 5800.
        Expect("ACK seq 4001 ack 1 len 1000");
        Send(Duplicate);
        Expect("ACK seq 5001 ack 1 len 1000");
        Send(Duplicate);
        Expect("ACK seq 6001 ack 1 len 1000");
        Send("ACK seq 1 ack 6001 win 8000");
        T.Check(2000, Connection.CongestionWindow, "cwnd = flight + SMSS");
        Expect("ACK seq 7001 ack 1 len 1000");
        Send("ACK seq 1 ack 8001 win 8000");
        Counted(StackCounter.TcpTimeouts, 0);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MAY-18")]
    public void Without_congestion_control_only_the_peers_window_limits_what_is_out()
    {
        OpenPassive(
            options =>
            {
                options.SendBuffer = 8192;
                options.CongestionControl = TcpCongestionControl.None;
            },
            window: 8000);
        Write(8000);
        for (int i = 0; i < 8; i++)
        {
            Expect($"ACK seq {1 + (i * 1000)} ack 1 len 1000");
        }

        Send(Duplicate, Duplicate, Duplicate);
        Expect("ACK seq 1 ack 1 len 1000");
        ExpectNothing();
        Send("ACK seq 1 ack 3001 win 8000");
        Expect("ACK seq 3001 ack 1 len 1000");
        ExpectNothing();
        At(1000);
        for (int i = 3; i < 8; i++)
        {
            Expect($"ACK seq {1 + (i * 1000)} ack 1 len 1000");
        }

        Send("ACK seq 1 ack 8001 win 8000");
        Counted(StackCounter.TcpFastRetransmits, 1);
        Counted(StackCounter.TcpTimeouts, 1);
    }

    [TestMethod]
    public void Without_congestion_control_a_lost_SYN_ACK_does_not_limit_the_first_window()
    {
        Listen(options =>
        {
            options.SendBuffer = 4096;
            options.CongestionControl = TcpCongestionControl.None;
        });
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        At(1000);
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1 win 4000");
        Accept();
        Write(4000);
        for (int i = 0; i < 4; i++)
        {
            Expect($"ACK seq {1 + (i * 1000)} ack 1 len 1000");
        }

        Send("ACK seq 1 ack 4001");
    }

    private void OpenWithFourSegmentsOut(TcpCongestionControl algorithm)
    {
        OpenPassive(
            options =>
            {
                options.SendBuffer = 8192;
                options.CongestionControl = algorithm;
            },
            window: 8000);
        Write(8000);
        for (int i = 0; i < 4; i++)
        {
            Expect($"ACK seq {1 + (i * 1000)} ack 1 len 1000");
        }

        ExpectNothing();
    }

    /// <summary>At 0 ms 6000 octets have been acknowledged, cwnd is 6000, RTO the least that was asked for: 400 ms.</summary>
    private void OpenWithWindowOf6000()
    {
        OpenPassive(
            options =>
            {
                options.SendBuffer = 8192;
                options.MinRetransmissionTimeout = 400;
            },
            window: 8000);
        Write(6000);
        for (int i = 0; i < 4; i++)
        {
            Expect($"ACK seq {1 + (i * 1000)} ack 1 len 1000");
        }

        Send("ACK seq 1 ack 2001 win 8000");
        Expect("ACK seq 4001 ack 1 len 1000");
        Expect("ACK seq 5001 ack 1 len 1000");
        Send("ACK seq 1 ack 4001 win 8000");
        Send("ACK seq 1 ack 6001 win 8000");
        T.Check(6000, Connection.CongestionWindow, "cwnd");
        T.Check(400, Connection.RetransmissionTimeout, "RTO");
    }
}
