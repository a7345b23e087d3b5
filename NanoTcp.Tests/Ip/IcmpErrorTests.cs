using System;
using System.Reflection;
using NanoTcp.Emulation;
using NanoTcp.Ip;
using NanoTcp.Primitives;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Udp;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Ip;

/// <summary>RFC 1122 3.2.2: when the stack tells others of errors in their packets, and when it must not.</summary>
[TestClass]
public sealed class IcmpErrorTests : UdpTest
{
    private const int Unreachable = 3;
    private const int ProtocolUnreachable = 2;
    private const int PortUnreachable = 3;
    private const int TimeExceeded = 11;
    private const int Sctp = 132;

    [TestMethod]
    [Requirement("RFC 1122", "4.1.3.1", "3.2.2", "3.2.2.1")]
    public void A_datagram_to_a_closed_port_is_answered_by_port_unreachable()
    {
        Start();
        byte[] packet = Packet([1, 2, 3, 4, 5, 6, 7, 8, 9]);
        B.Deliver(FromPeer(packet));
        ExpectError(Unreachable, PortUnreachable, packet);
        Nothing();
        Counted(StackCounter.IcmpOutErrors, 1);
        Counted(StackCounter.UdpNoPorts, 1);
    }

    [TestMethod]
    [Requirement("RFC 1122", "3.2.2.1")]
    public void A_packet_of_an_unknown_protocol_is_answered_by_protocol_unreachable()
    {
        Start();
        foreach (int length in new[] { 0, 3, 8, 100 })
        {
            byte[] packet = Frames.Ipv4(Peer, Own, Sctp, new byte[length]);
            B.Deliver(FromPeer(packet));
            ExpectError(Unreachable, ProtocolUnreachable, packet);
        }

        Counted(StackCounter.IpInUnknownProtos, 4);
    }

    [TestMethod]
    [Requirement("RFC 1122", "3.2.2")]
    public void The_header_comes_back_unchanged_with_all_its_options()
    {
        Start();
        for (int words = 1; words <= 10; words++)
        {
            byte[] options = new byte[words * 4];
            Array.Fill(options, (byte)1);
            options[^1] = 0;
            byte[] packet = Frames.Ipv4(Peer, Own, Protocol, Segment(Peer, Own, PeerPort, Port, [1, 2, 3]), options);
            packet[1] = 0xB8;
            packet[8] = 7;
            Frames.FixIpv4(packet, 0);
            B.Deliver(FromPeer(packet));
            ExpectError(Unreachable, PortUnreachable, packet);
            At(words * 1000);
        }
    }

