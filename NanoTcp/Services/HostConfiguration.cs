using System;
using NanoTcp.Link;
using NanoTcp.Primitives;
using NanoTcp.Udp;
using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <summary>
/// Gives a host its address and keeps it: by DHCP (RFC 2131), else by choosing a link-local one (RFC 3927), or as its program says; and in
/// any case not without asking whether somebody else has it (RFC 5227).
/// </summary>
/// <remarks>
/// Make one when the stack has been made, without an address in its options; from then on <see cref="NetworkStack.Poll"/>
/// does all that is to be done. Everything that it knows can be read at any time.
/// </remarks>
public sealed partial class HostConfiguration : UdpEndpoint
{
    /// <summary>What the lease, or the program, says: indices are those of <see cref="DhcpMessage"/>.</summary>
    private readonly uint[] _lease = new uint[DhcpMessage.ValueCount];

    /// <summary>DNS and NTP servers that the program names, two of each.</summary>
    private readonly uint[] _servers = new uint[2 * DhcpMessage.ServersOfAKind];

    private readonly byte[] _hostName = new byte[HostConfigurationOptions.LongestHostName];
    private readonly byte[] _domain = new byte[LongestDomain];
    private readonly NetworkStack _stack;
    private readonly ConflictDetector _detector;
    private readonly DhcpMessage _message = new DhcpMessage();
    private readonly long[] _counters;
    private readonly long _macAddress;
    private readonly HostMode _mode;
    private readonly bool _takesName;
    private readonly IHostObserver _observer;
    private int _hostNameLength;
    private int _domainLength;
    private HostState _told;
    private uint _toldAddress;
    private long _toldConflicts;

    /// <summary>Makes the host of a stack. All the memory that it will ever need is taken here.</summary>
    /// <param name="stack">A stack without an address; its address is this object's business from now on.</param>
    /// <param name="options">Read here and not kept.</param>
    /// <exception cref="ArgumentNullException">An argument is missing.</exception>
    /// <exception cref="ArgumentException">An option is out of its range, or the stack has an address.</exception>
    public HostConfiguration(NetworkStack stack, HostConfigurationOptions options)
    {
        if (stack == null)
        {
            throw new ArgumentNullException(nameof(stack));
        }

        if (options == null)
        {
            throw new ArgumentNullException(nameof(options));
        }

        options.Validate();
        if (stack.Address != 0 || stack.Arp.Detector != null)
        {
            throw new ArgumentException("The stack must have no address yet, and no other host: put the address into HostConfigurationOptions.", nameof(stack));
        }

        _stack = stack;
        _mode = options.Mode;
        _observer = options.Observer;
        _macAddress = stack.Link.MacAddress;
        Counters = new CounterSet(HostCounter.Names);
        _counters = Counters.Values;
        _takesName = options.HostName == null;
        _hostNameLength = _takesName ? 0 : options.HostName.Length;
        for (int i = 0; i < _hostNameLength; i++)
        {
            _hostName[i] = (byte)options.HostName[i];
        }

        _servers[0] = options.DnsServer;
        _servers[1] = options.DnsServer2;
        _servers[2] = options.NtpServer;
        _servers[3] = options.NtpServer2;
        if (_mode == HostMode.Static)
        {
            _lease[DhcpMessage.YourAddress] = options.Address;
            _lease[DhcpMessage.Mask] = Ipv4Address.Mask(options.PrefixLength);
            _lease[DhcpMessage.Gateway] = options.Gateway;
        }

        _remembered = options.Address;
        _detector = new HostConflicts(this);
        _detector.Insists = _mode == HostMode.Static;
        _linkLocal = FirstLinkLocal(_macAddress);
        _told = HostState.LinkDown;
        LocalPort = _mode == HostMode.Static ? 0 : DhcpMessage.ClientPort;
        stack.Arp.Detector = _detector;
        stack.Udp.Attach(this);

        // The link may be up already.
        Wake(long.MinValue);
    }

