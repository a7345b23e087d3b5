namespace NanoTcp.Tcp;

/// <summary>
/// Initial sequence numbers that say by themselves what a half-open record would have held (RFC 4987 3.6), for when all
/// records are taken: the peer that acknowledges such a number proves that it has seen it.
/// </summary>
/// <remarks>
/// <code>
///    31            24 23       21 20                                         0
///   +----------------+-----------+-------------------------------------------+
///   |      time      |  MSS code |  keyed hash of both, of addresses, ports  |  + F(addresses, ports) of RFC 6528
///   |                |           |  and the peer's ISN                       |
///   +----------------+-----------+-------------------------------------------+
/// </code>
/// The time is the upper octet of the clock of RFC 6528, and F is the same as in every other initial sequence number: a
/// cookie differs from the number that the pair would otherwise get by less than one tick of 67 seconds, so for one pair
/// the numbers still grow with time (RFC 9293 MUST-8), though not within a tick. TIME-WAIT, which would notice, is asked.
/// Of 2^32 acknowledgments that a stranger could guess, 2 ticks x 8 codes are accepted, or twice as many when the segment
/// is empty: one in 2^27 at best. At 14,880 segments a second, all that Ethernet carries at 10 Mbit/s, that is one guess
/// right in two and a half hours, and only while cookies are in force.
/// </remarks>
internal sealed class SynCookies
{
    /// <summary>No number of ours.</summary>
    internal const int Rejected = -1;

    /// <summary>The time is one of ours, the hash is not: perhaps not the first segment of a peer that has a cookie.</summary>
    internal const int Doubtful = -2;

    /// <summary>In what <see cref="Check"/> finds: the segment is one before the first octet, as probes of closed windows are.</summary>
    internal const int OneBelow = 0x08;

    /// <summary>How long cookies are accepted after one was last given out, ms: two ticks.</summary>
    internal const int Lifetime = (2 << TimeShift) / IsnGenerator.TicksPerMillisecond;

    private const int TimeShift = 24;
    private const int CodeShift = 21;
    private const uint HashMask = (1u << CodeShift) - 1;

    /// <summary>Keyed once; the layer takes the sequence numbers of its connections from it too.</summary>
    internal readonly IsnGenerator Isn;

    private long _until = long.MinValue;

    internal SynCookies(IsnGenerator isn)
    {
        Isn = isn;
    }

    /// <summary>Somebody found no record: for a while every number given out is a cookie, and cookies are accepted.</summary>
    internal void Begin(long now)
    {
        _until = now + Lifetime;
    }

    /// <summary>False when no cookie can be under way, so that guessing costs one comparison and opens nothing.</summary>
    internal bool AreInForce(long now)
    {
        return now < _until;
    }

    /// <summary>The ISS of a SYN,ACK.</summary>
    /// <param name="irs">The sequence number of the SYN.</param>
    /// <param name="peerMss">Its Maximum Segment Size option; 0 for none.</param>
    internal uint Make(uint localAddress, uint remoteAddress, uint ports, uint irs, int peerMss, long now)
    {
        int size = peerMss == 0 ? TcpLimits.DefaultMss : peerMss;
        int code = 7;
        while (code != 0 && MaxSegmentSize(code) > size)
        {
            code--;
        }

        uint time = Time(now);
        return Isn.Offset(localAddress, remoteAddress, ports)
            + (time << TimeShift)
            + ((uint)code << CodeShift)
            + Hash(remoteAddress, ports, irs, time, (uint)code);
    }

    /// <summary>Looks for a cookie in the acknowledgment of a segment that no record knows.</summary>
    /// <param name="sequence">SEG.SEQ.</param>
    /// <param name="acknowledgment">SEG.ACK.</param>
    /// <param name="empty">True when the segment has neither data nor FIN.</param>
    /// <returns>What the cookie says, for <see cref="MaxSegmentSize"/>, with <see cref="OneBelow"/>; else <see cref="Rejected"/> or <see cref="Doubtful"/>.</returns>
    internal int Check(
        uint localAddress, uint remoteAddress, uint ports, uint sequence, uint acknowledgment, bool empty, long now)
    {
        uint cookie = acknowledgment - 1 - Isn.Offset(localAddress, remoteAddress, ports);
        uint time = Time(now);
        uint age = (time - (cookie >> TimeShift)) & 0xFF;
        if (age > 1)
        {
            return Rejected;
        }

        time -= age;
        uint code = (cookie >> CodeShift) & 7;
        if ((cookie & HashMask) == Hash(remoteAddress, ports, sequence - 1, time, code))
        {
            return (int)code;
        }

        return empty && (cookie & HashMask) == Hash(remoteAddress, ports, sequence, time, code)
            ? (int)code | OneBelow
            : Doubtful;
    }

    /// <summary>The largest segment that the peer is sure to take, octets: never more than its SYN said.</summary>
    internal static int MaxSegmentSize(int found)
    {
        switch (found & 7)
        {
            case 0: return TcpLimits.LeastMss;
            case 1: return 256;
            case 2: return TcpLimits.DefaultMss;
            case 3: return 1024;
            case 4: return 1300;
            case 5: return 1380;
            case 6: return 1440;
            default: return 1460;
        }
    }

    /// <summary>Ticks of 67 seconds; all of it is hashed, so that a cookie does not come into force again when its octet does.</summary>
    private static uint Time(long now)
    {
        return (uint)((now * IsnGenerator.TicksPerMillisecond) >> TimeShift);
    }

    private uint Hash(uint remoteAddress, uint ports, uint irs, uint time, uint code)
    {
        return Isn.Authenticate(remoteAddress, ports, irs, (time << 3) | code) & HashMask;
    }
}
