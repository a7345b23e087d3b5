
namespace NanoTcp.Emulation;

/// <summary>
/// Takes frames from the cable at 0.8 us an octet, judges them and stores what passes (DS39662 7.2). What waits at the
/// cable's end while a frame comes in, waits as in a switch. On a half-duplex wire the far end keeps to the rules of
/// IEEE 802.3 as the chip does: it waits, it collides, it backs off.
/// </summary>
/// <remarks>
/// The port tells that a frame is there, not since when. A frame found behind another one counts as having waited for
/// it; whoever looks at the chip less often than it asks for sees such a frame earlier than it can have come.
/// </remarks>
internal sealed class Receiver
{
    /// <summary>Longer than any frame that fits in the buffer memory.</summary>
    internal const int MaximumFrame = ChipState.MemorySize + 1024;

    /// <summary>With MAC and PHY in different duplex modes, one frame in so many is lost; the data sheet only warns (DS39662 9).</summary>
    internal const int MismatchLoss = 4;

    private const int CheckSequenceSize = 4;

    /// <summary>Two addresses, a type and the check sequence: what is shorter is dropped whatever the filters say (DS39662 7.2).</summary>
    private const int SmallestFrame = 18;

    private readonly ChipState _state;
    private readonly IEthernetPort _port;
    private readonly ReceiveRing _ring;
    private readonly ReceiveFilter _filter;
    private readonly FlowControl _flow;
    private readonly Phy _phy;
    private readonly BackOff _backOff;
    private readonly byte[] _frame = new byte[MaximumFrame];
    private int _length;
    private bool _waiting;
    private bool _onWire;
    private bool _listening;
    private bool _dropped;
    private bool _inGap;
    private bool _jams;
    private bool _jamPaused;
    private long _readyAt;
    private long _startedAt;
    private long _endsAt;
    private long _wireFreeAt;

    internal Receiver(
        ChipState state, IEthernetPort port, ReceiveRing ring, ReceiveFilter filter, FlowControl flow, Phy phy)
    {
        _state = state;
        _port = port;
        _ring = ring;
        _filter = filter;
        _flow = flow;
        _phy = phy;
        _backOff = new BackOff(state);
    }

    /// <summary>Set while the host's own frame is on a half-duplex wire, which keeps the other end silent.</summary>
    internal bool HeldOff { get; set; }

    /// <summary>Set while the host wants a half-duplex wire kept busy with preamble (DS39662 10.1).</summary>
    internal bool Jammed
    {
        get { return _jams; }
        set { Jam(value, _jamPaused); }
    }

    /// <summary>Set while TXRTS is, when the preamble pauses: the frame wants the wire, and so does the far end.</summary>
    internal bool JamPaused
    {
        get { return _jamPaused; }
        set { Jam(_jams, value); }
    }

    /// <summary>Whether the chip keeps the wire busy with preamble now.</summary>
    internal bool Jams
    {
        get { return _jams && !_jamPaused; }
    }

    /// <summary>Whether a frame is coming in, wanted or not.</summary>
    internal bool OnWire
    {
        get { return _onWire; }
    }

    /// <summary>ESTAT.RXBUSY.</summary>
    internal bool Busy
    {
        get { return _onWire && _listening; }
    }

    /// <summary>From when on the wire is free again after what came in, or after what both ends sent, the gap included.</summary>
    internal long WireFreeAt
    {
        get { return _onWire ? _endsAt + ChipState.InterpacketGapNanoseconds : _wireFreeAt; }
    }

    /// <summary>Whether a frame that begins now would be received: RXEN, MARXEN, a clock, no reset, a link.</summary>
    internal bool Enabled
    {
        get
        {
            return (_state.Registers[Register.ECON1] & (RegisterBits.RXEN | RegisterBits.RXRST)) == RegisterBits.RXEN
                && _state.Has(Register.MACON1, RegisterBits.MARXEN)
                && _state.Operational
                && _phy.LinkUp
                && !_phy.LoopsBack;
        }
    }

