using System;
using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <summary>What a person at a console wants to know of a host's address: a line whenever something has changed.</summary>
/// <remarks>Lines are made when they are taken, and only then is memory taken.</remarks>
public sealed class HostNotices
{
    private const int Longest = 160;

    // What is told: states that are of no interest by themselves are one.
    private const int Nothing = 0;
    private const int Asking = 1;
    private const int Stopped = 2;
    private const int NoLink = 3;
    private const int Leased = 4;
    private const int Rebinding = 5;
    private const int LinkLocal = 6;
    private const int Static = 7;
    private const int Conflict = 8;

    private readonly HostConfiguration _host;
    private int _told = Nothing;
    private HostReason _toldReason = HostReason.None;
    private uint _toldAddress;
    private uint _toldGateway;
    private long _toldDefences;
    private byte[] _line;
    private int _at;

    /// <summary>Has told nothing yet.</summary>
    /// <param name="host">The host to tell of.</param>
    /// <exception cref="ArgumentNullException"><paramref name="host"/> is null.</exception>
    public HostNotices(HostConfiguration host)
    {
        if (host == null)
        {
            throw new ArgumentNullException(nameof(host));
        }

        _host = host;
    }

    /// <summary>Takes what has changed since it was taken last; to be called after <see cref="NetworkStack.Poll"/>, as often as one likes.</summary>
    /// <returns>A line without its end, or null when there is nothing new to tell.</returns>
    public string Take()
    {
        int what = WhatToTell();
        uint address = _host.Stack.Address;
        uint gateway = _host.Stack.Gateway;
        HostReason reason = what == Asking ? _host.Reason : HostReason.None;
        long defences = _host.Counters.GetValue(HostCounter.Defences);
        bool has = what >= Leased && what <= Static;
        bool defended = defences != _toldDefences;
        bool same = what == _told && (has ? address == _toldAddress && gateway == _toldGateway : reason == _toldReason);
        if (what == Nothing || (same && !defended))
        {
            return null;
        }

        _told = what;
        _toldReason = reason;
        _toldAddress = address;
        _toldGateway = gateway;
        _toldDefences = defences;
        _line = new byte[Longest];
        _at = 0;
        if (same)
        {
            TellDefence(address);
        }
        else
        {
            Tell(what, reason, address, gateway);
        }

        string line = Text.FromAscii(_line, _at);
        _line = null;
        return line;
    }

    private int WhatToTell()
    {
        switch (_host.State)
        {
            case HostState.LinkDown:
                return NoLink;
            case HostState.Bound:
            case HostState.Renewing:
                return Leased;
            case HostState.Rebinding:
                return Rebinding;
            case HostState.LinkLocal:
                return LinkLocal;
            case HostState.Static:
                return Static;
            case HostState.Conflict:
                return Conflict;
            case HostState.Stopped:
                return Stopped;
            case HostState.Releasing:
                return Nothing;
            default:
                return Asking;
        }
    }

    private void Tell(int what, HostReason reason, uint address, uint gateway)
    {
        switch (what)
        {
            case NoLink:
                Put("No address: there is no link");
                break;
            case Stopped:
                Put("No address: stopped");
                break;
            case Conflict:
                Put("No address: the one that was to be used is another station's, ");
                PutStation(_host.LastConflict);
                break;
            case Asking:
                Put("No address: ");
                Put(reason == HostReason.Expired ? "the lease has expired; "
                    : reason == HostReason.Refused ? "the server has refused the old one; "
                    : reason == HostReason.Conflict ? "another station has it; "
                    : reason == HostReason.NoAnswer ? "no server has answered yet; " : "");
                Put("asking");
                break;
            default:
                TellAddress(what, address, gateway);
                break;
        }
    }

    private void TellAddress(int what, uint address, uint gateway)
    {
        Put("Address ");
        PutAddress(address);
        Put("/");
        PutNumber(_host.Stack.PrefixLength);
        if (gateway != 0)
        {
            Put(", router ");
            PutAddress(gateway);
        }

        if (what == Leased)
        {
            Put(", lent by ");
            PutAddress(_host.Server);
            PutTime(" for ");
        }
        else if (what == Rebinding)
        {
            Put(", but its server does not answer");
            PutTime("; the lease ends in ");
        }
        else if (what == LinkLocal)
        {
            Put(", link-local: no DHCP server answers; asking on");
        }
    }

    private void TellDefence(uint address)
    {
        Put("Address ");
        PutAddress(address);
        Put(" is used by another station too, ");
        PutStation(_host.LastConflict);
        Put("; it has been told");
    }

    private void PutTime(string before)
    {
        if (_host.LeaseLeft != long.MaxValue)
        {
            Put(before);
            PutNumber(_host.LeaseLeft);
            Put(" s");
        }
    }

    private void Put(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            _line[_at++] = (byte)text[i];
        }
    }

    private void PutAddress(uint address)
    {
        _at = Ipv4Address.Format(address, _line, _at);
    }

    private void PutStation(long macAddress)
    {
        _at = MacAddress.Format(macAddress, _line, _at);
    }

    private void PutNumber(long value)
    {
        if (value >= 10)
        {
            PutNumber(value / 10);
        }

        _line[_at++] = (byte)('0' + (int)(value % 10));
    }
}
