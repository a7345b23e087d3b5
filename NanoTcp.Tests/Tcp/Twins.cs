using System;
using System.Reflection;
using NanoTcp.Emulation;
using NanoTcp.Tcp;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Tcp;

/// <summary>
/// Two stacks that go through the same, step by step, and are compared after each. The first predicts headers, and reads plain
/// packets at one look. The second forgets before each frame what it could predict, and that its addresses were right, so it goes the
/// long way with every one.
/// </summary>
internal sealed class Twins
{
    private const int Port = 7000;
    private const int FirstPeerPort = 40_000;
    private const int Peers = 2;
    private const int Ece = 0x40;
    private const int Cwr = 0x80;
    private const int UntouchedOffset = -1;

    private static readonly FieldInfo s_tcp = typeof(NetworkStack).GetField("_tcp", BindingFlags.Instance | BindingFlags.NonPublic)!;
    private static readonly FieldInfo s_segment = typeof(TcpLayer).GetField("_segment", BindingFlags.Instance | BindingFlags.NonPublic)!;
    private static readonly FieldInfo s_predicted = typeof(TcpLayer).GetField("_predicted", BindingFlags.Instance | BindingFlags.NonPublic)!;
    private static readonly byte[] s_noOperations = [1, 1, 1, 1];

    private readonly ulong _seed;
    private readonly SeededRandom _random;
    private readonly bool _ecn;
    private readonly StackBench[] _benches = new StackBench[2];
    private readonly TcpLayer[] _layers = new TcpLayer[2];
    private readonly TcpListener[] _listeners = new TcpListener[2];

    /// <summary>By stack and peer; null before and after the connection.</summary>
    private readonly TcpConnection?[,] _connections = new TcpConnection?[2, Peers];

    /// <summary>SND.NXT of each peer.</summary>
    private readonly uint[] _next = new uint[Peers];

    /// <summary>What each peer has taken of the stack's stream, and the end of all that has come.</summary>
    private readonly uint[] _taken = new uint[Peers];
    private readonly uint[] _seen = new uint[Peers];
    private readonly int[] _window = new int[Peers];
    private readonly byte[] _buffer = new byte[4000];
    private string _step = "";

    internal Twins(ulong seed, TcpCongestionControl congestionControl, bool ecn)
    {
        _seed = seed;
        _random = new SeededRandom(seed * 0x1234567);
        _random.Fill(_buffer);
        _ecn = ecn;

        // The stack's own numbers wrap a few thousand octets after the handshake.
        uint offset = new IsnGenerator(new ConstantRandom()).Next(StackBench.OwnAddress, StackBench.PeerAddress, ((uint)Port << 16) | (uint)FirstPeerPort, 0);
        long start = (uint)(0 - offset - (uint)_random.Below(4000)) / 250;
        for (int i = 0; i < 2; i++)
        {
            _benches[i] = new StackBench(start, answersArp: true, options =>
            {
                options.CongestionControl = congestionControl;
                options.Ecn = ecn;
                options.Connections = Peers;
            });
            _layers[i] = (TcpLayer)s_tcp.GetValue(_benches[i].Stack)!;
            _benches[i].Poll();
            _listeners[i] = _benches[i].Stack.Listen(Port, Peers);
        }

        for (int peer = 0; peer < Peers; peer++)
        {
            Open(peer);
        }
    }

    /// <summary>Segments that the first stack has predicted since the handshakes.</summary>
    internal int Predicted { get; private set; }

    internal void Run(int steps)
    {
        Predicted = 0;
        int peer = 0;
        for (int i = 0; i < steps; i++)
        {
            peer = _random.Below(12) == 0 ? 1 - peer : peer;
            TcpConnection? connection = _connections[0, peer];
            if (connection == null)
            {
                Open(peer);
            }
            else if (connection.State != TcpState.Established && _random.Below(6) == 0)
            {
                Close(peer);
            }
            else if (_random.Below(5) < 2)
            {
                Use(peer);
            }
            else
            {
                Speak(peer);
            }
        }
    }