    [TestMethod]
    [Requirement("RFC 1122", "3.2.2")]
    [DataRow("to the general broadcast address")]
    [DataRow("to the broadcast address of the network")]
    [DataRow("to a group")]
    [DataRow("in a link-layer broadcast")]
    [DataRow("in a link-layer multicast")]
    [DataRow("a fragment behind the first")]
    [DataRow("a first fragment")]
    [DataRow("from 0.0.0.0")]
    [DataRow("from loopback")]
    [DataRow("from a broadcast address")]
    [DataRow("from the network's broadcast address")]
    [DataRow("from a group")]
    [DataRow("from class E")]
    [DataRow("from this host itself")]
    [DataRow("with a wrong UDP checksum")]
    [DataRow("with a wrong UDP length")]
    [DataRow("with a wrong IP checksum")]
    [DataRow("to another host")]
    public void RFC_1122_3_2_2_nothing_is_said_about_what_was_sent(string how)
    {
        foreach (int protocol in new[] { Protocol, Sctp })
        {
            Start(configure: o => o.MulticastGroups = 1);
            B.Stack.JoinGroup(Group);
            B.Poll();
            B.Sent.Clear();
            uint source = how switch
            {
                "from 0.0.0.0" => 0,
                "from loopback" => 0x7F000001,
                "from a broadcast address" => LimitedBroadcast,
                "from the network's broadcast address" => DirectedBroadcast,
                "from a group" => Group,
                "from class E" => 0xF0000001,
                "from this host itself" => Own,
                _ => Peer,
            };
            uint destination = how switch
            {
                "to the general broadcast address" => LimitedBroadcast,
                "to the broadcast address of the network" => DirectedBroadcast,
                "to a group" => Group,
                "to another host" => Own + 1,
                _ => Own,
            };
            int fragment = how switch
            {
                "a fragment behind the first" => 1,
                "a first fragment" => 0x2000,
                _ => 0,
            };
            byte[] segment = Segment(source, destination, PeerPort, Port, [1, 2, 3]);
            if (how == "with a wrong UDP checksum")
            {
                segment[9] ^= 1;
            }
            else if (how == "with a wrong UDP length")
            {
                segment[5]++;
            }

            byte[] packet = Frames.Ipv4(source, destination, protocol, segment, null, fragment);
            if (how == "with a wrong IP checksum")
            {
                packet[10] ^= 1;
            }

            if (protocol == Sctp && how.StartsWith("with a wrong UDP", StringComparison.Ordinal))
            {
                continue;
            }

            long station = how switch
            {
                "to the general broadcast address" or "to the broadcast address of the network" or "in a link-layer broadcast" => Broadcast,
                "to a group" => MacOfGroup(Group),
                "in a link-layer multicast" => 0x01005E000001,
                _ => StackBench.OwnMac,
            };
            B.Deliver(Frames.Ethernet(station, StackBench.PeerMac, Frames.TypeIpv4, packet));
            Nothing();
            Counted(StackCounter.IcmpOutErrors, 0);
        }
    }

    [TestMethod]
    [Requirement("RFC 1122", "3.2.2")]
    public void RFC_1122_3_2_2_nothing_is_said_about_an_ICMP_message_of_any_type()
    {
        Start();
        for (int type = 0; type < 256; type++)
        {
            if (type != 8)
            {
                B.Deliver(FromPeer(Frames.Ipv4(Peer, Own, Frames.Icmp, Frames.IcmpMessage(type, 0, 0, Packet([1])))));
            }
        }

        Nothing();
        Counted(StackCounter.IcmpOutErrors, 0);
    }

    [TestMethod]
    public void Without_an_address_nothing_is_said()
    {
        Start(configure: o => o.Address = 0);
        foreach (uint destination in new uint[] { Own, 0, LimitedBroadcast })
        {
            B.Deliver(FromPeer(Packet([1], destination: destination)));
        }

        Nothing();
    }

    [TestMethod]
    public void A_flood_is_answered_by_ten_errors_and_then_ten_a_second()
    {
        Start(configure: o => o.Random = new SeededRandom(5));
        int first = Flood();
        Assert.IsTrue(first is >= 5 and <= 30, $"{first} at once");
        Counted(StackCounter.IcmpOutErrors, first);
        Counted(StackCounter.IcmpOutLimited, 100 - first);

        // In the long run it is ten a second, whatever the dice say.
        int sent = 0;
        for (int i = 1; i <= 3000; i++)
        {
            At(i * 10);
            B.Deliver(FromPeer(Packet([1])));
            sent += B.Sent.Count;
            B.Sent.Clear();
        }

        Assert.IsTrue(sent is > 250 and < 350, $"{sent} in 30 s");
        At(60_000);
        Assert.IsTrue(Flood() is >= 5 and <= 30, "after a pause the burst is there again");
    }

    [TestMethod]
    public void SAD_DNS_how_many_errors_a_flood_brings_cannot_be_told_beforehand()
    {
        // CVE-2020-25705: where the limit is exact, who floods in another's name counts what is left for himself, and so
        // finds the port of a query.
        bool[] seen = new bool[101];
        for (ulong seed = 0; seed < 50; seed++)
        {
            ulong s = seed;
            Start(configure: o => o.Random = new SeededRandom(s));
            seen[Flood()] = true;
        }

        Assert.IsGreaterThan(5, Array.FindAll(seen, s => s).Length, "different numbers of errors");
    }

