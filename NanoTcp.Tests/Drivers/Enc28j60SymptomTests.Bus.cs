using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Link;
using NanoTcp.Tests.Emulation;

namespace NanoTcp.Tests.Drivers;

// SPI: a bus that lies, a chip select that is too short, a second device, the interrupt handler, and the banks.
public sealed partial class Enc28j60SymptomTests
{
    [TestMethod]
    [DataRow(MisoFault.StuckLow)]
    [DataRow(MisoFault.StuckHigh)]
    [DataRow(MisoFault.Open)]
    [DataRow(MisoFault.Echo)]
    [DataRow(MisoFault.SecondDevice)]
    public void Symptom_09_infinite_loop_on_a_bad_SPI_bus(MisoFault fault)
    {
        DriverBench bench = Started();
        bench.Chip.Faults.Miso = fault;
        byte[] frame = DriverBench.Frame(DriverBench.Offset + 500, 1);
        for (int i = 0; i < 5000; i++)
        {
            bench.Port.Enqueue(DriverBench.Frame(60, 1));
            AssertBounded(bench, () => bench.Driver.Poll(bench.Clock.Milliseconds));
            AssertBounded(bench, () => bench.Take());
            if (bench.Driver.CanSend)
            {
                AssertBounded(bench, () => bench.Driver.Send(frame, DriverBench.Offset, 500) ? 1 : 0);
            }

            bench.Pass(1000);
            while (bench.Port.Arrived != 0)
            {
                bench.Port.TakeArrived();
            }
        }

        Assert.IsGreaterThan(0, bench.Count(Enc28j60Counters.Recoveries));
        if (fault != MisoFault.SecondDevice && fault != MisoFault.Open)
        {
            Assert.AreEqual(LinkStatus.NoDevice, bench.Driver.Status);
            Assert.AreEqual(
                fault == MisoFault.Echo ? Enc28j60Problem.ForeignAnswer : Enc28j60Problem.NoAnswer, bench.Driver.Problem);
        }

        bench.Chip.Faults.Clear();
        AssertComesBack(bench);
    }

    [TestMethod]
    public void Symptom_09_infinite_loop_on_an_MII_that_stays_busy()
    {
        DriverBench bench = Started();
        bench.Bus.StuckMii = true;
        for (int i = 0; i < 3000; i++)
        {
            AssertBounded(bench, () => bench.Driver.Poll(bench.Clock.Milliseconds));
            bench.Pass(1000);
        }

        Assert.AreEqual(1, bench.Count(Enc28j60Counters.DeadBus));
        Assert.AreEqual(Enc28j60Problem.PhyDoesNotAnswer, bench.Driver.Problem);
        StringAssert.Contains(bench.Driver.ProblemText, "PHID1 cannot be read");
        bench.Bus.StuckMii = false;
        AssertComesBack(bench);
    }

    [TestMethod]
    public void Symptom_10_random_register_corruption_by_a_short_hold_of_chip_select()
    {
        // The emulated chip takes offence at every access to a MAC or MII register that is not held for 210 ns, and at
        // nothing else. How long the adapter holds is written at ISpiBus, and the driver cannot see it.
        DriverBench bench = Started(new Enc28j60ChipOptions { ChipSelectHoldNanoseconds = 209 });
        Assert.IsGreaterThan(100, bench.Chip.Violations.Total);
        Assert.IsTrue(bench.Chip.Violations.ToList().TrueForAll(each => each.Kind == ViolationKind.ChipSelectHoldTooShort));
        bench.Chip.Violations.Clear();

        // Every register that the driver knows is checked in here, and the cleanup looks at the violations.
        DriverBench right = Started(new Enc28j60ChipOptions { ChipSelectHoldNanoseconds = 210 });
        right.Run(8100);
        AssertFlows(right);
    }

    [TestMethod]
    public void Symptom_10_a_chip_that_does_not_get_its_hold_time_points_to_chip_select()
    {
        DriverBench bench = NewBench();
        bench.Bus.MacDeaf = true;
        bench.RunQuickly(100);
        Assert.AreEqual(Enc28j60Problem.MacRegistersDoNotHold, bench.Driver.Problem);
        StringAssert.Contains(bench.Driver.ProblemText, "chip select held for 210 ns?");
        bench.Bus.MacDeaf = false;
        AssertComesBack(bench);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void Symptom_10_a_chip_that_gets_its_hold_time_now_and_then_does_not_is_made_sure_of(int seed)
    {
        DriverBench bench = NewBench();
        bench.Bus.MacSpoiler = new Random(seed);
        bench.Start();
        bench.Bus.MacSpoiler = null;
        Assert.IsGreaterThan(0, bench.Bus.Spoilt);
        bench.Run(8100);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries), "every register holds what was meant");
        AssertFlows(bench);

