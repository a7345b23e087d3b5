using System.Collections.Generic;
using NanoTcp.Emulation;
using NanoTcp.Tcp;
using NanoTcp.Tests.Link;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 6056: the ports of active opens cannot be guessed, and no two connections share one.</summary>
[TestClass]
public sealed class EphemeralPortTests
{
    private const int Range = TcpLimits.LastEphemeralPort - TcpLimits.FirstEphemeralPort + 1;

    [TestMethod]
    public void RFC_6056_3_3_1_ports_are_spread_over_the_whole_dynamic_range()
    {
        int[] quarters = new int[4];
        HashSet<int> seen = [];
        for (ulong boot = 0; boot < 400; boot++)
        {
            NetworkStack stack = Build(new SeededRandom(boot));
            int port = stack.Connect(StackBench.PeerAddress, 80).LocalPort;
            Assert.IsGreaterThanOrEqualTo(TcpLimits.FirstEphemeralPort, port);
            Assert.IsLessThanOrEqualTo(TcpLimits.LastEphemeralPort, port);
            quarters[(port - TcpLimits.FirstEphemeralPort) / (Range / 4)]++;
            seen.Add(port);
        }

        foreach (int quarter in quarters)
        {
            Assert.IsGreaterThan(60, quarter, "about a hundred each");
        }

        Assert.IsGreaterThan(380, seen.Count);
    }

    [TestMethod]
    public void A_port_that_this_peer_has_with_us_already_is_passed_over_and_so_is_one_that_is_listened_on()
    {
        // The source of randomness always says the same.
        NetworkStack stack = Build(new ConstantRandom());
        int first = stack.Connect(StackBench.PeerAddress, 80).LocalPort;
        stack.Listen(Next(first), 1);
        Assert.AreEqual(Next(Next(first)), stack.Connect(StackBench.PeerAddress, 80).LocalPort);
        Assert.AreEqual(first, stack.Connect(StackBench.PeerAddress, 81).LocalPort, "another port of the peer");
        Assert.AreEqual(first, stack.Connect(StackBench.PeerAddress + 3, 80).LocalPort, "another peer");
    }

    private static int Next(int port)
    {
        return port == TcpLimits.LastEphemeralPort ? TcpLimits.FirstEphemeralPort : port + 1;
    }

    private static NetworkStack Build(Primitives.IRandomSource random)
    {
        return new NetworkStack(new FrameLink(), new NetworkStackOptions { Address = StackBench.OwnAddress, Random = random });
    }
}
