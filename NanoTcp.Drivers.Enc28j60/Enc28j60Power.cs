namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// Carries out what can only be done while the chip does not receive: new filters (DS39662 8), and going to sleep and waking
/// up (DS39662 14). A step a call, so that nothing blocks; what has arrived stays in the ring.
/// </summary>
internal sealed class Enc28j60Power
{
    /// <summary>The mode in force. What <see cref="Request"/> asked for may still be on its way.</summary>
    internal Enc28j60PowerMode Mode;

    // The steps.
    private const int Receiving = 0;
    private const int Stopping = 2;
    private const int Asleep = 4;
    private const int Waking = 6;

    /// <summary>
    /// Added to the first two steps when what waited at the begin of MagicPacket has been taken out of the ring: what comes
    /// now has passed the chip's filter for magic packets.
    /// </summary>
    private const int Armed = 1;

    /// <summary>
    /// Milliseconds until ESTAT.RXBUSY has to be clear, and for which the chip stays awake for frames that nobody takes out
    /// of it. The longest frame takes 1.2 ms.
    /// </summary>
    private const int Patience = 20;

    /// <summary>
    /// The oscillator needs 300 us to start (DS39662 2.2). Between two moments of the injected clock that are one apart may
    /// lie a microsecond.
    /// </summary>
    private const int OscillatorStart = 2;

    /// <summary>Milliseconds between two looks at a sleeping chip.</summary>
    private const int SleepInterval = 500;
    private const int Implausible = -1;

    private readonly Enc28j60Spi _spi;
    private readonly Enc28j60Configuration _configuration;
    private readonly Enc28j60Receiver _receiver;
    private Enc28j60PowerMode _wanted;
    private int _step;
    private long _due;

    internal Enc28j60Power(Enc28j60Spi spi, Enc28j60Configuration configuration, Enc28j60Receiver receiver)
    {
        _spi = spi;
        _configuration = configuration;
        _receiver = receiver;
    }

    /// <summary>Whether the chip receives and there is nothing to carry out.</summary>
    internal bool IsSettled
    {
        get { return _step <= (Receiving | Armed) && Mode == _wanted && _configuration.Changes == 0; }
    }

    /// <summary>Whether the chip receives.</summary>
    internal bool IsReceiving
    {
        get { return _step <= (Receiving | Armed); }
    }

    /// <summary>Whether frames flow both ways, and are to.</summary>
    internal bool CarriesFrames
    {
        get { return Mode == Enc28j60PowerMode.Running && _wanted == Enc28j60PowerMode.Running; }
    }

    /// <summary>Asks for a mode. The filters that belong to it are in the configuration already.</summary>
    internal void Request(Enc28j60PowerMode mode)
    {
        _wanted = mode;
    }

    /// <summary>The chip is about to be reset: it will be awake, and what was asked for is carried out again after that.</summary>
    internal void Restart()
    {
        _step = Receiving;
        Mode = Enc28j60PowerMode.Running;
    }

    /// <summary>Does what is due. To be called while <see cref="IsSettled"/> is false.</summary>
    /// <param name="now">Milliseconds of the injected clock.</param>
    /// <param name="sending">Whether a frame is on its way out.</param>
    /// <returns><see cref="Enc28j60Health.Good"/>, or the counter of what is wrong.</returns>
    internal int Poll(long now, bool sending)
    {
        switch (_step & ~Armed)
        {
            case Asleep:
                return WatchSleep(now);
            case Waking:
                return now < _due ? Enc28j60Health.Good : WakeUp();
            case Stopping:
                return Stop(now, sending);
            default:
                // A chip that does not receive has lost more than that, and must not be told to as if nothing had been.
                if (!MayReceive() && !MayReceive())
                {
                    return Enc28j60Counters.LostRegisters;
                }

                _spi.ClearBits(Enc28j60Registers.ECON1, Enc28j60Bits.RXEN);
                _step |= Stopping;
                _due = now + Patience;
                return Stop(now, sending);
        }
    }

    /// <summary>Milliseconds until the next <see cref="Poll"/>, as long as the chip does not receive.</summary>
    internal int TimeToNextPoll(long now)
    {
        return (_step & ~Armed) == Stopping || now >= _due ? 0 : (int)(_due - now);
    }

    /// <summary>To be called before a frame is taken out of the ring while <see cref="Mode"/> is not Running.</summary>
    /// <returns>False when the chip sleeps and must not be asked.</returns>
    internal bool MayTakeFrame()
    {
        if (Mode == Enc28j60PowerMode.PowerSave)
        {
            return false;
        }

        if (_receiver.Pending == 0)
        {
            _step |= Armed;
        }

        return true;
    }

