using System;
using System.Collections.Generic;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Drivers;

/// <summary>What a console says of the chip: each change once, and nothing that passes by itself.</summary>
[TestClass]
public sealed class Enc28j60NoticesTests : Enc28j60TestBase
{
    private const string Up = "ENC28J60 B7: link up";
    private const string NoLink = "ENC28J60 B7: no link: is the cable plugged in, and the other end on?";

    [TestMethod]
    public void A_good_start_is_one_line_and_a_cable_that_goes_and_comes_is_two_more()
    {
        DriverBench bench = NewBench();
        Enc28j60Notices notices = new(bench.Driver);
        Assert.IsNull(notices.Take(), "nothing is known yet");
        AssertTold(bench, notices, 3000, Up);
        bench.Port.LinkUp = false;
        AssertTold(bench, notices, 3000, NoLink);
        bench.Port.LinkUp = true;
        AssertTold(bench, notices, 3000, Up);
    }

    [TestMethod]
    [DataRow(2, "B1")]
    [DataRow(5, "B5")]
    public void The_silicon_has_its_name(int revision, string name)
    {
        DriverBench bench = NewBench(new Enc28j60ChipOptions { Revision = (byte)revision });
        AssertTold(bench, new Enc28j60Notices(bench.Driver), 100, $"ENC28J60 {name}: link up");
    }

    [TestMethod]
    public void A_chip_that_does_not_answer_is_told_once_with_what_to_check_and_so_is_its_return()
    {
        DriverBench bench = NewBench();
        bench.Bus.Unplugged = true;
        bench.Bus.StuckMiso = 0xFF;
        Enc28j60Notices notices = new(bench.Driver);
        AssertTold(bench, notices, 20_000, "ENC28J60: no answer on MISO (reads FF): check wiring and chip select");
        bench.Bus.StuckMiso = 0x3A;
        AssertTold(
            bench, notices, 5000, "ENC28J60: MISO always reads 3A: another device drives the line, or MISO is wired to MOSI");
        bench.Bus.Unplugged = false;
        bench.Bus.StuckMiso = -1;
        AssertTold(bench, notices, 5000, Up);
    }

    [TestMethod]
    public void A_recovery_that_succeeds_at_once_is_not_told()
    {
        DriverBench bench = NewBench();
        Enc28j60Notices notices = new(bench.Driver);
        AssertTold(bench, notices, 100, Up);
        bench.Poke(Enc28j60Registers.MAADR3, 0x55);
        AssertTold(bench, notices, 3000);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.Recoveries));

        // Nor is a start that takes two attempts.
        bench = NewBench();
        bench.Bus.MissingEstatBits = 0x01;
        notices = new Enc28j60Notices(bench.Driver);
        bench.RunUntil(() => bench.Count(Enc28j60Counters.NoDevice) == 2, 20);
        Assert.AreEqual(Enc28j60Problem.ClockNotRunning, bench.Driver.Problem);
        Assert.IsNull(notices.Take());
        bench.Bus.MissingEstatBits = 0;
        AssertTold(bench, notices, 3000, Up);
    }

    [TestMethod]
    public void A_reversed_pair_is_told_with_the_link()
    {
        DriverBench bench = NewBench(new Enc28j60ChipOptions { ReceivePairSwapped = true });
        AssertTold(
            bench,
            new Enc28j60Notices(bench.Driver),
            3000,
            Up + ", but the receive pair is reversed (PHSTAT2.PLRITY), and the chip corrects that unreliably: swap TPIN+ and TPIN-");
    }

    [TestMethod]
    public void Sleep_is_not_taken_for_a_missing_cable()
    {
        DriverBench bench = NewBench();
        Enc28j60Notices notices = new(bench.Driver);
        AssertTold(bench, notices, 100, Up);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.PowerSave);
        AssertTold(bench, notices, 3000, "ENC28J60 B7: sleeps");
        bench.Driver.SetPowerMode(Enc28j60PowerMode.Running);
        AssertTold(bench, notices, 3000, Up);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.MagicPacket);
        AssertTold(bench, notices, 3000, "ENC28J60 B7: waits for a magic packet");
    }

    [TestMethod]
    public void The_way_to_sleep_is_not_taken_for_a_missing_cable_either()
    {
        DriverBench bench = NewBench();
        Enc28j60Notices notices = new(bench.Driver);
        AssertTold(bench, notices, 100, Up);

        // The chip stays awake for this one.
        bench.Port.Enqueue(DriverBench.Frame(60, 1));
        bench.Pass(200);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.PowerSave);
        AssertTold(bench, notices, 3000, "ENC28J60 B7: sleeps");
    }

    [TestMethod]
    public void Nothing_is_allocated_while_there_is_nothing_to_tell()
    {
        DriverBench bench = Started();
        Enc28j60Notices notices = new(bench.Driver);
        Assert.AreEqual(Up, notices.Take());
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Assert.IsNull(notices.Take());
        }

        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.ThrowsExactly<ArgumentNullException>(() => new Enc28j60Notices(null!));
    }

    /// <summary>Polls for a while and takes what is to tell after each time; it must be these lines.</summary>
    private static void AssertTold(DriverBench bench, Enc28j60Notices notices, int milliseconds, params string[] expected)
    {
        List<string> told = [];
        for (int i = 0; i < milliseconds; i++)
        {
            bench.Driver.Poll(bench.Clock.Milliseconds);
            if (notices.Take() is { } line)
            {
                told.Add(line);
            }

            bench.Clock.Advance(1_000_000);
            bench.Chip.Update();
        }

        CollectionAssert.AreEqual(expected, told, string.Join('\n', told));
    }
}
