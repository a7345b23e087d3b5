using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Tests.Emulation;

namespace NanoTcp.Tests.Drivers;

// Drivers for Arduino: EtherCard, EthernetENC, UIPEthernet.
public sealed partial class KnownDriverDefectTests
{
    [TestMethod]
    public void EtherCard_ERXRDPT_begins_at_0000h()
    {
        // EthernetENC and Zephyr do the same.
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
}
