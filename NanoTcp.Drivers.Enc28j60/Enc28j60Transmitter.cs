using NanoTcp.Primitives;

namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// Sends frames from one slot of the chip's memory (DS39662 7.1). A frame stays in the slot until it is out or given up,
/// so that it can be sent again from there.
/// </summary>
internal sealed class Enc28j60Transmitter
{
    /// <summary>Where the control octet lies: even, behind the receive ring.</summary>
    internal const int SlotStart = 0x1A00;

    /// <summary>Opcode and control octet, which go in front of the frame.</summary>
    internal const int Headroom = 2;

    /// <summary>What <see cref="Check"/> returns: nothing to report.</summary>
    internal const int Working = 0;

    /// <summary>What <see cref="Check"/> returns when EIR.RXERIF was seen.</summary>
    internal const int OverflowSeen = 1;

    /// <summary>What <see cref="Check"/> returns when no chip can have said what was read.</summary>
    internal const int DeadBus = 2;

    /// <summary>What <see cref="CheckTime"/> returns when transmissions no longer end.</summary>
    internal const int Stalled = 3;

    /// <summary>What <see cref="Check"/> returns when a frame collided late as often as it was sent.</summary>
    internal const int Exhausted = 4;

    /// <summary>What <see cref="CheckTime"/> returns when the chip has forgotten where the frame lies.</summary>
    internal const int Lost = 5;

    /// <summary>Whether the slot holds a frame that is not out yet; for reading only.</summary>
    internal bool InFlight;

    /// <summary>Takes MACON3's word for padding and check sequence (DS39662 figure 7-1).</summary>
    private const byte ControlOctet = 0;

    /// <summary>Milliseconds until a transmission counts as stuck. The longest frame takes 1.2 ms; the rest is for a busy medium.</summary>
    private const int Timeout = 20;

    /// <summary>
    /// How often a frame that collides is sent before it is given up, or the whole chip is reset when the last collision was late.
    /// </summary>
    private const int MaximumAttempts = 16;

    /// <summary>At how many transmissions of one frame that got stuck the whole chip is reset.</summary>
    private const int MaximumTimeouts = 4;

    /// <summary>
    /// As <see cref="MaximumTimeouts"/>, where it may be a pause that holds the frame up. One frame can ask for 65,535
    /// times 51.2 us, 3.36 s (IEEE 802.3 31B.2).
    /// </summary>
    private const int MaximumTimeoutsInPause = 3360 / Timeout;

    /// <summary>Most operations that a frame may take with its completion, the freeing of ring space apart.</summary>
    private const int MostOperations = 8;

    /// <summary>Those of every frame: the burst, EIR cleared, TXRTS set, and EIR read once it is out.</summary>
    private const int FixedOperations = 4;

    /// <summary>Milliseconds after which a frame is later than a free wire explains.</summary>
    private const int Slow = 2;

    /// <summary>
    /// Bits of EIR that are read twice before they are believed, because one may be read wrong and these lead far. The chip
    /// does not take back what is true.
    /// </summary>
    private const int Doubted = Enc28j60Bits.EirAlwaysZero | Enc28j60Bits.TXERIF | Enc28j60Bits.RXERIF;

    /// <summary>No bit of EIR: the transmit logic may have stalled.</summary>
    private const int MayHaveStalled = 0x100;

    private const int StatusVectorSize = 7;
    private const int Unset = -1;

    private readonly Enc28j60Spi _spi;
    private readonly Enc28j60Receiver _receiver;
    private readonly CounterSet _counters;
    private long _startedAt;
    private int _attempts;
    private int _timeouts;
    private int _end = Unset;

    /// <summary>The bits of EIR that are doubted now, and <see cref="MayHaveStalled"/>.</summary>
    private int _doubted = Doubted;

    internal Enc28j60Transmitter(Enc28j60Spi spi, Enc28j60Receiver receiver, CounterSet counters)
    {
        _spi = spi;
        _receiver = receiver;
        _counters = counters;
    }

    /// <summary>Last octet of the frame that was sent last, or -1.</summary>
    internal int SlotEnd
    {
        get { return _end; }
    }

    /// <summary>Whether the pointers that are only written when they change are where they were left.</summary>
    internal bool PointersHold()
    {
        return (_end == Unset || Enc28j60Verification.HoldsPointer(_spi, Enc28j60Registers.ETXNDL, _end))
            && (_spi.Owes || Enc28j60Verification.Holds(_spi, Enc28j60Registers.EWRPTH, 0xFF, SlotStart >> 8));
    }

