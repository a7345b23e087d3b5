using NanoTcp.Ip;
using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Tcp;

// A segment has arrived: what the control block decided is carried out on rings and timers.
public sealed partial class TcpConnection
{
    /// <summary>When a delayed acknowledgment is due.</summary>
    private long _acknowledgeAt;

    /// <summary>Takes in a segment of this connection.</summary>
    internal void Process(TcpSegment segment, byte[] buffer, long now)
    {
        TcpControlBlock block = Block;
        TcpState before = block.State;
        SegmentOutcome outcome = _layer.Outcome;
        int actions = block.Process(segment, outcome);
        int drop = outcome.Drop;
        if (drop != SegmentOutcome.NoDrop)
        {
            _layer.Counters[drop]++;
        }

        if (drop == SegmentOutcome.NoDrop || (actions & TcpActions.Window) != 0)
        {
            // Only what is acceptable says that the peer is there: anybody can make up the rest.
            _lastActivity = now;
            Marks &= ~UnreachableHint;
        }

        const int Turning = TcpActions.Reset | TcpActions.Ended | TcpActions.RepeatSyn | TcpActions.Opened;
        if ((actions & Turning) != 0 && !Turn(segment, actions, before))
        {
            return;
        }

        if ((segment.Flags & TcpSegment.Ece) != 0 && (Marks & EcnAgreed) != 0)
        {
            // RFC 3168 6.1.2: the window grows only by acknowledgments without ECN-Echo.
            _values[CongestionControl.LimitedUntil] = (int)(block.SndUna - 1);
        }

        if ((actions & TcpActions.Acknowledged) != 0)
        {
            DataAcknowledged(outcome.AcknowledgedText, Marks, now);
        }
        else if ((actions & TcpActions.Duplicate) != 0 && (Marks & Probing) == 0)
        {
            DuplicateAcknowledged();
        }

        if ((actions & TcpActions.Window) != 0 && (block.SndWnd == 0 || (Marks & Probing) != 0 || (actions & TcpActions.Reopened) != 0))
        {
            WindowUpdated(actions, now);
        }

        if ((actions & (TcpActions.Acknowledged | TcpActions.Window)) != 0 && !IsAllOut())
        {
            Marks |= OutputDue;
        }

        if ((actions & (TcpActions.Text | TcpActions.OutOfOrder)) != 0 && !TextArrived(actions, outcome, buffer, now))
        {
            return;
        }

        if ((Marks & (EcnAsked | EcnAgreed)) != 0)
        {
            ProcessEcn(segment.Flags, actions, now);
        }

        const int Answering = TcpActions.Finished | TcpActions.TimeWaitStarted | TcpActions.Acknowledge | TcpActions.OutOfOrder;
        if ((actions & Answering) != 0)
        {
            if ((actions & TcpActions.Finished) != 0)
            {
                Marks |= PeerFinished;
                if (block.State == TcpState.CloseWait && (Marks & OutputDue) == 0)
                {
                    // Mostly the owner closes its side as soon as it sees this, or answers. So it has its turn first: RFC 9293 3.8.6.3,
                    // where an acknowledgment may wait for what can carry it.
                    Marks |= AcknowledgeDue;
                    _layer.Due |= TcpLayer.HeldDue;
                    Schedule();
                    return;
                }
            }

            if ((actions & TcpActions.TimeWaitStarted) != 0)
            {
                // A probe may have brought all there was; no window is waited for any more, and the timer has another meaning.
                Marks &= ~Probing;
                _timerAt = now + _layer.TimeWaitDuration;
            }

            if ((actions & TcpActions.Acknowledge) != 0
                && ((actions & (TcpActions.Challenge | TcpActions.Limited)) == 0 || MayChallenge(now)))
            {
                _layer.Counters[StackCounter.TcpChallengeAcks] += (actions & TcpActions.Challenge) != 0 ? 1 : 0;
                Marks |= AcknowledgeDue | OutputDue;
            }

            if ((actions & TcpActions.OutOfOrder) != 0 && _layer.Ip.Reach(Remote) == Ipv4Layer.Sent)
            {
                // RFC 5681 4.2: one acknowledgment for each such segment, before the next frame is looked at, because the
                // peer counts them: three tell it what is lost, and each one lets it send something more.
                SendAcknowledgment(true);
            }
        }

        if ((Marks & Owned) != 0 || !Settle())
        {
            Schedule();
        }
    }