    /// <summary>Whether a frame that was taken while <see cref="Mode"/> is MagicPacket is a reason to end that mode.</summary>
    internal bool IsWakeUp(byte[] buffer, int offset, int length, long macAddress)
    {
        if ((_step & Armed) == 0 || _wanted != Enc28j60PowerMode.MagicPacket)
        {
            return false;
        }

        return Enc28j60MagicPacket.IsIn(buffer, offset, length, macAddress);
    }

    private bool MayReceive()
    {
        return (_spi.Read(Enc28j60Registers.ECON1) & Enc28j60Bits.RXEN) != 0;
    }

    /// <summary>RXEN is clear: goes on when the frame that was coming in is complete (DS39662 7.2).</summary>
    private int Stop(long now, bool sending)
    {
        int status = ReadStatus();
        if (status == Implausible)
        {
            return Enc28j60Counters.DeadBus;
        }

        if ((status & Enc28j60Bits.RXBUSY) != 0)
        {
            return now < _due ? Enc28j60Health.Good : Enc28j60Counters.DeadBus;
        }

        if (_wanted != Enc28j60PowerMode.PowerSave)
        {
            Receive();
            return Enc28j60Health.Good;
        }

        // A transmission ends, or is given up, by itself. What is still in the ring can be taken for a while, so that it is
        // not hours old when it is.
        if (!sending && (now >= _due || _receiver.ReadPacketCount() == 0))
        {
            _spi.SetBits(Enc28j60Registers.ECON2, Enc28j60Bits.VRPS);
            _spi.SetBits(Enc28j60Registers.ECON2, Enc28j60Bits.PWRSV);
            Mode = Enc28j60PowerMode.PowerSave;
            _step = Asleep;
            _due = now + SleepInterval;
        }

        return Enc28j60Health.Good;
    }

    /// <summary>Looks after a sleeping chip, of which nothing but ECON2 and ESTAT is read, or begins to wake it.</summary>
    private int WatchSleep(long now)
    {
        if (_wanted != Enc28j60PowerMode.PowerSave)
        {
            _spi.ClearBits(Enc28j60Registers.ECON2, Enc28j60Bits.PWRSV | Enc28j60Bits.VRPS);
            _step = Waking;
            _due = now + OscillatorStart;
            return Enc28j60Health.Good;
        }

        if (now < _due)
        {
            return Enc28j60Health.Good;
        }

        _due = now + SleepInterval;

        // A bit may be read wrong: what counts is what two looks agree on.
        return IsAsleep() || IsAsleep() ? Enc28j60Health.Good : Enc28j60Counters.LostRegisters;
    }

    private bool IsAsleep()
    {
        // A chip that lost its supply meanwhile is awake again.
        return _spi.Read(Enc28j60Registers.ECON2) == (Enc28j60Bits.AUTOINC | Enc28j60Bits.PWRSV | Enc28j60Bits.VRPS)
            && (_spi.Read(Enc28j60Registers.ESTAT) & (Enc28j60Bits.EstatAlwaysZero | Enc28j60Bits.CLKRDY)) == 0;
    }

    private int WakeUp()
    {
        // Here CLKRDY can be trusted. It is after a System Reset Command that it says nothing; see Enc28j60Startup.
        if (ReadStatus() == Implausible)
        {
            return Enc28j60Counters.DeadBus;
        }

        _configuration.WriteChanges();
        if (!_configuration.Holds(0) || !_configuration.Holds(1) || !_configuration.Holds(2) || !_configuration.Holds(3))
        {
            return Enc28j60Counters.LostRegisters;
        }

        Receive();
        return Enc28j60Health.Good;
    }

    /// <summary>Writes the filters, and lets the chip receive.</summary>
    private void Receive()
    {
        _configuration.WriteChanges();
        if (_wanted != Enc28j60PowerMode.MagicPacket)
        {
            Mode = Enc28j60PowerMode.Running;
            _step = Receiving;
        }
        else if (Mode != Enc28j60PowerMode.MagicPacket)
        {
            Mode = Enc28j60PowerMode.MagicPacket;
            _step = Receiving;
            _receiver.CountPackets();
        }
        else
        {
            _step = Receiving | (_step & Armed);
        }

        _spi.SetBits(Enc28j60Registers.ECON1, Enc28j60Bits.RXEN);
    }

    /// <summary>Reads ESTAT of a chip that has to have a clock.</summary>
    private int ReadStatus()
    {
        // A bit may be read wrong: what counts is what two reads agree on.
        int looks = 2;
        do
        {
            int status = _spi.Read(Enc28j60Registers.ESTAT);
            if ((status & (Enc28j60Bits.EstatAlwaysZero | Enc28j60Bits.CLKRDY)) == Enc28j60Bits.CLKRDY)
            {
                return status;
            }
        }
        while (--looks != 0);

        return Implausible;
    }
}
