using System;
using NanoTcp.Ip;
using NanoTcp.Primitives;
using NanoTcp.Udp;
using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <summary>
/// Asks time servers what time it is (SNTP version 4: RFC 4330, RFC 5905 14), and says it in terms of the stack's own clock.
/// </summary>
/// <remarks>
/// One server is asked at a time; the next one when it does not answer. What is set is an offset: the time of day is the stack's
/// clock and this. After the constructor nothing is allocated.
/// </remarks>
public sealed class SntpClient : UdpEndpoint
{
    /// <summary>Places for servers. The last one is that of <see cref="SntpClientOptions.ServerName"/>, when there is one.</summary>
    public const int MaxServers = 3;

    /// <summary>RFC 4330 5 and 10: no more than one request a minute; here in s, and a power of 2 as NTP counts.</summary>
    internal const int LeastInterval = 64;

    /// <summary>36 hours in s, the most that NTP knows (RFC 4330 4).</summary>
    internal const int MostInterval = 131072;

    /// <summary>How long a reply is waited for, in ms.</summary>
    internal const int ReplyTimeout = 3000;

    /// <summary>Where time servers listen.</summary>
    private const int Port = 123;

    /// <summary>How often the DNS client is looked at, in ms.</summary>
    private const int ResolvePeriod = 250;

    /// <summary>How soon a DNS client is asked again all of whose queries are in use, in ms.</summary>
    private const int BusyPeriod = 1000;

    /// <summary>For how long a name is not resolved again while its server answers, in ms (RFC 4330 10).</summary>
    private const long NameTime = 86400000;

    /// <summary>One second in the fixed-point format of root delay and root dispersion: RFC 4330 5 takes that for infinity.</summary>
    private const uint Infinity = 0x10000;

    /// <summary>By how much the server may seem to have taken longer than the whole, in ms: the stack's clock counts in ms.</summary>
    private const int ClockGrain = 2;

    /// <summary>Servers behind the name whose refusal is remembered: as many as a pool usually shows at once.</summary>
    private const int MostDenied = 4;

    private const int FirstPort = 1024;
    private const int LastPort = 65535;

    private readonly NetworkStack _stack;
    private readonly DnsClient _dns;
    private readonly string _name;
    private readonly IClockSetter _clock;
    private readonly uint[] _servers = new uint[MaxServers];
    private readonly long[] _counts;
    private readonly int _startDelay;

    /// <summary>Servers behind the name that must not be asked, the last few of them.</summary>
    private readonly uint[] _deniedOfName = new uint[MostDenied];

    /// <summary>Between two requests, in s; a server may want it longer.</summary>
    private int _interval;

    /// <summary>The last time without an answer, in s; 0 after an answer.</summary>
    private int _retry;

    private int _place;

    /// <summary>A bit for each place whose server must not be asked.</summary>
    private int _denied;
    private int _nextDenied;

    private SntpState _state;

    /// <summary>True while the first request, or the first one in new circumstances, has no time yet.</summary>
    private bool _starts;

    /// <summary>When the server's name is resolved again.</summary>
    private long _resolveAt;

    private int _query;

    /// <summary>The transmit timestamp of the request.</summary>
    private long _token;

    /// <summary>When the last request was sent.</summary>
    private long _sentAt;

    private long _offset;
    private long _synchronisedAt;
    private int _roundTrip;
    private int _stratum;

    /// <summary>Makes a client, which begins to ask as soon as there are a server and an address.</summary>
    /// <param name="stack">The stack that it asks through.</param>
    /// <param name="options">Read here and not kept; null for the defaults.</param>
    /// <exception cref="ArgumentNullException">There is no stack.</exception>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it.</exception>
    public SntpClient(NetworkStack stack, SntpClientOptions options)
    {
        if (stack == null)
        {
            throw new ArgumentNullException(nameof(stack));
        }

        if (options == null)
        {
            options = new SntpClientOptions();
        }

        options.Validate();
        _stack = stack;
        _dns = options.Dns;
        _name = options.ServerName;
        _clock = options.Clock;
        _interval = options.PollInterval;
        _startDelay = options.StartDelay;
        _retry = 0;
        _denied = 0;
        _query = -1;
        _resolveAt = long.MinValue;
        _sentAt = long.MinValue;
        _synchronisedAt = long.MinValue;
        _place = MaxServers - 1;
        Counters = new CounterSet(SntpCounter.Names);
        _counts = Counters.Values;
        stack.Udp.Attach(this);
        _state = SntpState.NoServer;
        if (_name != null)
        {
            Restart();
        }
    }

    /// <summary>What the client counted; indices are in <see cref="SntpCounter"/>.</summary>
    public CounterSet Counters { get; }

    /// <summary>What it is doing.</summary>
    public SntpState State
    {
        get { return _state; }
    }