    /// <summary>What was counted; indices are in <see cref="HostCounter"/>.</summary>
    public CounterSet Counters { get; }

    /// <summary>How far the host is.</summary>
    public HostState State
    {
        get
        {
            if (_phase == HostState.Stopped || _phase == HostState.Releasing)
            {
                return _phase;
            }

            if (!_linkUp)
            {
                return HostState.LinkDown;
            }

            // The search for a server goes on behind a link-local address.
            bool leased = _phase == HostState.Bound || _phase == HostState.Renewing || _phase == HostState.Rebinding;
            return leased || _mode == HostMode.Static ? _phase
                : Origin == AddressOrigin.LinkLocal && _stack.IsAddressUsable ? HostState.LinkLocal
                : _detector.Candidate != 0 ? HostState.Probing
                : _phase;
        }
    }

    /// <summary>What has happened last that made the host look for an address, or go on looking.</summary>
    public HostReason Reason { get; private set; }

    /// <summary>How the host has got the address that it has.</summary>
    public AddressOrigin Origin { get; private set; }

    /// <summary>The stack whose address this is; it knows address, prefix and router.</summary>
    public NetworkStack Stack
    {
        get { return _stack; }
    }

    /// <summary>True when the host has an address and may use it: there is a link, and nobody else has the address.</summary>
    public bool HasAddress
    {
        get { return _linkUp && _stack.IsAddressUsable; }
    }

    /// <summary>The address that is being probed for, 0 for none.</summary>
    public uint Candidate
    {
        get { return _detector.Candidate; }
    }

    /// <summary>The server that gave the lease; 0 without one.</summary>
    public uint Server
    {
        get { return Origin == AddressOrigin.Dhcp ? _lease[DhcpMessage.Server] : 0; }
    }

    /// <summary>Seconds until the lease ends; 0 without one, <see cref="long.MaxValue"/> for one without end.</summary>
    public long LeaseLeft
    {
        get { return Left(_leaseEnd); }
    }

    /// <summary>Seconds until the lease is to be renewed: T1 (RFC 2131 4.4.5). 0 without a lease or when it has passed.</summary>
    public long RenewalLeft
    {
        get { return Left(_renewAt); }
    }

    /// <summary>Seconds until every server is asked to prolong the lease: T2.</summary>
    public long RebindingLeft
    {
        get { return Left(_rebindAt); }
    }

    /// <summary>Seconds that the lease was given for; 0 without one, 4294967295 for one without end.</summary>
    public uint LeaseTime
    {
        get { return Origin == AddressOrigin.Dhcp ? _lease[DhcpMessage.Lease] : 0; }
    }

    /// <summary>The station that was last found to have, or to want, this host's address; -1 for none.</summary>
    public long LastConflict
    {
        get { return _detector.LastConflict; }
    }

    /// <summary>Octets of the host's name; 0 for none.</summary>
    public int HostNameLength
    {
        get { return _hostNameLength; }
    }

    /// <summary>Octets of the name of the domain; 0 for none.</summary>
    public int DomainNameLength
    {
        get { return Origin == AddressOrigin.Dhcp ? _domainLength : 0; }
    }

    /// <summary>A server for names: the network's, else the program's; 0 for none.</summary>
    /// <param name="index">0 or 1.</param>
    public uint GetDnsServer(int index)
    {
        return GetServer(DhcpMessage.Dns, 0, index);
    }

    /// <summary>A server for the time: the network's, else the program's; 0 for none.</summary>
    /// <param name="index">0 or 1.</param>
    public uint GetNtpServer(int index)
    {
        return GetServer(DhcpMessage.Ntp, DhcpMessage.ServersOfAKind, index);
    }

    /// <summary>One octet of the host's name, for who copies nothing.</summary>
    /// <param name="index">0 to <see cref="HostNameLength"/> - 1.</param>
    public byte GetHostNameOctet(int index)
    {
        return _hostName[index];
    }

