using NanoTcp.Tcp;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Simulation;

/// <summary>The openings that most scripts begin with.</summary>
internal static class ScriptedPeerDialogs
{
    internal const int ServerPort = 80;
    internal const int ClientPort = 5000;
    internal const uint Irs = 0xFFFFFFF0;

    /// <summary>The peer opens a connection to the stack's listener; the result is the stack's ISS.</summary>
    internal static uint Handshake(this ScriptedPeer peer, int clientPort = ClientPort, int window = 4096)
    {
        peer.Run(10);
        peer.Sent.Clear();
        peer.Arrive(clientPort, ServerPort, Irs, 0, TcpSegment.Syn, window, mss: 1460);
        peer.Run(10);
        ScriptedPeer.SentSegment answer = peer.Take();
        Assert.IsTrue(answer.Has(TcpSegment.Syn | TcpSegment.Ack));
        peer.Arrive(clientPort, ServerPort, Irs + 1, answer.Sequence + 1, TcpSegment.Ack, window);
        peer.Run(10);
        return answer.Sequence;
    }

    /// <summary>The stack opens a connection to the peer; the result is its ISS.</summary>
    internal static (TcpConnection Connection, uint Iss) Open(this ScriptedPeer peer, int window = 4096)
    {
        TcpConnection? connection = peer.Stack.Connect(ScriptedPeer.PeerAddress, ServerPort);
        Assert.IsNotNull(connection);
        peer.Run(10);
        ScriptedPeer.SentSegment syn = peer.Take();
        Assert.IsTrue(syn.Has(TcpSegment.Syn));
        peer.Arrive(ServerPort, connection.LocalPort, Irs, syn.Sequence + 1, TcpSegment.Syn | TcpSegment.Ack, window, mss: 1460);
        peer.Run(10);
        Assert.AreEqual(TcpState.Established, connection.State);
        Assert.IsTrue(peer.Take().Has(TcpSegment.Ack));
        return (connection, syn.Sequence);
    }
}
