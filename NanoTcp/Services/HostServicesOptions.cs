namespace NanoTcp.Services;

/// <summary>Which services a device has, and how they are made. Read once, by the constructor of <see cref="HostServices"/>.</summary>
public sealed class HostServicesOptions
{
    /// <summary>Where address and host name come from.</summary>
    public HostConfigurationOptions Host = new HostConfigurationOptions();

    /// <summary>The client that asks name servers; null for none.</summary>
    public DnsClientOptions Dns = new DnsClientOptions();

    /// <summary>True to be found as <c>name.local</c>, under the host name of <see cref="Host"/>. Needs a place for a multicast
    /// group: <see cref="NetworkStackOptions.MulticastGroups"/>.</summary>
    public bool Mdns = true;

    /// <summary>What the device offers, to be found by DNS-SD; null for nothing. Only with <see cref="Mdns"/>.</summary>
    public MdnsService[] Services;

    /// <summary>Names ending in <c>.local</c> of others that can be resolved at once, 0 for none. Only with <see cref="Mdns"/>.</summary>
    public int LocalNames = 2;

    /// <summary>The client that asks for the time; null for none. Where it has a server's name and no <see cref="SntpClientOptions.Dns"/>,
    /// it uses the client of <see cref="Dns"/>.</summary>
    public SntpClientOptions Time = new SntpClientOptions();
}
