using System;

namespace NanoTcp.Emulation;

/// <summary>
/// Sends what lies between ETXST and ETXND: pads it, appends the check sequence, takes the time that the wire takes, and
/// writes the status vector behind it (DS39662 7.1).
/// </summary>
internal sealed class Transmitter
{
    private const int CheckSequenceSize = 4;
    private const int EthernetHeaderSize = 14;

    private readonly ChipState _state;
    private readonly IEthernetPort _port;
    private readonly Receiver _receiver;
    private readonly FlowControl _flow;
    private readonly Phy _phy;
    private readonly byte[] _frame = new byte[ChipState.MemorySize + 128];
    private readonly byte[] _vector = new byte[TransmitStatus.Size];
    private int _length;
    private int _statusAddress;
    private bool _active;
    private bool _aborts;
    private bool _stalled;
    private bool _lost;
    private bool _echo;
    private bool _crcGood;
    private bool _deferred;
    private long _endsAt;
    private long _wireFreeAt;

    internal Transmitter(ChipState state, IEthernetPort port, Receiver receiver, FlowControl flow, Phy phy)
    {
        _state = state;
        _port = port;
        _receiver = receiver;
        _flow = flow;
        _phy = phy;
    }

    internal long NextEvent
    {
        get { return _active ? _endsAt : ChipState.Never; }
    }

    /// <summary>When the frame being sent will be out; 0 when there is none, never when the logic has stalled.</summary>
    internal long BusyUntil
    {
        get { return _active ? _endsAt : 0; }
    }

    /// <summary>First octet of what the host must leave alone while TXRTS is set.</summary>
    internal int GuardedStart { get; private set; }

    /// <summary>How many octets that are, the status vector included; 0 when nothing is being sent.</summary>
    internal int GuardedLength { get; private set; }

    internal void Reset()
    {
        Stop();
        _stalled = false;
        _wireFreeAt = 0;
    }

    /// <summary>TXRTS was set: everything about the frame is taken as it is now.</summary>
    /// <param name="notBefore">When another user of the buffer memory lets go of it.</param>
    internal void Start(long notBefore)
    {
        int start = _state.Word(Register.ETXST);
        int end = _state.Word(Register.ETXND);
        int dataLength = (end - start) & ChipState.AddressMask;
        GuardedStart = start;
        GuardedLength = Bounds.Min(1 + dataLength + TransmitStatus.Size, ChipState.MemorySize);
        _statusAddress = (end + 1) & ChipState.AddressMask;
        _active = true;
        _endsAt = ChipState.Never;
        CheckStart(dataLength);
        if (!_state.CheckOperational(Register.ECON1))
        {
            return;
        }

        if (_stalled)
        {
            // Erratum 12: TXRTS stays set until the host resets the transmit logic.
            _state.Report(ViolationKind.TransmitStalled, Register.ECON1);
            return;
        }

        if (notBefore == ChipState.Never)
        {
            // A DMA operation that never ends keeps the buffer memory to itself.
            return;
        }

        Load((start + 1) & ChipState.AddressMask, dataLength, _state.Memory[start]);
        Schedule(notBefore);
    }

    /// <summary>Takes the wire for a frame of the MAC's own, as soon as it is free.</summary>
    /// <param name="octets">The frame's length with its check sequence.</param>
    /// <returns>When the frame will be out.</returns>
    internal long OccupyWire(int octets)
    {
        long start = Bounds.Max(_state.Now, _wireFreeAt);
        if (_active && _endsAt != ChipState.Never)
        {
            start = Bounds.Max(start, _endsAt + ChipState.InterpacketGapNanoseconds);
        }

        long end = start + ((ChipState.PreambleOctets + octets) * ChipState.OctetNanoseconds);
        _wireFreeAt = end + ChipState.InterpacketGapNanoseconds;
        return end;
    }

    /// <summary>The host cleared TXRTS: what was on its way is lost (DS39662 7.1).</summary>
    internal void Cancel()
    {
        if (_active)
        {
            Stop();
            _stalled = true;
            _state.Raise(Register.EIR, RegisterBits.TXIF);
        }
    }

