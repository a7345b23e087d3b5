using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using NanoTcp.Tcp;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Tcp;

/// <summary>
/// The real stack against a scripted peer. Every segment that the stack sends must be expected, at the millisecond at
/// which it was sent; a mismatch shows the trace so far.
/// </summary>
internal sealed class Trace
{
    internal const int ListenPort = 7000;
    internal const int PeerPort = 40000;
    internal const int ServerPort = 80;

    /// <summary>Octets before the stack's own sequence numbers wrap in a connection that opens at time 0, at most.</summary>
    internal const uint BeforeWrap = 400;

    private const int DefaultWindow = 4000;
    private readonly StringBuilder _log = new();
    private readonly List<TcpConnection> _owned = [];
    private TcpListener? _listener;
    private long _written;
    private long _read;
    private readonly int _timeToLive;
    private TcpConnection? _connection;

    private Trace(int stackPort, int peerPort, long clockBase, Action<NetworkStackOptions>? configure)
    {
        NetworkStackOptions options = new();
        configure?.Invoke(options);
        _timeToLive = options.TimeToLive;

        // The clock starts where the stack's first initial sequence number is just below 2^32.
        uint hash = new IsnGenerator(new ConstantRandom())
            .Next(StackBench.OwnAddress, StackBench.PeerAddress, ((uint)stackPort << 16) | (uint)peerPort, clockBase);
        uint distance = unchecked(0u - BeforeWrap - hash);
        Bench = new StackBench(clockBase + (distance / 250), answersArp: true, configure);
        Peer = new TracePeer(StackBench.PeerAddress, peerPort, stackPort, 0xFFFFFF80);
        Bench.Poll();
    }

    internal StackBench Bench { get; }

    internal NetworkStack Stack => Bench.Stack;

    /// <summary>Whose segments the trace shows now.</summary>
    internal TracePeer Peer { get; private set; }

    internal TcpListener Listener => _listener!;

    /// <summary>The connection that reads and writes are about.</summary>
    internal TcpConnection Connection
    {
        get => _connection ?? throw new InvalidOperationException("The trace has no connection yet.");
    }

    /// <summary>Milliseconds since the trace began.</summary>
    internal long Time => Bench.Now - Bench.Start;

    /// <summary>A stack that listens on <see cref="ListenPort"/>; its clock starts above 2^31.</summary>
    internal static Trace Listening(Action<NetworkStackOptions>? configure = null, int backlog = 1)
    {
        Trace trace = new(ListenPort, PeerPort, 1L << 31, configure);
        trace._listener = trace.Stack.Listen(ListenPort, backlog);
        return trace;
    }

    /// <summary>A stack that is about to connect; its clock starts above 2^32.</summary>
    internal static Trace Connecting(Action<NetworkStackOptions>? configure = null)
    {
        const int Range = TcpLimits.LastEphemeralPort - TcpLimits.FirstEphemeralPort + 1;
        int port = TcpLimits.FirstEphemeralPort + (int)(ConstantRandom.Value % Range);
        return new Trace(port, ServerPort, 1L << 32, configure);
    }

    /// <summary>Lets time pass to so many milliseconds after the trace began.</summary>
    internal void At(long time)
    {
        NothingUnexpected();
        Assert.IsGreaterThanOrEqualTo(Time, time, "time goes forward");
        Bench.AdvanceTo(Bench.Start + time);
        _log.Append(CultureInfo.InvariantCulture, $"{time,8}\n");
    }

    /// <summary>The peer sends segments, which the stack finds all at once.</summary>
    internal void Send(params string[] segments)
    {
        NothingUnexpected();
        foreach (string segment in segments)
        {
            Log("-->", segment);
            Bench.Link.Deliver(Build(TraceSegment.Parse(segment)));
        }

        Bench.Poll();
    }

    /// <summary>The peer sends a segment, and after the one call that finds it the user has its turn.</summary>
    internal void SendInTurn(string segment, string what, Action turn)
    {
        NothingUnexpected();
        Log("-->", segment);
        Log("   ", what);
        Bench.Link.Deliver(Build(TraceSegment.Parse(segment)));
        Bench.Turn(turn);
    }

