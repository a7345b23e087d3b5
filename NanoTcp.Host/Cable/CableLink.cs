using System;
using NanoTcp.Emulation;
using NanoTcp.Link;
using NanoTcp.Primitives;

namespace NanoTcp.Host.Cable;

/// <summary>
/// A stack straight on the cable, without a chip between: it takes frames for its own address and for groups, pads
/// short ones, and is never busy.
/// </summary>
public sealed class CableLink : ILinkDevice
{
    /// <summary>Counter: frames handed to the stack.</summary>
    public const int FramesIn = 0;

    /// <summary>Counter: octets in those frames.</summary>
    public const int OctetsIn = 1;

    /// <summary>Counter: frames taken from the stack.</summary>
    public const int FramesOut = 2;

    /// <summary>Counter: octets in those frames, padding not counted.</summary>
    public const int OctetsOut = 3;

    /// <summary>Counter: frames seen that were addressed to somebody else.</summary>
    public const int FramesFiltered = 4;

    private const int HeaderLength = 14;
    private const int MaxFrameLength = 1514;

    // IEEE 802.3 asks for 64 octets with the frame check sequence, which a frame here does not carry.
    private const int MinFrameLength = 60;

    private readonly IEthernetPort _port;
    private readonly byte[] _padded = new byte[MinFrameLength];

    /// <summary>Makes a link.</summary>
    /// <param name="port">The end of the cable.</param>
    /// <param name="macAddress">Own address; not zero and not a group address.</param>
    /// <exception cref="ArgumentOutOfRangeException">The address is no station's address.</exception>
    public CableLink(IEthernetPort port, long macAddress)
    {
        ArgumentNullException.ThrowIfNull(port);
        if (macAddress <= 0 || macAddress > NanoTcp.Wire.MacAddress.Broadcast || NanoTcp.Wire.MacAddress.IsGroup(macAddress))
        {
            throw new ArgumentOutOfRangeException(nameof(macAddress), "A station's address is neither zero nor a group address.");
        }

        _port = port;
        MacAddress = macAddress;
    }

    /// <inheritdoc/>
    public int Headroom
    {
        get { return 0; }
    }

    /// <inheritdoc/>
    public int Tailroom
    {
        get { return 0; }
    }

    /// <inheritdoc/>
    public int Mtu
    {
        get { return MaxFrameLength - HeaderLength; }
    }

    /// <inheritdoc/>
    public long MacAddress { get; }

    /// <inheritdoc/>
    public LinkStatus Status { get; private set; } = LinkStatus.Down;

    /// <inheritdoc/>
    public CounterSet Counters { get; } = new("frames_in octets_in frames_out octets_out frames_filtered");

    /// <inheritdoc/>
    public bool CanSend
    {
        get { return true; }
    }

    /// <inheritdoc/>
    public int Poll(long now)
    {
        Status = _port.LinkUp ? LinkStatus.Up : LinkStatus.Down;
        return int.MaxValue;
    }

    /// <inheritdoc/>
    public int Receive(byte[] buffer, int offset, int capacity)
    {
        while (true)
        {
            int length = _port.Receive(buffer, offset, capacity);
            if (length == 0)
            {
                return 0;
            }

            if (IsForThisStation(buffer, offset))
            {
                Counters.Increment(FramesIn);
                Counters.Add(OctetsIn, length);
                return length;
            }

            Counters.Increment(FramesFiltered);
        }
    }

    /// <inheritdoc/>
    public bool Send(byte[] buffer, int offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, HeaderLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxFrameLength);
        Counters.Increment(FramesOut);
        Counters.Add(OctetsOut, length);
        if (length < MinFrameLength)
        {
            Array.Copy(buffer, offset, _padded, 0, length);
            Array.Clear(_padded, length, MinFrameLength - length);
            _port.Send(_padded, 0, MinFrameLength);
        }
        else
        {
            _port.Send(buffer, offset, length);
        }

        return true;
    }

    private bool IsForThisStation(byte[] buffer, int offset)
    {
        if ((buffer[offset] & 1) != 0)
        {
            return true;
        }

        long destination = ((long)buffer[offset] << 40) | ((long)buffer[offset + 1] << 32) | ((long)buffer[offset + 2] << 24)
            | ((long)buffer[offset + 3] << 16) | ((long)buffer[offset + 4] << 8) | buffer[offset + 5];
        return destination == MacAddress;
    }
}
