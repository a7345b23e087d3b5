using NanoTcp.Ip;
using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Tcp;

// Passive opens: from the SYN to the connection that a listener hands over, and what becomes of those that find no place.
internal sealed partial class TcpLayer
{
    /// <summary>RFC 9293 3.10.7.2.</summary>
    private void ProcessListen(uint remoteAddress, uint ports)
    {
        TcpSegment segment = _segment;
        if ((segment.Flags & TcpSegment.Rst) != 0)
        {
            return;
        }

        if ((segment.Flags & TcpSegment.Ack) != 0)
        {
            SendReset(segment, remoteAddress);
            return;
        }

        // A SYN with FIN is nobody's handshake.
        if ((segment.Flags & (TcpSegment.Syn | TcpSegment.Fin)) != TcpSegment.Syn)
        {
            Counters[StackCounter.TcpInErrs]++;
            return;
        }

        int index = HalfOpen.Add(_now);
        if (index == HalfOpenTable.None)
        {
            // The peer will ask again.
            Counters[StackCounter.TcpHalfOpenDrops]++;
            return;
        }

        HalfOpen.State[index] = HalfOpenTable.AnswerDue;
        HalfOpen.RemoteAddress[index] = remoteAddress;
        HalfOpen.Ports[index] = ports;
        HalfOpen.Iss[index] = _isn.Next(Ip.Address, remoteAddress, segment.DestinationPort, segment.SourcePort, _now);
        HalfOpen.Irs[index] = segment.SequenceNumber;
        HalfOpen.Window[index] = (ushort)segment.Window;
        HalfOpen.Mss[index] = (ushort)segment.MaxSegmentSize;
        HalfOpen.Offered[index] = (ushort)(FreeConnections >= HalfOpen.Count ? _receiveBuffer : 0);
        HalfOpen.Attempts[index] = 0;
        HalfOpen.DueAt[index] = _now;
        if (Ip.Reach(remoteAddress) == Ipv4Layer.Sent)
        {
            // At once: in a flood, what has not been answered is replaced by the next request.
            SendSynAck(index, _now);
        }
    }

    /// <summary>SYN-RECEIVED of a passive open: RFC 9293 3.10.7.4 by the borrowed rules, or by a connection's own when it opens.</summary>
    private void ProcessHalfOpen(int index, uint remoteAddress, byte[] buffer)
    {
        TcpSegment segment = _segment;
        uint iss = HalfOpen.Iss[index];
        uint irs = HalfOpen.Irs[index];
        const int Deciding = TcpSegment.Syn | TcpSegment.Rst | TcpSegment.Ack;
        if ((segment.Flags & Deciding) == TcpSegment.Ack
            && segment.AcknowledgmentNumber == iss + 1
            && (segment.SequenceNumber == irs + 1 || segment.SequenceNumber - (irs + 1) < HalfOpen.Offered[index]))
        {
            TcpConnection connection = Promote(index);
            if (connection != null)
            {
                connection.Process(segment, buffer, _now);
            }

            return;
        }

        int offered = HalfOpen.Offered[index];
        _borrowed.Accept(iss, irs, HalfOpen.Window[index], HalfOpen.Mss[index], OfferedMss, offered);
        int actions = _borrowed.Process(segment, Outcome);
        CountDrop(Outcome);
        if ((actions & TcpActions.Ended) != 0)
        {
            // RFC 9293 3.10.7.4: back to LISTEN, and the user is not told.
            HalfOpen.Remove(index);
            Counters[StackCounter.TcpAttemptFails]++;
        }
        else if ((actions & TcpActions.Reset) != 0)
        {
            SendReset(segment, remoteAddress);
        }
        else if ((actions & TcpActions.RepeatSyn) != 0)
        {
            if (HalfOpen.State[index] == HalfOpenTable.Answered)
            {
                HalfOpen.State[index] = HalfOpenTable.AnswerDue;
            }
        }
        else if ((actions & TcpActions.Acknowledge) != 0)
        {
            Counters[StackCounter.TcpOutSegs]++;
            Send(remoteAddress, segment.Ports, iss + 1, irs + 1, TcpSegment.Ack, offered, 0, 0);
        }
    }

    /// <summary>
    /// Makes a connection of a finished handshake. Null when none is free: the handshake waits, and somebody who
    /// allowed it is asked to make room.
    /// </summary>
    private TcpConnection Promote(int index)
    {
        uint ports = HalfOpen.Ports[index];
        TcpListener listener = FindListener((int)(ports >> 16));
        if (!HasPlace(listener))
        {
            if (HalfOpen.State[index] != HalfOpenTable.Finished)
            {
                HalfOpen.State[index] = HalfOpenTable.Finished;
                HalfOpen.DueAt[index] = _now + TcpLimits.FinishedHandshakeWait;
            }

            if (FreeConnections == 0)
            {
                EvictOne();
            }

            return null;
        }

        TcpConnection connection = Take();
        connection.Accept(
            listener,
            _acceptOrder++,
            HalfOpen.RemoteAddress[index],
            ports,
            HalfOpen.Iss[index],
            HalfOpen.Irs[index],
            HalfOpen.Window[index],
            HalfOpen.Mss[index],
            OfferedMss,
            HalfOpen.Offered[index],
            HalfOpen.Attempts[index] > 1,
            _now);
        HalfOpen.Remove(index);
        Counters[StackCounter.TcpPassiveOpens]++;
        return connection;
    }

    private bool HasPlace(TcpListener listener)
    {
        return FreeConnections != 0 && CountPending(listener) < listener.Backlog;
    }

