using System;
using NanoTcp.Ip;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Wire;

namespace NanoTcp;

/// <summary>
/// Everything that decides how much memory a stack takes and who it is. Read once, by the constructor of
/// <see cref="NetworkStack"/>. Prices in bytes stand in docs/memory.md.
/// </summary>
public sealed class NetworkStackOptions
{
    /// <summary>Own IPv4 address; the first octet is in bits 31 to 24. 0 for none until <see cref="NetworkStack.SetAddress"/>, or a
    /// service that asks the network, gives one.</summary>
    public uint Address;

    /// <summary>Length of the network prefix in bits, 1 to 30.</summary>
    public int PrefixLength = 24;

    /// <summary>The router for everything outside the own network; 0 for none.</summary>
    public uint Gateway;

    /// <summary>Where randomness comes from; required.</summary>
    public IRandomSource Random;

    /// <summary>Connections that can exist at once, listeners' and own together. 1 to 1024.</summary>
    public int Connections = 4;

    /// <summary>Ports that can be listened on at once. 0 to 64.</summary>
    public int Listeners = 2;

    /// <summary>Octets of each connection's receive ring, which is also the largest window offered. 256 to 65535.</summary>
    public int ReceiveBuffer = 2048;

    /// <summary>Octets of each connection's send ring. 256 to 65535.</summary>
    public int SendBuffer = 2048;

    /// <summary>Largest TCP segment (RFC 9293 3.7.1) to send and to ask for, 64 to MTU - 40; 0 for what the link allows.</summary>
    public int MaxSegmentSize;

    /// <summary>Neighbours (ARP entries) remembered. 2 to 256.</summary>
    public int Neighbours = 8;

    /// <summary>Neighbours that can hold a packet, of 128 octets at most, while their address is being resolved. 1 to 8.</summary>
    public int NeighbourQueues = 1;

    /// <summary>Handshakes that can be under way on all listeners together; much cheaper than connections. 1 to 256.
    /// When they are all taken, SYN cookies go on without.</summary>
    public int HalfOpen = 8;

    /// <summary>Connections given back that can be remembered until their peers have closed too, and in TIME-WAIT; cheap. 1 to 1024.</summary>
    public int TimeWaits = 16;

    /// <summary>How long TIME-WAIT lasts, in ms: two maximum segment lifetimes (RFC 9293 MUST-13).</summary>
    public int TimeWaitDuration = 60000;

    /// <summary>Runs of out-of-order octets that a connection can hold at once. 1 to 16.</summary>
    public int Gaps = 4;

    /// <summary>Least retransmission timeout in ms. RFC 6298 2.4 asks for one second.</summary>
    public int MinRetransmissionTimeout = 1000;

    /// <summary>
    /// How much all connections send before the path has shown what it bears, and after a loss. Leave it as it is
    /// unless the send rings are large and the path is long (<see cref="TcpCongestionControl.Cubic"/>), or there is no path
    /// but one cable between two hosts (<see cref="TcpCongestionControl.None"/>).
    /// </summary>
    public TcpCongestionControl CongestionControl = TcpCongestionControl.NewReno;

    /// <summary>
    /// True to use Explicit Congestion Notification (RFC 9293 SHLD-8, RFC 3168) with peers that do: routers then mark segments where they
    /// would have dropped them, and nothing must be sent again. A peer that never answers a request for it is asked
    /// without (RFC 3168 6.1.1.1), which costs a second when a connection is opened.
    /// </summary>
    public bool Ecn;

    /// <summary>Time to live of the packets sent, in routers, 1 to 255 (RFC 9293 MUST-49, RFC 1122 3.2.1.7).</summary>
    public int TimeToLive = 64;

    /// <summary>Multicast groups that can be joined at once; mDNS needs one. 0 to 64. With any, 224.0.0.1 is joined too, and takes a
    /// place of the link device's filter.</summary>
    public int MulticastGroups;

