using System;
using System.Collections.Generic;
using NanoTcp.Emulation;
using NanoTcp.Primitives;

namespace NanoTcp.Tests.Link;

/// <summary>The ring against a list that moves its octets.</summary>
[TestClass]
public sealed class RingBufferTests
{
    [TestMethod]
    public void Random_use_agrees_with_a_list()
    {
        for (ulong seed = 1; seed <= 300; seed++)
        {
            SeededRandom random = new(seed);
            int capacity = 1 + random.Below(40);
            RingBuffer ring = new(capacity);
            List<byte> model = [];
            byte[] scratch = new byte[100];
            for (int step = 0; step < 100; step++)
            {
                string what = $"seed {seed}, step {step}";
                switch (random.Below(4))
                {
                    case 0:
                        // In order.
                        int length = random.Below(ring.Free + 1);
                        random.Fill(scratch);
                        ring.Place(ring.Count, scratch, 7, length);
                        ring.Count += length;
                        model.AddRange(scratch.AsSpan(7, length));
                        break;

                    case 1:
                        // The end of it first, then the hole.
                        int all = random.Below(ring.Free + 1);
                        int hole = random.Below(all + 1);
                        random.Fill(scratch);
                        ring.Place(ring.Count + hole, scratch, hole, all - hole);
                        ring.Place(ring.Count, scratch, 0, hole);
                        ring.Count += all;
                        model.AddRange(scratch.AsSpan(0, all));
                        break;

                    case 2:
                        int taken = random.Below(ring.Count + 1);
                        ring.Discard(taken);
                        model.RemoveRange(0, taken);
                        break;

                    default:
                        int position = random.Below(ring.Count + 1);
                        int count = random.Below(ring.Count - position + 1);
                        byte[] copy = new byte[count + 2];
                        ring.CopyTo(position, copy, 1, count);
                        CollectionAssert.AreEqual(model.GetRange(position, count), copy[1..^1], what);
                        Assert.AreEqual(0, copy[0] + copy[^1], what);
                        break;
                }

                Assert.HasCount(ring.Count, model, what);
                Assert.AreEqual(capacity - model.Count, ring.Free, what);
                Assert.AreEqual(capacity, ring.Capacity, what);
            }

            ring.Clear();
            Assert.AreEqual(0, ring.Count);
            Assert.AreEqual(capacity, ring.Free);
        }
    }
}
