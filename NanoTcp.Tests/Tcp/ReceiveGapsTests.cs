using System;
using NanoTcp.Emulation;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.Tcp;

/// <summary>The list of gaps against a row of flags, one for each octet.</summary>
[TestClass]
public sealed class ReceiveGapsTests
{
    private const int Space = 200;

    [TestMethod]
    public void Random_runs_near_the_wrap_agree_with_a_flag_for_each_octet()
    {
        for (ulong seed = 1; seed <= 2000; seed++)
        {
            SeededRandom random = new(seed);
            int capacity = 1 + random.Below(5);
            uint zero = unchecked(0u - (uint)random.Below(2 * Space)) + (random.Below(4) == 0 ? 0x80000000 : 0);
            ReceiveGaps gaps = new(capacity);
            bool[] model = new bool[Space];
            for (int step = 0; step < 20; step++)
            {
                if (random.Below(4) == 0)
                {
                    int next = random.Below(Space);
                    int expected = AdvanceModel(model, next);
                    Assert.AreEqual(expected, (int)(gaps.Advance(zero + (uint)next) - zero), $"seed {seed}, step {step}: advance to {next}");
                }
                else
                {
                    int start = random.Below(Space - 1);
                    int end = Math.Min(Space, start + 1 + random.Below(40));
                    bool[] tried = (bool[])model.Clone();
                    Array.Fill(tried, true, start, end - start);
                    bool fits = CountRuns(tried) <= capacity;
                    Assert.AreEqual(
                        fits, gaps.Add(zero + (uint)start, zero + (uint)end), $"seed {seed}, step {step}: {start} to {end}");
                    model = fits ? tried : model;
                }

                Assert.AreEqual(CountRuns(model), gaps.Count, $"seed {seed}, step {step}: runs");
            }
        }
    }

    [TestMethod]
    public void Runs_that_touch_become_one()
    {
        ReceiveGaps gaps = new(3);
        Assert.IsTrue(gaps.Add(0xFFFFFFF0, 0xFFFFFFF8));
        Assert.IsTrue(gaps.Add(8, 16));
        Assert.AreEqual(2, gaps.Count);
        Assert.IsTrue(gaps.Add(0xFFFFFFF8, 8));
        Assert.AreEqual(1, gaps.Count);
        Assert.AreEqual(16u, gaps.Advance(0xFFFFFFF0));
        Assert.AreEqual(0, gaps.Count);
    }

    [TestMethod]
    public void One_run_too_many_is_refused_and_changes_nothing()
    {
        ReceiveGaps gaps = new(2);
        Assert.IsTrue(gaps.Add(10, 20));
        Assert.IsTrue(gaps.Add(30, 40));
        Assert.IsFalse(gaps.Add(50, 60));
        Assert.IsFalse(gaps.Add(22, 28));
        Assert.AreEqual(2, gaps.Count);
        Assert.IsTrue(gaps.Add(15, 60));
        Assert.AreEqual(1, gaps.Count);
        Assert.AreEqual(60u, gaps.Advance(12));
    }

    private static int CountRuns(bool[] flags)
    {
        int count = 0;
        for (int i = 0; i < flags.Length; i++)
        {
            count += flags[i] && (i == 0 || !flags[i - 1]) ? 1 : 0;
        }

        return count;
    }

    /// <summary>Takes up every run that has been reached; the first octet missing is returned.</summary>
    private static int AdvanceModel(bool[] flags, int next)
    {
        // A run that begins before the place, or at it, is taken up as a whole.
        int end = next;
        while (end < flags.Length && flags[end])
        {
            end++;
        }

        Array.Fill(flags, false, 0, end);
        return end;
    }
}
