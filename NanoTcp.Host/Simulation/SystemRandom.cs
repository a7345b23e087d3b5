using System;
using System.Security.Cryptography;
using NanoTcp.Primitives;

namespace NanoTcp.Host.Simulation;

/// <summary>
/// The operating system's generator, which nobody outside can predict (RFC 6528 section 3). Numbers are fetched in
/// blocks; a call allocates nothing.
/// </summary>
public sealed class SystemRandom : IRandomSource
{
    private readonly byte[] _block = new byte[1024];
    private int _used;

    /// <summary>Makes a generator.</summary>
    public SystemRandom()
    {
        _used = _block.Length;
    }

    /// <inheritdoc/>
    public uint NextUInt32()
    {
        if (_used == _block.Length)
        {
            RandomNumberGenerator.Fill(_block);
            _used = 0;
        }

        uint result = BitConverter.ToUInt32(_block, _used);
        // What was given out must not be readable afterwards.
        Array.Clear(_block, _used, sizeof(uint));
        _used += sizeof(uint);
        return result;
    }
}