        // What a spoilt write has made of the driver's word is not its fault.
        bench.Chip.Violations.Clear();
    }

    [TestMethod]
    [DataRow(MisoFault.SecondDevice)]
    [DataRow(MisoFault.Open)]
    [DataRow(MisoFault.Echo)]
    public void Symptom_11_works_alone_and_fails_with_a_second_device_on_the_bus(MisoFault fault)
    {
        // Time and again, and each time for as long as the other device is being read.
        DriverBench bench = Started();
        for (int i = 0; i < 10; i++)
        {
            bench.Chip.Faults.Miso = fault;
            bench.RunQuickly(i * 130);
            bench.Chip.Faults.Miso = MisoFault.None;
            AssertComesBack(bench);
        }
    }

    [TestMethod]
    [DataRow(0x3A, false, "MISO always reads 3A: another device drives the line, or MISO is wired to MOSI")]
    [DataRow(-1, true, "MISO repeats what is sent: another device drives the line, or MISO is wired to MOSI")]
    public void Symptom_11_contention_on_MISO_is_said(int miso, bool echo, string sentence)
    {
        DriverBench bench = Started();
        bench.Bus.StuckMiso = miso;
        bench.Bus.Echo = echo;
        bench.RunQuickly(Check + LongestRecovery);
        Assert.AreEqual(LinkStatus.NoDevice, bench.Driver.Status);
        Assert.AreEqual(Enc28j60Problem.ForeignAnswer, bench.Driver.Problem);
        Assert.AreEqual(sentence, bench.Driver.ProblemText);
        bench.Bus.StuckMiso = -1;
        bench.Bus.Echo = false;
        AssertComesBack(bench);
        Assert.AreEqual("", bench.Driver.ProblemText);

        // What the driver did because it was lied to is not its fault.
        bench.Chip.Violations.Clear();
    }

    [TestMethod]
    public void Symptom_12_deadlock_by_SPI_in_the_interrupt_handler()
    {
        // The driver has no handler: whatever the pin does, the bus is silent until somebody calls, and what is asked for
        // from elsewhere waits for Poll.
        DriverBench bench = NewBench(null, new Enc28j60Options { UseInterruptPin = true });
        Assert.AreEqual(0, bench.Chip.Statistics.Operations, "the constructor");
        bench.Start();
        long operations = bench.Chip.Statistics.Operations;
        byte[] frame = DriverBench.Frame(200, 1);
        bench.Bring(frame);
        Assert.IsTrue(bench.Chip.InterruptPinLow);
        bench.Pass(10_000);
        bench.Driver.Join(0x01005E0000FB);
        bench.Driver.Leave(0x01005E0000FB);
        bench.Driver.Promiscuous = true;
        bench.Driver.Promiscuous = false;
        bench.Driver.SetPowerMode(Enc28j60PowerMode.Running);
        Assert.AreEqual(LinkStatus.Up, bench.Driver.Status);
        Assert.AreEqual("", bench.Driver.ProblemText);
        Assert.AreEqual(6, bench.Driver.Revision);
        Assert.IsTrue(bench.Driver.CanSend);
        Assert.AreEqual(operations, bench.Chip.Statistics.Operations);
        Assert.AreEqual(200, bench.Take());
        Assert.IsGreaterThan(operations, bench.Chip.Statistics.Operations);
        Assert.IsFalse(bench.Chip.InterruptPinLow);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(2)]
    [DataRow(3)]
    public void Symptom_19_bank_confusion(int bank)
    {
        // The causes: a bank written as a whole ECON1, which the chip complains of, and a bank that is not the one that the
        // driver believes in; here, because a bit went wrong. Frames wait meanwhile.
        DriverBench bench = Started();
        bench.Take();
        bench.Bring(DriverBench.Frame(200, 1));
        bench.Chip.Write([0xBF, 0x03], 0, 2);
        bench.Chip.Write([0x9F, (byte)bank], 0, 2);
        long end = bench.Clock.Milliseconds + Look;
        while (bench.Count(Enc28j60Counters.Recoveries) == 0)
        {
            Assert.IsLessThan(end, bench.Clock.Milliseconds);
            bench.Driver.Poll(bench.Clock.Milliseconds);
            bench.Take();
            bench.Pass(1000);
        }

        bench.Chip.Violations.Clear();
        AssertFlows(bench);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.Recoveries));
        Assert.AreEqual(
            1, bench.Count(Enc28j60Counters.LostRegisters) + bench.Count(Enc28j60Counters.RxBadHeader));
    }

    [TestMethod]
    public void Symptom_19_a_reset_in_the_middle_of_everything_leaves_no_old_bank_behind()
    {
        // The bank goes back to 0 with every reset, whatever it was.
        DriverBench bench = Started();
        for (int i = 0; i < 8; i++)
        {
            bench.Peek(Enc28j60Registers.EPKTCNT);
            bench.Run(100 + (70 * i));
            bench.Take();
            bench.Chip.BrownOut();
            AssertComesBack(bench);
        }

        Assert.AreEqual(8, bench.Count(Enc28j60Counters.Recoveries));
    }

    /// <summary>With another device on MISO, half of its bits, now and then something agrees, and each time there is hope.</summary>
    [TestMethod]
    public void A_PHY_register_that_never_reads_the_same_is_given_up_soon()
    {
        long most = 0;
        for (ulong seed = 1; seed <= 2000; seed++)
        {
            DriverBench bench = new DriverBench(new Enc28j60ChipOptions { FaultSeed = seed }).Start();
            bench.Chip.Faults.Miso = MisoFault.SecondDevice;
            Enc28j60Spi spi = new(bench.Bus);
            long before = bench.Chip.Statistics.Operations;
            new Enc28j60Phy(spi).ReadSettled(Enc28j60Bits.PHSTAT2, 0xFFFF);
            most = long.Max(most, bench.Chip.Statistics.Operations - before);
        }

        Assert.IsLessThanOrEqualTo(300, most, "SPI operations");
    }
}
