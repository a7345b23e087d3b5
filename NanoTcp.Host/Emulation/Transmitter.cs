namespace NanoTcp.Emulation;

/// <summary>
/// Sends what lies between ETXST and ETXND: waits for the wire, takes the time that the wire takes, tries again after a
/// collision, and writes the status vector behind the frame (DS39662 7.1).
/// </summary>
internal sealed class Transmitter
{
    private const int EthernetHeaderSize = 14;

    /// <summary>24,287 bit times: for so long the chip waits for the wire unless MACON4.DEFER is set (DS39662 register 6-3).</summary>
    private const long DeferLimitNanoseconds = 2_428_700;

    // What the transmitter is at.
    private const int Idle = 0;
    private const int Waiting = 1;
    private const int OnWire = 2;
    private const int Hanging = 3;

    private readonly ChipState _state;
    private readonly IEthernetPort _port;
    private readonly Receiver _receiver;
    private readonly FlowControl _flow;
    private readonly Phy _phy;
    private readonly TransmitFrame _frame;
    private readonly TransmitAttempt _attempt;
    private readonly TransmitStatus _status;
    private readonly TransmitStall _stall;
    private readonly BackOff _backOff;
    private int _phase;
    private int _statusAddress;
    private bool _metFarEnd;
    private bool _lost;
    private bool _echo;
    private bool _overwritten;
    private long _nextAt;
    private long _readyAt;
    private long _deferUntil;
    private long _wireFreeAt;

    internal Transmitter(ChipState state, IEthernetPort port, Receiver receiver, FlowControl flow, Phy phy)
    {
        _state = state;
        _port = port;
        _receiver = receiver;
        _flow = flow;
        _phy = phy;
        _frame = new TransmitFrame(state);
        _attempt = new TransmitAttempt(state);
        _status = new TransmitStatus(state);
        _stall = new TransmitStall(state);
        _backOff = new BackOff(state);
    }

    internal long NextEvent
    {
        get { return _phase is Waiting or OnWire ? _nextAt : ChipState.Never; }
    }

    /// <summary>
    /// When the frame being sent will be out if it does not collide; 0 when there is none, never when the logic hangs.
    /// </summary>
    internal long BusyUntil
    {
        get
        {
            switch (_phase)
            {
                case Idle:
                    return 0;
                case Waiting:
                    return _nextAt + ((ChipState.PreambleOctets + _frame.Length) * ChipState.OctetNanoseconds);
                case OnWire:
                    return _nextAt;
                default:
                    return ChipState.Never;
            }
        }
    }

    /// <summary>First octet of what the host must leave alone while TXRTS is set.</summary>
    internal int GuardedStart { get; private set; }

    /// <summary>How many octets that are, the status vector included; 0 when nothing is being sent.</summary>
    internal int GuardedLength { get; private set; }

    /// <summary>Whether MAC and PHY share the wire with the far end, and both know it.</summary>
    private bool HalfDuplex
    {
        get { return !_phy.FullDuplex && !_state.Has(Register.MACON3, RegisterBits.FULDPX); }
    }

    internal void Reset()
    {
        Stop();
        _stall.Reset();
        _wireFreeAt = 0;
    }

    /// <summary>TXRTS was set: where the frame lies, and what the control octet says, is taken as it is now.</summary>
    /// <param name="notBefore">When another user of the buffer memory lets go of it.</param>
    internal void Start(long notBefore)
    {
        int start = _state.Word(Register.ETXST);
        int end = _state.Word(Register.ETXND);
        int dataLength = (end - start) & ChipState.AddressMask;
        GuardedStart = start;
        GuardedLength = Bounds.Min(1 + dataLength + TransmitStatus.Size, ChipState.MemorySize);
        _statusAddress = end + 1;
        _phase = Hanging;
        CheckStart(dataLength);
        if (!_state.CheckOperational(Register.ECON1))
        {
            return;
        }

        if (_stall.Stalled)
        {
            // Erratum 12: TXRTS stays set until the host resets the transmit logic.
            _state.Report(ViolationKind.TransmitStalled, Register.ECON1);
            return;
        }

        if (_state.Faults.Happens(_state.Faults.LostTransmitRequests))
        {
            _state.Wire.LostTransmitRequests++;
            _state.Drop(Register.ECON1, RegisterBits.TXRTS);
            Stop();
            return;
        }

        if (notBefore == ChipState.Never)
        {
            // A DMA operation that never ends keeps the buffer memory to itself.
            return;
        }

        _frame.Load((start + 1) & ChipState.AddressMask, dataLength, _state.Memory[start]);
        _overwritten = false;
        _status.Reset();
        _stall.Roll();
        _backOff.Reset();
        if (_receiver.Jams)
        {
            _status.Set(TransmitStatus.BackPressure);
        }

        _receiver.JamPaused = true;
        WaitUntil(Bounds.Max(_state.Now, notBefore));
    }

