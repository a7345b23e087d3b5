using NanoTcp.Ip;
using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Tcp;

// LISTEN: connection requests, and acknowledgments that prove by a SYN cookie that there was one.
internal sealed partial class TcpLayer
{
    /// <summary>RFC 9293 3.10.7.2.</summary>
    /// <param name="listener">Whose port the segment names.</param>
    /// <param name="remoteAddress">Where it comes from.</param>
    /// <param name="farewell">The pair's record in TIME-WAIT, or <see cref="TimeWaitTable.None"/>.</param>
    /// <param name="buffer">Holds the segment.</param>
    /// <returns>False when the segment must be taken for one of the connection in TIME-WAIT.</returns>
    private bool ProcessListen(TcpListener listener, uint remoteAddress, int farewell, byte[] buffer)
    {
        TcpSegment segment = _segment;
        int flags = segment.Flags;
        if ((flags & TcpSegment.Rst) != 0)
        {
            Counters[StackCounter.TcpInBadRsts]++;
            return true;
        }

        if ((flags & TcpSegment.Ack) != 0)
        {
            if ((flags & TcpSegment.Syn) == 0
                && _cookies.AreInForce(Ip.Now)
                && !IsOfEnded(remoteAddress)
                && ProcessCookie(listener, remoteAddress, buffer))
            {
                return true;
            }

            if (farewell == TimeWaitTable.None)
            {
                SendReset(segment, remoteAddress);
            }

            return false;
        }

        // A SYN with FIN is nobody's handshake.
        if ((flags & (TcpSegment.Syn | TcpSegment.Fin)) == TcpSegment.Syn)
        {
            ProcessSyn(remoteAddress, farewell);
            return true;
        }

        const int Xmas = TcpSegment.Fin | TcpSegment.Psh | TcpSegment.Urg;
        int counter = (flags & TcpSegment.Syn) != 0 ? StackCounter.TcpInSynFins
            : (flags & Xmas) == Xmas ? StackCounter.TcpInXmas
            : (flags & (Xmas | TcpSegment.Syn)) == 0 ? StackCounter.TcpInNulls
            : StackCounter.TcpInUnexpected;
        Counters[counter]++;
        return true;
    }

    /// <summary>Answers a connection request, from a record or by a cookie. The work does not depend on how many there are.</summary>
    private void ProcessSyn(uint remoteAddress, int farewell)
    {
        TcpSegment segment = _segment;
        if (HalfOpen.IsFull)
        {
            _cookies.Begin(Ip.Now);
        }

        bool cookie = _cookies.AreInForce(Ip.Now);
        bool open = FreeConnections > HalfOpen.Count;
        uint iss = cookie
            ? _cookies.Make(Ip.Address, remoteAddress, segment.Ports, segment.SequenceNumber, segment.MaxSegmentSize, Ip.Now)
            : _cookies.Isn.Next(Ip.Address, remoteAddress, segment.Ports, Ip.Now);
        if (farewell != TimeWaitTable.None && (int)(iss - TimeWaits.SndNxt[farewell]) <= 0)
        {
            // RFC 9293 MAY-2, (1): beyond every number of the connection before, which was faster than the clock.
            iss = TimeWaits.SndNxt[farewell] + 1;
            cookie = false;
        }

        int index = HalfOpen.Add(Ip.Now, false);
        if (index == HalfOpenTable.None)
        {
            if (cookie)
            {
                AnswerByCookie(remoteAddress, iss);
            }
            else
            {
                // The peer will ask again.
                Counters[StackCounter.TcpHalfOpenDrops]++;
            }

            return;
        }

        HalfOpenTable table = HalfOpen;
        table.State[index] = HalfOpenTable.AnswerDue;
        table.RemoteAddress[index] = remoteAddress;
        table.Ports[index] = segment.Ports;
        table.Iss[index] = iss;
        table.Irs[index] = segment.SequenceNumber;
        table.Window[index] = (ushort)segment.Window;
        table.Mss[index] = (ushort)OptionsOf(segment);
        table.Offered[index] = (ushort)(open ? ReceiveBuffer : 0);
        table.Attempts[index] = 0;
        table.DueAt[index] = Ip.Now;
        if (Ip.Reach(remoteAddress) == Ipv4Layer.Sent)
        {
            // At once: what has not been answered is the first to be replaced.
            SendSynAck(index, Ip.Now);
        }
        else
        {
            Due |= HandshakesDue;
        }
    }

