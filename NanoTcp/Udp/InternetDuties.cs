using NanoTcp.Ip;
using NanoTcp.Wire;

namespace NanoTcp.Udp;

/// <summary>
/// What IP itself has to do by the clock: reports about groups, and datagrams whose fragments do not come. It stands among the
/// endpoints, without a port, because those are looked at anyway: a stack that has neither pays nothing for either.
/// </summary>
internal sealed class InternetDuties : UdpEndpoint
{
    /// <summary>Null without groups.</summary>
    internal readonly IgmpProtocol Igmp;

    private readonly UdpLayer _udp;
    private readonly IcmpProtocol _icmp;

    /// <summary>Null when fragments are dropped.</summary>
    private readonly Reassembly _reassembly;

    internal InternetDuties(UdpLayer udp, IgmpProtocol igmp, Reassembly reassembly, IcmpProtocol icmp)
    {
        _udp = udp;
        Igmp = igmp;
        _reassembly = reassembly;
        _icmp = icmp;
        udp.Attach(this);
    }

    /// <summary>Something was received, joined or left: finds out when there is something to do.</summary>
    internal void FindDeadline()
    {
        long deadline = _reassembly == null ? Never : _reassembly.Deadline;
        Deadline = Igmp != null && Igmp.DueAt < deadline ? Igmp.DueAt : deadline;
        _udp.WakeAt(Deadline);
    }

    /// <inheritdoc/>
    internal override void Process(UdpLayer udp, long now)
    {
        // Nothing comes to port 0.
    }

    /// <inheritdoc/>
    internal override void RunTimers(long now)
    {
        if (_reassembly != null && now >= _reassembly.Deadline)
        {
            OutputDue |= _reassembly.RunTimers(now);
        }

        FindDeadline();
        if (Igmp != null && now >= Igmp.DueAt)
        {
            // From here on the mark says so, and no clock.
            OutputDue = true;
            Deadline = _reassembly == null ? Never : _reassembly.Deadline;
        }

        if (OutputDue)
        {
            _udp.AskToSend();
        }
    }

    /// <inheritdoc/>
    internal override bool Dispatch(UdpLayer udp, long now)
    {
        if (Igmp != null && Igmp.Dispatch(now))
        {
            return true;
        }

        while (_reassembly != null && _reassembly.Recall())
        {
            if (TellSource())
            {
                return true;
            }
        }

        OutputDue = false;
        FindDeadline();
        return false;
    }

    /// <inheritdoc/>
    internal override void LinkChanged(bool up, long now)
    {
        if (_reassembly != null && !up)
        {
            // What is missing will not come, and when the link is back it is too late to tell anybody.
            _reassembly.Clear();
        }

        if (Igmp != null)
        {
            Igmp.Restart(up);
        }

        FindDeadline();
    }

    /// <inheritdoc/>
    internal override void AddressChanged(long now)
    {
        if (_reassembly != null)
        {
            _reassembly.Clear();
        }

        if (Igmp != null)
        {
            Igmp.Restart();
        }

        FindDeadline();
    }

    /// <summary>
    /// Tells the source of a datagram that was given up (RFC 1122 3.3.2): its first fragment stands in the frame buffer as it
    /// came. True when something was sent.
    /// </summary>
    private bool TellSource()
    {
        Ipv4Layer ip = _udp.Ip;
        int headerLength = ip.Header.HeaderLength;
        return _icmp.SendError(
            IcmpMessage.TypeTimeExceeded,
            IcmpMessage.CodeReassemblyTimeExceeded,
            ip.Buffer,
            ip.ReceiveOffset - headerLength,
            headerLength + ip.Header.PayloadLength);
    }
}
