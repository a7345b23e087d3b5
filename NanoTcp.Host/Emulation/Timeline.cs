
namespace NanoTcp.Emulation;

/// <summary>Lets everything happen that the chip does by itself, in the order of its time.</summary>
internal sealed class Timeline
{
    private readonly ChipState _state;
    private readonly SimulationClock _clock;
    private readonly Receiver _receiver;
    private readonly Transmitter _transmitter;
    private readonly PauseSender _pause;
    private readonly DmaEngine _dma;
    private readonly MiiManagement _mii;
    private readonly Phy _phy;
    private readonly SelfTest _selfTest;
    private readonly ResetPin _resetPin;
    private readonly InterruptPin _pin;

    internal Timeline(
        ChipState state,
        SimulationClock clock,
        Receiver receiver,
        Transmitter transmitter,
        PauseSender pause,
        DmaEngine dma,
        MiiManagement mii,
        Phy phy,
        SelfTest selfTest,
        ResetPin resetPin,
        InterruptPin pin)
    {
        _state = state;
        _clock = clock;
        _receiver = receiver;
        _transmitter = transmitter;
        _pause = pause;
        _dma = dma;
        _mii = mii;
        _phy = phy;
        _selfTest = selfTest;
        _resetPin = resetPin;
        _pin = pin;
    }

    /// <summary>How long until the chip changes by itself, or <see cref="ChipState.Never"/>.</summary>
    internal long NanosecondsToNextEvent
    {
        get
        {
            long next = Earlier(NextEvent(), _phy.NextEvent);
            next = Earlier(next, AfterNow(_state.ClockReadyAt));
            next = Earlier(next, AfterNow(_state.SettledAt));
            if (next == ChipState.Never)
            {
                return next;
            }

            long wait = next - _clock.Nanoseconds;
            return wait > 0 ? wait : 0;
        }
    }

    /// <summary>Brings the chip up to the clock.</summary>
    internal void Update()
    {
        long until = _clock.Nanoseconds;
        for (long next = NextEvent(); next <= until; next = NextEvent())
        {
            if (next > _state.Now)
            {
                _state.Now = next;
            }

            if (_resetPin.NextEvent <= _state.Now)
            {
                _resetPin.Process();
            }

            if (_selfTest.NextEvent <= _state.Now)
            {
                _selfTest.Process();
            }

            if (_transmitter.NextEvent <= _state.Now)
            {
                _transmitter.Process();
            }

            if (_receiver.NextEvent() <= _state.Now)
            {
                _receiver.Process();
            }

            if (_pause.NextEvent <= _state.Now)
            {
                _pause.Process();
            }

            if (_dma.NextEvent <= _state.Now)
            {
                _selfTest.Fill();
                _dma.Process();
            }

            if (_mii.NextEvent <= _state.Now)
            {
                _mii.Process(until);
            }

            _pin.Look();
        }

        _state.Now = until;
        _selfTest.Fill();
        _dma.Copy();
        if (_phy.Update())
        {
            _pin.Look();
        }

        _receiver.PollPort();
    }

    private static long Earlier(long first, long second)
    {
        return first < second ? first : second;
    }

    private long AfterNow(long moment)
    {
        return moment > _state.Now ? moment : ChipState.Never;
    }

    private long NextEvent()
    {
        long next = Earlier(_transmitter.NextEvent, _receiver.NextEvent());
        next = Earlier(next, _pause.NextEvent);
        next = Earlier(next, _dma.NextEvent);
        next = Earlier(next, _selfTest.NextEvent);
        next = Earlier(next, _resetPin.NextEvent);
        return Earlier(next, _mii.NextEvent);
    }
}