    /// <summary>The stack sends this segment, now and next.</summary>
    internal void Expect(string segment)
    {
        if (!Bench.Sent.TryDequeue(out SentFrame frame))
        {
            Fail($"expected  {segment}\nbut nothing was sent");
        }

        string sent = Read(frame.Octets, out int flags);
        if (frame.Time != Bench.Now)
        {
            Fail($"expected  {segment}\nbut at {frame.Time - Bench.Start} ms came\n          {sent}");
        }

        TraceSegment expected = TraceSegment.Parse(segment);
        string wanted = Normalise(expected, sent);
        string got = (expected.Flags & TraceSegment.Psh) == 0 && (flags & TraceSegment.Psh) != 0
            ? sent.Replace("PSH,", "", StringComparison.Ordinal)
            : sent;
        if (wanted != got)
        {
            Fail($"expected  {wanted}\nbut it is {got}");
        }

        Log("<--", sent);
    }

    /// <summary>The stack has sent nothing more.</summary>
    internal void ExpectNothing()
    {
        NothingUnexpected();
        Log("   ", "nothing");
    }

    /// <summary>Something that is not a segment happens: a call of the user, an ICMP message, a dead link.</summary>
    internal void Do(string what, Action action)
    {
        NothingUnexpected();
        Log("   ", what);
        Bench.Do(action);
    }

    /// <summary>Hands in a frame that the trace cannot write.</summary>
    internal void SendFrame(string what, byte[] frame)
    {
        NothingUnexpected();
        Log("-->", what);
        Bench.Deliver(frame);
    }

    /// <summary>A router says that it could not carry a packet of the stack.</summary>
    internal void TooBig(int sequence, int mtu, int packet)
    {
        const uint Router = StackBench.Subnet + 99;
        byte[] head = new byte[8];
        Frames.Put16(head, 0, Peer.StackPort);
        Frames.Put16(head, 2, Peer.Port);
        Frames.Put32(head, 4, Peer.StackIss + (uint)sequence);
        byte[] returned = Frames.Ipv4(StackBench.OwnAddress, Peer.Address, Frames.Tcp, head);
        Frames.Put16(returned, 2, packet);
        Frames.FixIpv4(returned, 0);
        SendFrame(
            $"ICMP fragmentation needed, MTU {mtu}, for a packet of {packet} octets at {sequence}",
            Frames.Ethernet(
                StackBench.OwnMac,
                StackBench.MacOf(Router),
                Frames.TypeIpv4,
                Frames.Ipv4(Router, StackBench.OwnAddress, Frames.Icmp, Frames.IcmpMessage(3, 4, (uint)mtu, returned))));
    }

    /// <summary>From here on the trace is about another peer.</summary>
    internal void As(TracePeer peer)
    {
        Log("   ", $"peer {peer.Port}");
        Peer = peer;
    }

    internal TcpConnection Connect()
    {
        TcpConnection? connection = null;
        Do("CONNECT", () => connection = Stack.Connect(Peer.Address, Peer.Port));
        Assert.IsNotNull(connection, "no connection is free");
        Peer.StackPort = connection.LocalPort;
        Use(connection);
        return connection;
    }

    /// <summary>The user takes the next connection; null when none waits.</summary>
    internal TcpConnection? TryAccept()
    {
        TcpConnection? connection = null;
        Do("ACCEPT", () => connection = Listener.Accept());
        if (connection != null)
        {
            Use(connection);
        }

        return connection;
    }

    /// <summary>Reads and writes are about this connection from its beginning.</summary>
    internal void Use(TcpConnection connection)
    {
        _connection = connection;
        if (!_owned.Contains(connection))
        {
            _owned.Add(connection);
        }

        _written = 0;
        _read = 0;
    }

    /// <summary>The user writes so many octets; the result is how many were taken.</summary>
    internal int Write(int count) => Write(count, false);

    /// <summary>Like <see cref="Write(int)"/>, and calls them urgent.</summary>
    internal int WriteUrgent(int count) => Write(count, true);

