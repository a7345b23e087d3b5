using System;
using NanoTcp.Primitives;

namespace NanoTcp.Boards;

/// <summary>The generator of an ESP32, which is what <c>System.Random</c> reads there.</summary>
/// <remarks>
/// With the radio off the chip's noise is weak (ESP-IDF, "Random Number Generation"): enough to differ from boot to boot
/// (RFC 6528 section 3), not enough for keys. On other targets <c>System.Random</c> is a formula begun with the time:
/// there another source belongs behind <see cref="IRandomSource"/>.
/// </remarks>
public sealed class BoardRandom : IRandomSource
{
    private readonly Random _random = new Random();
    private readonly byte[] _octets = new byte[4];

    /// <inheritdoc/>
    public uint NextUInt32()
    {
        _random.NextBytes(_octets);
        return BitConverter.ToUInt32(_octets, 0);
    }
}
