using System;
using NanoTcp.Ip;
using NanoTcp.Udp;
using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <content>What is said to DHCP servers, and what is believed of what they say.</content>
public sealed partial class HostConfiguration
{
    /// <summary>Longest name of a domain that is kept, in octets.</summary>
    private const int LongestDomain = 64;

    /// <summary>Type of the message that is to be sent.</summary>
    private int _toSend;

    /// <summary>Messages of this state that have been sent.</summary>
    private int _sent;

    /// <summary>Tells answers to this host's question from all others (RFC 2131 4.1).</summary>
    private uint _transaction;

    /// <summary>The address that is asked for; 0 for any.</summary>
    private uint _wanted;

    /// <summary>The server whose offer is taken.</summary>
    private uint _chosen;

    /// <summary>When the host began to look for an address, or to prolong a lease, ms.</summary>
    private long _searchingSince;

    /// <summary>'secs' of the last DHCPDISCOVER; the DHCPREQUEST that follows has the same (RFC 2131 3.1 step 3).</summary>
    private int _seconds;

    /// <summary>When the first DHCPREQUEST of this transaction was sent: a lease counts from there (RFC 2131 4.4.1).</summary>
    private long _requestedAt;

    internal override void Process(UdpLayer udp, long now)
    {
        int result = _message.Parse(udp.Ip.Buffer, udp.PayloadOffset, udp.PayloadLength, _transaction, _macAddress);
        if (result != DhcpMessage.Whole)
        {
            _counters[result == DhcpMessage.Foreign ? HostCounter.InIgnored : HostCounter.InErrors]++;
            return;
        }

        int type = _message.Type;
        if (!IsExpected(type))
        {
            _counters[HostCounter.InIgnored]++;
            return;
        }

        if (type == DhcpMessage.Nak)
        {
            TakeRefusal(now);
        }
        else if (!_message.IsUsable())
        {
            _counters[HostCounter.InUnusable]++;
        }
        else if (type == DhcpMessage.Offer)
        {
            TakeOffer();
        }
        else
        {
            TakeLease(udp.Ip.Buffer, now);
        }

        SetDeadline();
        Tell();
    }

    internal override bool Dispatch(UdpLayer udp, long now)
    {
        // RFC 2131 4.4.4.
        bool toServer = _toSend == DhcpMessage.Release || _phase == HostState.Renewing;
        uint destination = toServer ? _lease[DhcpMessage.Server] : Ipv4Address.Broadcast;
        if (toServer)
        {
            int reach = udp.Ip.ReachAny(destination);
            if (reach == Ipv4Layer.Pending)
            {
                return false;
            }

            if (reach == Ipv4Layer.Unreachable)
            {
                // As good as sent and lost.
                Await(now);
                SetDeadline();
                return false;
            }
        }

        // RFC 2131 4.1 and table 5: 'ciaddr' and the sender are the address only when it is this host's and in use. A
        // link-local one, or one that has to be probed for, is not.
        bool own = toServer || _phase == HostState.Rebinding;
        uint address = udp.Ip.Address;
        int length = Write(udp, own ? address : 0, now);
        udp.Ip.SetSource(own ? address : 0);
        udp.Send(DhcpMessage.ClientPort, destination, DhcpMessage.ServerPort, length, 0, 0);
        udp.Ip.SetSource(address);
        CountSent();
        Await(now);
        SetDeadline();
        return true;
    }

    /// <summary>Begins a transaction.</summary>
    private void Ask(int type, uint wanted)
    {
        // RFC 2131 4.1: chosen at random, so that nobody off the link can answer in a server's place.
        _transaction = _stack.Udp.Random.NextUInt32();
        _wanted = wanted;
        _chosen = 0;
        Queue(type);
    }

    private void Queue(int type)
    {
        _toSend = type;
        OutputDue = true;
        _stack.Udp.AskToSend();
    }

