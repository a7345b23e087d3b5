using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

[TestClass]
public class PhyTests
{
    private const int Busy = 0x01;
    private const int Lstat = 0x0400;
    private const int Llstat = 0x0004;

    [TestMethod]
    public void PHY_registers_have_their_values_after_a_reset()
    {
        ChipBench bench = new();
        bench.Port.LinkUp = false;
        bench.WaitUntilReady();
        int[][] expected =
        [
            [0x00, 0x0000], [0x01, 0x1800], [0x02, 0x0083], [0x03, 0x1400], [0x10, 0x0000], [0x11, 0x0000],
            [0x12, 0x0000], [0x13, 0x0000], [0x14, 0x3422], [0x05, 0x0000], [0x1F, 0x0000],
        ];
        foreach (int[] row in expected)
        {
            Assert.AreEqual(row[1], bench.ReadPhy(row[0]), $"PHY register {row[0]:X2}h");
        }

        bench.AssertClean();
    }

    [TestMethod]
    public void The_wiring_of_LEDB_sets_the_duplex_mode_after_a_reset()
    {
        ChipBench bench = new(new Enc28j60ChipOptions { LedB = LedBWiring.Sink });
        bench.WaitUntilReady();
        Assert.AreEqual(0x0100, bench.ReadPhy(0x00));
        Assert.AreEqual(0x0200, bench.ReadPhy(0x11) & 0x0200, "DPXSTAT");
    }

