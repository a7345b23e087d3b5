using System.Diagnostics;
using NanoTcp.Emulation;
using NanoTcp.Host.Scheduling;

namespace NanoTcp.Tests.Peers;

/// <summary>Time that passes faster than the world's, for what takes minutes by the rules of a protocol.</summary>
internal sealed class FastClock(int speed) : SimulationClock
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _advanced;

    public override long Nanoseconds => (Stopwatch.GetElapsedTime(_start).Ticks * 100 * speed) + _advanced;

    public override void Advance(long nanoseconds) => _advanced += nanoseconds;
}

/// <summary>Sleeps in the world's time for as long as a <see cref="FastClock"/> says.</summary>
internal sealed class FastWaiter(LoopWaiter inner, int speed) : LoopWaiter
{
    public override void Wait(long nanoseconds) => inner.Wait(nanoseconds / speed);

    public override void Wake() => inner.Wake();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