    /// <summary>
    /// RFC 4987 3.6: a SYN,ACK of which nothing is kept, and which is not repeated unless the SYN is. It offers no window:
    /// nobody knows how many peers will finish, and one that finds no place would send its data in vain and then wait for
    /// its retransmission timer, while a window is opened the moment there is a place. Nor does it agree to ECN.
    /// </summary>
    private void AnswerByCookie(uint remoteAddress, uint iss)
    {
        TcpSegment segment = _segment;

        // When nothing but finished handshakes fills the table, this is no flood, and one more would not find a place either.
        if (UsedConnections == _connections.Length && HalfOpen.AreAllFinished())
        {
            Counters[StackCounter.TcpHalfOpenDrops]++;
            return;
        }

        // It may have to wait in its neighbour's queue, for nothing could build it again.
        Counters[StackCounter.TcpOutSegs]++;
        Counters[StackCounter.TcpSynCookiesSent]++;
        Send(
            remoteAddress,
            segment.Ports,
            iss,
            segment.SequenceNumber + 1,
            TcpSegment.Syn | TcpSegment.Ack,
            0,
            OfferedMss,
            0);
    }

    /// <summary>
    /// True for a segment of a connection that is over while its owner still holds it, or a reset of it waits: its numbers are not among the
    /// records yet, and it must not open the connection again; see <see cref="Retire"/>.
    /// </summary>
    private bool IsOfEnded(uint remoteAddress)
    {
        TcpSegment segment = _segment;
        for (int i = 0; i < UsedConnections; i++)
        {
            TcpConnection connection = _connections[i];
            if (connection.Ports == segment.Ports
                && connection.Remote == remoteAddress
                && ((int)(segment.SequenceNumber - connection.Block.RcvNxt) <= 0
                    || (int)(segment.AcknowledgmentNumber - connection.Block.SndMax) <= 0))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>An acknowledgment that no record knows may finish a handshake by a cookie. False when it deserves a reset.</summary>
    private bool ProcessCookie(TcpListener listener, uint remoteAddress, byte[] buffer)
    {
        TcpSegment segment = _segment;
        bool empty = segment.SequenceLength == 0;
        int found = _cookies.Check(
            Ip.Address, remoteAddress, segment.Ports, segment.SequenceNumber, segment.AcknowledgmentNumber, empty, Ip.Now);
        if (found < 0)
        {
            Counters[StackCounter.TcpSynCookiesRejected]++;

            // It may be the second segment of a peer whose first one was lost or found no place: that one comes again.
            return found == SynCookies.Doubtful && !empty;
        }

        if ((found & SynCookies.OneBelow) != 0)
        {
            segment.SequenceNumber++;
        }

        uint iss = segment.AcknowledgmentNumber - 1;
        uint irs = segment.SequenceNumber - 1;
        int mss = SynCookies.MaxSegmentSize(found);
        if (HasPlace(listener))
        {
            Counters[StackCounter.TcpSynCookiesAccepted]++;
            Open(listener, remoteAddress, segment.Ports, iss, irs, segment.Window, mss, 0, false)
                .Process(segment, buffer, Ip.Now);
            return true;
        }

        int index = HalfOpen.Add(Ip.Now, true);
        if (index == HalfOpenTable.None)
        {
            // Not even a place to wait. A reset would turn away a peer that, as most do, speaks first: its probe of the
            // closed window brings the cookie again, and may find a place then. That it is answered lets the peer go on.
            Counters[StackCounter.TcpHalfOpenDrops]++;
            if (!empty || (found & SynCookies.OneBelow) != 0)
            {
                Counters[StackCounter.TcpOutSegs]++;
                Send(remoteAddress, segment.Ports, iss + 1, irs + 1, TcpSegment.Ack, 0, 0, 0);
            }

            return true;
        }

        Counters[StackCounter.TcpSynCookiesAccepted]++;
        HalfOpen.State[index] = HalfOpenTable.Answered;
        HalfOpen.RemoteAddress[index] = remoteAddress;
        HalfOpen.Ports[index] = segment.Ports;
        HalfOpen.Iss[index] = iss;
        HalfOpen.Irs[index] = irs;
        HalfOpen.Window[index] = (ushort)segment.Window;
        HalfOpen.Mss[index] = (ushort)mss;
        HalfOpen.Offered[index] = 0;
        HalfOpen.Attempts[index] = 1;
        ProcessHalfOpen(index, remoteAddress, buffer);
        return true;
    }
}
