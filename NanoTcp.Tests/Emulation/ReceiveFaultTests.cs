using System.Collections.Generic;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

[TestClass]
public class ReceiveFaultTests
{
    private const int Always = 1_000_000;
    private const int Length = 64;
    private const int Next = 70;

    [TestMethod]
    [DataRow(GarbageHeader.RandomPointer)]
    [DataRow(GarbageHeader.PointerOutsideRing)]
    [DataRow(GarbageHeader.OddPointer)]
    [DataRow(GarbageHeader.ZeroPointer)]
    [DataRow(GarbageHeader.ErasedPointer)]
    [DataRow(GarbageHeader.PointerOffByTwo)]
    public void A_garbage_pointer_is_as_its_kind_says_and_the_length_is_right(GarbageHeader kind)
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            (int next, int length) = Header(kind, seed);
            Assert.AreEqual(Length, length);
            Assert.AreNotEqual(Next, next);
            Assert.IsTrue(Fits(kind, next), $"{next:X4}h");
        }
    }

    [TestMethod]
    [DataRow(GarbageHeader.RandomLength)]
    [DataRow(GarbageHeader.ZeroLength)]
    [DataRow(GarbageHeader.ErasedLength)]
    [DataRow(GarbageHeader.LengthOffByAFew)]
    public void A_garbage_length_is_as_its_kind_says_and_the_pointer_is_right(GarbageHeader kind)
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            (int next, int length) = Header(kind, seed);
            Assert.AreEqual(Next, next);
            Assert.AreNotEqual(Length, length);
            Assert.IsTrue(Fits(kind, length), $"{length}");
        }
    }

    [TestMethod]
    public void Any_garbage_is_of_all_kinds()
    {
        HashSet<int> seen = [];
        for (ulong seed = 1; seed <= 60; seed++)
        {
            (int next, int length) = Header(GarbageHeader.Any, seed);
            Assert.IsTrue(next != Next || length != Length);
            seen.Add(next);
            seen.Add(length);
        }

        Assert.IsTrue(seen.Contains(0xFFFF) && seen.Contains(0) && seen.Contains(Next | 1) && seen.Contains(Next - 2));
    }

    [TestMethod]
    public void The_chip_itself_is_not_led_astray_by_the_garbage_and_the_data_are_whole()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Chip.Faults.GarbageHeaders = Always;
        byte[] frame = ChipBench.Frame(60);
        bench.Port.Incoming.Enqueue(frame);
        bench.ReceiveAll();
        bench.Chip.Faults.Clear();
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60, seed: 3));
        bench.ReceiveAll();
        Assert.AreEqual(2, bench.PacketCount());
        Assert.AreEqual(2 * Next, bench.EthWord(0, 0x0E));
        CollectionAssert.AreEqual(frame, bench.ReadMemory(6, 60));
        byte[] header = bench.ReadMemory(Next, 6);
        Assert.AreEqual(2 * Next, header[0] | (header[1] << 8));
    }

    [TestMethod]
    public void What_a_host_reads_in_the_wake_of_a_garbage_header_is_not_its_fault()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Chip.Faults.GarbageHeaders = Always;
        bench.Chip.Faults.GarbageHeader = GarbageHeader.ErasedPointer;
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        bench.TakePacket();
        bench.ReadOn(6);
        Assert.AreEqual(0, bench.Chip.Violations.Total, bench.Chip.Violations.ToString());
        Assert.IsTrue(bench.Chip.Violations.Provoked > 0);
    }

    [TestMethod]
    public void RXEN_goes_by_itself_after_a_packet_and_the_receiver_is_deaf_until_it_is_set()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Chip.Faults.ReceiveEnableLosses = Always;
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        Assert.AreEqual(1, bench.PacketCount());
        Assert.AreEqual(0, bench.Eth(ChipBench.Econ1) & 0x04);
        Assert.AreEqual(1, bench.Chip.Wire.MissedWhileDisabled);
        bench.Chip.Faults.Clear();
        bench.Set(ChipBench.Econ1, 0x04);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        Assert.AreEqual(2, bench.PacketCount());
    }

    [TestMethod]
    public void RXEN_goes_on_request()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Chip.LoseReceiveEnable();
        Assert.AreEqual(0, bench.Eth(ChipBench.Econ1) & 0x04);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        Assert.AreEqual(0, bench.PacketCount());
        Assert.AreEqual(1, bench.Chip.Faults.Disturbances);
    }

    [TestMethod]
    public void Erratum_6_PKTIF_reads_wrong_and_the_pin_and_ESTAT_INT_and_EPKTCNT_are_right()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Set(ChipBench.Eie, 0xC0);
        bench.Chip.Faults.PacketFlagLies = Always;
        Assert.AreEqual(0x40, bench.Eth(ChipBench.Eir));
        Assert.AreEqual(0x00, bench.Eth(ChipBench.Estat) & 0x80);
        Assert.IsFalse(bench.Chip.InterruptPinLow);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        Assert.AreEqual(0x00, bench.Eth(ChipBench.Eir));
        Assert.AreEqual(0x80, bench.Eth(ChipBench.Estat) & 0x80);
        Assert.IsTrue(bench.Chip.InterruptPinLow);
        Assert.AreEqual(1, bench.PacketCount());
        bench.Chip.Faults.PacketFlagLies = 500_000;
        int wrong = 0;
        for (int i = 0; i < 200; i++)
        {
            wrong += bench.Eth(ChipBench.Eir) == 0x40 ? 0 : 1;
        }

        Assert.IsTrue(wrong is > 70 and < 130);
        bench.AssertClean();
    }

    [TestMethod]
    public void A_host_that_believes_PKTIF_is_to_blame_for_what_follows()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Chip.Faults.PacketFlagLies = Always;
        if ((bench.Eth(ChipBench.Eir) & 0x40) != 0)
        {
            bench.Set(ChipBench.Econ2, 0x40);
        }

        bench.AssertOnly(ViolationKind.PacketDecrementAtZero);
        Assert.AreEqual(1, bench.Chip.Violations.Total);
    }

    [TestMethod]
    public void A_flood_fills_EPKTCNT_to_255_and_the_next_packet_overflows_with_room_to_spare()
    {
        ChipBench bench = new();
        bench.Initialise(ringEnd: 0x19FF);
        bench.Chip.FloodPackets(255);
        Assert.AreEqual(255, bench.PacketCount());
        Assert.AreEqual(0, bench.Eth(ChipBench.Eir) & 0x01);
        Assert.AreEqual(255 * 24, bench.WritePointer());
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        Assert.AreEqual(255, bench.PacketCount());
        Assert.AreEqual(0x01, bench.Eth(ChipBench.Eir) & 0x01, "RXERIF");
        for (int i = 0; i < 255; i++)
        {
            (int next, int length, int status, byte[] frame) = bench.TakePacket(0x19FF);
            Assert.AreEqual((i + 1) * 24, next);
            Assert.AreEqual(18, length);
            Assert.AreEqual(0x0080, status & 0x00FF & ~0x20);
            CollectionAssert.AreEqual(ChipBench.Station, frame[..6]);
        }

        Assert.AreEqual(0, bench.PacketCount());
        bench.AssertClean();
    }

    [TestMethod]
    public void A_flood_ends_where_the_ring_is_full_and_passes_a_receiver_that_is_off()
    {
        ChipBench bench = new();
        bench.Initialise(ringEnd: 0x00FF);
        bench.Chip.FloodPackets(20);
        Assert.AreEqual(10, bench.PacketCount());
        Assert.AreEqual(10, bench.Chip.Wire.Overflowed);
        bench.Clear(ChipBench.Econ1, 0x04);
        bench.Chip.FloodPackets(5);
        Assert.AreEqual(10, bench.PacketCount());
        Assert.AreEqual(5, bench.Chip.Wire.MissedWhileDisabled);
        bench.AssertClean();
    }

    [TestMethod]
    public void A_wrong_count_is_what_EPKTCNT_and_the_pin_say()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Set(ChipBench.Eie, 0xC0);
        bench.Chip.MiscountPackets(255);
        Assert.AreEqual(255, bench.PacketCount());
        Assert.IsTrue(bench.Chip.InterruptPinLow);
        bench.ReadMemory(0, 70);
        Assert.AreEqual(0, bench.Chip.Violations.Total, "there is nothing to read, but who knows");
        bench.Chip.MiscountPackets(0);
        Assert.IsFalse(bench.Chip.InterruptPinLow);
    }

    [TestMethod]
    public void What_a_wrong_count_leads_to_is_provoked_however_late_it_is_read()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Chip.MiscountPackets(2);
        bench.Wait(5_000_000_000);
        Assert.AreEqual(2, bench.PacketCount());
        bench.ReadMemory(0, 70);
        Assert.AreEqual(0, bench.Chip.Violations.Total);
        Assert.AreNotEqual(0, bench.Chip.Violations.Provoked);

        // When it has been counted down to nothing it is right again.
        bench.Set(ChipBench.Econ2, 0x40);
        bench.Set(ChipBench.Econ2, 0x40);
        bench.Wait(5_000_000_000);
        Assert.AreEqual(0, bench.PacketCount());
        bench.ReadMemory(0, 70);
        Assert.AreNotEqual(0, bench.Chip.Violations.Total);
    }

    [TestMethod]
    public void After_a_reset_no_count_is_wrong()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Chip.MiscountPackets(2);
        bench.Exchange(0xFF);
        bench.Wait(5_000_000_000);
        bench.Initialise();
        Assert.AreEqual(0, bench.PacketCount());
        bench.ReadMemory(0, 70);
        Assert.AreNotEqual(0, bench.Chip.Violations.Total);
    }

    private static (int Next, int Length) Header(GarbageHeader kind, ulong seed)
    {
        ChipBench bench = new(new Enc28j60ChipOptions { FaultSeed = seed });
        bench.Initialise();
        bench.Chip.Faults.GarbageHeaders = Always;
        bench.Chip.Faults.GarbageHeader = kind;
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        byte[] header = bench.ReadMemory(0, 6);
        return (header[0] | (header[1] << 8), header[2] | (header[3] << 8));
    }

    private static bool Fits(GarbageHeader kind, int value)
    {
        return kind switch
        {
            GarbageHeader.PointerOutsideRing => value > 0x17FF && (value & 1) == 0,
            GarbageHeader.OddPointer => value == (Next | 1),
            GarbageHeader.ZeroPointer or GarbageHeader.ZeroLength => value == 0,
            GarbageHeader.ErasedPointer or GarbageHeader.ErasedLength => value == 0xFFFF,
            GarbageHeader.PointerOffByTwo => value is Next - 2 or Next + 2,
            GarbageHeader.LengthOffByAFew => value is >= Length - 4 and <= Length + 4,
            _ => true,
        };
    }
}
