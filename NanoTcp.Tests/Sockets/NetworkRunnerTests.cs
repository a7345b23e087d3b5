using System;
using NanoTcp.Link;
using NanoTcp.Sockets;
using NanoTcp.Tests.Link;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Sockets;

/// <summary>The rules for threads, and what happens to who breaks them.</summary>
[TestClass]
public sealed class NetworkRunnerTests : LockstepTest
{
    private static readonly uint s_nobody = Ipv4Address.From(10, 0, 0, 99);

    [TestMethod]
    public void The_thread_of_the_loop_is_refused_at_once_where_it_would_wait_for_itself()
    {
        Open();
        NanoTcpServer server = new(World.Server, 9, 1);
        Do(() => Client.WriteByte(1));
        World.Run(100);

        // Refused also where it would not have had to wait this time.
        Assert.IsTrue(Server.DataAvailable);
        foreach (Action call in new Action[]
        {
            () => Server.ReadByte(),
            () => _ = Server.Read(new byte[1], 0, 1),
            () => Server.WriteByte(1),
            () => Server.Write(new byte[1], 0, 1),
            () => new NanoTcpStream(World.Server).Connect(s_nobody, 1, 100),
            () => server.Accept(new NanoTcpStream(World.Server), 0),
        })
        {
            StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(call).Message, "runs the loop");
        }

