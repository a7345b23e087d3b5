using System;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 9438 in integers against its formulas in floating point, and what the window does in time.</summary>
[TestClass]
public sealed class CubicTests
{
    private const double C = 0.4;
    private const double Beta = 0.7;
    private static readonly int[] s_segments = [64, 100, 536, 1000, 1460, 8960];

    [TestMethod]
    [Requirement("RFC 9438", "4.2")]
    public void RFC_9438_4_2_K_is_the_cube_root_of_the_formula_rounded_down_to_a_millisecond()
    {
        foreach (int mss in s_segments)
        {
            for (int distance = 1; distance < 0xFFFF * 4; distance += 1 + (distance / 50))
            {
                double exact = 1000 * Math.Cbrt((double)distance / mss / C);
                int found = Cubic.FindTimeToMax(distance, mss);
                Assert.IsTrue(found <= exact + 1e-6 && found > exact - 1 - 1e-6, $"{distance} octets, MSS {mss}: {found}, not {exact}");
            }
        }
    }

    [TestMethod]
    [Requirement("RFC 9438", "4.2")]
    public void RFC_9438_4_2_the_curve_is_within_one_octet_of_the_formula()
    {
        foreach (int mss in s_segments)
        {
            for (int maxBefore = 2 * mss; maxBefore < 200_000; maxBefore += 1 + (maxBefore / 7))
            {
                int k = Cubic.FindTimeToMax((int)(maxBefore * (1 - Beta)), mss);
                for (int time = 0; time < 50_000; time += 1 + (time / 10))
                {
                    double exact = CurveOf(time / 1000.0, k / 1000.0, maxBefore, mss);
                    int found = Cubic.Curve(time, k, maxBefore, mss);
                    if (exact < 0xFFFF * 4)
                    {
                        Assert.AreEqual(exact, found, 1, $"t {time} ms, W_max {maxBefore}, MSS {mss}");
                    }
                    else
                    {
                        Assert.AreEqual(0xFFFF * 4, found);
                    }
                }
            }
        }
    }

    [TestMethod]
    [Requirement("RFC 9438", "4.2")]
    public void RFC_9438_4_2_with_K_rounded_too_the_error_is_the_curves_slope_in_one_millisecond()
    {
        foreach (int mss in s_segments)
        {
            for (int maxBefore = 4 * mss; maxBefore < 100_000; maxBefore += 1 + (maxBefore / 5))
            {
                int distance = (int)(maxBefore * (1 - Beta));
                double exactK = Math.Cbrt((double)distance / mss / C);
                int k = Cubic.FindTimeToMax(distance, mss);
                for (int time = 0; time < 2 * k; time += 1 + (k / 50))
                {
                    double exact = CurveOf(time / 1000.0, exactK, maxBefore, mss);
                    double beyond = Math.Abs((time / 1000.0) - exactK) + 0.001;
                    double slope = 3 * C * beyond * beyond * mss * 0.001;
                    Assert.AreEqual(exact, Cubic.Curve(time, k, maxBefore, mss), slope + 1, $"t {time} ms, W_max {maxBefore}, MSS {mss}");
                }
            }
        }
    }

    [TestMethod]
    [Requirement("RFC 9438", "4.2")]
    public void RFC_9438_4_2_the_curve_keeps_within_its_bounds_after_any_time()
    {
        foreach (int mss in s_segments)
        {
            foreach (int time in new[] { 60_000, 100_000, 1_000_000, int.MaxValue })
            {
                Assert.AreEqual(0xFFFF * 4, Cubic.Curve(time, 0, 2 * mss, mss));
            }
        }
    }

    [TestMethod]
    [Requirement("RFC 9293", "MAY-18")]
    [Requirement("RFC 9438", "4.2", "4.3", "4.4", "4.5")]
    [DataRow(64, 100)]
    [DataRow(536, 100)]
    [DataRow(536, 400)]
    [DataRow(1000, 50)]
    [DataRow(1460, 200)]
    [DataRow(1460, 30)]
    public void RFC_9438_4_2_to_4_5_the_window_follows_the_algorithm_in_floating_point(int mss, int roundTripTime)
    {
        CongestionBench bench = new(new Cubic(), mss, roundTripTime);
        bench.LoseAndRecover(64_000 / mss * mss, roundTripTime);
        Model model = new(mss, bench.Window, 64_000 / mss * mss, roundTripTime / 1000.0);
        Assert.AreEqual(bench.Threshold, bench.Window, mss, "the full acknowledgment ends recovery at ssthresh, or a little below it");
        bench.Window = bench.Threshold;
        model.Window = bench.Threshold;
        int start = bench.Window;
        long begun = bench.Now;
        for (int round = 0; bench.Now < begun + 12_000 && bench.Window < 0x30000; round++)
        {
            bench.Fill();
            int segments = bench.Flight / mss;
            for (int i = 0; i < segments; i++)
            {
                bench.Now += (roundTripTime * (i + 1) / segments) - (roundTripTime * i / segments);
                bench.Acknowledge(mss);
                model.Acknowledge(mss, bench.Now / 1000.0);
                bench.Fill();
            }

            // One octet for each acknowledgment that would have brought less than one, and K's millisecond.
            Assert.AreEqual(model.Window, bench.Window, (model.Window / 200) + segments, $"round {round}, {bench.Now - begun} ms");
        }

        Assert.IsGreaterThan(start, bench.Window);
    }