    /// <summary>The user of the first connection writes, and the peer sees it.</summary>
    internal void SendOut(int count)
    {
        Both(i => _connections[i, 0]!.Write(_buffer, 0, count), $"write {count}");
        Send(0, _next[0], _taken[0], TraceSegment.Ack, _window[0], [], [1]);
        _next[0]++;
        Predicted = 0;
    }

    internal void CloseWindow()
    {
        _window[0] = 0;
        Send(0, _next[0], _seen[0], TraceSegment.Ack, 0, [], []);
        _taken[0] = _seen[0];
        Predicted = 0;
    }

    internal void Advance(int time)
    {
        Both(i => { }, $"advance {time}", time);
    }

    internal void Close()
    {
        Both(i => _connections[i, 0]!.Close(), "close");
    }

    internal void Move()
    {
        Both(i => _benches[i].Stack.SetAddress(StackBench.OwnAddress + 5, 24, 0), "move");
    }

    /// <summary>The host keeps its address, in a smaller network.</summary>
    internal void Narrow()
    {
        Both(i => _benches[i].Stack.SetAddress(StackBench.OwnAddress, 30, 0), "narrow");
    }

    /// <summary>The first peer acknowledges what is out, but for the deviation.</summary>
    internal void Deliver(Deviation deviation)
    {
        _step = $"{deviation}";
        uint sequence = _next[0];
        uint acknowledgment = _seen[0];
        int flags = TraceSegment.Ack;
        int window = _window[0];
        int urgentPointer = 0;
        int length = 0;
        byte[] tcpOptions = [];
        byte[]? ipOptions = null;
        int fragment = 0;
        int typeOfService = 0;
        switch (deviation)
        {
            case Deviation.Push:
                flags |= TraceSegment.Psh;
                break;
            case Deviation.Marked:
                typeOfService = 3;
                break;
            case Deviation.MarkedText:
                typeOfService = 3;
                length = 10;
                break;
            case Deviation.Text:
            case Deviation.TextAndPadding:
                length = 3;
                break;
            case Deviation.TextBeyondTheWindow:
                Send(0, sequence, acknowledgment - 500, flags, window, [], new byte[1200]);
                sequence += 1200;
                Predicted = 0;
                length = 900;
                break;
            case Deviation.Fin:
                flags |= TraceSegment.Fin;
                break;
            case Deviation.Urgent:
                flags |= TraceSegment.Urg;
                urgentPointer = 1;
                break;
            case Deviation.UrgentPointerAlone:
                urgentPointer = 1;
                break;
            case Deviation.EcnEcho:
                flags |= Ece;
                break;
            case Deviation.TcpOption:
                tcpOptions = s_noOperations;
                break;
            case Deviation.IpOption:
                ipOptions = s_noOperations;
                break;
            case Deviation.Fragment:
                fragment = 0x2000;
                break;
            case Deviation.AnotherWindow:
                window++;
                break;
            case Deviation.NothingNew:
                acknowledgment -= 500;
                break;
            case Deviation.TooMuchAcknowledged:
                acknowledgment++;
                break;
            case Deviation.BeforeTheNext:
                sequence--;
                break;
            case Deviation.BehindTheNext:
                sequence++;
                break;
        }

        byte[] frame = Frame(
            0, sequence, acknowledgment, flags, window, tcpOptions, new byte[length], urgentPointer, ipOptions, fragment, typeOfService);
        switch (deviation)
        {
            case Deviation.TextAndPadding:
                Array.Resize(ref frame, 60);
                break;
            case Deviation.ReservedBit:
                frame[46] |= 1;
                Fix(frame, StackBench.PeerAddress);
                break;
            case Deviation.BadTcpSum:
                frame[50] ^= 0x10;
                break;
            case Deviation.BadIpSum:
                frame[18] ^= 0x10;
                break;
            case Deviation.TooShort:
                Array.Resize(ref frame, frame.Length - 1);
                break;
            case Deviation.AnotherPort:
                frame[35]++;
                Fix(frame, StackBench.PeerAddress);
                break;
            case Deviation.AnotherSource:
                frame[29]++;
                Frames.FixIpv4(frame, 14);
                Fix(frame, StackBench.PeerAddress + 1);
                break;
            case Deviation.Broadcast:
                Frames.Put48(frame, 0, 0xFFFFFFFFFFFF);
                break;
        }

        Deliver(frame);
    }

