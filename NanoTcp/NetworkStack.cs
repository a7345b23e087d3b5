using System;
using NanoTcp.Ip;
using NanoTcp.Link;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Udp;
using NanoTcp.Wire;

namespace NanoTcp;

/// <summary>
/// An IPv4 host on one link: the one object that a user builds and polls.
/// </summary>
/// <remarks>
/// All memory is taken in the constructor. One thread calls all members, here and on the connections. Whatever arrives,
/// <see cref="Poll"/> does not throw, does not allocate and does a bounded amount of work.
/// </remarks>
public sealed partial class NetworkStack
{
    /// <summary>IPv4, for the services that stand on this stack.</summary>
    internal readonly Ipv4Layer Ip;

    /// <summary>ARP, for the same.</summary>
    internal readonly ArpProtocol Arp;

    /// <summary>UDP, for the same.</summary>
    internal readonly UdpLayer Udp;

    private readonly ILinkDevice _link;
    /// <summary>Null when there is neither reassembly nor a place for groups.</summary>
    private readonly InternetDuties _duties;

    private readonly ArpCache _neighbours;
    private readonly EthernetLayer _ethernet;
    private readonly IcmpProtocol _icmp;
    private readonly TcpLayer _tcp;
    private LinkStatus _linkStatus;

    /// <summary>Builds a stack on a link device. All the memory that it will ever need is taken here.</summary>
    /// <param name="link">The device; the stack alone uses it from now on.</param>
    /// <param name="options">Read here and not kept.</param>
    /// <exception cref="ArgumentNullException">An argument, or the source of randomness, is missing.</exception>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it.</exception>
    /// <exception cref="InvalidOperationException">There are to be groups, and the device has no place for that of all hosts.</exception>
    public NetworkStack(ILinkDevice link, NetworkStackOptions options)
    {
        if (link == null)
        {
            throw new ArgumentNullException(nameof(link));
        }

        if (options == null)
        {
            throw new ArgumentNullException(nameof(options));
        }

        options.Validate(link.Mtu);
        _link = link;
        Counters = new CounterSet(StackCounter.Names);
        _ethernet = new EthernetLayer(link, Counters);
        _neighbours = new ArpCache(options.Neighbours, options.NeighbourQueues, Counters);
        Arp = new ArpProtocol(_ethernet, _neighbours, Counters);
        MulticastGroups groups = options.MulticastGroups == 0 ? null : new MulticastGroups(options.MulticastGroups, link);
        Ip = new Ipv4Layer(_ethernet, Arp, groups, options.TimeToLive, options.Random, Counters);
        _icmp = new IcmpProtocol(Ip, options.Random, Counters);
        Udp = new UdpLayer(Ip, options.Random, Counters);
        if (options.ReassemblyBuffers != 0)
        {
            Ip.Reassembly = new Reassembly(
                Ip, options.ReassemblyBuffers, options.ReassemblySize == 0 ? Ip.MaxPayload : options.ReassemblySize, Counters);
        }

        if (groups != null || options.ReassemblyBuffers != 0)
        {
            _duties = new InternetDuties(Udp, groups == null ? null : new IgmpProtocol(Ip, groups, options.Random), Ip.Reassembly, _icmp);
        }

        _tcp = new TcpLayer(
            Ip,
            options.Connections,
            options.Listeners,
            options.ReceiveBuffer,
            options.SendBuffer,
            options.Gaps,
            options.MaxSegmentSize == 0 ? link.Mtu - NetworkStackOptions.HeaderLengths : options.MaxSegmentSize,
            options.MinRetransmissionTimeout,
            options.HalfOpen,
            options.TimeWaits,
            options.TimeWaitDuration,
            options.CongestionControl,
            options.Ecn,
            options.Random,
            Counters);
        _linkStatus = LinkStatus.NoDevice;
        if (options.Address != 0)
        {
            Ip.Configure(options.Address, options.PrefixLength, options.Gateway);
            Arp.Address = options.Address;
        }
    }

    /// <summary>The link below.</summary>
    public ILinkDevice Link
    {
        get { return _link; }
    }

    /// <summary>What the stack counted; indices are in <see cref="StackCounter"/>.</summary>
    public CounterSet Counters { get; }

    /// <summary>What was received and sent about multicast groups (IGMP); null when <see cref="NetworkStackOptions.MulticastGroups"/> is 0.</summary>
    public CounterSet GroupCounters
    {
        get { return _duties == null || _duties.Igmp == null ? null : _duties.Igmp.Counters; }
    }

