using System;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 9293 3.8.6: a peer that takes back window it has offered, and one whose window is exactly filled.</summary>
[TestClass]
public sealed class ShrunkWindowTests : TraceTest
{
    [TestMethod]
    public void The_peers_window_is_filled_to_the_last_octet_and_not_beyond()
    {
        OpenPassive(options => options.SendBuffer = 8192, window: 3500);
        Write(5000);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 1001 ack 1 len 1000");
        Expect("ACK seq 2001 ack 1 len 1000");
        ExpectNothing();

        // 500 octets more fit; the silly-window rule leaves them for when nothing else is out.
        At(10);
        Send("ACK seq 1 ack 3001 win 1750");
        Expect("ACK seq 3001 ack 1 len 1000");
        Send("ACK seq 1 ack 4001 win 1000");
        Expect("ACK seq 4001 ack 1 len 1000");
        Send("ACK seq 1 ack 5001 win 0");
        ExpectNothing();
    }

    [TestMethod]
    public void A_window_one_octet_smaller_than_what_waits_is_filled_to_the_last_octet_after_a_while()
    {
        OpenPassive(window: 1500);
        Write(1500);
        Expect("ACK seq 1 ack 1 len 1000");
        Connection.NoDelay = true;
        Write(1);
        ExpectNothing();
        Send("ACK seq 1 ack 1001 win 500");
        ExpectNothing();
        At(1000);
        Expect("ACK seq 1001 ack 1 len 500");
        Send("ACK seq 1 ack 1501 win 1500");
        Expect("ACK seq 1501 ack 1 len 1");
        Send("ACK seq 1 ack 1502 win 1500");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-34", "SHLD-15", "SHLD-16")]
    public void SHLD_15_and_SHLD_16_nothing_new_goes_into_a_window_that_has_shrunk_and_what_is_out_is_retransmitted()
    {
        OpenPassive(options => options.SendBuffer = 4096);
        Write(2000);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 1001 ack 1 len 1000");
        At(10);

        // The right edge was 4001 and is 1001.
        Send("ACK seq 1 ack 1 win 1000");
        Write(1000);
        ExpectNothing();

        // It is 2001, and everything before it is out.
        Send("ACK seq 1 ack 1001 win 1000");
        ExpectNothing();
        At(1009);
        ExpectNothing();
        At(1010);
        Expect("ACK seq 1001 ack 1 len 1000");
        ExpectNothing();
        Send("ACK seq 1 ack 2001 win 1000");
        Expect("ACK seq 2001 ack 1 len 1000");
        Send("ACK seq 1 ack 3001 win 1000");
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
    }

    [TestMethod]
    [Requirement("RFC 9293", "SHLD-16")]
    public void A_retransmission_after_a_timeout_is_cut_to_a_window_that_has_shrunk()
    {
        OpenPassive();
        Write(1000);
        Expect("ACK seq 1 ack 1 len 1000");
        Send("ACK seq 1 ack 1 win 300");
        At(1000);
        Expect("ACK seq 1 ack 1 len 300");
        ExpectNothing();
        Send("ACK seq 1 ack 301 win 300");
        Expect("ACK seq 301 ack 1 len 300");
        Send("ACK seq 1 ack 601 win 300");
        Expect("ACK seq 601 ack 1 len 300");
        Send("ACK seq 1 ack 901 win 300");
        Expect("ACK seq 901 ack 1 len 100");
        Send("ACK seq 1 ack 1001 win 300");
    }

    [TestMethod]
    public void An_acknowledgment_beyond_the_edge_of_a_window_that_has_shrunk_counts()
    {
        OpenPassive();
        Write(2000);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("ACK seq 1001 ack 1 len 1000");
        Send("ACK seq 1 ack 1 win 10");
        Send("ACK seq 1 ack 2001 win 10");
        ExpectNothing();
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
    }

    [TestMethod]
    [Requirement("RFC 9293", "SHLD-17")]
    public void SHLD_17_a_peer_that_takes_one_octet_of_its_shrunk_window_at_a_time_is_not_given_up()
    {
        OpenPassive();
        Write(1000);
        Expect("ACK seq 1 ack 1 len 1000");
        Send("ACK seq 1 ack 1 win 0");
        int time = 1000;
        int timeout = 1000;
        for (int taken = 0; taken < 10; taken++)
        {
            At(time);
            Expect($"ACK seq {1 + taken} ack 1 len 1");
            Send($"ACK seq 1 ack {2 + taken} win 0");
            timeout = Math.Min(60_000, timeout * 2);
            time += timeout;
        }

        Is(TcpState.Established);
        Send("ACK seq 1 ack 1001 win 4000");
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
    }

    [TestMethod]
    [Requirement("RFC 9293", "SHLD-14")]
    public void Our_window_never_shrinks_while_the_reader_is_slow()
    {
        OpenPassive();
        int edge = 2049;
        int next = 1;
        for (int i = 0; i < 60; i++)
        {
            At(i * 100);
            int length = Math.Min(211, edge - next);
            if (length > 0)
            {
                Send($"ACK seq {next} ack 1 len {length}");
                next += length;
            }

            edge = Offered(edge);
            Read(i < 5 ? 0 : Math.Min(137, Connection.Readable));
            edge = Offered(edge);
            At((i * 100) + 50);
            edge = Offered(edge);
        }

        T.Check(true, edge > 5000, "the window went on");
        Abort();
        T.Bench.Sent.Clear();
    }

    /// <summary>The right edge in what the stack has sent, which is never left of what it was.</summary>
    private int Offered(int edge)
    {
        while (T.Bench.Sent.TryDequeue(out Link.SentFrame frame))
        {
            int offered = (int)(Wire.Frames.Get32(frame.Octets, 34 + 8) - T.Peer.Iss) + Wire.Frames.Get16(frame.Octets, 34 + 14);
            T.Check(true, offered >= edge, $"the right edge {offered} is not left of {edge}");
            edge = offered;
        }

        return edge;
    }
}
