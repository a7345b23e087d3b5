using System;
using System.Collections.Generic;
using System.Linq;
using NanoTcp.Emulation;
using NanoTcp.Primitives;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Ip;

/// <summary>Random fragments of interleaved datagrams, in random orders, repeated, overlapping and cut: the stack against a model that keeps every octet apart.</summary>
[TestClass]
public sealed class ReassemblyModelTests : StackTest
{
    private const int Timeout = 60_000;

    [TestMethod]
    public void The_stack_reassembles_what_a_naive_model_does_and_nothing_else()
    {
        int whole = 0;
        int refused = 0;
        int timedOut = 0;
        int displaced = 0;
        for (ulong seed = 1; seed <= 150; seed++)
        {
            SeededRandom random = new(seed);
            int buffers = 1 + random.Below(3);
            Start(configure: options => options.ReassemblyBuffers = buffers);
            Model model = new(buffers);
            for (int step = 0; step < 300; step++)
            {
                // A little each time, so that one of them is the oldest.
                B.AdvanceTo(B.Now + 1 + (random.Below(40) == 0 ? random.Below(50_000) : 0));
                model.Expire(B.Now);
                TakeTimeExceeded();
                (byte[] octets, int offset, bool last, int id) = Draw(random);
                byte[]? expected = model.Take(B.Now, octets, offset, last, id);
                B.Deliver(Fragments.Raw(octets, offset, last, id));
                if (expected != null && IsEcho(expected))
                {
                    Assert.IsTrue(Fragments.IsReplyTo(Next(), expected), $"seed {seed}, step {step}");
                }

                Nothing();
                Assert.AreEqual(model.Whole, B.Count(StackCounter.IpReasmOks), $"seed {seed}, step {step}");
            }

            B.AdvanceTo(B.Now + 100_000);
            model.Expire(B.Now);
            TakeTimeExceeded();
            Assert.AreEqual(model.Failed, B.Count(StackCounter.IpReasmFails), $"seed {seed}");
            Assert.AreEqual(model.Overlaps, B.Count(StackCounter.IpReasmOverlaps), $"seed {seed}");
            whole += model.Whole;
            refused += model.Overlaps;
            timedOut += model.TimedOut;
            displaced += model.Displaced;
        }

        // All of it has happened often.
        Assert.IsTrue(whole > 500 && refused > 500 && timedOut > 100 && displaced > 500, $"{whole} {refused} {timedOut} {displaced}");
    }

    /// <summary>What the sources of datagrams were told whose time was up.</summary>
    private void TakeTimeExceeded()
    {
        while (B.Sent.TryDequeue(out SentFrame frame))
        {
            Assert.AreEqual(0x0B01, Frames.Get16(frame.Octets, 14 + 20), "time exceeded in reassembly");
            Assert.AreEqual(0, Frames.Get16(frame.Octets, 14 + 20 + 8 + 6) & 0x1FFF, "about the first fragment");
        }
    }

    /// <summary>A fragment of one of a few datagrams: mostly of a fixed cut, now and then anything.</summary>
    private static (byte[] Octets, int Offset, bool Last, int Id) Draw(SeededRandom random)
    {
        int id = random.Below(4);
        int size = 24 + (id * 13);
        byte[] request = Fragments.EchoRequest(size, id + 1);
        int cut = 8 * (1 + (id % 3));
        int piece = random.Below((size + cut - 1) / cut);
        int offset = piece * cut;
        int length = Math.Min(cut, size - offset);
        bool last = offset + length == size;
        switch (random.Below(16))
        {
            case 0:
                // Another cut of the same octets.
                offset = 8 * random.Below(size / 8);
                length = Math.Min(8 * (1 + random.Below(4)), size - offset);
                last = offset + length == size;
                break;
            case 1:
                last = !last;
                break;
            case 2:
                length = random.Below(length + 1);
                break;
            case 3:
                request = Fragments.EchoRequest(size, 99);
                break;
        }

        return (request[offset..(offset + length)], offset, last, id);
    }

    private static bool IsEcho(byte[] payload)
    {
        return payload.Length >= 8 && payload[0] == 8 && NaiveChecksum.Sum(payload, 0, payload.Length) == 0xFFFF;
    }

    /// <summary>A list of what came for each datagram, and no cleverness.</summary>
    private sealed class Model
    {
        private readonly int _buffers;
        private readonly List<Datagram> _datagrams = [];

        internal Model(int buffers)
        {
            _buffers = buffers;
        }

        internal int Whole { get; private set; }

        internal int Failed { get; private set; }

        internal int Overlaps { get; private set; }

        internal int TimedOut { get; private set; }

        internal int Displaced { get; private set; }

        internal void Expire(long now)
        {
            int late = _datagrams.Count(d => !d.Refused && now >= d.Until);
            Failed += late;
            TimedOut += late;
            _datagrams.RemoveAll(d => now >= d.Until);
        }

        /// <summary>The whole datagram when this fragment made it whole.</summary>
        internal byte[]? Take(long now, byte[] octets, int offset, bool last, int id)
        {
            Datagram? datagram = _datagrams.FirstOrDefault(d => d.Id == id);
            if (offset == 0 && last)
            {
                // No fragment at all, and nothing of the reassembly's.
                return octets;
            }

            if (octets.Length == 0 || (!last && octets.Length % 8 != 0) || datagram is { Refused: true })
            {
                Failed++;
                return null;
            }

            if (datagram == null)
            {
                if (_datagrams.Count == _buffers)
                {
                    Datagram oldest = _datagrams.OrderBy(d => d.Refused ? 0 : 1).ThenBy(d => d.Until).First();
                    _datagrams.Remove(oldest);
                    Failed += oldest.Refused ? 0 : 1;
                    Displaced++;
                }

                datagram = new Datagram(id, now + Timeout);
                _datagrams.Add(datagram);
            }

            int end = offset + octets.Length;
            bool contradicts = datagram.End >= 0 && (last ? end != datagram.End : end > datagram.End);
            contradicts |= last && datagram.Octets.Keys.Any(at => at >= end);
            int there = Enumerable.Range(offset, octets.Length).Count(datagram.Octets.ContainsKey);
            bool same = there == octets.Length && Enumerable.Range(0, there).All(i => datagram.Octets[offset + i] == octets[i]);
            if (contradicts || there != 0)
            {
                Overlaps++;
                datagram.Refused = contradicts || !same;
                Failed += datagram.Refused ? 1 : 0;
                return null;
            }

            for (int i = 0; i < octets.Length; i++)
            {
                datagram.Octets[offset + i] = octets[i];
            }

            datagram.End = last ? end : datagram.End;
            if (datagram.Octets.Count != datagram.End)
            {
                return null;
            }

            _datagrams.Remove(datagram);
            Whole++;
            return Enumerable.Range(0, datagram.End).Select(i => datagram.Octets[i]).ToArray();
        }

        private sealed class Datagram
        {
            internal Datagram(int id, long until)
            {
                Id = id;
                Until = until;
            }

            internal int Id { get; }

            internal long Until { get; }

            internal int End { get; set; } = -1;

            internal bool Refused { get; set; }

            internal Dictionary<int, byte> Octets { get; } = [];
        }
    }
}
