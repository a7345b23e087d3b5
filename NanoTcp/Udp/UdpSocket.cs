using System;
using NanoTcp.Ip;
using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Udp;

/// <summary>
/// A UDP port of the application (RFC 768, RFC 1122 4.1): whole datagrams in and out. Never blocks: who wants to know what
/// has come looks at <see cref="Waiting"/> after each <c>Poll</c>.
/// </summary>
/// <remarks>
/// All memory is taken when the socket is made, by <c>NetworkStack.CreateUdpSocket</c>; a socket belongs to its stack for good
/// and can be closed and bound again as often as wanted. What comes while the receive queue has no room is dropped and counted.
/// Datagrams are never sent in fragments. One thread uses the stack and all its sockets.
/// </remarks>
public sealed class UdpSocket : UdpEndpoint
{
    /// <summary>Octets of the receive queue that a datagram takes besides its payload.</summary>
    public const int ReceiveOverhead = 12;

    /// <summary>Octets of the send queue that a datagram takes besides its payload.</summary>
    public const int SendOverhead = 8;

    /// <summary>Fewest octets of a queue.</summary>
    internal const int LeastQueue = 64;

    /// <summary>Most octets of a queue.</summary>
    internal const int MostQueue = 65535;

    // The places of _values. On the device a field takes twelve octets and an element four.
    private const int ConnectedAddress = 0;
    private const int ConnectedPort = 1;
    private const int LastSender = 2;
    private const int LastSenderPort = 3;
    private const int LastDestination = 4;
    private const int LastLength = 5;
    private const int Received = 6;
    private const int Queued = 7;
    private const int TypeOfService = 8;
    private const int UnicastTimeToLive = 9;
    private const int GroupTimeToLive = 10;
    private const int LastError = 11;
    private const int DroppedIn = 12;
    private const int DroppedOut = 13;
    private const int Marks = 14;
    private const int ValueCount = 15;

    /// <summary>In <see cref="Marks"/>: see <see cref="AllowBroadcast"/>.</summary>
    private const int MayBroadcast = 1;

    /// <summary>In <see cref="Marks"/>: something has been sent since <see cref="Connect"/>.</summary>
    private const int HasSent = 2;

    private readonly UdpLayer _udp;

    /// <summary>What has come: for each datagram its source and destination address, its source port, its length, then its payload.</summary>
    private readonly RingBuffer _receive;

    /// <summary>What is to go: for each datagram destination, port, length, then the payload.</summary>
    private readonly RingBuffer _send;

    /// <summary>What stands before a payload in a queue, on its way in or out.</summary>
    private readonly byte[] _record = new byte[ReceiveOverhead];

    private readonly int[] _values = new int[ValueCount];

    internal UdpSocket(UdpLayer udp, int receiveOctets, int sendOctets)
    {
        _udp = udp;
        _receive = new RingBuffer(receiveOctets);
        _send = new RingBuffer(sendOctets);
        _values[GroupTimeToLive] = 1; // RFC 1112 6.1
        udp.Attach(this);
    }

    /// <summary>The port of this side; 0 when the socket is not bound.</summary>
    public int Port
    {
        get { return LocalPort; }
    }

    /// <summary>The only host that datagrams are taken from; 0 when they are taken from everybody.</summary>
    public uint RemoteAddress
    {
        get { return (uint)_values[ConnectedAddress]; }
    }

    /// <summary>The only port there that datagrams are taken from; 0 when the socket is not connected.</summary>
    public int RemotePort
    {
        get { return _values[ConnectedPort]; }
    }

    /// <summary>Datagrams that have come and wait to be received. A datagram may be empty, so this and not its length says whether there is one.</summary>
    public int Waiting
    {
        get { return _values[Received]; }
    }

    /// <summary>Datagrams that have been taken and have not left yet.</summary>
    public int Sending
    {
        get { return _values[Queued]; }
    }

