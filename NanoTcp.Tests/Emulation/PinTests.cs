using System.Linq;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

/// <summary>CLKOUT and RESET.</summary>
[TestClass]
public class PinTests
{
    private const int Pwrsv = 0x20;

    [TestMethod]
    public void CLKOUT_starts_with_the_oscillator_at_a_fourth_and_follows_ECOCON()
    {
        ChipBench bench = new();
        Assert.AreEqual(0, bench.Chip.ClockOutputHertz);
        bench.Wait(300_000);
        Assert.AreEqual(6_250_000, bench.Chip.ClockOutputHertz);
        int[] hertz = [0, 25_000_000, 12_500_000, 8_333_333, 6_250_000, 3_125_000];
        for (int i = 0; i < hertz.Length; i++)
        {
            bench.Write(3, 0x15, i);
            Assert.AreEqual(hertz[i], bench.Chip.ClockOutputHertz, $"ECOCON {i}");
        }

        bench.AssertClean();
    }

    [TestMethod]
    public void CLKOUT_goes_on_over_resets_and_starts_anew_with_the_supply()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        bench.Write(3, 0x15, 0x01);
        bench.Exchange(0xFF);
        Assert.AreEqual(25_000_000, bench.Chip.ClockOutputHertz);
        Pulse(bench, 1_000);
        Assert.AreEqual(25_000_000, bench.Chip.ClockOutputHertz);
        bench.Chip.PowerCycle();
        Assert.AreEqual(0, bench.Chip.ClockOutputHertz);
        bench.Wait(300_000);
        Assert.AreEqual(6_250_000, bench.Chip.ClockOutputHertz);
    }

    [TestMethod]
    public void Erratum_4_CLKOUT_stands_still_in_power_save()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        bench.Set(ChipBench.Econ2, Pwrsv);
        Assert.AreEqual(0, bench.Chip.ClockOutputHertz);
        bench.Clear(ChipBench.Econ2, Pwrsv);
        bench.Wait(300_000);
        Assert.AreEqual(6_250_000, bench.Chip.ClockOutputHertz);
        bench.AssertClean();
    }

    [TestMethod]
    public void RESET_low_for_less_than_400_ns_does_not_count()
    {
        ChipBench bench = new();
        bench.Initialise();
        Pulse(bench, 399);
        Assert.AreEqual(0x17FF, bench.EthWord(0, 0x0A));
        Pulse(bench, 400);
        Assert.AreEqual(0x1FFF, bench.EthWord(0, 0x0A));
        bench.AssertClean();
    }

    [TestMethod]
    public void RESET_is_as_a_system_reset_it_keeps_memory_ECOCON_and_CLKRDY()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Write(3, 0x15, 0x02);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        bench.WriteMemory(0x1900, 1, 2, 3);
        Pulse(bench, 400);
        Assert.AreEqual(0x01, bench.Eth(ChipBench.Estat), "CLKRDY");
        Assert.AreEqual(0, bench.PacketCount());
        Assert.AreEqual(0x02, bench.Eth(3, 0x15));
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, bench.ReadMemory(0x1900, 3));
        CollectionAssert.AreEqual(ChipBench.Frame(60), bench.Chip.Memory[6..66]);
        bench.AssertClean();
        bench.Mac(2, 0x02);
        bench.AssertOnly(ViolationKind.AccessTooSoonAfterReset);
        bench.Chip.Violations.Clear();
        bench.Initialise();
        Assert.AreEqual(0x32, bench.Mac(2, 0x02));
        bench.AssertClean();
    }

    [TestMethod]
    public void A_chip_that_is_held_in_reset_does_nothing_and_does_not_answer()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.StartSending(ChipBench.Frame(1000));
        bench.Chip.ResetPinLow = true;
        Assert.IsTrue(bench.Chip.ResetPinLow);
        bench.Wait(1_000);
        CollectionAssert.AreEqual(new byte[] { 0xFF, 0xFF }, bench.Exchange(0x1D, 0x00), "ESTAT bit 3 reads 1");
        CollectionAssert.AreEqual(new byte[] { 0xFF, 0xFF, 0xFF }, bench.Exchange(0x3A, 0x00, 0x00));
        bench.WriteWord(0, 0x0A, 0x0FFF);
        long before = bench.Clock.Nanoseconds;
        bench.Exchange(0x1D, 0x00);
        Assert.AreEqual(800 + 310, bench.Clock.Nanoseconds - before, "the host does not notice");
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.Wait(5_000_000);
        Assert.AreEqual(0, bench.Port.Sent.Count);
        Assert.AreEqual(1, bench.Chip.Wire.MissedWhileDisabled);
        bench.Chip.ResetPinLow = false;
        Assert.AreEqual(0x1FFF, bench.EthWord(0, 0x0A), "it has not heard the write");
        bench.AssertClean();
        bench.WaitUntilReady();
        bench.Initialise();
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        Assert.AreEqual(1, bench.PacketCount());
        bench.AssertClean();
    }

    [TestMethod]
    public void RESET_takes_its_effect_400_ns_after_it_fell_and_not_when_somebody_looks()
    {
        ChipBench bench = new();
        bench.Initialise(fullDuplex: true);
        bench.StartSending(ChipBench.Frame(60));
        bench.Wait(bench.Chip.NanosecondsToNextEvent - 401);
        bench.Chip.ResetPinLow = true;
        Assert.AreEqual(400, bench.Chip.NanosecondsToNextEvent);
        bench.Wait(10_000);
        Assert.AreEqual(0, bench.Port.Sent.Count, "1 ns before it was out");
        bench.AssertClean();
    }

    [TestMethod]
    public void RESET_wakes_a_sleeping_chip_other_than_the_command_of_erratum_19()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        bench.Set(ChipBench.Econ2, Pwrsv);
        Pulse(bench, 400);
        Assert.AreEqual(0x80, bench.Eth(ChipBench.Econ2));
        Assert.AreEqual(0x00, bench.Eth(ChipBench.Estat), "its oscillator has to start");
        bench.Wait(300_000);
        Assert.AreEqual(0x01, bench.Eth(ChipBench.Estat));
        bench.AssertClean();
    }

    [TestMethod]
    public void A_supply_that_comes_up_while_RESET_is_low_finds_the_chip_in_reset()
    {
        ChipBench bench = new();
        bench.Chip.ResetPinLow = true;
        bench.Wait(1_000_000);
        bench.Chip.PowerCycle();
        bench.Wait(1_000_000);
        Assert.AreEqual(0xFF, bench.Eth(ChipBench.Estat));
        bench.Chip.ResetPinLow = false;
        Assert.AreEqual(0x01, bench.Eth(ChipBench.Estat));
        bench.AssertClean();
    }

    [TestMethod]
    public void Two_resets_are_2_us_apart()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        Pulse(bench, 400);
        bench.Clock.Advance(2_000);
        Pulse(bench, 400);
        bench.AssertClean();
        bench.Clock.Advance(1_999);
        Pulse(bench, 399);
        bench.AssertClean();
        Pulse(bench, 400);
        Assert.AreEqual(0, bench.Chip.Violations.Total, "399 ns were no reset, and made 2 us of it");
        bench.Clock.Advance(1_000);
        Pulse(bench, 400);
        Assert.AreEqual(ViolationKind.ResetTooSoon, bench.Chip.Violations.ToList().Single().Kind);
    }

    private static void Pulse(ChipBench bench, long nanoseconds)
    {
        bench.Chip.ResetPinLow = true;
        bench.Clock.Advance(nanoseconds);
        bench.Chip.ResetPinLow = false;
    }
}
