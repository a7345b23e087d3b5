namespace NanoTcp.Services;

/// <summary>Indices into the <see cref="Primitives.CounterSet"/> of a <see cref="SntpClient"/>.</summary>
public static class SntpCounter
{
    /// <summary>Requests sent.</summary>
    public const int OutRequests = 0;

    /// <summary>Replies by which the time was set.</summary>
    public const int InReplies = 1;

    /// <summary>Datagrams that were no reply to a request: from somebody else, too short, too late, or to another request.</summary>
    public const int InStrays = 2;

    /// <summary>Replies that were not believed: not synchronised, impossible or without a time.</summary>
    public const int InErrors = 3;

    /// <summary>Requests that were not answered in time.</summary>
    public const int Timeouts = 4;

    /// <summary>Replies by which a server wants to be asked less or not at all (kiss-o'-death).</summary>
    public const int Kisses = 5;

    /// <summary>Names that could not be resolved.</summary>
    public const int NameFailures = 6;

    internal const string Names =
        "sntp_out_requests sntp_in_replies sntp_in_strays sntp_in_errors sntp_timeouts sntp_kisses sntp_name_failures";
}
