using System;
using NanoTcp.Host.Cable;

namespace NanoTcp.Host.Scheduling;

/// <summary>Wakes a loop when a frame arrives at a port that is read in the loop.</summary>
public sealed class PortArrival : IEventSource
{
    private readonly CablePort _port;

    /// <summary>Makes a source.</summary>
    public PortArrival(CablePort port)
    {
        ArgumentNullException.ThrowIfNull(port);
        _port = port;
    }

    /// <inheritdoc/>
    public long NanosecondsToNextEvent
    {
        get
        {
            long next = _port.NanosecondsToNextFrame;
            return next < 0 ? long.MaxValue : next;
        }
    }
}
