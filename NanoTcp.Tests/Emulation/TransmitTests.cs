using System;
using System.Linq;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

[TestClass]
public class TransmitTests
{
    private const int Txrts = 0x08;
    private const int Txif = 0x08;
    private const int Txerif = 0x02;
    private const int Txabrt = 0x02;

    [TestMethod]
    public void A_frame_goes_out_after_its_time_on_the_wire_and_leaves_its_status_vector()
    {
        ChipBench bench = new();
        bench.Initialise();
        byte[] frame = ChipBench.Frame(100);
        bench.StartSending(frame);
        Assert.AreEqual(Txrts, bench.Eth(ChipBench.Econ1) & Txrts);
        bench.Wait(bench.Chip.NanosecondsToNextEvent - 1);
        Assert.AreEqual(0, bench.Port.Sent.Count);
        bench.Wait(1);
        Assert.AreEqual(1, bench.Port.Sent.Count);
        CollectionAssert.AreEqual(frame, bench.Port.Sent[0]);
        Assert.AreEqual(0, bench.Eth(ChipBench.Econ1) & Txrts);
        Assert.AreEqual(Txif, bench.Eth(ChipBench.Eir) & (Txif | Txerif));
        CollectionAssert.AreEqual(new byte[] { 104, 0, 0xC0, 0x00, 104, 0, 0 }, bench.ReadMemory(0x1800 + 101, 7));
        bench.AssertClean();
    }