    /// <summary>
    /// Sets up the pointer that is where every frame finds it, and forgets what it knows of the others, after a reset. A frame
    /// in the slot is lost.
    /// </summary>
    internal void Start()
    {
        if (InFlight)
        {
            GiveUp();
        }

        _doubted = Doubted;
        _end = Unset;
        _spi.Write(Enc28j60Registers.EWRPTH, SlotStart >> 8);
    }

    /// <summary>Puts a frame into the slot, which must be empty, and starts its transmission.</summary>
    internal void Send(byte[] buffer, int offset, int length)
    {
        int operations = FixedOperations + (_spi.Bank == 0 ? 0 : 1);
        if ((_doubted & MayHaveStalled) != 0)
        {
            ResetLogic();
        }
        else
        {
            _spi.SelectBank(0);
        }

        _receiver.FreeInPassing();

        // EWRPT and ETXND stay where they are but for what changes: frames of one size follow each other.
        _spi.Write(Enc28j60Registers.EWRPTL, SlotStart & 0xFF);
        operations++;
        if (_spi.Owes)
        {
            _spi.Settle();
            operations++;
        }

        buffer[offset - 2] = Enc28j60Spi.WBM;
        buffer[offset - 1] = ControlOctet;
        _spi.Bus.Write(buffer, offset - Headroom, Headroom + length);
        int end = SlotStart + length;
        if (_end == Unset || (end & 0xFF) != (_end & 0xFF))
        {
            _spi.Write(Enc28j60Registers.ETXNDL, end & 0xFF);
            operations++;
        }

        if (end >> 8 != _end >> 8)
        {
            _spi.Write(Enc28j60Registers.ETXNDH, end >> 8);
            operations++;
        }

        _end = end;
        if ((end + 1) >> 8 != SlotStart >> 8)
        {
            // The burst has carried EWRPTH along. This frame writes it back if it is a cheap one. Else bank 0 stays selected,
            // and what comes next does: another frame, which saves the change of the bank by it, or the look for packets.
            _spi.Owe(Enc28j60Registers.EWRPTH, SlotStart >> 8);
            if (operations < MostOperations)
            {
                _spi.Settle();
            }
        }

        InFlight = true;
        _attempts = 0;
        _timeouts = 0;
        Transmit();
    }

    /// <summary>Looks whether the frame is out. One operation if all is well.</summary>
    /// <returns>
    /// <see cref="Working"/>, <see cref="OverflowSeen"/>, <see cref="DeadBus"/> or <see cref="Exhausted"/>.
    /// </returns>
    internal int Check()
    {
        int eir = _spi.Read(Enc28j60Registers.EIR);
        if ((eir & _doubted) != 0)
        {
            eir &= _spi.Read(Enc28j60Registers.EIR);
        }

        if ((eir & Enc28j60Bits.EirAlwaysZero) != 0)
        {
            return DeadBus;
        }

        if ((eir & Enc28j60Bits.TXERIF) != 0)
        {
            if (!HandleAbort())
            {
                return Exhausted;
            }
        }
        else if ((eir & Enc28j60Bits.TXIF) != 0)
        {
            InFlight = false;
            _counters.Increment(Enc28j60Counters.TxPackets);
        }

        return (eir & Enc28j60Bits.RXERIF) != 0 ? OverflowSeen : Working;
    }

    /// <summary>Starts a transmission again that has not ended in time.</summary>
    /// <param name="now">Milliseconds of the injected clock.</param>
    /// <param name="fullDuplex">Whether the far end may ask for silence.</param>
    /// <returns><see cref="Working"/>, <see cref="Stalled"/> when that has not helped, or <see cref="Lost"/>.</returns>
    internal int CheckTime(long now, bool fullDuplex)
    {
        // The clock starts at the first look, because the time at which the frame was handed over is not known.
        if (_startedAt == Unset)
        {
            _startedAt = now;
        }

        if (now - _startedAt > Slow)
        {
            // EIR is read again and again, and TXIF wrong once would be the end of a frame that never went out.
            _doubted |= Enc28j60Bits.TXIF;
        }

        if (now - _startedAt < Timeout)
        {
            return Working;
        }

        // A pause frame holds a transmission up with TXRTS set, and nothing else shows it (DS39662 10.2). To start it again
        // meanwhile does no harm, but the chip is not to be reset for it.
        _counters.Increment(Enc28j60Counters.TxTimeouts);
        _timeouts++;
        if (_timeouts >= MaximumTimeouts
            && (!fullDuplex || _timeouts >= MaximumTimeoutsInPause
                || (_spi.Read(Enc28j60Registers.ECON1) & Enc28j60Bits.TXRTS) == 0))
        {
            return Stalled;
        }

        // A chip that lost its supply meanwhile would send nothing, and say that it had.
        if (!Enc28j60Verification.Holds(_spi, Enc28j60Registers.ETXNDH, 0xFF, _end >> 8))
        {
            return Lost;
        }

        Retry();
        return Working;
    }

