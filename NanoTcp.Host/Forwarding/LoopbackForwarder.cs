using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using NanoTcp.Host.Scheduling;
using NanoTcp.Tcp;

namespace NanoTcp.Host.Forwarding;

/// <summary>
/// Accepts connections on loopback ports of the desktop and carries each through a connection of a stack to a device on
/// the cable. Needs no rights and runs on any operating system.
/// </summary>
/// <remarks>
/// Data, half closes and resets are carried both ways. A device that refuses is seen as a reset, because the operating
/// system has accepted before the device was asked. While all connections are in use, callers wait in the operating
/// system's queue.
/// </remarks>
public sealed class LoopbackForwarder : ISocketUser, IDisposable
{
    private const int Backlog = 128;
    private const int AcceptsPerPoll = 16;
    private const int BufferSize = 16 * 1024;

    private readonly NetworkStack _stack;
    private readonly SocketRelay[] _relays;
    private readonly byte[] _buffer = new byte[BufferSize];
    private ForwardedPort[] _ports = [];
    private int _next;

    /// <summary>Makes a forwarder without ports.</summary>
    /// <param name="stack">The desktop's stack on the cable; stays the caller's.</param>
    public LoopbackForwarder(NetworkStack stack)
    {
        ArgumentNullException.ThrowIfNull(stack);
        _stack = stack;
        _relays = new SocketRelay[stack.ConnectionCapacity];
        for (int i = 0; i < _relays.Length; i++)
        {
            _relays[i] = new SocketRelay();
        }
    }

    /// <summary>Connections accepted so far.</summary>
    public long Accepted { get; private set; }

    /// <summary>Begins to forward a port.</summary>
    /// <param name="port">The port on 127.0.0.1, or 0 for a free one.</param>
    /// <param name="address">The device.</param>
    /// <param name="remotePort">The device's port.</param>
    /// <returns>The port on 127.0.0.1.</returns>
    /// <exception cref="SocketException">The port cannot be had.</exception>
    public int Listen(int port, uint address, int remotePort)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (OperatingSystem.IsWindows())
            {
                // Elsewhere this is how it is anyway, and the option would forbid ports that are in TIME-WAIT.
                socket.ExclusiveAddressUse = true;
            }

            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(Backlog);
            socket.Blocking = false;
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        _ports = [.. _ports, new ForwardedPort(socket, address, remotePort)];
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Carries a socket through a connection that exists already; owns both from here on.</summary>
    /// <exception cref="InvalidOperationException">All relays are in use.</exception>
    public void Carry(Socket socket, TcpConnection connection, long now)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentNullException.ThrowIfNull(connection);
        SocketRelay relay = FindFree() ?? throw new InvalidOperationException("All relays are in use.");
        relay.Begin(socket, connection, now);
    }

    /// <summary>Accepts and carries what can be carried now. The work of one call is bounded.</summary>
    /// <param name="now">The clock that the stack is polled with, in ms.</param>
    /// <returns>True when something was done.</returns>
    public bool Poll(long now)
    {
        bool worked = false;
        foreach (ForwardedPort port in _ports)
        {
            worked |= Accept(port, now);
        }

        // Everybody is served a buffer each way in turn, and another one is first each time.
        _next = _next + 1 == _relays.Length ? 0 : _next + 1;
        for (int i = 0; i < _relays.Length; i++)
        {
            int index = _next + i;
            worked |= _relays[index < _relays.Length ? index : index - _relays.Length].Poll(now, _buffer);
        }

        return worked;
    }

    /// <inheritdoc/>
    public void AddWaits(List<Socket> readable, List<Socket> writable)
    {
        ArgumentNullException.ThrowIfNull(readable);
        ArgumentNullException.ThrowIfNull(writable);
        if (FindFree() != null && _stack.FreeConnections != 0)
        {
            foreach (ForwardedPort port in _ports)
            {
                readable.Add(port.Socket);
            }
        }

        foreach (SocketRelay relay in _relays)
        {
            relay.AddWaits(readable, writable);
        }
    }

    /// <summary>Stops listening and resets everything carried; poll the stack afterwards so that the device learns it.</summary>
    public void Dispose()
    {
        foreach (ForwardedPort port in _ports)
        {
            port.Socket.Dispose();
        }

        _ports = [];
        foreach (SocketRelay relay in _relays)
        {
            relay.Abort();
        }
    }

    private bool Accept(ForwardedPort port, long now)
    {
        bool worked = false;
        for (int i = 0; i < AcceptsPerPoll; i++)
        {
            SocketRelay? relay = FindFree();
            if (relay == null || _stack.FreeConnections == 0 || !port.Socket.Poll(0, SelectMode.SelectRead))
            {
                break;
            }

            Socket socket;
            try
            {
                socket = port.Socket.Accept();
            }
            catch (SocketException)
            {
                // The caller gave up between the two calls, or the process has no descriptor left: nothing was accepted.
                break;
            }

            TcpConnection? connection = _stack.Connect(port.Address, port.RemotePort);
            if (connection == null)
            {
                socket.LingerState = new LingerOption(true, 0);
                socket.Dispose();
                break;
            }

            Accepted++;
            relay.Begin(socket, connection, now);
            worked = true;
        }

        return worked;
    }

    private SocketRelay? FindFree()
    {
        foreach (SocketRelay relay in _relays)
        {
            if (!relay.InUse)
            {
                return relay;
            }
        }

        return null;
    }

    private sealed record ForwardedPort(Socket Socket, uint Address, int RemotePort);
}
