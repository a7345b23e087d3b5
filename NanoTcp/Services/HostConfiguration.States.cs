using NanoTcp.Ip;
using NanoTcp.Link;

namespace NanoTcp.Services;

/// <content>What happens when: the link, the timers, and what becomes of an address that was probed for.</content>
public sealed partial class HostConfiguration
{
    /// <summary>
    /// Hosts that are switched on together do not ask together. RFC 2131 4.4.1 suggests one to ten seconds, from a time when a
    /// server was slow; RFC 8415 18.2.1 has one second at most for the same purpose, and so has RFC 5227 2.1.1.
    /// </summary>
    internal const int StartDelay = 1000;

    /// <summary>First wait for an answer; each further one is twice as long (RFC 2131 4.1).</summary>
    internal const int FirstWait = 4000;

    internal const int LongestWait = 64000;

    /// <summary>By so much a wait is longer or shorter, at random.</summary>
    internal const int Jitter = 1000;

    /// <summary>DHCPREQUEST messages to a server that has offered, a minute in all (RFC 2131 3.1 step 5).</summary>
    internal const int RequestsWhenOffered = 4;

    /// <summary>DHCPREQUEST messages for the address that the host had before, until something else is done: 12 s.</summary>
    internal const int RequestsWhenRebooting = 2;

    /// <summary>After so many questions without an answer a link-local address is chosen: 12 s.</summary>
    internal const int QuestionsBeforeLinkLocal = 2;

    /// <summary>From a DHCPDECLINE until the next DHCPDISCOVER (RFC 2131 3.1 step 5).</summary>
    internal const int DeclineWait = 10000;

    /// <summary>T1 and T2 that are shorter are not believed: half of the shortest lease that is taken.</summary>
    internal const int LeastRenewal = (int)DhcpMessage.ShortestLease * 1000 / 2;

    /// <summary>Least time between two requests to prolong a lease (RFC 2131 4.4.5).</summary>
    internal const int RenewalWait = 60000;

    /// <summary>Link-local addresses that can be chosen: 169.254.1.0 to 169.254.254.255 (RFC 3927 2.1).</summary>
    private const uint FirstOfLinkLocal = 0xA9FE0100;

    private const uint LinkLocalCount = 254 * 256;
    private const int LinkLocalPrefix = 16;

    /// <summary>The state but for the link, and for link-local addresses, behind which a server is searched for.</summary>
    private HostState _phase = HostState.Init;

    private bool _linkUp;

    /// <summary>When the state's own timer runs out, ms.</summary>
    private long _timer = Never;

    private long _leaseEnd = Never;
    private long _renewAt = Never;
    private long _rebindAt = Never;

    /// <summary>The address to ask for; 0 for none.</summary>
    private uint _remembered;

    /// <summary>True when that address had a lease that has not run out, as far as this host knows, or was remembered by the program: INIT-REBOOT.</summary>
    private bool _mayReboot = true;

    /// <summary>True when a link-local address is being probed for, and not one that somebody has given.</summary>
    private bool _choosing;

    /// <summary>True while a lease is used that no server has confirmed since the link came back (RFC 2131 3.2 step 3).</summary>
    private bool _unconfirmed;

    /// <summary>The link-local address that is in use or would be.</summary>
    private uint _linkLocal;

    /// <summary>Questions without an answer, or with nothing but a refusal of what was offered, since the search began.</summary>
    private int _unanswered;

    /// <summary>DHCPNAK messages since the last lease.</summary>
    private int _refusals;

    /// <summary>There is something to do at <paramref name="time"/>.</summary>
    internal void Wake(long time)
    {
        Deadline = time;
        _stack.Udp.WakeAt(time);
    }

