using System;
using NanoTcp.Primitives;

namespace NanoTcp.Tcp;

// The slow timers, which end a connection that is of no use any more. They share one moment at which to look. Segments do
// not move it: they leave behind when they came, and the look works out from that when the next one is worth while.
public sealed partial class TcpConnection
{
    /// <summary>Times below this are counted from the next look on, whose clock is right; that of a call of the user may be old.</summary>
    private const long Relative = long.MinValue / 2;

    /// <summary>Look as soon as the stack is polled.</summary>
    private const long AtOnce = long.MinValue;

    /// <summary>When the slow timers are looked at next.</summary>
    private long _watchAt;

    /// <summary>
    /// How long the peer may acknowledge nothing of what was sent before the connection ends with
    /// <see cref="TcpEndReason.TimedOut"/>, in ms: the user timeout of RFC 9293 3.10.8, R2 of 3.8.3 (RFC 9293 MUST-21). 0 is never.
    /// It begins anew whenever something is acknowledged. While the peer keeps its window closed it runs from the first probe
    /// on that is not answered (RFC 9293 MUST-37). When segments cannot even leave, for want of a link, it runs all the same.
    /// </summary>
    /// <value>0 to 2,147,483,647 ms; 120,000 unless set here or by <see cref="TcpListener.UserTimeout"/> (RFC 9293 SHLD-11). What is
    /// shorter than the <see cref="RetransmissionTimeout"/> counts as that.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    /// <exception cref="InvalidOperationException">The connection has been given back.</exception>
    public int UserTimeout
    {
        get { return _values[TcpSettings.UserTimeout]; }
        set { SetTimeout(TcpSettings.UserTimeout, value); }
    }

    /// <summary>
    /// How long an opening goes on, from the first SYN that left, before it ends with <see cref="TcpEndReason.TimedOut"/>,
    /// in ms: R2 for a SYN (RFC 9293 MUST-21, MUST-22). 0 is never. After the opening it means nothing.
    /// </summary>
    /// <value>0 to 2,147,483,647 ms; 180,000 unless set (RFC 9293 MUST-23).</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    /// <exception cref="InvalidOperationException">The connection has been given back.</exception>
    public int ConnectTimeout
    {
        get { return _values[TcpSettings.ConnectTimeout]; }
        set { SetTimeout(TcpSettings.ConnectTimeout, value); }
    }

    /// <summary>
    /// How long no data may move, in either direction, before the connection is reset and ends with
    /// <see cref="TcpEndReason.Idle"/>, in ms; 0 is off. What counts is data that arrives in order, data that goes out
    /// when nothing was out, and data that the peer acknowledges. What does not: probes and their answers, duplicates,
    /// segments that are not acceptable, and what the application does without a segment. So a silent peer holds no place,
    /// nor does one that closes its window or its side for good. It runs from the end of the handshake on, before
    /// <see cref="TcpListener.Accept"/> too when the listener sets it.
    /// </summary>
    /// <value>0 to 2,147,483,647 ms; 0 unless set here or by <see cref="TcpListener.IdleTimeout"/>.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    /// <exception cref="InvalidOperationException">The connection has been given back.</exception>
    public int IdleTimeout
    {
        get { return _values[TcpSettings.IdleTimeout]; }
        set { SetTimeout(TcpSettings.IdleTimeout, value); }
    }

    /// <summary>
    /// True to ask a peer that has been silent for <see cref="KeepAliveInterval"/> whether it is still there, by empty
    /// segments that it must answer (RFC 9293 MAY-5, MUST-24). When <see cref="KeepAliveProbes"/> of them in a row stay
    /// unanswered, the connection is reset and ends with <see cref="TcpEndReason.TimedOut"/>; a peer that has started anew
    /// answers with a reset. Nothing is asked while sent data is unacknowledged: then <see cref="UserTimeout"/> holds.
    /// </summary>
    /// <value>False unless set here or by <see cref="TcpListener.KeepAlive"/> (RFC 9293 MUST-25).</value>
    /// <exception cref="InvalidOperationException">The connection has been given back.</exception>
    public bool KeepAlive
    {
        get
        {
            return (Marks & KeepAliveSet) != 0;
        }

        set
        {
            CheckOwned();
            Marks = value ? Marks | KeepAliveSet : Marks & ~(KeepAliveSet | KeepAliveDue);
            _values[TcpSettings.KeepAliveProbes] &= TcpSettings.ProbesMask;
            LookSoon();
        }
    }

