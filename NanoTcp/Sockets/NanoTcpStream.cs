using System;
using System.Threading;
using NanoTcp.Tcp;

namespace NanoTcp.Sockets;

/// <summary>
/// A connection as a stream that blocks: on the desktop a System.IO.Stream, on the device the same members.
/// </summary>
/// <remarks>
/// <para>Who made a stream owns it for good. <see cref="Connect"/> or <see cref="NanoTcpServer.Accept"/> opens it,
/// Close (or Dispose) gives the connection back, and then it can be opened again: a program makes as many
/// streams as it uses at once, and from then on allocates nothing.</para>
/// <para>One thread may read while another one writes; a second reader or writer gets an exception. Any thread may close
/// the stream and ask for its properties. The thread that runs the loop must not open, read or write.</para>
/// </remarks>
public sealed partial class NanoTcpStream : BlockingStream
{
    /// <summary>A thread is in a read.</summary>
    private const int Reading = 0x01;

    /// <summary>A thread is in a write.</summary>
    private const int Writing = 0x02;

    /// <summary>A thread is opening the stream.</summary>
    private const int Opening = 0x04;

    /// <summary>The reader waits for its event.</summary>
    private const int ReadWaiting = 0x08;

    /// <summary>The writer, or who opens, waits for its event.</summary>
    private const int WriteWaiting = 0x10;

    /// <summary>The stream was closed while a thread in Connect waited for a connection to become free.</summary>
    private const int Cancelled = 0x20;

    /// <summary>The next one in the runner's list of open streams.</summary>
    internal NanoTcpStream Next;

    /// <summary>Runs the stack.</summary>
    internal readonly NetworkRunner Runner;

    private readonly AutoResetEvent _readSignal = new AutoResetEvent(false);
    private readonly AutoResetEvent _writeSignal = new AutoResetEvent(false);

    private int _readTimeout = NetworkRunner.Infinite;
    private int _writeTimeout = NetworkRunner.Infinite;

    // All below is touched only by who has the gate.
    private TcpConnection _connection;
    private int _marks;

    /// <summary>Makes a stream that is not open.</summary>
    /// <param name="runner">Runs the stack.</param>
    /// <exception cref="ArgumentNullException">There is no runner.</exception>
    public NanoTcpStream(NetworkRunner runner)
    {
        if (runner == null)
        {
            throw new ArgumentNullException(nameof(runner));
        }

        Runner = runner;
    }

    /// <summary>True while the stream is open.</summary>
    public override bool CanRead
    {
        get { return IsOpen; }
    }

    /// <summary>True while the stream is open.</summary>
    public override bool CanWrite
    {
        get { return IsOpen; }
    }

    /// <summary>True: <see cref="ReadTimeout"/> and <see cref="WriteTimeout"/> count.</summary>
    public override bool CanTimeout
    {
        get { return true; }
    }

    /// <summary>How long a read waits for the first octet, in ms, at least 1, or <see cref="NetworkRunner.Infinite"/>, the default.
    /// Kept when the stream is opened again; a read that waits already keeps the old one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is 0, or below -1.</exception>
    public override int ReadTimeout
    {
        get { return _readTimeout; }
        set
        {
            if (!IsTimeout(value))
            {
                throw new ArgumentOutOfRangeException(nameof(value));
            }

            _readTimeout = value;
        }
    }

    /// <summary>How long a write waits for room without any progress, in ms, at least 1, or <see cref="NetworkRunner.Infinite"/>,
    /// the default. Kept when the stream is opened again; a write that waits already keeps the old one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is 0, or below -1.</exception>
    public override int WriteTimeout
    {
        get { return _writeTimeout; }
        set
        {
            if (!IsTimeout(value))
            {
                throw new ArgumentOutOfRangeException(nameof(value));
            }

            _writeTimeout = value;
        }
    }

    /// <summary>True from Connect or Accept until Close, also when the connection has ended by itself.</summary>
    public bool IsOpen
    {
        get
        {
            Runner.Enter();
            bool open = _connection != null && (_marks & Opening) == 0;
            Runner.Leave();
            return open;
        }
    }

    /// <summary>True when a read would not wait because octets are there.</summary>
    /// <exception cref="ObjectDisposedException">The stream is not open.</exception>
    public bool DataAvailable
    {
        get { return Available != 0; }
    }

    /// <summary>Octets that a read would give without waiting.</summary>
    /// <exception cref="ObjectDisposedException">The stream is not open.</exception>
    public int Available
    {
        get
        {
            Runner.Enter();
            try
            {
                return OpenConnection().Readable;
            }
            finally
            {
                Runner.Leave();
            }
        }
    }

    /// <summary>Octets written that the peer has not acknowledged yet.</summary>
    /// <exception cref="ObjectDisposedException">The stream is not open.</exception>
    public int Unacknowledged
    {
        get
        {
            Runner.Enter();
            try
            {
                return OpenConnection().Unacknowledged;
            }
            finally
            {
                Runner.Leave();
            }
        }
    }

