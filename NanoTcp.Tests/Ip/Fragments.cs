using System;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Ip;

/// <summary>Fragments of IPv4 datagrams, made by hand.</summary>
internal static class Fragments
{
    internal const int More = 0x2000;

    /// <summary>Octets from <paramref name="offset"/> on of a payload, as a fragment in its frame.</summary>
    internal static byte[] Of(
        byte[] payload,
        int offset,
        int length,
        int identification = 1,
        int protocol = Frames.Icmp,
        int typeOfService = 0,
        uint source = StackBench.PeerAddress,
        bool? more = null,
        byte[]? options = null,
        uint destination = StackBench.OwnAddress)
    {
        bool last = !(more ?? offset + length < payload.Length);
        return Raw(payload[offset..(offset + length)], offset, last, identification, protocol, typeOfService, source, options, destination);
    }

    /// <summary>Any octets as a fragment, whether they fit together with others or not.</summary>
    internal static byte[] Raw(
        byte[] octets,
        int offset,
        bool last,
        int identification = 1,
        int protocol = Frames.Icmp,
        int typeOfService = 0,
        uint source = StackBench.PeerAddress,
        byte[]? options = null,
        uint destination = StackBench.OwnAddress)
    {
        byte[] packet = Frames.Ipv4(source, destination, protocol, octets, options, (offset / 8) | (last ? 0 : More));
        packet[1] = (byte)typeOfService;
        Frames.Put16(packet, 4, identification);
        Frames.FixIpv4(packet, 0);
        long mac = destination == StackBench.OwnAddress ? StackBench.OwnMac : 0x01005E000000 | (destination & 0x7FFFFF);
        return Frames.Ethernet(mac, StackBench.PeerMac, Frames.TypeIpv4, packet);
    }

    /// <summary>The payload of an echo request: ICMP header and body.</summary>
    internal static byte[] EchoRequest(int length, int seed = 1)
    {
        byte[] body = new byte[length - 8];
        for (int i = 0; i < body.Length; i++)
        {
            body[i] = (byte)((i * 7) + (i >> 8) + seed);
        }

        return Frames.IcmpMessage(8, 0, (uint)seed, body);
    }

    /// <summary>True when a frame is the answer to an echo request.</summary>
    internal static bool IsReplyTo(byte[] frame, byte[] request)
    {
        return frame.Length == 14 + 20 + request.Length
            && frame[14 + 20] == 0
            && frame.AsSpan(14 + 20 + 4).SequenceEqual(request.AsSpan(4));
    }
}
