using NanoTcp.Wire;

namespace NanoTcp.Host.Hosting;

/// <summary>What the command line of a program on the desktop asks for, checked.</summary>
public sealed class HostOptions
{
    /// <summary>The TAP interface to be connected to; null for the forwarder.</summary>
    public string? Tap { get; internal set; }

    /// <summary>The device's IPv4 address, unless <see cref="Dhcp"/>.</summary>
    public uint Address { get; internal set; } = Ipv4Address.From(192, 168, 77, 2);

    /// <summary>Length of the network prefix, 1 to 30.</summary>
    public int PrefixLength { get; internal set; } = 24;

    /// <summary>The device's router, or 0.</summary>
    public uint Gateway { get; internal set; }

    /// <summary>Whether the device gets its address from the network behind the TAP interface.</summary>
    public bool Dhcp { get; internal set; }

    /// <summary>The device's name.</summary>
    public string HostName { get; internal set; } = "nanotcp";

    /// <summary>The device's MAC address.</summary>
    public long MacAddress { get; internal set; } = 0x020000770002;

    /// <summary>The file to capture to, or null.</summary>
    public string? CaptureFile { get; internal set; }

    /// <summary>Whether the device's stack talks through the emulated chip, or straight to the cable.</summary>
    public bool UseChip { get; internal set; } = true;

    /// <summary>The forwarder's port (or its first one), 0 for free ones; null when the command line does not say.</summary>
    public int? ListenPort { get; internal set; }

    /// <summary>Connections of the device, 1 to 1024.</summary>
    public int Connections { get; internal set; } = 16;

    /// <summary>Octets of each of the two rings of a connection, 256 to 65535.</summary>
    public int BufferSize { get; internal set; } = 2048;

    /// <summary>Largest TCP segment, 64 to 1460; 0 for what the link allows.</summary>
    public int MaxSegmentSize { get; internal set; }

    /// <summary>Where to connect to as a client; 0 for not at all.</summary>
    public uint ConnectAddress { get; internal set; }

    /// <summary>The port to connect to as a client; 0 for not at all.</summary>
    public int ConnectPort { get; internal set; }

    /// <summary>
    /// The address of the other end of the cable, which is the kernel's side of a TAP interface or the desktop's own
    /// stack: the gateway if one is given, else the first address of the network that is not the device's.
    /// </summary>
    public uint PeerAddress
    {
        get
        {
            if (Gateway != 0)
            {
                return Gateway;
            }

            uint first = (Address & Ipv4Address.Mask(PrefixLength)) + 1;
            return first == Address ? first + 1 : first;
        }
    }
}
