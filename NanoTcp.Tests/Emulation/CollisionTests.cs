using System;
using System.Collections.Generic;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

/// <summary>The half-duplex wire: attempts, back-off, deferral and how they end (DS39662 7.1 and 9, IEEE 802.3 4.2.3.2).</summary>
[TestClass]
public class CollisionTests
{
    private const int Txrts = 0x08;
    private const int Txif = 0x08;
    private const int Txerif = 0x02;
    private const int Txabrt = 0x02;
    private const int Latecol = 0x10;

    private const int Always = 1_000_000;
    private const int Octet = 800;
    private const int Gap = 9_600;
    private const int Slot = 51_200;
    private const int PreambleAndJam = (8 + 4) * Octet;

    [TestMethod]
    public void The_back_off_is_a_random_number_of_slots_out_of_twice_as_many_after_each_collision()
    {
        long longest = 0;
        for (ulong seed = 1; seed <= 5; seed++)
        {
            ChipBench bench = Colliding(new Enc28j60ChipOptions { FaultSeed = seed });

            // COLWIN 0: all early collisions come in the preamble, and an attempt is preamble and jam.
            bench.Write(2, 0x09, 0x00);
            bench.StartSending(ChipBench.Frame(100));
            List<long> ends = CollisionTimes(bench);
            Assert.AreEqual(16, ends.Count);
            for (int i = 1; i < ends.Count; i++)
            {
                long silence = ends[i] - ends[i - 1] - PreambleAndJam;
                if (silence != Gap)
                {
                    Assert.AreEqual(0, silence % Slot, $"seed {seed}, collision {i}");
                    Assert.IsInRange(1, (1 << Math.Min(i, 10)) - 1, silence / Slot);
                    longest = Math.Max(longest, silence);
                }
            }
        }

        Assert.IsGreaterThan(256 * Slot, longest, "the dice have used the range");
    }

