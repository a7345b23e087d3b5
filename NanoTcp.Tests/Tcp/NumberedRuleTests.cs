using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Tcp;

/// <summary>Requirements of RFC 9293 that the other scenarios need but do not show by themselves.</summary>
[TestClass]
public sealed class NumberedRuleTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "MUST-1", "REC-1")]
    public void MUST_1_a_window_beyond_32767_is_no_negative_number()
    {
        OpenPassive(options => options.SendBuffer = 4096, window: 65535);
        Write(4000);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 1001 ack 1 len 1000");
        Expect("ACK seq 2001 ack 1 len 1000");
        Expect("ACK seq 3001 ack 1 len 1000");
        Send("ACK seq 1 ack 4001 win 40000");
        Write(10);
        Expect("ACK seq 4001 ack 1 len 10");
        Send("ACK seq 1 ack 4011 win 40000");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-5", "MUST-6")]
    public void MUST_5_options_in_any_segment_are_skipped()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 10 opt 0101080A0000000100000002");
        Read(10);
        At(40);
        Expect("ACK seq 1 ack 11");
        Send("FIN,ACK seq 11 ack 1 opt 1E06000000000000");
        Expect("ACK seq 1 ack 12");
        Is(TcpState.CloseWait);
        Send("RST seq 12 opt FE041234");
        Ended(TcpEndReason.Reset);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-65", "MUST-68", "MUST-69")]
    public void MUST_65_only_a_SYN_carries_an_option_and_it_fills_its_word()
    {
        Connecting();
        Connect();
        CollectionAssert.AreEqual(new byte[] { 2, 4, 1460 >> 8, 1460 & 0xFF }, Options());
        Expect("SYN seq 0 mss 1460");
        Send("SYN,ACK seq 0 ack 1 win 4000 mss 1000");
        Assert.IsEmpty(Options(), "the acknowledgment");
        Expect("ACK seq 1 ack 1");
        Write(10);
        Assert.IsEmpty(Options(), "data");
        Expect("ACK seq 1 ack 1 len 10");
        CloseSend();
        Assert.IsEmpty(Options(), "the FIN");
        Expect("FIN,ACK seq 11 ack 1");
        Send("RST seq 5");
        Assert.IsEmpty(Options(), "a challenge");
        Expect("ACK seq 12 ack 1");
        Abort();
        Assert.IsEmpty(Options(), "the reset");
        Expect("RST,ACK seq 12 ack 1 win 0");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-41", "MUST-42")]
    public void MUST_42_a_port_from_which_a_connection_is_being_opened_can_be_listened_on()
    {
        Connecting();
        TcpConnection opening = Connect();
        Expect("SYN seq 0 mss 1460");
        TcpListener listener = T.Stack.Listen(opening.LocalPort, 1);

        // A second client of that port is the listener's, the answer to the SYN still the connection's (MUST-41).
        T.As(new TracePeer(StackBench.PeerAddress, Trace.ServerPort + 1, opening.LocalPort, 5000));
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1");
        T.Check(1, listener.Pending, "waiting to be accepted");
        T.Check(TcpState.SynSent, opening.State, "state of the opening");
        T.Do("CLOSE the listener", listener.Close);
        Expect("RST,ACK seq 1 ack 1 win 0");
        T.Check(TcpState.SynSent, opening.State, "state of the opening");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-44", "MUST-45")]
    public void MUST_45_every_segment_of_a_connection_comes_from_the_address_that_IP_has()
    {
        Connecting();
        Connect();
        T.Check(StackBench.OwnAddress, Connection.LocalAddress, "local address");
        T.Check(StackBench.OwnAddress, Source(), "source of the SYN");
        Expect("SYN seq 0 mss 1460");
        Send("SYN,ACK seq 0 ack 1 win 4000 mss 1000");
        T.Check(StackBench.OwnAddress, Source(), "source of the acknowledgment");
        Expect("ACK seq 1 ack 1");
        Write(10);
        T.Check(StackBench.OwnAddress, Source(), "source of the data");
        Expect("ACK seq 1 ack 1 len 10");
        At(1000);
        T.Check(StackBench.OwnAddress, Source(), "source of the retransmission");
        Expect("ACK seq 1 ack 1 len 10");
        Send("ACK seq 1 ack 11");
    }

    [TestMethod]
    [Requirement("RFC 6056", "3.2", "3.3.1")]
    [Requirement("RFC 5927", "4.2")]
    public void RFC_6056_a_port_is_taken_at_random_from_the_dynamic_range_and_the_next_one_when_it_is_in_use()
    {
        Connecting();
        TcpConnection first = Connect();
        Expect("SYN seq 0 mss 1460");
        const int Range = TcpLimits.LastEphemeralPort - TcpLimits.FirstEphemeralPort + 1;
        T.Check(TcpLimits.FirstEphemeralPort + (int)(ConstantRandom.Value % Range), first.LocalPort, "port by the random source");
        TcpConnection? second = T.Stack.Connect(StackBench.PeerAddress, Trace.ServerPort);
        T.Check(first.LocalPort + 1, second!.LocalPort, "the next port, because the first is in use with this peer");
        second.Abort();
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-58", "MUST-59")]
    public void MUST_59_segments_that_wait_together_are_acknowledged_together()
    {
        OpenPassive(options => options.ReceiveBuffer = 8192);
        Send(
            "ACK seq 1 ack 1 len 1000",
            "ACK seq 1001 ack 1 len 1000",
            "ACK seq 2001 ack 1 len 1000",
            "ACK seq 3001 ack 1 len 1000",
            "ACK seq 4001 ack 1 len 1000");
        Expect("ACK seq 1 ack 5001");
        ExpectNothing();
        Read(5000);
        Expect("ACK seq 1 ack 5001 win 8192");
    }

    [TestMethod]
    [Requirement("RFC 9293", "SHLD-2")]
    public void SHLD_2_a_reset_may_carry_its_cause()
    {
        OpenPassive();
        Send("RST,ACK seq 1 ack 1 len 30");
        ExpectNothing();
        Ended(TcpEndReason.Reset);
        T.Check(0, Connection.Readable, "readable: the cause is no data");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-34", "SHLD-15", "SHLD-16")]
    public void SHLD_15_into_a_window_that_shrank_goes_what_was_out_and_nothing_new()
    {
        OpenPassive(options => options.SendBuffer = 4096, window: 3000);
        Write(4000);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 1001 ack 1 len 1000");
        Expect("ACK seq 2001 ack 1 len 1000");
        At(10);
        Send("ACK seq 1 ack 1001 win 500");
        ExpectNothing();

        At(1010);
        Expect("ACK seq 1001 ack 1 len 500");
        Is(TcpState.Established);
        Send("ACK seq 1 ack 3001 win 1000");
        Expect("ACK seq 3001 ack 1 len 1000");
        Send("ACK seq 1 ack 4001 win 1000");
    }

    [TestMethod]
    [Requirement("RFC 9293", "SHLD-17")]
    public void SHLD_17_what_lies_beyond_a_window_that_shrank_may_wait_for_longer_than_R2()
    {
        OpenPassive(options => options.SendBuffer = 4096, window: 2000);
        Write(2000);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 1001 ack 1 len 1000");
        At(10);
        Send("ACK seq 1 ack 1 win 1");
        At(1000);
        Expect("ACK seq 1 ack 1 len 1");

        // The peer takes an octet a second.
        int seconds = 2 * TcpLimits.GiveUpData / 1000;
        for (int i = 1; i <= seconds; i++)
        {
            At(1000 + (i * 1000L));
            Send($"ACK seq 1 ack {1 + i} win 1");
            Expect($"ACK seq {1 + i} ack 1 len 1");
        }

        Is(TcpState.Established);
        Send("ACK seq 1 ack 2001 win 4000");
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MAY-7")]
    public void MAY_7_a_fast_retransmission_may_go_beyond_a_window_that_shrank()
    {
        OpenPassive(options => options.SendBuffer = 4096, window: 3000);
        Write(3000);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 1001 ack 1 len 1000");
        Expect("ACK seq 2001 ack 1 len 1000");
        Send("ACK seq 1 ack 1 win 500");
        ExpectNothing();
        Send("ACK seq 1 ack 1 win 500", "ACK seq 1 ack 1 win 500", "ACK seq 1 ack 1 win 500");
        Expect("ACK seq 1 ack 1 len 1000");
        ExpectNothing();
        Send("ACK seq 1 ack 3001 win 3000");
    }

    [TestMethod]
    [Requirement("RFC 4022", "tcpInSegs", "tcpOutSegs", "tcpInErrs", "tcpOutRsts")]
    [Requirement("RFC 4898", "tcpEStatsStackDupAcksIn", "tcpEStatsStackSoftErrors")]
    public void RFC_4022_and_RFC_4898_every_segment_is_counted_and_every_refusal_by_its_reason()
    {
        OpenPassive();
        Counted(StackCounter.TcpInSegs, 2);
        Counted(StackCounter.TcpOutSegs, 1);
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        Counted(StackCounter.TcpOutSegs, 2);
        Send("ACK seq 1 ack 1");
        Counted(StackCounter.TcpInDupAcks, 1);
        Send("ACK seq 0 ack 1 len 1");
        Expect("ACK seq 11 ack 1");
        Counted(StackCounter.TcpInBelowWindow, 1);
        Send("ACK seq 5000 ack 1 len 1");
        Expect("ACK seq 11 ack 1");
        Counted(StackCounter.TcpInAboveWindow, 1);
        Send("ACK seq 1 ack -5000");
        Expect("ACK seq 11 ack 1");
        Counted(StackCounter.TcpInBelowAck, 1);
        Send("ACK seq 1 ack 12");
        Expect("ACK seq 11 ack 1");
        Counted(StackCounter.TcpInAboveAck, 1);
        Send("ACK seq 1 ack 11 badsum");
        Counted(StackCounter.TcpInErrs, 1);
        Send("ACK seq 1 ack 11");
        Counted(StackCounter.TcpInSegs, 9);
        Abort();
        Expect("RST,ACK seq 11 ack 1 win 0");
        Counted(StackCounter.TcpOutRsts, 1);
    }

    /// <summary>The options of the next segment.</summary>
    private byte[] Options()
    {
        byte[] segment = T.Bench.Sent.Peek().Octets[(Frames.EthernetLength + Frames.Ipv4Length)..];
        return segment[20..((segment[12] >> 4) * 4)];
    }

    /// <summary>The source address of the next segment.</summary>
    private uint Source() => Frames.Get32(T.Bench.Sent.Peek().Octets, Frames.EthernetLength + 12);
}
