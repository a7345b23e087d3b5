using System;

namespace NanoTcp.Host.Scheduling;

/// <summary>What a <see cref="NetworkLoop"/> sleeps on while nobody has anything to do.</summary>
public abstract class LoopWaiter : IDisposable
{
    /// <summary>Sleeps until the world outside has something for the loop, somebody calls <see cref="Wake"/>, or time is up.
    /// May end early.</summary>
    /// <param name="nanoseconds">How long at most; not negative.</param>
    public abstract void Wait(long nanoseconds);

    /// <summary>Ends a <see cref="Wait"/>, or the next one; from any thread, and without effect once disposed.</summary>
    public abstract void Wake();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of what the waiter holds.</summary>
    /// <param name="disposing">True when called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