    private int Write(int count, bool urgent)
    {
        byte[] octets = new byte[count];
        for (int i = 0; i < count; i++)
        {
            octets[i] = TracePeer.StackOctet(1 + _written + i);
        }

        int taken = 0;
        Do(
            $"WRITE {count}{(urgent ? " urgent" : "")}",
            () => taken = urgent ? Connection.WriteUrgent(octets, 0, count) : Connection.Write(octets, 0, count));
        _written += taken;
        return taken;
    }

    /// <summary>The user reads so many octets at most; they are compared with what the peer has sent.</summary>
    internal int Read(int count)
    {
        byte[] octets = new byte[count];
        int taken = 0;
        Do($"READ {count}", () => taken = Connection.Read(octets, 0, count));
        for (int i = 0; i < taken; i++)
        {
            if (octets[i] != TracePeer.PeerOctet(1 + _read + i))
            {
                Fail($"octet {1 + _read + i} of the peer's stream was read wrong");
            }
        }

        _read += taken;
        return taken;
    }

    internal void CloseSend() => Do("CLOSE-SEND", Connection.CloseSend);

    internal void Close()
    {
        _owned.Remove(Connection);
        Do("CLOSE", Connection.Close);
    }

    /// <summary>The user closes as soon as it sees that the peer has.</summary>
    internal void CloseInTurn(string segment)
    {
        TcpConnection connection = Connection;
        _owned.Remove(connection);
        SendInTurn(segment, "CLOSE", connection.Close);
    }

    internal void Close(int timeout)
    {
        _owned.Remove(Connection);
        Do($"CLOSE in {timeout} ms", () => Connection.Close(timeout));
    }

    internal void Abort()
    {
        _owned.Remove(Connection);
        Do("ABORT", Connection.Abort);
    }

