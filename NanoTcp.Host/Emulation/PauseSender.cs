
namespace NanoTcp.Emulation;

/// <summary>
/// EFLOCON: in full duplex it sends pause frames, in half duplex it keeps the wire busy (DS39662 chapter 10).
/// </summary>
internal sealed class PauseSender
{
    private const int FrameLength = 60;
    private const int CheckSequenceSize = 4;
    private const int SendOnce = 1;
    private const int SendPeriodically = 2;
    private const int SendZero = 3;
    private const int JamBit = 1;

    private readonly ChipState _state;
    private readonly IEthernetPort _port;
    private readonly Receiver _receiver;
    private readonly Transmitter _transmitter;
    private readonly Phy _phy;
    private readonly byte[] _frame = new byte[FrameLength];
    private long _dueAt = ChipState.Never;
    private bool _onWire;
    private int _quanta;

    internal PauseSender(ChipState state, IEthernetPort port, Receiver receiver, Transmitter transmitter, Phy phy)
    {
        _state = state;
        _port = port;
        _receiver = receiver;
        _transmitter = transmitter;
        _phy = phy;

        // IEEE 802.3 31B: the group address of MAC control, the type, the opcode of PAUSE.
        _frame[0] = 0x01;
        _frame[1] = 0x80;
        _frame[2] = 0xC2;
        _frame[5] = 0x01;
        _frame[12] = FlowControl.ControlType >> 8;
        _frame[13] = FlowControl.ControlType & 0xFF;
        _frame[15] = 0x01;
    }

    internal long NextEvent
    {
        get { return _dueAt; }
    }

    internal void Reset()
    {
        _dueAt = ChipState.Never;
        _onWire = false;
        _receiver.Jammed = false;
    }

    /// <summary>The host wrote EFLOCON.</summary>
    internal void Apply()
    {
        int mode = Mode;
        bool fullDuplex = _state.Has(Register.MACON3, RegisterBits.FULDPX);
        _receiver.Jammed = !fullDuplex && (mode & JamBit) != 0 && _state.Operational;
        if (!_onWire)
        {
            _dueAt = ChipState.Never;
            if (fullDuplex && mode != 0 && _state.Operational && _state.Has(Register.MACON1, RegisterBits.TXPAUS))
            {
                Begin();
            }
        }
    }

    internal void Process()
    {
        if (!_onWire)
        {
            Begin();
            return;
        }

        _onWire = false;
        if (_phy.LinkUp && _phy.Drives)
        {
            _port.Send(_frame, 0, FrameLength);
        }

        int mode = Mode;
        if (mode == SendPeriodically)
        {
            // The data sheet does not tell the period. Half of the pause keeps the other end silent without a hole.
            _dueAt = _state.Now + (_quanta * FlowControl.QuantumNanoseconds / 2);
            return;
        }

        _dueAt = ChipState.Never;
        bool modeChangedMeanwhile = mode == SendZero && _quanta != 0;
        if (modeChangedMeanwhile)
        {
            Begin();
        }
        else if (mode is SendOnce or SendZero)
        {
            _state.Drop(Register.EFLOCON, RegisterBits.FCEN);
        }
    }

    private int Mode
    {
        get { return _state.Registers[Register.EFLOCON] & RegisterBits.FCEN; }
    }

    private void Begin()
    {
        _quanta = Mode == SendZero ? 0 : _state.Word(Register.EPAUS);
        _frame[6] = _state.Registers[Register.MAADR1];
        _frame[7] = _state.Registers[Register.MAADR2];
        _frame[8] = _state.Registers[Register.MAADR3];
        _frame[9] = _state.Registers[Register.MAADR4];
        _frame[10] = _state.Registers[Register.MAADR5];
        _frame[11] = _state.Registers[Register.MAADR6];
        _frame[16] = (byte)(_quanta >> 8);
        _frame[17] = (byte)_quanta;
        _onWire = true;
        _dueAt = _transmitter.OccupyWire(FrameLength + CheckSequenceSize);
    }
}
