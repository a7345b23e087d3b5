using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Link;

namespace NanoTcp.Tests.Drivers;

[TestClass]
public sealed class Enc28j60RecoveryTests : Enc28j60TestBase
{
    [TestMethod]
    public void A_wrong_bit_anywhere_in_pointer_length_or_Received_Ok_is_noticed_and_healed()
    {
        DriverBench bench = Started();
        int recoveries = 0;
        for (int bit = 0; bit < 40; bit++)
        {
            if (bit is >= 32 and < 39)
            {
                continue;
            }

            bench.Bus.WrongHeaderBit = bit;
            bench.Bus.WrongHeaders = 1;
            bench.Port.Enqueue(DriverBench.Frame(60 + (bit * 30), bit));
            bench.Pass(1400);
            Assert.AreEqual(0, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity), $"bit {bit}");
            Assert.AreEqual(++recoveries, bench.Count(Enc28j60Counters.RxBadHeader), $"bit {bit}");
            AssertHealed(bench, recoveries);
        }
    }

    [TestMethod]
    public void With_the_pin_a_recovery_does_not_wait_for_the_next_look()
    {
        DriverBench bench = Started(null, new Enc28j60Options { UseInterruptPin = true, CheckInterval = 60_000 });
        bench.Receive(1);
        Assert.AreEqual(1000, bench.Driver.Poll(bench.Clock.Milliseconds));
        bench.Bus.WrongHeaders = 1;
        bench.Bring(DriverBench.Frame(100, 1));

        // The edge of the packet leads here, and so what is waited for next is another one, or the second that was asked for.
        Assert.AreEqual(1000, bench.Driver.Poll(bench.Clock.Milliseconds));
        long edges = bench.Chip.InterruptEdges;
        Assert.AreEqual(0, bench.Take());
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.RxBadHeader));
        Assert.AreEqual(edges + 1, bench.Chip.InterruptEdges);
        AssertHealed(bench, 1);
    }

    [TestMethod]
    public void A_garbage_header_in_the_chips_memory_is_noticed_and_healed()
    {
        DriverBench bench = Started();
        Random random = new(5);
        for (int i = 0; i < 100; i++)
        {
            bench.Port.Enqueue(DriverBench.Frame(300, i));
            bench.Pass(500);
            random.NextBytes(bench.Chip.Memory.AsSpan(0, 6));
            Assert.AreEqual(0, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
            AssertHealed(bench, i + 1);

            // The next one begins at the ring's start again.
            bench.Bus.WrongHeaderBit = 0;
            bench.Bus.WrongHeaders = 1;
            bench.Port.Enqueue(DriverBench.Frame(300, i));
            bench.Pass(500);
            bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity);
            bench.RunUntil(() => bench.Driver.CanSend, 20);
            bench.Driver.Counters.Add(Enc28j60Counters.Recoveries, -1);
        }
    }

    [TestMethod]
    [DataRow(0x00)]
    [DataRow(0xFF)]
    public void A_MISO_line_that_sticks_is_noticed_and_the_chip_comes_back_with_it(int miso)
    {
        DriverBench bench = Started();
        bench.Bus.StuckMiso = miso;
        long end = bench.Clock.Milliseconds + 1100;
        while (bench.Driver.Status != LinkStatus.NoDevice)
        {
            Assert.IsLessThan(end, bench.Clock.Milliseconds);
            bench.Driver.Poll(bench.Clock.Milliseconds);
            Assert.AreEqual(0, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
            bench.Pass(500);
        }

        Assert.AreEqual(Enc28j60Problem.NoAnswer, bench.Driver.Problem);
        bench.Run(10_000);
        bench.Bus.StuckMiso = -1;
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.Up, 1010);
        AssertHealed(bench, 1);
    }

    [TestMethod]
    [DataRow(0x00)]
    [DataRow(0xFF)]
    public void A_MISO_line_that_sticks_while_a_frame_is_on_its_way_is_noticed(int miso)
    {
        DriverBench bench = Started();
        bench.Send(DriverBench.Frame(1000, 1));
        bench.Bus.StuckMiso = miso;
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.NoDevice, 1100);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.Recoveries));
        bench.Bus.StuckMiso = -1;
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.Up, 1010);

        // Only MISO was stuck: the frame went out, and went out again because nobody said so.
        Assert.IsGreaterThan(0, bench.Port.Arrived);
        while (bench.Port.Arrived > 0)
        {
            Assert.AreEqual(1000, bench.Port.TakeArrived().Length);
        }

        AssertHealed(bench, 1);
    }

    [TestMethod]
    public void An_unplugged_chip_is_noticed_and_found_again()
    {
        DriverBench bench = Started();
        bench.Bus.Unplugged = true;
        bench.Bus.StuckMiso = 0xFF;
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.NoDevice, 600);
        bench.Chip.PowerCycle();
        bench.Run(5000);
        bench.Bus.Unplugged = false;
        bench.Bus.StuckMiso = -1;
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.Up, 1010);
        AssertHealed(bench, 1);
    }

    [TestMethod]
    public void A_brown_out_that_resets_the_chip_is_noticed_within_half_a_second()
    {
        DriverBench bench = Started();
        bench.Run(1234);
        bench.Chip.PowerCycle();
        bench.Pass(400);
        AssertHealsWithin(bench, 510, Enc28j60Counters.LostRegisters);
    }

    [TestMethod]
    [DataRow(60)]
    [DataRow(1514)]
    public void A_frame_on_its_way_when_the_supply_dips_is_counted_as_lost_and_not_as_sent(int length)
    {
        DriverBench bench = Started();
        bench.Run(100);
        bench.Send(DriverBench.Frame(length, 1));
        bench.Pass(40);
        bench.Chip.BrownOut();
        bench.RunUntil(() => bench.Count(Enc28j60Counters.Recoveries) == 1, 25);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.LostPointers));
        bench.RunUntil(() => bench.Driver.CanSend, 20);
        Assert.AreEqual(0, bench.Port.Arrived, "nothing went out in its place either");
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.TxPackets));
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.TxErrors));
        AssertHealed(bench, 1);
    }

    [TestMethod]
    public void RXEN_that_clears_itself_is_noticed_within_half_a_second()
    {
        DriverBench bench = Started();
        bench.Chip.Write([0xBF, 0x04], 0, 2);
        AssertHealsWithin(bench, 510, Enc28j60Counters.LostRegisters);
    }

    [TestMethod]
    public void Bank_bits_that_change_are_noticed_within_half_a_second()
    {
        DriverBench bench = Started();
        bench.Receive(1);
        bench.Chip.Write([0xBF, 0x03], 0, 2);
        AssertHealsWithin(bench, 510, Enc28j60Counters.LostRegisters);
    }

    [TestMethod]
    [DataRow(Enc28j60Registers.ERXSTL, 0x02)]
    [DataRow(Enc28j60Registers.ERXSTH, 0x01)]
    [DataRow(Enc28j60Registers.ERXNDL, 0xFD)]
    [DataRow(Enc28j60Registers.ERXNDH, 0x1F)]
    [DataRow(Enc28j60Registers.ETXSTL, 0x02)]
    [DataRow(Enc28j60Registers.ETXSTH, 0x00)]
    [DataRow(Enc28j60Registers.ERXFCON, 0x00)]
    [DataRow(Enc28j60Registers.MACON1, 0x00)]
    [DataRow(Enc28j60Registers.MACON1, 0x03)]
    [DataRow(Enc28j60Registers.MACON3, 0x33)]
    [DataRow(Enc28j60Registers.MACON4, 0x00)]
    [DataRow(Enc28j60Registers.MABBIPG, 0x00)]
    [DataRow(Enc28j60Registers.MAIPGL, 0x00)]
    [DataRow(Enc28j60Registers.MAIPGH, 0x00)]
    [DataRow(Enc28j60Registers.MACLCON1, 0x00)]
    [DataRow(Enc28j60Registers.MACLCON2, 0x00)]
    [DataRow(Enc28j60Registers.MAMXFLL, 0x00)]
    [DataRow(Enc28j60Registers.MAMXFLH, 0x06)]
    [DataRow(Enc28j60Registers.MAADR1, 0x04)]
    [DataRow(Enc28j60Registers.MAADR2, 0x80)]
    [DataRow(Enc28j60Registers.MAADR3, 0x01)]
    [DataRow(Enc28j60Registers.MAADR4, 0x02)]
    [DataRow(Enc28j60Registers.MAADR5, 0x00)]
    [DataRow(Enc28j60Registers.MAADR6, 0x00)]
    [DataRow(Enc28j60Registers.EBSTCON, 0x02)]
    [DataRow(Enc28j60Registers.EBSTCON, 0x20)]
    [DataRow(Enc28j60Registers.EFLOCON, 0x01)]
    [DataRow(Enc28j60Registers.EFLOCON, 0x02)]
    [DataRow(Enc28j60Registers.EIE, 0x00)]
    [DataRow(Enc28j60Registers.ECON2, 0x00)]
    [DataRow(Enc28j60Registers.ECON2, 0xA0)]
    public void A_configured_register_that_changes_is_noticed_within_a_second(int register, int value)
    {
        DriverBench bench = NewBench(null, new Enc28j60Options { UseInterruptPin = true });
        bench.Start();
        bench.Run(777);
        bench.Poke(register, value);
        AssertHealsWithin(bench, 1010, Enc28j60Counters.LostRegisters);
    }

    [TestMethod]
    [DataRow(0x80)]
    [DataRow(0x40)]
    [DataRow(0x01)]
    public void An_interrupt_that_nobody_asked_for_is_noticed_within_a_second_without_the_pin_too(int eie)
    {
        DriverBench bench = Started();
        bench.Run(333);
        bench.Poke(Enc28j60Registers.EIE, eie);
        AssertHealsWithin(bench, 1010, Enc28j60Counters.LostRegisters);
    }

    [TestMethod]
    [DataRow(0x20)]
    [DataRow(0x30)]
    [DataRow(0x40)]
    [DataRow(0x80)]
    public void A_bit_of_ECON1_that_sets_itself_is_noticed_within_half_a_second(int mask)
    {
        DriverBench bench = Started();
        bench.Run(100);
        bench.Chip.Write([0x9F, (byte)mask], 0, 2);
        bench.Chip.Violations.Clear();
        AssertHealsWithin(bench, 510, Enc28j60Counters.LostRegisters);
        bench.Chip.Violations.Clear();
    }

    [TestMethod]
    [DataRow(Enc28j60Registers.ERDPTL, 0x0002)]
    [DataRow(Enc28j60Registers.ERDPTL, 0x1A00)]
    [DataRow(Enc28j60Registers.ERXRDPTL, 0x0801)]
    [DataRow(Enc28j60Registers.ERXRDPTL, 0x18FF)]
    [DataRow(Enc28j60Registers.ETXNDL, 0x1A01)]
    [DataRow(Enc28j60Registers.ETXNDL, 0x1B40)]
    [DataRow(Enc28j60Registers.EWRPTL, 0x0000)]
    public void A_pointer_that_moves_is_noticed_within_a_second(int register, int value)
    {
        DriverBench bench = Started();
        bench.ExpectBothWays(DriverBench.Frame(321, 1), "before");
        bench.Run(654);
        bench.Poke(register, value & 0xFF);
        bench.Poke(register + 1, value >> 8);
        AssertHealsWithin(bench, 1010, Enc28j60Counters.LostPointers);
    }

    [TestMethod]
    public void A_packet_count_that_is_one_too_small_is_noticed_within_a_second()
    {
        DriverBench bench = WithPacketCountOneTooSmall();
        Assert.AreEqual(0, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
        AssertHealsWithin(bench, 1010, Enc28j60Counters.LostPointers);
    }

    /// <summary>
    /// A loop that polls slowly finds a packet each time, so that the ring is never seen empty at the time of the look.
    /// </summary>
    [TestMethod]
    public void A_packet_count_that_is_one_too_small_is_noticed_in_steady_traffic_too()
    {
        DriverBench bench = WithPacketCountOneTooSmall();
        int polls = 0;
        while (bench.Count(Enc28j60Counters.LostPointers) == 0)
        {
            Assert.IsLessThan(21, polls++, "polls 50 ms apart, each with a packet waiting");
            bench.Port.Enqueue(DriverBench.Frame(100, polls));
            bench.Pass(50_000);
            bench.Driver.Poll(bench.Clock.Milliseconds);
            while (bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity) != 0)
            {
                // Each is the frame before the one that has just come.
            }
        }
    }

    [TestMethod]
    public void Pointers_are_compared_as_they_are_in_the_middle_of_a_batch_too()
    {
        DriverBench bench = Started();
        for (int i = 0; i < 400; i++)
        {
            for (int k = 0; k < 4; k++)
            {
                bench.Port.Enqueue(DriverBench.Frame(60 + ((i * 37) % 700), k));
            }

            bench.RunUntil(() => bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity) != 0, 20);
            bench.Pass(3000);
            bench.Clock.Advance(500_000_000);
            bench.Driver.Poll(bench.Clock.Milliseconds);
            while (bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity) != 0)
            {
                // The rest of the batch.
            }
        }

        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
        Assert.AreEqual(1600, bench.Count(Enc28j60Counters.RxPackets));
    }

    [TestMethod]
    [DataRow(Enc28j60Bits.PHCON1, 0x4000, 1010)]
    [DataRow(Enc28j60Bits.PHCON1, 0x0800, 1010)]
    [DataRow(Enc28j60Bits.PHCON1, 0x0100, 510)]
    [DataRow(Enc28j60Bits.PHCON2, 0x0000, 1010)]
    [DataRow(Enc28j60Bits.PHCON2, 0x4100, 1010)]
    [DataRow(Enc28j60Bits.PHCON2, 0x2100, 1010)]
    [DataRow(Enc28j60Bits.PHCON2, 0x0500, 1010)]
    [DataRow(Enc28j60Bits.PHLCON, 0x3422, 8010)]
    [DataRow(Enc28j60Bits.PHIE, 0x0012, 8010)]
    public void A_register_of_the_PHY_that_changes_is_noticed_in_time(int register, int value, int milliseconds)
    {
        DriverBench bench = Started();
        bench.Run(456);
        bench.PokePhy(register, value);
        AssertHealsWithin(bench, milliseconds, Enc28j60Counters.LostPhy);
    }

    [TestMethod]
    [DataRow(false, 0x4000)]
    [DataRow(true, 0x4100)]
    public void Errata_9_and_10_a_PHY_that_falls_into_loopback_is_noticed_within_a_second(bool fullDuplex, int loopback)
    {
        DriverBench bench = Started(null, new Enc28j60Options { FullDuplex = fullDuplex });
        bench.Run(456);
        bench.PokePhy(Enc28j60Bits.PHCON1, loopback);
        bench.Port.Enqueue(DriverBench.Frame(60, 1));
        Assert.AreEqual(0, bench.Receive(2), "in loopback nothing comes in");
        AssertHealsWithin(bench, 1010, Enc28j60Counters.LostPhy);
    }

    [TestMethod]
    [DataRow(100)]
    [DataRow(333)]
    [DataRow(4000)]
    public void Every_value_is_compared_once_in_the_interval_of_the_options(int interval)
    {
        DriverBench bench = Started(null, new Enc28j60Options { CheckInterval = interval, UseInterruptPin = true });
        bench.Run(interval / 3);
        bench.Poke(Enc28j60Registers.MAADR6, 0x55);
        bench.RunUntil(() => bench.Count(Enc28j60Counters.LostRegisters) == 1, interval + 10);
        bench.RunUntil(() => bench.Driver.CanSend, 20);
        bench.Run(interval / 3);
        bench.Poke(Enc28j60Registers.ERDPTL, 0x55);
        bench.RunUntil(() => bench.Count(Enc28j60Counters.LostPointers) == 1, interval + 10);
        bench.RunUntil(() => bench.Driver.CanSend, 20);
    }

    [TestMethod]
    public void With_a_long_interval_and_the_interrupt_pin_the_driver_still_asks_for_a_call_a_second()
    {
        DriverBench bench = Started(null, new Enc28j60Options { CheckInterval = 60_000, UseInterruptPin = true });
        bench.Run(50);
        Assert.AreEqual(1000, bench.Driver.Poll(bench.Clock.Milliseconds));

        // And a link that comes does not wait for the next look.
        bench.Port.LinkUp = false;
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.Down, 30_010);
        bench.Port.LinkUp = true;
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.Up, 510);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    public void One_wrong_bit_on_MOSI_anywhere_in_traffic_is_healed_within_a_second(int seed)
    {
        DriverBench bench = Started();
        Random random = new(seed);
        byte[] buffer = new byte[DriverBench.Offset + 1514];
        for (int round = 0; round < 150; round++)
        {
            bench.Bus.WrongMosiIn = random.Next(40);

            // Registers more often than frames, which have a check sequence of their own.
            bench.Bus.WrongMosiBit = random.Next(random.Next(10) == 0 ? 8 * 60 : 16);
            while (bench.Bus.WrongMosiIn >= 0)
            {
                bench.Port.Enqueue(DriverBench.Frame(random.Next(60, 400), round));
                bench.Driver.Poll(bench.Clock.Milliseconds);
                bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity);
                if (bench.Driver.CanSend)
                {
                    bench.Driver.Send(buffer, DriverBench.Offset, random.Next(60, 400));
                }

                bench.Clock.Advance(random.Next(300_000, 2_000_000));
                bench.Chip.Update();
            }

            // A second for the check, and what a recovery and a stuck transmission take.
            bench.RunQuickly(1120);
            while (bench.Port.Arrived > 0)
            {
                bench.Port.TakeArrived();
            }

            bench.Chip.Violations.Clear();
            Assert.AreEqual(0, bench.Port.Coming);
            for (int i = 0; i < 3; i++)
            {
                string what = $"seed {seed}, round {round}, bit {bench.Bus.WrongMosiBit}, frame {i}";
                byte[] frame = DriverBench.Frame(random.Next(60, 1515), random.Next());
                bench.Port.Enqueue(frame);
                Assert.AreEqual(frame.Length, bench.Receive(20), what);
                Assert.IsTrue(frame.AsSpan().SequenceEqual(bench.Buffer.AsSpan(DriverBench.Offset, frame.Length)), what);
                bench.Send(frame);
                bench.RunUntil(() => bench.Port.Arrived > 0, 20);
                Assert.IsTrue(frame.AsSpan().SequenceEqual(bench.Port.TakeArrived()), what);
            }
        }

        Assert.IsGreaterThan(20, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void A_receive_ring_that_overflows_though_it_is_empty_is_noticed_within_half_a_second()
    {
        DriverBench bench = Started();

        // ERXRDPT right behind the write pointer: no room, and no packet either.
        bench.Poke(Enc28j60Registers.ERXRDPTL, 0x01);
        bench.Poke(Enc28j60Registers.ERXRDPTH, 0x00);
        bench.Port.Enqueue(DriverBench.Frame(60, 1));
        bench.Pass(200);
        Assert.AreEqual(1, bench.Chip.Wire.Overflowed);
        AssertHealsWithin(bench, 510, Enc28j60Counters.RxStalls);
    }

    private static void AssertHealsWithin(DriverBench bench, int milliseconds, int cause)
    {
        bench.RunUntil(() => bench.Count(Enc28j60Counters.Recoveries) == 1, milliseconds);
        Assert.AreEqual(1, bench.Count(cause));
        AssertHealed(bench, 1);
    }

    /// <summary>A packet waits in the chip, and somebody has counted it off with PKTDEC.</summary>
    private DriverBench WithPacketCountOneTooSmall()
    {
        DriverBench bench = Started();
        bench.Receive(1);
        bench.Port.Enqueue(DriverBench.Frame(100, 1));
        bench.Pass(500);
        bench.Chip.Write([0x9E, 0x40], 0, 2);
        bench.Chip.Violations.Clear();
        return bench;
    }
}
