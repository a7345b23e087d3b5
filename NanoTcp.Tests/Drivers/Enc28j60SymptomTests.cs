using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Link;

namespace NanoTcp.Tests.Drivers;

/// <summary>
/// The twenty things that users of this chip complain about, under other drivers: each cause is provoked, and the symptom
/// does not show. Where a symptom has more sides, the other test classes of this folder go on. Each file of this class has
/// the symptoms of one part: reception, transmission, the bus, the network, the supply.
/// </summary>
[TestClass]
public sealed partial class Enc28j60SymptomTests : Enc28j60TestBase
{
    private const int Always = 1_000_000;

    /// <summary>What a user may have to wait after the worst, in milliseconds.</summary>
    private const int LongestOutage = 2000;

    /// <summary>From the moment something is found wrong until frames flow again, in milliseconds of chip time.</summary>
    private const int LongestRecovery = 50;

    /// <summary>A look after the chip, which finds whatever is wrong with ECON1 and with the link.</summary>
    private const int Look = 510;

    /// <summary>Two of them, which find whatever is wrong with any register.</summary>
    private const int Check = 1010;

    /// <summary>No call of the driver takes more SPI operations, whatever the bus says.</summary>
    private const int MostOperations = 1000;

    /// <summary>Frames flow both ways, and begin to within the time of a recovery.</summary>
    private static void AssertFlows(DriverBench bench)
    {
        bench.RunUntil(() => bench.Driver.CanSend, LongestRecovery);
        bench.ExpectBothWays(DriverBench.Frame(777, (int)bench.Count(Enc28j60Counters.RxPackets)), "it is deaf");
        Assert.AreEqual(LinkStatus.Up, bench.Driver.Status);
        Assert.AreEqual(Enc28j60Problem.None, bench.Driver.Problem);
    }

    /// <summary>What is wrong is found in time and counted as what it is, and one recovery heals it.</summary>
    private static void AssertHeals(DriverBench bench, int milliseconds, int cause)
    {
        bench.RunUntil(() => bench.Count(cause) == 1, milliseconds);
        AssertFlows(bench);
        Assert.AreEqual(1, bench.Count(cause));
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.Recoveries));
    }

    /// <summary>Whatever the fault has left behind, the user has to wait for two seconds at the most.</summary>
    private static void AssertComesBack(DriverBench bench)
    {
        long start = bench.Clock.Milliseconds;
        byte[] frame = DriverBench.Frame(500, 4711);
        while (!IsIn(bench, frame))
        {
            Assert.IsLessThan(LongestOutage, bench.Clock.Milliseconds - start);
            if (bench.Port.Coming == 0)
            {
                bench.Port.Enqueue(frame);
            }

            bench.Driver.Poll(bench.Clock.Milliseconds);
            bench.Pass(1000);
        }

        while (bench.Port.Coming != 0 || bench.Receive(2) != 0)
        {
            Assert.IsLessThan(LongestOutage, bench.Clock.Milliseconds - start);
            bench.Pass(100);
        }

        while (bench.Port.Arrived != 0)
        {
            bench.Port.TakeArrived();
        }

        bench.RunUntil(() => bench.Driver.CanSend, LongestOutage);
        AssertFlows(bench);
    }

    private static bool IsIn(DriverBench bench, byte[] frame)
    {
        for (int length = bench.Take(); length != 0; length = bench.Take())
        {
            if (frame.AsSpan().SequenceEqual(bench.Buffer.AsSpan(DriverBench.Offset, length)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What waits in the ring and on the wire comes out, and after it a frame for this station, in order.</summary>
    private static void AssertComesOut(DriverBench bench)
    {
        byte[] last = DriverBench.Frame(400, 4711);
        long start = bench.Clock.Milliseconds;
        bench.Port.Enqueue(last);
        while (!IsIn(bench, last))
        {
            Assert.IsLessThan(100, bench.Clock.Milliseconds - start);
            if (bench.Port.Coming == 0)
            {
                bench.Port.Enqueue(last);
            }

            bench.Driver.Poll(bench.Clock.Milliseconds);
            bench.Pass(100);
        }

        bench.Run(Look);
    }

    private static void AssertBounded(DriverBench bench, Func<int> call)
    {
        long before = bench.Chip.Statistics.Operations;
        call();
        Assert.IsLessThan(MostOperations, bench.Chip.Statistics.Operations - before);
    }

    /// <summary>Hours of a quiet wire, with all the looks that the driver has meanwhile.</summary>
    private static void PassHours(DriverBench bench, int hours)
    {
        for (long left = hours * 3_600_000L; left > 0;)
        {
            int wait = Math.Max(1, bench.Driver.Poll(bench.Clock.Milliseconds));
            wait = wait < 100 ? 500 : wait;
            bench.Clock.Advance(wait * 1_000_000L);
            bench.Chip.Update();
            left -= wait;
        }
    }
}
