namespace NanoTcp.Primitives;

/// <summary>
/// Where the stack takes its randomness from: initial sequence numbers, ephemeral ports, identifiers.
/// </summary>
/// <remarks>
/// Handed in, like time, so that a run can be repeated byte for byte. On an ESP32 <c>System.Random</c> is the
/// chip's hardware generator and may stand behind this; elsewhere use a generator that an attacker cannot predict
/// and that differs after each boot (RFC 6528 section 3).
/// </remarks>
public interface IRandomSource
{
    /// <summary>The next 32 random bits.</summary>
    uint NextUInt32();
}
