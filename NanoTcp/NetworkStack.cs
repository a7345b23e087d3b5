using System;
using NanoTcp.Link;
using NanoTcp.Primitives;
using NanoTcp.Tcp;

namespace NanoTcp;

/// <summary>
/// An IPv4 host on one link: the one object that a user builds and polls.
/// </summary>
/// <remarks>
/// All memory is taken in the constructor. One thread calls all members, here and on the connections.
/// </remarks>
public sealed class NetworkStack
{
    /// <summary>Builds a stack on a link device.</summary>
    public NetworkStack(ILinkDevice link, NetworkStackOptions options) { throw new NotImplementedException(); }

    /// <summary>The link below.</summary>
    public ILinkDevice Link { get { throw new NotImplementedException(); } }

    /// <summary>What the stack counted.</summary>
    public CounterSet Counters { get { throw new NotImplementedException(); } }

    /// <summary>Own IPv4 address.</summary>
    public uint Address { get { throw new NotImplementedException(); } }

    /// <summary>Length of the network prefix in bits.</summary>
    public int PrefixLength { get { throw new NotImplementedException(); } }

    /// <summary>The router, or 0.</summary>
    public uint Gateway { get { throw new NotImplementedException(); } }

    /// <summary>The time of the last <see cref="Poll"/>, in ms.</summary>
    public long Now { get { throw new NotImplementedException(); } }

    /// <summary>The neighbours known and being resolved, for status pages.</summary>
    public ArpCache Neighbours { get { throw new NotImplementedException(); } }

    /// <summary>
    /// Takes in what has arrived, runs what is due, sends what is ready. The work of one call is bounded.
    /// </summary>
    /// <param name="now">The clock in ms: may start anywhere, never goes back.</param>
    /// <returns>Milliseconds for which the stack may be left alone if no frame arrives and nobody uses its
    /// connections; 0 means call again at once.</returns>
    public int Poll(long now) { throw new NotImplementedException(); }

    /// <summary>Listens on a port.</summary>
    /// <param name="port">1 to 65535.</param>
    /// <param name="backlog">Connections that may wait to be accepted, at least 1.</param>
    public TcpListener Listen(int port, int backlog) { throw new NotImplementedException(); }

    /// <summary>Begins to open a connection; watch its state. Null when no connection is free.</summary>
    public TcpConnection Connect(uint address, int port) { throw new NotImplementedException(); }

    /// <summary>How many connection slots there are, used or not; see <see cref="GetConnection"/>.</summary>
    public int ConnectionCapacity { get { throw new NotImplementedException(); } }

    /// <summary>Connection slots that nobody uses now.</summary>
    public int FreeConnections { get { throw new NotImplementedException(); } }

    /// <summary>Handshakes of listeners that are under way.</summary>
    public int HalfOpenCount { get { throw new NotImplementedException(); } }

    /// <summary>Connections remembered in TIME-WAIT.</summary>
    public int TimeWaitCount { get { throw new NotImplementedException(); } }

    /// <summary>Slot <paramref name="index"/> of the connection table, for looking only; null when it is not in use.</summary>
    public TcpConnection GetConnection(int index) { throw new NotImplementedException(); }
}
