using System.Collections.Generic;
using System.Linq;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

/// <summary>The chip's built-in self-test, run as DS39662 15.1 says.</summary>
[TestClass]
public class SelfTestTests
{
    private const int Ebstsd = 0x06;
    private const int Ebstcon = 0x07;
    private const int Ebstcs = 0x08;
    private const int Bistst = 0x01;
    private const int RandomFill = 0x03;
    private const int AddressFill = 0x07;
    private const int PatternShiftFill = 0x0B;
    private const int OtherPort = 0x10;
    private const int Pass = 327_680;

    [TestMethod]
    public void The_address_fill_gives_F807h_from_both_sides_and_through_both_ports()
    {
        foreach (int port in new[] { 0, OtherPort })
        {
            ChipBench bench = Prepared();
            Assert.AreEqual(0xF807, Run(bench, AddressFill | port));
            Assert.IsTrue(Enumerable.Range(0, 8192).All(i => bench.Chip.Memory[i] == (byte)i));
            Assert.AreEqual(0xF807, bench.EthWord(0, 0x16), "EDMACS");
            bench.AssertClean();
        }
    }

    [TestMethod]
    public void A_pass_takes_327680_ns_and_the_checksum_is_there_at_its_end()
    {
        ChipBench bench = Prepared();
        bench.Bank(3);
        bench.Exchange(0x40 | Ebstcon, AddressFill);
        Assert.AreEqual(Pass - 310, bench.Chip.NanosecondsToNextEvent);
        bench.Wait(Pass - 310 - 800 - 1);
        Assert.AreEqual(AddressFill, bench.Exchange(Ebstcon, 0)[1] | Bistst);
        bench.Wait(10);
        Assert.AreEqual(AddressFill & ~Bistst, bench.Eth(Ebstcon));
        Assert.AreEqual(0xF807, bench.EthWord(3, Ebstcs));
        bench.AssertClean();
    }

    [TestMethod]
    public void The_DMA_may_follow_right_behind()
    {
        ChipBench bench = Prepared();
        bench.Write(3, Ebstcon, AddressFill);
        bench.Set(ChipBench.Econ1, 0x20);
        bench.Wait(Pass + 10_000);
        Assert.AreEqual(0, bench.Eth(ChipBench.Econ1) & 0x20);
        Assert.AreEqual(0xF807, bench.EthWord(0, 0x16));
        Assert.AreEqual(0xF807, bench.EthWord(3, Ebstcs));
        bench.AssertClean();
    }

    [TestMethod]
    public void The_memory_fills_an_octet_a_clock()
    {
        ChipBench bench = Prepared();
        bench.WriteMemory(100, 0xEE, 0xEE);
        bench.WriteMemory(0x1FFF, 0xEE);
        bench.Bank(3);
        bench.Exchange(0x40 | Ebstcon, AddressFill);
        bench.Wait((101 * 40) - 310);
        CollectionAssert.AreEqual(new byte[] { 100, 0xEE }, bench.Chip.Memory[100..102]);
        bench.Write(3, Ebstcon, 0x00);
        bench.Wait(Pass);
        Assert.AreEqual(0xEE, bench.Chip.Memory[0x1FFF], "cancelled");
        Assert.AreEqual(0x0000, bench.EthWord(3, Ebstcs), "no checksum of half a pass");
        bench.AssertClean();
    }

    [TestMethod]
    public void The_pattern_shift_fill_turns_the_seed_to_the_left()
    {
        ChipBench bench = Prepared();
        bench.Write(3, Ebstsd, 0x55);
        int checksum = Run(bench, PatternShiftFill | (1 << 5));
        CollectionAssert.AreEqual(new byte[] { 0x55, 0xAA, 0x55, 0xAA }, bench.Chip.Memory[..4]);
        Assert.AreEqual(checksum, bench.EthWord(0, 0x16));
        bench.Write(3, Ebstsd, 0x81);
        checksum = Run(bench, PatternShiftFill | (3 << 5));
        CollectionAssert.AreEqual(new byte[] { 0x81, 0x0C, 0x60, 0x03, 0x18, 0xC0, 0x06, 0x30, 0x81 }, bench.Chip.Memory[..9]);
        Assert.AreEqual(checksum, bench.EthWord(0, 0x16));
        bench.Write(3, Ebstsd, 0x42);
        Run(bench, PatternShiftFill);
        Assert.IsTrue(bench.Chip.Memory.All(octet => octet == 0x42), "no shift");
        bench.AssertClean();
    }

