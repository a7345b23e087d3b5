using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 9293 3.8.6.3 and RFC 5681 4.2: what ends the delay of an acknowledgment.</summary>
[TestClass]
public sealed class DelayedAcknowledgmentTests : TraceTest
{
    [TestMethod]
    public void The_delay_runs_from_the_first_segment_and_begins_anew_after_each_acknowledgment()
    {
        OpenPassive();
        At(10);
        Send("ACK seq 1 ack 1 len 10");
        At(30);
        Send("ACK seq 11 ack 1");
        At(49);
        ExpectNothing();
        At(50);
        Expect("ACK seq 1 ack 11");
        At(60);
        Send("ACK seq 11 ack 1 len 10");
        At(99);
        ExpectNothing();
        At(100);
        Expect("ACK seq 1 ack 21");
        Read(20);
    }

    [TestMethod]
    public void The_second_segment_ends_the_delay_however_small_both_are()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 1");
        ExpectNothing();
        Send("ACK seq 2 ack 1 len 1");
        Expect("ACK seq 1 ack 3");
        At(1000);
        ExpectNothing();
    }

    [TestMethod]
    public void Half_the_ring_in_one_segment_is_acknowledged_without_delay()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 1023");
        ExpectNothing();
        At(40);
        Expect("ACK seq 1 ack 1024");
        Read(1023);
        Send("ACK seq 1024 ack 1 len 1024");
        Expect("ACK seq 1 ack 2048");
    }

    [TestMethod]
    public void A_large_read_sends_the_window_update_at_once_although_an_acknowledgment_is_delayed()
    {
        OpenPassive(options => options.ReceiveBuffer = 8192);
        Send("ACK seq 1 ack 1 len 1460", "ACK seq 1461 ack 1 len 1460");
        Expect("ACK seq 1 ack 2921 win 5272");
        Send("ACK seq 2921 ack 1 len 1460");
        ExpectNothing();
        At(20);
        Read(2919);
        ExpectNothing();
        Read(1);
        Expect("ACK seq 1 ack 4381 win 6732");
        At(1000);
        ExpectNothing();
    }

    [TestMethod]
    [Requirement("RFC 5681", "4.2")]
    public void RFC_5681_4_2_out_of_order_data_ends_the_delay()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 10");
        ExpectNothing();
        At(20);
        Send("ACK seq 21 ack 1 len 10");
        Expect("ACK seq 1 ack 11");
        At(1000);
        ExpectNothing();
        Send("ACK seq 11 ack 1 len 10");
        Expect("ACK seq 1 ack 31");
        Read(30);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MAY-13")]
    [Requirement("RFC 5681", "4.2")]
    public void RFC_5681_4_2_each_out_of_order_segment_causes_one_duplicate_acknowledgment()
    {
        OpenPassive();
        for (int i = 1; i <= 5; i++)
        {
            Send($"ACK seq {1 + (i * 100)} ack 1 len 100");
            Expect("ACK seq 1 ack 1 win 2048");
        }

        // Three of the same, with the same window, are what the peer's fast retransmit waits for.
        Send("ACK seq 1 ack 1 len 100");
        Expect("ACK seq 1 ack 601");
        Read(600);
    }

    [TestMethod]
    public void FIN_ends_the_delay()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 10");
        At(10);
        Send("FIN,ACK seq 11 ack 1");
        Expect("ACK seq 1 ack 12");
        At(1000);
        ExpectNothing();
        Read(10);
    }

    [TestMethod]
    public void Our_own_FIN_carries_the_acknowledgment()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 10");
        Read(10);
        At(10);
        CloseSend();
        Expect("FIN,ACK seq 1 ack 11");
        At(999);
        ExpectNothing();
        Send("ACK seq 11 ack 2");
        Is(TcpState.FinWait2);
    }

    [TestMethod]
    public void A_retransmission_of_ours_carries_the_acknowledgment()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        At(990);
        Send("ACK seq 1 ack 1 len 5");
        At(1000);
        Expect("ACK seq 1 ack 6 len 10");
        At(1999);
        ExpectNothing();
        Read(5);
        Send("ACK seq 6 ack 11");
    }

    [TestMethod]
    public void A_duplicate_that_arrives_during_the_delay_is_acknowledged_at_once()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 10");
        At(10);
        Send("ACK seq 1 ack 1 len 10");
        Expect("ACK seq 1 ack 11");
        At(1000);
        ExpectNothing();
        Read(10);
    }
}
