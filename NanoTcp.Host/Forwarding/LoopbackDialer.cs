using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using NanoTcp.Host.Scheduling;
using NanoTcp.Tcp;
using TcpListener = NanoTcp.Tcp.TcpListener;

namespace NanoTcp.Host.Forwarding;

/// <summary>
/// The forwarder's way back: opens a port of the desktop's stack on the cable to one connection from the device, and
/// carries it to a loopback port of the operating system.
/// </summary>
/// <remarks>
/// The operating system is asked first, and only when somebody listens there does the stack listen too: a device that
/// connects is refused where a program of the desktop would be.
/// </remarks>
public sealed class LoopbackDialer : ISocketUser, IDisposable
{
    private readonly NetworkStack _stack;
    private readonly LoopbackForwarder _forwarder;
    private readonly int _port;
    private readonly Socket _socket;
    private bool _owned = true;
    private TcpListener? _listener;

    /// <summary>Begins to connect to 127.0.0.1.</summary>
    /// <param name="stack">The desktop's stack.</param>
    /// <param name="forwarder">Carries the bytes.</param>
    /// <param name="port">The port, there and on the stack.</param>
    public LoopbackDialer(NetworkStack stack, LoopbackForwarder forwarder, int port)
    {
        ArgumentNullException.ThrowIfNull(stack);
        ArgumentNullException.ThrowIfNull(forwarder);
        _stack = stack;
        _forwarder = forwarder;
        _port = port;
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
            _socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
        }
        catch (SocketException e)
        {
            Answer = e.SocketErrorCode;
        }
    }

    /// <summary>What the operating system answered; null while it has not.</summary>
    public SocketError? Answer { get; private set; }

    /// <summary>Whether it is clear what a connection from the device will meet: a listener, or none.</summary>
    public bool IsDecided
    {
        get { return Answer != null && (Answer != SocketError.Success || _listener != null); }
    }

    /// <summary>Does what can be done now.</summary>
    /// <param name="now">The clock that the stack is polled with, in ms.</param>
    /// <returns>True when something was done.</returns>
    public bool Poll(long now)
    {
        if (Answer == null && (_socket.Poll(0, SelectMode.SelectWrite) || _socket.Poll(0, SelectMode.SelectError)))
        {
            Answer = (SocketError)(int)_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        }

        if (Answer != SocketError.Success)
        {
            return false;
        }

        if (_listener == null)
        {
            _listener = _stack.Listen(_port, 1);
            return true;
        }

        TcpConnection? connection = _owned ? _listener.Accept() : null;
        if (connection == null)
        {
            return false;
        }

        _owned = false;
        _listener.Close();
        _forwarder.Carry(_socket, connection, now);
        return true;
    }

    /// <inheritdoc/>
    public void AddWaits(List<Socket> readable, List<Socket> writable)
    {
        ArgumentNullException.ThrowIfNull(writable);
        if (Answer == null)
        {
            writable.Add(_socket);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_owned)
        {
            _socket.Dispose();
            _owned = false;
        }
    }
}
