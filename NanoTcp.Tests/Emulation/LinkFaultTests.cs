using System;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

[TestClass]
public class LinkFaultTests
{
    private const int Lstat = 0x0400;
    private const int Llstat = 0x0004;

    [TestMethod]
    public void A_lost_link_shows_in_LSTAT_and_LLSTAT_and_comes_back()
    {
        ChipBench bench = Up();
        bench.Chip.LoseLink(5_000_000);
        Assert.IsTrue(bench.Port.LinkUp);
        Assert.AreEqual(0, bench.ReadPhy(0x11) & Lstat);
        bench.Wait(bench.Chip.NanosecondsToNextEvent);
        bench.Chip.Update();
        Assert.AreEqual(Lstat, bench.ReadPhy(0x11) & Lstat);
        Assert.AreEqual(0, bench.ReadPhy(0x01) & Llstat, "latched");
        Assert.AreEqual(Llstat, bench.ReadPhy(0x01) & Llstat);
        bench.AssertClean();
    }

    [TestMethod]
    public void A_lost_link_asks_for_attention_when_it_goes_and_when_it_comes()
    {
        ChipBench bench = Up();
        bench.WritePhy(0x12, 0x0012);
        bench.Set(ChipBench.Eie, 0x90);
        Assert.AreEqual(0, bench.Chip.InterruptEdges);
        bench.Chip.LoseLink(5_000_000);
        Assert.IsTrue(bench.Chip.InterruptPinLow);
        Assert.AreEqual(0x10, bench.Eth(ChipBench.Eir));
        Assert.AreEqual(0x0014, bench.ReadPhy(0x13));
        Assert.IsFalse(bench.Chip.InterruptPinLow);
        bench.Wait(5_000_000);
        Assert.IsTrue(bench.Chip.InterruptPinLow);
        Assert.AreEqual(2, bench.Chip.InterruptEdges);
    }

    [TestMethod]
    public void While_the_link_is_lost_nothing_gets_in_or_out()
    {
        ChipBench bench = Up();
        bench.Port.Incoming.Enqueue(ChipBench.Frame(1000));
        bench.Chip.Update();
        bench.Wait(100_000);
        bench.Chip.LoseLink(5_000_000);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(100));
        bench.StartSending(ChipBench.Frame(100));
        bench.Wait(2_000_000);
        bench.Wait(2_000_000);
        Assert.AreEqual(0, bench.PacketCount());
        Assert.AreEqual(1, bench.Chip.Wire.Filtered, "cut in the middle");
        Assert.AreEqual(1, bench.Chip.Wire.MissedWhileDisabled);
        Assert.AreEqual(0, bench.Port.Sent.Count);
        bench.Wait(2_000_000);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(100));
        bench.ReceiveAll();
        Assert.AreEqual(1, bench.PacketCount());
    }

    [TestMethod]
    public void The_link_delay_comes_on_top_of_a_loss()
    {
        ChipBench bench = new(new Enc28j60ChipOptions { LinkDelayNanoseconds = 50_000_000 });
        bench.Initialise();
        bench.Wait(60_000_000);
        bench.Chip.LoseLink(10_000_000);
        bench.Wait(11_000_000);
        bench.Wait(48_000_000);
        Assert.AreEqual(0, bench.ReadPhy(0x11) & Lstat);
        bench.Wait(3_000_000);
        Assert.AreEqual(Lstat, bench.ReadPhy(0x11) & Lstat);
    }

    [TestMethod]
    public void A_blink_that_is_over_at_once_is_remembered()
    {
        ChipBench bench = Up();
        bench.Chip.LoseLink(0);
        bench.Chip.Update();
        Assert.AreEqual(Lstat, bench.ReadPhy(0x11) & Lstat);
        Assert.AreEqual(0, bench.ReadPhy(0x01) & Llstat);
    }

    [TestMethod]
    public void A_reset_does_not_bring_a_lost_link_back()
    {
        ChipBench bench = Up();
        bench.Chip.LoseLink(50_000_000);
        bench.Exchange(0xFF);
        bench.WaitUntilReady();
        Assert.AreEqual(0, bench.ReadPhy(0x11) & Lstat);
        bench.WritePhy(0x00, 0x8000);
        bench.Wait(1_000_000);
        Assert.AreEqual(0, bench.ReadPhy(0x11) & Lstat);
        bench.Wait(50_000_000);
        Assert.AreEqual(Lstat, bench.ReadPhy(0x11) & Lstat);
    }

    [TestMethod]
    public void Clear_gives_the_link_back()
    {
        ChipBench bench = Up();
        bench.Chip.LoseLink(long.MaxValue);
        Assert.AreEqual(0, bench.ReadPhy(0x11) & Lstat);
        bench.Chip.Faults.Clear();
        bench.Chip.Update();
        Assert.AreEqual(Lstat, bench.ReadPhy(0x11) & Lstat);
        Assert.AreEqual(long.MaxValue, bench.Chip.NanosecondsToNextEvent);
        Assert.IsFalse(bench.Chip.Faults.Armed);
    }

    [TestMethod]
    public void A_flapping_link_is_lost_once_a_period()
    {
        ChipBench bench = Up();
        bench.Chip.Faults.LinkFlapPeriodNanoseconds = 100_000_000;
        bench.Chip.Faults.LinkFlapNanoseconds = 20_000_000;
        bench.Chip.Update();
        long start = bench.Clock.Nanoseconds;
        int down = 0;
        for (int i = 0; i < 1_000; i++)
        {
            bench.Clock.Advance(start + ((i + 1) * 1_000_000L) - bench.Clock.Nanoseconds);
            down += (bench.ReadPhy(0x11) & Lstat) == 0 ? 1 : 0;
        }

        Assert.IsTrue(down is >= 180 and <= 200, $"{down} of 1000 ms");
        Assert.AreEqual(10, bench.Chip.Faults.Disturbances);
        bench.AssertClean();
    }

    [TestMethod]
    public void Flaps_that_nobody_looked_at_leave_a_trace()
    {
        ChipBench bench = Up();
        bench.Chip.Faults.LinkFlapPeriodNanoseconds = 100_000_000;
        bench.Chip.Faults.LinkFlapNanoseconds = 20_000_000;
        bench.Chip.Update();
        Assert.AreEqual(100_000_000, bench.Chip.NanosecondsToNextEvent);
        bench.Wait(350_000_000);
        Assert.AreEqual(Lstat, bench.ReadPhy(0x11) & Lstat);
        Assert.AreEqual(0, bench.ReadPhy(0x01) & Llstat);
        Assert.AreEqual(Llstat, bench.ReadPhy(0x01) & Llstat);
        bench.Wait(50_000_000);
        Assert.AreEqual(0, bench.ReadPhy(0x11) & Lstat, "the period goes on");
    }

    [TestMethod]
    public void What_makes_no_sense_is_refused()
    {
        ChipBench bench = new();
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => bench.Chip.LoseLink(-1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => bench.Chip.BrownOutAfter(-1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => bench.Chip.MiscountPackets(256));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => bench.Chip.Faults.LinkFlapPeriodNanoseconds = -1);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => bench.Chip.Faults.LinkFlapNanoseconds = -1);
    }

    private static ChipBench Up()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.ReadPhy(0x01);
        Assert.AreEqual(Llstat, bench.ReadPhy(0x01) & Llstat);
        return bench;
    }
}
