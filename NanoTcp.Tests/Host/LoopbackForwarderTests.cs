using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using NanoTcp.Emulation;
using NanoTcp.Samples.Services;
using NanoTcp.Tcp;
using TcpListener = NanoTcp.Tcp.TcpListener;

namespace NanoTcp.Tests.Host;

[TestClass]
public class LoopbackForwarderTests
{
    private const int Megabyte = 1024 * 1024;

    [TestMethod]
    [DataRow("--no-chip", 4 * Megabyte)]
    [DataRow("--chip", Megabyte / 4)]
    public void What_goes_in_comes_back_the_same(string chip, int length)
    {
        int port = 0;
        using DesktopSimulation simulation = Echo($"{chip}", p => port = p);
        using Socket socket = DesktopSimulation.Connect(port);
        byte[] data = Noise(length, seed: 11);

        Task sending = Task.Run(() =>
        {
            socket.Send(data);
            socket.Shutdown(SocketShutdown.Send);
        });
        byte[] echoed = DesktopSimulation.ReadToEnd(socket);
        sending.Wait();

        Assert.HasCount(length, echoed);
        CollectionAssert.AreEqual(SHA256.HashData(data), SHA256.HashData(echoed));
    }

    [TestMethod]
    public void Twenty_connections_at_once_do_not_mix()
    {
        int port = 0;
        using DesktopSimulation simulation = Echo("--no-chip --connections 24", p => port = p);

        // Threads of their own: the pool would begin one or two of forty waiting ones a second.
        Task.WaitAll(Enumerable.Range(0, 20).Select(i => Background(() =>
        {
            using Socket socket = DesktopSimulation.Connect(port);
            byte[] data = Noise(100_000 + i, seed: (ulong)i);
            Task sending = Background(() =>
            {
                socket.Send(data);
                socket.Shutdown(SocketShutdown.Send);
            });
            CollectionAssert.AreEqual(data, DesktopSimulation.ReadToEnd(socket));
            sending.Wait();
        })).ToArray());
    }

    [TestMethod]
    public void The_end_of_the_callers_data_is_carried_while_the_other_direction_stays_open()
    {
        int port = 0;
        List<byte> received = [];
        using DesktopSimulation simulation = Device(_ => port = _, (connection, buffer) =>
        {
            int length = connection.Read(buffer, 0, buffer.Length);
            received.AddRange(buffer.AsSpan(0, length));
            if (connection.EndOfStream && connection.Writable >= 5)
            {
                // Only after the end of the question has been seen does the answer go out.
                connection.Write("after"u8.ToArray(), 0, 5);
                return false;
            }

            return true;
        });
        using Socket socket = DesktopSimulation.Connect(port);

        socket.Send("before"u8);
        socket.Shutdown(SocketShutdown.Send);

        Assert.AreEqual("after", System.Text.Encoding.ASCII.GetString(DesktopSimulation.ReadToEnd(socket)));
        Assert.AreEqual("before", System.Text.Encoding.ASCII.GetString([.. received]));
    }

    [TestMethod]
    public void The_end_of_the_devices_data_is_carried_while_the_other_direction_stays_open()
    {
        int port = 0;
        long received = 0;
        using ManualResetEventSlim finished = new();
        using DesktopSimulation simulation = Device(p => port = p, (connection, buffer) =>
        {
            connection.CloseSend();
            Interlocked.Add(ref received, connection.Read(buffer, 0, buffer.Length));
            if (connection.EndOfStream)
            {
                finished.Set();
                return false;
            }

            return true;
        });
        using Socket socket = DesktopSimulation.Connect(port);

        Assert.AreEqual(0, socket.Receive(new byte[10]), "The device has closed.");
        socket.Send(Noise(100_000, seed: 1));
        socket.Shutdown(SocketShutdown.Send);

        Assert.IsTrue(finished.Wait(30_000));
        Assert.AreEqual(100_000, Interlocked.Read(ref received));
    }

