using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;

namespace NanoTcp.Host.Scheduling;

/// <summary>Sleeps until a socket of the operating system is ready; runs wherever .NET does.</summary>
public sealed class SocketWaiter : LoopWaiter
{
    private const long NanosecondsPerMillisecond = 1_000_000;

    private readonly List<Socket> _readable = [];
    private readonly List<Socket> _writable = [];
    private readonly Socket _wake;
    private readonly byte[] _one = new byte[1];
    private ISocketUser[] _users = [];

    /// <summary>Makes a waiter.</summary>
    public SocketWaiter()
    {
        // A datagram to itself ends a select on every operating system.
        _wake = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        _wake.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _wake.Connect(_wake.LocalEndPoint!);
    }

    /// <summary>Adds somebody whose sockets count.</summary>
    public void Add(ISocketUser user)
    {
        ArgumentNullException.ThrowIfNull(user);
        _users = [.. _users, user];
    }

    /// <inheritdoc/>
    public override void Wait(long nanoseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nanoseconds);
        if (nanoseconds < NanosecondsPerMillisecond)
        {
            // Select counts in whole milliseconds.
            ShortSleep.Sleep(nanoseconds);
            return;
        }

        _readable.Clear();
        _writable.Clear();
        _readable.Add(_wake);
        foreach (ISocketUser user in _users)
        {
            user.AddWaits(_readable, _writable);
        }

        Socket.Select(_readable, _writable, null, TimeSpan.FromTicks(nanoseconds / 100));
        if (_wake.Available != 0)
        {
            _ = _wake.Receive(_one, 0, _one.Length, SocketFlags.None, out _);
        }
    }

    /// <inheritdoc/>
    public override void Wake()
    {
        try
        {
            _ = _wake.Send([1], 0, 1, SocketFlags.None, out _);
        }
        catch (ObjectDisposedException)
        {
            // A thread that has outlived the loop has nobody to wake.
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _wake.Dispose();
        base.Dispose(disposing);
    }
}
