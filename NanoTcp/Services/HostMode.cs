namespace NanoTcp.Services;

/// <summary>Where a host takes its address from.</summary>
public enum HostMode
{
    /// <summary>From a DHCP server; as long as none answers, a link-local address is used (RFC 3927 1.9, 2.11).</summary>
    DhcpOrLinkLocal = 0,

    /// <summary>From a DHCP server, and without one there is none.</summary>
    Dhcp = 1,

    /// <summary>From the program. The link is asked before the address is used, and the address is defended.</summary>
    Static = 2,
}
