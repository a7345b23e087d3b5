namespace NanoTcp.Tcp;

/// <summary>
/// What all congestion control has in common: how losses are found and when they are repaired (RFC 5681, RFC 6582,
/// RFC 5827, RFC 3042). How much may be out is left to the algorithms below. Bare numbers: no clock, no segments.
/// </summary>
/// <remarks>
/// One object serves all connections; what it knows of a connection lies in that connection's array of small values.
/// An object for each connection was weighed against this: six fields and the reference to them take 96 octets on the
/// device, or 168 for CUBIC, where elements of an array that is there anyway take 24 or 48. An element of a local array
/// costs the interpreter about as much as a field of an object.
/// </remarks>
internal abstract class CongestionControl
{
    /// <summary>Index of cwnd, in octets.</summary>
    internal const int Window = First;

    /// <summary>Index of ssthresh, in octets.</summary>
    internal const int Threshold = First + 1;

    /// <summary>Index of the duplicate acknowledgments in a row; <see cref="InRecovery"/> during fast recovery.</summary>
    internal const int Duplicates = First + 2;

    /// <summary>Index of a sequence number: what was sent before it is acknowledged up to there by cwnd-limited sending.</summary>
    internal const int LimitedUntil = First + 5;

    /// <summary>Between a fast retransmit and the acknowledgment of everything that was out then.</summary>
    internal const int InRecovery = -1;

    /// <summary>New segments that duplicates may let out beyond cwnd: RFC 3042 2.</summary>
    internal const int MaxLimitedTransmit = 2;

    /// <summary>More than any window a peer can offer without scaling it.</summary>
    protected const int MaxWindow = 0xFFFF * 4;

    /// <summary>The first index that is an algorithm's own.</summary>
    protected const int FirstOwn = First + 6;

    private const int First = TcpConnection.ValueCount;

    /// <summary>Index of recover of RFC 6582: duplicates at or before it belong to a loss that is known already.</summary>
    private const int Recover = First + 3;

    /// <summary>Index of a sequence number: the window has been reduced once for everything before it.</summary>
    private const int ReducedUntil = First + 4;

    private const int DuplicateThreshold = 3;

    /// <summary>Remembered sequence numbers that lie so far back are pulled along, before they seem to lie ahead.</summary>
    private const int FarBehind = 0x40000000;

    /// <summary>The algorithm that an option names; null when there is no such one.</summary>
    internal static CongestionControl Create(TcpCongestionControl algorithm)
    {
        switch (algorithm)
        {
            case TcpCongestionControl.NewReno:
                return new NewReno();
            case TcpCongestionControl.Cubic:
                return new Cubic();
            case TcpCongestionControl.None:
                return new NoCongestionControl();
            default:
                return null;
        }
    }

    /// <summary>Elements of a connection's array of small values, with those that this algorithm needs.</summary>
    internal virtual int ValueCount
    {
        get { return FirstOwn; }
    }

    /// <summary>Begins.</summary>
    /// <param name="state">The connection's small values.</param>
    /// <param name="mss">SMSS.</param>
    /// <param name="initialSequence">ISS.</param>
    /// <param name="synLost">Our SYN or SYN,ACK had to be sent again.</param>
    internal void Open(int[] state, int mss, uint initialSequence, bool synLost)
    {
        state[Threshold] = int.MaxValue;
        state[Duplicates] = 0;
        state[Recover] = (int)initialSequence; // RFC 6582 3.2 step 1
        state[ReducedUntil] = (int)initialSequence;
        state[LimitedUntil] = (int)initialSequence;
        Begin(state, mss, synLost);
    }

