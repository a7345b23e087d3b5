using System;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Cost;

/// <summary>The other end of one connection, in frames made by the test: it acknowledges what comes and says what it is told.</summary>
internal sealed class CostPeer(FrameLink link, int port)
{
    private const int OwnPort = 50_000;
    private const int Fin = 0x01;
    private const int Syn = 0x02;
    private const int Push = 0x08;
    private const int Acknowledge = 0x10;
    private int _window = 30_000;
    private uint _sequence = 1000;
    private uint _next;

    /// <summary>Whether the stack has closed its side.</summary>
    internal bool IsClosed { get; private set; }

    internal void SendSyn()
    {
        Send(Syn, [2, 4, 0x05, 0xB4], []);
        _sequence++;
    }

    internal void SendAcknowledgment()
    {
        Send(Acknowledge, [], []);
    }

    /// <summary>An acknowledgment that the stack cannot predict: it tells of another window than the one before.</summary>
    internal void SendAcknowledgmentOfAnotherWindow()
    {
        _window++;
        Send(Acknowledge, [], []);
    }

    internal void SendText(byte[] text)
    {
        Send(Acknowledge | Push, [], text);
        _sequence += (uint)text.Length;
    }

    internal void SendFin()
    {
        Send(Acknowledge | Fin, [], []);
        _sequence++;
    }

    /// <summary>Takes in all that the stack has sent.</summary>
    /// <returns>Whether there was something that takes up sequence numbers, and so wants to be acknowledged.</returns>
    internal bool Take()
    {
        bool text = false;
        for (byte[]? frame = link.Take(); frame != null; frame = link.Take())
        {
            if (Frames.Get16(frame, 12) != Frames.TypeIpv4 || frame[Frames.EthernetLength + 9] != Frames.Tcp)
            {
                continue;
            }

            int header = 34 + (frame[46] >> 4 << 2);
            int length = 14 + Frames.Get16(frame, 16) - header;
            int flags = frame[47];
            uint after = Frames.Get32(frame, 38) + (uint)length;
            if ((flags & (Syn | Fin)) != 0)
            {
                after++;
                length++;
                IsClosed |= (flags & Fin) != 0;
            }

            if (length != 0)
            {
                _next = after;
                text = true;
            }
        }

        return text;
    }

    private void Send(int flags, byte[] options, byte[] text)
    {
        byte[] segment = Frames.TcpSegment(
            StackBench.PeerAddress,
            StackBench.OwnAddress,
            OwnPort,
            port,
            _sequence,
            (flags & Acknowledge) == 0 ? 0 : _next,
            flags,
            _window,
            options,
            text);
        byte[] packet = Frames.Ipv4(StackBench.PeerAddress, StackBench.OwnAddress, Frames.Tcp, segment);
        byte[] frame = Frames.Ethernet(StackBench.OwnMac, StackBench.PeerMac, Frames.TypeIpv4, packet);
        if (frame.Length < 60)
        {
            Array.Resize(ref frame, 60);
        }

        link.Deliver(frame);
    }
}