    /// <summary>Octets of payload that <see cref="Send"/> and <see cref="SendTo"/> would take now; -1 when not even an empty datagram.</summary>
    public int Writable
    {
        get
        {
            int room = _send.Free - SendOverhead;
            return room < 0 ? -1 : room < MaxPayload ? room : MaxPayload;
        }
    }

    /// <summary>Octets of the longest payload that this socket can ever send: what the link carries in one packet, and the queue holds.</summary>
    public int MaxPayload
    {
        get
        {
            int most = _send.Capacity - SendOverhead;
            return most < _udp.MaxPayload ? most : _udp.MaxPayload;
        }
    }

    /// <summary>Who has sent the datagram that <see cref="Receive"/> gave last.</summary>
    public uint SenderAddress
    {
        get { return (uint)_values[LastSender]; }
    }

    /// <summary>The port that it came from; 0 when the sender wants no answer (RFC 768).</summary>
    public int SenderPort
    {
        get { return _values[LastSenderPort]; }
    }

    /// <summary>Where it was sent to: this host's address, a broadcast address or a group (RFC 1122 4.1.3.5).</summary>
    public uint DestinationAddress
    {
        get { return (uint)_values[LastDestination]; }
    }

    /// <summary>Octets that it had. More than <see cref="Receive"/> has given means that the rest did not fit and is lost.</summary>
    public int DatagramLength
    {
        get { return _values[LastLength]; }
    }

    /// <summary>Datagrams to this socket that were dropped because its receive queue had no room, those included that never fit.</summary>
    public int ReceiveDrops
    {
        get { return _values[DroppedIn]; }
    }

    /// <summary>Datagrams of this socket that were taken and could not leave: see <see cref="UdpError.NoRoute"/>.</summary>
    public int SendDrops
    {
        get { return _values[DroppedOut]; }
    }

    /// <summary>True to let <see cref="SendTo"/> send to 255.255.255.255 and to the broadcast address of the own network. False unless
    /// set, because such a datagram costs every station on the link. What is sent to those addresses is received in any case.</summary>
    public bool AllowBroadcast
    {
        get { return (_values[Marks] & MayBroadcast) != 0; }
        set { _values[Marks] = value ? _values[Marks] | MayBroadcast : _values[Marks] & ~MayBroadcast; }
    }

    /// <summary>The Differentiated Services Codepoint (RFC 2474) of what leaves from now on, 0 to 63; 0 unless set (RFC 1122 4.1.4).</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not within 0 to 63.</exception>
    public int DifferentiatedServices
    {
        get
        {
            return _values[TypeOfService] >> 2;
        }

        set
        {
            CheckValue(value, 0, 63);
            _values[TypeOfService] = value << 2;
        }
    }

    /// <summary>Time to live, in routers, of what leaves from now on for hosts and broadcast addresses (RFC 1122 4.1.4).</summary>
    /// <value>1 to 255, or 0 for <c>NetworkStackOptions.TimeToLive</c>; 0 unless set.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is not within 0 to 255.</exception>
    public int TimeToLive
    {
        get
        {
            return _values[UnicastTimeToLive];
        }

        set
        {
            CheckValue(value, 0, 255);
            _values[UnicastTimeToLive] = value;
        }
    }

    /// <summary>Time to live of what leaves from now on for multicast groups.</summary>
    /// <value>1 to 255; 1 unless set (RFC 1112 6.1): it stays on the link.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is not within 1 to 255.</exception>
    public int MulticastTimeToLive
    {
        get
        {
            return _values[GroupTimeToLive];
        }

        set
        {
            CheckValue(value, 1, 255);
            _values[GroupTimeToLive] = value;
        }
    }

    /// <summary>Takes a port for this socket; datagrams to it are queued from now on.</summary>
    /// <param name="port">1 to 65535, or 0 for a random one of the dynamic range, 49152 to 65535 (RFC 6056).</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such port.</exception>
    /// <exception cref="InvalidOperationException">The socket has a port already, or somebody else has this one.</exception>
    public void Bind(int port)
    {
        CheckValue(port, 0, 65535);
        if (LocalPort != 0)
        {
            throw new InvalidOperationException("This socket has a port already; Close gives it back.");
        }

        if (port != 0 && _udp.Find(port) != null)
        {
            throw new InvalidOperationException("Another socket or service of this stack has this UDP port.");
        }

        LocalPort = port == 0 ? ChoosePort() : port;
    }

