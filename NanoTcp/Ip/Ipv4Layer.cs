using NanoTcp.Link;
using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Ip;

/// <summary>
/// IPv4 for one interface (RFC 791, RFC 1122 3): who we are, what is accepted, and by which neighbour a packet leaves.
/// </summary>
internal sealed class Ipv4Layer
{
    /// <summary>The packet has been handed down, or will be as soon as the device can.</summary>
    internal const int Sent = 0;

    /// <summary>The next hop is being resolved; ask again later.</summary>
    internal const int Pending = 1;

    /// <summary>There is no route, or the next hop does not answer.</summary>
    internal const int Unreachable = 2;

    /// <summary>In <see cref="DueAt"/>: as soon as the stack is polled.</summary>
    internal const long AtOnce = long.MinValue;

    /// <summary>Octets of the option that <see cref="SendAlert"/> puts into the header.</summary>
    internal const int RouterAlertLength = 4;

    /// <summary>RFC 2113 2.1: an option that is copied into fragments, number 20, four octets, with the value 0: every router looks at the packet.</summary>
    private const uint RouterAlert = 0x94040000;

    /// <summary>Octets of a packet that every host can receive, in fragments if need be (RFC 1122 3.3.2).</summary>
    internal const int LeastReassembly = 576;

    /// <summary>Own address; 0 as long as there is none. <see cref="SetSource"/> changes it.</summary>
    internal uint Address;

    /// <summary>Length of the network's prefix in bits; 0 as long as there is no address.</summary>
    internal int PrefixLength;

    /// <summary>The router, or 0.</summary>
    internal uint Gateway;

    /// <summary>
    /// True while a DHCP server may send to the address that it offers: RFC 2131 4.1 wants such packets taken by a host that
    /// has not that address yet.
    /// </summary>
    internal bool TakesOffers;

    /// <summary>Header of the packet that <see cref="Process"/> has let through.</summary>
    internal readonly Ipv4Header Header = new Ipv4Header();

    /// <summary>Offset of that packet's payload in <see cref="Buffer"/>.</summary>
    internal int ReceiveOffset;

    /// <summary>True when that packet was addressed to this host alone.</summary>
    internal bool ReceivedUnicast;

    /// <summary>Holds the packet that was received, and after it what an upper layer builds to be sent.</summary>
    internal readonly byte[] Buffer;

    /// <summary>Where in <see cref="Buffer"/> the header of an upper layer that sends starts.</summary>
    internal readonly int TransmitOffset;

    /// <summary>Largest payload of a packet, in octets.</summary>
    internal readonly int MaxPayload;

    /// <summary>The time of what is being done, ms.</summary>
    internal long Now;

    /// <summary>
    /// In no layer is anything due before this time, ms, nor has anybody something to send: <see cref="NetworkStack.Poll"/> need
    /// not ask them until then. It may be too early; then nothing is found, and it is set anew. Here, because everybody who
    /// can bring it forward knows this layer.
    /// </summary>
    internal long DueAt = AtOnce;

    /// <summary>Puts fragments together; null when they are dropped.</summary>
    internal Reassembly Reassembly;

    private readonly EthernetLayer _ethernet;
    private readonly ArpProtocol _arp;
    private readonly MulticastGroups _groups;
    private readonly int _timeToLive;
    private uint _mask;
    private uint _directedBroadcast;
    private readonly long[] _counters;

    /// <summary>The destination of the packet before, which stands in the header that is kept.</summary>
    private uint _keptFor;

    internal Ipv4Layer(
        EthernetLayer ethernet, ArpProtocol arp, MulticastGroups groups, int timeToLive, IRandomSource random, CounterSet counters)
    {
        _ethernet = ethernet;
        _arp = arp;
        _groups = groups;
        _counters = counters.Values;
        _timeToLive = timeToLive;
        Buffer = ethernet.Frame;
        Ipv4Header.Write(Buffer, EthernetHeader.Length, 0, 0, (int)(random.NextUInt32() & 0xFFFF), false, 0, 0, 0, 0);
        TransmitOffset = ethernet.PayloadOffset + Ipv4Header.MinLength;
        MaxPayload = ethernet.Mtu - Ipv4Header.MinLength;
        Configure(0, 0, 0);
    }

    /// <summary>False without an address, and while it has to be probed for anew (RFC 5227 2.1): then nothing is sent from it.</summary>
    internal bool IsAddressUsable
    {
        get { return _arp.Address != 0; }
    }