    [TestMethod]
    public void The_random_fill_repeats_with_its_seed_and_is_all_zeros_from_zero()
    {
        ChipBench bench = Prepared();
        bench.Write(3, Ebstsd, 0x5A);
        int checksum = Run(bench, RandomFill);
        byte[] first = [.. bench.Chip.Memory];
        Assert.AreEqual(0x5A, first[0]);
        Assert.AreEqual(255, new HashSet<byte>(first).Count, "every octet but 0");
        Assert.AreEqual(checksum, bench.EthWord(0, 0x16));
        Assert.AreNotEqual(0x5A, bench.Eth(3, Ebstsd), "EBSTSD has moved on");
        bench.Write(3, Ebstsd, 0xA5);
        Run(bench, RandomFill);
        CollectionAssert.AreNotEqual(first, bench.Chip.Memory);
        bench.Write(3, Ebstsd, 0x5A);
        Assert.AreEqual(checksum, Run(bench, RandomFill));
        CollectionAssert.AreEqual(first, bench.Chip.Memory);
        bench.Write(3, Ebstsd, 0x00);
        Run(bench, RandomFill);
        Assert.IsTrue(bench.Chip.Memory.All(octet => octet == 0));
        bench.AssertClean();
    }

    [TestMethod]
    public void A_spoilt_octet_makes_the_two_checksums_differ()
    {
        ChipBench bench = Prepared();
        bench.Write(3, Ebstcon, AddressFill);
        bench.Wait(Pass);
        bench.Chip.Memory[0x0ABC] ^= 0x10;
        bench.Set(ChipBench.Econ1, 0x20);
        bench.Wait(Pass);
        Assert.AreNotEqual(bench.EthWord(3, Ebstcs), bench.EthWord(0, 0x16));
    }

    [TestMethod]
    public void Nothing_else_may_run_meanwhile_nor_may_the_settings_change()
    {
        ChipBench bench = Prepared();
        bench.Write(3, Ebstcon, AddressFill);
        bench.Set(ChipBench.Econ1, 0x08);
        Assert.IsTrue(bench.Chip.Violations.ToList().Exists(v => v.Kind == ViolationKind.SelfTestWhileActive));
        ChipBench other = Prepared();
        other.Write(3, Ebstcon, AddressFill);
        other.Eth(3, Ebstsd);
        other.Write(3, Ebstcon, PatternShiftFill);
        Assert.AreEqual(2, other.Chip.Violations.Total);
        other.AssertOnly(ViolationKind.SelfTestDisturbed);
        other.Wait(Pass);
        Assert.AreEqual(0xF807, other.EthWord(3, Ebstcs), "it goes on as it began");
    }

    [TestMethod]
    public void Without_test_mode_nothing_starts()
    {
        ChipBench bench = Prepared();
        byte[] before = [.. bench.Chip.Memory];
        bench.Write(3, Ebstcon, AddressFill & ~0x02);
        Assert.AreEqual(0, bench.Eth(3, Ebstcon) & Bistst);
        bench.Wait(Pass);
        CollectionAssert.AreEqual(before, bench.Chip.Memory);
        bench.AssertOnly(ViolationKind.SelfTestWithoutTestMode);
    }

    [TestMethod]
    public void A_reset_ends_it()
    {
        ChipBench bench = Prepared();
        bench.Write(3, Ebstcon, AddressFill);
        bench.Exchange(0xFF);
        byte[] before = [.. bench.Chip.Memory];
        bench.Wait(Pass);
        Assert.AreEqual(0x00, bench.Eth(3, Ebstcon));
        CollectionAssert.AreEqual(before, bench.Chip.Memory);
        bench.AssertClean();
    }

    /// <summary>The DMA set to sum up the whole memory.</summary>
    private static ChipBench Prepared()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        bench.WriteWord(0, 0x08, 0x0000);
        bench.WriteWord(0, 0x0A, 0x1FFF);
        bench.WriteWord(0, 0x10, 0x0000);
        bench.WriteWord(0, 0x12, 0x1FFF);
        bench.Set(ChipBench.Econ1, 0x10);
        return bench;
    }

    /// <summary>Starts the test, waits for it and for the DMA's sum.</summary>
    /// <returns>EBSTCS.</returns>
    private static int Run(ChipBench bench, int control)
    {
        bench.Write(3, Ebstcon, control);
        bench.Wait(Pass);
        Assert.AreEqual(0, bench.Eth(Ebstcon) & Bistst);
        bench.Set(ChipBench.Econ1, 0x20);
        bench.Wait(Pass);
        return bench.EthWord(3, Ebstcs);
    }
}