    /// <summary>The neighbours known and being resolved, for status pages.</summary>
    public ArpCache Neighbours
    {
        get { return _neighbours; }
    }

    /// <summary>The time of the last <see cref="Poll"/>, in ms.</summary>
    public long Now
    {
        get { return Ip.Now; }
    }

    /// <summary>Own IPv4 address; 0 as long as there is none.</summary>
    public uint Address
    {
        get { return Ip.Address; }
    }

    /// <summary>True when that address may be used, as far as is known.</summary>
    internal bool IsAddressUsable
    {
        get { return Arp.Address != 0; }
    }

    /// <summary>Length of the network prefix in bits.</summary>
    public int PrefixLength
    {
        get { return Ip.PrefixLength; }
    }

    /// <summary>The router, or 0.</summary>
    public uint Gateway
    {
        get { return Ip.Gateway; }
    }

    /// <summary>How many places for connections there are, used or not; see <see cref="GetConnection"/>.</summary>
    public int ConnectionCapacity
    {
        get { return _tcp.Capacity; }
    }

    /// <summary>Places for connections that nobody uses now.</summary>
    public int FreeConnections
    {
        get { return _tcp.FreeConnections; }
    }

    /// <summary>Handshakes of listeners that are under way.</summary>
    public int HalfOpenCount
    {
        get { return _tcp.HalfOpen.Count; }
    }

    /// <summary>Connections given back that only exchange the last segments with their peers: TIME-WAIT, FIN-WAIT-2, and those whose FIN is not acknowledged.</summary>
    public int TimeWaitCount
    {
        get { return _tcp.TimeWaits.Count; }
    }

    /// <summary>
    /// Gives the host another address. Connections and handshakes under the old one end at once, with
    /// <see cref="TcpEndReason.AddressChanged"/>; listeners and sockets stay.
    /// </summary>
    /// <param name="address">One host's address within its prefix, or 0 to have none.</param>
    /// <param name="prefixLength">Length of the network prefix in bits, 1 to 30; without an address it does not matter.</param>
    /// <param name="gateway">Another host of the same prefix, or 0.</param>
    /// <exception cref="ArgumentException">An argument is out of its range; the message says what is wrong.</exception>
    public void SetAddress(uint address, int prefixLength, uint gateway)
    {
        NetworkStackOptions.ValidateAddress(address, prefixLength, gateway);
        bool moved = address != Ip.Address;
        Ip.Configure(address, address == 0 ? 0 : prefixLength, address == 0 ? 0 : gateway);
        _tcp.ForgetPrediction();
        if (!moved && Arp.Address == address)
        {
            return;
        }

        // What is known of neighbours may be about another network.
        Ip.DueAt = Ipv4Layer.AtOnce;
        Arp.SetAddress(address, Ip.Now);
        if (moved)
        {
            _tcp.AddressChanged();
        }
        else
        {
            // What went unanswered while the address was in doubt is sent again at once.
            _tcp.LinkRestored(Ip.Now);
        }

        Udp.AddressChanged(Ip.Now);
    }

    /// <summary>Makes a UDP socket, which belongs to this stack for good: a program makes as many as it uses at once, when it
    /// starts, and closes and binds them as it likes. All memory that it will ever need is taken here.</summary>
    /// <param name="receiveOctets">Room for what has come, 64 to 65535 octets; a datagram takes <see cref="UdpSocket.ReceiveOverhead"/>
    /// more than its payload, and one that does not fit is dropped.</param>
    /// <param name="sendOctets">Room for what is to go, 64 to 65535 octets; a datagram takes <see cref="UdpSocket.SendOverhead"/> more
    /// than its payload.</param>
    /// <returns>The socket, which has no port yet.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of its range.</exception>
    public UdpSocket CreateUdpSocket(int receiveOctets, int sendOctets)
    {
        if (receiveOctets < UdpSocket.LeastQueue || receiveOctets > UdpSocket.MostQueue)
        {
            throw new ArgumentOutOfRangeException(nameof(receiveOctets));
        }

        if (sendOctets < UdpSocket.LeastQueue || sendOctets > UdpSocket.MostQueue)
        {
            throw new ArgumentOutOfRangeException(nameof(sendOctets));
        }

        return new UdpSocket(Udp, receiveOctets, sendOctets);
    }

