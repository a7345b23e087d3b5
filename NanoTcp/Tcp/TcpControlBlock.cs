using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Tcp;

/// <summary>
/// The variables of RFC 9293 section 3.3.1 and the rules of section 3.10.7 between them. Neither buffers nor clock:
/// segments go in as numbers, what is to be done comes out as numbers.
/// </summary>
/// <remarks>
/// <code>
///          acknowledged |  sent, not acknowledged  | allowed  |
///   ------------------SND.UNA--------------------SND.NXT--SND.UNA+SND.WND----
///
///          received     |        may be sent by the peer       |
///   ------------------RCV.NXT---------------------------RCV.ADV--------------
/// </code>
/// Sequence numbers are compared by the sign of their difference (RFC 9293 3.4).
/// </remarks>
internal sealed partial class TcpControlBlock
{
    /// <summary>LISTEN came before SYN-RECEIVED (RFC 9293 MUST-11).</summary>
    internal const int Passive = 0x01;

    /// <summary>The user has closed its side: a FIN follows the data.</summary>
    internal const int FinQueued = 0x02;

    /// <summary>This side's FIN has been sent; nothing comes behind it, so its sequence number is SndMax - 1.</summary>
    internal const int FinSent = 0x04;

    /// <summary>The peer's FIN has been seen, though data before it may be missing.</summary>
    private const int PeerFinKnown = 0x08;

    /// <summary>The peer has named an end of urgent data that the user has not read up to: <see cref="RcvUp"/>.</summary>
    internal const int PeerUrgent = 0x10;

    /// <summary>This side's SYN has been acknowledged. SND.UNA does not say it: after 2^32 octets it is at ISS again.</summary>
    internal const int SynAcknowledged = 0x20;

    internal TcpState State;
    internal TcpEndReason EndReason;

    /// <summary>What is true of the connection: the bits above.</summary>
    internal int Marks;

    /// <summary>ISS.</summary>
    internal uint Iss;

    /// <summary>SND.UNA: oldest sequence number not acknowledged.</summary>
    internal uint SndUna;

    /// <summary>SND.NXT: next to be sent; goes back to SND.UNA for a retransmission.</summary>
    internal uint SndNxt;

    /// <summary>One beyond the highest sequence number ever sent.</summary>
    internal uint SndMax;

    /// <summary>SND.WND, in 32 bits like every window here (RFC 9293 REC-1).</summary>
    internal int SndWnd;

    /// <summary>SND.WL1: segment sequence number of the last window update.</summary>
    internal uint SndWl1;

    /// <summary>SND.WL2: segment acknowledgment number of the last window update.</summary>
    internal uint SndWl2;

    /// <summary>MAX.SND.WND of RFC 5961 5.2 and of the sender's silly-window rule.</summary>
    internal int MaxSndWnd;

    /// <summary>RCV.NXT: next expected. In SYN-RECEIVED it is IRS + 1, and that is the only use of IRS.</summary>
    internal uint RcvNxt;

    /// <summary>RCV.NXT + RCV.WND as last told to the peer; never goes back (RFC 9293 SHLD-14).
    /// In SYN-SENT, where RCV.NXT is 0, the window that the SYN offers.</summary>
    internal uint RcvAdv;

    /// <summary>RCV.UP: one beyond the last octet of the peer's urgent data; meaningful with <see cref="PeerUrgent"/>.</summary>
    internal uint RcvUp;

    /// <summary>Largest segment to send (RFC 9293 MUST-16); until the peer's SYN comes, the largest that this side could send.</summary>
    internal int SendMss;

    /// <summary>What has arrived out of order.</summary>
    internal readonly ReceiveGaps Gaps;

    /// <summary>Sequence number of the peer's FIN, once it is known.</summary>
    private uint _peerFin;

    internal TcpControlBlock(int gaps)
    {
        Gaps = new ReceiveGaps(gaps);
    }

    /// <summary>RCV.WND: what the peer may still send.</summary>
    internal int RcvWnd
    {
        get { return (int)(RcvAdv - RcvNxt); }
    }

