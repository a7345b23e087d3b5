namespace NanoTcp.Tcp;

// From the pool and back to it: opening, ending, timers that are not about retransmission.
public sealed partial class TcpConnection
{
    internal const long Never = long.MaxValue;

    /// <summary>The rules; shared with nobody.</summary>
    internal readonly TcpControlBlock Block;

    /// <summary>The listener whose queue the connection waits in; null when it has been accepted or was opened here.</summary>
    internal TcpListener WaitingFor;

    /// <summary>No timer of this connection is due before this time, ms. It may be too early, because a timer that is stopped
    /// does not move it; <see cref="RunTimers"/> sets it anew.</summary>
    internal long Deadline;

    /// <summary>
    /// When the timer runs out whose meaning the state decides, because no two of these run at once: the oldest segment
    /// counts as lost, the next probe into a closed window is due, or in TIME-WAIT two maximum segment lifetimes are over.
    /// </summary>
    private long _timerAt;

    /// <summary>Begins an active open.</summary>
    internal void Connect(uint remoteAddress, uint ports, uint iss, int maxMss, long now)
    {
        Take(remoteAddress, ports, now);
        TcpSettings.SetDefaults(_values);
        Marks |= Owned | OutputDue;
        Block.Connect(iss, maxMss, _receive.Capacity);
        _layer.Congestion.Open(_values, maxMss, iss, false);

        // The time may be that of the last Poll, long ago, or none at all: the clock of the opening starts with the next.
        _unansweredSince = Never;
        _watchAt = AtOnce;
        Schedule();
    }

    /// <summary>Takes up a connection whose SYN was answered by the listener. The segment that acknowledges the answer is processed next and
    /// opens it; what <see cref="HandshakeDone"/> and <see cref="Schedule"/> do is not done here.</summary>
    internal void Accept(
        TcpListener listener, uint remoteAddress, uint ports,
        uint iss, uint irs, int window, int peerMss, int maxMss, int offeredWindow, bool answerLost, long now)
    {
        Take(remoteAddress, ports, now);
        WaitingFor = listener;
        TakeSettings(listener.Settings, now);
        Block.Accept(iss, irs, window, peerMss, maxMss, offeredWindow == 0 ? _receive.Capacity : offeredWindow);
        Marks |= answerLost ? SynLost : 0;
        _unansweredSince = now;
        if (offeredWindow == 0)
        {
            // The peer was asked to wait, and need not any longer; what it has sent all the same is taken.
            Marks |= AcknowledgeDue | OutputDue;
        }
    }

    /// <summary>The connection leaves its listener's queue and belongs to the user.</summary>
    internal void HandOver()
    {
        WaitingFor = null;
        Marks |= Owned;
    }

    /// <summary>True when the user has given the connection back and it is not over yet: data or a FIN is not acknowledged.</summary>
    internal bool IsOrphan
    {
        get { return (Marks & (InUse | Owned)) == InUse && WaitingFor == null && Block.EndReason == TcpEndReason.None; }
    }

    /// <summary>Takes the connection away from an owner that allowed it, or from a peer that is silent.</summary>
    internal void Evict()
    {
        Reset(TcpEndReason.Evicted);
    }

    /// <summary>The listener is closed: nobody will ever accept this.</summary>
    internal void Orphan()
    {
        WaitingFor = null;
        Reset(TcpEndReason.Aborted);
        Settle();
    }

    /// <summary>
    /// The address of this side is gone: no segment under it can be sent, not even a reset. A SYN that has not left yet
    /// leaves under the next one.
    /// </summary>
    internal void LoseAddress()
    {
        if (Block.State == TcpState.SynSent && Block.SndMax == Block.Iss)
        {
            return;
        }

        Marks &= ~ResetDue;
        if (Block.State == TcpState.Closed)
        {
            Settle();
            return;
        }

        // In TIME-WAIT both sides have closed in order, and all is said.
        EndHere(Block.State == TcpState.TimeWait ? TcpEndReason.Closed : TcpEndReason.AddressChanged);
    }

    /// <summary>
    /// The link has come back: what was out may be lost, and waiting for a long timeout helps nobody. The back-off that
    /// went on meanwhile says nothing about the network, and nor do the retransmissions that went nowhere.
    /// </summary>
    internal void LinkRestored(long now)
    {
        if (Block.State == TcpState.Closed || Block.State == TcpState.TimeWait || _timerAt == Never)
        {
            return;
        }

        _roundTrip.ForgetBackOff();
        _timerAt = now + _roundTrip.Timeout;
        Marks &= ~EcnHeld;
        if (Block.SndMax != Block.SndUna)
        {
            if ((Marks & Probing) == 0)
            {
                Marks &= ~Retries;
            }

            GoBack();
        }
        else if ((Block.Marks & TcpControlBlock.SynAcknowledged) != 0 && Block.SndWnd != 0)
        {
            // The timer ran for what could not leave, and what leaves now has not been tried before. A probe that is due
            // into a closed window stays due.
            _timerAt = Never;
            Marks = (Marks & ~(Probing | ProbeDue | Retries)) | OutputDue;
        }

        Schedule();
    }