    [TestMethod]
    [Requirement("RFC 9438", "4.6")]
    public void RFC_9438_4_6_seven_tenths_of_the_flight_are_left_after_a_loss()
    {
        CongestionBench bench = new(new Cubic());
        bench.Window = 20_000;
        bench.Fill();
        bench.Lose();
        Assert.AreEqual(14_000, bench.Threshold);
        Assert.AreEqual(17_000, bench.Window, "cwnd = ssthresh + 3 segments");
        bench.Send(14_000 - 1000);
        bench.Acknowledge(20_000);
        Assert.AreEqual(14_000, bench.Window);
    }

    [TestMethod]
    [Requirement("RFC 9438", "4.6")]
    public void RFC_9438_4_6_never_below_two_segments_after_a_loss_and_one_after_a_mark()
    {
        CongestionBench bench = new(new Cubic());
        bench.Window = 2000;
        bench.Send(2000);
        bench.Mark();
        Assert.AreEqual(1400, bench.Window);
        Assert.AreEqual(2000, bench.Threshold);
        bench.Acknowledge(2000);
        bench.Send(2000);
        bench.Acknowledge(1000);
        bench.Mark();
        Assert.AreEqual(1000, bench.Window);
        bench.Acknowledge(1000);
        bench.Send(3000);
        bench.Acknowledge(1000);
        bench.Lose();
        Assert.AreEqual(2000, bench.Threshold);
    }

    [TestMethod]
    [Requirement("RFC 9438", "4.4", "4.5")]
    public void RFC_9438_4_4_and_4_5_after_a_loss_the_growth_slows_down_towards_W_max_and_speeds_up_beyond_it()
    {
        // A long path, where Reno would be far behind.
        const int RoundTripTime = 200;
        const int Max = 60_000;
        CongestionBench bench = new(new Cubic(), 536, RoundTripTime);
        bench.LoseAndRecover(Max, RoundTripTime);
        int k = Cubic.FindTimeToMax((int)(Max * 0.3), 536);
        long begun = bench.Now;
        int before = bench.Window;
        int first = 0;
        int plateau = int.MaxValue;
        int last = 0;
        while (bench.Now < begun + (2 * k))
        {
            bench.Round(RoundTripTime);
            int growth = bench.Window - before;
            first = first == 0 ? growth : first;
            plateau = Math.Min(plateau, growth);
            last = growth;
            before = bench.Window;
            if (Math.Abs(bench.Now - begun - k) <= RoundTripTime)
            {
                Assert.AreEqual(Max, bench.Window, Max / 50, "at time K the window is W_max");
            }
        }

        Assert.IsGreaterThan(4 * plateau, first, "concave");
        Assert.IsGreaterThan(4 * plateau, last, "convex");
    }

    [TestMethod]
    [Requirement("RFC 9438", "4.7")]
    public void RFC_9438_4_7_a_loss_below_the_last_maximum_gives_up_more_room()
    {
        CongestionBench bench = new(new Cubic());
        bench.LoseAndRecover(40_000, 100);
        Assert.AreEqual(40_000, bench.State[Cubic.MaxBefore]);
        bench.LoseAndRecover(30_000, 100);
        Assert.AreEqual(30_000 * 17 / 20, bench.State[Cubic.MaxBefore]);
        bench.LoseAndRecover(50_000, 100);
        Assert.AreEqual(50_000, bench.State[Cubic.MaxBefore]);
    }

    [TestMethod]
    [Requirement("RFC 9438", "4.3")]
    public void RFC_9438_4_3_with_a_small_window_and_a_short_path_it_grows_as_Reno_does()
    {
        CongestionBench cubic = new(new Cubic(), 1000, 10);
        cubic.LoseAndRecover(10_000, 10);
        cubic.Window = cubic.Threshold;
        int rounds = 0;
        while (cubic.Window < 10_000)
        {
            cubic.Round(10);
            rounds++;
        }

        // From 7 to 10 segments at alpha = 9/17 for each round: the curve alone would take two seconds.
        Assert.IsTrue(rounds is >= 5 and <= 7, $"{rounds} rounds");

        // From cwnd_prior on one segment for each round, as AIMD(1, 0.5).
        int before = cubic.Window;
        for (int i = 0; i < 4; i++)
        {
            cubic.Round(10);
        }

        Assert.AreEqual(before + 4000, cubic.Window, 500);
    }

