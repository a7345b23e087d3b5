using System;

namespace NanoTcp.Emulation;

/// <summary>The PHY's nine registers, its link detection and its interrupt (DS39662 3.3, 9, 12.1).</summary>
internal sealed class Phy
{
    internal const int PHCON1 = 0x00;
    internal const int PHSTAT1 = 0x01;
    internal const int PHID1 = 0x02;
    internal const int PHID2 = 0x03;
    internal const int PHCON2 = 0x10;
    internal const int PHSTAT2 = 0x11;
    internal const int PHIE = 0x12;
    internal const int PHIR = 0x13;
    internal const int PHLCON = 0x14;

    internal const int PRST = 0x8000;
    internal const int PLOOPBK = 0x4000;
    internal const int PPWRSV = 0x0800;
    internal const int PDPXMD = 0x0100;
    internal const int LLSTAT = 0x0004;
    internal const int TXDIS = 0x2000;
    internal const int FRCLNK = 0x4000;
    internal const int HDLDIS = 0x0100;
    internal const int TXSTAT = 0x2000;
    internal const int RXSTAT = 0x1000;
    internal const int COLSTAT = 0x0800;
    internal const int LSTAT = 0x0400;
    internal const int DPXSTAT = 0x0200;
    internal const int PLRITY = 0x0020;
    internal const int PLNKIE = 0x0010;
    internal const int PGEIE = 0x0002;
    internal const int PLNKIF = 0x0010;
    internal const int PGIF = 0x0004;

    /// <summary>How long PRST takes. The data sheet only says to poll it; after SRC it asks for 50 us.</summary>
    private const long ResetNanoseconds = 50_000;

    /// <summary>Before anything that the LEDs could still show.</summary>
    private const long LongAgo = -1_000_000_000;

    private readonly ChipState _state;
    private readonly ushort[] _registers = new ushort[32];
    private bool _sending;
    private bool _receiving;
    private long _collidedAt = LongAgo;
    private long _collidesAt = ChipState.Never;
    private bool _plugged;
    private bool _linkUp;
    private bool _linkHeld;
    private bool _linkChanged;
    private long _linkAt;
    private long _resetEndsAt;
    private long _pulsesSeenFrom;

    internal Phy(ChipState state, PhysicalLine line)
    {
        _state = state;
        Line = line;
    }

    /// <summary>What lies between the PHY and the cable.</summary>
    internal PhysicalLine Line { get; }

    /// <summary>What the transmitter and the receiver do now, for PHSTAT2.</summary>
    internal bool Sending
    {
        get { return _sending; }
        set
        {
            if (_sending && !value)
            {
                SentAt = _state.Now;
                _collidedAt = CollidedAt;
                _collidesAt = ChipState.Never;
            }

            _sending = value;
        }
    }

    /// <inheritdoc cref="Sending"/>
    internal bool Receiving
    {
        get { return _receiving; }
        set
        {
            ReceivedAt = _receiving && !value ? _state.Now : ReceivedAt;
            _receiving = value;
        }
    }

    /// <summary>When a frame last had gone out.</summary>
    internal long SentAt { get; private set; } = LongAgo;

    /// <summary>When a frame last had come in.</summary>
    internal long ReceivedAt { get; private set; } = LongAgo;

    /// <summary>When there last was a collision.</summary>
    internal long CollidedAt
    {
        get { return _state.Now >= _collidesAt ? _collidesAt : _collidedAt; }
    }

    /// <summary>PHLCON.</summary>
    internal int LedConfiguration
    {
        get { return _registers[PHLCON]; }
    }

    /// <summary>Whether link pulses come in, or the link is forced.</summary>
    internal bool LinkUp
    {
        get { return _linkUp || (_registers[PHCON2] & FRCLNK) != 0; }
    }

    /// <summary>PHSTAT2.COLSTAT: in half duplex two stations talk at once, or the chip takes it for that.</summary>
    private bool Collides
    {
        get { return Sending && !FullDuplex && (Receiving || _state.Now >= _collidesAt); }
    }

    internal bool FullDuplex
    {
        get { return (_registers[PHCON1] & PDPXMD) != 0; }
    }

    /// <summary>Whether MAC and PHY disagree about the duplex mode, which nobody promises anything for (DS39662 9).</summary>
    internal bool DuplexMismatch
    {
        get { return _state.Has(Register.MACON3, RegisterBits.FULDPX) != FullDuplex; }
    }

    /// <summary>Whether sent frames come back at once, be it for want of HDLDIS in half duplex (DS39662 6.6).</summary>
    internal bool Echoes
    {
        get { return LoopsBack || (!FullDuplex && (_registers[PHCON2] & HDLDIS) == 0); }
    }

    /// <summary>Whether the PHY is turned inwards and nothing reaches the cable.</summary>
    internal bool LoopsBack
    {
        get { return (_registers[PHCON1] & PLOOPBK) != 0; }
    }

    /// <summary>Whether what is sent gets onto the cable.</summary>
    internal bool Drives
    {
        get { return !LoopsBack && (_registers[PHCON2] & TXDIS) == 0 && (_registers[PHCON1] & PPWRSV) == 0; }
    }

