using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Link;

namespace NanoTcp.Tests.Drivers;

/// <summary>Sleep, and what the chip brings back from it.</summary>
[TestClass]
public sealed class Enc28j60PowerSaveTests : Enc28j60PowerTestBase
{
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
}
