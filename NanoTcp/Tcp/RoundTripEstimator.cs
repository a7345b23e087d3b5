namespace NanoTcp.Tcp;

/// <summary>The retransmission timeout of RFC 6298 (RFC 9293 MUST-18), in integer milliseconds. Bare numbers: no clock.</summary>
internal sealed class RoundTripEstimator
{
    /// <summary>RFC 6298 2.1: until a round trip has been measured.</summary>
    internal const int InitialTimeout = 1000;

    /// <summary>RFC 6298 5.7: after a SYN was retransmitted and nothing measured, data begins with three seconds.</summary>
    internal const int TimeoutAfterLostSyn = 3000;

    /// <summary>RFC 6298 2.5: at least 60 seconds if there is a maximum at all.</summary>
    internal const int MaxTimeout = 60000;

    /// <summary>RFC 6298 4: the clock granularity G, in ms.</summary>
    private const int Granularity = 1;

    /// <summary>RTO with back-off, in ms.</summary>
    internal int Timeout;

    private readonly int _minTimeout;
    private int _scaledSrtt;
    private int _scaledRttvar;

    internal RoundTripEstimator(int minTimeout)
    {
        _minTimeout = minTimeout;
        Reset();
    }

    /// <summary>SRTT in ms, or -1 before the first measurement.</summary>
    internal int SmoothedRoundTripTime
    {
        get { return _scaledSrtt < 0 ? -1 : _scaledSrtt >> 3; }
    }

    internal void Reset()
    {
        _scaledSrtt = -1;
        _scaledRttvar = 0;
        Timeout = InitialTimeout;
    }

    /// <summary>Takes in a measurement R in ms, of a segment that was sent once only (Karn, RFC 6298 3).</summary>
    internal void Measured(int roundTripTime)
    {
        int srtt = _scaledSrtt;
        int rttvar = _scaledRttvar;
        if (srtt < 0)
        {
            // RFC 6298 2.2: SRTT = R, RTTVAR = R/2; kept times 8 and times 4.
            srtt = roundTripTime << 3;
            rttvar = roundTripTime << 1;
        }
        else
        {
            // RFC 6298 2.3: RTTVAR = 3/4 RTTVAR + 1/4 |SRTT - R|, then SRTT = 7/8 SRTT + 1/8 R.
            int error = roundTripTime - (srtt >> 3);
            srtt += error;
            rttvar += (error < 0 ? -error : error) - (rttvar >> 2);
        }

        _scaledSrtt = srtt;
        _scaledRttvar = rttvar;

        // As below, of numbers that are at hand.
        int timeout = (srtt >> 3) + (rttvar > Granularity ? rttvar : Granularity);
        Timeout = timeout < _minTimeout ? _minTimeout : timeout > MaxTimeout ? MaxTimeout : timeout;
    }

    /// <summary>RFC 6298 2.3 and 2.4: RTO = SRTT + max(G, 4 RTTVAR), within its limits.</summary>
    internal void ForgetBackOff()
    {
        int timeout = _scaledSrtt < 0
            ? InitialTimeout
            : (_scaledSrtt >> 3) + (_scaledRttvar > Granularity ? _scaledRttvar : Granularity);
        Timeout = timeout < _minTimeout ? _minTimeout : timeout > MaxTimeout ? MaxTimeout : timeout;
    }

    /// <summary>RFC 6298 5.5, RFC 9293 MUST-19: twice as long after a timeout.</summary>
    internal void BackOff()
    {
        Timeout = Timeout >= MaxTimeout / 2 ? MaxTimeout : Timeout * 2;
    }

    /// <summary>RFC 6298 5.7, when the handshake ends.</summary>
    internal void LostSyn()
    {
        if (_scaledSrtt < 0)
        {
            Timeout = TimeoutAfterLostSyn;
        }
    }
}
