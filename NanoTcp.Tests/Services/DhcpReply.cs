using System.Collections.Generic;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>A message of a DHCP server, made by hand. All fields can be made wrong.</summary>
internal sealed class DhcpReply
{
    internal const int Offer = 2;
    internal const int Ack = 5;
    internal const int Nak = 6;
    internal const uint ServerAddress = StackBench.PeerAddress;

    private readonly List<byte> _options = [];

    internal DhcpReply(int type, uint transaction)
    {
        Transaction = transaction;
        Put(53, (byte)type);
    }

    internal int Opcode { get; set; } = 2;

    internal int HardwareType { get; set; } = 1;

    internal int HardwareLength { get; set; } = 6;

    internal uint Transaction { get; set; }

    internal uint YourAddress { get; set; }

    internal long HardwareAddress { get; set; } = StackBench.OwnMac;

    internal uint Cookie { get; set; } = 0x63825363;

    /// <summary>Written behind the options; empty for none.</summary>
    internal byte[] Ending { get; set; } = [255];

    internal byte[] File { get; } = new byte[128];

    internal byte[] Name { get; } = new byte[64];

    internal uint From { get; set; } = ServerAddress;

    internal long FromStation { get; set; } = StackBench.PeerMac;

    /// <summary>What the options come after, instead of the message type.</summary>
    internal DhcpReply Clear()
    {
        _options.Clear();
        return this;
    }

    internal DhcpReply Put(int option, params byte[] value)
    {
        _options.Add((byte)option);
        _options.Add((byte)value.Length);
        _options.AddRange(value);
        return this;
    }

    internal DhcpReply PutNumber(int option, params uint[] values)
    {
        byte[] octets = new byte[values.Length * 4];
        for (int i = 0; i < values.Length; i++)
        {
            Frames.Put32(octets, i * 4, values[i]);
        }

        return Put(option, octets);
    }

    /// <summary>Octets as they are, true or false.</summary>
    internal DhcpReply PutRaw(params byte[] octets)
    {
        _options.AddRange(octets);
        return this;
    }

    internal byte[] Message()
    {
        byte[] message = new byte[240 + _options.Count + Ending.Length];
        message[0] = (byte)Opcode;
        message[1] = (byte)HardwareType;
        message[2] = (byte)HardwareLength;
        Frames.Put32(message, 4, Transaction);
        Frames.Put32(message, 16, YourAddress);
        Frames.Put48(message, 28, HardwareAddress);
        Name.CopyTo(message, 44);
        File.CopyTo(message, 108);
        Frames.Put32(message, 236, Cookie);
        _options.CopyTo(message, 240);
        Ending.CopyTo(message, 240 + _options.Count);
        return message;
    }

    internal byte[] Frame(long station, uint destination) => Frame(Message(), From, FromStation, station, destination);

    internal static byte[] Frame(byte[] message, uint from, long fromStation, long station, uint destination)
    {
        byte[] datagram = new byte[8 + message.Length];
        Frames.Put16(datagram, 0, 67);
        Frames.Put16(datagram, 2, 68);
        Frames.Put16(datagram, 4, datagram.Length);
        message.CopyTo(datagram, 8);
        return Frames.Ethernet(station, fromStation, Frames.TypeIpv4, Frames.Ipv4(from, destination, 17, datagram));
    }
}
