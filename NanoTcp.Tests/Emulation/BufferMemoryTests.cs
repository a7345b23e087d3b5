using System.Linq;

namespace NanoTcp.Tests.Emulation;

[TestClass]
public class BufferMemoryTests
{
    [TestMethod]
    public void What_is_written_is_read_back_in_one_operation_or_in_many()
    {
        ChipBench bench = new();
        byte[] data = [.. Enumerable.Range(0, 300).Select(i => (byte)(i * 3))];
        bench.WriteMemory(0x1000, data);
        CollectionAssert.AreEqual(data, bench.ReadMemory(0x1000, 300));
        Assert.AreEqual(0x1000 + 300, bench.EthWord(0, 0x00));
        Assert.AreEqual(0x1000 + 300, bench.EthWord(0, 0x02));
        bench.WriteWord(0, 0x00, 0x1000);
        CollectionAssert.AreEqual(data[..7], bench.ReadOn(7));
        CollectionAssert.AreEqual(data[7..8], bench.ReadOn(1));
        CollectionAssert.AreEqual(data[8..], bench.ReadOn(292));
        bench.AssertClean();
    }

    [TestMethod]
    public void ERDPT_wraps_from_ERXND_to_ERXST()
    {
        ChipBench bench = new();
        bench.WriteWord(0, 0x08, 0x0000);
        bench.WriteWord(0, 0x0A, 0x0FFF);
        bench.WriteMemory(0x0FFE, 1, 2, 3, 4);
        bench.WriteMemory(0x0000, 11, 12, 13);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 11, 12, 13 }, bench.ReadMemory(0x0FFE, 5));
        Assert.AreEqual(3, bench.EthWord(0, 0x00));
        bench.WriteWord(0, 0x00, 0x0FFF);
        bench.ReadOn(1);
        Assert.AreEqual(0, bench.EthWord(0, 0x00));
    }

    [TestMethod]
    public void ERDPT_beyond_ERXND_runs_on_to_the_end_of_the_memory()
    {
        ChipBench bench = new();
        bench.WriteWord(0, 0x08, 0x0100);
        bench.WriteWord(0, 0x0A, 0x0FFF);
        bench.WriteMemory(0x1FFE, 7, 8);
        bench.WriteMemory(0x0000, 9);
        CollectionAssert.AreEqual(new byte[] { 7, 8, 9 }, bench.ReadMemory(0x1FFE, 3));
        Assert.AreEqual(1, bench.EthWord(0, 0x00));
    }

    [TestMethod]
    public void EWRPT_does_not_care_about_the_ring()
    {
        ChipBench bench = new();
        bench.WriteWord(0, 0x08, 0x0100);
        bench.WriteWord(0, 0x0A, 0x0FFF);
        bench.WriteMemory(0x0FFF, 1, 2, 3);
        Assert.AreEqual(0x1002, bench.EthWord(0, 0x02));
        Assert.AreEqual(2, bench.Chip.Memory[0x1000]);
        bench.WriteMemory(0x1FFF, 5, 6);
        Assert.AreEqual(0x0001, bench.EthWord(0, 0x02));
        Assert.AreEqual(6, bench.Chip.Memory[0x0000]);
    }

    [TestMethod]
    public void Without_AUTOINC_the_pointers_stand_still()
    {
        ChipBench bench = new();
        bench.WriteMemory(0x1000, 1, 2, 3);
        bench.Clear(ChipBench.Econ2, 0x80);
        CollectionAssert.AreEqual(new byte[] { 2, 2, 2 }, bench.ReadMemory(0x1001, 3));
        Assert.AreEqual(0x1001, bench.EthWord(0, 0x00));
        bench.WriteMemory(0x1001, 8, 9);
        Assert.AreEqual(0x1001, bench.EthWord(0, 0x02));
        CollectionAssert.AreEqual(new byte[] { 1, 9, 3 }, bench.Chip.Memory[0x1000..0x1003]);
    }

    [TestMethod]
    public void Memory_survives_a_system_reset_but_not_a_power_cycle()
    {
        ChipBench bench = new();
        byte[] data = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];
        bench.WriteMemory(0x0400, data);
        bench.Exchange(0xFF);
        CollectionAssert.AreEqual(data, bench.ReadMemory(0x0400, 64));
        bench.Chip.PowerCycle();
        CollectionAssert.AreNotEqual(data, bench.ReadMemory(0x0400, 64));
    }

    [TestMethod]
    public void A_write_without_listening_leaves_the_hosts_buffer_alone()
    {
        ChipBench bench = new();
        byte[] octets = [0x7A, 1, 2, 3];
        bench.Chip.Write(octets, 0, 4);
        CollectionAssert.AreEqual(new byte[] { 0x7A, 1, 2, 3 }, octets);
        bench.Chip.Transfer(octets, 0, 4);
        CollectionAssert.AreEqual(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF }, octets);
    }

    [TestMethod]
    public void Operations_use_only_their_part_of_the_buffer()
    {
        ChipBench bench = new();
        bench.WriteMemory(0x05FA, 21, 22);
        bench.WriteWord(0, 0x00, 0x05FA);
        byte[] octets = [1, 2, 0x3A, 0, 0, 3, 4];
        bench.Chip.Transfer(octets, 2, 3);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 0xFF, 21, 22, 3, 4 }, octets);
    }
}