    /// <summary>The connection opens, begins again or ends. False when it is over, or the segment has nothing to do with it.</summary>
    private bool Turn(TcpSegment segment, int actions, TcpState before)
    {
        if ((actions & TcpActions.Reset) != 0)
        {
            _layer.SendReset(segment, Remote);
            return false;
        }

        if ((actions & TcpActions.Ended) != 0)
        {
            if ((actions & TcpActions.Acknowledged) != 0)
            {
                _bytesSent += _layer.Outcome.AcknowledgedText;
            }

            CountEnd(before);
            Ended();
            return false;
        }

        if ((actions & TcpActions.RepeatSyn) != 0)
        {
            GoBack();
        }

        if ((actions & TcpActions.Opened) != 0)
        {
            HandshakeDone();
        }

        return true;
    }

    private void HandshakeDone()
    {
        if (_send.Capacity <= Block.SendMss)
        {
            // One segment that takes the whole ring would wait for the peer's delayed acknowledgment every time; of two,
            // the second is acknowledged at once (RFC 9293 SHLD-19).
            Block.SendMss = _send.Capacity / 2;
        }

        _layer.Congestion.Open(_values, Block.SendMss, Block.Iss, (Marks & SynLost) != 0);
        if ((Marks & SynLost) != 0)
        {
            _roundTrip.LostSyn();
        }
    }

    /// <summary>The peer has acknowledged new data: makes room in the ring, and does what its timers and the congestion window want.</summary>
    /// <param name="text">Octets.</param>
    /// <param name="marks"><see cref="Marks"/>, as they are to be but for what is done here.</param>
    /// <param name="now">The time, ms.</param>
    private void DataAcknowledged(int text, int marks, long now)
    {
        TcpControlBlock block = Block;
        RingBuffer send = _send;
        int[] values = _values;
        uint una = block.SndUna;
        if (send.Count == text)
        {
            // Behind what was written nothing stands in this ring.
            send.Clear();
        }
        else
        {
            send.Discard(text);
        }

        _bytesSent += text;
        if (text >= block.SendMss)
        {
            marks |= PathProven;
        }

        if ((marks & Timing) != 0 && (int)una - values[TimedSequence] > 0)
        {
            marks &= ~Timing;
            uint roundTripTime = (uint)((int)now - values[TimedAt]);
            _roundTrip.Measured(roundTripTime > RoundTripEstimator.MaxTimeout ? RoundTripEstimator.MaxTimeout : (int)roundTripTime);
        }

        // What was to go out again and had not gone yet has arrived after all, unless the next one is missing too.
        marks &= ~(RetransmitFirst | Retries);
        CongestionControl congestion = _layer.Congestion;
        if (!congestion.AcknowledgedUnlimited(values, una, (int)now)
            && congestion.Acknowledged(values, text, una, block.SndMax, block.SendMss, (int)now, _roundTrip))
        {
            marks |= RetransmitFirst | OutputDue;
            _layer.AskToSend();
        }

        Marks = marks;

        // RFC 6298 5.2 and 5.3: off when all is acknowledged, anew when something is. The pause after a mark goes on.
        if (block.SndMax != una)
        {
            _timerAt = now + _roundTrip.Timeout;
        }
        else if ((marks & EcnHeld) == 0)
        {
            _timerAt = Never;
        }

        // Whatever the peer has taken counts, however little of what is out (RFC 9293 SHLD-17).
        _unansweredSince = now;
        values[MovedAt] = (int)now;
    }

    private void DuplicateAcknowledged()
    {
        _layer.Counters[StackCounter.TcpInDupAcks]++;
        TcpControlBlock block = Block;
        if (block.SndWnd == 0)
        {
            // RFC 9293 3.8.6.1: into a closed window go only probes.
            return;
        }

        if (_layer.Congestion.Duplicate(_values, block.SndUna, block.SndMax, HasMoreToSend(), block.SendMss))
        {
            _layer.Counters[StackCounter.TcpFastRetransmits]++;
            Marks |= RetransmitFirst | EcnReduced;
        }

        // RFC 3042 2 and RFC 5681 3.2 step 1, 3.2 step 4, 3.2 step 5: each duplicate lets one more segment out.
        Marks |= OutputDue;
    }

    /// <summary>True when new data is ready and the peer's window takes it (RFC 5827 3.2, RFC 3042 2).</summary>
    private bool HasMoreToSend()
    {
        TcpControlBlock block = Block;
        int offset = (int)(block.SndNxt - block.SndUna);
        int available = _send.Count - offset;
        int room = block.SndWnd - offset;
        int length = room < available ? room : available;
        if (length > block.SendMss)
        {
            length = block.SendMss;
        }

        return length > 0 && IsWorthSending(block.SndNxt, length, length == available);
    }

