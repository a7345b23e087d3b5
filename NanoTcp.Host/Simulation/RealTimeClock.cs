using System.Diagnostics;
using NanoTcp.Emulation;

namespace NanoTcp.Host.Simulation;

/// <summary>
/// The desktop's own time plus what the simulated SPI bus took: an emulated transfer takes next to no real time, but
/// the chip behind it must see as much time pass as the bytes would have taken.
/// </summary>
public sealed class RealTimeClock : SimulationClock
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _advanced;

    /// <inheritdoc/>
    public override long Nanoseconds
    {
        get { return (Stopwatch.GetElapsedTime(_start).Ticks * 100) + _advanced; }
    }

    /// <inheritdoc/>
    public override void Advance(long nanoseconds)
    {
        _advanced += nanoseconds;
    }
}