    /// <summary>True while data may be received.</summary>
    internal bool CanReceive
    {
        get { return State == TcpState.Established || State == TcpState.FinWait1 || State == TcpState.FinWait2; }
    }

    /// <summary>Begins an active open: SYN-SENT, the SYN not sent yet.</summary>
    internal void Connect(uint iss, int maxMss, int receiveWindow)
    {
        Clear(maxMss);
        State = TcpState.SynSent;
        Marks = 0;
        Iss = iss;
        SndUna = iss;
        SndNxt = iss;
        SndMax = iss;
        SndWnd = 0;
        MaxSndWnd = 0;
        SndWl1 = 0;
        SndWl2 = 0;
        RcvNxt = 0;
        RcvAdv = (uint)receiveWindow;
    }

    /// <summary>Takes up a passive open whose SYN has been answered: SYN-RECEIVED, our SYN,ACK is out.</summary>
    internal void Accept(uint iss, uint irs, int window, int peerMss, int maxMss, int receiveWindow)
    {
        Clear(maxMss);
        State = TcpState.SynReceived;
        Marks = Passive;
        Iss = iss;
        SndUna = iss;
        SndNxt = iss + 1;
        SndMax = iss + 1;
        RcvNxt = irs + 1;
        RcvAdv = irs + 1 + (uint)receiveWindow;
        SndWnd = window;
        MaxSndWnd = 0;
        SndWl1 = irs;
        SndWl2 = iss;
        SetPeerMss(peerMss);
    }

    /// <summary>Takes up a closing connection of which only the sequence numbers are kept; nothing but its FIN may be out. Nobody asks for its
    /// ISS, nor what it may send.</summary>
    internal void Restore(TcpState state, uint sndNxt, uint rcvNxt)
    {
        Clear(0);
        State = state;
        SndUna = state == TcpState.TimeWait || state == TcpState.FinWait2 ? sndNxt : sndNxt - 1;
        SndNxt = sndNxt;
        SndMax = sndNxt;
        Marks = SynAcknowledged | FinQueued | FinSent;
        RcvNxt = rcvNxt;
        RcvAdv = rcvNxt + 1;
        MaxSndWnd = 0xFFFF;
    }

    /// <summary>
    /// The user closes its side (RFC 9293 3.10.4). The state changes at once, though the FIN follows only behind the data;
    /// but before the connection is open, when it opens: until then only an acknowledgment of our SYN is to be believed.
    /// </summary>
    internal void CloseSend()
    {
        if ((Marks & FinQueued) != 0)
        {
            return;
        }

        Marks |= FinQueued;
        if (State == TcpState.Established)
        {
            State = TcpState.FinWait1;
        }
        else if (State == TcpState.CloseWait)
        {
            State = TcpState.LastAck;
        }
    }

    /// <summary>Notes that a segment of <paramref name="sequenceLength"/> from SND.NXT on has been sent.</summary>
    internal void Sent(int sequenceLength)
    {
        SndNxt += (uint)sequenceLength;
        if ((int)(SndNxt - SndMax) > 0)
        {
            SndMax = SndNxt;
        }
    }

    /// <summary>
    /// Takes in a segment (RFC 9293 3.10.7.3 and 3.10.7.4).
    /// </summary>
    /// <param name="segment">The segment.</param>
    /// <param name="outcome">Takes the numbers that belong to the actions.</param>
    /// <returns>What is to be done: <see cref="TcpActions"/>, combined.</returns>
    internal int Process(TcpSegment segment, SegmentOutcome outcome)
    {
        outcome.Drop = SegmentOutcome.NoDrop;
        return State == TcpState.SynSent ? ProcessSynSent(segment, outcome) : ProcessSynchronized(segment, outcome);
    }

    /// <summary>Ends the connection from this side.</summary>
    internal void End(TcpEndReason reason)
    {
        State = TcpState.Closed;
        if (EndReason == TcpEndReason.None)
        {
            EndReason = reason;
        }
    }