    private static void Fix(byte[] frame, uint source)
    {
        byte[] segment = frame[34..];
        Frames.FixTcp(segment, source, StackBench.OwnAddress);
        segment.CopyTo(frame, 34);
    }

    private void Open(int peer)
    {
        _step = $"open {peer}";
        _next[peer] = 0xFFFFFF00 - (uint)_random.Below(3000);
        _window[peer] = 1000 + _random.Below(8000);
        int mss = _random.Below(2) == 0 ? 1460 : 100 + _random.Below(900);
        Send(peer, _next[peer], 0, _ecn ? TraceSegment.Syn | Ece | Cwr : TraceSegment.Syn, _window[peer], [2, 4, (byte)(mss >> 8), (byte)mss], []);
        _next[peer]++;
        Send(peer, _next[peer], _seen[peer], TraceSegment.Ack, _window[peer], [], []);
        for (int i = 0; i < 2; i++)
        {
            _connections[i, peer] = _listeners[i].Accept();
            if (_connections[i, peer] != null)
            {
                _connections[i, peer]!.NoDelay = (_seed & 1) == 0;
                _connections[i, peer]!.KeepAlive = (_seed & 2) == 0;
                _connections[i, peer]!.KeepAliveInterval = 20_000;
            }
        }

        Compare();
    }

    /// <summary>What the user of a connection may do, and time that passes.</summary>
    private void Use(int peer)
    {
        int count = 1 + _random.Below(2500);
        switch (_random.Below(40))
        {
            case < 14:
                Both(i => Write(i, peer, count), $"write {peer} {count}");
                break;
            case < 28:
                Both(i => _connections[i, peer]!.Read(_buffer, 0, count), $"read {peer} {count}");
                break;
            case < 30:
                Both(i => WriteUrgent(i, peer, 1 + (count % 20)), $"write urgent {peer}");
                break;
            case < 37:
                Advance(1 + _random.Below(_random.Below(4) == 0 ? 30_000 : 300));
                break;
            case 37 when count % 3 == 0:
                Both(i => _connections[i, peer]!.CloseSend(), $"close send {peer}");
                break;
            case 38 when count % 3 == 0:
                Close(peer);
                break;
        }
    }

    /// <summary>Whatever its state is.</summary>
    private void Close(int peer)
    {
        int patience = 1 + _random.Below(20_000);
        Both(i => _connections[i, peer]!.Close(patience), $"close {peer}");
        _connections[0, peer] = null;
    }

    private void Write(int stack, int peer, int count)
    {
        if (_connections[stack, peer]!.Writable != 0)
        {
            _connections[stack, peer]!.Write(_buffer, 0, count);
        }
    }

    private void WriteUrgent(int stack, int peer, int count)
    {
        if (_connections[stack, peer]!.Writable != 0)
        {
            _connections[stack, peer]!.WriteUrgent(_buffer, 0, count);
        }
    }

