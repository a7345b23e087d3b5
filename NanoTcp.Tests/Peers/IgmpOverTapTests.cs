using System;
using System.Buffers.Binary;
using System.IO;
using System.Net;
using System.Net.Sockets;
using NanoTcp.Primitives;

namespace NanoTcp.Tests.Peers;

/// <summary>The kernel's namespace as the router that asks, and as the other member of a group.</summary>
[TestClass]
[TestCategory("Peers")]
public class IgmpOverTapTests
{
    private const uint Mdns = 0xE00000FB;
    private const uint Other = 0xEF010203;

    // Indices of NetworkStack.GroupCounters.
    private const int InQueries = 0;
    private const int InReports = 1;
    private const int InErrors = 2;
    private const int OutReports = 3;
    private const int OutLeaves = 4;

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Joins_answers_and_leaves_are_what_Wireshark_reads_in_RFC_2236(bool chip)
    {
        PeerTools.Require("tshark");
        string file = Path.Combine(Path.GetTempPath(), $"nanotcp-{Environment.ProcessId}-igmp-{chip}.pcapng");
        try
        {
            using NetworkNamespace space = new();
            using (TapStack peer = Start(space, chip, file))
            {
                using Socket router = Router(space);
                peer.Do(() => peer.Stack.JoinGroup(Mdns));
                peer.Do(() => peer.Stack.JoinGroup(Other));
                Reaches(peer, OutReports, 4);

                // To all, to a group, as version 1 and as version 3.
                router.SendTo(Query(10, 0, 8), To("224.0.0.1"));
                Reaches(peer, OutReports, 6);
                router.SendTo(Query(5, Other, 8), To("239.1.2.3"));
                Reaches(peer, OutReports, 7);
                router.SendTo(Query(5, 0, 12), To("224.0.0.1"));
                Reaches(peer, OutReports, 9);
                peer.Do(() => peer.Stack.LeaveGroup(Other));
                Reaches(peer, OutLeaves, 1);
                router.SendTo(Query(0, 0, 8), To("224.0.0.1"));
                Reaches(peer, OutReports, 10);
                Assert.AreEqual(4, Count(peer, InQueries));
                Assert.AreEqual(0, Count(peer, InErrors));

                // Version 1 is not told of leaves.
                peer.Do(() => peer.Stack.LeaveGroup(Mdns));
                Assert.AreEqual(1, Count(peer, OutLeaves));
            }

            string own = $"ip.src == {TapStack.Address} && ip.ttl == 1 && ip.opt.ra && igmp.checksum.status == 1 && ip.checksum.status == 1 && ";
            new CapturedFrames(file)
                .Exactly(4 + 2 + 1 + 2, own + "igmp.type == 0x16 && ip.dst == igmp.maddr")
                .Exactly(1, own + "igmp.type == 0x17 && ip.dst == 224.0.0.2 && igmp.maddr == 239.1.2.3")
                .Exactly(1, own + "igmp.type == 0x12 && ip.dst == 224.0.0.251 && igmp.maddr == 224.0.0.251")
                .Exactly(11, $"ip.src == {TapStack.Address} && igmp")
                .None("_ws.malformed || _ws.expert.severity >= 8388608")
                .Check();
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestMethod]
    public void A_report_of_the_kernel_takes_the_place_of_the_stacks()
    {
        using NetworkNamespace space = new();
        using TapStack peer = Start(space, false, null);
        space.Shell($"echo 2 > /proc/sys/net/ipv4/conf/{TapSample.Tap}/force_igmp_version").Succeeded();
        using Socket router = Router(space);
        peer.Do(() => peer.Stack.JoinGroup(Other));
        Reaches(peer, OutReports, 2);

        // The answer would wait for twenty seconds; the kernel reports a group that it joins at once.
        router.SendTo(Query(255, 0, 8), To("224.0.0.1"));
        Reaches(peer, InQueries, 1);
        using Socket member = NamespaceSockets.Member(space, IPAddress.Parse("239.1.2.3"), IPAddress.Parse(TapStack.KernelAddress));

        // RFC 2236 3: the kernel may say it once more at a time within ten seconds, which may be at once.
        peer.Until(() => peer.Stack.GroupCounters.GetValue(InReports) >= 1, "The kernel's report does not arrive.");
        Assert.IsInRange(1, 2, Count(peer, InReports));
        Assert.AreEqual(0, Count(peer, InErrors));
        peer.Do(() => peer.Stack.LeaveGroup(Other));
        Assert.AreEqual(2, Count(peer, OutReports));
        Assert.AreEqual(0, Count(peer, OutLeaves));
    }

    private static TapStack Start(NetworkNamespace space, bool chip, string? file)
    {
        return new TapStack(
            space,
            o =>
            {
                o.MulticastGroups = 2;

                // So that it is known how long delays are: 0.3 s for the second report and most answers, 20.3 s for the answer to
                // a query of 25.5 s.
                o.Random = new FixedRandom(20_300);
            },
            chip,
            file);
    }

    private static Socket Router(NetworkNamespace space)
    {
        space.Exec("ip", "route", "add", "224.0.0.0/4", "dev", TapSample.Tap).Succeeded();
        return NamespaceSockets.Raw(space);
    }

    private static IPEndPoint To(string address) => new(IPAddress.Parse(address), 0);

    private static long Count(TapStack peer, int counter) => peer.Ask(() => peer.Stack.GroupCounters.GetValue(counter));

    private static void Reaches(TapStack peer, int counter, long value)
    {
        peer.Until(() => peer.Stack.GroupCounters.GetValue(counter) >= value, $"Counter {counter} does not reach {value}.");
        Assert.AreEqual(value, Count(peer, counter));
    }

    /// <summary>A query with its IPv4 header, whose length, identification and checksum the kernel fills in (raw(7)).</summary>
    private static byte[] Query(int tenths, uint group, int length)
    {
        const int Header = 24;
        byte[] packet = new byte[Header + length];
        packet[0] = 0x40 | (Header / 4);
        packet[8] = 1;
        packet[9] = 2;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(12), TapStack.Parse(TapStack.KernelAddress));
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(16), group == 0 ? 0xE0000001 : group);
        packet[20] = 0x94;
        packet[21] = 4;
        packet[Header] = 0x11;
        packet[Header + 1] = (byte)tenths;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(Header + 4), group);
        uint sum = 0;
        for (int i = 0; i < length; i++)
        {
            sum += (uint)packet[Header + i] << ((i & 1) == 0 ? 8 : 0);
        }

        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(Header + 2), (ushort)~((sum >> 16) + (sum & 0xFFFF)));
        return packet;
    }

    private sealed class FixedRandom(uint value) : IRandomSource
    {
        public uint NextUInt32() => value;
    }
}