    /// <summary>
    /// From now on only datagrams of this sender are taken: for all others the port looks closed. <see cref="Send"/> sends
    /// there, and ICMP errors about what was sent there are told by <see cref="TakeError"/>. What others have sent before is
    /// dropped. A socket without a port gets a random one. May be called again for another peer.
    /// </summary>
    /// <param name="address">One other host.</param>
    /// <param name="port">Its port, 1 to 65535.</param>
    /// <exception cref="ArgumentException">The address cannot be another host's.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such port.</exception>
    public void Connect(uint address, int port)
    {
        CheckValue(port, 1, 65535);
        if (!_udp.Ip.IsPossibleSource(address))
        {
            throw new ArgumentException("A socket is connected to one other host: not to a broadcast, multicast or loopback address, nor to this stack's own.", nameof(address));
        }

        if (LocalPort == 0)
        {
            LocalPort = ChoosePort();
        }

        _values[ConnectedAddress] = (int)address;
        _values[ConnectedPort] = port;
        _values[LastError] = (int)UdpError.None;
        _values[Marks] &= ~HasSent;
        _receive.Clear();
        _values[Received] = 0;
    }

    /// <summary>Takes datagrams from everybody again. What waits stays.</summary>
    public void Disconnect()
    {
        _values[ConnectedAddress] = 0;
        _values[ConnectedPort] = 0;
    }

    /// <summary>Gives a datagram for the peer of <see cref="Connect"/>. It is copied; the buffer is the caller's again at once.</summary>
    /// <returns>True when it was taken; false when the send queue has no room for it now.</returns>
    /// <exception cref="InvalidOperationException">The socket is not connected.</exception>
    /// <inheritdoc cref="SendTo"/>
    public bool Send(byte[] buffer, int offset, int count)
    {
        if (_values[ConnectedPort] == 0)
        {
            throw new InvalidOperationException("This socket is not connected: use SendTo, or Connect first.");
        }

        Argument.CheckRange(buffer, offset, count);
        return Enqueue((uint)_values[ConnectedAddress], _values[ConnectedPort], buffer, offset, count);
    }

    /// <summary>Gives a datagram for anybody. It is copied; the buffer is the caller's again at once. It leaves with the next
    /// <c>Poll</c> in which the device has room and the neighbour is known; those behind it wait for it. A socket without a port
    /// gets a random one.</summary>
    /// <param name="address">A host, a multicast group, or with <see cref="AllowBroadcast"/> a broadcast address. A group need not be joined.</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="buffer">Holds the payload.</param>
    /// <param name="offset">Its first octet.</param>
    /// <param name="count">Its octets, 0 to <see cref="MaxPayload"/>.</param>
    /// <returns>True when it was taken; false when the send queue has no room for it now.</returns>
    /// <exception cref="ArgumentNullException">There is no buffer.</exception>
    /// <exception cref="ArgumentException">Nobody can have this address, or it is this stack's own.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such port, the range is not within the buffer, or it is longer
    /// than <see cref="MaxPayload"/>.</exception>
    /// <exception cref="InvalidOperationException">It is a broadcast address, and <see cref="AllowBroadcast"/> is not set.</exception>
    public bool SendTo(uint address, int port, byte[] buffer, int offset, int count)
    {
        Argument.CheckRange(buffer, offset, count);
        CheckValue(port, 1, 65535);
        if (!MayGoTo(address))
        {
            if (_udp.Ip.IsForMany(address))
            {
                throw new InvalidOperationException("This is a broadcast address: set AllowBroadcast if every station on the link is meant.");
            }

            throw new ArgumentException("A datagram goes to another host, a multicast group or a broadcast address.", nameof(address));
        }

        return Enqueue(address, port, buffer, offset, count);
    }

