using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Link;
using NanoTcp.Tests.Emulation;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Drivers;

/// <summary>
/// Mistakes that were seen in the code of other drivers, each made once with bare SPI octets, so that the emulated chip
/// shows what comes of it or complains; and then this driver under the same conditions, without damage. Whose mistakes they
/// are is in the name of each file of this class.
/// </summary>
[TestClass]
public sealed partial class KnownDriverDefectTests : Enc28j60TestBase
{
    private const int Always = 1_000_000;
    private const int Rxen = 0x04;
    private const int Txrts = 0x08;
    private const int Dmast = 0x20;
    private const int Csumen = 0x10;
    private const int Txrst = 0x80;
    private const int Rxrst = 0x40;
    private const int Txif = 0x08;
    private const int Pktif = 0x40;

    /// <summary>A chip that has received some frames.</summary>
    private static ChipBench Receiving(params byte[][] frames)
    {
        ChipBench bench = new();
        bench.Initialise();
        Bring(bench, frames);
        return bench;
    }

    private static void Bring(ChipBench bench, params byte[][] frames)
    {
        foreach (byte[] frame in frames)
        {
            bench.Port.Incoming.Enqueue(frame);
        }

        bench.ReceiveAll();
    }

    private static void AssertReceives(DriverBench bench, int frames)
    {
        for (int i = 0; i < frames; i++)
        {
            byte[] frame = DriverBench.Frame(200 + (17 * i), i);
            bench.Bring(frame);
            bench.ExpectFrame(frame, $"frame {i}");
        }
    }

    /// <summary>A driver's start, frames both ways, and all that it checks, operation by operation.</summary>
    private OperationLog LoggedStart()
    {
        DriverBench bench = NewBench();
        OperationLog log = new(bench.Chip);
        Enc28j60Driver driver = new(log, DriverBench.Mac, new Enc28j60Options());
        byte[] buffer = DriverBench.Frame(DriverBench.Offset + 300, 1, MacAddress.Broadcast);
        for (int i = 0; i < 9000; i++)
        {
            driver.Poll(bench.Clock.Milliseconds);
            while (driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity) != 0)
            {
            }

            if (i % 500 == 0 && driver.CanSend)
            {
                driver.Send(buffer, DriverBench.Offset, 300);
                bench.Port.Enqueue(DriverBench.Frame(100, i));
            }

            bench.Clock.Advance(1_000_000);
            bench.Chip.Update();
        }

        Assert.AreEqual(LinkStatus.Up, driver.Status);
        Assert.IsGreaterThan(10, driver.Counters.GetValue(Enc28j60Counters.TxPackets));
        Assert.IsGreaterThan(10, driver.Counters.GetValue(Enc28j60Counters.RxPackets));
        Assert.AreEqual(0, driver.Counters.GetValue(Enc28j60Counters.Recoveries));
        return log;
    }

    private void AssertNeverUsesTheDma()
    {
        // BFS ECON1 with DMAST or CSUMEN.
        Assert.AreEqual(0, LoggedStart().Count(
            operation => operation.StartsWith("9F", StringComparison.Ordinal)
                && (Convert.ToInt32(operation[3..], 16) & (Dmast | Csumen)) != 0));
    }
}
