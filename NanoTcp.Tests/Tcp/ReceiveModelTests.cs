using System;
using NanoTcp.Emulation;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Tcp;

/// <summary>What a connection receives against a flag for each octet: every overlap, across the wrap of ring and numbers.</summary>
[TestClass]
public sealed class ReceiveModelTests : TraceTest
{
    /// <summary>Flags for the octets beyond what is in order; index 0 is RCV.NXT of the round's beginning.</summary>
    private bool[] _there = [];

    private int _gaps;
    private int _round;
    private int _sequence = 1;

    [TestMethod]
    [DataRow(4)]
    [DataRow(1)]
    public void Every_three_segments_of_six_octets_in_every_order_and_overlap(int gaps)
    {
        const int Space = 6;
        Begin(gaps, 256);
        for (int first = 0; first < Space * Space; first++)
        {
            for (int second = 0; second < Space * Space; second++)
            {
                for (int third = 0; third < Space * Space; third++)
                {
                    if (IsRun(first) && IsRun(second) && IsRun(third))
                    {
                        Round(Space);
                        Arrive(first % Space, (first / Space) + 1);
                        Arrive(second % Space, (second / Space) + 1);
                        Arrive(third % Space, (third / Space) + 1);
                        Arrive(0, Space);
                        TakeAll(Space);
                    }
                }
            }
        }

        static bool IsRun(int code) => code % Space < (code / Space) + 1;
    }

    [TestMethod]
    [DataRow(256, 1)]
    [DataRow(257, 4)]
    [DataRow(1000, 16)]
    [DataRow(2048, 3)]
    public void Random_segments_within_and_beyond_the_window_are_read_as_a_flag_for_each_octet_says(int ring, int gaps)
    {
        for (ulong seed = 1; seed <= 150; seed++)
        {
            if (seed == 1)
            {
                Begin(gaps, ring);
            }

            SeededRandom random = new(seed + ((ulong)ring << 16));
            Round(ring);
            string context = $"seed {seed}, ring {ring}, {gaps} gaps";
            int reach = 1 + random.Below(ring);
            for (int step = 0; step < 30; step++)
            {
                // Also from before what is in order, and beyond the window, where it is cut off.
                int start = random.Below(reach + 20) - 10;
                int end = start + 1 + random.Below(random.Below(2) == 0 ? 20 : reach);
                Arrive(start, Math.Min(end, start + 1460), context);
            }

            for (int start = 0; start < ring; start += 1000)
            {
                Arrive(start, Math.Min(ring, start + 1000), context);
            }

            TakeAll(ring);
        }
    }

    private void Begin(int gaps, int ring)
    {
        _gaps = gaps;
        OpenPassive(options =>
        {
            options.Gaps = gaps;
            options.ReceiveBuffer = ring;
        });
    }

    private void Round(int space)
    {
        _there = new bool[space];
        _round++;
    }

    /// <summary>Octets from <paramref name="start"/> up to, not including, <paramref name="end"/> of this round arrive.</summary>
    private void Arrive(int start, int end, string context = "")
    {
        Model(start, end);
        T.Bench.Deliver(T.Build(TraceSegment.Parse($"ACK seq {_sequence + start} ack 1 len {end - start}")));
        int expected = InOrder();
        if (Connection.Readable != expected || Connection.Block.Gaps.Count != Runs())
        {
            T.Check(expected, Connection.Readable, $"readable after {start} to {end} of round {_round} {context}");
            T.Check(Runs(), Connection.Block.Gaps.Count, $"runs after {start} to {end} of round {_round} {context}");
        }

        // What was acknowledged is what is there, and no more.
        if (T.Bench.Sent.Count != 0)
        {
            SentFrame last = default;
            while (T.Bench.Sent.TryDequeue(out SentFrame frame))
            {
                last = frame;
            }

            int acknowledged = (int)(Frames.Get32(last.Octets, 34 + 8) - T.Peer.Iss) - _sequence;
            if (acknowledged != expected)
            {
                T.Check(expected, acknowledged, $"acknowledged after {start} to {end} of round {_round} {context}");
            }
        }
    }

    private void Model(int start, int end)
    {
        int next = InOrder();
        start = Math.Max(start, next);
        end = Math.Min(end, _there.Length);
        if (start >= end)
        {
            return;
        }

        bool[] before = (bool[])_there.Clone();
        Array.Fill(_there, true, start, end - start);
        if (start > next && Runs() > _gaps)
        {
            _there = before;
        }
    }

    private int InOrder()
    {
        int next = Array.IndexOf(_there, false);
        return next < 0 ? _there.Length : next;
    }

    /// <summary>Runs beyond what is in order.</summary>
    private int Runs()
    {
        int count = 0;
        for (int i = InOrder() + 1; i < _there.Length; i++)
        {
            count += _there[i] && !_there[i - 1] ? 1 : 0;
        }

        return count;
    }

    private void TakeAll(int octets)
    {
        byte[] buffer = new byte[octets];
        int taken = Connection.Read(buffer, 0, octets);
        if (taken != octets)
        {
            T.Check(octets, taken, $"octets read in round {_round}");
        }

        for (int i = 0; i < octets; i++)
        {
            if (buffer[i] != TracePeer.PeerOctet(_sequence + i))
            {
                T.Check(TracePeer.PeerOctet(_sequence + i), buffer[i], $"octet {i} of round {_round}");
            }
        }

        _sequence += octets;
        T.Bench.AdvanceTo(T.Bench.Now + 41);
        T.Bench.Sent.Clear();
    }
}