    [TestMethod]
    public void A_port_that_nobody_serves_on_the_device_is_seen_as_a_reset()
    {
        int port = 0;
        using DesktopSimulation simulation = new DesktopSimulation("--no-chip", network =>
            port = network.Forwarder!.Listen(0, network.Options.Address, 9)).Start();
        using Socket socket = DesktopSimulation.Connect(port);

        AssertReset(() => socket.Receive(new byte[10]));
    }

    [TestMethod]
    public void A_device_that_resets_is_seen_as_a_reset()
    {
        int port = 0;
        using DesktopSimulation simulation = Device(p => port = p, (connection, buffer) =>
        {
            if (connection.Readable == 0)
            {
                return true;
            }

            connection.Abort();
            return null;
        });
        using Socket socket = DesktopSimulation.Connect(port);
        socket.Send("x"u8);

        AssertReset(() => socket.Receive(new byte[10]));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void A_caller_that_resets_resets_the_device_though_it_reads_nothing(bool deviceReads)
    {
        int port = 0;
        TcpEndReason reason = TcpEndReason.None;
        using ManualResetEventSlim open = new();
        using ManualResetEventSlim ended = new();
        using DesktopSimulation simulation = Device(p => port = p, (connection, buffer) =>
        {
            open.Set();
            if (deviceReads)
            {
                connection.Read(buffer, 0, buffer.Length);
            }

            if (connection.EndReason == TcpEndReason.None)
            {
                return true;
            }

            reason = connection.EndReason;
            ended.Set();
            return false;
        });
        Socket socket = DesktopSimulation.Connect(port);
        // More than all buffers on the way hold together, so that a device that reads nothing blocks it.
        socket.Blocking = false;
        byte[] chunk = Noise(65536, seed: 2);
        Assert.IsTrue(open.Wait(30_000));
        for (int sent = 0; sent < 32 * Megabyte && error(socket.Send(chunk, 0, chunk.Length, SocketFlags.None, out SocketError e), e);)
        {
            sent += chunk.Length;
        }

        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();

        Assert.IsTrue(ended.Wait(30_000), "The device has not learned of it.");
        Assert.AreEqual(TcpEndReason.Reset, reason);

        static bool error(int _, SocketError code)
        {
            return code == SocketError.Success;
        }
    }

    [TestMethod]
    public void A_caller_that_does_not_read_stops_the_device_and_loses_nothing()
    {
        int port = 0;
        long written = 0;
        byte[] data = Noise(24 * Megabyte, seed: 5);
        using DesktopSimulation simulation = Device(p => port = p, (connection, buffer) =>
        {
            // The first octet says what is wanted: all data, or an echo of one octet.
            if (connection.Readable != 0 || written != 0)
            {
                connection.Read(buffer, 0, 1);
                long at = Interlocked.Read(ref written);
                int length = connection.Write(data, (int)at, (int)Math.Min(data.Length - at, 65536));
                Interlocked.Add(ref written, length);
                return Interlocked.Read(ref written) < data.Length;
            }

            return true;
        });
        using Socket slow = DesktopSimulation.Connect(port);
        slow.Send("x"u8);

        // Until nothing moves any more, though the caller has read nothing: all buffers on the way are full.
        long last = -1;
        int still = 0;
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(50));
        while (still < 20)
        {
            timer.WaitForNextTickAsync().AsTask().Wait();
            long now = Interlocked.Read(ref written);
            still = now == last && now != 0 ? still + 1 : 0;
            last = now;
        }

        Assert.IsLessThan(data.Length, last, "The device was never stopped.");
        CollectionAssert.AreEqual(SHA256.HashData(data), SHA256.HashData(DesktopSimulation.ReadToEnd(slow)));
    }

