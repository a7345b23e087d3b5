using System;
using NanoTcp.Link;
using NanoTcp.Primitives;
using NanoTcp.Udp;
using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <summary>
/// Multicast DNS (RFC 6762) and DNS-based service discovery (RFC 6763): the host is known as name.local on its link, and so
/// are its services, without any server. It makes sure first that nobody else has the names, and takes the next ones if so.
/// </summary>
/// <remarks>
/// It lives in the stack's <see cref="NetworkStack.Poll"/>, begins as soon as there are a link and an address, and begins
/// anew when they come back. All memory is taken in the constructor.
/// </remarks>
public sealed partial class MdnsResponder : UdpEndpoint
{
    /// <summary>RFC 6762 3: where all of multicast DNS is spoken.</summary>
    internal const int Port = 5353;

    /// <summary>224.0.0.251.</summary>
    internal const uint Group = 0xE00000FB;

    /// <summary>RFC 6762 11: older hosts take nothing else.</summary>
    internal const int TimeToLive = 255;

    /// <summary>RFC 6762 8.1.</summary>
    private const int Probes = 3;
    private const int ProbeInterval = 250;

    /// <summary>RFC 6762 8.3.</summary>
    private const int Announcements = 2;
    private const int AnnounceInterval = 1000;

    /// <summary>RFC 6762 8.2: how long the loser of a simultaneous probe waits.</summary>
    private const int DeferTime = 1000;

    /// <summary>RFC 6762 8.1: so many conflicts in such a time are no accident.</summary>
    private const int ManyConflicts = 15;
    private const int ConflictPeriod = 10000;
    private const int ConflictWait = 5000;

    /// <summary>RFC 6762 6: between two multicasts of one record, in ordinary cases and when a name is defended.</summary>
    private const int RecordInterval = 1000;
    private const int DefenceInterval = 250;

    /// <summary>RFC 6762 6: the delay of an answer that others may give too, and how much of it is left to chance.</summary>
    private const int LeastDelay = 20;
    private const int DelayRange = 101;

    /// <summary>RFC 6762 7.2: the same while more known answers are to come.</summary>
    private const int LeastTruncatedDelay = 400;

    /// <summary>So long ago that nothing depends on it.</summary>
    private const long LongAgo = long.MinValue / 2;

    internal readonly MdnsNames Names;
    internal readonly long[] Counts;

    private readonly NetworkStack _stack;
    private readonly MdnsRecords _records;

    /// <summary>The resolver that shares the port; null when there is none.</summary>
    private MdnsResolver _resolver;

    /// <summary>When a record is to be multicast, ms; Never when it is not.</summary>
    private readonly long[] _dueAt;

    /// <summary>When it was multicast last.</summary>
    private readonly long[] _sentAt;

    private bool _up;
    private bool _stopped;

    /// <summary>Owners that have proved their names; a bit each.</summary>
    private int _claimed;

    /// <summary>Owners that are probing for theirs.</summary>
    private int _probing;

    /// <summary>Probes that they have sent.</summary>
    private int _probesSent;

    /// <summary>When the next one is due, or its time to be answered is over.</summary>
    private long _probeAt = Never;

    private int _announcementsLeft;
    private long _announceAt = Never;

    /// <summary>Records that may be spoken of.</summary>
    private int _valid;

    /// <summary>Records to be taken back before anything else is said.</summary>
    private int _goodbye;

    private int _conflicts;
    private long _conflictAt = LongAgo;

    /// <summary>Who announced more known answers, and the answers that wait for them alone (RFC 6762 7.2).</summary>
    private uint _heldFor;
    private int _held;

    /// <summary>The answer that waits for one host: what, when, and to whom.</summary>
    private int _unicast;
    private long _unicastAt;
    private uint _unicastTo;
    private int _unicastPort;

    /// <summary>What a legacy querier asked: name, type, class and identifier.</summary>
    private int _legacyName;
    private int _legacyType;
    private int _legacyClass;
    private int _legacyId;

    /// <summary>The case of the letters of that name: some clients compare it (RFC 6762 6.7 has the question repeated).</summary>
    private readonly byte[] _legacyCase = new byte[(DnsName.MaxLength + 7) / 8];