    /// <summary>EIR.LINKIF, which only reading PHIR clears (DS39662 12.1).</summary>
    internal bool InterruptPending
    {
        get { return _linkChanged && (_registers[PHIE] & (PLNKIE | PGEIE)) == (PLNKIE | PGEIE); }
    }

    /// <summary>When the link will be seen, if the chip waits for that.</summary>
    internal long NextEvent
    {
        get
        {
            if (_plugged)
            {
                return !_linkUp && _linkAt > _state.Now ? _linkAt : ChipState.Never;
            }

            return _pulsesSeenFrom > _state.Now ? _pulsesSeenFrom : ChipState.Never;
        }
    }

    internal void Reset()
    {
        Array.Clear(_registers, 0, _registers.Length);
        _registers[PHCON1] = (ushort)(_state.Options.LedB == LedBWiring.Sink ? PDPXMD : 0);
        _registers[PHLCON] = 0x3422;
        _plugged = false;
        _linkUp = false;
        _linkHeld = false;
        _linkChanged = false;
        _resetEndsAt = 0;
        if (_pulsesSeenFrom != ChipState.Never)
        {
            _pulsesSeenFrom = 0;
        }
    }

    /// <summary>The link goes, whatever the cable's other end does, until <see cref="RegainLink"/>.</summary>
    internal void LoseLink()
    {
        _pulsesSeenFrom = ChipState.Never;
        _plugged = false;
        See(false);
    }

    /// <summary>The link may come back; it takes as long as after plugging in.</summary>
    internal void RegainLink()
    {
        _pulsesSeenFrom = _resetEndsAt;
    }

    /// <summary>The frame that is being sent collides at a given moment, if it is still being sent then.</summary>
    internal void CollideAt(long moment)
    {
        _collidesAt = moment;
    }

    /// <summary>Compares the cable with what was known about it.</summary>
    /// <returns>Whether the link has come or gone, which may have moved the INT pin.</returns>
    internal bool Update()
    {
        bool plugged = Line.LinkUp && _state.Operational && _state.Now >= _pulsesSeenFrom;
        if (plugged != _plugged)
        {
            _plugged = plugged;
            _linkAt = _state.Now + _state.Options.LinkDelayNanoseconds;
        }

        return See(plugged && _state.Now >= _linkAt);
    }

    internal int Read(int register)
    {
        switch (register)
        {
            case PHCON1:
                return _registers[PHCON1] | (_state.Now < _resetEndsAt ? PRST : 0);
            case PHSTAT1:
                // LLSTAT stays low after a loss of link until it has been read once.
                int status = 0x1800 | (_linkHeld && LinkUp ? LLSTAT : 0);
                _linkHeld = LinkUp;
                return status;
            case PHID1:
                return 0x0083;
            case PHID2:
                return 0x1400;
            case PHSTAT2:
                return (Sending ? TXSTAT : 0)
                    | (Receiving ? RXSTAT : 0)
                    | (Collides ? COLSTAT : 0)
                    | (LinkUp ? LSTAT : 0)
                    | (FullDuplex ? DPXSTAT : 0)
                    | (_linkUp && Line.PolarityReversed ? PLRITY : 0);
            case PHIR:
                int flags = 0;
                if (_linkChanged)
                {
                    flags = PLNKIF | ((_registers[PHIE] & PLNKIE) != 0 ? PGIF : 0);
                }

                _linkChanged = false;
                return flags;
            default:
                return _registers[register];
        }
    }

    internal void Write(int register, int value)
    {
        switch (register)
        {
            case PHCON1:
                if ((value & PRST) != 0)
                {
                    Reset();
                    _resetEndsAt = _state.Now + ResetNanoseconds;
                    _pulsesSeenFrom = Bounds.Max(_pulsesSeenFrom, _resetEndsAt);
                    return;
                }

                if (((value ^ _registers[PHCON1]) & PDPXMD) != 0 && _state.Has(Register.ECON1, RegisterBits.RXEN))
                {
                    _state.Report(ViolationKind.DuplexChangedWhileReceiving, Register.MIWRH);
                }

                _registers[PHCON1] = (ushort)(value & (PLOOPBK | PPWRSV | PDPXMD));
                break;
            case PHCON2:
                // The other bits are reserved and must stay clear; JABBER is bit 10.
                _registers[PHCON2] = (ushort)(value & (FRCLNK | TXDIS | 0x0400 | HDLDIS));
                break;
            case PHIE:
                _registers[PHIE] = (ushort)(value & (PLNKIE | PGEIE));
                break;
            case PHLCON:
                if (!Leds.IsDefined(value))
                {
                    _state.Report(ViolationKind.ReservedBits, Register.MIWRH);
                }

                _registers[PHLCON] = (ushort)(value & 0x3FFE);
                break;
            case PHSTAT1:
            case PHID1:
            case PHID2:
            case PHSTAT2:
            case PHIR:
                // Nothing in these can be written.
                break;
            default:
                _state.Report(ViolationKind.UnknownPhyRegister, Register.MIREGADR);
                break;
        }
    }

    private bool See(bool linkUp)
    {
        if (linkUp == _linkUp)
        {
            return false;
        }

        _linkUp = linkUp;
        _linkChanged = true;
        if (!linkUp)
        {
            _linkHeld = false;
        }

        return true;
    }
}
