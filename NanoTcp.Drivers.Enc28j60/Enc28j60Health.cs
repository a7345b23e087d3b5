namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// Looks after a running chip: whether its registers still hold what was written, whether its pointers are where the
/// driver believes, and whether there is a link. It finds whatever one wrong bit on the SPI bus can do.
/// </summary>
/// <remarks>
/// Two looks take turns, of some forty operations each: one at the memory's side of the chip, one at the MAC. Every
/// value is compared in one of them; only PHLCON and PHIE, with which a chip works all the same, wait for every eighth.
/// </remarks>
internal sealed class Enc28j60Health
{
    /// <summary>What <see cref="Check"/> returns when all is well; otherwise it is the counter of the cause.</summary>
    internal const int Good = -1;

    private const int Round = 16;

    /// <summary>Bit 0 of the look's number: whether it is one at the MAC.</summary>
    private const int MacLook = 1;

    /// <summary>The first look after an initialisation: one at the pointers, which have not been read back yet.</summary>
    private const int FirstLook = 0;

    private const int LinkBits = Enc28j60Bits.LSTAT | Enc28j60Bits.PLRITY;

    private readonly Enc28j60Spi _spi;
    private readonly Enc28j60PhyConfiguration _phyConfiguration;
    private readonly Enc28j60Configuration _configuration;
    private readonly Enc28j60Receiver _receiver;
    private readonly Enc28j60Transmitter _transmitter;
    private int _look;
    private int _link;

    internal Enc28j60Health(
        Enc28j60Spi spi,
        Enc28j60PhyConfiguration phyConfiguration,
        Enc28j60Configuration configuration,
        Enc28j60Receiver receiver,
        Enc28j60Transmitter transmitter)
    {
        _spi = spi;
        _phyConfiguration = phyConfiguration;
        _configuration = configuration;
        _receiver = receiver;
        _transmitter = transmitter;
    }

    internal Enc28j60Spi Spi
    {
        get { return _spi; }
    }

    internal Enc28j60Phy Phy
    {
        get { return _phyConfiguration.Phy; }
    }

    internal bool FullDuplex
    {
        get { return _phyConfiguration.FullDuplex; }
    }

    /// <summary>Whether there was a link at the last <see cref="Check"/>.</summary>
    internal bool LinkUp
    {
        get { return _link != 0; }
    }

    /// <summary>
    /// Whether the receive pair was found reversed. Erratum 7: the chip corrects that by itself, but not reliably, so that
    /// all that helps is to say it.
    /// </summary>
    internal bool Reversed
    {
        get { return (_link & Enc28j60Bits.PLRITY) != 0; }
    }

    /// <summary>The chip has been set up anew.</summary>
    internal void Begin()
    {
        _look = FirstLook;
    }

    /// <summary>Has the look.</summary>
    /// <returns><see cref="Good"/>, or the counter of what is wrong.</returns>
    internal int Check()
    {
        if (!ControlHolds())
        {
            return Enc28j60Counters.LostRegisters;
        }

        int cause = CheckOverflow();
        if (cause != Good)
        {
            return cause;
        }

        int look = _look;
        _look = (look + 1) % Round;
        cause = (look & MacLook) == 0 ? LookAtMemory() : LookAtMac();
        if (cause != Good)
        {
            return cause;
        }

        if (look < Round - 2)
        {
            return Good;
        }

        return _phyConfiguration.Holds(look == Round - 1 ? Enc28j60PhyConfiguration.Phlcon : Enc28j60PhyConfiguration.Phie)
            ? Good
            : Enc28j60Counters.LostPhy;
    }

    /// <summary>Looks for lost frames.</summary>
    /// <returns><see cref="Good"/>, or the counter of what is wrong.</returns>
    internal int CheckOverflow()
    {
        int eir = _spi.Read(Enc28j60Registers.EIR);
        if ((eir & (Enc28j60Bits.EirAlwaysZero | Enc28j60Bits.RXERIF)) != 0)
        {
            // As in Enc28j60Transmitter.Check.
            eir &= _spi.Read(Enc28j60Registers.EIR);
        }

        if ((eir & Enc28j60Bits.EirAlwaysZero) != 0)
        {
            return Enc28j60Counters.DeadBus;
        }

        if ((eir & Enc28j60Bits.RXERIF) != 0)
        {
            return _receiver.ServiceOverflow() ? Good : Enc28j60Counters.RxStalls;
        }

        _receiver.ForgetDrop();
        return Good;
    }

