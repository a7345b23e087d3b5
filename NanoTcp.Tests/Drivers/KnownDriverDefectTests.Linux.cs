using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Tests.Emulation;

namespace NanoTcp.Tests.Drivers;

// Linux's driver.
public sealed partial class KnownDriverDefectTests
{
    [TestMethod]
    public void Linux_EPKTCNT_not_drained_after_a_bad_next_pointer()
    {
        ChipBench bad = Receiving(ChipBench.Frame(100, seed: 1), ChipBench.Frame(100, seed: 2), ChipBench.Frame(100, seed: 3));
        Assert.AreEqual(3, bad.PacketCount());
        bad.Set(ChipBench.Econ1, Rxrst);
        bad.Clear(ChipBench.Econ1, Rxrst);
        bad.WriteWord(0, 0x08, 0x0000);
        bad.WriteWord(0, 0x0A, 0x17FF);
        bad.WriteWord(0, 0x0C, 0x17FF);
        bad.WriteWord(0, 0x00, 0x0000);
        bad.Set(ChipBench.Econ1, Rxen);
        Assert.AreEqual(3, bad.PacketCount(), "RXRST leaves the count");
        CollectionAssert.AreEqual(ChipBench.Frame(100, seed: 1), bad.TakePacket().Frame[..100], "a packet of long ago");
        bad.AssertOnly(ViolationKind.ReadBeyondPacket);

        DriverBench bench = Started();
        for (int i = 0; i < 20; i++)
        {
            bench.Chip.Faults.GarbageHeader = GarbageHeader.RandomPointer;
            bench.Chip.Faults.GarbageHeaders = Always;
            bench.Bring(DriverBench.Frame(100, 1));
            bench.Chip.Faults.GarbageHeaders = 0;
            bench.Bring(DriverBench.Frame(100, 2));
            bench.Bring(DriverBench.Frame(100, 3));
            Assert.AreEqual(0, bench.Take());
            bench.RunUntil(() => bench.Driver.CanSend, 50);
            Assert.AreEqual(0, bench.Peek(Enc28j60Registers.EPKTCNT));
            Assert.AreEqual(0, bench.Take(), "nothing of long ago");
            AssertReceives(bench, 3);
            Assert.AreEqual(i + 1, bench.Count(Enc28j60Counters.RxBadHeader));
            Assert.AreEqual(i + 1, bench.Count(Enc28j60Counters.Recoveries));
        }
    }

    [TestMethod]
    [DataRow(GarbageHeader.OddPointer)]
    [DataRow(GarbageHeader.ZeroPointer)]
    [DataRow(GarbageHeader.PointerOffByTwo)]
    public void Linux_bad_next_pointer_within_the_ring_is_believed_and_used(GarbageHeader kind)
    {
        ChipBench bad = new();
        bad.Initialise();
        Bring(bad, ChipBench.Frame(100));
        bad.TakePacket();
        bad.Chip.Faults.GarbageHeader = kind;
        bad.Chip.Faults.GarbageHeaders = Always;
        Bring(bad, ChipBench.Frame(100, seed: 1));
        bad.Chip.Faults.GarbageHeaders = 0;
        Bring(bad, ChipBench.Frame(100, seed: 2));
        int next = bad.TakePacket().Next;
        Assert.IsLessThanOrEqualTo(0x17FF, next, "not beyond ERXND, which is all that is asked");
        CollectionAssert.AreNotEqual(ChipBench.Frame(100, seed: 2), bad.ReadOn(106)[6..], "out of step from here on");

        DriverBench bench = Started();
        AssertReceives(bench, 3);
        bench.Chip.Faults.GarbageHeader = kind;
        bench.Chip.Faults.GarbageHeaders = Always;
        bench.Bring(DriverBench.Frame(100, 1));
        bench.Chip.Faults.GarbageHeaders = 0;
        bench.Bring(DriverBench.Frame(100, 2));
        Assert.AreEqual(0, bench.Take());
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.RxBadHeader));
        bench.RunUntil(() => bench.Driver.CanSend, 50);
        AssertReceives(bench, 10);
    }

    [TestMethod]
    public void Linux_stuck_transmission_is_left_to_a_watchdog_of_seconds()
    {
        // Whoever waits for the interrupt waits for ever.
        ChipBench bad = new();
        bad.Initialise();
        bad.Write(0, ChipBench.Eie, 0x8A);
        bad.Chip.Faults.StuckTransmissions = Always;
        bad.StartSending(ChipBench.Frame(500));
        bad.Wait(5_000_000_000);
        Assert.IsFalse(bad.Chip.InterruptPinLow);
        Assert.AreEqual(0, bad.Chip.InterruptEdges);

        DriverBench bench = Started(null, new Enc28j60Options { UseInterruptPin = true });
        bench.Chip.Faults.StuckTransmissions = Always;
        byte[] frame = DriverBench.Frame(500, 1);
        bench.Send(frame);
        bench.Chip.Faults.StuckTransmissions = 0;
        bench.ExpectArrival(frame, 50);
    }
}