    private int Write(UdpLayer udp, uint clientAddress, long now)
    {
        byte[] buffer = udp.Ip.Buffer;
        int offset = udp.TransmitOffset;
        int type = _toSend;
        bool asks = type == DhcpMessage.Discover || type == DhcpMessage.Request;
        if (asks && _phase != HostState.Requesting)
        {
            long seconds = (now - _searchingSince) / 1000;
            _seconds = seconds > 0xFFFF ? 0xFFFF : (int)seconds;
        }

        int at = DhcpMessage.Begin(buffer, offset, _transaction, asks ? _seconds : 0, clientAddress, _macAddress, type);

        // RFC 2131 4.4.1, table 5: who may say what. RFC 2132 9.1 and 9.10: the address, and what the frame buffer takes.
        if (type == DhcpMessage.Decline)
        {
            at = DhcpMessage.PutNumber(buffer, at, DhcpMessage.OptionRequested, _lease[DhcpMessage.YourAddress]);
        }
        else if (asks && _wanted != 0)
        {
            at = DhcpMessage.PutNumber(buffer, at, DhcpMessage.OptionRequested, _wanted);
        }

        if (!asks)
        {
            at = DhcpMessage.PutNumber(buffer, at, DhcpMessage.OptionServer, _lease[DhcpMessage.Server]);
        }
        else
        {
            if (_chosen != 0)
            {
                at = DhcpMessage.PutNumber(buffer, at, DhcpMessage.OptionServer, _chosen);
            }

            if (udp.MaxPayload >= Ipv4Layer.LeastReassembly)
            {
                at = DhcpMessage.PutShort(buffer, at, DhcpMessage.OptionMaxSize, udp.MaxPayload);
            }

            if (_hostNameLength != 0)
            {
                at = DhcpMessage.PutOctets(buffer, at, DhcpMessage.OptionHostName, _hostName, _hostNameLength);
            }

            at = DhcpMessage.PutParameters(buffer, at, _takesName);
        }

        return DhcpMessage.End(buffer, offset, at);
    }

    private void CountSent()
    {
        switch (_toSend)
        {
            case DhcpMessage.Discover:
                _counters[HostCounter.Discovers]++;
                break;
            case DhcpMessage.Request:
                _counters[HostCounter.Requests]++;
                break;
            case DhcpMessage.Decline:
                _counters[HostCounter.Declines]++;
                break;
            default:
                _counters[HostCounter.Releases]++;
                break;
        }
    }

    /// <summary>A message has left: its answer is waited for, if there is to be one.</summary>
    private void Await(long now)
    {
        OutputDue = false;
        if (_toSend == DhcpMessage.Decline)
        {
            return;
        }

        if (_toSend == DhcpMessage.Release)
        {
            // RFC 2131 4.4.6: the server may lend it to somebody else from now on.
            EndStop();
            Tell();
            return;
        }

        // RFC 2131 4.4.5: a lease that is prolonged counts from the request that was answered, and each is a transaction of its own.
        if (_sent == 0 || _phase == HostState.Renewing || _phase == HostState.Rebinding)
        {
            _requestedAt = now;
        }

        _sent++;
        if (_phase == HostState.Renewing)
        {
            _timer = now + HalfOf(_rebindAt - now);
        }
        else if (_phase == HostState.Rebinding && !_unconfirmed)
        {
            _timer = now + HalfOf(_leaseEnd - now);
        }
        else
        {
            // RFC 2131 4.1: 4, 8, 16, 32 and 64 s, give or take one.
            int wait = _sent > 4 ? LongestWait : FirstWait << (_sent - 1);
            _timer = now + wait - Jitter + Upto(2 * Jitter);
        }
    }

    /// <summary>RFC 2131 4.4.5: half of what is left until T2, or until the lease ends, but a minute at least.</summary>
    private static long HalfOf(long left)
    {
        return left / 2 < RenewalWait ? RenewalWait : left / 2;
    }

    /// <summary>True for an answer to what this host has asked, from whom it has asked (RFC 2131 4.4).</summary>
    private bool IsExpected(int type)
    {
        uint server = _message.Values[DhcpMessage.Server];
        uint address = _message.Values[DhcpMessage.YourAddress];
        switch (_phase)
        {
            case HostState.Selecting:
                return type == DhcpMessage.Offer && _sent != 0;
            case HostState.Requesting:
                return _sent != 0 && server == _chosen && (type == DhcpMessage.Nak || (type == DhcpMessage.Ack && address == _wanted));
            case HostState.Rebooting:
                return _sent != 0 && (type == DhcpMessage.Nak || (type == DhcpMessage.Ack && address == _wanted));
            case HostState.Renewing:
            case HostState.Rebinding:
                return _sent != 0
                    && (_phase == HostState.Rebinding || server == _lease[DhcpMessage.Server])
                    && (type == DhcpMessage.Nak || (type == DhcpMessage.Ack && address == _lease[DhcpMessage.YourAddress]));
            default:
                return false;
        }
    }

