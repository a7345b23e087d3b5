namespace NanoTcp.Emulation;

/// <summary>The RESET pin: low for 400 ns it resets the chip, and as long as it stays low the chip does nothing (DS39662 11, 16).</summary>
internal sealed class ResetPin
{
    /// <summary>What is shorter does not count.</summary>
    internal const long ShortestPulseNanoseconds = 400;

    /// <summary>From one reset to the next.</summary>
    internal const long ShortestPauseNanoseconds = 2_000;

    private readonly ChipState _state;
    private readonly PowerAndReset _power;
    private long _lowSince;
    private long _pausesSince = -ShortestPauseNanoseconds;

    internal ResetPin(ChipState state, PowerAndReset power)
    {
        _state = state;
        _power = power;
    }

    /// <summary>When the pin will have been low for long enough.</summary>
    internal long NextEvent
    {
        get { return _state.ResetPinLow && !_state.HeldInReset ? _lowSince + ShortestPulseNanoseconds : ChipState.Never; }
    }

    /// <summary>The host drives the pin.</summary>
    internal void Drive(bool low)
    {
        if (low == _state.ResetPinLow)
        {
            return;
        }

        _state.ResetPinLow = low;
        if (low)
        {
            _lowSince = _state.Now;
        }
        else if (_state.HeldInReset)
        {
            _pausesSince = _state.Now;
            _power.LeaveReset();
        }
    }

    /// <summary>It has been low for long enough.</summary>
    internal void Process()
    {
        if (_lowSince - _pausesSince < ShortestPauseNanoseconds)
        {
            _state.Report(ViolationKind.ResetTooSoon, Register.ESTAT);
        }

        _power.EnterReset();
    }
}
