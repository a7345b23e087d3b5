using NanoTcp.Ip;
using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Tcp;

// SYN-RECEIVED: from the answer to a SYN to the connection that a listener hands over, and what becomes of those that find no place.
internal sealed partial class TcpLayer
{
    /// <summary>SYN-RECEIVED of a passive open: RFC 9293 3.10.7.4 by the borrowed rules, or by a connection's own when it opens.</summary>
    private void ProcessHalfOpen(int index, uint remoteAddress, byte[] buffer)
    {
        TcpSegment segment = _segment;
        uint iss = HalfOpen.Iss[index];
        uint irs = HalfOpen.Irs[index];
        int offered = HalfOpen.Offered[index];
        const int Deciding = TcpSegment.Syn | TcpSegment.Rst | TcpSegment.Ack;
        if ((segment.Flags & Deciding) == TcpSegment.Ack
            && segment.AcknowledgmentNumber == iss + 1
            && (segment.SequenceNumber == irs + 1 || segment.SequenceNumber - (irs + 1) < offered))
        {
            TcpConnection connection = Promote(index);
            if (connection != null)
            {
                connection.Process(segment, buffer, Ip.Now);
            }
            else if (offered == 0 && segment.SequenceLength != 0 && MayAnswer(HalfOpen.Quota, index, TcpActions.None))
            {
                // RFC 9293 MAY-8, and MUST-37 for the peer: the probe of a closed window is answered, so it goes on waiting.
                AcknowledgeHalfOpen(index);
            }

            return;
        }

        _borrowed.Accept(iss, irs, HalfOpen.Window[index], HalfOpen.Mss[index] & ~HalfOpenTable.EcnBit, OfferedMss, offered);
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
            // A peer that asks again without ECN must not use it: RFC 3168 6.1.1.
            HalfOpen.Mss[index] &= (ushort)(OptionsOf(segment) | ~HalfOpenTable.EcnBit);
            RepeatSynAck(index);
        }
        else if ((actions & TcpActions.Acknowledge) != 0 && MayAnswer(HalfOpen.Quota, index, actions))
        {
            AcknowledgeHalfOpen(index);
        }
    }

    /// <summary>The peer repeats its SYN. That moves no timer of ours, or a peer that repeats itself would be given up sooner.</summary>
    private void RepeatSynAck(int index)
    {
        if (HalfOpen.State[index] != HalfOpenTable.Answered
            || Ip.Reach(HalfOpen.RemoteAddress[index]) != Ipv4Layer.Sent
            || !MayAnswer(HalfOpen.Quota, index, TcpActions.None))
        {
            return;
        }

        if (HalfOpen.Attempts[index] == 1)
        {
            // RFC 5681 3.1: the SYN,ACK counts as lost.
            HalfOpen.Attempts[index]++;
        }

        Counters[StackCounter.TcpRetransSegs]++;
        WriteSynAck(index);
    }

    private void AcknowledgeHalfOpen(int index)
    {
        Counters[StackCounter.TcpOutSegs]++;
        Send(
            HalfOpen.RemoteAddress[index],
            HalfOpen.Ports[index],
            HalfOpen.Iss[index] + 1,
            HalfOpen.Irs[index] + 1,
            TcpSegment.Ack,
            HalfOpen.Offered[index],
            0,
            0);
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
                Due |= PlaceWanted;
                HalfOpen.DueAt[index] = Ip.Now + TcpLimits.FinishedHandshakeWait;
                WakeAt(HalfOpen.DueAt[index]);
            }

            if (UsedConnections == _connections.Length)
            {
                EvictOne();
            }

            return null;
        }

        HalfOpenTable table = HalfOpen;
        int options = table.Mss[index];
        TcpConnection connection = Open(
            listener,
            table.RemoteAddress[index],
            ports,
            table.Iss[index],
            table.Irs[index],
            table.Window[index],
            options & ~HalfOpenTable.EcnBit,
            table.Offered[index],
            table.Attempts[index] > 1);
        if ((options & HalfOpenTable.EcnBit) != 0)
        {
            connection.Marks |= TcpConnection.EcnAgreed;
        }

        table.Remove(index);
        return connection;
    }

    /// <summary>Takes a connection, which must be free, for a peer that has acknowledged our SYN.</summary>
    private TcpConnection Open(
        TcpListener listener, uint remoteAddress, uint ports, uint iss, uint irs, int window, int mss, int offered, bool answerLost)
    {
        // RFC 9293 MAY-2 (2): until now the pair could still have gone back to TIME-WAIT, because the SYN was an old one.
        int farewell = TimeWaits.Find(remoteAddress, ports);
        if (farewell != TimeWaitTable.None)
        {
            TimeWaits.Remove(farewell);
        }

        TcpConnection connection = Take();
        connection.Accept(
            listener, remoteAddress, ports, iss, irs, window, mss, OfferedMss, offered, answerLost, Ip.Now);
        Counters[StackCounter.TcpPassiveOpens]++;
        return connection;
    }

    private bool HasPlace(TcpListener listener)
    {
        int used = UsedConnections;
        return used != _connections.Length && (used < listener.Backlog || CountPending(listener) < listener.Backlog);
    }

    /// <summary>
    /// Makes room for a finished handshake: a connection that was given back and whose peer has been silent, longest
    /// silent first; else the longest idle one of those whose owners allowed it. One at a time: a place that is on its
    /// way is enough.
    /// </summary>
    private void EvictOne()
    {
        TcpConnection chosen = null;
        bool orphan = false;
        for (int i = 0; i < UsedConnections; i++)
        {
            TcpConnection connection = _connections[i];
            if (connection.EndReason == TcpEndReason.Evicted)
            {
                return;
            }

            bool isOrphan = connection.IsOrphan;
            if (isOrphan ? Ip.Now - connection.LastActivity < TcpLimits.OrphanSilence
                : orphan || !connection.Evictable || connection.EndReason != TcpEndReason.None)
            {
                continue;
            }

            if (chosen == null || isOrphan != orphan || connection.LastActivity < chosen.LastActivity)
            {
                chosen = connection;
                orphan = isOrphan;
            }
        }

        if (chosen != null)
        {
            Counters[orphan ? StackCounter.TcpOrphanEvictions : StackCounter.TcpEvictions]++;
            chosen.Evict();
        }
    }

    /// <summary>When a finished handshake may find a place: now, or when a connection whose peer is silent may be evicted for it.</summary>
    internal long NextPlace()
    {
        if ((Due & PlaceWanted) == 0)
        {
            return TcpConnection.Never;
        }

        bool waiting = false;
        for (int i = 0; i < HalfOpen.State.Length; i++)
        {
            if (HalfOpen.State[i] == HalfOpenTable.Finished)
            {
                waiting = true;
                if (HasPlace(FindListener((int)(HalfOpen.Ports[i] >> 16))))
                {
                    // A connection became free after the timers ran.
                    return Ip.Now;
                }
            }
        }

        long next = TcpConnection.Never;
        if (waiting && UsedConnections == _connections.Length)
        {
            for (int i = 0; i < UsedConnections; i++)
            {
                TcpConnection connection = _connections[i];
                long silentAt = connection.LastActivity + TcpLimits.OrphanSilence;
                if (silentAt > Ip.Now && silentAt < next && connection.IsOrphan)
                {
                    next = silentAt;
                }
            }
        }

        return next;
    }

    /// <summary>Gives up peers that are silent, and handshakes that have waited too long for a place.</summary>
    private void RunHalfOpen(long now)
    {
        HalfOpenTable table = HalfOpen;
        for (int i = 0; i < table.State.Length; i++)
        {
            // What waits to be sent waits for the device or for ARP, not for the clock.
            byte state = table.State[i];
            if (state != HalfOpenTable.Finished && state != HalfOpenTable.Answered)
            {
                continue;
            }

            if (now < table.DueAt[i])
            {
                WakeAt(table.DueAt[i]);
            }
            else if (state == HalfOpenTable.Finished)
            {
                table.State[i] = HalfOpenTable.ResetDue;
                Due |= HandshakesDue;
                Counters[StackCounter.TcpAttemptFails]++;
            }
            else if (table.Attempts[i] >= TcpLimits.SynAckAttempts)
            {
                table.Remove(i);
                Counters[StackCounter.TcpAttemptFails]++;
            }
            else
            {
                table.State[i] = HalfOpenTable.AnswerDue;
                Due |= HandshakesDue;
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

        Due = waiting ? Due | PlaceWanted : Due & ~PlaceWanted;
        if (waiting && UsedConnections == _connections.Length)
        {
            EvictOne();
        }
    }

    private void OpenFinished(int index, long now)
    {
        TcpSegment segment = _segment;
        segment.Ports = HalfOpen.Ports[index];
        segment.SequenceNumber = HalfOpen.Irs[index] + 1;
        segment.AcknowledgmentNumber = HalfOpen.Iss[index] + 1;
        segment.Flags = TcpSegment.Ack;
        segment.Window = HalfOpen.Window[index];
        segment.TextLength = 0;

        // The peer's acknowledgment, which came while no place was free.
        Promote(index).Process(segment, Ip.Buffer, now);
    }

    /// <summary>Sends one SYN,ACK or reset that is due. False when there is none, or its peer's neighbour is not known yet.</summary>
    private bool DispatchHalfOpen(long now)
    {
        HalfOpenTable table = HalfOpen;
        Due &= ~HandshakesDue;
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
                Due |= HandshakesDue;
                continue;
            }

            if (reach == Ipv4Layer.Unreachable)
            {
                table.Remove(i);
                Counters[StackCounter.TcpAttemptFails] += reset ? 0 : 1;
                continue;
            }

            // There may be more.
            Due |= HandshakesDue;
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

    /// <summary>What a SYN says of its sender: the MSS option and, by RFC 3168 6.1.1, whether it uses ECN.</summary>
    private int OptionsOf(TcpSegment syn)
    {
        const int Setup = TcpSegment.Ece | TcpSegment.Cwr;
        int mss = syn.MaxSegmentSize < HalfOpenTable.EcnBit ? syn.MaxSegmentSize : HalfOpenTable.EcnBit - 1;
        return Ecn && (syn.Flags & Setup) == Setup ? mss | HalfOpenTable.EcnBit : mss;
    }

    private void SendSynAck(int index, long now)
    {
        HalfOpenTable table = HalfOpen;
        Counters[table.Attempts[index] == 0 ? StackCounter.TcpOutSegs : StackCounter.TcpRetransSegs]++;
        table.State[index] = HalfOpenTable.Answered;
        int timeout = RoundTripEstimator.InitialTimeout << table.Attempts[index];
        table.DueAt[index] = now + (timeout < RoundTripEstimator.MaxTimeout ? timeout : RoundTripEstimator.MaxTimeout);
        WakeAt(table.DueAt[index]);
        table.Attempts[index]++;
        WriteSynAck(index);
    }

    private void WriteSynAck(int index)
    {
        HalfOpenTable table = HalfOpen;
        Send(
            table.RemoteAddress[index],
            table.Ports[index],
            table.Iss[index],
            table.Irs[index] + 1,
            (table.Mss[index] & HalfOpenTable.EcnBit) != 0 ? TcpSegment.Syn | TcpSegment.Ack | TcpSegment.Ece : TcpSegment.Syn | TcpSegment.Ack,
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
