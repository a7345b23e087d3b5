namespace NanoTcp.Emulation;

/// <summary>Power-on, the reset pin and the System Reset Command (DS39662 chapter 11).</summary>
internal sealed class PowerAndReset
{
    /// <summary>7500 clocks of 25 MHz (DS39662 2.2).</summary>
    internal const long OscillatorStartNanoseconds = 300_000;

    /// <summary>How long MAC and PHY are not to be trusted after a reset (DS80349 erratum 2).</summary>
    internal const long SettleNanoseconds = 1_000_000;

    private readonly ChipState _state;
    private readonly ReceiveRing _ring;
    private readonly Receiver _receiver;
    private readonly Transmitter _transmitter;
    private readonly FlowControl _flow;
    private readonly PauseSender _pause;
    private readonly DmaEngine _dma;
    private readonly MiiManagement _mii;
    private readonly Phy _phy;
    private readonly SelfTest _selfTest;
    private readonly HostHabits _habits;
    private readonly InterruptPin _pin;
    private uint _noise;

    internal PowerAndReset(
        ChipState state,
        ReceiveRing ring,
        Receiver receiver,
        Transmitter transmitter,
        FlowControl flow,
        PauseSender pause,
        DmaEngine dma,
        MiiManagement mii,
        Phy phy,
        SelfTest selfTest,
        HostHabits habits,
        InterruptPin pin)
    {
        _state = state;
        _ring = ring;
        _receiver = receiver;
        _transmitter = transmitter;
        _flow = flow;
        _pause = pause;
        _dma = dma;
        _mii = mii;
        _phy = phy;
        _selfTest = selfTest;
        _habits = habits;
        _pin = pin;
        _noise = (uint)state.Options.MemorySeed | 1;
    }

    /// <summary>Supply comes up: nothing is as it was, and the oscillator has to start.</summary>
    internal void PowerOn()
    {
        FillWithNoise();
        _state.Registers[Register.ECOCON] = RegisterMap.ResetValues[Register.ECOCON];
        _state.ClockReadyAt = _state.Now + OscillatorStartNanoseconds;
        ResetAll();
        _state.SettledAt = _state.ClockReadyAt;
    }

    /// <summary>The System Reset Command, which a sleeping chip does not obey (DS80349 erratum 19).</summary>
    internal void Command()
    {
        if (_state.Has(Register.ECON2, RegisterBits.PWRSV))
        {
            _state.Report(ViolationKind.ResetInPowerSave, Register.ECON2);
            return;
        }

        ResetAll();
        _state.Settle();
        _state.SettledAt = _state.Now + SettleNanoseconds;
    }

    /// <summary>
    /// The RESET pin has been low for long enough. Other than the command this also wakes a sleeping chip, whose
    /// oscillator then has to start.
    /// </summary>
    internal void EnterReset()
    {
        if (_state.Has(Register.ECON2, RegisterBits.PWRSV))
        {
            _state.ClockReadyAt = _state.Now + OscillatorStartNanoseconds;
        }

        ResetAll();
        _state.Settle();
        _state.HeldInReset = true;
    }

    /// <summary>The RESET pin rises.</summary>
    internal void LeaveReset()
    {
        _state.HeldInReset = false;
        _state.SettledAt = Bounds.Max(_state.ClockReadyAt, _state.Now + SettleNanoseconds);
    }

    private void FillWithNoise()
    {
        byte[] memory = _state.Memory;
        uint noise = _noise;
        for (int i = 0; i < memory.Length; i++)
        {
            // Marsaglia's xorshift: any content will do that no driver can rely on.
            noise ^= noise << 13;
            noise ^= noise >> 17;
            noise ^= noise << 5;
            memory[i] = (byte)noise;
        }

        _noise = noise;
    }

    private void ResetAll()
    {
        _state.ResetRegisters();
        _ring.Reset();
        _transmitter.Reset();
        _receiver.Reset();
        _flow.Reset();
        _pause.Reset();
        _dma.Reset();
        _mii.Reset();
        _phy.Reset();
        _selfTest.Reset();
        _habits.Reset();
        _pin.Look();
    }
}