    private void WindowUpdated(int actions, long now)
    {
        if ((Marks & Probing) != 0 || Block.SndWnd == 0)
        {
            Marks &= ~Retries;
            if ((Marks & Owned) != 0 || WaitingFor != null)
            {
                // The peer answers, so a closed window is no reason ever to give up (RFC 9293 MUST-37, RFC 1122 4.2.2.17); the owner may abort.
                // A connection without an owner has nobody to do that: RFC 6429 3 leaves it to us.
                _unansweredSince = now;
            }
        }

        if ((Marks & Probing) != 0 && Block.SndWnd != 0)
        {
            if ((actions & TcpActions.Reopened) == 0 && _send.Count != 0 && !HasMoreToSend())
            {
                // Still too small to use. What the peer sends meanwhile must not put off the probe (RFC 9293 MUST-60).
                return;
            }

            Marks &= ~(Probing | ProbeDue);
            _roundTrip.ForgetBackOff();

            // The window may close again before anything goes out: a probe that is out keeps its timer.
            _timerAt = Block.SndMax != Block.SndUna ? now + _roundTrip.Timeout : Never;
        }
        else if ((actions & TcpActions.Reopened) != 0
            && (Block.Marks & TcpControlBlock.FinSent) != 0
            && _send.Count == 0
            && Block.SndMax != Block.SndUna)
        {
            // The FIN stood beyond the edge, and the peer may have cut it off. It need not wait for the timer.
            GoBack();
            _roundTrip.ForgetBackOff();
            _timerAt = now + _roundTrip.Timeout;
        }
    }

    /// <summary>Places data in the ring. False when the connection is over because nobody is there to read it.</summary>
    private bool TextArrived(int actions, SegmentOutcome outcome, byte[] buffer, long now)
    {
        TcpControlBlock block = Block;
        if ((Marks & Owned) == 0 && WaitingFor == null)
        {
            // RFC 1122 4.2.2.13: data for a user who has gone is answered with a reset, so that the peer knows it is lost.
            Reset(TcpEndReason.Aborted);
            return false;
        }

        if ((actions & TcpActions.Text) != 0)
        {
            _receive.Place(_receive.Count + outcome.TextPosition, buffer, outcome.TextOffset, outcome.TextLength);
        }

        if ((actions & TcpActions.OutOfOrder) != 0)
        {
            _layer.Counters[StackCounter.TcpInOutOfOrder]++;
            if ((actions & TcpActions.GapDropped) != 0)
            {
                _layer.Counters[StackCounter.TcpGapDrops]++;
            }

            return true;
        }

        TextDelivered(outcome.Delivered, now);
        return true;
    }

    /// <summary>So many more octets are in the ring without a hole.</summary>
    private void TextDelivered(int length, long now)
    {
        _values[MovedAt] = (int)now;
        _receive.Count += length;
        _bytesReceived += length;
        if ((Marks & SegmentHeld) != 0 || length >= _layer.UpdateThreshold)
        {
            // RFC 9293 SHLD-19 asks for every second full segment at least. Peers with small rings send their last
            // segment short and then wait, so here it is every second one; and what fills half the ring at once.
            Marks |= AcknowledgeDue | OutputDue;
        }
        else if (_acknowledgeAt == Never)
        {
            _acknowledgeAt = now + TcpLimits.DelayedAcknowledgment;
        }

        Marks |= SegmentHeld;
    }

    /// <summary>RFC 5961 7: challenges are limited for each connection by itself, so that no stranger can count them.</summary>
    private bool MayChallenge(long now)
    {
        int[] values = _values;
        if (values[Challenges] == 0 || (uint)((int)now - values[ChallengesSince]) >= TcpLimits.ChallengeInterval)
        {
            values[Challenges] = 0;
            values[ChallengesSince] = (int)now;
        }

        if (values[Challenges] >= TcpLimits.ChallengesPerInterval)
        {
            _layer.Counters[StackCounter.TcpChallengeAcksLimited]++;
            return false;
        }

        values[Challenges]++;
        return true;
    }

    /// <summary>The user has made room: tell the peer, if it is worth a segment (RFC 9293 MUST-39).</summary>
    private void AfterRead()
    {
        if (Block.CanReceive && (int)(Block.RcvNxt + (uint)_receive.Free - Block.RcvAdv) >= _layer.UpdateThreshold)
        {
            Marks |= AcknowledgeDue;
            AskToSend();
        }
    }
}
