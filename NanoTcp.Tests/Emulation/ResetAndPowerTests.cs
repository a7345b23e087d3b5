using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

[TestClass]
public class ResetAndPowerTests
{
    private const int Clkrdy = 0x01;
    private const int Pwrsv = 0x20;

    [TestMethod]
    public void CLKRDY_comes_300_us_after_power_on()
    {
        ChipBench bench = new();
        Assert.AreEqual(300_000, bench.Chip.NanosecondsToNextEvent);
        Assert.AreEqual(0, bench.Eth(ChipBench.Estat) & Clkrdy);
        bench.Wait(bench.Chip.NanosecondsToNextEvent);
        Assert.AreEqual(Clkrdy, bench.Eth(ChipBench.Estat) & Clkrdy);
        bench.AssertClean();
    }

    [TestMethod]
    public void Before_CLKRDY_the_ETH_registers_and_the_memory_work_and_the_MAC_does_not()
    {
        ChipBench bench = new();
        bench.WriteWord(0, 0x0A, 0x0FFF);
        Assert.AreEqual(0x0FFF, bench.EthWord(0, 0x0A));
        bench.WriteMemory(0x0100, 42);
        CollectionAssert.AreEqual(new byte[] { 42 }, bench.ReadMemory(0x0100, 1));
        bench.AssertClean();
        bench.Write(2, 0x0A, 0xEE);
        bench.AssertOnly(ViolationKind.AccessBeforeClockReady);
        bench.WaitUntilReady();
        Assert.AreEqual(0x00, bench.Mac(2, 0x0A), "the write was lost");
    }

    [TestMethod]
    public void Erratum_2_a_system_reset_leaves_CLKRDY_and_the_MAC_is_deaf_for_1_ms()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Exchange(0xFF);
        Assert.AreEqual(Clkrdy, bench.Eth(ChipBench.Estat) & Clkrdy);
        bench.AssertClean();
        bench.Write(2, 0x0A, 0xEE);
        bench.AssertOnly(ViolationKind.AccessTooSoonAfterReset);
        bench.Wait(1_000_000);
        bench.Chip.Violations.Clear();
        Assert.AreEqual(0x00, bench.Mac(2, 0x0A), "the write was lost");
        bench.Write(2, 0x0A, 0xEE);
        Assert.AreEqual(0xEE, bench.Mac(2, 0x0A));
        bench.AssertClean();
    }

    [TestMethod]
    public void The_wait_after_a_system_reset_is_1_ms_to_the_nanosecond()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        bench.Exchange(0xFF);
        bench.Set(ChipBench.Econ1, 0x02);
        long wait = bench.Chip.NanosecondsToNextEvent;
        bench.Wait(wait - 400 - 1);
        bench.Exchange(0x40 | 0x0A, 0x01);
        bench.AssertClean();
        bench.Exchange(0xFF);
        bench.Set(ChipBench.Econ1, 0x02);
        bench.Wait(bench.Chip.NanosecondsToNextEvent - 800 - 1);
        bench.Exchange(0x40 | 0x0A, 0x01);
        bench.AssertOnly(ViolationKind.AccessTooSoonAfterReset);
    }

    [TestMethod]
    public void A_system_reset_forgets_packets_and_frames_on_their_way_but_not_ECOCON()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Write(3, 0x15, 0x02);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.StartSending(ChipBench.Frame(60));
        bench.Exchange(0xFF);
        bench.WaitUntilReady();
        Assert.AreEqual(0, bench.PacketCount());
        Assert.AreEqual(0, bench.Eth(ChipBench.Eir));
        Assert.AreEqual(0, bench.Port.Sent.Count);
        Assert.AreEqual(0x02, bench.Eth(3, 0x15));
        bench.Chip.PowerCycle();
        Assert.AreEqual(0x04, bench.Eth(3, 0x15));
        bench.AssertClean();
    }

    [TestMethod]
    public void Erratum_19_a_sleeping_chip_does_not_obey_a_system_reset()
    {
        ChipBench bench = new();
        bench.Initialise(receive: false);
        bench.Set(ChipBench.Econ2, Pwrsv);
        bench.AssertClean();
        bench.Exchange(0xFF);
        Assert.AreEqual(0x17FF, bench.EthWord(0, 0x0A));
        bench.AssertOnly(ViolationKind.ResetInPowerSave);
        bench.Clear(ChipBench.Econ2, Pwrsv);
        bench.WaitUntilReady();
        bench.Exchange(0xFF);
        Assert.AreEqual(0x1FFF, bench.EthWord(0, 0x0A));
    }

    [TestMethod]
    public void Asleep_the_clock_stands_and_the_MAC_is_out_of_reach_and_waking_takes_300_us()
    {
        ChipBench bench = new();
        bench.Initialise(receive: false);
        bench.Set(ChipBench.Econ2, Pwrsv);
        Assert.AreEqual(0, bench.Eth(ChipBench.Estat) & Clkrdy);
        bench.Wait(10_000_000);
        Assert.AreEqual(0, bench.Eth(ChipBench.Estat) & Clkrdy);
        bench.AssertClean();
        Assert.AreNotEqual(0x0D, bench.Mac(2, 0x00));
        bench.AssertOnly(ViolationKind.AccessInPowerSave);
        bench.Chip.Violations.Clear();
        bench.Clear(ChipBench.Econ2, Pwrsv);
        Assert.AreEqual(0, bench.Eth(ChipBench.Estat) & Clkrdy);
        bench.Wait(300_000);
        Assert.AreEqual(Clkrdy, bench.Eth(ChipBench.Estat) & Clkrdy);
        Assert.AreEqual(0x0D, bench.Mac(2, 0x00), "the MAC kept its settings");
        bench.AssertClean();
    }

    [TestMethod]
    public void A_sleeping_chip_receives_nothing()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Set(ChipBench.Econ2, Pwrsv);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        Assert.AreEqual(0, bench.PacketCount());
        Assert.AreEqual(1, bench.Chip.Wire.MissedWhileDisabled);
        bench.AssertOnly(ViolationKind.PowerSaveWhileActive);
    }
}
