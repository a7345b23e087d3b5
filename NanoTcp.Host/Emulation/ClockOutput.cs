namespace NanoTcp.Emulation;

/// <summary>The CLKOUT pin (DS39662 2.3).</summary>
internal static class ClockOutput
{
    private const int MainClockHz = 25_000_000;

    /// <summary>From this value on ECOCON has no meaning.</summary>
    internal const int FirstReserved = 6;

    /// <summary>
    /// How fast the pin runs. Nothing comes out before the oscillator has started, and nothing in power save, although
    /// the data sheet says that it goes on (DS80349 erratum 4).
    /// </summary>
    internal static int Hertz(ChipState state)
    {
        if (!state.ClockReady)
        {
            return 0;
        }

        switch (state.Registers[Register.ECOCON])
        {
            case 1:
                return MainClockHz;
            case 2:
                return MainClockHz / 2;
            case 3:
                return MainClockHz / 3;
            case 4:
                return MainClockHz / 4;
            case 5:
                return MainClockHz / 8;
            default:
                return 0;
        }
    }
}
