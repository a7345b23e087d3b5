using System;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Link;

/// <summary>Tests that speak to the real stack in frames.</summary>
public abstract class StackTest
{
    private protected const long Broadcast = 0xFFFFFFFFFFFF;

    private StackBench? _bench;

    /// <summary>Set by the test framework.</summary>
    public TestContext TestContext { get; set; } = null!;

    private protected StackBench B => _bench ?? throw new InvalidOperationException("There is no stack yet.");

    /// <summary>After a test that went well: everything is back in its pool and nothing was allocated.</summary>
    [TestCleanup]
    public void PoolsAreFull()
    {
        if (_bench != null && TestContext.CurrentTestOutcome is UnitTestOutcome.InProgress or UnitTestOutcome.Passed)
        {
            B.AdvanceTo(B.Now + 400_000);
            B.AssertBalanced();
        }
    }

    /// <summary>A stack whose link has just come up.</summary>
    private protected void Start(bool answersArp = true, Action<NetworkStackOptions>? configure = null)
    {
        _bench = new StackBench(uint.MaxValue - 1000L, answersArp, configure);
        B.Poll();
    }

    /// <summary>A stack that has not been polled yet.</summary>
    private protected StackBench Make(Action<NetworkStackOptions> configure)
    {
        _bench = new StackBench(uint.MaxValue - 1000L, false, configure);
        return _bench;
    }

    private protected void At(long time) => B.AdvanceTo(B.Start + time);

    /// <summary>The next frame that the stack has sent, which must be there.</summary>
    private protected byte[] Next()
    {
        Assert.IsTrue(B.Sent.TryDequeue(out SentFrame frame), "nothing was sent");
        Assert.AreEqual(B.Now - B.Start, frame.Time - B.Start, "time of the frame in ms");
        return frame.Octets;
    }

    private protected void Nothing()
    {
        if (B.Sent.TryDequeue(out SentFrame frame))
        {
            Assert.Fail($"at {frame.Time - B.Start} ms came {Convert.ToHexString(frame.Octets)}");
        }
    }

    private protected void Counted(int counter, long expected) =>
        Assert.AreEqual(expected, B.Count(counter), B.Stack.Counters.GetName(counter));

    /// <summary>A packet from a neighbour to the stack.</summary>
    private protected static byte[] FromPeer(byte[] packet, uint peer = StackBench.PeerAddress) =>
        Frames.Ethernet(StackBench.OwnMac, StackBench.MacOf(peer), Frames.TypeIpv4, packet);

    /// <summary>An echo request to the stack, as an IPv4 packet.</summary>
    private protected static byte[] Echo(int size = 10, uint peer = StackBench.PeerAddress, byte[]? options = null, int fragment = 0)
    {
        byte[] body = new byte[size];
        for (int i = 0; i < size; i++)
        {
            body[i] = (byte)((i * 3) + size);
        }

        return Frames.Ipv4(
            peer, StackBench.OwnAddress, Frames.Icmp, Frames.IcmpMessage(8, 0, 0x00010002, body), options, fragment);
    }
}