    /// <summary>Begins to speak for the host as soon as it has a link and an address.</summary>
    /// <param name="stack">The stack, with a place for a group (<see cref="NetworkStackOptions.MulticastGroups"/>).</param>
    /// <param name="name">The host's name without ".local": 1 to 63 letters, digits and hyphens. When another host has it, a
    /// number is added.</param>
    /// <param name="services">Up to five services to be found; null for none.</param>
    /// <exception cref="ArgumentNullException">The stack, the name or a service is null.</exception>
    /// <exception cref="ArgumentException">The name is not as said, there are too many services, or two are the same.</exception>
    /// <exception cref="InvalidOperationException">The stack has no place for the group, or something else has port 5353.</exception>
    public MdnsResponder(NetworkStack stack, string name, MdnsService[] services)
    {
        if (stack == null)
        {
            throw new ArgumentNullException(nameof(stack));
        }

        byte[] host = EncodeHost(name);
        MdnsService[] offered = new MdnsService[services == null ? 0 : services.Length];
        for (int i = 0; i < offered.Length; i++)
        {
            offered[i] = services[i];
        }

        CheckServices(offered);
        _stack = stack;
        Names = new MdnsNames(host, offered);
        for (int i = 0; i < offered.Length; i++)
        {
            if (Names.IsTwice(i))
            {
                throw new ArgumentException("Two services of one type must have different names.", nameof(services));
            }
        }

        if (stack.Udp.Find(Port) != null)
        {
            throw new InvalidOperationException("Something else has UDP port 5353 of this stack.");
        }

        // This throws when there is no place; nothing has been changed until here.
        stack.JoinGroup(Group);
        Counters = new CounterSet(MdnsCounter.Names);
        Counts = Counters.Values;
        _records = new MdnsRecords(Names, offered);
        _dueAt = new long[_records.Count];
        _sentAt = new long[_records.Count];
        LocalPort = Port;
        stack.Udp.Attach(this);
        _up = stack.Link.Status == LinkStatus.Up;
        Begin(stack.Now);
    }

    /// <summary>What was counted; indices are in <see cref="MdnsCounter"/>.</summary>
    public CounterSet Counters { get; }

    /// <summary>How far it has come.</summary>
    public MdnsState State
    {
        get
        {
            if (_stopped)
            {
                return _goodbye != 0 ? MdnsState.Stopping : MdnsState.Stopped;
            }

            if (_records.HostAddress == 0 || !CanSpeak)
            {
                return MdnsState.Idle;
            }

            return _probing != 0 ? MdnsState.Probing : _announcementsLeft != 0 ? MdnsState.Announcing : MdnsState.Ready;
        }
    }

    /// <summary>The name that the host has, or probes for, without ".local". Made anew for each call.</summary>
    public string HostName
    {
        get
        {
            byte[] label = Names.Label(MdnsNames.Host);
            byte[] text = new byte[label[0]];
            Array.Copy(label, 1, text, 0, text.Length);
            return Text.FromAscii(text, text.Length);
        }
    }

    /// <summary>Copies the same as ASCII; allocates nothing.</summary>
    /// <param name="buffer">Where to; what does not find room is cut off.</param>
    /// <param name="offset">First octet.</param>
    /// <returns>Where to go on.</returns>
    public int PutHostName(byte[] buffer, int offset)
    {
        return PutLabel(Names.Label(MdnsNames.Host), buffer, offset);
    }

    /// <summary>Copies the name that a service has, or probes for, as UTF-8; allocates nothing.</summary>
    /// <param name="service">Its place among those that the constructor was given.</param>
    /// <param name="buffer">Where to; what does not find room is cut off.</param>
    /// <param name="offset">First octet.</param>
    /// <returns>Where to go on.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such service.</exception>
    public int PutServiceName(int service, byte[] buffer, int offset)
    {
        if (service < 0 || service >= _records.Owners - 1)
        {
            throw new ArgumentOutOfRangeException(nameof(service));
        }

        return PutLabel(Names.Label(MdnsNames.Instance(service)), buffer, offset);
    }

    /// <summary>
    /// Says goodbye, so that others forget host and services at once, and answers no more. Keep polling until
    /// <see cref="State"/> is <see cref="MdnsState.Stopped"/>, before the address is given back.
    /// </summary>
    public void Stop()
    {
        if (_stopped)
        {
            return;
        }

        int known = _goodbye == 0 ? _records.ToTakeBack(_valid) : _goodbye;
        Silence();
        _stopped = true;
        _goodbye = CanSpeak ? known : 0;
        Schedule(_stack.Now);
    }

