using NanoTcp.Ip;
using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Tcp;

// What is sent, when, and again.
public sealed partial class TcpConnection
{
    /// <summary>True when <see cref="Dispatch"/> may have something to send.</summary>
    internal bool OutputDue;

    private readonly RoundTripEstimator _roundTrip;
    private readonly NewReno _congestion;

    /// <summary>When the oldest segment counts as lost, or the next probe into a closed window is due.</summary>
    private long _retransmitAt;

    /// <summary>Since when the peer has acknowledged nothing although something is out.</summary>
    private long _unansweredSince;

    /// <summary>The segment at SND.UNA goes out again, whatever SND.NXT is.</summary>
    private bool _retransmitFirst;

    /// <summary>The window is closed, or too small to use, and nothing is out: only the timer can find out that it opened.</summary>
    private bool _probing;

    private bool _probeDue;
    private bool _synLost;

    /// <summary>A segment is being timed: the one whose last octet has this sequence number.</summary>
    private bool _timing;

    private uint _timedSequence;
    private long _timedAt;

    /// <summary>Sends at most one segment. The transmit buffer is free. False when nothing was sent.</summary>
    internal bool Dispatch(long now)
    {
        switch (_layer.Ip.Reach(RemoteAddress))
        {
            case Ipv4Layer.Pending:
                // The rings keep everything; the answer to ARP, or its failure, brings us here again.
                return false;

            case Ipv4Layer.Unreachable:
                NoWayOut(now);
                return false;
        }

        bool sent = _resetDue ? SendReset() : SendSegment(now);
        if (!sent)
        {
            OutputDue = false;
        }

        UpdateDeadline();
        if (!_owned)
        {
            Settle();
        }

        return sent;
    }

    private bool SendReset()
    {
        _resetDue = false;
        OutputDue = false;
        _layer.Counters[StackCounter.TcpOutRsts]++;
        _layer.Send(RemoteAddress, LocalPort, RemotePort, Block.SndMax, Block.RcvNxt, TcpSegment.Rst | TcpSegment.Ack, 0, 0, 0);
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

        if (block.SndUna == block.Iss)
        {
            return block.SndNxt == block.Iss ? SendSyn(now) : SendAcknowledgment();
        }

        bool first = _retransmitFirst || _probeDue;
        uint sequence = first ? block.SndUna : block.SndNxt;
        int offset = (int)(sequence - block.SndUna);
        int available = _send.Count - offset;
        if (available < 0)
        {
            // SND.NXT is behind our FIN.
            return SendAcknowledgment();
        }

        int window = block.SndWnd < _congestion.Window ? block.SndWnd : _congestion.Window;
        int usable = _probeDue ? (block.SndWnd == 0 ? 1 : block.SndWnd)
            : _retransmitFirst ? RetransmissionWindow()
            : window - offset;
        int length = available < usable ? available : usable;
        if (length > block.SendMss)
        {
            length = block.SendMss;
        }

        if (length < 0)
        {
            length = 0;
        }

        bool last = length == available;
        bool fin = last && block.FinQueued && (!block.FinSent || sequence + (uint)length == block.FinSequence);
        if (fin || (length != 0 && (first || IsWorthSending(sequence, length, last))))
        {
            SendText(sequence, offset, length, fin, last, now);
            return true;
        }

        if (available != 0 && _retransmitAt == Never)
        {
            // RFC 9293 3.8.6.1: data waits and no timer runs, so no acknowledgment is to be expected: only a probe brings one.
            _probing = true;
            _retransmitAt = now + _roundTrip.Timeout;
            _unansweredSince = now;
        }

        return SendAcknowledgment();
    }

    /// <summary>What a retransmission may carry: what is out, and new data only within the window (RFC 9293 SHLD-15, MAY-7).</summary>
    private int RetransmissionWindow()
    {
        int outstanding = (int)(Block.SndMax - Block.SndUna);
        return outstanding > Block.SndWnd ? outstanding : Block.SndWnd;
    }

    /// <summary>
    /// The sender's silly-window rule and Nagle's (RFC 9293 3.8.6.2.1, 3.7.4). Nagle waits for more data to fill the
    /// segment; into a ring that is full no more can come, and waiting would cost a delayed acknowledgment for every ring.
    /// </summary>
    private bool IsWorthSending(uint sequence, int length, bool last)
    {
        TcpControlBlock block = Block;
        return length == block.SendMss
            || (last && (NoDelay || block.FinQueued || block.SndMax == block.SndUna || _send.Free == 0))
            || length >= (block.MaxSndWnd >> 1)
            || (int)(sequence - block.SndMax) < 0;
    }