    internal override void LinkChanged(bool up, long now)
    {
        if (up == _linkUp)
        {
            return;
        }

        _linkUp = up;
        if (up && _phase != HostState.Stopped)
        {
            _unanswered = 0;
            Begin(now);
        }
        else if (!up)
        {
            // RFC 5227 2.1: when the link is back, the address has to be probed for anew, and till then it is not used.
            _detector.Stop();
            _detector.IsLost = false;
            OutputDue = false;
            if (_stack.Address != 0)
            {
                _stack.SuspendAddress();
            }

            if (_phase == HostState.Releasing)
            {
                EndStop();
            }
            else if (_phase != HostState.Stopped)
            {
                SetPhase(HostState.Init);
            }
        }

        SetDeadline();
        Tell();
    }

    internal override void RunTimers(long now)
    {
        if (!_linkUp && _stack.Link.Status == LinkStatus.Up)
        {
            LinkChanged(true, now);
        }

        bool lost = _detector.IsLost;
        _detector.IsLost = false;
        if (_phase == HostState.Releasing || _phase == HostState.Stopped)
        {
            if (_phase == HostState.Releasing && (lost || now >= _timer || now >= _leaseEnd))
            {
                EndStop();
            }

            SetDeadline();
            Tell();
            return;
        }

        // The address in use and the one that was probed for may be decided on at the same time: what is done about the one must not
        // forget what has come of the other.
        int outcome = _detector.Outcome;
        _detector.Outcome = ConflictDetector.Open;
        if (lost)
        {
            GiveUpAddress(outcome == ConflictDetector.Open, now);
        }

        if (outcome == ConflictDetector.Free)
        {
            UseAddress();
        }
        else if (outcome == ConflictDetector.Taken)
        {
            TakeOther(now);
        }

        if (Origin == AddressOrigin.Dhcp && now >= _leaseEnd)
        {
            Expire(now);
        }
        else if (_phase == HostState.Bound && now >= _renewAt && now < _rebindAt)
        {
            Prolong(HostState.Renewing);
        }
        else if ((_phase == HostState.Bound || _phase == HostState.Renewing) && now >= _rebindAt)
        {
            Prolong(HostState.Rebinding);
        }
        else if (now >= _timer)
        {
            RunOut(now);
        }

        SetDeadline();
        Tell();
    }

    /// <summary>The first address that a station tries, always the same one, so that it gets it again after a restart (RFC 3927 2.1).</summary>
    internal static uint FirstLinkLocal(long macAddress)
    {
        uint seed = (uint)macAddress ^ (uint)(macAddress >> 24) * 0x9E3779B1;
        return NextLinkLocal(seed);
    }

    /// <summary>RFC 3927 2.1: pseudo-random and uniform within what is not reserved.</summary>
    internal static uint NextLinkLocal(uint seed)
    {
        uint x = (seed * 1664525) + 1013904223;
        x ^= x >> 16;
        x *= 0x85EBCA6B;
        x ^= x >> 13;
        return FirstOfLinkLocal + (x % LinkLocalCount);
    }

    /// <summary>The link is there: the host looks for its address, or for the confirmation of the one that it had (RFC 2131 3.7).</summary>
    private void Begin(long now)
    {
        _searchingSince = now;
        if (_mode == HostMode.Static)
        {
            SetPhase(HostState.Probing);
            Probe(_lease[DhcpMessage.YourAddress], now);
            return;
        }

        SetPhase(HostState.Init);
        _timer = now + Upto(StartDelay);
        if (Origin == AddressOrigin.LinkLocal && !_stack.IsAddressUsable)
        {
            Choose(now);
        }
    }

