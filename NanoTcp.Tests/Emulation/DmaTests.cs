using System.Linq;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

[TestClass]
public class DmaTests
{
    private const int Dmast = 0x20;
    private const int Csumen = 0x10;
    private const int Dmaif = 0x20;

    [TestMethod]
    public void The_checksum_of_89_AB_CD_is_A953h()
    {
        ChipBench bench = new();
        bench.WriteMemory(0x1900, 0x89, 0xAB, 0xCD);
        Assert.AreEqual(0xA953, Checksum(bench, 0x1900, 0x1902));
        Assert.AreEqual(0x00, bench.Eth(ChipBench.Econ1) & Dmast);
        Assert.AreEqual(Dmaif, bench.Eth(ChipBench.Eir) & Dmaif);
        bench.AssertClean();
    }

    [TestMethod]
    public void The_checksum_of_a_memory_that_holds_its_addresses_is_F807h()
    {
        // What the built-in self-test computes over its address fill.
        ChipBench bench = new();
        bench.WriteWord(0, 0x08, 0x0000);
        bench.WriteWord(0, 0x0A, 0x1FFF);
        bench.WriteMemory(0, [.. Enumerable.Range(0, 8192).Select(i => (byte)i)]);
        Assert.AreEqual(0xF807, Checksum(bench, 0x0000, 0x1FFF));
    }

    [TestMethod]
    public void A_checksum_takes_40_ns_an_octet_and_a_copy_80()
    {
        ChipBench bench = new();
        bench.WriteWord(0, 0x10, 0x1000);
        bench.WriteWord(0, 0x12, 0x1000 + 1445);
        bench.WriteWord(0, 0x14, 0x1800);
        bench.WaitUntilReady();
        bench.Set(ChipBench.Econ1, Csumen | Dmast);
        Assert.AreEqual(57_840 - 310, bench.Chip.NanosecondsToNextEvent);
        bench.Wait(57_840);
        bench.Clear(ChipBench.Econ1, Csumen);
        bench.Set(ChipBench.Econ1, Dmast);
        Assert.AreEqual(115_680 - 310, bench.Chip.NanosecondsToNextEvent);
    }