    /// <summary>When the far end begins with the frame that it has ready, if nobody else does before.</summary>
    private long BeginsAt
    {
        get { return Bounds.Max(_readyAt, _wireFreeAt); }
    }

    internal long NextEvent()
    {
        if (_onWire)
        {
            long limit = LimitAt();
            return limit < _endsAt ? limit : _endsAt;
        }

        if (_waiting)
        {
            return HeldOff || Jams ? ChipState.Never : BeginsAt;
        }

        return _inGap ? _wireFreeAt : ChipState.Never;
    }

    /// <summary>Forgets everything, the frame that is coming in too.</summary>
    internal void Reset()
    {
        Abandon();
        _dropped = false;
    }

    /// <summary>Gives up the frame that is coming in; the wire stays busy until its end.</summary>
    internal void Abandon()
    {
        if (_onWire && _listening)
        {
            _listening = false;
            _state.Wire.Abandoned++;
        }
    }

    /// <summary>What only the PHY notices makes rubbish of the frame that is coming in.</summary>
    internal void Garble()
    {
        if (_onWire)
        {
            _frame[_length / 2] ^= 0xFF;
        }
    }

    /// <summary>
    /// The chip begins to send at this moment: whether the far end does so too. Both have waited for the wire to become
    /// free, or the dice gave both the same silence after their last collision, and neither hears the other in time.
    /// </summary>
    internal bool BeginsNow()
    {
        if (_onWire || !_port.LinkUp)
        {
            return false;
        }

        return _waiting ? _state.Now >= BeginsAt : _inGap && _state.Now >= _wireFreeAt && Fetch();
    }

    /// <summary>The far end's frame has met the chip's; the far end sends it again, and gives it up in the end.</summary>
    internal void Collide()
    {
        _backOff.Count();
        if (_backOff.Collisions >= BackOff.AttemptLimit)
        {
            _waiting = false;
            _state.Wire.GivenUpByFarEnd++;
            return;
        }

        _readyAt = _state.Now + _backOff.Roll();
    }

    /// <summary>The host's own frame has left a half-duplex wire; the other end may speak after the gap.</summary>
    internal void BeginGap(long wireFreeAt)
    {
        if (!_onWire && wireFreeAt > _wireFreeAt)
        {
            _inGap = true;
            _wireFreeAt = wireFreeAt;
        }
    }

    internal void Process()
    {
        if (_onWire)
        {
            if (_state.Now >= LimitAt())
            {
                Overflow();
            }

            if (_state.Now >= _endsAt)
            {
                _onWire = false;
                _phy.Receiving = false;
                _inGap = true;
                _wireFreeAt = _endsAt + ChipState.InterpacketGapNanoseconds;
                if (_listening)
                {
                    Take(_frame, _length);
                }
            }
        }
        else if (_waiting)
        {
            BeginWhenFree();
        }
        else if (_inGap && _state.Now >= _wireFreeAt)
        {
            _inGap = false;
            PollPort();
        }
    }

    /// <summary>Begins with the next frame, if there is one and the wire is free.</summary>
    internal void PollPort()
    {
        if (_onWire || HeldOff || Jams || _state.Now < _wireFreeAt || !_port.LinkUp)
        {
            return;
        }

        if (_waiting || Fetch())
        {
            BeginWhenFree();
        }
    }