    /// <summary>
    /// New data was acknowledged: does what <see cref="Acknowledged"/> would, if nothing else can come of it than that cwnd was not
    /// the limit. Mostly that is so on a device, whose rings are smaller than what the path bears.
    /// </summary>
    /// <returns>False when <see cref="Acknowledged"/> is to be asked; then nothing has been changed.</returns>
    internal bool AcknowledgedUnlimited(int[] state, uint una, int now)
    {
        if ((int)(una - (uint)state[LimitedUntil]) <= 0
            || state[Duplicates] != 0
            || (int)(una - (uint)state[ReducedUntil]) > FarBehind)
        {
            return false;
        }

        state[LimitedUntil] = (int)(una - 1);
        NotLimited(state, now);
        return true;
    }

    /// <summary>New data was acknowledged.</summary>
    /// <param name="state">The connection's small values.</param>
    /// <param name="acknowledged">Octets.</param>
    /// <param name="una">SND.UNA, after it.</param>
    /// <param name="max">One beyond the highest sequence number sent.</param>
    /// <param name="mss">SMSS.</param>
    /// <param name="now">The time in ms, low half.</param>
    /// <param name="roundTrip">What is known of the round trip.</param>
    /// <returns>True when the segment at SND.UNA must be retransmitted at once (a partial acknowledgment, RFC 6582 3.2 step 3).</returns>
    internal bool Acknowledged(int[] state, int acknowledged, uint una, uint max, int mss, int now, RoundTripEstimator roundTrip)
    {
        if (state[Duplicates] == InRecovery)
        {
            if ((int)(una - (uint)state[Recover]) < 0)
            {
                PartlyRecovered(state, acknowledged, mss);
                return true;
            }

            state[Duplicates] = 0;
            Recovered(state, (int)(max - una), mss);
            return false;
        }

        state[Duplicates] = 0;
        if ((int)(una - (uint)state[ReducedUntil]) > FarBehind)
        {
            state[ReducedUntil] = (int)(una - 1);
            state[Recover] = (int)(una - 1);
        }

        if ((int)(una - (uint)state[LimitedUntil]) > 0)
        {
            // RFC 9438 5.8, and RFC 5681 3.1 by its intent: a window that was not filled has proved nothing.
            state[LimitedUntil] = (int)(una - 1);
            NotLimited(state, now);
        }
        else
        {
            Grow(state, acknowledged, mss, now, roundTrip);
        }

        return false;
    }

    /// <summary>A duplicate acknowledgment came (RFC 5681 2).</summary>
    /// <param name="state">The connection's small values.</param>
    /// <param name="una">SND.UNA.</param>
    /// <param name="max">One beyond the highest sequence number sent.</param>
    /// <param name="moreToSend">New data could be sent if only cwnd allowed it.</param>
    /// <param name="mss">SMSS.</param>
    /// <returns>True when the segment at SND.UNA must be retransmitted now.</returns>
    internal bool Duplicate(int[] state, uint una, uint max, bool moreToSend, int mss)
    {
        int duplicates = state[Duplicates];
        if (duplicates == InRecovery)
        {
            Inflate(state, mss);
            return false;
        }

        // RFC 6582 3.2 step 2, 3.2 step 4: not again for a loss that is being recovered from already.
        if ((int)(una - (uint)state[Recover]) <= 0)
        {
            return false;
        }

        duplicates++;
        state[Duplicates] = duplicates;
        int outstanding = (int)(max - una);
        int threshold = DuplicateThreshold;
        if (!moreToSend)
        {
            // RFC 5827 3.2: with fewer than four segments out and nothing new to send, three duplicates can never come.
            // One segment alone can cause no duplicate when it is lost: such an acknowledgment means something else.
            int segments = (outstanding + mss - 1) / mss;
            if (segments > 1 && segments < DuplicateThreshold + 1)
            {
                threshold = segments - 1;
            }
        }

        if (duplicates < threshold)
        {
            return false;
        }

        state[Recover] = (int)max;
        bool reduced = (int)(una - (uint)state[ReducedUntil]) <= 0;
        state[ReducedUntil] = (int)max;
        if (!reduced)
        {
            // RFC 5681 3.2 step 2: what limited transmit has sent beyond cwnd does not count as flight.
            Reduce(state, state[Window] < outstanding ? state[Window] : outstanding, mss);
        }

        state[Duplicates] = InRecovery;
        BeginRecovery(state, duplicates, mss);
        return true;
    }

