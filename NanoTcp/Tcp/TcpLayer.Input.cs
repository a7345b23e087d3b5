using NanoTcp.Ip;
using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Tcp;

// Whom a segment concerns, and the handshakes and farewells that need no connection of their own.
internal sealed partial class TcpLayer
{
    private readonly TcpSegment _segment = new TcpSegment();

    /// <summary>Lends its rules to half-open and closing connections, which keep only their numbers.</summary>
    private readonly TcpControlBlock _borrowed = new TcpControlBlock(1);

    /// <summary>Takes in the segment in the receive buffer; an answer may stand in the transmit buffer afterwards.</summary>
    internal void Process(long now)
    {
        _now = now;
        Counters[StackCounter.TcpInSegs]++;
        Ipv4Header header = Ip.Header;
        byte[] buffer = Ip.ReceiveBuffer;
        int length = header.PayloadLength;
        int sum = InternetChecksum.PseudoHeaderSum(header.Source, header.Destination, Ipv4Header.ProtocolTcp, length)
            + InternetChecksum.Sum(buffer, Ip.ReceiveOffset, length);

        // RFC 9293 MUST-2 and MUST-3; MUST-57: nothing that came by broadcast.
        TcpSegment segment = _segment;
        if (InternetChecksum.Fold(sum) != 0xFFFF
            || !segment.Parse(buffer, Ip.ReceiveOffset, length)
            || segment.SourcePort == 0
            || segment.DestinationPort == 0
            || !Ip.ReceivedUnicast)
        {
            Counters[StackCounter.TcpInErrs]++;
            return;
        }

        int index = FindConnection(header.Source, segment.DestinationPort, segment.SourcePort);
        if (index >= 0)
        {
            _connections[index].Process(segment, buffer, now);
            return;
        }

        uint ports = ((uint)segment.DestinationPort << 16) | (uint)segment.SourcePort;
        index = TimeWaits.Find(header.Source, ports);
        if (index != TimeWaitTable.None && !ProcessTimeWait(index, header.Source))
        {
            return;
        }

        index = HalfOpen.Find(header.Source, ports);
        if (index != HalfOpenTable.None)
        {
            if (HalfOpen.State[index] != HalfOpenTable.ResetDue)
            {
                ProcessHalfOpen(index, header.Source, buffer);
                return;
            }

            // It has been given up, and this segment gets the reset.
            HalfOpen.Remove(index);
        }

        TcpListener listener = FindListener(segment.DestinationPort);
        if (listener != null)
        {
            ProcessListen(header.Source, ports);
        }
        else
        {
            SendReset(segment, header.Source);
        }
    }

    /// <summary>An ICMP error about a segment of ours.</summary>
    internal void Unreachable(int code, int localPort, uint remoteAddress, int remotePort, uint sequence)
    {
        int index = FindConnection(remoteAddress, localPort, remotePort);
        if (index >= 0)
        {
            _connections[index].Unreachable(code, sequence);
        }
    }

    /// <summary>Answers a segment that belongs to no connection, or to one that it cannot concern (RFC 9293 3.5.2, 3.10.7.1).</summary>
    internal void SendReset(TcpSegment segment, uint remoteAddress)
    {
        if ((segment.Flags & TcpSegment.Rst) != 0)
        {
            return;
        }

        Counters[StackCounter.TcpOutRsts]++;
        if ((segment.Flags & TcpSegment.Ack) != 0)
        {
            Send(remoteAddress, segment.DestinationPort, segment.SourcePort, segment.AcknowledgmentNumber, 0, TcpSegment.Rst, 0, 0, 0);
        }
        else
        {
            uint acknowledgment = segment.SequenceNumber + (uint)segment.SequenceLength;
            Send(remoteAddress, segment.DestinationPort, segment.SourcePort, 0, acknowledgment, TcpSegment.Rst | TcpSegment.Ack, 0, 0, 0);
        }
    }

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

