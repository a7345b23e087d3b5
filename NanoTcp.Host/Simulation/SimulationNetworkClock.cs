using System;
using NanoTcp.Emulation;
using NanoTcp.Sockets;

namespace NanoTcp.Host.Simulation;

/// <summary>The time of the simulation, for a <see cref="NetworkRunner"/>.</summary>
public sealed class SimulationNetworkClock : NetworkClock
{
    private readonly SimulationClock _clock;

    /// <summary>Makes an adapter.</summary>
    /// <param name="clock">A clock that any thread may ask, such as <see cref="RealTimeClock"/>.</param>
    public SimulationNetworkClock(SimulationClock clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _clock = clock;
    }

    /// <inheritdoc/>
    public override long Milliseconds
    {
        get { return _clock.Milliseconds; }
    }
}
