namespace NanoTcp.Emulation;

/// <summary>Takes the link away from the PHY for a while, once or again and again, although the other end is there.</summary>
internal sealed class LinkFaults
{
    private readonly ChipState _state;
    private readonly Phy _phy;
    private readonly Receiver _receiver;
    private readonly InterruptPin _pin;
    private long _period;
    private long _nextFlapAt;

    internal LinkFaults(ChipState state, Phy phy, Receiver receiver, InterruptPin pin)
    {
        _state = state;
        _phy = phy;
        _receiver = receiver;
        _pin = pin;
    }

    /// <summary>When the link goes or comes by itself next.</summary>
    internal long NextEvent
    {
        get
        {
            long next = _state.Faults.LinkFlapPeriodNanoseconds != 0 && _period != 0 ? _nextFlapAt : ChipState.Never;
            return _state.Faults.LinkLostUntil != 0 ? Bounds.Min(next, _state.Faults.LinkLostUntil) : next;
        }
    }

    /// <summary>The link goes now.</summary>
    internal void Lose(long until)
    {
        // 0 would mean that the link is not lost at all.
        Enc28j60Faults faults = _state.Faults;
        faults.LinkLostUntil = Bounds.Max(Bounds.Max(until, 1L), faults.LinkLostUntil);
        faults.Arm();

        faults.Note(_state.Now);
        _phy.LoseLink();
        _receiver.Garble();
        _pin.Look();
    }

    /// <summary>Does what is due by now; the chip has been brought up to date before.</summary>
    internal void Look()
    {
        Enc28j60Faults faults = _state.Faults;
        long period = faults.LinkFlapPeriodNanoseconds;
        if (period != _period)
        {
            _period = period;
            _nextFlapAt = _state.Now + period;
        }

        if (period != 0 && _state.Now >= _nextFlapAt)
        {
            // Nobody looked at the right moment: flaps that have come and gone leave one trace, in LLSTAT and PLNKIF.
            long missed = (_state.Now - _nextFlapAt) / period * period;
            Lose(_nextFlapAt + missed + faults.LinkFlapNanoseconds);
            _nextFlapAt += missed + period;
        }

        if (faults.LinkLostUntil != 0 && _state.Now >= faults.LinkLostUntil)
        {
            faults.LinkLostUntil = 0;
            faults.Arm();
            _phy.RegainLink();
        }
    }
}