    /// <summary>Takes the longest idle connection away from an owner that allowed it. One at a time: a place that is on its way is enough.</summary>
    private void EvictOne()
    {
        TcpConnection idlest = null;
        for (int i = 0; i < _connections.Length; i++)
        {
            TcpConnection connection = _connections[i];
            if (connection.EndReason == TcpEndReason.Evicted)
            {
                return;
            }

            if (connection.Evictable
                && connection.EndReason == TcpEndReason.None
                && (idlest == null || connection.LastActivity < idlest.LastActivity))
            {
                idlest = connection;
            }
        }

        if (idlest != null)
        {
            Counters[StackCounter.TcpEvictions]++;
            idlest.Evict();
        }
    }

    /// <summary>Gives up silent peers and opens connections for finished handshakes as places become free.</summary>
    private void RunHalfOpen(long now)
    {
        if (HalfOpen.Count == 0)
        {
            return;
        }

        OpenFinished(now);
        for (int i = 0; i < HalfOpen.State.Length; i++)
        {
            if (now < HalfOpen.DueAt[i])
            {
                continue;
            }

            if (HalfOpen.State[i] == HalfOpenTable.Finished)
            {
                HalfOpen.State[i] = HalfOpenTable.ResetDue;
                Counters[StackCounter.TcpAttemptFails]++;
            }
            else if (HalfOpen.State[i] == HalfOpenTable.Answered)
            {
                if (HalfOpen.Attempts[i] >= TcpLimits.SynAckAttempts)
                {
                    HalfOpen.Remove(i);
                    Counters[StackCounter.TcpAttemptFails]++;
                }
                else
                {
                    HalfOpen.State[i] = HalfOpenTable.AnswerDue;
                }
            }
        }
    }

    /// <summary>First come, first served: connections for as many finished handshakes as there are places.</summary>
    private void OpenFinished(long now)
    {
        bool waiting = true;
        while (waiting)
        {
            waiting = false;
            int oldest = HalfOpenTable.None;
            for (int i = 0; i < HalfOpen.State.Length; i++)
            {
                if (HalfOpen.State[i] != HalfOpenTable.Finished)
                {
                    continue;
                }

                if (!HasPlace(FindListener((int)(HalfOpen.Ports[i] >> 16))))
                {
                    waiting = true;
                }
                else if (oldest == HalfOpenTable.None || HalfOpen.DueAt[i] < HalfOpen.DueAt[oldest])
                {
                    oldest = i;
                }
            }

            if (oldest == HalfOpenTable.None)
            {
                break;
            }

            OpenFinished(oldest, now);
            waiting = true;
        }

        if (waiting && FreeConnections == 0)
        {
            EvictOne();
        }
    }

    private void OpenFinished(int index, long now)
    {
        TcpSegment segment = _segment;
        segment.SequenceNumber = HalfOpen.Irs[index] + 1;
        segment.AcknowledgmentNumber = HalfOpen.Iss[index] + 1;
        segment.Flags = TcpSegment.Ack;
        segment.Window = HalfOpen.Window[index];
        segment.TextLength = 0;

        // The peer's acknowledgment, which came while no place was free.
        Promote(index).Process(segment, Ip.ReceiveBuffer, now);
    }

    /// <summary>Sends one SYN,ACK or reset that is due. False when there is none, or its peer's neighbour is not known yet.</summary>
    private bool DispatchHalfOpen(long now)
    {
        HalfOpenTable table = HalfOpen;
        for (int i = 0; i < table.State.Length; i++)
        {
            bool reset = table.State[i] == HalfOpenTable.ResetDue;
            if (!reset && table.State[i] != HalfOpenTable.AnswerDue)
            {
                continue;
            }

            int reach = Ip.Reach(table.RemoteAddress[i]);
            if (reach == Ipv4Layer.Pending)
            {
                // The answer to ARP, or its failure, brings us here again.
                continue;
            }

            if (reach == Ipv4Layer.Unreachable)
            {
                table.Remove(i);
                Counters[StackCounter.TcpAttemptFails] += reset ? 0 : 1;
                continue;
            }

            if (reset)
            {
                SendHalfOpenReset(i);
                return true;
            }

            SendSynAck(i, now);
            return true;
        }

        return false;
    }

    private void SendSynAck(int index, long now)
    {
        HalfOpenTable table = HalfOpen;
        Counters[table.Attempts[index] == 0 ? StackCounter.TcpOutSegs : StackCounter.TcpRetransSegs]++;
        table.State[index] = HalfOpenTable.Answered;
        table.DueAt[index] = now + (RoundTripEstimator.InitialTimeout << table.Attempts[index]);
        if (table.Attempts[index] < TcpLimits.SynAckAttempts)
        {
            // A peer that repeats its SYN may be answered more often.
            table.Attempts[index]++;
        }

        Send(
            table.RemoteAddress[index],
            table.Ports[index],
            table.Iss[index],
            table.Irs[index] + 1,
            TcpSegment.Syn | TcpSegment.Ack,
            table.Offered[index],
            OfferedMss,
            0);
    }

    private void SendHalfOpenReset(int index)
    {
        Counters[StackCounter.TcpOutRsts]++;
        HalfOpen.Remove(index);
        Send(
            HalfOpen.RemoteAddress[index],
            HalfOpen.Ports[index],
            HalfOpen.Iss[index] + 1,
            HalfOpen.Irs[index] + 1,
            TcpSegment.Rst | TcpSegment.Ack,
            0,
            0,
            0);
    }
}
