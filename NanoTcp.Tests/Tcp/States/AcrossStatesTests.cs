using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>RFC 9293 3.6: whole lives of connections, figures 12 and 13 and their variations. Figures 6 to 11 are with the openings.</summary>
[TestClass]
public sealed class AcrossStatesTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "MUST-12", "MUST-13")]
    public void Opened_and_closed_by_this_side()
    {
        OpenActive(roundTrip: 10);
        Exchange();
        Figure12();
        At(60_010);
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    public void Opened_by_this_side_and_closed_by_the_peer()
    {
        OpenActive(roundTrip: 10);
        Exchange();
        Figure12FromTheOtherSide();
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-12", "MUST-13")]
    public void Opened_by_the_peer_and_closed_by_this_side_as_in_figure_12()
    {
        OpenPassive();
        Exchange();
        Figure12();
        At(60_000);
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-12")]
    public void Opened_and_closed_by_the_peer_as_in_figure_12()
    {
        OpenPassive();
        Exchange();
        Figure12FromTheOtherSide();
    }

    [TestMethod]
    public void Figure_13_simultaneous_close()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 2 ack 2");
        Is(TcpState.Closing);
        Send("ACK seq 2 ack 2");
        ExpectNothing();
        Is(TcpState.TimeWait);
        At(60_000);
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    public void Simultaneous_close_combined_in_one_segment()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        Is(TcpState.TimeWait);
    }

    [TestMethod]
    public void Simultaneous_close_raced_the_peers_FIN_is_found_before_ours_has_left()
    {
        OpenPassive();
        Race("FIN,ACK seq 1 ack 1");
        Expect("FIN,ACK seq 1 ack 2");
        Is(TcpState.Closing);
        Send("ACK seq 2 ack 2");
        Is(TcpState.TimeWait);
    }

    [TestMethod]
    public void Simultaneous_close_raced_with_data_in_the_peers_FIN()
    {
        OpenPassive();
        Race("FIN,ACK seq 1 ack 1 len 200");
        Expect("FIN,ACK seq 1 ack 202");
        Is(TcpState.Closing);
        Send("ACK seq 202 ack 2");
        Is(TcpState.TimeWait);
        Read(200);
        T.Check(true, Connection.EndOfStream, "end of stream");
    }

    [TestMethod]
    public void Simultaneous_close_raced_with_data_on_both_sides()
    {
        OpenPassive();
        byte[] frame = T.Build(TraceSegment.Parse("FIN,ACK seq 1 ack 1 len 200"));
        Write(100);
        Expect("ACK seq 1 ack 1 len 100");
        T.Do("CLOSE-SEND while FIN and data wait", () =>
        {
            T.Bench.Link.Deliver(frame);
            Connection.CloseSend();
        });
        Expect("FIN,ACK seq 101 ack 202");
        Is(TcpState.Closing);
        Send("ACK seq 202 ack 101");
        Is(TcpState.Closing);
        Send("ACK seq 202 ack 102");
        Is(TcpState.TimeWait);
        Read(200);
    }

    [TestMethod]
    public void Figure_13_both_FINs_lost_once()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        At(1000);
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 2 ack 2");
        At(2000);
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 2 ack 2");
        At(3000);
        Expect("FIN,ACK seq 1 ack 2");
        Send("ACK seq 2 ack 2");
        Is(TcpState.TimeWait);
    }

    [TestMethod]
    public void FIN_with_data_from_both_sides()
    {
        OpenPassive();
        Write(1500);
        Expect("ACK seq 1 ack 1 len 1000");
        CloseSend();
        Expect("FIN,PSH,ACK seq 1001 ack 1 len 500");
        Send("FIN,PSH,ACK seq 1 ack 1502 len 200");
        Expect("ACK seq 1502 ack 202");
        Is(TcpState.TimeWait);
        Read(200);
        T.Check(1500L, Connection.BytesSent, "octets acknowledged");
    }

    [TestMethod]
    public void Mutual_close_with_data_this_side_first()
    {
        // Request and answer, each with its FIN, and each side acknowledges the other's at once.
        OpenActive(roundTrip: 10);
        Write(150);
        Expect("PSH,ACK seq 1 ack 1 len 150");
        CloseSend();
        Expect("FIN,ACK seq 151 ack 1");
        Send("ACK seq 1 ack 152");
        Is(TcpState.FinWait2);
        Send("FIN,PSH,ACK seq 1 ack 152 len 200");
        Expect("ACK seq 152 ack 202");
        Is(TcpState.TimeWait);
        Read(200);
        T.Check(true, Connection.EndOfStream, "end of stream");
    }

    [TestMethod]
    public void Mutual_close_with_data_the_peer_first()
    {
        OpenPassive();
        Send("FIN,PSH,ACK seq 1 ack 1 len 200");
        Expect("ACK seq 1 ack 202");
        Is(TcpState.CloseWait);
        Read(200);
        Write(150);
        Expect("PSH,ACK seq 1 ack 202 len 150");
        CloseSend();
        Expect("FIN,ACK seq 151 ack 202");
        Is(TcpState.LastAck);
        Send("ACK seq 202 ack 152");
        Ended(TcpEndReason.Closed);
        T.Check(150L, Connection.BytesSent, "octets acknowledged");
    }

    [TestMethod]
    public void Half_close_by_this_side_the_peer_goes_on_sending()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 1 len 10");
        Read(10);
        At(40);
        Expect("ACK seq 2 ack 11");
        Send("ACK seq 11 ack 2");
        Is(TcpState.FinWait2);
        Send("ACK seq 21 ack 2 len 10");
        Expect("ACK seq 2 ack 11");
        Send("ACK seq 11 ack 2 len 10");
        Expect("ACK seq 2 ack 31");
        Read(20);
        At(500_000);
        Is(TcpState.FinWait2);
        Send("FIN,ACK seq 31 ack 2 len 5");
        Expect("ACK seq 2 ack 37");
        Read(5);
        T.Check(true, Connection.EndOfStream, "end of stream");
    }

    [TestMethod]
    public void Half_close_by_the_peer_this_side_goes_on_sending()
    {
        OpenPassive();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        Write(1000);
        Expect("ACK seq 1 ack 2 len 1000");
        At(300);
        Send("ACK seq 2 ack 1001");
        Write(10);
        Expect("ACK seq 1001 ack 2 len 10");
        CloseSend();
        Expect("FIN,ACK seq 1011 ack 2");
        Send("ACK seq 2 ack 1012");
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    public void A_connection_that_is_never_read_from_closes_its_window_and_keeps_all_until_the_end()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 1024");
        Expect("ACK seq 1 ack 1025 win 1024");
        Send("ACK seq 1025 ack 1 len 1024");
        Expect("ACK seq 1 ack 2049 win 0");
        for (int i = 1; i <= 5; i++)
        {
            At(i * 60_000);
            Send("ACK seq 2049 ack 1 len 1");
            Expect("ACK seq 1 ack 2049 win 0");
        }

        // It still sends, and still takes the peer's FIN and acknowledgments.
        Write(10);
        Expect("ACK seq 1 ack 2049 len 10 win 0");
        Send("FIN,ACK seq 2049 ack 11");
        Expect("ACK seq 11 ack 2050 win 0");
        Is(TcpState.CloseWait);
        CloseSend();
        Expect("FIN,ACK seq 11 ack 2050 win 0");
        Send("ACK seq 2050 ack 12");
        Ended(TcpEndReason.Closed);
        T.Check(2048, Connection.Readable, "readable");
        Read(2048);
    }

    [TestMethod]
    public void A_connection_that_is_never_read_from_is_given_back_with_a_reset()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 1024", "ACK seq 1025 ack 1 len 1024");
        Expect("ACK seq 1 ack 2049 win 0");
        At(100_000);
        Close();
        Expect("RST,ACK seq 1 ack 2049 win 0");
        T.Check(4, T.Stack.FreeConnections, "free connections");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-10")]
    public void Simultaneous_open_with_crossing_data_and_simultaneous_close_with_crossing_data()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1 len 200");
        Is(TcpState.Established);
        Write(150);
        Expect("ACK seq 1 ack 201 len 150");
        Send("ACK seq 201 ack 1 len 200");
        CloseSend();
        Expect("FIN,ACK seq 151 ack 401");
        Send("FIN,ACK seq 401 ack 151 len 200");
        Expect("ACK seq 152 ack 602");
        Is(TcpState.Closing);
        Read(600);
        T.Check(true, Connection.EndOfStream, "end of stream");
        Send("ACK seq 602 ack 152");
        Is(TcpState.TimeWait);
        T.Check(150L, Connection.BytesSent, "octets acknowledged");
    }

    /// <summary>Data both ways, across the wrap of the peer's numbers.</summary>
    private void Exchange()
    {
        Write(300);
        Expect("ACK seq 1 ack 1 len 300");
        Send("ACK seq 1 ack 301 len 200");
        Read(200);
        Write(300);
        Expect("ACK seq 301 ack 201 len 300");
        Send("ACK seq 201 ack 601");
    }

    private void Figure12()
    {
        CloseSend();
        Expect("FIN,ACK seq 601 ack 201");
        Is(TcpState.FinWait1);
        Send("ACK seq 201 ack 602");
        Is(TcpState.FinWait2);
        Send("FIN,ACK seq 201 ack 602");
        Expect("ACK seq 602 ack 202");
        Is(TcpState.TimeWait);
        T.Check(TcpEndReason.Closed, EndReason, "end reason");
        T.Check(true, Connection.EndOfStream, "end of stream");
    }

    private void Figure12FromTheOtherSide()
    {
        Send("FIN,ACK seq 201 ack 601");
        Expect("ACK seq 601 ack 202");
        Is(TcpState.CloseWait);
        CloseSend();
        Expect("FIN,ACK seq 601 ack 202");
        Is(TcpState.LastAck);
        Send("ACK seq 202 ack 602");
        ExpectNothing();
        Ended(TcpEndReason.Closed);
    }

    /// <summary>The user closes while a segment waits in the device: it is taken in before the FIN can leave.</summary>
    private void Race(string segment)
    {
        byte[] frame = T.Build(TraceSegment.Parse(segment));
        T.Do($"CLOSE-SEND while {segment} waits", () =>
        {
            T.Bench.Link.Deliver(frame);
            Connection.CloseSend();
        });
    }
}
