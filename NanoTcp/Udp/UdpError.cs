namespace NanoTcp.Udp;

/// <summary>What the network has said about the datagrams of a <see cref="UdpSocket"/> (RFC 1122 4.1.3.3).</summary>
public enum UdpError
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The host is there and nobody has the port, or it does not speak UDP (RFC 792: port or protocol unreachable).</summary>
    Refused,

    /// <summary>A router has no way to the host, or does not let it through (RFC 792: destination unreachable).</summary>
    Unreachable,

    /// <summary>The time to live was too small for the way, or a fragment was lost (RFC 792: time exceeded).</summary>
    TimeExceeded,

    /// <summary>Somebody on the way did not like the header (RFC 792: parameter problem).</summary>
    ParameterProblem,

    /// <summary>A datagram could not leave: there is no address, no route, or the next hop does not answer ARP.</summary>
    NoRoute,
}
