using System.Collections.Generic;
using ChipOptions = NanoTcp.Host.Emulation.Enc28j60Options;
using DriverOptions = NanoTcp.Drivers.Enc28j60.Enc28j60Options;

namespace NanoTcp.Tests.Drivers;

/// <summary>Makes benches, and looks at every one of them for violations when a test has ended.</summary>
public abstract class Enc28j60TestBase
{
    private readonly List<DriverBench> _benches = [];

    [TestCleanup]
    public void The_chip_has_seen_nothing_forbidden()
    {
        foreach (DriverBench bench in _benches)
        {
            bench.AssertNoViolation();
        }
    }

    private protected DriverBench NewBench(ChipOptions? chip = null, DriverOptions? driver = null)
    {
        DriverBench bench = new(chip, driver);
        _benches.Add(bench);
        return bench;
    }

    private protected DriverBench Started(ChipOptions? chip = null, DriverOptions? driver = null)
    {
        return NewBench(chip, driver).Start();
    }
}