    /// <summary>The peer's IPv4 address.</summary>
    /// <exception cref="ObjectDisposedException">The stream is not open.</exception>
    public uint RemoteAddress
    {
        get
        {
            Runner.Enter();
            try
            {
                return OpenConnection().RemoteAddress;
            }
            finally
            {
                Runner.Leave();
            }
        }
    }

    /// <summary>The peer's port.</summary>
    /// <exception cref="ObjectDisposedException">The stream is not open.</exception>
    public int RemotePort
    {
        get
        {
            Runner.Enter();
            try
            {
                return OpenConnection().RemotePort;
            }
            finally
            {
                Runner.Leave();
            }
        }
    }

    /// <summary>Why the connection has ended; <see cref="TcpEndReason.None"/> while it has not.</summary>
    /// <exception cref="ObjectDisposedException">The stream is not open.</exception>
    public TcpEndReason EndReason
    {
        get
        {
            Runner.Enter();
            try
            {
                return OpenConnection().EndReason;
            }
            finally
            {
                Runner.Leave();
            }
        }
    }

    /// <summary>
    /// The connection below, for its options and figures: only between <see cref="NetworkRunner.Enter"/> and
    /// <see cref="NetworkRunner.Exit"/>, and never to close or abort it.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The stream is not open.</exception>
    /// <exception cref="InvalidOperationException">This thread has not entered.</exception>
    public TcpConnection Connection
    {
        get
        {
            Runner.CheckEntered();
            return OpenConnection();
        }
    }

    /// <summary>Says that nothing more will be written (half close, Shutdown of a socket). What was written is still
    /// delivered; reading goes on.</summary>
    /// <exception cref="ObjectDisposedException">The stream is not open.</exception>
    public void CloseSend()
    {
        Runner.Enter();
        try
        {
            OpenConnection().CloseSend();
            WakeAll();
            Runner.Wake();
        }
        finally
        {
            Runner.Leave();
        }
    }

    /// <summary>Closes the stream and resets the connection; what was not acknowledged is lost. Who waits in a call gets an
    /// exception. Does nothing when the stream is not open.</summary>
    public void Abort()
    {
        Runner.Enter();
        try
        {
            TcpConnection connection = _connection;
            if (connection != null)
            {
                Detach();
                connection.Abort();
            }
            else
            {
                CancelOpening();
            }
        }
        finally
        {
            Runner.Leave();
        }
    }

    /// <summary>Makes the wait of the reader and of the writer end where their conditions hold.</summary>
    internal void WakeReady()
    {
        TcpConnection connection = _connection;
        int marks = _marks;
        if ((marks & ReadWaiting) != 0
            && (connection.Readable != 0 || connection.EndOfStream || connection.State == TcpState.Closed))
        {
            _marks &= ~ReadWaiting;
            Runner.Clock.Signal(_readSignal);
        }

        if ((marks & WriteWaiting) != 0 && ((marks & Opening) != 0 ? CanGoOnOpening(connection) : CanWriteOrNever(connection)))
        {
            _marks &= ~WriteWaiting;
            Runner.Clock.Signal(_writeSignal);
        }
    }

    /// <summary>Makes all waits end.</summary>
    internal void WakeAll()
    {
        if ((_marks & ReadWaiting) != 0)
        {
            _marks &= ~ReadWaiting;
            Runner.Clock.Signal(_readSignal);
        }

        if ((_marks & WriteWaiting) != 0)
        {
            _marks &= ~WriteWaiting;
            Runner.Clock.Signal(_writeSignal);
        }
    }

    /// <summary>Gives the connection back in order: what was written is still delivered, who waits in a call gets an exception.</summary>
    /// <param name="disposing">False in a finalizer, which has nothing to do.</param>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Runner.Enter();
            try
            {
                TcpConnection connection = _connection;
                if (connection != null)
                {
                    Detach();
                    connection.Close();
                }
                else
                {
                    CancelOpening();
                }
            }
            finally
            {
                Runner.Leave();
            }
        }

        base.Dispose(disposing);
    }

    /// <summary>True when a write would take something, or will never again.</summary>
    private static bool CanWriteOrNever(TcpConnection connection)
    {
        TcpState state = connection.State;
        return connection.Writable != 0 || (state != TcpState.Established && state != TcpState.CloseWait);
    }

    private static bool IsTimeout(int timeout)
    {
        return timeout > 0 || timeout == NetworkRunner.Infinite;
    }

    private static ObjectDisposedException NotOpen()
    {
        // With the null it is the message on the device and on the desktop.
        return new ObjectDisposedException("This stream is not open: it has been closed, or was never opened.", (Exception)null);
    }

    private TcpConnection OpenConnection()
    {
        if (_connection == null || (_marks & Opening) != 0)
        {
            throw NotOpen();
        }

        return _connection;
    }

    private void Detach()
    {
        Runner.Remove(this);
        _connection = null;
        WakeAll();
        Runner.Wake();
    }
}