    /// <summary>Silence of the peer, in ms, after which <see cref="KeepAlive"/> sends its first probe (RFC 9293 MUST-27).</summary>
    /// <value>1000 to 2,147,483,647 ms; 7,200,000, two hours, unless set (RFC 9293 MUST-28).</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1000.</exception>
    /// <exception cref="InvalidOperationException">The connection has been given back.</exception>
    public int KeepAliveInterval
    {
        get
        {
            return _values[TcpSettings.KeepAliveInterval];
        }

        set
        {
            CheckOwned();
            TcpSettings.SetInterval(_values, TcpSettings.KeepAliveInterval, value);
            LookSoon();
        }
    }

    /// <summary>Time in ms from one unanswered probe of <see cref="KeepAlive"/> to the next, and from the last to the end.</summary>
    /// <value>1000 to 2,147,483,647 ms; 75,000 unless set.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1000.</exception>
    /// <exception cref="InvalidOperationException">The connection has been given back.</exception>
    public int KeepAliveProbeInterval
    {
        get
        {
            return _values[TcpSettings.KeepAliveProbeInterval];
        }

        set
        {
            CheckOwned();
            TcpSettings.SetInterval(_values, TcpSettings.KeepAliveProbeInterval, value);
            LookSoon();
        }
    }

    /// <summary>How many probes of <see cref="KeepAlive"/> in a row stay unanswered before the connection ends.</summary>
    /// <value>2 to 255, because one answer that is lost says nothing (RFC 9293 MUST-29); 9 unless set.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The connection has been given back.</exception>
    public int KeepAliveProbes
    {
        get
        {
            return _values[TcpSettings.KeepAliveProbes] & TcpSettings.ProbesMask;
        }

        set
        {
            CheckOwned();
            TcpSettings.SetProbes(_values, value);
            LookSoon();
        }
    }

    /// <summary>
    /// True when the same segment has gone out again three times and nothing came back: R1 of RFC 9293 3.8.3 (RFC 9293 SHLD-9,
    /// RFC 9293 MUST-47). The stack keeps trying until <see cref="UserTimeout"/> is over; the owner may tell its user, or give up.
    /// </summary>
    public bool HasDeliveryProblem
    {
        get { return (Marks & Retries) == Retries; }
    }

    /// <summary>What came up at a listener has what that says, from its first segment on.</summary>
    private void TakeSettings(int[] settings, long now)
    {
        Array.Copy(settings, 0, _values, 0, TcpSettings.Count);
        Marks |= settings[TcpSettings.Marks];
        _values[MovedAt] = (int)now;
        _watchAt = _values[TcpSettings.IdleTimeout] == 0 && (Marks & KeepAliveSet) == 0 ? Never : AtOnce;
    }

    private void SetTimeout(int index, int value)
    {
        CheckOwned();
        TcpSettings.SetTimeout(_values, index, value);
        if ((Marks & (Probing | EcnHeld)) == 0)
        {
            LimitRetransmission();
        }

        LookSoon();
    }

    private void LookSoon()
    {
        if (Block.State != TcpState.Closed)
        {
            _watchAt = AtOnce;
            Schedule();
        }
    }

    /// <summary>R2 in ms for what is out now; 0 for never.</summary>
    private int GiveUpAfter()
    {
        bool open = (Block.Marks & TcpControlBlock.SynAcknowledged) != 0;
        return _values[open ? TcpSettings.UserTimeout : TcpSettings.ConnectTimeout];
    }

    /// <summary>When the peer is given up that does not acknowledge our FIN: by R2, or because nobody may wait any longer.</summary>
    private long FarewellUntil(long now)
    {
        int limit = GiveUpAfter();
        long until = _unansweredSince + (limit == 0 ? TcpLimits.GiveUpData : limit);
        long watch = _watchAt < Relative ? now + (_watchAt - AtOnce) : _watchAt;
        return watch < until ? watch : until;
    }

    /// <summary>When R2 is over before the next retransmission would be due, that is when the timer runs out.</summary>
    private void LimitRetransmission()
    {
        if (_timerAt != Never && _unansweredSince != Never && Block.State != TcpState.TimeWait)
        {
            int limit = GiveUpAfter();
            if (limit != 0 && _timerAt - _unansweredSince > limit)
            {
                _timerAt = _unansweredSince + limit;
            }
        }
    }

    /// <summary>Once more nobody has answered. RFC 9293 MUST-20 (b), RFC 9293 SHLD-10: after three times the way itself is in doubt.</summary>
    private void NoteRetry()
    {
        if ((Marks & Retries) != Retries)
        {
            Marks += OneRetry;
            if ((Marks & Retries) == Retries)
            {
                _layer.Ip.Doubt(Remote);
            }
        }
    }

    /// <summary>From now on nobody watches over the connection but this: it ends so long after the next look.</summary>
    private void EndWithin(int milliseconds)
    {
        _watchAt = AtOnce + milliseconds;
        Schedule();
    }

