using NanoTcp.Primitives;

namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// Finds the chip and sets it up (DS39662 6, with the waits that the errata add), a step a call, so that nothing blocks.
/// </summary>
internal sealed class Enc28j60Startup
{
    /// <summary>What <see cref="Poll"/> returns when the chip is set up and receiving.</summary>
    internal const int Done = -1;

    private const int Wake = 0;
    private const int Reset = 1;
    private const int SetUp = 2;

    /// <summary>
    /// At least a millisecond passes between two moments of the injected clock that are two apart; one apart may be a
    /// microsecond.
    /// </summary>
    private const int MoreThanOneMillisecond = 2;

    /// <summary>Milliseconds between two searches for a chip that is not there.</summary>
    private const int SearchInterval = 2000;

    private readonly Enc28j60Spi _spi;
    private readonly Enc28j60Phy _phy;
    private readonly Enc28j60Configuration _configuration;
    private readonly Enc28j60Receiver _receiver;
    private readonly Enc28j60Transmitter _transmitter;
    private readonly CounterSet _counters;
    private readonly bool _fullDuplex;
    private readonly int _ledConfiguration;
    private int _step = Wake;
    private bool _waiting;
    private long _due;
    private int _revision;
    private Enc28j60Problem _problem;

    internal Enc28j60Startup(
        Enc28j60Spi spi,
        Enc28j60Phy phy,
        Enc28j60Configuration configuration,
        Enc28j60Receiver receiver,
        Enc28j60Transmitter transmitter,
        CounterSet counters,
        bool fullDuplex,
        int ledConfiguration)
    {
        _spi = spi;
        _phy = phy;
        _configuration = configuration;
        _receiver = receiver;
        _transmitter = transmitter;
        _counters = counters;
        _fullDuplex = fullDuplex;
        _ledConfiguration = ledConfiguration;
    }

    /// <summary>EREVID as last read.</summary>
    internal int Revision
    {
        get { return _revision; }
    }

    /// <summary>Why the last search failed.</summary>
    internal Enc28j60Problem Problem
    {
        get { return _problem; }
    }

    /// <summary>Begins anew with the next <see cref="Poll"/>.</summary>
    internal void Begin()
    {
        _step = Wake;
        _waiting = false;
    }

    /// <summary>Does the next step if it is due.</summary>
    /// <returns>Milliseconds until the next step, or <see cref="Done"/>.</returns>
    internal int Poll(long now)
    {
        if (_waiting && now < _due)
        {
            return (int)(_due - now);
        }

        switch (_step)
        {
            case Wake:
                // Erratum 19: a chip in power save does not hear the System Reset Command. The oscillator is given time
                // to start (300 us, DS39662 2.2).
                _spi.ForgetBank();
                _spi.ClearBits(Enc28j60Registers.ECON2, Enc28j60Bits.PWRSV);
                return Wait(now, MoreThanOneMillisecond, Reset);
            case Reset:
                // Erratum 2: ESTAT.CLKRDY does not tell when the chip is usable after a System Reset Command. A
                // millisecond has to pass.
                _spi.Reset();
                return Wait(now, MoreThanOneMillisecond, SetUp);
            default:
                _problem = TrySetUp();
                if (_problem == Enc28j60Problem.None)
                {
                    _counters.Increment(Enc28j60Counters.Initialisations);
                    Begin();
                    return Done;
                }

                _counters.Increment(Enc28j60Counters.NoDevice);
                return Wait(now, SearchInterval, Wake);
        }
    }

    private int Wait(long now, int milliseconds, int step)
    {
        _due = now + milliseconds;
        _waiting = true;
        _step = step;
        return milliseconds;
    }

    private Enc28j60Problem TrySetUp()
    {
        int estat = _spi.Read(Enc28j60Registers.ESTAT);
        if ((estat & (Enc28j60Bits.EstatAlwaysZero | Enc28j60Bits.CLKRDY)) != Enc28j60Bits.CLKRDY)
        {
            return Enc28j60Problem.NoAnswer;
        }

        _revision = _spi.Read(Enc28j60Registers.EREVID);
        if (!IsKnownRevision(_revision))
        {
            return Enc28j60Problem.UnknownRevision;
        }

        _spi.SetBits(Enc28j60Registers.ECON2, Enc28j60Bits.AUTOINC);
        _configuration.Write();

        // Erratum 1: on silicon B1 and B4 an SPI clock below 8 MHz may spoil accesses to MAC registers. What does not
        // hold is found here and tried again.
        if (!_configuration.Holds(0, _configuration.Count))
        {
            return Enc28j60Problem.RegistersDoNotHold;
        }

        _receiver.Start();
        _transmitter.Start();
        if (!SetUpPhy())
        {
            return Enc28j60Problem.PhyDoesNotAnswer;
        }

        _spi.ClearBits(Enc28j60Registers.EIR, Enc28j60Bits.EirClearable);
        _spi.SetBits(Enc28j60Registers.ECON1, Enc28j60Bits.RXEN);
        return Enc28j60Problem.None;
    }

    private bool SetUpPhy()
    {
        // Erratum 16: the duplex mode that the chip guesses from the wiring of LEDB may be wrong. It is written, and
        // is always that of MACON3.FULDPX (DS39662 9).
        int phcon1 = _fullDuplex ? Enc28j60Bits.PDPXMD : 0;

        // Without HDLDIS a half-duplex chip receives its own frames (DS39662 6.6).
        int phcon2 = _fullDuplex ? 0 : Enc28j60Bits.HDLDIS;
        return _phy.Write(Enc28j60Bits.PHCON1, phcon1)
            && _phy.Write(Enc28j60Bits.PHCON2, phcon2)
            && _phy.Write(Enc28j60Bits.PHLCON, _ledConfiguration)
            && _phy.Write(Enc28j60Bits.PHIE, 0)
            && (_phy.Read(Enc28j60Bits.PHCON1) & Enc28j60Bits.PDPXMD) == phcon1
            && (_phy.Read(Enc28j60Bits.PHCON2) & Enc28j60Bits.HDLDIS) == phcon2;
    }

    private static bool IsKnownRevision(int revision)
    {
        // B1, B4, B5, B7.
        return revision == 2 || revision == 4 || revision == 5 || revision == 6;
    }
}
