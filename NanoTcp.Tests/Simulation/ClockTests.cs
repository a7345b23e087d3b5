using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Simulation;

/// <summary>Every timer across the places where a 32-bit clock of milliseconds would wrap or change its sign, and across zero.</summary>
[TestClass]
public sealed class ClockTests
{
    private const int Port = ScriptedPeerDialogs.ServerPort;
    private const uint Irs = ScriptedPeerDialogs.Irs;

    [TestMethod]
    [DataRow(1L << 31)]
    [DataRow(1L << 32)]
    [DataRow(3L << 31)]
    [DataRow(0L)]
    public void The_retransmission_timer_crosses_it(long wrap)
    {
        ScriptedPeer peer = new(start: wrap - 500);
        (TcpConnection connection, uint iss) = peer.Open();
        connection.Write(new byte[10], 0, 10);
        long sent = peer.Now;
        peer.Run(7001);
        foreach (int after in new[] { 0, 1000, 3000, 7000 })
        {
            ScriptedPeer.SentSegment segment = peer.Take();
            Assert.AreEqual(sent + after, segment.Time);
            Assert.AreEqual(iss + 1, segment.Sequence);
        }

        peer.Run(120_000);
        Assert.AreEqual(TcpEndReason.TimedOut, connection.EndReason);
    }

    [TestMethod]
    [DataRow(1L << 31)]
    [DataRow(1L << 32)]
    [DataRow(3L << 31)]
    [DataRow(0L)]
    public void The_delay_of_an_acknowledgment_and_a_round_trip_cross_it(long wrap)
    {
        ScriptedPeer peer = new(start: wrap - 100);
        (TcpConnection connection, uint iss) = peer.Open();
        peer.Run(wrap - 20 - peer.Now);
        peer.Arrive(Port, connection.LocalPort, Irs + 1, iss + 1, TcpSegment.Ack, text: new byte[10]);
        peer.Run(100);
        Assert.AreEqual(wrap + 20, peer.Take().Time);

        peer = new ScriptedPeer(start: wrap - 100);
        (connection, iss) = peer.Open();
        peer.Run(wrap - 20 - peer.Now);
        connection.Write(new byte[10], 0, 10);
        peer.Run(800);
        peer.Arrive(Port, connection.LocalPort, Irs + 1, iss + 11, TcpSegment.Ack);
        peer.Run(1);
        Assert.AreEqual(((7 * 10) + 800) / 8, connection.SmoothedRoundTripTime, "RFC 6298 2.3: 7/8 of the SYN's 10 ms and 1/8 of 800");
    }

    [TestMethod]
    [DataRow(1L << 31)]
    [DataRow(1L << 32)]
    [DataRow(3L << 31)]
    [DataRow(0L)]
    public void The_limit_of_challenges_crosses_it(long wrap)
    {
        ScriptedPeer peer = new(start: wrap - 1000);
        (TcpConnection connection, uint iss) = peer.Open();
        for (int i = 0; i < 20; i++)
        {
            peer.Arrive(Port, connection.LocalPort, Irs + 1, iss + 1, TcpSegment.Syn);
            peer.Run(100);
        }

        Assert.HasCount(TcpLimits.ChallengesPerInterval, peer.Sent);
        peer.Run(5000);
        peer.Arrive(Port, connection.LocalPort, Irs + 1, iss + 1, TcpSegment.Syn);
        peer.Run(1);
        Assert.HasCount(TcpLimits.ChallengesPerInterval + 1, peer.Sent);
    }

    [TestMethod]
    [DataRow(1L << 31)]
    [DataRow(1L << 32)]
    [DataRow(3L << 31)]
    [DataRow(0L)]
    public void Handshakes_and_farewells_cross_it(long wrap)
    {
        ScriptedPeer peer = new(start: wrap - 40_000);
        TcpListener listener = peer.Stack.Listen(Port, 1);
        uint iss = peer.Handshake();
        TcpConnection connection = listener.Accept();
        connection.Close();
        peer.Run(10);
        peer.Arrive(ScriptedPeerDialogs.ClientPort, Port, Irs + 1, iss + 2, TcpSegment.Fin | TcpSegment.Ack);
        peer.Run(10);
        long closed = peer.Now;
        Assert.AreEqual(1, peer.Stack.TimeWaitCount);
        peer.Run(wrap - 500 - peer.Now);
        peer.Sent.Clear();
        peer.Arrive(ScriptedPeerDialogs.ClientPort + 1, Port, Irs, 0, TcpSegment.Syn);
        peer.Run(10);
        long answered = peer.Take().Time;
        peer.Run(990);
        Assert.AreEqual(answered + 1000, peer.Take().Time, "the SYN,ACK again");
        Assert.AreEqual(1, peer.Stack.TimeWaitCount);
        peer.Run(closed + 59_000 - peer.Now);
        Assert.AreEqual(1, peer.Stack.TimeWaitCount);
        peer.Run(2000);
        Assert.AreEqual(0, peer.Stack.TimeWaitCount);
        peer.Run(200_000);
        Assert.AreEqual(0, peer.Stack.HalfOpenCount);
        Assert.AreEqual(0, peer.Stack.Counters.GetValue(StackCounter.ArpFailures));
    }
}
