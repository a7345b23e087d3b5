using NanoTcp.Primitives;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Ip;

/// <summary>RFC 791 and RFC 1122 3.2.1: which packets are let in.</summary>
[TestClass]
public sealed class Ipv4InputTests : StackTest
{
    [TestMethod]
    [Requirement("RFC 1122", "3.2.1.3")]
    public void RFC_1122_3_2_1_3_nothing_goes_to_0_0_0_0_not_even_through_the_router()
    {
        Start(configure: o => o.Gateway = StackBench.PeerAddress);
        B.Do(() => Assert.AreEqual(NanoTcp.Ip.Ipv4Layer.Unreachable, B.Stack.Ip.Reach(0)));
        B.Do(() => Assert.AreEqual(NanoTcp.Ip.Ipv4Layer.Unreachable, B.Stack.Ip.Send(0, Frames.Icmp, 8, 0)));
        Counted(NanoTcp.Primitives.StackCounter.IpOutNoRoutes, 1);
        Nothing();
    }

    private const int Tcp = 6;

    [TestMethod]
    [Requirement("RFC 1122", "3.2.1.1")]
    [DataRow(0, 0x65, DisplayName = "version 6")]
    [DataRow(0, 0x05, DisplayName = "version 0")]
    [DataRow(0, 0x44, DisplayName = "a header of 16 octets")]
    [DataRow(0, 0x40, DisplayName = "a header of none")]
    [DataRow(0, 0x4F, DisplayName = "a header longer than the packet")]
    [DataRow(3, 19, DisplayName = "a total length shorter than the header")]
    [DataRow(3, 0, DisplayName = "a total length of none")]
    [DataRow(3, 39, DisplayName = "a total length longer than the frame")]
    [DataRow(2, 0xFF, DisplayName = "a total length of 65,000")]
    public void A_header_that_lies_is_dropped_and_counted(int offset, int value)
    {
        Start();
        byte[] packet = Echo(10);
        packet[offset] = (byte)value;
        if ((packet[0] & 0xF) * 4 <= packet.Length)
        {
            Frames.FixIpv4(packet, 0);
        }

        B.Deliver(FromPeer(packet));
        Nothing();
        Counted(StackCounter.IpInHdrErrors, 1);
    }

