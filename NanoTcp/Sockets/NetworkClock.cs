using System.Threading;

namespace NanoTcp.Sockets;

/// <summary>
/// Time for a <see cref="NetworkRunner"/>, and how its threads wait for it. A board returns its uptime; a test can
/// override the waiting too, and let time pass only when nobody has anything to do.
/// </summary>
/// <remarks>Any thread calls any member.</remarks>
public abstract class NetworkClock
{
    /// <summary>Milliseconds since an arbitrary moment; never goes back, also when the wall clock is set.</summary>
    public abstract long Milliseconds { get; }

    /// <summary>Blocks until an event is set, and resets it, or until time is up. May also end early without either.</summary>
    /// <param name="signal">What to wait for.</param>
    /// <param name="milliseconds">How long at most, at least 1; -1 for ever.</param>
    public virtual void Wait(AutoResetEvent signal, int milliseconds)
    {
        signal.WaitOne(milliseconds, false);
    }

    /// <summary>Sets an event that a thread may be waiting for.</summary>
    /// <param name="signal">The event.</param>
    public virtual void Signal(AutoResetEvent signal)
    {
        signal.Set();
    }
}
