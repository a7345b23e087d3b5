using NanoTcp.Ip;
using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Tcp;

// What is sent, when, and again.
public sealed partial class TcpConnection
{
    private readonly RoundTripEstimator _roundTrip;

    /// <summary>Since when the peer has acknowledged nothing although something is out.</summary>
    private long _unansweredSince;

    /// <summary>Sends at most one segment. The frame buffer is free. False when nothing was sent.</summary>
    internal bool Dispatch(long now)
    {
        switch (_layer.Ip.Reach(Remote))
        {
            case Ipv4Layer.Pending:
                // The rings keep everything; the answer to ARP, or its failure, brings us here again.
                _layer.Due |= TcpLayer.ConnectionsDue;
                return false;

            case Ipv4Layer.Unreachable:
                NoWayOut(now);
                return false;
        }

        bool sent = (Marks & ResetDue) != 0 ? SendReset() : SendSegment(now);
        if (!sent || ((Marks & (AcknowledgeDue | KeepAliveDue | RetransmitFirst | ProbeDue)) == 0 && IsAllOut()))
        {
            Marks &= ~OutputDue;
        }

        if ((Marks & Owned) != 0 || !Settle())
        {
            Schedule();
        }

        return sent;
    }

    /// <summary>True when everything that was written, and the FIN behind it, has been sent and nothing of it must be sent again.</summary>
    private bool IsAllOut()
    {
        TcpControlBlock block = Block;
        if (block.SndNxt != block.SndMax)
        {
            return false;
        }

        // Behind a FIN nothing comes, and what is before it went first.
        return (block.Marks & TcpControlBlock.FinQueued) != 0
            ? (block.Marks & TcpControlBlock.FinSent) != 0
            : _send.Count == (int)(block.SndNxt - block.SndUna);
    }

    private bool SendReset()
    {
        Marks &= ~(ResetDue | OutputDue);
        _watchAt = Never;
        _layer.Counters[StackCounter.TcpOutRsts]++;
        _layer.Send(Remote, Ports, NextForPeer(), Block.RcvNxt, TcpSegment.Rst | TcpSegment.Ack, 0, 0, 0, 0, _values[TypeOfService]);
        return true;
    }

    /// <summary>Decides on the next segment: SYN, data, FIN, probe or bare acknowledgment, in this order.</summary>
    private bool SendSegment(long now)
    {
        TcpControlBlock block = Block;
        if (block.State == TcpState.Closed)
        {
            return false;
        }

        if ((block.Marks & TcpControlBlock.SynAcknowledged) == 0)
        {
            return block.SndNxt == block.Iss ? SendSyn(now) : SendAcknowledgment(false);
        }

        if (_send.Count == 0 && (block.Marks & TcpControlBlock.FinSent) == 0)
        {
            if ((block.Marks & TcpControlBlock.FinQueued) != 0)
            {
                // For which no window is asked.
                SendText(block.SndNxt, 0, 0, true, true, now);
                return true;
            }

            // There is nothing that the windows could let out, for the first time or again.
            return SendAcknowledgment(false) || SendKeepAlive(now);
        }

        bool first = (Marks & (RetransmitFirst | ProbeDue)) != 0;
        uint sequence = first ? block.SndUna : block.SndNxt;
        int offset = (int)(sequence - block.SndUna);
        int available = _send.Count - offset;
        if (available < 0)
        {
            // SND.NXT is behind our FIN.
            return SendAcknowledgment(false);
        }

        int[] values = _values;
        bool idle = (uint)((int)now - values[SentAt]) > (uint)_roundTrip.Timeout;
        if (available != 0 && (idle || block.SndMax == block.SndUna))
        {
            _layer.Congestion.Resume(values, idle, block.SendMss, (int)now);
        }

        int congestion = values[CongestionControl.Window];
        int duplicates = values[CongestionControl.Duplicates];
        if (duplicates > 0)
        {
            // What the first duplicates let out beyond cwnd: RFC 3042 2.
            const int Most = CongestionControl.MaxLimitedTransmit;
            congestion += (duplicates < Most ? duplicates : Most) * block.SendMss;
        }

        int usable = UsableWindow(sequence, offset, congestion);

        // RFC 9293 SHLD-27, SHLD-28: as much as a segment takes, from however many writes.
        int length = available < usable ? available : usable;
        if (length > block.SendMss)
        {
            length = block.SendMss;
        }

        if (length < 0)
        {
            // RFC 9293 MUST-34, SHLD-15: the peer has taken back a part of its window.
            length = 0;
        }

        bool last = length == available;
        bool fin = last
            && (block.Marks & TcpControlBlock.FinQueued) != 0
            && ((block.Marks & TcpControlBlock.FinSent) == 0 || sequence + (uint)length == block.SndMax - 1);
        if (fin || (length != 0 && (first || IsWorthSending(sequence, length, last))))
        {
            SendText(sequence, offset, length, fin, last, now);
            return true;
        }

        if (available > usable && congestion < block.SndWnd)
        {
            values[CongestionControl.LimitedUntil] = (int)block.SndMax;
        }

        if (available != 0 && _timerAt == Never)
        {
            // RFC 9293 MUST-36, SHLD-29, MUST-60: data waits and no timer runs, so no acknowledgment is to be expected: only a probe brings one.
            Marks |= Probing;
            _timerAt = now + _roundTrip.Timeout;
            _unansweredSince = now;
        }

        return SendAcknowledgment(false) || SendKeepAlive(now);
    }

