using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <summary>
/// What is remembered of answers (RFC 1035 7.4), in a few arrays: for a name its address, for an address its name, or that there is none.
/// </summary>
internal sealed class DnsCache
{
    /// <summary>A longer name, its root included, is not remembered.</summary>
    internal const int MaxName = 64;

    /// <summary>What was not found is remembered for no longer than this, in s: RFC 2308 5 wants a bound, and a device is often waiting for
    /// just that name to appear.</summary>
    private const int MaxNegative = 900;

    private const int TypeBits = 0x0F;
    private const int StatusShift = 4;

    /// <summary>The type asked for, and the status above it; 0 for a free entry.</summary>
    private readonly byte[] _kind;

    private readonly long[] _until;
    private readonly uint[] _address;
    private readonly byte[] _names;
    private readonly int _maxTimeToLive;

    internal DnsCache(int entries, int maxTimeToLive)
    {
        _kind = new byte[entries];
        _until = new long[entries];
        _address = new uint[entries];
        _names = new byte[entries * MaxName];
        _maxTimeToLive = maxTimeToLive;
    }

    /// <summary>Gives a query what is remembered; false when nothing is.</summary>
    internal bool Find(DnsQuery query, long now)
    {
        for (int i = 0; i < _kind.Length; i++)
        {
            if ((_kind[i] & TypeBits) == query.Type && now < _until[i] && IsAbout(i, query))
            {
                query.Status = (DnsStatus)(_kind[i] >> StatusShift);
                if (query.Type == DnsMessage.TypeA)
                {
                    query.Address = _address[i];
                }
                else if (query.Status == DnsStatus.Found)
                {
                    DnsMessage.WriteName(query.Name, 0, _names, i * MaxName);
                }

                return true;
            }
        }

        return false;
    }

    /// <summary>Remembers what a query has found, or not found, for so many s.</summary>
    /// <param name="query">Has its status and its result; <see cref="DnsQuery.Name"/> is the question of an A query, the answer of a PTR query.</param>
    /// <param name="seconds">0 for not at all (RFC 1035 3.2.1).</param>
    /// <param name="now">The clock in ms.</param>
    internal void Put(DnsQuery query, int seconds, long now)
    {
        bool found = query.Status == DnsStatus.Found;
        int most = found || _maxTimeToLive < MaxNegative ? _maxTimeToLive : MaxNegative;
        seconds = seconds < most ? seconds : most;
        bool named = found || query.Type == DnsMessage.TypeA;
        if (seconds <= 0 || _kind.Length < 1 || (named && DnsName.Length(query.Name, 0) > MaxName))
        {
            return;
        }

        int entry = Choose(query, now);
        _kind[entry] = (byte)(query.Type | ((int)query.Status << StatusShift));
        _until[entry] = now + (seconds * 1000L);
        _address[entry] = query.Address;
        if (named)
        {
            DnsMessage.WriteName(_names, entry * MaxName, query.Name, 0);
        }
    }

    /// <summary>Forgets everything.</summary>
    internal void Clear()
    {
        for (int i = 0; i < _kind.Length; i++)
        {
            _kind[i] = 0;
        }
    }

    /// <summary>The entry about the same, or else a free one, or else the one that would be forgotten first.</summary>
    private int Choose(DnsQuery query, long now)
    {
        int chosen = 0;
        for (int i = 0; i < _kind.Length; i++)
        {
            if ((_kind[i] & TypeBits) == query.Type && IsAbout(i, query))
            {
                return i;
            }

            if (_kind[i] != 0 && _until[i] <= now)
            {
                _kind[i] = 0;
            }

            if (_kind[chosen] != 0 && (_kind[i] == 0 || _until[i] < _until[chosen]))
            {
                chosen = i;
            }
        }

        return chosen;
    }

    private bool IsAbout(int entry, DnsQuery query)
    {
        return query.Type == DnsMessage.TypeA
            ? DnsName.Same(_names, entry * MaxName, query.Name, 0)
            : _address[entry] == query.Address;
    }
}
