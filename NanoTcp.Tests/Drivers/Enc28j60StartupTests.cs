using System;
using System.Collections.Generic;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Link;
using NanoTcp.Tests.Emulation;
using LedBWiring = NanoTcp.Emulation.LedBWiring;

namespace NanoTcp.Tests.Drivers;

[TestClass]
public sealed class Enc28j60StartupTests : Enc28j60TestBase
{
    [TestMethod]
    public void Cold_start_brings_the_link_up_within_ten_milliseconds()
    {
        DriverBench bench = NewBench();
        Assert.AreEqual(LinkStatus.NoDevice, bench.Driver.Status);
        Assert.IsFalse(bench.Driver.CanSend);
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.Up, 10);
        Assert.AreEqual(6, bench.Driver.Revision);
        Assert.AreEqual(Enc28j60Problem.None, bench.Driver.Problem);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.Initialisations));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.NoDevice));
    }

    [TestMethod]
    public void Erratum_2_nothing_is_said_to_the_chip_within_a_millisecond_of_the_reset()
    {
        // The reset goes out a hair before the clock's next millisecond: one tick later is microseconds later.
        DriverBench bench = NewBench();
        bench.Clock.Advance(990_000);
        bench.Driver.Poll(bench.Clock.Milliseconds);
        bench.Clock.Advance(2_000_000);
        bench.Driver.Poll(bench.Clock.Milliseconds);
        Assert.AreEqual(1, bench.Chip.Statistics.SystemReset);
        long before = bench.Chip.Statistics.Operations;
        bench.Clock.Advance(15_000);
        Assert.AreEqual(1, bench.Driver.Poll(bench.Clock.Milliseconds));
        Assert.AreEqual(before, bench.Chip.Statistics.Operations);
        bench.Clock.Advance(1_000_000);
        Assert.AreEqual(0, bench.Driver.Poll(bench.Clock.Milliseconds), "the PHY is set up by a call of its own");
        bench.Driver.Poll(bench.Clock.Milliseconds);
        Assert.AreEqual(LinkStatus.Up, bench.Driver.Status);
    }

    [TestMethod]
    public void Erratum_19_a_sleeping_chip_is_woken_before_it_is_reset()
    {
        DriverBench bench = NewBench();
        bench.Pass(2000);
        bench.Chip.Write([0x9E, 0x20], 0, 2);
        bench.Pass(1000);
        bench.Start();
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.NoDevice));
    }

    [TestMethod]
    public void Initialisation_starts_from_whatever_the_chip_was_doing_before()
    {
        DriverBench bench = Started();
        for (int i = 0; i < 5; i++)
        {
            bench.Port.Enqueue(DriverBench.Frame(1000, i));
        }

        bench.Pass(3000);
        Enc28j60Driver second = new(bench.Chip, DriverBench.Mac, new Enc28j60Options());
        while (second.Status != LinkStatus.Up)
        {
            second.Poll(bench.Clock.Milliseconds);
            bench.Pass(500);
        }

        bench.Pass(10_000);
        while (second.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity) != 0)
        {
            // What came in during and after the initialisation.
        }

        Assert.AreEqual(0, second.Counters.GetValue(Enc28j60Counters.Recoveries));
        byte[] frame = DriverBench.Frame(333, 99);
        bench.Port.Enqueue(frame);
        bench.Pass(1000);
        Assert.AreEqual(333, second.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
        Assert.IsTrue(frame.AsSpan().SequenceEqual(bench.Buffer.AsSpan(DriverBench.Offset, 333)));
    }

    [TestMethod]
    [DataRow(0x00)]
    [DataRow(0xFF)]
    public void An_absent_chip_is_looked_for_every_second_and_found_when_it_appears(int miso)
    {
        DriverBench bench = NewBench();
        bench.Bus.Unplugged = true;
        bench.Bus.StuckMiso = miso;
        bench.Run(20_000);
        Assert.AreEqual(LinkStatus.NoDevice, bench.Driver.Status);
        Assert.AreEqual(Enc28j60Problem.NoAnswer, bench.Driver.Problem);
        Assert.AreEqual(4 + 19, bench.Count(Enc28j60Counters.NoDevice));
        Assert.IsLessThanOrEqualTo(23 * 7, bench.Bus.Operations, "the search costs next to nothing");
        Assert.IsFalse(bench.Driver.CanSend);
        Assert.AreEqual(0, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
        Assert.IsFalse(bench.Driver.Send(bench.Buffer, DriverBench.Offset, 60));

        bench.Bus.Unplugged = false;
        bench.Bus.StuckMiso = -1;
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.Up, 1010);
        Assert.AreEqual(Enc28j60Problem.None, bench.Driver.Problem);
        bench.Port.Enqueue(DriverBench.Frame(60, 1));
        bench.ExpectFrame(DriverBench.Frame(60, 1), "after the chip appeared");
    }

    [TestMethod]
    public void A_chip_that_fails_at_first_is_set_up_by_one_of_the_searches_that_follow_at_once()
    {
        // As at a cold boot: the oscillator takes longer than it should.
        DriverBench bench = NewBench();
        bench.Bus.MissingEstatBits = 0x01;
        long start = bench.Clock.Milliseconds;
        bench.RunUntil(() => bench.Count(Enc28j60Counters.NoDevice) == 3, 20);
        Assert.AreEqual(Enc28j60Problem.ClockNotRunning, bench.Driver.Problem);
        bench.Bus.MissingEstatBits = 0;
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.Up, 10);
        Assert.IsLessThanOrEqualTo(20, bench.Clock.Milliseconds - start);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.LinkChanges));
        Assert.AreEqual(Enc28j60Problem.None, bench.Driver.Problem);
    }

    [TestMethod]
    public void A_chip_that_has_not_heard_its_reset_is_reset_again()
    {
        DriverBench bench = Started();

        // A wrong bit in the System Reset Command of the next initialisation, which is its second operation.
        bench.Bus.WrongHeaders = 1;
        bench.Port.Enqueue(DriverBench.Frame(100, 1));
        bench.RunUntil(() => bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity) == 0
            && bench.Count(Enc28j60Counters.Recoveries) == 1, 10);
        bench.Bus.WrongMosiIn = 1;
        bench.Bus.WrongMosiBit = 5;
        bench.RunUntil(() => bench.Driver.CanSend, 20);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.NoDevice));
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.LinkChanges));
        bench.Chip.Violations.Clear();
        bench.Port.Enqueue(DriverBench.Frame(100, 2));
        bench.ExpectFrame(DriverBench.Frame(100, 2), "after the second reset");
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    public void Erratum_1_a_chip_that_spoils_one_MAC_access_in_sixteen_comes_up_and_stays_up(int seed)
    {
        DriverBench bench = NewBench(new Enc28j60ChipOptions { Revision = 4, SpiClockHz = 4_000_000 });
        bench.Bus.MacSpoiler = new Random(seed);
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.Up, 1000);
        byte[] frame = DriverBench.Frame(500, seed);
        for (int minute = 0; minute < 10; minute++)
        {
            bench.RunQuickly(60_000);
            bench.ExpectBothWays(frame, $"after {minute} minutes");
        }

        Assert.IsGreaterThan(1000, bench.Bus.Spoilt);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.LinkChanges));
        Assert.AreEqual(Enc28j60Problem.None, bench.Driver.Problem);

        // A difference that is real still counts.
        bench.Poke(Enc28j60Registers.MAADR3, 0x55);
        bench.RunUntil(() => bench.Count(Enc28j60Counters.LostRegisters) == 1, 1010);
        bench.RunUntil(() => bench.Driver.CanSend, 1000);
        bench.Port.Enqueue(frame);
        bench.ExpectFrame(frame, "after the recovery");

        // What the chip made of MII commands that it spoilt itself is not the driver's fault.
        foreach (Violation violation in bench.Chip.Violations.ToList())
        {
            Assert.IsTrue(
                violation.Kind is ViolationKind.MiiBusy or ViolationKind.MiiDataReadWhileBusy or ViolationKind.ReservedBits
                    or ViolationKind.MiiWriteHighWithoutLow,
                violation.ToString());
        }

        bench.Chip.Violations.Clear();
    }

    [TestMethod]
    public void Erratum_1_initialisation_succeeds_on_the_first_attempt_with_hundreds_of_seeds()
    {
        DriverBench bench = NewBench(new Enc28j60ChipOptions { Revision = 2 });
        int failed = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            bench.Bus.MacSpoiler = new Random(seed);
            Enc28j60Driver driver = new(bench.Bus, DriverBench.Mac, new Enc28j60Options());
            for (int i = 0; i < 20 && driver.Counters.GetValue(Enc28j60Counters.Initialisations) == 0; i++)
            {
                driver.Poll(bench.Clock.Milliseconds);
                bench.Clock.Advance(1_000_000);
            }

            failed += driver.Counters.GetValue(Enc28j60Counters.NoDevice) == 0 ? 0 : 1;
            bench.Bus.MacSpoiler = null;
            byte[] frame = DriverBench.Frame(200, seed);
            bench.Port.Enqueue(frame);
            bench.Pass(1000);
            driver.Poll(bench.Clock.Milliseconds);
            Assert.AreEqual(200, driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity), $"seed {seed}");
            bench.Pass(3000);
        }

        Assert.IsLessThanOrEqualTo(1, failed);
        bench.Chip.Violations.Clear();
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(7)]
    public void Something_with_another_revision_is_not_taken_for_the_chip(int revision)
    {
        DriverBench bench = NewBench(new Enc28j60ChipOptions { Revision = (byte)revision });
        bench.Run(3000);
        Assert.AreEqual(LinkStatus.NoDevice, bench.Driver.Status);
        Assert.AreEqual(Enc28j60Problem.UnknownRevision, bench.Driver.Problem);
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(4)]
    [DataRow(5)]
    [DataRow(6)]
    public void Every_silicon_revision_is_taken(int revision)
    {
        DriverBench bench = Started(new Enc28j60ChipOptions { Revision = (byte)revision });
        Assert.AreEqual(revision, bench.Driver.Revision);
    }

    [TestMethod]
    [DataRow(false, LedBWiring.Source)]
    [DataRow(false, LedBWiring.Sink)]
    [DataRow(true, LedBWiring.Source)]
    [DataRow(true, LedBWiring.Sink)]
    public void Erratum_16_duplex_is_what_the_options_say_and_not_what_LEDB_says(bool fullDuplex, LedBWiring ledB)
    {
        DriverBench bench = Started(new Enc28j60ChipOptions { LedB = ledB }, new Enc28j60Options { FullDuplex = fullDuplex });

        // A frame each way: the chip reports a mismatch of MAC and PHY when it sends, and echoes without HDLDIS.
        byte[] frame = DriverBench.Frame(200, 1);
        bench.Send(frame);
        bench.ExpectArrival(frame, 5);
        Assert.AreEqual(0, bench.Receive(5), "no echo");
        bench.Port.Enqueue(frame);
        bench.ExpectFrame(frame, "both ways");
    }

    [TestMethod]
    [DataRow(1_000_000)]
    [DataRow(8_000_000)]
    [DataRow(10_000_000)]
    [DataRow(20_000_000)]
    public void Every_SPI_clock_will_do(int hertz)
    {
        DriverBench bench = Started(new Enc28j60ChipOptions { SpiClockHz = hertz, ChipSelectGapNanoseconds = 100 });
        byte[] frame = DriverBench.Frame(1514, 1);
        bench.Send(frame);
        bench.ExpectArrival(frame, 20);
        bench.Port.Enqueue(frame);
        bench.ExpectFrame(frame, "both ways");
    }

    [TestMethod]
    public void The_link_goes_down_and_comes_up_within_half_a_second_and_is_counted()
    {
        DriverBench bench = Started();
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.LinkChanges));
        bench.Port.LinkUp = false;
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.Down, 510);
        Assert.IsFalse(bench.Driver.CanSend);
        Assert.IsFalse(bench.Driver.Send(bench.Buffer, DriverBench.Offset, 60));
        bench.Run(2000);
        Assert.AreEqual(LinkStatus.Down, bench.Driver.Status);
        bench.Port.LinkUp = true;
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.Up, 510);
        Assert.IsTrue(bench.Driver.CanSend);
        Assert.AreEqual(3, bench.Count(Enc28j60Counters.LinkChanges));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void A_chip_without_a_cable_is_found_and_its_link_is_down()
    {
        DriverBench bench = NewBench();
        bench.Port.LinkUp = false;
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.Down, 10);
        bench.Port.LinkUp = true;
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.Up, 510);
    }

    [TestMethod]
    public void With_the_interrupt_pin_the_driver_asks_for_two_calls_a_second_and_the_pin_tells_of_frames()
    {
        DriverBench bench = Started(null, new Enc28j60Options { UseInterruptPin = true });
        bench.Run(1000);
        List<int> waits = [];
        for (int i = 0; i < 10; i++)
        {
            waits.Add(bench.Driver.Poll(bench.Clock.Milliseconds));
            bench.Pass(waits[^1] * 1000L);
        }

        Assert.IsTrue(waits.TrueForAll(w => w is > 400 and <= 500), string.Join(' ', waits));
        Assert.IsFalse(bench.Chip.InterruptPinLow);
        bench.Port.Enqueue(DriverBench.Frame(60, 1));
        bench.Port.Enqueue(DriverBench.Frame(60, 2));
        bench.Pass(1000);
        Assert.IsTrue(bench.Chip.InterruptPinLow);
        bench.ExpectFrame(DriverBench.Frame(60, 1), "first");
        Assert.IsTrue(bench.Chip.InterruptPinLow);
        bench.ExpectFrame(DriverBench.Frame(60, 2), "second");
        Assert.IsFalse(bench.Chip.InterruptPinLow, "drained, so that the next frame makes an edge");

        // A sent frame must not hold the pin low.
        bench.Send(DriverBench.Frame(60, 3));
        bench.ExpectArrival(DriverBench.Frame(60, 3), 5);
        Assert.IsFalse(bench.Chip.InterruptPinLow);
    }

    [TestMethod]
    public void Without_the_interrupt_pin_the_driver_asks_to_be_called_at_the_pace_of_the_options()
    {
        DriverBench bench = Started(null, new Enc28j60Options { PollInterval = 20 });
        Assert.AreEqual(20, bench.Driver.Poll(bench.Clock.Milliseconds));
    }

    [TestMethod]
    public void Misuse_is_refused_before_anything_happens()
    {
        DriverBench bench = Started();
        FaultyBus bus = new(bench.Chip);
        Assert.ThrowsExactly<ArgumentNullException>(() => new Enc28j60Driver(null!, DriverBench.Mac, null!));
        Assert.ThrowsExactly<ArgumentException>(() => new Enc28j60Driver(bus, 0, null!));
        Assert.ThrowsExactly<ArgumentException>(() => new Enc28j60Driver(bus, 0x010000000001, null!));
        Assert.ThrowsExactly<ArgumentException>(() => new Enc28j60Driver(bus, 0x1_020000000001, null!));
        Assert.ThrowsExactly<ArgumentException>(() => new Enc28j60Driver(bus, -1, null!));
        Assert.ThrowsExactly<ArgumentException>(() => new Enc28j60Driver(bus, DriverBench.Mac, new Enc28j60Options { PollInterval = 1001 }));
        Assert.ThrowsExactly<ArgumentException>(() => new Enc28j60Driver(bus, DriverBench.Mac, new Enc28j60Options { LedConfiguration = 0x0476 }));
        Assert.ThrowsExactly<ArgumentException>(() => new Enc28j60Driver(bus, DriverBench.Mac, new Enc28j60Options { CheckInterval = 99 }));
        Assert.ThrowsExactly<ArgumentException>(() => new Enc28j60Driver(bus, DriverBench.Mac, new Enc28j60Options { CheckInterval = 60_001 }));
        long before = bench.Bus.Operations;
        byte[] small = new byte[100];
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => bench.Driver.Send(small, 7, 13));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => bench.Driver.Send(new byte[1600], 7, 1515));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => bench.Driver.Send(small, 6, 60));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => bench.Driver.Send(small, 7, 94));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => bench.Driver.Receive(small, 7, 89));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => bench.Driver.Receive(small, 6, 60));
        Assert.ThrowsExactly<ArgumentNullException>(() => bench.Driver.Receive(null!, 7, 60));
        Assert.AreEqual(before, bench.Bus.Operations);
    }
}