    private bool SendSyn(long now)
    {
        TcpControlBlock block = Block;
        bool again = block.SndMax != block.Iss;
        int flags = block.State == TcpState.SynSent ? TcpSegment.Syn : TcpSegment.Syn | TcpSegment.Ack;
        _layer.Send(
            RemoteAddress, LocalPort, RemotePort, block.Iss, block.RcvNxt, flags, _receive.Free, _layer.OfferedMss, 0);
        CountSent(again);
        if (again)
        {
            // Karn: in a simultaneous open nothing was lost, but it is not known which of the two is acknowledged.
            _timing = false;
        }
        else
        {
            // All that passed before, while there was no link, no neighbour or no Poll, says nothing about the peer.
            LastActivity = now;
            StartTiming(block.Iss, now);
            _roundTrip.Reset();
            _unansweredSince = now;
            _retransmitAt = Never;
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
            _send.CopyTo(offset, _layer.Ip.TransmitBuffer, _layer.TextOffset, length);
        }

        int flags = TcpSegment.Ack;
        int sequenceLength = length;
        if (last && length != 0)
        {
            flags |= TcpSegment.Psh;
        }

        if (fin)
        {
            flags |= TcpSegment.Fin;
            sequenceLength++;
            block.FinSent = true;
            block.FinSequence = sequence + (uint)length;
        }

        if (block.SndMax == block.SndUna && !_probing)
        {
            _unansweredSince = now;
        }

        _layer.Send(RemoteAddress, LocalPort, RemotePort, sequence, block.RcvNxt, flags, OfferWindow(), 0, length);
        CountSent(again);
        Acknowledged();
        bool intoClosedWindow = _probeDue && block.SndWnd == 0;
        _probeDue = false;
        if (intoClosedWindow)
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

        if (_retransmitFirst)
        {
            _retransmitFirst = false;
            _timing = false;
            uint end = sequence + (uint)sequenceLength;
            if ((int)(end - block.SndNxt) > 0)
            {
                block.Sent((int)(end - block.SndNxt));
            }
        }
        else
        {
            if (!again && !_timing)
            {
                StartTiming(sequence + (uint)sequenceLength - 1, now);
            }

            block.Sent(sequenceLength);
        }

        _probing = false;
        StartRetransmissionTimer(now);
    }

    private bool SendAcknowledgment()
    {
        TcpControlBlock block = Block;
        if (!_acknowledgeDue)
        {
            return false;
        }

        // Beyond everything sent, so that the peer does not take it for an old segment; but a probe may not have been taken.
        uint sequence = _probing ? block.SndNxt : block.SndMax;
        _layer.Send(RemoteAddress, LocalPort, RemotePort, sequence, block.RcvNxt, TcpSegment.Ack, OfferWindow(), 0, 0);
        CountSent(false);
        Acknowledged();
        return true;
    }

    /// <summary>Every segment acknowledges.</summary>
    private void Acknowledged()
    {
        _acknowledgeDue = false;
        _acknowledgeAt = Never;
        _unacknowledgedText = 0;
        _unacknowledgedSegments = 0;
    }

    /// <summary>
    /// SEG.WND. The right edge moves on only by a worthwhile step (RFC 9293 3.8.6.2.2) and never back (SHLD-14).
    /// </summary>
    private int OfferWindow()
    {
        TcpControlBlock block = Block;
        uint edge = block.RcvNxt + (uint)_receive.Free;
        int step = (int)(edge - block.RcvAdv);
        int half = _receive.Capacity / 2;
        if (step >= block.MaxMss || step >= half)
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
        _timing = true;
        _timedSequence = sequence;
        _timedAt = now;
    }

    /// <summary>RFC 6298 5.1.</summary>
    private void StartRetransmissionTimer(long now)
    {
        if (_retransmitAt == Never)
        {
            _retransmitAt = now + _roundTrip.Timeout;
        }
    }

    /// <summary>Everything from SND.UNA on goes out again, as far as the windows allow.</summary>
    private void GoBack()
    {
        Block.SndNxt = Block.SndUna;
        _timing = false;
        _retransmitFirst = false;
        OutputDue = true;
    }

    /// <summary>The timer of RFC 6298 5.4 to 5.7 and of RFC 9293 3.8.6.1.</summary>
    private void RetransmissionDue(long now)
    {
        TcpControlBlock block = Block;
        bool opening = block.SndUna == block.Iss;
        if (now - _unansweredSince >= (opening ? TcpLimits.GiveUpSyn : TcpLimits.GiveUpData))
        {
            GiveUp();
            return;
        }

        _roundTrip.BackOff();
        _retransmitAt = now + _roundTrip.Timeout;
        if (opening)
        {
            _synLost = block.SndMax != block.Iss;
            GoBack();
            return;
        }

        if (_probing || (block.SndWnd == 0 && _send.Count != 0))
        {
            // A window that closed on data already out is probed like any other.
            _probing = true;
            block.SndNxt = block.SndUna;
            _timing = false;
            _retransmitFirst = false;
            _probeDue = _send.Count != 0;
            OutputDue = true;
            return;
        }

        _layer.Counters[StackCounter.TcpTimeouts]++;
        _congestion.TimedOut(block.SndUna, block.SndMax, block.SendMss);
        GoBack();
    }

    private void GiveUp()
    {
        _layer.Counters[StackCounter.TcpGiveUps]++;
        TcpEndReason reason = _unreachableHint ? TcpEndReason.Unreachable : TcpEndReason.TimedOut;
        if (_probing)
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
        _acknowledgeDue = false;
        _acknowledgeAt = Never;
        OutputDue = false;
        if (_resetDue)
        {
            _resetDue = false;
            Settle();
        }
        else if (Block.State == TcpState.SynSent)
        {
            EndHere(TcpEndReason.Unreachable);
        }
        else
        {
            _unreachableHint = true;
            bool finDue = Block.FinQueued && !Block.FinSent;
            if (_retransmitAt == Never && (Block.SndMax != Block.SndUna || _send.Count != 0 || finDue))
            {
                _unansweredSince = now;
                _retransmitAt = now + _roundTrip.Timeout;
            }

            UpdateDeadline();
            Settle();
        }
    }
}
