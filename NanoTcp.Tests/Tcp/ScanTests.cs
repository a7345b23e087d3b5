using NanoTcp.Primitives;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Tcp;

/// <summary>Segments that no handshake begins with, to a port that is listened on: dropped, each kind under its own counter.</summary>
[TestClass]
public sealed class ScanTests : TraceTest
{
    [TestMethod]
    [DataRow("FIN,SYN", StackCounter.TcpInSynFins)]
    [DataRow("FIN,SYN,PSH,URG", StackCounter.TcpInSynFins)]
    [DataRow("none", StackCounter.TcpInNulls)]
    [DataRow("FIN,PSH,URG", StackCounter.TcpInXmas)]
    [DataRow("FIN", StackCounter.TcpInUnexpected)]
    [DataRow("URG", StackCounter.TcpInUnexpected)]
    [DataRow("RST", StackCounter.TcpInBadRsts)]
    [DataRow("RST,ACK", StackCounter.TcpInBadRsts)]
    [DataRow("SYN,RST", StackCounter.TcpInBadRsts)]
    [DataRow("FIN,SYN,RST,PSH,ACK,URG", StackCounter.TcpInBadRsts)]
    public void It_is_dropped_and_counted(string flags, int counter)
    {
        Listen();
        Send($"{flags} seq 0 win 4000");
        ExpectNothing();
        T.Check(0, T.Stack.HalfOpenCount, "half open");
        for (int i = 0; i < T.Stack.Counters.Count; i++)
        {
            bool ofDrops = T.Stack.Counters.GetName(i).StartsWith("tcp_in_", System.StringComparison.Ordinal) && i != StackCounter.TcpInSegs;
            if (ofDrops || i == counter)
            {
                Counted(i, i == counter ? 1 : 0);
            }
        }
    }

    [TestMethod]
    [DataRow("ACK")]
    [DataRow("SYN,ACK")]
    [DataRow("FIN,ACK")]
    public void RFC_9293_3_10_7_2_an_acknowledgment_is_reset(string flags)
    {
        Listen();
        T.Peer.StackIss = 100;
        Send($"{flags} seq 0 ack 700");
        Expect("RST seq 700 win 0");
    }

    [TestMethod]
    public void A_land_attack_is_dropped_and_counted()
    {
        Listen();
        byte[] segment = Frames.TcpSegment(
            StackBench.OwnAddress, StackBench.OwnAddress, Trace.ListenPort, Trace.ListenPort, 1, 0, TraceSegment.Syn, 4000, [], []);
        T.SendFrame(
            "SYN from the stack's own address and port",
            Frames.Ethernet(
                StackBench.OwnMac,
                StackBench.PeerMac,
                Frames.TypeIpv4,
                Frames.Ipv4(StackBench.OwnAddress, StackBench.OwnAddress, Frames.Tcp, segment)));
        ExpectNothing();
        Counted(StackCounter.IpInLand, 1);
        Counted(StackCounter.TcpInSegs, 0);
        T.Check(0, T.Stack.HalfOpenCount, "half open");
    }
}
