using NanoTcp.Ip;
using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Tcp;

// Farewells: connections that their owners have given back and that are kept as a few numbers until they are over.
internal sealed partial class TcpLayer
{
    /// <summary>Keeps the few numbers that a closing connection still needs, and gives it back to the pool.</summary>
    /// <param name="connection">All its data is acknowledged.</param>
    /// <param name="dueAt">When its FIN goes out again; <see cref="TcpConnection.Never"/> when that is acknowledged.</param>
    /// <param name="giveUpAt">When the peer that does not acknowledge the FIN is given up.</param>
    internal void Linger(TcpConnection connection, long dueAt, long giveUpAt)
    {
        TcpControlBlock block = connection.Block;
        TimeWaitTable table = TimeWaits;
        int index = table.Add(out bool replaced);
        if (replaced)
        {
            Counters[StackCounter.TcpTimeWaitDrops]++;
        }

        if (index != TimeWaitTable.None)
        {
            table.State[index] = (byte)block.State;
            table.RemoteAddress[index] = connection.Remote;
            table.Ports[index] = connection.Ports;
            table.SndNxt[index] = block.SndMax;
            table.RcvNxt[index] = block.RcvNxt;
            table.Quota[index] = 0;
            table.DueAt[index] = dueAt;
            table.Timeout[index] = (ushort)connection.RetransmissionTimeout;
            long until = dueAt != TcpConnection.Never ? giveUpAt
                : Ip.Now + (block.State == TcpState.TimeWait ? TimeWaitDuration : TcpLimits.FinWait2);
            table.Until[index] = until;
            WakeAt(dueAt < until ? dueAt : until);
        }

        block.State = TcpState.Closed;
        Release(connection);
    }

    /// <summary>
    /// Gives a connection that is over back to the pool. While cookies are in force its numbers are kept as in TIME-WAIT:
    /// without them an old duplicate of the acknowledgment that opened it would open it again, with the data that it brings.
    /// </summary>
    internal void Retire(TcpConnection connection)
    {
        if (_cookies.AreInForce(Ip.Now) && (connection.Block.Marks & TcpControlBlock.Passive) != 0)
        {
            connection.Block.State = TcpState.TimeWait;
            Linger(connection, TcpConnection.Never, 0);
        }
        else
        {
            Release(connection);
        }
    }

    /// <summary>A segment for a connection that its owner has given back: RFC 9293 3.10.7.4 by the borrowed rules.</summary>
    private void ProcessTimeWait(int index, uint remoteAddress, byte[] buffer)
    {
        TcpSegment segment = _segment;
        TimeWaitTable table = TimeWaits;
        TcpState state = (TcpState)table.State[index];
        if (state == TcpState.TimeWait && IsNewConnection(index))
        {
            TcpListener listener = FindListener(segment.DestinationPort);
            if (listener != null && ProcessListen(listener, remoteAddress, index, buffer))
            {
                return;
            }
        }

        _borrowed.Restore(state, table.SndNxt[index], table.RcvNxt[index]);
        int actions = _borrowed.Process(segment, Outcome);
        CountDrop(Outcome);
        if ((actions & TcpActions.Ended) != 0)
        {
            End(index);
            return;
        }

        if ((actions & TcpActions.Text) != 0)
        {
            // RFC 1122 4.2.2.13: data for a user who has gone.
            End(index);
            SendReset(segment, remoteAddress);
            return;
        }

        bool news = table.RcvNxt[index] != _borrowed.RcvNxt;
        table.RcvNxt[index] = _borrowed.RcvNxt;
        if (_borrowed.State != state)
        {
            table.State[index] = (byte)_borrowed.State;
            if (_borrowed.State == TcpState.FinWait2)
            {
                table.DueAt[index] = TcpConnection.Never;
                table.Until[index] = Ip.Now + TcpLimits.FinWait2;
                WakeAt(table.Until[index]);
            }
        }

        if ((actions & TcpActions.TimeWaitStarted) != 0)
        {
            table.DueAt[index] = TcpConnection.Never;
            table.Until[index] = Ip.Now + TimeWaitDuration;
            WakeAt(table.Until[index]);
        }

        if ((actions & TcpActions.Acknowledge) != 0 && (news || MayAnswer(table.Quota, index, actions)))
        {
            Counters[StackCounter.TcpOutSegs]++;
            Send(
                remoteAddress, segment.Ports,
                _borrowed.SndMax, _borrowed.RcvNxt, TcpSegment.Ack, ReceiveBuffer, 0, 0);
        }
    }

