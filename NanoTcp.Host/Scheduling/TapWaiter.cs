using System;
using NanoTcp.Host.Tap;

namespace NanoTcp.Host.Scheduling;

/// <summary>Sleeps until the kernel sends a frame on a TAP interface.</summary>
public sealed class TapWaiter : LoopWaiter
{
    private readonly TapDevice _tap;

    /// <summary>Makes a waiter; the TAP interface stays the caller's.</summary>
    public TapWaiter(TapDevice tap)
    {
        ArgumentNullException.ThrowIfNull(tap);
        _tap = tap;
    }

    /// <inheritdoc/>
    public override void Wait(long nanoseconds)
    {
        _tap.Wait(nanoseconds);
    }

    /// <inheritdoc/>
    public override void Wake()
    {
        _tap.Wake();
    }
}
