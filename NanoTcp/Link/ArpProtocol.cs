using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Link;

/// <summary>
/// Address resolution (RFC 826) for one interface: answers, asks, refreshes, ages, announces.
/// </summary>
internal sealed class ArpProtocol
{
    /// <summary>The neighbour's address stands in <see cref="ResolvedMac"/>.</summary>
    internal const int Resolved = 0;

    /// <summary>It is being asked for; try again when something has arrived or time has passed.</summary>
    internal const int Pending = 1;

    /// <summary>Nobody answered.</summary>
    internal const int Unreachable = 2;

    /// <summary>How long an answer is used without asking again: RFC 1122 2.3.2.1 suggests a minute.</summary>
    internal const int ReachableTime = 60000;

    /// <summary>Between requests for one address: RFC 1122 2.3.2.1 allows one a second.</summary>
    internal const int RequestInterval = 1000;

    /// <summary>Requests without an answer until the neighbour counts as unreachable.</summary>
    internal const int MaxRequests = 3;

    /// <summary>How long a failure is remembered before the neighbour may be asked for again.</summary>
    internal const int FailedTime = 3000;

    /// <summary>An entry that nobody has used for so long is forgotten.</summary>
    internal const int UnusedTime = 600000;

    /// <summary>In <see cref="ResolvedFor"/>: no single host has this address.</summary>
    internal const uint Nobody = Ipv4Address.Broadcast;

    /// <summary>Announcements after the link has come up (RFC 5227 2.3: ANNOUNCE_NUM and ANNOUNCE_INTERVAL).</summary>
    internal const int Announcements = 2;

    internal const int AnnounceInterval = 2000;

    /// <summary>
    /// The address that this host answers for and sends from; 0 as long as there is none, or it has to be probed for again.
    /// </summary>
    internal uint Address;

    /// <summary>Probes for addresses and defends the own one (RFC 5227); null when nobody wants that.</summary>
    internal ConflictDetector Detector;

    /// <summary>What <see cref="Resolve"/> has found.</summary>
    internal long ResolvedMac;

    /// <summary>The host to which packets go by that address, until something may have changed or time passes: IP notes it, and who asks
    /// before it sends is answered twice for the price of once. <see cref="Nobody"/> when it is not known.</summary>
    internal uint ResolvedFor = Nobody;

    private readonly EthernetLayer _ethernet;
    private readonly ArpCache _cache;
    private readonly ArpPacket _packet = new ArpPacket();
    private readonly long[] _counters;
    private int _announcementsLeft;
    private long _announceAt;

    internal ArpProtocol(EthernetLayer ethernet, ArpCache cache, CounterSet counters)
    {
        _ethernet = ethernet;
        _cache = cache;
        _counters = counters.Values;
    }

    /// <summary>Begins to tell the link who is here, so that neighbours replace what they remember of an earlier owner.</summary>
    internal void Announce(long now)
    {
        _announcementsLeft = Address == 0 ? 0 : Announcements;
        _announceAt = now;
        _cache.LookAt = ArpCache.AtOnce;
    }

    /// <summary>Tells the link once more who is here: somebody else thinks that he is (RFC 5227 2.4).</summary>
    internal void Defend(long now)
    {
        if (_announcementsLeft == 0)
        {
            _announcementsLeft = 1;
            _announceAt = now;
            _cache.LookAt = ArpCache.AtOnce;
        }
    }

    /// <summary>The detector wants to be asked at this time, in ms, whether it has something to send.</summary>
    internal void WakeAt(long time)
    {
        if (time < _cache.LookAt)
        {
            _cache.LookAt = time;
        }
    }

    /// <summary>Asks whether anybody has an address, without saying that this host is to have it (RFC 5227 2.1.1: the sender's address is 0).</summary>
    internal void Probe(uint candidate)
    {
        _counters[StackCounter.ArpOutRequests]++;
        Send(ArpPacket.OperationRequest, MacAddress.Broadcast, 0, 0, candidate);
    }

    /// <summary>The host has another address, or none: the neighbours are others, and are to know who is here now.</summary>
    internal void SetAddress(uint address, long now)
    {
        Address = address;
        ResolvedFor = Nobody;
        for (int i = 0; i < _cache.State.Length; i++)
        {
            if (_cache.State[i] != ArpCache.Free)
            {
                _cache.DropQueued(i);
                _cache.State[i] = ArpCache.Free;
            }
        }

        Announce(now);
    }

