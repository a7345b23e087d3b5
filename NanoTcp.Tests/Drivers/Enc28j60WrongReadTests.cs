using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Link;
using NanoTcp.Tests.Emulation;

namespace NanoTcp.Tests.Drivers;

/// <summary>What is read wrong once, of a register, a count, a header or a frame, is neither believed nor a reason to recover.</summary>
[TestClass]
public sealed class Enc28j60WrongReadTests : Enc28j60TestBase
{
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
}
