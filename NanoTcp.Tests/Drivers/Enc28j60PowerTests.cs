using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Link;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Drivers;

/// <summary>Sleep, and waking up on a magic packet.</summary>
[TestClass]
public sealed class Enc28j60PowerTests : Enc28j60TestBase
{
    private const long Mdns = 0x01005E0000FB;
    private const long Stranger = 0x02000000ABCD;
    private const int Asleep = 0xA8;

    [TestMethod]
    public void In_power_save_the_link_is_down_and_the_chip_is_left_alone()
    {
        DriverBench bench = Started();
        bench.Driver.SetPowerMode(Enc28j60PowerMode.PowerSave);
        Assert.AreEqual(Enc28j60PowerMode.Running, bench.Driver.PowerMode, "only Poll talks to the chip");
        int wait = bench.Driver.Poll(bench.Clock.Milliseconds);
        AssertAsleep(bench);
        Assert.IsGreaterThanOrEqualTo(400, wait);
        bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity);
        Assert.IsFalse(bench.Driver.Send(bench.Buffer, DriverBench.Offset, 60));
        long before = bench.Chip.Statistics.Operations;
        for (int i = 0; i < 10_000; i++)
        {
            bench.Driver.Poll(bench.Clock.Milliseconds);
            Assert.AreEqual(0, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
            bench.Clock.Advance(1_000_000);
        }

        Assert.IsLessThanOrEqualTo(42, bench.Chip.Statistics.Operations - before, "ECON2 and ESTAT twice a second");
        AssertAsleep(bench);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void The_end_of_power_save_brings_everything_back()
    {
        DriverBench bench = Started();
        bench.Driver.Join(Mdns);
        bench.Run(2);
        Sleep(bench);
        bench.Run(3000);
        bench.Port.Enqueue(DriverBench.Frame(60, 1));
        bench.Pass(200);
        Assert.AreEqual(1, bench.Chip.Wire.MissedWhileDisabled);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.Running);
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.Running, 4);
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.Up, 510);
        AssertFlows(bench);
        AssertTakes(bench, Mdns, true);
        AssertTakes(bench, Stranger, false);
        bench.Run(2000);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.Initialisations));
    }

    [TestMethod]
    public void Erratum_4_CLKOUT_stands_still_while_the_chip_sleeps_and_is_as_the_board_set_it_after_that()
    {
        DriverBench bench = NewBench();
        bench.Pass(1000);
        bench.Poke(Enc28j60Registers.ECOCON, 1);
        Assert.AreEqual(25_000_000, bench.Chip.ClockOutputHertz);
        bench.Start();
        Assert.AreEqual(25_000_000, bench.Chip.ClockOutputHertz, "a start does not touch it");
        Sleep(bench);
        Assert.AreEqual(0, bench.Chip.ClockOutputHertz);
        WakeUp(bench);
        Assert.AreEqual(25_000_000, bench.Chip.ClockOutputHertz);
    }

    [TestMethod]
    public void Erratum_19_the_chip_is_woken_by_PWRSV_and_not_by_a_reset()
    {
        DriverBench bench = Started();
        long resets = bench.Chip.Statistics.SystemReset;
        Sleep(bench);
        WakeUp(bench);
        AssertFlows(bench);
        Assert.AreEqual(resets, bench.Chip.Statistics.SystemReset);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.Initialisations));
    }

    [TestMethod]
    public void Filters_that_change_while_the_chip_sleeps_are_in_force_when_it_wakes()
    {
        DriverBench bench = Started();
        Sleep(bench);
        bench.Driver.Join(Mdns);
        bench.Driver.Promiscuous = true;
        bench.Driver.Promiscuous = false;
        bench.Run(1000);
        AssertAsleep(bench);
        WakeUp(bench);
        AssertTakes(bench, Mdns, true);
        AssertTakes(bench, Stranger, false);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void A_frame_on_its_way_out_goes_out_before_the_chip_sleeps()
    {
        DriverBench bench = Started();
        byte[] frame = DriverBench.Frame(1514, 1);
        bench.Send(frame);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.PowerSave);
        bench.Driver.Poll(bench.Clock.Milliseconds);
        Assert.AreEqual(Enc28j60PowerMode.Running, bench.Driver.PowerMode);
        Assert.IsFalse(bench.Driver.CanSend);
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.PowerSave, 3);
        bench.ExpectArrival(frame, 0);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.TxPackets));
    }

    [TestMethod]
    public void A_frame_that_never_gets_out_is_given_up_and_the_chip_sleeps()
    {
        DriverBench bench = Started();
        bench.Bus.LostTransmitRequests = 100;
        bench.Send(DriverBench.Frame(60, 1));
        bench.Driver.SetPowerMode(Enc28j60PowerMode.PowerSave);
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.PowerSave, 150);
        AssertAsleep(bench);
        bench.Bus.LostTransmitRequests = 0;
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.TxStalls));
        WakeUp(bench);
        AssertFlows(bench);
    }

    [TestMethod]
    public void Frames_in_the_chip_can_be_taken_before_it_sleeps()
    {
        DriverBench bench = Started();
        for (int i = 0; i < 5; i++)
        {
            bench.Port.Enqueue(DriverBench.Frame(500, i));
        }

        // The fifth is coming in.
        bench.Pass(4 * 430);
        bench.Pass(100);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.PowerSave);
        for (int i = 0; i < 5; i++)
        {
            bench.ExpectFrame(DriverBench.Frame(500, i), $"frame {i}");
        }

        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.PowerSave, 2);
        AssertAsleep(bench);
    }

    [TestMethod]
    public void Frames_that_nobody_takes_do_not_keep_the_chip_awake_and_are_there_when_it_wakes()
    {
        DriverBench bench = Started();
        bench.Port.Enqueue(DriverBench.Frame(500, 1));
        bench.Pass(600);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.PowerSave);
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.PowerSave, 25);
        Assert.AreEqual(0, bench.Receive(10));
        bench.Run(1000);
        WakeUp(bench);
        bench.ExpectFrame(DriverBench.Frame(500, 1), "after the sleep");
        AssertFlows(bench);
    }

    [TestMethod]
    public void A_chip_that_loses_its_supply_while_it_sleeps_is_set_up_anew_and_put_to_sleep_again()
    {
        DriverBench bench = Started();
        bench.Driver.Join(Mdns);
        Sleep(bench);
        bench.Run(700);
        bench.Chip.PowerCycle();
        bench.RunUntil(() => bench.Count(Enc28j60Counters.Recoveries) == 1, 510);
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.PowerSave, 10);
        AssertAsleep(bench);
        bench.Run(3000);
        AssertAsleep(bench);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.LostRegisters));
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.Recoveries));
        WakeUp(bench);
        AssertTakes(bench, Mdns, true);
        AssertFlows(bench);
    }

    [TestMethod]
    public void A_chip_that_loses_its_supply_right_before_it_is_woken_is_set_up_anew()
    {
        DriverBench bench = Started();
        Sleep(bench);
        bench.Chip.PowerCycle();
        bench.Pass(400);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.Running);
        bench.RunUntil(() => bench.Driver.CanSend, 20);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.LostRegisters));
        AssertFlows(bench);
    }

    [TestMethod]
    public void A_register_that_is_lost_in_the_sleep_is_noticed_at_its_end()
    {
        DriverBench bench = Started();
        Sleep(bench);
        bench.Poke(Enc28j60Registers.ERXNDH, 0x1F);
        bench.Run(2000);
        AssertAsleep(bench);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.Running);
        bench.RunUntil(() => bench.Driver.CanSend, 20);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.LostRegisters));
        AssertFlows(bench);
    }

    [TestMethod]
    [DataRow(0x00)]
    [DataRow(0xFF)]
    public void A_bus_that_dies_while_the_chip_sleeps_is_noticed_and_the_chip_sleeps_again_when_it_is_back(int miso)
    {
        DriverBench bench = Started();
        Sleep(bench);
        bench.Bus.StuckMiso = miso;
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.NoDevice, 520);
        bench.Run(5000);
        bench.Bus.StuckMiso = -1;
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.PowerSave, 2100);
        AssertAsleep(bench);
    }

    [TestMethod]
    [DataRow(0x00)]
    [DataRow(0xFF)]
    public void A_bus_that_dies_while_the_chip_wakes_is_noticed(int miso)
    {
        DriverBench bench = Started();
        Sleep(bench);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.Running);
        bench.Driver.Poll(bench.Clock.Milliseconds);
        bench.Bus.StuckMiso = miso;
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.NoDevice, 20);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.DeadBus));
        bench.Bus.StuckMiso = -1;
        bench.RunUntil(() => bench.Driver.CanSend, 2100);
        AssertFlows(bench);
    }

    [TestMethod]
    public void One_look_at_a_sleeping_chip_that_goes_wrong_on_the_bus_is_no_reason_to_recover()
    {
        DriverBench bench = Started();
        Sleep(bench);
        for (int i = 0; i < 6; i++)
        {
            bench.Bus.WrongReadIn = i % 2;
            bench.Run(500);
        }

        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
        AssertAsleep(bench);
    }

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
    public void A_magic_packet_and_nothing_else_ends_the_wait_for_one()
    {
        DriverBench bench = Started();
        bench.Driver.Join(Mdns);
        bench.Run(2);
        AwaitMagic(bench);
        AssertTakes(bench, DriverBench.Mac, false);
        AssertTakes(bench, MacAddress.Broadcast, false);
        AssertTakes(bench, Mdns, false);
        bench.Port.Enqueue(Magic(130, 20, Stranger));
        Assert.AreEqual(0, bench.Receive(3), "somebody else's magic packet");
        bench.Run(3000);
        Assert.AreEqual(Enc28j60PowerMode.MagicPacket, bench.Driver.PowerMode);
        Assert.AreEqual(LinkStatus.Down, bench.Driver.Status);
        Assert.IsFalse(bench.Driver.CanSend);
        AssertWakes(bench, Magic(116, 14, DriverBench.Mac), 1);
        AssertTakes(bench, Mdns, true);
        AssertTakes(bench, MacAddress.Broadcast, true);
        AssertTakes(bench, Stranger, false);
        AssertFlows(bench);
        bench.Run(2000);
        Assert.AreEqual(Enc28j60PowerMode.Running, bench.Driver.PowerMode);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.Initialisations));
    }

    [TestMethod]
    public void With_the_interrupt_pin_only_a_magic_packet_pulls_it_low()
    {
        DriverBench bench = Started(null, new Enc28j60Options { UseInterruptPin = true });
        AwaitMagic(bench);
        bench.Port.Enqueue(DriverBench.Frame(200, 1));
        bench.Port.Enqueue(DriverBench.Frame(200, 1, MacAddress.Broadcast));
        bench.Pass(1000);
        Assert.IsFalse(bench.Chip.InterruptPinLow);
        Assert.IsGreaterThan(300, bench.Driver.Poll(bench.Clock.Milliseconds));
        bench.Port.Enqueue(Magic(200, 50, DriverBench.Mac));
        bench.Pass(300);
        Assert.IsTrue(bench.Chip.InterruptPinLow);
        bench.RunUntil(() => bench.Receive(1) != 0, 5);
        bench.RunUntil(() => bench.Driver.Status == LinkStatus.Up, 5);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.WakeUps));
    }

    [TestMethod]
    public void With_the_interrupt_pin_a_loop_that_sleeps_as_it_is_told_is_running_right_after_a_magic_packet()
    {
        DriverBench bench = Started(null, new Enc28j60Options { UseInterruptPin = true });
        AwaitMagic(bench);
        bench.Run(20);
        bench.Port.Enqueue(Magic(200, 50, DriverBench.Mac));
        bench.Pass(300);
        Assert.IsTrue(bench.Chip.InterruptPinLow);
        long woken = bench.Clock.Milliseconds;
        int wait = bench.Driver.Poll(woken);
        while (bench.Driver.Status != LinkStatus.Up)
        {
            while (bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity) != 0)
            {
                // As the stack does: takes everything, and then sleeps for as long as Poll said before.
            }

            bench.Pass(wait == 0 ? 10 : 1000L * wait);
            wait = bench.Driver.Poll(bench.Clock.Milliseconds);
        }

        Assert.IsLessThan(5, bench.Clock.Milliseconds - woken);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.WakeUps));
    }

    [TestMethod]
    public void A_magic_packet_is_one_wherever_its_pattern_stands()
    {
        DriverBench bench = Started();
        int wakeUps = 0;
        foreach (int at in new[] { 14, 15, 42, 100, 1514 - 102 })
        {
            AwaitMagic(bench);
            AssertWakes(bench, Magic(at == 1412 ? 1514 : at + 110, at, DriverBench.Mac), ++wakeUps);
        }

        // More octets FFh than it takes.
        byte[] frame = Magic(300, 80, DriverBench.Mac);
        frame.AsSpan(60, 20).Fill(0xFF);
        AwaitMagic(bench);
        AssertWakes(bench, frame, ++wakeUps);
    }

    [TestMethod]
    public void A_frame_that_is_no_magic_packet_does_not_wake_though_the_chip_lets_it_pass()
    {
        DriverBench bench = Started();
        AwaitMagic(bench);
        bench.Poke(Enc28j60Registers.ERXFCON, Enc28j60Bits.CRCEN);
        byte[] shortRun = Magic(116, 14, DriverBench.Mac);
        shortRun[15] = 0xFE;
        byte[] wrongEnd = Magic(116, 14, DriverBench.Mac);
        wrongEnd[115] ^= 1;
        byte[] cut = Magic(116, 14, DriverBench.Mac)[..115];
        byte[] allOnes = new byte[1514];
        Array.Fill(allOnes, (byte)0xFF, 14, 1500);
        foreach (byte[] frame in new[] { DriverBench.Frame(60, 1), shortRun, wrongEnd, cut, allOnes, Magic(300, 20, Stranger) })
        {
            bench.Port.Enqueue(frame);
            bench.ExpectFrame(frame, "the frame itself comes through");
            Assert.AreEqual(0, bench.Count(Enc28j60Counters.WakeUps));
        }

        Assert.AreEqual(Enc28j60PowerMode.MagicPacket, bench.Driver.PowerMode);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void A_magic_packet_that_was_in_the_ring_before_does_not_wake(bool batchBegun)
    {
        DriverBench bench = Started();
        byte[] magic = Magic(200, 30, DriverBench.Mac);
        bench.Port.Enqueue(DriverBench.Frame(60, 1));
        bench.Port.Enqueue(magic);
        bench.Pass(400);
        if (batchBegun)
        {
            bench.ExpectFrame(DriverBench.Frame(60, 1), "before");
        }

        // Comes in while the mode is asked for.
        bench.Port.Enqueue(magic);
        bench.Pass(50);
        bench.Driver.SetPowerMode(Enc28j60PowerMode.MagicPacket);
        bench.Driver.Poll(bench.Clock.Milliseconds);
        bench.Pass(300);
        bench.Driver.Poll(bench.Clock.Milliseconds);
        Assert.AreEqual(Enc28j60PowerMode.MagicPacket, bench.Driver.PowerMode);
        bench.Port.Enqueue(magic);
        bench.Pass(300);
        if (!batchBegun)
        {
            bench.ExpectFrame(DriverBench.Frame(60, 1), "nothing in the ring is lost");
        }

        bench.ExpectFrame(magic, "the second");
        bench.ExpectFrame(magic, "the third");
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.WakeUps));
        Assert.AreEqual(Enc28j60PowerMode.MagicPacket, bench.Driver.PowerMode);
        bench.ExpectFrame(magic, "the one that came after");
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.WakeUps));
        bench.RunUntil(() => bench.Driver.CanSend, 5);
        AssertFlows(bench);
    }

    [TestMethod]
    public void A_group_joined_while_a_magic_packet_waits_does_not_make_it_an_old_one()
    {
        DriverBench bench = Started();
        AwaitMagic(bench);
        Assert.AreEqual(0, bench.Receive(2));
        bench.Port.Enqueue(Magic(200, 30, DriverBench.Mac));
        bench.Pass(300);
        bench.Driver.Join(Mdns);
        bench.Driver.Poll(bench.Clock.Milliseconds);
        bench.ExpectFrame(Magic(200, 30, DriverBench.Mac), "magic");
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.WakeUps));
        bench.RunUntil(() => bench.Driver.CanSend, 5);
        AssertTakes(bench, Mdns, true);
    }

    [TestMethod]
    public void A_chip_that_loses_its_supply_while_it_waits_for_magic_waits_for_it_again()
    {
        DriverBench bench = Started();
        AwaitMagic(bench);
        bench.Chip.PowerCycle();
        bench.Pass(400);
        bench.RunUntil(() => bench.Count(Enc28j60Counters.Recoveries) == 1, 510);
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.MagicPacket, 20);
        AssertTakes(bench, DriverBench.Mac, false);
        Assert.AreEqual(LinkStatus.Down, bench.Driver.Status);
        AssertWakes(bench, Magic(116, 14, DriverBench.Mac), 1);
        AssertFlows(bench);
    }

    [TestMethod]
    public void Promiscuous_mode_and_refused_broadcasts_come_back_after_the_wait_for_magic()
    {
        DriverBench bench = Started(null, new Enc28j60Options { Promiscuous = true });
        AwaitMagic(bench);
        AssertTakes(bench, Stranger, false);
        AssertWakes(bench, Magic(116, 14, DriverBench.Mac), 1);
        AssertTakes(bench, Stranger, true);
        bench.Driver.Promiscuous = false;
        bench.Run(300);
        for (int i = 0; i < 60; i++)
        {
            bench.Port.Enqueue(DriverBench.Frame(60, i, MacAddress.Broadcast));
            bench.Receive(1);
        }

        while (bench.Receive(2) != 0)
        {
            // What is still in the ring.
        }

        Assert.AreEqual(1, bench.Count(Enc28j60Counters.BroadcastThrottles));
        AwaitMagic(bench);
        bench.Run(500);
        AssertWakes(bench, Magic(116, 14, DriverBench.Mac), 2);
        AssertTakes(bench, MacAddress.Broadcast, true);
        AssertTakes(bench, Stranger, false);
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

    /// <summary>A magic packet for a station, sent to this one.</summary>
    private static byte[] Magic(int length, int at, long station)
    {
        byte[] frame = DriverBench.Frame(length, 9);
        frame.AsSpan(at, 6).Fill(0xFF);
        for (int i = 0; i < 96; i++)
        {
            frame[at + 6 + i] = (byte)(station >> (40 - (8 * (i % 6))));
        }

        return frame;
    }

    private static void Sleep(DriverBench bench)
    {
        bench.Driver.SetPowerMode(Enc28j60PowerMode.PowerSave);
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.PowerSave, 25);
        AssertAsleep(bench);
    }

    private static void WakeUp(DriverBench bench)
    {
        bench.Driver.SetPowerMode(Enc28j60PowerMode.Running);
        bench.RunUntil(() => bench.Driver.CanSend, 510);
    }

    private static void AwaitMagic(DriverBench bench)
    {
        bench.Driver.SetPowerMode(Enc28j60PowerMode.MagicPacket);
        bench.RunUntil(() => bench.Driver.PowerMode == Enc28j60PowerMode.MagicPacket, 5);
        Assert.AreEqual(LinkStatus.Down, bench.Driver.Status);
        Assert.IsFalse(bench.Driver.CanSend);
    }

    private static void AssertWakes(DriverBench bench, byte[] magic, int wakeUps)
    {
        bench.Port.Enqueue(magic);
        bench.ExpectFrame(magic, "the stack may have it too");
        Assert.AreEqual(wakeUps, bench.Count(Enc28j60Counters.WakeUps));
        bench.RunUntil(() => bench.Driver.CanSend, 5);
        Assert.AreEqual(Enc28j60PowerMode.Running, bench.Driver.PowerMode);
    }

    private static void AssertAsleep(DriverBench bench)
    {
        byte[] econ2 = [0x1E, 0];
        bench.Chip.Transfer(econ2, 0, 2);
        Assert.AreEqual(Asleep, econ2[1]);
        Assert.AreEqual(Enc28j60PowerMode.PowerSave, bench.Driver.PowerMode);
        Assert.AreEqual(LinkStatus.Down, bench.Driver.Status);
        Assert.IsFalse(bench.Driver.CanSend);
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

    private static void AssertFlows(DriverBench bench)
    {
        byte[] frame = DriverBench.Frame(777, 3);
        bench.Port.Enqueue(frame);
        bench.ExpectFrame(frame, "in");
        bench.Send(frame);
        bench.ExpectArrival(frame, 10);
    }
}
