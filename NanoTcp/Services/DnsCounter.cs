namespace NanoTcp.Services;

/// <summary>Indices into the <see cref="Primitives.CounterSet"/> of a <see cref="DnsClient"/>.</summary>
public static class DnsCounter
{
    /// <summary>Questions of the application.</summary>
    public const int Queries = 0;

    /// <summary>Of these, answered from the cache.</summary>
    public const int CacheHits = 1;

    /// <summary>Queries sent to servers, repetitions included.</summary>
    public const int OutQueries = 2;

    /// <summary>Answers taken, whatever they said.</summary>
    public const int InAnswers = 3;

    /// <summary>Datagrams that were no answer to what was asked: from somebody else, with another id, another question, or nothing at all.</summary>
    public const int InStrays = 4;

    /// <summary>Answers that were malformed or contradicted themselves.</summary>
    public const int InErrors = 5;

    /// <summary>Queries whose port was closed because too many strays came.</summary>
    public const int Floods = 6;

    /// <summary>Servers found that do not keep the case of a name.</summary>
    public const int CaseLost = 7;

    /// <summary>Queries that a server did not answer in time.</summary>
    public const int Timeouts = 8;

    /// <summary>Answers that told of a failure of the server.</summary>
    public const int ServerFailures = 9;

    /// <summary>Answers that were cut short.</summary>
    public const int Truncated = 10;

    internal const string Names =
        "dns_queries dns_cache_hits dns_out_queries dns_in_answers dns_in_strays dns_in_errors dns_floods dns_case_lost "
        + "dns_timeouts dns_server_failures dns_truncated";
}
