using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Tests.Emulation;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Drivers;

// What reception does: deaf, late, frozen, or fed with garbage.
public sealed partial class Enc28j60SymptomTests
{
    [TestMethod]
    [DataRow(0)]
    [DataRow(500_000)]
    [DataRow(Always)]
    public void Symptom_01_deaf_after_days_with_INT_stuck_low(int lostEdges)
    {
        // The cause: a falling edge that nobody saw, and a pin that stays low ever after. This host sleeps until it sees an
        // edge, or until the time that the driver asked for.
        DriverBench bench = Started(null, new Enc28j60Options { UseInterruptPin = true });
        bench.Chip.Faults.LostInterruptEdges = lostEdges;
        Random random = new(lostEdges);
        int offered = 0;
        int taken = 0;
        while (offered < 500)
        {
            for (int i = random.Next(1, 5); i > 0; i--)
            {
                bench.Port.Enqueue(DriverBench.Frame(random.Next(60, 1000), offered++));
            }

            long start = bench.Clock.Milliseconds;
            while (taken < offered)
            {
                long edges = bench.Chip.InterruptEdges;
                long wake = bench.Clock.Milliseconds + bench.Driver.Poll(bench.Clock.Milliseconds);
                while (bench.Take() != 0)
                {
                    taken++;
                }

                while (taken < offered && bench.Clock.Milliseconds < wake && bench.Chip.InterruptEdges == edges)
                {
                    bench.Pass(10);
                }

                Assert.IsLessThanOrEqualTo(lostEdges == 0 ? 10 : LongestOutage, bench.Clock.Milliseconds - start);
            }

            Assert.IsFalse(bench.Chip.InterruptPinLow, "when nothing waits the pin is high, so that it can fall again");
        }

        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    [DataRow(500_000)]
    [DataRow(Always)]
    public void Symptom_02_packets_sit_unread_until_the_next_one(int lies)
    {
        // The cause: EIR.PKTIF, which does not tell reliably (erratum 6).
        DriverBench bench = Started();
        bench.Chip.Faults.PacketFlagLies = lies;
        for (int i = 0; i < 200; i++)
        {
            byte[] frame = DriverBench.Frame(60 + (7 * i), i);
            bench.Bring(frame);
            long start = bench.Clock.Milliseconds;
            bench.ExpectFrame(frame, $"frame {i}");
            Assert.IsLessThanOrEqualTo(2, bench.Clock.Milliseconds - start);
        }

        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(500_000)]
    [DataRow(Always)]
    public void Symptom_02_nor_do_they_after_a_long_frame_that_has_left_the_bank_of_EPKTCNT(int lies)
    {
        DriverBench bench = Started();
        bench.Chip.Faults.PacketFlagLies = lies;
        for (int i = 0; i < 200; i++)
        {
            byte[] sent = DriverBench.Frame(i % 2 == 0 ? 60 : 900 + (3 * i), 1000 + i);
            bench.Send(sent);
            bench.ExpectArrival(sent, 5);
            bench.RunUntil(() => bench.Driver.CanSend, 5);
            Assert.AreEqual(0, bench.Take());
            byte[] frame = DriverBench.Frame(60 + (7 * i), i);
            bench.Bring(frame);
            Assert.AreEqual(frame.Length, bench.Take(), $"frame {i}");
            Assert.IsTrue(frame.AsSpan().SequenceEqual(bench.Buffer.AsSpan(DriverBench.Offset, frame.Length)), $"frame {i}");
            Assert.AreEqual(0, bench.Take());
        }

        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void Symptom_03_hang_after_ten_minutes_to_two_hours()
    {
        // The cause: ERXRDPT even, 0 - 1, or outside the ring, once the right packet meets the ring's end (erratum 14). The
        // chip says so of every such value; here packets of three sizes begin at every address that there is.
        DriverBench bench = Started();
        Assert.AreEqual(Enc28j60Receiver.RingEnd & 0xFF, bench.Peek(Enc28j60Registers.ERXRDPTL));
        Assert.AreEqual(Enc28j60Receiver.RingEnd >> 8, bench.Peek(Enc28j60Registers.ERXRDPTH));
        const int Addresses = DriverBench.RingSize / 2;
        foreach (int length in new[] { 60, 300, 1512 })
        {
            bool[] seen = new bool[Addresses];
            byte[] frame = DriverBench.Frame(length, length);
            for (int i = 0; i < Addresses; i++)
            {
                seen[bench.Driver.Receiver.Next / 2] = true;
                frame[20] = (byte)i;
                bench.Bring(frame);
                Assert.AreEqual(length, bench.Take(), $"packet {i} of {length} octets at {bench.Driver.Receiver.Next:X4}h");
                Assert.AreEqual((byte)i, bench.Buffer[DriverBench.Offset + 20]);
                if (i % 50 == 0)
                {
                    bench.Driver.Poll(bench.Clock.Milliseconds);
                }
            }

            Assert.IsFalse(Array.Exists(seen, here => !here), $"packets of {length} octets did not begin everywhere");
        }

        Assert.AreEqual(3 * Addresses, bench.Count(Enc28j60Counters.RxPackets));
        Assert.AreEqual(0, bench.Chip.Wire.Overflowed);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    [DataRow(GarbageHeader.RandomPointer)]
    [DataRow(GarbageHeader.PointerOutsideRing)]
    [DataRow(GarbageHeader.OddPointer)]
    [DataRow(GarbageHeader.ZeroPointer)]
    [DataRow(GarbageHeader.ErasedPointer)]
    [DataRow(GarbageHeader.PointerOffByTwo)]
    [DataRow(GarbageHeader.RandomLength)]
    [DataRow(GarbageHeader.ZeroLength)]
    [DataRow(GarbageHeader.ErasedLength)]
    [DataRow(GarbageHeader.LengthOffByAFew)]
    [DataRow(GarbageHeader.Everything)]
    public void Symptom_04_garbage_lengths_and_wild_next_pointers(GarbageHeader kind)
    {
        DriverBench bench = Started();
        bench.Chip.Faults.GarbageHeader = kind;
        int healed = 0;
        for (int i = 0; i < 30; i++)
        {
            int length = 100 + (13 * i);
            bench.Bring(DriverBench.Frame(60, i));
            bench.Chip.Faults.GarbageHeaders = Always;
            bench.Bring(DriverBench.Frame(length, i));
            bench.Chip.Faults.GarbageHeaders = 0;
            bench.Bring(DriverBench.Frame(200, i));
            Assert.AreEqual(60, bench.Take(), "what lay before it is not lost");
            int taken = bench.Take();
            if (kind == GarbageHeader.LengthOffByAFew && taken != 0)
            {
                // One octet that the padding makes up for: nothing in the header is wrong, and the ring is in step.
                Assert.AreEqual(1, Math.Abs(taken - length));
                Assert.AreEqual(200, bench.Take());
                continue;
            }

            Assert.AreEqual(0, taken);
            Assert.AreEqual(++healed, bench.Count(Enc28j60Counters.RxBadHeader));
            AssertFlows(bench);
            Assert.AreEqual(healed, bench.Count(Enc28j60Counters.Recoveries));
        }

        Assert.IsGreaterThan(15, healed);
    }

    [TestMethod]
    public void Symptom_05_reception_freezes_after_a_broadcast_storm()
    {
        // A host that takes a frame a millisecond, and fourteen times as many on the wire.
        DriverBench bench = Started(null, new Enc28j60Options { BroadcastLimit = 0 });
        byte[] broadcast = DriverBench.Frame(60, 1, MacAddress.Broadcast);
        for (int i = 0; i < 1000; i++)
        {
            while (bench.Port.Coming < 20)
            {
                bench.Port.Enqueue(broadcast);
            }

            bench.Driver.Poll(bench.Clock.Milliseconds);
            bench.Take();
            bench.Pass(1000);
        }

        Assert.IsGreaterThan(10_000, bench.Chip.Wire.Overflowed);
        AssertComesOut(bench);
        Assert.IsGreaterThan(0, bench.Count(Enc28j60Counters.RxOverflows));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void Symptom_05_reception_freezes_with_EPKTCNT_at_255()
    {
        DriverBench bench = Started();
        bench.Chip.FloodPackets(300);
        Assert.AreEqual(45, bench.Chip.Wire.Overflowed);
        AssertComesOut(bench);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.RxOverflows));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));

        // Shorter than any frame on a wire, so that the first burst of the last ones ran past the packets.
        Assert.IsTrue(bench.Chip.Violations.ToList().TrueForAll(each => each.Kind == ViolationKind.ReadBeyondPacket));
        bench.Chip.Violations.Clear();
    }

