using System;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

[TestClass]
public class TimeAndCostTests
{
    [TestMethod]
    public void An_operation_takes_its_octets_and_the_chip_selects_hold_and_gap()
    {
        ChipBench bench = new(new Enc28j60ChipOptions { ChipSelectHoldNanoseconds = 250, ChipSelectGapNanoseconds = 1_000 });
        long before = bench.Clock.Nanoseconds;
        bench.Exchange(0x1D, 0x00);
        Assert.AreEqual((2 * 400) + 1_250, bench.Clock.Nanoseconds - before);
        before = bench.Clock.Nanoseconds;
        bench.ReadOn(1519);
        Assert.AreEqual((1520 * 400) + 1_250, bench.Clock.Nanoseconds - before);
    }

    [TestMethod]
    public void A_clock_whose_octets_are_no_whole_nanoseconds_does_not_drift()
    {
        ChipBench bench = new(new Enc28j60ChipOptions
        {
            SpiClockHz = 12_000_000,
            ChipSelectHoldNanoseconds = 0,
            ChipSelectGapNanoseconds = 0,
        });
        long before = bench.Clock.Nanoseconds;
        for (int i = 0; i < 1500; i++)
        {
            bench.Exchange(0x1D, 0x00);
        }

        Assert.AreEqual(2_000_000, bench.Clock.Nanoseconds - before);
    }

    [TestMethod]
    public void A_register_is_read_as_it_is_when_its_octet_begins()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Bank(1);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.Chip.Update();
        long end = bench.Chip.NanosecondsToNextEvent;
        bench.Wait(end - 401);
        Assert.AreEqual(0, bench.Eth(0x19), "1 ns too early");
        bench.Set(ChipBench.Econ2, 0x40);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.Wait(100_000);
        bench.Chip.Update();
        Assert.AreEqual(1, bench.Eth(0x19));
    }

    [TestMethod]
    public void Statistics_count_operations_and_octets()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        bench.Chip.Statistics.Reset();
        bench.Exchange(0x1D, 0);
        bench.Exchange(0x5B, 0);
        bench.Exchange(0x9B, 0);
        bench.Exchange(0x9B, 0);
        bench.Exchange(0xBB, 0);
        bench.Exchange(0x7A, 1, 2, 3);
        bench.Exchange(0x3A, 0, 0);
        bench.Exchange(0xFF);
        bench.Exchange(0x20);
        SpiStatistics statistics = bench.Chip.Statistics;
        Assert.AreEqual(9, statistics.Operations);
        Assert.AreEqual(19, statistics.Octets);
        Assert.AreEqual(1, statistics.ReadControlRegister);
        Assert.AreEqual(1, statistics.WriteControlRegister);
        Assert.AreEqual(2, statistics.BitFieldSet);
        Assert.AreEqual(1, statistics.BitFieldClear);
        Assert.AreEqual(1, statistics.WriteBufferMemory);
        Assert.AreEqual(3, statistics.BufferOctetsWritten);
        Assert.AreEqual(1, statistics.ReadBufferMemory);
        Assert.AreEqual(2, statistics.BufferOctetsRead);
        Assert.AreEqual(1, statistics.SystemReset);
        Assert.AreEqual(1, statistics.Undefined);
    }

    [TestMethod]
    public void A_quiet_chip_has_no_next_event()
    {
        ChipBench bench = new();
        bench.Initialise();
        Assert.AreEqual(long.MaxValue, bench.Chip.NanosecondsToNextEvent);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.Chip.Update();
        bench.Clock.Advance(1_000_000);
        Assert.AreEqual(0, bench.Chip.NanosecondsToNextEvent, "overdue");
    }

    [TestMethod]
    public void Receiving_and_sending_allocate_nothing()
    {
        ChipBench bench = new();
        bench.Initialise(fullDuplex: true);
        bench.Port.OnlyCount = true;
        byte[] frame = ChipBench.Frame(1514);
        byte[] buffer = new byte[1600];
        for (int i = 0; i < 10; i++)
        {
            EchoOne(bench, frame, buffer);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 190; i++)
        {
            EchoOne(bench, frame, buffer);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.AreEqual(0, allocated);
        Assert.AreEqual(200, bench.Port.SentCount);
        bench.AssertClean();
    }

    [TestMethod]
    public void Options_refuse_what_the_chip_cannot_do()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Enc28j60ChipOptions { SpiClockHz = 20_000_001 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Enc28j60ChipOptions { SpiClockHz = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Enc28j60ChipOptions { Revision = 32 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Enc28j60ChipOptions { ChipSelectHoldNanoseconds = -1 });
    }

    [TestMethod]
    public void A_transfer_outside_the_buffer_is_refused_before_anything_happens()
    {
        VirtualClock clock = new(0);
        Enc28j60Chip chip = new(clock, new QueuePort(), new Enc28j60ChipOptions());
        byte[] buffer = new byte[4];
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => chip.Transfer(buffer, 2, 3));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => chip.Write(buffer, 0, 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => chip.Write(buffer, -1, 2));
        Assert.ThrowsExactly<ArgumentNullException>(() => chip.Write(null!, 0, 1));
        Assert.AreEqual(0, clock.Nanoseconds);
        Assert.AreEqual(0, chip.Statistics.Operations);
    }

    /// <summary>Waits for a frame, reads it out of the ring, sends it back, with one buffer for everything.</summary>
    private static void EchoOne(ChipBench bench, byte[] frame, byte[] buffer)
    {
        bench.Port.Incoming.Enqueue(frame);
        bench.Chip.Update();
        bench.Clock.Advance(1_500_000);
        buffer[0] = 0x3A;
        bench.Chip.Transfer(buffer, 0, 7);
        int next = buffer[1] | (buffer[2] << 8);
        int length = buffer[3] | (buffer[4] << 8);
        buffer[0] = 0x3A;
        bench.Chip.Transfer(buffer, 0, 1 + length + (length & 1));
        Operation(bench, buffer, 0xBF, 0x03, 1600 - 2);
        Operation(bench, buffer, 0x9F, 0x01, 1600 - 2);
        buffer[1600 - 2] = 0x19;
        bench.Chip.Transfer(buffer, 1600 - 2, 2);
        Operation(bench, buffer, 0x9E, 0x40, 1600 - 2);
        int free = next == 0 ? 0x17FF : next - 1;
        Operation(bench, buffer, 0xBF, 0x03, 1600 - 2);
        Operation(bench, buffer, 0x4C, free & 0xFF, 1600 - 2);
        Operation(bench, buffer, 0x4D, free >> 8, 1600 - 2);
        Operation(bench, buffer, 0x42, 0x01, 1600 - 2);
        Operation(bench, buffer, 0x43, 0x18, 1600 - 2);
        buffer[0] = 0x7A;
        bench.Chip.Write(buffer, 0, 1 + length - 4);
        int end = 0x1800 + length - 4;
        Operation(bench, buffer, 0x46, end & 0xFF, 1600 - 2);
        Operation(bench, buffer, 0x47, end >> 8, 1600 - 2);
        bench.Chip.Memory[0x1800] = 0;
        Operation(bench, buffer, 0x9F, 0x08, 1600 - 2);
        bench.Clock.Advance(1_500_000);
        bench.Chip.Update();
        Operation(bench, buffer, 0xBC, 0x08, 1600 - 2);
    }

    private static void Operation(ChipBench bench, byte[] buffer, byte opcode, int value, int at)
    {
        buffer[at] = opcode;
        buffer[at + 1] = (byte)value;
        bench.Chip.Write(buffer, at, 2);
    }
}
