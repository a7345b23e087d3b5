using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Link;
using NanoTcp.Tests.Emulation;

namespace NanoTcp.Tests.Drivers;

[TestClass]
public sealed class Enc28j60RecoveryTests : Enc28j60TestBase
{
    /// <summary>From the moment something is found wrong until frames flow again, in nanoseconds of chip time.</summary>
    private const long LongestRecovery = 10_000_000;

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
    public void A_wrong_bit_anywhere_in_a_header_that_is_right_when_it_is_read_again_costs_nothing()
    {
        DriverBench bench = Started();
        for (int bit = 0; bit < 48; bit++)
        {
            bench.Bus.WrongHeaderBit = bit;
            bench.Bus.WrongHeaderReads = 1;
            byte[] frame = DriverBench.Frame(60 + (bit * 30), bit);
            byte[] behind = DriverBench.Frame(61 + bit, 1000 + bit);
            bench.Bring(frame);
            bench.Bring(behind);
            bench.ExpectFrame(frame, $"bit {bit}");
            bench.ExpectFrame(behind, $"bit {bit}");
            Assert.AreEqual(0, bench.Bus.WrongHeaderReads, "has been read");
        }

        Assert.AreEqual(0, bench.Count(Enc28j60Counters.RxBadHeader));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    /// <summary>
    /// The packet that is looked for in vain comes in before packets are counted once more, so that there is one where none was.
    /// </summary>
    [TestMethod]
    public void A_packet_count_that_is_read_too_large_while_a_packet_comes_in_is_no_reason_to_recover()
    {
        DriverBench bench = Started();
        for (int early = 0; early < 200; early += 2)
        {
            byte[] first = DriverBench.Frame(60, early);
            byte[] second = DriverBench.Frame(60, early + 1);
            bench.Bring(first);
            bench.Take();
            Assert.AreEqual(0, bench.Take());
            bench.Port.Enqueue(second);
            bench.Chip.Update();
            bench.Clock.Advance((72 * 800) - (early * 1000 / 4));
            bench.Bus.WrongCountBits = 2;
            int length = bench.Take();
            bench.Pass(100);
            Assert.AreEqual(60, length == 0 ? bench.Take() : length, $"looked for {early / 4} us early");
            Assert.IsTrue(second.AsSpan().SequenceEqual(bench.Buffer.AsSpan(DriverBench.Offset, 60)));
            Assert.AreEqual(0, bench.Take());
        }

        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));

