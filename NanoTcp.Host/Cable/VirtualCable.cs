using System;
using NanoTcp.Emulation;

namespace NanoTcp.Host.Cable;

/// <summary>
/// A cable between two ports, or a hub between several: what one sends, all others receive.
/// </summary>
/// <remarks>
/// Frames are copied into pooled buffers; once as many are under way as ever will be, nothing allocates. One thread
/// uses the cable and all its ports.
/// </remarks>
public sealed class VirtualCable
{
    /// <summary>Frames that can be under way to one port unless said otherwise.</summary>
    public const int DefaultQueueCapacity = 256;

    private readonly int _queueCapacity;
    private CablePort[] _ports = [];
    private IFrameMonitor[] _monitors = [];
    private CableFrame? _pool;

    /// <summary>Makes a cable without ports.</summary>
    /// <param name="clock">The time that delays are measured in.</param>
    /// <param name="queueCapacity">Frames that can be under way to one port; what comes on top is dropped and counted.</param>
    public VirtualCable(SimulationClock clock, int queueCapacity = DefaultQueueCapacity)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentOutOfRangeException.ThrowIfLessThan(queueCapacity, 1);
        Clock = clock;
        _queueCapacity = queueCapacity;
    }

    /// <summary>The time that delays are measured in.</summary>
    public SimulationClock Clock { get; }

    /// <summary>Adds a port, plugged in.</summary>
    /// <param name="name">What the port is called in messages and captures.</param>
    /// <param name="impairments">What happens to the frames it sends; null for nothing.</param>
    public CablePort AddPort(string name, Impairments? impairments = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        CablePort port = new(this, name, _ports.Length, _queueCapacity);
        if (impairments != null)
        {
            port.Impairments = impairments;
        }

        _ports = [.. _ports, port];
        foreach (CablePort each in _ports)
        {
            each.MakeRoomForReceivers(_ports.Length);
        }

        return port;
    }

    /// <summary>Lets somebody watch every frame from now on.</summary>
    public void AddMonitor(IFrameMonitor monitor)
    {
        ArgumentNullException.ThrowIfNull(monitor);
        _monitors = [.. _monitors, monitor];
    }

    /// <summary>Makes frames for the pool beforehand, so that no burst, however deep, allocates later.</summary>
    /// <param name="frames">How many will be under way at most.</param>
    public void Reserve(int frames)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frames);
        for (int i = 0; i < frames; i++)
        {
            Return(new CableFrame());
        }
    }

    /// <summary>Whether a port other than <paramref name="port"/> is plugged in.</summary>
    internal bool HasPeer(CablePort port)
    {
        foreach (CablePort other in _ports)
        {
            if (other != port && other.IsPlugged)
            {
                return true;
            }
        }

        return false;
    }

    internal void Transmit(CablePort sender, byte[] buffer, int offset, int length)
    {
        long now = Clock.Nanoseconds;
        foreach (IFrameMonitor monitor in _monitors)
        {
            monitor.FrameSent(now, sender, buffer, offset, length);
        }

        foreach (CablePort receiver in _ports)
        {
            if (receiver != sender)
            {
                sender.Carry(receiver, now, buffer, offset, length);
            }
        }
    }

    internal CableFrame Rent()
    {
        CableFrame? frame = _pool;
        if (frame == null)
        {
            return new CableFrame();
        }

        _pool = frame.Later;
        frame.Later = null;
        return frame;
    }

    internal void Return(CableFrame frame)
    {
        frame.Earlier = null;
        frame.Later = _pool;
        _pool = frame;
    }
}