    /// <summary>True once a server has answered.</summary>
    public bool IsSynchronised
    {
        get { return _synchronisedAt != long.MinValue; }
    }

    /// <summary>When that was last, on the stack's clock in ms; only when <see cref="IsSynchronised"/>.</summary>
    public long SynchronisedAt
    {
        get { return _synchronisedAt; }
    }

    /// <summary>Unix time minus the stack's clock, in ms; only when <see cref="IsSynchronised"/>.</summary>
    public long Offset
    {
        get { return _offset; }
    }

    /// <summary>The way to the server and back in ms; the time is wrong by half of it at most, as far as the server is right.</summary>
    public int RoundTrip
    {
        get { return _roundTrip; }
    }

    /// <summary>How far the server is from a reference clock, 1 to 15; 0 as long as none has answered.</summary>
    public int Stratum
    {
        get { return _stratum; }
    }

    /// <summary>The server that is asked, or 0.</summary>
    public uint Server
    {
        get { return _servers[_place]; }
    }

    /// <summary>Seconds between two requests.</summary>
    public int PollInterval
    {
        get { return _interval; }
    }

    /// <summary>Says what time it is.</summary>
    /// <param name="now">The stack's clock, in ms.</param>
    /// <param name="unixMilliseconds">ms since 1970-01-01 00:00:00 UTC, leap seconds not counted; 0 when that is not known.</param>
    /// <returns>False as long as no server has answered.</returns>
    public bool TryGetTime(long now, out long unixMilliseconds)
    {
        bool known = IsSynchronised;
        unixMilliseconds = known ? now + _offset : 0;
        return known;
    }

    /// <summary>The server of a place, or 0.</summary>
    /// <param name="index">0 to <see cref="MaxServers"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    public uint GetServer(int index)
    {
        CheckPlace(index);
        return _servers[index];
    }

    /// <summary>Puts a server into a place, or takes it out.</summary>
    /// <param name="index">0 to <see cref="MaxServers"/> - 1; the first is asked first.</param>
    /// <param name="address">The server, or 0 for none.</param>
    /// <returns>False when no host can have that address; then the place is empty.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    public bool SetServer(int index, uint address)
    {
        CheckPlace(index);
        bool possible = address == 0 || _stack.Ip.IsPossibleSource(address);
        if (!possible)
        {
            address = 0;
        }

        if (_servers[index] == address)
        {
            return possible;
        }

        if (IsNamed(index))
        {
            // What stands there now did not come from the name.
            _resolveAt = long.MinValue;
        }

        _servers[index] = address;
        _denied &= ~(1 << index);
        _place = MaxServers - 1;
        _retry = 0;
        EndExchange();
        MoveOn();
        if (_state != SntpState.NoServer && _state != SntpState.Denied)
        {
            Restart();
        }

        return possible;
    }

    internal override void RunTimers(long now)
    {
        Deadline = Never;
        if (_starts)
        {
            Start(now);
        }
        else if (_state == SntpState.Waiting)
        {
            BeginExchange(now);
        }
        else if (_state == SntpState.Resolving)
        {
            LookAtName(now);
        }
        else if (_state == SntpState.Asking)
        {
            _counts[SntpCounter.Timeouts]++;
            Failed(now);
        }
    }

    internal override bool Dispatch(UdpLayer udp, long now)
    {
        int reach = udp.Ip.Address == 0 || udp.Ip.IsForMany(_servers[_place]) ? Ipv4Layer.Unreachable : udp.Ip.Reach(_servers[_place]);
        if (reach == Ipv4Layer.Pending)
        {
            return false;
        }

        OutputDue = false;
        if (reach == Ipv4Layer.Unreachable)
        {
            Deadline = now;
            udp.WakeAt(now);
            return false;
        }

        // RFC 4330 5: all is 0 but version, mode and the transmit timestamp, which need not be the time: a random number tells
        // nobody what the clock says, and nobody can guess it.
        byte[] buffer = udp.Ip.Buffer;
        int offset = udp.TransmitOffset;
        Array.Clear(buffer, offset, NtpPacket.Length);
        buffer[offset] = NtpPacket.Request;
        BigEndian.WriteUInt32(buffer, offset + NtpPacket.TransmitOffset, (uint)(_token >> 32));
        BigEndian.WriteUInt32(buffer, offset + NtpPacket.TransmitOffset + 4, (uint)_token);
        udp.Send(LocalPort, _servers[_place], Port, NtpPacket.Length, 0, 0);
        _sentAt = now;
        Deadline = now + ReplyTimeout;
        udp.WakeAt(Deadline);
        _counts[SntpCounter.OutRequests]++;
        return true;
    }

