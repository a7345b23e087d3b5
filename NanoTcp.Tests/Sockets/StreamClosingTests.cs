using System;
using NanoTcp.Sockets;
using NanoTcp.Tests.Simulation;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Sockets;

/// <summary>A stream closed by one thread under another one.</summary>
[TestClass]
public sealed class StreamClosingTests : LockstepTest
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Closing_ends_a_read_and_a_write_that_wait(bool abort)
    {
        Open();
        World.Spawn(() => Assert.ThrowsExactly<ObjectDisposedException>(() => Client.ReadByte()));
        World.Spawn(() => Assert.ThrowsExactly<ObjectDisposedException>(() => Client.Write(Octets(10_000), 0, 10_000)));
        World.Run(1000);
        if (abort)
        {
            Client.Abort();
        }
        else
        {
            Client.Close();
        }

        World.Finish();
        Server.Abort();
        CloseAndBalance();
    }

    [TestMethod]
    public void Closing_ends_a_Connect_that_waits()
    {
        NanoTcpStream stream = new(World.Client);
        World.Spawn(() => Assert.ThrowsExactly<ObjectDisposedException>(
            () => stream.Connect(Ipv4Address.From(10, 0, 0, 99), 1, NetworkRunner.Infinite)));
        World.Run(1000);
        stream.Close();
        World.Finish();
        World.AssertBalanced();
    }

    [TestMethod]
    public void Closing_is_for_any_thread_and_for_any_number_of_times()
    {
        NanoTcpStream stream = new(World.Client);
        stream.Close();
        stream.Abort();
        Open();
        Client.Close();
        Client.Close();
        Do(Client.Dispose);
        Client.Abort();
        CloseAndBalance();
    }

    [TestMethod]
    public void A_stream_that_is_not_open_says_so()
    {
        Open();
        CloseAndBalance();
        Do(() =>
        {
            foreach (NanoTcpStream stream in new[] { Client, new NanoTcpStream(World.Client) })
            {
                StringAssert.Contains(Assert.ThrowsExactly<ObjectDisposedException>(() => stream.ReadByte()).Message, "not open");
                Assert.ThrowsExactly<ObjectDisposedException>(() => stream.Read(new byte[1], 0, 1));
                Assert.ThrowsExactly<ObjectDisposedException>(() => stream.Write(new byte[1], 0, 1));
                Assert.ThrowsExactly<ObjectDisposedException>(() => stream.WriteByte(1));
                Assert.ThrowsExactly<ObjectDisposedException>(() => stream.CloseSend());
                Assert.ThrowsExactly<ObjectDisposedException>(() => stream.Available);
                Assert.ThrowsExactly<ObjectDisposedException>(() => stream.DataAvailable);
                Assert.ThrowsExactly<ObjectDisposedException>(() => stream.Unacknowledged);
                Assert.ThrowsExactly<ObjectDisposedException>(() => stream.RemoteAddress);
                Assert.ThrowsExactly<ObjectDisposedException>(() => stream.RemotePort);
                Assert.ThrowsExactly<ObjectDisposedException>(() => stream.EndReason);
                stream.Flush();
            }
        });
    }

    [TestMethod]
    public void A_closed_stream_waits_with_being_opened_until_the_threads_in_it_have_left()
    {
        NanoTcpServer server = new(World.Server, 9, 2);
        NanoTcpStream at1 = new(World.Server);
        NanoTcpStream at2 = new(World.Server);
        NanoTcpStream client = new(World.Client);
        int read = -1;
        World.Spawn(() =>
        {
            Assert.IsTrue(server.Accept(at1, 10_000));
            Assert.IsTrue(server.Accept(at2, 10_000));
            at2.WriteByte(42);
        });
        DoBeside(() => client.Connect(TwoHosts.ServerAddress, 9, 10_000));
        World.Spawn(() => Assert.ThrowsExactly<ObjectDisposedException>(() => client.ReadByte()));
        World.Spawn(() => Assert.ThrowsExactly<ObjectDisposedException>(() => client.Write(Octets(10_000), 0, 10_000)));
        World.Run(1000);

        // One breath: the threads that wait have had no chance to notice.
        World.Spawn(() =>
        {
            client.Abort();
            client.Connect(TwoHosts.ServerAddress, 9, 10_000);
            read = client.ReadByte();
        });
        World.Finish();
        Assert.AreEqual(42, read);
        client.Close();
        at1.Close();
        at2.Close();
        server.Close();
        World.AssertBalanced();
    }
}
