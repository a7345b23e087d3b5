using System.Linq;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

[TestClass]
public class RegisterTests
{
    // DS39662 table 3-2: bank, address, value after a reset; read in two octets.
    private static readonly int[][] s_ethRegisters =
    [
        [0, 0x00, 0xFA], [0, 0x01, 0x05], [0, 0x02, 0x00], [0, 0x03, 0x00], [0, 0x04, 0x00], [0, 0x05, 0x00],
        [0, 0x06, 0x00], [0, 0x07, 0x00], [0, 0x08, 0xFA], [0, 0x09, 0x05], [0, 0x0A, 0xFF], [0, 0x0B, 0x1F],
        [0, 0x0C, 0xFA], [0, 0x0D, 0x05], [0, 0x0E, 0x00], [0, 0x0F, 0x00], [0, 0x10, 0x00], [0, 0x11, 0x00],
        [0, 0x12, 0x00], [0, 0x13, 0x00], [0, 0x14, 0x00], [0, 0x15, 0x00], [0, 0x16, 0x00], [0, 0x17, 0x00],
        [0, 0x18, 0x00], [0, 0x19, 0x00],
        [1, 0x00, 0x00], [1, 0x01, 0x00], [1, 0x02, 0x00], [1, 0x03, 0x00], [1, 0x04, 0x00], [1, 0x05, 0x00],
        [1, 0x06, 0x00], [1, 0x07, 0x00], [1, 0x08, 0x00], [1, 0x09, 0x00], [1, 0x0A, 0x00], [1, 0x0B, 0x00],
        [1, 0x0C, 0x00], [1, 0x0D, 0x00], [1, 0x0E, 0x00], [1, 0x0F, 0x00], [1, 0x10, 0x00], [1, 0x11, 0x00],
        [1, 0x12, 0x00], [1, 0x13, 0x00], [1, 0x14, 0x00], [1, 0x15, 0x00], [1, 0x18, 0xA1], [1, 0x19, 0x00],
        [3, 0x06, 0x00], [3, 0x07, 0x00], [3, 0x08, 0x00], [3, 0x09, 0x00], [3, 0x12, 0x06], [3, 0x15, 0x04],
        [3, 0x17, 0x00], [3, 0x18, 0x00], [3, 0x19, 0x10],
        [0, 0x1B, 0x00], [0, 0x1C, 0x00], [0, 0x1D, 0x01], [0, 0x1E, 0x80], [0, 0x1F, 0x00],
    ];

    // The same for MAC and MII registers, read in three octets.
    private static readonly int[][] s_macRegisters =
    [
        [2, 0x00, 0x00], [2, 0x02, 0x00], [2, 0x03, 0x00], [2, 0x04, 0x00], [2, 0x06, 0x00], [2, 0x07, 0x00],
        [2, 0x08, 0x0F], [2, 0x09, 0x37], [2, 0x0A, 0x00], [2, 0x0B, 0x06], [2, 0x12, 0x00], [2, 0x14, 0x00],
        [2, 0x16, 0x00], [2, 0x17, 0x00], [2, 0x18, 0x00], [2, 0x19, 0x00],
        [3, 0x00, 0x00], [3, 0x01, 0x00], [3, 0x02, 0x00], [3, 0x03, 0x00], [3, 0x04, 0x00], [3, 0x05, 0x00],
        [3, 0x0A, 0x00],
    ];

