using System.Collections.Generic;
using NanoTcp.Link;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Simulation;

/// <summary>Handshakes that wait: for a free connection, for a place in a backlog, for a neighbour, for the link.</summary>
[TestClass]
public sealed class HandshakeQueueTests
{
    private const int Port = ScriptedPeerDialogs.ServerPort;
    private const uint Irs = ScriptedPeerDialogs.Irs;

    [TestMethod]
    public void A_finished_handshake_becomes_a_connection_as_soon_as_one_is_free()
    {
        ScriptedPeer peer = new(options => options.Connections = 1);
        TcpListener listener = peer.Stack.Listen(Port, 1);
        uint iss = peer.Handshake();
        TcpConnection first = listener.Accept();
        peer.Handshake(5001);
        Assert.AreEqual(1, peer.Stack.HalfOpenCount);

        // The first ends in LAST-ACK, by a segment that arrives; nothing else happens then.
        peer.Arrive(5000, Port, Irs + 1, iss + 1, TcpSegment.Fin | TcpSegment.Ack);
        peer.Run(10);
        first.Close();
        peer.Run(10);
        peer.Arrive(5000, Port, Irs + 2, iss + 2, TcpSegment.Ack);
        peer.Run(50);
        Assert.AreEqual(1, listener.Pending, "a connection was free, but the finished handshake still waits");
    }

    [TestMethod]
    public void A_handshake_that_no_connection_became_free_for_is_reset()
    {
        ScriptedPeer peer = new(options => options.Connections = 1);
        peer.Stack.Listen(Port, 1);
        peer.Handshake();
        uint iss = peer.Handshake(5001);
        peer.Sent.Clear();
        peer.Run(TcpLimits.FinishedHandshakeWait + 100);
        Assert.AreEqual(0, peer.Stack.HalfOpenCount);
        ScriptedPeer.SentSegment reset = peer.Take();
        Assert.IsTrue(reset.Has(TcpSegment.Rst), "a peer that waits for the server to speak first would wait for ever");
        Assert.AreEqual(5001, reset.DestinationPort);
        Assert.AreEqual(iss + 1, reset.Sequence);
    }

    [TestMethod]
    public void Handshakes_end_with_their_listener()
    {
        ScriptedPeer peer = new();
        TcpListener listener = peer.Stack.Listen(Port, 1);
        peer.Handshake(5001);
        peer.Handshake(5002);
        peer.Arrive(5000, Port, Irs, 0, TcpSegment.Syn);
        peer.Run(10);
        Assert.AreEqual(2, peer.Stack.HalfOpenCount, "one is answered, one finished, one in the backlog");
        listener.Close();
        peer.Sent.Clear();
        peer.Run(100);
        Assert.AreEqual(0, peer.Stack.HalfOpenCount);
        Assert.AreEqual(peer.Stack.ConnectionCapacity, peer.Stack.FreeConnections);
        foreach (ScriptedPeer.SentSegment segment in peer.Sent)
        {
            Assert.IsTrue(segment.Has(TcpSegment.Rst), "nothing else is said on behalf of a closed listener");
        }
    }

    [TestMethod]
    public void An_acknowledgment_one_beyond_the_window_takes_no_connection()
    {
        ScriptedPeer peer = new();
        TcpListener listener = peer.Stack.Listen(Port, 1);
        peer.Arrive(5000, Port, Irs, 0, TcpSegment.Syn);
        peer.Run(10);
        ScriptedPeer.SentSegment answer = peer.Take();
        peer.Arrive(5000, Port, Irs + 1 + (uint)answer.Window, answer.Sequence + 1, TcpSegment.Ack, text: new byte[1]);
        peer.Run(200_000);
        Assert.AreEqual(peer.Stack.ConnectionCapacity, peer.Stack.FreeConnections + listener.Pending, "held, but nobody can accept it");
        for (int i = 0; i < peer.Stack.ConnectionCapacity; i++)
        {
            Assert.AreNotEqual(TcpState.SynReceived, peer.Stack.GetConnection(i)?.State, "no timer would ever end this");
        }
    }

