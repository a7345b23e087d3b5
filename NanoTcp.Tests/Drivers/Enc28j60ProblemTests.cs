using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Link;

namespace NanoTcp.Tests.Drivers;

/// <summary>Bad hardware gets a sentence that a person can act on.</summary>
[TestClass]
public sealed class Enc28j60ProblemTests : Enc28j60TestBase
{
    [TestMethod]
    [DataRow(0x00, "no answer on MISO (reads 00): check wiring and chip select")]
    [DataRow(0xFF, "no answer on MISO (reads FF): check wiring and chip select")]
    public void A_silent_MISO_is_said_with_what_it_reads(int miso, string sentence)
    {
        DriverBench bench = NewBench();
        bench.Bus.Unplugged = true;
        bench.Bus.StuckMiso = miso;
        AssertFound(bench, Enc28j60Problem.NoAnswer, sentence);
    }

    [TestMethod]
    public void A_MISO_that_always_reads_the_opcode_is_driven_by_another_device()
    {
        DriverBench bench = NewBench();
        bench.Bus.StuckMiso = 0x3A;
        AssertFound(
            bench,
            Enc28j60Problem.ForeignAnswer,
            "MISO always reads 3A: another device drives the line, or MISO is wired to MOSI");
    }

    [TestMethod]
    public void A_MISO_that_is_wired_to_MOSI_is_told_from_a_silent_one()
    {
        DriverBench bench = NewBench();
        bench.Bus.Echo = true;
        AssertFound(
            bench,
            Enc28j60Problem.ForeignAnswer,
            "MISO repeats what is sent: another device drives the line, or MISO is wired to MOSI");
    }

    [TestMethod]
    public void An_oscillator_that_does_not_start_is_told_from_a_silent_MISO()
    {
        DriverBench bench = NewBench();
        bench.Bus.MissingEstatBits = 0x01;
        AssertFound(
            bench,
            Enc28j60Problem.ClockNotRunning,
            "the clock does not run (CLKRDY stays 0, ESTAT reads 00): check the oscillator, a 25 MHz crystal with its capacitors");
        bench.Bus.MissingEstatBits = 0;
        AssertHeals(bench);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(31)]
    public void Something_with_another_revision_is_named(int revision)
    {
        DriverBench bench = NewBench(new Enc28j60ChipOptions { Revision = (byte)revision });
        AssertFound(bench, Enc28j60Problem.UnknownRevision, $"revision {revision} is not an ENC28J60");
        Assert.AreEqual(0, bench.Driver.Revision);
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(4)]
    public void MAC_registers_that_do_not_hold_on_early_silicon_point_to_the_SPI_clock(int revision)
    {
        DriverBench bench = NewBench(new Enc28j60ChipOptions { Revision = (byte)revision });
        bench.Bus.MacDeaf = true;
        AssertFound(
            bench,
            Enc28j60Problem.MacRegistersDoNotHold,
            "MAC registers do not hold what was written: SPI clock below 8 MHz on silicon B1/B4? (MACON1 reads 00, must be 01)");
        bench.Bus.MacDeaf = false;
        AssertHeals(bench);
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(4)]
    public void Erratum_1_a_clock_that_is_too_slow_for_any_verification_is_said(int revision)
    {
        DriverBench bench = NewBench(new Enc28j60ChipOptions
        {
            Revision = (byte)revision,
            SpiClockHz = 4_000_000,
            SlowClockErrors = 1_000_000,
        });
        bench.RunQuickly(100);
        Assert.AreEqual(Enc28j60Problem.MacRegistersDoNotHold, bench.Driver.Problem);
        StringAssert.StartsWith(
            bench.Driver.ProblemText,
            "MAC registers do not hold what was written: SPI clock below 8 MHz on silicon B1/B4? (M");
        Assert.AreEqual(LinkStatus.NoDevice, bench.Driver.Status);

        // What the chip made of the MII commands that it spoilt itself is not the driver's fault.
        bench.Chip.Violations.Clear();
    }

