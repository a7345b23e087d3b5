using System;
using NanoTcp.Emulation;
using NanoTcp.Link;
using NanoTcp.Tcp;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Tcp;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Simulation;

/// <summary>
/// A sender before receivers that keep the rules and make nothing easy: windows of any size, closed for as long as they
/// like, opened without a word, taken back; no room for a FIN; nothing kept out of order; loss; a cable that is pulled.
/// Every octet and the FIN arrive, and the connection never hangs nor is given up.
/// </summary>
[TestClass]
public sealed class MoodyReceiverTests
{
    [TestMethod]
    [DataRow(1, 400)]
    [DataRow(1001, 400)]
    public void Before_any_receiver_everything_arrives_in_the_end(int firstSeed, int seeds)
    {
        for (int seed = firstSeed; seed < firstSeed + seeds; seed++)
        {
            new Transfer(seed).Run();
        }
    }

    private sealed class Transfer
    {
        private const int PeerPort = 40_000;
        private const int Port = 7000;
        private const uint PeerIss = 0xFFFFFFF0;
        private const int Sequence = 34 + 4;
        private readonly SeededRandom _random;
        private readonly string _context;
        private readonly StackBench _bench;
        private readonly TcpListener _listener;
        private readonly TcpConnection _connection;
        private readonly uint _stackIss;
        private readonly int _toWrite;
        private readonly int _lossPercent;
        private readonly bool _finNeedsRoom;
        private readonly bool _shrinks;
        private readonly bool _tellsUpdates;
        private readonly bool _cablePulled;
        private int _capacity;
        private int _held;
        private int _written;

        /// <summary>RCV.NXT of the peer, relative to the stack's ISS.</summary>
        private int _next = 1;

        private bool _finished;

        internal Transfer(int seed)
        {
            _random = new SeededRandom((ulong)seed * 77);
            _capacity = _random.Below(4) switch { 0 => 1 + _random.Below(20), 1 => 1 + _random.Below(600), _ => 1 + _random.Below(5000) };
            _toWrite = _random.Below(_capacity < 20 ? 300 : 6000);
            _lossPercent = _random.Below(2) * 4;
            _finNeedsRoom = _random.Below(2) == 0;
            _shrinks = _random.Below(3) == 0;
            _tellsUpdates = _random.Below(2) == 0;
            _cablePulled = _random.Below(3) == 0;
            _context = $"seed {seed}: window {_capacity}, {_toWrite} octets, {_lossPercent} % loss, FIN needs room {_finNeedsRoom},"
                + $" shrinks {_shrinks}, tells {_tellsUpdates}, cable pulled {_cablePulled}";
            int sendBuffer = 256 + _random.Below(3000);
            int mss = 64 + _random.Below(1397);
            _bench = new StackBench((1L << 31) - _random.Below(100_000), answersArp: true, options => options.SendBuffer = sendBuffer);
            _bench.Poll();
            _listener = _bench.Stack.Listen(Port, 1);
            Send(0, TraceSegment.Syn, [2, 4, (byte)(mss >> 8), (byte)mss]);
            _stackIss = Frames.Get32(_bench.Sent.Dequeue().Octets, Sequence);
            Send(1, TraceSegment.Ack, []);
            _connection = _listener.Accept();
            _connection.NoDelay = _random.Below(2) == 0;
        }

