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
public sealed class NanoTcpStream : BlockingStream
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

    /// <summary>How soon somebody who wants to open the stream looks again whether all have left it, in ms.</summary>
    private const int LeavingWait = 10;

    /// <summary>The next one in the runner's list of open streams.</summary>
    internal NanoTcpStream Next;

    /// <summary>Runs the stack.</summary>
    internal readonly NetworkRunner Runner;

    private readonly AutoResetEvent _readSignal = new AutoResetEvent(false);
    private readonly AutoResetEvent _writeSignal = new AutoResetEvent(false);

    /// <summary>One octet for who reads, and one for who writes, octet by octet.</summary>
    private readonly byte[] _octets = new byte[2];

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

    /// <summary>Reads what is there, and waits while nothing is.</summary>
    /// <param name="buffer">Where to put it.</param>
    /// <param name="offset">Where in it to begin.</param>
    /// <param name="count">How many octets at most.</param>
    /// <returns>How many octets were read; 0 when the peer has closed its side and everything was read, or nothing was asked for.</returns>
    /// <exception cref="ArgumentException">The range is not within the buffer, or there is no buffer.</exception>
    /// <exception cref="InvalidOperationException">Another thread is reading, or this is the thread of the loop.</exception>
    /// <exception cref="ObjectDisposedException">The stream is not open, or was closed meanwhile.</exception>
    /// <exception cref="NanoTcpException">Nothing came within <see cref="ReadTimeout"/>: try again as you like. Or the
    /// connection has ended otherwise than in order, and what came before was read. Or the runner has been stopped.</exception>
    public override int Read(byte[] buffer, int offset, int count)
    {
        CheckRange(buffer, offset, count);
        Runner.EnterToWait();
        try
        {
            BeginCall(Reading);
            try
            {
                return ReadOrWait(buffer, offset, count);
            }
            finally
            {
                EndCall(Reading);
            }
        }
        finally
        {
            Runner.Leave();
        }
    }

    /// <summary>Reads one octet, and waits while there is none.</summary>
    /// <returns>The octet; -1 when the peer has closed its side and everything was read.</returns>
    /// <exception cref="InvalidOperationException">Another thread is reading, or this is the thread of the loop.</exception>
    /// <exception cref="ObjectDisposedException">The stream is not open, or was closed meanwhile.</exception>
    /// <exception cref="NanoTcpException">As for <see cref="Read(byte[], int, int)"/>.</exception>
    public override int ReadByte()
    {
        Runner.EnterToWait();
        try
        {
            BeginCall(Reading);
            try
            {
                return ReadOrWait(_octets, 0, 1) == 0 ? -1 : _octets[0];
            }
            finally
            {
                EndCall(Reading);
            }
        }
        finally
        {
            Runner.Leave();
        }
    }

    /// <summary>Hands octets over, and waits until all of them have found room in the connection's ring.</summary>
    /// <param name="buffer">Holds the octets; it is the caller's again when the call has ended.</param>
    /// <param name="offset">The first of them.</param>
    /// <param name="count">How many there are.</param>
    /// <exception cref="ArgumentException">The range is not within the buffer, or there is no buffer.</exception>
    /// <exception cref="InvalidOperationException">Another thread is writing, nothing can be written after
    /// <see cref="CloseSend"/>, or this is the thread of the loop.</exception>
    /// <exception cref="ObjectDisposedException">The stream is not open, or was closed meanwhile.</exception>
    /// <exception cref="NanoTcpException">There was no progress for <see cref="WriteTimeout"/>; the connection has ended; or
    /// the runner has been stopped. <see cref="NanoTcpException.Transferred"/> says how many octets had been taken.</exception>
    public override void Write(byte[] buffer, int offset, int count)
    {
        CheckRange(buffer, offset, count);
        Runner.EnterToWait();
        try
        {
            BeginCall(Writing);
            try
            {
                WriteOrWait(buffer, offset, count);
            }
            finally
            {
                EndCall(Writing);
            }
        }
        finally
        {
            Runner.Leave();
        }
    }

    /// <summary>Hands one octet over.</summary>
    /// <param name="value">The octet.</param>
    /// <inheritdoc cref="Write(byte[], int, int)"/>
    public override void WriteByte(byte value)
    {
        Runner.EnterToWait();
        try
        {
            BeginCall(Writing);
            try
            {
                _octets[1] = value;
                WriteOrWait(_octets, 1, 1);
            }
            finally
            {
                EndCall(Writing);
            }
        }
        finally
        {
            Runner.Leave();
        }
    }

    /// <summary>Does nothing: what was written goes out by itself, and to wait for acknowledgments would make a round trip
    /// of every line. <see cref="Unacknowledged"/> tells how much is still under way.</summary>
    public override void Flush()
    {
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

    private static void CheckRange(byte[] buffer, int offset, int count)
    {
        if (buffer == null)
        {
            throw new ArgumentNullException(nameof(buffer));
        }

        if (offset < 0 || offset > buffer.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(offset));
        }

        if (count < 0 || count > buffer.Length - offset)
        {
            throw new ArgumentOutOfRangeException(nameof(count));
        }
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

    /// <summary>The calling thread alone reads, or writes, until <see cref="EndCall"/>.</summary>
    private void BeginCall(int mark)
    {
        OpenConnection();
        if ((_marks & mark) != 0)
        {
            throw new InvalidOperationException(
                mark == Reading ? "Another thread is reading from this stream: only one can." : "Another thread is writing to this stream: only one can.");
        }

        _marks |= mark;
    }

    private void EndCall(int mark)
    {
        _marks &= ~(mark | (mark == Reading ? ReadWaiting : WriteWaiting));
        if (_connection == null)
        {
            Runner.Clock.Signal(Runner.Left);
        }
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

    private int ReadOrWait(byte[] buffer, int offset, int count)
    {
        TcpConnection connection = _connection;
        long deadline = 0;
        bool waited = false;
        while (true)
        {
            int length = connection.Read(buffer, offset, count);
            if (length != 0)
            {
                if ((connection.Marks & TcpConnection.OutputDue) != 0)
                {
                    // The window has opened again, and the peer should know.
                    Runner.Wake();
                }

                return length;
            }

            if (count == 0 || connection.EndOfStream)
            {
                return 0;
            }

            if (connection.State == TcpState.Closed)
            {
                throw NanoTcpException.Ended(connection.EndReason, 0);
            }

            Runner.CheckRunning(0);
            if (!waited)
            {
                deadline = Runner.Deadline(_readTimeout);
                waited = true;
            }

            _marks |= ReadWaiting;
            if (!Runner.Wait(_readSignal, deadline))
            {
                throw NanoTcpException.Timeout("Nothing has arrived in time; the stream can still be used.", 0);
            }

            if (_connection != connection)
            {
                throw NotOpen();
            }
        }
    }

    private void WriteOrWait(byte[] buffer, int offset, int count)
    {
        TcpConnection connection = _connection;
        int timeout = _writeTimeout;
        int written = 0;
        long deadline = 0;
        bool waited = false;
        while (true)
        {
            Runner.CheckRunning(written);
            int length = connection.Write(buffer, offset + written, count - written);
            if (length != 0)
            {
                Runner.Wake();
                written += length;
                waited = false;
            }

            if (written == count)
            {
                return;
            }

            if (connection.State != TcpState.Established && connection.State != TcpState.CloseWait)
            {
                throw NanoTcpException.Ended(connection.EndReason, written);
            }

            if (!waited)
            {
                deadline = Runner.Deadline(timeout);
                waited = true;
            }

            _marks |= WriteWaiting;
            if (!Runner.Wait(_writeSignal, deadline))
            {
                throw NanoTcpException.Timeout("There was no room in time; the stream can still be used.", written);
            }

            if (_connection != connection)
            {
                throw NotOpen();
            }
        }
    }
}
