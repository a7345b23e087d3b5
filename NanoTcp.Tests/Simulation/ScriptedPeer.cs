using System;
using System.Collections.Generic;
using NanoTcp.Emulation;
using NanoTcp.Link;
using NanoTcp.Primitives;
using NanoTcp.Tests.Link;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Simulation;

/// <summary>
/// A stack whose link ends in a test: the test writes each segment that arrives and looks at each that leaves, and
/// decides when the device is busy, when there is a link, and who answers ARP.
/// </summary>
internal sealed class ScriptedPeer : ILinkDevice
{
    internal const long PeerMac = 0x020000000001;
    internal const long StackMac = 0x020000000002;
    internal static readonly uint PeerAddress = Ipv4Address.From(10, 0, 0, 1);
    internal static readonly uint StackAddress = Ipv4Address.From(10, 0, 0, 2);

    private const int HeaderLengths = EthernetHeader.Length + Ipv4Header.MinLength;
    private readonly Queue<byte[]> _arriving = new();

    internal ScriptedPeer(Action<NetworkStackOptions>? configure = null, long start = 1000)
    {
        Now = start;
        NetworkStackOptions options = new() { Address = StackAddress, Random = new SeededRandom(1) };
        configure?.Invoke(options);
        Stack = new NetworkStack(this, options);
    }

    internal NetworkStack Stack { get; }

    internal long Now { get; set; }

    /// <summary>Segments that the stack has sent and nobody has taken yet.</summary>
    internal List<SentSegment> Sent { get; } = [];

    internal int ArpRequests { get; private set; }

    /// <summary>Whether ARP requests for any address are answered.</summary>
    internal bool AnswersArp { get; set; } = true;

    /// <summary>How long the device is busy with a frame, in ms.</summary>
    internal int TransmitTime { get; set; }

    /// <summary>What the device says about when to poll it while it is idle.</summary>
    internal int IdleWait { get; set; } = int.MaxValue;

    /// <summary>Polls in a row that wanted another one at once, at most.</summary>
    internal int LongestSpin { get; private set; }

    internal long BusyUntil { get; set; } = long.MinValue;

    public LinkStatus Status { get; set; } = LinkStatus.Up;

    public int Headroom => 0;

    public int Tailroom => 0;

    public int Mtu => 1500;

    public long MacAddress => StackMac;

    public CounterSet Counters { get; } = new("");

    public bool CanSend => Status == LinkStatus.Up && Now >= BusyUntil;

    /// <summary>Lets the stack work for so long, polling it when it asks for it.</summary>
    internal void Run(long milliseconds)
    {
        const int StuckAfter = 5000;
        long end = Now + milliseconds;
        int spin = 0;
        while (true)
        {
            long wait = Stack.Poll(Now);
            Wakefulness.Check(Stack);
            spin = wait == 0 ? spin + 1 : 0;
            LongestSpin = Math.Max(LongestSpin, spin);
            Assert.IsLessThan(StuckAfter, spin, "the stack wants to be polled again and again without time passing");
            if (wait == 0 || (_arriving.Count != 0 && CanSend))
            {
                // A frame wakes the loop.
                continue;
            }

            if (Now + wait > end)
            {
                Now = end;
                Stack.Poll(Now);
                return;
            }

            Now += wait;
        }
    }

    /// <summary>A segment arrives.</summary>
    internal void Arrive(
        int sourcePort, int destinationPort, uint sequence, uint acknowledgment, int flags, int window = 4096, byte[]? text = null, int mss = 0, uint source = 0)
    {
        source = source == 0 ? PeerAddress : source;
        int textLength = text?.Length ?? 0;
        int headerLength = mss == 0 ? TcpSegment.MinHeaderLength : TcpSegment.SynHeaderLength;
        byte[] frame = new byte[HeaderLengths + headerLength + textLength];
        text?.CopyTo(frame, HeaderLengths + headerLength);
        EthernetHeader.Write(frame, 0, StackMac, PeerMac, EthernetHeader.TypeIpv4);
        Ipv4Header.Write(frame, EthernetHeader.Length, 0, frame.Length - EthernetHeader.Length, 1, false, 64, Ipv4Header.ProtocolTcp, source, StackAddress);
        uint ports = ((uint)sourcePort << 16) | (uint)destinationPort;
        TcpSegment.WritePorts(frame, ports);
        TcpSegment.Write(
            frame,
            HeaderLengths + TcpSegment.MinHeaderLength,
            (ulong)source + StackAddress,
            ports,
            sequence,
            acknowledgment,
            flags,
            window,
            0,
            mss,
            textLength);
        _arriving.Enqueue(frame);
    }

    /// <summary>The oldest segment that the stack has sent since the last look, which must be there.</summary>
    internal SentSegment Take()
    {
        Assert.AreNotEqual(0, Sent.Count, "the stack has sent nothing");
        SentSegment segment = Sent[0];
        Sent.RemoveAt(0);
        return segment;
    }

    public int Poll(long now)
    {
        return IdleWait;
    }

    public int Receive(byte[] buffer, int offset, int capacity)
    {
        if (_arriving.Count == 0)
        {
            return 0;
        }

        byte[] frame = _arriving.Dequeue();
        frame.CopyTo(buffer, offset);
        return frame.Length;
    }

    public bool Send(byte[] buffer, int offset, int length)
    {
        if (!CanSend)
        {
            return false;
        }

        BusyUntil = Now + TransmitTime;
        byte[] frame = buffer.AsSpan(offset, length).ToArray();
        int type = BigEndian.ReadUInt16(frame, EthernetHeader.TypeOffset);
        if (type == EthernetHeader.TypeArp)
        {
            AnswerArp(frame);
            return true;
        }

        Ipv4Header ip = new();
        TcpSegment tcp = new();
        Assert.AreNotEqual(Ipv4Header.Malformed, ip.Parse(frame, EthernetHeader.Length, length - EthernetHeader.Length));
        Assert.AreNotEqual(0ul, tcp.Parse(frame, HeaderLengths, ip.PayloadLength));
        Sent.Add(new SentSegment(
            Now,
            tcp.SourcePort,
            tcp.DestinationPort,
            tcp.SequenceNumber,
            tcp.AcknowledgmentNumber,
            tcp.Flags,
            tcp.Window,
            frame.AsSpan(tcp.TextOffset, tcp.TextLength).ToArray()));
        return true;
    }

    private void AnswerArp(byte[] frame)
    {
        ArpPacket request = new();
        Assert.IsTrue(request.Parse(frame, EthernetHeader.Length, frame.Length - EthernetHeader.Length));
        if (request.Operation != ArpPacket.OperationRequest || request.TargetAddress == StackAddress)
        {
            return;
        }

        ArpRequests++;
        if (AnswersArp)
        {
            byte[] answer = new byte[EthernetHeader.Length + ArpPacket.Length];
            EthernetHeader.Write(answer, 0, StackMac, PeerMac, EthernetHeader.TypeArp);
            ArpPacket.Write(
                answer, EthernetHeader.Length, ArpPacket.OperationReply, PeerMac, request.TargetAddress, StackMac, StackAddress);
            _arriving.Enqueue(answer);
        }
    }

    internal sealed record SentSegment(
        long Time, int SourcePort, int DestinationPort, uint Sequence, uint Acknowledgment, int Flags, int Window, byte[] Text)
    {
        internal bool Has(int flags) => (Flags & flags) == flags;
    }
}
