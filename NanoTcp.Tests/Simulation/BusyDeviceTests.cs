using NanoTcp.Tcp;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Simulation;

/// <summary>A device that sends one frame at a time and sleeps otherwise, as a chip does.</summary>
[TestClass]
public sealed class BusyDeviceTests
{
    [TestMethod]
    public void What_waits_for_the_device_goes_out_when_it_is_free_and_not_when_it_wants_to_be_polled_next()
    {
        ScriptedPeer peer = new() { TransmitTime = 2, IdleWait = 500 };
        (TcpConnection connection, uint iss) = peer.Open();
        peer.Run(3000);
        connection.NoDelay = true;
        Assert.AreEqual(2048, connection.Write(new byte[2048], 0, 2048));
        long start = peer.Now;
        peer.Run(100);
        Assert.AreEqual(iss + 1, peer.Take().Sequence);
        ScriptedPeer.SentSegment second = peer.Take();
        Assert.AreEqual(iss + 1 + 1460, second.Sequence);
        Assert.IsLessThan(start + 10, second.Time);
        Assert.IsLessThan(3, peer.LongestSpin, "the loop is not kept busy meanwhile");
    }

    [TestMethod]
    public void An_acknowledgment_that_waits_in_the_device_is_no_reason_to_retransmit()
    {
        ScriptedPeer peer = new();
        (TcpConnection connection, uint iss) = peer.Open();
        connection.Write(new byte[100], 0, 100);
        peer.Run(10);
        Assert.AreEqual(100, peer.Take().Text.Length);

        // The program did something else for longer than the peer may be silent.
        peer.Arrive(80, connection.LocalPort, ScriptedPeerDialogs.Irs + 1, iss + 101, TcpSegment.Ack);
        peer.Now += TcpLimits.GiveUpData + 1;
        peer.Run(10);
        Assert.AreEqual(TcpEndReason.None, connection.EndReason);
        Assert.AreEqual(0, connection.Unacknowledged);
        Assert.AreEqual(0, peer.Sent.Count);
    }
}