    /// <summary>
    /// How many octets the windows let out from <paramref name="sequence"/> on, which is <paramref name="offset"/> octets beyond
    /// SND.UNA; negative when the peer has taken back a part of its window.
    /// </summary>
    private int UsableWindow(uint sequence, int offset, int congestion)
    {
        TcpControlBlock block = Block;
        int window = block.SndWnd;
        if ((Marks & ProbeDue) != 0)
        {
            return window == 0 ? 1 : window;
        }

        if ((Marks & RetransmitFirst) != 0)
        {
            // What is out, and new data only within the peer's window (RFC 9293 SHLD-15, MAY-7).
            int outstanding = (int)(block.SndMax - block.SndUna);
            return outstanding > window ? outstanding : window;
        }

        if ((Marks & EcnHeld) != 0 && sequence == block.SndMax)
        {
            return 0;
        }

        return (window < congestion ? window : congestion) - offset;
    }

    /// <summary>
    /// The sender's silly-window rule and Nagle's (RFC 9293 MUST-38, SHLD-7). Nagle waits for more data to fill the
    /// segment; into a ring that is full no more can come, and waiting would cost a delayed acknowledgment for every ring.
    /// </summary>
    private bool IsWorthSending(uint sequence, int length, bool last)
    {
        TcpControlBlock block = Block;
        return length == block.SendMss
            || (last
                && ((Marks & NoDelaySet) != 0
                    || (block.Marks & TcpControlBlock.FinQueued) != 0
                    || block.SndMax == block.SndUna
                    || _send.Free == 0))
            || length >= (block.MaxSndWnd >> 1)
            || (int)(sequence - block.SndMax) < 0;
    }

    private bool SendSyn(long now)
    {
        TcpControlBlock block = Block;
        bool again = block.SndMax != block.Iss;
        int flags = block.State == TcpState.SynSent ? TcpSegment.Syn : TcpSegment.Syn | TcpSegment.Ack;

        // The MSS goes with every SYN (RFC 9293 MUST-14, SHLD-5, MAY-3).
        if (block.State == TcpState.SynSent && _layer.Ecn)
        {
            // RFC 3168 6.1.1.1: something on the way may drop what asks for ECN, so it is asked for only once.
            Marks = again ? Marks & ~EcnAsked : Marks | EcnAsked;
            flags |= again ? 0 : TcpSegment.Ece | TcpSegment.Cwr;
        }

        _layer.Send(
            Remote, Ports, block.Iss, block.RcvNxt, flags, _receive.Free, _layer.OfferedMss, 0, 0, _values[TypeOfService]);
        CountSent(again);
        if (again)
        {
            // Karn: in a simultaneous open nothing was lost, but it is not known which of the two is acknowledged.
            Marks &= ~Timing;
        }
        else
        {
            // All that passed before, while there was no link, no neighbour or no Poll, says nothing about the peer.
            _lastActivity = now;
            StartTiming(block.Iss, now);
            _roundTrip.Reset();
            _unansweredSince = now;
            _timerAt = Never;
        }

        block.Sent(1);
        Acknowledged();
        StartRetransmissionTimer(now);
        return true;
    }