    /// <summary>Looks at what has not happened for too long.</summary>
    private void Watch(long now)
    {
        if (_watchAt < Relative)
        {
            _watchAt = now + (_watchAt - AtOnce);
            if (_watchAt > now)
            {
                return;
            }
        }

        _watchAt = Never;
        if (Block.State == TcpState.Closed)
        {
            // The reset could not leave. If the peer still lives, it gets one for what it sends next.
            Marks &= ~(ResetDue | OutputDue);
            Settle();
        }
        else if ((Marks & Owned) == 0 && WaitingFor == null)
        {
            _layer.Counters[StackCounter.TcpCloseTimeouts]++;
            Reset(TcpEndReason.TimedOut);
        }
        else
        {
            long next = WatchIdle(now);
            if ((Marks & KeepAliveSet) != 0 && Block.State != TcpState.Closed)
            {
                long keepAlive = WatchPeer(now);
                next = keepAlive < next ? keepAlive : next;
            }

            if (_values[NarrowPath] != 0)
            {
                long path = WatchPath(now);
                next = path < next ? path : next;
            }

            if (Block.State != TcpState.Closed)
            {
                _watchAt = next;
            }
        }
    }

    /// <summary>Ends a connection on which no data moves. Returns when to look again.</summary>
    private long WatchIdle(long now)
    {
        int timeout = _values[TcpSettings.IdleTimeout];
        if (timeout == 0)
        {
            return Never;
        }

        if ((Block.Marks & TcpControlBlock.SynAcknowledged) == 0 || Block.State == TcpState.TimeWait)
        {
            // Not open yet, or over: both have their own end.
            return now + timeout;
        }

        // Longer than 49 days looks shorter than it is, so at worst a timeout set then begins anew.
        uint idle = (uint)((int)now - _values[MovedAt]);
        if (idle < (uint)timeout)
        {
            return now + timeout - idle;
        }

        _layer.Counters[StackCounter.TcpIdleTimeouts]++;
        Reset(TcpEndReason.Idle);
        return Never;
    }

    /// <summary>RFC 9293 3.8.4: asks a silent peer whether it is there, or ends the connection. Returns when to look again.</summary>
    private long WatchPeer(long now)
    {
        int[] values = _values;
        TcpControlBlock block = Block;
        int interval = values[TcpSettings.KeepAliveInterval];
        if ((block.State != TcpState.Established && block.State != TcpState.CloseWait && block.State != TcpState.FinWait2)
            || block.SndMax != block.SndUna
            || _send.Count != 0)
        {
            // RFC 9293 MUST-26: not while something is out. Its acknowledgment counts as a sign of life.
            return now + interval;
        }

        int spacing = values[TcpSettings.KeepAliveProbeInterval];
        int probes = values[TcpSettings.KeepAliveProbes];
        long probedAt = now - (uint)((int)now - values[ProbedAt]);
        if (probes < TcpSettings.ProbeSent || _lastActivity >= probedAt)
        {
            probes &= TcpSettings.ProbesMask;
            values[TcpSettings.KeepAliveProbes] = probes;
            if (now - _lastActivity < interval)
            {
                return _lastActivity + interval;
            }
        }
        else if (now - probedAt < spacing)
        {
            // An answer may come that makes the next probe due before this one would be repeated.
            return spacing < interval || probedAt + spacing < now + interval ? probedAt + spacing : now + interval;
        }
        else if (probes / TcpSettings.ProbeSent >= (probes & TcpSettings.ProbesMask))
        {
            // The reset costs one segment, and a peer whose answers were lost need not wait for its own timers.
            _layer.Counters[StackCounter.TcpKeepAliveTimeouts]++;
            Reset((Marks & UnreachableHint) != 0 ? TcpEndReason.Unreachable : TcpEndReason.TimedOut);
            return Never;
        }

        // It counts even if it cannot leave: a peer behind a dead link is as silent as one that has gone.
        values[TcpSettings.KeepAliveProbes] = probes + TcpSettings.ProbeSent;
        values[ProbedAt] = (int)now;
        Marks |= KeepAliveDue | OutputDue;
        return now + (spacing < interval ? spacing : interval);
    }

    /// <summary>RFC 9293 3.8.4: SEG.SEQ = SND.NXT - 1 is not acceptable, so that it must be answered; RFC 9293 SHLD-12: no data.</summary>
    private bool SendKeepAlive(long now)
    {
        TcpControlBlock block = Block;
        if ((Marks & KeepAliveDue) == 0)
        {
            return false;
        }

        Marks &= ~KeepAliveDue;
        if (block.SndMax != block.SndUna || now - _lastActivity < _values[TcpSettings.KeepAliveInterval])
        {
            // It waited for its neighbour's address, and the peer has spoken meanwhile.
            return false;
        }

        _layer.Counters[StackCounter.TcpKeepAliveProbes]++;
        SendEmpty(block.SndMax - 1, OfferWindow());
        return true;
    }
}
