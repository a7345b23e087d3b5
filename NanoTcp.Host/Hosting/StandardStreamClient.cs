using System;
using System.IO;
using System.Threading;
using NanoTcp.Tcp;

namespace NanoTcp.Host.Hosting;

/// <summary>
/// A client of one connection: what comes in on one stream is sent, what the peer sends goes out on the other, byte for
/// byte and with back-pressure both ways. At the end of the input this side is closed; the peer decides when it is over.
/// </summary>
public sealed class StandardStreamClient
{
    /// <summary>How long opening may take, in ms.</summary>
    public const int ConnectTimeout = 20_000;

    /// <summary>Milliseconds after which a router's word that there is no way is believed.</summary>
    public const int UnreachableTimeout = 3_000;

    private const int PipeSize = 64 * 1024;
    private const int BufferSize = 16 * 1024;

    /// <summary>After the peer has closed, input is still sent as long as it keeps coming, but nobody waits for more, in ms.</summary>
    private const int LateInputPause = 250;

    /// <summary>How long the end of this side may take after the peer has closed and the input is sent, in ms.</summary>
    private const int ClosingTimeout = 3_000;

    private readonly NetworkStack _stack;
    private readonly uint _address;
    private readonly int _port;
    private readonly string _name;
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly TextWriter _messages;
    private readonly Action _wake;
    private readonly BoundedPipe _fromInput = new(PipeSize);
    private readonly BoundedPipe _toOutput = new(PipeSize);
    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly Thread _reader;
    private readonly Thread _writer;
    private TcpConnection? _connection;
    private string? _failure;
    private volatile bool _outputDone;
    private bool _open;
    private bool _peerClosed;
    private bool _inputClosed;
    private long _startedAt = -1;
    private long _lastInputAt;
    private long _closingSince = -1;

    /// <summary>Makes a client; it begins to connect at its first <see cref="Poll"/>.</summary>
    /// <param name="stack">The stack to connect from.</param>
    /// <param name="address">The peer as the stack sees it.</param>
    /// <param name="port">The peer's port.</param>
    /// <param name="name">What the peer is called in messages.</param>
    /// <param name="input">What to send.</param>
    /// <param name="output">Where to put what the peer sends; nothing else goes there.</param>
    /// <param name="messages">Where to say what happens.</param>
    /// <param name="wake">Wakes the loop; called from other threads.</param>
    public StandardStreamClient(
        NetworkStack stack, uint address, int port, string name, Stream input, Stream output, TextWriter messages, Action wake)
    {
        ArgumentNullException.ThrowIfNull(stack);
        ArgumentNullException.ThrowIfNull(messages);
        _stack = stack;
        _address = address;
        _port = port;
        _name = name;
        _input = input;
        _output = output;
        _messages = messages;
        _wake = wake;
        // In the background: a read of the keyboard cannot be broken off, and must not keep the program alive.
        _reader = new Thread(ReadInput) { IsBackground = true, Name = "input" };
        _writer = new Thread(WriteOutput) { IsBackground = true, Name = "output" };
    }

    /// <summary>How far it has come.</summary>
    public ClientResult Result { get; private set; }

    /// <summary>While true, the client does not connect yet; the time for opening runs all the same.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Does what can be done now.</summary>
    /// <param name="now">The clock that the stack is polled with, in ms.</param>
    /// <returns>True when something was done.</returns>
    public bool Poll(long now)
    {
        if (Result != ClientResult.Running)
        {
            return false;
        }

        if (_failure != null)
        {
            return PollFailed();
        }

        if (_connection == null)
        {
            return PollStart(now);
        }

        if (!_open)
        {
            return PollOpening(now);
        }

        bool worked = Receive(now);
        if (_connection.EndReason is not (TcpEndReason.None or TcpEndReason.Closed) && !_peerClosed && _connection.Readable == 0)
        {
            Fail(Words(_connection.EndReason));
            return true;
        }

        worked |= Send(now);
        if (_peerClosed && _outputDone && IsSendingOver(now))
        {
            _connection.Close();
            Result = ClientResult.Closed;
            worked = true;
        }

        return worked;
    }

    private static string Words(TcpEndReason reason)
    {
        return reason switch
        {
            TcpEndReason.Refused => "connection refused: nobody listens there",
            TcpEndReason.Reset => "connection reset by the peer",
            TcpEndReason.TimedOut => "timed out: the peer does not answer any more",
            TcpEndReason.Unreachable => "unreachable: there is no way to that host, or nobody answers for it",
            _ => "connection ended: " + reason,
        };
    }

