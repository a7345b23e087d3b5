using System.Collections.Generic;

namespace NanoTcp.Tests.Cost;

/// <summary>Adds up what is executed between starts and stops, method by method.</summary>
internal sealed class CostMeter(long[] counts)
{
    private readonly long[] _before = new long[counts.Length];
    private long[] _executed = new long[counts.Length];

    /// <summary>What was noted, by row.</summary>
    internal Dictionary<string, long[]> Costs { get; } = [];

    internal void Clear()
    {
        _executed = new long[counts.Length];
    }

    internal void Start()
    {
        counts.CopyTo(_before, 0);
    }

    internal void Stop()
    {
        for (int i = 0; i < counts.Length; i++)
        {
            _executed[i] += counts[i] - _before[i];
        }
    }

    /// <summary>The row has cost what was added up beyond what another row has cost.</summary>
    internal void NoteBeyond(string row, string other)
    {
        long[] less = Costs[other];
        for (int i = 0; i < less.Length; i++)
        {
            _executed[i] -= less[i];
        }

        Note(row);
    }

    /// <summary>The row has cost what was added up since <see cref="Clear"/> or the last row.</summary>
    internal void Note(string row)
    {
        Costs[row] = _executed;
        Clear();
    }
}
