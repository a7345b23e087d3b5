namespace NanoTcp.Emulation;

/// <summary>
/// The time that the emulated chip and the virtual cable live in. Whatever takes time on the wire or on the SPI bus
/// moves it forward.
/// </summary>
public abstract class SimulationClock
{
    /// <summary>Nanoseconds since an arbitrary moment; never goes back.</summary>
    public abstract long Nanoseconds { get; }

    /// <summary>The same in whole milliseconds, for <c>NetworkStack.Poll</c>.</summary>
    public long Milliseconds
    {
        get { return Nanoseconds / 1_000_000; }
    }

    /// <summary>Lets <paramref name="nanoseconds"/> pass.</summary>
    public abstract void Advance(long nanoseconds);
}