    /// <summary>One octet of the name of the domain.</summary>
    /// <param name="index">0 to <see cref="DomainNameLength"/> - 1.</param>
    public byte GetDomainOctet(int index)
    {
        return _domain[index];
    }

    /// <summary>Writes the host's name as ASCII; allocates nothing.</summary>
    /// <param name="buffer">Where to; what does not find room is cut off.</param>
    /// <param name="offset">First octet.</param>
    /// <returns>Where to go on.</returns>
    public int PutHostName(byte[] buffer, int offset)
    {
        return Put(_hostName, _hostNameLength, buffer, offset);
    }

    /// <summary>Writes the name of the domain as ASCII; allocates nothing.</summary>
    /// <param name="buffer">Where to; what does not find room is cut off.</param>
    /// <param name="offset">First octet.</param>
    /// <returns>Where to go on.</returns>
    public int PutDomainName(byte[] buffer, int offset)
    {
        return Put(_domain, DomainNameLength, buffer, offset);
    }

    /// <summary>
    /// Gives the lease back (RFC 2131 4.4.6), if there is one, and has no address from then on. The message leaves with the next calls of
    /// <see cref="NetworkStack.Poll"/>; <see cref="State"/> is <see cref="HostState.Stopped"/> when it has left, or cannot.
    /// Connections end with the address, so close them first.
    /// </summary>
    public void Stop()
    {
        if (_phase == HostState.Stopped || _phase == HostState.Releasing)
        {
            return;
        }

        Reason = HostReason.Stopped;
        _detector.Stop();
        if (HasAddress && Origin == AddressOrigin.Dhcp)
        {
            SetPhase(HostState.Releasing);
            _transaction = _stack.Udp.Random.NextUInt32();
            Queue(DhcpMessage.Release);
            SetDeadline();
            return;
        }

        EndStop();
        Tell();
    }

    /// <summary>Begins again after <see cref="Stop"/>; the address that the host had is asked for first.</summary>
    public void Start()
    {
        if (_phase == HostState.Releasing)
        {
            EndStop();
        }

        if (_phase == HostState.Stopped)
        {
            SetPhase(HostState.Init);
            Reason = HostReason.None;
            if (_linkUp)
            {
                Begin(_stack.Now);
            }

            SetDeadline();
            if (!_linkUp)
            {
                // The link may be up already, and this host have been stopped before it could see that.
                Wake(long.MinValue);
            }

            Tell();
        }
    }

    private static int Put(byte[] name, int length, byte[] buffer, int offset)
    {
        for (int i = 0; i < length && offset < buffer.Length; i++)
        {
            buffer[offset++] = name[i];
        }

        return offset;
    }

    private uint GetServer(int inLease, int inOptions, int index)
    {
        if (index < 0 || index >= DhcpMessage.ServersOfAKind)
        {
            return 0;
        }

        bool named = Origin == AddressOrigin.Dhcp && _lease[inLease] != 0;
        return named ? _lease[inLease + index] : _servers[inOptions + index];
    }

    private long Left(long time)
    {
        if (Origin != AddressOrigin.Dhcp)
        {
            return 0;
        }

        return time == Never ? long.MaxValue : time <= _stack.Now ? 0 : (time - _stack.Now + 999) / 1000;
    }

    /// <summary>Tells the program when what it sees has changed.</summary>
    private void Tell()
    {
        HostState state = State;
        uint address = _stack.Address;
        _counters[HostCounter.Defences] = _detector.Defences;
        long conflicts = _counters[HostCounter.Conflicts] + _detector.Defences;
        if (state != _told || address != _toldAddress || conflicts != _toldConflicts)
        {
            _toldConflicts = conflicts;
            _told = state;
            _toldAddress = address;
            if (_observer != null)
            {
                _observer.HostChanged(this);
            }
        }
    }
}
