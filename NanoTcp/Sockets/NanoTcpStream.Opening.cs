using System;
using NanoTcp.Tcp;

namespace NanoTcp.Sockets;

/// <content>From a free connection of the stack to one that is open, and how that is called off.</content>
public sealed partial class NanoTcpStream
{
    /// <summary>How soon somebody who wants to open the stream looks again whether all have left it, in ms.</summary>
    private const int LeavingWait = 10;

    /// <summary>Opens a connection and waits until it is open.</summary>
    /// <param name="address">The peer: one host, not this one.</param>
    /// <param name="port">The peer's port, 1 to 65535.</param>
    /// <param name="timeout">How long to wait in ms, at least 1, or <see cref="NetworkRunner.Infinite"/>: the stack itself
    /// gives up after some minutes.</param>
    /// <exception cref="ArgumentException">The address cannot be a peer's.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The port or the timeout is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The stream is open or being opened, or this is the thread of the loop.</exception>
    /// <exception cref="ObjectDisposedException">The stream was closed meanwhile.</exception>
    /// <exception cref="NanoTcpException">The peer refused, could not be reached or did not answer in time, all connections
    /// of the stack were in use until then, or the runner has been stopped. The stream is not open.</exception>
    public void Connect(uint address, int port, int timeout)
    {
        if (!IsTimeout(timeout))
        {
            throw new ArgumentOutOfRangeException(nameof(timeout));
        }

        Runner.EnterToWait();
        try
        {
            BeginOpening();
            try
            {
                Runner.CheckRunning(0);
                long deadline = Runner.Deadline(timeout);
                Open(TakeConnection(address, port, deadline), deadline);
            }
            finally
            {
                EndOpening();
            }
        }
        finally
        {
            Runner.Leave();
        }
    }

    /// <summary>The calling thread alone opens the stream, until <see cref="EndOpening"/>.</summary>
    internal void BeginOpening()
    {
        while (true)
        {
            if (_connection != null || (_marks & Opening) != 0)
            {
                throw new InvalidOperationException("This stream is open, or another thread is opening it; close it first.");
            }

            if ((_marks & (Reading | Writing)) == 0)
            {
                break;
            }

            // It was closed a moment ago, and a thread that this has woken is on its way out: it must not
            // find a new connection, nor miss its event because somebody else waits for that too.
            Runner.Wait(Runner.Left, Runner.Deadline(LeavingWait));
        }

        _marks |= Opening;
    }

    internal void EndOpening()
    {
        _marks &= ~(Opening | WriteWaiting | Cancelled);
    }

    /// <summary>The stream has a connection from now on.</summary>
    internal void Attach(TcpConnection connection)
    {
        _connection = connection;
        Runner.Add(this);
    }

    /// <summary>True when a thread in Connect has got what it waits for: a free connection, or the end of its handshake.</summary>
    private bool CanGoOnOpening(TcpConnection connection)
    {
        return connection == null ? Runner.Stack.FreeConnections != 0 : !IsHandshaking(connection);
    }

    private void CancelOpening()
    {
        if ((_marks & Opening) != 0)
        {
            _marks |= Cancelled;
            WakeAll();
        }
    }

    private static bool IsHandshaking(TcpConnection connection)
    {
        TcpState state = connection.State;
        return state == TcpState.SynSent || state == TcpState.SynReceived;
    }

    /// <summary>Begins a handshake, as soon as a connection of the stack is free.</summary>
    private TcpConnection TakeConnection(uint address, int port, long deadline)
    {
        TcpConnection connection = Runner.Stack.Connect(address, port);
        if (connection != null)
        {
            return connection;
        }

        Runner.Add(this);
        try
        {
            while (connection == null)
            {
                Runner.CheckRunning(0);
                _marks |= WriteWaiting;
                if (!Runner.Wait(_writeSignal, deadline))
                {
                    throw NanoTcpException.Timeout("All connections of the stack are in use, and none has become free in time.", 0);
                }

                if ((_marks & Cancelled) != 0)
                {
                    throw NotOpen();
                }

                connection = Runner.Stack.Connect(address, port);
            }
        }
        finally
        {
            Runner.Remove(this);
        }

        return connection;
    }

    /// <summary>Waits until the handshake of a new connection has ended.</summary>
    private void Open(TcpConnection connection, long deadline)
    {
        Attach(connection);
        Runner.Wake();
        bool open = false;
        try
        {
            while (IsHandshaking(connection))
            {
                Runner.CheckRunning(0);
                _marks |= WriteWaiting;
                if (!Runner.Wait(_writeSignal, deadline))
                {
                    throw NanoTcpException.Timeout("The peer did not answer in time.", 0);
                }

                if (_connection != connection)
                {
                    throw NotOpen();
                }
            }

            if (connection.State == TcpState.Closed)
            {
                throw NanoTcpException.Ended(connection.EndReason, 0);
            }

            open = true;
        }
        finally
        {
            if (!open && _connection == connection)
            {
                Detach();
                connection.Abort();
            }
        }
    }
}
