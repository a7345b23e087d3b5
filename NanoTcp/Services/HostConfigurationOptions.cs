using System;
using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <summary>Where a host takes its address and name from. Read once, by the constructor of <see cref="HostConfiguration"/>.</summary>
public sealed class HostConfigurationOptions
{
    /// <summary>Longest host name, in octets (RFC 1123 2.1, RFC 1035 2.3.4: one label).</summary>
    public const int LongestHostName = 63;

    /// <summary>Where the address comes from.</summary>
    public HostMode Mode = HostMode.DhcpOrLinkLocal;

    /// <summary>
    /// The host's name, letters, digits and hyphens; servers are told (RFC 2132 3.14). Null to have the one that a server gives.
    /// </summary>
    public string HostName = "nanotcp";

    /// <summary>
    /// With DHCP: the address that the host had before it was switched off, as the program has kept it; it is asked for first
    /// (INIT-REBOOT). With <see cref="HostMode.Static"/>: the address. 0 for none.
    /// </summary>
    public uint Address;

    /// <summary>With <see cref="HostMode.Static"/>: length of the network prefix in bits, 1 to 30.</summary>
    public int PrefixLength = 24;

    /// <summary>With <see cref="HostMode.Static"/>: the router, or 0.</summary>
    public uint Gateway;

    /// <summary>A server for names, when the network names none; 0 for none.</summary>
    public uint DnsServer;

    /// <summary>A second one.</summary>
    public uint DnsServer2;

    /// <summary>A server for the time, when the network names none; 0 for none.</summary>
    public uint NtpServer;

    /// <summary>A second one.</summary>
    public uint NtpServer2;

    /// <summary>Who is told of every change; null for nobody.</summary>
    public IHostObserver Observer;

    /// <summary>True for 1 to 63 letters, digits and hyphens, with no hyphen at the ends (RFC 952, RFC 1123 2.1).</summary>
    /// <param name="name">A name; null is none.</param>
    public static bool IsHostName(string name)
    {
        if (name == null || name.Length == 0 || name.Length > LongestHostName || name[0] == '-' || name[name.Length - 1] == '-')
        {
            return false;
        }

        for (int i = 0; i < name.Length; i++)
        {
            if (!DhcpMessage.IsNameCharacter(name[i]))
            {
                return false;
            }
        }

        return true;
    }

    internal void Validate()
    {
        if (Mode < HostMode.DhcpOrLinkLocal || Mode > HostMode.Static)
        {
            throw new ArgumentOutOfRangeException(nameof(Mode));
        }

        if (HostName != null && !IsHostName(HostName))
        {
            throw new ArgumentException("A host's name has 1 to 63 letters, digits and hyphens, with no hyphen at its ends.", nameof(HostName));
        }

        if (Mode == HostMode.Static)
        {
            if (Address == 0)
            {
                throw new ArgumentException("A static address is needed.", nameof(Address));
            }

            NetworkStackOptions.ValidateAddress(Address, PrefixLength, Gateway);
        }
        else if (Address != 0 && !Ipv4Address.IsHost(Address, 1))
        {
            throw new ArgumentException("The remembered address can be no host's; use 0 for none.", nameof(Address));
        }
    }
}
