using NanoTcp.Tcp;

namespace NanoTcp.Tests.Simulation;

/// <summary>Clients that come while every connection is taken: they wait, and lose no time once one is free.</summary>
[TestClass]
public sealed class WaitingHandshakeTests
{
    private readonly byte[] _hello = "hello"u8.ToArray();

    [TestMethod]
    public void A_waiting_client_is_served_the_moment_a_connection_is_free()
    {
        TwoHosts hosts = new(configure: options => options.Connections = 2);
        TcpListener listener = hosts.Server.Listen(7, 2);
        (TcpConnection first, TcpConnection firstServed) = hosts.Open(listener);
        TcpConnection other = hosts.Server.Connect(TwoHosts.ClientAddress, 9);
        Assert.AreEqual(0, hosts.Server.FreeConnections);

        TcpConnection waiting = hosts.Client.Connect(TwoHosts.ServerAddress, 7);
        Assert.IsTrue(hosts.RunUntil(() => waiting.State == TcpState.Established, 1000), "the handshake was not answered");
        Assert.AreEqual(_hello.Length, waiting.Write(_hello, 0, _hello.Length));
        hosts.Run(17_000);
        Assert.AreEqual(0, listener.Pending, "there is no connection to accept yet");

        firstServed.Abort();
        TcpConnection? served = null;
        Assert.IsTrue(
            hosts.RunUntil(() => (served ??= listener.Accept())?.Readable == _hello.Length, 50),
            "the client's data had to wait for a timer");

        first.Close();
        waiting.Close();
        served!.Abort();
        other.Abort();
        hosts.AssertBalanced();
    }

    [TestMethod]
    public void A_handshake_that_waits_in_vain_is_given_up_and_its_client_told()
    {
        TwoHosts hosts = new(configure: options => options.Connections = 1);
        TcpListener listener = hosts.Server.Listen(7, 1);
        TcpConnection taken = hosts.Server.Connect(TwoHosts.ClientAddress, 9);
        TcpConnection waiting = hosts.Client.Connect(TwoHosts.ServerAddress, 7);
        Assert.IsTrue(hosts.RunUntil(() => waiting.State == TcpState.Established, 1000), "the handshake was not answered");
        waiting.Write(_hello, 0, _hello.Length);
        Assert.IsTrue(hosts.RunUntil(() => waiting.EndReason == TcpEndReason.Reset, 100_000), "the client was never told");
        waiting.Close();
        taken.Close();
        listener.Close();
        hosts.AssertBalanced();
    }
}
