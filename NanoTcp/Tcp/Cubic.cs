namespace NanoTcp.Tcp;

/// <summary>
/// The congestion window of RFC 9438: after a loss, time decides how fast it grows. In integers, windows in octets and
/// time in ms, so that the device needs no floating point.
/// </summary>
/// <remarks>
/// The congestion window keeps to W_cubic within one octet and what a millisecond makes of it, because K is rounded down
/// to a whole one. Slow start is that of RFC 5681; HyStart++ (RFC 9438 4.10) would need to time every segment of a round.
/// </remarks>
internal sealed class Cubic : NewReno
{
    /// <summary>Index of W_max, octets; 0 when the next avoidance stage has no past to return to.</summary>
    internal const int MaxBefore = FirstOwn;

    /// <summary>Index of K, ms.</summary>
    internal const int TimeToMax = FirstOwn + 1;

    /// <summary>Index of t, ms, without the time in which cwnd was not the limit.</summary>
    internal const int Elapsed = FirstOwn + 2;

    /// <summary>Index of W_est in octets, times 2^<see cref="EstimateShift"/>; 0 when no avoidance stage has begun.</summary>
    internal const int Estimate = FirstOwn + 3;

    internal const int EstimateShift = 12;

    /// <summary>Index of cwnd_prior, octets.</summary>
    private const int Prior = FirstOwn + 4;

    /// <summary>Index of the time up to which <see cref="Elapsed"/> counts.</summary>
    private const int CountedUntil = FirstOwn + 5;

    /// <summary>After a minute beyond K even the smallest segments have brought the curve above every window there is; its cube stays within 64 bits.</summary>
    private const int EndOfCurve = 60000;

    internal override int ValueCount
    {
        get { return FirstOwn + 6; }
    }

    /// <summary>W_cubic(t) of RFC 9438 4.2 with C = 0.4, in octets.</summary>
    /// <param name="time">t in ms.</param>
    /// <param name="timeToMax">K in ms.</param>
    /// <param name="maxBefore">W_max in octets.</param>
    /// <param name="mss">SMSS.</param>
    internal static int Curve(int time, int timeToMax, int maxBefore, int mss)
    {
        long beyond = time - timeToMax;
        if (beyond > EndOfCurve)
        {
            beyond = EndOfCurve;
        }

        // 0.4 segments for each cubic second, of 10^9 cubic milliseconds.
        long window = maxBefore + (beyond * beyond * beyond * 2 * mss / 5000000000);
        return window > MaxWindow ? MaxWindow : window < 0 ? 0 : (int)window;
    }

    /// <summary>K of RFC 9438 4.2 in ms, rounded down.</summary>
    /// <param name="distance">W_max - cwnd_epoch in octets.</param>
    /// <param name="mss">SMSS.</param>
    internal static int FindTimeToMax(int distance, int mss)
    {
        // The cube root of (distance / mss) / 0.4 seconds, bit by bit: no window makes it longer than 16 bits.
        long cube = distance * 2500000000 / mss;
        int root = 0;
        for (int bit = 0x8000; bit != 0; bit >>= 1)
        {
            long trial = root | bit;
            if (trial * trial * trial <= cube)
            {
                root = (int)trial;
            }
        }

        return root;
    }

    protected override void Begin(int[] state, int mss, bool synLost)
    {
        base.Begin(state, mss, synLost);
        state[MaxBefore] = 0;
        state[Estimate] = 0;
        state[Prior] = 0;
    }

    protected override void NotLimited(int[] state, int now)
    {
        state[CountedUntil] = now;
    }

    protected override void Avoid(int[] state, int acknowledged, int mss, int now, RoundTripEstimator roundTrip)
    {
        int window = state[Window];
        if (state[Estimate] == 0)
        {
            BeginStage(state, window, mss);
        }
        else
        {
            int elapsed = state[Elapsed] + (now - state[CountedUntil]);

            // Far beyond the end of the curve, and far from overflowing.
            state[Elapsed] = elapsed >= 0 && elapsed < 4 * EndOfCurve ? elapsed : 4 * EndOfCurve;
        }

        state[CountedUntil] = now;
        int estimate = GrowEstimate(state, acknowledged, mss, window);
        int time = state[Elapsed];
        int timeToMax = state[TimeToMax];
        int maxBefore = state[MaxBefore];
        if (Curve(time, timeToMax, maxBefore, mss) < estimate)
        {
            // RFC 9438 4.3, the Reno-friendly region.
            state[Window] = estimate > window ? estimate : window;
            return;
        }

        // RFC 9438 4.4 and 4.5, concave and convex: towards where the curve will be after one round trip.
        int smoothed = roundTrip.SmoothedRoundTripTime;
        int target = Curve(smoothed > 0 ? time + smoothed : time, timeToMax, maxBefore, mss);
        if (target > window)
        {
            int most = window + (window >> 1);
            int distance = (target < most ? target : most) - window;
            int increase = (int)((long)distance * (acknowledged < mss ? acknowledged : mss) / window);
            window += increase == 0 ? 1 : increase;
            state[Window] = window < MaxWindow ? window : MaxWindow;
        }
    }

    /// <summary>beta = 0.7 (RFC 9438 4.6).</summary>
    protected override int Remaining(int[] state, int flight)
    {
        // A timeout during fast recovery finds cwnd inflated.
        int window = state[Duplicates] == InRecovery ? state[Threshold] : state[Window];

        // RFC 9438 4.7, fast convergence: less than the last time means that somebody else needs room, so leave
        // (1 + beta) / 2 of it.
        state[MaxBefore] = window < state[MaxBefore] ? window * 17 / 20 : window;
        state[Prior] = window;
        state[Estimate] = 0;
        return flight * 7 / 10;
    }

    /// <summary>RFC 9438 4.8: after a timeout the curve begins anew where slow start ends.</summary>
    protected override void BeginAgain(int[] state, int flight, int mss, bool again)
    {
        base.BeginAgain(state, flight, mss, again);
        state[MaxBefore] = 0;
        state[Estimate] = 0;
    }

    /// <summary>The estimate of before must not undo a restart.</summary>
    protected override void Restart(int[] state, int mss)
    {
        int window = state[Window];
        base.Restart(state, mss);
        if (state[Window] < window)
        {
            state[Estimate] = 0;
        }
    }

    private static void BeginStage(int[] state, int window, int mss)
    {
        int maxBefore = state[MaxBefore];
        state[Elapsed] = 0;
        if (maxBefore > window)
        {
            state[TimeToMax] = FindTimeToMax(maxBefore - window, mss);
        }
        else
        {
            state[TimeToMax] = 0;
            state[MaxBefore] = window;
        }

        state[Estimate] = window << EstimateShift;
    }

    /// <summary>RFC 9438 4.3, figure 4: W_est grows by alpha segments in each round trip. The result is in octets.</summary>
    private static int GrowEstimate(int[] state, int acknowledged, int mss, int window)
    {
        int estimate = state[Estimate];
        long increase = ((long)mss * acknowledged << EstimateShift) / window;
        if ((estimate >> EstimateShift) < state[Prior])
        {
            // alpha = 3 (1 - beta) / (1 + beta) = 9/17, and 1 from cwnd_prior on.
            increase = increase * 9 / 17;
        }

        long grown = estimate + increase;
        const long Most = (long)MaxWindow << EstimateShift;
        estimate = grown < Most ? (int)grown : (int)Most;
        state[Estimate] = estimate;
        return estimate >> EstimateShift;
    }
}
