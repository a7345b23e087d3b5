using System.Collections.Generic;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>A message of the client, read by hand, with its form checked: RFC 2131 table 5 and RFC 768.</summary>
internal sealed class DhcpQuestion
{
    internal const int Discover = 1;
    internal const int Request = 3;
    internal const int Decline = 4;
    internal const int Release = 7;

    private readonly Dictionary<int, byte[]> _options = [];

    internal DhcpQuestion(byte[] frame)
    {
        Station = Frames.Get48(frame, 0);
        Assert.AreEqual(StackBench.OwnMac, Frames.Get48(frame, 6), "source station");
        Assert.AreEqual(Frames.TypeIpv4, Frames.Get16(frame, 12), "type of the frame");
        Assert.AreEqual(17, frame[14 + 9], "UDP");
        Source = Frames.Get32(frame, 14 + 12);
        Destination = Frames.Get32(frame, 14 + 16);
        Assert.AreEqual(Frames.Get16(frame, 16), frame.Length - 14, "length of the packet");
        byte[] datagram = frame[34..];
        Assert.AreEqual(68, Frames.Get16(datagram, 0), "source port");
        Assert.AreEqual(67, Frames.Get16(datagram, 2), "destination port");
        Assert.AreEqual(datagram.Length, Frames.Get16(datagram, 4), "length of the datagram");
        byte[] pseudo = new byte[12 + datagram.Length];
        Frames.Put32(pseudo, 0, Source);
        Frames.Put32(pseudo, 4, Destination);
        pseudo[9] = 17;
        Frames.Put16(pseudo, 10, datagram.Length);
        datagram.CopyTo(pseudo, 12);
        Assert.AreEqual(0xFFFF, NaiveChecksum.Sum(pseudo, 0, pseudo.Length), "checksum");
        Read(datagram[8..]);
    }

    internal long Station { get; }

    internal uint Source { get; }

    internal uint Destination { get; }

    internal int Type { get; private set; }

    internal uint Transaction { get; private set; }

    internal int Seconds { get; private set; }

    internal uint ClientAddress { get; private set; }

    internal bool Has(int option) => _options.ContainsKey(option);

    internal byte[] Octets(int option) => _options[option];

    /// <summary>The value of an option of four octets; 0 when it is not there.</summary>
    internal uint Number(int option) => _options.TryGetValue(option, out byte[]? value) ? Frames.Get32(value, 0) : 0;

    private void Read(byte[] message)
    {
        Assert.IsGreaterThanOrEqualTo(300, message.Length, "RFC 1542 2.1: relays want 300 octets");
        Assert.AreEqual(1, message[0], "BOOTREQUEST");
        Assert.AreEqual(1, message[1], "Ethernet");
        Assert.AreEqual(6, message[2], "length of an address");
        Assert.AreEqual(0, message[3], "hops");
        Transaction = Frames.Get32(message, 4);
        Seconds = Frames.Get16(message, 8);
        Assert.AreEqual(0, Frames.Get16(message, 10), "RFC 2131 4.1: no BROADCAST flag");
        ClientAddress = Frames.Get32(message, 12);
        Assert.AreEqual(StackBench.OwnMac, Frames.Get48(message, 28), "chaddr");
        for (int i = 16; i < 28; i++)
        {
            Assert.AreEqual(0, message[i], "yiaddr, siaddr, giaddr");
        }

        for (int i = 34; i < 236; i++)
        {
            Assert.AreEqual(0, message[i], "the rest of chaddr, sname, file");
        }

        Assert.AreEqual(0x63825363u, Frames.Get32(message, 236), "magic cookie");
        int at = 240;
        while (message[at] != 255)
        {
            _options.Add(message[at], message[(at + 2)..(at + 2 + message[at + 1])]);
            at += 2 + message[at + 1];
        }

        while (++at < message.Length)
        {
            Assert.AreEqual(0, message[at], "padding");
        }

        Type = _options[53][0];
        CollectionAssert.AreEqual(new byte[] { 1, 2, 0, 0, 0, 0, 2 }, _options[61], "client id: Ethernet and the station");
    }
}