    internal override void Process(UdpLayer udp, long now)
    {
        // RFC 4330 5, checks 1 to 3: addresses, ports and the originate timestamp are those of the request.
        byte[] buffer = udp.Ip.Buffer;
        int offset = udp.PayloadOffset;
        if (OutputDue || udp.Ip.Header.Source != _servers[_place] || udp.SourcePort != Port || !udp.Ip.ReceivedUnicast
            || udp.PayloadLength < NtpPacket.Length || NtpPacket.Read(buffer, offset + NtpPacket.OriginateOffset) != _token)
        {
            _counts[SntpCounter.InStrays]++;
            return;
        }

        // RFC 5905 14: a request has one reply; another one is a duplicate or was not meant well.
        EndExchange();
        int stratum = buffer[offset + NtpPacket.StratumOffset];
        if ((buffer[offset] & NtpPacket.VersionAndModeMask) == NtpPacket.Reply && stratum == 0)
        {
            Kissed(BigEndian.ReadUInt32(buffer, offset + NtpPacket.ReferenceOffset), now);
            return;
        }

        if (!IsSound(buffer, offset) || !Set(buffer, offset, now))
        {
            _counts[SntpCounter.InErrors]++;
            Failed(now);
            return;
        }

        _stratum = stratum;
        _counts[SntpCounter.InReplies]++;
        _retry = 0;
        Wait(now, _interval);
    }

    internal override void LinkChanged(bool up, long now)
    {
        if (up && !IsSynchronised)
        {
            AddressChanged(now);
        }
    }

    internal override void AddressChanged(long now)
    {
        // Elsewhere another server may answer, or this one again: it is asked soon.
        if (_stack.Address != 0 && _state != SntpState.NoServer && _state != SntpState.Denied)
        {
            EndExchange();
            _retry = 0;
            Restart();
        }
    }

    private static void CheckPlace(int index)
    {
        if (index < 0 || index >= MaxServers)
        {
            throw new ArgumentOutOfRangeException(nameof(index));
        }
    }

    /// <summary>RFC 4330 5, checks 4 and 5.</summary>
    private static bool IsSound(byte[] buffer, int offset)
    {
        int stratum = buffer[offset + NtpPacket.StratumOffset];
        return (buffer[offset] & NtpPacket.VersionAndModeMask) == NtpPacket.Reply
            && (buffer[offset] & NtpPacket.LeapMask) != NtpPacket.LeapAlarm
            && stratum <= NtpPacket.MaxStratum
            && BigEndian.ReadUInt32(buffer, offset + NtpPacket.RootDelayOffset) < Infinity
            && BigEndian.ReadUInt32(buffer, offset + NtpPacket.RootDispersionOffset) < Infinity
            && NtpPacket.Read(buffer, offset + NtpPacket.ReceiveOffset) != 0
            && NtpPacket.Read(buffer, offset + NtpPacket.TransmitOffset) != 0;
    }

    /// <summary>
    /// Sets the offset. With T1 to T4 of RFC 4330 5 the server's clock showed T3 when the reply left it, and half of the round
    /// trip (T4 - T1) - (T3 - T2) later it is here: that is the offset ((T2 - T1) + (T3 - T4)) / 2, reckoned without the
    /// numbers that do not fit. Fixed point, 32 bits behind the point.
    /// </summary>
    /// <returns>False when the server says that it took longer than the whole exchange did.</returns>
    private bool Set(byte[] buffer, int offset, long now)
    {
        long transmit = NtpPacket.Read(buffer, offset + NtpPacket.TransmitOffset);
        long held = transmit - NtpPacket.Read(buffer, offset + NtpPacket.ReceiveOffset);
        long whole = ((now - _sentAt) << 32) / 1000;
        long grain = ((long)ClockGrain << 32) / 1000;
        if (held < 0 || held > whole + grain)
        {
            return false;
        }

        long trip = whole > held ? whole - held : 0;
        long fraction = (transmit & 0xFFFFFFFF) + (trip >> 1);
        long seconds = NtpPacket.ToUnixSeconds((uint)(transmit >> 32));
        long time = (seconds * 1000) + (((fraction * 1000) + 0x80000000) >> 32);
        long change = IsSynchronised ? time - now - _offset : 0;
        _offset = time - now;
        _roundTrip = (int)(((trip * 1000) + 0x80000000) >> 32);
        _synchronisedAt = now;
        if (_clock != null)
        {
            _clock.SetClock(time, change);
        }

        return true;
    }

    /// <summary>
    /// RFC 4330 8, RFC 5905 7.4: who says DENY or RSTR is not asked again; RATE makes the interval longer, for good. Behind a
    /// name there may be others, as in a pool: only that one's address is remembered.
    /// </summary>
    private void Kissed(uint code, long now)
    {
        _counts[SntpCounter.Kisses]++;
        if (code == NtpPacket.Deny || code == NtpPacket.Restrict)
        {
            if (IsNamed(_place))
            {
                _deniedOfName[_nextDenied] = _servers[_place];
                _nextDenied = (_nextDenied + 1) % MostDenied;
            }
            else
            {
                _denied |= 1 << _place;
            }
        }
        else if (code == NtpPacket.Rate)
        {
            _interval = _interval > MostInterval / 2 ? MostInterval : _interval * 2;
            _retry = _interval / 2;
        }

        Failed(now);
    }

