using System;
using NanoTcp.Primitives;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Ip;

/// <summary>Tests of a host with multicast groups, whose neighbours are a router and other members.</summary>
public abstract class IgmpTest : StackTest
{
    private protected const int Igmp = 2;
    private protected const int Query = 0x11;
    private protected const int Version1Report = 0x12;
    private protected const int Report = 0x16;
    private protected const int Leave = 0x17;

    private protected const uint AllHosts = 0xE0000001;
    private protected const uint AllRouters = 0xE0000002;
    private protected const uint Mdns = 0xE00000FB;
    private protected const uint Ssdp = 0xEFFFFFFA;

    /// <summary>What the random delay is of a report that may wait for ten seconds, ms.</summary>
    private protected const int Delay10 = 1 + (int)(ConstantRandom.Value % 10_000);

    /// <summary>And of one that may wait for one second.</summary>
    private protected const int Delay1 = 1 + (int)(ConstantRandom.Value % 1_000);

    private protected CounterSet Groups => B.Stack.GroupCounters;

    private protected void StartWithGroups(int groups = 4, Action<NetworkStackOptions>? change = null)
    {
        Start(configure: options =>
        {
            options.MulticastGroups = groups;
            change?.Invoke(options);
        });
    }

    private protected void Join(uint group) => B.Do(() => B.Stack.JoinGroup(group));

    private protected void LeaveGroup(uint group) => B.Do(() => B.Stack.LeaveGroup(group));

    /// <summary>A group that was joined long enough ago for both reports to be out; the last of them was this host's.</summary>
    private protected void Joined(params uint[] groups)
    {
        foreach (uint group in groups)
        {
            Join(group);
        }

        B.AdvanceTo(B.Now + 10_000);
        B.Sent.Clear();
    }

    private protected void Deliver(byte[] message, uint destination, uint source = StackBench.PeerAddress)
    {
        byte[] packet = Frames.Ipv4(source, destination, Igmp, message, [0x94, 4, 0, 0]);
        packet[8] = 1;
        Frames.FixIpv4(packet, 0);
        long mac = destination == StackBench.OwnAddress ? StackBench.OwnMac : 0x01005E000000 | (destination & 0x7FFFFF);
        B.Deliver(Frames.Ethernet(mac, StackBench.PeerMac, Frames.TypeIpv4, packet));
    }

    private protected void GeneralQuery(int tenths = 100) => Deliver(Message(Query, tenths, 0), AllHosts);

    private protected void GroupQuery(uint group, int tenths = 10) => Deliver(Message(Query, tenths, group), group);

    private protected static byte[] Message(int type, int tenths, uint group, int length = 8)
    {
        byte[] message = new byte[length];
        message[0] = (byte)type;
        message[1] = (byte)tenths;
        Frames.Put32(message, 4, group);
        Frames.Put16(message, 2, NaiveChecksum.Of(message, 0, length));
        return message;
    }

    /// <summary>The next frame is this message, with everything that RFC 2236 wants around it.</summary>
    private protected void Sends(int type, uint group, uint source = StackBench.OwnAddress)
    {
        byte[] frame = Next();
        uint destination = type == Leave ? AllRouters : group;
        Assert.HasCount(14 + 24 + 8, frame);
        Assert.AreEqual(0x01005E000000 | (destination & 0x7FFFFF), Frames.Get48(frame, 0));
        Assert.AreEqual(StackBench.OwnMac, Frames.Get48(frame, 6));
        Assert.AreEqual(0x46, frame[14]);
        Assert.AreEqual(32, Frames.Get16(frame, 14 + 2));
        Assert.AreEqual(0, Frames.Get16(frame, 14 + 6));
        Assert.AreEqual(1, frame[14 + 8], "time to live");
        Assert.AreEqual(Igmp, frame[14 + 9]);
        Assert.AreEqual(0xFFFF, NaiveChecksum.Sum(frame, 14, 24));
        Assert.AreEqual(source, Frames.Get32(frame, 14 + 12));
        Assert.AreEqual(destination, Frames.Get32(frame, 14 + 16));
        Assert.AreEqual(0x94040000u, Frames.Get32(frame, 14 + 20), "Router Alert");
        CollectionAssert.AreEqual(Message(type, 0, group), frame[38..]);
    }
}
