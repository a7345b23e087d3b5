namespace NanoTcp.Emulation;

/// <summary>MAC control frames: those that come in, and the pause that they ask for (DS39662 chapter 10, IEEE 802.3 31B).</summary>
internal sealed class FlowControl
{
    internal const int ControlType = 0x8808;
    internal const int VlanType = 0x8100;

    /// <summary>512 bit times at 10 Mbit/s.</summary>
    internal const long QuantumNanoseconds = 51_200;

    private readonly ChipState _state;

    internal FlowControl(ChipState state)
    {
        _state = state;
    }

    /// <summary>Until when the transmitter must be silent.</summary>
    internal long PausedUntil { get; private set; }

    internal static bool IsPause(byte[] frame)
    {
        return frame[14] == 0x00 && frame[15] == 0x01;
    }

    internal void Reset()
    {
        PausedUntil = 0;
    }

    /// <summary>Takes a control frame in.</summary>
    /// <returns>Whether the MAC keeps it to itself.</returns>
    internal bool Consume(byte[] frame, int length)
    {
        bool paused = length >= 64
            && IsPause(frame)
            && _state.Has(Register.MACON1, RegisterBits.RXPAUS)
            && _state.Has(Register.MACON3, RegisterBits.FULDPX);
        if (paused)
        {
            PausedUntil = _state.Now + (((frame[16] << 8) | frame[17]) * QuantumNanoseconds);
        }

        return !_state.Has(Register.MACON1, RegisterBits.PASSALL);
    }
}
