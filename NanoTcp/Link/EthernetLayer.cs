using System;
using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Link;

/// <summary>
/// The one frame buffer of the stack and the way between it and the device.
/// </summary>
/// <remarks>
/// A frame is taken in completely before anything is built in its place: headers are parsed into objects, text is copied
/// into a ring, and an echo becomes its own reply. A frame that the device cannot take at once stays in the buffer, and
/// nothing else is received or built until it has gone: a reply is never lost for want of a place, and a burst waits in
/// the device's own memory.
/// </remarks>
internal sealed class EthernetLayer
{
    /// <summary>
    /// Octets at the beginning of <see cref="Frame"/> in which the headers of the packet that was sent last are kept: Ethernet's, IPv4's
    /// and TCP's. In the next packet most of them are the same, and what differs is written at places that the compiler knows. One copy
    /// puts them in front of what they head.
    /// </summary>
    internal const int KeptLength = PacketHeaders + TcpSegment.MinHeaderLength;

    /// <summary>Of these, Ethernet's and IPv4's.</summary>
    internal const int PacketHeaders = EthernetHeader.Length + Ipv4Header.MinLength;

    /// <summary>In <see cref="ExpectedSourceAndType"/> what no frame has that is taken, for a group sends nothing, and in
    /// <see cref="_keptFor"/> nobody at all.</summary>
    private const long None = -1;

    /// <summary>The frame being taken in, being built, or waiting for the device; its header starts at <see cref="FrameOffset"/>. Before it,
    /// from 0 on, stands what <see cref="KeptLength"/> tells of.</summary>
    internal readonly byte[] Frame;

    /// <summary>Where frames start: behind the headers that are kept and the device's headroom.</summary>
    internal readonly int FrameOffset;

    /// <summary>Where the payload of a frame starts.</summary>
    internal readonly int PayloadOffset;

    /// <summary>Largest payload of a frame, in octets.</summary>
    internal readonly int Mtu;

    /// <summary>EtherType of the frame that was received last.</summary>
    internal int Type;

    /// <summary>True when it was addressed to this station alone.</summary>
    internal bool ReceivedUnicast;

    /// <summary>Octets behind that header, padding included.</summary>
    internal int PayloadLength;

    /// <summary>Length of the frame that waits for the device; 0 when the buffer is free.</summary>
    internal int WaitingLength;

    /// <summary>The first eight octets of the last IPv4 frame that came to this station alone: mostly the next one has the same. The
    /// first six of them, in the low bits, are always <see cref="MacAddress"/>.</summary>
    internal long ExpectedStart;

    /// <summary>The eight octets of that frame from the source address on, so that all of its header is among these and those;
    /// <see cref="None"/> when there was none.</summary>
    internal long ExpectedSourceAndType = None;

    private readonly ILinkDevice _device;
    private readonly long[] _counters;

    /// <summary>To whom the IPv4 packet before went: whose address stands in the header that is kept.</summary>
    private long _keptFor = None;

    internal EthernetLayer(ILinkDevice device, CounterSet counters)
    {
        _device = device;
        _counters = counters.Values;
        FrameOffset = KeptLength + device.Headroom;
        PayloadOffset = FrameOffset + EthernetHeader.Length;
        Mtu = device.Mtu;
        Frame = new byte[PayloadOffset + Mtu + device.Tailroom];
        EthernetHeader.Write(Frame, 0, _keptFor, MacAddress, EthernetHeader.TypeIpv4);

        // As it will stand in the frames that come.
        ExpectedStart = EthernetHeader.PeekAddress(Frame, EthernetHeader.SourceOffset);
    }

    /// <summary>The station's own address.</summary>
    internal long MacAddress
    {
        get { return _device.MacAddress; }
    }

    /// <summary>Tries again to hand over a frame that the device could not take. True when the buffer is free.</summary>
    internal bool Flush()
    {
        if (WaitingLength != 0 && _device.Send(Frame, FrameOffset, WaitingLength))
        {
            _counters[StackCounter.EthOutFrames]++;
            WaitingLength = 0;
        }

        return WaitingLength == 0;
    }

    /// <summary>Forgets a frame that waits for a device which has gone.</summary>
    internal void Discard()
    {
        WaitingLength = 0;
    }

    /// <summary>
    /// Looks at the header of the frame that has come. False when it is not for this station, or empty.
    /// </summary>
    /// <param name="length">Octets of the frame.</param>
    /// <param name="expected">Its header is that of the frame which <see cref="ExpectedStart"/> comes from.</param>
    internal bool Process(int length, bool expected)
    {
        _counters[StackCounter.EthInFrames]++;
        PayloadLength = length - EthernetHeader.Length;
        if (expected && length > EthernetHeader.Length)
        {
            ReceivedUnicast = true;
            Type = EthernetHeader.TypeIpv4;
            return true;
        }

        byte[] frame = Frame;
        int offset = FrameOffset;
        long start = BitConverter.ToInt64(frame, offset);
        long sourceAndType = BitConverter.ToInt64(frame, offset + EthernetHeader.SourceOffset);
        bool unicast = (start & EthernetHeader.AddressMask) == (ExpectedStart & EthernetHeader.AddressMask);
        if (length < EthernetHeader.Length
            || (sourceAndType & EthernetHeader.GroupBit) != 0
            || !(unicast || (start & EthernetHeader.GroupBit) != 0))
        {
            _counters[StackCounter.EthInDiscards]++;
            return false;
        }

        ReceivedUnicast = unicast;
        Type = (frame[offset + EthernetHeader.TypeOffset] << 8) | frame[offset + EthernetHeader.TypeOffset + 1];
        if (unicast && Type == EthernetHeader.TypeIpv4)
        {
            ExpectedStart = start;
            ExpectedSourceAndType = sourceAndType;
        }

        return length != EthernetHeader.Length;
    }

    /// <summary>Sends what stands at <see cref="PayloadOffset"/> of <see cref="Frame"/>, now or as soon as the device can.</summary>
    internal void Transmit(long destination, int type, int payloadLength)
    {
        EthernetHeader.Write(Frame, FrameOffset, destination, MacAddress, type);
        WaitingLength = EthernetHeader.Length + payloadLength;
        Flush();
    }

    /// <summary>Sends an IPv4 packet under headers that are kept, now or as soon as the device can.</summary>
    /// <param name="destination">The station that it goes to.</param>
    /// <param name="headers">Octets of headers that are kept for it: <see cref="EthernetHeader.Length"/> when all of the packet stands at
    /// <see cref="PayloadOffset"/>, <see cref="PacketHeaders"/> when its IPv4 header does not, <see cref="KeptLength"/> when it is a segment
    /// without its headers.</param>
    /// <param name="packetLength">Octets of the packet, its headers included.</param>
    internal void TransmitPacket(long destination, int headers, int packetLength)
    {
        byte[] frame = Frame;
        if (destination != _keptFor)
        {
            EthernetHeader.WriteAddress(frame, 0, destination);
            _keptFor = destination;
        }

        Array.Copy(frame, 0, frame, FrameOffset, headers);

        // As Flush does.
        int length = EthernetHeader.Length + packetLength;
        if (_device.Send(frame, FrameOffset, length))
        {
            _counters[StackCounter.EthOutFrames]++;
        }
        else
        {
            WaitingLength = length;
        }
    }

    /// <summary>Puts headers that are kept before a packet that is not sent yet; see <see cref="TransmitPacket"/>.</summary>
    internal void PutHeaders(int headers)
    {
        Array.Copy(Frame, 0, Frame, FrameOffset, headers);
    }
}