    [TestMethod]
    [DataRow(5, "B5")]
    [DataRow(6, "B7")]
    public void MAC_registers_that_do_not_hold_on_late_silicon_point_to_chip_select_too(int revision, string name)
    {
        DriverBench bench = NewBench(new Enc28j60ChipOptions { Revision = (byte)revision });
        bench.Bus.MacDeaf = true;
        AssertFound(
            bench,
            Enc28j60Problem.MacRegistersDoNotHold,
            "MAC registers do not hold what was written: SPI clock below 8 MHz on silicon B1/B4? (MACON1 reads 00, must be 01)"
                + $"; this is {name}: chip select held for 210 ns?");
    }

    [TestMethod]
    public void Other_registers_that_do_not_hold_point_to_the_wires()
    {
        DriverBench bench = NewBench();
        bench.Bus.DeafEthAddress = Enc28j60Registers.ERXNDH;
        AssertFound(
            bench,
            Enc28j60Problem.RegistersDoNotHold,
            "control registers do not hold what was written: SPI clock too fast, or wires too long? (ERXNDH reads 00, must be 19)");
        bench.Bus.DeafEthAddress = -1;
        AssertHeals(bench);
    }

    [TestMethod]
    public void A_PHY_that_does_not_answer_points_to_the_supply()
    {
        DriverBench bench = NewBench();
        bench.Bus.DeadPhy = true;
        AssertFound(
            bench,
            Enc28j60Problem.PhyDoesNotAnswer,
            "the PHY does not answer (PHID1 reads FFFF, must be 0083): check the supply, 3.3 V at up to 180 mA");
        bench.Bus.DeadPhy = false;
        AssertHeals(bench);
    }

    [TestMethod]
    public void A_PHY_that_answers_and_does_not_hold_what_was_written_points_to_the_supply_too()
    {
        DriverBench bench = NewBench();
        bench.Bus.DeafPhy = true;
        AssertFound(
            bench,
            Enc28j60Problem.PhyRegistersDoNotHold,
            "the PHY does not hold what was written (PHLCON reads 0422, must be 0476): check the supply, 3.3 V at up to 180 mA");
        bench.Bus.DeafPhy = false;
        AssertHeals(bench);
    }