        internal void Run()
        {
            const long Hours = 6 * 3_600_000L;
            bool closed = false;
            bool plugged = true;
            byte[] octets = new byte[3000];
            while (!_finished || _connection.State != TcpState.FinWait2)
            {
                if (_written < _toWrite && _random.Below(2) == 0)
                {
                    int length = Math.Min(1 + _random.Below(octets.Length), _toWrite - _written);
                    for (int i = 0; i < length; i++)
                    {
                        octets[i] = TracePeer.StackOctet(1 + _written + i);
                    }

                    _written += _connection.Write(octets, 0, length);
                    _bench.Poll();
                }

                if (!closed && _written == _toWrite)
                {
                    closed = true;
                    _connection.CloseSend();
                    _bench.Poll();
                }

                if (_cablePulled && _random.Below(plugged ? 60 : 10) == 0)
                {
                    plugged = !plugged;
                    _bench.Link.Status = plugged ? LinkStatus.Up : LinkStatus.Down;
                    _bench.Poll();
                }

                Receive();
                Read(plugged);
                _bench.AdvanceTo(_bench.Now + 1 + _random.Below(_random.Below(10) == 0 ? 5000 : 300));
                Assert.AreEqual(TcpEndReason.None, _connection.EndReason, $"{_context}: {_next} received, at {_bench.Now - _bench.Start} ms");
                Assert.IsLessThan(Hours, _bench.Now - _bench.Start, $"{_context}: {_next} received, it hangs");
            }

            Assert.AreEqual(_toWrite, _next - 2, _context);
            _bench.Link.Status = LinkStatus.Up;
            _connection.Abort();
            _listener.Close();
            _bench.Poll();
            _bench.Sent.Clear();
            _bench.AssertBalanced();
        }

        /// <summary>Every segment that was not lost is taken as far as there is room, and answered.</summary>
        private void Receive()
        {
            while (_bench.Sent.TryDequeue(out SentFrame frame))
            {
                if (Lost())
                {
                    continue;
                }

                byte[] segment = frame.Octets[34..];
                Assert.AreEqual(0, segment[13] & (TraceSegment.Rst | TraceSegment.Syn), $"{_context}: no reset");
                int first = (int)(Frames.Get32(segment, 4) - _stackIss);
                int length = segment.Length - 20;
                bool fin = (segment[13] & TraceSegment.Fin) != 0;
                for (int i = 0; i < length; i++)
                {
                    Assert.AreEqual(TracePeer.StackOctet(first + i), segment[20 + i], $"{_context}: octet {first + i}");
                }

                if (length == 0 && !fin)
                {
                    continue;
                }

                if (!_finished && first <= _next)
                {
                    int fresh = Math.Clamp(first + length - _next, 0, Window());
                    _next += fresh;
                    _held += fresh;
                    if (fin && first + length == _next && (!_finNeedsRoom || Window() > 0))
                    {
                        _finished = true;
                        _next++;
                    }
                }

                Acknowledge();
            }
        }

        /// <summary>The peer's user reads, or does not; its memory comes and goes.</summary>
        private void Read(bool plugged)
        {
            if (_shrinks && _random.Below(20) == 0)
            {
                _capacity = _random.Below(3000) + 1;
            }

            if (_held != 0 && _random.Below(4) == 0)
            {
                _held -= 1 + _random.Below(_held);
                if (plugged && (_tellsUpdates || _random.Below(20) == 0))
                {
                    Acknowledge();
                }
            }
        }

        private int Window() => Math.Max(0, _capacity - _held);

        private bool Lost() => _random.Below(100) < _lossPercent;

        private void Acknowledge()
        {
            if (!Lost())
            {
                Send(1, TraceSegment.Ack, []);
            }
        }

        private void Send(uint sequence, int flags, byte[] options)
        {
            byte[] segment = Frames.TcpSegment(
                StackBench.PeerAddress,
                StackBench.OwnAddress,
                PeerPort,
                Port,
                PeerIss + sequence,
                (flags & TraceSegment.Ack) != 0 ? _stackIss + (uint)_next : 0,
                flags,
                Math.Min(65535, Window()),
                options,
                []);
            _bench.Deliver(Frames.Ethernet(
                StackBench.OwnMac,
                StackBench.MacOf(StackBench.PeerAddress),
                Frames.TypeIpv4,
                Frames.Ipv4(StackBench.PeerAddress, StackBench.OwnAddress, Frames.Tcp, segment)));
        }
    }
}