        // That the driver read where no packet lay yet, and took one that it had been told of too early, is not its fault.
        Assert.IsTrue(bench.Chip.Violations.ToList().TrueForAll(
            v => v.Kind is ViolationKind.ReadBeyondPacket or ViolationKind.PacketTakenUnannounced));
        bench.Chip.Violations.Clear();
    }

    /// <summary>
    /// After a recovery the ring begins where it began before, and the old headers in it still lead from one to the next.
    /// </summary>
    [TestMethod]
    [DataRow(0x10)]
    [DataRow(0x20)]
    [DataRow(0x40)]
    [DataRow(0x80)]
    [DataRow(0xFF)]
    public void A_packet_count_that_is_read_much_too_large_hands_up_no_frame_of_long_ago(int wrongBits)
    {
        DriverBench bench = WithOldFrames();
        bench.Bus.WrongCountBits = wrongBits;
        Assert.AreEqual(0, bench.Take());
        Assert.AreEqual(0, bench.Bus.WrongCountBits, "has been read");
        byte[] frame = DriverBench.Frame(200, 9);
        bench.Bring(frame);
        bench.ExpectFrame(frame, "after that");
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.Recoveries));
    }

    /// <summary>What is read for EPKTCNT there is a register that never changes, so that old frames would come until the next look.</summary>
    [TestMethod]
    public void A_bank_that_is_not_the_one_of_EPKTCNT_hands_up_no_frame_of_long_ago()
    {
        DriverBench bench = WithOldFrames();
        bench.Chip.Write([0x9F, 0x02], 0, 2);
        Assert.AreEqual(0x10, bench.Peek(Enc28j60Registers.EPAUSL + 1), "bank 3");
        Assert.AreEqual(0, bench.Take());
        Assert.AreEqual(2, bench.Count(Enc28j60Counters.LostRegisters));
        bench.Chip.Violations.Clear();
        AssertHealed(bench, 2);
    }

    [TestMethod]
    [DataRow(0x01)]
    [DataRow(0x80)]
    [DataRow(0xFF)]
    public void A_wrong_packet_count_while_a_magic_packet_is_waited_for_hands_up_no_frame_of_long_ago(int wrongBits)
    {
        DriverBench bench = WithOldFrames();
        bench.Driver.SetPowerMode(Enc28j60PowerMode.MagicPacket);
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.MagicPacket, 5);
        Assert.AreEqual(0, bench.Take());
        for (int i = 0; i < 5; i++)
        {
            bench.Bus.WrongCountBits = wrongBits;
            bench.Driver.Poll(bench.Clock.Milliseconds);
            Assert.AreEqual(0, bench.Bus.WrongCountBits, "has been read");
            Assert.AreEqual(0, bench.Take());
        }

        Assert.AreEqual(1, bench.Count(Enc28j60Counters.Recoveries));
    }

    /// <summary>
    /// Ones and zeros do not change the sum of a segment, so that nobody above the driver would notice where the data were zeros.
    /// </summary>
    [TestMethod]
    [DataRow(0xFF, 60, 30)]
    [DataRow(0x00, 60, 30)]
    [DataRow(0xFF, 1000, 100)]
    [DataRow(0x00, 1000, 100)]
    [DataRow(0xFF, 1000, 900)]
    [DataRow(0x00, 1000, 900)]
    public void A_burst_in_which_MISO_goes_silent_is_read_again(int silence, int length, int octets)
    {
        DriverBench bench = Started();
        byte[] frame = DriverBench.Frame(length, 1);
        frame.AsSpan(length / 3).Clear();
        frame.AsSpan(length / 2).Fill(0xFF);
        for (int i = 0; i < 20; i++)
        {
            bench.Bring(frame);
            bench.Bus.Silence = (byte)silence;
            bench.Bus.SilentAfter = octets;
            bench.ExpectFrame(frame, $"frame {i}");
            Assert.AreEqual(-1, bench.Bus.SilentAfter, "has been silent");
        }

        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    /// <summary>
    /// A long frame is read in two bursts; here the supply dips in the second one. What a dip in the first one makes of the frame
    /// only its check sequence would tell.
    /// </summary>
    [TestMethod]
    [DataRow(60, 3, 72)]
    [DataRow(1000, 75, 1020)]
    public void A_brown_out_in_the_middle_of_a_burst_hands_up_no_half_frame(int length, int first, int last)
    {
        for (int octets = first; octets <= last; octets += 9)
        {
            DriverBench bench = Started();
            bench.Receive(1);
            byte[] frame = DriverBench.Frame(length, 1);
            frame.AsSpan(20).Clear();
            bench.Bring(frame);
            bench.Chip.BrownOutAfter(octets);
            int received = bench.Take();
            Assert.IsTrue(
                received == 0 || frame.AsSpan().SequenceEqual(bench.Buffer.AsSpan(DriverBench.Offset, received)), $"after {octets} octets");
            bench.RunUntil(() => bench.Count(Enc28j60Counters.Recoveries) == 1, 510);
            AssertHealed(bench, 1);
        }
    }

    [TestMethod]
    public void A_frame_whose_check_sequence_is_all_ones_is_none_the_worse_for_it()
    {
        DriverBench bench = Started();
        byte[] frame = DriverBench.Frame(700, 1);
        uint register = ~EthernetCrc.Compute(frame, 0, 696);
        BitConverter.TryWriteBytes(frame.AsSpan(696), register);
        Assert.AreEqual(0xFFFFFFFF, EthernetCrc.Compute(frame, 0, 700));
        for (int i = 0; i < 20; i++)
        {
            byte[] behind = DriverBench.Frame(60 + i, i);
            bench.Bring(frame);
            bench.Bring(behind);
            bench.ExpectFrame(frame, $"frame {i}");
            bench.ExpectFrame(behind, $"behind frame {i}");
        }

        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    /// <summary>It would send all that is meant for a neighbour to nobody, for as long as the neighbour is remembered.</summary>
    [TestMethod]
    [DataRow(6)]
    [DataRow(22)]
    public void A_wrong_bit_in_the_senders_address_of_an_ARP_packet_is_read_right(int at)
    {
        DriverBench bench = Started();
        byte[] arp = ArpReply();
        for (int bit = 0; bit < 48; bit++)
        {
            // Counted from the header in front of the frame.
            bench.Bus.WrongHeaderBit = (8 * (6 + at)) + bit;
            bench.Bus.WrongHeaderReads = 1;
            bench.Bring(arp);
            bench.ExpectFrame(arp, $"bit {bit}");
            Assert.AreEqual(0, bench.Bus.WrongHeaderReads, "has been read");
        }

        Assert.AreEqual(48, bench.Count(Enc28j60Counters.RxPackets));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void An_ARP_packet_that_names_another_sender_than_its_frame_is_handed_up_as_it_is()
    {
        DriverBench bench = Started();
        byte[] arp = ArpReply();
        arp[11] = 0x55;
        for (int i = 0; i < 20; i++)
        {
            byte[] behind = DriverBench.Frame(60 + i, i);
            bench.Bring(arp);
            bench.Bring(behind);
            bench.ExpectFrame(arp, $"packet {i}");
            bench.ExpectFrame(behind, $"behind packet {i}");
        }

        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
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

    [TestMethod]
    public void One_register_read_wrong_on_the_bus_is_no_reason_to_recover()
    {
        DriverBench bench = Started();
        for (int i = 0; i < 2 * 47; i++)
        {
            // Each time another read of the look after the chip; an odd number, because the looks alternate.
            bench.Bus.WrongReadIn = i % 47;
            for (int k = 0; k < 500; k++)
            {
                bench.Driver.Poll(bench.Clock.Milliseconds);
                bench.Clock.Advance(1_000_000);
            }
        }

        Assert.AreEqual(0, bench.Count(Enc28j60Counters.LostRegisters));
        Assert.AreEqual(LinkStatus.Up, bench.Driver.Status);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.LinkChanges));
    }

    [TestMethod]
    [DataRow(Enc28j60Bits.EirAlwaysZero)]
    [DataRow(Enc28j60Bits.TXERIF)]
    [DataRow(Enc28j60Bits.RXERIF)]
    public void One_wrong_bit_of_EIR_on_the_bus_is_no_reason_to_recover_nor_to_give_a_frame_up(int bit)
    {
        // Nothing has come in yet, so that an overflow could not be one.
        DriverBench bench = Started();
        bench.Bus.WrongEirBits = bit;
        bench.Run(510);
        Assert.AreEqual(0, bench.Bus.WrongEirBits, "has been read");
        byte[] frame = DriverBench.Frame(1514, 1);
        bench.Send(frame);
        bench.Bus.WrongEirBits = bit;
        bench.ExpectArrival(frame, 5);
        bench.RunUntil(() => bench.Driver.CanSend, 1);
        Assert.AreEqual(0, bench.Bus.WrongEirBits, "has been read");
        Assert.AreEqual(0, bench.Port.Arrived);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.TxPackets));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.TxErrors));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.RxOverflows));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void A_frame_that_hangs_is_not_taken_for_sent_because_of_one_wrong_bit_of_EIR()
    {
        DriverBench bench = Started();
        byte[] frame = DriverBench.Frame(300, 1);
        bench.Bus.LostTransmitRequests = 1;
        bench.Send(frame);
        bench.Run(5);
        for (int i = 0; i < 5; i++)
        {
            bench.Bus.WrongEirBits = Enc28j60Bits.TXIF;
            bench.Run(2);
            Assert.AreEqual(0, bench.Bus.WrongEirBits, "has been read");
            Assert.IsFalse(bench.Driver.CanSend);
        }

        bench.ExpectArrival(frame, 20);
        bench.RunUntil(() => bench.Driver.CanSend, 1);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.TxTimeouts));
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.TxPackets));
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(3)]
    public void A_packet_count_that_is_read_too_large_is_no_reason_to_recover(int waiting)
    {
        DriverBench bench = Started();
        for (int bit = 2; bit < 8; bit++)
        {
            for (int i = 0; i < waiting; i++)
            {
                bench.Port.Enqueue(DriverBench.Frame(60 + (30 * bit), i));
            }

            bench.Pass(1000);
            bench.Bus.WrongCountBits = 1 << bit;
            for (int i = 0; i < waiting; i++)
            {
                bench.ExpectFrame(DriverBench.Frame(60 + (30 * bit), i), $"bit {bit}");
            }

            Assert.AreEqual(0, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
            Assert.AreEqual(0, bench.Bus.WrongCountBits, "has been read");
        }

        bench.Run(1010);
        bench.Port.Enqueue(DriverBench.Frame(200, 9));
        bench.ExpectFrame(DriverBench.Frame(200, 9), "after that");
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));

        // That the driver read where no packet lies, because it was lied to, is not its fault.
        Assert.IsTrue(bench.Chip.Violations.ToList().TrueForAll(v => v.Kind == ViolationKind.ReadBeyondPacket));
        bench.Chip.Violations.Clear();
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    [DataRow(5)]
    [DataRow(6)]
    [DataRow(7)]
    [DataRow(8)]
    public void After_a_time_of_bit_errors_on_MISO_the_link_lives(int seed)
    {
        DriverBench bench = Started();
        Random random = new(seed);
        bench.Bus.Noise = random;
        byte[] buffer = new byte[DriverBench.Offset + 1514];
        long end = bench.Clock.Milliseconds + 5000;
        while (bench.Clock.Milliseconds < end)
        {
            if (bench.Port.Coming < 5)
            {
                bench.Port.Enqueue(DriverBench.Frame(random.Next(60, 1515), seed));
            }

            bench.Driver.Poll(bench.Clock.Milliseconds);
            bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity);
            if (bench.Driver.CanSend)
            {
                bench.Driver.Send(buffer, DriverBench.Offset, random.Next(60, 1515));
            }

            bench.Pass(200);
            while (bench.Port.Arrived > 0)
            {
                bench.Port.TakeArrived();
            }
        }

        Assert.IsGreaterThan(100, bench.Bus.NoisyTransfers, $"seed {seed}");
        bench.Bus.Noise = null;

        // What the driver did because it was lied to is not its fault.
        bench.Run(2000);
        while (bench.Port.Coming > 0 || bench.Receive(5) != 0)
        {
            bench.Pass(100);
        }

        while (bench.Port.Arrived > 0)
        {
            bench.Port.TakeArrived();
        }

        bench.Chip.Violations.Clear();
        AssertHealed(bench, bench.Count(Enc28j60Counters.Recoveries));
    }

    /// <summary>An ARP reply to the chip's address, from the source of its frame.</summary>
    private static byte[] ArpReply()
    {
        byte[] arp = DriverBench.Frame(60, 7);
        arp[13] = 0x06;
        arp.AsSpan(6, 6).CopyTo(arp.AsSpan(22));
        return arp;
    }

    /// <summary>A bench whose ring is empty, and begins with packets of before its last recovery.</summary>
    private DriverBench WithOldFrames()
    {
        DriverBench bench = Started();
        for (int i = 0; i < 40; i++)
        {
            bench.Bring(DriverBench.Frame(100, i));
            bench.ExpectFrame(DriverBench.Frame(100, i), $"frame {i}");
        }

        bench.Chip.LoseReceiveEnable();
        bench.RunUntil(() => bench.Count(Enc28j60Counters.Recoveries) == 1, 510);
        bench.RunUntil(() => bench.Driver.CanSend, 20);
        Assert.AreEqual(0, bench.Take());
        return bench;
    }

    private static void AssertHealsWithin(DriverBench bench, int milliseconds, int cause)
    {
        bench.RunUntil(() => bench.Count(Enc28j60Counters.Recoveries) == 1, milliseconds);
        Assert.AreEqual(1, bench.Count(cause));
        AssertHealed(bench, 1);
    }

    /// <summary>Frames flow both ways soon, and it took so many recoveries.</summary>
    private static void AssertHealed(DriverBench bench, long recoveries)
    {
        long start = bench.Clock.Nanoseconds;
        bench.RunUntil(() => bench.Driver.CanSend, 20);
        Assert.IsLessThan(LongestRecovery, bench.Clock.Nanoseconds - start);
        bench.ExpectBothWays(DriverBench.Frame(777, (int)recoveries), "after the recovery");
        Assert.AreEqual(recoveries, bench.Count(Enc28j60Counters.Recoveries));
        Assert.AreEqual(LinkStatus.Up, bench.Driver.Status);
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
