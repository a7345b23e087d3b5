using System;
using NanoTcp.Ip;
using NanoTcp.Link;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Udp;
using NanoTcp.Wire;

namespace NanoTcp;

// One call of Poll: what comes in, whom it concerns, what is due, and whose turn it is to send.
public sealed partial class NetworkStack
{
    /// <summary>Frames taken in, and frames sent, by one call of <see cref="Poll"/> at most.</summary>
    private const int FramesPerPoll = 16;

    /// <summary>How soon a device is asked again that cannot take a frame now, in ms; the longest frame takes 1.2 ms at 10 Mbit/s.</summary>
    private const int BusyDeviceWait = 1;

    /// <summary>
    /// Takes in what has arrived, runs what is due, sends what is ready. The work of one call is bounded.
    /// </summary>
    /// <param name="now">The clock in ms: may start anywhere, never goes back.</param>
    /// <returns>Milliseconds for which the stack may be left alone if no frame arrives and nobody uses its
    /// connections; 0 means call again at once.</returns>
    public int Poll(long now)
    {
        Ipv4Layer ip = Ip;
        ip.Now = now;
        _neighbours.Now = now;
        ILinkDevice link = _link;
        int linkWait = link.Poll(now);
        if (link.Status != _linkStatus)
        {
            LinkChanged(now);
        }

        // An acknowledgment that waits in the device is no reason to retransmit or to give up, however late we are. And all
        // that waits there is taken in before anything is acknowledged (RFC 9293 MUST-58, MUST-59).
        bool more = Receive(now);

        // Mostly nobody has anything to do, and one time says so.
        long dueAt = ip.DueAt;
        if (now >= dueAt)
        {
            return Work(now, linkWait, more);
        }

        return more || linkWait < 0 ? 0 : dueAt < now + linkWait ? (int)(dueAt - now) : linkWait;
    }

    private void LinkChanged(long now)
    {
        LinkStatus status = _link.Status;
        _linkStatus = status;
        Ip.DueAt = Ipv4Layer.AtOnce;
        if (status == LinkStatus.Up)
        {
            Arp.LinkRestored(now);
            _tcp.LinkRestored(now);
        }
        else
        {
            _ethernet.Discard();
        }

        Udp.LinkChanged(status == LinkStatus.Up, now);
    }

    /// <summary>True when there may be more to receive.</summary>
    private bool Receive(long now)
    {
        EthernetLayer ethernet = _ethernet;
        if (ethernet.WaitingLength != 0 && !ethernet.Flush())
        {
            return false;
        }

        ILinkDevice link = _link;
        byte[] frame = ethernet.Frame;
        int offset = ethernet.FrameOffset;
        int left = FramesPerPoll;
        do
        {
            int length = link.Receive(frame, offset, EthernetHeader.Length + ethernet.Mtu);
            if (length == 0)
            {
                return false;
            }

            // Mostly the header is that of the frame before, and the packet what its connection expects.
            if (BitConverter.ToInt64(frame, offset) == ethernet.ExpectedStart
                && BitConverter.ToInt64(frame, offset + EthernetHeader.SourceOffset) == ethernet.ExpectedSourceAndType)
            {
                if (_tcp.ProcessPredicted(frame, offset + EthernetHeader.Length, length - EthernetHeader.Length, now))
                {
                    continue;
                }

                // Whatever it brings, all layers are asked what they have to do now.
                Ip.DueAt = Ipv4Layer.AtOnce;
                if (!_tcp.ProcessPlain(frame, offset + EthernetHeader.Length, length - EthernetHeader.Length, now)
                    && ethernet.Process(length, true))
                {
                    Process(now);
                }
            }
            else
            {
                Ip.DueAt = Ipv4Layer.AtOnce;
                if (ethernet.Process(length, false))
                {
                    Process(now);
                }
            }

            if (ethernet.WaitingLength != 0 && !ethernet.Flush())
            {
                // The next frame may need an answer, so there must be a place for one.
                return false;
            }
        }
        while (--left != 0);

        return true;
    }

    private void Process(long now)
    {
        int type = _ethernet.Type;
        if (type == EthernetHeader.TypeIpv4)
        {
            if (Ip.Process())
            {
                ProcessPacket(now);
            }
            else if (_duties != null)
            {
                // It may have been the first fragment of a datagram.
                _duties.FindDeadline();
            }
        }
        else if (type == EthernetHeader.TypeArp)
        {
            Arp.Process();
        }
        else
        {
            Counters.Increment(StackCounter.EthInUnknownTypes);
        }
    }

