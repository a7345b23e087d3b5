namespace NanoTcp.Emulation;

/// <summary>The wire from the INT pin as the host sees it: its level, and its falling edges.</summary>
/// <remarks>
/// Whatever may move the pin looks at it afterwards, so that no pulse is missed, however short: an event of the chip's
/// own, a write to one of the common registers, a reset. Reading moves nothing.
/// </remarks>
internal sealed class InterruptPin
{
    private readonly ChipState _state;
    private readonly InterruptLogic _interrupts;
    private bool _low;

    internal InterruptPin(ChipState state, InterruptLogic interrupts)
    {
        _state = state;
        _interrupts = interrupts;
    }

    /// <summary>The level at the last look.</summary>
    internal bool Low
    {
        get { return _low; }
    }

    /// <summary>How often the host has seen it fall.</summary>
    internal long Edges { get; private set; }

    /// <summary>Compares the level with the last one.</summary>
    internal void Look()
    {
        bool low = _interrupts.PinLow;
        Enc28j60Faults faults = _state.Faults;
        if (faults.InterruptPin != InterruptPinFault.None)
        {
            bool stuck = faults.InterruptPin == InterruptPinFault.StuckLow;
            if (low != stuck)
            {
                faults.Note(_state.Now);
            }

            low = stuck;
        }

        if (low == _low)
        {
            return;
        }

        _low = low;
        if (!low)
        {
            return;
        }

        if (faults.Happens(faults.LostInterruptEdges))
        {
            faults.Note(_state.Now);
        }
        else
        {
            Edges++;
        }
    }
}