    /// <summary>Gives the host another address, or takes it away with 0.</summary>
    internal void Configure(uint address, int prefixLength, uint gateway)
    {
        SetSource(address);
        PrefixLength = prefixLength;
        Gateway = gateway;
        ReceivedUnicast = false;

        // Without an address nobody is a neighbour, and there is no broadcast but the general one.
        _mask = address == 0 ? 0xFFFFFFFF : Ipv4Address.Mask(prefixLength);
        _directedBroadcast = address == 0 ? Ipv4Address.Broadcast : address | ~_mask;
    }

    /// <summary>Lets packets leave from another address, or from 0.0.0.0.</summary>
    internal void SetSource(uint address)
    {
        Address = address;

        // By which neighbour packets go may change with it.
        _arp.ResolvedFor = ArpProtocol.Nobody;
        BigEndian.WriteUInt32(Buffer, EthernetHeader.Length + Ipv4Header.AddressesOffset, address);
    }

    /// <summary>
    /// Checks the packet in the frame buffer. True when it is for this host and whole; then <see cref="Header"/>,
    /// <see cref="ReceiveOffset"/> and <see cref="ReceivedUnicast"/> say what it is. IP options are skipped
    /// (RFC 1122 3.2.1.8, RFC 9293 MUST-50: a host that does not know an option ignores it).
    /// </summary>
    internal bool Process()
    {
        _counters[StackCounter.IpInReceives]++;
        Ipv4Header header = Header;
        int offset = _ethernet.PayloadOffset;
        int parsed = header.Parse(Buffer, offset, _ethernet.PayloadLength);
        if (parsed == Ipv4Header.Malformed)
        {
            _counters[StackCounter.IpInHdrErrors]++;
            return false;
        }

        // The same addresses as those of a packet that was let through need no second look. When that came to this host alone, and the host
        // has the address still, what follows would find the same again.
        if (parsed == Ipv4Header.OtherAddresses || !ReceivedUnicast || !_ethernet.ReceivedUnicast)
        {
            uint destination = header.Destination;
            bool unicast = destination == Address && destination != 0;
            bool accepted = unicast ? _ethernet.ReceivedUnicast : IsForManyOrOffered(destination);
            ReceivedUnicast = false;

            // RFC 1122 3.3.6: a unicast packet in a link broadcast is dropped. RFC 1122 3.2.1.3: a source that cannot be one, too.
            uint source = header.Source;
            if (!accepted || !(IsPossibleSource(source) || IsQuerierWithoutAddress()))
            {
                _counters[source == Address ? StackCounter.IpInLand : StackCounter.IpInAddrErrors]++;
                return false;
            }

            ReceivedUnicast = unicast;
        }

        ReceiveOffset = offset + header.HeaderLength;
        return !header.IsFragment || Reassemble();
    }

    /// <summary>A whole packet, or the first fragment of one, has been put back into the frame buffer, behind its Ethernet header.</summary>
    internal void Accept(int length)
    {
        Header.Parse(Buffer, _ethernet.PayloadOffset, length);

        // The addresses were right when its fragments came, but the prefix may be another one since.
        ReceivedUnicast = Header.Destination == Address && IsPossibleSource(Header.Source);
        ReceiveOffset = _ethernet.PayloadOffset + Header.HeaderLength;
    }

    /// <summary>
    /// Says whether a packet to <paramref name="destination"/> could leave now, and begins to resolve the next hop if
    /// need be. An upper layer that keeps its own data asks here first, so that nothing has to be queued for it.
    /// </summary>
    internal int Reach(uint destination)
    {
        ArpProtocol arp = _arp;
        if (destination == arp.ResolvedFor)
        {
            return Sent;
        }

        uint nextHop = NextHop(destination);
        if (nextHop == 0)
        {
            return Unreachable;
        }

        switch (arp.Resolve(nextHop, Now))
        {
            case ArpProtocol.Resolved:
                arp.ResolvedFor = destination;
                return Sent;
            case ArpProtocol.Pending:
                return Pending;
            default:
                return Unreachable;
        }
    }

    /// <summary>
    /// Negative advice of an upper layer (RFC 1122 3.3.1.4, RFC 9293 MUST-20): what it sends there goes unanswered. The next
    /// hop, the router too, is asked whether it is still where it was.
    /// </summary>
    internal void Doubt(uint destination)
    {
        _arp.Doubt(NextHop(destination), Now);
    }

    /// <summary>The same for datagrams, which may also go to a broadcast address or a multicast group.</summary>
    internal int ReachAny(uint destination)
    {
        if (!IsForMany(destination))
        {
            return Reach(destination);
        }

        // RFC 1122 3.2.1.3: only a host that asks for its address has none in what it sends. RFC 5227 2.1: what is to leave from one
        // that has to be probed for waits, as it does for a neighbour.
        return IsAddressUsable ? Sent : Address != 0 ? Pending : Unreachable;
    }

