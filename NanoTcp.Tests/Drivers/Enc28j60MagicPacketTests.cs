using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Link;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Drivers;

/// <summary>The wait for a magic packet, which nothing else ends.</summary>
[TestClass]
public sealed class Enc28j60MagicPacketTests : Enc28j60PowerTestBase
{
    [TestMethod]
    public void A_magic_packet_and_nothing_else_ends_the_wait_for_one()
    {
        DriverBench bench = Started();
        bench.Driver.Join(Mdns);
        bench.Run(2);
        AwaitMagic(bench);
        AssertTakes(bench, DriverBench.Mac, false);
        AssertTakes(bench, MacAddress.Broadcast, false);
        AssertTakes(bench, Mdns, false);
        bench.Port.Enqueue(Magic(130, 20, Stranger));
        Assert.AreEqual(0, bench.Receive(3), "somebody else's magic packet");
        bench.Run(3000);
        Assert.AreEqual(Enc28j60PowerMode.MagicPacket, bench.Driver.PowerMode);
        Assert.AreEqual(LinkStatus.Down, bench.Driver.Status);
        Assert.IsFalse(bench.Driver.CanSend);
        AssertWakes(bench, Magic(116, 14, DriverBench.Mac), 1);
        AssertTakes(bench, Mdns, true);
        AssertTakes(bench, MacAddress.Broadcast, true);
        AssertTakes(bench, Stranger, false);
        AssertFlows(bench);
        bench.Run(2000);
        Assert.AreEqual(Enc28j60PowerMode.Running, bench.Driver.PowerMode);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.Initialisations));
    }

    [TestMethod]
    public void With_the_interrupt_pin_only_a_magic_packet_pulls_it_low()
    {
        DriverBench bench = Started(null, new Enc28j60Options { UseInterruptPin = true });
        AwaitMagic(bench);
        bench.Port.Enqueue(DriverBench.Frame(200, 1));
        bench.Port.Enqueue(DriverBench.Frame(200, 1, MacAddress.Broadcast));
        bench.Pass(1000);
        Assert.IsFalse(bench.Chip.InterruptPinLow);
        Assert.IsGreaterThan(300, bench.Driver.Poll(bench.Clock.Milliseconds));
        bench.Port.Enqueue(Magic(200, 50, DriverBench.Mac));
        bench.Pass(300);
        Assert.IsTrue(bench.Chip.InterruptPinLow);
        bench.RunUntil(() => bench.Receive(1) != 0, 5);
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.Up, 5);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.WakeUps));
    }

    [TestMethod]
    public void With_the_interrupt_pin_a_loop_that_sleeps_as_it_is_told_is_running_right_after_a_magic_packet()
    {
        DriverBench bench = Started(null, new Enc28j60Options { UseInterruptPin = true });
        AwaitMagic(bench);
        bench.Run(20);
        bench.Port.Enqueue(Magic(200, 50, DriverBench.Mac));
        bench.Pass(300);
        Assert.IsTrue(bench.Chip.InterruptPinLow);
        long woken = bench.Clock.Milliseconds;
        int wait = bench.Driver.Poll(woken);
        while (bench.Driver.Status != LinkStatus.Up)
        {
            while (bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity) != 0)
            {
                // As the stack does: takes everything, and then sleeps for as long as Poll said before.
            }

            bench.Pass(wait == 0 ? 10 : 1000L * wait);
            wait = bench.Driver.Poll(bench.Clock.Milliseconds);
        }

        Assert.IsLessThan(5, bench.Clock.Milliseconds - woken);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.WakeUps));
    }

    [TestMethod]
    public void A_magic_packet_is_one_wherever_its_pattern_stands()
    {
        DriverBench bench = Started();
        int wakeUps = 0;
        foreach (int at in new[] { 14, 15, 42, 100, 1514 - 102 })
        {
            AwaitMagic(bench);
            AssertWakes(bench, Magic(at == 1412 ? 1514 : at + 110, at, DriverBench.Mac), ++wakeUps);
        }

        // More octets FFh than it takes.
        byte[] frame = Magic(300, 80, DriverBench.Mac);
        frame.AsSpan(60, 20).Fill(0xFF);
        AwaitMagic(bench);
        AssertWakes(bench, frame, ++wakeUps);
    }

    [TestMethod]
    public void A_frame_that_is_no_magic_packet_does_not_wake_though_the_chip_lets_it_pass()
    {
        DriverBench bench = Started();
        AwaitMagic(bench);
        bench.Poke(Enc28j60Registers.ERXFCON, Enc28j60Bits.CRCEN);
        byte[] shortRun = Magic(116, 14, DriverBench.Mac);
        shortRun[15] = 0xFE;
        byte[] wrongEnd = Magic(116, 14, DriverBench.Mac);
        wrongEnd[115] ^= 1;
        byte[] cut = Magic(116, 14, DriverBench.Mac)[..115];
        byte[] allOnes = new byte[1514];
        Array.Fill(allOnes, (byte)0xFF, 14, 1500);
        foreach (byte[] frame in new[] { DriverBench.Frame(60, 1), shortRun, wrongEnd, cut, allOnes, Magic(300, 20, Stranger) })
        {
            bench.Port.Enqueue(frame);
            bench.ExpectFrame(frame, "the frame itself comes through");
            Assert.AreEqual(0, bench.Count(Enc28j60Counters.WakeUps));
        }

        Assert.AreEqual(Enc28j60PowerMode.MagicPacket, bench.Driver.PowerMode);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void A_magic_packet_that_was_in_the_ring_before_does_not_wake(bool batchBegun)
    {
        DriverBench bench = Started();
        byte[] magic = Magic(200, 30, DriverBench.Mac);
        bench.Port.Enqueue(DriverBench.Frame(60, 1));
        bench.Port.Enqueue(magic);
        bench.Pass(400);
        if (batchBegun)
        {
            bench.ExpectFrame(DriverBench.Frame(60, 1), "before");
        }

        // Comes in while the mode is asked for.
        bench.Port.Enqueue(magic);
        bench.Pass(50);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.MagicPacket);
        bench.Driver.Poll(bench.Clock.Milliseconds);
        bench.Pass(300);
        bench.Driver.Poll(bench.Clock.Milliseconds);
        Assert.AreEqual(Enc28j60PowerMode.MagicPacket, bench.Driver.PowerMode);
        bench.Port.Enqueue(magic);
        bench.Pass(300);
        if (!batchBegun)
        {
            bench.ExpectFrame(DriverBench.Frame(60, 1), "nothing in the ring is lost");
        }

        bench.ExpectFrame(magic, "the second");
        bench.ExpectFrame(magic, "the third");
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.WakeUps));
        Assert.AreEqual(Enc28j60PowerMode.MagicPacket, bench.Driver.PowerMode);
        bench.ExpectFrame(magic, "the one that came after");
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.WakeUps));
        bench.RunUntil(() => bench.Driver.CanSend, 5);
        AssertFlows(bench);
    }

    [TestMethod]
    public void A_group_joined_while_a_magic_packet_waits_does_not_make_it_an_old_one()
    {
        DriverBench bench = Started();
        AwaitMagic(bench);
        Assert.AreEqual(0, bench.Receive(2));
        bench.Port.Enqueue(Magic(200, 30, DriverBench.Mac));
        bench.Pass(300);
        bench.Driver.Join(Mdns);
        bench.Driver.Poll(bench.Clock.Milliseconds);
        bench.ExpectFrame(Magic(200, 30, DriverBench.Mac), "magic");
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.WakeUps));
        bench.RunUntil(() => bench.Driver.CanSend, 5);
        AssertTakes(bench, Mdns, true);
    }

    [TestMethod]
    public void A_chip_that_loses_its_supply_while_it_waits_for_magic_waits_for_it_again()
    {
        DriverBench bench = Started();
        AwaitMagic(bench);
        bench.Chip.PowerCycle();
        bench.Pass(400);
        bench.RunUntil(() => bench.Count(Enc28j60Counters.Recoveries) == 1, 510);
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.MagicPacket, 20);
        AssertTakes(bench, DriverBench.Mac, false);
        Assert.AreEqual(LinkStatus.Down, bench.Driver.Status);
        AssertWakes(bench, Magic(116, 14, DriverBench.Mac), 1);
        AssertFlows(bench);
    }

    [TestMethod]
    public void Promiscuous_mode_and_refused_broadcasts_come_back_after_the_wait_for_magic()
    {
        DriverBench bench = Started(null, new Enc28j60Options { Promiscuous = true });
        AwaitMagic(bench);
        AssertTakes(bench, Stranger, false);
        AssertWakes(bench, Magic(116, 14, DriverBench.Mac), 1);
        AssertTakes(bench, Stranger, true);
        bench.Driver.Promiscuous = false;
        bench.Run(300);
        for (int i = 0; i < 60; i++)
        {
            bench.Port.Enqueue(DriverBench.Frame(60, i, MacAddress.Broadcast));
            bench.Receive(1);
        }

        while (bench.Receive(2) != 0)
        {
            // What is still in the ring.
        }

        Assert.AreEqual(1, bench.Count(Enc28j60Counters.BroadcastThrottles));
        AwaitMagic(bench);
        bench.Run(500);
        AssertWakes(bench, Magic(116, 14, DriverBench.Mac), 2);
        AssertTakes(bench, MacAddress.Broadcast, true);
        AssertTakes(bench, Stranger, false);
    }
}
