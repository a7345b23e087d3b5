using System;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using NanoTcp.Drivers.Enc28j60;

namespace NanoTcp.Tests.Soak;

/// <summary>
/// Two thousand devices, each for hours of its own time: a random mix of everything that can go wrong, while two connections
/// carry octets both ways. What holds for each of them:
/// no octet is lost or changed above TCP; the chip has seen nothing forbidden; the device answers and hears its multicast
/// group two seconds after any fault at the latest; nothing is allocated; no call takes more than so many SPI operations.
/// </summary>
[TestClass]
public sealed class Enc28j60SoakTests
{
    /// <summary>Set to a number, this environment variable runs that seed alone.</summary>
    private const string SeedVariable = "NANOTCP_SOAK_SEED";

    [TestMethod]
    [DataRow(1, 500)]
    [DataRow(501, 500)]
    [DataRow(1001, 500)]
    [DataRow(1501, 500)]
    public void Every_seed_loses_nothing_and_comes_back_from_everything(int first, int count)
    {
        string? single = Environment.GetEnvironmentVariable(SeedVariable);
        if (single != null && first != 1)
        {
            Assert.Inconclusive($"{SeedVariable} asks for one seed, which runs with the first row.");
        }

        // What the runtime allocates when code runs for the first time is none of the driver's.
        new SoakWorld(new SoakPlan((ulong)first)).Run();
        Sum sum = new();
        if (single != null)
        {
            Run(ulong.Parse(single, CultureInfo.InvariantCulture), sum);
            return;
        }

        Parallel.For(0, count, i => Run((ulong)(first + i), sum));
        Console.WriteLine(sum.ToString());
        Assert.IsGreaterThan(count, sum.Hours, "hours of chip time");
        Assert.IsGreaterThan(0, sum.Recoveries);
    }

    private static void Run(ulong seed, Sum sum)
    {
        SoakPlan plan = new(seed);
        string? trouble = Run(plan, out SoakWorld world, out long allocated);
        if (trouble == null && allocated != 0)
        {
            // A run repeats to the octet. What comes only once was the runtime's, which compiles and collects beside it.
            trouble = Run(plan, out _, out allocated);
            if (trouble == null && allocated != 0)
            {
                trouble = $"{allocated} octets were allocated";
            }
        }

        sum.Add(world);
        if (trouble != null)
        {
            Assert.Fail(
                $"{trouble}\n{plan}Repeat it with\n  {SeedVariable}={seed} dotnet test NanoTcp.Tests --filter {nameof(Enc28j60SoakTests)}");
        }
    }

    private static string? Run(SoakPlan plan, out SoakWorld world, out long allocated)
    {
        world = new SoakWorld(plan);
        long before = GC.GetAllocatedBytesForCurrentThread();
        string? trouble = world.Run();
        allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return trouble;
    }

    /// <summary>What came together.</summary>
    private sealed class Sum
    {
        private readonly Lock _lock = new();

        internal int Runs { get; private set; }

        internal double Hours { get; private set; }

        internal long Recoveries { get; private set; }

        internal long Disturbances { get; private set; }

        internal void Add(SoakWorld world)
        {
            lock (_lock)
            {
                Runs++;
                Hours += world.Hours;
                Recoveries += world.Count(Enc28j60Counters.Recoveries);
                Disturbances += world.Disturbances;
            }
        }

        public override string ToString()
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{Runs} runs, {Hours:F0} hours of chip time, {Disturbances} disturbances, {Recoveries} recoveries");
        }
    }
}
