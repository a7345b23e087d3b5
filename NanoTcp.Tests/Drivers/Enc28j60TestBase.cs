using System.Collections.Generic;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;

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
