using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 9293 3.9.2.2 and RFC 5927: what ICMP errors do to connections.</summary>
[TestClass]
public sealed class UnreachableTests : TraceTest
{
    private const int HostUnreachable = 1;
    private const int ProtocolUnreachable = 2;
    private const int PortUnreachable = 3;

    [TestMethod]
    [Requirement("RFC 9293", "MUST-54", "SHLD-26")]
    [Requirement("RFC 1122", "3.2.2.1")]
    [DataRow(ProtocolUnreachable)]
    [DataRow(PortUnreachable)]
    public void A_hard_error_ends_an_opening(int code)
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Unreachable(code, 0);
        ExpectNothing();
        Ended(TcpEndReason.Unreachable);
        Counted(StackCounter.IcmpInDestUnreachs, 1);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-47", "MUST-54", "MUST-56")]
    public void MUST_56_a_soft_error_does_not_end_an_opening_but_is_the_reason_told_in_the_end()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Unreachable(HostUnreachable, 0);
        Is(TcpState.SynSent);
        foreach (int time in new[] { 1, 3, 7, 15, 31, 63, 123 })
        {
            At(time * 1000);
            Expect("SYN seq 0 mss 1460");
        }

        At(180_000);
        Ended(TcpEndReason.Unreachable);
    }

    [TestMethod]
    [Requirement("RFC 5927", "4.1")]
    [DataRow(-1)]
    [DataRow(1)]
    [DataRow(100_000)]
    public void RFC_5927_4_1_an_error_about_a_segment_that_was_never_sent_is_forged(int sequence)
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Unreachable(PortUnreachable, sequence);
        Is(TcpState.SynSent);
        Counted(StackCounter.IcmpInDestUnreachs, 0);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-56", "SHLD-26")]
    [Requirement("RFC 5927", "5.2")]
    public void RFC_5927_5_2_no_error_ends_an_open_connection()
    {
        OpenActive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        for (int code = 0; code < 16; code++)
        {
            Unreachable(code, 1);
        }

        Is(TcpState.Established);
        // One of them, about the packet size, cannot be true of a packet this small.
        Counted(StackCounter.IcmpInDestUnreachs, 15);
        Counted(StackCounter.IcmpInIgnored, 1);
        Send("ACK seq 1 ack 11");
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-54", "MUST-56", "SHLD-25", "MUST-47")]
    [Requirement("RFC 1122", "3.2.2.1", "3.2.2.4", "3.2.2.5")]
    [DataRow(11, 0, "time exceeded in transit")]
    [DataRow(11, 1, "time exceeded in reassembly")]
    [DataRow(12, 0, "parameter problem")]
    [DataRow(3, 0, "network unreachable")]
    [DataRow(3, 1, "host unreachable")]
    [DataRow(3, 5, "source route failed")]
    public void MUST_56_SHLD_25_a_soft_error_is_told_and_ends_nothing(int type, int code, string name)
    {
        OpenActive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        T.Check(false, Connection.ReportedUnreachable, "reported unreachable");
        DeliverError(type, code, Returned(1));
        Is(TcpState.Established);
        T.Check(true, Connection.ReportedUnreachable, $"reported unreachable after {name}");
        Send("ACK seq 1 ack 11");
        T.Check(false, Connection.ReportedUnreachable, "reported unreachable after an acknowledgment");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-55")]
    [Requirement("RFC 5927", "6.2")]
    public void MUST_55_source_quench_is_discarded_in_silence()
    {
        OpenActive();
        Write(2000);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("PSH,ACK seq 1001 ack 1 len 1000");
        DeliverError(4, 0, Returned(1));
        T.Check(false, Connection.ReportedUnreachable, "reported unreachable");
        ExpectNothing();
        Send("ACK seq 1 ack 2001");
        Write(2000);
        Expect("ACK seq 2001 ack 1 len 1000");
        Expect("PSH,ACK seq 3001 ack 1 len 1000");
        Send("ACK seq 1 ack 4001");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-54")]
    public void An_error_about_another_connection_or_cut_short_changes_nothing()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        byte[] returned = Returned(0);
        Deliver(PortUnreachable, Changed(returned, 20 + 1));
        Deliver(PortUnreachable, Changed(returned, 20 + 3));
        Deliver(PortUnreachable, Changed(returned, 12));
        Deliver(PortUnreachable, Changed(returned, 19));
        Deliver(PortUnreachable, Changed(returned, 9));
        Deliver(PortUnreachable, Changed(returned, 0));
        for (int length = 0; length < returned.Length; length++)
        {
            Deliver(PortUnreachable, returned[..length]);
        }

        Is(TcpState.SynSent);
        Counted(StackCounter.IcmpInDestUnreachs, 0);
        Deliver(PortUnreachable, returned);
        Ended(TcpEndReason.Unreachable);
    }

    private static byte[] Changed(byte[] packet, int offset)
    {
        byte[] changed = (byte[])packet.Clone();
        changed[offset] ^= 0x08;
        return changed;
    }

    private void Unreachable(int code, int sequence) => Deliver(code, Returned(sequence));

    /// <summary>The head of a segment of the stack, as a router returns it.</summary>
    private byte[] Returned(int sequence)
    {
        byte[] head = new byte[8];
        Frames.Put16(head, 0, T.Peer.StackPort);
        Frames.Put16(head, 2, T.Peer.Port);
        Frames.Put32(head, 4, T.Peer.StackIss + (uint)sequence);
        return Frames.Ipv4(StackBench.OwnAddress, T.Peer.Address, Frames.Tcp, head);
    }

    private void Deliver(int code, byte[] returned) => DeliverError(3, code, returned);

    private void DeliverError(int type, int code, byte[] returned)
    {
        const uint Router = StackBench.Subnet + 99;
        T.SendFrame(
            $"ICMP error, type {type}, code {code}",
            Frames.Ethernet(
                StackBench.OwnMac,
                StackBench.MacOf(Router),
                Frames.TypeIpv4,
                Frames.Ipv4(Router, StackBench.OwnAddress, Frames.Icmp, Frames.IcmpMessage(type, code, 0, returned))));
    }
}