    /// <summary>The first offer that a host can use is taken (RFC 2131 4.4.1); the others are let go.</summary>
    private void TakeOffer()
    {
        _counters[HostCounter.Offers]++;
        SetPhase(HostState.Requesting);

        // RFC 2131 4.4.1: the same transaction as that of the offer.
        _wanted = _message.Values[DhcpMessage.YourAddress];
        _chosen = _message.Values[DhcpMessage.Server];
        Queue(DhcpMessage.Request);
    }

    private void TakeLease(byte[] buffer, long now)
    {
        _counters[HostCounter.Acks]++;
        bool inUse = _phase == HostState.Renewing || _phase == HostState.Rebinding;
        Array.Copy(_message.Values, _lease, DhcpMessage.ValueCount);
        KeepNames(buffer);
        SetLeaseTimes();
        if (inUse)
        {
            SetAddress();
            BeBound();
            return;
        }

        // RFC 2131 4.4.1, RFC 5227 2.1: the address is probed for before it is used.
        SetPhase(HostState.Probing);
        _unconfirmed = false;
        ProbeFor(_lease[DhcpMessage.YourAddress], now);
    }

    /// <summary>
    /// RFC 2131 4.4.5: T1 lies before T2 and T2 before the end; what a server says otherwise, or not at all, or so short that it would
    /// be asked without a break, is set here.
    /// </summary>
    private void SetLeaseTimes()
    {
        uint lease = _lease[DhcpMessage.Lease];
        if (lease == DhcpMessage.Infinite)
        {
            _leaseEnd = Never;
            _renewAt = Never;
            _rebindAt = Never;
            return;
        }

        long all = (long)lease * 1000;
        long renewal = (long)_lease[DhcpMessage.Renewal] * 1000;
        long rebinding = (long)_lease[DhcpMessage.Rebinding] * 1000;
        if (rebinding < LeastRenewal || rebinding >= all)
        {
            rebinding = all / 8 * 7;
        }

        if (renewal < LeastRenewal || renewal >= rebinding)
        {
            // A little earlier at random, so that hosts that have got their leases together do not renew them together.
            renewal = rebinding < all / 2 ? rebinding : all / 2;
            renewal -= Upto((int)(renewal / 32 > 600000 ? 600000 : renewal / 32));
            if (renewal >= rebinding)
            {
                renewal = rebinding / 2;
            }
        }

        _leaseEnd = _requestedAt + all;
        _renewAt = _requestedAt + renewal;
        _rebindAt = _requestedAt + rebinding;
    }

    private void KeepNames(byte[] buffer)
    {
        _domainLength = _message.DomainLength > LongestDomain ? 0 : _message.DomainLength;
        Array.Copy(buffer, _message.DomainOffset, _domain, 0, _domainLength);
        if (_takesName && _message.HostNameLength <= HostConfigurationOptions.LongestHostName)
        {
            _hostNameLength = _message.HostNameLength;
            Array.Copy(buffer, _message.HostNameOffset, _hostName, 0, _hostNameLength);
        }
    }

    /// <summary>RFC 2131 4.4.2, 4.4.5: after DHCPNAK the address is used no longer, and the host begins anew; slower and slower if all that it gets is refusals.</summary>
    private void TakeRefusal(long now)
    {
        _counters[HostCounter.Naks]++;
        Reason = HostReason.Refused;
        _remembered = 0;
        if (Origin == AddressOrigin.Dhcp)
        {
            DropAddress();
        }

        int wait = _refusals == 0 ? 0 : _refusals > 5 ? LongestWait : 1000 << _refusals;
        _refusals++;
        bool offered = _phase == HostState.Requesting;
        SetPhase(HostState.Init);
        _searchingSince = now;
        _timer = now + wait + Upto(StartDelay);
        if (offered)
        {
            // A server that refuses what it has offered is as good as none.
            HelpYourself(now);
        }
    }
}
