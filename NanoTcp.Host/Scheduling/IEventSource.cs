namespace NanoTcp.Host.Scheduling;

/// <summary>Part of the simulation that changes by itself when time passes.</summary>
public interface IEventSource
{
    /// <summary>Nanoseconds until it has something for whoever polls it: 0 when it has now, <see cref="long.MaxValue"/>
    /// when nothing is under way.</summary>
    long NanosecondsToNextEvent { get; }
}