    /// <summary>Takes the peer's Maximum Segment Size option into account; 0 when there was none (RFC 9293 MUST-15).</summary>
    internal void SetPeerMss(int peerMss)
    {
        int mss = peerMss == 0 ? TcpLimits.DefaultMss : peerMss < TcpLimits.LeastMss ? TcpLimits.LeastMss : peerMss;
        SendMss = mss < SendMss ? mss : SendMss;
    }

    private void Clear(int maxMss)
    {
        EndReason = TcpEndReason.None;
        SendMss = maxMss;
        Gaps.Count = 0;
    }

    /// <summary>RFC 9293 3.10.7.3.</summary>
    private int ProcessSynSent(TcpSegment segment, SegmentOutcome outcome)
    {
        int flags = segment.Flags;
        bool acknowledges = (flags & TcpSegment.Ack) != 0;
        uint ack = segment.AcknowledgmentNumber;
        if (acknowledges && ((int)(ack - Iss) <= 0 || (int)(ack - SndMax) > 0))
        {
            if ((flags & TcpSegment.Rst) != 0)
            {
                outcome.Drop = StackCounter.TcpInBadRsts;
                return TcpActions.None;
            }

            outcome.Drop = (int)(ack - Iss) <= 0 ? StackCounter.TcpInBelowAck : StackCounter.TcpInAboveAck;
            return TcpActions.Reset;
        }

        if ((flags & TcpSegment.Rst) != 0)
        {
            if (!acknowledges)
            {
                outcome.Drop = StackCounter.TcpInBadRsts;
                return TcpActions.None;
            }

            End(TcpEndReason.Refused);
            return TcpActions.Ended;
        }

        // A SYN with FIN is nobody's answer.
        if ((flags & (TcpSegment.Syn | TcpSegment.Fin)) != TcpSegment.Syn)
        {
            outcome.Drop = StackCounter.TcpInUnexpected;
            return TcpActions.None;
        }

        RcvNxt = segment.SequenceNumber + 1;
        RcvAdv += RcvNxt;
        SetPeerMss(segment.MaxSegmentSize);
        SetSendWindow(segment);
        if (!acknowledges)
        {
            // Simultaneous open (RFC 9293 MUST-10, figure 7): our SYN goes out again, now with an acknowledgment.
            State = TcpState.SynReceived;
            SndNxt = Iss;
            return TcpActions.Window;
        }

        SndUna = ack;
        SndNxt = ack;
        Marks |= SynAcknowledged;
        outcome.AcknowledgedText = 0;
        State = (Marks & FinQueued) != 0 ? TcpState.FinWait1 : TcpState.Established;

        // Data that came with the SYN is not kept: the peer, which has no acknowledgment of it, sends it again.
        return TcpActions.Opened | TcpActions.Acknowledged | TcpActions.Window | TcpActions.Acknowledge;
    }

