using NanoTcp.Primitives;

namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// Finds the chip and sets it up (DS39662 6, with the waits that the errata add), a step a call, so that nothing blocks.
/// What fails is tried again at once a few times, because cold boots and noise pass, and then once a second.
/// </summary>
internal sealed class Enc28j60Startup
{
    /// <summary>What <see cref="Poll"/> returns when the chip is set up and receiving.</summary>
    internal const int Done = -1;

    private const int Wake = 0;
    private const int Reset = 1;
    private const int SetUp = 2;
    private const int SetUpPhy = 3;

    /// <summary>Set up and running, but nothing has been seen of it yet.</summary>
    private const int Unproven = 4;

    /// <summary>Waits for the next slow search.</summary>
    private const int Pause = 5;

    /// <summary>
    /// At least a millisecond passes between two moments of the injected clock that are two apart; one apart may be a
    /// microsecond.
    /// </summary>
    private const int MoreThanOneMillisecond = 2;

    /// <summary>How many searches follow each other at once before the slow ones.</summary>
    private const int QuickSearches = 4;

    /// <summary>Milliseconds from one slow search to the next, which itself takes two waits.</summary>
    private const int SearchInterval = 1000;
    private const int SearchPause = SearchInterval - (2 * MoreThanOneMillisecond);
    private const long AtOnce = long.MinValue;

    private readonly Enc28j60Spi _spi;
    private readonly Enc28j60PhyConfiguration _phyConfiguration;
    private readonly Enc28j60Configuration _configuration;
    private readonly Enc28j60Receiver _receiver;
    private readonly Enc28j60Transmitter _transmitter;
    private readonly CounterSet _counters;
    private readonly Enc28j60Findings _findings;
    private int _step = Wake;
    private int _failures;
    private long _due = AtOnce;

    internal Enc28j60Startup(
        Enc28j60Spi spi,
        Enc28j60PhyConfiguration phyConfiguration,
        Enc28j60Configuration configuration,
        Enc28j60Receiver receiver,
        Enc28j60Transmitter transmitter,
        CounterSet counters,
        Enc28j60Findings findings)
    {
        _spi = spi;
        _phyConfiguration = phyConfiguration;
        _configuration = configuration;
        _receiver = receiver;
        _transmitter = transmitter;
        _counters = counters;
        _findings = findings;
    }

    /// <summary>Whether the quick searches have all failed.</summary>
    internal bool IsSearching
    {
        get { return _failures >= QuickSearches; }
    }

    /// <summary>Whether the chip has had its reset and the millisecond after it, so that all of it may be looked at.</summary>
    internal bool IsPausing
    {
        get { return _failures != 0 && _step == Wake; }
    }

    /// <summary>The chip has been looked at, and was in order.</summary>
    internal void Prove()
    {
        _step = Wake;
        _failures = 0;
    }

    /// <summary>
    /// Begins anew with the next <see cref="Poll"/>. A chip that has not stood the first look at it since it was set up has
    /// not been found in order, and is not to be set up again and again without a pause.
    /// </summary>
    /// <param name="cause">The counter of what is wrong.</param>
    internal void Begin(int cause)
    {
        if (_step == Unproven)
        {
            _findings.Problem = _findings.Note(Enc28j60Problem.DoesNotLast, cause, 0, 0);
            _counters.Increment(Enc28j60Counters.NoDevice);
            _failures++;
        }

        _step = IsSearching ? Pause : Wake;
        _due = AtOnce;
    }

    /// <summary>Does the next step if it is due.</summary>
    /// <returns>Milliseconds until the next step, or <see cref="Done"/>.</returns>
    internal int Poll(long now)
    {
        if (now < _due)
        {
            return (int)(_due - now);
        }

        switch (_step)
        {
            case Pause:
                return Wait(now, SearchPause, Wake);
            case Wake:
                // Erratum 19: a chip in power save does not hear the System Reset Command. The oscillator is given time
                // to start (300 us, DS39662 2.2).
                // Erratum 4: CLKOUT stops while the chip sleeps, whatever the data sheet says. It is for the board alone:
                // the driver needs no clock from the chip and leaves ECOCON as it is, which a reset does too.
                _spi.ForgetBank();
                _spi.ClearBits(Enc28j60Registers.ECON2, Enc28j60Bits.PWRSV);
                return Wait(now, MoreThanOneMillisecond, Reset);
            case Reset:
                // Erratum 2: ESTAT.CLKRDY does not tell when the chip is usable after a System Reset Command. A
                // millisecond has to pass.
                _spi.Reset();
                return Wait(now, MoreThanOneMillisecond, SetUp);
            case SetUp:
                _findings.Problem = PlaceRegisters();
                return _findings.Problem == Enc28j60Problem.None ? Wait(now, 0, SetUpPhy) : Fail(now);
            default:
                // Each half takes some two hundred operations, which is long enough for one call.
                _findings.Problem = PlacePhy();
                if (_findings.Problem != Enc28j60Problem.None)
                {
                    return Fail(now);
                }

                _spi.ClearBits(Enc28j60Registers.EIR, Enc28j60Bits.EirClearable);
                _spi.SetBits(Enc28j60Registers.ECON1, Enc28j60Bits.RXEN);
                _counters.Increment(Enc28j60Counters.Initialisations);
                _step = Unproven;
                return Done;
        }
    }

    private int Wait(long now, int milliseconds, int step)
    {
        _due = now + milliseconds;
        _step = step;
        return milliseconds;
    }

    private int Fail(long now)
    {
        _counters.Increment(Enc28j60Counters.NoDevice);
        _failures++;
        return Wait(now, IsSearching ? SearchPause : 0, Wake);
    }

    private Enc28j60Problem PlaceRegisters()
    {
        Enc28j60Problem problem = _findings.Identify(_spi);
        if (problem != Enc28j60Problem.None)
        {
            return problem;
        }

        _spi.SetBits(Enc28j60Registers.ECON2, Enc28j60Bits.AUTOINC);
        int row = _configuration.Place();
        if (row != Enc28j60Configuration.AllHold)
        {
            return _findings.NoteRegister(_spi, _configuration.RegisterOf(row), _configuration.ValueOf(row));
        }

        _receiver.Start();
        _transmitter.Start();
        return Enc28j60Problem.None;
    }

    private Enc28j60Problem PlacePhy()
    {
        Enc28j60Phy phy = _phyConfiguration.Phy;
        int identifier = phy.ReadSettled(Enc28j60Bits.PHID1, 0xFFFF);
        if (identifier != Enc28j60Bits.Phid1Value)
        {
            return _findings.Note(Enc28j60Problem.PhyDoesNotAnswer, Enc28j60Bits.PHID1, identifier, Enc28j60Bits.Phid1Value);
        }

        int row = _phyConfiguration.Place();
        if (row == Enc28j60PhyConfiguration.AllHold)
        {
            return Enc28j60Problem.None;
        }

        int register = Enc28j60PhyConfiguration.RegisterOf(row);
        return _findings.Note(
            Enc28j60Problem.PhyRegistersDoNotHold,
            register,
            phy.ReadSettled(register, Enc28j60PhyConfiguration.MaskOf(row)),
            _phyConfiguration.ValueOf(row));
    }
}
