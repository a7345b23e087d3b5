using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>ESTABLISHED, sending: what becomes of what the user writes while nothing is lost.</summary>
[TestClass]
[Requirement("RFC 9293", "3.10.2")]
public sealed class EstablishedSendTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "MUST-61")]
    public void One_segment_goes_out_and_is_acknowledged()
    {
        OpenPassive();
        Write(100);
        Expect("PSH,ACK seq 1 ack 1 len 100 win 2048");
        T.Check(100, Connection.Unacknowledged, "octets unacknowledged");
        At(20);
        Send("ACK seq 1 ack 101");
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
        T.Check(100L, Connection.BytesSent, "octets acknowledged");
        At(100_000);
        ExpectNothing();
    }

    [TestMethod]
    public void Full_segments_go_out_while_others_are_unacknowledged()
    {
        OpenPassive(options => options.SendBuffer = 4096);
        Write(1000);
        Expect("ACK seq 1 ack 1 len 1000");
        Write(1000);
        Expect("ACK seq 1001 ack 1 len 1000");
        T.Check(2000, Connection.Unacknowledged, "octets unacknowledged");
        Send("ACK seq 1 ack 1001");
        Write(1000);
        Expect("ACK seq 2001 ack 1 len 1000");
        Send("ACK seq 1 ack 3001");
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
    }

    [TestMethod]
    public void More_than_the_window_goes_out_as_the_window_moves_on()
    {
        OpenPassive(options => options.SendBuffer = 8192, window: 1500);
        Write(4000);
        Expect("ACK seq 1 ack 1 len 1000");
        ExpectNothing();
        Send("ACK seq 1 ack 1001 win 1500");
        Expect("ACK seq 1001 ack 1 len 1000");
        ExpectNothing();
        Send("ACK seq 1 ack 2001 win 2000");
        Expect("ACK seq 2001 ack 1 len 1000");
        Expect("PSH,ACK seq 3001 ack 1 len 1000");
        Send("ACK seq 1 ack 4001");
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-34", "SHLD-15")]
    public void MUST_34_after_the_window_shrank_nothing_new_goes_out_until_it_has_moved_beyond_what_is_out()
    {
        OpenPassive(options => options.SendBuffer = 8192);
        Write(6000);
        for (int i = 0; i < 4; i++)
        {
            Expect($"ACK seq {1 + (i * 1000)} ack 1 len 1000");
        }

        At(10);
        Send("ACK seq 1 ack 1001 win 500");
        ExpectNothing();
        Send("ACK seq 1 ack 2001 win 1500");
        ExpectNothing();
        Send("ACK seq 1 ack 4001 win 1000");
        Expect("ACK seq 4001 ack 1 len 1000");
        ExpectNothing();
        Send("ACK seq 1 ack 5001 win 4000");
        Expect("PSH,ACK seq 5001 ack 1 len 1000");
        Send("ACK seq 1 ack 6001");
    }

    [TestMethod]
    public void The_send_ring_wraps_at_every_position_of_a_segment()
    {
        // 2048 and 701 have no common divisor: every wrap lies elsewhere. The trace compares each octet.
        OpenPassive();
        for (int i = 0; i < 40; i++)
        {
            At(i * 10);
            Write(701);
            Expect($"PSH,ACK seq {1 + (i * 701)} ack 1 len 701");
            Send($"ACK seq 1 ack {1 + ((i + 1) * 701)}");
        }

        T.Check(40 * 701L, Connection.BytesSent, "octets acknowledged");
    }

    [TestMethod]
    public void Sequence_numbers_wrap_between_two_segments_and_within_one()
    {
        OpenPassive();
        int wrap = unchecked((int)(0u - T.Peer.StackIss));
        T.Check(true, wrap is > 2 and < 1000, "the numbers are about to wrap");
        Write(wrap - 1);
        Expect($"ACK seq 1 ack 1 len {wrap - 1}");
        Send($"ACK seq 1 ack {wrap}");
        Write(100);
        Expect($"ACK seq {wrap} ack 1 len 100");
        Send($"ACK seq 1 ack {wrap + 100}");
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
        T.Check(wrap + 99L, Connection.BytesSent, "octets acknowledged");
    }

    [TestMethod]
    public void No_option_takes_room_from_a_full_segment()
    {
        // The trace fails on any option behind the SYN; 1460 octets fill an Ethernet frame.
        OpenPassive(mss: 1460);
        Write(2048);
        Expect("ACK seq 1 ack 1 len 1460");
        Expect("PSH,ACK seq 1461 ack 1 len 588");
        Send("ACK seq 1 ack 2049");
    }

    [TestMethod]
    public void A_tiny_MSS_still_makes_progress()
    {
        OpenPassive(mss: 1);
        Write(300);
        int sent = 0;
        while (sent < 256)
        {
            Expect($"ACK seq {1 + sent} ack 1 len 64");
            sent += 64;
        }

        Send($"ACK seq 1 ack {1 + sent}");
        Expect("PSH,ACK seq 257 ack 1 len 44");
        Send("ACK seq 1 ack 301");
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
    }

    [TestMethod]
    public void A_tiny_window_still_makes_progress()
    {
        OpenPassive(window: 1);
        Write(3);
        Expect("ACK seq 1 ack 1 len 1");
        Send("ACK seq 1 ack 2 win 1");
        Expect("ACK seq 2 ack 1 len 1");
        Send("ACK seq 1 ack 3 win 1");
        Expect("PSH,ACK seq 3 ack 1 len 1");
        Send("ACK seq 1 ack 4 win 1");
    }

    [TestMethod]
    public void CLOSE_sends_the_FIN()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Is(TcpState.FinWait1);
        T.Check(0, Connection.Writable, "writable");
    }

    [TestMethod]
    public void CLOSE_behind_data_that_is_out_sends_the_FIN_alone()
    {
        OpenPassive();
        Write(100);
        Expect("PSH,ACK seq 1 ack 1 len 100");
        CloseSend();
        Expect("FIN,ACK seq 101 ack 1");
        Send("ACK seq 1 ack 102");
        Is(TcpState.FinWait2);
    }

    [TestMethod]
    public void A_FIN_goes_with_the_last_data_and_Nagle_does_not_hold_it()
    {
        OpenPassive();
        Write(1500);
        Expect("ACK seq 1 ack 1 len 1000");
        CloseSend();
        Expect("FIN,PSH,ACK seq 1001 ack 1 len 500");
        Send("ACK seq 1 ack 1501");
        Is(TcpState.FinWait1);
        Send("ACK seq 1 ack 1502");
        Is(TcpState.FinWait2);
        T.Check(1500L, Connection.BytesSent, "octets acknowledged");
    }

    [TestMethod]
    public void ABORT_resets_with_the_number_behind_everything_sent()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        Send("ACK seq 1 ack 1 len 5");
        Abort();
        Expect("RST,ACK seq 11 ack 6 win 0");
        T.Check(4, T.Stack.FreeConnections, "free connections");
        Send("ACK seq 6 ack 11");
        Expect("RST seq 11 win 0");
    }
}
