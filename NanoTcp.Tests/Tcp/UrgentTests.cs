using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 9293 3.8.5 and RFC 6093: urgent data is in line, and its end is known.</summary>
[TestClass]
public sealed class UrgentTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "MUST-30", "MUST-32", "MUST-33", "MUST-62")]
    [Requirement("RFC 6093", "4", "6")]
    public void Urgent_data_is_read_in_line_and_its_end_is_known_before_it_has_arrived()
    {
        OpenPassive();
        Send("URG,ACK seq 1 ack 1 len 100 up 150");
        Remaining(150);
        Read(100);
        Remaining(50);
        Send("PSH,ACK seq 101 ack 1 len 100");
        Expect("ACK seq 1 ack 201");
        Remaining(50);
        Read(30);
        Remaining(20);
        Read(70);
        Remaining(0);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-32")]
    public void A_pointer_that_advances_is_told_and_one_that_goes_back_is_not()
    {
        OpenPassive();
        Send("URG,ACK seq 1 ack 1 len 10 up 10");
        Remaining(10);
        Send("URG,ACK seq 11 ack 1 len 10 up 20");
        Expect("ACK seq 1 ack 21");
        Remaining(30);
        Send("URG,ACK seq 21 ack 1 len 10 up 5");
        Remaining(30);
        At(40);
        Expect("ACK seq 1 ack 31");
        Read(30);
        Remaining(0);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-31")]
    public void Urgent_data_may_be_longer_than_the_window_and_comes_in_many_segments()
    {
        OpenPassive();
        Send("URG,ACK seq 1 ack 1 up 65535");
        Remaining(65535);
        Send("URG,ACK seq 1 ack 1 len 1000 up 65535");
        Read(1000);
        Remaining(64535);
        At(40);
        Expect("ACK seq 1 ack 1001");
        Send("URG,ACK seq 1001 ack 1 len 1000 up 65535");
        Remaining(65535);
        At(80);
        Expect("ACK seq 1 ack 2001");
        Read(1000);
        Expect("ACK seq 1 ack 2001 win 2048");
        Remaining(64535);
        Abort();
        Expect("RST,ACK seq 1 ack 2001");
    }

    [TestMethod]
    public void URGENT_11_pointers_that_point_nowhere_are_ignored()
    {
        OpenPassive();
        Send("URG,ACK seq 1 ack 1 len 10 up 0");
        Remaining(0);
        Read(10);
        At(40);
        Expect("ACK seq 1 ack 11");

        // An old duplicate, and a segment beyond the window.
        Send("URG,ACK seq 1 ack 1 len 10 up 65535");
        Expect("ACK seq 1 ack 11");
        Send("URG,ACK seq 5000 ack 1 len 10 up 100");
        Expect("ACK seq 1 ack 11");
        Remaining(0);

        // Without the bit the field says nothing.
        Send("ACK seq 11 ack 1 len 10 up 100");
        Remaining(0);
        At(80);
        Expect("ACK seq 1 ack 21");
        Read(10);
    }

    [TestMethod]
    public void The_end_of_urgent_data_is_right_when_the_FIN_has_come_too()
    {
        OpenPassive();
        Send("URG,FIN,ACK seq 1 ack 1 len 100 up 100");
        Expect("ACK seq 1 ack 102");
        Remaining(100);
        Read(60);
        Remaining(40);
        Read(40);
        Remaining(0);
        T.Check(true, Connection.EndOfStream, "end of stream");
        Close();
        Expect("FIN,ACK seq 1 ack 102");
        Send("ACK seq 102 ack 2");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-30", "MUST-62")]
    [Requirement("RFC 6093", "4")]
    public void Every_segment_before_the_end_of_urgent_data_points_behind_its_last_octet()
    {
        OpenPassive();
        WriteUrgent(1500);
        Expect("URG,ACK seq 1 ack 1 len 1000 up 1500");
        Write(100);
        Send("ACK seq 1 ack 1001");
        Expect("URG,PSH,ACK seq 1001 ack 1 len 600 up 500");
        Send("ACK seq 1 ack 1601");
        Write(10);
        Expect("PSH,ACK seq 1601 ack 1 len 10");
        Send("ACK seq 1 ack 1611");
    }

    [TestMethod]
    public void A_retransmission_still_says_what_is_urgent()
    {
        OpenPassive();
        WriteUrgent(100);
        Expect("URG,PSH,ACK seq 1 ack 1 len 100 up 100");
        At(1000);
        Expect("URG,PSH,ACK seq 1 ack 1 len 100 up 100");
        Send("ACK seq 1 ack 101");
    }

    [TestMethod]
    public void A_peer_with_a_closed_window_hears_of_urgent_data_by_acknowledgments_and_probes()
    {
        OpenPassive(window: 0);
        WriteUrgent(100);
        ExpectNothing();
        Send("PSH,ACK seq 1 ack 1 len 1 win 0", "PSH,ACK seq 2 ack 1 len 1 win 0");
        Expect("URG,ACK seq 1 ack 3 up 100");
        At(1000);
        Expect("URG,ACK seq 1 ack 3 len 1 up 100");
        Send("ACK seq 3 ack 1 win 4000");
        Expect("URG,PSH,ACK seq 1 ack 3 len 100 up 100");
        Send("ACK seq 3 ack 101");
        Read(2);
    }

    private void Remaining(int expected) => T.Check(expected, Connection.UrgentRemaining, "urgent octets remaining");

    private void WriteUrgent(int count) => T.Check(count, T.WriteUrgent(count), "octets written");
}