    private bool PollStart(long now)
    {
        if (_startedAt < 0)
        {
            _startedAt = now;
        }

        if (IsHeld)
        {
            return CheckConnectTime(now);
        }

        _connection = _stack.Connect(_address, _port);
        if (_connection == null)
        {
            Fail("no connection is free");
            return true;
        }

        // What is typed is to go out when it is typed.
        _connection.NoDelay = true;
        return true;
    }

    private bool CheckConnectTime(long now)
    {
        if (now - _startedAt < ConnectTimeout)
        {
            return false;
        }

        Fail($"timed out: no answer within {ConnectTimeout / 1000} seconds");
        return true;
    }

    private bool PollOpening(long now)
    {
        if (_connection!.EndReason != TcpEndReason.None)
        {
            Fail(_connection.EndReason == TcpEndReason.TimedOut ? "timed out: no answer" : Words(_connection.EndReason));
            return true;
        }

        if (_connection.State is TcpState.SynSent or TcpState.SynReceived)
        {
            if (_connection.ReportedUnreachable && now - _startedAt >= UnreachableTimeout)
            {
                Fail(Words(TcpEndReason.Unreachable));
                return true;
            }

            return CheckConnectTime(now);
        }

        _open = true;
        _lastInputAt = now;
        _messages.WriteLine($"{_name}: connected");
        _reader.Start();
        _writer.Start();
        return true;
    }

    private bool Receive(long now)
    {
        bool worked = false;
        int room = Math.Min(_toOutput.Writable, _buffer.Length);
        if (room != 0 && _connection!.Readable != 0)
        {
            int length = _connection.Read(_buffer, 0, room);
            _toOutput.Write(_buffer, 0, length);
            worked = true;
        }

        if (!_peerClosed && _connection!.EndOfStream)
        {
            _peerClosed = true;
            _lastInputAt = now;
            _toOutput.Complete();
            worked = true;
        }

        return worked;
    }

    private bool Send(long now)
    {
        if (_inputClosed)
        {
            return false;
        }

        int room = Math.Min(_connection!.Writable, _buffer.Length);
        int length = room == 0 ? 0 : _fromInput.Read(_buffer, 0, room);
        if (length != 0)
        {
            _connection.Write(_buffer, 0, length);
            _lastInputAt = now;
            return true;
        }

        bool late = _peerClosed && now - _lastInputAt >= LateInputPause && _fromInput.Readable == 0;
        if (_fromInput.IsDrained || late)
        {
            _inputClosed = true;
            _connection.CloseSend();
            return true;
        }

        return false;
    }

    /// <summary>Whether everything that was sent has arrived, or will not.</summary>
    private bool IsSendingOver(long now)
    {
        if (_connection!.EndReason != TcpEndReason.None || _connection.State is TcpState.TimeWait or TcpState.Closed)
        {
            return true;
        }

        if (_inputClosed && _closingSince < 0)
        {
            _closingSince = now;
        }

        return _inputClosed && _connection.Unacknowledged == 0 && now - _closingSince >= ClosingTimeout;
    }

    private void Fail(string why)
    {
        _connection?.Close();
        _failure = why;
        _toOutput.Complete();
    }

    /// <summary>What came before the end is still put out, then it is said what the end was.</summary>
    private bool PollFailed()
    {
        if (_open && !_outputDone)
        {
            return false;
        }

        _messages.WriteLine($"{_name}: {_failure}");
        Result = ClientResult.Failed;
        return true;
    }

    private void ReadInput()
    {
        byte[] buffer = new byte[BufferSize];
        try
        {
            while (_fromInput.WaitToWrite())
            {
                int length = _input.Read(buffer, 0, Math.Min(buffer.Length, _fromInput.Writable));
                if (length == 0)
                {
                    break;
                }

                _fromInput.Write(buffer, 0, length);
                _wake();
            }
        }
        catch (IOException)
        {
            // An input that cannot be read any more has ended.
        }

        _fromInput.Complete();
        _wake();
    }

    private void WriteOutput()
    {
        byte[] buffer = new byte[BufferSize];
        try
        {
            while (_toOutput.WaitToRead())
            {
                int length = _toOutput.Read(buffer, 0, buffer.Length);
                _wake();
                _output.Write(buffer, 0, length);
                _output.Flush();
            }
        }
        catch (IOException)
        {
            // Nobody reads the output any more (a closed pipe): what still comes is thrown away, the sending goes on.
            while (_toOutput.WaitToRead())
            {
                _ = _toOutput.Read(buffer, 0, buffer.Length);
                _wake();
            }
        }

        _outputDone = true;
        _wake();
    }
}
