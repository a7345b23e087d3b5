using System.Collections.Generic;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Link;

namespace NanoTcp.Tests.Drivers;

/// <summary>Makes benches, and looks at every one of them for violations when a test has ended.</summary>
public abstract class Enc28j60TestBase
{
    /// <summary>Groups, of which <see cref="Mdns"/> has the hash of broadcasts, and a station that is not the driver's.</summary>
    private protected const long AllHosts = 0x01005E000001;
    private protected const long Mdns = 0x01005E0000FB;
    private protected const long Ssdp = 0x01005E7FFFFA;
    private protected const long Stranger = 0x02000000ABCD;

    private readonly List<DriverBench> _benches = [];

    [TestCleanup]
    public void The_chip_has_seen_nothing_forbidden()
    {
        foreach (DriverBench bench in _benches)
        {
            bench.AssertNoViolation();
        }
    }

    /// <summary>Whether a frame to some address comes through the chip's filters.</summary>
    private protected static void AssertTakes(DriverBench bench, long destination, bool taken)
    {
        byte[] frame = DriverBench.Frame(77, 5, destination);
        bench.Port.Enqueue(frame);
        bench.Pass(200);
        if (taken)
        {
            bench.ExpectFrame(frame, $"{destination:X12}");
        }
        else
        {
            Assert.AreEqual(0, bench.Receive(2), $"{destination:X12}");
        }
    }

    /// <summary>Frames flow both ways within 10 ms of chip time, and it took so many recoveries.</summary>
    private protected static void AssertHealed(DriverBench bench, long recoveries)
    {
        const long LongestRecovery = 10_000_000;
        long start = bench.Clock.Nanoseconds;
        bench.RunUntil(() => bench.Driver.CanSend, 20);
        Assert.IsLessThan(LongestRecovery, bench.Clock.Nanoseconds - start);
        bench.ExpectBothWays(DriverBench.Frame(777, (int)recoveries), "after the recovery");
        Assert.AreEqual(recoveries, bench.Count(Enc28j60Counters.Recoveries));
        Assert.AreEqual(LinkStatus.Up, bench.Driver.Status);
    }

    private protected DriverBench NewBench(Enc28j60ChipOptions? chip = null, Enc28j60Options? driver = null)
    {
        DriverBench bench = new(chip, driver);
        _benches.Add(bench);
        return bench;
    }

    private protected DriverBench Started(Enc28j60ChipOptions? chip = null, Enc28j60Options? driver = null)
    {
        return NewBench(chip, driver).Start();
    }
}
