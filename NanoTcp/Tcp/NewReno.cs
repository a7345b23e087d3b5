namespace NanoTcp.Tcp;

/// <summary>
/// Congestion control and loss recovery of RFC 5681, RFC 6582 and RFC 5827, in octets. Bare numbers: no clock, no segments.
/// </summary>
internal sealed class NewReno
{
    private const int DuplicateThreshold = 3;

    /// <summary>More than any window a peer can offer without scaling it.</summary>
    private const int MaxWindow = 0xFFFF * 4;

    /// <summary>cwnd.</summary>
    internal int Window;

    /// <summary>True between a fast retransmit and the acknowledgment of everything that was out then.</summary>
    internal bool InRecovery;

    private int _threshold;
    private int _duplicates;
    private uint _recover;

    /// <summary>Begins: the initial window of RFC 5681 3.1.</summary>
    internal void Open(int mss, uint initialSequence)
    {
        Window = mss > 2190 ? 2 * mss : mss > 1095 ? 3 * mss : 4 * mss;
        _threshold = int.MaxValue;
        _duplicates = 0;
        InRecovery = false;
        _recover = initialSequence;
    }

    /// <summary>New data was acknowledged.</summary>
    /// <param name="acknowledged">Octets.</param>
    /// <param name="una">SND.UNA, after it.</param>
    /// <param name="outstanding">Octets still out.</param>
    /// <param name="mss">SMSS.</param>
    /// <returns>True when the segment at SND.UNA must be retransmitted at once (a partial acknowledgment, RFC 6582 3.2 step 3).</returns>
    internal bool Acknowledged(int acknowledged, uint una, int outstanding, int mss)
    {
        _duplicates = 0;
        if (InRecovery)
        {
            if ((int)(una - _recover) >= 0)
            {
                // Full acknowledgment: RFC 6582 3.2 step 3, first way, so that no burst follows.
                int flight = outstanding > mss ? outstanding : mss;
                Window = flight + mss < _threshold ? flight + mss : _threshold;
                InRecovery = false;
                return false;
            }

            Window -= acknowledged;
            if (acknowledged >= mss)
            {
                Window += mss;
            }

            if (Window < mss)
            {
                Window = mss;
            }

            return true;
        }

        if ((int)(una - _recover) > 0)
        {
            // It follows, or half of the sequence space further on it would seem to lie ahead, and forbid to retransmit.
            _recover = una - 1;
        }

        if (Window < _threshold)
        {
            // Slow start, RFC 5681 3.1 (2).
            Window += acknowledged < mss ? acknowledged : mss;
        }
        else
        {
            // Congestion avoidance, RFC 5681 3.1 (3).
            int increase = (int)((long)mss * mss / Window);
            Window += increase == 0 ? 1 : increase;
        }

        if (Window > MaxWindow)
        {
            Window = MaxWindow;
        }

        return false;
    }

    /// <summary>A duplicate acknowledgment came (RFC 5681 2).</summary>
    /// <param name="una">SND.UNA.</param>
    /// <param name="max">One beyond the highest sequence number sent.</param>
    /// <param name="moreToSend">New data could be sent.</param>
    /// <param name="mss">SMSS.</param>
    /// <returns>True when the segment at SND.UNA must be retransmitted now.</returns>
    internal bool Duplicate(uint una, uint max, bool moreToSend, int mss)
    {
        _duplicates++;
        int outstanding = (int)(max - una);
        if (InRecovery)
        {
            // As many duplicates as a peer likes to send; none of them may make it overflow.
            Window += Window < MaxWindow ? mss : 0;
            return false;
        }

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

        // RFC 6582 3.2 step 1: not again for a loss that was recovered from already.
        if (_duplicates < threshold || (int)(una - _recover) <= 0)
        {
            return false;
        }

        _recover = max;
        InRecovery = true;
        Halve(outstanding, mss);
        Window = _threshold + (_duplicates * mss);
        return true;
    }

    /// <summary>The retransmission timer has run out: RFC 5681 3.1 (4) and RFC 6582 4.</summary>
    internal void TimedOut(uint una, uint max, int mss)
    {
        Halve((int)(max - una), mss);
        Window = mss;
        _duplicates = 0;
        InRecovery = false;
        _recover = max;
    }

    private void Halve(int outstanding, int mss)
    {
        int half = outstanding / 2;
        _threshold = half > 2 * mss ? half : 2 * mss;
    }
}
