namespace NanoTcp.Services;

/// <summary>Indices into <see cref="HostConfiguration.Counters"/>.</summary>
public static class HostCounter
{
    /// <summary>DHCPDISCOVER messages sent.</summary>
    public const int Discovers = 0;

    /// <summary>DHCPREQUEST messages sent, whatever for.</summary>
    public const int Requests = 1;

    /// <summary>DHCPDECLINE messages sent: the address that was given is another's.</summary>
    public const int Declines = 2;

    /// <summary>DHCPRELEASE messages sent.</summary>
    public const int Releases = 3;

    /// <summary>DHCPOFFER messages for this host.</summary>
    public const int Offers = 4;

    /// <summary>DHCPACK messages that were taken.</summary>
    public const int Acks = 5;

    /// <summary>DHCPNAK messages that were taken.</summary>
    public const int Naks = 6;

    /// <summary>Messages that are not for this host, or that it has not asked for: another transaction, station, server or state.</summary>
    public const int InIgnored = 7;

    /// <summary>Messages that are no DHCP from a server, or end where they must not.</summary>
    public const int InErrors = 8;

    /// <summary>Offers and acknowledgments of what no host can use: an impossible address or netmask, no server, a lease of seconds.</summary>
    public const int InUnusable = 9;

    /// <summary>Leases that have expired.</summary>
    public const int Expirations = 10;

    /// <summary>Addresses that another station turned out to have, before or while this host had them.</summary>
    public const int Conflicts = 11;

    /// <summary>Times that another station used this host's address and was told.</summary>
    public const int Defences = 12;

    /// <summary>Times that a link-local address was taken.</summary>
    public const int LinkLocals = 13;

    internal const string Names =
        "dhcp_discovers "
        + "dhcp_requests "
        + "dhcp_declines "
        + "dhcp_releases "
        + "dhcp_offers "
        + "dhcp_acks "
        + "dhcp_naks "
        + "dhcp_in_ignored "
        + "dhcp_in_errors "
        + "dhcp_in_unusable "
        + "dhcp_expirations "
        + "address_conflicts "
        + "address_defences "
        + "address_link_locals";
}
