namespace NanoTcp.Emulation;

/// <content>The pins that are neither the SPI bus nor the cable nor INT.</content>
public sealed partial class Enc28j60Chip
{
    /// <summary>
    /// Whether LEDA is lit, which is the same whichever way it is wired; brought up to date first. Blinking and the end of
    /// a stretched pulse are no events: <see cref="NanosecondsToNextEvent"/> does not know of them.
    /// </summary>
    public bool LedALit
    {
        get
        {
            Update();
            return _leds.IsLit(Leds.A);
        }
    }

    /// <summary>As <see cref="LedALit"/>, for LEDB.</summary>
    public bool LedBLit
    {
        get
        {
            Update();
            return _leds.IsLit(Leds.B);
        }
    }

    /// <summary>How fast CLKOUT runs, as ECOCON says; 0 while it stands still.</summary>
    public int ClockOutputHertz
    {
        get
        {
            Update();
            return ClockOutput.Hertz(_state);
        }
    }

    /// <summary>
    /// Whether the host holds the RESET pin low. From 400 ns on the chip is in reset, does nothing and does not answer;
    /// what is shorter does not count. It needs 2 us between two resets, and is as after a System Reset Command then.
    /// </summary>
    public bool ResetPinLow
    {
        get { return _state.ResetPinLow; }
        set
        {
            Update();
            _resetPin.Drive(value);
        }
    }
}