    [TestMethod]
    public void Echo_replies_are_not_limited_with_the_errors()
    {
        Start();
        Flood();
        for (int i = 0; i < 50; i++)
        {
            B.Deliver(FromPeer(Echo()));
            _ = Next();
        }

        Nothing();
    }

    [TestMethod]
    public void An_error_waits_for_its_neighbour_like_any_packet_without_an_owner()
    {
        Start(answersArp: false);
        B.Sent.Clear();
        byte[] packet = Packet([1]);
        B.Deliver(FromPeer(packet));
        Assert.AreEqual(Frames.TypeArp, Frames.Get16(Next(), 12));
        Nothing();
        B.Deliver(Frames.Ethernet(
            StackBench.OwnMac, StackBench.PeerMac, Frames.TypeArp, Frames.Arp(Frames.ArpReply, StackBench.PeerMac, Peer, StackBench.OwnMac, Own)));
        ExpectError(Unreachable, PortUnreachable, packet);
    }

    [TestMethod]
    [Requirement("RFC 1122", "3.2.2")]
    public void The_head_of_a_packet_that_is_kept_elsewhere_can_be_told_of_too()
    {
        // As when fragments are missing: then the first one's head is in a buffer of its own, and the frame buffer is free.
        Start();
        IcmpProtocol icmp = (IcmpProtocol)typeof(NetworkStack)
            .GetField("_icmp", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(B.Stack)!;
        byte[] first = Frames.Ipv4(Peer, Own, Protocol, Segment(Peer, Own, PeerPort, Port, new byte[16]), null, 0x2000);
        Tell(first);
        ExpectError(TimeExceeded, 1, first);
        byte[] echo = Echo(24, fragment: 0x2000);
        Tell(echo);
        ExpectError(TimeExceeded, 1, echo);
        Tell(Frames.Ipv4(Peer, Own, Protocol, new byte[16], null, 0x2001));
        Tell(Frames.Ipv4(Peer, Own, Protocol, new byte[16], null, 0x0100));
        Tell(Frames.Ipv4(Peer, Own, Frames.Icmp, Frames.IcmpMessage(3, 3, 0, first), null, 0x2000));
        Tell(Frames.Ipv4(Peer, DirectedBroadcast, Protocol, new byte[16], null, 0x2000));
        Tell(Frames.Ipv4(Group, Own, Protocol, new byte[16], null, 0x2000));
        Tell(Frames.Ipv4(Own, Own, Protocol, new byte[16], null, 0x2000));
        Nothing();
        Counted(StackCounter.IcmpOutErrors, 2);

        void Tell(byte[] packet)
        {
            byte[] kept = new byte[5 + 28];
            packet[..28].CopyTo(kept, 5);
            icmp.SendError(TimeExceeded, 1, kept, 5, 28);

            // So it is in a call of Poll that has something to do.
            B.Stack.Ip.DueAt = Ipv4Layer.AtOnce;
            B.Poll();
        }
    }

    [TestMethod]
    [DataRow(long.MinValue / 2)]
    [DataRow(-5000L)]
    [DataRow(0L)]
    [DataRow(long.MaxValue / 2)]
    public void The_limit_begins_full_wherever_the_clock_does(long start)
    {
        StackBench bench = new(start, answersArp: true);
        bench.Poll();
        for (int i = 0; i < 3; i++)
        {
            bench.Deliver(FromPeer(Packet([1])));
        }

        Assert.HasCount(3, bench.Sent);
    }

    private int Flood()
    {
        B.Sent.Clear();
        for (int i = 0; i < 100; i++)
        {
            B.Deliver(FromPeer(Packet([1])));
        }

        int count = B.Sent.Count;
        B.Sent.Clear();
        return count;
    }
}
