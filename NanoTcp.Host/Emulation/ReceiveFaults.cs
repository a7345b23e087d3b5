namespace NanoTcp.Emulation;

/// <summary>What befalls the receiver at once and on request.</summary>
internal sealed class ReceiveFaults
{
    private const int FloodLength = 18;
    private const int AddressSize = 6;

    private readonly ChipState _state;
    private readonly Receiver _receiver;
    private readonly InterruptPin _pin;
    private readonly byte[] _frame = new byte[FloodLength];

    internal ReceiveFaults(ChipState state, Receiver receiver, InterruptPin pin)
    {
        _state = state;
        _receiver = receiver;
        _pin = pin;
    }

    /// <summary>The smallest frames that the MAC lets through, to the station itself, as if they had come all at once.</summary>
    internal void Flood(int count)
    {
        byte[] frame = _frame;
        frame[0] = _state.Registers[Register.MAADR1];
        frame[1] = _state.Registers[Register.MAADR2];
        frame[2] = _state.Registers[Register.MAADR3];
        frame[3] = _state.Registers[Register.MAADR4];
        frame[4] = _state.Registers[Register.MAADR5];
        frame[5] = _state.Registers[Register.MAADR6];
        frame[AddressSize] = 0x02;
        uint check = EthernetCrc.Compute(frame, 0, FloodLength - 4);
        frame[FloodLength - 4] = (byte)check;
        frame[FloodLength - 3] = (byte)(check >> 8);
        frame[FloodLength - 2] = (byte)(check >> 16);
        frame[FloodLength - 1] = (byte)(check >> 24);
        for (int i = 0; i < count; i++)
        {
            if (_receiver.Enabled)
            {
                _receiver.Take(frame, FloodLength);
            }
            else
            {
                _state.Wire.MissedWhileDisabled++;
            }
        }

        _pin.Look();
    }

    /// <summary>The counter says something else than there is.</summary>
    internal void Miscount(int count)
    {
        _state.Registers[Register.EPKTCNT] = (byte)count;
        _state.CountIsWrong = true;
        _state.Disturb();
        _pin.Look();
    }
}
