using System.Linq;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

[TestClass]
public class ReceiveTests
{
    private const int Rxerif = 0x01;

    [TestMethod]
    public void A_frame_lies_behind_its_header_with_its_check_sequence()
    {
        ChipBench bench = new();
        bench.Initialise();
        byte[] frame = ChipBench.Frame(60);
        bench.Port.Incoming.Enqueue(frame);
        bench.ReceiveAll();
        Assert.AreEqual(1, bench.PacketCount());
        (int next, int length, int status, byte[] stored) = bench.TakePacket();
        Assert.AreEqual(64, length);
        Assert.AreEqual(70, next);
        Assert.AreEqual(0x00C0, status);
        CollectionAssert.AreEqual(frame, stored[..60]);
        Assert.AreEqual(BitwiseCrc(frame), (uint)(stored[60] | (stored[61] << 8) | (stored[62] << 16) | (stored[63] << 24)));
        Assert.AreEqual(0, bench.PacketCount());
        Assert.AreEqual(70, bench.WritePointer());
        bench.AssertClean();
    }

    [TestMethod]
    public void The_data_sheets_example_of_a_packet_at_1020h_ends_at_106Dh()
    {
        // DS39662 figure 7-3: 47h octets from 1026h, one octet of padding, next packet at 106Eh. ERXST is 1020h here by
        // the only way past erratum 5: the ring's pointer comes there by receiving.
        ChipBench bench = new();
        bench.Initialise(ringEnd: 0x17FF);
        MoveRingTo(bench, 0x1020);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(0x47 - 4));
        bench.ReceiveAll();
        Assert.AreEqual(0x1020, bench.EthWord(0, 0x00));
        (int next, int length, _, byte[] stored) = bench.TakePacket();
        Assert.AreEqual(0x106E, next);
        Assert.AreEqual(0x47, length);
        CollectionAssert.AreEqual(stored, bench.Chip.Memory[0x1026..0x106D]);
        bench.AssertClean();
    }

    [TestMethod]
    public void Frames_of_odd_length_leave_an_octet_so_that_headers_are_even()
    {
        ChipBench bench = new();
        bench.Initialise();
        for (int length = 60; length < 70; length++)
        {
            bench.Port.Incoming.Enqueue(ChipBench.Frame(length));
        }

        bench.ReceiveAll();
        int at = 0;
        for (int length = 60; length < 70; length++)
        {
            (int next, int counted, _, byte[] stored) = bench.TakePacket();
            at += 6 + length + 4 + (length % 2);
            Assert.AreEqual(at, next);
            Assert.AreEqual(length + 4, counted);
            CollectionAssert.AreEqual(ChipBench.Frame(length), stored[..length]);
        }

        bench.AssertClean();
    }

    [TestMethod]
    public void Receive_ring_wraps_at_every_even_split_of_header_and_frame()
    {
        for (int split = 2; split <= 74; split += 2)
        {
            ChipBench bench = new();
            bench.Initialise(ringEnd: 0x07FF);
            MoveRingTo(bench, 0x0800 - split, 0x07FF);
            byte[] frame = ChipBench.Frame(65, seed: split);
            bench.Port.Incoming.Enqueue(frame);
            bench.ReceiveAll();
            (int next, int length, int status, byte[] stored) = bench.TakePacket(0x07FF);
            Assert.AreEqual(69, length, $"split {split}");
            Assert.AreEqual((0x0800 - split + 76) % 0x0800, next, $"split {split}");
            Assert.AreEqual(0x00C0, status, $"split {split}");
            CollectionAssert.AreEqual(frame, stored[..65], $"split {split}");
            bench.AssertClean();
        }
    }

    [TestMethod]
    public void ERXWRPT_moves_only_when_a_packet_is_complete()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Port.Incoming.Enqueue(ChipBench.Frame(1000));
        bench.Chip.Update();
        bench.Wait(500_000);
        Assert.AreEqual(0, bench.WritePointer());
        Assert.AreEqual(0, bench.PacketCount());
        Assert.AreEqual(0x04, bench.Eth(ChipBench.Estat) & 0x04, "RXBUSY");
        bench.Wait(500_000);
        Assert.AreEqual(1010, bench.WritePointer());
        Assert.AreEqual(0x00, bench.Eth(ChipBench.Estat) & 0x04, "RXBUSY");
        bench.AssertClean();
    }

    [TestMethod]
    public void An_octet_takes_800_ns_on_the_wire_and_frames_keep_the_gap()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.Chip.Update();
        Assert.AreEqual((8 + 64) * 800, bench.Chip.NanosecondsToNextEvent);
        bench.Wait(((8 + 64) * 800) - 1);
        Assert.AreEqual(0, bench.Chip.Wire.Received);
        bench.Wait(1);
        Assert.AreEqual(1, bench.Chip.Wire.Received);
        Assert.AreEqual(1, bench.Port.Incoming.Count, "the second waits at the other end of the cable");
        bench.Wait(9_600 + ((8 + 64) * 800) - 1);
        Assert.AreEqual(1, bench.Chip.Wire.Received);
        bench.Wait(1);
        Assert.AreEqual(2, bench.Chip.Wire.Received);
    }

    [TestMethod]
    public void Writing_ERXND_starts_the_ring_anew_and_ERXWRPT_tells_only_after_the_next_packet()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        bench.TakePacket();
        bench.Clear(ChipBench.Econ1, 0x04);
        bench.WriteWord(0, 0x0A, 0x0FFF);
        bench.WriteWord(0, 0x0C, 0x0FFF);
        Assert.AreEqual(70, bench.WritePointer(), "as it was");
        bench.Set(ChipBench.Econ1, 0x04);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(100));
        bench.ReceiveAll();
        Assert.AreEqual(110, bench.WritePointer());
        CollectionAssert.AreEqual(ChipBench.Frame(100), bench.Chip.Memory[6..106]);
        bench.AssertClean();
    }

    [TestMethod]
    public void A_full_ring_drops_the_frame_raises_RXERIF_and_marks_the_next_packet()
    {
        ChipBench bench = new();
        bench.Initialise(ringEnd: 0x03FF);
        for (int i = 0; i < 4; i++)
        {
            bench.Port.Incoming.Enqueue(ChipBench.Frame(290, seed: i));
        }

        bench.ReceiveAll();
        Assert.AreEqual(3, bench.PacketCount(), "3 x 300 octets fit into 1023, 4 do not");
        Assert.AreEqual(Rxerif, bench.Eth(ChipBench.Eir) & Rxerif);
        Assert.AreEqual(1, bench.Chip.Wire.Overflowed);
        Assert.AreEqual(900, bench.WritePointer(), "nothing of the fourth is committed");
        bench.Clear(ChipBench.Eir, Rxerif);
        for (int i = 0; i < 3; i++)
        {
            CollectionAssert.AreEqual(ChipBench.Frame(290, seed: i), bench.TakePacket(0x03FF).Frame[..290]);
        }

        bench.Port.Incoming.Enqueue(ChipBench.Frame(290, seed: 9));
        bench.ReceiveAll();
        (_, _, int status, byte[] stored) = bench.TakePacket(0x03FF);
        Assert.AreEqual(0x00C1, status, "bit 16: a packet was dropped");
        CollectionAssert.AreEqual(ChipBench.Frame(290, seed: 9), stored[..290]);
        Assert.AreEqual(0, bench.Eth(ChipBench.Eir) & Rxerif);
        bench.AssertClean();
    }

    [TestMethod]
    public void RXERIF_comes_with_the_first_octet_that_has_no_room()
    {
        ChipBench bench = new();
        bench.Initialise(ringEnd: 0x00FF);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(1000));
        bench.Chip.Update();

        // DS39662 7.2.5: FFh - 0 - 1 octets are free. A header of 6 leaves 248; the 249th octet is one too many.
        Assert.AreEqual((8 + 249) * 800, bench.Chip.NanosecondsToNextEvent);
        bench.Wait(((8 + 249) * 800) - 1);
        Assert.AreEqual(0, bench.Chip.Wire.Overflowed);
        bench.Wait(1);
        Assert.AreEqual(1, bench.Chip.Wire.Overflowed);
        Assert.AreEqual(Rxerif, bench.Eth(ChipBench.Eir) & Rxerif);
    }

    [TestMethod]
    public void Room_that_is_freed_while_a_frame_comes_in_saves_it()
    {
        ChipBench bench = new();
        bench.Initialise(ringEnd: 0x03FF);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(490));
        bench.Port.Incoming.Enqueue(ChipBench.Frame(690));
        bench.Chip.Update();
        bench.Wait((8 + 494) * 800);
        Assert.AreEqual(1, bench.PacketCount());
        bench.Wait(100_000);
        bench.TakePacket(0x03FF);
        bench.ReceiveAll();
        CollectionAssert.AreEqual(ChipBench.Frame(690), bench.TakePacket(0x03FF).Frame[..690]);
        Assert.AreEqual(0, bench.Chip.Wire.Overflowed);
        bench.AssertClean();
    }

    [TestMethod]
    public void A_packet_that_fills_the_room_exactly_is_taken()
    {
        ChipBench bench = new();
        bench.Initialise(ringEnd: 0x03FF);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(1022 - 6 - 4));
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        Assert.AreEqual(1, bench.PacketCount());
        Assert.AreEqual(1, bench.Chip.Wire.Overflowed);
        Assert.AreEqual(1022, bench.WritePointer());
    }

    [TestMethod]
    public void EPKTCNT_stops_at_255_and_counts_down_to_zero()
    {
        ChipBench bench = new();
        bench.Initialise();
        for (int i = 0; i < 256; i++)
        {
            bench.Port.Incoming.Enqueue(ChipBench.Frame(14));
        }

        bench.ReceiveAll();
        Assert.AreEqual(255, bench.PacketCount());
        Assert.AreEqual(Rxerif, bench.Eth(ChipBench.Eir) & Rxerif, "255 x 24 octets are less than the ring holds");
        Assert.AreEqual(0x40, bench.Eth(ChipBench.Eir) & 0x40, "PKTIF");
        for (int i = 0; i < 255; i++)
        {
            bench.Set(ChipBench.Econ2, 0x40);
        }

        Assert.AreEqual(0, bench.PacketCount());
        Assert.AreEqual(0, bench.Eth(ChipBench.Eir) & 0x40, "PKTIF");
        Assert.AreEqual(0x80, bench.Eth(ChipBench.Econ2), "PKTDEC clears itself");
        bench.AssertClean();
    }

    [TestMethod]
    public void Frames_of_less_than_18_octets_are_dropped_by_any_filter()
    {
        ChipBench bench = new();
        bench.Initialise(receive: false);
        bench.Write(1, 0x18, 0x00);
        bench.Set(ChipBench.Econ1, 0x04);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(14)[..13]);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(14));
        bench.ReceiveAll();
        Assert.AreEqual(1, bench.PacketCount());
        Assert.AreEqual(18, bench.TakePacket().Length);
        Assert.AreEqual(1, bench.Chip.Wire.OutOfRange);
    }

    [TestMethod]
    public void Frames_longer_than_MAMXFL_are_dropped_unless_HFRMEN()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Port.Incoming.Enqueue(ChipBench.Frame(1514));
        bench.Port.Incoming.Enqueue(ChipBench.Frame(1515));
        bench.ReceiveAll();
        Assert.AreEqual(1, bench.PacketCount());
        bench.Write(2, 0x02, 0x36);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(1515));
        bench.ReceiveAll();
        Assert.AreEqual(2, bench.PacketCount());
    }

    [TestMethod]
    public void Nothing_comes_in_without_RXEN_or_without_MARXEN_or_without_a_link()
    {
        ChipBench bench = new();
        bench.Initialise(receive: false);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        bench.Write(2, 0x00, 0x00);
        bench.Set(ChipBench.Econ1, 0x04);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        Assert.AreEqual(0, bench.PacketCount());
        Assert.AreEqual(2, bench.Chip.Wire.MissedWhileDisabled);
        bench.Write(2, 0x00, 0x01);
        bench.Port.LinkUp = false;
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.Wait(1_000_000);
        Assert.AreEqual(0, bench.PacketCount());
        bench.AssertOnly(ViolationKind.ReceiveWithoutMac);
    }

    [TestMethod]
    public void A_frame_in_reception_survives_the_end_of_RXEN_but_not_RXRST()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.Chip.Update();
        bench.Clear(ChipBench.Econ1, 0x04);
        bench.ReceiveAll();
        Assert.AreEqual(1, bench.PacketCount());
        bench.Set(ChipBench.Econ1, 0x04);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.Chip.Update();
        bench.Set(ChipBench.Econ1, 0x40);
        Assert.AreEqual(0x40, bench.Eth(ChipBench.Econ1) & 0x44, "RXRST clears RXEN");
        bench.Clear(ChipBench.Econ1, 0x40);
        bench.ReceiveAll();
        Assert.AreEqual(1, bench.PacketCount(), "the count and the pointers stay");
        Assert.AreEqual(70, bench.WritePointer());
        Assert.AreEqual(1, bench.Chip.Wire.Abandoned);
        bench.AssertClean();
    }

    [TestMethod]
    public void Status_names_broadcast_multicast_VLAN_and_a_wrong_length_field()
    {
        ChipBench bench = new();
        bench.Initialise(receive: false);
        bench.Write(1, 0x18, 0x20);
        bench.Set(ChipBench.Econ1, 0x04);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]));
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60, [0x01, 0x00, 0x5E, 0x00, 0x00, 0x01]));
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60, type: 0x8100));
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60, type: 46));
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60, type: 20));
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60, type: 47));
        bench.Port.Incoming.Enqueue(ChipBench.Frame(114, type: 99));
        bench.ReceiveAll();
        int[] expected = [0x02C0, 0x01C0, 0x40C0, 0x0080, 0x0080, 0x00A0, 0x00A0];
        CollectionAssert.AreEqual(expected, expected.Select(_ => bench.TakePacket().Status).ToArray());
        bench.AssertClean();
    }

    [TestMethod]
    public void The_shortest_Ethernet_frame_may_be_read_ahead_from_a_header_and_only_from_there()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Port.Incoming.Enqueue(ChipBench.Frame(42));
        bench.Port.Incoming.Enqueue(ChipBench.Frame(42));
        bench.ReceiveAll();
        bench.ReadMemory(52, 70);
        bench.AssertClean();
        bench.ReadMemory(52, 71);
        bench.AssertOnly(ViolationKind.ReadBeyondPacket);
        bench.Chip.Violations.Clear();
        bench.ReadMemory(58, 46);
        bench.ReadMemory(0, 104);
        bench.AssertClean();
        bench.ReadMemory(58, 47);
        bench.AssertOnly(ViolationKind.ReadBeyondPacket);
        bench.Chip.Violations.Clear();
        bench.ReadMemory(104, 1);
        bench.AssertOnly(ViolationKind.ReadBeyondPacket);
    }

    [TestMethod]
    public void Erratum_5_a_ring_that_does_not_start_at_zero_is_written_at_zero()
    {
        ChipBench bench = new();
        bench.Initialise(receive: false);
        bench.WriteWord(0, 0x08, 0x0400);
        bench.WriteWord(0, 0x0C, 0x17FF);
        bench.Set(ChipBench.Econ1, 0x04);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        CollectionAssert.AreEqual(ChipBench.Frame(60), bench.Chip.Memory[6..66]);
        bench.AssertOnly(ViolationKind.ReceiveStartNotZero);
    }

    [TestMethod]
    public void Erratum_14_an_even_ERXRDPT_spoils_next_pointer_status_and_data_in_turn()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.WriteWord(0, 0x0C, 0x17FE);
        for (int i = 0; i < 3; i++)
        {
            bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        }

        bench.ReceiveAll();
        byte[] memory = bench.Chip.Memory;
        Assert.AreNotEqual(70, memory[0] | (memory[1] << 8));
        CollectionAssert.AreNotEqual(new byte[] { 0xC0, 0x00 }, memory[74..76]);
        CollectionAssert.AreNotEqual(ChipBench.Frame(60), memory[146..206]);
        bench.AssertOnly(ViolationKind.EvenReceiveReadPointer);
    }

    /// <summary>Receives and frees packets until the hardware's pointer stands at an even address.</summary>
    private static void MoveRingTo(ChipBench bench, int address, int ringEnd = 0x17FF)
    {
        int at = 0;
        while (at != address)
        {
            int packet = address - at > 600 ? 300 : address - at;
            if (packet > 500)
            {
                packet /= 2;
                packet += packet & 1;
            }

            bench.Port.Incoming.Enqueue(ChipBench.Frame(packet - 10));
            bench.ReceiveAll();
            at = bench.TakePacket(ringEnd).Next;
        }
    }

    private static uint BitwiseCrc(byte[] data)
    {
        uint crc = 0xFFFFFFFF;
        foreach (byte octet in data)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                uint mix = (crc >> 31) ^ ((uint)(octet >> bit) & 1);
                crc = (crc << 1) ^ (mix != 0 ? 0x04C11DB7u : 0u);
            }
        }

        uint reflected = 0;
        for (int bit = 0; bit < 32; bit++)
        {
            reflected |= ((crc >> bit) & 1) << (31 - bit);
        }

        return ~reflected;
    }
}