    [TestMethod]
    public void Every_register_has_its_value_after_power_on_and_again_after_a_system_reset()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        AssertResetValues(bench);
        ScribbleOverEverything(bench);
        bench.Exchange(0xFF);
        bench.WaitUntilReady();
        AssertResetValues(bench);
    }

    [TestMethod]
    public void Common_registers_are_the_same_in_every_bank()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        for (int bank = 0; bank < 4; bank++)
        {
            bench.Write(bank, ChipBench.Eie, 0xC0 + bank);
            for (int other = 0; other < 4; other++)
            {
                Assert.AreEqual(0xC0 + bank, bench.Eth(other, ChipBench.Eie));
            }
        }

        Assert.AreEqual(3, bench.Eth(3, ChipBench.Econ1));
        bench.AssertClean();
    }

    [TestMethod]
    public void Bit_field_set_and_clear_change_only_the_bits_of_the_mask()
    {
        ChipBench bench = new();
        bench.Write(1, 0x18, 0xF1);
        bench.Clear(0x18, 0x17);
        Assert.AreEqual(0xE0, bench.Eth(0x18), "the data sheet's example");
        bench.Set(0x18, 0x05);
        Assert.AreEqual(0xE5, bench.Eth(0x18));
        bench.AssertClean();
    }

    [TestMethod]
    public void Bits_that_do_not_exist_read_zero_and_cannot_be_written()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        bench.WriteWord(0, 0x00, 0xFFFF);
        Assert.AreEqual(0x1FFF, bench.EthWord(0, 0x00));
        bench.WriteWord(0, 0x0E, 0x1234);
        Assert.AreEqual(0x0000, bench.EthWord(0, 0x0E), "ERXWRPT is the hardware's");
        bench.Write(0, 0x18, 0xFF);
        Assert.AreEqual(0x00, bench.Eth(0, 0x18));
        bench.Write(1, 0x19, 0x05);
        Assert.AreEqual(0x00, bench.Eth(1, 0x19), "EPKTCNT is the hardware's");
        bench.Write(3, 0x12, 0x00);
        Assert.AreEqual(0x06, bench.Eth(3, 0x12));
        bench.Write(2, 0x08, 0xFF);
        Assert.AreEqual(0x0F, bench.Mac(2, 0x08));
        bench.Write(2, 0x05, 0xFF);
        Assert.AreEqual(0x00, bench.Mac(2, 0x05));
        bench.AssertClean();
    }

    [TestMethod]
    public void Revision_is_what_the_options_say()
    {
        ChipBench bench = new(new Enc28j60ChipOptions { Revision = 0x04 });
        Assert.AreEqual(0x04, bench.Eth(3, 0x12));
    }

    [TestMethod]
    public void A_MAC_register_answers_in_the_third_octet_and_an_ETH_register_in_the_second()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        bench.Bank(2);
        byte[] answer = bench.Exchange(0x09, 0x00, 0x00);
        Assert.AreNotEqual(0x37, answer[1]);
        Assert.AreEqual(0x37, answer[2]);
        bench.Bank(1);
        CollectionAssert.AreEqual(new byte[] { 0xFF, 0xA1, 0xA1 }, bench.Exchange(0x18, 0x00, 0x00));
        bench.AssertClean();
    }

    [TestMethod]
    public void Bank_3_mixes_the_groups()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        bench.Write(3, 0x04, 0x42);
        bench.Bank(3);
        Assert.AreEqual(0x42, bench.Exchange(0x04, 0, 0)[2], "MAADR1 is a MAC register");
        Assert.AreEqual(0x06, bench.Exchange(0x12, 0)[1], "EREVID is an ETH register");
        Assert.AreEqual(0x00, bench.Exchange(0x0A, 0, 0)[2], "MISTAT is an MII register");
        bench.AssertClean();
    }

    [TestMethod]
    public void EFLOCON_mirrors_the_duplex_mode()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        bench.Write(2, 0x02, 0x33);
        Assert.AreEqual(0x04, bench.Eth(3, 0x17));
        bench.Write(2, 0x02, 0x32);
        Assert.AreEqual(0x00, bench.Eth(3, 0x17));
    }

    [TestMethod]
    public void ERXRDPT_takes_effect_with_its_high_octet()
    {
        ChipBench bench = new();
        bench.Write(0, 0x0C, 0x35);
        Assert.AreEqual(0x05FA, bench.EthWord(0, 0x0C));
        bench.Write(0, 0x0D, 0x12);
        Assert.AreEqual(0x1235, bench.EthWord(0, 0x0C));
        bench.Write(0, 0x0D, 0x07);
        Assert.AreEqual(0x0735, bench.EthWord(0, 0x0C), "the low octet waits on");
        bench.AssertClean();
    }

    [TestMethod]
    public void Flags_can_be_cleared_but_not_set_by_the_host()
    {
        ChipBench bench = new();
        bench.Set(ChipBench.Eir, 0x7B);
        Assert.AreEqual(0, bench.Eth(ChipBench.Eir));
        bench.Set(ChipBench.Estat, 0x52);
        Assert.AreEqual(0, bench.Eth(ChipBench.Estat) & 0x52);
    }

    private static void AssertResetValues(ChipBench bench)
    {
        foreach (int[] register in s_ethRegisters)
        {
            // The bank bits themselves are in ECON1.
            int expected = register[1] == ChipBench.Econ1 ? register[0] : register[2];
            Assert.AreEqual(expected, bench.Eth(register[0], register[1]), $"bank {register[0]} {register[1]:X2}h");
        }

        foreach (int[] register in s_macRegisters)
        {
            Assert.AreEqual(register[2], bench.Mac(register[0], register[1]), $"bank {register[0]} {register[1]:X2}h");
        }

        bench.AssertClean();
    }

    private static void ScribbleOverEverything(ChipBench bench)
    {
        foreach (int[] register in s_ethRegisters.Where(r => r[1] < 0x1A))
        {
            // All but ECOCON, which a reset leaves as it is.
            if (register[1] != 0x15)
            {
                bench.Write(register[0], register[1], register[2] ^ 0x13);
            }
        }

        foreach (int[] register in s_macRegisters)
        {
            bench.Write(register[0], register[1], register[2] ^ 0x05);
        }

        bench.Chip.Violations.Clear();
    }
}
