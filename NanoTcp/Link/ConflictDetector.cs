using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Link;

/// <summary>
/// IPv4 address conflict detection (RFC 5227) for one interface: probes for an address before it is used, and looks for others
/// that use it afterwards. Announcing is the business of <see cref="ArpProtocol"/>; what comes of it, that of whoever derives from this.
/// </summary>
internal abstract class ConflictDetector
{
    /// <summary>The first probe is sent after at most so long, so that hosts that start together do not probe together. All times in ms: RFC 5227 1.1.</summary>
    internal const int ProbeWait = 1000;

    internal const int ProbeNum = 3;

    /// <summary>Least time between two probes.</summary>
    internal const int ProbeMin = 1000;

    /// <summary>Longest time between two probes.</summary>
    internal const int ProbeMax = 2000;

    /// <summary>From the last probe until the address may be used.</summary>
    internal const int AnnounceWait = 2000;

    /// <summary>After so many conflicts a new address is tried only every <see cref="RateLimitInterval"/>.</summary>
    internal const int MaxConflicts = 10;

    internal const int RateLimitInterval = 60000;

    /// <summary>An address is defended once in so long.</summary>
    internal const int DefendInterval = 10000;

    internal const long Never = long.MaxValue;

    // What has come of probing.
    internal const int Open = 0;
    internal const int Free = 1;
    internal const int Taken = 2;

    /// <summary>The address that is being probed for; 0 for none.</summary>
    internal uint Candidate;

    /// <summary>When <see cref="Dispatch"/> has something to do, in ms.</summary>
    internal long NextAt = Never;

    /// <summary>True for an address that is never given up: RFC 5227 2.4 (c). Otherwise (b) holds: it is defended once.</summary>
    internal bool Insists;

    /// <summary>What has come of probing; the owner sets it back.</summary>
    internal int Outcome;

    /// <summary>True when this host must give up the address that it uses, at once; the owner sets it back.</summary>
    internal bool IsLost;

    /// <summary>The station that was last found to have, or to want, an address of this host; -1 for none.</summary>
    internal long LastConflict;

    /// <summary>Times that another station used this host's address and was told.</summary>
    internal int Defences;

    private readonly ArpProtocol _arp;
    private readonly IRandomSource _random;
    private int _probesLeft;

    /// <summary>Conflicts since an address was found free.</summary>
    private int _conflicts;

    private long _probingSince;

    /// <summary>When somebody else was last seen to use this host's address.</summary>
    private long _conflictAt;

    internal ConflictDetector(ArpProtocol arp, IRandomSource random)
    {
        _arp = arp;
        _random = random;
        Outcome = Open;
        IsLost = false;
        LastConflict = -1;
        Defences = 0;
        Candidate = 0;
        Insists = false;
        _conflictAt = -Never;
        _probingSince = -Never;
    }

    /// <summary>Begins to ask whether anybody has an address; whatever was asked before is forgotten.</summary>
    internal void Probe(uint candidate, long now)
    {
        // RFC 5227 2.1.1: after many conflicts something is wrong with the network, and this host must not add to it.
        long start = _conflicts >= MaxConflicts && now < _probingSince + RateLimitInterval ? _probingSince + RateLimitInterval : now;
        Candidate = candidate;
        Outcome = Open;
        _probesLeft = ProbeNum;
        _probingSince = start;
        NextAt = start + Upto(ProbeWait);
        _arp.WakeAt(NextAt);
    }

    /// <summary>Asks no more.</summary>
    internal void Stop()
    {
        Candidate = 0;
        Outcome = Open;
        NextAt = Never;
    }

    /// <summary>Sends at most one probe; the frame buffer must be free. False when none was due.</summary>
    internal bool Dispatch(long now)
    {
        if (now < NextAt)
        {
            return false;
        }

        if (_probesLeft == 0)
        {
            Stop();
            _conflicts = 0;

            // Who has used the address of before has nothing to do with this one: it may be defended once.
            _conflictAt = -Never;
            Outcome = Free;
            WakeOwner(now);
            return false;
        }

        _probesLeft--;
        NextAt = now + (_probesLeft == 0 ? AnnounceWait : ProbeMin + Upto(ProbeMax - ProbeMin));
        _arp.Probe(Candidate);
        return true;
    }

    /// <summary>
    /// Looks at an ARP packet of another station. RFC 5227 2.1.1: who has sent from the candidate, be it a request or a reply, has it; and
    /// so has, as far as this host is concerned, who probes for it at the same time.
    /// </summary>
    internal void Observe(ArpPacket packet, long now)
    {
        if (Candidate == 0)
        {
            return;
        }

        bool probe = packet.Operation == ArpPacket.OperationRequest && packet.SenderAddress == 0 && packet.TargetAddress == Candidate;
        if (packet.SenderAddress == Candidate || probe)
        {
            Stop();
            _conflicts++;
            LastConflict = packet.SenderMac;
            Outcome = Taken;
            WakeOwner(now);
        }
    }

    /// <summary>Another station has sent from this host's address. True when it is to hear that the address is taken (RFC 5227 2.4).</summary>
    internal bool IsToDefend(ArpPacket packet, long now)
    {
        bool again = now < _conflictAt + DefendInterval;
        LastConflict = packet.SenderMac;
        if (again && !Insists)
        {
            // (b): two in so short a time mean that the other will not go.
            _conflicts++;
            _conflictAt = -Never;
            IsLost = true;
            WakeOwner(now);
            return false;
        }

        // (c): two hosts that both insist must not answer each other without end.
        if (!again)
        {
            _conflictAt = now;
            Defences++;
            WakeOwner(now);
        }

        return !again;
    }

    /// <summary>One of the fields above has changed. Called from within ARP: the owner only sees to it that it is called back.</summary>
    private protected abstract void WakeOwner(long now);

    private int Upto(int most)
    {
        return (int)(_random.NextUInt32() % (uint)(most + 1));
    }
}
