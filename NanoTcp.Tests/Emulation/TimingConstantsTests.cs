namespace NanoTcp.Tests.Emulation;

/// <summary>The times that the data sheet and the errata name, each measured from outside.</summary>
[TestClass]
public class TimingConstantsTests
{
    /// <summary>What an operation of two octets takes at 20 MHz after its effect: chip select's hold and gap.</summary>
    private const int AfterEffect = 310;

    [TestMethod]
    public void The_chip_keeps_the_times_of_its_data_sheet()
    {
        ChipBench bench = new();
        Assert.AreEqual(300_000, bench.Chip.NanosecondsToNextEvent, "oscillator start-up: 7500 clocks");
        bench.WaitUntilReady();
        bench.Write(3, 0x15, 0x01);
        Assert.AreEqual(40, 1_000_000_000 / bench.Chip.ClockOutputHertz, "main clock");
        bench.Exchange(0xFF);
        Assert.AreEqual(1_000_000 - AfterEffect, bench.Chip.NanosecondsToNextEvent, "after a system reset");
        bench.Initialise(fullDuplex: true);

        bench.Bank(2);
        bench.Exchange(0x52, 0x01);
        Assert.AreEqual(10_240 - AfterEffect, bench.Chip.NanosecondsToNextEvent, "MII access");
        bench.Wait(10_240);
        bench.Exchange(0x52, 0x00);

        bench.Bank(0);
        bench.WriteWord(0, 0x10, 0x1900);
        bench.WriteWord(0, 0x12, 0x1900 + 99);
        bench.WriteWord(0, 0x14, 0x1A00);
        bench.Set(ChipBench.Econ1, 0x20);
        Assert.AreEqual((100 * 80) - AfterEffect, bench.Chip.NanosecondsToNextEvent, "DMA copy of 100 octets");
        bench.Wait(8_000);
        bench.Clear(ChipBench.Econ1, 0x04);
        bench.Set(ChipBench.Econ1, 0x30);
        Assert.AreEqual((100 * 40) - AfterEffect, bench.Chip.NanosecondsToNextEvent, "DMA checksum of 100 octets");
        bench.Wait(4_000);

        bench.Write(3, 0x07, 0x07);
        Assert.AreEqual(327_680 - AfterEffect, bench.Chip.NanosecondsToNextEvent, "self-test");
        bench.Wait(327_680);
        bench.AssertClean();
    }

    [TestMethod]
    public void The_wire_keeps_the_times_of_Ethernet()
    {
        ChipBench bench = new();
        bench.Initialise(fullDuplex: true);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.Port.Incoming.Enqueue(ChipBench.Frame(61));
        bench.Chip.Update();
        long first = bench.Chip.NanosecondsToNextEvent;
        Assert.AreEqual((8 + 64) * 800, first, "octets of 0.8 us");
        bench.Wait(first);
        Assert.AreEqual(9_600, bench.Chip.NanosecondsToNextEvent, "interpacket gap");
        bench.Wait(9_600);
        Assert.AreEqual(first + 800, bench.Chip.NanosecondsToNextEvent, "one octet more");
        bench.ReceiveAll();

        byte[] pause = ChipBench.Frame(60, [0x01, 0x80, 0xC2, 0x00, 0x00, 0x01], 0x8808);
        new byte[] { 0x00, 0x01, 0x00, 0x64 }.CopyTo(pause, 14);
        bench.Port.Incoming.Enqueue(pause);
        bench.ReceiveAll();
        long until = bench.Clock.Nanoseconds - 9_600 + (100 * 51_200);
        bench.StartSending(ChipBench.Frame(60));
        Assert.AreEqual(until, bench.Clock.Nanoseconds + bench.Chip.NanosecondsToNextEvent, "100 pause quanta of 51.2 us");
        bench.AssertClean();
    }

    [TestMethod]
    public void The_transmitter_keeps_the_times_of_Ethernet()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.StartSending(ChipBench.Frame(60));
        Assert.AreEqual(((8 + 64) * 800) - AfterEffect, bench.Chip.NanosecondsToNextEvent, "octets of 0.8 us");
        bench.Wait(bench.Chip.NanosecondsToNextEvent);
        long end = bench.Clock.Nanoseconds;
        bench.Exchange(0x9F, 0x08);
        Assert.AreEqual(end + 9_600, NextEvent(bench), "the interpacket gap");
        bench.Wait(9_600);
        bench.Wait(100_000);

        // 24,287 bit times in front of a wire that does not become free (DS39662 register 6-3, DEFER clear).
        bench.Port.Incoming.Enqueue(ChipBench.Frame(4000));
        bench.Chip.Update();
        bench.StartSending(ChipBench.Frame(60));
        Assert.AreEqual(2_428_700 - AfterEffect, bench.Chip.NanosecondsToNextEvent, "the limit of deferral");
        bench.Wait(bench.Chip.NanosecondsToNextEvent - 1);
        Assert.AreEqual(0, bench.Chip.Wire.ExcessiveDeferrals);
        bench.Wait(1);
        Assert.AreEqual(1, bench.Chip.Wire.ExcessiveDeferrals);
        bench.AssertClean();
    }

    [TestMethod]
    public void The_main_clock_of_40_ns_shows_in_the_DMA()
    {
        foreach (int octets in new[] { 2, 3, 1446, 1518 })
        {
            ChipBench bench = new();
            bench.Initialise(receive: false);
            bench.WriteWord(0, 0x10, 0x1900);
            bench.WriteWord(0, 0x12, 0x1900 + octets - 1);
            bench.WriteWord(0, 0x14, 0x0000);
            foreach (bool checksum in new[] { true, false })
            {
                bench.Set(ChipBench.Econ1, checksum ? 0x10 : 0x00);
                long start = bench.Clock.Nanoseconds + 800;
                bench.Set(ChipBench.Econ1, 0x20);
                long expected = start + (octets * (checksum ? 40 : 80));
                if (expected > bench.Clock.Nanoseconds)
                {
                    Assert.AreEqual(expected, NextEvent(bench), $"{octets} octets");
                    bench.Wait(bench.Chip.NanosecondsToNextEvent);
                }

                Assert.AreEqual(0, bench.Eth(ChipBench.Econ1) & 0x20);
                bench.Clear(ChipBench.Econ1, 0x10);
            }

            bench.AssertClean();
        }
    }

    [TestMethod]
    public void The_RESET_pin_wants_400_ns()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        bench.Chip.ResetPinLow = true;
        Assert.AreEqual(400, bench.Chip.NanosecondsToNextEvent);
    }

    private static long NextEvent(ChipBench bench)
    {
        return bench.Clock.Nanoseconds + bench.Chip.NanosecondsToNextEvent;
    }
}
