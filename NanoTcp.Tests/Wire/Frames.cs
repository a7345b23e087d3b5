using System;

namespace NanoTcp.Tests.Wire;

/// <summary>Frames made and read by hand, independent of the stack's own code.</summary>
internal static class Frames
{
    internal const int EthernetLength = 14;
    internal const int Ipv4Length = 20;
    internal const int TypeIpv4 = 0x0800;
    internal const int TypeArp = 0x0806;
    internal const int ArpRequest = 1;
    internal const int ArpReply = 2;
    internal const int Icmp = 1;
    internal const int Igmp = 2;
    internal const int Tcp = 6;

    internal static byte[] Ethernet(long destination, long source, int type, byte[] payload)
    {
        byte[] frame = new byte[EthernetLength + payload.Length];
        Put48(frame, 0, destination);
        Put48(frame, 6, source);
        Put16(frame, 12, type);
        payload.CopyTo(frame, EthernetLength);
        return frame;
    }

    internal static byte[] Arp(int operation, long senderMac, uint senderAddress, long targetMac, uint targetAddress)
    {
        byte[] packet = new byte[28];
        Put16(packet, 0, 1);
        Put16(packet, 2, TypeIpv4);
        packet[4] = 6;
        packet[5] = 4;
        Put16(packet, 6, operation);
        Put48(packet, 8, senderMac);
        Put32(packet, 14, senderAddress);
        Put48(packet, 18, targetMac);
        Put32(packet, 24, targetAddress);
        return packet;
    }

    internal static byte[] Ipv4(
        uint source, uint destination, int protocol, byte[] payload, byte[]? options = null, int flagsAndOffset = 0)
    {
        int header = Ipv4Length + (options?.Length ?? 0);
        byte[] packet = new byte[header + payload.Length];
        packet[0] = (byte)(0x40 | (header / 4));
        Put16(packet, 2, packet.Length);
        Put16(packet, 4, 0x1234);
        Put16(packet, 6, flagsAndOffset);
        packet[8] = 64;
        packet[9] = (byte)protocol;
        Put32(packet, 12, source);
        Put32(packet, 16, destination);
        options?.CopyTo(packet, Ipv4Length);
        payload.CopyTo(packet, header);
        FixIpv4(packet, 0);
        return packet;
    }

    /// <summary>Makes the header checksum right again after a change.</summary>
    internal static void FixIpv4(byte[] packet, int offset)
    {
        Put16(packet, offset + 10, 0);
        Put16(packet, offset + 10, NaiveChecksum.Of(packet, offset, (packet[offset] & 0xF) * 4));
    }

    internal static byte[] IcmpMessage(int type, int code, uint rest, byte[] body)
    {
        byte[] message = new byte[8 + body.Length];
        message[0] = (byte)type;
        message[1] = (byte)code;
        Put32(message, 4, rest);
        body.CopyTo(message, 8);
        Put16(message, 2, NaiveChecksum.Of(message, 0, message.Length));
        return message;
    }

    internal static byte[] TcpSegment(
        uint source,
        uint destination,
        int sourcePort,
        int destinationPort,
        uint sequence,
        uint acknowledgment,
        int flags,
        int window,
        byte[] options,
        byte[] text,
        int urgentPointer = 0)
    {
        int header = 20 + ((options.Length + 3) / 4 * 4);
        byte[] segment = new byte[header + text.Length];
        Put16(segment, 0, sourcePort);
        Put16(segment, 2, destinationPort);
        Put32(segment, 4, sequence);
        Put32(segment, 8, acknowledgment);
        segment[12] = (byte)(header / 4 * 16);
        segment[13] = (byte)flags;
        Put16(segment, 14, window);
        Put16(segment, 18, urgentPointer);
        options.CopyTo(segment, 20);
        text.CopyTo(segment, header);
        FixTcp(segment, source, destination);
        return segment;
    }

    /// <summary>Makes the checksum of a TCP segment right again after a change.</summary>
    internal static void FixTcp(byte[] segment, uint source, uint destination)
    {
        Put16(segment, 16, 0);
        Put16(segment, 16, NaiveChecksum.Of(WithPseudoHeader(segment, source, destination), 0, 12 + segment.Length));
    }

    /// <summary>True when the checksum of a TCP segment is right.</summary>
    internal static bool IsTcpSumRight(byte[] segment, uint source, uint destination)
    {
        return NaiveChecksum.Sum(WithPseudoHeader(segment, source, destination), 0, 12 + segment.Length) == 0xFFFF;
    }

    internal static int Get16(byte[] data, int offset)
    {
        return (data[offset] << 8) | data[offset + 1];
    }

    internal static uint Get32(byte[] data, int offset)
    {
        return ((uint)Get16(data, offset) << 16) | (uint)Get16(data, offset + 2);
    }

    internal static long Get48(byte[] data, int offset)
    {
        return ((long)Get16(data, offset) << 32) | Get32(data, offset + 2);
    }

    internal static void Put16(byte[] data, int offset, int value)
    {
        data[offset] = (byte)(value >> 8);
        data[offset + 1] = (byte)value;
    }

    internal static void Put32(byte[] data, int offset, uint value)
    {
        Put16(data, offset, (int)(value >> 16));
        Put16(data, offset + 2, (int)(value & 0xFFFF));
    }

    internal static void Put48(byte[] data, int offset, long value)
    {
        Put16(data, offset, (int)(value >> 32));
        Put32(data, offset + 2, (uint)value);
    }

    private static byte[] WithPseudoHeader(byte[] segment, uint source, uint destination)
    {
        byte[] all = new byte[12 + segment.Length];
        Put32(all, 0, source);
        Put32(all, 4, destination);
        all[9] = Tcp;
        Put16(all, 10, segment.Length);
        Array.Copy(segment, 0, all, 12, segment.Length);
        return all;
    }
}
