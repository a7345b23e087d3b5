namespace NanoTcp.Tests.Emulation;

[TestClass]
public class FlowControlTests
{
    private const int FrameTime = (8 + 64) * 800;

    [TestMethod]
    public void A_pause_frame_holds_the_transmitter_back_in_full_duplex()
    {
        ChipBench bench = new();
        bench.Initialise(fullDuplex: true);
        bench.Port.Incoming.Enqueue(Pause(100));
        bench.Chip.Update();
        bench.Wait(FrameTime);
        long until = bench.Clock.Nanoseconds + (100 * 51_200);
        Assert.AreEqual(1, bench.Chip.Wire.ControlFrames);
        Assert.AreEqual(0, bench.PacketCount());
        bench.StartSending(ChipBench.Frame(60));
        bench.Wait(until + FrameTime - 1 - bench.Clock.Nanoseconds);
        Assert.AreEqual(0, bench.Port.Sent.Count);
        bench.Wait(1);
        Assert.AreEqual(1, bench.Port.Sent.Count);
        bench.AssertClean();
    }

    [TestMethod]
    public void Without_RXPAUS_a_pause_frame_changes_nothing()
    {
        ChipBench bench = new();
        bench.Initialise(fullDuplex: true);
        bench.Write(2, 0x00, 0x09);
        bench.Port.Incoming.Enqueue(Pause(100));
        bench.ReceiveAll();
        bench.StartSending(ChipBench.Frame(60));
        bench.Wait(FrameTime);
        Assert.AreEqual(1, bench.Port.Sent.Count);
    }

    [TestMethod]
    public void FCEN_1_sends_one_pause_frame_and_FCEN_3_takes_it_back()
    {
        ChipBench bench = new();
        bench.Initialise(fullDuplex: true);
        bench.WriteWord(3, 0x18, 0x0123);
        bench.Write(3, 0x17, 0x01);
        Assert.AreEqual(0x05, bench.Eth(3, 0x17), "not until it is out");
        bench.Wait(FrameTime);
        CollectionAssert.AreEqual(Pause(0x0123), bench.Port.Sent[0]);
        Assert.AreEqual(0x04, bench.Eth(3, 0x17));
        bench.Write(3, 0x17, 0x03);
        bench.Wait(1_000_000_000);
        Assert.AreEqual(2, bench.Port.Sent.Count);
        CollectionAssert.AreEqual(Pause(0), bench.Port.Sent[1]);
        Assert.AreEqual(0x04, bench.Eth(3, 0x17));
        bench.AssertClean();
    }

    [TestMethod]
    public void FCEN_2_repeats_the_pause_frame_before_the_pause_ends()
    {
        ChipBench bench = new();
        bench.Initialise(fullDuplex: true);
        bench.WriteWord(3, 0x18, 100);
        bench.Write(3, 0x17, 0x02);
        bench.Wait(10 * 100 * 51_200);
        int sent = bench.Port.Sent.Count;
        Assert.IsTrue(sent > 10, $"{sent} frames in ten pauses");
        bench.Write(3, 0x17, 0x00);
        bench.Wait(FrameTime);
        sent = bench.Port.Sent.Count;
        bench.Wait(1_000_000_000);
        Assert.AreEqual(sent, bench.Port.Sent.Count);
    }

    [TestMethod]
    public void A_pause_frame_waits_for_the_frame_that_is_being_sent_and_holds_back_the_next()
    {
        ChipBench bench = new();
        bench.Initialise(fullDuplex: true);
        bench.StartSending(ChipBench.Frame(1000));
        bench.Write(3, 0x17, 0x01);
        bench.Wait((8 + 1004) * 800);
        Assert.AreEqual(1, bench.Port.Sent.Count);
        bench.Set(ChipBench.Econ1, 0x08);
        bench.Wait(9_600 + FrameTime);
        Assert.AreEqual(2, bench.Port.Sent.Count);
        Assert.AreEqual(60, bench.Port.Sent[1].Length);
        bench.Wait(9_600 + ((8 + 1004) * 800));
        Assert.AreEqual(3, bench.Port.Sent.Count);
        bench.AssertClean();
    }

    [TestMethod]
    public void In_half_duplex_FCEN0_keeps_the_other_end_silent()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Write(3, 0x17, 0x01);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.Wait(10_000_000);
        Assert.AreEqual(0, bench.PacketCount());
        bench.StartSending(ChipBench.Frame(60));
        bench.Wait(1_000_000);
        Assert.AreEqual(1, bench.Port.Sent.Count, "its own frames go out");
        bench.Write(3, 0x17, 0x00);
        bench.ReceiveAll();
        Assert.AreEqual(1, bench.PacketCount());
        bench.AssertClean();
    }

    private static byte[] Pause(int quanta)
    {
        byte[] frame = new byte[60];
        new byte[] { 0x01, 0x80, 0xC2, 0x00, 0x00, 0x01 }.CopyTo(frame, 0);
        ChipBench.Station.CopyTo(frame, 6);
        new byte[] { 0x88, 0x08, 0x00, 0x01, (byte)(quanta >> 8), (byte)quanta }.CopyTo(frame, 12);
        return frame;
    }
}