    /// <summary>Runs what is due (RFC 9293 3.10.8). The layer calls it when <see cref="Deadline"/> has come.</summary>
    internal void RunTimers(long now)
    {
        if (_unansweredSince == Never)
        {
            // It runs though nothing has gone out yet, because without a link nothing ever may.
            _unansweredSince = now;
            StartRetransmissionTimer(now);
        }

        if (now >= _acknowledgeAt)
        {
            _acknowledgeAt = Never;
            Marks |= AcknowledgeDue | OutputDue;
        }

        if (now >= _timerAt)
        {
            if (Block.State == TcpState.TimeWait)
            {
                // Two maximum segment lifetimes are over; the reason was settled when they began.
                EndHere(TcpEndReason.Closed);
            }
            else
            {
                RetransmissionDue(now);
            }
        }

        if (now >= _watchAt)
        {
            Watch(now);
        }

        Deadline = Never;
        Schedule();
    }

    /// <summary>Tells the layer what to wait for: whoever has started a timer, or marked output as due, ends with this.</summary>
    private void Schedule()
    {
        long next = _timerAt < _acknowledgeAt ? _timerAt : _acknowledgeAt;
        next = _watchAt < next ? _watchAt : next;
        if (next < Deadline)
        {
            Deadline = next;
            _layer.WakeAt(next);
        }

        if ((Marks & OutputDue) != 0)
        {
            _layer.AskToSend();
        }
    }

    /// <summary>There may be something to send.</summary>
    private void AskToSend()
    {
        Marks |= OutputDue;
        _layer.AskToSend();
    }

    private void Take(uint remoteAddress, uint ports, long now)
    {
        Marks = InUse;
        Ports = ports;
        Remote = remoteAddress;
        WaitingFor = null;
        _bytesReceived = 0;
        _bytesSent = 0;
        _lastActivity = now;
        _receive.Clear();
        _send.Clear();
        _roundTrip.Reset();
        _values[Challenges] = 0;
        _values[TypeOfService] = 0;
        _values[HintedMtu] = 0;
        _values[NarrowPath] = 0;
        _timerAt = Never;
        _acknowledgeAt = Never;
        _watchAt = Never;
        Deadline = Never;
    }

    /// <summary>Ends the connection for a reason that this side found.</summary>
    private void EndHere(TcpEndReason reason)
    {
        CountEnd(Block.State);
        Block.End(reason);
        Ended();
    }

    /// <summary>RFC 4022: direct transitions to CLOSED, from whichever side.</summary>
    private void CountEnd(TcpState before)
    {
        if (before == TcpState.Established || before == TcpState.CloseWait)
        {
            _layer.Counters[Primitives.StackCounter.TcpEstabResets]++;
        }
        else if (before == TcpState.SynSent || before == TcpState.SynReceived)
        {
            _layer.Counters[Primitives.StackCounter.TcpAttemptFails]++;
        }
    }

    /// <summary>After the state has become CLOSED: no timer runs, nothing is sent, what was received can still be read.</summary>
    private void Ended()
    {
        _send.Clear();
        _timerAt = Never;
        _acknowledgeAt = Never;
        _watchAt = Never;
        Deadline = Never;
        Marks &= ~(AcknowledgeDue | KeepAliveDue | OutputDue);
        if ((Marks & ResetDue) != 0)
        {
            Marks |= OutputDue;
            EndWithin(TcpLimits.ResetPatience);
        }

        if (WaitingFor != null)
        {
            // Nobody has accepted it, so nobody misses it.
            WaitingFor = null;
        }

        Settle();
    }

    /// <summary>RFC 9293 3.10.5: a reset is sent in the states in which the peer may still be waiting for something.</summary>
    private void Reset(TcpEndReason reason)
    {
        switch (Block.State)
        {
            case TcpState.SynReceived:
            case TcpState.Established:
            case TcpState.FinWait1:
            case TcpState.FinWait2:
            case TcpState.CloseWait:
                Marks |= ResetDue;
                break;

            case TcpState.Closing:
            case TcpState.LastAck:
                // These states begin here before the FIN has left: then the peer still waits for it, or for data before it.
                Marks |= _send.Count != 0 || (Block.Marks & TcpControlBlock.FinSent) == 0 ? ResetDue : 0;
                break;
        }

        EndHere(reason);
    }

    /// <summary>Gives the object back to the pool, or its few numbers to the TIME-WAIT table, when nobody needs more of it.</summary>
    /// <returns>False when it is still in use.</returns>
    private bool Settle()
    {
        if (WaitingFor != null || (Marks & (Owned | InUse)) != InUse)
        {
            return (Marks & InUse) == 0;
        }

        switch (Block.State)
        {
            case TcpState.Closed:
                if ((Marks & ResetDue) == 0)
                {
                    _layer.Retire(this);
                    return true;
                }

                return false;

            case TcpState.FinWait2:
            case TcpState.TimeWait:
                // An acknowledgment that is due, or will be in a moment, goes out first.
                if ((Marks & AcknowledgeDue) == 0 && _acknowledgeAt == Never)
                {
                    _layer.Linger(this, Never, 0);
                    return true;
                }

                return false;

            case TcpState.FinWait1:
            case TcpState.Closing:
            case TcpState.LastAck:
                // Only the FIN is out, and a record can repeat that.
                TcpControlBlock block = Block;
                if ((block.Marks & TcpControlBlock.FinSent) != 0
                    && block.SndNxt == block.SndMax
                    && block.SndUna == block.SndMax - 1
                    && (Marks & AcknowledgeDue) == 0
                    && _acknowledgeAt == Never
                    && _timerAt != Never
                    && _layer.TimeWaits.HasRoom())
                {
                    _layer.Linger(this, _timerAt, FarewellUntil(_layer.Time));
                    return true;
                }

                return false;

            default:
                return false;
        }
    }
}