    [TestMethod]
    public void The_source_follows_the_ring_and_the_destination_does_not()
    {
        ChipBench bench = new();
        bench.WriteWord(0, 0x08, 0x0000);
        bench.WriteWord(0, 0x0A, 0x0FFF);
        bench.WriteMemory(0x0FFE, 1, 2);
        bench.WriteMemory(0x0000, 3, 4);
        bench.WriteWord(0, 0x10, 0x0FFE);
        bench.WriteWord(0, 0x12, 0x0001);
        bench.WriteWord(0, 0x14, 0x1800);
        bench.Set(ChipBench.Econ1, Dmast);
        bench.Wait(1_000);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3, 4 }, bench.Chip.Memory[0x1800..0x1804]);
        Assert.AreEqual(0x0304 + 0x0102, 0xFFFF & ~Checksum(bench, 0x0FFE, 0x0001));
        bench.AssertClean();
    }

    [TestMethod]
    public void A_copy_of_one_octet_never_ends_until_it_is_cancelled()
    {
        ChipBench bench = new();
        bench.WriteWord(0, 0x10, 0x1000);
        bench.WriteWord(0, 0x12, 0x1000);
        bench.Set(ChipBench.Econ1, Dmast);
        bench.Wait(1_000_000_000);
        Assert.AreEqual(Dmast, bench.Eth(ChipBench.Econ1) & Dmast);
        bench.Clear(ChipBench.Econ1, Dmast);
        Assert.AreEqual(Dmaif, bench.Eth(ChipBench.Eir) & Dmaif);
        bench.AssertOnly(ViolationKind.DmaSingleOctetCopy);
    }

    [TestMethod]
    public void A_copy_of_one_octet_overwrites_the_memory_as_long_as_it_runs()
    {
        ChipBench bench = new();
        bench.WriteWord(0, 0x08, 0x0000);
        bench.WriteWord(0, 0x0A, 0x0FFF);
        byte[] before = [.. bench.Chip.Memory];
        bench.WriteWord(0, 0x10, 0x1000);
        bench.WriteWord(0, 0x12, 0x1000);
        bench.WriteWord(0, 0x14, 0x1400);
        bench.Set(ChipBench.Econ1, Dmast);
        bench.Wait(20_000);
        bench.Clear(ChipBench.Econ1, Dmast);
        int copied = 0;
        while (bench.Chip.Memory[0x1400 + copied] == before[0x1000 + copied])
        {
            copied++;
        }

        Assert.IsTrue(copied is >= 250 and < 280, $"{copied} octets in some 20 us");
        CollectionAssert.AreEqual(before[(0x1400 + copied)..], bench.Chip.Memory[(0x1400 + copied)..]);
        CollectionAssert.AreEqual(before[..0x1400], bench.Chip.Memory[..0x1400]);

        bench.Set(ChipBench.Econ1, Dmast);
        bench.Wait(1_000_000_000);
        CollectionAssert.AreNotEqual(before[..0x1000], bench.Chip.Memory[..0x1000], "nothing is safe, the ring neither");
        bench.AssertOnly(ViolationKind.DmaSingleOctetCopy);
    }

    [TestMethod]
    public void A_copy_whose_end_is_never_reached_runs_away_too()
    {
        ChipBench bench = new();
        bench.WriteWord(0, 0x08, 0x0000);
        bench.WriteWord(0, 0x0A, 0x0FFF);
        bench.WriteMemory(0x1800, 0x11, 0x22);
        bench.WriteMemory(0x0800, 0x33, 0x44);
        bench.WriteWord(0, 0x10, 0x0800);
        bench.WriteWord(0, 0x12, 0x1000);
        bench.WriteWord(0, 0x14, 0x1800);
        bench.Set(ChipBench.Econ1, Dmast);
        bench.Wait(1_000_000);
        Assert.AreEqual(Dmast, bench.Eth(ChipBench.Econ1) & Dmast);
        CollectionAssert.AreNotEqual(new byte[] { 0x11, 0x22 }, bench.Chip.Memory[0x1800..0x1802]);
        bench.AssertOnly(ViolationKind.DmaEndUnreachable);
    }

    [TestMethod]
    public void A_cancelled_copy_has_copied_what_it_had_time_for()
    {
        ChipBench bench = new();
        byte[] data = [.. Enumerable.Range(1, 200).Select(i => (byte)i)];
        bench.WriteMemory(0x1000, data);
        bench.WriteMemory(0x1400, new byte[200]);
        bench.WriteWord(0, 0x10, 0x1000);
        bench.WriteWord(0, 0x12, 0x1000 + 199);
        bench.WriteWord(0, 0x14, 0x1400);
        bench.Set(ChipBench.Econ1, Dmast);
        bench.Wait(8_000 - 310 - 800);
        bench.Clear(ChipBench.Econ1, Dmast);
        CollectionAssert.AreEqual(data[..100], bench.Chip.Memory[0x1400..0x1464]);
        CollectionAssert.AreEqual(new byte[100], bench.Chip.Memory[0x1464..0x14C8]);
        Assert.AreEqual(Dmaif, bench.Eth(ChipBench.Eir) & Dmaif);
        Assert.AreEqual(0x1000, bench.EthWord(0, 0x10), "the pointers stay as they are");
        Assert.AreEqual(0x1000 + 199, bench.EthWord(0, 0x12));
        Assert.AreEqual(0x1400, bench.EthWord(0, 0x14));
        bench.AssertClean();
    }

    [TestMethod]
    public void A_copy_leaves_EDMACS_alone_and_a_checksum_the_destination()
    {
        ChipBench bench = new();
        bench.WriteMemory(0x1000, 0x89, 0xAB, 0xCD);
        bench.WriteMemory(0x1400, 1, 2, 3);
        bench.WriteWord(0, 0x14, 0x1400);
        Assert.AreEqual(0xA953, Checksum(bench, 0x1000, 0x1002));
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, bench.Chip.Memory[0x1400..0x1403]);
        bench.WriteWord(0, 0x12, 0x1001);
        bench.Clear(ChipBench.Econ1, Csumen);
        bench.Set(ChipBench.Econ1, Dmast);
        bench.Wait(1_000);
        Assert.AreEqual(0xA953, bench.EthWord(0, 0x16));
        CollectionAssert.AreEqual(new byte[] { 0x89, 0xAB, 3 }, bench.Chip.Memory[0x1400..0x1403]);
        bench.AssertClean();
    }

    [TestMethod]
    public void The_DMA_waits_for_the_transmitter()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.StartSending(ChipBench.Frame(60));
        long sent = bench.Clock.Nanoseconds + bench.Chip.NanosecondsToNextEvent;
        bench.WriteWord(0, 0x10, 0x1900);
        bench.WriteWord(0, 0x12, 0x1900 + 99);
        bench.WriteWord(0, 0x14, 0x1C00);
        bench.Set(ChipBench.Econ1, Dmast);
        bench.Wait(sent + 8_000 - 1 - bench.Clock.Nanoseconds);
        Assert.AreEqual(1, bench.Port.Sent.Count);
        Assert.AreEqual(1, bench.Chip.NanosecondsToNextEvent);
        bench.Wait(1);
        Assert.AreEqual(0, bench.Eth(ChipBench.Econ1) & Dmast);
        bench.AssertClean();
    }

    [TestMethod]
    public void The_transmitter_waits_for_the_DMA()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.WriteWord(0, 0x10, 0x1900);
        bench.WriteWord(0, 0x12, 0x1900 + 999);
        bench.WriteWord(0, 0x14, 0x1C00);
        bench.StartSending(ChipBench.Frame(60));
        bench.Wait(1_000_000);
        bench.Set(ChipBench.Econ1, Dmast);
        long dmaEnds = bench.Clock.Nanoseconds - 310 + 80_000;
        bench.Set(ChipBench.Econ1, 0x08);
        bench.Wait(dmaEnds + ((8 + 64) * 800) - 1 - bench.Clock.Nanoseconds);
        Assert.AreEqual(1, bench.Port.Sent.Count);
        bench.Wait(1);
        Assert.AreEqual(2, bench.Port.Sent.Count);
        bench.AssertClean();
        bench.WriteWord(0, 0x12, 0x1900);
        bench.Set(ChipBench.Econ1, Dmast);
        bench.Set(ChipBench.Econ1, 0x08);
        bench.Wait(1_000_000_000);
        Assert.AreEqual(2, bench.Port.Sent.Count, "the copy never ends");
    }

    [TestMethod]
    public void Erratum_17_a_checksum_loses_the_frame_in_reception()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Port.Incoming.Enqueue(ChipBench.Frame(500));
        bench.Chip.Update();
        Checksum(bench, 0x1900, 0x1910);
        bench.ReceiveAll();
        Assert.AreEqual(0, bench.PacketCount());
        Assert.AreEqual(1, bench.Chip.Wire.Abandoned);
        bench.AssertOnly(ViolationKind.DmaChecksumWhileReceiving);
    }

    private static int Checksum(ChipBench bench, int first, int last)
    {
        bench.WriteWord(0, 0x10, first);
        bench.WriteWord(0, 0x12, last);
        bench.Set(ChipBench.Econ1, Csumen | Dmast);
        bench.Wait(1_000_000);
        return bench.EthWord(0, 0x16);
    }
}
