using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NanoTcp.Sockets;

namespace NanoTcp.Tests.Sockets;

/// <summary>Streams used by real threads beside loops on threads of their own.</summary>
[TestClass]
public sealed class ThreadedStreamTests
{
    private const int Port = 7;
    private const int Hanging = 120_000;
    private const int Long = 30_000;

    [TestMethod]
    [Timeout(Hanging)]
    public void Thousands_of_small_operations_on_many_streams_by_many_threads()
    {
        const int Clients = 4;
        const int Operations = 1500;
        using ThreadedHosts hosts = new(o => o.Connections = Clients);
        NanoTcpServer server = new(hosts.Server, Port, Clients);
        Action[] bodies = new Action[2 * Clients];
        for (int i = 0; i < Clients; i++)
        {
            int number = i;
            bodies[i] = () =>
            {
                using NanoTcpStream stream = new(hosts.Server);
                Assert.IsTrue(server.Accept(stream, Long));
                byte[] buffer = new byte[64];
                for (int length = stream.Read(buffer, 0, 64); length != 0; length = stream.Read(buffer, 0, 64))
                {
                    stream.Write(buffer, 0, length);
                }
            };
            bodies[Clients + i] = () =>
            {
                Random random = new(number);
                using NanoTcpStream stream = new(hosts.Client);
                stream.ReadTimeout = Long;
                stream.WriteTimeout = Long;
                stream.Connect(ThreadedHosts.ServerAddress, Port, Long);
                byte[] sent = new byte[40];
                byte[] received = new byte[40];
                for (int k = 0; k < Operations; k++)
                {
                    int length = 1 + random.Next(40);
                    random.NextBytes(sent.AsSpan(0, length));
                    stream.Write(sent, 0, length);
                    stream.ReadExactly(received, 0, length);
                    Assert.IsTrue(sent.AsSpan(0, length).SequenceEqual(received.AsSpan(0, length)));
                }

                stream.CloseSend();
                Assert.AreEqual(-1, stream.ReadByte());
            };
        }

        ThreadedHosts.RunAll(bodies);
        server.Close();
        hosts.AssertBalanced();
    }

    [TestMethod]
    [Timeout(Hanging)]
    public void Both_directions_at_once_by_a_reader_and_a_writer_each()
    {
        const int Total = 1_000_000;
        using ThreadedHosts hosts = new();
        (NanoTcpStream client, NanoTcpStream server) = Open(hosts);
        ThreadedHosts.RunAll(() => Send(client, 1), () => Send(server, 2), () => Expect(client, 2), () => Expect(server, 1));
        client.Close();
        server.Close();
        hosts.AssertBalanced();

        static void Send(NanoTcpStream stream, int seed)
        {
            Random random = new(seed);
            byte[] buffer = new byte[3000];
            for (int left = Total; left != 0;)
            {
                int length = Math.Min(left, 1 + random.Next(buffer.Length));
                for (int i = 0; i < length; i++)
                {
                    buffer[i] = (byte)((Total - left + i) * seed % 253);
                }

                stream.Write(buffer, 0, length);
                left -= length;
            }

            stream.CloseSend();
        }

        static void Expect(NanoTcpStream stream, int seed)
        {
            byte[] buffer = new byte[1700];
            int at = 0;
            for (int length = stream.Read(buffer, 0, buffer.Length); length != 0; length = stream.Read(buffer, 0, buffer.Length))
            {
                for (int i = 0; i < length; i++, at++)
                {
                    if (buffer[i] != (byte)(at * seed % 253))
                    {
                        Assert.Fail($"octet {at} is wrong");
                    }
                }
            }

            Assert.AreEqual(Total, at);
        }
    }

