using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

/// <summary>What the errata say of the analogue part: how often it goes wrong is a model, that it does is not.</summary>
[TestClass]
public class LineTests
{
    private const int Frames = 40;
    private const int Plrity = 0x0020;

    [TestMethod]
    public void Errata_9_and_10_loopback_inside_the_PHY_loses_frames_in_both_duplex_modes()
    {
        foreach (bool fullDuplex in new[] { false, true })
        {
            ChipBench bench = new();
            bench.Initialise(fullDuplex);
            bench.WritePhy(0x00, fullDuplex ? 0x4100 : 0x4000);
            SendAll(bench);
            int back = bench.PacketCount();
            Assert.IsTrue(back is > 0 and < Frames, $"{back} came back");
            CollectionAssert.AreEqual(ChipBench.Frame(60, seed: Seed(bench)), bench.TakePacket().Frame[..60]);
            Assert.AreEqual(0, bench.Port.Sent.Count, "nothing gets onto the cable");
            Assert.AreEqual(Frames - back, bench.Chip.Wire.Distorted);
            bench.AssertClean();
        }
    }

    [TestMethod]
    public void In_loopback_nothing_comes_in()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.WritePhy(0x00, 0x4000);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        Assert.AreEqual(0, bench.PacketCount());
        Assert.AreEqual(1, bench.Chip.Wire.MissedWhileDisabled);
    }

    [TestMethod]
    public void Erratum_7_a_swapped_receive_pair_shows_in_PLRITY_and_receives_now_and_then()
    {
        ChipBench bench = new(new Enc28j60ChipOptions { ReceivePairSwapped = true });
        bench.Initialise();
        Assert.AreEqual(Plrity, bench.ReadPhy(0x11) & Plrity);
        ReceiveAll(bench);
        int received = bench.PacketCount();
        Assert.IsTrue(received is > 0 and < Frames, $"{received} received");
        long spoilt = bench.Chip.Wire.Filtered;
        Assert.IsTrue(spoilt > 0, "the check sequence is wrong");
        Assert.IsTrue(Frames - received - spoilt > 0, "not seen at all");
        SendAll(bench);
        Assert.AreEqual(Frames, bench.Port.Sent.Count, "the transmitter has its own pair");
        bench.Port.LinkUp = false;
        Assert.AreEqual(0, bench.ReadPhy(0x11) & Plrity, "no signal, no polarity");
        bench.AssertClean();

        ChipBench right = new();
        right.Initialise();
        Assert.AreEqual(0, right.ReadPhy(0x11) & Plrity);
    }

    [TestMethod]
    public void Erratum_3_outside_the_commercial_temperature_range_B1_and_B4_spoil_what_they_receive()
    {
        foreach (byte revision in new byte[] { 0x02, 0x04, 0x05, 0x06 })
        {
            ChipBench bench = new(new Enc28j60ChipOptions { Revision = revision, OutsideCommercialTemperature = true });
            bench.Initialise();
            ReceiveAll(bench);
            int received = bench.PacketCount();
            Assert.AreEqual(Frames, received + bench.Chip.Wire.Filtered);
            Assert.AreEqual(revision < 0x05, received < Frames, $"revision {revision}: {received} received");
            Assert.IsTrue(received > 0);
        }
    }

    [TestMethod]
    public void Erratum_8_with_the_other_bias_resistor_the_far_end_misses_frames()
    {
        ChipBench bench = new(new Enc28j60ChipOptions { BiasResistorOfOtherRevision = true });
        bench.Initialise();
        SendAll(bench);
        Assert.IsTrue(bench.Port.Sent.Count is > 0 and < Frames, $"{bench.Port.Sent.Count} arrived");
        Assert.AreEqual(Frames, bench.Chip.Wire.Sent, "the chip does not know");
        ReceiveAll(bench);
        Assert.AreEqual(Frames, bench.PacketCount());
        bench.AssertClean();
    }

    /// <summary>The seed of the frame that lies at the ring's beginning, which its first data octet tells.</summary>
    private static int Seed(ChipBench bench)
    {
        return (byte)(bench.Chip.Memory[6 + 14] - (14 * 7));
    }

    private static void SendAll(ChipBench bench)
    {
        for (int i = 0; i < Frames; i++)
        {
            bench.StartSending(ChipBench.Frame(60, seed: i));
            bench.Wait(200_000);
        }
    }

    private static void ReceiveAll(ChipBench bench)
    {
        for (int i = 0; i < Frames; i++)
        {
            bench.Port.Incoming.Enqueue(ChipBench.Frame(60, seed: i));
        }

        bench.ReceiveAll();
    }
}