    [TestMethod]
    public void The_wire_takes_800_ns_an_octet_with_preamble_padding_and_check_sequence()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.StartSending(ChipBench.Frame(42));
        long since = 210 + 100;
        Assert.AreEqual(((8 + 60 + 4) * 800) - since, bench.Chip.NanosecondsToNextEvent);
    }

    [TestMethod]
    public void Two_frames_keep_the_gap()
    {
        ChipBench bench = new();
        bench.Initialise(fullDuplex: true);
        bench.StartSending(ChipBench.Frame(60));
        bench.Wait(bench.Chip.NanosecondsToNextEvent);
        long end = bench.Clock.Nanoseconds;
        bench.Set(ChipBench.Econ1, Txrts);
        long expected = end + 9_600 + ((8 + 64) * 800);
        bench.Wait(expected - 1 - bench.Clock.Nanoseconds);
        Assert.AreEqual(1, bench.Port.Sent.Count);
        bench.Wait(1);
        Assert.AreEqual(2, bench.Port.Sent.Count);
    }

    [TestMethod]
    public void Short_frames_are_padded_with_zeros_as_MACON3_says()
    {
        int[][] expected = [[0, 42], [1, 60], [2, 42], [3, 64], [4, 42], [5, 60], [6, 42], [7, 64]];
        foreach (int[] row in expected)
        {
            ChipBench bench = new();
            bench.Initialise();
            bench.Write(2, 0x02, (row[0] << 5) | 0x12);
            bench.StartSending(ChipBench.Frame(42));
            bench.Wait(1_000_000);
            Assert.AreEqual(row[1], bench.Port.Sent[0].Length, $"PADCFG {row[0]}");
            Assert.IsTrue(bench.Port.Sent[0].Skip(42).All(octet => octet == 0));
            Assert.AreEqual(row[1] + 4, bench.ReadMemory(0x1800 + 43, 1)[0]);
            bench.AssertClean();
        }
    }

    [TestMethod]
    public void VLAN_frames_are_padded_to_64_where_MACON3_tells_them_apart()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Write(2, 0x02, 0xB2);
        bench.StartSending(ChipBench.Frame(42, type: 0x8100));
        bench.Wait(1_000_000);
        Assert.AreEqual(64, bench.Port.Sent[0].Length);
        Assert.AreEqual(0x08, bench.ReadMemory(0x1800 + 49, 1)[0], "VLAN in the status vector");
    }

    [TestMethod]
    public void The_control_octet_overrides_MACON3()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Write(2, 0x02, 0x02);
        bench.StartSending(ChipBench.Frame(42), control: 0x07);
        bench.Wait(1_000_000);
        Assert.AreEqual(60, bench.Port.Sent[0].Length);
        bench.Write(2, 0x02, 0x32);
        bench.StartSending(ChipBench.Frame(42), control: 0x03);
        bench.Wait(1_000_000);
        Assert.AreEqual(42, bench.Port.Sent[1].Length);
        bench.AssertClean();
    }

    [TestMethod]
    public void A_wrong_check_sequence_from_the_host_is_told_and_lost_on_the_way()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Write(2, 0x02, 0x02);
        bench.StartSending(ChipBench.Frame(64));
        bench.Wait(1_000_000);
        Assert.AreEqual(0, bench.Port.Sent.Count);
        Assert.AreEqual(0x10, bench.ReadMemory(0x1800 + 67, 1)[0] & 0x10);
        byte[] frame = [.. ChipBench.Frame(60), 0, 0, 0, 0];
        uint check = EthernetCrc.Compute(frame, 0, 60);
        BitConverter.TryWriteBytes(frame.AsSpan(60), check);
        bench.StartSending(frame);
        bench.Wait(1_000_000);
        CollectionAssert.AreEqual(frame[..60], bench.Port.Sent[0]);
        Assert.AreEqual(0x00, bench.ReadMemory(0x1800 + 67, 1)[0] & 0x10);
    }

    [TestMethod]
    public void What_is_overwritten_while_it_is_being_sent_goes_out_in_its_place()
    {
        ChipBench bench = new();
        bench.Initialise();
        byte[] frame = ChipBench.Frame(60);
        bench.StartSending(frame);
        bench.WriteMemory(0x1810, 1, 2, 3);
        bench.Wait(1_000_000);
        frame[15] = 1;
        frame[16] = 2;
        frame[17] = 3;
        CollectionAssert.AreEqual(frame, bench.Port.Sent[0]);
        bench.AssertOnly(ViolationKind.TransmitBufferTouched);
    }

    [TestMethod]
    public void A_second_slot_may_be_filled_while_the_first_is_being_sent()
    {
        ChipBench bench = new();
        bench.Initialise(ringEnd: 0x0FFF);
        bench.StartSending(ChipBench.Frame(60), address: 0x1000);
        bench.WriteMemory(0x1800, 0);
        bench.WriteMemory(0x1801, ChipBench.Frame(61));
        bench.Wait(1_000_000);
        bench.WriteWord(0, 0x04, 0x1800);
        bench.WriteWord(0, 0x06, 0x1800 + 61);
        bench.Set(ChipBench.Econ1, Txrts);
        bench.Wait(1_000_000);
        CollectionAssert.AreEqual(ChipBench.Frame(61), bench.Port.Sent[1]);
        bench.AssertClean();
    }

    [TestMethod]
    public void Erratum_12_an_abort_stalls_the_logic_until_it_is_reset()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.StartSending(ChipBench.Frame(1515));
        bench.Wait(2_000_000);
        Assert.AreEqual(Txif | Txerif, bench.Eth(ChipBench.Eir) & (Txif | Txerif));
        Assert.AreEqual(Txabrt, bench.Eth(ChipBench.Estat) & Txabrt);
        Assert.AreEqual(0x40, bench.ReadMemory(0x1800 + 1515 + 4, 1)[0], "giant");
        Assert.AreEqual(0, bench.Eth(ChipBench.Econ1) & Txrts);
        bench.Clear(ChipBench.Estat, Txabrt);
        bench.Clear(ChipBench.Eir, Txif | Txerif);
        bench.AssertClean();

        bench.StartSending(ChipBench.Frame(60));
        bench.Wait(100_000_000);
        Assert.AreEqual(Txrts, bench.Eth(ChipBench.Econ1) & Txrts);
        Assert.AreEqual(long.MaxValue, bench.Chip.NanosecondsToNextEvent);
        bench.AssertOnly(ViolationKind.TransmitStalled);

        bench.ResetTransmitter();
        Assert.AreEqual(0, bench.Eth(ChipBench.Econ1) & Txrts);
        bench.Set(ChipBench.Econ1, Txrts);
        bench.Wait(1_000_000);
        Assert.AreEqual(1, bench.Port.Sent.Count);
    }

    [TestMethod]
    public void Huge_frames_go_out_when_the_control_octet_allows_them()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.StartSending(ChipBench.Frame(1600), control: 0x0F);
        bench.Wait(3_000_000);
        Assert.AreEqual(1600, bench.Port.Sent[0].Length);
    }

    [TestMethod]
    public void The_end_of_a_transmit_reset_raises_TXERIF_unless_the_options_say_otherwise()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Set(ChipBench.Econ1, 0x80);
        Assert.AreEqual(0, bench.Eth(ChipBench.Eir) & Txerif);
        bench.Clear(ChipBench.Econ1, 0x80);
        Assert.AreEqual(Txerif, bench.Eth(ChipBench.Eir) & Txerif);
        ChipBench quiet = new(new Enc28j60ChipOptions { TransmitResetRaisesError = false });
        quiet.Initialise();
        quiet.Set(ChipBench.Econ1, 0x80);
        quiet.Clear(ChipBench.Econ1, 0x80);
        Assert.AreEqual(0, quiet.Eth(ChipBench.Eir) & Txerif);
    }

    [TestMethod]
    public void Clearing_TXRTS_cancels_the_frame()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.StartSending(ChipBench.Frame(1000));
        bench.Wait(100_000);
        bench.Clear(ChipBench.Econ1, Txrts);
        bench.Wait(2_000_000);
        Assert.AreEqual(0, bench.Port.Sent.Count);
        Assert.AreEqual(Txif, bench.Eth(ChipBench.Eir) & Txif);
    }

    [TestMethod]
    public void In_half_duplex_the_hosts_own_frame_comes_back_unless_HDLDIS()
    {
        byte[] everyone = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        ChipBench bench = new();
        bench.Initialise();
        bench.StartSending(ChipBench.Frame(60, everyone));
        bench.Wait(1_000_000);
        Assert.AreEqual(0, bench.PacketCount());
        bench.WritePhy(0x10, 0x0000);
        bench.StartSending(ChipBench.Frame(60, everyone));
        bench.Wait(1_000_000);
        Assert.AreEqual(1, bench.PacketCount());
        CollectionAssert.AreEqual(ChipBench.Frame(60, everyone), bench.TakePacket().Frame[..60]);
        Assert.AreEqual(2, bench.Port.Sent.Count);

        ChipBench full = new();
        full.Initialise(fullDuplex: true);
        full.WritePhy(0x10, 0x0000);
        full.StartSending(ChipBench.Frame(60, everyone));
        full.Wait(1_000_000);
        Assert.AreEqual(0, full.PacketCount());
    }

    [TestMethod]
    public void A_half_duplex_wire_carries_one_frame_at_a_time()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Port.Incoming.Enqueue(ChipBench.Frame(1000));
        bench.Chip.Update();
        long receptionEnds = bench.Clock.Nanoseconds + ((8 + 1004) * 800);
        bench.StartSending(ChipBench.Frame(60));
        long sendingEnds = receptionEnds + 9_600 + ((8 + 64) * 800);
        bench.Wait(sendingEnds - 1 - bench.Clock.Nanoseconds);
        Assert.AreEqual(1, bench.Chip.Wire.Received);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.Chip.Update();
        Assert.AreEqual(1, bench.Port.Incoming.Count, "the other end hears the frame and waits");
        bench.Wait(1);
        Assert.AreEqual(1, bench.Port.Sent.Count);
        bench.Wait(9_600 + ((8 + 64) * 800));
        Assert.AreEqual(2, bench.Chip.Wire.Received);
        Assert.AreEqual(0x04, bench.ReadMemory(0x1800 + 64, 1)[0], "deferred");
        bench.AssertClean();
    }

    [TestMethod]
    public void In_full_duplex_both_directions_run_at_once()
    {
        ChipBench bench = new();
        bench.Initialise(fullDuplex: true);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(1000));
        bench.Chip.Update();
        bench.StartSending(ChipBench.Frame(60));
        bench.Wait((8 + 64) * 800);
        Assert.AreEqual(1, bench.Port.Sent.Count);
        Assert.AreEqual(0, bench.Chip.Wire.Received);
        bench.Wait(900_000);
        Assert.AreEqual(1, bench.PacketCount());
        bench.AssertClean();
    }

    [TestMethod]
    public void Without_a_link_the_frame_goes_nowhere_and_TXIF_comes_all_the_same()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Port.LinkUp = false;
        bench.StartSending(ChipBench.Frame(60));
        bench.Wait(1_000_000);
        Assert.AreEqual(0, bench.Port.Sent.Count);
        Assert.AreEqual(Txif, bench.Eth(ChipBench.Eir) & Txif);
    }

    [TestMethod]
    public void The_status_vector_tells_broadcast_and_multicast()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.StartSending(ChipBench.Frame(60, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]));
        bench.Wait(1_000_000);
        Assert.AreEqual(0x02, bench.ReadMemory(0x1800 + 64, 1)[0]);
        bench.StartSending(ChipBench.Frame(60, [0x01, 0x00, 0x5E, 0x00, 0x00, 0xFB]));
        bench.Wait(1_000_000);
        Assert.AreEqual(0x01, bench.ReadMemory(0x1800 + 64, 1)[0]);
    }
}