    /// <summary>Datagrams that can be put together from fragments at once. 0 to 16; with 0 fragments are dropped, as they must be
    /// where memory is dear: nothing that this stack speaks needs them, but hosts that send large UDP datagrams or pings do.</summary>
    public int ReassemblyBuffers;

    /// <summary>Octets of payload of the largest datagram that is put together, 556 (RFC 1122 3.3.2: with its header 576) to
    /// MTU - 20; 0 for MTU - 20.</summary>
    public int ReassemblySize;

    /// <summary>Octets of an IPv4 and a TCP header without options.</summary>
    internal const int HeaderLengths = Ipv4Header.MinLength + TcpSegment.MinHeaderLength;

    /// <summary>Throws when something is out of its range, before anything is built.</summary>
    internal void Validate(int mtu)
    {
        Check(Random != null, nameof(Random), "A source of randomness is needed.");
        ValidateAddress(Address, PrefixLength, Gateway);
        Argument.CheckValue(Connections, 1, 1024, nameof(Connections));
        Argument.CheckValue(Listeners, 0, 64, nameof(Listeners));
        Argument.CheckValue(ReceiveBuffer, 256, 65535, nameof(ReceiveBuffer));
        Argument.CheckValue(SendBuffer, 256, 65535, nameof(SendBuffer));
        if (MaxSegmentSize != 0)
        {
            Argument.CheckValue(MaxSegmentSize, 64, mtu - HeaderLengths, nameof(MaxSegmentSize));
        }

        Argument.CheckValue(Neighbours, 2, 256, nameof(Neighbours));
        Argument.CheckValue(NeighbourQueues, 1, 8, nameof(NeighbourQueues));
        Argument.CheckValue(HalfOpen, 1, 256, nameof(HalfOpen));
        Argument.CheckValue(TimeWaits, 1, 1024, nameof(TimeWaits));
        Argument.CheckValue(TimeWaitDuration, 1, 240000, nameof(TimeWaitDuration));
        Argument.CheckValue(Gaps, 1, 16, nameof(Gaps));
        Argument.CheckValue(MinRetransmissionTimeout, 100, 60000, nameof(MinRetransmissionTimeout));
        Argument.CheckValue(TimeToLive, 1, 255, nameof(TimeToLive));
        Argument.CheckValue(MulticastGroups, 0, 64, nameof(MulticastGroups));
        Argument.CheckValue(ReassemblyBuffers, 0, 16, nameof(ReassemblyBuffers));
        if (ReassemblySize != 0)
        {
            Argument.CheckValue(ReassemblySize, Ipv4Layer.LeastReassembly - Ipv4Header.MinLength, mtu - Ipv4Header.MinLength, nameof(ReassemblySize));
        }

        Argument.CheckValue((int)CongestionControl, (int)TcpCongestionControl.NewReno, (int)TcpCongestionControl.None, nameof(CongestionControl));
    }

    /// <summary>Throws unless it is an address that one host can have, with a router that can be reached; or no address.</summary>
    internal static void ValidateAddress(uint address, int prefixLength, uint gateway)
    {
        if (address == 0)
        {
            if (gateway != 0)
            {
                throw new ArgumentException("Without an address there is no gateway.", nameof(gateway));
            }

            return;
        }

        if (prefixLength < 1 || prefixLength > 30)
        {
            throw new ArgumentOutOfRangeException(nameof(prefixLength));
        }

        if (!Ipv4Address.IsHost(address, prefixLength))
        {
            throw new ArgumentException("The address must be one host's within its prefix.", nameof(address));
        }

        bool near = ((gateway ^ address) & Ipv4Address.Mask(prefixLength)) == 0;
        if (gateway != 0 && (!near || gateway == address || !Ipv4Address.IsHost(gateway, prefixLength)))
        {
            throw new ArgumentException("The gateway must be another host of the same prefix, or 0 for none.", nameof(gateway));
        }
    }

    private static void Check(bool valid, string name, string message)
    {
        if (!valid)
        {
            throw new ArgumentException(message, name);
        }
    }
}
