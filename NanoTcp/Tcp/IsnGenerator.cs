using NanoTcp.Primitives;

namespace NanoTcp.Tcp;

/// <summary>
/// Initial sequence numbers by RFC 6528: a clock that ticks every four microseconds plus a keyed hash of the
/// connection's addresses and ports. The hash is HalfSipHash-1-3 of three or four words, made of 32-bit operations only.
/// </summary>
internal sealed class IsnGenerator
{
    /// <summary>The clock of RFC 9293 MUST-8 ticks every four microseconds.</summary>
    internal const int TicksPerMillisecond = 250;

    /// <summary>The secret, new after each boot, without which nobody can compute the hash (RFC 9293 MUST-9).</summary>
    private readonly uint _key0;
    private readonly uint _key1;

    internal IsnGenerator(IRandomSource random)
    {
        _key0 = random.NextUInt32();
        _key1 = random.NextUInt32();
    }

    /// <summary>The ISS of a new connection.</summary>
    internal uint Next(uint localAddress, uint remoteAddress, int localPort, int remotePort, long now)
    {
        // RFC 9293 MUST-8, SHLD-1, RFC 6528 3: ISN = M + F(localip, localport, remoteip, remoteport, secretkey).
        // M ticks 250 times in a millisecond.
        return (uint)(now * TicksPerMillisecond) + Offset(localAddress, remoteAddress, ((uint)localPort << 16) | (uint)remotePort);
    }

    /// <summary>F of RFC 6528 3: what the numbers of one pair of addresses and ports lie ahead of the clock.</summary>
    /// <param name="ports">Local port in the high half, remote port in the low half.</param>
    internal uint Offset(uint localAddress, uint remoteAddress, uint ports)
    {
        return Hash(3, localAddress, remoteAddress, ports, 0);
    }

    /// <summary>
    /// A keyed hash of four words. It says nothing about <see cref="Offset"/>, although the key is the same: the length is
    /// part of what is hashed.
    /// </summary>
    internal uint Authenticate(uint a, uint b, uint c, uint d)
    {
        return Hash(4, a, b, c, d);
    }

    private uint Hash(int words, uint a, uint b, uint c, uint d)
    {
        uint v0 = _key0;
        uint v1 = _key1;
        uint v2 = 0x6C796765 ^ _key0;
        uint v3 = 0x74656462 ^ _key1;
        uint word = a;
        uint lengthBlock = (uint)words << 26;

        // The words, the length block, and three finishing rounds, in one loop.
        int end = words + 4;
        for (int round = 0; round < end; round++)
        {
            if (round <= words)
            {
                v3 ^= word;
            }
            else if (round == words + 1)
            {
                v2 ^= 0xFF;
            }

            v0 += v1;
            v1 = ((v1 << 5) | (v1 >> 27)) ^ v0;
            v0 = (v0 << 16) | (v0 >> 16);
            v2 += v3;
            v3 = ((v3 << 8) | (v3 >> 24)) ^ v2;
            v0 += v3;
            v3 = ((v3 << 7) | (v3 >> 25)) ^ v0;
            v2 += v1;
            v1 = ((v1 << 13) | (v1 >> 19)) ^ v2;
            v2 = (v2 << 16) | (v2 >> 16);

            if (round <= words)
            {
                v0 ^= word;
                word = round + 1 == words ? lengthBlock : round == 0 ? b : round == 1 ? c : d;
            }
        }

        return v1 ^ v3;
    }
}