    /// <summary>Banks 0 and 1: ring, slot, filter and interrupts. The PHY answers meanwhile.</summary>
    private int LookAtMemory()
    {
        _phyConfiguration.Phy.Begin(Enc28j60Bits.PHSTAT2);
        if (!_configuration.Holds(0))
        {
            return Enc28j60Counters.LostRegisters;
        }

        int cause = CheckLink(_phyConfiguration.Phy.End());
        if (cause != Good)
        {
            return cause;
        }

        _phyConfiguration.Phy.Begin(Enc28j60Bits.PHCON1);
        if (!_configuration.Holds(1))
        {
            return Enc28j60Counters.LostRegisters;
        }

        if (!_receiver.PointersHold() || !_transmitter.PointersHold())
        {
            return Enc28j60Counters.LostPointers;
        }

        return CheckPhy(Enc28j60PhyConfiguration.Phcon1);
    }

    /// <summary>Banks 2 and 3: the MAC and its address. The PHY answers meanwhile.</summary>
    private int LookAtMac()
    {
        _phyConfiguration.Phy.Begin(Enc28j60Bits.PHSTAT2);
        if (!_configuration.Holds(2))
        {
            return Enc28j60Counters.LostRegisters;
        }

        int cause = CheckLink(_phyConfiguration.Phy.End());
        if (cause != Good)
        {
            return cause;
        }

        _phyConfiguration.Phy.Begin(Enc28j60Bits.PHCON2);
        return _configuration.Holds(3) ? CheckPhy(Enc28j60PhyConfiguration.Phcon2) : Enc28j60Counters.LostRegisters;
    }

    private int CheckPhy(int row)
    {
        return _phyConfiguration.IsRight(row, _phyConfiguration.Phy.EndHigh()) ? Good : Enc28j60Counters.LostPhy;
    }

    /// <summary>
    /// Compares ECON1 and ECON2, of which the driver knows every bit but TXRTS, the selected bank included. Erratum 17: a
    /// checksum by the DMA loses the packet being received. So nothing of the DMA is ever set: checksums are computed in
    /// software, and frames are never copied inside the chip.
    /// </summary>
    private bool ControlHolds()
    {
        return Enc28j60Verification.Holds(
                _spi, Enc28j60Registers.ECON1, 0xFF & ~Enc28j60Bits.TXRTS, Enc28j60Bits.RXEN | _spi.Bank)
            && Enc28j60Verification.Holds(
                _spi, Enc28j60Registers.ECON2, Enc28j60Bits.AUTOINC | Enc28j60Bits.PWRSV, Enc28j60Bits.AUTOINC);
    }

    /// <summary>Takes in what PHSTAT2 says of the link.</summary>
    private int CheckLink(int phstat2)
    {
        if (phstat2 != Enc28j60Phy.Failed && IsSane(phstat2) && LinkOf(phstat2) == _link)
        {
            return Good;
        }

        phstat2 = _phyConfiguration.Phy.ReadSettled(
            Enc28j60Bits.PHSTAT2, LinkBits | Enc28j60Bits.DPXSTAT | Enc28j60Bits.Phstat2AlwaysZero);
        if (phstat2 == Enc28j60Phy.Failed || (phstat2 & Enc28j60Bits.Phstat2AlwaysZero) != 0)
        {
            return Enc28j60Counters.DeadBus;
        }

        if (!IsSane(phstat2))
        {
            return Enc28j60Counters.LostPhy;
        }

        _link = LinkOf(phstat2);
        return Good;
    }

    /// <summary>Whether PHSTAT2 says what a chip can say, in the duplex mode that it was given.</summary>
    private bool IsSane(int phstat2)
    {
        return (phstat2 & Enc28j60Bits.Phstat2AlwaysZero) == 0
            && ((phstat2 & Enc28j60Bits.DPXSTAT) != 0) == _phyConfiguration.FullDuplex;
    }

    /// <summary>LSTAT and PLRITY; without a link PLRITY says nothing.</summary>
    private static int LinkOf(int phstat2)
    {
        return (phstat2 & Enc28j60Bits.LSTAT) == 0 ? 0 : phstat2 & LinkBits;
    }
}
