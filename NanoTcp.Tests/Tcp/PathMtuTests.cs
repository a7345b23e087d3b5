using NanoTcp.Primitives;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 1191 and RFC 5927 7: what a router that cannot carry a segment may change.</summary>
[TestClass]
public sealed class PathMtuTests : TraceTest
{
    private const int FullPacket = 1500;

    [TestMethod]
    [Requirement("RFC 9293", "MUST-16")]
    [Requirement("RFC 1191", "3", "6.4")]
    public void RFC_1191_3_segments_shrink_to_the_MTU_that_a_router_names_and_what_was_out_goes_out_again()
    {
        Open();
        Write(3000);
        Expect("ACK seq 1 ack 1 len 1460");
        Expect("ACK seq 1461 ack 1 len 1460");
        TooBig(sequence: 1, mtu: 1400);
        Expect("ACK seq 1 ack 1 len 1360");
        Expect("ACK seq 1361 ack 1 len 1360");
        Expect("PSH,ACK seq 2721 ack 1 len 280");
        Send("ACK seq 1 ack 3001");
        Counted(StackCounter.TcpPathMtuReductions, 1);
        Counted(StackCounter.TcpTimeouts, 0);
        Write(1500);
        Expect("ACK seq 3001 ack 1 len 1360");
        Send("ACK seq 1 ack 4361");
        Expect("PSH,ACK seq 4361 ack 1 len 140");
        Send("ACK seq 1 ack 4501");
    }

    [TestMethod]
    [Requirement("RFC 1191", "5")]
    [DataRow(1500, 1452)]
    [DataRow(1492, 966)]
    [DataRow(1006, 536)]
    public void RFC_1191_5_a_router_that_names_no_MTU_has_the_next_usual_one(int packet, int expected)
    {
        Open(mss: packet - 40);
        Write(packet - 40);
        Expect($"PSH,ACK seq 1 ack 1 len {packet - 40}");
        TooBig(sequence: 1, mtu: 0, packet);
        Expect($"ACK seq 1 ack 1 len {expected}");
        Expect($"PSH,ACK seq {1 + expected} ack 1 len {packet - 40 - expected}");
        Send($"ACK seq 1 ack {packet - 39}");
    }

    [TestMethod]
    [Requirement("RFC 5927", "7.1")]
    [DataRow(68)]
    [DataRow(1)]
    [DataRow(575)]
    public void RFC_5927_7_1_no_router_makes_segments_smaller_than_536(int mtu)
    {
        Open();
        Write(1000);
        Expect("PSH,ACK seq 1 ack 1 len 1000");
        TooBig(sequence: 1, mtu, packet: 1040);
        Expect("ACK seq 1 ack 1 len 536");
        Expect("PSH,ACK seq 537 ack 1 len 464");

        // Packets of 576 octets carry no DF bit, so that nobody can say this of them.
        TooBig(sequence: 1, mtu, packet: 576);
        ExpectNothing();
        Send("ACK seq 1 ack 1001");
        Counted(StackCounter.TcpPathMtuReductions, 1);
        Counted(StackCounter.IcmpInIgnored, 1);
    }

    [TestMethod]
    [Requirement("RFC 5927", "4.1", "7.2")]
    [DataRow(0, 1400, FullPacket, "a segment acknowledged long ago")]
    [DataRow(1461, 1400, FullPacket, "one that was never sent")]
    [DataRow(1, 1500, FullPacket, "an MTU that would have fitted")]
    [DataRow(1, 1501, FullPacket, "an MTU above that of the link")]
    [DataRow(1, 1400, 1501, "a packet larger than any that was sent")]
    public void RFC_5927_an_impossible_message_changes_nothing(int sequence, int mtu, int packet, string what)
    {
        _ = what;
        Open();
        Write(1460);
        Expect("PSH,ACK seq 1 ack 1 len 1460");
        TooBig(sequence, mtu, packet);
        ExpectNothing();
        Send("ACK seq 1 ack 1461");
        Counted(StackCounter.TcpPathMtuReductions, 0);
        Counted(StackCounter.IcmpInIgnored, 1);
    }

    [TestMethod]
    [Requirement("RFC 5927", "7.2")]
    public void RFC_5927_7_2_on_a_path_that_has_carried_full_segments_a_message_counts_only_when_nothing_arrives_any_more()
    {
        Open();
        Write(1460);
        Expect("PSH,ACK seq 1 ack 1 len 1460");
        Send("ACK seq 1 ack 1461");
        Write(1460);
        Expect("PSH,ACK seq 1461 ack 1 len 1460");
        TooBig(sequence: 1461, mtu: 1000);
        ExpectNothing();
        At(1000);
        Expect("ACK seq 1461 ack 1 len 960");
        Send("ACK seq 1 ack 2421");
        Expect("PSH,ACK seq 2421 ack 1 len 500");
        Send("ACK seq 1 ack 2921");
        Counted(StackCounter.TcpPathMtuReductions, 1);
    }

    [TestMethod]
    [Requirement("RFC 5927", "7.2")]
    public void RFC_5927_7_2_progress_refutes_a_message()
    {
        Open();
        Write(1460);
        Expect("PSH,ACK seq 1 ack 1 len 1460");
        Send("ACK seq 1 ack 1461");
        Write(1460);
        Expect("PSH,ACK seq 1461 ack 1 len 1460");
        TooBig(sequence: 1461, mtu: 1000);
        Send("ACK seq 1 ack 2921");
        Write(1460);
        Expect("PSH,ACK seq 2921 ack 1 len 1460");
        At(1000);
        Expect("PSH,ACK seq 2921 ack 1 len 1460");
        Send("ACK seq 1 ack 4381");
        Counted(StackCounter.TcpPathMtuReductions, 0);
    }

    [TestMethod]
    public void Only_segments_above_576_octets_ask_routers_not_to_fragment()
    {
        Open();
        Write(536);
        Check(dontFragment: false, "PSH,ACK seq 1 ack 1 len 536");
        Send("ACK seq 1 ack 537");
        Write(537);
        Check(dontFragment: true, "PSH,ACK seq 537 ack 1 len 537");
        Send("ACK seq 1 ack 1074");
    }

    private void Open(int mss = 1460) => OpenActive(o => o.SendBuffer = 8192, window: 8000, mss: mss);

    private void Check(bool dontFragment, string segment)
    {
        byte[] frame = T.Bench.Sent.Peek().Octets;
        Assert.AreEqual(dontFragment ? 0x4000 : 0, Frames.Get16(frame, Frames.EthernetLength + 6));
        Expect(segment);
    }

    private void TooBig(int sequence, int mtu, int packet = FullPacket) => T.TooBig(sequence, mtu, packet);
}
