using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Link;

namespace NanoTcp.Tests.Drivers;

/// <summary>Sends the chip to sleep, lets it wait for a magic packet, and wakes it.</summary>
public abstract class Enc28j60PowerTestBase : Enc28j60TestBase
{
    private const int Asleep = 0xA8;

    /// <summary>A magic packet for a station, sent to this one.</summary>
    private protected static byte[] Magic(int length, int at, long station)
    {
        byte[] frame = DriverBench.Frame(length, 9);
        frame.AsSpan(at, 6).Fill(0xFF);
        for (int i = 0; i < 96; i++)
        {
            frame[at + 6 + i] = (byte)(station >> (40 - (8 * (i % 6))));
        }

        return frame;
    }

    private protected static void Sleep(DriverBench bench)
    {
        bench.Driver.SetPowerMode(Enc28j60PowerMode.PowerSave);
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.PowerSave, 25);
        AssertAsleep(bench);
    }

    private protected static void WakeUp(DriverBench bench)
    {
        bench.Driver.SetPowerMode(Enc28j60PowerMode.Running);
        bench.RunUntil(() => bench.Driver.CanSend, 510);
    }

    private protected static void AwaitMagic(DriverBench bench)
    {
        bench.Driver.SetPowerMode(Enc28j60PowerMode.MagicPacket);
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.MagicPacket, 5);
        Assert.AreEqual(LinkStatus.Down, bench.Driver.Status);
        Assert.IsFalse(bench.Driver.CanSend);
    }

    private protected static void AssertWakes(DriverBench bench, byte[] magic, int wakeUps)
    {
        bench.Port.Enqueue(magic);
        bench.ExpectFrame(magic, "the stack may have it too");
        Assert.AreEqual(wakeUps, bench.Count(Enc28j60Counters.WakeUps));
        bench.RunUntil(() => bench.Driver.CanSend, 5);
        Assert.AreEqual(Enc28j60PowerMode.Running, bench.Driver.PowerMode);
    }

    private protected static void AssertAsleep(DriverBench bench)
    {
        byte[] econ2 = [0x1E, 0];
        bench.Chip.Transfer(econ2, 0, 2);
        Assert.AreEqual(Asleep, econ2[1]);
        Assert.AreEqual(Enc28j60PowerMode.PowerSave, bench.Driver.PowerMode);
        Assert.AreEqual(LinkStatus.Down, bench.Driver.Status);
        Assert.IsFalse(bench.Driver.CanSend);
    }

    private protected static void AssertFlows(DriverBench bench)
    {
        bench.ExpectBothWays(DriverBench.Frame(777, 3), "in");
    }
}