    [TestMethod]
    public void A_segment_beyond_the_closed_window_of_a_waiting_handshake_takes_no_connection()
    {
        ScriptedPeer peer = new(options => options.Connections = 1);
        TcpListener listener = peer.Stack.Listen(Port, 1);
        peer.Handshake();
        TcpConnection first = listener.Accept();
        peer.Sent.Clear();
        peer.Arrive(5001, Port, Irs, 0, TcpSegment.Syn);
        peer.Run(10);
        ScriptedPeer.SentSegment answer = peer.Take();
        Assert.AreEqual(0, answer.Window);
        first.Abort();
        peer.Run(10);
        peer.Arrive(5001, Port, Irs + 2, answer.Sequence + 1, TcpSegment.Ack, text: new byte[1]);
        peer.Run(10);
        Assert.AreEqual(1, peer.Stack.FreeConnections);
        peer.Arrive(5001, Port, Irs + 1, answer.Sequence + 1, TcpSegment.Ack, text: new byte[1]);
        peer.Run(10);
        Assert.AreEqual(1, listener.Pending);
    }

    [TestMethod]
    public void A_handshake_that_cannot_be_answered_for_want_of_a_link_does_not_spin()
    {
        ScriptedPeer peer = new();
        peer.Stack.Listen(Port, 1);
        peer.Arrive(5000, Port, Irs, 0, TcpSegment.Syn);
        peer.Stack.Poll(peer.Now);
        peer.Status = LinkStatus.Down;
        peer.Run(10_000);
        peer.Status = LinkStatus.Up;
        peer.Run(10);
        Assert.IsTrue(peer.Take().Has(TcpSegment.Syn | TcpSegment.Ack));
    }

    [TestMethod]
    public void A_handshake_that_cannot_be_answered_because_the_device_is_busy_does_not_spin()
    {
        ScriptedPeer peer = new();
        peer.Stack.Listen(Port, 1);
        peer.Run(5000);
        peer.Arrive(5000, Port, Irs, 0, TcpSegment.Syn);
        peer.BusyUntil = peer.Now + 50;
        peer.Run(100);
        Assert.IsLessThan(3, peer.LongestSpin);
        Assert.IsTrue(peer.Take().Has(TcpSegment.Syn | TcpSegment.Ack));
    }

    [TestMethod]
    public void More_silent_neighbours_than_the_cache_holds_are_asked_for_once_a_second_and_given_up()
    {
        ScriptedPeer peer = new(options =>
        {
            options.Neighbours = 2;
            options.HalfOpen = 16;
        });
        peer.AnswersArp = false;
        peer.Stack.Listen(Port, 1);
        for (int i = 0; i < 16; i++)
        {
            peer.Arrive(5000, Port, Irs, 0, TcpSegment.Syn, source: Ipv4Address.From(10, 0, 0, 100 + i));
        }

        peer.Run(1000);
        Assert.IsLessThan(5, peer.ArpRequests, "RFC 1122 2.3.2.1: one a second for each address");
        peer.Run(60_000);
        Assert.AreEqual(0, peer.Stack.HalfOpenCount);
    }

    [TestMethod]
    public void Opening_to_more_silent_neighbours_than_the_cache_holds_ends_for_all_of_them()
    {
        ScriptedPeer peer = new(options => options.Neighbours = 2) { AnswersArp = false };
        List<TcpConnection> connections = [];
        for (int i = 0; i < 4; i++)
        {
            connections.Add(peer.Stack.Connect(Ipv4Address.From(10, 0, 0, 100 + i), Port));
        }

        peer.Run(30_000);
        foreach (TcpConnection connection in connections)
        {
            Assert.AreEqual(TcpEndReason.Unreachable, connection.EndReason);
        }

        Assert.IsLessThan(20, peer.ArpRequests);
        Assert.AreEqual(4, peer.Stack.Counters.GetValue(StackCounter.TcpAttemptFails));
    }

    [TestMethod]
    public void Only_one_connection_is_evicted_for_one_client()
    {
        ScriptedPeer peer = new(options => options.Connections = 2);
        TcpListener listener = peer.Stack.Listen(Port, 2);
        uint iss = peer.Handshake();
        TcpConnection first = listener.Accept();
        peer.Handshake(5001);
        TcpConnection second = listener.Accept();
        first.Evictable = true;
        second.Evictable = true;

        // The first has ended in order, but its owner has not noticed yet.
        first.CloseSend();
        peer.Run(10);
        peer.Arrive(5000, Port, Irs + 1, iss + 2, TcpSegment.Fin | TcpSegment.Ack);
        peer.Run(10);
        Assert.AreEqual(TcpState.TimeWait, first.State);
        peer.Run(100);
        peer.Arrive(5001, Port, Irs + 1, 0, TcpSegment.Ack);
        peer.Run(100);
        peer.Handshake(5002);
        peer.Run(100);
        Assert.IsLessThanOrEqualTo(1, peer.Stack.Counters.GetValue(StackCounter.TcpEvictions));
        Assert.AreEqual(TcpEndReason.Closed, first.EndReason);
    }
}
