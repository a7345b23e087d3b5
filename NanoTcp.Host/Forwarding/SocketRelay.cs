using System.Collections.Generic;
using System.Net.Sockets;
using NanoTcp.Tcp;

namespace NanoTcp.Host.Forwarding;

/// <summary>
/// Carries bytes between a socket of the operating system and a connection of a stack, both ways, with back-pressure:
/// nothing is read on one side that the other has no room for, so nothing is buffered here.
/// </summary>
internal sealed class SocketRelay
{
    /// <summary>How often a socket that neither reads nor writes is asked whether it still lives, in ms.</summary>
    private const int HealthCheckInterval = 500;

    /// <summary>
    /// What the operating system may hold of what a caller has not read yet. Left to itself it takes megabytes, and a
    /// device would take a caller that never reads for one that keeps on reading, and keep others waiting for it.
    /// </summary>
    private const int SocketSendBuffer = 64 * 1024;

    private static readonly LingerOption s_reset = new(true, 0);

    private Socket? _socket;
    private TcpConnection? _connection;
    private bool _socketFinished;
    private bool _connectionFinished;
    private bool _socketBlocked;
    private long _nextHealthCheck;

    /// <summary>Whether the relay carries a connection.</summary>
    internal bool InUse
    {
        get { return _socket != null; }
    }

    /// <summary>Octets carried from sockets to connections, over the life of the relay.</summary>
    internal long BytesFromSocket { get; private set; }

    /// <summary>Octets carried from connections to sockets, over the life of the relay.</summary>
    internal long BytesToSocket { get; private set; }

    /// <summary>Begins to carry; owns both ends from here on.</summary>
    internal void Begin(Socket socket, TcpConnection connection, long now)
    {
        socket.Blocking = false;
        socket.NoDelay = true;
        socket.SendBufferSize = SocketSendBuffer;
        // Whoever writes on one side has decided what goes out together; holding it back again would only add delay.
        connection.NoDelay = true;
        _socket = socket;
        _connection = connection;
        _socketFinished = false;
        _connectionFinished = false;
        _socketBlocked = false;
        _nextHealthCheck = now + HealthCheckInterval;
    }

    /// <summary>Carries what can be carried now, at most one buffer each way.</summary>
    /// <returns>True when something was done.</returns>
    internal bool Poll(long now, byte[] buffer)
    {
        if (_socket == null || _connection == null)
        {
            return false;
        }

        bool worked = FromConnection(_socket, _connection, buffer);
        if (_socket != null && _connection.EndReason is not (TcpEndReason.None or TcpEndReason.Closed))
        {
            ResetSocket(_connection);
            return true;
        }

        if (_socket != null)
        {
            worked |= FromSocket(_socket, _connection, buffer);
        }

        if (_socket != null && now >= _nextHealthCheck)
        {
            _nextHealthCheck = now + HealthCheckInterval;
            worked |= CheckHealth(_socket);
        }

        if (_socket != null && _socketFinished && _connectionFinished)
        {
            // Both have said all they had to say. The stack and the kernel still deliver what they hold.
            _socket.Dispose();
            _connection.Close();
            End();
            worked = true;
        }

        return worked;
    }

    /// <summary>Resets both ends.</summary>
    internal void Abort()
    {
        if (_socket != null)
        {
            _connection!.Abort();
            _socket.LingerState = s_reset;
            _socket.Dispose();
            End();
        }
    }

    /// <summary>Says what the relay waits for outside.</summary>
    internal void AddWaits(List<Socket> readable, List<Socket> writable)
    {
        if (_socket == null || _connection == null)
        {
            return;
        }

        if (!_socketFinished && _connection.Writable != 0)
        {
            readable.Add(_socket);
        }

        if (_socketBlocked)
        {
            writable.Add(_socket);
        }
    }

    private bool FromSocket(Socket socket, TcpConnection connection, byte[] buffer)
    {
        int room = System.Math.Min(connection.Writable, buffer.Length);
        if (_socketFinished || room == 0)
        {
            return false;
        }

        int length = socket.Receive(buffer, 0, room, SocketFlags.None, out SocketError error);
        if (error == SocketError.WouldBlock)
        {
            return false;
        }

        if (error != SocketError.Success)
        {
            Abort();
        }
        else if (length == 0)
        {
            _socketFinished = true;
            connection.CloseSend();
        }
        else
        {
            connection.Write(buffer, 0, length);
            BytesFromSocket += length;
        }

        return true;
    }

    private bool FromConnection(Socket socket, TcpConnection connection, byte[] buffer)
    {
        bool worked = false;
        int length = connection.Readable == 0 ? 0 : connection.Peek(buffer, 0, buffer.Length);
        _socketBlocked = false;
        if (length != 0)
        {
            int sent = socket.Send(buffer, 0, length, SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                sent = 0;
            }
            else if (error != SocketError.Success)
            {
                Abort();
                return true;
            }

            _socketBlocked = sent < length;
            if (sent != 0)
            {
                connection.Read(buffer, 0, sent);
                BytesToSocket += sent;
                worked = true;
            }
        }

        if (!_connectionFinished && connection.EndOfStream)
        {
            _connectionFinished = true;
            worked = true;
            try
            {
                socket.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException)
            {
                // It was reset in the meantime.
                Abort();
            }
        }

        return worked;
    }

    /// <summary>A socket from which nothing is read and to which nothing is written does not show that it was reset.</summary>
    private bool CheckHealth(Socket socket)
    {
        if (socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error) is int error && error != 0)
        {
            Abort();
            return true;
        }

        return false;
    }

    private void ResetSocket(TcpConnection connection)
    {
        _socket!.LingerState = s_reset;
        _socket.Dispose();
        connection.Close();
        End();
    }

    private void End()
    {
        _socket = null;
        _connection = null;
    }
}