    /// <summary>TXRST was set.</summary>
    internal void EnterReset()
    {
        Stop();
        _stalled = false;
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

    /// <summary>The last octet is out.</summary>
    internal void Process()
    {
        bool aborted = _aborts;
        TransmitStatus.Fill(_vector, _frame, _length, aborted, _crcGood, _deferred, _state.Has(Register.MACON3, RegisterBits.FRMLNEN));
        for (int i = 0; i < TransmitStatus.Size; i++)
        {
            _state.Memory[(_statusAddress + i) & ChipState.AddressMask] = _vector[i];
        }

        Stop();
        _state.Drop(Register.ECON1, RegisterBits.TXRTS);
        _state.Raise(Register.EIR, RegisterBits.TXIF);
        if (aborted)
        {
            _state.Raise(Register.EIR, RegisterBits.TXERIF);
            _state.Raise(Register.ESTAT, RegisterBits.TXABRT);
            _stalled = true;
            _state.Wire.TransmitAborted++;
            return;
        }

        _state.Wire.Sent++;
        if (_echo && !(_phy.LoopsBack && _phy.Line.LosesLoopback()))
        {
            _receiver.Take(_frame, _length);
        }

        if (_crcGood && !_lost && _length > CheckSequenceSize && _phy.LinkUp && _phy.Drives)
        {
            _port.Send(_frame, 0, _length - CheckSequenceSize);
        }
    }

    private void Stop()
    {
        if (_active && _endsAt != ChipState.Never)
        {
            long free = Bounds.Min(_endsAt, _state.Now) + ChipState.InterpacketGapNanoseconds;
            _wireFreeAt = Bounds.Max(_wireFreeAt, free);
            if (_receiver.HeldOff)
            {
                _receiver.BeginGap(free);
            }
        }

        _active = false;
        _phy.Sending = false;
        _receiver.HeldOff = false;
        GuardedLength = 0;
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

        if (_state.Has(Register.MACON3, RegisterBits.FULDPX) != _phy.FullDuplex)
        {
            _state.Report(ViolationKind.DuplexMismatch, Register.MACON3);
        }
    }

    /// <summary>Makes the frame as it goes out: control octet or MACON3 decide on padding and check sequence.</summary>
    private void Load(int address, int count, int control)
    {
        int first = Bounds.Min(count, ChipState.MemorySize - address);
        Array.Copy(_state.Memory, address, _frame, 0, first);
        Array.Copy(_state.Memory, 0, _frame, first, count - first);

        int macon3 = _state.Registers[Register.MACON3];
        bool perPacket = (control & RegisterBits.POVERRIDE) != 0;
        bool append = perPacket ? (control & RegisterBits.PCRCEN) != 0 : (macon3 & RegisterBits.TXCRCEN) != 0;
        bool huge = perPacket ? (control & RegisterBits.PHUGEEN) != 0 : (macon3 & RegisterBits.HFRMEN) != 0;
        int padTo = perPacket
            ? ((control & RegisterBits.PPADEN) != 0 ? 60 : 0)
            : PaddedLength(macon3 >> RegisterBits.PadcfgShift);
        if (padTo > 0 && !append)
        {
            _state.Report(ViolationKind.PaddingWithoutCrc, Register.MACON3);
        }

        int length = count;
        while (length < padTo)
        {
            _frame[length++] = 0;
        }

        if (append)
        {
            uint check = EthernetCrc.Compute(_frame, 0, length);
            _frame[length++] = (byte)check;
            _frame[length++] = (byte)(check >> 8);
            _frame[length++] = (byte)(check >> 16);
            _frame[length++] = (byte)(check >> 24);
        }

        _length = length;
        _crcGood = append || (length >= CheckSequenceSize && EthernetCrc.IsGood(_frame, 0, length));
        int longest = _state.Word(Register.MAMXFL);
        _aborts = length > longest && !huge;
        if (_aborts)
        {
            _length = longest;
        }
    }

    private int PaddedLength(int configuration)
    {
        switch (configuration)
        {
            case 1:
                return 60;
            case 3:
            case 7:
                return 64;
            case 5:
                return ((_frame[12] << 8) | _frame[13]) == FlowControl.VlanType ? 64 : 60;
            default:
                return 0;
        }
    }

    /// <summary>Finds the moment at which the wire is free, and so the one at which the frame will be out.</summary>
    private void Schedule(long notBefore)
    {
        long start = Bounds.Max(Bounds.Max(_state.Now, notBefore), Bounds.Max(_wireFreeAt, _flow.PausedUntil));
        _deferred = false;
        _lost = false;
        if (_receiver.OnWire && !_phy.FullDuplex)
        {
            if (!_state.Has(Register.MACON3, RegisterBits.FULDPX))
            {
                start = Bounds.Max(start, _receiver.EndsAt + ChipState.InterpacketGapNanoseconds);
                _deferred = true;
            }
            else if (start < _receiver.EndsAt)
            {
                // The MAC believes in full duplex and talks into the frame; neither survives on a half-duplex wire.
                _receiver.Garble();
                _lost = true;
            }
        }

        _endsAt = start + ((ChipState.PreambleOctets + _length) * ChipState.OctetNanoseconds);
        _receiver.HeldOff = !_phy.FullDuplex;
        _phy.Sending = true;
        _echo = _phy.Echoes && _state.Has(Register.MACON1, RegisterBits.MARXEN)
            && (_state.Registers[Register.ECON1] & (RegisterBits.RXEN | RegisterBits.RXRST)) == RegisterBits.RXEN;
    }
}
