using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Tcp;

/// <summary>
/// RFC 2923 2.1: a router that drops what is too large for it and does not say so. And RFC 1191 6.3: what was found narrow is
/// tried again.
/// </summary>
[TestClass]
public sealed class BlackHoleTests : TraceTest
{
    /// <summary>Ten minutes, and what the clock of 16 s rounds up.</summary>
    private const long Later = 640_000;

    [TestMethod]
    [Requirement("RFC 2923", "2.1")]
    public void RFC_2923_2_1_full_segments_that_vanish_twice_are_sent_in_pieces_that_every_path_carries()
    {
        Open();
        Write(2000);
        Expect("ACK seq 1 ack 1 len 1460");
        At(1000);
        Expect("ACK seq 1 ack 1 len 1460");
        At(3000);
        Check(dontFragment: false, "ACK seq 1 ack 1 len 536");
        Counted(StackCounter.TcpBlackHoles, 1);
        Counted(StackCounter.TcpPathMtuReductions, 1);
        Send("ACK seq 1 ack 537");
        Expect("ACK seq 537 ack 1 len 536");
        Expect("ACK seq 1073 ack 1 len 536");
        Send("ACK seq 1 ack 1609");
        Expect("PSH,ACK seq 1609 ack 1 len 392");
        Send("ACK seq 1 ack 2001");
        Write(1000);
        Expect("ACK seq 2001 ack 1 len 536");
        Send("ACK seq 1 ack 2537");
        Expect("PSH,ACK seq 2537 ack 1 len 464");
        Send("ACK seq 1 ack 3001");
    }

    [TestMethod]
    [Requirement("RFC 2923", "2.1")]
    public void In_the_middle_of_a_transfer_too_although_the_path_has_carried_full_segments()
    {
        Open();
        Write(1460);
        Expect("PSH,ACK seq 1 ack 1 len 1460");
        Send("ACK seq 1 ack 1461");
        Write(1460);
        Expect("PSH,ACK seq 1461 ack 1 len 1460");
        At(1000);
        Expect("PSH,ACK seq 1461 ack 1 len 1460");
        At(3000);
        Expect("ACK seq 1461 ack 1 len 536");
        Send("ACK seq 1 ack 1997");
        Expect("ACK seq 1997 ack 1 len 536");
        Expect("PSH,ACK seq 2533 ack 1 len 388");
        Send("ACK seq 1 ack 2921");
        Counted(StackCounter.TcpBlackHoles, 1);
    }

    [TestMethod]
    public void One_lost_segment_is_no_black_hole()
    {
        Open();
        Write(1460);
        Expect("PSH,ACK seq 1 ack 1 len 1460");
        At(1000);
        Expect("PSH,ACK seq 1 ack 1 len 1460");
        Send("ACK seq 1 ack 1461");
        Write(1460);
        Expect("PSH,ACK seq 1461 ack 1 len 1460");
        Send("ACK seq 1 ack 2921");
        Counted(StackCounter.TcpBlackHoles, 0);
    }

    [TestMethod]
    [DataRow(536)]
    [DataRow(100)]
    public void Small_segments_that_vanish_are_no_black_hole(int size)
    {
        Open();
        Write(size);
        for (int i = 0, at = 0; i < 5; i++)
        {
            Expect($"PSH,ACK seq 1 ack 1 len {size}");
            at += 1000 << i;
            At(at);
        }

        Expect($"PSH,ACK seq 1 ack 1 len {size}");

        Send($"ACK seq 1 ack {size + 1}");
        Counted(StackCounter.TcpBlackHoles, 0);
        Counted(StackCounter.TcpPathMtuReductions, 0);
    }

    [TestMethod]
    public void A_small_window_lets_no_large_segment_out_so_its_size_is_not_the_reason()
    {
        OpenActive(o => o.SendBuffer = 8192, window: 500, mss: 1460);
        Write(2000);
        for (int i = 0, at = 0; i < 4; i++)
        {
            Expect("ACK seq 1 ack 1 len 500");
            at += 1000 << i;
            At(at);
        }

        Expect("ACK seq 1 ack 1 len 500");

        Counted(StackCounter.TcpBlackHoles, 0);
        Send("ACK seq 1 ack 501 win 8000");
        Expect("ACK seq 501 ack 1 len 1460");
        Abort();
        Expect("RST,ACK seq 1961 ack 1");
    }