    [TestMethod]
    [Timeout(Hanging)]
    public void Closing_races_with_everything_and_nothing_hangs_or_leaks()
    {
        const int Rounds = 150;
        using ThreadedHosts hosts = new(o => o.Connections = 8);
        NanoTcpServer server = new(hosts.Server, Port, 4);
        NanoTcpStream atServer = new(hosts.Server);
        NanoTcpStream spare = new(hosts.Server);
        NanoTcpStream atClient = new(hosts.Client);
        using Barrier barrier = new(5);
        int busy = 0;
        int opened = 0;
        ThreadedHosts.RunAll(
            () => Use(() => Accept(), () => atServer.Write(new byte[5000], 0, 5000)),
            () => Use(
                () =>
                {
                    atClient.Connect(ThreadedHosts.ServerAddress, Port, 5000);
                    opened++;
                },
                () => atClient.Write(new byte[5000], 0, 5000)),
            () => Use(() => { }, () => _ = atClient.Read(new byte[10], 0, 10)),
            () => Disturb(atClient.Close),
            () => Disturb(atServer.Abort));
        server.Close();
        atClient.Abort();
        atServer.Abort();
        hosts.AssertBalanced();
        Assert.IsGreaterThan(Rounds / 2, opened, "hardly anything was open when it was closed");

        void Accept()
        {
            // Clients that were closed before anybody accepted them are not what this round is about.
            while (server.Accept(spare, 0))
            {
                spare.Abort();
            }

            server.Accept(atServer, 20);
        }

        void Use(Action open, Action use)
        {
            for (int i = 0; i < Rounds; i++)
            {
                Interlocked.Increment(ref busy);
                Meet();
                Tolerant(open);
                if (!OpeningIsDisturbed(i))
                {
                    Meet();
                }

                Tolerant(use);
                Interlocked.Decrement(ref busy);
                Meet();

                // A call may have ended by itself just before it was disturbed. Nobody opens before all meet again.
                atClient.Abort();
                atServer.Abort();
            }
        }

        void Disturb(Action close)
        {
            for (int i = 0; i < Rounds; i++)
            {
                Meet();
                if (!OpeningIsDisturbed(i))
                {
                    Meet();
                }

                while (Volatile.Read(ref busy) != 0)
                {
                    Thread.SpinWait(i * 50);
                    close();
                }

                Meet();
            }
        }

        void Meet() => Assert.IsTrue(barrier.SignalAndWait(Long), "a thread hangs");

        static bool OpeningIsDisturbed(int round) => round % 3 == 0;

        static void Tolerant(Action call)
        {
            try
            {
                call();
            }
            catch (Exception e) when (e is ObjectDisposedException or NanoTcpException)
            {
                // Closed here, or reset by the other side, at whatever moment: that is the point.
            }
        }
    }

    [TestMethod]
    [Timeout(Hanging)]
    public void Stopping_lets_no_thread_wait()
    {
        for (int i = 0; i < 20; i++)
        {
            using ThreadedHosts hosts = new();
            (NanoTcpStream client, NanoTcpStream server) = Open(hosts);
            NanoTcpServer other = new(hosts.Server, Port + 1, 1);
            ThreadedHosts.RunAll(
                () => Assert.ThrowsExactly<NanoTcpException>(() => client.ReadByte()),
                () => Assert.ThrowsExactly<NanoTcpException>(() => client.Write(new byte[100_000], 0, 100_000)),
                () => Assert.ThrowsExactly<NanoTcpException>(() => other.Accept(new NanoTcpStream(hosts.Server), NetworkRunner.Infinite)),
                hosts.Client.Stop,
                hosts.Server.Stop);
        }
    }