    [TestMethod]
    public void A_caller_that_never_reads_looks_to_the_device_like_one_that_never_reads()
    {
        // Whatever is stored on the way counts for the device as progress of a caller that makes none.
        const int MostOnTheWay = Megabyte;
        int port = 0;
        long written = 0;
        byte[] data = new byte[4096];
        using DesktopSimulation simulation = Device(p => port = p, (connection, buffer) =>
        {
            connection.Read(buffer, 0, buffer.Length);
            Interlocked.Add(ref written, connection.Write(data, 0, data.Length));
            return Interlocked.Read(ref written) <= MostOnTheWay;
        });
        using Socket slow = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        slow.Connect(new IPEndPoint(IPAddress.Loopback, port));

        // Until nothing moves any more.
        long last = -1;
        int still = 0;
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(50));
        while (still < 6)
        {
            timer.WaitForNextTickAsync().AsTask().Wait();
            long now = Interlocked.Read(ref written);
            still = now == last && now != 0 ? still + 1 : 0;
            last = now;
        }

        Assert.IsLessThanOrEqualTo(MostOnTheWay, last, "The device was not stopped.");
    }

    [TestMethod]
    public void More_callers_than_the_device_has_connections_are_served_one_after_another()
    {
        int port = 0;
        using DesktopSimulation simulation = Echo("--no-chip --connections 4", p => port = p);

        Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            using Socket socket = DesktopSimulation.Connect(port);
            socket.Send(BitConverter.GetBytes(i));
            socket.Shutdown(SocketShutdown.Send);
            CollectionAssert.AreEqual(BitConverter.GetBytes(i), DesktopSimulation.ReadToEnd(socket));
        });
    }

    [TestMethod]
    public void An_idle_loop_sleeps()
    {
        int port = 0;
        DesktopSimulation simulation = Echo("--chip", p => port = p);
        using (simulation)
        {
            using Socket socket = DesktopSimulation.Connect(port);
            socket.Send("x"u8);
            Assert.AreEqual(1, socket.Receive(new byte[1]));
            using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(500));
            timer.WaitForNextTickAsync().AsTask().Wait();
            long rounds = simulation.Network.Loop.Rounds;
            Stopwatch watch = Stopwatch.StartNew();
            timer.WaitForNextTickAsync().AsTask().Wait();
            rounds = simulation.Network.Loop.Rounds - rounds;

            // A round every tenth of a second, however long the machine lets it wait; a loop that does not sleep makes thousands.
            Assert.IsLessThan(100 + (watch.ElapsedMilliseconds / 50), rounds, "Rounds in half a second in which nobody wants anything.");
        }
    }

    private static Task Background(Action action) => Task.Factory.StartNew(action, TaskCreationOptions.LongRunning);

    private static DesktopSimulation Echo(string commandLine, Action<int> listening)
    {
        return new DesktopSimulation(commandLine, network =>
        {
            network.Loop.AddService(new EchoService(network.Device, EchoService.DefaultPort, network.Options.Connections).Poll);
            listening(network.Forwarder!.Listen(0, network.Options.Address, EchoService.DefaultPort));
        }).Start();
    }

    /// <summary>
    /// A device with one port and one connection, served by a function: true to be called again, false when it is
    /// done and the connection is to be closed, null when it has given the connection back itself.
    /// </summary>
    private static DesktopSimulation Device(Action<int> listening, Func<TcpConnection, byte[], bool?> serve)
    {
        byte[] buffer = new byte[16384];
        return new DesktopSimulation("--no-chip", network =>
        {
            TcpListener listener = network.Device.Listen(99, 1);
            TcpConnection? connection = null;
            network.Loop.AddService(_ =>
            {
                connection ??= listener.Accept();
                if (connection == null)
                {
                    return false;
                }

                long before = connection.Readable + connection.Writable;
                bool? more = serve(connection, buffer);
                if (more == true)
                {
                    return before != connection.Readable + connection.Writable;
                }

                if (more == false)
                {
                    connection.Close();
                }

                connection = null;
                return true;
            });
            listening(network.Forwarder!.Listen(0, network.Options.Address, 99));
        }).Start();
    }

    private static byte[] Noise(int length, ulong seed)
    {
        byte[] data = new byte[length];
        new SeededRandom(seed).Fill(data);
        return data;
    }

    private static void AssertReset(Action action)
    {
        SocketException e = Assert.ThrowsExactly<SocketException>(action);
        Assert.AreEqual(SocketError.ConnectionReset, e.SocketErrorCode);
    }
}
