using System;

namespace NanoTcp.Host.Cable;

/// <summary>
/// What a cable does to the frames that one port sends. Every probability is taken for each frame and each receiver
/// by itself; the same seed does the same to the same frames.
/// </summary>
public sealed class Impairments
{
    /// <summary>A cable that does no harm.</summary>
    public static Impairments None { get; } = new();

    /// <summary>Where the dice begin. Each port mixes in its own number, so one object may serve all ports.</summary>
    public ulong Seed { get; init; }

    /// <summary>Probability that a frame is lost, 0 to 1.</summary>
    public double Loss { get; init; }

    /// <summary>Probability that a frame arrives twice, 0 to 1.</summary>
    public double Duplication { get; init; }

    /// <summary>Probability that a frame is held back by <see cref="ReorderingDelay"/>, so that later ones overtake it.</summary>
    public double Reordering { get; init; }

    /// <summary>How long a frame is held back that is chosen for reordering.</summary>
    public TimeSpan ReorderingDelay { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// Probability that bits of a frame are flipped, 0 to 1. Only what the checksums of IPv4 and above protect is
    /// touched: damage to the Ethernet header or to ARP is found by the frame check sequence, which a frame here does
    /// not carry, so an ARP frame chosen for corruption is lost instead.
    /// </summary>
    public double Corruption { get; init; }

    /// <summary>Bits flipped in a corrupted frame. One is always found by the Internet checksum, more may cancel out.</summary>
    public int CorruptedBits { get; init; } = 1;

    /// <summary>
    /// Probability that an IPv4 packet whose sender understands ECN (ECT) is marked as a congested router would mark it
    /// (CE, RFC 3168 5), 0 to 1. Other frames stay as they are.
    /// </summary>
    public double Marking { get; init; }

    /// <summary>Least time a frame is under way.</summary>
    public TimeSpan MinDelay { get; init; }

    /// <summary>Longest time a frame is under way; chosen evenly between the two, but frames do not overtake each other.</summary>
    public TimeSpan MaxDelay { get; init; }

    /// <summary>Throws when something is out of range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A probability is outside 0 to 1, a time is negative or the
    /// delays are the wrong way round.</exception>
    internal void Validate()
    {
        CheckProbability(Loss, nameof(Loss));
        CheckProbability(Duplication, nameof(Duplication));
        CheckProbability(Reordering, nameof(Reordering));
        CheckProbability(Corruption, nameof(Corruption));
        CheckProbability(Marking, nameof(Marking));
        ArgumentOutOfRangeException.ThrowIfLessThan(CorruptedBits, 1, nameof(CorruptedBits));
        ArgumentOutOfRangeException.ThrowIfLessThan(ReorderingDelay, TimeSpan.Zero, nameof(ReorderingDelay));
        ArgumentOutOfRangeException.ThrowIfLessThan(MinDelay, TimeSpan.Zero, nameof(MinDelay));
        if (MaxDelay != TimeSpan.Zero)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(MaxDelay, MinDelay, nameof(MaxDelay));
        }
    }

    private static void CheckProbability(double value, string name)
    {
        if (!(value >= 0 && value <= 1))
        {
            throw new ArgumentOutOfRangeException(name, value, "A probability lies between 0 and 1.");
        }
    }
}