    [TestMethod]
    public void A_segment_that_is_lost_after_the_link_came_back_is_no_black_hole()
    {
        Open();
        Write(1460);
        Expect("PSH,ACK seq 1 ack 1 len 1460");
        LinkDown();
        At(20_000);
        LinkUp();
        Expect("PSH,ACK seq 1 ack 1 len 1460");
        At(21_000);
        Expect("PSH,ACK seq 1 ack 1 len 1460");
        Send("ACK seq 1 ack 1461");
        Counted(StackCounter.TcpBlackHoles, 0);
    }

    [TestMethod]
    public void A_link_that_was_down_is_no_black_hole()
    {
        Open();
        Write(1460);
        Expect("PSH,ACK seq 1 ack 1 len 1460");
        LinkDown();
        At(20_000);
        LinkUp();
        Expect("PSH,ACK seq 1 ack 1 len 1460");
        Send("ACK seq 1 ack 1461");
        Counted(StackCounter.TcpBlackHoles, 0);
    }

    [TestMethod]
    [Requirement("RFC 1191", "6.3")]
    public void RFC_1191_6_3_after_ten_minutes_the_full_size_is_tried_again_and_stays_when_it_arrives()
    {
        Narrow();
        At(590_000);
        Write(1460);
        Expect("ACK seq 1461 ack 1 len 536");
        Expect("ACK seq 1997 ack 1 len 536");
        Send("ACK seq 1 ack 2533");
        Expect("PSH,ACK seq 2533 ack 1 len 388");
        Send("ACK seq 1 ack 2921");
        At(Later);
        Write(1460);
        Expect("PSH,ACK seq 2921 ack 1 len 1460");
        Send("ACK seq 1 ack 4381");
        At(Later * 4);
        Write(1460);
        Expect("PSH,ACK seq 4381 ack 1 len 1460");
        Send("ACK seq 1 ack 5841");
        Counted(StackCounter.TcpBlackHoles, 1);
    }

    [TestMethod]
    [Requirement("RFC 1191", "6.3")]
    public void While_the_path_stays_narrow_each_trial_costs_one_timeout()
    {
        Narrow();
        At(Later);
        Write(1460);
        Expect("PSH,ACK seq 1461 ack 1 len 1460");

        // The timeout is still that of the loss: only a segment that is sent once measures the round trip.
        At(Later + 4000);
        Expect("ACK seq 1461 ack 1 len 536");
        Send("ACK seq 1 ack 1997");
        Expect("ACK seq 1997 ack 1 len 536");
        Expect("PSH,ACK seq 2533 ack 1 len 388");
        Send("ACK seq 1 ack 2921");
        Counted(StackCounter.TcpBlackHoles, 2);
        At(2 * Later);
        Write(1460);
        Expect("PSH,ACK seq 2921 ack 1 len 1460");
        Send("ACK seq 1 ack 4381");
    }

    [TestMethod]
    [Requirement("RFC 1191", "6.3")]
    public void What_a_router_has_said_is_tried_again_too_and_it_may_say_it_again()
    {
        Open();
        Write(1460);
        Expect("PSH,ACK seq 1 ack 1 len 1460");
        TooBig(sequence: 1, mtu: 1400);
        Expect("ACK seq 1 ack 1 len 1360");
        Expect("PSH,ACK seq 1361 ack 1 len 100");
        TooBig(sequence: 1, mtu: 1000, packet: 1400);
        Expect("ACK seq 1 ack 1 len 960");
        Expect("PSH,ACK seq 961 ack 1 len 500");
        Send("ACK seq 1 ack 1461");
        At(Later);
        Write(1460);
        Expect("PSH,ACK seq 1461 ack 1 len 1460");
        TooBig(sequence: 1461, mtu: 1400);
        Expect("ACK seq 1461 ack 1 len 1360");
        Expect("PSH,ACK seq 2821 ack 1 len 100");
        Send("ACK seq 1 ack 2921");
        Counted(StackCounter.TcpBlackHoles, 0);
        Counted(StackCounter.TcpPathMtuReductions, 3);
    }

