using System;
using NanoTcp.Link;
using NanoTcp.Tests.Link;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Simulation;

/// <summary>
/// A device on which connection requests from made-up addresses arrive between the frames of the real one. What is sent to
/// those addresses is lost, as it would be.
/// </summary>
internal sealed class FloodingLink(ILinkDevice device, uint target, int port, long router) : PassingLink(device)
{
    private const int HeaderLengths = EthernetHeader.Length + Ipv4Header.MinLength;
    private const int DestinationOffset = EthernetHeader.Length + 16;
    private const uint FirstSource = 0x20000000;
    private readonly byte[] _request = new byte[HeaderLengths + TcpSegment.SynHeaderLength];
    private long _now = long.MinValue;
    private int _due;
    private bool _turn;

    /// <summary>Requests in each millisecond; 0 stops the flood.</summary>
    internal int Rate { get; set; }

    /// <summary>Requests that have arrived.</summary>
    internal int Requests { get; private set; }

    /// <summary>Answers to addresses that nobody has.</summary>
    internal int Answers { get; private set; }

    public override int Poll(long now)
    {
        if (now != _now)
        {
            _due = Rate;
            _now = now;
        }

        int wait = base.Poll(now);
        return Rate == 0 ? wait : _due != 0 ? 0 : Math.Min(wait, 1);
    }

    public override int Receive(byte[] buffer, int offset, int capacity)
    {
        // The real frames and the made-up ones take turns.
        _turn = !_turn;
        int length = _turn || _due == 0 ? base.Receive(buffer, offset, capacity) : 0;
        if (length != 0 || _due == 0)
        {
            return length;
        }

        _due--;
        uint source = FirstSource + (uint)Requests;
        EthernetHeader.Write(_request, 0, MacAddress, router, EthernetHeader.TypeIpv4);
        Ipv4Header.Write(
            _request, EthernetHeader.Length, 0, _request.Length - EthernetHeader.Length, 1, true, 64, Ipv4Header.ProtocolTcp, source, target);
        uint ports = ((uint)(1024 + (Requests % 60_000)) << 16) | (uint)port;
        TcpSegment.WritePorts(_request, ports);
        TcpSegment.Write(
            _request,
            HeaderLengths + TcpSegment.MinHeaderLength,
            (ulong)source + target,
            ports,
            (uint)Requests * 2654435761,
            0,
            TcpSegment.Syn,
            4096,
            0,
            1460,
            0);
        Requests++;
        _request.CopyTo(buffer, offset);
        return _request.Length;
    }

    public override bool Send(byte[] buffer, int offset, int length)
    {
        if (BigEndian.ReadUInt16(buffer, offset + EthernetHeader.TypeOffset) == EthernetHeader.TypeIpv4
            && buffer[offset + DestinationOffset] >= FirstSource >> 24)
        {
            Answers++;
            return true;
        }

        return base.Send(buffer, offset, length);
    }
}