    /// <summary>RFC 9293 3.10.7.4: the states from SYN-RECEIVED on.</summary>
    private int ProcessSynchronized(TcpSegment segment, SegmentOutcome outcome)
    {
        int flags = segment.Flags;
        uint sequence = segment.SequenceNumber;
        int window = (int)(RcvAdv - RcvNxt);
        int length = segment.TextLength + (flags & TcpSegment.Fin) + ((flags & TcpSegment.Syn) >> 1);
        int ahead = (int)(sequence - RcvNxt);

        // First, the sequence number: table 6. Into a closed window only what fits exactly is looked at for its ACK and RST.
        // An empty segment may also stand right behind the window: that is where a peer acknowledges from which has
        // filled it when the first of what it sent was lost, and if both sides refused that, both would be stuck.
        bool acceptable = length == 0
            ? ahead >= 0 && ahead <= window
            : window > 0 && ahead < window && ahead + length > 0;
        if (!acceptable && !(window == 0 && ahead == 0))
        {
            return ProcessUnacceptable(segment, outcome);
        }

        if ((flags & TcpSegment.Rst) != 0)
        {
            return ProcessReset(ahead, window, outcome);
        }

        if ((flags & TcpSegment.Syn) != 0)
        {
            // RFC 5961 4.2: the peer that has really started anew answers the challenge with a reset.
            outcome.Drop = StackCounter.TcpInSynChallenges;
            return TcpActions.Acknowledge | TcpActions.Challenge;
        }

        if ((flags & TcpSegment.Ack) == 0)
        {
            outcome.Drop = StackCounter.TcpInUnexpected;
            return TcpActions.None;
        }

        int actions = ProcessAcknowledgment(segment, length, outcome);
        if ((actions & (TcpActions.Reset | TcpActions.Ended | TcpActions.Challenge)) != 0)
        {
            return actions;
        }

        // Into a closed window too, like RST above (RFC 9293 MUST-66).
        if ((flags & TcpSegment.Urg) != 0 && CanReceive)
        {
            ProcessUrgent(segment);
        }

        if (length == 0)
        {
            return actions;
        }

        // A FIN alone needs no room, so it is taken even into a closed window.
        if (!acceptable && segment.TextLength != 0)
        {
            outcome.Drop = StackCounter.TcpInAboveWindow;
            return actions | TcpActions.Acknowledge;
        }

        if (CanReceive)
        {
            return actions | ProcessText(segment, ahead, outcome);
        }

        // Data or FIN behind the peer's FIN: ignored (RFC 9293 3.10.7.4, seventh and eighth).
        outcome.Drop = StackCounter.TcpInAfterFin;
        return actions | TcpActions.Acknowledge;
    }

    private int ProcessUnacceptable(TcpSegment segment, SegmentOutcome outcome)
    {
        int flags = segment.Flags;
        if ((flags & TcpSegment.Rst) != 0)
        {
            outcome.Drop = StackCounter.TcpInBadRsts;
            return TcpActions.None;
        }

        if (State == TcpState.SynReceived && (flags & TcpSegment.Syn) != 0 && segment.SequenceNumber == RcvNxt - 1)
        {
            // The SYN again. With an acknowledgment it is the answer in a simultaneous open (figure 7), which the
            // sequence number alone would refuse; without one, the peer has not seen our SYN,ACK.
            return (flags & TcpSegment.Ack) != 0 ? ProcessAcknowledgment(segment, 0, outcome) | TcpActions.Acknowledge : TcpActions.RepeatSyn;
        }

        outcome.Drop = (int)(segment.SequenceNumber - RcvNxt) < 0 ? StackCounter.TcpInBelowWindow : StackCounter.TcpInAboveWindow;

        if ((flags & TcpSegment.Syn) != 0)
        {
            // RFC 5961 4.2: whatever its sequence number.
            outcome.Drop = StackCounter.TcpInSynChallenges;
            return TcpActions.Acknowledge | TcpActions.Challenge;
        }

        // The FIN again means that our acknowledgment of it was lost: 2 MSL begin anew (RFC 9293 3.10.7.4, eighth). Only
        // that very FIN, or a stranger could keep TIME-WAIT going for ever with any that he makes up.
        if (State == TcpState.TimeWait
            && (flags & (TcpSegment.Fin | TcpSegment.Ack)) == (TcpSegment.Fin | TcpSegment.Ack)
            && segment.SequenceNumber + (uint)segment.SequenceLength == RcvNxt)
        {
            return TcpActions.Acknowledge | TcpActions.TimeWaitStarted;
        }

        return segment.SequenceLength == 0 ? TcpActions.Acknowledge | TcpActions.Limited : TcpActions.Acknowledge;
    }

