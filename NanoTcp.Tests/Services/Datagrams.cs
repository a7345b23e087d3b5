using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>UDP datagrams made and read by hand, independent of the stack's own code.</summary>
internal static class Datagrams
{
    internal const int Protocol = 17;
    internal const int Header = 8;

    /// <summary>Where the payload of a datagram without IP options stands in its frame.</summary>
    internal const int PayloadOffset = Frames.EthernetLength + Frames.Ipv4Length + Header;

    /// <summary>A frame to the stack, its checksums right.</summary>
    internal static byte[] ToStack(uint source, int sourcePort, int destinationPort, byte[] payload, uint destination = StackBench.OwnAddress, long mac = StackBench.OwnMac)
    {
        byte[] datagram = new byte[Header + payload.Length];
        Frames.Put16(datagram, 0, sourcePort);
        Frames.Put16(datagram, 2, destinationPort);
        Frames.Put16(datagram, 4, datagram.Length);
        payload.CopyTo(datagram, Header);
        Frames.Put16(datagram, 6, Sum(datagram, source, destination));
        return Frames.Ethernet(mac, StackBench.MacOf(source), Frames.TypeIpv4, Frames.Ipv4(source, destination, Protocol, datagram));
    }

    /// <summary>The payload of a frame that the stack has sent; everything in front of it must be in order.</summary>
    internal static byte[] FromStack(byte[] frame, uint destination, int destinationPort, uint own = StackBench.OwnAddress)
    {
        Assert.AreEqual(Frames.TypeIpv4, Frames.Get16(frame, 12), "an IPv4 packet");
        Assert.AreEqual(0x45, frame[14]);
        Assert.AreEqual(Protocol, frame[14 + 9], "UDP");
        Assert.AreEqual(own, Frames.Get32(frame, 14 + 12), "source address");
        Assert.AreEqual(destination, Frames.Get32(frame, 14 + 16), "destination address");
        Assert.AreEqual(destinationPort, Frames.Get16(frame, 34 + 2), "destination port");
        int length = Frames.Get16(frame, 34 + 4);
        Assert.AreEqual(frame.Length, 34 + length, "length");
        byte[] datagram = frame[34..];
        int sum = Frames.Get16(datagram, 6);
        Frames.Put16(datagram, 6, 0);
        Assert.AreEqual(Sum(datagram, own, destination), sum, "checksum");
        return datagram[Header..];
    }

    internal static int SourcePort(byte[] frame) => Frames.Get16(frame, 34);

    private static int Sum(byte[] datagram, uint source, uint destination)
    {
        byte[] pseudo = new byte[12 + datagram.Length + (datagram.Length & 1)];
        Frames.Put32(pseudo, 0, source);
        Frames.Put32(pseudo, 4, destination);
        pseudo[9] = Protocol;
        Frames.Put16(pseudo, 10, datagram.Length);
        datagram.CopyTo(pseudo, 12);
        int sum = NaiveChecksum.Of(pseudo, 0, pseudo.Length);
        return sum == 0 ? 0xFFFF : sum;
    }
}