    [TestMethod]
    public void Erratum_7_a_reversed_receive_pair_is_said_while_the_link_is_up()
    {
        DriverBench bench = Started();
        bench.Bus.Phstat2LowBits = Enc28j60Bits.PLRITY;
        bench.RunUntil(() => bench.Driver.Problem != Enc28j60Problem.None, 1010);
        Assert.AreEqual(Enc28j60Problem.ReceivePairReversed, bench.Driver.Problem);
        Assert.AreEqual(
            "the receive pair is reversed (PHSTAT2.PLRITY), and the chip corrects that unreliably: swap TPIN+ and TPIN-",
            bench.Driver.ProblemText);
        Assert.AreEqual(LinkStatus.Up, bench.Driver.Status);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.LinkChanges));

        // Without a link the bit says nothing.
        bench.Port.LinkUp = false;
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.Down, 510);
        Assert.AreEqual(Enc28j60Problem.None, bench.Driver.Problem);
        bench.Port.LinkUp = true;
        bench.RunUntil(() => bench.Driver.Problem != Enc28j60Problem.None, 510);
        bench.Bus.Phstat2LowBits = 0;
        bench.RunUntil(() => bench.Driver.Problem == Enc28j60Problem.None, 510);
        Assert.AreEqual("", bench.Driver.ProblemText);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void Erratum_7_what_comes_through_a_reversed_pair_is_whole_and_the_sentence_explains_the_rest()
    {
        DriverBench bench = Started(new Enc28j60ChipOptions { ReceivePairSwapped = true });
        Assert.AreEqual(Enc28j60Problem.ReceivePairReversed, bench.Driver.Problem);
        bench.ReceiveSomeOfHundred();
        Assert.AreEqual(Enc28j60Problem.ReceivePairReversed, bench.Driver.Problem);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries), "the chip is in order");
    }

    [TestMethod]
    [DataRow(Enc28j60Registers.ERXRDPTL, "lost_pointers")]
    [DataRow(Enc28j60Registers.ERXRDPTH, "lost_pointers")]
    public void A_pointer_that_never_holds_is_said_and_the_search_goes_on_once_a_second(int register, string cause)
    {
        DriverBench bench = NewBench();
        bench.Bus.DeafEthAddress = register;
        AssertDoesNotLast(bench, cause);
        bench.Bus.DeafEthAddress = -1;
        AssertHeals(bench);
    }

    [TestMethod]
    public void A_PHY_that_says_what_no_chip_says_is_said_and_the_search_goes_on_once_a_second()
    {
        DriverBench bench = NewBench();
        bench.Bus.Phstat2LowBits = 0x01;
        AssertDoesNotLast(bench, "dead_bus");
        bench.Bus.Phstat2LowBits = 0;
        AssertHeals(bench);
    }

    [TestMethod]
    public void A_chip_that_goes_bad_while_it_runs_is_not_said_to_be_up_for_ever()
    {
        DriverBench bench = Started();
        bench.Bus.DeafEthAddress = Enc28j60Registers.ERXRDPTH;
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.NoDevice, 1100);
        Assert.AreEqual(Enc28j60Problem.DoesNotLast, bench.Driver.Problem);
        long recoveries = bench.Count(Enc28j60Counters.Recoveries);
        bench.Run(10_000);
        Assert.IsLessThanOrEqualTo(recoveries + 10, bench.Count(Enc28j60Counters.Recoveries));
        bench.Bus.DeafEthAddress = -1;
        AssertHeals(bench);
        Assert.AreEqual(3, bench.Count(Enc28j60Counters.LinkChanges));
    }

    [TestMethod]
    public void Faults_that_come_a_time_after_each_other_do_not_add_up()
    {
        DriverBench bench = Started();
        for (int i = 0; i < 10; i++)
        {
            bench.Poke(Enc28j60Registers.MAMXFLH, 0x01);
            bench.RunUntil(() => bench.Count(Enc28j60Counters.Recoveries) == i + 1, 1010);
            bench.RunUntil(() => bench.Driver.CanSend, 10);
        }

        Assert.AreEqual(1, bench.Count(Enc28j60Counters.LinkChanges));
    }

    [TestMethod]
    public void No_sentence_is_longer_than_the_room_for_it()
    {
        byte[] room = new byte[1000];
        Enc28j60Findings findings = new() { Seen = -1, Expected = 0xFF, Revision = 6 };
        foreach (Enc28j60Problem problem in Enum.GetValues<Enc28j60Problem>())
        {
            findings.Register = problem == Enc28j60Problem.DoesNotLast
                ? Enc28j60Counters.BroadcastThrottles
                : Enc28j60Registers.MACLCON1;
            int length = Enc28j60Sentences.Put(room, 0, problem, findings, Enc28j60Counters.Create());
            Assert.IsLessThanOrEqualTo(Enc28j60Sentences.Longest, length, problem.ToString());
            Assert.AreEqual(problem == Enc28j60Problem.None, length == 0, problem.ToString());
        }
    }

    private static void AssertFound(DriverBench bench, Enc28j60Problem problem, string sentence)
    {
        Assert.AreEqual("", bench.Driver.ProblemText);
        bench.RunQuickly(100);
        Assert.AreEqual(problem, bench.Driver.Problem);
        Assert.AreEqual(sentence, bench.Driver.ProblemText);
        Assert.AreEqual(LinkStatus.NoDevice, bench.Driver.Status);
        Assert.AreEqual(4, bench.Count(Enc28j60Counters.NoDevice));
    }

    private static void AssertDoesNotLast(DriverBench bench, string cause)
    {
        bench.RunQuickly(100);
        Assert.AreEqual(Enc28j60Problem.DoesNotLast, bench.Driver.Problem);
        Assert.AreEqual(
            $"the chip can be set up, but is not in order right after that (enc28j60_{cause}): check the supply, 3.3 V at up to 180 mA, and the wires",
            bench.Driver.ProblemText);
        Assert.AreEqual(LinkStatus.NoDevice, bench.Driver.Status);
        long before = bench.Chip.Statistics.Operations;
        bench.RunQuickly(10_000);
        Assert.IsLessThan(10_000, bench.Chip.Statistics.Operations - before);
        Assert.AreEqual(LinkStatus.NoDevice, bench.Driver.Status);
    }

    private static void AssertHeals(DriverBench bench)
    {
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.Up, 1010);
        Assert.AreEqual(Enc28j60Problem.None, bench.Driver.Problem);
        Assert.AreEqual("", bench.Driver.ProblemText);
    }
}
