using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Drivers;

// Transmission that sticks, or fails ever after.
public sealed partial class Enc28j60SymptomTests
{
    [TestMethod]
    [DataRow(StuckTransmission.WithoutFlags, Enc28j60Counters.TxTimeouts)]
    [DataRow(StuckTransmission.WithTransmitError, Enc28j60Counters.TxLateCollisions)]
    [DataRow(StuckTransmission.WithBoth, Enc28j60Counters.TxLateCollisions)]
    public void Symptom_07_transmission_stuck(StuckTransmission kind, int counter)
    {
        DriverBench bench = Started();
        bench.Chip.Faults.StuckTransmission = kind;
        bench.Chip.Faults.StuckTransmissions = Always;
        byte[] frame = DriverBench.Frame(900, 1);
        bench.Send(frame);
        bench.Chip.Faults.StuckTransmissions = 0;
        bench.ExpectArrival(frame, 100);
        Assert.AreEqual(1, bench.Chip.Wire.StuckTransmissions);
        Assert.AreEqual(1, bench.Count(counter));
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.TxRetries));
        AssertFlows(bench);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void Symptom_07_transmit_request_lost()
    {
        DriverBench bench = Started();
        bench.Chip.Faults.LostTransmitRequests = Always;
        byte[] frame = DriverBench.Frame(900, 1);
        bench.Send(frame);
        bench.Chip.Faults.LostTransmitRequests = 0;
        bench.ExpectArrival(frame, 100);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.TxTimeouts));
        AssertFlows(bench);
    }

    [TestMethod]
    [DataRow(StuckTransmission.WithoutFlags, Enc28j60Counters.TxStalls)]
    [DataRow(StuckTransmission.WithTransmitError, Enc28j60Counters.TxExhausted)]
    [DataRow(StuckTransmission.WithBoth, Enc28j60Counters.TxExhausted)]
    public void Symptom_07_transmission_stuck_however_often_it_is_started(StuckTransmission kind, int cause)
    {
        DriverBench bench = Started();
        bench.Chip.Faults.StuckTransmission = kind;
        bench.Chip.Faults.StuckTransmissions = Always;
        bench.Send(DriverBench.Frame(900, 1));
        bench.RunUntil(() => bench.Count(cause) == 1, 200);
        bench.Chip.Faults.StuckTransmissions = 0;
        AssertHeals(bench, 0, cause);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.TxErrors));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Symptom_08_every_transmission_fails_for_ever_after_one_that_did(bool late)
    {
        // The cause: ESTAT.TXABRT and EIR.TXERIF of one failure, taken for those of the next.
        DriverBench bench = Started();
        bench.Chip.Faults.LateCollisions = late ? Always : 0;
        bench.Chip.Faults.Collisions = late ? 0 : Always;
        bench.Send(DriverBench.Frame(300, 1));
        bench.RunUntil(() => bench.Count(Enc28j60Counters.TxErrors) == 1, LongestOutage);
        bench.Chip.Faults.LateCollisions = 0;
        bench.Chip.Faults.Collisions = 0;
        long retries = bench.Count(Enc28j60Counters.TxRetries);
        for (int i = 0; i < 20; i++)
        {
            byte[] frame = DriverBench.Frame(100 + (70 * i), i);
            bench.Send(frame);
            bench.ExpectArrival(frame, 3);
            Assert.AreEqual(0, bench.Peek(Enc28j60Registers.ESTAT) & Enc28j60Bits.TXABRT);
            Assert.AreEqual(0, bench.Peek(Enc28j60Registers.EIR) & Enc28j60Bits.TXERIF);
        }

        Assert.AreEqual(retries, bench.Count(Enc28j60Counters.TxRetries));
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.TxErrors));
    }
}