    /// <summary>See <see cref="Retire"/>.</summary>
    private void End(int index)
    {
        if (_cookies.AreInForce(Ip.Now))
        {
            TimeWaits.State[index] = (byte)TcpState.TimeWait;
            TimeWaits.DueAt[index] = TcpConnection.Never;
            TimeWaits.Until[index] = Ip.Now + TimeWaitDuration;
            WakeAt(TimeWaits.Until[index]);
        }
        else
        {
            TimeWaits.Remove(index);
        }
    }

    /// <summary>
    /// RFC 9293 MAY-2: a SYN beyond everything that was received may reopen a connection from TIME-WAIT; so may, for a
    /// peer whose SYN was answered by a cookie, an acknowledgment beyond everything that was sent.
    /// </summary>
    private bool IsNewConnection(int index)
    {
        TcpSegment segment = _segment;
        const int Control = TcpSegment.Syn | TcpSegment.Ack | TcpSegment.Rst | TcpSegment.Fin;
        int control = segment.Flags & Control;
        return (int)(segment.SequenceNumber - TimeWaits.RcvNxt[index]) > 0
            && (control == TcpSegment.Syn
                || ((control & ~TcpSegment.Fin) == TcpSegment.Ack
                    && _cookies.AreInForce(Ip.Now)
                    && (int)(segment.AcknowledgmentNumber - TimeWaits.SndNxt[index]) > 0));
    }

    /// <summary>Forgets what is over, and finds the FINs that are due again.</summary>
    private void RunTimeWaits(long now)
    {
        TimeWaitTable table = TimeWaits;
        if (table.Count == 0)
        {
            return;
        }

        for (int i = 0; i < table.State.Length; i++)
        {
            if (table.State[i] == (byte)TcpState.Closed)
            {
                continue;
            }

            if (now >= table.Until[i])
            {
                if (table.DueAt[i] == TcpConnection.Never)
                {
                    table.Remove(i);
                }
                else
                {
                    Counters[StackCounter.TcpGiveUps]++;
                    End(i);
                }
            }
            else if (table.DueAt[i] != TimeWaitTable.FinDue && now >= table.DueAt[i])
            {
                // RFC 6298 5.5 and 5.7.
                int timeout = table.Timeout[i] * 2;
                table.Timeout[i] = (ushort)(timeout < RoundTripEstimator.MaxTimeout ? timeout : RoundTripEstimator.MaxTimeout);
                table.DueAt[i] = TimeWaitTable.FinDue;
                Due |= FinsDue;
                Counters[StackCounter.TcpTimeouts]++;
                WakeAt(table.Until[i]);
            }
            else
            {
                // What waits to be sent waits for the device or for ARP, not for the clock.
                long at = table.DueAt[i];
                WakeAt(at == TimeWaitTable.FinDue || at > table.Until[i] ? table.Until[i] : at);
            }
        }
    }

    /// <summary>Sends one FIN that is due again. False when there is none, or its peer's neighbour is not known yet.</summary>
    private bool DispatchTimeWait(long now)
    {
        TimeWaitTable table = TimeWaits;
        Due &= ~FinsDue;
        for (int i = 0; i < table.State.Length; i++)
        {
            if (table.State[i] == (byte)TcpState.Closed || table.DueAt[i] != TimeWaitTable.FinDue)
            {
                continue;
            }

            int reach = Ip.Reach(table.RemoteAddress[i]);
            if (reach == Ipv4Layer.Pending)
            {
                Due |= FinsDue;
                continue;
            }

            table.DueAt[i] = now + table.Timeout[i];
            WakeAt(table.DueAt[i]);
            if (reach == Ipv4Layer.Sent)
            {
                // There may be more.
                Due |= FinsDue;
                Counters[StackCounter.TcpRetransSegs]++;
                Send(
                    table.RemoteAddress[i],
                    table.Ports[i],
                    table.SndNxt[i] - 1,
                    table.RcvNxt[i],
                    TcpSegment.Fin | TcpSegment.Ack,
                    ReceiveBuffer,
                    0,
                    0);
                return true;
            }
        }

        return false;
    }

    /// <summary>RFC 5961 7 for records.</summary>
    private bool MayAnswer(byte[] quotas, int index, int actions)
    {
        if (!AcknowledgmentQuota.Take(quotas, index, Ip.Now))
        {
            Counters[StackCounter.TcpChallengeAcksLimited]++;
            return false;
        }

        Counters[StackCounter.TcpChallengeAcks] += (actions & TcpActions.Challenge) != 0 ? 1 : 0;
        return true;
    }
}
