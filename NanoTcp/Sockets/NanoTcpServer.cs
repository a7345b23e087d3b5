using System;
using System.Threading;
using NanoTcp.Tcp;

namespace NanoTcp.Sockets;

/// <summary>Listens on a port, for threads that wait for a client.</summary>
/// <remarks>Any thread calls any member; several may wait in <see cref="Accept"/>. Accepting allocates nothing.</remarks>
public sealed class NanoTcpServer : IDisposable
{
    /// <summary>The next one in the runner's list of open servers.</summary>
    internal NanoTcpServer Next;

    private readonly NetworkRunner _runner;
    private readonly AutoResetEvent _arrived = new AutoResetEvent(false);
    private TcpListener _listener;
    private int _waiting;

    /// <summary>Begins to listen.</summary>
    /// <param name="runner">Runs the stack.</param>
    /// <param name="port">1 to 65535, and nobody listens on it yet.</param>
    /// <param name="backlog">Connections that may wait to be accepted, at least 1.</param>
    /// <exception cref="ArgumentNullException">There is no runner.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The port or the backlog is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Somebody listens on the port already, or all listeners of the stack are in use.</exception>
    public NanoTcpServer(NetworkRunner runner, int port, int backlog)
    {
        if (runner == null)
        {
            throw new ArgumentNullException(nameof(runner));
        }

        _runner = runner;
        runner.Enter();
        try
        {
            _listener = runner.Stack.Listen(port, backlog);
            runner.Add(this);
        }
        finally
        {
            runner.Leave();
        }

        Port = port;
    }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>Waits for a client and opens a stream to it.</summary>
    /// <param name="stream">A stream of the same runner that is not open; it stays the caller's.</param>
    /// <param name="timeout">How long to wait in ms; 0 only to look, <see cref="NetworkRunner.Infinite"/> for ever.</param>
    /// <returns>False when nobody has come in time.</returns>
    /// <exception cref="ArgumentNullException">There is no stream.</exception>
    /// <exception cref="ArgumentException">The stream belongs to another runner.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is below -1.</exception>
    /// <exception cref="ObjectDisposedException">The server is closed, or was closed meanwhile.</exception>
    /// <exception cref="InvalidOperationException">The stream is open or being opened, or this is the thread of the loop.</exception>
    /// <exception cref="NanoTcpException">The runner has been stopped.</exception>
    public bool Accept(NanoTcpStream stream, int timeout)
    {
        if (stream == null)
        {
            throw new ArgumentNullException(nameof(stream));
        }

        if (stream.Runner != _runner)
        {
            throw new ArgumentException("The stream belongs to another runner.", nameof(stream));
        }

        if (timeout < NetworkRunner.Infinite)
        {
            throw new ArgumentOutOfRangeException(nameof(timeout));
        }

        _runner.EnterToWait();
        try
        {
            stream.BeginOpening();
            try
            {
                TcpConnection connection = TakeNext(timeout);
                if (connection != null)
                {
                    stream.Attach(connection);
                }

                return connection != null;
            }
            finally
            {
                stream.EndOpening();

                // An event wakes one thread: it passes on what concerns others too.
                WakeReady();
            }
        }
        finally
        {
            _runner.Leave();
        }
    }

    /// <summary>Stops listening; who waits in <see cref="Accept"/> gets an exception, connections not accepted are reset.
    /// Streams that are open stay so. Calling it again does nothing.</summary>
    public void Close()
    {
        _runner.Enter();
        try
        {
            if (_listener != null)
            {
                _listener.Close();
                _listener = null;
                _runner.Remove(this);
                WakeReady();
                _runner.Wake();
            }
        }
        finally
        {
            _runner.Leave();
        }
    }

    /// <summary>The same as <see cref="Close"/>.</summary>
    public void Dispose()
    {
        Close();
    }

    /// <summary>Wakes a thread that waits in vain, or need not any longer.</summary>
    internal void WakeReady()
    {
        if (_waiting != 0 && (_listener == null || _runner.Stopped || _listener.Pending != 0))
        {
            _runner.Clock.Signal(_arrived);
        }
    }

    /// <summary>The next client; null when none has come in time.</summary>
    private TcpConnection TakeNext(int timeout)
    {
        long deadline = _runner.Deadline(timeout);
        while (true)
        {
            if (_listener == null)
            {
                throw new ObjectDisposedException("This server has been closed.", (Exception)null);
            }

            _runner.CheckRunning(0);
            TcpConnection connection = _listener.Accept();
            if (connection != null)
            {
                return connection;
            }

            _waiting++;
            bool waited;
            try
            {
                waited = _runner.Wait(_arrived, deadline);
            }
            finally
            {
                _waiting--;
            }

            if (!waited)
            {
                return null;
            }
        }
    }
}