    /// <summary>The link is there, again or for the first time: what went unanswered without it is asked anew.</summary>
    internal void LinkRestored(long now)
    {
        Announce(now);
        ResolvedFor = Nobody;
        for (int i = 0; i < _cache.State.Length; i++)
        {
            _cache.Requests[i] = 0;
            _cache.RequestAt[i] = now;
            if (_cache.State[i] == ArpCache.Failed)
            {
                _cache.State[i] = ArpCache.Free;
            }
        }
    }

    /// <summary>Looks a neighbour up and begins to ask for it when it is not known or old.</summary>
    /// <param name="address">The next hop, on this link.</param>
    /// <param name="now">Milliseconds.</param>
    internal int Resolve(uint address, long now)
    {
        ArpCache cache = _cache;
        int entry = cache.Find(address);
        if (entry == ArpCache.None)
        {
            // Who has to find out first whether his address is his own asks nobody: without a sender it would be a probe.
            if (Address != 0)
            {
                cache.Add(address, ArpCache.Resolving);
            }

            return Pending;
        }

        cache.UsedAt[entry] = now;
        switch (cache.State[entry])
        {
            case ArpCache.Reachable:
                if (now - cache.ChangedAt[entry] >= ReachableTime)
                {
                    Ask(entry, ArpCache.Refreshing, now);
                }

                ResolvedMac = cache.Mac[entry];
                return Resolved;

            case ArpCache.Refreshing:
                ResolvedMac = cache.Mac[entry];
                return Resolved;

            case ArpCache.Failed:
                if (now - cache.ChangedAt[entry] < FailedTime)
                {
                    return Unreachable;
                }

                Ask(entry, ArpCache.Resolving, now);
                return Pending;

            default:
                return Pending;
        }
    }

    /// <summary>What is known of a neighbour may be wrong: it is asked again as if its answer were old, and used meanwhile.</summary>
    internal void Doubt(uint address, long now)
    {
        int entry = _cache.Find(address);
        if (entry != ArpCache.None && _cache.State[entry] == ArpCache.Reachable)
        {
            Ask(entry, ArpCache.Refreshing, now);
        }
    }

    /// <summary>Keeps the packet in the frame buffer until <paramref name="address"/> is resolved. False when there is no place.</summary>
    internal bool Enqueue(uint address, int length)
    {
        int entry = _cache.Find(address);
        return entry != ArpCache.None
            && _cache.Enqueue(entry, _ethernet.Frame, _ethernet.PayloadOffset, length);
    }

    /// <summary>Takes in the ARP packet in the frame buffer; a reply may stand there afterwards.</summary>
    internal void Process()
    {
        _counters[StackCounter.ArpInPackets]++;
        ResolvedFor = Nobody;
        ArpPacket packet = _packet;
        if (!packet.Parse(_ethernet.Frame, _ethernet.PayloadOffset, _ethernet.PayloadLength)
            || packet.SenderMac == 0
            || MacAddress.IsGroup(packet.SenderMac))
        {
            _counters[StackCounter.ArpInErrors]++;
            return;
        }

        bool ours = packet.SenderMac == _ethernet.MacAddress;
        if (Detector != null && !ours)
        {
            Detector.Observe(packet, _cache.Now);
        }

        if (packet.SenderAddress == Address && Address != 0)
        {
            if (!ours)
            {
                _counters[StackCounter.ArpConflicts]++;
                if (Detector != null && Detector.IsToDefend(packet, _cache.Now))
                {
                    Defend(_cache.Now);
                }
            }

            return;
        }

        // Nobody else has our station's address: believing it would make us talk to ourselves.
        if (ours)
        {
            _counters[StackCounter.ArpInErrors]++;
            return;
        }

        bool forUs = packet.TargetAddress == Address && Address != 0;

        // A sender of 0.0.0.0 is probing (RFC 5227 2.1.1): it is answered, but it is nobody to remember.
        if (packet.SenderAddress != 0)
        {
            if (packet.SenderAddress == Ipv4Address.Broadcast || Ipv4Address.IsMulticast(packet.SenderAddress))
            {
                _counters[StackCounter.ArpInErrors]++;
                return;
            }

            // RFC 826: what is known already is updated from any packet, a new entry is made only from one for us.
            int entry = _cache.Find(packet.SenderAddress);
            if (entry != ArpCache.None)
            {
                _cache.Confirm(entry, packet.SenderMac);
            }
            else if (forUs)
            {
                _cache.Confirm(_cache.Add(packet.SenderAddress, ArpCache.Reachable), packet.SenderMac);
            }
        }

        if (forUs && packet.Operation == ArpPacket.OperationRequest)
        {
            _counters[StackCounter.ArpOutReplies]++;
            Send(ArpPacket.OperationReply, packet.SenderMac, Address, packet.SenderMac, packet.SenderAddress);
        }
    }

