using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Link;
using NanoTcp.Tests.Emulation;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Drivers;

/// <summary>
/// Mistakes that were seen in the code of other drivers, each made once with bare SPI octets, so that the emulated chip
/// shows what comes of it or complains; and then this driver under the same conditions, without damage.
/// </summary>
/// <remarks>"Zephyr" is the driver of 2018, "Zephyr fork" one that was made of it.</remarks>
[TestClass]
public sealed class KnownDriverDefectTests : Enc28j60TestBase
{
    private const int Always = 1_000_000;
    private const int Rxen = 0x04;
    private const int Txrts = 0x08;
    private const int Dmast = 0x20;
    private const int Csumen = 0x10;
    private const int Txrst = 0x80;
    private const int Rxrst = 0x40;
    private const int Txif = 0x08;
    private const int Pktif = 0x40;

    // Zephyr.

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

    // Zephyr fork.

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

    // RIOT.

    [TestMethod]
    public void RIOT_VRPS_of_40h_is_PKTDEC()
    {
        ChipBench bad = Receiving(ChipBench.Frame(60));
        Assert.AreEqual(1, bad.PacketCount());
        bad.Clear(ChipBench.Econ1, Rxen);
        bad.Set(ChipBench.Econ2, 0x40);
        Assert.AreEqual(0, bad.PacketCount(), "a packet has gone");
        bad.Set(ChipBench.Econ2, 0x40);
        bad.AssertOnly(ViolationKind.PacketDecrementAtZero);

        DriverBench bench = Started();
        byte[] frame = DriverBench.Frame(200, 1);
        bench.Bring(frame);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.PowerSave);
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.PowerSave, 100);
        Assert.AreEqual(0x28, bench.Peek(Enc28j60Registers.ECON2) & 0x28, "PWRSV and VRPS");
        bench.Driver.SetPowerMode(Enc28j60PowerMode.Running);
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.Running, 100);
        bench.ExpectFrame(frame, "what waited before the sleep");
    }

    [TestMethod]
    public void RIOT_wrong_bit_of_RXBUSY_waits_for_nothing()
    {
        ChipBench bad = new();
        bad.Initialise();
        bad.Port.Incoming.Enqueue(ChipBench.Frame(1000));
        bad.Chip.Update();
        bad.Wait(100_000);
        int estat = bad.Eth(ChipBench.Estat);
        Assert.AreEqual(0x04, estat & ~0x81, "only bit 2 says that a frame is coming in");
        bad.Clear(ChipBench.Econ1, Rxen);
        bad.Set(ChipBench.Econ2, 0x20);
        bad.AssertOnly(ViolationKind.PowerSaveWhileActive);
        Assert.AreEqual(1, bad.Chip.Wire.Abandoned);

        // Asked to sleep in the middle of a frame, this driver waits for its end.
        DriverBench bench = Started();
        byte[] frame = DriverBench.Frame(1000, 1);
        bench.Port.Enqueue(frame);
        bench.Pass(100);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.PowerSave);
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.PowerSave, 100);
        Assert.AreEqual(0, bench.Chip.Wire.Abandoned);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.Running);
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.Running, 100);
        bench.ExpectFrame(frame, "what came in as it fell asleep");
    }

    [TestMethod]
    public void RIOT_wrong_bit_of_TXABRT_clears_nothing()
    {
        ChipBench bad = new();
        bad.Initialise();
        bad.Chip.Faults.LateCollisions = Always;
        bad.StartSending(ChipBench.Frame(1000));
        bad.Wait(2_000_000);
        Assert.AreEqual(0x02, bad.Eth(ChipBench.Estat) & 0x12, "only bit 1 tells of the abort, for LATECOL does not (erratum 15)");
        bad.Clear(ChipBench.Estat, 0x04);
        Assert.AreEqual(0x02, bad.Eth(ChipBench.Estat) & 0x02);

        DriverBench bench = Started();
        bench.Chip.Faults.LateCollisions = Always;
        byte[] frame = DriverBench.Frame(1000, 1);
        bench.Send(frame);
        bench.RunUntil(() => bench.Count(Enc28j60Counters.TxLateCollisions) == 1, 5);
        bench.Chip.Faults.LateCollisions = 0;
        bench.RunUntil(() => bench.Driver.CanSend, 10);
        Assert.AreEqual(0, bench.Peek(Enc28j60Registers.ESTAT) & Enc28j60Bits.TXABRT);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void RIOT_EFLOCON_of_06h_sends_pause_frames_for_ever()
    {
        ChipBench bad = new();
        bad.Initialise(fullDuplex: true);
        bad.Write(3, 0x17, 0x06);
        bad.Wait(1_000_000_000);
        Assert.IsGreaterThan(5, bad.Port.SentCount, "in a second, with an empty ring");
        Assert.IsTrue(bad.Port.Sent.TrueForAll(each => each[12] == 0x88 && each[13] == 0x08));

        foreach (bool fullDuplex in new[] { false, true })
        {
            DriverBench bench = Started(null, new Enc28j60Options { FullDuplex = fullDuplex });
            for (int i = 0; i < 10; i++)
            {
                bench.Port.Enqueue(DriverBench.Frame(1514, i));
            }

            bench.Run(1000);
            Assert.IsGreaterThan(0, bench.Chip.Wire.Overflowed, "the ring is full");
            Assert.AreEqual(0, bench.Port.Arrived, "and no pause is asked for: whoever else is on the wire is left alone");
            Assert.AreEqual(0, bench.Peek(Enc28j60Registers.EFLOCON) & 0x03);
        }
    }

    // Espressif.

    [TestMethod]
    public void ESP_MAMXFL_left_at_1536_with_a_buffer_of_1522()
    {
        ChipBench bad = new();
        bad.Initialise(receive: false);
        bad.WriteWord(2, 0x0A, 1536);
        bad.Set(ChipBench.Econ1, Rxen);
        Bring(bad, ChipBench.Frame(1532), ChipBench.Frame(1533));
        Assert.AreEqual(1, bad.PacketCount());
        Assert.AreEqual(1536, bad.TakePacket().Length, "14 octets more than there is room for");

        DriverBench bench = Started();
        byte[] buffer = new byte[2000];
        Array.Fill(buffer, (byte)0xEE);
        for (int length = 1510; length <= 1540; length++)
        {
            bench.Bring(DriverBench.Frame(length, length));
            bench.Bring(DriverBench.Frame(60, length));
            int expected = length <= 1514 ? length : 60;
            Assert.AreEqual(expected, bench.Driver.Receive(buffer, DriverBench.Offset, 1522));
            if (expected != 60)
            {
                Assert.AreEqual(60, bench.Driver.Receive(buffer, DriverBench.Offset, 1522));
            }
        }

        Assert.AreEqual(-1, buffer.AsSpan(DriverBench.Offset + 1514 + bench.Driver.Tailroom).IndexOfAnyExcept((byte)0xEE));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(8)]
    [DataRow(15)]
    [DataRow(16)]
    [DataRow(24)]
    [DataRow(31)]
    public void ESP_no_check_of_the_header_that_SPI_noise_has_spoilt(int bit)
    {
        DriverBench bench = Started();
        byte[] frame = DriverBench.Frame(400, 1);
        bench.Bring(frame);

        // What a driver would see that believes it: another length, or a next packet where there is none.
        byte[] header = bench.Chip.Memory[..4];
        header[bit / 8] ^= (byte)(1 << (bit % 8));
        Assert.IsTrue((header[0] | (header[1] << 8)) != 410 || (header[2] | (header[3] << 8)) != 404);

        bench.Bus.WrongHeaderBit = bit;
        bench.Bus.WrongHeaders = 1;
        Assert.AreEqual(0, bench.Take());
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.RxBadHeader));
        bench.RunUntil(() => bench.Driver.CanSend, 50);
        AssertReceives(bench, 10);
    }

    // EtherCard, EthernetENC and Zephyr.

    [TestMethod]
    public void EtherCard_ERXRDPT_begins_at_0000h()
    {
        ChipBench bad = new();
        bad.Initialise(receive: false);
        bad.WriteWord(0, 0x0C, 0x0000);
        bad.AssertOnly(ViolationKind.EvenReceiveReadPointer);
        bad.Set(ChipBench.Econ1, Rxen);
        Bring(bad, ChipBench.Frame(100));
        Assert.AreNotEqual(110, bad.TakePacket().Next, "the next pointer of the very first packet");

        DriverBench bench = Started();
        Assert.AreEqual(0x19FF, bench.Peek(Enc28j60Registers.ERXRDPTL) | (bench.Peek(Enc28j60Registers.ERXRDPTH) << 8));
        AssertReceives(bench, 5);
    }

    // Microchip's TCP/IP Lite.

    [TestMethod]
    public void Lite_DMA_end_off_by_one()
    {
        // EDMAND is the last octet, not the one behind it. The chip cannot know that too much was meant.
        ChipBench bad = new();
        bad.Initialise(receive: false);
        bad.WriteMemory(0x1900, 1, 2, 3, 4);
        bad.WriteMemory(0x1A00, 0, 0, 0, 0);
        bad.WriteWord(0, 0x10, 0x1900);
        bad.WriteWord(0, 0x12, 0x1900 + 3);
        bad.WriteWord(0, 0x14, 0x1A00);
        bad.Set(ChipBench.Econ1, Dmast);
        bad.Wait(10_000);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3, 4 }, bad.ReadMemory(0x1A00, 4), "for a copy of three octets");

        AssertNeverUsesTheDma();
    }

    [TestMethod]
    public void Lite_CSUMEN_set_for_a_copy()
    {
        ChipBench bad = new();
        bad.Initialise();
        bad.WriteMemory(0x1900, 0x89, 0xAB, 0xCD);
        bad.WriteMemory(0x1A00, 0, 0, 0);
        bad.WriteWord(0, 0x10, 0x1900);
        bad.WriteWord(0, 0x12, 0x1902);
        bad.WriteWord(0, 0x14, 0x1A00);
        bad.Set(ChipBench.Econ1, Csumen);
        bad.Set(ChipBench.Econ1, Dmast);
        bad.AssertOnly(ViolationKind.DmaChecksumWhileReceiving);
        bad.Wait(10_000);
        CollectionAssert.AreEqual(new byte[] { 0, 0, 0 }, bad.ReadMemory(0x1A00, 3), "nothing was copied");
        Assert.AreEqual(0xA953, bad.EthWord(0, 0x16), "but summed up");

        AssertNeverUsesTheDma();
    }

    [TestMethod]
    public void Lite_BFS_and_BFC_on_MICMD()
    {
        ChipBench bad = new();
        bad.Initialise();
        bad.Write(2, 0x14, 0x02);
        bad.Set(0x12, 0x01);
        bad.Wait(10_240);
        bad.Clear(0x12, 0x01);
        bad.AssertOnly(ViolationKind.BitOperationOnMacRegister);
        Assert.AreEqual(2, bad.Chip.Violations.Total);
        Assert.AreNotEqual(0x0083, bad.Mac(2, 0x18) | (bad.Mac(2, 0x19) << 8), "PHID1 was not read");

        // Every look after the chip reads the PHY, and the chip complains of any such operation.
        DriverBench bench = Started();
        bench.Run(2000);
        Assert.AreEqual(0x0083, bench.PeekPhy(Enc28j60Bits.PHID1));
    }

    [TestMethod]
    public void Lite_TXRST_never_cleared()
    {
        ChipBench bad = new();
        bad.Initialise();
        bad.Set(ChipBench.Econ1, Txrst);
        bad.StartSending(ChipBench.Frame(60));
        bad.AssertOnly(ViolationKind.TransmitInReset);
        bad.Wait(1_000_000);
        Assert.IsEmpty(bad.Port.Sent);
        Assert.AreEqual(0, bad.Eth(ChipBench.Econ1) & Txrts);

        DriverBench bench = Started();
        bench.Chip.Faults.LateCollisions = Always;
        bench.Send(DriverBench.Frame(300, 1));
        bench.RunUntil(() => bench.Count(Enc28j60Counters.TxLateCollisions) == 1, 5);
        bench.Chip.Faults.LateCollisions = 0;
        bench.ExpectArrival(DriverBench.Frame(300, 1), 5);
        bench.RunUntil(() => bench.Driver.CanSend, 5);
        Assert.AreEqual(0, bench.Peek(Enc28j60Registers.ECON1) & Txrst);
    }

    [TestMethod]
    public void Lite_number_of_a_PHY_register_taken_for_a_control_register()
    {
        // PHSTAT2 is 11h behind the MII. In bank 2 there is a reserved register at that address, and in bank 0 EDMAST.
        ChipBench bad = new();
        bad.Initialise();
        bad.Bank(2);
        bad.Exchange(0x11, 0x00, 0x00);
        bad.AssertOnly(ViolationKind.ReservedRegister);
        bad.Bank(0);
        Assert.AreEqual(0, bad.Eth(0x11) & 0x04, "LSTAT, at bit 10, is not there");
        Assert.AreEqual(0x0400, bad.ReadPhy(0x11) & 0x0400);

        DriverBench bench = Started();
        Assert.AreEqual(LinkStatus.Up, bench.Driver.Status);
        bench.Port.LinkUp = false;
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.Down, 510);
    }

    // Linux.

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

    // UIPEthernet.

    [TestMethod]
    public void UIP_DMA_copy_of_a_packet_that_crosses_ERXND_ends_nowhere()
    {
        // After four packets of 1522 octets the fifth one lies across 17FFh.
        ChipBench bad = new();
        bad.Initialise();
        for (int i = 0; i < 4; i++)
        {
            Bring(bad, ChipBench.Frame(1512, seed: i));
            bad.TakePacket();
        }

        int start = bad.EthWord(0, 0x00);
        Assert.AreEqual(4 * 1522, start);
        Bring(bad, ChipBench.Frame(100, seed: 9));
        bad.WriteWord(0, 0x10, start + 6);
        bad.WriteWord(0, 0x12, start + 6 + 100 - 1);
        bad.WriteWord(0, 0x14, 0x1900);
        bad.Set(ChipBench.Econ1, Dmast);
        bad.AssertOnly(ViolationKind.DmaEndUnreachable);
        bad.Clear(ChipBench.Econ1, Dmast);
        bad.Chip.Violations.Clear();

        // Beyond ERXND the end lies as far behind ERXST.
        bad.WriteWord(0, 0x12, start + 6 + 100 - 1 - 0x1800);
        bad.Set(ChipBench.Econ1, Dmast);
        bad.Wait(20_000);
        CollectionAssert.AreEqual(ChipBench.Frame(100, seed: 9), bad.ReadMemory(0x1900, 100));
        bad.AssertClean();

        // This driver reads its packets through ERDPT, which wraps by itself.
        DriverBench bench = Started();
        int crossed = 0;
        for (int i = 0; i < 60; i++)
        {
            int before = bench.Driver.Receiver.Next;
            byte[] frame = DriverBench.Frame(1000 + i, i);
            bench.Bring(frame);
            bench.ExpectFrame(frame, $"packet at {before:X4}h");
            crossed += bench.Driver.Receiver.Next < before ? 1 : 0;
        }

        Assert.IsGreaterThan(8, crossed);
        AssertNeverUsesTheDma();
    }

    /// <summary>A chip that has received some frames.</summary>
    private static ChipBench Receiving(params byte[][] frames)
    {
        ChipBench bench = new();
        bench.Initialise();
        Bring(bench, frames);
        return bench;
    }

    private static void Bring(ChipBench bench, params byte[][] frames)
    {
        foreach (byte[] frame in frames)
        {
            bench.Port.Incoming.Enqueue(frame);
        }

        bench.ReceiveAll();
    }

    private static void AssertReceives(DriverBench bench, int frames)
    {
        for (int i = 0; i < frames; i++)
        {
            byte[] frame = DriverBench.Frame(200 + (17 * i), i);
            bench.Bring(frame);
            bench.ExpectFrame(frame, $"frame {i}");
        }
    }

    /// <summary>A driver's start, frames both ways, and all that it checks, operation by operation.</summary>
    private OperationLog LoggedStart()
    {
        DriverBench bench = NewBench();
        OperationLog log = new(bench.Chip);
        Enc28j60Driver driver = new(log, DriverBench.Mac, new Enc28j60Options());
        byte[] buffer = DriverBench.Frame(DriverBench.Offset + 300, 1, MacAddress.Broadcast);
        for (int i = 0; i < 9000; i++)
        {
            driver.Poll(bench.Clock.Milliseconds);
            while (driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity) != 0)
            {
            }

            if (i % 500 == 0 && driver.CanSend)
            {
                driver.Send(buffer, DriverBench.Offset, 300);
                bench.Port.Enqueue(DriverBench.Frame(100, i));
            }

            bench.Clock.Advance(1_000_000);
            bench.Chip.Update();
        }

        Assert.AreEqual(LinkStatus.Up, driver.Status);
        Assert.IsGreaterThan(10, driver.Counters.GetValue(Enc28j60Counters.TxPackets));
        Assert.IsGreaterThan(10, driver.Counters.GetValue(Enc28j60Counters.RxPackets));
        Assert.AreEqual(0, driver.Counters.GetValue(Enc28j60Counters.Recoveries));
        return log;
    }

    private void AssertNeverUsesTheDma()
    {
        // BFS ECON1 with DMAST or CSUMEN.
        Assert.AreEqual(0, LoggedStart().Count(
            operation => operation.StartsWith("9F", StringComparison.Ordinal)
                && (Convert.ToInt32(operation[3..], 16) & (Dmast | Csumen)) != 0));
    }
}