    [TestMethod]
    public void A_read_is_busy_for_10240_ns_and_only_then_there()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        bench.Write(2, 0x14, 0x02);
        bench.Write(2, 0x12, 0x01);
        Assert.AreEqual(Busy, bench.Mac(3, 0x0A));
        bench.Wait(bench.Chip.NanosecondsToNextEvent - 1);
        bench.Bank(2);
        bench.Wait(1);
        Assert.AreEqual(0, bench.Mac(3, 0x0A));
        bench.Write(2, 0x12, 0x00);
        Assert.AreEqual(0x83, bench.Mac(2, 0x18));
        Assert.AreEqual(0x00, bench.Mac(2, 0x19));
        bench.AssertClean();
    }

    [TestMethod]
    public void An_access_takes_10240_ns_from_the_write_that_starts_it()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        bench.Write(2, 0x14, 0x14);
        bench.Write(2, 0x16, 0x76);
        bench.Write(2, 0x17, 0x34);
        Assert.AreEqual(10_240 - 310, bench.Chip.NanosecondsToNextEvent, "less the hold and the gap of the operation");
    }

    [TestMethod]
    public void A_write_arrives_when_BUSY_ends()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        bench.WritePhy(0x14, 0x3476);
        Assert.AreEqual(0x3476, bench.ReadPhy(0x14));
        bench.WritePhy(0x00, 0x0100);
        Assert.AreEqual(0x0100, bench.ReadPhy(0x00));
        bench.WritePhy(0x02, 0xFFFF);
        Assert.AreEqual(0x0083, bench.ReadPhy(0x02), "PHID1 is fixed");
        bench.AssertClean();
    }

    [TestMethod]
    public void A_scan_is_not_valid_until_its_first_result_and_then_follows_the_register()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        bench.Write(2, 0x14, 0x11);
        bench.Write(2, 0x12, 0x02);
        Assert.AreEqual(0x07, bench.Mac(3, 0x0A), "NVALID, SCAN and BUSY");
        bench.Wait(10_240);
        Assert.AreEqual(0x03, bench.Mac(3, 0x0A));
        Assert.AreEqual(Lstat, bench.Mac(2, 0x19) << 8);
        bench.Port.LinkUp = false;
        bench.Chip.Update();
        bench.Wait(10_240);
        Assert.AreEqual(0x00, bench.Mac(2, 0x19) << 8);
        bench.Wait(60_000_000_000);
        bench.Bank(2);
        bench.Wait(bench.Chip.NanosecondsToNextEvent);
        bench.Exchange(0x52, 0x00);
        Assert.AreEqual(Busy, bench.Mac(3, 0x0A), "the last one is finished");
        bench.Wait(10_240);
        Assert.AreEqual(0x00, bench.Mac(3, 0x0A));
        bench.AssertClean();
    }

    [TestMethod]
    public void LSTAT_is_the_link_and_LLSTAT_remembers_that_it_was_lost()
    {
        ChipBench bench = new();
        bench.Initialise();
        Assert.AreEqual(Lstat, bench.ReadPhy(0x11) & Lstat);
        Assert.AreEqual(0, bench.ReadPhy(0x01) & Llstat, "since the reset it was down once");
        Assert.AreEqual(Llstat, bench.ReadPhy(0x01) & Llstat);
        bench.Port.LinkUp = false;
        bench.Wait(1000);
        bench.Port.LinkUp = true;
        bench.Wait(1000);
        Assert.AreEqual(Lstat, bench.ReadPhy(0x11) & Lstat);
        Assert.AreEqual(0, bench.ReadPhy(0x01) & Llstat);
        Assert.AreEqual(Llstat, bench.ReadPhy(0x01) & Llstat);
        bench.AssertClean();
    }

    [TestMethod]
    public void TXSTAT_RXSTAT_and_COLSTAT_say_what_the_wire_carries_at_the_moment()
    {
        // What is asked for is sampled at the end of the 10.24 us of an access.
        const int Txstat = 0x2000;
        const int Rxstat = 0x1000;
        const int Colstat = 0x0800;
        const int Line = Txstat | Rxstat | Colstat;
        ChipBench bench = new();
        bench.Initialise();
        Assert.AreEqual(0, bench.ReadPhy(0x11) & Line);
        bench.StartSending(ChipBench.Frame(500));
        Assert.AreEqual(Txstat, bench.ReadPhy(0x11) & Line);
        bench.Wait(1_000_000);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(500));
        bench.Chip.Update();
        Assert.AreEqual(Rxstat, bench.ReadPhy(0x11) & Line);
        bench.Wait(1_000_000);

        // In the middle of the jam of 3.2 us that ends a transmission which collided.
        bench.Chip.Faults.LateCollisions = 1_000_000;
        bench.Clear(ChipBench.Eir, 0x0A);
        bench.Write(2, 0x14, 0x11);
        bench.StartSending(ChipBench.Frame(1000));
        bench.Bank(2);
        bench.Wait(bench.Chip.NanosecondsToNextEvent - 12_640);
        bench.Exchange(0x52, 0x01);
        bench.Wait(12_640);
        bench.Write(2, 0x12, 0x00);
        Assert.AreEqual(Txstat | Colstat, ((bench.Mac(2, 0x19) << 8) | bench.Mac(2, 0x18)) & Line);
        Assert.AreEqual(0, bench.ReadPhy(0x11) & Line);
        bench.AssertClean();
    }

    [TestMethod]
    public void COLSTAT_is_set_while_two_talk_at_once_on_a_half_duplex_wire_and_never_in_full_duplex()
    {
        foreach (bool fullDuplex in new[] { false, true })
        {
            ChipBench bench = new();
            bench.Initialise(fullDuplex, receive: false);

            // The MAC believes in full duplex in both cases, and talks into what comes in.
            bench.Write(2, 0x02, 0x33);
            bench.Port.Incoming.Enqueue(ChipBench.Frame(1000));
            bench.Chip.Update();
            bench.StartSending(ChipBench.Frame(1000));
            Assert.AreEqual(fullDuplex ? 0x3000 : 0x3800, bench.ReadPhy(0x11) & 0x3800);
        }
    }

    [TestMethod]
    public void LINKIF_needs_both_PHY_enables_and_goes_when_PHIR_is_read()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Set(ChipBench.Eie, 0x90);
        bench.Port.LinkUp = false;
        bench.Chip.Update();
        Assert.IsFalse(bench.Chip.InterruptPinLow);
        bench.WritePhy(0x12, 0x0012);
        Assert.IsTrue(bench.Chip.InterruptPinLow);
        Assert.AreEqual(0x10, bench.Eth(ChipBench.Eir));
        bench.Clear(ChipBench.Eir, 0x10);
        Assert.AreEqual(0x10, bench.Eth(ChipBench.Eir), "EIR does not clear it");
        Assert.AreEqual(0x0014, bench.ReadPhy(0x13));
        Assert.AreEqual(0x00, bench.Eth(ChipBench.Eir));
        Assert.IsFalse(bench.Chip.InterruptPinLow);
        Assert.AreEqual(0x0000, bench.ReadPhy(0x13));
        bench.Port.LinkUp = true;
        Assert.IsTrue(bench.Chip.InterruptPinLow);
        bench.AssertClean();
    }

    [TestMethod]
    public void PRST_resets_the_PHY_and_clears_itself()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.WritePhy(0x00, 0x8000);
        Assert.AreEqual(0x8000, bench.ReadPhy(0x00));
        bench.Wait(100_000);
        Assert.AreEqual(0x0000, bench.ReadPhy(0x00));
        Assert.AreEqual(0x3422, bench.ReadPhy(0x14));
        bench.AssertClean();
    }

    [TestMethod]
    public void The_link_takes_its_time_when_the_options_say_so()
    {
        ChipBench bench = new(new Enc28j60ChipOptions { LinkDelayNanoseconds = 50_000_000 });
        bench.Initialise();
        Assert.AreEqual(0, bench.ReadPhy(0x11) & Lstat);
        bench.Wait(bench.Chip.NanosecondsToNextEvent);
        Assert.AreEqual(Lstat, bench.ReadPhy(0x11) & Lstat);
        Assert.IsTrue(bench.Clock.Nanoseconds is > 1_052_000_000 and < 1_053_000_000);
    }
}
