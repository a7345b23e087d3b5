using System;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

/// <summary>Chip select rises in the middle of an octet: that octet has not been (DS39662 4.2).</summary>
[TestClass]
public class CutShortTests
{
    [TestMethod]
    public void A_register_write_of_less_than_16_bits_changes_nothing()
    {
        for (int bits = 9; bits < 16; bits++)
        {
            ChipBench bench = new();
            Bits(bench, bits, 0x5B, 0xFB);
            Assert.AreEqual(0x00, bench.Eth(ChipBench.Eie), $"{bits} bits");
            Bits(bench, bits, 0x9B, 0xFB);
            Assert.AreEqual(0x00, bench.Eth(ChipBench.Eie), $"{bits} bits");
            bench.Write(0, ChipBench.Eie, 0xC0);
            Bits(bench, bits, 0xBB, 0xFB);
            Assert.AreEqual(0xC0, bench.Eth(ChipBench.Eie), $"{bits} bits");
            Assert.AreEqual(3, bench.Chip.Violations.Total);
            bench.AssertOnly(ViolationKind.IncompleteOperation);
        }

        ChipBench whole = new();
        Bits(whole, 16, 0x5B, 0xFB);
        Assert.AreEqual(0xFB, whole.Eth(ChipBench.Eie));
        Bits(whole, 19, 0xBB, 0x0B, 0xFF);
        Assert.AreEqual(0xF0, whole.Eth(ChipBench.Eie), "its own octet was complete");
        whole.AssertOnly(ViolationKind.IncompleteOperation);
    }

    [TestMethod]
    public void A_write_to_the_memory_keeps_the_octets_that_were_complete()
    {
        ChipBench bench = new();
        bench.WriteMemory(0x1000, 1, 2, 3);
        bench.WriteWord(0, 0x02, 0x1000);
        Bits(bench, 8 + 8 + 7, 0x7A, 0x11, 0x22);
        CollectionAssert.AreEqual(new byte[] { 0x11, 2, 3 }, bench.Chip.Memory[0x1000..0x1003]);
        Assert.AreEqual(0x1001, bench.EthWord(0, 0x02));
        bench.AssertOnly(ViolationKind.IncompleteOperation);
    }

    [TestMethod]
    public void A_read_of_the_memory_shows_the_bits_that_were_clocked_and_does_not_move_on()
    {
        ChipBench bench = new();
        bench.WriteMemory(0x1000, 0x81, 0xA5, 0x3C);
        bench.WriteWord(0, 0x00, 0x1000);
        CollectionAssert.AreEqual(new byte[] { 0xFF, 0x81, 0xA0 }, Bits(bench, 8 + 8 + 4, 0x3A, 0x00, 0x00));
        Assert.AreEqual(0x1001, bench.EthWord(0, 0x00));
        CollectionAssert.AreEqual(new byte[] { 0xA5, 0x3C }, bench.ReadOn(2));
    }

    [TestMethod]
    public void A_register_read_shows_the_bits_that_were_clocked()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        bench.Bank(1);
        CollectionAssert.AreEqual(new byte[] { 0xFF, 0xA0 }, Bits(bench, 8 + 3, 0x18, 0x00));
        CollectionAssert.AreEqual(new byte[] { 0xFF, 0xA1, 0x80 }, Bits(bench, 8 + 8 + 1, 0x18, 0x00, 0x00));
        bench.Bank(2);
        Assert.AreEqual(0x30, Bits(bench, 8 + 8 + 4, 0x09, 0x00, 0x00)[2]);
        Assert.AreNotEqual(0x30, Bits(bench, 8 + 4, 0x09, 0x00)[1], "that was the dummy octet");
        Assert.AreEqual(4, bench.Chip.Violations.Total);
        bench.AssertOnly(ViolationKind.IncompleteOperation);
    }

    [TestMethod]
    public void Less_than_an_opcode_is_nothing()
    {
        ChipBench bench = new();
        bench.Initialise();
        for (int bits = 1; bits < 8; bits++)
        {
            Bits(bench, bits, 0xFF);
        }

        Assert.AreEqual(0x17FF, bench.EthWord(0, 0x0A), "no reset");
        Assert.AreEqual(7, bench.Chip.Violations.Total);
        bench.AssertOnly(ViolationKind.IncompleteOperation);
        Bits(bench, 8, 0xFF);
        Assert.AreEqual(0x1FFF, bench.EthWord(0, 0x0A));
    }

    [TestMethod]
    public void Time_and_statistics_go_by_bits()
    {
        ChipBench bench = new();
        bench.Chip.Statistics.Reset();
        long before = bench.Clock.Nanoseconds;
        Bits(bench, 13, 0x5B, 0x00);
        Assert.AreEqual((13 * 50) + 310, bench.Clock.Nanoseconds - before);
        before = bench.Clock.Nanoseconds;
        Bits(bench, 3, 0x5B);
        Assert.AreEqual((3 * 50) + 310, bench.Clock.Nanoseconds - before);
        Assert.AreEqual(2, bench.Chip.Statistics.Operations);
        Assert.AreEqual(1, bench.Chip.Statistics.Octets);
        Assert.AreEqual(5 + 3, bench.Chip.Statistics.SpareBits);
    }

    [TestMethod]
    public void Bits_outside_the_buffer_are_refused()
    {
        ChipBench bench = new();
        byte[] buffer = new byte[2];
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => bench.Chip.TransferBits(buffer, 0, 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => bench.Chip.TransferBits(buffer, 0, 17));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => bench.Chip.TransferBits(buffer, 1, 9));
    }

    private static byte[] Bits(ChipBench bench, int bits, params byte[] octets)
    {
        bench.Chip.TransferBits(octets, 0, bits);
        return octets;
    }
}