    /// <summary>
    /// Sends the payload that stands at <see cref="TransmitOffset"/>, or the segment of which all but the header stands there. While its next
    /// hop is being resolved the packet waits in that neighbour's queue; every packet that cannot be sent or kept is counted.
    /// </summary>
    /// <param name="destination">The host that it is for.</param>
    /// <param name="protocol">What the payload is.</param>
    /// <param name="payloadLength">Octets.</param>
    /// <param name="typeOfService">DSCP in the six high bits, ECN in the two low ones; it goes out as it is (RFC 9293 SHLD-22).</param>
    internal int Send(uint destination, int protocol, int payloadLength, int typeOfService)
    {
        int length = Ipv4Header.MinLength + payloadLength;

        // RFC 1191 3: TCP, which can send the same in smaller segments, wants to be told of a narrow path. Packets that
        // every path carries somehow need no DF bit, and without it a silent black hole cannot swallow them (RFC 2923 2.1).
        int flags = 0;
        int headers = EthernetLayer.PacketHeaders;
        if (protocol == Ipv4Header.ProtocolTcp)
        {
            flags = length > LeastReassembly ? Ipv4Header.DontFragment : 0;
            headers = EthernetLayer.KeptLength;
        }

        // As in WriteHeader; each call costs as much as three octets.
        _counters[StackCounter.IpOutRequests]++;
        if (destination != _keptFor)
        {
            KeepDestination(destination);
        }

        Ipv4Header.Change(Buffer, typeOfService, length, flags, _timeToLive, protocol, (ulong)Address + destination);
        ArpProtocol arp = _arp;
        if (destination == arp.ResolvedFor)
        {
            // The upper layer has just asked.
            _ethernet.TransmitPacket(arp.ResolvedMac, headers, length);
            return Sent;
        }

        uint nextHop = NextHop(destination);
        int reach = nextHop == 0 ? ArpProtocol.Unreachable : arp.Resolve(nextHop, Now);
        if (reach == ArpProtocol.Resolved)
        {
            arp.ResolvedFor = destination;
            _ethernet.TransmitPacket(arp.ResolvedMac, headers, length);
            return Sent;
        }

        if (reach == ArpProtocol.Pending)
        {
            _ethernet.PutHeaders(headers);
            if (!arp.Enqueue(nextHop, length))
            {
                _counters[StackCounter.IpOutDiscards]++;
            }

            return Pending;
        }

        _counters[StackCounter.IpOutNoRoutes]++;
        return Unreachable;
    }

    /// <summary>The same for datagrams, which may also go to a broadcast address or a multicast group.</summary>
    /// <param name="destination">The host or group that it is for.</param>
    /// <param name="protocol">What the payload is.</param>
    /// <param name="payloadLength">Octets.</param>
    /// <param name="typeOfService">DSCP in the six high bits, ECN in the two low ones.</param>
    /// <param name="timeToLive">1 to 255, or 0 for what the options say; RFC 1112 6.1 wants 1 for multicast unless asked otherwise.</param>
    internal int SendAny(uint destination, int protocol, int payloadLength, int typeOfService, int timeToLive)
    {
        if (!IsForMany(destination) && timeToLive == 0)
        {
            return Send(destination, protocol, payloadLength, typeOfService);
        }

        int length = Ipv4Header.MinLength + payloadLength;
        WriteHeader(destination, protocol, length, typeOfService, 0, timeToLive == 0 ? _timeToLive : timeToLive);
        long mac = Ipv4Address.IsMulticast(destination) ? MacAddress.OfGroup(destination) : MacAddress.Broadcast;
        if (!IsForMany(destination))
        {
            int reach = Reach(destination);
            if (reach != Sent)
            {
                _counters[reach == Pending ? StackCounter.IpOutDiscards : StackCounter.IpOutNoRoutes]++;
                return reach;
            }

            mac = _arp.ResolvedMac;
        }

        _ethernet.TransmitPacket(mac, EthernetLayer.PacketHeaders, length);
        return Sent;
    }

    /// <summary>
    /// Sends a message that routers on this link are to look at, and no other ones: time to live 1, and the Router Alert option
    /// (RFC 2113 2.1). Its payload stands <see cref="RouterAlertLength"/> octets behind <see cref="TransmitOffset"/>.
    /// </summary>
    internal void SendAlert(uint group, int protocol, int payloadLength)
    {
        int header = Ipv4Header.MinLength + RouterAlertLength;
        int start = _ethernet.PayloadOffset;
        WriteHeader(group, protocol, header + payloadLength, 0, 0, 1);
        _ethernet.PutHeaders(EthernetLayer.PacketHeaders);
        Buffer[start] = (byte)(0x40 | (header >> 2));
        BigEndian.WriteUInt32(Buffer, start + Ipv4Header.MinLength, RouterAlert);
        BigEndian.WriteUInt16(Buffer, start + Ipv4Header.ChecksumOffset, 0);
        BigEndian.WriteUInt16(Buffer, start + Ipv4Header.ChecksumOffset, ~InternetChecksum.Sum(Buffer, start, header));
        _ethernet.TransmitPacket(MacAddress.OfGroup(group), EthernetHeader.Length, header + payloadLength);
    }