    /// <summary>Begins again after <see cref="Stop"/>.</summary>
    public void Start()
    {
        if (_stopped)
        {
            _stopped = false;
            Begin(_stack.Now);
        }
    }

    /// <summary>A resolver wants to share the port.</summary>
    internal bool Share(MdnsResolver resolver)
    {
        if (_resolver != null)
        {
            return false;
        }

        _resolver = resolver;
        return true;
    }

    /// <summary>The stack that all this runs on.</summary>
    internal NetworkStack Stack
    {
        get { return _stack; }
    }

    /// <summary>True when something can be sent at all: an address that has to be probed for anew says nothing (RFC 5227 2.1).</summary>
    internal bool CanSpeak
    {
        get { return _up && _stack.IsAddressUsable; }
    }

    /// <summary>True when the host has its name, and has not stopped.</summary>
    internal bool HasHostName
    {
        get { return (_claimed & 1) != 0; }
    }

    /// <summary>Does what is due by the clock alone, and works out who is next and when.</summary>
    internal void Schedule(long now)
    {
        Advance(now);
        OutputDue = false;
        Deadline = Never;
        if (CanSpeak)
        {
            OutputDue = _goodbye != 0;
            Consider(_probing == 0 ? Never : _probeAt, now);
            Consider(_announceAt, now);
            Consider(_unicast == 0 ? Never : _unicastAt, now);
            Consider(_resolver == null ? Never : _resolver.NextAt, now);
            for (int record = 0; record < _dueAt.Length; record++)
            {
                Consider(_dueAt[record], now);
            }
        }

        if (OutputDue)
        {
            _stack.Udp.AskToSend();
        }

        _stack.Udp.WakeAt(Deadline);
    }

    /// <inheritdoc/>
    internal override void LinkChanged(bool up, long now)
    {
        _up = up;
        if (_resolver != null)
        {
            _resolver.LinkChanged();
        }

        // RFC 6762 8: after a change of the link both startup steps are taken again, with the name that was found last.
        Begin(now);
    }

    /// <inheritdoc/>
    internal override void AddressChanged(long now)
    {
        uint address = _stack.Address;
        bool known = _claimed != 0 && _goodbye == 0;
        if (_resolver != null)
        {
            _resolver.LinkChanged();
        }

        if (_stopped || address == 0 || !known || _probing != 0 || !_up)
        {
            Begin(now);
            return;
        }

        // RFC 6762 8.4: the names are known to be free, so that the new data is only announced; the cache-flush bit takes
        // back the old. But the old reverse name has no new data, and must be taken back itself.
        CancelAnswers();
        _goodbye = 1 << MdnsRecords.Pointer;
        _valid = 0;
        _announcementsLeft = 0;
        _announceAt = Never;
        Schedule(now);
    }

    /// <inheritdoc/>
    internal override void RunTimers(long now)
    {
        Schedule(now);
    }

    /// <inheritdoc/>
    internal override bool Dispatch(UdpLayer udp, long now)
    {
        bool sent = CanSpeak && Send(udp, now);
        Schedule(now);
        return sent;
    }

    private static byte[] EncodeHost(string name)
    {
        if (name == null)
        {
            throw new ArgumentNullException(nameof(name));
        }

        byte[] label = new byte[1 + DnsName.MaxLabel];
        bool valid = name.Length >= 1 && name.Length <= DnsName.MaxLabel && name[0] != '-' && name[name.Length - 1] != '-';
        for (int i = 0; valid && i < name.Length; i++)
        {
            char c = name[i];
            valid = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
            label[1 + i] = (byte)c;
        }

        if (!valid)
        {
            throw new ArgumentException(
                "The name of a host is 1 to 63 letters, digits and hyphens, with no hyphen at either end, and without .local.", nameof(name));
        }

        label[0] = (byte)name.Length;
        return label;
    }

    private static void CheckServices(MdnsService[] services)
    {
        if (services.Length > MdnsRecords.MostServices)
        {
            throw new ArgumentException("Five services are the most.", nameof(services));
        }

        for (int i = 0; i < services.Length; i++)
        {
            if (services[i] == null)
            {
                throw new ArgumentNullException(nameof(services));
            }
        }
    }