    /// <summary>Takes the oldest datagram that waits. <see cref="SenderAddress"/>, <see cref="SenderPort"/>,
    /// <see cref="DestinationAddress"/> and <see cref="DatagramLength"/> tell about it until the next one is taken.</summary>
    /// <param name="buffer">Where to copy the payload.</param>
    /// <param name="offset">Where in it to begin.</param>
    /// <param name="count">Octets at most; what does not fit is lost, and <see cref="DatagramLength"/> is larger than the result then.</param>
    /// <returns>Octets copied, 0 for an empty datagram; -1 when none waits.</returns>
    /// <exception cref="ArgumentNullException">There is no buffer.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the buffer.</exception>
    public int Receive(byte[] buffer, int offset, int count)
    {
        Argument.CheckRange(buffer, offset, count);
        int[] values = _values;
        if (values[Received] == 0)
        {
            return -1;
        }

        byte[] record = _record;
        _receive.CopyTo(0, record, 0, ReceiveOverhead);
        int length = BigEndian.ReadUInt16(record, 10);
        values[LastSender] = (int)BigEndian.ReadUInt32(record, 0);
        values[LastDestination] = (int)BigEndian.ReadUInt32(record, 4);
        values[LastSenderPort] = BigEndian.ReadUInt16(record, 8);
        values[LastLength] = length;
        int copied = count < length ? count : length;
        _receive.CopyTo(ReceiveOverhead, buffer, offset, copied);
        _receive.Discard(ReceiveOverhead + length);
        values[Received]--;
        return copied;
    }

    /// <summary>What the network has said about the datagrams of this socket since it was asked last. ICMP errors are told to a
    /// connected socket only, and only those about its peer; each is a hint that anybody can forge who knows the ports.</summary>
    /// <returns>The newest error; <see cref="UdpError.None"/> when there is none.</returns>
    public UdpError TakeError()
    {
        UdpError error = (UdpError)_values[LastError];
        _values[LastError] = (int)UdpError.None;
        return error;
    }

    /// <summary>Gives the port back, and forgets the peer and everything in both queues. Settings and counts stay, and the socket
    /// can be bound again. On a socket without a port it does nothing.</summary>
    public void Close()
    {
        LocalPort = 0;
        OutputDue = false;
        Disconnect();
        _receive.Clear();
        _send.Clear();
        _values[Received] = 0;
        _values[Queued] = 0;
        _values[LastError] = (int)UdpError.None;
    }

    /// <inheritdoc/>
    internal override bool Takes(uint sourceAddress, int sourcePort)
    {
        int[] values = _values;
        return values[ConnectedPort] == 0
            || (values[ConnectedPort] == sourcePort && values[ConnectedAddress] == (int)sourceAddress);
    }

    /// <inheritdoc/>
    internal override void Process(UdpLayer udp, long now)
    {
        int length = udp.PayloadLength;
        if (_receive.Free < ReceiveOverhead + length)
        {
            _values[DroppedIn]++;
            udp.Counters[StackCounter.UdpInDrops]++;
            return;
        }

        byte[] record = _record;
        Ipv4Header header = udp.Ip.Header;
        BigEndian.WriteUInt32(record, 0, header.Source);
        BigEndian.WriteUInt32(record, 4, header.Destination);
        BigEndian.WriteUInt16(record, 8, udp.SourcePort);
        BigEndian.WriteUInt16(record, 10, length);
        RingBuffer ring = _receive;
        ring.Place(ring.Count, record, 0, ReceiveOverhead);
        ring.Place(ring.Count + ReceiveOverhead, udp.Ip.Buffer, udp.PayloadOffset, length);
        ring.Count += ReceiveOverhead + length;
        _values[Received]++;
    }