    /// <summary>The state's timer has run out.</summary>
    private void RunOut(long now)
    {
        _timer = Never;
        switch (_phase)
        {
            case HostState.Init:
                if (_remembered != 0 && _mayReboot)
                {
                    SetPhase(HostState.Rebooting);
                    Ask(DhcpMessage.Request, _remembered);
                }
                else
                {
                    Select();
                }

                break;

            case HostState.Selecting:
                NoAnswer(now);
                Queue(DhcpMessage.Discover);
                break;

            case HostState.Requesting:
                if (_sent < RequestsWhenOffered)
                {
                    NoAnswer(now);
                    Queue(DhcpMessage.Request);
                }
                else
                {
                    // A server that offers and then says nothing is as good as none.
                    Select();
                    NoAnswer(now);
                }

                break;

            case HostState.Rebooting:
                NoAnswer(now);
                if (_sent < RequestsWhenRebooting)
                {
                    Queue(DhcpMessage.Request);
                }
                else if (Origin == AddressOrigin.Dhcp)
                {
                    // RFC 2131 3.2 step 3: the lease has not run out, so the address may be used. It may be another network that
                    // the cable is in now, therefore all servers are asked again soon.
                    _unconfirmed = true;
                    SetPhase(HostState.Probing);
                    ProbeFor(_lease[DhcpMessage.YourAddress], now);
                }
                else
                {
                    Select();
                }

                break;

            case HostState.Renewing:
            case HostState.Rebinding:
                // A new transaction each time, so that it is known which request an answer is to.
                Ask(DhcpMessage.Request, 0);
                break;

            case HostState.Conflict:
                Begin(now);
                break;
        }
    }

    /// <summary>A question has gone unanswered.</summary>
    private void NoAnswer(long now)
    {
        Reason = HostReason.NoAnswer;
        HelpYourself(now);
    }

    /// <summary>It has come to nothing again; after some times the host takes an address without a server (RFC 3927 1.9).</summary>
    private void HelpYourself(long now)
    {
        _unanswered++;
        bool alone = Origin == AddressOrigin.None && _detector.Candidate == 0 && _phase != HostState.Requesting;
        if (_mode == HostMode.DhcpOrLinkLocal && alone && _unanswered >= QuestionsBeforeLinkLocal)
        {
            Choose(now);
        }
    }

    /// <summary>Probes for a link-local address; the search for a server goes on as it would without (RFC 3927 2.2.1, 2.11).</summary>
    private void Choose(long now)
    {
        _choosing = true;
        Probe(_linkLocal, now);
    }

    private void ProbeFor(uint address, long now)
    {
        _choosing = false;
        Probe(address, now);
    }

    private void Probe(uint address, long now)
    {
        // ARP sends the probes, and what it has to do is looked at when something is due; the program may have called this.
        _detector.Probe(address, now);
        _stack.Ip.DueAt = Ipv4Layer.AtOnce;
    }

    /// <summary>INIT is left for SELECTING: every server is asked for an offer.</summary>
    private void Select()
    {
        SetPhase(HostState.Selecting);
        Ask(DhcpMessage.Discover, _remembered);
    }

    /// <summary>T1 or T2 has come.</summary>
    private void Prolong(HostState phase)
    {
        if (_linkUp)
        {
            SetPhase(phase);
            _searchingSince = _stack.Now;
            Ask(DhcpMessage.Request, 0);
        }
    }

    /// <summary>Nobody has the address that was probed for: from now on it is this host's.</summary>
    private void UseAddress()
    {
        if (_choosing)
        {
            _counters[HostCounter.LinkLocals]++;
            Origin = AddressOrigin.LinkLocal;

            // RFC 3927 2.4, RFC 5227 2.3: ARP announces every address that it is given.
            _stack.SetAddress(_linkLocal, LinkLocalPrefix, 0);
            return;
        }

        Origin = _mode == HostMode.Static ? AddressOrigin.Static : AddressOrigin.Dhcp;
        SetAddress();
        if (_mode == HostMode.Static)
        {
            Reason = HostReason.None;
            SetPhase(HostState.Static);
        }
        else if (_unconfirmed)
        {
            Prolong(HostState.Rebinding);
        }
        else
        {
            BeBound();
        }
    }

    /// <summary>Another station has the address that was probed for.</summary>
    private void TakeOther(long now)
    {
        _counters[HostCounter.Conflicts]++;
        if (!_choosing)
        {
            // The address may be that of before the link was down, kept in the hope of having it again.
            LoseLease(now, Origin != AddressOrigin.LinkLocal);
            return;
        }

        if (Origin == AddressOrigin.LinkLocal)
        {
            DropAddress();
        }

        ChooseOther(now);
    }