    [TestMethod]
    public void With_NOBKOFF_the_chip_tries_again_after_the_gap()
    {
        ChipBench bench = Colliding();
        bench.Write(2, 0x09, 0x00);
        bench.Write(2, 0x03, 0x10);
        bench.StartSending(ChipBench.Frame(100));
        List<long> ends = CollisionTimes(bench);
        for (int i = 1; i < ends.Count; i++)
        {
            Assert.AreEqual(Gap + PreambleAndJam, ends[i] - ends[i - 1]);
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(3)]
    [DataRow(15)]
    public void After_RETMAX_retries_the_frame_is_given_up(int retries)
    {
        ChipBench bench = Colliding();
        bench.Write(2, 0x08, retries);
        bench.Write(2, 0x09, 0x00);
        bench.StartSending(ChipBench.Frame(100));
        bench.Wait(1_000_000_000);
        AssertAborted(bench);
        byte[] vector = bench.ReadMemory(0x1800 + 101, 7);
        int onWire = (retries + 1) * 4;
        byte[] expected =
            [104, 0, (byte)(0x40 | Math.Min(retries + 1, 15)), 0x10, (byte)onWire, 0, 0];
        CollectionAssert.AreEqual(expected, vector);
        Assert.AreEqual(retries + 1, bench.Chip.Wire.Collisions);
        Assert.AreEqual(1, bench.Chip.Wire.ExcessiveCollisions);
        Assert.AreEqual(0, bench.Port.Sent.Count);
        bench.AssertStalledUntilReset();
    }

    [TestMethod]
    public void A_frame_that_collided_goes_out_by_itself_and_its_vector_tells_how_often()
    {
        ChipBench bench = Colliding();
        bench.StartSending(ChipBench.Frame(100));
        bench.RunUntil(() => bench.Chip.Wire.Collisions == 3);
        bench.Chip.Faults.Clear();
        bench.Wait(10_000_000);
        CollectionAssert.AreEqual(ChipBench.Frame(100), bench.Port.Sent[0]);
        Assert.AreEqual(Txif, bench.Eth(ChipBench.Eir) & (Txif | Txerif));
        Assert.AreEqual(0, bench.Eth(ChipBench.Estat) & Txabrt);
        byte[] vector = bench.ReadMemory(0x1800 + 101, 7);
        Assert.AreEqual(104, vector[0], "without what collided");
        Assert.AreEqual(0xC3, vector[2], "done, a type, three collisions");
        Assert.AreEqual(0x00, vector[3]);
        Assert.IsInRange(104 + (3 * 4), 104 + (3 * (55 + 4)), vector[4] | (vector[5] << 8));
        bench.AssertClean();
    }

    [TestMethod]
    public void An_early_collision_lies_within_the_window_of_MACLCON2()
    {
        int latest = 0;
        for (int i = 0; i < 50; i++)
        {
            ChipBench bench = Colliding(new Enc28j60ChipOptions { FaultSeed = (ulong)i });
            bench.StartSending(ChipBench.Frame(1000));
            long since = 210 + 100;
            int octets = (int)((bench.Chip.NanosecondsToNextEvent + since) / Octet);
            Assert.IsInRange(8 + 4, 8 + 55 + 4, octets);
            latest = Math.Max(latest, octets);
        }

        Assert.IsGreaterThan(55, latest);
    }

    [TestMethod]
    public void Erratum_15_a_late_collision_is_told_by_the_status_vector_and_not_by_LATECOL()
    {
        foreach (bool works in new[] { false, true })
        {
            ChipBench bench = new(new Enc28j60ChipOptions { LateCollisionFlagWorks = works });
            bench.Initialise();
            bench.Chip.Faults.LateCollisions = Always;
            bench.StartSending(ChipBench.Frame(1000));
            int octets = (int)((bench.Chip.NanosecondsToNextEvent + 310) / Octet);
            Assert.IsInRange(8 + 55 + 1 + 4, 8 + 1004 + 4, octets);
            bench.Wait(2_000_000);
            Assert.AreEqual(works ? Latecol : 0, bench.Eth(ChipBench.Estat) & Latecol);
            AssertAborted(bench);
            byte[] vector = bench.ReadMemory(0x1800 + 1001, 7);
            Assert.AreEqual(0x20, vector[3]);
            Assert.AreEqual(0x40, vector[2], "neither done nor counted with the early ones");
            Assert.AreEqual(octets - 8, vector[4] | (vector[5] << 8));
            Assert.AreEqual(1, bench.Chip.Wire.LateCollisions);
            Assert.AreEqual(1, bench.Chip.Wire.TransmitAborted);
            bench.AssertStalledUntilReset();
        }
    }

    [TestMethod]
    public void Nothing_collides_in_full_duplex()
    {
        ChipBench bench = new();
        bench.Initialise(fullDuplex: true);
        bench.Chip.Faults.Collisions = Always;
        bench.Chip.Faults.LateCollisions = Always;
        bench.Chip.Faults.LinkPulseCollisions = Always;
        bench.StartSending(ChipBench.Frame(1000));
        bench.Wait(1_000_000);
        Assert.AreEqual(1, bench.Port.Sent.Count);
        Assert.AreEqual(0, bench.Chip.Wire.Collisions + bench.Chip.Wire.LateCollisions);
    }

    [TestMethod]
    public void Without_DEFER_a_frame_is_given_up_that_waited_for_24_287_bit_times()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Port.Incoming.Enqueue(ChipBench.Frame(5000));
        bench.Chip.Update();
        bench.StartSending(ChipBench.Frame(60));
        Assert.AreEqual(2_428_700 - 310, bench.Chip.NanosecondsToNextEvent);
        bench.Wait(bench.Chip.NanosecondsToNextEvent - 1);
        Assert.AreEqual(0, bench.Chip.Wire.TransmitAborted);
        bench.Wait(1);
        AssertAborted(bench);
        CollectionAssert.AreEqual(new byte[] { 64, 0, 0x40, 0x0C, 0, 0, 0 }, bench.ReadMemory(0x1800 + 61, 7));
        Assert.AreEqual(1, bench.Chip.Wire.ExcessiveDeferrals);
        bench.Wait(10_000_000);
        bench.AssertStalledUntilReset();
    }