    [TestMethod]
    public void A_window_smaller_than_one_full_segment_does_not_stop_the_trial()
    {
        // After the timeout cwnd is one small segment, and nothing moves until the trial: it must let a full one out.
        Open();
        Write(1460);
        Expect("PSH,ACK seq 1 ack 1 len 1460");
        At(1000);
        Expect("PSH,ACK seq 1 ack 1 len 1460");
        At(3000);
        Expect("ACK seq 1 ack 1 len 536");
        Send("ACK seq 1 ack 1461");
        At(Later);
        Assert.IsGreaterThanOrEqualTo(1460, Connection.CongestionWindow);
        Write(3000);
        Expect("ACK seq 1461 ack 1 len 1460");
        Abort();
        Expect("RST,ACK seq 2921 ack 1");
    }

    [TestMethod]
    public void The_idle_timeout_still_ends_the_connection_while_the_path_is_narrow()
    {
        Narrow();
        T.Do("IDLE TIMEOUT 100 s", () => Connection.IdleTimeout = 100_000);
        At(103_000);
        Expect("RST,ACK seq 1461 ack 1");
        Ended(TcpEndReason.Idle);
    }

    [TestMethod]
    public void A_connection_that_was_given_back_survives_the_black_hole_in_the_time_that_it_has()
    {
        Open();
        Write(1460);
        Expect("PSH,ACK seq 1 ack 1 len 1460");
        Close();
        Expect("FIN,ACK seq 1461 ack 1");
        At(1000);
        Expect("FIN,PSH,ACK seq 1 ack 1 len 1460");
        At(3000);
        Expect("ACK seq 1 ack 1 len 536");
        Send("ACK seq 1 ack 537");
        Expect("ACK seq 537 ack 1 len 536");
        Expect("FIN,PSH,ACK seq 1073 ack 1 len 388");
        Send("FIN,ACK seq 1 ack 1462");
        Expect("ACK seq 1462 ack 2");
    }

    [TestMethod]
    public void The_next_connection_of_the_same_object_begins_with_the_full_size()
    {
        Narrow();
        Abort();
        Expect("RST,ACK seq 1461 ack 1");
        T.As(new TracePeer(StackBench.PeerAddress, Trace.ServerPort, 0, 0xFFFFFF80));
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send("SYN,ACK seq 0 ack 1 win 8000 mss 1460");
        Expect("ACK seq 1 ack 1");
        Write(1460);
        Expect("PSH,ACK seq 1 ack 1 len 1460");
        Send("ACK seq 1 ack 1461");
    }

    /// <summary>The path is narrow since 3 s, and nothing is out.</summary>
    private void Narrow()
    {
        Open();
        Write(1460);
        Expect("PSH,ACK seq 1 ack 1 len 1460");
        At(1000);
        Expect("PSH,ACK seq 1 ack 1 len 1460");
        At(3000);
        Expect("ACK seq 1 ack 1 len 536");
        Send("ACK seq 1 ack 537");
        Expect("ACK seq 537 ack 1 len 536");
        Expect("PSH,ACK seq 1073 ack 1 len 388");
        Send("ACK seq 1 ack 1461");
        Counted(StackCounter.TcpBlackHoles, 1);
    }

    private void Open() => OpenActive(o => o.SendBuffer = 8192, window: 8000, mss: 1460);

    private void Check(bool dontFragment, string segment)
    {
        byte[] frame = T.Bench.Sent.Peek().Octets;
        Assert.AreEqual(dontFragment ? 0x4000 : 0, Frames.Get16(frame, Frames.EthernetLength + 6));
        Expect(segment);
    }

    private void TooBig(int sequence, int mtu, int packet = 1500) => T.TooBig(sequence, mtu, packet);
}
