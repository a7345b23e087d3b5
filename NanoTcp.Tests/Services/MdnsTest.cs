using System;
using NanoTcp.Services;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>Tests that speak multicast DNS with the real stack, in messages written as <see cref="DnsText"/> has them.</summary>
public abstract class MdnsTest : StackTest
{
    private protected const uint Group = 0xE00000FB;
    private protected const long GroupMac = 0x01005E0000FB;
    private protected const int Port = 5353;

    /// <summary>What chance gives here: the delay of the first probe, of an answer that others may give too, and while more known answers come.</summary>
    private protected const int FirstProbe = (int)(ConstantRandom.Value % 251);
    private protected const int SharedDelay = 20 + (int)(ConstantRandom.Value % 101);
    private protected const int TruncatedDelay = 400 + (int)(ConstantRandom.Value % 101);

    /// <summary>When all is announced.</summary>
    private protected const int Ready = FirstProbe + 750 + 1000;

    private protected const string Probe = "query; ?nanotcp.local ANY QU; ^nanotcp.local 120 A 10.0.0.2";
    private protected const string NoMore = "+nanotcp.local! 120 NSEC nanotcp.local A";
    private protected const string Announcement =
        "response; =nanotcp.local! 120 A 10.0.0.2; =2.0.0.10.in-addr.arpa! 120 PTR nanotcp.local; " + NoMore;

    private protected MdnsResponder Responder { get; private set; } = null!;

    private protected MdnsResolver Resolver { get; private set; } = null!;

    /// <summary>A stack with a responder, whose link has just come up.</summary>
    private protected void StartHost(string name = "nanotcp", MdnsService[]? services = null, Action<NetworkStackOptions>? configure = null, int names = 0)
    {
        Start(configure: options =>
        {
            options.MulticastGroups = 1;
            configure?.Invoke(options);
        });
        B.HidesIgmp = true;
        Responder = new MdnsResponder(B.Stack, name, services!);
        if (names != 0)
        {
            Resolver = new MdnsResolver(Responder, names);
        }

        B.Poll();
    }

    /// <summary>The same, with everything announced and for so long that nothing is recent any more.</summary>
    private protected void StartReadyHost(string name = "nanotcp", MdnsService[]? services = null, Action<NetworkStackOptions>? configure = null, int names = 0)
    {
        StartHost(name, services, configure, names);
        At(100_000);
        B.Sent.Clear();
        Assert.AreEqual(MdnsState.Ready, Responder.State);
    }

    /// <summary>Time since the host was ready, in tests that begin with <see cref="StartReadyHost"/>.</summary>
    private protected void After(long time) => At(100_000 + time);

    /// <summary>A multicast message of a neighbour, and what the stack makes of it at once.</summary>
    private protected void Hear(string text, uint peer = StackBench.PeerAddress, int port = Port) =>
        HearRaw(DnsText.Parse(text), peer, port);

    private protected void HearRaw(byte[] message, uint peer = StackBench.PeerAddress, int port = Port, uint destination = Group)
    {
        B.Deliver(Frames.Ethernet(
            destination == Group ? GroupMac : StackBench.OwnMac,
            StackBench.MacOf(peer),
            Frames.TypeIpv4,
            Frames.Ipv4(peer, destination, 17, Datagram(message, peer, port, destination))));
    }

    /// <summary>The same to the host alone.</summary>
    private protected void HearAlone(string text, uint peer = StackBench.PeerAddress, int port = Port) =>
        HearRaw(DnsText.Parse(text), peer, port, StackBench.OwnAddress);

    /// <summary>The next message that the stack has sent, now and to all.</summary>
    private protected void Says(string text)
    {
        Assert.AreEqual(text, DnsText.Format(NextMessage(Group, Port)));
    }

    /// <summary>The next message that the stack has sent, now and to a neighbour.</summary>
    private protected void SaysTo(uint peer, int port, string text)
    {
        Assert.AreEqual(text, DnsText.Format(NextMessage(peer, port)));
    }

    private protected byte[] NextMessage(uint destination, int port)
    {
        byte[] frame = Next();
        Assert.AreEqual(Frames.TypeIpv4, Frames.Get16(frame, 12), "EtherType");
        Assert.AreEqual(destination == Group ? GroupMac : StackBench.MacOf(destination), Frames.Get48(frame, 0), "MAC destination");
        Assert.AreEqual(destination, Frames.Get32(frame, 14 + 16), "destination");
        Assert.AreEqual(B.Stack.Address, Frames.Get32(frame, 14 + 12), "source");
        Assert.AreEqual(255, frame[14 + 8], "TTL: RFC 6762 11");
        Assert.AreEqual(17, frame[14 + 9], "protocol");
        Assert.AreEqual(Port, Frames.Get16(frame, 34), "source port: RFC 6762 6");
        Assert.AreEqual(port, Frames.Get16(frame, 36), "destination port");
        int length = Frames.Get16(frame, 38);
        byte[] datagram = frame[34..(34 + length)];
        byte[] pseudo = Pseudo(datagram, B.Stack.Address, destination);
        Assert.AreEqual(0xFFFF, NaiveChecksum.Sum(pseudo, 0, pseudo.Length), "checksum");
        return datagram[8..];
    }

    private protected void Counted(int counter, int expected) =>
        Assert.AreEqual(expected, Responder.Counters.GetValue(counter), Responder.Counters.GetName(counter));

    private static byte[] Datagram(byte[] message, uint source, int port, uint destination)
    {
        byte[] datagram = new byte[8 + message.Length];
        Frames.Put16(datagram, 0, port);
        Frames.Put16(datagram, 2, Port);
        Frames.Put16(datagram, 4, datagram.Length);
        message.CopyTo(datagram, 8);
        byte[] pseudo = Pseudo(datagram, source, destination);
        Frames.Put16(datagram, 6, NaiveChecksum.Of(pseudo, 0, pseudo.Length));
        return datagram;
    }

    private static byte[] Pseudo(byte[] datagram, uint source, uint destination)
    {
        byte[] all = new byte[12 + datagram.Length];
        Frames.Put32(all, 0, source);
        Frames.Put32(all, 4, destination);
        all[9] = 17;
        Frames.Put16(all, 10, datagram.Length);
        datagram.CopyTo(all, 12);
        return all;
    }
}
