using System;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Simulation;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 9293 3.8.6.2: neither side makes small segments of a stream, whatever the sizes of segments and rings.</summary>
[TestClass]
public sealed class SillyWindowTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "MUST-39")]
    [DataRow(256, 1460)]
    [DataRow(257, 1460)]
    [DataRow(999, 1460)]
    [DataRow(999, 333)]
    [DataRow(2048, 1460)]
    [DataRow(4000, 1001)]
    [DataRow(8191, 1460)]
    [DataRow(20_001, 1460)]
    [DataRow(65_535, 64)]
    public void Reading_octet_by_octet_opens_the_window_by_two_segments_or_half_the_ring(int ring, int mss)
    {
        OpenWith(ring, mss);
        int fed = 0;
        while (fed < ring)
        {
            int length = Math.Min(1000, ring - fed);
            Send($"ACK seq {1 + fed} ack 1 len {length}");
            fed += length;
            T.Bench.Sent.Clear();
        }

        At(100);
        T.Bench.Sent.Clear();
        int threshold = Math.Min(2 * mss, ring / 2);
        for (int round = 0; round < 2; round++)
        {
            for (int i = 1; i < threshold; i++)
            {
                Read(1);
            }

            ExpectNothing();
            Read(1);
            Expect($"ACK seq 1 ack {1 + ring} win {threshold * (round + 1)}");
        }
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-38")]
    [DataRow(4000, 1000)]
    [DataRow(999, 1000)]
    [DataRow(700, 300)]
    [DataRow(1001, 64)]
    [DataRow(65_535, 1459)]
    public void Into_windows_of_any_size_go_only_segments_that_are_worth_it(int window, int mss)
    {
        // The least that may go without a timer: a full segment, or half of the largest window there ever was.
        OpenPassive(options => options.SendBuffer = 60_000, window: window, mss: mss);
        Write(60_000);
        T.Bench.Sent.Clear();
        int least = Math.Min(mss, window / 2);
        int acknowledged = 1;
        int next = 1;
        Random random = new(window + mss);
        for (int step = 0; step < 400; step++)
        {
            // Small openings one after another; nothing waits for a timer.
            acknowledged = Math.Max(acknowledged, Math.Min(next, acknowledged + random.Next(1, mss)));
            int open = random.Next(0, Math.Min(window, least + random.Next(1, mss)));
            if (acknowledged + open < next)
            {
                open = next - acknowledged;
            }

            Deliver($"ACK seq 1 ack {acknowledged} win {Math.Min(window, open)}");
            while (T.Bench.Sent.TryDequeue(out Link.SentFrame frame))
            {
                int sequence = (int)(Wire.Frames.Get32(frame.Octets, 34 + 4) - T.Peer.StackIss);
                int length = frame.Octets.Length - 54;
                T.Check(true, length >= least || sequence + length == 60_001, $"{length} octets at {sequence} are worth a segment");
                T.Check(true, sequence + length <= acknowledged + open, "the window is kept");
                next = Math.Max(next, sequence + length);
            }
        }

        Abort();
        T.Bench.Sent.Clear();
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-39")]
    [DataRow(256, 1460, 1)]
    [DataRow(700, 333, 7)]
    [DataRow(2048, 1460, 1)]
    [DataRow(2048, 1460, 100)]
    [DataRow(3001, 1001, 13)]
    public void A_slow_reader_does_not_make_the_stream_silly(int ring, int mss, int read)
    {
        const int Octets = 20_000;
        TwoHosts hosts = new(configure: options =>
        {
            options.ReceiveBuffer = ring;
            options.SendBuffer = 4096;
            options.MaxSegmentSize = mss;
        });
        TcpListener listener = hosts.Server.Listen(7, 1);
        (TcpConnection client, TcpConnection server) = hosts.Open(listener);
        byte[] buffer = new byte[4096];
        int written = 0;
        int taken = 0;
        while (taken < Octets)
        {
            written += client.Write(buffer, 0, Math.Min(buffer.Length, Octets - written));
            taken += server.Read(buffer, 0, read);
            hosts.Run(1);
        }

        // A segment for each worthwhile step, an acknowledgment and an update for each, and a few more.
        long segments = hosts.Client.Counters.GetValue(StackCounter.TcpOutSegs);
        long answers = hosts.Server.Counters.GetValue(StackCounter.TcpOutSegs);
        int most = (Octets / Math.Min(mss, ring / 2)) + 10;
        Assert.IsLessThanOrEqualTo(most * 2, segments, "segments");
        Assert.IsLessThanOrEqualTo(most * 3, answers, "acknowledgments");
        client.Abort();
        server.Abort();
        listener.Close();
        hosts.AssertBalanced();
    }

    private void OpenWith(int ring, int mss)
    {
        Listen(options =>
        {
            options.ReceiveBuffer = ring;
            options.MaxSegmentSize = mss;
        });
        Send("SYN seq 0 win 4000 mss 1000");
        Expect($"SYN,ACK seq 0 ack 1 win {ring} mss {mss}");
        Send("ACK seq 1 ack 1");
        Accept();
    }

    private void Deliver(string segment) => T.Bench.Deliver(T.Build(TraceSegment.Parse(segment)));
}