        Do(() => Assert.AreEqual(1, Server.ReadByte()));
        CloseAndBalance();
    }

    [TestMethod]
    public void Who_has_entered_uses_the_stack_itself_and_no_stream()
    {
        Open();
        Do(() =>
        {
            World.Client.Enter();
            Assert.AreEqual(1, World.Client.Stack.ConnectionCapacity - World.Client.Stack.FreeConnections);
            Client.Connection.NoDelay = true;
            Assert.ThrowsExactly<InvalidOperationException>(() => World.Client.Enter());
            Assert.ThrowsExactly<InvalidOperationException>(() => Client.ReadByte());
            Assert.ThrowsExactly<InvalidOperationException>(() => Client.DataAvailable);
            Assert.ThrowsExactly<InvalidOperationException>(() => Client.Close());
            Assert.ThrowsExactly<InvalidOperationException>(() => World.Client.Stop());

            // Another stack is another gate.
            Assert.IsFalse(Server.DataAvailable);
            World.Client.Exit();
            Assert.ThrowsExactly<InvalidOperationException>(() => World.Client.Exit());
            Assert.ThrowsExactly<InvalidOperationException>(() => Client.Connection);
            Assert.IsTrue(Client.IsOpen);
        });
        CloseAndBalance();
    }

    [TestMethod]
    public void What_was_done_between_Enter_and_Exit_does_not_wait_for_the_loop_to_wake_by_itself()
    {
        Open();
        Do(() =>
        {
            World.Client.Enter();
            Client.Connection.Write([1, 2, 3], 0, 3);
            World.Client.Exit();
        });
        World.Run(5);
        Assert.AreEqual(3, Server.Available);
        Server.Abort();
        CloseAndBalance();
    }

    [TestMethod]
    public void Stopping_wakes_everybody_with_an_error_that_says_so()
    {
        Open();
        NanoTcpServer server = new(World.Client, 9, 1);
        int told = 0;
        foreach (Action call in new Action[]
        {
            () => Client.ReadByte(),
            () => Client.Write(Octets(10_000), 0, 10_000),
            () => new NanoTcpStream(World.Client).Connect(s_nobody, 1, NetworkRunner.Infinite),
            () => server.Accept(new NanoTcpStream(World.Client), NetworkRunner.Infinite),
            () => server.Accept(new NanoTcpStream(World.Client), NetworkRunner.Infinite),
        })
        {
            World.Spawn(() =>
            {
                NanoTcpException problem = Assert.ThrowsExactly<NanoTcpException>(call);
                StringAssert.Contains(problem.Message, "stopped");
                Assert.IsFalse(problem.IsTimeout);
                told++;
            });
        }

        World.Run(100);
        Assert.AreEqual(0, told);
        World.Client.Stop();
        World.Finish();
        Assert.AreEqual(5, told);
        Client.Abort();
        Server.Abort();
        World.Client.Dispose();
        World.AssertBalanced();
    }

    [TestMethod]
    public void After_the_stop_what_has_arrived_can_be_read_and_nothing_is_waited_for()
    {
        Open();
        Do(() => Server.Write(Octets(30), 0, 30));
        World.Run(100);
        World.Client.Stop();
        Do(() =>
        {
            byte[] buffer = new byte[100];
            Assert.AreEqual(30, Client.Read(buffer, 0, 100));
            CollectionAssert.AreEqual(Octets(30), buffer[..30]);
            Assert.ThrowsExactly<NanoTcpException>(() => Client.Read(buffer, 0, 100));
            Assert.ThrowsExactly<NanoTcpException>(() => Client.Write(buffer, 0, 100));
            Assert.ThrowsExactly<NanoTcpException>(() => new NanoTcpStream(World.Client).Connect(s_nobody, 1, 100));
        });
        Assert.ThrowsExactly<InvalidOperationException>(World.Client.Start);
        World.Client.Run();
        CloseAndBalance();
    }

    [TestMethod]
    public void A_driver_that_throws_stops_the_runner_and_everybody_learns_why()
    {
        FailingLink? link = null;
        using Lockstep world = new(wrap: device => link == null ? link = new FailingLink(device) : device);
        (NanoTcpStream client, NanoTcpStream server) = world.Open();
        Exception? inner = null;
        world.Spawn(() => inner = Assert.ThrowsExactly<NanoTcpException>(() => client.ReadByte()).InnerException);
        world.Run(100);
        link!.Fails = true;
        Assert.ThrowsExactly<TimeoutException>(() => world.Client.Poll());
        link.Fails = false;
        world.Finish();
        Assert.IsInstanceOfType<TimeoutException>(inner);
        Assert.AreSame(inner, world.Client.Failure);
        Assert.IsNull(world.Server.Failure);
        client.Abort();
        server.Abort();
    }

    [TestMethod]
    public void A_runner_sleeps_as_long_as_the_stack_may_be_left_alone_but_no_longer_than_it_was_told()
    {
        SleepClock clock = new();
        NetworkRunner runner = new(World.Hosts.Client, clock, 40);
        runner.Sleep(0);
        Assert.AreEqual(0, clock.Slept);
        runner.Sleep(7);
        Assert.AreEqual(7, clock.Slept);
        runner.Sleep(int.MaxValue);
        Assert.AreEqual(40, clock.Slept);
    }

    [TestMethod]
    public void Streams_of_the_framework_work_on_top()
    {
        Open();
        World.Spawn(() =>
        {
            using System.IO.StreamWriter writer = new(Client) { AutoFlush = true };
            writer.WriteLine("GET / HTTP/1.0");
            writer.WriteLine();
            CollectionAssert.AreEqual(Octets(10_000), ReadToEnd(Client));
        });
        World.Spawn(() =>
        {
            using System.IO.StreamReader reader = new(Server);
            Assert.AreEqual("GET / HTTP/1.0", reader.ReadLine());
            Assert.AreEqual("", reader.ReadLine());
            new System.IO.MemoryStream(Octets(10_000)).CopyTo(Server);
        });
        World.Finish();
        CloseAndBalance();
    }

    [TestMethod]
    public void A_stream_says_what_it_cannot_do()
    {
        NanoTcpStream stream = new(World.Client);
        Assert.IsTrue(stream.CanTimeout);
        Assert.IsFalse(stream.CanSeek);
        Assert.ThrowsExactly<NotSupportedException>(() => stream.Length);
        Assert.ThrowsExactly<NotSupportedException>(() => stream.Position);
        Assert.ThrowsExactly<NotSupportedException>(() => stream.Position = 1);
        Assert.ThrowsExactly<NotSupportedException>(() => stream.Seek(0, System.IO.SeekOrigin.Begin));
        Assert.ThrowsExactly<NotSupportedException>(() => stream.SetLength(1));
    }

    private sealed class SleepClock : NetworkClock
    {
        internal int Slept { get; private set; }

        public override long Milliseconds => 0;

        public override void Wait(System.Threading.AutoResetEvent signal, int milliseconds)
        {
            Slept = milliseconds;
        }
    }

    /// <summary>A device whose bus has come loose.</summary>
    private sealed class FailingLink(ILinkDevice device) : PassingLink(device)
    {
        internal bool Fails { get; set; }

        public override int Poll(long now) => Fails ? throw new TimeoutException("The bus does not answer.") : base.Poll(now);
    }
}