    /// <summary>Judges a complete frame and stores it if it passes.</summary>
    /// <param name="frame">The frame with its check sequence.</param>
    /// <param name="length">Its length.</param>
    internal void Take(byte[] frame, int length)
    {
        if (length < SmallestFrame)
        {
            _state.Wire.OutOfRange++;
            return;
        }

        if (length > _state.Word(Register.MAMXFL) && !_state.Has(Register.MACON3, RegisterBits.HFRMEN))
        {
            _state.Wire.OutOfRange++;
            _dropped = true;
            return;
        }

        bool crcGood = EthernetCrc.IsGood(frame, 0, length);
        int status = ReceiveStatus.Of(frame, length, crcGood, _state.Has(Register.MACON3, RegisterBits.FRMLNEN));
        if (crcGood && (status & ReceiveStatus.ControlFrame) != 0 && _flow.Consume(frame, length))
        {
            _state.Wire.ControlFrames++;
            return;
        }

        if (!_filter.Accepts(frame, length, crcGood))
        {
            _state.Wire.Filtered++;
            return;
        }

        if (_state.Registers[Register.EPKTCNT] == 255 || ReceiveRing.SpaceFor(length) > _ring.Free)
        {
            RaiseOverflow();
            return;
        }

        _ring.Commit(frame, length, _dropped ? status | ReceiveStatus.PacketDropped : status);
        _dropped = false;
        _state.Wire.Received++;
        if (_state.Faults.Happens(_state.Faults.ReceiveEnableLosses))
        {
            LoseEnable();
        }
    }

    /// <summary>RXEN goes by itself, as the field reports; a frame that is coming in is still taken.</summary>
    internal void LoseEnable()
    {
        _state.Drop(Register.ECON1, RegisterBits.RXEN);
        _state.Disturb();
    }

    /// <summary>The far end's next frame, which from now on waits for the wire.</summary>
    private bool Fetch()
    {
        int length = _port.Receive(_frame, 0, MaximumFrame - CheckSequenceSize);
        if (length <= 0)
        {
            return false;
        }

        uint check = EthernetCrc.Compute(_frame, 0, length);
        _frame[length] = (byte)check;
        _frame[length + 1] = (byte)(check >> 8);
        _frame[length + 2] = (byte)(check >> 16);
        _frame[length + 3] = (byte)(check >> 24);
        _length = length + CheckSequenceSize;
        _waiting = true;
        _readyAt = 0;
        _backOff.Reset();
        return true;
    }

    private void BeginWhenFree()
    {
        if (_state.Now < BeginsAt)
        {
            return;
        }

        _waiting = false;
        _onWire = true;
        _phy.Receiving = true;
        _inGap = false;
        _startedAt = _state.Now;
        _endsAt = _startedAt + ((ChipState.PreambleOctets + _length) * ChipState.OctetNanoseconds);
        if (_phy.Line.SpoilsReception())
        {
            _frame[_length / 2] ^= 0xFF;
        }

        _listening = Enabled;
        if (!_listening)
        {
            _state.Wire.MissedWhileDisabled++;
        }
        else if (_phy.DuplexMismatch && _state.Faults.Below(MismatchLoss) == 0)
        {
            Garble();
        }
    }

    private void Jam(bool wanted, bool paused)
    {
        bool before = Jams;
        _jams = wanted;
        _jamPaused = paused;
        if (before && !Jams)
        {
            BeginGap(_state.Now + ChipState.InterpacketGapNanoseconds);
        }
    }

    /// <summary>
    /// When the octet arrives for which there is no room, going by the room that there is now: the hardware compares
    /// with ERXRDPT at every octet.
    /// </summary>
    private long LimitAt()
    {
        if (!_listening)
        {
            return ChipState.Never;
        }

        int room = _ring.Free - ReceiveRing.HeaderSize;
        if (room >= _length)
        {
            return ChipState.Never;
        }

        int octets = ChipState.PreambleOctets + (room < 0 ? 0 : room) + 1;
        return _startedAt + (octets * ChipState.OctetNanoseconds);
    }

    private void Overflow()
    {
        _listening = false;
        bool wanted = _length >= SmallestFrame
            && (_length <= _state.Word(Register.MAMXFL) || _state.Has(Register.MACON3, RegisterBits.HFRMEN))
            && _filter.Accepts(_frame, _length, EthernetCrc.IsGood(_frame, 0, _length));
        if (wanted)
        {
            RaiseOverflow();
        }
        else
        {
            _state.Wire.Filtered++;
        }
    }

    private void RaiseOverflow()
    {
        _state.Raise(Register.EIR, RegisterBits.RXERIF);
        _state.Wire.Overflowed++;
        _dropped = true;
    }
}
