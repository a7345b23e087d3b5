using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 5681 and RFC 6582 as bare numbers, across the wrap of sequence numbers.</summary>
[TestClass]
public sealed class NewRenoTests
{
    [TestMethod]
    [Requirement("RFC 5681", "3.1")]
    [DataRow(536, 2144)]
    [DataRow(1095, 4380)]
    [DataRow(1096, 3288)]
    [DataRow(1460, 4380)]
    [DataRow(2190, 6570)]
    [DataRow(2191, 4382)]
    public void RFC_5681_3_1_the_initial_window(int mss, int window)
    {
        Assert.AreEqual(window, new CongestionBench(new NewReno(), mss).Window);
    }

    [TestMethod]
    [Requirement("RFC 5681", "3.1")]
    public void RFC_5681_3_1_the_initial_window_is_one_segment_when_the_SYN_was_lost()
    {
        Assert.AreEqual(1000, new CongestionBench(new NewReno(), synLost: true).Window);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-19")]
    [Requirement("RFC 5681", "3.1")]
    public void RFC_5681_3_1_slow_start_adds_what_was_acknowledged_but_at_most_one_segment()
    {
        CongestionBench bench = Open();
        bench.Send(4000);
        bench.Acknowledge(300);
        Assert.AreEqual(4300, bench.Window);
        bench.Acknowledge(2000);
        Assert.AreEqual(5300, bench.Window);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-19")]
    [Requirement("RFC 5681", "3.1")]
    public void RFC_5681_3_1_a_timeout_halves_the_flight_and_begins_with_one_segment()
    {
        CongestionBench bench = Open();
        bench.Send(8000);
        bench.TimeOut();
        Assert.AreEqual(1000, bench.Window);

        // Slow start up to ssthresh = 4000, then congestion avoidance.
        foreach (int expected in new[] { 2000, 3000, 4000, 4250, 4485 })
        {
            bench.Acknowledge(1000);
            Assert.AreEqual(expected, bench.Window);
        }
    }

    [TestMethod]
    [Requirement("RFC 5681", "3.1")]
    public void RFC_5681_3_1_ssthresh_is_never_below_two_segments()
    {
        CongestionBench bench = Open();
        bench.Send(500);
        bench.TimeOut();
        bench.Send(2000);
        bench.Acknowledge(1000);
        Assert.AreEqual(2000, bench.Window);
        bench.Acknowledge(1000);
        Assert.AreEqual(2500, bench.Window);
    }

    [TestMethod]
    [Requirement("RFC 5681", "3.1")]
    public void RFC_5681_3_1_ssthresh_is_held_when_the_timer_runs_out_again_for_the_same_segment()
    {
        CongestionBench bench = Open();
        bench.Send(8000);
        bench.TimeOut();
        Assert.AreEqual(4000, bench.Threshold);
        bench.TimeOut();
        bench.TimeOut();
        Assert.AreEqual(4000, bench.Threshold);

        // Another segment, after an acknowledgment of new data.
        bench.Acknowledge(2000);
        bench.TimeOut();
        Assert.AreEqual(3000, bench.Threshold);
        Assert.AreEqual(1000, bench.Window);
    }

    [TestMethod]
    [Requirement("RFC 5681", "2")]
    public void RFC_5681_2_divided_acknowledgments_gain_nothing()
    {
        CongestionBench whole = Open();
        CongestionBench divided = Open();
        foreach (CongestionBench bench in new[] { whole, divided })
        {
            bench.Send(8000);
            bench.TimeOut();
            bench.Acknowledge(1000);
            bench.Acknowledge(1000);
            bench.Acknowledge(1000);
            Assert.AreEqual(4000, bench.Window);
        }

        whole.Acknowledge(1000);
        for (int i = 0; i < 10; i++)
        {
            divided.Acknowledge(100);
        }

        Assert.IsLessThanOrEqualTo(whole.Window, divided.Window);
    }

    [TestMethod]
    public void A_window_that_was_not_filled_does_not_grow()
    {
        CongestionBench bench = Open();
        for (int i = 0; i < 100; i++)
        {
            bench.Send(1000, limited: false);
            bench.Acknowledge(1000);
        }

        Assert.AreEqual(4000, bench.Window);

        // What is sent before cwnd stops the sender counts, and nothing after it.
        bench.Send(4000);
        bench.Send(1000, limited: false);
        for (int i = 0; i < 5; i++)
        {
            bench.Acknowledge(1000);
        }

        Assert.AreEqual(8000, bench.Window);
    }

    [TestMethod]
    [Requirement("RFC 5681", "4.1")]
    public void RFC_5681_4_1_after_a_pause_the_window_is_the_initial_one_again_but_never_larger_than_before()
    {
        CongestionBench bench = Open();
        bench.Round(10);
        Assert.IsGreaterThan(4000, bench.Window);
        bench.Algorithm.Resume(bench.State, false, 1000, 0);
        Assert.IsGreaterThan(4000, bench.Window);
        bench.Algorithm.Resume(bench.State, true, 1000, 0);
        Assert.AreEqual(4000, bench.Window);
        bench.TimeOut();
        bench.Algorithm.Resume(bench.State, true, 1000, 0);
        Assert.AreEqual(1000, bench.Window);
    }

    [TestMethod]
    [Requirement("RFC 5681", "3.2 step 2", "3.2 step 3", "3.2 step 4")]
    [Requirement("RFC 6582", "3.2 step 1", "3.2 step 2")]
    public void RFC_6582_3_2_no_second_fast_retransmit_for_one_loss()
    {
        CongestionBench bench = Open();
        bench.Window = 6000;
        bench.Send(6000);
        bench.Lose();
        Assert.IsTrue(bench.InRecovery);
        Assert.AreEqual(3000 + 3000, bench.Window);
        Assert.IsFalse(bench.Duplicate());
        Assert.AreEqual(7000, bench.Window);

        // Everything that was out then is acknowledged; what follows are duplicates of the same loss.
        bench.Send(1000);
        Assert.IsFalse(bench.Acknowledge(6000));
        Assert.IsFalse(bench.InRecovery);
        Assert.AreEqual(2000, bench.Window);
        for (int i = 0; i < 5; i++)
        {
            Assert.IsFalse(bench.Duplicate());
        }
    }

    [TestMethod]
    [Requirement("RFC 6582", "3.2 step 4")]
    public void RFC_6582_3_2_after_a_timeout_old_duplicates_mean_nothing()
    {
        CongestionBench bench = Open();
        bench.Send(5000);
        bench.TimeOut();
        for (int i = 0; i < 5; i++)
        {
            Assert.IsFalse(bench.Duplicate());
        }

        Assert.AreEqual(1000, bench.Window);
        Assert.AreEqual(0, bench.State[CongestionControl.Duplicates], "they let nothing out");
    }

    [TestMethod]
    [Requirement("RFC 6582", "3.2 step 3")]
    public void RFC_6582_3_2_a_partial_acknowledgment_deflates_and_asks_for_the_next_segment()
    {
        CongestionBench bench = Open();
        bench.Window = 8000;
        bench.Send(8000);
        bench.Lose();
        Assert.AreEqual(7000, bench.Window);
        Assert.IsTrue(bench.Acknowledge(3000));
        Assert.AreEqual(7000 - 3000 + 1000, bench.Window);
        Assert.IsTrue(bench.InRecovery);
        Assert.IsTrue(bench.Acknowledge(500));
        Assert.AreEqual(4500, bench.Window);
    }

    [TestMethod]
    [Requirement("RFC 5681", "3.2 step 2")]
    public void RFC_5681_3_2_what_limited_transmit_sent_does_not_count_as_flight()
    {
        CongestionBench bench = Open();
        bench.Window = 8000;
        bench.Send(8000);
        bench.Duplicate();
        bench.Send(1000);
        bench.Duplicate();
        bench.Send(1000);
        Assert.IsTrue(bench.Duplicate());
        Assert.AreEqual(4000, bench.Threshold);
    }

    [TestMethod]
    public void A_loss_is_found_after_two_gigabytes_without_any()
    {
        CongestionBench bench = Open();
        for (long sent = 0; sent < 3_000_000_000; sent += 500_000_000)
        {
            bench.Send(500_000_000);
            bench.Acknowledge(500_000_000);
        }

        bench.Window = 8000;
        bench.Send(8000);
        bench.Lose();
        Assert.AreEqual(4000, bench.Threshold);
    }

    [TestMethod]
    public void The_window_grows_after_two_gigabytes_in_which_it_was_never_filled_only_when_it_is_filled()
    {
        CongestionBench bench = Open();
        for (long sent = 0; sent < 5_000_000_000; sent += 500_000_000)
        {
            bench.Send(500_000_000, limited: false);
            bench.Acknowledge(500_000_000);
            Assert.AreEqual(4000, bench.Window);
        }

        bench.Send(4000);
        bench.Acknowledge(1000);
        Assert.AreEqual(5000, bench.Window);
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.2")]
    public void RFC_3168_6_1_2_one_reduction_for_each_window_of_data()
    {
        CongestionBench bench = Open();
        bench.Window = 8000;
        bench.Send(8000);
        Assert.IsTrue(bench.Mark());
        Assert.AreEqual(4000, bench.Window);
        Assert.AreEqual(4000, bench.Threshold);
        Assert.IsFalse(bench.Mark());
        bench.Acknowledge(7000);
        bench.Send(3000);
        Assert.IsFalse(bench.Mark());

        // The last that was out at the first mark is acknowledged, then something that was sent after it.
        bench.Acknowledge(1000);
        Assert.IsFalse(bench.Mark());
        bench.Acknowledge(1000);
        Assert.IsTrue(bench.Mark());
        Assert.AreEqual(1000, bench.Window);
        Assert.AreEqual(2000, bench.Threshold);
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.2")]
    public void RFC_3168_6_1_2_marks_never_take_the_last_segment()
    {
        CongestionBench bench = Open();
        for (int i = 0; i < 10; i++)
        {
            bench.Send(1000);
            bench.Mark();
            bench.Acknowledge(1000);
            Assert.IsGreaterThanOrEqualTo(1000, bench.Window);
        }

        Assert.AreEqual(2000, bench.Threshold);
    }

    [TestMethod]
    [Requirement("RFC 3168", "6.1.2")]
    public void RFC_3168_6_1_2_a_mark_and_a_loss_in_one_window_reduce_it_once_and_the_loss_is_repaired()
    {
        CongestionBench bench = Open();
        bench.Window = 8000;
        bench.Send(8000);
        Assert.IsTrue(bench.Mark());
        bench.Lose();
        Assert.AreEqual(4000, bench.Threshold);
        Assert.AreEqual(7000, bench.Window);
        Assert.IsFalse(bench.Mark());
        bench.Acknowledge(8000);
        Assert.AreEqual(2000, bench.Window);

        bench.Send(9000);
        bench.Acknowledge(1000);
        bench.Window = 8000;
        bench.Lose();
        Assert.IsFalse(bench.Mark());
        Assert.AreEqual(4000, bench.Threshold);
    }

    [TestMethod]
    public void The_window_stays_within_bounds_whatever_the_peer_repeats()
    {
        CongestionBench bench = Open();
        bench.Send(8000);
        for (int i = 0; i < 5_000_000; i++)
        {
            bench.Duplicate();
        }

        Assert.IsTrue(bench.Window is > 0 and < 1_000_000, $"{bench.Window}");
    }

    [TestMethod]
    public void Without_congestion_control_losses_are_repaired_and_the_window_stays()
    {
        CongestionBench bench = new(new NoCongestionControl());
        int window = bench.Window;
        Assert.IsGreaterThan(65535, window);
        bench.Send(8000);
        bench.Lose();
        Assert.IsTrue(bench.InRecovery);
        Assert.AreEqual(window, bench.Window);
        Assert.IsTrue(bench.Acknowledge(3000), "a partial acknowledgment");
        Assert.IsFalse(bench.Acknowledge(5000));
        Assert.AreEqual(window, bench.Window);
        bench.Send(8000);
        bench.TimeOut();
        bench.Mark();
        bench.Algorithm.Resume(bench.State, true, 1000, 0);
        Assert.AreEqual(window, bench.Window);
    }

    private static CongestionBench Open() => new(new NewReno());
}
