using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Tests.Emulation;

namespace NanoTcp.Tests.Drivers;

// Zephyr's driver of 2018, and one that was made of it: "Zephyr fork".
public sealed partial class KnownDriverDefectTests
{
    [TestMethod]
    public void Zephyr_length_borrow_lost_at_256_to_259()
    {
        for (int count = 254; count < 262; count++)
        {
            ChipBench bad = Receiving(ChipBench.Frame(count - 4));
            byte[] header = bad.ReadOn(6);
            Assert.AreEqual(count, header[2] | (header[3] << 8));
            int length = ((header[3] << 8) | (header[2] - 4)) & 0xFFFF;
            if (count is < 256 or > 259)
            {
                Assert.AreEqual(count - 4, length);
                continue;
            }

            // 65532 to 65535: as much as the bus carries in one operation is far beyond the packet.
            Assert.AreEqual(0xFFFC + (count & 3), length);
            bad.ReadOn(10_000);
            bad.AssertOnly(ViolationKind.ReadBeyondPacket);
        }

        DriverBench bench = Started();
        for (int high = 0x100; high < 0x600; high += 0x100)
        {
            for (int low = -2; low < 6; low++)
            {
                byte[] frame = DriverBench.Frame(high + low - 4, high + low);
                bench.Bring(frame);
                bench.ExpectFrame(frame, $"{high + low} octets with the check sequence");
            }
        }

        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void Zephyr_read_pointer_left_in_the_packet_that_there_is_no_buffer_for()
    {
        ChipBench bad = Receiving(ChipBench.Frame(300), ChipBench.Frame(300, seed: 1));
        byte[] header = bad.ReadOn(6);
        int next = header[0] | (header[1] << 8);
        bad.WriteWord(0, 0x0C, next - 1);
        bad.FreePacket();
        CollectionAssert.AreEqual(ChipBench.Frame(300)[..6], bad.ReadOn(6), "an address, taken for a header");
        bad.AssertOnly(ViolationKind.ReadBeyondPacket);

        DriverBench bench = Started();
        byte[] small = new byte[DriverBench.Offset + 105];
        for (int i = 0; i < 200; i++)
        {
            byte[] frame = DriverBench.Frame(60 + (i % 40), i);
            bench.Bring(DriverBench.Frame(101 + (7 * i), i));
            bench.Bring(frame);
            Assert.AreEqual(frame.Length, bench.Driver.Receive(small, DriverBench.Offset, 100));
            Assert.IsTrue(frame.AsSpan().SequenceEqual(small.AsSpan(DriverBench.Offset, frame.Length)));
        }

        Assert.AreEqual(200, bench.Count(Enc28j60Counters.RxTooLong));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void Zephyr_MAIPGH_written_in_full_duplex_and_not_in_half()
    {
        // No damage to be seen here: neither the emulated chip nor a wire without a third station measures a gap that is a
        // few bit times short. What remains is the value that DS39662 6.5 asks for.
        DriverBench half = Started();
        Assert.AreEqual(0x12, half.Peek(Enc28j60Registers.MABBIPG));
        Assert.AreEqual(0x12, half.Peek(Enc28j60Registers.MAIPGL));
        Assert.AreEqual(0x0C, half.Peek(Enc28j60Registers.MAIPGH));
        DriverBench full = Started(null, new Enc28j60Options { FullDuplex = true });
        Assert.AreEqual(0x15, full.Peek(Enc28j60Registers.MABBIPG));
        Assert.AreEqual(0x12, full.Peek(Enc28j60Registers.MAIPGL));
        Assert.AreEqual(0x00, full.Peek(Enc28j60Registers.MAIPGH));
    }

    [TestMethod]
    public void Zephyr_HDLDIS_at_bit_0_disables_nothing()
    {
        byte[] broadcast = ChipBench.Frame(100, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        ChipBench bad = new();
        bad.Initialise(receive: false);
        bad.WritePhy(0x10, 0x0001);
        bad.Set(ChipBench.Econ1, Rxen);
        bad.StartSending(broadcast);
        bad.Wait(1_000_000);
        Assert.AreEqual(1, bad.PacketCount(), "its own");

        DriverBench bench = Started();
        Assert.AreEqual(0x0100, bench.PeekPhy(Enc28j60Bits.PHCON2));
        bench.Send(broadcast);
        bench.ExpectArrival(broadcast, 5);
        Assert.AreEqual(0, bench.Receive(5));
    }

    [TestMethod]
    public void Zephyr_TXIF_never_cleared_so_that_the_second_wait_is_none()
    {
        ChipBench bad = new();
        bad.Initialise();
        bad.StartSending(ChipBench.Frame(500));
        bad.Wait(1_000_000);
        Assert.AreEqual(Txif, bad.Eth(ChipBench.Eir) & Txif);
        bad.StartSending(ChipBench.Frame(500, seed: 1));
        Assert.AreEqual(Txif, bad.Eth(ChipBench.Eir) & Txif, "still that of the first");
        Assert.AreEqual(Txrts, bad.Eth(ChipBench.Econ1) & Txrts);
        bad.WriteMemory(0x1801, 0x55);
        bad.AssertOnly(ViolationKind.TransmitBufferTouched);

        DriverBench bench = Started();
        for (int i = 0; i < 50; i++)
        {
            byte[] frame = DriverBench.Frame(500, i);
            bench.Send(frame);
            Assert.IsFalse(bench.Driver.CanSend);
            bench.Driver.Poll(bench.Clock.Milliseconds);
            Assert.IsFalse(bench.Driver.CanSend, "it takes 400 us");
            bench.ExpectArrival(frame, 2);
        }
    }

    [TestMethod]
    public void Zephyr_wait_for_TXIF_without_end()
    {
        ChipBench bad = new();
        bad.Initialise();
        bad.Chip.Faults.StuckTransmissions = Always;
        bad.StartSending(ChipBench.Frame(500));
        bad.Wait(3_600_000_000_000);
        Assert.AreEqual(0, bad.Eth(ChipBench.Eir) & Txif, "after an hour");
        Assert.AreEqual(Txrts, bad.Eth(ChipBench.Econ1) & Txrts);

        DriverBench bench = Started();
        bench.Chip.Faults.StuckTransmissions = Always;
        byte[] frame = DriverBench.Frame(500, 1);
        bench.Send(frame);
        bench.Chip.Faults.StuckTransmissions = 0;
        bench.ExpectArrival(frame, 50);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.TxTimeouts));
    }

    [TestMethod]
    public void Zephyr_waits_11_us_after_the_reset_and_believes_CLKRDY()
    {
        ChipBench bad = new();
        bad.WaitUntilReady();
        bad.Exchange(0xFF);
        bad.Wait(11_000);
        Assert.AreEqual(1, bad.Eth(ChipBench.Estat) & 1, "CLKRDY");
        bad.Write(2, 0x00, 0x0D);
        bad.AssertOnly(ViolationKind.AccessTooSoonAfterReset);
        bad.Wait(1_000_000);
        Assert.AreEqual(0x00, bad.Mac(2, 0x00), "the write was lost");

        // However long or short the clock's milliseconds are cut.
        for (int late = 0; late < 1_000_000; late += 90_000)
        {
            DriverBench bench = NewBench();
            bench.Clock.Advance(late);
            bench.Start();
        }
    }

    [TestMethod]
    public void Zephyr_sends_the_reset_as_two_octets()
    {
        // DS39662 4.2.6 has one. The chip is reset by the first, and the second does no harm here; whether on silicon is
        // not known.
        ChipBench bad = new();
        bad.Initialise();
        bad.Exchange(0xFF, 0xFF);
        Assert.AreEqual(0, bad.Eth(ChipBench.Econ1));
        bad.AssertClean();

        OperationLog log = LoggedStart();
        Assert.AreEqual(1, log.Count(operation => operation.StartsWith("FF", StringComparison.Ordinal)));
        Assert.AreEqual(1, log.Count(operation => operation == "FF"));
    }

    [TestMethod]
    public void Zephyr_selects_banks_by_reading_and_writing_ECON1()
    {
        ChipBench bad = new();
        bad.Initialise();
        byte[] frame = ChipBench.Frame(60);
        bad.StartSending(frame);
        int econ1 = bad.Eth(ChipBench.Econ1);
        bad.Wait(100_000);
        bad.Exchange(0x5F, (byte)((econ1 & 0xFC) | 2));
        bad.Wait(100_000);
        Assert.HasCount(2, bad.Port.Sent, "TXRTS had cleared itself in between, and was set again");
        bad.AssertOnly(ViolationKind.WholeWriteOfSharedRegister);

        OperationLog log = LoggedStart();
        Assert.IsGreaterThan(50, log.Count(operation => operation.StartsWith("BF", StringComparison.Ordinal)));
        Assert.AreEqual(0, log.Count(operation => operation.StartsWith("5F", StringComparison.Ordinal)), "WCR ECON1");
        Assert.AreEqual(0, log.Count(operation => operation.StartsWith("5C", StringComparison.Ordinal)), "WCR EIR");
    }

    [TestMethod]
    public void Zephyr_goes_by_PKTIF()
    {
        ChipBench bad = Receiving(ChipBench.Frame(60));
        bad.Chip.Faults.PacketFlagLies = Always;
        Assert.AreEqual(0, bad.Eth(ChipBench.Eir) & Pktif, "and the packet waits for the next one");
        bad.Chip.Faults.PacketFlagLies = 0;
        Assert.AreEqual(Pktif, bad.Eth(ChipBench.Eir) & Pktif);
        bad.Set(ChipBench.Econ2, 0x40);
        bad.AssertOnly(ViolationKind.PacketTakenUnannounced);

        DriverBench bench = Started();
        bench.Chip.Faults.PacketFlagLies = Always;
        AssertReceives(bench, 20);
    }

    [TestMethod]
    public void Zephyr_looks_once_an_edge_and_never_toggles_INTIE()
    {
        ChipBench bad = new();
        bad.Initialise();
        bad.Write(0, ChipBench.Eie, 0xC0);
        Bring(bad, ChipBench.Frame(60), ChipBench.Frame(60));
        Assert.AreEqual(1, bad.Chip.InterruptEdges);
        bad.TakePacket();
        for (int i = 0; i < 10; i++)
        {
            Bring(bad, ChipBench.Frame(60));
        }

        Assert.IsTrue(bad.Chip.InterruptPinLow);
        Assert.AreEqual(1, bad.Chip.InterruptEdges, "and there will never be another one");
        Assert.AreEqual(11, bad.PacketCount());

        DriverBench bench = Started(null, new Enc28j60Options { UseInterruptPin = true });
        for (int i = 0; i < 20; i++)
        {
            long edges = bench.Chip.InterruptEdges;
            bench.Bring(DriverBench.Frame(60, i));
            bench.Bring(DriverBench.Frame(70, i));
            Assert.AreEqual(edges + 1, bench.Chip.InterruptEdges, "every pair makes an edge");
            Assert.AreEqual(60, bench.Take());
            Assert.AreEqual(70, bench.Take());
            Assert.AreEqual(0, bench.Take());
            Assert.IsFalse(bench.Chip.InterruptPinLow);
        }
    }

    [TestMethod]
    public void Zephyr_fork_even_ERXRDPT_always()
    {
        ChipBench bad = new();
        bad.Initialise();
        int spoilt = 0;
        for (int i = 0; i < 6; i++)
        {
            byte[] frame = ChipBench.Frame(100, seed: i);
            int start = bad.EthWord(0, 0x00);
            Bring(bad, frame);
            byte[] packet = bad.ReadOn(110);
            int next = start + 110;
            bool whole = (packet[0] | (packet[1] << 8)) == next
                && (packet[4] & 0x80) != 0
                && frame.AsSpan().SequenceEqual(packet.AsSpan(6, 100));
            spoilt += whole ? 0 : 1;
            bad.WriteWord(0, 0x0C, next);
            bad.FreePacket();
        }

        Assert.AreEqual(5, spoilt, "every packet after the first even value");
        Assert.AreEqual(ViolationKind.EvenReceiveReadPointer, bad.Chip.Violations.GetEntry(0).Kind);

        // Once around the ring and further; any even value is a violation.
        AssertReceives(Started(), 60);
    }

    [TestMethod]
    public void Zephyr_fork_LINKIF_handled_only_when_there_is_no_packet()
    {
        ChipBench bad = new();
        bad.Initialise();
        bad.WritePhy(0x12, 0x0012);
        bad.ReadPhy(0x13);
        bad.Write(0, ChipBench.Eie, 0xD0);
        bad.Port.LinkUp = false;
        bad.Wait(1000);
        bad.Port.LinkUp = true;
        Bring(bad, ChipBench.Frame(60));
        Assert.AreEqual(0x50, bad.Eth(ChipBench.Eir) & 0x50, "PKTIF and LINKIF");
        bad.TakePacket();
        bad.Clear(ChipBench.Eir, 0x10);
        Assert.AreEqual(0x10, bad.Eth(ChipBench.Eir) & 0x50, "only a read of PHIR clears it");
        Bring(bad, ChipBench.Frame(60));
        Assert.AreEqual(1, bad.Chip.InterruptEdges, "the pin is still low from the first one");

        // This driver never lets LINKIF have a say at the pin, and finds the link out by looking.
        DriverBench bench = Started(null, new Enc28j60Options { UseInterruptPin = true });
        for (int i = 0; i < 5; i++)
        {
            bench.Chip.LoseLink(0);
            bench.Run(30);
            long edges = bench.Chip.InterruptEdges;
            byte[] frame = DriverBench.Frame(200, i);
            bench.Bring(frame);
            Assert.AreEqual(edges + 1, bench.Chip.InterruptEdges);
            bench.ExpectFrame(frame, "link change and frame together");
            Assert.IsFalse(bench.Chip.InterruptPinLow);
        }
    }
}
