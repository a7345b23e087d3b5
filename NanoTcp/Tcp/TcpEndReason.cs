namespace NanoTcp.Tcp;

/// <summary>Why a connection has ended.</summary>
public enum TcpEndReason
{
    /// <summary>It has not ended.</summary>
    None = 0,

    /// <summary>Both sides closed in order, and all data reached the other side.</summary>
    Closed = 1,

    /// <summary>The peer answered the connection request with a reset: nobody listens there.</summary>
    Refused = 2,

    /// <summary>The peer reset the connection.</summary>
    Reset = 3,

    /// <summary>The peer did not answer for as long as this side was willing to wait: <see cref="TcpConnection.UserTimeout"/>,
    /// <see cref="TcpConnection.ConnectTimeout"/> or the probes of <see cref="TcpConnection.KeepAlive"/>.</summary>
    TimedOut = 4,

    /// <summary>There is no way to the peer: no route, no answer to ARP, or an ICMP error said so.</summary>
    Unreachable = 5,

    /// <summary>This side aborted.</summary>
    Aborted = 6,

    /// <summary>It was idle, its owner allowed eviction, and its place was needed for a new connection.</summary>
    Evicted = 7,

    /// <summary>No data moved for as long as <see cref="TcpConnection.IdleTimeout"/> allows.</summary>
    Idle = 8,

    /// <summary>The host has lost the address that the connection was opened under, or has another one now.</summary>
    AddressChanged = 9,
}
