namespace NanoTcp.Emulation;

/// <summary>
/// Erratum 1: silicon B1 and B4 spoils accesses to MAC and MII registers now and then when the SPI clock is slower than
/// 8 MHz and not derived from the chip's own.
/// </summary>
internal sealed class SlowClockErratum
{
    private const byte RevisionB1 = 0x02;
    private const byte RevisionB4 = 0x04;
    private const int SlowestReliableHz = 8_000_000;

    /// <summary>Whether this chip on this bus is concerned at all.</summary>
    internal readonly bool Applies;

    private readonly ChipState _state;

    internal SlowClockErratum(ChipState state)
    {
        _state = state;
        Enc28j60ChipOptions options = state.Options;
        Applies = options.Revision is RevisionB1 or RevisionB4
            && options.SpiClockHz < SlowestReliableHz
            && options.SlowClockErrors != 0;
    }

    /// <summary>What the host reads instead of a value: a bit of it wrong, or nothing of it right.</summary>
    internal byte SpoilRead(byte value)
    {
        if (!Happens())
        {
            return value;
        }

        return _state.Faults.Below(2) == 0 ? FlipOne(value) : (byte)_state.Faults.Below(256);
    }

    /// <summary>What the chip takes instead of what the host wrote.</summary>
    /// <returns>The value, right or with a wrong bit; -1 when the write is lost.</returns>
    internal int SpoilWrite(byte value)
    {
        if (!Happens())
        {
            return value;
        }

        return _state.Faults.Below(2) == 0 ? FlipOne(value) : -1;
    }

    private bool Happens()
    {
        if (!_state.Faults.Happens(_state.Options.SlowClockErrors))
        {
            return false;
        }

        _state.Disturb();
        return true;
    }

    private byte FlipOne(byte value)
    {
        return (byte)(value ^ (1 << _state.Faults.Below(8)));
    }
}
