using System;
using NanoTcp.Host.Cable;

namespace NanoTcp.Host.Tap;

/// <summary>Joins a TAP interface to a port of a cable, so that a chip or a stack on the cable talks to the kernel.</summary>
public sealed class TapBridge
{
    /// <summary>Frames carried each way in one call, so that a flood on one side starves nobody.</summary>
    private const int FramesPerCall = 64;

    /// <summary>Shortest frame on Ethernet, the check sequence not counted.</summary>
    private const int MinFrameLength = 60;

    private readonly TapDevice _tap;
    private readonly CablePort _port;
    private readonly byte[] _frame = new byte[2048];

    /// <summary>Makes a bridge.</summary>
    public TapBridge(TapDevice tap, CablePort port)
    {
        ArgumentNullException.ThrowIfNull(tap);
        ArgumentNullException.ThrowIfNull(port);
        _tap = tap;
        _port = port;
    }

    /// <summary>Carries what is waiting, in both directions.</summary>
    /// <returns>True when a frame was carried.</returns>
    public bool Pump()
    {
        bool carried = false;
        for (int i = 0; i < FramesPerCall; i++)
        {
            int length = _tap.Read(_frame, 0, _frame.Length);
            if (length == 0)
            {
                break;
            }

            carried = true;

            // The kernel leaves padding to the hardware (IEEE 802.3 3.2.8), which is the cable here.
            if (length < MinFrameLength)
            {
                Array.Clear(_frame, length, MinFrameLength - length);
                length = MinFrameLength;
            }

            _port.Send(_frame, 0, length);
        }

        for (int i = 0; i < FramesPerCall; i++)
        {
            int length = _port.Receive(_frame, 0, _frame.Length);
            if (length == 0)
            {
                break;
            }

            carried = true;
            _tap.Write(_frame, 0, length);
        }

        if (_tap.Failure != null && _port.IsPlugged)
        {
            _port.Unplug();
        }

        return carried;
    }
}