    /// <summary>The peer says something: mostly what is in order, now and then what is not.</summary>
    private void Speak(int peer)
    {
        uint sequence = _next[peer];
        uint acknowledgment = _seen[peer];
        int flags = TraceSegment.Ack;
        int window = _window[peer];
        int length = 0;
        int urgentPointer = 0;
        byte[] tcpOptions = [];
        byte[]? ipOptions = null;
        int typeOfService = _ecn ? 2 : 0;
        int outstanding = (int)(_seen[peer] - _taken[peer]);
        if (outstanding > 1 && _random.Below(3) == 0)
        {
            acknowledgment = _taken[peer] + 1 + (uint)_random.Below(outstanding);
        }

        if (_random.Below(2) == 0)
        {
            length = 1 + _random.Below(_random.Below(4) == 0 ? 1400 : 200);
            flags |= _random.Below(2) == 0 ? TraceSegment.Psh : 0;
        }

        bool bad = false;
        switch (_random.Below(60))
        {
            case 0:
                window = 0;
                break;
            case < 3:
                window = 1 + _random.Below(9000);
                break;
            case < 7:
                acknowledgment = _taken[peer];
                length = 0;
                break;
            case 7:
                acknowledgment = _taken[peer] - (uint)_random.Below(3000);
                break;
            case 8:
                acknowledgment += 1 + (uint)_random.Below(3000);
                break;
            case < 12:
                // Ahead of a hole, and half of them older than what the peer has acknowledged meanwhile.
                sequence += 1 + (uint)_random.Below(1000);
                acknowledgment -= _random.Below(2) == 0 ? 1u : 0;
                flags |= _random.Below(6) == 0 ? TraceSegment.Fin : 0;
                break;
            case < 15:
                sequence -= 1 + (uint)_random.Below(1000);
                break;
            case 15:
                sequence--;
                length = 0;
                break;
            case < 18:
                tcpOptions = s_noOperations;
                break;
            case 18:
                ipOptions = s_noOperations;
                break;
            case < 21:
                bad = true;
                break;
            case 21:
                flags |= TraceSegment.Urg;
                urgentPointer = 1 + _random.Below(2000);
                break;
            case 22:
                urgentPointer = 1;
                break;
            case < 25:
                flags |= Ece;
                break;
            case 25:
                flags |= Cwr;
                break;
            case < 28:
                typeOfService = 3;
                break;
            case 28:
                flags = _random.Below(2) == 0 ? TraceSegment.Rst : TraceSegment.Syn;
                sequence += (uint)_random.Below(5);
                break;
            case 29 when length < 100:
                flags |= TraceSegment.Fin;
                break;
        }

        _window[peer] = window != 0 || _random.Below(2) == 0 ? window : _window[peer];
        byte[] text = new byte[length];
        Array.Copy(_buffer, _random.Below(1000), text, 0, length);
        byte[] frame = Frame(
            peer, sequence, acknowledgment, flags, window, tcpOptions, text, urgentPointer, ipOptions, 0, typeOfService);
        if (bad)
        {
            frame[14 + _random.Below(frame.Length - 14)] ^= (byte)(1 << _random.Below(8));
        }

        if (_random.Below(4) == 0 && frame.Length < 1500)
        {
            Array.Resize(ref frame, frame.Length + 1 + _random.Below(10));
        }

        _step = $"{peer}: seq {sequence - _next[peer]} ack {acknowledgment - _taken[peer]} of {outstanding} flags {flags:X} win {window} len {length} tos {typeOfService}"
            + $" up {urgentPointer} bad {bad} options {tcpOptions.Length} {ipOptions?.Length}";
        Deliver(frame);
        TcpConnection? connection = _connections[0, peer];
        if (connection != null)
        {
            if (connection.State == TcpState.Closed)
            {
                Close(peer);
                return;
            }

            // What the peer sends next is what the stack waits for.
            _next[peer] = connection.Block.RcvNxt;
            _taken[peer] = connection.Block.SndUna;
            _seen[peer] = connection.Block.SndMax;
        }
    }

    private void Send(int peer, uint sequence, uint acknowledgment, int flags, int window, byte[] options, byte[] text)
    {
        Deliver(Frame(peer, sequence, acknowledgment, flags, window, options, text));
    }

