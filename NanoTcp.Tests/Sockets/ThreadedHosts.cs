using System;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using System.Threading;
using NanoTcp.Emulation;
using NanoTcp.Host.Cable;
using NanoTcp.Host.Simulation;
using NanoTcp.Link;
using NanoTcp.Sockets;
using NanoTcp.Tests.Link;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Sockets;

/// <summary>Two hosts on one cable, each with its loop on a thread of its own, in real time.</summary>
internal sealed class ThreadedHosts : IDisposable
{
    internal static readonly uint ServerAddress = Ipv4Address.From(10, 0, 0, 2);

    /// <summary>A test whose threads take longer hangs; in ms.</summary>
    private const int Patience = 60_000;

    private readonly GuardedLink _clientLink;
    private readonly GuardedLink _serverLink;

    /// <summary>Builds both and starts their loops.</summary>
    /// <param name="configure">Changes the options of both stacks.</param>
    /// <param name="restless">True when the loops must never sleep.</param>
    /// <param name="makeServer">Makes the server's runner and starts it, if that matters.</param>
    internal ThreadedHosts(
        Action<NetworkStackOptions>? configure = null, bool restless = false, Func<NetworkStack, NetworkClock, NetworkRunner>? makeServer = null)
    {
        RealTimeClock clock = new();
        VirtualCable cable = new(clock);
        cable.Reserve(1000);
        _clientLink = new GuardedLink(new CableLink(cable.AddPort("client"), 0x020000000001), cable, restless);
        _serverLink = new GuardedLink(new CableLink(cable.AddPort("server"), 0x020000000002), cable, restless);
        Client = Start(Build(_clientLink, Ipv4Address.From(10, 0, 0, 1), 1, configure), new SimulationNetworkClock(clock));
        _serverLink.Peer = Client;
        Server = (makeServer ?? Start)(Build(_serverLink, ServerAddress, 2, configure), new SimulationNetworkClock(clock));
        _clientLink.Peer = Server;
        Server.Wake();
    }

    internal NetworkRunner Client { get; }

    internal NetworkRunner Server { get; }

    /// <summary>Octets that the two loops have allocated so far, as of the last time that each went round.</summary>
    internal long AllocatedByLoops => _clientLink.Allocated + _serverLink.Allocated;

    /// <summary>Runs each on a thread of its own until all have ended; what one throws comes out here.</summary>
    internal static void RunAll(params Action[] bodies)
    {
        List<Thread> threads = [];
        List<ExceptionDispatchInfo> failures = [];
        foreach (Action body in bodies)
        {
            Thread thread = new(() =>
            {
                try
                {
                    body();
                }
                catch (Exception e)
                {
                    lock (failures)
                    {
                        failures.Add(ExceptionDispatchInfo.Capture(e));
                    }
                }
            })
            {
                IsBackground = true,
            };
            threads.Add(thread);
            thread.Start();
        }

        bool ended = true;
        foreach (Thread thread in threads)
        {
            ended &= thread.Join(Patience);
        }

        lock (failures)
        {
            if (failures.Count != 0)
            {
                failures[0].Throw();
            }
        }

        Assert.IsTrue(ended, "a thread hangs");
    }

    /// <summary>Waits until no connection is held any more.</summary>
    internal void AssertBalanced()
    {
        foreach (NetworkRunner runner in new[] { Client, Server })
        {
            long end = runner.Clock.Milliseconds + Patience;
            while (true)
            {
                runner.Enter();
                bool balanced = runner.Stack.FreeConnections == runner.Stack.ConnectionCapacity;
                runner.Exit();
                if (balanced)
                {
                    break;
                }

                Assert.IsLessThan(end, runner.Clock.Milliseconds, "connections leaked");
                Thread.Sleep(5);
            }

            Assert.IsNull(runner.Failure);
        }
    }

    /// <summary>Stops both loops.</summary>
    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }

    private static NetworkStack Build(ILinkDevice link, uint address, ulong seed, Action<NetworkStackOptions>? configure)
    {
        NetworkStackOptions options = new() { Address = address, Random = new SeededRandom(seed), TimeWaitDuration = 100 };
        configure?.Invoke(options);
        return new NetworkStack(link, options);
    }

    private static NetworkRunner Start(NetworkStack stack, NetworkClock clock)
    {
        NetworkRunner runner = new(stack, clock, int.MaxValue);
        runner.Start();
        return runner;
    }

    /// <summary>One end of a cable that two threads share, which wakes the other end for every frame like an interrupt.</summary>
    private sealed class GuardedLink(CableLink link, VirtualCable cable, bool restless) : PassingLink(link)
    {
        private long _allocated;

        internal NetworkRunner? Peer { get; set; }

        internal long Allocated => Volatile.Read(ref _allocated);

        public override int Poll(long now)
        {
            Volatile.Write(ref _allocated, GC.GetAllocatedBytesForCurrentThread());
            lock (cable)
            {
                int wait = base.Poll(now);
                return restless ? 0 : wait;
            }
        }

        public override int Receive(byte[] buffer, int offset, int capacity)
        {
            lock (cable)
            {
                return base.Receive(buffer, offset, capacity);
            }
        }

        public override bool Send(byte[] buffer, int offset, int length)
        {
            lock (cable)
            {
                base.Send(buffer, offset, length);
            }

            Peer?.Wake();
            return true;
        }
    }
}
