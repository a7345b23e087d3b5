namespace NanoTcp.Tcp;

/// <summary>The congestion window of RFC 5681 and RFC 6582 (RFC 9293 MUST-19).</summary>
internal class NewReno : CongestionControl
{
    /// <summary>IW: RFC 5681 3.1.</summary>
    protected override void Begin(int[] state, int mss, bool synLost)
    {
        // RFC 5681 3.1: one segment when our SYN or SYN,ACK was lost.
        state[Window] = synLost ? mss : InitialWindow(mss);
    }

    protected override void Grow(int[] state, int acknowledged, int mss, int now, RoundTripEstimator roundTrip)
    {
        int window = state[Window];
        if (window >= state[Threshold])
        {
            Avoid(state, acknowledged, mss, now, roundTrip);
            return;
        }

        // Slow start, RFC 5681 3.1 (2).
        window += acknowledged < mss ? acknowledged : mss;
        state[Window] = window < MaxWindow ? window : MaxWindow;
    }

    /// <summary>Congestion avoidance, RFC 5681 3.1 (3); no more than was acknowledged counts, as its section 2 asks against divided ACKs.</summary>
    protected virtual void Avoid(int[] state, int acknowledged, int mss, int now, RoundTripEstimator roundTrip)
    {
        int window = state[Window];
        int increase = (int)((long)mss * (acknowledged < mss ? acknowledged : mss) / window);
        window += increase == 0 ? 1 : increase;
        state[Window] = window < MaxWindow ? window : MaxWindow;
    }

    /// <summary>What is left of a flight after a congestion event.</summary>
    protected virtual int Remaining(int[] state, int flight)
    {
        return flight / 2;
    }

    /// <summary>RFC 5681 3.1 (4): ssthresh, never below two segments.</summary>
    protected override void Reduce(int[] state, int flight, int mss)
    {
        int remaining = Remaining(state, flight);
        state[Threshold] = remaining > 2 * mss ? remaining : 2 * mss;
    }

    /// <summary>RFC 3168 6.1.2: as after a loss, but cwnd may come down to one segment.</summary>
    protected override void ReduceMarked(int[] state, int flight, int mss)
    {
        int remaining = Remaining(state, flight);
        state[Threshold] = remaining > 2 * mss ? remaining : 2 * mss;
        state[Window] = remaining > mss ? remaining : mss;
    }

    /// <summary>RFC 5681 3.2 step 3: for each duplicate, a segment has left the network.</summary>
    protected override void BeginRecovery(int[] state, int duplicates, int mss)
    {
        state[Window] = state[Threshold] + (duplicates * mss);
    }

    /// <summary>RFC 5681 3.2 step 4.</summary>
    protected override void Inflate(int[] state, int mss)
    {
        // As many duplicates as a peer likes to send; none of them may make it overflow.
        int window = state[Window];
        state[Window] = window < MaxWindow ? window + mss : window;
    }

    /// <summary>RFC 6582 3.2 step 3, a partial acknowledgment: less what was acknowledged, and one segment more.</summary>
    protected override void PartlyRecovered(int[] state, int acknowledged, int mss)
    {
        int window = state[Window] - acknowledged;
        if (acknowledged >= mss)
        {
            window += mss;
        }

        state[Window] = window > mss ? window : mss;
    }

    /// <summary>RFC 5681 3.2 step 6 as RFC 6582 3.2 step 3 has it: a full acknowledgment, first way, so that no burst follows.</summary>
    protected override void Recovered(int[] state, int outstanding, int mss)
    {
        int flight = outstanding > mss ? outstanding : mss;
        int threshold = state[Threshold];
        state[Window] = flight + mss < threshold ? flight + mss : threshold;
    }

    /// <summary>RFC 5681 3.1: the loss window is one segment.</summary>
    protected override void BeginAgain(int[] state, int flight, int mss, bool again)
    {
        if (!again)
        {
            Reduce(state, flight, mss);
        }

        state[Window] = mss;
    }

    /// <summary>RFC 5681 4.1: RW = min(IW, cwnd), because after a pause no acknowledgments pace what is sent.</summary>
    protected override void Restart(int[] state, int mss)
    {
        int window = InitialWindow(mss);
        if (window < state[Window])
        {
            state[Window] = window;
        }
    }

    /// <summary>RFC 5681 3.1, in octets.</summary>
    private static int InitialWindow(int mss)
    {
        return mss > 2190 ? 2 * mss : mss > 1095 ? 3 * mss : 4 * mss;
    }
}
