using System;
using System.Collections.Generic;
using NanoTcp.Host.Cable;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Simulation;

/// <summary>RFC 2923 2.1 with two stacks: whatever happens to large packets, every octet arrives.</summary>
[TestClass]
public sealed class BlackHoleTests
{
    private const int Port = 7000;
    private const int Size = 60_000;
    private const int NarrowMtu = 1300;

    [TestMethod]
    [Requirement("RFC 2923", "2.1")]
    public void A_path_that_swallows_large_packets_from_the_beginning_carries_everything()
    {
        for (ulong seed = 1; seed <= 30; seed++)
        {
            World world = new(seed, loss: 0);
            world.Narrow(NarrowMtu);
            (TcpConnection client, TcpConnection server) = world.Hosts.Open(world.Listener);
            world.Exchange(client, server, 120_000);
            world.AssertBlackHoles(1, 1);
            world.End(client, server);
        }
    }

    [TestMethod]
    [Requirement("RFC 2923", "2.1")]
    public void A_path_that_begins_to_swallow_them_in_the_middle_carries_everything()
    {
        for (ulong seed = 1; seed <= 30; seed++)
        {
            World world = new(seed, loss: 0);
            (TcpConnection client, TcpConnection server) = world.Hosts.Open(world.Listener);
            world.Exchange(client, server, 120_000);
            world.AssertBlackHoles(0, 0);
            world.Narrow(NarrowMtu);
            world.Exchange(client, server, 120_000);
            world.AssertBlackHoles(1, 1);
            world.End(client, server);
        }
    }

    [TestMethod]
    public void With_loss_on_top_of_it_too()
    {
        for (ulong seed = 1; seed <= 60; seed++)
        {
            World world = new(seed, loss: 0.05);
            (TcpConnection client, TcpConnection server) = world.Hosts.Open(world.Listener);
            world.Exchange(client, server, 3_600_000);
            world.Narrow(576);
            world.Exchange(client, server, 3_600_000);
            world.AssertBlackHoles(1, 20);
            world.End(client, server);
        }
    }

    [TestMethod]
    [Requirement("RFC 1191", "6.3")]
    public void When_the_path_is_wide_again_so_are_the_segments_after_ten_minutes()
    {
        World world = new(1, loss: 0);
        world.Narrow(NarrowMtu);
        (TcpConnection client, TcpConnection server) = world.Hosts.Open(world.Listener);
        world.Exchange(client, server, 120_000);
        world.Narrow(int.MaxValue);
        world.Hosts.Run(700_000);
        world.Exchange(client, server, 120_000);
        foreach (NarrowLink link in world.Links)
        {
            Assert.IsGreaterThan(NarrowMtu, link.Largest);
        }

        world.AssertBlackHoles(1, 1);
        world.End(client, server);
    }

    [TestMethod]
    public void A_path_that_is_narrow_for_hours_costs_a_timeout_in_ten_minutes_and_carries_everything()
    {
        World world = new(2, loss: 0);
        world.Narrow(NarrowMtu);
        (TcpConnection client, TcpConnection server) = world.Hosts.Open(world.Listener);
        for (int i = 0; i < 12; i++)
        {
            world.Exchange(client, server, 120_000);
            world.Hosts.Run(660_000);
        }

        world.AssertBlackHoles(10, 12);
        world.End(client, server);
    }

    private sealed class World
    {
        internal World(ulong seed, double loss)
        {
            Impairments impairments = new() { Seed = seed, Loss = loss };
            Hosts = new TwoHosts(
                seed,
                impairments,
                impairments,
                configure: options =>
                {
                    options.SendBuffer = 4096;
                    options.ReceiveBuffer = 4096;
                },
                wrap: device =>
                {
                    NarrowLink link = new(device);
                    Links.Add(link);
                    return link;
                });
            Listener = Hosts.Server.Listen(Port, 1);
        }

        internal TwoHosts Hosts { get; }

        internal List<NarrowLink> Links { get; } = [];

        internal TcpListener Listener { get; }

        internal void Narrow(int mtu)
        {
            foreach (NarrowLink link in Links)
            {
                link.PathMtu = mtu;
                link.Largest = 0;
            }
        }

        /// <summary>Both send and both compare.</summary>
        internal void Exchange(TcpConnection client, TcpConnection server, long milliseconds)
        {
            Flow there = new(client, server);
            Flow back = new(server, client);
            bool done = Hosts.RunUntil(() => there.Move() & back.Move(), milliseconds);
            Assert.IsTrue(done, $"after {milliseconds} ms {there} and {back}");
        }

        internal void AssertBlackHoles(int least, int most)
        {
            foreach (NetworkStack stack in new[] { Hosts.Client, Hosts.Server })
            {
                long count = stack.Counters.GetValue(StackCounter.TcpBlackHoles);
                long timeouts = stack.Counters.GetValue(StackCounter.TcpTimeouts);
                Assert.IsTrue(
                    count >= least && count <= most,
                    $"{count} black holes, not {least} to {most}; {timeouts} timeouts, {Links[0].Swallowed} and {Links[1].Swallowed} swallowed");
            }
        }

        internal void End(TcpConnection client, TcpConnection server)
        {
            client.Close();
            server.Close();
            Listener.Close();
            Hosts.AssertBalanced();
        }
    }

    /// <summary>One direction of an exchange.</summary>
    private sealed class Flow(TcpConnection from, TcpConnection to)
    {
        private readonly byte[] _buffer = new byte[4096];
        private int _sent;
        private int _received;

        internal bool Move()
        {
            int count = Math.Min(_buffer.Length, Math.Min(Size - _sent, from.Writable));
            for (int i = 0; i < count; i++)
            {
                _buffer[i] = Octet(_sent + i);
            }

            _sent += count == 0 ? 0 : from.Write(_buffer, 0, count);
            count = to.Read(_buffer, 0, _buffer.Length);
            for (int i = 0; i < count; i++)
            {
                Assert.AreEqual(Octet(_received + i), _buffer[i]);
            }

            _received += count;
            return _received == Size && from.Unacknowledged == 0;
        }

        public override string ToString() => $"{_sent} sent, {_received} received";

        private static byte Octet(int position) => (byte)((position * 31) ^ (position >> 8));
    }
}
