using System;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using TcpListener = NanoTcp.Tcp.TcpListener;

namespace NanoTcp.Tests.Peers;

/// <summary>Many connections with the kernel at once, and all the ways in which one ends before its time.</summary>
[TestClass]
[TestCategory("Peers")]
public class ManyConnectionsTests
{
    /// <summary>Where the stack listens.</summary>
    private const int Port = 7000;

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Connections_in_both_directions_at_once_carry_their_own_data(bool chip)
    {
        const int Each = 16;
        const int Size = 30_000;
        using NetworkNamespace space = new();
        using TapStack peer = new(space, o => (o.Connections, o.HalfOpen) = (2 * Each, Each), chip);
        peer.ServeEcho(Port, backlog: Each);
        using Socket kernel = peer.ListenKernel();
        kernel.Listen(Each);
        int kernelPort = PortOf(kernel);

        Task server = Background(() => Task.WaitAll(Enumerable.Range(0, Each).Select(_ => kernel.Accept()).Select(socket => Background(() => EchoInKernel(socket))).ToArray()));
        Task<byte[]>[] incoming = Enumerable.Range(0, Each).Select(i => Background(() => AskForEcho(peer, Size, i))).ToArray();
        TcpConnection[] connections = Enumerable.Range(0, Each).Select(_ => peer.Connect(kernelPort)).ToArray();
        Task[] sending = connections.Select((connection, i) => peer.BeginSend(connection, Pattern.Random(Size, 1000 + i))).ToArray();
        Task<byte[]>[] reading = connections.Select(connection => peer.BeginRead(connection, Size)).ToArray();

        Assert.IsTrue(Task.WaitAll([.. incoming, .. sending, .. reading], 180_000), "The data does not get through.");
        for (int i = 0; i < Each; i++)
        {
            CollectionAssert.AreEqual(Pattern.Random(Size, i), incoming[i].Result, $"connection {i} from the kernel");
            CollectionAssert.AreEqual(Pattern.Random(Size, 1000 + i), reading[i].Result, $"connection {i} of the stack");
            peer.Do(connections[i].Close);
        }

        Assert.IsTrue(server.Wait(30_000), "The kernel does not see the stack close.");
        peer.End();
        Assert.AreEqual(0, peer.Count(StackCounter.TcpEstabResets), "resets");
    }

    [TestMethod]
    public void A_kernel_that_resets_is_a_reset_for_every_connection_it_had()
    {
        using NetworkNamespace space = new();
        using TapStack peer = new(space);
        TcpListener listener = peer.Listen(Port);
        for (int i = 0; i < 20; i++)
        {
            using Socket socket = peer.ConnectKernel(Port);
            TcpConnection connection = peer.Accept(listener);
            socket.Send("what was sent before a reset arrives"u8);
            peer.Until(() => connection.Readable == 36, "The data does not arrive.");
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
            peer.Until(() => connection.EndReason == TcpEndReason.Reset, "The stack does not learn of the reset.");
            Assert.AreEqual(TcpState.Closed, peer.Ask(() => connection.State));
            peer.Do(connection.Close);
        }

        peer.End();
    }

    [TestMethod]
    public void An_abort_by_the_stack_is_ECONNRESET_for_the_kernel()
    {
        using NetworkNamespace space = new();
        using TapStack peer = new(space);
        TcpListener listener = peer.Listen(Port);
        using Socket kernel = peer.ListenKernel();
        for (int i = 0; i < 20; i++)
        {
            using Socket incoming = peer.ConnectKernel(Port);
            TcpConnection accepted = peer.Accept(listener);
            TcpConnection connected = peer.Connect(PortOf(kernel));
            using Socket outgoing = kernel.Accept();
            peer.Do(accepted.Abort);
            peer.Do(connected.Abort);
            AssertError(SocketError.ConnectionReset, () => incoming.Receive(new byte[1]));
            AssertError(SocketError.ConnectionReset, () => outgoing.Receive(new byte[1]));
        }

        peer.End();
    }

    [TestMethod]
    public void Giving_a_connection_back_with_data_unread_is_ECONNRESET_for_the_kernel()
    {
        // RFC 1122 4.2.2.13: the kernel has to learn that its data was lost.
        using NetworkNamespace space = new();
        using TapStack peer = new(space);
        TcpListener listener = peer.Listen(Port);
        using Socket socket = peer.ConnectKernel(Port);
        TcpConnection connection = peer.Accept(listener);
        socket.Send("nobody reads this"u8);
        peer.Until(() => connection.Readable != 0, "The data does not arrive.");
        peer.Do(connection.Close);
        AssertError(SocketError.ConnectionReset, () => socket.Receive(new byte[1]));
        peer.End();
    }

