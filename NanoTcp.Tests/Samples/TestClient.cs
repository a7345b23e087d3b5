using System;
using System.Text;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.Samples;

/// <summary>A client's connection with as much patience and as many octets as a test wants.</summary>
internal sealed class TestClient
{
    private readonly TcpConnection _connection;
    private byte[] _out = [];
    private int _sent;
    private byte[] _in = new byte[4096];
    private bool _closed;
    private bool _closeSend;

    internal TestClient(TcpConnection connection)
    {
        _connection = connection;
    }

    /// <summary>Octets read and not yet taken.</summary>
    internal int Received { get; private set; }

    /// <summary>Octets that may still be read; a test lowers it to read slowly.</summary>
    internal long Appetite { get; set; } = long.MaxValue;

    /// <summary>What is read is checked and thrown away instead of kept.</summary>
    internal Action<byte[], int>? Sink { get; set; }

    internal bool IsOpen
    {
        get { return _connection.State is TcpState.Established or TcpState.CloseWait; }
    }

    internal bool IsEnded
    {
        get { return _closed || _connection.EndReason != TcpEndReason.None; }
    }

    internal TcpEndReason EndReason
    {
        get { return _connection.EndReason; }
    }

    /// <summary>The server has closed its side, and everything was read.</summary>
    internal bool EndOfStream
    {
        get { return _connection.EndOfStream; }
    }

    internal ReadOnlySpan<byte> Octets
    {
        get { return _in.AsSpan(0, Received); }
    }

    internal string Text
    {
        get { return Encoding.Latin1.GetString(_in, 0, Received); }
    }

    internal void Send(string text)
    {
        Send(Encoding.Latin1.GetBytes(text));
    }

    internal void Send(byte[] octets)
    {
        byte[] rest = new byte[_out.Length - _sent + octets.Length];
        Array.Copy(_out, _sent, rest, 0, _out.Length - _sent);
        octets.CopyTo(rest, _out.Length - _sent);
        _out = rest;
        _sent = 0;
    }

    /// <summary>Half close, after everything has been sent.</summary>
    internal void CloseSend()
    {
        _closeSend = true;
    }

    internal void Close()
    {
        if (!_closed)
        {
            _closed = true;
            _connection.Close();
        }
    }

    internal void Abort()
    {
        if (!_closed)
        {
            _closed = true;
            _connection.Abort();
        }
    }

    internal bool Move()
    {
        if (_closed)
        {
            return false;
        }

        bool worked = false;
        if (_sent < _out.Length && IsOpen)
        {
            int written = _connection.Write(_out, _sent, _out.Length - _sent);
            _sent += written;
            worked = written != 0;
        }

        if (_closeSend && _sent == _out.Length && IsOpen)
        {
            _connection.CloseSend();
            _closeSend = false;
            worked = true;
        }

        while (Appetite > 0)
        {
            if (_in.Length - Received < 4096)
            {
                Array.Resize(ref _in, _in.Length * 2);
            }

            int count = _connection.Read(_in, Received, (int)Math.Min(Appetite, _in.Length - Received));
            if (count == 0)
            {
                break;
            }

            worked = true;
            Appetite -= count;
            Received += count;
            if (Sink != null)
            {
                Sink(_in, Received);
                Received = 0;
            }
        }

        return worked;
    }

    /// <summary>Takes a complete response from what was received, or null.</summary>
    internal HttpReply? TakeReply(bool toHead)
    {
        HttpReply? reply = HttpReply.Parse(Octets, toHead, EndOfStream || IsEnded, out int length);
        if (reply != null)
        {
            Take(length);
        }

        return reply;
    }

    internal void Take(int count)
    {
        Received -= count;
        Array.Copy(_in, count, _in, 0, Received);
    }
}
