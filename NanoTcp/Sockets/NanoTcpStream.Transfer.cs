using System;
using NanoTcp.Primitives;
using NanoTcp.Tcp;

namespace NanoTcp.Sockets;

/// <content>Reading and writing: what is possible is done at once, and the rest waited for.</content>
public sealed partial class NanoTcpStream
{
    /// <summary>One octet for who reads, and one for who writes, octet by octet.</summary>
    private readonly byte[] _octets = new byte[2];

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
        Argument.CheckRange(buffer, offset, count);
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
        Argument.CheckRange(buffer, offset, count);
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