    private void ProcessPacket(long now)
    {
        int protocol = Ip.Header.Protocol;
        if (protocol == Ipv4Header.ProtocolTcp)
        {
            _tcp.Process(now);
            return;
        }

        switch (protocol)
        {
            case Ipv4Header.ProtocolIcmp:
                switch (_icmp.Process())
                {
                    case IcmpProtocol.TcpError:
                        _tcp.ProcessError(_icmp);
                        break;

                    case IcmpProtocol.UdpError:
                        Udp.ProcessError(_icmp);
                        break;
                }

                break;

            case Ipv4Header.ProtocolUdp:
                if (!Udp.Process(now))
                {
                    // RFC 1122 4.1.3.1.
                    _icmp.SendUnreachable(IcmpMessage.CodePortUnreachable);
                }

                break;

            default:
                ProcessOther(now);
                break;
        }
    }

    private void ProcessOther(long now)
    {
        if (Ip.Header.Protocol == Ipv4Header.ProtocolIgmp && _duties != null && _duties.Igmp != null)
        {
            _duties.Igmp.Process(now);
            _duties.FindDeadline();
            return;
        }

        Counters.Increment(StackCounter.IpInUnknownProtos);
        _icmp.SendUnreachable(IcmpMessage.CodeProtocolUnreachable);
    }

    /// <summary>True when there may be more to send and the device would take it.</summary>
    private bool Send(long now)
    {
        EthernetLayer ethernet = _ethernet;
        ArpProtocol arp = Arp;
        UdpLayer udp = Udp;
        TcpLayer tcp = _tcp;
        int left = FramesPerPoll;
        do
        {
            if (ethernet.WaitingLength != 0
                || !_link.CanSend
                || !((now >= _neighbours.LookAt && arp.Dispatch(now))
                    || (udp.OutputDue ? Share(now) : tcp.Due != 0 && arp.Address != 0 && tcp.Dispatch(now))))
            {
                return false;
            }

            if (tcp.Due == 0 && !udp.OutputDue && now < _neighbours.LookAt)
            {
                // That was all.
                return false;
            }
        }
        while (--left != 0);

        return true;
    }

    /// <summary>
    /// Datagrams and segments take turns. A device may take one frame a call, so without that a socket which always has
    /// something to send, or a stranger who always gets an answer, would keep every acknowledgment back.
    /// </summary>
    private bool Share(long now)
    {
        bool tcp = Arp.Address != 0;
        if (Udp.HadTurn)
        {
            Udp.HadTurn = false;
            if (tcp && _tcp.Dispatch(now))
            {
                return true;
            }
        }

        Udp.HadTurn = Udp.Dispatch(now);
        return Udp.HadTurn || (tcp && _tcp.Dispatch(now));
    }

    /// <summary>Asks every layer what is due, and finds out when to ask again.</summary>
    /// <param name="now">The time, ms.</param>
    /// <param name="linkWait">For how long the device may be left alone, ms.</param>
    /// <param name="more">There may be more to receive.</param>
    /// <returns>What <see cref="Poll"/> returns.</returns>
    private int Work(long now, int linkWait, bool more)
    {
        TcpLayer tcp = _tcp;
        if (now >= tcp.Deadline || (tcp.Due & TcpLayer.PlaceWanted) != 0)
        {
            tcp.RunTimers(now);
        }

        UdpLayer udp = Udp;
        if (now >= udp.Deadline)
        {
            udp.RunTimers(now);
        }

        ArpCache neighbours = _neighbours;
        bool linkUp = _linkStatus == LinkStatus.Up;
        if (tcp.Due != 0 || udp.OutputDue || now >= neighbours.LookAt)
        {
            if (!linkUp || Arp.Address == 0)
            {
                tcp.WaitForLink(now);
            }

            if (linkUp && Send(now))
            {
                more = true;
            }

            if ((tcp.Due & TcpLayer.HeldDue) != 0)
            {
                tcp.ReleaseHeld();
                more = true;
            }
        }

        // Time passes until the next call.
        Arp.ResolvedFor = ArpProtocol.Nobody;
        if (more)
        {
            return 0;
        }

        if (linkUp && (_ethernet.WaitingLength != 0 || !_link.CanSend))
        {
            // Something may be ready to go out. The device said before it was given a frame when it wants to be
            // called, so that does not tell when it is free again, and a deadline that has come cannot be met yet.
            return linkWait < BusyDeviceWait ? linkWait : BusyDeviceWait;
        }

        long deadline = tcp.Deadline;
        if (udp.Deadline < deadline)
        {
            deadline = udp.Deadline;
        }

        // Without a link nobody can be asked for an address.
        if (linkUp && neighbours.LookAt < deadline)
        {
            deadline = neighbours.LookAt;
        }

        if (tcp.Due == 0 && !udp.OutputDue)
        {
            Ip.DueAt = deadline;
        }
        else
        {
            // Who waits for something else than the time - a neighbour, a link, a place - is asked at every call, for which
            // the time stays as it is; but it is no reason for one.
            long place = tcp.NextPlace();
            if (place < deadline)
            {
                deadline = place;
            }
        }

        if (deadline >= now + linkWait)
        {
            return linkWait < 0 ? 0 : linkWait;
        }

        // What is due at once may stand far before any clock.
        return deadline <= now ? 0 : (int)(deadline - now);
    }
}