    [TestMethod]
    public void With_DEFER_a_frame_waits_for_as_long_as_it_takes()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Write(2, 0x03, 0x40);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(5000));
        bench.Chip.Update();
        bench.StartSending(ChipBench.Frame(60));
        bench.Wait(10_000_000);
        Assert.AreEqual(1, bench.Port.Sent.Count);
        Assert.AreEqual(0x04, bench.ReadMemory(0x1800 + 64, 1)[0], "deferred, no more");
        bench.AssertClean();
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Erratum_16_with_MAC_and_PHY_in_different_modes_frames_are_lost_both_ways(bool phyFullDuplex)
    {
        ChipBench bench = new();
        bench.Initialise(!phyFullDuplex);
        bench.WritePhy(0x00, phyFullDuplex ? 0x0100 : 0x0000);
        for (int i = 0; i < 200; i++)
        {
            bench.StartSending(ChipBench.Frame(60));
            bench.Wait(1_000_000);
            bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
            bench.ReceiveAll();
            while (bench.PacketCount() > 0)
            {
                bench.TakePacket();
            }
        }

        Assert.IsInRange(100, 180, bench.Port.Sent.Count);
        Assert.IsInRange(100, 180, (int)bench.Chip.Wire.Received);
    }

    [TestMethod]
    public void A_seed_repeats_a_run_to_the_nanosecond_and_another_does_not()
    {
        long first = Run(1);
        Assert.AreEqual(first, Run(1));
        Assert.AreNotEqual(first, Run(2));

        static long Run(ulong seed)
        {
            ChipBench bench = Troubled(new Enc28j60ChipOptions { FaultSeed = seed });
            long hash = 17;
            for (int i = 0; i < 100; i++)
            {
                SendThroughTrouble(bench, 60 + (i * 13));
                hash = (hash * 31) + bench.Clock.Nanoseconds + (bench.Port.Sent.Count * 7);
            }

            bench.AssertClean();
            return hash;
        }
    }

    [TestMethod]
    public void Colliding_allocates_nothing()
    {
        ChipBench bench = Troubled();
        bench.Chip.Faults.LateCollisions = 0;
        bench.Chip.Faults.LinkPulseCollisions = 0;
        bench.Chip.Faults.StuckTransmissions = 0;
        bench.Chip.Faults.Collisions = 700_000;
        bench.Port.OnlyCount = true;
        byte[] foreign = ChipBench.Frame(200, [2, 0, 0, 0, 0, 1]);
        byte[] request = new byte[2];
        bench.StartSending(ChipBench.Frame(200));
        long before = 0;
        for (int i = 0; i < 400; i++)
        {
            if (i == 100)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            if (bench.Port.Incoming.Count == 0)
            {
                bench.Port.Incoming.Enqueue(foreign);
            }

            bench.Wait(1_000_000);
            Operation(bench, request, 0x9F, 0x80);
            Operation(bench, request, 0xBF, 0x80);
            Operation(bench, request, 0x9F, Txrts);
        }

        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.IsGreaterThan(300, bench.Chip.Wire.Collisions);
        Assert.IsGreaterThan(50, bench.Port.SentCount);
    }

    private static ChipBench Colliding(Enc28j60ChipOptions? options = null)
    {
        ChipBench bench = new(options);
        bench.Initialise();
        bench.Chip.Faults.Collisions = Always;
        return bench;
    }

    private static ChipBench Troubled(Enc28j60ChipOptions? options = null)
    {
        ChipBench bench = new(options);
        bench.Initialise();
        bench.Chip.Faults.Collisions = 300_000;
        bench.Chip.Faults.LateCollisions = 100_000;
        bench.Chip.Faults.LinkPulseCollisions = 100_000;
        bench.Chip.Faults.StuckTransmissions = 50_000;
        bench.Chip.Faults.StuckTransmission = StuckTransmission.Any;
        return bench;
    }

    private static void SendThroughTrouble(ChipBench bench, int length)
    {
        bench.Port.Incoming.Enqueue(ChipBench.Frame(100, [2, 0, 0, 0, 0, 1]));
        bench.Port.Incoming.Enqueue(ChipBench.Frame(100, [2, 0, 0, 0, 0, 1]));
        bench.Chip.Update();
        bench.StartSending(ChipBench.Frame(length));
        for (int i = 0; i < 200 && bench.Chip.NanosecondsToNextEvent != long.MaxValue; i++)
        {
            bench.Wait(bench.Chip.NanosecondsToNextEvent);
        }

        bench.ResetTransmitter();
    }

    private static void Operation(ChipBench bench, byte[] buffer, byte opcode, int value)
    {
        buffer[0] = opcode;
        buffer[1] = (byte)value;
        bench.Chip.Write(buffer, 0, 2);
    }

    /// <summary>When each early collision's jam was over.</summary>
    private static List<long> CollisionTimes(ChipBench bench)
    {
        List<long> times = [];
        while (bench.Chip.NanosecondsToNextEvent != long.MaxValue)
        {
            bench.Wait(bench.Chip.NanosecondsToNextEvent);
            if (bench.Chip.Wire.Collisions > times.Count)
            {
                times.Add(bench.Clock.Nanoseconds);
            }
        }

        return times;
    }

    private static void AssertAborted(ChipBench bench)
    {
        Assert.AreEqual(0, bench.Eth(ChipBench.Econ1) & Txrts);
        Assert.AreEqual(Txif | Txerif, bench.Eth(ChipBench.Eir) & (Txif | Txerif));
        Assert.AreEqual(Txabrt, bench.Eth(ChipBench.Estat) & Txabrt);
        bench.AssertClean();
    }
}