    [TestMethod]
    public void Both_refuse_what_nobody_listens_for()
    {
        using NetworkNamespace space = new();
        using TapStack peer = new(space);
        AssertError(SocketError.ConnectionRefused, () => peer.ConnectKernel(Port).Dispose());
        TcpConnection connection = peer.Connect(4);
        Assert.AreEqual(TcpEndReason.Refused, peer.Ask(() => connection.EndReason));
        peer.Do(connection.Close);

        // A listener that has closed is nobody.
        TcpListener listener = peer.Listen(Port);
        peer.ConnectKernel(Port).Dispose();
        peer.Until(() => listener.Pending == 1, "No connection arrives.");
        peer.Do(listener.Close);
        AssertError(SocketError.ConnectionRefused, () => peer.ConnectKernel(Port).Dispose());
        peer.End();
    }

    [TestMethod]
    public void A_peer_that_is_killed_while_the_stack_sends_is_a_reset()
    {
        PeerTools.Require("nc");
        using NetworkNamespace space = new();
        using TapStack peer = new(space);
        using Process reader = Command.Start(space.Inside("nc", "-l", TapStack.KernelAddress, "7001"));
        WaitForListener(space, 7001);
        TcpConnection connection = peer.Connect(7001);
        Task sending = peer.BeginSend(connection, new byte[50_000_000]);
        Task discarding = reader.StandardOutput.BaseStream.CopyToAsync(System.IO.Stream.Null);
        peer.Until(() => connection.BytesSent > 100_000, "The transfer does not begin.");
        reader.Kill();
        Assert.IsTrue(sending.Wait(30_000), "The stack does not learn that its peer is gone.");
        Assert.AreEqual(TcpEndReason.Reset, peer.Ask(() => connection.EndReason));
        discarding.Wait();
        peer.Do(connection.Close);
        peer.End();
    }

    [TestMethod]
    public void A_peer_that_is_killed_while_it_sends_ends_its_stream_where_it_was()
    {
        PeerTools.Require("nc");
        using NetworkNamespace space = new();
        using TapStack peer = new(space);
        TcpListener listener = peer.Listen(Port);
        string port = Port.ToString(CultureInfo.InvariantCulture);
        using Process writer = Command.Start(space.Inside("bash", "-c", $"exec nc {TapStack.Address} {port} < /dev/zero"));
        TcpConnection connection = peer.Accept(listener);
        byte[] first = peer.Read(connection, 100_000);
        writer.Kill();
        byte[] rest = peer.ReadToEnd(connection);
        Assert.IsTrue(first.Length == 100_000 && first.All(o => o == 0) && rest.All(o => o == 0));
        Assert.IsTrue(peer.Ask(() => connection.EndOfStream || connection.EndReason == TcpEndReason.Reset));
        peer.Do(connection.Close);
        peer.End();
    }

    private static int PortOf(Socket socket)
    {
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static void AssertError(SocketError expected, Action action)
    {
        Assert.AreEqual(expected, Assert.ThrowsExactly<SocketException>(action).SocketErrorCode);
    }

    private static void WaitForListener(NetworkNamespace space, int port)
    {
        // State 0A in /proc/net/tcp is LISTEN.
        space.Shell($"until grep -q ':{port:X4} 00000000:0000 0A' /proc/net/tcp; do sleep 0.01; done").Succeeded();
    }

    /// <summary>A client of the kernel that sends, half closes and reads what it gets from the echo service.</summary>
    internal static byte[] AskForEcho(TapStack peer, int size, int seed)
    {
        using Socket socket = peer.ConnectKernel(Port);
        Task sending = Background(() =>
        {
            socket.Send(Pattern.Random(size, seed));
            socket.Shutdown(SocketShutdown.Send);
        });
        byte[] all = NamespaceSockets.ReadToEnd(socket);
        sending.Wait();
        return all;
    }

    /// <summary>What blocks gets a thread of its own: the pool would start them one after the other.</summary>
    private static Task Background(Action action)
    {
        return Task.Factory.StartNew(action, TaskCreationOptions.LongRunning);
    }

    private static Task<T> Background<T>(Func<T> function)
    {
        return Task.Factory.StartNew(function, TaskCreationOptions.LongRunning);
    }

    private static void EchoInKernel(Socket socket)
    {
        using (socket)
        {
            byte[] buffer = new byte[4096];
            for (int count = socket.Receive(buffer); count != 0; count = socket.Receive(buffer))
            {
                socket.Send(buffer, count, SocketFlags.None);
            }
        }
    }
}