    [TestMethod]
    [Requirement("RFC 1122", "3.2.1.2")]
    public void Every_bit_error_in_the_header_is_found_by_its_checksum()
    {
        Start();
        for (int bit = 0; bit < 160; bit++)
        {
            byte[] packet = Echo();
            packet[bit / 8] ^= (byte)(1 << (bit % 8));
            B.Deliver(FromPeer(packet));
        }

        Nothing();
        Counted(StackCounter.IpInHdrErrors, 160);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-50")]
    [Requirement("RFC 1122", "3.2.1.8")]
    [DataRow(4)]
    [DataRow(8)]
    [DataRow(40)]
    public void RFC_1122_3_2_1_8_options_are_skipped(int length)
    {
        Start();
        byte[] options = new byte[length];
        options[0] = 1;
        options[1] = 0x94;
        options[2] = 0xFF;
        byte[] request = Echo(100, options: options);
        B.Deliver(FromPeer(request));

        // The reply stands where the options stood, and its body came along.
        byte[] reply = Next();
        Assert.HasCount(14 + 20 + 8 + 100, reply);
        CollectionAssert.AreEqual(request[^100..], reply[^100..]);
    }

    [TestMethod]
    [Requirement("RFC 1122", "3.3.2")]
    [DataRow(0x2000, DisplayName = "the first")]
    [DataRow(0x2010, DisplayName = "one between")]
    [DataRow(0x0010, DisplayName = "the last")]
    public void Fragments_are_dropped_and_counted(int flagsAndOffset)
    {
        Start();
        B.Deliver(FromPeer(Echo(fragment: flagsAndOffset)));
        Nothing();
        Counted(StackCounter.IpReasmFails, 1);
    }

    [TestMethod]
    public void A_packet_that_must_not_be_fragmented_is_no_fragment()
    {
        Start();
        B.Deliver(FromPeer(Echo(fragment: 0x4000)));
        Next();
        Counted(StackCounter.IpReasmFails, 0);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-63")]
    [Requirement("RFC 1122", "3.2.1.3")]
    [DataRow(12, 0x0A000002u, DisplayName = "from this host itself: a land attack")]
    [DataRow(12, 0x00000000u, DisplayName = "from nobody")]
    [DataRow(12, 0x00010203u, DisplayName = "from somebody on this network")]
    [DataRow(12, 0xFFFFFFFFu, DisplayName = "from everybody")]
    [DataRow(12, 0x0A000000u, DisplayName = "from the subnet itself")]
    [DataRow(12, 0xF0000001u, DisplayName = "from the reserved class")]
    [DataRow(12, 0x0A0000FFu, DisplayName = "from the subnet's broadcast address")]
    [DataRow(12, 0xE0000001u, DisplayName = "from a multicast group")]
    [DataRow(12, 0x7F000001u, DisplayName = "from the loopback")]
    [DataRow(16, 0x0A000003u, DisplayName = "to a neighbour")]
    [DataRow(16, 0x08080808u, DisplayName = "to a far host")]
    [DataRow(16, 0x00000000u, DisplayName = "to nobody")]
    [DataRow(16, 0xE0000001u, DisplayName = "to a multicast group")]
    [DataRow(16, 0x7F000001u, DisplayName = "to the loopback")]
    [DataRow(16, 0x0A000000u, DisplayName = "to the subnet")]
    public void An_impossible_or_foreign_address_is_dropped_and_counted(int offset, uint address)
    {
        Start();
        byte[] packet = Echo();
        Frames.Put32(packet, offset, address);
        Frames.FixIpv4(packet, 0);
        B.Deliver(FromPeer(packet));
        Nothing();
        Counted(offset == 12 && address == StackBench.OwnAddress ? StackCounter.IpInLand : StackCounter.IpInAddrErrors, 1);
    }

    [TestMethod]
    [Requirement("RFC 1122", "3.3.6")]
    public void RFC_1122_3_3_6_a_unicast_packet_in_a_broadcast_frame_is_dropped()
    {
        Start();
        B.Deliver(Frames.Ethernet(Broadcast, StackBench.PeerMac, Frames.TypeIpv4, Echo()));
        B.Deliver(Frames.Ethernet(0x01005E000001, StackBench.PeerMac, Frames.TypeIpv4, Echo()));
        Nothing();
        Counted(StackCounter.IpInAddrErrors, 2);
    }

    [TestMethod]
    [Requirement("RFC 1122", "3.3.6")]
    public void The_addresses_of_the_packet_before_are_right_only_in_a_frame_for_this_station_alone()
    {
        Start();
        B.Deliver(FromPeer(Echo()));
        B.Deliver(Frames.Ethernet(Broadcast, StackBench.PeerMac, Frames.TypeIpv4, Echo()));
        B.Deliver(Frames.Ethernet(0x01005E000001, StackBench.PeerMac, Frames.TypeIpv4, Echo()));
        B.Deliver(FromPeer(Echo()));
        Counted(StackCounter.IpInAddrErrors, 2);
        Counted(StackCounter.IcmpOutEchoReplies, 2);
    }

    [TestMethod]
    [DataRow(StackBench.OwnAddress + 5, 24, DisplayName = "another address")]
    [DataRow(StackBench.PeerAddress, 24, DisplayName = "the peer's own")]
    [DataRow(0u, 24, DisplayName = "none")]
    public void The_addresses_of_the_packet_before_are_looked_at_anew_when_the_host_has_another(uint address, int prefixLength)
    {
        Start();
        B.Deliver(FromPeer(Echo()));
        Counted(StackCounter.IcmpOutEchoReplies, 1);
        B.Do(() => B.Stack.SetAddress(address, prefixLength, 0));
        B.Deliver(FromPeer(Echo()));
        B.Deliver(FromPeer(Echo()));
        Counted(StackCounter.IcmpOutEchoReplies, 1);
        Assert.AreEqual(2, B.Count(StackCounter.IpInAddrErrors) + B.Count(StackCounter.IpInLand));
    }

    [TestMethod]
    public void A_packet_of_the_same_addresses_as_one_that_was_dropped_is_dropped()
    {
        Start();
        B.Deliver(FromPeer(Echo()));
        byte[] packet = Echo();
        Frames.Put32(packet, 12, StackBench.OwnAddress);
        Frames.FixIpv4(packet, 0);
        B.Deliver(FromPeer(packet));
        B.Deliver(FromPeer(packet));
        Counted(StackCounter.IpInLand, 2);
        Counted(StackCounter.IcmpOutEchoReplies, 1);
    }

    [TestMethod]
    public void A_frame_for_another_station_or_from_a_group_is_dropped()
    {
        Start();
        B.Deliver(Frames.Ethernet(0x020000000055, StackBench.PeerMac, Frames.TypeIpv4, Echo()));
        B.Deliver(Frames.Ethernet(StackBench.OwnMac, Broadcast, Frames.TypeIpv4, Echo()));
        B.Deliver([1, 2, 3]);
        Nothing();
        Assert.AreEqual(3, B.Count(StackCounter.EthInDiscards));
        Counted(StackCounter.IpInReceives, 0);
    }

    [TestMethod]
    public void Unknown_types_and_protocols_are_counted()
    {
        Start();
        B.Deliver(Frames.Ethernet(StackBench.OwnMac, StackBench.PeerMac, 0x86DD, new byte[60]));
        Nothing();
        B.Deliver(FromPeer(Frames.Ipv4(StackBench.PeerAddress, StackBench.OwnAddress, 132, new byte[20])));
        Assert.AreEqual(3, Next()[34], "protocol unreachable");
        Nothing();
        Counted(StackCounter.EthInUnknownTypes, 1);
        Counted(StackCounter.IpInUnknownProtos, 1);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-57")]
    public void MUST_57_TCP_by_broadcast_or_multicast_is_never_answered()
    {
        Start(configure: options => options.MulticastGroups = 1);
        B.Stack.Listen(80, 1);
        foreach (uint address in new uint[] { 0xFFFFFFFF, StackBench.Subnet + 255, 0xE0000001 })
        {
            byte[] syn = Frames.TcpSegment(StackBench.PeerAddress, address, 5000, 80, 1, 0, 2, 4000, [], []);
            B.Deliver(Frames.Ethernet(
                Broadcast, StackBench.PeerMac, Frames.TypeIpv4, Frames.Ipv4(StackBench.PeerAddress, address, Tcp, syn)));
        }

        Nothing();
        Counted(StackCounter.TcpInErrs, 3);
    }
}