    [TestMethod]
    public void Symptom_05_reception_freezes_though_the_ring_is_empty()
    {
        // ERXRDPT right behind the write pointer: there is never any room, and never a packet to take.
        DriverBench bench = Started();
        bench.Poke(Enc28j60Registers.ERXRDPTL, 0x01);
        bench.Poke(Enc28j60Registers.ERXRDPTH, 0x00);
        bench.Bring(DriverBench.Frame(60, 1));
        AssertHeals(bench, Look, Enc28j60Counters.RxStalls);
    }

    [TestMethod]
    public void Symptom_06_RXEN_found_0_after_hours()
    {
        DriverBench bench = Started();
        PassHours(bench, 3);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
        bench.Chip.LoseReceiveEnable();
        AssertHeals(bench, Look, Enc28j60Counters.LostRegisters);
    }

    [TestMethod]
    [DataRow(Enc28j60Registers.MACON1, 0x00)]
    [DataRow(Enc28j60Registers.ERXNDH, 0x1F)]
    [DataRow(Enc28j60Registers.MAADR1, 0x00)]
    [DataRow(Enc28j60Registers.EIE, 0x00)]
    [DataRow(Enc28j60Registers.MACON3, 0x33)]
    [DataRow(Enc28j60Registers.ERXFCON, 0x00)]
    public void Symptom_06_what_else_reception_hangs_on_is_lost_after_hours(int register, int value)
    {
        DriverBench bench = Started(null, new Enc28j60Options { UseInterruptPin = true });
        PassHours(bench, 1);
        bench.Poke(register, value);
        AssertHeals(bench, Check, Enc28j60Counters.LostRegisters);
    }
}
