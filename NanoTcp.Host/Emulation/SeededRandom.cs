using NanoTcp.Primitives;

namespace NanoTcp.Emulation;

/// <summary>
/// Randomness that a seed repeats exactly, for tests and for impairments; predictable, so never for a network that
/// strangers are on.
/// </summary>
/// <remarks>SplitMix64: every seed is a good one, neighbouring seeds give unrelated sequences, and the period is 2^64.</remarks>
public sealed class SeededRandom : IRandomSource
{
    private ulong _state;

    /// <summary>Makes a generator.</summary>
    /// <param name="seed">Any number; the same seed gives the same sequence.</param>
    public SeededRandom(ulong seed)
    {
        _state = seed;
    }

    /// <summary>Begins another sequence, as a new generator would.</summary>
    public void Restart(ulong seed)
    {
        _state = seed;
    }

    /// <inheritdoc/>
    public uint NextUInt32()
    {
        return (uint)(NextUInt64() >> 32);
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextUInt64()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong mixed = _state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>A number from 0 to <paramref name="bound"/> - 1; 0 when the bound is 0 or 1.</summary>
    public int Below(int bound)
    {
        return bound <= 1 ? 0 : (int)(((ulong)NextUInt32() * (ulong)bound) >> 32);
    }

    /// <summary>Fills an array.</summary>
    public void Fill(byte[] buffer)
    {
        for (int i = 0; i < buffer.Length; i++)
        {
            buffer[i] = (byte)NextUInt32();
        }
    }
}
