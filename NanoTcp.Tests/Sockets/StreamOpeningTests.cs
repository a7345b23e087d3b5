using System;
using NanoTcp.Sockets;
using NanoTcp.Tcp;
using NanoTcp.Tests.Simulation;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Sockets;

/// <summary>Connect and Accept that wait.</summary>
[TestClass]
public sealed class StreamOpeningTests : LockstepTest
{
    private const int Port = 9;

    private static readonly uint s_nobody = Ipv4Address.From(10, 0, 0, 99);

    [TestMethod]
    public void Connect_returns_when_the_connection_is_open_and_Accept_gives_it()
    {
        Open();
        Assert.IsTrue(Client.IsOpen && Client.CanRead && Client.CanWrite);
        Assert.IsTrue(Server.IsOpen && Server.CanRead && Server.CanWrite);
        Assert.AreEqual(TwoHosts.ServerAddress, Client.RemoteAddress);
        Assert.AreEqual(7, Client.RemotePort);
        Assert.AreEqual(TwoHosts.ClientAddress, Server.RemoteAddress);
        Assert.AreEqual(TcpEndReason.None, Client.EndReason);
        CloseAndBalance();
        Assert.IsFalse(Client.IsOpen || Client.CanRead || Client.CanWrite);
    }

    [TestMethod]
    public void A_refused_connection_says_so()
    {
        NanoTcpStream stream = new(World.Client);
        Do(() =>
        {
            NanoTcpException problem = Assert.ThrowsExactly<NanoTcpException>(() => stream.Connect(TwoHosts.ServerAddress, Port, 10_000));
            Assert.AreEqual(TcpEndReason.Refused, problem.EndReason);
            Assert.IsFalse(problem.IsTimeout);
            StringAssert.Contains(problem.Message, "nobody listens");
        });
        Assert.IsFalse(stream.IsOpen);
        World.AssertBalanced();
    }

    [TestMethod]
    public void A_peer_that_does_not_answer_in_time_is_given_up()
    {
        NanoTcpStream stream = new(World.Client);
        Do(() =>
        {
            long begun = Now;
            NanoTcpException problem = Assert.ThrowsExactly<NanoTcpException>(() => stream.Connect(s_nobody, Port, 700));
            Assert.AreEqual(begun + 700, Now);
            Assert.IsTrue(problem.IsTimeout);
        });
        Assert.IsFalse(stream.IsOpen);
        Assert.AreEqual(World.Hosts.Client.ConnectionCapacity, World.Hosts.Client.FreeConnections);
    }

    [TestMethod]
    public void Without_a_timeout_the_stack_itself_gives_up_some_time_and_says_why()
    {
        NanoTcpStream stream = new(World.Client);
        Do(() =>
        {
            NanoTcpException problem = Assert.ThrowsExactly<NanoTcpException>(() => stream.Connect(s_nobody, Port, NetworkRunner.Infinite));
            Assert.IsFalse(problem.IsTimeout);
            Assert.IsTrue(problem.EndReason is TcpEndReason.Unreachable or TcpEndReason.TimedOut, $"{problem.EndReason}");
        });
        World.AssertBalanced();
    }

    [TestMethod]
    public void When_all_connections_are_in_use_Connect_waits_for_one_to_become_free()
    {
        World.Hosts.Server.Listen(Port, 3);
        NanoTcpStream[] streams = [new(World.Client), new(World.Client), new(World.Client), new(World.Client), new(World.Client)];
        Do(() =>
        {
            for (int i = 0; i < 3; i++)
            {
                streams[i].Connect(TwoHosts.ServerAddress, Port, 10_000);
            }

            long begun = Now;
            NanoTcpException problem = Assert.ThrowsExactly<NanoTcpException>(() => streams[3].Connect(TwoHosts.ServerAddress, Port, 500));
            Assert.AreEqual(begun + 500, Now);
            Assert.IsTrue(problem.IsTimeout);
            StringAssert.Contains(problem.Message, "in use");
        });
        Lockstep.Actor fourth = World.Spawn(() => streams[3].Connect(TwoHosts.ServerAddress, Port, NetworkRunner.Infinite));
        World.Spawn(() => Assert.ThrowsExactly<ObjectDisposedException>(
            () => streams[4].Connect(TwoHosts.ServerAddress, Port, NetworkRunner.Infinite)));
        World.Run(5000);
        Assert.IsFalse(fourth.Done);
        streams[1].Abort();
        World.Run(100);
        Assert.IsTrue(fourth.Done && streams[3].IsOpen);
        streams[4].Close();
        World.Finish();
        for (int i = 0; i < 4; i++)
        {
            streams[i].Abort();
        }

        World.Run(100);
        Assert.AreEqual(World.Hosts.Client.ConnectionCapacity, World.Hosts.Client.FreeConnections);
    }

