namespace NanoTcp.Services;

/// <summary>Indices into the counters of an <see cref="MdnsResponder"/>, which its resolver shares.</summary>
public static class MdnsCounter
{
    /// <summary>Queries received, probes included.</summary>
    public const int InQueries = 0;

    /// <summary>Responses received.</summary>
    public const int InResponses = 1;

    /// <summary>Messages that were malformed.</summary>
    public const int InErrors = 2;

    /// <summary>Messages that must be ignored: from outside the link, responses from another port than 5353 or that nobody asked
    /// for, and opcodes and response codes other than 0.</summary>
    public const int InIgnored = 3;

    /// <summary>Probes sent.</summary>
    public const int OutProbes = 4;

    /// <summary>Responses sent to all, announcements and goodbyes included.</summary>
    public const int OutResponses = 5;

    /// <summary>Responses sent to one who asked.</summary>
    public const int OutUnicasts = 6;

    /// <summary>Queries sent by the resolver.</summary>
    public const int OutQueries = 7;

    /// <summary>Answers not given because the asker knew them, or another host gave them.</summary>
    public const int Suppressed = 8;

    /// <summary>Answers to one who asked that had no place, or could not reach him.</summary>
    public const int Discards = 9;

    /// <summary>Other hosts seen that use, or want, a name of this one.</summary>
    public const int Conflicts = 10;

    /// <summary>Names given up for the next.</summary>
    public const int Renames = 11;

    /// <summary>Their names.</summary>
    internal const string Names = "mdns_in_queries "
        + "mdns_in_responses "
        + "mdns_in_errors "
        + "mdns_in_ignored "
        + "mdns_out_probes "
        + "mdns_out_responses "
        + "mdns_out_unicasts "
        + "mdns_out_queries "
        + "mdns_suppressed "
        + "mdns_discards "
        + "mdns_conflicts "
        + "mdns_renames";
}
