using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 9293 3.10.7.4, seventh and eighth: data, FIN and RST that arrive before or beyond a hole, in every state that receives.</summary>
[TestClass]
public sealed class ReassemblyTests : TraceTest
{
    [TestMethod]
    public void Out_of_order_data_across_the_end_of_the_ring_waits_in_its_place()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 750", "ACK seq 751 ack 1 len 750");
        Expect("ACK seq 1 ack 1501");
        Read(1500);
        Expect("ACK seq 1 ack 1501 win 2048");

        // Octet 2048 of the stream is the ring's last.
        Send("ACK seq 2001 ack 1 len 600");
        Expect("ACK seq 1 ack 1501");
        Send("ACK seq 1501 ack 1 len 500");
        Expect("ACK seq 1 ack 2601");
        Read(1100);
        Expect("ACK seq 1 ack 2601 win 2048");
    }

    [TestMethod]
    public void Out_of_order_data_up_to_the_very_edge_of_the_window_is_kept_and_an_octet_more_is_cut_off()
    {
        OpenPassive();
        Send("ACK seq 1100 ack 1 len 950");
        Expect("ACK seq 1 ack 1 win 2048");
        Send("ACK seq 1 ack 1 len 1099");
        Expect("ACK seq 1 ack 2049 win 0");
        Read(2048);
        Expect("ACK seq 1 ack 2049 win 2048");
        Send("ACK seq 2049 ack 1 len 1");
        Read(1);
        At(40);
        Expect("ACK seq 1 ack 2050");
    }

    [TestMethod]
    public void A_FIN_with_data_up_to_the_very_edge_of_the_window_is_kept()
    {
        OpenPassive();
        Send("FIN,ACK seq 1049 ack 1 len 1000");
        Expect("ACK seq 1 ack 1 win 2048");
        Send("ACK seq 1 ack 1 len 1048");
        Expect("ACK seq 1 ack 2050 win 0");
        Is(TcpState.CloseWait);
        Read(2048);
        T.Check(true, Connection.EndOfStream, "end of stream");
    }

    [TestMethod]
    [DataRow(TcpState.Established, TcpState.CloseWait)]
    [DataRow(TcpState.FinWait1, TcpState.Closing)]
    [DataRow(TcpState.FinWait2, TcpState.TimeWait)]
    public void A_FIN_ahead_of_a_hole_waits_until_the_hole_is_filled_in_every_state(TcpState before, TcpState after)
    {
        (int seq, int ack) = Open(before);
        Send($"FIN,ACK seq 11 ack {ack} len 5");
        Expect($"ACK seq {seq} ack 1");
        Send($"FIN,ACK seq 16 ack {ack}");
        Expect($"ACK seq {seq} ack 1");
        Is(before);
        T.Check(false, Connection.EndOfStream, "end of stream");
        Send($"ACK seq 1 ack {ack} len 10");
        Expect($"ACK seq {seq} ack 17");
        Is(after);
        Read(15);
        T.Check(true, Connection.EndOfStream, "end of stream");
    }

    [TestMethod]
    [DataRow(TcpState.Established)]
    [DataRow(TcpState.FinWait1)]
    [DataRow(TcpState.FinWait2)]
    public void A_reset_ends_a_connection_with_a_hole_and_what_lies_beyond_the_hole_is_never_read(TcpState state)
    {
        (int seq, int ack) = Open(state);
        Send($"ACK seq 1 ack {ack} len 10");
        Send($"ACK seq 21 ack {ack} len 10");
        Expect($"ACK seq {seq} ack 11");

        // Where the peer stands is no proof: RFC 5961 3.2 asks for the exact number, which is before the hole.
        Send("RST seq 31");
        Expect($"ACK seq {seq} ack 11");
        Is(state);
        Send("RST seq 11");
        ExpectNothing();
        Ended(TcpEndReason.Reset);
        Read(10);
        T.Check(0, T.Read(10), "octets beyond the hole");
        T.Check(false, Connection.EndOfStream, "end of stream");
    }

    [TestMethod]
    [Requirement("RFC 9293", "SHLD-31")]
    [DataRow(TcpState.Established)]
    [DataRow(TcpState.FinWait1)]
    [DataRow(TcpState.FinWait2)]
    public void Every_state_that_receives_reassembles(TcpState state)
    {
        (int seq, int ack) = Open(state);
        Send($"ACK seq 301 ack {ack} len 100");
        Expect($"ACK seq {seq} ack 1");
        Send($"ACK seq 101 ack {ack} len 100");
        Expect($"ACK seq {seq} ack 1");
        Send($"ACK seq 1 ack {ack} len 150");
        Expect($"ACK seq {seq} ack 201");
        Send($"ACK seq 150 ack {ack} len 151");
        Expect($"ACK seq {seq} ack 401");
        Read(400);
    }

    [TestMethod]
    [DataRow(TcpState.CloseWait)]
    [DataRow(TcpState.Closing)]
    [DataRow(TcpState.LastAck)]
    [DataRow(TcpState.TimeWait)]
    public void After_the_peers_FIN_reading_sends_no_window_update(TcpState state)
    {
        OpenPassive();
        if (state is TcpState.Closing or TcpState.TimeWait)
        {
            CloseSend();
            Expect("FIN,ACK seq 1 ack 1");
        }

        int seq = state is TcpState.Closing or TcpState.TimeWait ? 2 : 1;
        int ack = state == TcpState.TimeWait ? 2 : 1;
        Send($"ACK seq 1 ack {ack} len 1024", $"FIN,ACK seq 1025 ack {ack} len 1024");
        Expect($"ACK seq {seq} ack 2050 win 0");
        if (state == TcpState.LastAck)
        {
            CloseSend();
            Expect("FIN,ACK seq 1 ack 2050");
        }

        Is(state);
        Read(2048);
        ExpectNothing();
        T.Check(true, Connection.EndOfStream, "end of stream");
    }

    /// <summary>The state, and what the stack sends from and is to be acknowledged.</summary>
    private (int Seq, int Ack) Open(TcpState state)
    {
        OpenPassive();
        if (state == TcpState.Established)
        {
            return (1, 1);
        }

        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        if (state == TcpState.FinWait2)
        {
            Send("ACK seq 1 ack 2");
        }

        Is(state);
        return (2, state == TcpState.FinWait2 ? 2 : 1);
    }
}
