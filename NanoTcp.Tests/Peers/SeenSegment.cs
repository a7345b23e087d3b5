using System;
using System.Buffers.Binary;

namespace NanoTcp.Tests.Peers;

/// <summary>A TCP segment as it stood on the cable.</summary>
/// <param name="Milliseconds">When, by the cable's clock.</param>
/// <param name="FromStack">Whether the stack sent it.</param>
/// <param name="SourcePort">The sender's port.</param>
/// <param name="DestinationPort">The receiver's port.</param>
/// <param name="Sequence">SEG.SEQ.</param>
/// <param name="Acknowledgment">SEG.ACK; 0 without the ACK bit.</param>
/// <param name="Flags">The control bits.</param>
/// <param name="Window">The window field.</param>
/// <param name="Length">Octets of data.</param>
/// <param name="DontFragment">The bit of the IPv4 header.</param>
internal sealed record SeenSegment(
    long Milliseconds, bool FromStack, int SourcePort, int DestinationPort, uint Sequence, uint Acknowledgment, int Flags, int Window, int Length,
    bool DontFragment)
{
    internal const int FinFlag = 0x01;
    internal const int SynFlag = 0x02;
    internal const int RstFlag = 0x04;
    internal const int PshFlag = 0x08;
    internal const int AckFlag = 0x10;

    private const int EthernetHeader = 14;

    internal bool Fin => (Flags & FinFlag) != 0;

    internal bool Syn => (Flags & SynFlag) != 0;

    internal bool Rst => (Flags & RstFlag) != 0;

    internal bool Ack => (Flags & AckFlag) != 0;

    /// <summary>The number after the segment's last octet or control bit.</summary>
    internal uint Next => Sequence + (uint)Length + (Syn ? 1u : 0) + (Fin ? 1u : 0);

    /// <summary>The port at the kernel's end.</summary>
    internal int KernelPort => FromStack ? DestinationPort : SourcePort;

    /// <summary>Reads a frame; null when it holds no TCP segment.</summary>
    internal static SeenSegment? Read(long milliseconds, bool fromStack, ReadOnlySpan<byte> frame)
    {
        if (frame.Length < EthernetHeader + 40 || BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != 0x0800)
        {
            return null;
        }

        ReadOnlySpan<byte> packet = frame[EthernetHeader..];
        int fragment = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]);
        if (packet[9] != 6 || (fragment & 0x3FFF) != 0)
        {
            return null;
        }

        int packetLength = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        int headerLength = (packet[0] & 0xF) * 4;
        ReadOnlySpan<byte> segment = packet[headerLength..];
        int flags = segment[13];
        return new SeenSegment(
            milliseconds,
            fromStack,
            BinaryPrimitives.ReadUInt16BigEndian(segment),
            BinaryPrimitives.ReadUInt16BigEndian(segment[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(segment[4..]),
            (flags & AckFlag) != 0 ? BinaryPrimitives.ReadUInt32BigEndian(segment[8..]) : 0,
            flags,
            BinaryPrimitives.ReadUInt16BigEndian(segment[14..]),
            packetLength - headerLength - ((segment[12] >> 4) * 4),
            (fragment & 0x4000) != 0);
    }

    public override string ToString()
    {
        string names = $"{(Syn ? "S" : "")}{(Fin ? "F" : "")}{(Rst ? "R" : "")}{((Flags & PshFlag) != 0 ? "P" : "")}{(Ack ? "." : "")}";
        return $"{Milliseconds,7} {(FromStack ? "stack " : "kernel")} {SourcePort}>{DestinationPort} {names} {Sequence}:{Next}({Length}) ack {Acknowledgment} win {Window}";
    }
}
