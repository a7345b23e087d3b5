using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Link;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Drivers;

/// <summary>Which frames are taken: multicast groups, everything, and broadcasts in a storm.</summary>
[TestClass]
public sealed class Enc28j60FilterTests : Enc28j60TestBase
{
    private const long Mdns = 0x01005E0000FB;
    private const long AllHosts = 0x01005E000001;
    private const long Ssdp = 0x01005E7FFFFA;
    private const long Stranger = 0x02000000ABCD;

    private const int EHT0 = Enc28j60Registers.EHT0;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(AllHosts, 63)]
    [DataRow(Mdns, 62)]
    [DataRow(Ssdp, 28)]
    [DataRow(0x333300000001, 51)]
    [DataRow(0x3333000000FB, 50)]
    [DataRow(MacAddress.Broadcast, 62)]
    [DataRow(0x0180C2000001, 29)]
    [DataRow(0x020000123456, 61)]
    [DataRow(0x0004A3000001, 14)]
    public void The_hash_of_an_address_is_the_chips(long address, int index)
    {
        Assert.AreEqual(index, Enc28j60Filter.HashIndex(address));
    }

    [TestMethod]
    public void Frames_to_a_group_arrive_while_it_is_joined()
    {
        DriverBench bench = Started();
        AssertTakes(bench, Mdns, false);
        bench.Driver.Join(Mdns);
        bench.Run(2);
        AssertTakes(bench, Mdns, true);
        AssertTakes(bench, Ssdp, false);
        bench.Driver.Join(Ssdp);
        bench.Driver.Join(AllHosts);
        bench.Run(2);
        AssertTakes(bench, Mdns, true);
        AssertTakes(bench, Ssdp, true);
        AssertTakes(bench, AllHosts, true);
        bench.Driver.Leave(Ssdp);
        bench.Run(2);
        AssertTakes(bench, Ssdp, false);
        AssertTakes(bench, Mdns, true);
        bench.Driver.Leave(Mdns);
        bench.Driver.Leave(AllHosts);
        bench.Run(2);
        AssertTakes(bench, Mdns, false);
        AssertTakes(bench, DriverBench.Mac, true);
        AssertTakes(bench, MacAddress.Broadcast, true);
        AssertTakes(bench, Stranger, false);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void A_group_that_is_joined_twice_is_taken_until_it_has_been_left_twice()
    {
        DriverBench bench = Started();
        bench.Driver.Join(Ssdp);
        bench.Driver.Join(Ssdp);
        bench.Driver.Leave(Ssdp);
        bench.Run(2);
        AssertTakes(bench, Ssdp, true);
        bench.Driver.Leave(Ssdp);
        bench.Run(2);
        AssertTakes(bench, Ssdp, false);
    }

    [TestMethod]
    public void Two_groups_with_one_hash_do_not_take_it_from_each_other()
    {
        long twin = Ssdp + 1;
        while (!MacAddress.IsGroup(twin) || Enc28j60Filter.HashIndex(twin) != Enc28j60Filter.HashIndex(Ssdp))
        {
            twin++;
        }

        DriverBench bench = Started();
        bench.Driver.Join(Ssdp);
        bench.Driver.Join(twin);
        bench.Driver.Leave(twin);
        bench.Run(2);
        AssertTakes(bench, Ssdp, true);
    }

    [TestMethod]
    public void Sixty_four_groups_can_be_joined_before_the_chip_is_there()
    {
        DriverBench bench = NewBench(null, new Enc28j60Options { MulticastGroups = 64 });
        bench.Bus.Unplugged = true;
        bench.Bus.StuckMiso = 0xFF;
        bench.Run(100);
        for (int i = 0; i < 64; i++)
        {
            bench.Driver.Join(AllHosts + (i * 977));
        }

        bench.Bus.Unplugged = false;
        bench.Bus.StuckMiso = -1;
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.Up, 2100);
        long before = bench.Chip.Wire.Filtered;
        for (int i = 0; i < 64; i++)
        {
            AssertTakes(bench, AllHosts + (i * 977), true);
        }

        Assert.AreEqual(before, bench.Chip.Wire.Filtered);
    }

    [TestMethod]
    public void Misuse_is_refused_before_anything_changes()
    {
        DriverBench bench = Started(null, new Enc28j60Options { MulticastGroups = 2 });
        Enc28j60Driver filter = bench.Driver;
        Assert.ThrowsExactly<ArgumentException>(() => filter.Join(0));
        Assert.ThrowsExactly<ArgumentException>(() => filter.Join(DriverBench.Mac));
        Assert.ThrowsExactly<ArgumentException>(() => filter.Join(MacAddress.Broadcast));
        Assert.ThrowsExactly<ArgumentException>(() => filter.Join(0x1_000000000000 | Mdns));
        Assert.ThrowsExactly<ArgumentException>(() => filter.Join(-1));
        Assert.ThrowsExactly<ArgumentException>(() => filter.Leave(MacAddress.Broadcast));
        Assert.ThrowsExactly<InvalidOperationException>(() => filter.Leave(Mdns));
        filter.Join(Ssdp);
        filter.Join(AllHosts);
        Assert.ThrowsExactly<InvalidOperationException>(() => filter.Join(Mdns));
        Assert.ThrowsExactly<InvalidOperationException>(() => filter.Leave(Mdns));
        filter.Join(Ssdp);
        bench.Run(2);
        AssertTakes(bench, Ssdp, true);
        AssertTakes(bench, AllHosts, true);
        AssertTakes(bench, Mdns, false);
        for (int i = 2; i < 0x7FFF; i++)
        {
            filter.Join(Ssdp);
        }

        Assert.ThrowsExactly<InvalidOperationException>(() => filter.Join(Ssdp));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => bench.Driver.SetPowerMode((Enc28j60PowerMode)3));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => bench.Driver.SetPowerMode((Enc28j60PowerMode)(-1)));
        Refused(new Enc28j60Options { MulticastGroups = 65 });
        Refused(new Enc28j60Options { MulticastGroups = -1 });
        Refused(new Enc28j60Options { BroadcastLimit = -1 });
        Enc28j60Driver none = new(bench.Bus, DriverBench.Mac, new Enc28j60Options { MulticastGroups = 0 });
        Assert.ThrowsExactly<InvalidOperationException>(() => none.Join(Mdns));
    }

    [TestMethod]
    public void A_change_of_filters_costs_one_write_for_each_register_that_differs()
    {
        DriverBench bench = Started();
        bench.Receive(1);
        long now = bench.Clock.Milliseconds;
        bench.Driver.Poll(now);

        // ECON1, RXEN off, ESTAT, EHT7 and ERXFCON, RXEN on.
        AssertOperations(bench, now, 6, () => bench.Driver.Join(Mdns));

        // The same registers again, with other values in one of them.
        AssertOperations(bench, now, 5, () => bench.Driver.Join(AllHosts));
        AssertOperations(bench, now, 0, () => bench.Driver.Join(AllHosts));
        AssertOperations(bench, now, 0, () => bench.Driver.Leave(AllHosts));
        AssertOperations(bench, now, 5, () => bench.Driver.Promiscuous = true);
        AssertOperations(bench, now, 0, () => bench.Driver.Promiscuous = true);
    }

    [TestMethod]
    public void A_change_of_filters_waits_for_the_frame_that_is_coming_in_and_loses_none_that_has_come()
    {
        DriverBench bench = Started(null, new Enc28j60Options { UseInterruptPin = true });
        for (int i = 0; i < 3; i++)
        {
            bench.Port.Enqueue(DriverBench.Frame(1000, i));
        }

        // In the middle of the third.
        bench.Pass(2 * 830);
        bench.Pass(400);
        bench.Driver.Join(Mdns);
        long busy = 0;
        while (!IsTaken(bench, EHT0 + 7, 0x40))
        {
            int wait = bench.Driver.Poll(bench.Clock.Milliseconds);
            Assert.IsTrue(wait == 0 || IsTaken(bench, EHT0 + 7, 0x40), "it is worth while to look soon");
            bench.Pass(20);
            busy += 20;
        }

        Assert.IsLessThanOrEqualTo(500, busy);
        Assert.IsGreaterThanOrEqualTo(200, busy);
        for (int i = 0; i < 3; i++)
        {
            bench.ExpectFrame(DriverBench.Frame(1000, i), $"frame {i}");
        }

        AssertTakes(bench, Mdns, true);
        Assert.AreEqual(0, bench.Chip.Wire.MissedWhileDisabled);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void Changes_of_filters_at_any_moment_under_full_load_lose_no_more_than_a_frame_each_and_are_no_fault()
    {
        DriverBench bench = Started();
        byte[] buffer = new byte[DriverBench.Offset + 1514];
        Random random = new(3);
        int sent = 0;
        int received = 0;
        int joined = 0;
        int changes = 0;
        for (int i = 0; i < 3000; i++)
        {
            while (bench.Port.Coming < 4)
            {
                bench.Port.Enqueue(DriverBench.Frame(random.Next(60, 1514), ++sent));
            }

            if (i % 10 == 0)
            {
                changes++;
                if (joined == 4 || (joined > 0 && random.Next(2) == 0))
                {
                    bench.Driver.Leave(AllHosts + --joined);
                }
                else
                {
                    bench.Driver.Join(AllHosts + joined++);
                }
            }

            bench.Driver.Poll(bench.Clock.Milliseconds);
            while (bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity) != 0)
            {
                received++;
            }

            if (bench.Driver.CanSend)
            {
                Assert.IsTrue(bench.Driver.Send(buffer, DriverBench.Offset, random.Next(60, 1515)));
            }

            bench.Pass(random.Next(20, 500));
            while (bench.Port.Arrived > 0)
            {
                bench.Port.TakeArrived();
            }
        }

        for (int i = 0; i < bench.Driver.Counters.Count; i++)
        {
            TestContext.WriteLine($"{bench.Driver.Counters.GetName(i)} {bench.Count(i)}");
        }

        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.RxOverflows));
        Assert.IsLessThanOrEqualTo(changes, bench.Chip.Wire.MissedWhileDisabled);
        Assert.AreEqual(sent - bench.Port.Coming, received + bench.Chip.Wire.MissedWhileDisabled, 2.0, "all but those on their way");
    }

    [TestMethod]
    public void A_recovery_in_the_middle_of_a_change_leaves_the_new_filters()
    {
        DriverBench bench = Started();
        bench.Driver.Join(Ssdp);
        bench.Run(2);
        bench.Bus.WrongHeaders = 1;
        bench.Port.Enqueue(DriverBench.Frame(60, 1));
        bench.Port.Enqueue(DriverBench.Frame(1514, 2));
        bench.Pass(600);
        bench.Driver.Join(Mdns);
        bench.Driver.Poll(bench.Clock.Milliseconds);
        Assert.IsFalse(IsTaken(bench, EHT0 + 7, 0x40), "it waits for the long frame");
        Assert.AreEqual(0, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.Recoveries));
        bench.RunUntil(() => bench.Driver.CanSend, 20);
        AssertTakes(bench, Mdns, true);
        AssertTakes(bench, Ssdp, true);
        AssertTakes(bench, AllHosts, false);
        bench.Run(2000);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void A_receiver_that_never_comes_to_rest_is_healed()
    {
        DriverBench bench = Started();
        bench.Bus.StuckReceiver = true;
        bench.Driver.Join(Mdns);
        bench.RunUntil(() => bench.Count(Enc28j60Counters.Recoveries) == 1, 25);
        bench.Bus.StuckReceiver = false;
        bench.RunUntil(() => bench.Driver.CanSend, 20);
        AssertTakes(bench, Mdns, true);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    [DataRow(0x00)]
    [DataRow(0xFF)]
    public void A_bus_that_dies_in_the_middle_of_a_change_is_noticed(int miso)
    {
        DriverBench bench = Started();
        bench.Bus.StuckMiso = miso;
        bench.Driver.Join(Mdns);
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.NoDevice, 20);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.Recoveries));
        bench.Bus.StuckMiso = -1;
        bench.RunUntil(() => bench.Driver.CanSend, 2100);
        AssertTakes(bench, Mdns, true);
    }

    [TestMethod]
    [DataRow(EHT0 + 7, 0x80)]
    [DataRow(EHT0 + 0, 0x01)]
    [DataRow(Enc28j60Registers.ERXFCON, 0xA1)]
    public void A_filter_register_that_changes_by_itself_is_noticed_within_a_second(int register, int value)
    {
        DriverBench bench = Started();
        bench.Driver.Join(Mdns);
        bench.Run(321);
        bench.Poke(register, value);
        bench.RunUntil(() => bench.Count(Enc28j60Counters.LostRegisters) == 1, 1010);
        bench.RunUntil(() => bench.Driver.CanSend, 20);
        AssertTakes(bench, Mdns, true);
    }

    [TestMethod]
    public void Looking_after_the_chip_costs_eight_reads_a_second_more_with_a_group_joined()
    {
        DriverBench bench = Started();
        bench.Run(8000);
        long alone = OperationsIn(bench, 8000);
        bench.Driver.Join(Mdns);
        bench.Run(8000);
        long together = OperationsIn(bench, 8000);
        TestContext.WriteLine($"{alone / 8.0} operations a second, with a group {together / 8.0}");
        Assert.AreEqual(alone + (8 * 8), together, 4.0);
    }

    [TestMethod]
    public void Promiscuous_takes_every_frame_and_its_end_brings_the_filters_back()
    {
        DriverBench bench = Started();
        Assert.IsFalse(bench.Driver.Promiscuous);
        bench.Driver.Join(Ssdp);
        bench.Run(2);
        bench.Driver.Promiscuous = true;
        Assert.IsTrue(bench.Driver.Promiscuous);
        bench.Run(2);
        AssertTakes(bench, Stranger, true);
        AssertTakes(bench, Mdns, true);
        AssertTakes(bench, Ssdp, true);
        AssertTakes(bench, MacAddress.Broadcast, true);
        AssertTakes(bench, DriverBench.Mac, true);
        bench.Run(2000);
        bench.Driver.Promiscuous = false;
        bench.Run(2);
        AssertTakes(bench, Stranger, false);
        AssertTakes(bench, Mdns, false);
        AssertTakes(bench, Ssdp, true);
        AssertTakes(bench, MacAddress.Broadcast, true);
        AssertTakes(bench, DriverBench.Mac, true);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void Erratum_18_nothing_that_can_be_asked_for_turns_the_pattern_filter_on()
    {
        DriverBench bench = Started();
        for (int wishes = 0; wishes < 16; wishes++)
        {
            bench.Driver.Promiscuous = (wishes & 1) != 0;
            bench.Driver.SetPowerMode((wishes & 2) != 0 ? Enc28j60PowerMode.MagicPacket : Enc28j60PowerMode.Running);
            if ((wishes & 4) != 0)
            {
                bench.Driver.Join(Mdns);
            }

            if ((wishes & 8) != 0)
            {
                Flood(bench, 60, MacAddress.Broadcast);
            }

            bench.Run(5);
            Assert.IsFalse(IsTaken(bench, Enc28j60Registers.ERXFCON, 0x10), $"PMEN with {wishes:X}");
            Assert.IsFalse(IsTaken(bench, Enc28j60Registers.ERXFCON, 0x40), $"ANDOR with {wishes:X}");
            Assert.IsTrue(IsTaken(bench, Enc28j60Registers.ERXFCON, 0x20), $"CRCEN with {wishes:X}");
            if ((wishes & 4) != 0)
            {
                bench.Driver.Leave(Mdns);
            }
        }
    }

    [TestMethod]
    public void Promiscuous_can_be_chosen_for_the_start()
    {
        DriverBench bench = Started(null, new Enc28j60Options { Promiscuous = true });
        Assert.IsTrue(bench.Driver.Promiscuous);
        AssertTakes(bench, Stranger, true);
        bench.Driver.Promiscuous = false;
        bench.Run(2);
        AssertTakes(bench, Stranger, false);
    }

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
        Flood(bench, 60, MacAddress.Broadcast);
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
        Flood(bench, 60, MacAddress.Broadcast);
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
        Flood(bench, 1000, MacAddress.Broadcast);
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
        Flood(bench, 60, MacAddress.Broadcast);
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

    private static void Refused(Enc28j60Options options)
    {
        Assert.ThrowsExactly<ArgumentException>(() => new Enc28j60Driver(new FaultyBus(null!), DriverBench.Mac, options));
    }

    /// <summary>Whether a bit of a register that is not the MAC's is set in the chip.</summary>
    private static bool IsTaken(DriverBench bench, int register, int bit)
    {
        byte[] econ1 = [0x1F, 0];
        bench.Chip.Transfer(econ1, 0, 2);
        Enc28j60Spi spi = new(bench.Chip);
        bool set = (spi.Read(register) & bit) != 0;
        spi.SelectBank(econ1[1] & 3);
        return set;
    }

    private static void AssertTakes(DriverBench bench, long destination, bool taken)
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

    private static void AssertOperations(DriverBench bench, long now, long expected, Action change)
    {
        long before = bench.Chip.Statistics.Operations;
        change();
        Assert.AreEqual(before, bench.Chip.Statistics.Operations, "only Poll talks to the chip");
        bench.Driver.Poll(now);
        Assert.AreEqual(expected, bench.Chip.Statistics.Operations - before);
    }

    private static long OperationsIn(DriverBench bench, int milliseconds)
    {
        long before = bench.Chip.Statistics.Operations;
        bench.Run(milliseconds);
        return bench.Chip.Statistics.Operations - before;
    }

    /// <summary>So many frames one after the other, each taken at once, with a look at the chip after each.</summary>
    private static void Flood(DriverBench bench, int count, long destination)
    {
        byte[] frame = DriverBench.Frame(60, 1, destination);
        for (int i = 0; i < count; i++)
        {
            bench.Port.Enqueue(frame);
            bench.Pass(80);
            bench.Driver.Poll(bench.Clock.Milliseconds);
            bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity);
        }

        bench.Driver.Poll(bench.Clock.Milliseconds);
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