    [TestMethod]
    public void Connect_refuses_what_cannot_be_a_peer_and_can_be_called_again()
    {
        NanoTcpStream stream = new(World.Client);
        Do(() =>
        {
            Assert.ThrowsExactly<ArgumentException>(() => stream.Connect(TwoHosts.ClientAddress, Port, 100));
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => stream.Connect(TwoHosts.ServerAddress, 0, 100));
            Assert.ThrowsExactly<NanoTcpException>(() => stream.Connect(TwoHosts.ServerAddress, Port, 100));
        });
        World.AssertBalanced();
    }

    [TestMethod]
    public void An_open_stream_cannot_be_opened()
    {
        Open();
        NanoTcpServer server = new(World.Client, Port, 1);
        Do(() =>
        {
            Assert.ThrowsExactly<InvalidOperationException>(() => Client.Connect(TwoHosts.ServerAddress, Port, 100));
            Assert.ThrowsExactly<InvalidOperationException>(() => server.Accept(Client, 100));
            Assert.ThrowsExactly<ArgumentException>(() => server.Accept(Server, 100));
            Assert.ThrowsExactly<ArgumentNullException>(() => server.Accept(null!, 100));
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => server.Accept(new NanoTcpStream(World.Client), -2));
        });
        CloseAndBalance();
    }

    [TestMethod]
    public void A_stream_that_is_being_opened_cannot_be_used_or_opened_by_another_thread()
    {
        NanoTcpServer server = new(World.Client, Port, 1);
        NanoTcpStream connecting = new(World.Client);
        NanoTcpStream accepting = new(World.Client);
        World.Spawn(() => Assert.ThrowsExactly<NanoTcpException>(() => connecting.Connect(s_nobody, Port, 1000)));
        World.Spawn(() => Assert.IsFalse(server.Accept(accepting, 1000)));
        World.Run(100);
        foreach (NanoTcpStream stream in new[] { connecting, accepting })
        {
            DoBeside(() =>
            {
                Assert.IsFalse(stream.IsOpen);
                Assert.ThrowsExactly<InvalidOperationException>(() => stream.Connect(s_nobody, Port, 1000));
                Assert.ThrowsExactly<InvalidOperationException>(() => server.Accept(stream, 1000));
                Assert.ThrowsExactly<ObjectDisposedException>(() => stream.ReadByte());
                Assert.ThrowsExactly<ObjectDisposedException>(() => stream.WriteByte(1));
            });
        }

        World.Finish();
        World.AssertBalanced();
    }

    [TestMethod]
    public void Accept_says_when_nobody_has_come_in_time()
    {
        NanoTcpServer server = new(World.Server, Port, 1);
        NanoTcpStream stream = new(World.Server);
        Do(() =>
        {
            long begun = Now;
            Assert.IsFalse(server.Accept(stream, 0));
            Assert.AreEqual(begun, Now);
            Assert.IsFalse(server.Accept(stream, 250));
            Assert.AreEqual(begun + 250, Now);
        });
        Assert.IsFalse(stream.IsOpen);
        Assert.AreEqual(Port, server.Port);
    }

    [TestMethod]
    public void Threads_that_wait_at_one_server_get_one_client_each()
    {
        NanoTcpServer server = new(World.Server, Port, 3);
        NanoTcpStream[] servers = [new(World.Server), new(World.Server), new(World.Server)];
        NanoTcpStream[] clients = [new(World.Client), new(World.Client), new(World.Client)];
        foreach (NanoTcpStream stream in servers)
        {
            World.Spawn(() =>
            {
                Assert.IsTrue(server.Accept(stream, NetworkRunner.Infinite));
                stream.WriteByte((byte)stream.ReadByte());
                stream.Close();
            });
        }

        World.Run(1000);
        for (int i = 0; i < 3; i++)
        {
            NanoTcpStream stream = clients[i];
            byte octet = (byte)i;
            World.Spawn(() =>
            {
                stream.Connect(TwoHosts.ServerAddress, Port, 10_000);
                stream.WriteByte(octet);
                Assert.AreEqual(octet, stream.ReadByte());
                stream.Close();
            });
        }

        World.Finish();
        server.Close();
        World.AssertBalanced();
    }

    [TestMethod]
    public void Clients_that_came_before_are_accepted_in_their_order_without_waiting()
    {
        NanoTcpServer server = new(World.Server, Port, 3);
        NanoTcpStream[] clients = [new(World.Client), new(World.Client), new(World.Client)];
        NanoTcpStream[] servers = [new(World.Server), new(World.Server), new(World.Server)];
        byte[] order = [5, 6, 7];
        Do(() =>
        {
            for (int i = 0; i < 3; i++)
            {
                clients[i].Connect(TwoHosts.ServerAddress, Port, 10_000);
                clients[i].WriteByte(order[i]);
            }
        });
        World.Run(100);
        Do(() =>
        {
            for (int i = 0; i < 3; i++)
            {
                Assert.IsTrue(server.Accept(servers[i], 0));
                Assert.AreEqual(order[i], servers[i].ReadByte());
                servers[i].Close();
                clients[i].Close();
            }
        });
        server.Close();
        World.AssertBalanced();
    }

    [TestMethod]
    public void Closing_a_server_ends_every_Accept_and_frees_its_port()
    {
        NanoTcpServer server = new(World.Server, Port, 1);
        for (int i = 0; i < 3; i++)
        {
            NanoTcpStream stream = new(World.Server);
            World.Spawn(() => Assert.ThrowsExactly<ObjectDisposedException>(() => server.Accept(stream, NetworkRunner.Infinite)));
        }

        World.Run(1000);
        Assert.ThrowsExactly<InvalidOperationException>(() => new NanoTcpServer(World.Server, Port, 1));
        server.Close();
        World.Finish();
        server.Dispose();
        Do(() => Assert.ThrowsExactly<ObjectDisposedException>(() => server.Accept(new NanoTcpStream(World.Server), 10)));
        new NanoTcpServer(World.Server, Port, 1).Close();
    }

    [TestMethod]
    public void A_stream_is_opened_again_and_again()
    {
        NanoTcpServer server = new(World.Server, Port, 1);
        NanoTcpStream stream = new(World.Server);
        NanoTcpStream client = new(World.Client);
        World.Spawn(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                Assert.IsTrue(server.Accept(stream, 10_000));
                Assert.AreEqual(i, stream.ReadByte());
                Assert.AreEqual(-1, stream.ReadByte());
                stream.Close();
                stream.Dispose();
            }
        });
        World.Spawn(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                client.Connect(TwoHosts.ServerAddress, Port, 10_000);
                client.WriteByte((byte)i);
                client.Close();
            }
        });
        World.Finish();
        server.Close();
        World.AssertBalanced();
    }

    [TestMethod]
    public void Constructors_say_which_argument_is_missing_or_wrong()
    {
        Assert.AreEqual("runner", Assert.ThrowsExactly<ArgumentNullException>(() => new NanoTcpStream(null!)).ParamName);
        Assert.AreEqual("runner", Assert.ThrowsExactly<ArgumentNullException>(() => new NanoTcpServer(null!, 1, 1)).ParamName);
        Assert.AreEqual("port", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new NanoTcpServer(World.Server, 0, 1)).ParamName);
        Assert.AreEqual("backlog", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new NanoTcpServer(World.Server, 1, 0)).ParamName);
        Assert.AreEqual("stack", Assert.ThrowsExactly<ArgumentNullException>(() => new NetworkRunner(null!, World.Clock, 1)).ParamName);
        Assert.AreEqual("clock", Assert.ThrowsExactly<ArgumentNullException>(() => new NetworkRunner(World.Hosts.Client, null!, 1)).ParamName);
        Assert.AreEqual(
            "longestSleep", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new NetworkRunner(World.Hosts.Client, World.Clock, 0)).ParamName);
    }
}