    /// <summary>Compares and shows the trace when it is wrong.</summary>
    internal void Check<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            Fail($"{what}: expected {expected}, but it is {actual}");
        }
    }

    /// <summary>Nothing is left unexpected; everything that the test held is given back, time passes, the pools are full.</summary>
    internal void Finish()
    {
        NothingUnexpected();
        foreach (TcpConnection connection in _owned)
        {
            connection.Abort();
        }

        if (_listener != null && _listener.Port != 0)
        {
            _listener.Close();
        }

        Bench.Poll();
        Bench.AdvanceTo(Bench.Now + 400_000);
        try
        {
            Bench.AssertBalanced();
        }
        catch (AssertFailedException failure)
        {
            Fail(failure.Message);
        }
    }

    /// <summary>The frame of a segment that the peer sends.</summary>
    internal byte[] Build(TraceSegment segment)
    {
        byte[] options = segment.Options ?? (segment.Mss is int mss ? [2, 4, (byte)(mss >> 8), (byte)mss] : []);
        uint sequence = TraceSegment.Absolute(segment.Seq, Peer.Iss);
        uint acknowledgment = segment.AckText == null ? 0 : TraceSegment.Absolute(segment.AckText, Peer.StackIss);
        byte[] text = new byte[segment.Length];
        int first = (int)(sequence - Peer.Iss) + ((segment.Flags & TraceSegment.Syn) != 0 ? 1 : 0);
        for (int i = 0; i < text.Length; i++)
        {
            text[i] = TracePeer.PeerOctet(first + i);
        }

        byte[] octets = Frames.TcpSegment(
            Peer.Address,
            StackBench.OwnAddress,
            Peer.Port,
            Peer.StackPort,
            sequence,
            acknowledgment,
            segment.Flags,
            segment.Window ?? DefaultWindow,
            options,
            text,
            segment.UrgentPointer);
        if (segment.OtherZero)
        {
            // What the checksum lacks to zero goes into the window, with its carry (RFC 1071 1).
            int window = Frames.Get16(octets, 14) + Frames.Get16(octets, 16);
            Frames.Put16(octets, 14, (window & 0xFFFF) + (window >> 16));
            Frames.FixTcp(octets, Peer.Address, StackBench.OwnAddress);
            Check(0, Frames.Get16(octets, 16), "TCP checksum of the peer");
            Frames.Put16(octets, 16, 0xFFFF);
        }

        if (segment.BadSum)
        {
            octets[16] ^= 0x40;
        }

        byte[] packet = Frames.Ipv4(Peer.Address, StackBench.OwnAddress, Frames.Tcp, octets);
        packet[1] = (byte)segment.TypeOfService;
        packet[8] = (byte)segment.TimeToLive;
        Frames.FixIpv4(packet, 0);
        return Frames.Ethernet(StackBench.OwnMac, StackBench.MacOf(Peer.Address), Frames.TypeIpv4, packet);
    }

    /// <summary>Checks everything about a frame that a trace does not show, and puts the rest in words.</summary>
    private string Read(byte[] frame, out int flags)
    {
        byte[] packet = frame[Frames.EthernetLength..];
        if (Frames.Get16(frame, 12) != Frames.TypeIpv4 || packet[9] != Frames.Tcp)
        {
            Fail($"no TCP segment: {Convert.ToHexString(frame)}");
        }

        byte[] segment = packet[Frames.Ipv4Length..];
        Check(packet.Length, Frames.Get16(packet, 2), "IPv4 total length");
        Check(0xFFFF, NaiveChecksum.Sum(packet, 0, Frames.Ipv4Length), "IPv4 header checksum");
        Check((byte)_timeToLive, packet[8], "time to live");
        Check(StackBench.OwnAddress, Frames.Get32(packet, 12), "source address");
        Check(Peer.Address, Frames.Get32(packet, 16), "destination address");
        Check(StackBench.MacOf(Peer.Address), Frames.Get48(frame, 0), "destination station");
        Check(true, Frames.IsTcpSumRight(segment, StackBench.OwnAddress, Peer.Address), "TCP checksum");
        Check(Peer.StackPort, Frames.Get16(segment, 0), "source port");
        Check(Peer.Port, Frames.Get16(segment, 2), "destination port");
        flags = segment[13];
        uint sequence = Frames.Get32(segment, 4);
        if ((flags & TraceSegment.Syn) != 0 && !Peer.KnowsStackIss)
        {
            Peer.StackIss = sequence;
            Peer.KnowsStackIss = true;
        }

        int header = (segment[12] >> 4) * 4;
        int length = segment.Length - header;
        int first = (int)(sequence - Peer.StackIss);
        for (int i = 0; i < length; i++)
        {
            Check(TracePeer.StackOctet(first + i), segment[header + i], $"octet {first + i} of the stack's stream");
        }

        int? mss = header == 24 && segment[20] == 2 && segment[21] == 4 ? Frames.Get16(segment, 22) : null;
        Check(mss == null ? 20 : 24, header, "length of the TCP header");
        bool acknowledges = (flags & TraceSegment.Ack) != 0;
        string seq = sequence == 0 && flags == (TraceSegment.Rst | TraceSegment.Ack) ? "=0" : $"{first}";
        string? ack = acknowledges ? $"{(int)(Frames.Get32(segment, 8) - Peer.Iss)}" : null;
        return TraceSegment.Format(flags, seq, ack, length, Frames.Get16(segment, 14), mss, Frames.Get16(segment, 18), packet[1], packet[8]);
    }

    /// <summary>The expected segment in the same words; a window that the test does not name may be any.</summary>
    private static string Normalise(TraceSegment expected, string sent)
    {
        string[] words = sent.Split(' ');
        int window = expected.Window
            ?? int.Parse(words[Array.IndexOf(words, "win") + 1], CultureInfo.InvariantCulture);
        return TraceSegment.Format(expected.Flags, expected.Seq, expected.AckText, expected.Length, window, expected.Mss, expected.UrgentPointer, expected.TypeOfService, expected.TimeToLive);
    }

    private void NothingUnexpected()
    {
        if (Bench.Sent.TryDequeue(out SentFrame frame))
        {
            Fail($"expected nothing, but at {frame.Time - Bench.Start} ms came\n          {Read(frame.Octets, out _)}");
        }
    }

    private void Log(string arrow, string text)
    {
        _log.Append(CultureInfo.InvariantCulture, $"{Time,8}  {arrow}  {text}\n");
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private void Fail(string why)
    {
        throw new AssertFailedException($"at {Time} ms: {why}\nThe trace so far (--> to the stack, <-- from it):\n{_log}");
    }
}
