using System;
using System.Collections.Generic;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.Simulation;

/// <summary>One owner of one connection, who does with it what the dice say, and checks what comes out of it.</summary>
internal sealed class RandomUser
{
    private readonly TcpConnection _connection;
    private readonly Random _random;
    private readonly int _toWrite;
    private readonly double _readiness;
    private readonly double _temper;
    private readonly byte[] _buffer = new byte[3000];
    private readonly int _key;
    private readonly HashSet<int> _urgentEnds = [];
    private bool _closed;

    /// <param name="connection">The connection; this user owns it.</param>
    /// <param name="client">Whether this side opened it.</param>
    /// <param name="random">The dice.</param>
    internal RandomUser(TcpConnection connection, bool client, Random random)
    {
        _connection = connection;
        _random = random;
        Port = client ? connection.LocalPort : connection.RemotePort;
        _key = (Port * 2) + (client ? 0 : 1);
        _toWrite = random.Next(4) == 0 ? 0 : random.Next(8000);
        _readiness = random.Next(5) switch { 0 => 0, 1 => 0.05, _ => 1 };
        _temper = random.Next(3) == 0 ? 0.01 : 0.0005;
        SetOptions();
    }

    /// <summary>The client's port, by which the two ends find each other.</summary>
    internal int Port { get; }

    internal RandomUser? Other { get; set; }

    internal bool IsGone { get; private set; }

    internal int Written { get; private set; }

    internal int Received { get; private set; }

    internal TcpState State => _connection.State;

    internal TcpEndReason EndReason => _connection.EndReason;

    /// <summary>Does something, or nothing.</summary>
    internal void Act(string context)
    {
        Check(context);
        if (_random.NextDouble() < _readiness)
        {
            Read(_random.Next(1, _buffer.Length), context);
        }

        if (!_closed && Written < _toWrite && _random.Next(2) == 0)
        {
            Write();
        }

        double dice = _random.NextDouble();
        if (!_closed && (Written == _toWrite || dice < _temper / 2))
        {
            _connection.CloseSend();
            _closed = true;
        }

        dice = _random.NextDouble();
        if (dice < _temper)
        {
            _connection.Abort();
            IsGone = true;
        }
        else if (dice < 2 * _temper || (_connection.EndReason != TcpEndReason.None && _random.Next(3) == 0))
        {
            switch (_random.Next(4))
            {
                case 0:
                    _connection.Close(_random.Next(3));
                    break;
                case 1:
                    _connection.Close(_random.Next(10_000));
                    break;
                default:
                    _connection.Close();
                    break;
            }

            IsGone = true;
        }
        else if (_random.Next(500) == 0)
        {
            SetOptions();
        }
    }

    /// <summary>Closes in order and reads what there is. True when the connection has ended.</summary>
    internal bool Finish(string context)
    {
        Check(context);
        Read(_buffer.Length, context);
        _connection.CloseSend();
        _closed = true;
        return _connection.EndReason != TcpEndReason.None;
    }

    internal void GiveBack()
    {
        _connection.Close();
        IsGone = true;
    }

    public override string ToString()
    {
        return $"{(_key % 2 == 0 ? "client" : "server")} of port {Port}: {State} {EndReason}, {Written} of {_toWrite} written, {Received} received";
    }

    private byte Octet(int index) => (byte)(((index * 2654435761L) >> 7) + _key);

    private void Check(string context)
    {
        Assert.IsTrue(State != TcpState.Closed || EndReason != TcpEndReason.None, $"{context}: ended without a reason: {this}");
        Assert.IsTrue(
            EndReason == TcpEndReason.None || State is TcpState.Closed or TcpState.TimeWait, $"{context}: a reason but no end: {this}");
        if (_connection.EndOfStream)
        {
            Assert.IsNotNull(Other, $"{context}: a stream ended that nobody wrote: {this}");
            Assert.IsTrue(Other._closed || Other.IsGone, $"{context}: nobody closed {Other}");
            Assert.AreEqual(Other.Written, Received, $"{context}: the stream ended early: {this}, {Other}");
        }
    }

    private void SetOptions()
    {
        _connection.NoDelay = _random.Next(2) == 0;
        _connection.Evictable = _random.Next(3) == 0;
        _connection.DifferentiatedServices = _random.Next(64);
        _connection.KeepAlive = _random.Next(3) == 0;
        _connection.KeepAliveInterval = _random.Next(1000, 10_000);
        _connection.KeepAliveProbeInterval = _random.Next(1000, 10_000);
        _connection.KeepAliveProbes = _random.Next(2, 5);
        _connection.IdleTimeout = _random.Next(5) == 0 ? _random.Next(1, 30_000) : 0;
        _connection.UserTimeout = _random.Next(5) == 0 ? _random.Next(1, 30_000) : 120_000;
        _connection.ConnectTimeout = _random.Next(5) == 0 ? _random.Next(1, 30_000) : 180_000;
    }

    private void Read(int length, string context)
    {
        int read = _connection.Read(_buffer, 0, length);
        for (int i = 0; i < read; i++)
        {
            Assert.AreEqual(Other!.Octet(Received + i), _buffer[i], $"{context}: octet {Received + i} of {this}");
        }

        Received += read;
        CheckUrgent(context);
        Assert.IsTrue(read == 0 || Received <= Other!.Written, $"{context}: more than was written: {this}, {Other}");
    }

    private void Write()
    {
        int length = Math.Min(_random.Next(1, _buffer.Length), _toWrite - Written);
        for (int i = 0; i < length; i++)
        {
            _buffer[i] = Octet(Written + i);
        }

        bool urgent = _random.Next(10) == 0;
        int taken = urgent ? _connection.WriteUrgent(_buffer, 0, length) : _connection.Write(_buffer, 0, length);
        Written += taken;
        if (urgent && taken != 0)
        {
            _urgentEnds.Add(Written);
        }
    }

    /// <summary>Whatever is called urgent ends where the other side once said, and before all that it has written.</summary>
    private void CheckUrgent(string context)
    {
        int remaining = _connection.UrgentRemaining;
        Assert.IsTrue(
            remaining == 0 || Other!._urgentEnds.Contains(Received + remaining),
            $"{context}: {remaining} urgent octets, which nobody wrote: {this}, {Other}");
    }
}
