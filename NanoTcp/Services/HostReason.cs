namespace NanoTcp.Services;

/// <summary>What has happened last that made a host look for an address, or go on looking.</summary>
public enum HostReason
{
    /// <summary>Nothing out of the ordinary.</summary>
    None = 0,

    /// <summary>No server has answered.</summary>
    NoAnswer = 1,

    /// <summary>A server has refused: DHCPNAK.</summary>
    Refused = 2,

    /// <summary>The lease has expired.</summary>
    Expired = 3,

    /// <summary>Another station uses the address.</summary>
    Conflict = 4,

    /// <summary>The program has stopped the host.</summary>
    Stopped = 5,
}
