using System.Linq;
using NanoTcp.Tcp;
using NanoTcp.Udp;

namespace NanoTcp.Tests.Udp;

/// <summary>Datagrams and segments share one frame buffer, and take turns.</summary>
[TestClass]
public sealed class TurnTests : UdpTest
{
    [TestMethod]
    public void A_socket_that_always_has_something_to_send_does_not_keep_TCP_waiting()
    {
        UdpSocket socket = Open(send: 4096);
        byte[] payload = new byte[20];
        socket.SendTo(Peer, PeerPort, payload, 0, payload.Length);
        B.Poll();
        B.Sent.Clear();

        // More is queued than one call of Poll sends.
        for (int i = 0; i < 40; i++)
        {
            socket.SendTo(Peer, PeerPort, payload, 0, payload.Length);
        }

        TcpConnection connection = B.Stack.Connect(Peer, 80);
        B.Stack.Poll(B.Now + 1);
        B.Stack.Poll(B.Now + 1);
        int[] protocols = Enumerable.Range(0, 32).Select(_ => (int)B.Link.Take()![14 + 9]).ToArray();
        CollectionAssert.Contains(protocols[..3], 6, "the SYN is among the first");
        Assert.AreEqual(31, protocols.Count(p => p == Protocol), "and takes one turn");
        connection.Abort();
        B.Poll();
        B.Sent.Clear();
    }
}
