using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Link;
using NanoTcp.Tests.Emulation;

namespace NanoTcp.Tests.Drivers;

// The driver of Microchip's TCP/IP Lite.
public sealed partial class KnownDriverDefectTests
{
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
}
