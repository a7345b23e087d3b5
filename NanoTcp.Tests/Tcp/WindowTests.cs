using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 9293 3.8.6: closed windows, small windows, small segments.</summary>
[TestClass]
public sealed class WindowTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "MUST-36", "MUST-37", "SHLD-29", "SHLD-30")]
    [Requirement("RFC 1122", "4.2.2.17")]
    public void MUST_36_a_closed_window_is_probed_with_growing_intervals_for_as_long_as_the_peer_answers()
    {
        OpenPassive(window: 0);
        Write(10);
        ExpectNothing();
        foreach (int time in new[] { 1, 3, 7, 15, 31, 63, 123, 183, 243, 303, 363 })
        {
            At(time * 1000);
            Expect("ACK seq 1 ack 1 len 1");
            Send("ACK seq 1 ack 1 win 0");
        }

        Is(TcpState.Established);
        Counted(StackCounter.TcpZeroWindowProbes, 11);
        Send("ACK seq 1 ack 1 win 4000");
        Expect("ACK seq 1 ack 1 len 10");
        Send("ACK seq 1 ack 11");
        At(600_000);
        ExpectNothing();
    }

    [TestMethod]
    public void A_peer_that_no_longer_answers_probes_is_given_up()
    {
        OpenPassive(window: 0);
        Write(10);
        foreach (int time in new[] { 1, 3, 7, 15, 31, 63 })
        {
            At(time * 1000);
            Expect("ACK seq 1 ack 1 len 1");
        }

        At(120_999);
        Is(TcpState.Established);
        At(121_000);
        Expect("RST,ACK seq 1 ack 1 win 0");
        Ended(TcpEndReason.TimedOut);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-36")]
    public void A_lost_window_update_is_found_by_the_next_probe()
    {
        OpenPassive(window: 0);
        Write(10);
        At(1000);
        Expect("ACK seq 1 ack 1 len 1");
        Send("ACK seq 1 ack 2 win 4000");
        Expect("ACK seq 2 ack 1 len 9");
        Send("ACK seq 1 ack 11");
    }

    [TestMethod]
    public void A_probe_that_is_accepted_is_followed_by_one_of_the_next_octet()
    {
        OpenPassive(window: 0);
        Write(10);
        At(1000);
        Expect("ACK seq 1 ack 1 len 1");
        Send("ACK seq 1 ack 2 win 0");
        At(3000);
        Expect("ACK seq 2 ack 1 len 1");
        Send("ACK seq 1 ack 3 win 0");
        T.Check(8, Connection.Unacknowledged, "octets unacknowledged");
        Send("ACK seq 1 ack 3 win 4000");
        Expect("ACK seq 3 ack 1 len 8");
        Send("ACK seq 1 ack 11");
    }

    [TestMethod]
    public void A_window_that_opens_and_closes_again_before_anything_could_be_sent_is_probed_on()
    {
        OpenPassive(window: 0);
        Write(10);
        At(1000);
        Expect("ACK seq 1 ack 1 len 1");
        Send("ACK seq 1 ack 1 win 4000", "ACK seq 1 ack 1 win 0");
        ExpectNothing();
        At(2000);
        Expect("ACK seq 1 ack 1 len 1");
        Send("ACK seq 1 ack 1 win 4000");
        Expect("ACK seq 1 ack 1 len 10");
        Send("ACK seq 1 ack 11");
    }

    [TestMethod]
    public void A_probe_that_was_not_accepted_is_no_loss()
    {
        OpenPassive(window: 0);
        Write(1500);
        At(1000);
        Expect("ACK seq 1 ack 1 len 1");
        Send("ACK seq 1 ack 1 win 0", "ACK seq 1 ack 1 win 0", "ACK seq 1 ack 1 win 0");
        ExpectNothing();
        Send("ACK seq 1 ack 1 win 4000");
        Expect("ACK seq 1 ack 1 len 1000");
        Send("ACK seq 1 ack 1001");
        Expect("ACK seq 1001 ack 1 len 500");
        Send("ACK seq 1 ack 1501");
        Counted(StackCounter.TcpFastRetransmits, 0);
        Counted(StackCounter.TcpTimeouts, 0);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-34", "MUST-35")]
    public void MUST_34_a_window_that_shrinks_to_nothing_over_data_on_its_way_is_probed()
    {
        OpenPassive(window: 4000);
        Write(1000);
        Expect("ACK seq 1 ack 1 len 1000");
        At(10);
        Send("ACK seq 1 ack 1 win 0");
        At(1000);
        Expect("ACK seq 1 ack 1 len 1");
        Send("ACK seq 1 ack 1 win 0");
        At(3000);
        Expect("ACK seq 1 ack 1 len 1");
        Send("ACK seq 1 ack 1001 win 4000");
        ExpectNothing();
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
        T.Check(-1, Connection.SmoothedRoundTripTime, "SRTT: Karn measures nothing that a probe repeated");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-37")]
    public void MUST_37_a_FIN_waits_before_a_closed_window_for_as_long_as_the_peer_answers()
    {
        OpenPassive(window: 0);
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 1 win 0");
        foreach (int time in new[] { 1, 3, 7, 15, 31, 63, 123, 183, 243 })
        {
            At(time * 1000);
            Expect("FIN,ACK seq 1 ack 1");
            Send("ACK seq 1 ack 1 win 0");
        }

        Is(TcpState.FinWait1);
        Send("ACK seq 1 ack 1 win 100");
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 2 win 100");
        ExpectNothing();
        Is(TcpState.FinWait2);
    }

    [TestMethod]
    public void A_FIN_behind_data_waits_for_the_window_and_goes_with_the_data()
    {
        OpenPassive(window: 0);
        Write(10);
        CloseSend();
        ExpectNothing();
        At(1000);
        Expect("ACK seq 1 ack 1 len 1");
        Send("ACK seq 1 ack 2 win 100");
        Expect("FIN,ACK seq 2 ack 1 len 9");
        Send("ACK seq 1 ack 12");
        Is(TcpState.FinWait2);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-38", "MUST-60")]
    public void RFC_9293_3_8_6_2_1_a_window_too_small_to_be_worth_it_is_used_only_after_a_while()
    {
        OpenPassive(window: 1000);
        Write(1500);
        Expect("ACK seq 1 ack 1 len 1000");
        At(10);
        Send("ACK seq 1 ack 1001 win 300");
        ExpectNothing();
        At(1010);
        Expect("ACK seq 1001 ack 1 len 300");
        Send("ACK seq 1 ack 1301 win 1000");
        Expect("ACK seq 1301 ack 1 len 200");
        Send("ACK seq 1 ack 1501 win 1000");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-38")]
    public void RFC_9293_3_8_6_2_1_half_of_the_largest_window_ever_is_worth_it()
    {
        OpenPassive(window: 900);
        Write(1500);
        Expect("ACK seq 1 ack 1 len 900");
        Send("ACK seq 1 ack 901 win 450");
        Expect("ACK seq 901 ack 1 len 450");
        Send("ACK seq 1 ack 1351 win 900");
        Expect("ACK seq 1351 ack 1 len 150");
        Send("ACK seq 1 ack 1501 win 900");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-39")]
    public void RFC_9293_3_8_6_2_2_the_window_opens_only_by_a_worthwhile_step()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 1024");
        Expect("ACK seq 1 ack 1025 win 1024");
        Send("ACK seq 1025 ack 1 len 1024");
        Expect("ACK seq 1 ack 2049 win 0");
        Read(1000);
        Read(23);
        ExpectNothing();
        Read(1);
        Expect("ACK seq 1 ack 2049 win 1024");
        Read(1024);
        Expect("ACK seq 1 ack 2049 win 2048");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MAY-8")]
    public void A_probe_into_our_closed_window_is_answered_and_its_acknowledgment_counts()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 1024", "ACK seq 1025 ack 1 len 1024");
        Expect("ACK seq 1 ack 2049 win 0");
        Write(10);
        Expect("ACK seq 1 ack 2049 len 10 win 0");
        Send("ACK seq 2049 ack 11 len 1");
        Expect("ACK seq 11 ack 2049 win 0");
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
        Read(2048);
        Expect("ACK seq 11 ack 2049 win 2048");
        Send("ACK seq 2049 ack 11 len 1");
        Read(1);
        At(40);
        Expect("ACK seq 11 ack 2050");
    }

    [TestMethod]
    public void A_bare_FIN_is_taken_into_our_closed_window()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 1024", "ACK seq 1025 ack 1 len 1024");
        Expect("ACK seq 1 ack 2049 win 0");
        Send("FIN,ACK seq 2049 ack 1");
        Expect("ACK seq 1 ack 2050 win 0");
        Is(TcpState.CloseWait);
        Read(2048);
        ExpectNothing();
        T.Check(true, Connection.EndOfStream, "end of stream");
    }
}