    /// <summary>
    /// The host has written into the frame being sent: the chip takes octets out of the memory as it comes to them, and the
    /// check sequence fits whatever it has taken.
    /// </summary>
    internal void Overwrite()
    {
        _overwritten = true;
    }

    /// <summary>Takes the wire for a frame of the MAC's own, as soon as it is free.</summary>
    /// <param name="octets">The frame's length with its check sequence.</param>
    /// <returns>When the frame will be out.</returns>
    internal long OccupyWire(int octets)
    {
        long start = Bounds.Max(_state.Now, _wireFreeAt);
        if (_phase == OnWire)
        {
            start = Bounds.Max(start, _nextAt + ChipState.InterpacketGapNanoseconds);
        }

        long end = start + ((ChipState.PreambleOctets + octets) * ChipState.OctetNanoseconds);
        _wireFreeAt = end + ChipState.InterpacketGapNanoseconds;
        return end;
    }

    /// <summary>The host cleared TXRTS: what was on its way is lost (DS39662 7.1).</summary>
    internal void Cancel()
    {
        if (_phase != Idle)
        {
            Stop();
            _stall.Abort();
            _state.Raise(Register.EIR, RegisterBits.TXIF);
        }
    }

    /// <summary>TXRST was set.</summary>
    internal void EnterReset()
    {
        Stop();
        _stall.Reset();
        _state.Drop(Register.ECON1, RegisterBits.TXRTS);
    }

    /// <summary>TXRST was cleared.</summary>
    internal void LeaveReset()
    {
        if (_state.Options.TransmitResetRaisesError)
        {
            _state.Raise(Register.EIR, RegisterBits.TXERIF);
        }
    }

    /// <summary>The wire may have become free, or an attempt has ended.</summary>
    internal void Process()
    {
        if (_phase == Waiting)
        {
            BeginOrWait();
            return;
        }

        LeaveWire();
        _status.CountOctets(_attempt.OctetsAfterPreamble);
        switch (_attempt.Fate)
        {
            case TransmitAttempt.EarlyCollision:
                CollideEarly();
                break;
            case TransmitAttempt.LateCollision:
                CollideLate();
                break;
            case TransmitAttempt.HangsSilently:
                _state.Wire.LateCollisions++;
                _stall.HangAs(StuckTransmission.WithoutFlags);
                Hang();
                break;
            case TransmitAttempt.HangsWithError:
                _state.Wire.LateCollisions++;
                _stall.HangAs(StuckTransmission.WithTransmitError);
                Hang();
                break;
            case TransmitAttempt.TooLong:
                Abort(TransmitStatus.Giant);
                break;
            default:
                Complete();
                break;
        }
    }

    /// <summary>The next attempt may begin at a given time, if the wire is free by then.</summary>
    private void WaitUntil(long readyAt)
    {
        _phase = Waiting;
        _readyAt = readyAt;
        _deferUntil = HalfDuplex && !_state.Has(Register.MACON4, RegisterBits.DEFER)
            ? readyAt + DeferLimitNanoseconds
            : ChipState.Never;
        BeginOrWait();
    }

    private void BeginOrWait()
    {
        long start = EarliestStart();
        if (start <= _state.Now)
        {
            Begin();
        }
        else if (_state.Now >= _deferUntil)
        {
            _state.Wire.ExcessiveDeferrals++;
            Abort(TransmitStatus.ExcessiveDefer);
        }
        else
        {
            _nextAt = Bounds.Min(start, _deferUntil);
        }
    }

    private long EarliestStart()
    {
        long start = Bounds.Max(Bounds.Max(_state.Now, _readyAt), Bounds.Max(_wireFreeAt, _flow.PausedUntil));
        if (HalfDuplex && _receiver.WireFreeAt > start)
        {
            _status.Set(TransmitStatus.Deferred);
            start = _receiver.WireFreeAt;
        }

        return start;
    }

    /// <summary>Puts the frame on the wire.</summary>
    private void Begin()
    {
        _phase = OnWire;
        bool collides = HalfDuplex && _phy.LinkUp && _phy.Drives;
        _metFarEnd = collides && _state.Options.NaturalCollisions && _receiver.BeginsNow();
        _attempt.Decide(_frame, collides, _metFarEnd);
        _nextAt = _state.Now + (_attempt.Octets * ChipState.OctetNanoseconds);
        if (_attempt.Collides)
        {
            _phy.CollideAt(_nextAt - (TransmitAttempt.JamOctets * ChipState.OctetNanoseconds));
        }

        _lost = _phy.DuplexMismatch && _state.Faults.Below(Receiver.MismatchLoss) == 0;
        if (_receiver.OnWire && !_phy.FullDuplex)
        {
            // The MAC believes in full duplex and talks into the frame; neither survives on a half-duplex wire.
            _receiver.Garble();
            _phy.CollideAt(_state.Now);
            _lost = true;
        }

        _receiver.HeldOff = !_phy.FullDuplex;
        _phy.Sending = true;
        _echo = _phy.Echoes && _state.Has(Register.MACON1, RegisterBits.MARXEN)
            && (_state.Registers[Register.ECON1] & (RegisterBits.RXEN | RegisterBits.RXRST)) == RegisterBits.RXEN;
    }

