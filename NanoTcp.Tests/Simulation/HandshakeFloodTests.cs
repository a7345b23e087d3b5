using System;
using System.Collections.Generic;
using NanoTcp.Host.Cable;
using NanoTcp.Primitives;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.Simulation;

/// <summary>Many connection requests at once: made-up ones that never answer (RFC 4987), and honest ones.</summary>
[TestClass]
public sealed class HandshakeFloodTests
{
    private const int Port = 7;
    private const int Size = 3000;
    private readonly byte[] _buffer = new byte[Size];

    /// <summary>Set by the test framework.</summary>
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(1, 10, 1)]
    [DataRow(1, 10, 60)]
    [DataRow(8, 10, 1)]
    [DataRow(8, 10, 60)]
    [DataRow(8, 10, 200)]
    [DataRow(8, 2, 60)]
    public void Among_100_000_made_up_requests_100_connections_open_transfer_and_close(int halfOpen, int rate, int delay)
    {
        FloodingLink? flood = null;
        Impairments path = new() { MinDelay = TimeSpan.FromMilliseconds(delay), MaxDelay = TimeSpan.FromMilliseconds(delay) };
        TwoHosts hosts = new(
            toServer: path,
            toClient: path,
            configure: options =>
            {
                options.HalfOpen = halfOpen;
                options.Gateway = options.Address == TwoHosts.ServerAddress ? TwoHosts.ClientAddress : 0;
            },
            wrap: device => device.MacAddress == 0x020000000002
                ? flood = new FloodingLink(device, TwoHosts.ServerAddress, Port, 0x020000000001)
                : device);
        TcpListener listener = hosts.Server.Listen(Port, 4);
        hosts.Run(10);
        flood!.Rate = rate;
        hosts.Run(1000);

        // A new one every 95 ms, for as long as the flood lasts; on a long path some of them meet.
        const int Connections = 100;
        const int Interval = 95;
        List<Visit> visits = [];
        int opened = 0;
        long start = hosts.Now;
        long longest = 0;
        bool done = hosts.RunUntil(
            () =>
            {
                while (visits.Count < 4 && opened < Connections && hosts.Now - start >= opened * Interval)
                {
                    TcpConnection? connection = hosts.Client.Connect(TwoHosts.ServerAddress, Port);
                    if (connection == null)
                    {
                        break;
                    }

                    visits.Add(new Visit(connection, hosts.Now));
                    opened++;
                }

                Serve(listener, visits);
                for (int i = visits.Count - 1; i >= 0; i--)
                {
                    if (visits[i].IsDone(_buffer))
                    {
                        longest = Math.Max(longest, hosts.Now - visits[i].Since);
                        visits.RemoveAt(i);
                    }
                }

                return opened == Connections && visits.Count == 0;
            },
            600_000);
        Assert.IsTrue(done, $"{visits.Count} connections hang");
        TestContext.WriteLine(
            $"{halfOpen} records, {rate} requests/ms, path {2 * delay} ms: {hosts.Now - start} ms, the longest {longest} ms, {flood.Requests} requests, "
            + $"{Count(hosts, StackCounter.TcpSynCookiesSent)} cookies, {Count(hosts, StackCounter.TcpSynCookiesAccepted)} accepted");
        hosts.RunUntil(() => flood.Requests >= 100_000, 100_000);
        Assert.IsGreaterThanOrEqualTo(100_000, flood.Requests);
        Assert.IsLessThanOrEqualTo(flood.Requests * 11 / 10, flood.Answers, "hardly more answers than requests");
        Assert.IsGreaterThanOrEqualTo(flood.Requests * 9 / 10, flood.Answers, "the flood has reached the listener");
        Assert.AreEqual(Connections, Count(hosts, StackCounter.TcpPassiveOpens));
        Assert.AreEqual(0, hosts.Client.Counters.GetValue(StackCounter.TcpAttemptFails));
        Assert.AreEqual(0, hosts.Client.Counters.GetValue(StackCounter.TcpEstabResets));
        flood.Rate = 0;
        listener.Close();
        hosts.AssertBalanced();
    }

    [TestMethod]
    [DataRow(50, 8, 1)]
    [DataRow(50, 8, 50)]
    [DataRow(50, 8, 300)]
    [DataRow(10, 1, 50)]
    public void Clients_that_come_at_once_are_all_served_by_four_connections(int clients, int halfOpen, int delay)
    {
        Impairments path = new() { MinDelay = TimeSpan.FromMilliseconds(delay), MaxDelay = TimeSpan.FromMilliseconds(delay) };
        TwoHosts hosts = new(
            toServer: path,
            toClient: path,
            configure: options =>
            {
                options.HalfOpen = halfOpen;
                options.Connections = options.Address == TwoHosts.ClientAddress ? clients : 4;
                options.TimeWaits = 64;
            });
        TcpListener listener = hosts.Server.Listen(Port, 4);
        hosts.Run(10);
        List<Visit> visits = [];
        for (int i = 0; i < clients; i++)
        {
            visits.Add(new Visit(hosts.Client.Connect(TwoHosts.ServerAddress, Port), hosts.Now));
        }

        long start = hosts.Now;
        bool done = hosts.RunUntil(
            () =>
            {
                Serve(listener, visits);
                for (int i = visits.Count - 1; i >= 0; i--)
                {
                    if (visits[i].IsDone(_buffer))
                    {
                        visits.RemoveAt(i);
                    }
                }

                return visits.Count == 0;
            },
            300_000);
        TestContext.WriteLine(
            $"{clients} clients, {halfOpen} records, path {2 * delay} ms: {hosts.Now - start} ms, {Count(hosts, StackCounter.TcpSynCookiesSent)} cookies, "
            + $"{Count(hosts, StackCounter.TcpSynCookiesAccepted)} accepted, {Count(hosts, StackCounter.TcpHalfOpenDrops)} drops");
        Assert.IsTrue(done, $"{visits.Count} clients hang");
        Assert.AreEqual(clients, Count(hosts, StackCounter.TcpPassiveOpens));
        Assert.AreEqual(0, hosts.Client.Counters.GetValue(StackCounter.TcpEstabResets));
        listener.Close();
        hosts.AssertBalanced();
    }

    private static long Count(TwoHosts hosts, int counter)
    {
        return hosts.Server.Counters.GetValue(counter);
    }

    /// <summary>The server sends back what it gets and closes.</summary>
    private void Serve(TcpListener listener, List<Visit> visits)
    {
        TcpConnection? served;
        while ((served = listener.Accept()) != null)
        {
            Visit? visit = visits.Find(v => v.Client.LocalPort == served.RemotePort);
            Assert.IsNotNull(visit, "nobody asked for this connection");
            visit.Server = served;
        }

        foreach (Visit visit in visits)
        {
            visit.Serve(_buffer);
        }
    }

    private sealed class Visit(TcpConnection client, long since)
    {
        private int _written;
        private int _served;
        private int _read;

        internal TcpConnection Client => client;

        internal TcpConnection? Server { get; set; }

        internal long Since => since;

        internal void Serve(byte[] buffer)
        {
            if (Server == null)
            {
                return;
            }

            int length = Server.Peek(buffer, 0, Math.Min(Server.Writable, buffer.Length));
            if (length != 0)
            {
                Server.Write(buffer, 0, length);
                Server.Read(buffer, 0, length);
                _served += length;
            }

            if (_served == Size)
            {
                Server.Close();
                Server = null;
            }
        }

        internal bool IsDone(byte[] buffer)
        {
            Assert.AreEqual(TcpEndReason.None, client.EndReason, $"after {_read} octets");
            if (client.Writable != 0 && _written < Size)
            {
                for (int i = _written; i < Size; i++)
                {
                    buffer[i - _written] = (byte)(i * 7);
                }

                _written += client.Write(buffer, 0, Size - _written);
            }

            int length = client.Read(buffer, 0, Size);
            for (int i = 0; i < length; i++)
            {
                Assert.AreEqual((byte)((_read + i) * 7), buffer[i]);
            }

            _read += length;
            if (!client.EndOfStream)
            {
                return false;
            }

            Assert.AreEqual(Size, _read);
            client.Close();
            return true;
        }
    }
}
