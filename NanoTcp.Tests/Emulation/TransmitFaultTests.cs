using System.Collections.Generic;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

/// <summary>Transmit logic that hangs, requests that it loses, and link pulses that it takes for collisions.</summary>
[TestClass]
public class TransmitFaultTests
{
    private const int Txrts = 0x08;
    private const int Txif = 0x08;
    private const int Txerif = 0x02;
    private const int Txabrt = 0x02;

    private const int Always = 1_000_000;

    [TestMethod]
    [DataRow(StuckTransmission.WithoutFlags, 0, 0)]
    [DataRow(StuckTransmission.WithTransmitError, Txerif, Txabrt)]
    [DataRow(StuckTransmission.WithBoth, Txif | Txerif, Txabrt)]
    public void A_stuck_transmission_keeps_TXRTS_until_the_logic_is_reset(StuckTransmission kind, int flags, int status)
    {
        foreach (bool fullDuplex in new[] { false, true })
        {
            ChipBench bench = new();
            bench.Initialise(fullDuplex);
            bench.Chip.Faults.StuckTransmissions = Always;
            bench.Chip.Faults.StuckTransmission = kind;
            bench.StartSending(ChipBench.Frame(100));
            bench.Wait(100_000_000);
            Assert.AreEqual(Txrts, bench.Eth(ChipBench.Econ1) & Txrts);
            Assert.AreEqual(flags, bench.Eth(ChipBench.Eir) & (Txif | Txerif));
            Assert.AreEqual(status, bench.Eth(ChipBench.Estat) & Txabrt);
            Assert.AreEqual(long.MaxValue, bench.Chip.NanosecondsToNextEvent);
            Assert.AreEqual(0, bench.Port.Sent.Count);
            Assert.AreEqual(1, bench.Chip.Wire.StuckTransmissions);
            bench.AssertClean();

            bench.Chip.Faults.Clear();
            bench.Clear(ChipBench.Econ1, Txrts);
            if (kind != StuckTransmission.WithoutFlags)
            {
                Assert.AreEqual(0x20, bench.ReadMemory(0x1800 + 104, 1)[0], "taken for a late collision");
            }

            bench.AssertStalledUntilReset();
        }
    }

    [TestMethod]
    public void Stuck_transmissions_of_any_kind_show_all_kinds()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Chip.Faults.StuckTransmissions = Always;
        bench.Chip.Faults.StuckTransmission = StuckTransmission.Any;
        HashSet<int> seen = [];
        for (int i = 0; i < 40; i++)
        {
            bench.StartSending(ChipBench.Frame(60));
            bench.Wait(1_000_000);
            seen.Add(bench.Eth(ChipBench.Eir) & (Txif | Txerif));
            bench.ResetTransmitter();
        }

        Assert.AreEqual(3, seen.Count);
        bench.AssertClean();
    }

    [TestMethod]
    public void A_lost_request_reads_back_as_0_and_tells_nothing()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Chip.Faults.LostTransmitRequests = Always;
        bench.StartSending(ChipBench.Frame(100));
        Assert.AreEqual(0, bench.Eth(ChipBench.Econ1) & Txrts);
        bench.Wait(10_000_000);
        Assert.AreEqual(0, bench.Eth(ChipBench.Eir) & (Txif | Txerif));
        Assert.AreEqual(1, bench.Chip.Wire.LostTransmitRequests);
        bench.Chip.Faults.Clear();
        bench.Set(ChipBench.Econ1, Txrts);
        bench.Wait(1_000_000);
        Assert.AreEqual(1, bench.Port.Sent.Count);
        bench.AssertClean();
    }

    [TestMethod]
    [DataRow((byte)5)]
    [DataRow((byte)6)]
    public void Erratum_13_a_link_pulse_is_an_early_collision_a_late_one_or_a_hang(byte revision)
    {
        ChipBench bench = new(new Enc28j60ChipOptions { Revision = revision });
        bench.Initialise();
        int sent = 0;
        int aborted = 0;
        int silent = 0;
        int withError = 0;
        for (int i = 0; i < 300; i++)
        {
            bench.Chip.Faults.LinkPulseCollisions = Always;
            bench.StartSending(ChipBench.Frame(500));
            bench.RunUntil(() => bench.Chip.Wire.LinkPulseCollisions == i + 1);
            bench.Chip.Faults.Clear();
            bench.Wait(2_000_000);
            bool running = (bench.Eth(ChipBench.Econ1) & Txrts) != 0;
            int flags = bench.Eth(ChipBench.Eir) & (Txif | Txerif);
            sent += !running && flags == Txif ? 1 : 0;
            aborted += !running && flags == (Txif | Txerif) ? 1 : 0;
            silent += running && flags == 0 ? 1 : 0;
            withError += running && flags == Txerif ? 1 : 0;
            if (flags != 0)
            {
                bench.Clear(ChipBench.Econ1, Txrts);
                byte[] vector = bench.ReadMemory(0x1800 + 501, 7);
                Assert.AreEqual((flags & Txerif) != 0 ? 0x20 : 0x00, vector[3]);
            }

            bench.ResetTransmitter();
        }

        Assert.AreEqual(300, sent + aborted + silent + withError, "nothing else happens");
        Assert.IsGreaterThan(100, sent);
        Assert.IsGreaterThan(20, aborted);
        Assert.IsGreaterThan(20, silent);
        Assert.IsGreaterThan(20, withError);
        Assert.AreEqual(sent, bench.Port.Sent.Count);
        bench.AssertClean();
    }

    [TestMethod]
    [DataRow((byte)2)]
    [DataRow((byte)4)]
    public void Erratum_13_silicon_B1_and_B4_does_not_have_it(byte revision)
    {
        ChipBench bench = new(new Enc28j60ChipOptions { Revision = revision });
        bench.Initialise();
        bench.Chip.Faults.LinkPulseCollisions = Always;
        bench.StartSending(ChipBench.Frame(500));
        bench.Wait(1_000_000);
        Assert.AreEqual(1, bench.Port.Sent.Count);
        Assert.AreEqual(0, bench.Chip.Wire.LinkPulseCollisions);
    }
}
