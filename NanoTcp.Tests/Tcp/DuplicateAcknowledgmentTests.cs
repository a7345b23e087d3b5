using NanoTcp.Primitives;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 5681 3.2: what counts towards three duplicates, and from when.</summary>
[TestClass]
public sealed class DuplicateAcknowledgmentTests : TraceTest
{
    [TestMethod]
    public void The_count_begins_anew_when_new_data_is_acknowledged()
    {
        OpenWithFourSegmentsOut();
        Send("ACK seq 1 ack 1", "ACK seq 1 ack 1");
        ExpectNothing();
        Send("ACK seq 1 ack 1001");

        // Of three segments, RFC 5827 takes two duplicates for a loss; one is too few.
        Send("ACK seq 1 ack 1001");
        ExpectNothing();
        Send("ACK seq 1 ack 1001");
        Expect("ACK seq 1001 ack 1 len 1000");
        Send("ACK seq 1 ack 4001");
    }

    [TestMethod]
    [Requirement("RFC 5681", "2")]
    public void RFC_5681_3_2_a_window_change_is_no_duplicate_but_does_not_begin_the_count_anew()
    {
        // Only an acknowledgment that moves SND.UNA does.
        OpenWithFourSegmentsOut();
        Send("ACK seq 1 ack 1", "ACK seq 1 ack 1");
        Send("ACK seq 1 ack 1 win 3500");
        ExpectNothing();
        Send("ACK seq 1 ack 1 win 3500");
        Expect("ACK seq 1 ack 1 len 1000");
        Send("ACK seq 1 ack 4001");
        Counted(StackCounter.TcpInDupAcks, 3);
    }

    [TestMethod]
    public void What_comes_while_nothing_is_out_does_not_count_for_what_follows()
    {
        OpenPassive(options => options.SendBuffer = 4096);
        Send("ACK seq 1 ack 1", "ACK seq 1 ack 1", "ACK seq 1 ack 1", "ACK seq 1 ack 1");
        Write(4000);
        for (int i = 0; i < 4; i++)
        {
            Expect($"ACK seq {1 + (i * 1000)} ack 1 len 1000");
        }

        Send("ACK seq 1 ack 1", "ACK seq 1 ack 1");
        ExpectNothing();
        Send("ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 1 len 1000");
        Send("ACK seq 1 ack 4001");
    }

    [TestMethod]
    public void A_full_congestion_window_holds_new_data_back_but_not_the_fast_retransmit()
    {
        OpenWithFourSegmentsOut();
        Write(1000);
        ExpectNothing();
        Send("ACK seq 1 ack 1 len 1", "ACK seq 2 ack 1 len 1");
        Expect("ACK seq 4001 ack 3");
        Send("ACK seq 3 ack 1", "ACK seq 3 ack 1", "ACK seq 3 ack 1");
        Expect("ACK seq 1 ack 3 len 1000");
        Read(2);
        T.Bench.Sent.Clear();
        Send("ACK seq 3 ack 5001");
        T.Bench.Sent.Clear();
    }

    [TestMethod]
    public void RFC_9293_3_8_6_1_duplicates_retransmit_nothing_into_a_closed_window()
    {
        OpenWithFourSegmentsOut();
        for (int i = 0; i < 5; i++)
        {
            Send("ACK seq 1 ack 1 win 0");
            ExpectNothing();
        }

        At(1000);
        Expect("ACK seq 1 ack 1 len 1");
        Send("ACK seq 1 ack 1 win 4000");
        Expect("ACK seq 1 ack 1 len 1000");
        T.Bench.Sent.Clear();
        Send("ACK seq 1 ack 4001");
        Counted(StackCounter.TcpFastRetransmits, 0);
    }

    [TestMethod]
    public void Ten_thousand_duplicates_retransmit_once()
    {
        OpenWithFourSegmentsOut();
        Send("ACK seq 1 ack 1", "ACK seq 1 ack 1", "ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 1 len 1000");
        for (int i = 0; i < 10_000; i++)
        {
            T.Bench.Deliver(T.Build(TraceSegment.Parse("ACK seq 1 ack 1")));
        }

        ExpectNothing();
        Send("ACK seq 1 ack 4001");
        Counted(StackCounter.TcpFastRetransmits, 1);
    }

    private void OpenWithFourSegmentsOut()
    {
        OpenPassive(options => options.SendBuffer = 8192);
        Write(4000);
        for (int i = 0; i < 4; i++)
        {
            Expect($"ACK seq {1 + (i * 1000)} ack 1 len 1000");
        }
    }
}
