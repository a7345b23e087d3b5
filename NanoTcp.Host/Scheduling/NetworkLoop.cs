using System;
using NanoTcp.Emulation;

namespace NanoTcp.Host.Scheduling;

/// <summary>
/// The one thread that everything on the desktop runs on: carries what comes from outside, polls the stacks and the
/// services, and sleeps while none of them wants anything.
/// </summary>
public sealed class NetworkLoop
{
    /// <summary>
    /// Longest sleep. Services say whether they did something, not when they next will: their own timeouts are looked
    /// at this often.
    /// </summary>
    private const long LongestSleep = 100_000_000;

    private const long NanosecondsPerMillisecond = 1_000_000;

    private readonly SimulationClock _clock;
    private readonly LoopWaiter _waiter;
    private Func<long, bool>[] _carriers = [];
    private Func<long, bool>[] _services = [];
    private NetworkStack[] _stacks = [];
    private IEventSource[] _sources = [];
    private volatile bool _stopping;

    /// <summary>Makes a loop.</summary>
    /// <param name="clock">The time that all parts live in.</param>
    /// <param name="waiter">What to sleep on; stays the caller's.</param>
    public NetworkLoop(SimulationClock clock, LoopWaiter waiter)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(waiter);
        _clock = clock;
        _waiter = waiter;
    }

    /// <summary>How often the loop has gone to sleep.</summary>
    public long Sleeps { get; private set; }

    /// <summary>How often the loop has gone round.</summary>
    public long Rounds { get; private set; }

    /// <summary>Adds a stack.</summary>
    public void Add(NetworkStack stack)
    {
        ArgumentNullException.ThrowIfNull(stack);
        _stacks = [.. _stacks, stack];
    }

    /// <summary>Adds something that happens by itself.</summary>
    public void Add(IEventSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        _sources = [.. _sources, source];
    }

    /// <summary>Adds something that carries frames between the cable and the world outside.</summary>
    /// <param name="carrier">Given the time in ms; returns true when it did something, so that there may be more to do.</param>
    public void AddCarrier(Func<long, bool> carrier)
    {
        ArgumentNullException.ThrowIfNull(carrier);
        _carriers = [.. _carriers, carrier];
    }

    /// <summary>Adds something that uses the connections of a stack.</summary>
    /// <param name="service">Given the time in ms; returns true when it did something, so that there may be more to do.</param>
    public void AddService(Func<long, bool> service)
    {
        ArgumentNullException.ThrowIfNull(service);
        _services = [.. _services, service];
    }

    /// <summary>Forgets the services; what they left is for the stacks to finish.</summary>
    public void RemoveServices()
    {
        _services = [];
    }

    /// <summary>Runs until <see cref="Stop"/> is called.</summary>
    public void Run()
    {
        while (!_stopping)
        {
            Step(LongestSleep);
        }
    }

    /// <summary>Runs until something has come true, or time is up.</summary>
    /// <param name="done">Asked after every round.</param>
    /// <param name="longest">Milliseconds after which it ends anyway.</param>
    public void RunUntil(Func<bool> done, int longest)
    {
        ArgumentNullException.ThrowIfNull(done);
        long end = _clock.Milliseconds + longest;
        while (!done() && !_stopping && _clock.Milliseconds < end)
        {
            Step(NanosecondsPerMillisecond);
        }
    }

    /// <summary>Runs until nothing happens any more, or time is up; also after <see cref="Stop"/>.</summary>
    /// <param name="quiet">Milliseconds in which nothing must happen.</param>
    /// <param name="longest">Milliseconds after which it ends anyway.</param>
    public void RunUntilQuiet(int quiet, int longest)
    {
        long start = _clock.Milliseconds;
        long last = start;
        while (_clock.Milliseconds - last < quiet && _clock.Milliseconds - start < longest)
        {
            if (Step(quiet * NanosecondsPerMillisecond))
            {
                last = _clock.Milliseconds;
            }
        }
    }

    /// <summary>Ends <see cref="Run"/>; from any thread.</summary>
    public void Stop()
    {
        _stopping = true;
        _waiter.Wake();
    }

    /// <summary>Goes round once, and sleeps if there is nothing more to do.</summary>
    /// <param name="longestSleep">Nanoseconds to sleep at most.</param>
    /// <returns>True when there was something to do.</returns>
    public bool Step(long longestSleep)
    {
        Rounds++;
        long now = _clock.Milliseconds;
        bool worked = false;
        foreach (Func<long, bool> carrier in _carriers)
        {
            worked |= carrier(now);
        }

        long wait = longestSleep;
        foreach (NetworkStack stack in _stacks)
        {
            wait = Math.Min(wait, stack.Poll(now) * NanosecondsPerMillisecond);
        }

        // After the stacks: what arrived in this round is what services react to, and nobody else would wake them.
        foreach (Func<long, bool> service in _services)
        {
            worked |= service(now);
        }

        if (worked)
        {
            return true;
        }

        foreach (IEventSource source in _sources)
        {
            wait = Math.Min(wait, source.NanosecondsToNextEvent);
        }

        if (wait <= 0)
        {
            return true;
        }

        Sleeps++;
        _waiter.Wait(wait);
        return false;
    }
}
