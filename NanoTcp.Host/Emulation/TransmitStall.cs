namespace NanoTcp.Emulation;

/// <summary>How the transmit logic gets stuck, and that only ECON1.TXRST frees it (DS80349 errata 12 and 13).</summary>
internal sealed class TransmitStall
{
    private const int NotHanging = -1;

    private readonly ChipState _state;
    private int _kind = NotHanging;

    internal TransmitStall(ChipState state)
    {
        _state = state;
    }

    /// <summary>Erratum 12: a transmission was aborted, and the next one will not begin before the logic was reset.</summary>
    internal bool Stalled { get; private set; }

    /// <summary>Whether the transmission at hand will never end.</summary>
    internal bool Hangs
    {
        get { return _kind != NotHanging; }
    }

    /// <summary>A transmission was aborted, by the hardware or by the host.</summary>
    internal void Abort()
    {
        Stalled = true;
    }

    /// <summary>TXRST, or any reset of the chip.</summary>
    internal void Reset()
    {
        Stalled = false;
        _kind = NotHanging;
    }

    /// <summary>Rolls the dice for a transmission that begins.</summary>
    internal void Roll()
    {
        Enc28j60Faults faults = _state.Faults;
        _kind = NotHanging;
        if (faults.Happens(faults.StuckTransmissions))
        {
            int kind = (int)faults.StuckTransmission;
            _kind = kind == (int)StuckTransmission.Any ? faults.Below(kind) : kind;
        }
    }

    /// <summary>Erratum 13: the transmission hangs after all, in a given way.</summary>
    internal void HangAs(StuckTransmission kind)
    {
        _kind = (int)kind;
    }

    /// <summary>The transmission hangs from now on: TXRTS stays set, and EIR shows what it shows.</summary>
    /// <returns>Whether it tells of an abort, and so has a status vector.</returns>
    internal bool Show()
    {
        _state.Wire.StuckTransmissions++;
        if (_kind == (int)StuckTransmission.WithoutFlags)
        {
            return false;
        }

        int flags = _kind == (int)StuckTransmission.WithBoth ? RegisterBits.TXIF | RegisterBits.TXERIF : RegisterBits.TXERIF;
        _state.Raise(Register.EIR, flags);
        _state.Raise(Register.ESTAT, RegisterBits.TXABRT);
        return true;
    }
}
