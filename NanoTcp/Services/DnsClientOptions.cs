using NanoTcp.Primitives;

namespace NanoTcp.Services;

/// <summary>What decides how much memory a <see cref="DnsClient"/> takes. Read once, by its constructor.</summary>
public sealed class DnsClientOptions
{
    /// <summary>Questions that can be open at once, answered ones that were not given back included. 1 to 16.</summary>
    public int Queries = 2;

    /// <summary>Answers that are remembered. 0 to 64.</summary>
    public int CacheEntries = 4;

    /// <summary>How long an answer is remembered at most, in s, whatever its time to live says. 0 to 604800, a week (RFC 8767 4).</summary>
    public int MaxTimeToLive = 86400;

    internal void Validate()
    {
        Argument.CheckValue(Queries, 1, 16, nameof(Queries));
        Argument.CheckValue(CacheEntries, 0, 64, nameof(CacheEntries));
        Argument.CheckValue(MaxTimeToLive, 0, 604800, nameof(MaxTimeToLive));
    }
}