        int index = HalfOpen.Add();
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
        int actions = _borrowed.Process(segment);
        if ((actions & TcpControlBlock.Ended) != 0)
        {
            // RFC 9293 3.10.7.4: back to LISTEN, and the user is not told.
            HalfOpen.Remove(index);
            Counters[StackCounter.TcpAttemptFails]++;
        }
        else if ((actions & TcpControlBlock.Reset) != 0)
        {
            SendReset(segment, remoteAddress);
        }
        else if ((actions & TcpControlBlock.RepeatSyn) != 0)
        {
            if (HalfOpen.State[index] == HalfOpenTable.Answered)
            {
                HalfOpen.State[index] = HalfOpenTable.AnswerDue;
            }
        }
        else if ((actions & TcpControlBlock.Acknowledge) != 0)
        {
            Counters[StackCounter.TcpOutSegs]++;
            Send(remoteAddress, segment.DestinationPort, segment.SourcePort, iss + 1, irs + 1, TcpSegment.Ack, offered, 0, 0);
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
            (int)(ports >> 16),
            HalfOpen.RemoteAddress[index],
            (int)(ports & 0xFFFF),
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

        for (int i = 0; i < HalfOpen.State.Length; i++)
        {
            switch (HalfOpen.State[i])
            {
                case HalfOpenTable.Finished:
                    OpenFinished(i, now);
                    break;

                case HalfOpenTable.Answered:
                    if (now >= HalfOpen.DueAt[i])
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

                    break;
            }
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
        TcpConnection connection = Promote(index);
        if (connection != null)
        {
            // The peer's acknowledgment, which came while no place was free.
            connection.Process(segment, Ip.ReceiveBuffer, now);
        }
        else if (now >= HalfOpen.DueAt[index])
        {
            HalfOpen.State[index] = HalfOpenTable.ResetDue;
            Counters[StackCounter.TcpAttemptFails]++;
        }
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

            Counters[table.Attempts[i] == 0 ? StackCounter.TcpOutSegs : StackCounter.TcpRetransSegs]++;
            table.State[i] = HalfOpenTable.Answered;
            table.DueAt[i] = now + (RoundTripEstimator.InitialTimeout << table.Attempts[i]);
            table.Attempts[i]++;
            Send(
                table.RemoteAddress[i],
                (int)(table.Ports[i] >> 16),
                (int)(table.Ports[i] & 0xFFFF),
                table.Iss[i],
                table.Irs[i] + 1,
                TcpSegment.Syn | TcpSegment.Ack,
                table.Offered[i],
                OfferedMss,
                0);
            return true;
        }

        return false;
    }

    private void SendHalfOpenReset(int index)
    {
        uint ports = HalfOpen.Ports[index];
        Counters[StackCounter.TcpOutRsts]++;
        HalfOpen.Remove(index);
        Send(
            HalfOpen.RemoteAddress[index],
            (int)(ports >> 16),
            (int)(ports & 0xFFFF),
            HalfOpen.Iss[index] + 1,
            HalfOpen.Irs[index] + 1,
            TcpSegment.Rst | TcpSegment.Ack,
            0,
            0,
            0);
    }

    /// <summary>
    /// A segment for a connection that its owner has given back. True when the record is gone because the segment
    /// begins a new connection (RFC 9293 3.10.7.4, MAY-2: a SYN beyond everything that was received).
    /// </summary>
    private bool ProcessTimeWait(int index, uint remoteAddress)
    {
        TcpSegment segment = _segment;
        TimeWaitTable table = TimeWaits;
        uint rcvNxt = table.RcvNxt[index];
        TcpState state = (TcpState)table.State[index];
        const int Control = TcpSegment.Syn | TcpSegment.Ack | TcpSegment.Rst;
        if (state == TcpState.TimeWait
            && (segment.Flags & Control) == TcpSegment.Syn
            && (int)(segment.SequenceNumber - rcvNxt) > 0
            && FindListener(segment.DestinationPort) != null)
        {
            table.Remove(index);
            return true;
        }

        _borrowed.Restore(state, table.SndNxt[index], rcvNxt);
        int actions = _borrowed.Process(segment);
        if ((actions & TcpControlBlock.Ended) != 0)
        {
            table.Remove(index);
            return false;
        }

        if ((actions & TcpControlBlock.Text) != 0)
        {
            // RFC 1122 4.2.2.13: data for a user who has gone.
            table.Remove(index);
            SendReset(segment, remoteAddress);
            return false;
        }

        table.State[index] = (byte)_borrowed.State;
        table.RcvNxt[index] = _borrowed.RcvNxt;
        if ((actions & TcpControlBlock.TimeWaitStarted) != 0)
        {
            table.Until[index] = _now + TimeWaitDuration;
        }

        if ((actions & TcpControlBlock.Acknowledge) != 0)
        {
            Counters[StackCounter.TcpOutSegs]++;
            Send(
                remoteAddress, segment.DestinationPort, segment.SourcePort,
                _borrowed.SndMax, _borrowed.RcvNxt, TcpSegment.Ack, _receiveBuffer, 0, 0);
        }

        return false;
    }
}