    [TestMethod]
    [Requirement("RFC 9438", "4.8", "4.10")]
    public void RFC_9438_4_8_after_a_timeout_the_curve_begins_where_slow_start_ends()
    {
        CongestionBench bench = new(new Cubic(), 536, 200);
        bench.Window = 53_600;
        bench.Fill();
        bench.TimeOut();
        Assert.AreEqual(536, bench.Window);
        Assert.AreEqual(37_520, bench.Threshold);
        bench.TimeOut();
        Assert.AreEqual(37_520, bench.Threshold, "held");
        bench.Acknowledge(bench.Flight);
        while (bench.Window < bench.Threshold)
        {
            bench.Round(200);
        }

        bench.Round(200);
        Assert.AreEqual(0, bench.State[Cubic.TimeToMax]);
        Assert.AreEqual(37_520, bench.State[Cubic.MaxBefore], 536);
    }

    [TestMethod]
    [Requirement("RFC 9438", "4.2", "5.8")]
    public void RFC_9438_4_2_and_5_8_time_in_which_the_window_was_not_the_limit_does_not_count()
    {
        CongestionBench bench = new(new Cubic(), 536, 200);
        bench.LoseAndRecover(53_600, 200);
        for (int i = 0; i < 5; i++)
        {
            bench.Round(200);
        }

        int window = bench.Window;
        int elapsed = bench.State[Cubic.Elapsed];

        // All is acknowledged, nothing is sent for a while.
        bench.Acknowledge(bench.Flight);
        bench.Now += 900;

        // A thin flow, acknowledged now and then.
        for (int i = 0; i < 100; i++)
        {
            bench.Send(536, limited: false);
            bench.Now += 300;
            bench.Acknowledge(536);
        }

        bench.Round(200);
        Assert.AreEqual(elapsed + 200, bench.State[Cubic.Elapsed], 25);
        Assert.IsLessThan(window + 4000, bench.Window);
    }

    [TestMethod]
    [Requirement("RFC 5681", "4.1")]
    public void RFC_5681_4_1_a_restart_is_not_undone_by_the_estimate_of_before()
    {
        CongestionBench bench = new(new Cubic(), 536, 20);
        bench.LoseAndRecover(53_600, 20);
        bench.Round(20);
        bench.Algorithm.Resume(bench.State, true, 536, unchecked((int)bench.Now));
        Assert.AreEqual(4 * 536, bench.Window);
        bench.Acknowledge(bench.Flight);
        bench.Fill();
        bench.Acknowledge(536);
        Assert.IsLessThanOrEqualTo(6 * 536, bench.Window);
    }

    [TestMethod]
    public void The_window_stays_within_bounds_for_a_day_without_a_loss()
    {
        CongestionBench bench = new(new Cubic(), 1460, 5000);
        bench.LoseAndRecover(20_000, 100);
        for (int i = 0; i < 17_280; i++)
        {
            bench.Send(Math.Max(0, bench.Window - bench.Flight));
            bench.Now += 5000;
            bench.Acknowledge(bench.Flight);
            Assert.IsTrue(bench.Window is > 0 and <= 0xFFFF * 4, $"{bench.Window}");
        }

        Assert.AreEqual(0xFFFF * 4, bench.Window);
    }

    private static double CurveOf(double t, double k, double maxBefore, int mss)
    {
        return (C * Math.Pow(t - k, 3) * mss) + maxBefore;
    }

    /// <summary>RFC 9438 4.2 to 4.5 as they stand there, but in octets.</summary>
    private sealed class Model(int mss, double window, double maxBefore, double roundTripTime)
    {
        private double _estimate;
        private double _k;
        private double _epoch = -1;

        internal double Window { get; set; } = window;

        internal void Acknowledge(int acknowledged, double now)
        {
            if (_epoch < 0)
            {
                _epoch = now;
                _estimate = Window;
                _k = Math.Cbrt((maxBefore - Window) / mss / C);
            }

            double alpha = _estimate < maxBefore ? 3 * (1 - Beta) / (1 + Beta) : 1;
            _estimate += alpha * mss * acknowledged / Window;
            double t = now - _epoch;
            if (CurveOf(t, _k, maxBefore, mss) < _estimate)
            {
                Window = Math.Max(Window, _estimate);
                return;
            }

            double target = Math.Clamp(CurveOf(t + roundTripTime, _k, maxBefore, mss), Window, 1.5 * Window);
            Window += mss * (target - Window) / Window;
        }
    }
}
