namespace NanoTcp.Tests.Emulation;

/// <summary>What the LEDs show for each code of PHLCON (DS39662 register 2-2).</summary>
[TestClass]
public class LedTests
{
    private const int FrameTime = (8 + 64) * 800;
    private const int Millisecond = 1_000_000;
    private const int Jam = 4 * 800;
    private const int Always = 1_000_000;

    [TestMethod]
    public void After_a_reset_LEDA_shows_the_link_and_LEDB_what_comes_in()
    {
        ChipBench bench = new();
        bench.Port.LinkUp = false;
        bench.WaitUntilReady();
        Assert.IsFalse(bench.Chip.LedALit);
        bench.Port.LinkUp = true;
        Assert.IsTrue(bench.Chip.LedALit);
        Assert.IsFalse(bench.Chip.LedBLit);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        Assert.IsTrue(bench.Chip.LedBLit);
        bench.Wait(FrameTime + (40 * Millisecond) - 1);
        Assert.IsTrue(bench.Chip.LedBLit, "40 ms longer");
        bench.Wait(1);
        Assert.IsFalse(bench.Chip.LedBLit);
        bench.AssertClean();
    }

    [TestMethod]
    public void On_and_off_and_the_link_and_the_duplex_mode()
    {
        ChipBench bench = With(0x3892);
        Assert.IsTrue(bench.Chip.LedALit);
        Assert.IsFalse(bench.Chip.LedBLit);
        bench.WritePhy(0x14, 0x3452);
        Assert.IsTrue(bench.Chip.LedALit);
        Assert.IsFalse(bench.Chip.LedBLit, "half duplex");
        bench.WritePhy(0x00, 0x0100);
        Assert.IsTrue(bench.Chip.LedBLit, "full duplex");
        bench.Port.LinkUp = false;
        Assert.IsFalse(bench.Chip.LedALit);
        bench.AssertClean();
    }

    [TestMethod]
    public void Without_stretching_activity_shows_as_long_as_it_lasts()
    {
        ChipBench bench = With(0x3120);
        bench.StartSending(ChipBench.Frame(60));
        Assert.IsTrue(bench.Chip.LedALit);
        Assert.IsFalse(bench.Chip.LedBLit);
        bench.Wait(bench.Chip.NanosecondsToNextEvent - 1);
        Assert.IsTrue(bench.Chip.LedALit);
        bench.Wait(1);
        Assert.IsFalse(bench.Chip.LedALit);
        bench.Wait(Millisecond);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        Assert.IsTrue(bench.Chip.LedBLit);
        Assert.IsFalse(bench.Chip.LedALit);
        bench.Wait(FrameTime);
        Assert.IsFalse(bench.Chip.LedBLit);
        bench.WritePhy(0x14, 0x3790);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        Assert.IsTrue(bench.Chip.LedALit, "code 7 shows both");
        bench.Wait(FrameTime);
        Assert.IsFalse(bench.Chip.LedALit);
        bench.StartSending(ChipBench.Frame(60));
        Assert.IsTrue(bench.Chip.LedALit, "code 7 shows both");
        bench.AssertClean();
    }

    [TestMethod]
    public void Pulses_are_stretched_by_40_70_or_140_ms()
    {
        int[][] rows = [[0x3792, 40], [0x3796, 70], [0x379A, 140]];
        foreach (int[] row in rows)
        {
            ChipBench bench = With(row[0]);
            bench.StartSending(ChipBench.Frame(60));
            bench.Wait(bench.Chip.NanosecondsToNextEvent);
            bench.Wait((row[1] * Millisecond) - 1);
            Assert.IsTrue(bench.Chip.LedALit, $"{row[1]} ms");
            bench.Wait(1);
            Assert.IsFalse(bench.Chip.LedALit, $"{row[1]} ms");
        }
    }

    [TestMethod]
    public void Blinking_goes_by_the_clock()
    {
        // Fast on LEDA, slow on LEDB, stretch time 40 ms.
        ChipBench bench = With(0x3AB2);
        int fast = 0;
        int slow = 0;
        bool a = bench.Chip.LedALit;
        bool b = bench.Chip.LedBLit;
        for (int i = 0; i < 3_200; i++)
        {
            bench.Wait(Millisecond);
            fast += bench.Chip.LedALit != a ? 1 : 0;
            slow += bench.Chip.LedBLit != b ? 1 : 0;
            a = bench.Chip.LedALit;
            b = bench.Chip.LedBLit;
        }

        Assert.AreEqual(80, fast);
        Assert.AreEqual(20, slow);
    }

