using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Link;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Drivers;

/// <summary>Which frames are taken: multicast groups, or everything.</summary>
[TestClass]
public sealed class Enc28j60FilterTests : Enc28j60TestBase
{
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
                bench.FloodWithBroadcasts(60);
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
}
