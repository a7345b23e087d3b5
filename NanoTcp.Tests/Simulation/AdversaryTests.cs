using System;
using NanoTcp.Emulation;
using NanoTcp.Tcp;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Tcp;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Simulation;

/// <summary>
/// Segments that a confused or hostile peer might send, thrown at a connection in every state: the numbers of the
/// control block stay in order, at most one bare segment answers one, a timer runs while anything is out, nothing is
/// read that the peer did not send, and everything is given back in the end.
/// </summary>
[TestClass]
public sealed class AdversaryTests
{
    private const int Seeds = 60;
    private const int Segments = 60;

    [TestMethod]
    [DataRow(TcpState.Closed)]
    [DataRow(TcpState.SynSent)]
    [DataRow(TcpState.SynReceived)]
    [DataRow(TcpState.Established)]
    [DataRow(TcpState.FinWait1)]
    [DataRow(TcpState.FinWait2)]
    [DataRow(TcpState.CloseWait)]
    [DataRow(TcpState.Closing)]
    [DataRow(TcpState.LastAck)]
    [DataRow(TcpState.TimeWait)]
    public void Whatever_segments_come_in_any_state_the_connection_stays_in_order(TcpState state)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            foreach (Variant variant in Enum.GetValues<Variant>())
            {
                new Victim(state, variant, seed).Suffer();
            }
        }
    }

    /// <summary>What else is the case when the segments begin to come.</summary>
    private enum Variant
    {
        Idle,
        DataOut,
        ClosedWindow,
        Hole,
        FullRing,
        GivenBack,
    }

    private sealed class Victim
    {
        private const int PeerPort = 40_000;
        private const int ListenPort = 7000;
        private const uint PeerIss = 0xFFFFFF00;
        private readonly TcpState _state;
        private readonly string _context;
        private readonly SeededRandom _random;
        private readonly StackBench _bench;
        private readonly TcpListener _listener;
        private readonly byte[] _buffer = new byte[4096];
        private TcpConnection? _connection;
        private int _stackPort;
        private int _remotePort = PeerPort;
        private uint _stackIss;
        private bool _held;
        private int _read;
        private uint _edge;

        /// <summary>Octets of the stream that some segment has carried; each segment is at most a window beyond the last.</summary>
        private readonly bool[] _carried = new bool[(Segments + 10) * 600];

        /// <summary>IRS: that of the good peer, unless a stranger's SYN has won.</summary>
        private uint _irs = PeerIss;

        internal Victim(TcpState state, Variant variant, int seed)
        {
            _state = state;
            _context = $"{state}, {variant}, seed {seed}";
            _random = new SeededRandom(((ulong)seed * 64) + ((ulong)state * 8) + (ulong)variant);
            _bench = new StackBench(_random.Below(2) == 0 ? 1L << 31 : uint.MaxValue - 5000L, answersArp: true, options =>
            {
                options.ReceiveBuffer = 600;
                options.SendBuffer = 1500;
                options.Gaps = 2;
                options.Connections = 2;
                options.TimeWaitDuration = 5000;
            });
            _bench.Poll();
            if (variant == Variant.ClosedWindow && state is TcpState.FinWait2 or TcpState.TimeWait)
            {
                // Everything has been acknowledged there.
                variant = Variant.DataOut;
            }

            _listener = _bench.Stack.Listen(ListenPort, 2);
            Bring(variant);
            _bench.Sent.Clear();
        }

        internal void Suffer()
        {
            for (int i = 0; i < Segments; i++)
            {
                byte[] segment = Adverse(out string text);
                string what = $"{_context}, segment {i} {text}";
                _bench.Deliver(segment);
                Look(what);
                if (_random.Below(4) == 0)
                {
                    Use();
                    _bench.Poll();
                    _bench.Sent.Clear();
                    Numbers(what);
                }

                if (_random.Below(6) == 0)
                {
                    _bench.AdvanceTo(_bench.Now + _random.Below(_random.Below(4) == 0 ? 5000 : 100));
                    _bench.Sent.Clear();
                    Numbers(what);
                }
            }

            Leave();
        }

        /// <summary>To the state, by a well-behaved peer.</summary>
        private void Bring(Variant variant)
        {
            if (_state == TcpState.Closed)
            {
                _stackPort = ListenPort;
                return;
            }

            bool active = _state == TcpState.SynSent || (_state == TcpState.SynReceived && _random.Below(2) == 0);
            if (active)
            {
                _remotePort = 80;
                _connection = _bench.Stack.Connect(StackBench.PeerAddress, 80);
                _held = true;
                _stackPort = _connection.LocalPort;
                _bench.Poll();
                _stackIss = Frames.Get32(_bench.Sent.Dequeue().Octets, 34 + 4);
                if (_state == TcpState.SynReceived)
                {
                    Deliver(0, null, TraceSegment.Syn, 0);
                }

                if (variant == Variant.GivenBack)
                {
                    GiveBack();
                }

                return;
            }

            _stackPort = ListenPort;
            Deliver(0, null, TraceSegment.Syn, 0);
            _stackIss = Frames.Get32(_bench.Sent.Dequeue().Octets, 34 + 4);
            if (_state == TcpState.SynReceived)
            {
                return;
            }

            int window = variant == Variant.ClosedWindow ? 0 : 4000;
            Deliver(1, 1, TraceSegment.Ack, 0, window);
            _connection = _listener.Accept();
            _held = true;
            uint una = 1;
            uint next = 1;
            if (variant == Variant.FullRing)
            {
                Deliver(1, 1, TraceSegment.Ack, 600, window);
                next = 601;
            }

            if (_state is TcpState.CloseWait or TcpState.LastAck)
            {
                Deliver(next++, 1, TraceSegment.Fin | TraceSegment.Ack, 0, window);
            }

            if (variant is Variant.DataOut or Variant.ClosedWindow)
            {
                Write(700);
                if (_state is TcpState.FinWait2 or TcpState.TimeWait)
                {
                    Deliver(next, 701, TraceSegment.Ack, 0, 4000);
                }

                una = 701;
            }

            if (_state is TcpState.FinWait1 or TcpState.FinWait2 or TcpState.Closing or TcpState.TimeWait or TcpState.LastAck)
            {
                if (variant == Variant.GivenBack)
                {
                    GiveBack();
                }
                else
                {
                    _connection!.CloseSend();
                }

                _bench.Poll();
            }

            if (_state is TcpState.FinWait2 or TcpState.TimeWait)
            {
                Deliver(next, una + 1, TraceSegment.Ack, 0, 4000);
            }

            if (_state is TcpState.Closing or TcpState.TimeWait)
            {
                Deliver(next, _state == TcpState.Closing ? 1 : una + 1, TraceSegment.Fin | TraceSegment.Ack, 0, window);
            }
            else if (variant == Variant.Hole)
            {
                Deliver(next + 20, 1, TraceSegment.Ack, 30, window);
            }

            if (variant == Variant.GivenBack && _held)
            {
                GiveBack();
                _bench.Poll();
            }
            else if (variant != Variant.GivenBack)
            {
                Assert.AreEqual(_state, _connection!.State, $"{_context}: brought to the state");
            }
        }

        /// <summary>A segment near the numbers that matter, or anywhere; flags, lengths, options and checksum as they come.</summary>
        private byte[] Adverse(out string text)
        {
            TcpControlBlock? block = _connection?.Block;
            uint sequence = _random.Below(8) switch
            {
                0 => PeerIss,
                1 => block?.RcvAdv ?? PeerIss + 1,
                2 => _random.NextUInt32(),
                _ => block != null && block.RcvNxt != 0 ? block.RcvNxt : PeerIss + 1,
            };
            sequence += Nudge();
            uint acknowledgment = _random.Below(8) switch
            {
                0 => _stackIss,
                1 => block?.SndNxt ?? _stackIss + 1,
                2 => block?.SndUna ?? _stackIss + 1,
                3 => _random.NextUInt32(),
                _ => block?.SndMax ?? _stackIss + 1,
            };
            acknowledgment += Nudge();
            int flags = _random.Below(5) switch
            {
                0 => _random.Below(64),
                1 => TraceSegment.Ack | (1 << _random.Below(6)),
                2 => 1 << _random.Below(6),
                _ => TraceSegment.Ack,
            };
            int length = _random.Below(4) switch { 0 => 0, 1 => 1, 2 => _random.Below(100), _ => _random.Below(1461) };
            int window = _random.Below(4) switch { 0 => 0, 1 => 1, 2 => 65535, _ => _random.Below(5000) };
            byte[] options = new byte[_random.Below(6) == 0 ? 4 * _random.Below(11) : 0];
            _random.Fill(options);
            length = Math.Min(length, 1460 - options.Length);
            byte[] segment = Segment(sequence, acknowledgment, flags, window, options, length);
            bool spoiled = _random.Below(20) == 0;
            if (spoiled)
            {
                segment[12 + _random.Below(8)] ^= (byte)(1 << _random.Below(8));
            }

            text = $"seq {(int)(sequence - PeerIss)} ack {(int)(acknowledgment - _stackIss)} flags {flags:X2} len {length} win {window}"
                + $" opt {Convert.ToHexString(options)}{(spoiled ? " spoiled" : "")}";
            return Frame(segment);
        }

        private uint Nudge() => _random.Below(10) switch
        {
            0 => 1,
            1 => uint.MaxValue,
            2 => (uint)_random.Below(1000),
            3 => (uint)-_random.Below(1000),
            4 => 0x80000000,
            5 => (uint)_random.Below(100_000) - 50_000,
            _ => 0,
        };

        /// <summary>After one segment: how it was answered, and what has become of the numbers.</summary>
        private void Look(string what)
        {
            int bare = 0;
            while (_bench.Sent.TryDequeue(out SentFrame frame))
            {
                byte[] segment = frame.Octets[34..];
                int header = (segment[12] >> 4) * 4;
                bool text = segment.Length > header || (segment[13] & TraceSegment.Fin) != 0;
                bare += text ? 0 : 1;
            }

            Assert.IsLessThanOrEqualTo(1, bare, $"{what}: bare segments that answer it");
            Numbers(what);
        }

        private void Numbers(string what)
        {
            if (!_held || _connection == null)
            {
                return;
            }

            TcpControlBlock block = _connection.Block;
            if (block.State == TcpState.Closed)
            {
                Assert.AreNotEqual(TcpEndReason.None, _connection.EndReason, $"{what}: a reason of the end");
                return;
            }

            Assert.IsTrue((int)(block.SndNxt - block.SndUna) >= 0, $"{what}: SND.UNA <= SND.NXT");
            Assert.IsTrue((int)(block.SndMax - block.SndNxt) >= 0, $"{what}: SND.NXT <= SND.MAX");
            Assert.IsTrue(block.SndMax - block.SndUna <= 1502, $"{what}: no more out than the ring holds");
            if (block.State != TcpState.SynSent)
            {
                if (_edge == 0 && _state == TcpState.SynSent)
                {
                    _irs = block.RcvNxt - 1;
                }

                int window = (int)(block.RcvAdv - block.RcvNxt);
                Assert.IsTrue(window is >= 0 and <= 600, $"{what}: the window is {window}");
                if (_edge != 0)
                {
                    // The peer's FIN stands behind the data, so it may lie one beyond the edge.
                    Assert.IsTrue((int)(block.RcvAdv - _edge) >= 0, $"{what}: the right edge goes back");
                }

                _edge = block.RcvAdv;
                Assert.IsTrue(
                    _connection.BytesReceived == (int)(block.RcvNxt - _irs - 1) - (_connection.State is TcpState.CloseWait
                        or TcpState.Closing or TcpState.LastAck or TcpState.TimeWait ? 1 : 0),
                    $"{what}: {_connection.BytesReceived} octets up to RCV.NXT");
            }

            if (block.SndMax != block.SndUna)
            {
                Assert.AreNotEqual(TcpConnection.Never, _connection.Deadline, $"{what}: a timer runs while something is out");
            }
        }

        /// <summary>The user reads, writes or closes, if there is one.</summary>
        private void Use()
        {
            if (_connection == null)
            {
                TcpConnection accepted = _listener.Accept();
                if (accepted == null)
                {
                    return;
                }

                accepted.Abort();
                return;
            }

            if (!_held)
            {
                return;
            }

            switch (_random.Below(8))
            {
                case 0:
                    _connection.CloseSend();
                    break;

                case 1:
                case 2:
                    Write(_random.Below(1500));
                    break;

                default:
                    Read(_random.Below(600));
                    break;
            }
        }

        private void Read(int count)
        {
            int taken = _connection!.Read(_buffer, 0, count);
            int first = (int)(_irs - PeerIss) + 1 + _read;
            for (int i = 0; i < taken; i++)
            {
                Assert.AreEqual(TracePeer.PeerOctet(first + i), _buffer[i], $"{_context}: octet {_read + i} of the stream");
                Assert.IsTrue(_carried[_read + i], $"{_context}: octet {_read + i} was never sent");
            }

            _read += taken;
        }

        private void Write(int count)
        {
            if (_connection!.Writable != 0)
            {
                _connection.Write(_buffer, 0, count);
            }
        }

        private void GiveBack()
        {
            _held = false;
            _connection!.Close();
        }

        /// <summary>The peer falls silent, the user goes, and everything is in its pool.</summary>
        private void Leave()
        {
            bool unanswered = _held && _connection!.State != TcpState.Closed && _connection.Block.SndMax != _connection.Block.SndUna;
            _bench.AdvanceTo(_bench.Now + 300_000);
            _bench.Sent.Clear();
            if (unanswered)
            {
                Assert.AreEqual(TcpState.Closed, _connection!.State, $"{_context}: a silent peer is given up");
            }

            if (_held)
            {
                Read(600);
                _connection!.Abort();
            }

            _listener.Close();
            _bench.Poll();
            _bench.AdvanceTo(_bench.Now + 400_000);
            try
            {
                _bench.AssertBalanced();
            }
            catch (AssertFailedException failure)
            {
                Assert.Fail($"{_context}: {failure.Message}");
            }
        }

        private void Deliver(uint sequence, uint? acknowledgment, int flags, int length, int window = 4000)
        {
            byte[] options = (flags & TraceSegment.Syn) != 0 ? [2, 4, 2, 24] : [];
            _bench.Deliver(Frame(Segment(
                PeerIss + sequence, acknowledgment == null ? 0 : _stackIss + acknowledgment.Value, flags, window, options, length)));
        }

        private byte[] Segment(uint sequence, uint acknowledgment, int flags, int window, byte[] options, int length)
        {
            // The octets of the peer's one stream, wherever the segment stands in it.
            byte[] text = new byte[length];
            int first = (int)(sequence - PeerIss) + ((flags & TraceSegment.Syn) != 0 ? 1 : 0);
            for (int i = 0; i < length; i++)
            {
                text[i] = TracePeer.PeerOctet(first + i);
                int place = first + i - (int)(_irs - PeerIss) - 1;
                if (place >= 0 && place < _carried.Length)
                {
                    _carried[place] = true;
                }
            }

            return Frames.TcpSegment(
                StackBench.PeerAddress, StackBench.OwnAddress, _remotePort, _stackPort, sequence, acknowledgment, flags, window, options, text);
        }

        private static byte[] Frame(byte[] segment) => Frames.Ethernet(
            StackBench.OwnMac,
            StackBench.MacOf(StackBench.PeerAddress),
            Frames.TypeIpv4,
            Frames.Ipv4(StackBench.PeerAddress, StackBench.OwnAddress, Frames.Tcp, segment));
    }
}