    /// <summary>Another station uses the address of this host and will not go (RFC 5227 2.4).</summary>
    private void GiveUpAddress(bool open, long now)
    {
        _counters[HostCounter.Conflicts]++;
        if (Origin != AddressOrigin.LinkLocal)
        {
            LoseLease(now, true);
            return;
        }

        DropAddress();
        _linkLocal = NextLinkLocal(_linkLocal);
        if (open && _detector.Candidate == 0)
        {
            Choose(now);
        }
    }

    /// <summary>RFC 3927 2.2.1, 2.5: another one is chosen, at a slower pace after many conflicts.</summary>
    private void ChooseOther(long now)
    {
        _linkLocal = NextLinkLocal(_linkLocal);
        Choose(now);
    }

    private void LoseLease(long now, bool drops)
    {
        if (drops)
        {
            DropAddress();
        }

        Reason = HostReason.Conflict;
        SetPhase(HostState.Conflict);
        if (_mode == HostMode.Static)
        {
            _timer = now + ConflictDetector.RateLimitInterval;
            return;
        }

        // RFC 2131 3.1 step 5, 4.4.4: the server is to know that the address is taken.
        _remembered = 0;
        _timer = now + DeclineWait;
        _transaction = _stack.Udp.Random.NextUInt32();
        Queue(DhcpMessage.Decline);
        HelpYourself(now);
    }

    /// <summary>RFC 2131 4.4.5: when the lease expires, the address is used no longer, and the host begins anew.</summary>
    private void Expire(long now)
    {
        _counters[HostCounter.Expirations]++;
        Reason = HostReason.Expired;
        _detector.Stop();
        _mayReboot = false;
        _unanswered = 0;
        DropAddress();
        SetPhase(HostState.Init);
        if (_linkUp)
        {
            _searchingSince = now;
            Select();
        }
    }

    private void DropAddress()
    {
        Origin = AddressOrigin.None;

        // The times of the lease stay: they may be those of one whose address is being probed for.
        _unconfirmed = false;
        _stack.SetAddress(0, 0, 0);
    }

    private void SetAddress()
    {
        _stack.SetAddress(
            _lease[DhcpMessage.YourAddress],
            DhcpMessage.PrefixLength(_lease[DhcpMessage.Mask]),
            _lease[DhcpMessage.Gateway]);
    }

    private void BeBound()
    {
        SetPhase(HostState.Bound);
        Reason = HostReason.None;
        _remembered = _lease[DhcpMessage.YourAddress];
        _mayReboot = true;
        _refusals = 0;
        _unanswered = 0;
        _unconfirmed = false;
    }

    private void EndStop()
    {
        DropAddress();
        SetPhase(HostState.Stopped);
    }

    private void SetPhase(HostState phase)
    {
        _phase = phase;
        _timer = Never;
        _sent = 0;
        OutputDue = false;

        // What comes to an address that this host has not got yet is taken only while there may be an answer.
        _stack.Ip.TakesOffers = phase == HostState.Selecting || phase == HostState.Requesting || phase == HostState.Rebooting;
    }

    private void SetDeadline()
    {
        long deadline = _timer;
        if (Origin == AddressOrigin.Dhcp)
        {
            if (_leaseEnd < deadline)
            {
                deadline = _leaseEnd;
            }

            if (_linkUp && _phase == HostState.Bound && _renewAt < deadline)
            {
                deadline = _renewAt;
            }

            if (_linkUp && (_phase == HostState.Bound || _phase == HostState.Renewing) && _rebindAt < deadline)
            {
                deadline = _rebindAt;
            }
        }

        // What ARP has found out waits to be taken up.
        if (_detector.Outcome != ConflictDetector.Open || _detector.IsLost)
        {
            deadline = _stack.Now;
        }

        Wake(deadline);
    }

    private int Upto(int most)
    {
        return (int)(_stack.Udp.Random.NextUInt32() % (uint)(most + 1));
    }
}