    private void CollideEarly()
    {
        _state.Wire.Collisions++;
        _backOff.Count();
        if (_backOff.Collisions > _state.Registers[Register.MACLCON1])
        {
            _state.Wire.ExcessiveCollisions++;
            Abort(TransmitStatus.ExcessiveCollision);
            return;
        }

        // NOBKOFF: never; BPEN: not after a collision that the chip's own back-pressure provoked (DS39662 register 6-3).
        bool atOnce = _state.Has(Register.MACON4, RegisterBits.NOBKOFF)
            || (_state.Has(Register.MACON4, RegisterBits.BPEN) && _status.Has(TransmitStatus.BackPressure));
        WaitUntil(_state.Now + (atOnce ? 0 : _backOff.Roll()));
    }

    private void CollideLate()
    {
        _state.Wire.LateCollisions++;
        if (_state.Options.LateCollisionFlagWorks)
        {
            _state.Raise(Register.ESTAT, RegisterBits.LATECOL);
        }

        Abort(TransmitStatus.LateCollision);
    }

    /// <summary>The transmission ends in failure, and the logic stalls (DS80349 erratum 12).</summary>
    private void Abort(int reason)
    {
        _status.Set(reason);
        End();
        _state.Raise(Register.EIR, RegisterBits.TXERIF);
        _state.Raise(Register.ESTAT, RegisterBits.TXABRT);
        _stall.Abort();
        _state.Wire.TransmitAborted++;
    }

    private void Complete()
    {
        if (_stall.Hangs)
        {
            Hang();
            return;
        }

        if (_overwritten)
        {
            // As if every octet were written before the chip comes to it: a host that does so is not to be lucky.
            _frame.Reload();
        }

        End();
        _state.Wire.Sent++;
        if (_echo && !(_phy.LoopsBack && _phy.Line.LosesLoopback()))
        {
            _receiver.Take(_frame.Octets, _frame.Length);
        }

        if (_frame.CrcGood && !_lost && _frame.Length > TransmitFrame.CheckSequenceSize && _phy.LinkUp && _phy.Drives)
        {
            _port.Send(_frame.Octets, 0, _frame.Length - TransmitFrame.CheckSequenceSize);
        }
    }

    /// <summary>
    /// TXRTS stays set until the host clears it or resets the logic. If the chip tells of an abort, then of one for a
    /// late collision: that is what makes it hang on silicon (DS80349 erratum 13).
    /// </summary>
    private void Hang()
    {
        _phase = Hanging;
        if (_stall.Show())
        {
            _status.Set(TransmitStatus.LateCollision);
            _status.Store(_statusAddress, _frame, _backOff.Collisions);
        }
    }

    private void End()
    {
        _status.Store(_statusAddress, _frame, _backOff.Collisions);
        Stop();
        _state.Drop(Register.ECON1, RegisterBits.TXRTS);
        _state.Raise(Register.EIR, RegisterBits.TXIF);
    }

    private void Stop()
    {
        if (_phase == OnWire)
        {
            LeaveWire();
        }

        _phase = Idle;
        GuardedLength = 0;
        _receiver.JamPaused = false;
    }

    /// <summary>The chip falls silent, be it after a whole frame or in the middle of one.</summary>
    private void LeaveWire()
    {
        // From here on, nobody takes the chip for one that is sending: Stop must not come here again.
        _phase = Idle;
        _phy.Sending = false;
        _wireFreeAt = Bounds.Max(_wireFreeAt, _state.Now + ChipState.InterpacketGapNanoseconds);
        if (_receiver.HeldOff)
        {
            _receiver.HeldOff = false;
            _receiver.BeginGap(_state.Now + ChipState.InterpacketGapNanoseconds);
        }

        if (_metFarEnd)
        {
            _metFarEnd = false;
            _receiver.Collide();
        }
    }

    private void CheckStart(int dataLength)
    {
        int ring = _state.Word(Register.ERXST);
        int ringLength = _state.Word(Register.ERXND) - ring + 1;
        if (ChipState.Overlaps(GuardedStart, GuardedLength, ring, ringLength))
        {
            _state.ReportMemory(ViolationKind.TransmitOverlapsReceiveRing, GuardedStart);
        }

        if (dataLength < EthernetHeaderSize)
        {
            _state.ReportMemory(ViolationKind.TransmitFrameTooShort, GuardedStart);
        }

        if (_phy.DuplexMismatch)
        {
            _state.Report(ViolationKind.DuplexMismatch, Register.MACON3);
        }
    }
}
