namespace NanoTcp.Emulation;

/// <summary>EIR and ESTAT as the host reads them, and the interrupt pin (DS39662 chapter 12).</summary>
internal sealed class InterruptLogic
{
    /// <summary>The flags that the host can clear in EIR; PKTIF and LINKIF go by themselves.</summary>
    internal const int ClearableFlags = RegisterBits.DMAIF | RegisterBits.TXIF | RegisterBits.TXERIF | RegisterBits.RXERIF;

    /// <summary>The bits that the host can clear in ESTAT.</summary>
    internal const int ClearableStatus = RegisterBits.BUFER | RegisterBits.LATECOL | RegisterBits.TXABRT;

    private const int AllFlags = ClearableFlags | RegisterBits.PKTIF | RegisterBits.LINKIF;

    private readonly ChipState _state;
    private readonly Phy _phy;
    private readonly Receiver _receiver;

    internal InterruptLogic(ChipState state, Phy phy, Receiver receiver)
    {
        _state = state;
        _phy = phy;
        _receiver = receiver;
    }

    /// <summary>Whether the pin is low: some enabled flag is set, and INTIE.</summary>
    internal bool PinLow
    {
        get { return _state.Has(Register.EIE, RegisterBits.INTIE) && AnyEnabled; }
    }

    private bool AnyEnabled
    {
        get { return (Flags() & _state.Registers[Register.EIE] & AllFlags) != 0; }
    }

    /// <summary>EIR as the chip itself knows it.</summary>
    internal int Flags()
    {
        return _state.Registers[Register.EIR]
            | (_state.Registers[Register.EPKTCNT] != 0 ? RegisterBits.PKTIF : 0)
            | (_phy.InterruptPending ? RegisterBits.LINKIF : 0);
    }

    /// <summary>EIR as it is read: PKTIF is unreliable when polled (erratum 6), so nothing may depend on it.</summary>
    internal int FlagsAsRead()
    {
        int flags = Flags();
        if (_state.Faults.Happens(_state.Faults.PacketFlagLies))
        {
            _state.Faults.Note(_state.Now);
            flags ^= RegisterBits.PKTIF;
        }

        return flags;
    }

    /// <summary>ESTAT; its INT does not ask for INTIE (DS39662 figure 12-1).</summary>
    internal int Status()
    {
        return _state.Registers[Register.ESTAT]
            | (AnyEnabled ? RegisterBits.INT : 0)
            | (_receiver.Busy ? RegisterBits.RXBUSY : 0)
            | (_state.ClockReady ? RegisterBits.CLKRDY : 0);
    }
}
