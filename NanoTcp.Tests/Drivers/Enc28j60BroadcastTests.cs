using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Drivers;

/// <summary>Broadcasts in a storm: above a limit they are refused for a while, so that other frames flow.</summary>
[TestClass]
public sealed class Enc28j60BroadcastTests : Enc28j60TestBase
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void In_a_storm_of_broadcasts_at_wire_speed_frames_for_the_station_flow_and_the_bus_has_time()
    {
        DriverBench bench = Started();
        bench.Receive(1);
        long operations = bench.Chip.Statistics.Operations;
        Storm storm = new(bench, 50);
        storm.Run(4000);
        double each = (bench.Chip.Statistics.Operations - operations) / 4.0;
        TestContext.WriteLine($"{storm.Broadcasts} broadcasts and {storm.Unicasts} others on the wire, {storm.BroadcastsTaken} and {storm.UnicastsTaken} taken, {each} operations a second");
        Assert.IsGreaterThan(50_000, storm.Broadcasts);
        Assert.IsGreaterThan(1000, storm.Unicasts);

        // The limit, and in each window what waits in the ring when it is noticed.
        Assert.IsLessThanOrEqualTo(4 * (200 + (4 * 40)), storm.BroadcastsTaken);
        Assert.IsGreaterThanOrEqualTo(4 * 150, storm.BroadcastsTaken);
        Assert.IsGreaterThanOrEqualTo(storm.Unicasts * 0.99, storm.UnicastsTaken);
        Assert.AreEqual(16, bench.Count(Enc28j60Counters.BroadcastThrottles), 1.0);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));

        // A loop that looks for frames all the time reads EPKTCNT each time; what counts is what comes on top.
        Assert.IsLessThan(4000, each - (storm.Rounds / 4.0));
    }

    [TestMethod]
    public void After_a_storm_an_ARP_request_is_answered_within_a_second()
    {
        DriverBench bench = Started(null, new Enc28j60Options { UseInterruptPin = true });
        NetworkStack stack = new(bench.Driver, new NetworkStackOptions { Address = 0x0A000002, Random = new SeededRandom(1) });
        byte[] noise = DriverBench.Frame(60, 1, MacAddress.Broadcast);
        long end = bench.Clock.Milliseconds + 1000;
        while (bench.Clock.Milliseconds < end)
        {
            while (bench.Port.Coming < 10)
            {
                bench.Port.Enqueue(noise);
            }

            stack.Poll(bench.Clock.Milliseconds);
            bench.Pass(100);
        }

        Assert.IsGreaterThan(2, bench.Count(Enc28j60Counters.BroadcastThrottles));
        while (bench.Port.Arrived > 0)
        {
            bench.Port.TakeArrived();
        }

        byte[] request = new byte[60];
        EthernetHeader.Write(request, 0, MacAddress.Broadcast, Stranger, EthernetHeader.TypeArp);
        new byte[] { 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0xAB, 0xCD, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2 }.CopyTo(request, 14);

        // The loop sleeps as it is told.
        long start = bench.Clock.Milliseconds;
        long asked = start - 300;
        bool answered = false;
        while (!answered)
        {
            Assert.IsLessThan(start + 1000, bench.Clock.Milliseconds);
            if (bench.Clock.Milliseconds >= asked + 300)
            {
                asked = bench.Clock.Milliseconds;
                bench.Port.Enqueue(request);
            }

            long wake = bench.Clock.Nanoseconds + (stack.Poll(bench.Clock.Milliseconds) * 1_000_000L);
            do
            {
                bench.Pass(50);
            }
            while (bench.Clock.Nanoseconds < wake && !bench.Chip.InterruptPinLow && bench.Clock.Milliseconds < asked + 300);

            while (bench.Port.Arrived > 0)
            {
                // The stack has questions of its own.
                answered |= bench.Port.TakeArrived()[21] == 2;
            }
        }
    }

    [TestMethod]
    public void A_multicast_group_with_the_hash_of_broadcasts_waits_with_them_and_others_do_not()
    {
        DriverBench bench = Started();
        bench.Driver.Join(Mdns);
        bench.Driver.Join(Ssdp);
        bench.Run(2);
        bench.FloodWithBroadcasts(60);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.BroadcastThrottles));
        bench.Run(2);
        AssertTakes(bench, MacAddress.Broadcast, false);
        AssertTakes(bench, Mdns, false);
        AssertTakes(bench, Ssdp, true);
        AssertTakes(bench, DriverBench.Mac, true);
        bench.Run(Enc28j60Filter.Window);
        AssertTakes(bench, MacAddress.Broadcast, true);
        AssertTakes(bench, Mdns, true);
        AssertTakes(bench, Ssdp, true);
    }

    [TestMethod]
    public void With_the_interrupt_pin_the_driver_asks_to_be_called_when_broadcasts_are_wanted_again()
    {
        DriverBench bench = Started(null, new Enc28j60Options { UseInterruptPin = true });
        bench.FloodWithBroadcasts(60);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.BroadcastThrottles));
        AssertTakes(bench, MacAddress.Broadcast, false);
        int wait = bench.Driver.Poll(bench.Clock.Milliseconds);
        Assert.IsLessThanOrEqualTo(Enc28j60Filter.Window, wait);
        bench.Pass((wait + 1) * 1000L);
        bench.Driver.Poll(bench.Clock.Milliseconds);
        AssertTakes(bench, MacAddress.Broadcast, true);
    }

    [TestMethod]
    public void Broadcasts_below_the_limit_all_arrive()
    {
        DriverBench bench = Started();
        for (int i = 0; i < 360; i++)
        {
            byte[] frame = DriverBench.Frame(60, i, MacAddress.Broadcast);
            bench.Port.Enqueue(frame);
            bench.ExpectFrame(frame, $"broadcast {i}");
            bench.Run(5);
        }

        Assert.AreEqual(0, bench.Count(Enc28j60Counters.BroadcastThrottles));
    }

    [TestMethod]
    [DataRow(0, false)]
    [DataRow(200, true)]
    public void Without_a_limit_and_in_promiscuous_mode_no_broadcast_is_refused(int limit, bool promiscuous)
    {
        DriverBench bench = Started(null, new Enc28j60Options { BroadcastLimit = limit, Promiscuous = promiscuous });
        bench.FloodWithBroadcasts(1000);
        Assert.AreEqual(1000, bench.Count(Enc28j60Counters.RxPackets));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.BroadcastThrottles));
    }

    [TestMethod]
    public void The_smallest_limit_lets_a_broadcast_through_in_each_window()
    {
        DriverBench bench = Started(null, new Enc28j60Options { BroadcastLimit = 1 });
        for (int i = 0; i < 5; i++)
        {
            AssertTakes(bench, MacAddress.Broadcast, true);
            bench.Run(1);
            AssertTakes(bench, MacAddress.Broadcast, false);
            bench.Run(Enc28j60Filter.Window);
        }
    }

    [TestMethod]
    public void A_recovery_while_broadcasts_are_refused_changes_nothing_about_when_they_are_taken_again()
    {
        DriverBench bench = Started();
        bench.FloodWithBroadcasts(60);
        bench.Chip.PowerCycle();
        bench.Pass(400);
        bench.RunUntil(() => bench.Count(Enc28j60Counters.Recoveries) == 1, 510);
        bench.RunUntil(() => bench.Driver.CanSend, 20);
        bench.Run(Enc28j60Filter.Window);
        AssertTakes(bench, MacAddress.Broadcast, true);
    }

    [TestMethod]
    public void Nothing_is_allocated_in_a_storm_nor_by_changes_of_filters()
    {
        DriverBench bench = Started();
        Storm storm = new(bench, 20);
        storm.Run(300);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            storm.Run(50);
            bench.Driver.Join(Mdns);
            storm.Run(50);
            bench.Driver.Leave(Mdns);
            bench.Driver.Promiscuous = !bench.Driver.Promiscuous;
        }

        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.IsGreaterThan(2, bench.Count(Enc28j60Counters.BroadcastThrottles));
    }

    /// <summary>Broadcasts as fast as the wire goes, a frame for the station in every so many, and a loop that takes them.</summary>
    private sealed class Storm
    {
        private readonly DriverBench _bench;
        private readonly int _share;
        private readonly byte[] _broadcast = DriverBench.Frame(60, 1, MacAddress.Broadcast);
        private readonly byte[] _unicast = DriverBench.Frame(60, 2);

        internal Storm(DriverBench bench, int share)
        {
            _bench = bench;
            _share = share;
        }

        internal int Broadcasts { get; private set; }

        internal int Unicasts { get; private set; }

        internal int BroadcastsTaken { get; private set; }

        internal int UnicastsTaken { get; private set; }

        internal int Rounds { get; private set; }

        internal void Run(int milliseconds)
        {
            long end = _bench.Clock.Milliseconds + milliseconds;
            while (_bench.Clock.Milliseconds < end)
            {
                while (_bench.Port.Coming < 10)
                {
                    if ((Broadcasts + Unicasts) % _share == 0)
                    {
                        _bench.Port.Enqueue(_unicast);
                        Unicasts++;
                    }
                    else
                    {
                        _bench.Port.Enqueue(_broadcast);
                        Broadcasts++;
                    }
                }

                Rounds++;
                _bench.Driver.Poll(_bench.Clock.Milliseconds);
                for (int i = 0; i < 16 && _bench.Driver.Receive(_bench.Buffer, DriverBench.Offset, DriverBench.Capacity) != 0; i++)
                {
                    if (_bench.Buffer[DriverBench.Offset] == 0xFF)
                    {
                        BroadcastsTaken++;
                    }
                    else
                    {
                        UnicastsTaken++;
                    }
                }

                _bench.Pass(100);
            }
        }
    }
}
