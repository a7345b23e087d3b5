using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

[TestClass]
public class InterruptPinTests
{
    private const int Always = 1_000_000;

    [TestMethod]
    public void Every_fall_of_the_pin_counts_once()
    {
        ChipBench bench = Listening();
        Assert.AreEqual(0, bench.Chip.InterruptEdges);
        Receive(bench, 3);
        Assert.AreEqual(1, bench.Chip.InterruptEdges, "it stays low while packets wait");
        bench.FreePacket();
        bench.FreePacket();
        Assert.AreEqual(1, bench.Chip.InterruptEdges);
        bench.FreePacket();
        Receive(bench, 1);
        Assert.AreEqual(2, bench.Chip.InterruptEdges);
        bench.AssertClean();
    }

    [TestMethod]
    public void INTIE_off_and_on_makes_an_edge_while_something_is_pending_and_none_else()
    {
        ChipBench bench = Listening();
        bench.Clear(ChipBench.Eie, 0x80);
        bench.Set(ChipBench.Eie, 0x80);
        Assert.AreEqual(0, bench.Chip.InterruptEdges);
        Receive(bench, 1);
        bench.Clear(ChipBench.Eie, 0x80);
        bench.Set(ChipBench.Eie, 0x80);
        Assert.AreEqual(2, bench.Chip.InterruptEdges, "without a look in between");
    }

    [TestMethod]
    public void Edges_are_noticed_between_two_looks()
    {
        ChipBench bench = Listening();
        for (int i = 0; i < 5; i++)
        {
            bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
            bench.ReceiveAll();
            bench.FreePacket();
        }

        Assert.AreEqual(5, bench.Chip.InterruptEdges);
        Assert.IsFalse(bench.Chip.InterruptPinLow);
    }

    [TestMethod]
    public void A_pulse_that_the_chip_ends_and_begins_by_itself_within_one_update_is_two_edges()
    {
        ChipBench bench = Listening();
        bench.WritePhy(0x12, 0x0012);
        bench.Set(ChipBench.Eie, 0x10);
        bench.Port.LinkUp = false;
        bench.Chip.Update();
        bench.Port.LinkUp = true;
        bench.Chip.Update();
        Assert.AreEqual(1, bench.Chip.InterruptEdges, "LINKIF");

        // The read of PHIR takes LINKIF away after 10 us, and a frame comes in after 60 us.
        bench.Write(2, 0x14, 0x13);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.Write(2, 0x12, 0x01);
        bench.Clock.Advance(1_000_000);
        Assert.IsTrue(bench.Chip.InterruptPinLow);
        Assert.AreEqual(2, bench.Chip.InterruptEdges);
    }

    [TestMethod]
    public void A_system_reset_lets_the_pin_go()
    {
        ChipBench bench = Listening();
        Receive(bench, 1);
        bench.Exchange(0xFF);
        Assert.IsFalse(bench.Chip.InterruptPinLow);
        Assert.AreEqual(1, bench.Chip.InterruptEdges);
    }

    [TestMethod]
    public void A_pin_stuck_high_never_falls_and_falls_when_it_is_mended()
    {
        ChipBench bench = Listening();
        bench.Chip.Faults.InterruptPin = InterruptPinFault.StuckHigh;
        Receive(bench, 1);
        Assert.IsFalse(bench.Chip.InterruptPinLow);
        Assert.AreEqual(0, bench.Chip.InterruptEdges);
        Assert.AreEqual(0x80, bench.Eth(ChipBench.Estat) & 0x80, "the chip itself knows");
        Assert.AreNotEqual(-1, bench.Chip.Faults.LastDisturbance);
        bench.Chip.Faults.Clear();
        Assert.AreEqual(1, bench.Chip.InterruptEdges);
        Assert.IsTrue(bench.Chip.InterruptPinLow);
    }

    [TestMethod]
    public void A_pin_stuck_low_falls_once_and_never_rises()
    {
        ChipBench bench = Listening();
        bench.Chip.Faults.InterruptPin = InterruptPinFault.StuckLow;
        Assert.IsTrue(bench.Chip.InterruptPinLow);
        for (int i = 0; i < 3; i++)
        {
            Receive(bench, 1);
            bench.FreePacket();
        }

        Assert.IsTrue(bench.Chip.InterruptPinLow);
        Assert.AreEqual(1, bench.Chip.InterruptEdges);
        bench.Chip.Faults.Clear();
        Assert.IsFalse(bench.Chip.InterruptPinLow);
        Receive(bench, 1);
        Assert.AreEqual(2, bench.Chip.InterruptEdges);
    }

    [TestMethod]
    public void A_lost_edge_is_missing_from_the_count_and_the_level_is_right()
    {
        ChipBench bench = Listening();
        bench.Chip.Faults.LostInterruptEdges = Always;
        Receive(bench, 1);
        Assert.IsTrue(bench.Chip.InterruptPinLow);
        Assert.AreEqual(0, bench.Chip.InterruptEdges);
        bench.Chip.Faults.Clear();
        Receive(bench, 1);
        Assert.AreEqual(0, bench.Chip.InterruptEdges, "no new edge while it is low");
        bench.Clear(ChipBench.Eie, 0x80);
        bench.Set(ChipBench.Eie, 0x80);
        Assert.AreEqual(1, bench.Chip.InterruptEdges);
    }

    [TestMethod]
    public void Some_edges_are_lost_at_a_rate_in_between()
    {
        ChipBench bench = Listening();
        bench.Chip.Faults.LostInterruptEdges = 300_000;
        for (int i = 0; i < 200; i++)
        {
            Receive(bench, 1);
            bench.FreePacket();
            bench.WriteWord(0, 0x0C, bench.EthWord(0, 0x0E) is int next and not 0 ? next - 1 : 0x17FF);
        }

        Assert.IsTrue(bench.Chip.InterruptEdges is > 110 and < 170, $"{bench.Chip.InterruptEdges}");
        Assert.AreEqual(200, bench.Chip.InterruptEdges + bench.Chip.Faults.Disturbances);
    }

    private static ChipBench Listening()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Set(ChipBench.Eie, 0xC0);
        return bench;
    }

    private static void Receive(ChipBench bench, int count)
    {
        for (int i = 0; i < count; i++)
        {
            bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        }

        bench.ReceiveAll();
    }
}