    [TestMethod]
    public void Link_and_activity_on_one_LED_go_out_for_each_frame_stretched_or_not()
    {
        ChipBench bench = With(0x3CD0);
        Assert.IsTrue(bench.Chip.LedALit && bench.Chip.LedBLit);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.Chip.Update();
        bench.Wait(FrameTime);
        Assert.IsFalse(bench.Chip.LedALit || bench.Chip.LedBLit);
        bench.Wait((40 * Millisecond) - 1);
        Assert.IsFalse(bench.Chip.LedALit || bench.Chip.LedBLit);
        bench.Wait(1);
        Assert.IsTrue(bench.Chip.LedALit && bench.Chip.LedBLit);
        bench.StartSending(ChipBench.Frame(60));
        Assert.IsTrue(bench.Chip.LedALit, "link and receive");
        Assert.IsFalse(bench.Chip.LedBLit, "link and both ways");
        bench.Port.LinkUp = false;
        bench.Wait(100 * Millisecond);
        Assert.IsFalse(bench.Chip.LedALit || bench.Chip.LedBLit);
    }

    [TestMethod]
    public void Erratum_11_code_E_shows_the_duplex_mode_and_no_collisions()
    {
        ChipBench bench = With(0x33E2, fullDuplexMac: true);
        bench.Port.Incoming.Enqueue(ChipBench.Frame(500));
        bench.Chip.Update();
        bench.StartSending(ChipBench.Frame(60));
        Assert.IsTrue(bench.Chip.LedALit, "code 3 shows the collision");
        Assert.IsFalse(bench.Chip.LedBLit, "code E does not");
        bench.Wait(41 * Millisecond);
        Assert.IsFalse(bench.Chip.LedALit);
        bench.WritePhy(0x00, 0x0100);
        Assert.IsTrue(bench.Chip.LedBLit);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Code_3_shows_a_collision_of_a_frame_that_goes_out_from_its_moment_on(bool late)
    {
        ChipBench bench = With(0x3390);
        bench.Chip.Faults.Collisions = late ? 0 : Always;
        bench.Chip.Faults.LateCollisions = late ? Always : 0;

        // Unstretched, it lights for the jam of 32 bits, with which the attempt ends.
        bench.StartSending(ChipBench.Frame(200));
        bench.Wait(bench.Chip.NanosecondsToNextEvent - Jam - 1);
        Assert.IsFalse(bench.Chip.LedALit, "the frame is still on its way");
        bench.Wait(1);
        Assert.IsTrue(bench.Chip.LedALit, "the collision");
        bench.Wait(Jam - 1);
        Assert.IsTrue(bench.Chip.LedALit, "the jam");
        bench.Wait(1);
        Assert.IsFalse(bench.Chip.LedALit);
    }

    [TestMethod]
    public void Code_3_shows_the_link_pulse_of_erratum_13_too_and_stretches_it()
    {
        ChipBench bench = With(0x3392);
        bench.Chip.Faults.LinkPulseCollisions = Always;
        bench.StartSending(ChipBench.Frame(1000));
        bench.Wait(bench.Chip.NanosecondsToNextEvent);
        bench.ResetTransmitter();
        bench.Wait((40 * Millisecond) - (10 * Jam));
        Assert.IsTrue(bench.Chip.LedALit, "40 ms from the collision on");
        bench.Wait(10 * Jam);
        Assert.IsFalse(bench.Chip.LedALit);
        bench.AssertClean();
    }

    [TestMethod]
    public void Code_3_shows_no_collision_that_the_frame_did_not_live_to_see_nor_a_link_that_is_lost()
    {
        ChipBench bench = With(0x3392);
        bench.Chip.Faults.LateCollisions = Always;
        bench.StartSending(ChipBench.Frame(1000));
        bench.Wait(bench.Chip.NanosecondsToNextEvent - Jam - 10_000);
        bench.ResetTransmitter();
        for (int i = 0; i < 10; i++)
        {
            Assert.IsFalse(bench.Chip.LedALit, "the transmission was called off before");
            bench.Wait(10_000);
        }

        bench.Port.Incoming.Enqueue(ChipBench.Frame(500));
        bench.Chip.Update();
        bench.Chip.LoseLink(Millisecond);
        Assert.IsFalse(bench.Chip.LedALit, "what was coming in is rubbish, but nobody else was talking");
        bench.AssertClean();
    }

    [TestMethod]
    public void A_chip_without_a_clock_lights_nothing()
    {
        ChipBench bench = With(0x3882);
        Assert.IsTrue(bench.Chip.LedALit && bench.Chip.LedBLit);
        bench.Set(ChipBench.Econ2, 0x20);
        Assert.IsFalse(bench.Chip.LedALit || bench.Chip.LedBLit);
        bench.Clear(ChipBench.Econ2, 0x20);
        bench.Wait(300_000);
        Assert.IsTrue(bench.Chip.LedALit && bench.Chip.LedBLit);
        bench.AssertClean();
    }

    private static ChipBench With(int phlcon, bool fullDuplexMac = false)
    {
        ChipBench bench = new();
        bench.Initialise(receive: false);
        bench.Write(2, 0x02, fullDuplexMac ? 0x33 : 0x32);
        bench.WritePhy(0x14, phlcon);
        bench.AssertClean();
        return bench;
    }
}
