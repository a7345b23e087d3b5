using NanoTcp.Primitives;

namespace NanoTcp.Tcp;

/// <summary>
/// Initial sequence numbers by RFC 6528: a clock that ticks every four microseconds plus a keyed hash of the
/// connection's addresses and ports. The hash is SipHash-1-3 with a key of 128 bits. Its words of 64 bits cost the interpreter no
/// more than others, and take half as many rounds as HalfSipHash.
/// </summary>
internal sealed class IsnGenerator
{
    /// <summary>The clock of RFC 9293 MUST-8 ticks every four microseconds.</summary>
    internal const int TicksPerMillisecond = 250;

    /// <summary>The secret, new after each boot, without which nobody can compute the hash (RFC 9293 MUST-9).</summary>
    private readonly ulong _key0;
    private readonly ulong _key1;

    internal IsnGenerator(IRandomSource random)
    {
        _key0 = random.NextUInt32() | ((ulong)random.NextUInt32() << 32);
        _key1 = random.NextUInt32() | ((ulong)random.NextUInt32() << 32);
    }

    /// <summary>The ISS of a new connection.</summary>
    /// <param name="ports">Local port in the high half, remote port in the low half.</param>
    internal uint Next(uint localAddress, uint remoteAddress, uint ports, long now)
    {
        // RFC 9293 MUST-8, SHLD-1, RFC 6528 3: ISN = M + F(localip, localport, remoteip, remoteport, secretkey).
        // M ticks 250 times in a millisecond.
        return (uint)(now * TicksPerMillisecond) + Offset(localAddress, remoteAddress, ports);
    }

    /// <summary>F of RFC 6528 3: what the numbers of one pair of addresses and ports lie ahead of the clock.</summary>
    /// <param name="ports">Local port in the high half, remote port in the low half.</param>
    internal uint Offset(uint localAddress, uint remoteAddress, uint ports)
    {
        const ulong TwelveOctets = 12UL << 56;
        return Hash(localAddress | ((ulong)remoteAddress << 32), ports | TwelveOctets, 0, 2);
    }

    /// <summary>
    /// A keyed hash of four words. It says nothing about <see cref="Offset"/>, although the key is the same: the length is
    /// part of what is hashed.
    /// </summary>
    internal uint Authenticate(uint a, uint b, uint c, uint d)
    {
        const ulong SixteenOctets = 16UL << 56;
        return Hash(a | ((ulong)b << 32), c | ((ulong)d << 32), SixteenOctets, 3);
    }

    /// <summary>SipHash-1-3, of whose 64 bits the lower half is used.</summary>
    /// <param name="word">The first eight octets of the message.</param>
    /// <param name="second">The last block of a message of twelve octets, else the next eight of them.</param>
    /// <param name="third">0, or the last block of a message of sixteen.</param>
    /// <param name="blocks">How many blocks these are: 2 or 3.</param>
    private uint Hash(ulong word, ulong second, ulong third, int blocks)
    {
        ulong v0 = 0x736F6D6570736575 ^ _key0;
        ulong v1 = 0x646F72616E646F6D ^ _key1;
        ulong v2 = 0x6C7967656E657261 ^ _key0;
        ulong v3 = 0x7465646279746573 ^ _key1;

        // A round for each block.
        do
        {
            v3 ^= word;
            v0 += v1;
            v1 = ((v1 << 13) | (v1 >> 51)) ^ v0;
            v0 = (v0 << 32) | (v0 >> 32);
            v2 += v3;
            v3 = ((v3 << 16) | (v3 >> 48)) ^ v2;
            v0 += v3;
            v3 = ((v3 << 21) | (v3 >> 43)) ^ v0;
            v2 += v1;
            v1 = ((v1 << 17) | (v1 >> 47)) ^ v2;
            v2 = (v2 << 32) | (v2 >> 32);
            v0 ^= word;
            word = second;
            second = third;
            blocks--;
        }
        while (blocks != 0);

        // Three that finish.
        v2 ^= 0xFF;
        int left = 3;
        do
        {
            v0 += v1;
            v1 = ((v1 << 13) | (v1 >> 51)) ^ v0;
            v0 = (v0 << 32) | (v0 >> 32);
            v2 += v3;
            v3 = ((v3 << 16) | (v3 >> 48)) ^ v2;
            v0 += v3;
            v3 = ((v3 << 21) | (v3 >> 43)) ^ v0;
            v2 += v1;
            v1 = ((v1 << 17) | (v1 >> 47)) ^ v2;
            v2 = (v2 << 32) | (v2 >> 32);
            left--;
        }
        while (left != 0);

        return (uint)(v0 ^ v1 ^ v2 ^ v3);
    }
}