    /// <summary>On the desktop a lock is not given in the order of asking.</summary>
    [TestMethod]
    [Timeout(Hanging)]
    public void A_loop_that_never_sleeps_leaves_the_streams_their_turn()
    {
        using ThreadedHosts hosts = new(restless: true);
        (NanoTcpStream client, NanoTcpStream server) = Open(hosts);
        ThreadedHosts.RunAll(() =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                Assert.AreEqual(0, client.Available);
            }
        });
        client.Close();
        server.Close();
        hosts.AssertBalanced();
    }

    [TestMethod]
    [Timeout(Hanging)]
    public void Opening_using_and_closing_allocates_nothing_on_the_users_threads_and_on_the_loops()
    {
        const int Connections = 200;
        using ThreadedHosts hosts = new(o => o.TimeWaits = 64);
        NanoTcpServer server = new(hosts.Server, Port, 2);
        NanoTcpStream atServer = new(hosts.Server);
        NanoTcpStream atClient = new(hosts.Client);
        long allocated = 0;
        long byLoops = -1;
        using Barrier barrier = new(2);
        ThreadedHosts.RunAll(
            () =>
            {
                byte[] buffer = new byte[500];
                Serve(buffer, 50);
                barrier.SignalAndWait(Long);
                long before = GC.GetAllocatedBytesForCurrentThread();
                Serve(buffer, Connections);
                Interlocked.Add(ref allocated, GC.GetAllocatedBytesForCurrentThread() - before);
            },
            () =>
            {
                byte[] buffer = new byte[500];
                Ask(buffer, 50);
                barrier.SignalAndWait(Long);
                long loops = hosts.AllocatedByLoops;
                long before = GC.GetAllocatedBytesForCurrentThread();
                Ask(buffer, Connections);
                Interlocked.Add(ref allocated, GC.GetAllocatedBytesForCurrentThread() - before);
                byLoops = hosts.AllocatedByLoops - loops;
            });
        Assert.AreEqual(0, allocated, "octets allocated by the threads that use the streams");
        Assert.AreEqual(0, byLoops, "octets allocated by the loops");
        server.Close();
        hosts.AssertBalanced();

        void Serve(byte[] buffer, int connections)
        {
            for (int i = 0; i < connections; i++)
            {
                server.Accept(atServer, NetworkRunner.Infinite);
                for (int length = atServer.Read(buffer, 0, 500); length != 0; length = atServer.Read(buffer, 0, 500))
                {
                    atServer.Write(buffer, 0, length);
                }

                atServer.Close();
            }
        }

        void Ask(byte[] buffer, int connections)
        {
            for (int i = 0; i < connections; i++)
            {
                atClient.Connect(ThreadedHosts.ServerAddress, Port, Long);
                atClient.Write(buffer, 0, 500);
                for (int left = 500; left != 0;)
                {
                    left -= atClient.Read(buffer, 0, left);
                }

                atClient.WriteByte(5);
                _ = atClient.ReadByte();
                atClient.CloseSend();
                _ = atClient.ReadByte();
                atClient.Close();
            }
        }
    }

    [TestMethod]
    [Timeout(Hanging)]
    public void An_asynchronous_read_that_waits_does_not_keep_a_write_from_beginning()
    {
        using ThreadedHosts hosts = new();
        (NanoTcpStream client, NanoTcpStream server) = Open(hosts);
        byte[] buffer = new byte[10];
        byte[] again = new byte[10];
        Task<int> read = client.ReadAsync(buffer, 0, 10);
        Assert.IsTrue(client.WriteAsync([1, 2, 3], 0, 3).Wait(Long));
        Assert.AreEqual(3, server.ReadAsync(again.AsMemory()).AsTask().WaitAsync(TimeSpan.FromMilliseconds(Long)).GetAwaiter().GetResult());
        server.WriteAsync(again.AsMemory(0, 3)).AsTask().Wait(Long);
        Assert.IsTrue(read.Wait(Long));
        Assert.AreEqual(3, read.Result);
        client.Close();
        server.Close();
        hosts.AssertBalanced();
    }

    [TestMethod]
    [Timeout(Hanging)]
    public void A_stream_is_a_stream_and_a_runner_is_started_once()
    {
        using ThreadedHosts hosts = new();
        Assert.ThrowsExactly<InvalidOperationException>(hosts.Client.Start);
        (NanoTcpStream client, NanoTcpStream server) = Open(hosts);
        using (Stream asStream = client)
        {
            asStream.Write("hello"u8);
        }

        byte[] buffer = new byte[5];
        server.ReadExactly(buffer);
        CollectionAssert.AreEqual("hello"u8.ToArray(), buffer);
        server.Close();
        hosts.AssertBalanced();
    }

    private static (NanoTcpStream Client, NanoTcpStream Server) Open(ThreadedHosts hosts)
    {
        NanoTcpStream client = new(hosts.Client);
        NanoTcpStream server = new(hosts.Server);
        NanoTcpServer listener = new(hosts.Server, Port, 1);
        ThreadedHosts.RunAll(
            () => Assert.IsTrue(listener.Accept(server, Long)),
            () => client.Connect(ThreadedHosts.ServerAddress, Port, Long));
        listener.Close();
        return (client, server);
    }
}