    /// <summary>Begins anew: after a random time, and not too soon after the last request.</summary>
    private void Restart()
    {
        _state = SntpState.Waiting;
        _starts = true;
        Deadline = long.MinValue;
        _stack.Udp.WakeAt(Deadline);
    }

    private void Start(long now)
    {
        _starts = false;
        long at = now + ((long)(_stack.Udp.Random.NextUInt32() >> 16) * _startDelay * 1000 >> 16);
        long soonest = _sentAt == long.MinValue ? at : _sentAt + (LeastInterval * 1000);
        Deadline = at < soonest ? soonest : at;
    }

    private void BeginExchange(long now)
    {
        if (_stack.Address == 0)
        {
            // AddressChanged begins anew.
            return;
        }

        if (IsNamed(_place) && now >= _resolveAt)
        {
            _query = _dns.Query(_name);
            if (_query < 0)
            {
                Deadline = now + BusyPeriod;
                return;
            }

            _state = SntpState.Resolving;
            LookAtName(now);
            return;
        }

        Ask(now);
    }

    private void LookAtName(long now)
    {
        DnsStatus status = _dns.GetStatus(_query);
        if (status == DnsStatus.Pending)
        {
            Deadline = now + ResolvePeriod;
            return;
        }

        uint address = _dns.GetAddress(_query);
        EndExchange();
        if (status != DnsStatus.Found || !_stack.Ip.IsPossibleSource(address) || IsDenied(address))
        {
            _counts[SntpCounter.NameFailures]++;
            Failed(now);
            return;
        }

        _servers[_place] = address;
        _resolveAt = now + NameTime;
        Ask(now);
    }

    /// <summary>A request from a random port (RFC 9109), with a token that nobody can know.</summary>
    private void Ask(long now)
    {
        IRandomSource random = _stack.Udp.Random;
        int port = FirstPort + (int)(((random.NextUInt32() >> 16) * (LastPort - FirstPort + 1)) >> 16);
        while (_stack.Udp.Find(port) != null)
        {
            port = port == LastPort ? FirstPort : port + 1;
        }

        _token = ((long)random.NextUInt32() << 32) | random.NextUInt32();
        if (_token == 0)
        {
            _token = 1;
        }

        _state = SntpState.Asking;
        LocalPort = port;
        OutputDue = true;
        _stack.Udp.AskToSend();
        Deadline = now + ReplyTimeout;
    }

    /// <summary>No reply is taken any more, and no name waited for.</summary>
    private void EndExchange()
    {
        LocalPort = 0;
        OutputDue = false;
        if (_query >= 0)
        {
            _dns.Close(_query);
            _query = -1;
        }
    }

    /// <summary>
    /// No time from this server: the next one has its turn, and each time in vain is twice as long as the one before (RFC 4330 10).
    /// </summary>
    private void Failed(long now)
    {
        EndExchange();
        if (IsNamed(_place))
        {
            _resolveAt = long.MinValue;
        }

        MoveOn();
        _retry = _retry == 0 ? LeastInterval : _retry * 2;
        _retry = _retry < _interval ? _retry : _interval;
        if (_state == SntpState.Waiting)
        {
            Wait(now, _retry);
        }
    }

    /// <summary>Goes to the next place that has a server which may be asked.</summary>
    private void MoveOn()
    {
        _state = SntpState.NoServer;
        Deadline = Never;
        for (int i = 0; i < MaxServers; i++)
        {
            _place = (_place + 1) % MaxServers;
            if (_servers[_place] == 0 && !IsNamed(_place))
            {
                continue;
            }

            if ((_denied & (1 << _place)) == 0)
            {
                _state = SntpState.Waiting;
                return;
            }

            _state = SntpState.Denied;
        }
    }

    /// <summary>The next request after so many s and up to an eighth more, so that devices that began together do not go on together.</summary>
    private void Wait(long now, int seconds)
    {
        _state = SntpState.Waiting;
        long more = (long)(_stack.Udp.Random.NextUInt32() >> 16) * (seconds * 125) >> 16;
        Deadline = now + (seconds * 1000L) + more;
        _stack.Udp.WakeAt(Deadline);
    }

    private bool IsDenied(uint address)
    {
        for (int i = 0; i < MostDenied; i++)
        {
            if (_deniedOfName[i] == address)
            {
                return true;
            }
        }

        return false;
    }

    private bool IsNamed(int place)
    {
        return place == MaxServers - 1 && _name != null;
    }
}