    /// <summary>Whether the frame has been on its way for longer than a free wire explains.</summary>
    internal bool IsSlow(long now)
    {
        return _startedAt != Unset && now - _startedAt > Slow;
    }

    /// <summary>
    /// Starts the transmission of what is in the slot, and leaves bank 1 selected for EPKTCNT, or bank 0 while a write is owed.
    /// </summary>
    private void Transmit()
    {
        _spi.ClearBits(Enc28j60Registers.EIR, Enc28j60Bits.TXERIF | Enc28j60Bits.TXIF);
        if (_spi.Owes)
        {
            _spi.SetBits(Enc28j60Registers.ECON1, Enc28j60Bits.TXRTS);
        }
        else
        {
            _spi.SetEcon1AndSelectBank1(Enc28j60Bits.TXRTS);
        }

        _startedAt = Unset;
        _doubted = Doubted;
        _attempts++;
    }

    /// <summary>Sends what is in the slot once more.</summary>
    private void Retry()
    {
        _counters.Increment(Enc28j60Counters.TxRetries);
        ResetLogic();
        Transmit();
    }

    /// <summary>Pulses ECON1.TXRST, and leaves bank 0 selected.</summary>
    private void ResetLogic()
    {
        // Erratum 12: an aborted transmission may stall the transmit logic until it is reset, before every transmission
        // or after each that ended with EIR.TXERIF; a pulse after every doubtful end is the second of these. The end of
        // the pulse may itself raise TXERIF, which is why every transmission starts with clearing it.
        _spi.SetBits(Enc28j60Registers.ECON1, Enc28j60Bits.TXRST);
        _spi.ClearEcon1AndSelectBank0(Enc28j60Bits.TXRST);
    }

    /// <summary>Finds out why a frame was given up by the chip, and sends it again or gives it up too.</summary>
    /// <returns>False when it was sent so often that the chip is not to be believed any more.</returns>
    private bool HandleAbort()
    {
        _doubted |= MayHaveStalled;

        // TXRTS may have stayed set, and while it is the chip owns the status vector (DS39662 7.1).
        _spi.ClearBits(Enc28j60Registers.ECON1, Enc28j60Bits.TXRTS);
        byte[] vector = _spi.Scratch;
        _spi.WritePointer(Enc28j60Registers.ERDPTL, _end + 1);
        vector[0] = Enc28j60Spi.RBM;
        _spi.Bus.Transfer(vector, 0, 1 + StatusVectorSize);
        int status = vector[1 + 3];
        _receiver.RestoreReadPointer();
        _spi.ClearBits(Enc28j60Registers.ESTAT, Enc28j60Bits.TXABRT | Enc28j60Bits.LATECOL);

        // Erratum 13: in half duplex the PHY may take a link pulse for a collision, and the MAC then gives the frame up
        // as if the collision were a late one. The frame deserves another try.
        // Erratum 15: ESTAT.LATECOL may stay 0 for a late collision. The status vector says it.
        if ((status & Enc28j60Bits.TsvLateCollision) != 0)
        {
            _counters.Increment(Enc28j60Counters.TxLateCollisions);
            if (_attempts >= MaximumAttempts)
            {
                return false;
            }

            Retry();
            return true;
        }

        // The medium was taken each time. That is no fault of the chip, however long it lasts.
        if ((status & Enc28j60Bits.TsvExcessiveCollision) != 0 && _attempts < MaximumAttempts)
        {
            Retry();
            return true;
        }

        GiveUp();
        return true;
    }

    private void GiveUp()
    {
        InFlight = false;
        _counters.Increment(Enc28j60Counters.TxErrors);
    }
}
