using System;
using System.Collections.Generic;
using NanoTcp.Host.Cable;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.Simulation;

/// <summary>
/// Two stacks with few of everything, whose users open, write, read, close and abort as the dice say, on a network that
/// loses frames, is unplugged, and whose devices are busy: whatever happens, what arrives is what was written, every
/// connection ends with a reason, everything is back in its pool, nothing spins, and the stacks allocate nothing.
/// </summary>
[TestClass]
public sealed class RandomUseTests
{
    private const int Port = 7;

    [TestMethod]
    [DataRow(1, 400)]
    [DataRow(1001, 400)]
    [DataRow(2001, 400)]
    public void Whatever_users_and_network_do_everything_ends_and_is_given_back(int firstSeed, int seeds)
    {
        for (int seed = firstSeed; seed < firstSeed + seeds; seed++)
        {
            new World(seed).Live();
        }
    }

    private sealed class World
    {
        private readonly int _seed;
        private readonly Random _random;
        private readonly TwoHosts _hosts;
        private readonly List<MoodyLink> _links = [];
        private readonly List<RandomUser> _users = [];
        private readonly Dictionary<int, RandomUser> _byClientPort = [];
        private long _allocated;
        private int _spin;

        internal World(int seed)
        {
            _seed = seed;
            _random = new Random(seed);
            double loss = _random.Next(3) * 0.05;
            int buffer = _random.Next(5) == 0 ? 65535 : _random.Next(256, 3000);
            int sendBuffer = _random.Next(256, 3000);
            int mss = _random.Next(64, 1461);
            int connections = _random.Next(1, 6);
            int halfOpen = _random.Next(1, 5);
            int timeWaits = _random.Next(1, 5);
            int gaps = _random.Next(1, 5);
            TcpCongestionControl congestionControl = (TcpCongestionControl)_random.Next(3);
            bool clientEcn = _random.Next(2) == 0;
            int hosts = 0;
            _hosts = new TwoHosts(
                (ulong)seed,
                MakeImpairments(loss, 1),
                MakeImpairments(loss, 2),
                startMilliseconds: _random.NextInt64(0, 4_000_000_000),
                configure: options =>
                {
                    options.Connections = connections;
                    options.HalfOpen = halfOpen;
                    options.TimeWaits = timeWaits;
                    options.TimeWaitDuration = 5000;
                    options.ReceiveBuffer = buffer;
                    options.SendBuffer = sendBuffer;
                    options.MaxSegmentSize = mss;
                    options.Gaps = gaps;
                    options.CongestionControl = congestionControl;
                    options.Ecn = hosts++ == 0 ? clientEcn : _random.Next(4) != 0;
                    options.MinRetransmissionTimeout = _random.Next(3) == 0 ? 200 : 1000;
                },
                wrap: device =>
                {
                    MoodyLink link = new(device, _random) { Moodiness = _random.Next(3) * 0.2 };
                    _links.Add(link);
                    return link;
                });
        }

        private string Context => $"seed {_seed}, at {_hosts.Now} ms";

        internal void Live()
        {
            TcpListener listener = _hosts.Server.Listen(Port, _random.Next(1, 4));
            listener.NoDelay = _random.Next(2) == 0;
            listener.KeepAlive = _random.Next(3) == 0;
            listener.IdleTimeout = _random.Next(5) == 0 ? _random.Next(1, 30_000) : 0;
            listener.UserTimeout = _random.Next(5) == 0 ? _random.Next(1, 30_000) : 120_000;
            bool accepts = _random.Next(8) != 0;
            bool plugged = true;
            for (int round = 0; round < 400; round++)
            {
                if (_random.Next(10) == 0)
                {
                    Connect();
                }

                if (accepts && _random.Next(2) == 0)
                {
                    Accept(listener);
                }

                if (_random.Next(100) == 0)
                {
                    plugged = !plugged;
                    Plug(plugged);
                }

                foreach (RandomUser user in _users)
                {
                    user.Act(Context);
                }

                _users.RemoveAll(user => user.IsGone);
                Run(_random.Next(40) == 0 ? _random.Next(30_000) : _random.Next(100));
            }

            End(listener);
        }

        private Impairments MakeImpairments(double loss, ulong direction)
        {
            return new Impairments
            {
                Seed = ((ulong)_seed * 2) + direction,
                Loss = loss,
                Duplication = loss / 2,
                Reordering = loss,
                Marking = _random.Next(3) * 0.1,
                MaxDelay = TimeSpan.FromMilliseconds(_random.Next(2) * 20),
            };
        }

        private void Connect()
        {
            TcpConnection? connection = _hosts.Client.Connect(TwoHosts.ServerAddress, Port);
            if (connection != null)
            {
                RandomUser user = new(connection, true, _random);
                _byClientPort[user.Port] = user;
                _users.Add(user);
            }
        }

        private void Accept(TcpListener listener)
        {
            TcpConnection? connection = listener.Accept();
            if (connection != null)
            {
                RandomUser user = new(connection, false, _random);
                user.Other = _byClientPort[user.Port];
                user.Other.Other = user;
                _users.Add(user);
            }
        }

        private void Plug(bool plugged)
        {
            if (plugged)
            {
                _hosts.ServerPort.Plug();
            }
            else
            {
                _hosts.ServerPort.Unplug();
            }
        }

        /// <summary>A good network again, and everybody closes.</summary>
        private void End(TcpListener listener)
        {
            Plug(true);
            foreach (MoodyLink link in _links)
            {
                link.Moodiness = 0;
            }

            listener.Close();
            for (int round = 0; round < 200; round++)
            {
                bool ended = true;
                foreach (RandomUser user in _users)
                {
                    ended &= user.Finish(Context);
                }

                if (ended)
                {
                    break;
                }

                Run(2000);
            }

            foreach (RandomUser user in _users)
            {
                // A peer that has died without a word leaves a half-closed connection without anything to find it out by.
                Assert.IsTrue(user.EndReason != TcpEndReason.None || user.State == TcpState.FinWait2, $"{Context}: no end: {user}");
                user.GiveBack();
            }

            Run(200_000);
            foreach (NetworkStack stack in new[] { _hosts.Client, _hosts.Server })
            {
                Assert.AreEqual(stack.ConnectionCapacity, stack.FreeConnections, $"{Context}: connections leaked");
                Assert.AreEqual(0, stack.HalfOpenCount, $"{Context}: half-open connections leaked");
                Assert.AreEqual(0, stack.TimeWaitCount, $"{Context}: TIME-WAIT records leaked");
            }

            foreach (MoodyLink link in _links)
            {
                _allocated -= link.AllocatedBelow;
            }

            Assert.AreEqual(0L, _allocated, $"{Context}: the stacks allocated");
        }

        /// <summary>Lets so much time pass, polling the stacks as rarely as they allow.</summary>
        private void Run(long milliseconds)
        {
            const int StuckAfter = 2000;
            long end = _hosts.Now + milliseconds;
            while (true)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                long wait = _hosts.Step();
                _allocated += GC.GetAllocatedBytesForCurrentThread() - before;
                _spin = wait > 0 ? 0 : _spin + 1;
                Assert.IsLessThan(StuckAfter, _spin, $"{Context}: the stacks want to be polled again and again without time passing");
                if (wait > 0)
                {
                    if (_hosts.Now >= end)
                    {
                        return;
                    }

                    _hosts.Pass(Math.Min(wait, end - _hosts.Now));
                }
            }
        }
    }
}