    /// <summary>
    /// Takes packets to a multicast group from now on, and reports that to the routers (RFC 2236). A group that is joined twice is
    /// taken until it has been left twice. 224.0.0.1 is always joined where there are places for groups.
    /// </summary>
    /// <param name="group">224.0.0.1 to 239.255.255.255.</param>
    /// <exception cref="ArgumentException">The address is no group's.</exception>
    /// <exception cref="InvalidOperationException">All places for groups are taken, here (<see cref="NetworkStackOptions.MulticastGroups"/>)
    /// or in the link device.</exception>
    public void JoinGroup(uint group)
    {
        CheckGroup(group);
        if (_duties == null || _duties.Igmp == null)
        {
            throw new InvalidOperationException("There is no place for groups; NetworkStackOptions.MulticastGroups says how many there are.");
        }

        _duties.Igmp.Join(group);
        _duties.FindDeadline();
    }

    /// <summary>Takes back one <see cref="JoinGroup"/>.</summary>
    /// <param name="group">The group that was joined.</param>
    /// <exception cref="ArgumentException">The address is no group's.</exception>
    /// <exception cref="InvalidOperationException">The group is not joined.</exception>
    public void LeaveGroup(uint group)
    {
        CheckGroup(group);
        if (_duties == null || _duties.Igmp == null)
        {
            throw new InvalidOperationException("This group is not joined.");
        }

        _duties.Igmp.Leave(group);
        _duties.FindDeadline();
    }

    /// <summary>Listens on a port. Connections that exist, with this port or others, are none of its business (RFC 9293 MUST-41, MUST-42).</summary>
    /// <param name="port">1 to 65535, and nobody listens on it yet.</param>
    /// <param name="backlog">Connections that may wait to be accepted, at least 1.</param>
    /// <returns>The listener; close it to stop listening.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The port or the backlog is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Somebody listens on the port already, or all listeners are in use.</exception>
    public TcpListener Listen(int port, int backlog)
    {
        CheckPort(port);
        if (backlog < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(backlog));
        }

        if (_tcp.FindListener(port) != null)
        {
            throw new InvalidOperationException("Somebody listens on this port already.");
        }

        TcpListener listener = _tcp.Listen(port, backlog);
        if (listener == null)
        {
            throw new InvalidOperationException("All listeners are in use; NetworkStackOptions.Listeners says how many there are.");
        }

        return listener;
    }

    /// <summary>Begins to open a connection; its state and end reason show what comes of it.</summary>
    /// <param name="address">The peer: one host, not this one.</param>
    /// <param name="port">The peer's port, 1 to 65535.</param>
    /// <returns>The connection, which the caller gives back by <see cref="TcpConnection.Close()"/> or
    /// <see cref="TcpConnection.Abort"/>; null when no connection is free.</returns>
    /// <exception cref="ArgumentException">The address cannot be a peer's (RFC 9293 MUST-46).</exception>
    /// <exception cref="ArgumentOutOfRangeException">The port is out of its range.</exception>
    public TcpConnection Connect(uint address, int port)
    {
        CheckPort(port);
        if (!Ip.IsPossibleSource(address))
        {
            throw new ArgumentException("A connection goes to one other host: not to a broadcast, multicast or loopback address, nor to this stack's own.", nameof(address));
        }

        return _tcp.Connect(address, port);
    }

    /// <summary>The connection in place <paramref name="index"/> of the table, for looking only; null when that is not in use. The first to be
    /// opened is in the first place; when one comes back, those behind it move up.</summary>
    /// <param name="index">0 to <see cref="ConnectionCapacity"/> - 1.</param>
    public TcpConnection GetConnection(int index)
    {
        return _tcp.GetConnection(index);
    }

    /// <summary>
    /// Until <see cref="SetAddress"/> is called again, the host does not answer for its address and sends nothing from it; what
    /// connections have to send waits, as it does without a link. For an address that has to be probed for anew.
    /// </summary>
    internal void SuspendAddress()
    {
        Ip.DueAt = Ipv4Layer.AtOnce;
        Arp.SetAddress(0, Ip.Now);
    }

    private static void CheckPort(int port)
    {
        if (port < 1 || port > 65535)
        {
            throw new ArgumentOutOfRangeException(nameof(port));
        }
    }

    private static void CheckGroup(uint group)
    {
        if (!Ipv4Address.IsMulticast(group))
        {
            throw new ArgumentException("A multicast group has an address from 224.0.0.0 to 239.255.255.255.", nameof(group));
        }
    }
}
