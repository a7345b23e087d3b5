namespace NanoTcp.Tests.Emulation;

[TestClass]
public class InterruptTests
{
    [TestMethod]
    public void The_pin_asks_for_INTIE_and_ESTAT_INT_does_not()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        Assert.AreEqual(0, bench.Eth(ChipBench.Estat) & 0x80);
        bench.Set(ChipBench.Eie, 0x40);
        Assert.AreEqual(0x80, bench.Eth(ChipBench.Estat) & 0x80);
        Assert.IsFalse(bench.Chip.InterruptPinLow);
        bench.Set(ChipBench.Eie, 0x80);
        Assert.IsTrue(bench.Chip.InterruptPinLow);
        bench.FreePacket();
        Assert.IsFalse(bench.Chip.InterruptPinLow, "the last packet is gone");
        Assert.AreEqual(0, bench.Eth(ChipBench.Estat) & 0x80);
    }

    [TestMethod]
    public void The_pin_stays_low_while_another_cause_is_pending()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Set(ChipBench.Eie, 0xC8);
        bench.StartSending(ChipBench.Frame(60));
        bench.Wait(1_000_000);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        bench.Clear(ChipBench.Eir, 0x08);
        Assert.IsTrue(bench.Chip.InterruptPinLow, "no new edge: the packet is still there");
        bench.FreePacket();
        Assert.IsFalse(bench.Chip.InterruptPinLow);
        bench.AssertClean();
    }

    [TestMethod]
    public void The_pin_follows_what_happens_without_any_operation()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Set(ChipBench.Eie, 0xC0);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        Assert.IsFalse(bench.Chip.InterruptPinLow);
        bench.Clock.Advance((8 + 64) * 800);
        Assert.IsTrue(bench.Chip.InterruptPinLow);
    }
}
