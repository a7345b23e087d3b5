using System;

namespace NanoTcp.Samples.Services;

/// <summary>The clock of the operating system or the board. A board's is right only after somebody has set it.</summary>
public sealed class SystemWallClock : IWallClock
{
    // Ticks of 100 ns from 0001-01-01 to 1970-01-01.
    private const long Epoch = 621355968000000000;
    private const long TicksPerSecond = 10000000;

    /// <inheritdoc/>
    public long UnixSeconds
    {
        get
        {
            long ticks = DateTime.UtcNow.Ticks - Epoch;
            return ticks < 0 ? 0 : ticks / TicksPerSecond;
        }
    }
}
