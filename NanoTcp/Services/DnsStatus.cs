namespace NanoTcp.Services;

/// <summary>What has come of a question to the DNS.</summary>
public enum DnsStatus
{
    /// <summary>Nothing was asked: the query is free.</summary>
    None,

    /// <summary>A server is being asked.</summary>
    Pending,

    /// <summary>The answer is there.</summary>
    Found,

    /// <summary>There is no such name (NXDOMAIN).</summary>
    NoSuchName,

    /// <summary>The name exists and has no address, or none that a peer can have; or no name belongs to the address.</summary>
    NoData,

    /// <summary>The text is no name: empty, longer than 253 characters, a label of more than 63, characters other than printable
    /// ASCII, or numbers that are no address. Nobody was asked.</summary>
    BadName,

    /// <summary>Such a name or address is none of the DNS: <c>.local</c> and 169.254/16 belong to multicast DNS (RFC 6762 3, 4),
    /// <c>localhost</c> to nobody but the host itself (RFC 6761 6.3). Nobody was asked.</summary>
    NotForDns,

    /// <summary>No server is known.</summary>
    NoServer,

    /// <summary>No server has answered, or none could be reached.</summary>
    NoAnswer,

    /// <summary>No server had an answer, and at least one said so: it failed, refused, or sent what makes no sense.</summary>
    ServerFailed,

    /// <summary>The answer did not fit a datagram, and what was wanted is not in the part that came. There is no DNS over TCP here.</summary>
    Truncated,
}
