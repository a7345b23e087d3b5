namespace NanoTcp.Emulation;

/// <summary>Time that passes only when somebody lets it: for deterministic tests.</summary>
public sealed class VirtualClock : SimulationClock
{
    private long _nanoseconds;

    /// <summary>Makes a clock.</summary>
    /// <param name="milliseconds">Where it starts; not negative.</param>
    public VirtualClock(long milliseconds)
    {
        _nanoseconds = milliseconds * 1_000_000;
    }

    /// <inheritdoc/>
    public override long Nanoseconds
    {
        get { return _nanoseconds; }
    }

    /// <inheritdoc/>
    public override void Advance(long nanoseconds)
    {
        _nanoseconds += nanoseconds;
    }
}
