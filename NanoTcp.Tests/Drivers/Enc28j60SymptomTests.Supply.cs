using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Link;

namespace NanoTcp.Tests.Drivers;

// The supply: brown-outs, too little current, and a cold boot.
public sealed partial class Enc28j60SymptomTests
{
    [TestMethod]
    public void Symptom_18_brown_outs()
    {
        // In the middle of any operation of a loop with frames both ways.
        DriverBench bench = NewBench(new Enc28j60ChipOptions { LinkDelayNanoseconds = 20_000_000 });
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.Up, Look + LongestRecovery);
        byte[] buffer = new byte[DriverBench.Offset + 1000];
        for (int octets = 0; octets < 4000; octets += 97)
        {
            long before = bench.Chip.Faults.Disturbances;
            bench.Chip.BrownOutAfter(octets);
            while (bench.Chip.Faults.Disturbances == before)
            {
                bench.Port.Enqueue(DriverBench.Frame(400, octets));
                bench.Driver.Poll(bench.Clock.Milliseconds);
                bench.Take();
                if (bench.Driver.CanSend)
                {
                    bench.Driver.Send(buffer, DriverBench.Offset, 300);
                }

                bench.Pass(1000);
            }

            AssertComesBack(bench);
        }

        Assert.IsGreaterThanOrEqualTo(42, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void Symptom_18_a_supply_that_is_too_weak_for_the_PHY_is_said()
    {
        DriverBench bench = Started();
        bench.Bus.DeadPhy = true;
        bench.RunQuickly(Check);
        Assert.AreEqual(Enc28j60Problem.PhyDoesNotAnswer, bench.Driver.Problem);
        StringAssert.Contains(bench.Driver.ProblemText, "check the supply, 3.3 V at up to 180 mA");
        bench.Bus.DeadPhy = false;
        AssertComesBack(bench);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(20_000_000)]
    public void Symptom_20_initialisation_fails_at_cold_boot(long linkDelay)
    {
        // The supply has come up a moment ago, or comes up once more, wherever in its start the driver is.
        for (int octets = 0; octets < 1200; octets += 13)
        {
            DriverBench bench = NewBench(new Enc28j60ChipOptions { LinkDelayNanoseconds = linkDelay });
            bench.Chip.BrownOutAfter(octets);
            bench.RunUntil(() => bench.Driver.Status == LinkStatus.Up, 40 + Check);
            bench.Chip.Faults.Clear();
            AssertFlows(bench);
            bench.AssertNoViolation();
        }
    }
}