    /// <summary>Second: RST. RFC 5961 3.2 believes only the exact sequence number; data may come with it (RFC 9293 SHLD-2).</summary>
    private int ProcessReset(int ahead, int window, SegmentOutcome outcome)
    {
        if (ahead != 0)
        {
            // It may carry data (RFC 9293 SHLD-2), but that does not bring its own number into the window.
            outcome.Drop = StackCounter.TcpInBadRsts;
            return ahead < 0 || ahead >= window ? TcpActions.None : TcpActions.Acknowledge | TcpActions.Challenge;
        }

        // RFC 1337 3: a reset does not end TIME-WAIT.
        if (State == TcpState.TimeWait)
        {
            outcome.Drop = StackCounter.TcpInBadRsts;
            return TcpActions.None;
        }

        End(State == TcpState.SynReceived && (Marks & Passive) == 0 ? TcpEndReason.Refused : TcpEndReason.Reset);
        return TcpActions.Ended;
    }

    /// <summary>Fifth: ACK.</summary>
    private int ProcessAcknowledgment(TcpSegment segment, int length, SegmentOutcome outcome)
    {
        uint ack = segment.AcknowledgmentNumber;
        int advance = (int)(ack - SndUna);
        int actions = TcpActions.None;
        if (State == TcpState.SynReceived)
        {
            if (advance <= 0 || (int)(ack - SndMax) > 0)
            {
                outcome.Drop = advance <= 0 ? StackCounter.TcpInBelowAck : StackCounter.TcpInAboveAck;
                return TcpActions.Reset;
            }

            // The user may have closed before the connection was open.
            State = (Marks & FinQueued) != 0 ? TcpState.FinWait1 : TcpState.Established;
            SetSendWindow(segment);
            actions = TcpActions.Window;
        }
        else if ((int)(ack - SndMax) > 0 || advance < -MaxSndWnd)
        {
            // RFC 9293 MAY-12 and RFC 5961 5.2: SND.UNA - MAX.SND.WND <= SEG.ACK <= SND.NXT, else a challenge.
            outcome.Drop = (int)(ack - SndMax) > 0 ? StackCounter.TcpInAboveAck : StackCounter.TcpInBelowAck;
            return TcpActions.Acknowledge | TcpActions.Challenge;
        }

        if (advance > 0)
        {
            actions |= TcpActions.Acknowledged;
            SndUna = ack;
            if ((int)(SndNxt - ack) < 0)
            {
                SndNxt = ack;
            }

            int text = advance;
            if ((Marks & SynAcknowledged) == 0)
            {
                Marks |= SynAcknowledged;
                actions |= TcpActions.Opened;
                text--;
            }

            if ((Marks & FinSent) != 0 && ack == SndMax)
            {
                text--;
                actions |= ProcessFinAcknowledged();
            }

            outcome.AcknowledgedText = text;
        }

        if (advance >= 0 && (actions & TcpActions.Window) == 0)
        {
            // RFC 9293 3.10.7.4: a window comes only from a segment that is not older than the last that gave one.
            int newer = (int)(segment.SequenceNumber - SndWl1);
            if (newer > 0 || (newer == 0 && (int)(ack - SndWl2) >= 0))
            {
                // RFC 5681 2: nothing acknowledged, no data, same window, something out.
                if (advance == 0 && length == 0 && segment.Window == SndWnd && SndMax != SndUna)
                {
                    actions |= TcpActions.Duplicate;
                }

                actions |= SndWnd == 0 && segment.Window != 0 ? TcpActions.Window | TcpActions.Reopened : TcpActions.Window;
                SetSendWindow(segment);
            }
        }

        return actions;
    }

    private int ProcessFinAcknowledged()
    {
        switch (State)
        {
            case TcpState.FinWait1:
                State = TcpState.FinWait2;
                return TcpActions.None;

            case TcpState.Closing:
                State = TcpState.TimeWait;
                EndReason = TcpEndReason.Closed;
                return TcpActions.TimeWaitStarted;

            case TcpState.LastAck:
                End(TcpEndReason.Closed);
                return TcpActions.Ended;

            default:
                return TcpActions.None;
        }
    }