    /// <inheritdoc/>
    internal override bool Dispatch(UdpLayer udp, long now)
    {
        int[] values = _values;
        byte[] record = _record;
        RingBuffer ring = _send;
        while (ring.Count != 0)
        {
            ring.CopyTo(0, record, 0, SendOverhead);
            uint destination = BigEndian.ReadUInt32(record, 0);
            int port = BigEndian.ReadUInt16(record, 4);
            int length = BigEndian.ReadUInt16(record, 6);

            // The network may have become another one since the datagram was taken. RFC 1122 3.2.1.3: only who asks for an
            // address sends without one (RFC 1122 4.1.3.6).
            int reach = udp.Ip.Address != 0 && MayGoTo(destination) ? udp.Ip.ReachAny(destination) : Ipv4Layer.Unreachable;
            if (reach == Ipv4Layer.Pending)
            {
                return false;
            }

            if (reach == Ipv4Layer.Sent)
            {
                ring.CopyTo(SendOverhead, udp.Ip.Buffer, udp.TransmitOffset, length);
            }

            ring.Discard(SendOverhead + length);
            values[Queued]--;
            if (reach == Ipv4Layer.Sent)
            {
                OutputDue = ring.Count != 0;
                values[Marks] |= HasSent;
                bool group = Ipv4Address.IsMulticast(destination);
                udp.Send(LocalPort, destination, port, length, values[TypeOfService], values[group ? GroupTimeToLive : UnicastTimeToLive]);
                return true;
            }

            values[DroppedOut]++;
            values[LastError] = (int)UdpError.NoRoute;
            udp.Counters[StackCounter.UdpOutDrops]++;
        }

        OutputDue = false;
        return false;
    }

    /// <inheritdoc/>
    internal override bool ProcessError(IcmpProtocol icmp)
    {
        // RFC 1122 4.1.3.3, RFC 5927 4.1: the whole pair of sockets is right, and something was sent there. It is told and changes nothing.
        int[] values = _values;
        if (values[ConnectedPort] == 0
            || values[ConnectedPort] != (int)(icmp.Ports & 0xFFFF)
            || values[ConnectedAddress] != (int)icmp.RemoteAddress
            || (values[Marks] & HasSent) == 0)
        {
            return false;
        }

        UdpError error = UdpError.Unreachable;
        if (icmp.Type == IcmpMessage.TypeTimeExceeded)
        {
            error = UdpError.TimeExceeded;
        }
        else if (icmp.Type == IcmpMessage.TypeParameterProblem)
        {
            error = UdpError.ParameterProblem;
        }
        else if (icmp.Code == IcmpMessage.CodePortUnreachable || icmp.Code == IcmpMessage.CodeProtocolUnreachable)
        {
            error = UdpError.Refused;
        }

        values[LastError] = (int)error;
        return true;
    }

    private static void CheckValue(int value, int least, int most)
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(nameof(value));
        }
    }

    /// <summary>True for other hosts and groups, and for broadcast addresses if they are allowed.</summary>
    private bool MayGoTo(uint address)
    {
        if (Ipv4Address.IsMulticast(address))
        {
            return true;
        }

        return _udp.Ip.IsForMany(address) ? AllowBroadcast : _udp.Ip.IsPossibleSource(address);
    }

    private int ChoosePort()
    {
        int port = _udp.ChoosePort();
        if (port == 0)
        {
            throw new InvalidOperationException("All UDP ports of the dynamic range are taken.");
        }

        return port;
    }

    private bool Enqueue(uint address, int port, byte[] buffer, int offset, int count)
    {
        if (count > MaxPayload)
        {
            throw new ArgumentOutOfRangeException(nameof(count), "The datagram is longer than MaxPayload; fragments are never sent.");
        }

        if (LocalPort == 0)
        {
            LocalPort = ChoosePort();
        }

        RingBuffer ring = _send;
        if (ring.Free < SendOverhead + count)
        {
            return false;
        }

        byte[] record = _record;
        BigEndian.WriteUInt32(record, 0, address);
        BigEndian.WriteUInt16(record, 4, port);
        BigEndian.WriteUInt16(record, 6, count);
        ring.Place(ring.Count, record, 0, SendOverhead);
        ring.Place(ring.Count + SendOverhead, buffer, offset, count);
        ring.Count += SendOverhead + count;
        _values[Queued]++;
        OutputDue = true;
        _udp.AskToSend();
        return true;
    }
}
