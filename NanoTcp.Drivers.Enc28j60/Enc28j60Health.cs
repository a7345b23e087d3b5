namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// Looks after a running chip: whether its registers still hold what was written, and whether there is a link. Each look
/// costs some thirty operations twice a second.
/// </summary>
internal sealed class Enc28j60Health
{
    /// <summary>Milliseconds between two looks. Every configured register is compared once in two of them.</summary>
    internal const int Interval = 500;

    /// <summary>What <see cref="Check"/> returns when all is well; otherwise it is the counter of the cause.</summary>
    internal const int Good = -1;

    private readonly Enc28j60Spi _spi;
    private readonly Enc28j60Phy _phy;
    private readonly Enc28j60Configuration _configuration;
    private readonly Enc28j60Receiver _receiver;
    private bool _secondHalf;
    private bool _linkUp;

    internal Enc28j60Health(
        Enc28j60Spi spi, Enc28j60Phy phy, Enc28j60Configuration configuration, Enc28j60Receiver receiver)
    {
        _spi = spi;
        _phy = phy;
        _configuration = configuration;
        _receiver = receiver;
    }

    /// <summary>Whether there was a link at the last <see cref="Check"/>.</summary>
    internal bool LinkUp
    {
        get { return _linkUp; }
    }

    /// <summary>Has the look.</summary>
    /// <returns><see cref="Good"/>, or the counter of what is wrong.</returns>
    internal int Check()
    {
        // A bit may be read wrong: what counts is what two reads agree on.
        if (!IsReceiving() && !IsReceiving())
        {
            return Enc28j60Counters.LostRegisters;
        }

        int cause = CheckOverflow();
        if (cause != Good)
        {
            return cause;
        }

        int half = _configuration.Count / 2;
        bool holds = _secondHalf
            ? _configuration.Holds(half, _configuration.Count)
            : _configuration.Holds(0, half);
        if (!holds)
        {
            return Enc28j60Counters.LostRegisters;
        }

        _secondHalf = !_secondHalf;
        return CheckLink();
    }

    /// <summary>Looks for lost frames.</summary>
    /// <returns><see cref="Good"/>, or the counter of what is wrong.</returns>
    internal int CheckOverflow()
    {
        int eir = _spi.Read(Enc28j60Registers.EIR);
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

    private bool IsReceiving()
    {
        // All of ECON1 is known but for TXRTS, the selected bank included.
        int econ1 = _spi.Read(Enc28j60Registers.ECON1);
        return (econ1 & ~Enc28j60Bits.TXRTS) == (Enc28j60Bits.RXEN | _spi.Bank);
    }

    private int CheckLink()
    {
        int phstat2 = _phy.ReadHigh(Enc28j60Bits.PHSTAT2);
        bool up = (phstat2 & Enc28j60Bits.LSTAT) != 0;
        if (up != _linkUp)
        {
            phstat2 = _phy.ReadHigh(Enc28j60Bits.PHSTAT2);
            if (up == ((phstat2 & Enc28j60Bits.LSTAT) != 0))
            {
                _linkUp = up;
            }
        }

        return phstat2 == Enc28j60Phy.Failed || (phstat2 & Enc28j60Bits.Phstat2AlwaysZero) != 0
            ? Enc28j60Counters.DeadBus
            : Good;
    }
}
