using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Tests.Emulation;

namespace NanoTcp.Tests.Drivers;

// RIOT's driver.
public sealed partial class KnownDriverDefectTests
{
    [TestMethod]
    public void RIOT_VRPS_of_40h_is_PKTDEC()
    {
        ChipBench bad = Receiving(ChipBench.Frame(60));
        Assert.AreEqual(1, bad.PacketCount());
        bad.Clear(ChipBench.Econ1, Rxen);
        bad.Set(ChipBench.Econ2, 0x40);
        Assert.AreEqual(0, bad.PacketCount(), "a packet has gone");
        bad.Set(ChipBench.Econ2, 0x40);
        bad.AssertOnly(ViolationKind.PacketDecrementAtZero);

        DriverBench bench = Started();
        byte[] frame = DriverBench.Frame(200, 1);
        bench.Bring(frame);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.PowerSave);
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.PowerSave, 100);
        Assert.AreEqual(0x28, bench.Peek(Enc28j60Registers.ECON2) & 0x28, "PWRSV and VRPS");
        bench.Driver.SetPowerMode(Enc28j60PowerMode.Running);
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.Running, 100);
        bench.ExpectFrame(frame, "what waited before the sleep");
    }

    [TestMethod]
    public void RIOT_wrong_bit_of_RXBUSY_waits_for_nothing()
    {
        ChipBench bad = new();
        bad.Initialise();
        bad.Port.Incoming.Enqueue(ChipBench.Frame(1000));
        bad.Chip.Update();
        bad.Wait(100_000);
        int estat = bad.Eth(ChipBench.Estat);
        Assert.AreEqual(0x04, estat & ~0x81, "only bit 2 says that a frame is coming in");
        bad.Clear(ChipBench.Econ1, Rxen);
        bad.Set(ChipBench.Econ2, 0x20);
        bad.AssertOnly(ViolationKind.PowerSaveWhileActive);
        Assert.AreEqual(1, bad.Chip.Wire.Abandoned);

        // Asked to sleep in the middle of a frame, this driver waits for its end.
        DriverBench bench = Started();
        byte[] frame = DriverBench.Frame(1000, 1);
        bench.Port.Enqueue(frame);
        bench.Pass(100);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.PowerSave);
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.PowerSave, 100);
        Assert.AreEqual(0, bench.Chip.Wire.Abandoned);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.Running);
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.Running, 100);
        bench.ExpectFrame(frame, "what came in as it fell asleep");
    }

    [TestMethod]
    public void RIOT_wrong_bit_of_TXABRT_clears_nothing()
    {
        ChipBench bad = new();
        bad.Initialise();
        bad.Chip.Faults.LateCollisions = Always;
        bad.StartSending(ChipBench.Frame(1000));
        bad.Wait(2_000_000);
        Assert.AreEqual(0x02, bad.Eth(ChipBench.Estat) & 0x12, "only bit 1 tells of the abort, for LATECOL does not (erratum 15)");
        bad.Clear(ChipBench.Estat, 0x04);
        Assert.AreEqual(0x02, bad.Eth(ChipBench.Estat) & 0x02);

        DriverBench bench = Started();
        bench.Chip.Faults.LateCollisions = Always;
        byte[] frame = DriverBench.Frame(1000, 1);
        bench.Send(frame);
        bench.RunUntil(() => bench.Count(Enc28j60Counters.TxLateCollisions) == 1, 5);
        bench.Chip.Faults.LateCollisions = 0;
        bench.RunUntil(() => bench.Driver.CanSend, 10);
        Assert.AreEqual(0, bench.Peek(Enc28j60Registers.ESTAT) & Enc28j60Bits.TXABRT);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void RIOT_EFLOCON_of_06h_sends_pause_frames_for_ever()
    {
        ChipBench bad = new();
        bad.Initialise(fullDuplex: true);
        bad.Write(3, 0x17, 0x06);
        bad.Wait(1_000_000_000);
        Assert.IsGreaterThan(5, bad.Port.SentCount, "in a second, with an empty ring");
        Assert.IsTrue(bad.Port.Sent.TrueForAll(each => each[12] == 0x88 && each[13] == 0x08));

        foreach (bool fullDuplex in new[] { false, true })
        {
            DriverBench bench = Started(null, new Enc28j60Options { FullDuplex = fullDuplex });
            for (int i = 0; i < 10; i++)
            {
                bench.Port.Enqueue(DriverBench.Frame(1514, i));
            }

            bench.Run(1000);
            Assert.IsGreaterThan(0, bench.Chip.Wire.Overflowed, "the ring is full");
            Assert.AreEqual(0, bench.Port.Arrived, "and no pause is asked for: whoever else is on the wire is left alone");
            Assert.AreEqual(0, bench.Peek(Enc28j60Registers.EFLOCON) & 0x03);
        }
    }
}
