using System.Linq;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

[TestClass]
public class PowerFaultTests
{
    [TestMethod]
    public void A_brown_out_is_a_power_on_that_the_host_is_not_to_blame_for()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Write(3, 0x15, 0x02);
        bench.WritePhy(0x14, 0x3122);
        bench.Chip.BrownOut();
        Assert.AreEqual(300_000, bench.Chip.NanosecondsToNextEvent, "the oscillator starts anew");
        bench.Write(2, 0x0A, 0xEE);
        Assert.AreEqual(0, bench.Chip.Violations.Total);
        Assert.AreEqual(1, bench.Chip.Violations.Provoked);
        bench.WaitUntilReady();
        Assert.AreEqual(0x1FFF, bench.EthWord(0, 0x0A));
        Assert.AreEqual(0x04, bench.Eth(3, 0x15), "ECOCON too");
        Assert.AreEqual(0x00, bench.Mac(2, 0x00));
        Assert.AreEqual(0x3422, bench.ReadPhy(0x14));

        bench.Chip.PowerCycle();
        bench.Exchange(0xFF);
        bench.Chip.Violations.Clear();
        bench.Chip.PowerCycle();
        bench.Write(2, 0x0A, 0xEE);
        Assert.AreEqual(1, bench.Chip.Violations.Total, "a power cycle is the host's own doing");
    }

    [TestMethod]
    public void The_buffer_memory_holds_other_noise_after_each_brown_out()
    {
        ChipBench bench = new();
        byte[] first = (byte[])bench.Chip.Memory.Clone();
        bench.Chip.BrownOut();
        byte[] second = (byte[])bench.Chip.Memory.Clone();
        bench.Chip.BrownOut();
        CollectionAssert.AreNotEqual(first, second);
        CollectionAssert.AreNotEqual(second, bench.Chip.Memory);
        CollectionAssert.AreEqual(first, new ChipBench().Chip.Memory, "and the same in the next run");
    }

    [TestMethod]
    public void A_brown_out_in_the_middle_of_a_write_loses_it()
    {
        ChipBench bench = new();
        bench.Initialise(receive: false);
        bench.Bank(0);
        bench.Chip.BrownOutAfter(3);
        bench.Exchange(0x4A, 0x33);
        bench.Exchange(0x4B, 0x03);
        bench.WaitUntilReady();
        Assert.AreEqual(0x1FFF, bench.EthWord(0, 0x0A));
        Assert.AreEqual(0, bench.Chip.Violations.Total, bench.Chip.Violations.ToString());
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(40)]
    [DataRow(100)]
    [DataRow(101)]
    public void A_brown_out_in_the_middle_of_a_read_leaves_the_rest_undriven_and_takes_no_time(int octets)
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.WriteMemory(0x1900, new byte[100]);
        bench.WriteWord(0, 0x00, 0x1900);
        long start = bench.Clock.Nanoseconds;
        bench.Chip.Statistics.Reset();
        bench.Chip.BrownOutAfter(octets);
        byte[] read = bench.ReadOn(100);
        int good = octets < 1 ? 0 : octets - 1;
        Assert.IsTrue(read.Take(good).All(octet => octet == 0x00));
        Assert.IsTrue(read.Skip(good).All(octet => octet == 0xFF));
        Assert.AreEqual((101 * 400) + 310, bench.Clock.Nanoseconds - start);
        Assert.AreEqual(1, bench.Chip.Statistics.Operations);
        Assert.AreEqual(101, bench.Chip.Statistics.Octets);
        Assert.AreEqual(0x00, bench.Eth(ChipBench.Estat) & 0x01, "CLKRDY");
        bench.WaitUntilReady();
        Assert.AreEqual(0x05FA, bench.EthWord(0, 0x00));
    }

    [TestMethod]
    public void A_brown_out_on_its_way_comes_in_a_later_operation_and_can_be_called_off()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Chip.BrownOutAfter(200);
        bench.ReadOn(98);
        bench.ReadOn(98);
        Assert.AreEqual(-1, bench.Chip.Faults.LastDisturbance);
        bench.Exchange(0x1D, 0);
        Assert.AreNotEqual(-1, bench.Chip.Faults.LastDisturbance);
        bench.WaitUntilReady();
        bench.Initialise();
        bench.Chip.BrownOutAfter(5);
        bench.Chip.Faults.Clear();
        bench.ReadOn(98);
        Assert.AreEqual(0x17FF, bench.EthWord(0, 0x0A));
    }

    [TestMethod]
    public void A_brown_out_in_the_middle_of_a_frame_that_comes_in_loses_it_and_only_it()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Port.Incoming.Enqueue(ChipBench.Frame(1514));
        bench.Chip.Update();
        bench.Wait(500_000);
        bench.Chip.BrownOut();
        bench.Wait(800_000);
        Assert.AreEqual(0, bench.PacketCount());
        Assert.AreEqual(1, bench.Chip.Wire.Abandoned);
        bench.Initialise();
        byte[] frame = ChipBench.Frame(60);
        bench.Port.Incoming.Enqueue(frame);
        bench.ReceiveAll();
        CollectionAssert.AreEqual(frame, bench.TakePacket().Frame[..60]);
        Assert.AreEqual(0, bench.Chip.Violations.Total, bench.Chip.Violations.ToString());
    }

    [TestMethod]
    public void A_brown_out_in_the_middle_of_a_frame_that_goes_out_loses_it_and_the_next_one_goes()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.StartSending(ChipBench.Frame(1514));
        bench.Wait(500_000);
        bench.Chip.BrownOut();
        bench.Wait(2_000_000);
        Assert.AreEqual(0, bench.Port.Sent.Count);
        Assert.AreEqual(0, bench.Eth(ChipBench.Econ1));
        Assert.AreEqual(0, bench.Eth(ChipBench.Eir));
        bench.Initialise();
        bench.StartSending(ChipBench.Frame(60));
        bench.Wait(1_000_000);
        Assert.AreEqual(1, bench.Port.Sent.Count);
    }

    [TestMethod]
    public void A_brown_out_in_the_middle_of_a_DMA_copy_ends_it()
    {
        ChipBench bench = new();
        bench.Initialise(receive: false);
        bench.WriteMemory(0x0000, Enumerable.Repeat((byte)0x77, 1000).ToArray());
        bench.WriteWord(0, 0x10, 0x0000);
        bench.WriteWord(0, 0x12, 999);
        bench.WriteWord(0, 0x14, 0x1000);
        bench.Set(ChipBench.Econ1, 0x20);
        bench.Wait(40_000);
        bench.Chip.BrownOut();
        bench.Wait(1_000_000);
        Assert.AreEqual(0, bench.Eth(ChipBench.Econ1));
        Assert.AreEqual(0, bench.Eth(ChipBench.Eir), "no DMAIF");
        Assert.IsFalse(bench.ReadMemory(0x1000, 20).All(octet => octet == 0x77));
    }

    [TestMethod]
    public void A_brown_out_in_the_middle_of_an_MII_access_ends_it()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Write(2, 0x14, 0x14);
        bench.Write(2, 0x16, 0x42);
        bench.Write(2, 0x17, 0x34);
        bench.Chip.BrownOut();
        bench.WaitUntilReady();
        Assert.AreEqual(0x00, bench.Mac(3, 0x0A), "not BUSY");
        Assert.AreEqual(0x3422, bench.ReadPhy(0x14));
    }

    [TestMethod]
    public void After_a_brown_out_the_link_takes_its_time_again()
    {
        ChipBench bench = new(new Enc28j60ChipOptions { LinkDelayNanoseconds = 50_000_000 });
        bench.Initialise();
        bench.Wait(60_000_000);
        Assert.AreEqual(0x0400, bench.ReadPhy(0x11) & 0x0400);
        bench.Chip.BrownOut();
        bench.WaitUntilReady();
        bench.Wait(40_000_000);
        Assert.AreEqual(0, bench.ReadPhy(0x11) & 0x0400);
        bench.Wait(20_000_000);
        Assert.AreEqual(0x0400, bench.ReadPhy(0x11) & 0x0400);
    }

    [TestMethod]
    public void A_brown_out_lets_go_of_the_interrupt_pin()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Set(ChipBench.Eie, 0xC0);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        Assert.IsTrue(bench.Chip.InterruptPinLow);
        bench.Chip.BrownOut();
        Assert.IsFalse(bench.Chip.InterruptPinLow);
    }
}
