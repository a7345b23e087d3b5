using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Link;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Drivers;

/// <summary>Modes one after the other, in any order and at any moment.</summary>
[TestClass]
public sealed class Enc28j60PowerModeTests : Enc28j60PowerTestBase
{
    [TestMethod]
    [DataRow(Enc28j60PowerMode.PowerSave)]
    [DataRow(Enc28j60PowerMode.MagicPacket)]
    public void A_mode_that_is_asked_for_before_the_chip_is_there_begins_with_it(Enc28j60PowerMode mode)
    {
        DriverBench bench = NewBench();
        bench.Driver.SetPowerMode(mode);
        bench.RunUntil(() => bench.Driver.PowerMode == mode, 20);
        Assert.AreEqual(LinkStatus.Down, bench.Driver.Status);
        AssertTakes(bench, DriverBench.Mac, false);
        bench.Run(1000);
        Assert.AreEqual(LinkStatus.Down, bench.Driver.Status);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.Running);
        bench.RunUntil(() => bench.Driver.CanSend, 510);
        AssertFlows(bench);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void A_mode_may_follow_another_directly()
    {
        DriverBench bench = Started();
        AwaitMagic(bench);
        Sleep(bench);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.MagicPacket);
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.MagicPacket, 10);
        AssertTakes(bench, DriverBench.Mac, false);
        bench.Run(500);
        AssertWakes(bench, Magic(116, 14, DriverBench.Mac), 1);

        // Asked for and taken back before Poll could do anything about it, or in the middle of it.
        bench.Driver.SetPowerMode(Enc28j60PowerMode.PowerSave);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.Running);
        AssertFlows(bench);
        bench.Send(DriverBench.Frame(1514, 1));
        bench.Driver.SetPowerMode(Enc28j60PowerMode.PowerSave);
        bench.Driver.Poll(bench.Clock.Milliseconds);
        Assert.AreEqual(LinkStatus.Down, bench.Driver.Status);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.Running);
        bench.Driver.Poll(bench.Clock.Milliseconds);
        Assert.AreEqual(LinkStatus.Up, bench.Driver.Status);
        bench.ExpectArrival(DriverBench.Frame(1514, 1), 5);
        AssertFlows(bench);

        // The chip is waking up when it is sent to sleep again.
        Sleep(bench);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.Running);
        bench.Driver.Poll(bench.Clock.Milliseconds);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.PowerSave);
        bench.Run(50);
        AssertAsleep(bench);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    public void Modes_filters_traffic_and_faults_in_any_order_leave_a_chip_that_does_what_was_asked_for_last(int seed)
    {
        DriverBench bench = Started(null, new Enc28j60Options { UseInterruptPin = seed % 2 == 0 });
        Random random = new(seed);
        byte[] buffer = new byte[DriverBench.Offset + 1514];
        bool joined = false;
        for (int i = 0; i < 3000; i++)
        {
            switch (random.Next(60))
            {
                case < 6:
                    bench.Driver.SetPowerMode((Enc28j60PowerMode)random.Next(3));
                    break;
                case < 10:
                    if (joined)
                    {
                        bench.Driver.Leave(Mdns);
                    }
                    else
                    {
                        bench.Driver.Join(Mdns);
                    }

                    joined = !joined;
                    break;
                case < 12:
                    bench.Driver.Promiscuous = !bench.Driver.Promiscuous;
                    break;
                case 12:
                    bench.Chip.PowerCycle();
                    bench.Pass(400);
                    break;
                case 13:
                    bench.Port.Enqueue(Magic(random.Next(116, 1500), 14, DriverBench.Mac));
                    break;
                case 14:
                    bench.Bus.WrongHeaders = 1;
                    break;
                case 15:
                    bench.Bus.LostTransmitRequests = random.Next(6);
                    break;
                default:
                    long[] destinations = [DriverBench.Mac, Mdns, MacAddress.Broadcast, Stranger];
                    if (bench.Port.Coming < 20)
                    {
                        bench.Port.Enqueue(DriverBench.Frame(random.Next(60, 1514), i, destinations[random.Next(4)]));
                    }

                    break;
            }

            bench.Driver.Poll(bench.Clock.Milliseconds);
            if (random.Next(3) != 0)
            {
                bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity);
            }

            if (bench.Driver.CanSend)
            {
                bench.Driver.Send(buffer, DriverBench.Offset, random.Next(60, 1514));
            }

            bench.Pass(random.Next(8) == 0 ? 20_000 : random.Next(1000));
            while (bench.Port.Arrived > 0)
            {
                bench.Port.TakeArrived();
            }
        }

        // What a chip without supply was told is not the driver's fault.
        bench.Chip.Violations.Clear();
        bench.Bus.WrongHeaders = 0;
        bench.Bus.LostTransmitRequests = 0;
        bench.Driver.SetPowerMode(Enc28j60PowerMode.Running);
        bench.Driver.Promiscuous = false;
        bench.Run(1100);
        while (bench.Port.Coming > 0 || bench.Receive(5) != 0)
        {
            bench.Pass(100);
        }

        while (bench.Port.Arrived > 0)
        {
            bench.Port.TakeArrived();
        }

        bench.Run(300);
        AssertFlows(bench);
        AssertTakes(bench, Mdns, joined);
        AssertTakes(bench, Stranger, false);
        AssertTakes(bench, MacAddress.Broadcast, true);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.PowerSave);
        bench.Run(50);
        AssertAsleep(bench);
    }

    [TestMethod]
    public void Nothing_is_allocated_by_changes_of_mode()
    {
        DriverBench bench = Started();
        byte[] magic = Magic(116, 14, DriverBench.Mac);
        long allocated = -1;
        for (int round = 0; round < 20; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 60; i++)
            {
                if (i == 0)
                {
                    bench.Driver.SetPowerMode(Enc28j60PowerMode.PowerSave);
                }
                else if (i == 20)
                {
                    bench.Driver.SetPowerMode(Enc28j60PowerMode.MagicPacket);
                }
                else if (i == 40)
                {
                    bench.Port.Enqueue(magic);
                }

                bench.Driver.Poll(bench.Clock.Milliseconds);
                bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity);
                bench.Pass(400);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.AreEqual(0, allocated);
        Assert.AreEqual(20, bench.Count(Enc28j60Counters.WakeUps));
    }
}
