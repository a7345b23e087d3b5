using NanoTcp.Tcp;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 5681 and RFC 6582 as bare numbers, across the wrap of sequence numbers.</summary>
[TestClass]
public sealed class NewRenoTests
{
    private const int Mss = 1000;
    /// <summary>Not constant, so that sums with it may wrap.</summary>
    private static readonly uint Iss = 0xFFFFF000;

    [TestMethod]
    [DataRow(536, 2144)]
    [DataRow(1095, 4380)]
    [DataRow(1096, 3288)]
    [DataRow(1460, 4380)]
    [DataRow(2190, 6570)]
    [DataRow(2191, 4382)]
    public void RFC_5681_3_1_the_initial_window(int mss, int window)
    {
        NewReno congestion = new();
        congestion.Open(mss, Iss);
        Assert.AreEqual(window, congestion.Window);
    }

    [TestMethod]
    public void RFC_5681_3_1_slow_start_adds_what_was_acknowledged_but_at_most_one_segment()
    {
        NewReno congestion = Open();
        congestion.Acknowledged(300, Iss + 301, 4000, Mss);
        Assert.AreEqual(4300, congestion.Window);
        congestion.Acknowledged(2000, Iss + 2301, 4000, Mss);
        Assert.AreEqual(5300, congestion.Window);
    }

    [TestMethod]
    public void RFC_5681_3_1_a_timeout_halves_the_flight_and_begins_with_one_segment()
    {
        NewReno congestion = Open();
        congestion.TimedOut(Iss + 1, Iss + 1 + 8000, Mss);
        Assert.AreEqual(1000, congestion.Window);

        // Slow start up to ssthresh = 4000, then congestion avoidance.
        uint una = Iss + 1;
        foreach (int expected in new[] { 2000, 3000, 4000, 4250, 4485 })
        {
            una += Mss;
            congestion.Acknowledged(Mss, una, 8000, Mss);
            Assert.AreEqual(expected, congestion.Window);
        }
    }

    [TestMethod]
    public void RFC_5681_3_1_ssthresh_is_never_below_two_segments()
    {
        NewReno congestion = Open();
        congestion.TimedOut(Iss + 1, Iss + 1 + 500, Mss);
        congestion.Acknowledged(Mss, Iss + 1001, 0, Mss);
        Assert.AreEqual(2000, congestion.Window);
        congestion.Acknowledged(Mss, Iss + 2001, 0, Mss);
        Assert.AreEqual(2500, congestion.Window);
    }

    [TestMethod]
    public void RFC_6582_3_2_no_second_fast_retransmit_for_one_loss()
    {
        NewReno congestion = Open();
        uint una = Iss + 1;
        uint max = una + 6000;
        Assert.IsFalse(congestion.Duplicate(una, max, true, Mss));
        Assert.IsFalse(congestion.Duplicate(una, max, true, Mss));
        Assert.IsTrue(congestion.Duplicate(una, max, true, Mss));
        Assert.IsTrue(congestion.InRecovery);
        Assert.AreEqual(3000 + 3000, congestion.Window);
        Assert.IsFalse(congestion.Duplicate(una, max, true, Mss));
        Assert.AreEqual(7000, congestion.Window);

        // Everything that was out then is acknowledged; what follows are duplicates of the same loss.
        Assert.IsFalse(congestion.Acknowledged(6000, max, 1000, Mss));
        Assert.IsFalse(congestion.InRecovery);
        Assert.AreEqual(2000, congestion.Window);
        for (int i = 0; i < 5; i++)
        {
            Assert.IsFalse(congestion.Duplicate(max, max + 5000, true, Mss));
        }
    }

    [TestMethod]
    public void RFC_6582_4_after_a_timeout_old_duplicates_mean_nothing()
    {
        NewReno congestion = Open();
        uint una = Iss + 1;
        congestion.TimedOut(una, una + 5000, Mss);
        for (int i = 0; i < 5; i++)
        {
            Assert.IsFalse(congestion.Duplicate(una, una + 5000, true, Mss));
        }

        Assert.AreEqual(1000, congestion.Window);
    }

    [TestMethod]
    public void RFC_6582_3_2_a_partial_acknowledgment_deflates_and_asks_for_the_next_segment()
    {
        NewReno congestion = Open();
        uint una = Iss + 1;
        uint max = una + 8000;
        for (int i = 0; i < 3; i++)
        {
            congestion.Duplicate(una, max, true, Mss);
        }

        Assert.AreEqual(7000, congestion.Window);
        Assert.IsTrue(congestion.Acknowledged(3000, una + 3000, 5000, Mss));
        Assert.AreEqual(7000 - 3000 + 1000, congestion.Window);
        Assert.IsTrue(congestion.InRecovery);
        Assert.IsTrue(congestion.Acknowledged(500, una + 3500, 4500, Mss));
        Assert.AreEqual(4500, congestion.Window);
    }

    [TestMethod]
    public void The_window_stays_within_bounds_whatever_the_peer_repeats()
    {
        NewReno congestion = Open();
        uint una = Iss + 1;
        for (int i = 0; i < 5_000_000; i++)
        {
            congestion.Duplicate(una, una + 8000, true, Mss);
        }

        Assert.IsTrue(congestion.Window is > 0 and < 1_000_000, $"{congestion.Window}");
    }

    private static NewReno Open()
    {
        NewReno congestion = new();
        congestion.Open(Mss, Iss);
        return congestion;
    }
}
