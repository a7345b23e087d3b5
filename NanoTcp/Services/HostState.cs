namespace NanoTcp.Services;

/// <summary>
/// Where a host is on its way to an address: the states of RFC 2131 figure 5, and beside them probing (RFC 5227), link-local
/// addresses (RFC 3927) and addresses that somebody has typed in.
/// </summary>
public enum HostState
{
    /// <summary>There is no link. An address that the host had is kept for the time when there is one again, as long as its lease lasts.</summary>
    LinkDown = 0,

    /// <summary>INIT or INIT-REBOOT: about to ask, after a short random time or after a refusal.</summary>
    Init = 1,

    /// <summary>SELECTING: DHCPDISCOVER is out, offers are waited for.</summary>
    Selecting = 2,

    /// <summary>REQUESTING: an offer is chosen, and its server is to confirm it.</summary>
    Requesting = 3,

    /// <summary>REBOOTING: a server is to confirm the address that the host had before.</summary>
    Rebooting = 4,

    /// <summary>The link is asked whether anybody uses the address that this host is about to use (RFC 5227 2.1).</summary>
    Probing = 5,

    /// <summary>BOUND: the host has a leased address.</summary>
    Bound = 6,

    /// <summary>RENEWING: the server that gave the lease is asked to prolong it. The address is used meanwhile.</summary>
    Renewing = 7,

    /// <summary>REBINDING: every server is asked to prolong the lease, because that one does not answer. The address is used meanwhile.</summary>
    Rebinding = 8,

    /// <summary>No server answers; the host has an address of 169.254/16 and goes on asking (RFC 3927).</summary>
    LinkLocal = 9,

    /// <summary>The host has the address that it was given by its program.</summary>
    Static = 10,

    /// <summary>Another station has the address that this host was to have. The host waits before it tries again.</summary>
    Conflict = 11,

    /// <summary>The lease is being given back.</summary>
    Releasing = 12,

    /// <summary>The host has no address and does not ask for one.</summary>
    Stopped = 13,
}