    private static byte[] Frame(
        int peer,
        uint sequence,
        uint acknowledgment,
        int flags,
        int window,
        byte[] tcpOptions,
        byte[] text,
        int urgentPointer = 0,
        byte[]? ipOptions = null,
        int fragment = 0,
        int typeOfService = 0)
    {
        byte[] segment = Frames.TcpSegment(
            StackBench.PeerAddress,
            StackBench.OwnAddress,
            FirstPeerPort + peer,
            Port,
            sequence,
            acknowledgment,
            flags,
            window,
            tcpOptions,
            text,
            urgentPointer);
        byte[] packet = Frames.Ipv4(StackBench.PeerAddress, StackBench.OwnAddress, Frames.Tcp, segment, ipOptions, fragment);
        packet[1] = (byte)typeOfService;
        Frames.FixIpv4(packet, 0);
        return Frames.Ethernet(StackBench.OwnMac, StackBench.PeerMac, Frames.TypeIpv4, packet);
    }

    private void Deliver(byte[] frame)
    {
        // The second stack looks at every frame layer by layer, and at its addresses anew.
        s_predicted.SetValue(_layers[1], null);
        _layers[1].Ip.ReceivedUnicast = false;
        for (int i = 0; i < 2; i++)
        {
            long before = CountRead(i);
            TcpSegment segment = (TcpSegment)s_segment.GetValue(_layers[i])!;
            segment.TextOffset = UntouchedOffset;
            _benches[i].Deliver(frame);
            bool predicted = segment.TextOffset == UntouchedOffset && CountRead(i) != before;
            Assert.IsFalse(predicted && i == 1, "the second stack has predicted a header");
            Predicted += predicted ? 1 : 0;
        }

        Compare();
    }

    /// <summary>Segments whose headers were right.</summary>
    private long CountRead(int i)
    {
        return _benches[i].Count(Primitives.StackCounter.TcpInSegs) - _benches[i].Count(Primitives.StackCounter.TcpInErrs);
    }

    private void Both(Action<int> action, string step, int time = 0)
    {
        _step = step;
        for (int i = 0; i < 2; i++)
        {
            _benches[i].Do(() => action(i));
            _benches[i].AdvanceTo(_benches[i].Now + time);
        }

        Compare();
    }

    /// <summary>The same was sent, at the same times, and the same is known.</summary>
    private void Compare()
    {
        Assert.AreEqual(_benches[0].Sent.Count, _benches[1].Sent.Count, $"frames sent; seed {_seed}, {_step}");
        while (_benches[0].Sent.TryDequeue(out SentFrame sent))
        {
            SentFrame other = _benches[1].Sent.Dequeue();
            Assert.AreEqual(sent.Time, other.Time);
            CollectionAssert.AreEqual(sent.Octets, other.Octets, $"seed {_seed}, {_step}");
            Note(sent.Octets);
        }

        SameState same = new();
        string? difference = same.Find(_benches[0].Stack, _benches[1].Stack, "stack");
        Assert.IsNull(difference, $"seed {_seed}, {_step}");
        Assert.IsGreaterThan((Peers * 2 * 2048) + 500, same.Compared, "values that were compared");
    }

    private void Note(byte[] frame)
    {
        int peer = Frames.Get16(frame, 36) - FirstPeerPort;
        int header = 34 + (frame[46] >> 4 << 2);
        int flags = frame[47];
        uint end = Frames.Get32(frame, 38) + (uint)(14 + Frames.Get16(frame, 16) - header);
        end += (flags & (TraceSegment.Syn | TraceSegment.Fin)) != 0 ? 1u : 0;
        if ((flags & TraceSegment.Syn) != 0)
        {
            _seen[peer] = end;
            _taken[peer] = end;
        }

        _seen[peer] = (int)(end - _seen[peer]) > 0 ? end : _seen[peer];
    }
}