    /// <summary>
    /// Sixth: URG. RFC 9293 MUST-30, MUST-62 and RFC 6093 4: the pointer names the octet behind the urgent data. It only
    /// ever moves forward, and one that points at what has been received already says nothing new.
    /// </summary>
    private void ProcessUrgent(TcpSegment segment)
    {
        uint end = segment.SequenceNumber + (uint)segment.UrgentPointer;
        if ((int)(end - RcvNxt) > 0 && ((Marks & PeerUrgent) == 0 || (int)(end - RcvUp) > 0))
        {
            RcvUp = end;
            Marks |= PeerUrgent;
        }
    }

    /// <summary>Seventh and eighth: the data, trimmed to the window, and the FIN.</summary>
    private int ProcessText(TcpSegment segment, int ahead, SegmentOutcome outcome)
    {
        int window = (int)(RcvAdv - RcvNxt);
        int skip = ahead < 0 ? -ahead : 0;
        int position = ahead < 0 ? 0 : ahead;
        int length = segment.TextLength - skip;
        bool fin = (segment.Flags & TcpSegment.Fin) != 0;
        if (position + length > window)
        {
            length = window - position;
            fin = false;
        }

        uint end = RcvNxt + (uint)(position + length);
        if ((Marks & PeerFinKnown) != 0 && (int)(end - _peerFin) > 0)
        {
            // A FIN ahead of a hole has said where the peer's stream ends: data in its place would hide it for ever.
            outcome.Drop = StackCounter.TcpInAfterFin;
            return TcpActions.Acknowledge;
        }

        if (fin)
        {
            Marks |= PeerFinKnown;
            _peerFin = end;
        }

        int actions = TcpActions.None;
        outcome.Delivered = 0;
        if (length > 0)
        {
            outcome.TextOffset = segment.TextOffset + skip;
            outcome.TextLength = length;
            outcome.TextPosition = position;
            if (position == 0)
            {
                // Filling a gap, wholly or in part, is acknowledged at once: RFC 5681 4.2.
                actions = Gaps.Count == 0 ? TcpActions.Text : TcpActions.Text | TcpActions.Acknowledge;
                uint next = Gaps.Count == 0 ? end : Gaps.Advance(end);
                outcome.Delivered = (int)(next - RcvNxt);
                RcvNxt = next;
            }
            else
            {
                // Out of order: acknowledged at once, so that the peer sees a duplicate (RFC 9293 MAY-13, RFC 5681 4.2).
                actions = Gaps.Add(RcvNxt + (uint)position, end)
                    ? TcpActions.Text | TcpActions.OutOfOrder | TcpActions.Acknowledge
                    : TcpActions.OutOfOrder | TcpActions.GapDropped | TcpActions.Acknowledge;
            }
        }

        if ((Marks & PeerFinKnown) != 0 && RcvNxt == _peerFin)
        {
            actions |= ProcessFin();
        }
        else if (fin)
        {
            actions |= TcpActions.Acknowledge;
        }

        return actions;
    }

    /// <summary>RFC 9293 3.10.7.4, eighth: all that the peer will ever send is here.</summary>
    private int ProcessFin()
    {
        RcvNxt++;
        if ((int)(RcvAdv - RcvNxt) < 0)
        {
            RcvAdv = RcvNxt;
        }

        switch (State)
        {
            case TcpState.Established:
                State = TcpState.CloseWait;
                return TcpActions.Finished | TcpActions.Acknowledge;

            case TcpState.FinWait1:
                State = TcpState.Closing;
                return TcpActions.Finished | TcpActions.Acknowledge;

            default:
                State = TcpState.TimeWait;
                EndReason = TcpEndReason.Closed;
                return TcpActions.Finished | TcpActions.Acknowledge | TcpActions.TimeWaitStarted;
        }
    }

    private void SetSendWindow(TcpSegment segment)
    {
        SndWnd = segment.Window;
        SndWl1 = segment.SequenceNumber;
        SndWl2 = segment.AcknowledgmentNumber;
        if (SndWnd > MaxSndWnd)
        {
            MaxSndWnd = SndWnd;
        }
    }
}
