using System;
using System.Security.Cryptography;
using NanoTcp.Primitives;

namespace NanoTcp.Boards;

/// <summary>The operating system's generator, which nobody outside can predict (RFC 6528 section 3).</summary>
public sealed class SystemRandom : IRandomSource
{
    /// <inheritdoc/>
    public uint NextUInt32()
    {
        Span<byte> octets = stackalloc byte[sizeof(uint)];
        RandomNumberGenerator.Fill(octets);
        return BitConverter.ToUInt32(octets);
    }
}
