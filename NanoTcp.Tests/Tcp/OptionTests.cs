using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>What peers offer and this stack does not: such a peer is answered without, and what it sends all the same is skipped.</summary>
[TestClass]
public sealed class OptionTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "MUST-6", "MUST-14")]
    [DataRow("020403E80101080A0000000100000002", DisplayName = "timestamps")]
    [DataRow("020403E801030307", DisplayName = "window scale")]
    [DataRow("020403E801010402", DisplayName = "SACK permitted")]
    [DataRow("020403E80402080A00000001000000000103030722020000", DisplayName = "all of them, and Fast Open")]
    public void A_SYN_that_offers_options_is_answered_with_the_segment_size_alone_and_windows_are_not_scaled(string options)
    {
        // Every segment's header is compared by the trace: only a SYN has an option, and that is the segment size.
        Listen(stack => stack.SendBuffer = 4096);
        Send($"SYN seq 0 win 4000 opt {options}");
        Expect("SYN,ACK seq 0 ack 1 win 2048 mss 1460");
        Send("ACK seq 1 ack 1 win 500");
        Accept();
        Write(2000);
        Expect("ACK seq 1 ack 1 len 500");
        Send("ACK seq 1 ack 501 win 2000");
        Expect("ACK seq 501 ack 1 len 1000");
        Send("ACK seq 1 ack 1501 win 2000");
        Expect("ACK seq 1501 ack 1 len 500");
        Send("ACK seq 1 ack 2001 win 2000");
    }

    [TestMethod]
    public void A_SYN_ACK_that_brings_options_nobody_asked_for_is_taken_without_them()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 win 2048 mss 1460");
        Send("SYN,ACK seq 0 ack 1 win 500 opt 020403E80402080A00000001000000000103030E");
        Expect("ACK seq 1 ack 1");
        Write(1000);
        Expect("ACK seq 1 ack 1 len 500");
        Send("ACK seq 1 ack 501 win 1000");
        Expect("ACK seq 501 ack 1 len 500");
        Send("ACK seq 1 ack 1001 win 1000");
    }

    [TestMethod]
    public void Segments_leave_with_a_time_to_live_of_64()
    {
        const int TimeToLive = 14 + 8;
        Connecting();
        Connect();
        T.Check(64, T.Bench.Sent.Peek().Octets[TimeToLive], "time to live of a SYN");
        Expect("SYN seq 0 mss 1460");
        Send("SYN,ACK seq 0 ack 5");
        T.Check(64, T.Bench.Sent.Peek().Octets[TimeToLive], "time to live of a reset");
        Expect("RST seq 5 win 0");
    }

    [TestMethod]
    public void A_segment_that_arrives_with_the_last_hop_to_live_is_taken()
    {
        OpenPassive();
        byte[] frame = T.Build(TraceSegment.Parse("ACK seq 1 ack 1 len 10"));
        frame[14 + 8] = 1;
        Wire.Frames.FixIpv4(frame, 14);
        T.SendFrame("ACK seq 1 ack 1 len 10, time to live 1", frame);
        Read(10);
        At(40);
        Expect("ACK seq 1 ack 11");
    }
}