    private void SendText(uint sequence, int offset, int length, bool fin, bool last, long now)
    {
        TcpControlBlock block = Block;
        bool again = (int)(sequence - block.SndMax) < 0;
        if (length != 0)
        {
            Ipv4Layer ip = _layer.Ip;
            _send.CopyTo(offset, ip.Buffer, ip.TransmitOffset + TcpSegment.MinHeaderLength, length);
        }

        int flags = TcpSegment.Ack;
        int sequenceLength = length;
        if (last && length != 0)
        {
            // RFC 9293 MUST-61: the last of what was written.
            flags |= TcpSegment.Psh;
        }

        if (fin)
        {
            flags |= TcpSegment.Fin;
            sequenceLength++;
            block.Marks |= TcpControlBlock.FinSent;
        }

        if (block.SndMax == block.SndUna)
        {
            if ((Marks & Probing) == 0)
            {
                _unansweredSince = now;
                _values[MovedAt] = (int)now;
            }

            if ((Marks & ProbeDue) == 0)
            {
                // Nothing was out, so a timer that runs is not this segment's.
                _timerAt = Never;
            }
        }

        int urgentPointer = 0;
        if ((Marks & Urgent) != 0)
        {
            urgentPointer = UrgentPointer(sequence);
            flags |= urgentPointer != 0 ? TcpSegment.Urg : 0;
        }

        int typeOfService = _values[TypeOfService];
        if ((Marks & EcnAgreed) != 0)
        {
            int ecn = EcnBits(!again && length != 0 && (Marks & ProbeDue) == 0);
            flags |= ecn;
            typeOfService |= ecn >> EcnShift;
        }

        _layer.Send(Remote, Ports, sequence, block.RcvNxt, flags, OfferWindow(), 0, length, urgentPointer, typeOfService);
        CountSent(again);
        Acknowledged();
        if ((Marks & ProbeDue) != 0)
        {
            Marks &= ~ProbeDue;
            if (block.SndWnd == 0 && length != 0)
            {
                // The octet counts as sent, so that an acknowledgment of it is welcome, but SND.NXT stays before it.
                _layer.Counters[StackCounter.TcpZeroWindowProbes]++;
                uint end = sequence + (uint)sequenceLength;
                if ((int)(end - block.SndMax) > 0)
                {
                    block.SndMax = end;
                }

                return;
            }
        }

        _values[SentAt] = (int)now;
        if ((Marks & RetransmitFirst) != 0)
        {
            Marks &= ~(RetransmitFirst | Timing);
            uint end = sequence + (uint)sequenceLength;
            if ((int)(end - block.SndNxt) > 0)
            {
                block.Sent((int)(end - block.SndNxt));
            }
        }
        else
        {
            if (!again && (Marks & Timing) == 0)
            {
                StartTiming(sequence + (uint)sequenceLength - 1, now);
            }

            block.Sent(sequenceLength);
        }

        Marks &= ~Probing;
        StartRetransmissionTimer(now);
    }

    /// <summary>Sends a bare acknowledgment if one is due.</summary>
    /// <param name="duplicate">It is for a segment out of order. What the user has read meanwhile is told apart then, because
    /// an acknowledgment with another window than the last is no duplicate to the peer (RFC 5681 2).</param>
    private bool SendAcknowledgment(bool duplicate)
    {
        TcpControlBlock block = Block;
        if ((Marks & AcknowledgeDue) == 0)
        {
            return false;
        }

        SendEmpty(NextForPeer(), duplicate ? (int)(block.RcvAdv - block.RcvNxt) : OfferWindow());
        Acknowledged();
        if (duplicate)
        {
            AfterRead();
        }

        return true;
    }

