using NanoTcp.Primitives;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Tcp;

/// <summary>Segments that no handshake begins with, to a port that is listened on: dropped, each kind under its own counter.</summary>
[TestClass]
public sealed class ScanTests : TraceTest
{
    [TestMethod]
    [DataRow("FIN,SYN seq 0", StackCounter.TcpInSynFins)]
    [DataRow("FIN,SYN,PSH,URG seq 0", StackCounter.TcpInSynFins)]
    [DataRow("FIN,SYN,PSH,URG seq 1 len 10", StackCounter.TcpInSynFins)]
    [DataRow("none seq 0", StackCounter.TcpInNulls)]
    [DataRow("none seq 1 len 10", StackCounter.TcpInNulls)]
    [DataRow("FIN,PSH,URG seq 0", StackCounter.TcpInXmas)]
    [DataRow("FIN seq 0", StackCounter.TcpInUnexpected)]
    [DataRow("PSH seq 1 len 10", StackCounter.TcpInUnexpected)]
    [DataRow("URG seq 0", StackCounter.TcpInUnexpected)]
    [DataRow("RST seq 0", StackCounter.TcpInBadRsts)]
    [DataRow("RST,ACK seq 0", StackCounter.TcpInBadRsts)]
    [DataRow("SYN,RST seq 0", StackCounter.TcpInBadRsts)]
    [DataRow("FIN,SYN,RST,PSH,ACK,URG seq 0", StackCounter.TcpInBadRsts)]
    public void It_is_dropped_and_counted(string segment, int counter)
    {
        Listen();
        Send(segment);
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
