namespace NanoTcp.Services;

/// <summary>How a host has got the address that it has.</summary>
public enum AddressOrigin
{
    /// <summary>It has none.</summary>
    None = 0,

    /// <summary>From a DHCP server.</summary>
    Dhcp = 1,

    /// <summary>It has chosen one of 169.254/16 (RFC 3927).</summary>
    LinkLocal = 2,

    /// <summary>From its program.</summary>
    Static = 3,
}
