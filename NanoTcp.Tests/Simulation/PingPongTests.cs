using NanoTcp.Primitives;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.Simulation;

/// <summary>Two real stacks that have lost each other's numbers: their answers to each other die out.</summary>
[TestClass]
public sealed class PingPongTests
{
    [TestMethod]
    [DataRow(1_000_000u, 0u)]
    [DataRow(0u, 1_000_000u)]
    [DataRow(1_000_000u, 500_000_000u)]
    [DataRow(0xFFFF0000u, 0xFFFF0000u)]
    [DataRow(0x80000000u, 0x80000000u)]
    [DataRow(0x7FFFFFFFu, 1u)]
    public void Two_peers_out_of_each_others_windows_do_not_answer_each_other_for_ever(uint receive, uint send)
    {
        TwoHosts hosts = new();
        TcpListener listener = hosts.Server.Listen(7, 1);
        (TcpConnection client, TcpConnection server) = hosts.Open(listener);
        hosts.Run(1000);
        TcpControlBlock block = client.Block;
        block.RcvNxt += receive;
        block.RcvAdv += receive;
        block.SndUna += send;
        block.SndNxt += send;
        block.SndMax += send;
        long before = Segments(hosts);
        client.Write(new byte[10], 0, 10);
        server.Write(new byte[10], 0, 10);
        hosts.Run(20_000);

        // Ten answers in five seconds from each side, and the retransmissions; a cable would carry hundreds of thousands.
        Assert.IsLessThanOrEqualTo(2 * (4 + 1) * 10 + 20L, Segments(hosts) - before);
        client.Abort();
        server.Abort();
        listener.Close();
        hosts.AssertBalanced();
    }

    private static long Segments(TwoHosts hosts) =>
        hosts.Client.Counters.GetValue(StackCounter.TcpInSegs) + hosts.Server.Counters.GetValue(StackCounter.TcpInSegs);
}