    /// <summary>
    /// Sends at most one frame: an announcement, a request that is due, or a packet whose neighbour has become known.
    /// The frame buffer must be free. False when nothing was due; then nobody has to look again before <see cref="ArpCache.LookAt"/>.
    /// </summary>
    internal bool Dispatch(long now)
    {
        ResolvedFor = Nobody;
        if (_announcementsLeft != 0 && now >= _announceAt)
        {
            _announcementsLeft--;
            _announceAt = now + AnnounceInterval;
            _counters[StackCounter.ArpOutRequests]++;
            Send(ArpPacket.OperationRequest, MacAddress.Broadcast, Address, 0, Address);
            return true;
        }

        if (Detector != null && Detector.Dispatch(now))
        {
            return true;
        }

        for (int i = 0; i < _cache.QueuedLength.Length; i++)
        {
            if (_cache.QueuedLength[i] != 0 && _cache.IsUsable(_cache.QueuedFor[i]))
            {
                long mac = _cache.Mac[_cache.QueuedFor[i]];
                int length = _cache.Dequeue(i, _ethernet.Frame, _ethernet.PayloadOffset);
                _ethernet.TransmitPacket(mac, EthernetHeader.Length, length);
                return true;
            }
        }

        _cache.LookAt = _announcementsLeft != 0 ? _announceAt : ArpCache.Never;
        if (Detector != null)
        {
            WakeAt(Detector.NextAt);
        }

        byte[] states = _cache.State;
        for (int i = 0; i < states.Length; i++)
        {
            byte state = states[i];
            if (state == ArpCache.Free)
            {
                continue;
            }

            bool asking = state == ArpCache.Resolving || state == ArpCache.Refreshing;
            if (asking && now >= _cache.RequestAt[i])
            {
                if (_cache.Requests[i] == MaxRequests)
                {
                    GiveUp(i, state, now);
                    continue;
                }

                _cache.Requests[i]++;
                _cache.RequestAt[i] = now + RequestInterval;
                _counters[StackCounter.ArpOutRequests]++;
                _cache.LookAt = ArpCache.AtOnce; // for the entries behind this one
                bool unicast = state == ArpCache.Refreshing;
                Send(ArpPacket.OperationRequest, unicast ? _cache.Mac[i] : MacAddress.Broadcast, Address, 0, _cache.Address[i]);
                return true;
            }

            long due = asking ? _cache.RequestAt[i]
                : state == ArpCache.Failed ? _cache.ChangedAt[i] + FailedTime
                : _cache.UsedAt[i] + UnusedTime;
            if (now >= due)
            {
                states[i] = ArpCache.Free;
            }
            else if (due < _cache.LookAt)
            {
                _cache.LookAt = due;
            }
        }

        return false;
    }

    /// <summary>The neighbour is asked from now on, by the next <see cref="Dispatch"/>.</summary>
    private void Ask(int entry, byte state, long now)
    {
        _cache.State[entry] = state;
        _cache.Requests[entry] = 0;
        _cache.RequestAt[entry] = now;
        _cache.LookAt = ArpCache.AtOnce;
    }

    private void GiveUp(int entry, byte state, long now)
    {
        if (state == ArpCache.Refreshing)
        {
            // The old address no longer answers: perhaps the neighbour has a new one. Ask everybody.
            Ask(entry, ArpCache.Resolving, now);
            return;
        }

        _cache.State[entry] = ArpCache.Failed;
        _cache.ChangedAt[entry] = now;
        if (now + FailedTime < _cache.LookAt)
        {
            _cache.LookAt = now + FailedTime;
        }

        _cache.DropQueued(entry);
        _counters[StackCounter.ArpFailures]++;
    }

    private void Send(int operation, long destination, uint senderAddress, long targetMac, uint targetAddress)
    {
        ArpPacket.Write(
            _ethernet.Frame,
            _ethernet.PayloadOffset,
            operation,
            _ethernet.MacAddress,
            senderAddress,
            targetMac,
            targetAddress);

        // RFC 3927 2.5: whoever else has chosen the same link-local address is to hear all of it, replies too.
        bool toAll = Ipv4Address.IsLinkLocal(senderAddress);
        _ethernet.Transmit(toAll ? MacAddress.Broadcast : destination, EthernetHeader.TypeArp, ArpPacket.Length);
    }
}
