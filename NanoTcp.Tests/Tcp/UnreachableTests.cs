using NanoTcp.Primitives;
using NanoTcp.Tcp;
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
    public void RFC_5927_6_1_no_error_ends_an_open_connection()
    {
        OpenActive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        for (int code = 0; code < 16; code++)
        {
            Unreachable(code, 1);
        }

        Is(TcpState.Established);
        Counted(StackCounter.IcmpInDestUnreachs, 16);
        Send("ACK seq 1 ack 11");
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
    }

    [TestMethod]
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

    private void Deliver(int code, byte[] returned)
    {
        const uint Router = StackBench.Subnet + 99;
        T.SendFrame(
            $"ICMP unreachable, code {code}",
            Frames.Ethernet(
                StackBench.OwnMac,
                StackBench.MacOf(Router),
                Frames.TypeIpv4,
                Frames.Ipv4(Router, StackBench.OwnAddress, Frames.Icmp, Frames.IcmpMessage(3, code, 0, returned))));
    }
}
