using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>When the stack acknowledges (RFC 9293 3.8.6.3, RFC 5681 4.2), and which acknowledgments it believes (RFC 5961 5).</summary>
[TestClass]
public sealed class AcknowledgmentTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "MUST-40", "SHLD-18")]
    [Requirement("RFC 5681", "4.2")]
    public void MUST_40_a_single_segment_is_acknowledged_after_40_ms()
    {
        OpenPassive(options => options.ReceiveBuffer = 8192);
        At(7);
        Send("ACK seq 1 ack 1 len 1460");
        At(46);
        ExpectNothing();
        At(47);
        Expect("ACK seq 1 ack 1461");
        Read(1460);
        At(1000);
        ExpectNothing();
    }

    [TestMethod]
    [Requirement("RFC 9293", "SHLD-19")]
    [Requirement("RFC 5681", "4.2")]
    public void SHLD_19_the_second_full_segment_is_acknowledged_at_once()
    {
        OpenPassive(options => options.ReceiveBuffer = 8192);
        Send("ACK seq 1 ack 1 len 1460");
        ExpectNothing();
        At(5);
        Send("ACK seq 1461 ack 1 len 1460");
        Expect("ACK seq 1 ack 2921");
        Send("ACK seq 2921 ack 1 len 1460");
        ExpectNothing();
        At(45);
        Expect("ACK seq 1 ack 4381");
        Read(4380);
        Expect("ACK seq 1 ack 4381 win 8192");
    }

    [TestMethod]
    public void Data_carries_the_acknowledgment()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 10");
        At(20);
        Write(5);
        Expect("ACK seq 1 ack 11 len 5");
        At(500);
        ExpectNothing();
        Send("ACK seq 11 ack 6");
        Read(10);
    }

    [TestMethod]
    public void A_bare_acknowledgment_is_not_acknowledged()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1");
        Send("ACK seq 100 ack 1");
        At(1000);
        ExpectNothing();
    }

    [TestMethod]
    [Requirement("RFC 5681", "4.2")]
    public void RFC_5681_4_2_a_segment_that_fills_part_of_a_gap_is_acknowledged_at_once()
    {
        OpenPassive();
        Send("ACK seq 101 ack 1 len 10");
        Expect("ACK seq 1 ack 1");
        Send("ACK seq 1 ack 1 len 10");
        Expect("ACK seq 1 ack 11");
        Send("ACK seq 11 ack 1 len 90");
        Expect("ACK seq 1 ack 111");
        Read(110);
        At(1000);
        ExpectNothing();
    }

    [TestMethod]
    [Requirement("RFC 5961", "5.2")]
    [Requirement("RFC 9293", "3.10.7.4")]
    public void RFC_9293_3_10_7_4_an_acknowledgment_of_what_was_never_sent_is_answered_and_dropped()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        Send("ACK seq 1 ack 12 len 5");
        Expect("ACK seq 11 ack 1");
        T.Check(10, Connection.Unacknowledged, "octets unacknowledged");
        T.Check(0, Connection.Readable, "readable: the segment is dropped");
        Send("ACK seq 1 ack 11");
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
        Counted(StackCounter.TcpChallengeAcks, 1);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MAY-12")]
    [Requirement("RFC 5961", "5.2")]
    public void RFC_5961_5_2_an_acknowledgment_older_than_any_window_is_challenged()
    {
        OpenPassive();
        Send("ACK seq 1 ack -3999 len 3");
        Read(3);
        At(40);
        Expect("ACK seq 1 ack 4");
        Send("ACK seq 4 ack -4000 len 3");
        Expect("ACK seq 1 ack 4");
        T.Check(0, Connection.Readable, "readable: the segment is dropped");
    }

    [TestMethod]
    public void An_old_acknowledgment_takes_nothing_back()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        Send("ACK seq 1 ack 11 win 3000");
        Send("ACK seq 1 ack 5 win 10");
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
        Write(20);
        Expect("ACK seq 11 ack 1 len 20");
        Send("ACK seq 1 ack 31");
    }

    [TestMethod]
    [Requirement("RFC 9293", "3.10.7.4")]
    public void RFC_9293_3_10_7_4_an_older_segment_does_not_change_the_window()
    {
        OpenPassive();
        Send("ACK seq 11 ack 1 win 2000");
        Send("ACK seq 1 ack 1 win 4000");
        Write(2048);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 1001 ack 1 len 1000");
        ExpectNothing();
        Send("ACK seq 11 ack 2001 win 2000");
        Expect("ACK seq 2001 ack 1 len 48");
        Send("ACK seq 11 ack 2049 win 2000");
    }

    [TestMethod]
    [Requirement("RFC 5961", "7")]
    public void RFC_5961_7_challenges_are_limited_to_ten_in_five_seconds()
    {
        OpenPassive();
        for (int i = 0; i < 10; i++)
        {
            Send("RST seq 50");
            Expect("ACK seq 1 ack 1");
        }

        At(4999);
        Send("RST seq 50");
        Send("SYN seq 50");
        Send("ACK seq 1 ack 900");
        ExpectNothing();
        At(5000);
        Send("RST seq 50");
        Expect("ACK seq 1 ack 1");
        Counted(StackCounter.TcpChallengeAcks, 11);
        Is(TcpState.Established);
    }

    [TestMethod]
    public void Every_octet_may_be_acknowledged_by_itself()
    {
        OpenPassive();
        Write(5);
        Expect("ACK seq 1 ack 1 len 5");
        for (int i = 1; i <= 5; i++)
        {
            At(i * 10);
            Send($"ACK seq 1 ack {1 + i}");
            T.Check(5 - i, Connection.Unacknowledged, "octets unacknowledged");
        }

        At(100_000);
        ExpectNothing();
    }
}
