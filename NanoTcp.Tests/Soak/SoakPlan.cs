using System.Globalization;
using System.Text;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Soak;

/// <summary>What a seed stands for: how chip, board and driver are made, and what happens to them in what order.</summary>
internal sealed class SoakPlan
{
    private const int Faults = (int)SoakFault.Sleep + 1;
    private static readonly int[] s_clocks = [8_000_000, 10_000_000, 12_000_000, 16_000_000, 20_000_000];
    private static readonly byte[] s_revisions = [0x02, 0x04, 0x05, 0x06];

    internal readonly ulong Seed;
    internal readonly Enc28j60ChipOptions Chip;
    internal readonly Enc28j60Options Driver;
    internal readonly SoakEpisode[] Episodes;

    internal SoakPlan(ulong seed)
    {
        Seed = seed;
        SeededRandom dice = new(seed);
        Chip = new Enc28j60ChipOptions
        {
            FaultSeed = dice.NextUInt64(),
            MemorySeed = (int)seed,
            Revision = s_revisions[dice.Below(s_revisions.Length)],
            SpiClockHz = s_clocks[dice.Below(s_clocks.Length)],
            ChipSelectGapNanoseconds = 100 + dice.Below(20_000),
            LedB = (LedBWiring)dice.Below(2),
            LinkDelayNanoseconds = dice.Below(100_000_000),
            NaturalCollisions = dice.Below(2) == 0,
            TransmitResetRaisesError = dice.Below(4) != 0,
        };
        Driver = new Enc28j60Options
        {
            FullDuplex = dice.Below(4) == 0,
            UseInterruptPin = dice.Below(2) == 0,
            PollInterval = 20 + dice.Below(80),
        };
        Episodes = new SoakEpisode[6 + dice.Below(6)];
        for (int i = 0; i < Episodes.Length; i++)
        {
            // The first is every seed's own, so that no fault is left out, whichever seeds are run.
            SoakFault first = i == 0 ? (SoakFault)(seed % Faults) : (SoakFault)dice.Below(Faults);
            SoakFault second = dice.Below(3) == 0 ? (SoakFault)dice.Below(Faults) : SoakFault.None;
            Episodes[i] = new SoakEpisode
            {
                First = first,
                Second = Agree(first, second) ? second : SoakFault.None,
                Strength = 1 + dice.Below(100),
                Duration = dice.Below(8) == 0 ? 2000 + dice.Below(13_000) : 20 + dice.Below(2000),
                Octets = 200 + dice.Below(dice.Below(4) == 0 ? 12_000 : 3000),
                Quiet = 1000 * (60 + dice.Below(1200)),
            };
        }
    }

    /// <summary>
    /// Whether two faults go together. A sleeping chip that has miscounted is looked at only when the fault has long been
    /// over, and no violation is excused any more.
    /// </summary>
    private static bool Agree(SoakFault first, SoakFault second)
    {
        return !((first == SoakFault.Sleep && second == SoakFault.Miscount)
            || (first == SoakFault.Miscount && second == SoakFault.Sleep));
    }

    /// <summary>The plan in words, for the message of a run that failed.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(
            CultureInfo.InvariantCulture,
            $"seed {Seed}: EREVID {Chip.Revision}, {Chip.SpiClockHz / 1_000_000} MHz, gap {Chip.ChipSelectGapNanoseconds} ns, LEDB {Chip.LedB}");
        text.Append(
            CultureInfo.InvariantCulture,
            $", link after {Chip.LinkDelayNanoseconds / 1_000_000} ms, natural collisions {Chip.NaturalCollisions}, ");
        text.Append(Driver.FullDuplex ? "full duplex, " : "half duplex, ");
        text.Append(
            CultureInfo.InvariantCulture, $"{(Driver.UseInterruptPin ? "pin" : $"polled every {Driver.PollInterval} ms")}\n");
        for (int i = 0; i < Episodes.Length; i++)
        {
            SoakEpisode each = Episodes[i];
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {i}: {each.First} and {each.Second}, strength {each.Strength}, {each.Duration} ms, {each.Octets} octets, then quiet for {each.Quiet / 1000} s\n");
        }

        return text.ToString();
    }
}