    /// <summary>
    /// The sequence number of a segment without data or FIN: beyond everything sent, so that the peer does not take it for an
    /// old one; but a probe may not have been taken, and into a closed window goes only what fits exactly.
    /// </summary>
    private uint NextForPeer()
    {
        return (Marks & Probing) != 0 ? Block.SndNxt : Block.SndMax;
    }

    /// <summary>An acknowledgment, or a keep-alive probe.</summary>
    private void SendEmpty(uint sequence, int window)
    {
        int flags = (Marks & EcnEcho) != 0 ? TcpSegment.Ack | TcpSegment.Ece : TcpSegment.Ack;
        int urgentPointer = 0;
        if ((Marks & Urgent) != 0)
        {
            // RFC 9293 3.8.5: every segment tells it, so that a peer whose window is closed hears of it too.
            urgentPointer = UrgentPointer(sequence);
            flags |= urgentPointer != 0 ? TcpSegment.Urg : 0;
        }

        _layer.Send(Remote, Ports, sequence, Block.RcvNxt, flags, window, 0, 0, urgentPointer, _values[TypeOfService]);
        _layer.Counters[StackCounter.TcpOutSegs]++;
    }

    /// <summary>
    /// SEG.UP of a segment: the octet behind the urgent data (RFC 9293 MUST-62), or as near as the field can tell, because
    /// urgent data may be of any length (RFC 9293 MUST-31). 0 when all of it lies before the segment.
    /// </summary>
    private int UrgentPointer(uint sequence)
    {
        if (_values[SndUp] - (int)Block.SndUna <= 0)
        {
            Marks &= ~Urgent;
        }

        int ahead = _values[SndUp] - (int)sequence;
        return ahead <= 0 ? 0 : ahead > 0xFFFF ? 0xFFFF : ahead;
    }

    /// <summary>Every segment acknowledges.</summary>
    private void Acknowledged()
    {
        Marks &= ~(AcknowledgeDue | SegmentHeld);
        _acknowledgeAt = Never;
    }

    /// <summary>
    /// SEG.WND. The right edge moves on only by a worthwhile step (RFC 9293 MUST-39) and never back (RFC 9293 SHLD-14); while
    /// nobody reads, it stays where it is (RFC 9293 MAY-8).
    /// </summary>
    private int OfferWindow()
    {
        TcpControlBlock block = Block;
        uint edge = block.RcvNxt + (uint)_receive.Free;
        if ((int)(edge - block.RcvAdv) >= _layer.WindowStep)
        {
            block.RcvAdv = edge;
        }

        return (int)(block.RcvAdv - block.RcvNxt);
    }

    private void CountSent(bool again)
    {
        _layer.Counters[again ? StackCounter.TcpRetransSegs : StackCounter.TcpOutSegs]++;
    }

    private void StartTiming(uint sequence, long now)
    {
        Marks |= Timing;
        _values[TimedSequence] = (int)sequence;
        _values[TimedAt] = (int)now;
    }

    /// <summary>RFC 6298 5.1.</summary>
    private void StartRetransmissionTimer(long now)
    {
        if (_timerAt == Never)
        {
            _timerAt = now + _roundTrip.Timeout;
        }
    }

    /// <summary>Everything from SND.UNA on goes out again, as far as the windows allow (RFC 9293 SHLD-16).</summary>
    private void GoBack()
    {
        Block.SndNxt = Block.SndUna;
        Marks &= ~(Timing | RetransmitFirst);
        AskToSend();
    }

