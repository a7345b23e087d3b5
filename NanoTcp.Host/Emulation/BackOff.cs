namespace NanoTcp.Emulation;

/// <summary>
/// How long a station keeps silent after a collision: a random number of slots, out of twice as many after each further
/// one, up to 1024 (IEEE 802.3 4.2.3.2.5). Both ends of the wire keep to it.
/// </summary>
internal sealed class BackOff
{
    /// <summary>512 bit times at 10 Mbit/s.</summary>
    internal const long SlotNanoseconds = 51_200;

    /// <summary>How often a station tries to send one frame before it gives it up.</summary>
    internal const int AttemptLimit = 16;

    private const int LargestExponent = 10;

    private readonly ChipState _state;

    internal BackOff(ChipState state)
    {
        _state = state;
    }

    /// <summary>How often the frame at hand has collided.</summary>
    internal int Collisions { get; private set; }

    /// <summary>Another frame's turn.</summary>
    internal void Reset()
    {
        Collisions = 0;
    }

    /// <summary>Another collision of the same frame.</summary>
    internal void Count()
    {
        Collisions++;
    }

    /// <summary>Rolls the dice for the silence after the last collision, in nanoseconds from the end of the jam.</summary>
    internal long Roll()
    {
        return _state.Faults.Below(1 << Bounds.Min(Collisions, LargestExponent)) * SlotNanoseconds;
    }
}