    private static int PutLabel(byte[] label, byte[] buffer, int offset)
    {
        for (int i = 1; i <= label[0] && offset < buffer.Length; i++)
        {
            buffer[offset++] = label[i];
        }

        return offset;
    }

    private void Advance(long now)
    {
        if (_resolver != null)
        {
            _resolver.RunTimers(now);
        }

        if (_probing != 0 && _probesSent == Probes && now >= _probeAt)
        {
            Claim(now);
        }

        if (now >= _announceAt)
        {
            Announce(now);
        }
    }

    /// <summary>Something is to be sent at that time.</summary>
    private void Consider(long time, long now)
    {
        if (time <= now)
        {
            OutputDue = true;
        }
        else if (time < Deadline)
        {
            Deadline = time;
        }
    }

    /// <summary>A number from 0 to <paramref name="range"/> - 1.</summary>
    private int Dice(int range)
    {
        return (int)(_stack.Udp.Random.NextUInt32() % (uint)range);
    }

    /// <summary>Takes the first startup step if there are a link and an address, and else waits for them.</summary>
    private void Begin(long now)
    {
        Silence();
        _records.SetAddress(_stack.Address);
        for (int record = 0; record < _sentAt.Length; record++)
        {
            _sentAt[record] = LongAgo;
        }

        if (CanSpeak && !_stopped)
        {
            Probe(now, Dice(ProbeInterval + 1));
        }

        Schedule(now);
    }

    /// <summary>Nothing is claimed and nothing is to be said.</summary>
    private void Silence()
    {
        _claimed = 0;
        _probing = 0;
        _probeAt = Never;
        _announcementsLeft = 0;
        _announceAt = Never;
        _valid = 0;
        _goodbye = 0;
        CancelAnswers();
    }

    private void CancelAnswers()
    {
        for (int record = 0; record < _dueAt.Length; record++)
        {
            _dueAt[record] = Never;
        }

        _held = 0;
        _unicast = 0;
    }

    /// <summary>Begins to probe for all names that are not claimed, or for as many as find room in one message.</summary>
    private void Probe(long now, int delay)
    {
        int room = _stack.Udp.MaxPayload - DnsMessage.HeaderLength;
        _probing = 0;
        for (int owner = 0; owner < _records.Owners; owner++)
        {
            if ((_claimed & (1 << owner)) == 0)
            {
                room -= ProbeLength(owner);
                if (_probing != 0 && room < 0)
                {
                    break;
                }

                _probing |= 1 << owner;
            }
        }

        _probesSent = 0;
        _probeAt = now + delay;
        _announcementsLeft = 0;
        _announceAt = Never;
    }

    private int ProbeLength(int owner)
    {
        int name = MdnsRecords.NameOfOwner(owner);
        int length = Names.Length(name) + DnsMessage.QuestionTail;
        for (int record = 0; record < _records.Count; record++)
        {
            if (_records.NameOf(record) == name && _records.TypeOf(record) != DnsMessage.TypeNsec)
            {
                length += _records.Length(record);
            }
        }

        return length;
    }

    /// <summary>Nobody has objected.</summary>
    private void Claim(long now)
    {
        _claimed |= _probing;
        _probing = 0;
        _probeAt = Never;
        _valid = _records.ValidFor(_claimed);
        if (_claimed != (1 << _records.Owners) - 1)
        {
            Probe(now, 0);
            return;
        }

        _announcementsLeft = Announcements;
        _announceAt = now;
    }

    /// <summary>RFC 6762 8.3: tells all that there is.</summary>
    private void Announce(long now)
    {
        int records = _records.ToAnnounce(_valid);
        for (int record = 0; record < _dueAt.Length; record++)
        {
            if ((records & (1 << record)) != 0)
            {
                Answer(record, now, RecordInterval);
            }
        }

        _announcementsLeft--;
        _announceAt = _announcementsLeft == 0 ? Never : now + AnnounceInterval;
    }

    /// <summary>A record is to be multicast at <paramref name="at"/>, or as soon after its last time as may be.</summary>
    private void Answer(int record, long at, int interval)
    {
        long earliest = _sentAt[record] + interval;
        if (at < earliest)
        {
            at = earliest;
        }

        if (at < _dueAt[record])
        {
            _dueAt[record] = at;
        }
    }
}