    /// <summary>The timer of RFC 6298 5.4, 5.5, 5.6 for data and for SYNs (RFC 9293 MUST-22), and of RFC 9293 3.8.6.1.</summary>
    private void RetransmissionDue(long now)
    {
        TcpControlBlock block = Block;
        bool held = (Marks & EcnHeld) != 0;
        Marks &= ~EcnHeld;
        if (held && block.SndMax == block.SndUna)
        {
            // Nothing was lost, and nobody is silent: RFC 3168 6.1.2 has let the next segment wait so long.
            _timerAt = Never;
            Marks |= OutputDue;
            return;
        }

        int limit = GiveUpAfter();
        if ((Marks & (Probing | Retries)) == Probing && ((Marks & Owned) != 0 || WaitingFor != null))
        {
            // RFC 9293 MUST-37: R2 runs from the first probe on that is not answered.
            _unansweredSince = now;
        }

        if (limit != 0 && now - _unansweredSince >= limit)
        {
            // RFC 9293 MUST-20 (c).
            GiveUp();
            return;
        }

        NoteRetry();

        // For probes too (RFC 9293 SHLD-30).
        int waited = _roundTrip.Timeout;
        _roundTrip.BackOff();
        _timerAt = now + _roundTrip.Timeout;
        if ((block.Marks & TcpControlBlock.SynAcknowledged) == 0)
        {
            LimitRetransmission();
            Marks |= block.SndMax != block.Iss ? SynLost : 0;
            GoBack();
            return;
        }

        if ((Marks & Probing) != 0 || block.SndMax == block.SndUna || (block.SndWnd == 0 && _send.Count != 0))
        {
            // A window that closed on data already out is probed like any other (RFC 9293 MUST-35). And when nothing is out, because
            // nothing could leave, nothing is lost: what waits is tried again.
            Probe();
            return;
        }

        LimitRetransmission();
        Marks |= EcnReduced;
        _layer.Counters[StackCounter.TcpTimeouts]++;
        int mss = block.SendMss;
        BelieveHint();
        if (block.SendMss == mss)
        {
            SuspectBlackHole(waited, now);
        }

        _layer.Congestion.TimedOut(_values, block.SndUna, block.SndMax, block.SendMss);
        GoBack();
    }

    /// <summary>The next probe is due, or the first.</summary>
    private void Probe()
    {
        TcpControlBlock block = Block;
        block.SndNxt = block.SndUna;
        Marks = (Marks & ~(Timing | RetransmitFirst)) | Probing | OutputDue;
        Marks |= _send.Count != 0 ? ProbeDue : 0;
        if ((Marks & Retries) > OneRetry || block.SndMax == block.SndUna)
        {
            // Only when the peer is silent: what is answered must not bring the next probe nearer.
            LimitRetransmission();
        }
    }

    private void GiveUp()
    {
        _layer.Counters[StackCounter.TcpGiveUps]++;
        TcpEndReason reason = (Marks & UnreachableHint) != 0 ? TcpEndReason.Unreachable : TcpEndReason.TimedOut;
        if ((Marks & Probing) != 0)
        {
            // The peer may be there and wait for the rest.
            Reset(reason);
        }
        else
        {
            EndHere(reason);
        }
    }

    /// <summary>No route, or the next hop is silent: an opening fails at once, an open connection goes on trying.</summary>
    private void NoWayOut(long now)
    {
        Marks &= ~AcknowledgeDue;
        _acknowledgeAt = Never;
        Marks &= ~OutputDue;
        if ((Marks & ResetDue) != 0)
        {
            Marks &= ~ResetDue;
            _watchAt = Never;
            Schedule();
            Settle();
        }
        else if (Block.State == TcpState.SynSent)
        {
            EndHere(TcpEndReason.Unreachable);
        }
        else
        {
            Marks = (Marks & ~KeepAliveDue) | UnreachableHint;
            WaitForWay(now);
            Settle();
        }
    }

    /// <summary>What cannot go out now is given up in the end as if it had gone out in vain.</summary>
    internal void WaitForWay(long now)
    {
        bool finDue = (Block.Marks & (TcpControlBlock.FinQueued | TcpControlBlock.FinSent)) == TcpControlBlock.FinQueued;
        if (_timerAt == Never
            && Block.State != TcpState.Closed
            && (Block.SndMax != Block.SndUna || _send.Count != 0 || finDue))
        {
            _unansweredSince = now;
            _timerAt = now + _roundTrip.Timeout;
        }

        Schedule();
    }
}