    /// <summary>The retransmission timer has run out: RFC 5681 3.1 (4) and RFC 6582 3.2 step 4.</summary>
    internal void TimedOut(int[] state, uint una, uint max, int mss)
    {
        // RFC 5681 3.1: ssthresh is held when it was the timer that has sent the segment before.
        bool again = state[Recover] == (int)max && state[Window] <= mss;
        BeginAgain(state, (int)(max - una), mss, again);
        state[Duplicates] = 0;
        state[Recover] = (int)max;
        state[ReducedUntil] = (int)max;
    }

    /// <summary>
    /// The peer reports that a segment of this side was marked on its way (ECN-Echo, RFC 3168 6.1.2).
    /// </summary>
    /// <returns>True when the window was reduced; once for each window of data, whatever else was lost of it.</returns>
    internal bool CongestionExperienced(int[] state, uint una, uint max, int mss)
    {
        if ((int)(una - (uint)state[ReducedUntil]) <= 0)
        {
            return false;
        }

        if ((int)(una - (uint)state[Recover]) > 0)
        {
            state[Recover] = (int)(una - 1);
        }

        state[ReducedUntil] = (int)max;
        int outstanding = (int)(max - una);
        ReduceMarked(state, state[Window] < outstanding ? state[Window] : outstanding, mss);
        return true;
    }

    /// <summary>Data goes out while nothing is: the time before was not limited by cwnd.</summary>
    /// <param name="state">The connection's small values.</param>
    /// <param name="idle">Nothing was sent for longer than the retransmission timeout.</param>
    /// <param name="mss">SMSS.</param>
    /// <param name="now">The time in ms, low half.</param>
    internal void Resume(int[] state, bool idle, int mss, int now)
    {
        if (idle)
        {
            Restart(state, mss);
        }

        NotLimited(state, now);
    }

    /// <summary>Sets cwnd.</summary>
    protected abstract void Begin(int[] state, int mss, bool synLost);

    /// <summary>New data was acknowledged that was sent while cwnd was the limit, and nothing is amiss.</summary>
    protected virtual void Grow(int[] state, int acknowledged, int mss, int now, RoundTripEstimator roundTrip)
    {
    }

    /// <summary>Up to now something else than cwnd was the limit.</summary>
    protected virtual void NotLimited(int[] state, int now)
    {
    }

    /// <summary>A loss: sets ssthresh.</summary>
    protected virtual void Reduce(int[] state, int flight, int mss)
    {
    }

    /// <summary>A mark instead of a loss: sets ssthresh and cwnd.</summary>
    protected virtual void ReduceMarked(int[] state, int flight, int mss)
    {
    }

    /// <summary>The lost segment goes out again; so many duplicates have said that others have left the network.</summary>
    protected virtual void BeginRecovery(int[] state, int duplicates, int mss)
    {
    }

    /// <summary>One more segment has left the network.</summary>
    protected virtual void Inflate(int[] state, int mss)
    {
    }

    /// <summary>Some of what was out at the loss was acknowledged, and the next segment is missing too.</summary>
    protected virtual void PartlyRecovered(int[] state, int acknowledged, int mss)
    {
    }

    /// <summary>All that was out at the loss was acknowledged.</summary>
    protected virtual void Recovered(int[] state, int outstanding, int mss)
    {
    }

    /// <summary>The timer has run out: sets ssthresh, unless it has run out for the same segment before, and cwnd.</summary>
    protected virtual void BeginAgain(int[] state, int flight, int mss, bool again)
    {
    }

    /// <summary>After a pause: RFC 5681 4.1.</summary>
    protected virtual void Restart(int[] state, int mss)
    {
    }
}