    /// <summary>True for an address of this network that another host can have.</summary>
    internal bool IsNeighbour(uint address)
    {
        return ((address ^ Address) & _mask) == 0 && IsPossibleSource(address);
    }

    /// <summary>True for a broadcast address and for multicast groups.</summary>
    internal bool IsForMany(uint destination)
    {
        return destination == Ipv4Address.Broadcast || destination == _directedBroadcast || Ipv4Address.IsMulticast(destination);
    }

    /// <summary>
    /// True for an address that a single other host can have: RFC 9293 MUST-63, RFC 1122 3.2.1.3, where neither 0/8 nor the host number 0 is
    /// one; class E is reserved (RFC 1112 4). Ours would be a land attack.
    /// </summary>
    internal bool IsPossibleSource(uint source)
    {
        uint first = source >> 24;
        return source != Address
            && source != _directedBroadcast
            && source != (Address & _mask)
            && first != 0
            && first != 127
            && first < 224;
    }

    /// <summary>Makes of the header of the packet before, which is kept, that of the next.</summary>
    private void WriteHeader(uint destination, int protocol, int length, int typeOfService, int flags, int timeToLive)
    {
        _counters[StackCounter.IpOutRequests]++;
        if (destination != _keptFor)
        {
            KeepDestination(destination);
        }

        Ipv4Header.Change(Buffer, typeOfService, length, flags, timeToLive, protocol, (ulong)Address + destination);
    }

    private void KeepDestination(uint destination)
    {
        _keptFor = destination;
        BigEndian.WriteUInt32(Buffer, EthernetHeader.Length + Ipv4Header.AddressesOffset + 4, destination);
    }

    /// <summary>Takes in a fragment. True when it made a datagram whole, which stands in the frame buffer then.</summary>
    private bool Reassemble()
    {
        if (Reassembly == null)
        {
            _counters[StackCounter.IpReasmFails]++;
            return false;
        }

        return Reassembly.Process();
    }

    /// <summary>
    /// True for a message about groups from 0.0.0.0: a switch that has no address of its own asks who is in a group
    /// (RFC 4541), and a host that has none yet reports.
    /// </summary>
    private bool IsQuerierWithoutAddress()
    {
        return Header.Source == 0 && Header.Protocol == Ipv4Header.ProtocolIgmp && Ipv4Address.IsMulticast(Header.Destination);
    }

    /// <summary>True for a packet that is not for this host alone and all the same to be taken.</summary>
    private bool IsForManyOrOffered(uint destination)
    {
        if (Ipv4Address.IsMulticast(destination))
        {
            return _groups != null && _groups.IsMember(destination);
        }

        return destination == _directedBroadcast || destination == Ipv4Address.Broadcast || (TakesOffers && IsOffer());
    }

    /// <summary>True for what a DHCP server sends to this station at the address that it is to have.</summary>
    private bool IsOffer()
    {
        int port = _ethernet.PayloadOffset + Header.HeaderLength + UdpHeader.DestinationPortOffset;
        return _ethernet.ReceivedUnicast
            && Header.Protocol == Ipv4Header.ProtocolUdp
            && !Header.IsFragment
            && Header.PayloadLength >= UdpHeader.Length
            && BigEndian.ReadUInt16(Buffer, port) == UdpHeader.DhcpClientPort;
    }

    /// <summary>The neighbour that a packet goes to: the host itself or the router (RFC 1122 3.3.1.1); 0 when there is none.</summary>
    private uint NextHop(uint destination)
    {
        if (((destination ^ Address) & _mask) == 0)
        {
            return destination;
        }

        // RFC 3927 2.6.2, 2.7: what has a link-local address is on this link and never behind a router, and a host that
        // has only such an address asks for everybody on the link.
        if (Ipv4Address.IsLinkLocal(destination) || Ipv4Address.IsLinkLocal(Address))
        {
            return Address == 0 ? 0 : destination;
        }

        // RFC 1122 3.2.1.3: 0.0.0.0 is nobody, here or behind a router.
        return destination == 0 ? 0 : Gateway;
    }
}
