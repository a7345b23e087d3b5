using System;
using System.Collections.Generic;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

/// <summary>Both ends of the half-duplex wire want it at once: who begins, who collides, and who goes first after that.</summary>
[TestClass]
public class ContentionTests
{
    private const int Txrts = 0x08;

    private const int Octet = 800;
    private const int Gap = 9_600;
    private const int PreambleAndJam = (8 + 4) * Octet;

    [TestMethod]
    public void Two_that_waited_for_the_wire_begin_together_and_collide()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Port.Incoming.Enqueue(ChipBench.Frame(1000));
        bench.Port.Incoming.Enqueue(ChipBench.Frame(200));
        bench.Chip.Update();
        long receptionEnds = bench.Clock.Nanoseconds + ((8 + 1004) * Octet);
        bench.StartSending(ChipBench.Frame(60));
        bench.Wait(receptionEnds + Gap + PreambleAndJam - 1 - bench.Clock.Nanoseconds);
        Assert.AreEqual(0, bench.Chip.Wire.Collisions);
        bench.Wait(1);
        Assert.AreEqual(1, bench.Chip.Wire.Collisions);
        Assert.AreEqual(1, bench.Chip.Wire.ContentionCollisions);
        bench.Wait(100_000_000);
        Assert.AreEqual(1, bench.Port.Sent.Count);
        Assert.AreEqual(2, bench.PacketCount());
        CollectionAssert.AreEqual(ChipBench.Frame(1000), bench.TakePacket().Frame[..1000]);
        CollectionAssert.AreEqual(ChipBench.Frame(200), bench.TakePacket().Frame[..200]);
        byte[] vector = bench.ReadMemory(0x1800 + 61, 7);
        int collisions = (int)bench.Chip.Wire.Collisions;
        CollectionAssert.AreEqual(
            new byte[] { 64, 0, (byte)(0xC0 | collisions), 0x04, (byte)(64 + (4 * collisions)), 0, 0 }, vector);
        bench.AssertClean();
    }

    [TestMethod]
    public void After_a_collision_of_both_ends_the_lower_number_goes_first_and_equal_ones_collide_again()
    {
        int chipFirst = 0;
        int farEndFirst = 0;
        int again = 0;
        for (ulong seed = 1; seed <= 60; seed++)
        {
            ChipBench bench = new(new Enc28j60ChipOptions { FaultSeed = seed });
            bench.Initialise();
            bench.Port.Incoming.Enqueue(ChipBench.Frame(100));
            bench.Port.Incoming.Enqueue(ChipBench.Frame(100));
            bench.Chip.Update();
            bench.StartSending(ChipBench.Frame(60));
            bench.RunUntil(() => bench.Chip.Wire.Collisions == 1);
            bench.RunUntil(() => bench.Port.Sent.Count + bench.Chip.Wire.Received + bench.Chip.Wire.Collisions == 3);
            chipFirst += bench.Port.Sent.Count;
            farEndFirst += (int)bench.Chip.Wire.Received - 1;
            again += (int)bench.Chip.Wire.Collisions - 1;
            bench.Wait(100_000_000);
            Assert.AreEqual(1, bench.Port.Sent.Count);
            Assert.AreEqual(2, bench.PacketCount());
        }

        // Out of two slots each: one case in four, one in four, one in two.
        Assert.AreEqual(60, chipFirst + farEndFirst + again);
        Assert.IsGreaterThan(5, chipFirst);
        Assert.IsGreaterThan(5, farEndFirst);
        Assert.IsGreaterThan(15, again);
    }

    [TestMethod]
    public void Without_natural_collisions_the_chip_goes_first()
    {
        ChipBench bench = new(new Enc28j60ChipOptions { NaturalCollisions = false });
        bench.Initialise();
        bench.Port.Incoming.Enqueue(ChipBench.Frame(1000));
        bench.Port.Incoming.Enqueue(ChipBench.Frame(200));
        bench.Chip.Update();
        long receptionEnds = bench.Clock.Nanoseconds + ((8 + 1004) * Octet);
        bench.StartSending(ChipBench.Frame(60));
        bench.Wait(receptionEnds + Gap + ((8 + 64) * Octet) - bench.Clock.Nanoseconds);
        Assert.AreEqual(1, bench.Port.Sent.Count);
        bench.Wait(Gap + ((8 + 204) * Octet));
        Assert.AreEqual(2, bench.Chip.Wire.Received);
        Assert.AreEqual(0, bench.Chip.Wire.Collisions);
    }

    [TestMethod]
    public void The_far_end_gives_a_frame_up_after_sixteen_collisions_and_goes_on_with_the_next()
    {
        ChipBench bench = new();
        bench.Initialise();

        // A chip without back-off always wins, and one that has the next frame ready in time never lets go of the wire:
        // the far end finds it busy whenever its own silence is over, waits with it, and collides.
        bench.Write(2, 0x03, 0x10);
        bench.StartSending(ChipBench.Frame(60));
        bench.Port.Incoming.Enqueue(ChipBench.Frame(100, seed: 1));
        bench.Port.Incoming.Enqueue(ChipBench.Frame(100, seed: 2));
        for (int frames = 1; bench.Chip.Wire.GivenUpByFarEnd == 0; frames++)
        {
            Assert.IsLessThan(10_000, frames);
            bench.RunUntil(() => bench.Port.Sent.Count == frames || bench.Chip.Wire.GivenUpByFarEnd != 0);
            bench.Set(ChipBench.Econ1, Txrts);
        }

        Assert.AreEqual(16, bench.Chip.Wire.ContentionCollisions);
        bench.Chip.Violations.Clear();
        bench.Wait(100_000_000);
        Assert.AreEqual(1, bench.PacketCount());
        CollectionAssert.AreEqual(ChipBench.Frame(100, seed: 2), bench.TakePacket().Frame[..100]);
        bench.AssertClean();
    }

    [TestMethod]
    public void The_chip_gets_its_frames_out_against_a_far_end_that_never_stops()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Port.OnlyCount = true;
        int given = 0;
        int offered = 0;
        bench.StartSending(ChipBench.Frame(60));
        long end = bench.Clock.Nanoseconds + 1_000_000_000;
        while (bench.Clock.Nanoseconds < end)
        {
            if (bench.Port.Incoming.Count < 2)
            {
                offered++;
                bench.Port.Incoming.Enqueue(ChipBench.Frame(60, [2, 0, 0, 0, 0, 1]));
            }

            bench.Wait(Math.Min(bench.Chip.NanosecondsToNextEvent, 100_000));
            if ((bench.Eth(ChipBench.Econ1) & Txrts) == 0)
            {
                given++;
                bench.ResetTransmitter();
                bench.Set(ChipBench.Econ1, Txrts);
            }
        }

        // Whoever has just won goes on winning: that is Ethernet. But each frame comes to an end, one way or the other.
        long sent = bench.Port.SentCount;
        Assert.IsGreaterThan(10, sent);
        Assert.AreEqual(given, sent + bench.Chip.Wire.ExcessiveCollisions);
        Assert.IsGreaterThan(2_000, bench.Chip.Wire.Filtered);
        Assert.AreEqual(offered, bench.Chip.Wire.Filtered + bench.Chip.Wire.GivenUpByFarEnd, 3);
    }

    [TestMethod]
    public void Back_pressure_pauses_for_the_chips_own_frame_and_whoever_waited_for_it_collides()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Write(2, 0x03, 0x20);
        bench.Write(3, 0x17, 0x01);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.Wait(10_000_000);
        Assert.AreEqual(0, bench.PacketCount());
        bench.StartSending(ChipBench.Frame(100));
        List<long> ends = [];
        long start = bench.Clock.Nanoseconds - 310;
        while (bench.Port.Sent.Count == 0)
        {
            long collisions = bench.Chip.Wire.Collisions;
            bench.Wait(bench.Chip.NanosecondsToNextEvent);
            if (bench.Chip.Wire.Collisions != collisions)
            {
                ends.Add(bench.Clock.Nanoseconds);
            }
        }

        // BPEN: the chip itself does not back off.
        Assert.IsGreaterThan(0, ends.Count);
        for (int i = 0; i < ends.Count; i++)
        {
            Assert.AreEqual(start + ((i + 1) * (Gap + PreambleAndJam)), ends[i]);
        }

        Assert.AreEqual(start + (ends.Count * (Gap + PreambleAndJam)) + Gap + ((8 + 104) * Octet), bench.Clock.Nanoseconds);
        Assert.AreEqual(0x04, bench.ReadMemory(0x1800 + 101 + 6, 1)[0], "back-pressure");
        bench.Wait(10_000_000);
        Assert.AreEqual(0, bench.PacketCount(), "it jams again");
        bench.Write(3, 0x17, 0x00);
        bench.ReceiveAll();
        Assert.AreEqual(1, bench.PacketCount());
        bench.AssertClean();
    }

    [TestMethod]
    public void A_reset_in_the_middle_of_a_collision_loses_nothing_of_the_far_ends()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Port.Incoming.Enqueue(ChipBench.Frame(1000));
        bench.Port.Incoming.Enqueue(ChipBench.Frame(200));
        bench.Chip.Update();
        long collisionBegins = bench.Clock.Nanoseconds + ((8 + 1004) * Octet) + Gap;
        bench.StartSending(ChipBench.Frame(60));
        bench.Wait(collisionBegins + 1000 - bench.Clock.Nanoseconds);
        bench.Set(ChipBench.Econ1, 0x80);
        bench.Clear(ChipBench.Econ1, 0x80);
        bench.Wait(100_000_000);
        Assert.AreEqual(0, bench.Port.Sent.Count);
        Assert.AreEqual(2, bench.PacketCount());
        bench.AssertClean();
    }
}
