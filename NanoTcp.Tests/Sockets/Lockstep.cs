using System;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using System.Threading;
using NanoTcp.Link;
using NanoTcp.Sockets;
using NanoTcp.Tests.Simulation;

namespace NanoTcp.Tests.Sockets;

/// <summary>
/// Two hosts whose streams are used by real threads in a time that passes only when all of them wait. One thread runs at a
/// time, in a fixed order, so that every run is the same. The thread of the test runs both loops.
/// </summary>
internal sealed class Lockstep : IDisposable
{
    /// <summary>A thread that does not come to rest within this is stuck; in ms of real time.</summary>
    private const int Stuck = 20_000;

    private readonly List<Actor> _actors = [];
    private readonly object _baton = new();
    private bool _abandoned;

    internal Lockstep(Action<NetworkStackOptions>? configure = null, Func<ILinkDevice, ILinkDevice>? wrap = null)
    {
        Hosts = new TwoHosts(configure: configure, wrap: wrap);
        Clock = new LockstepClock(this);
        Client = new NetworkRunner(Hosts.Client, Clock, int.MaxValue);
        Server = new NetworkRunner(Hosts.Server, Clock, int.MaxValue);
    }

    internal TwoHosts Hosts { get; }

    internal LockstepClock Clock { get; }

    internal NetworkRunner Client { get; }

    internal NetworkRunner Server { get; }

    /// <summary>Milliseconds of virtual time.</summary>
    internal long Now => Hosts.Now;

    /// <summary>Adds a thread; it begins when the test next lets time pass.</summary>
    internal Actor Spawn(Action body)
    {
        Actor actor = new(this, body);
        _actors.Add(actor);
        return actor;
    }

    /// <summary>Lets everybody work until all threads have ended; what one of them threw comes out here.</summary>
    internal void Finish(long longest = 600_000)
    {
        Assert.IsTrue(RunUntil(() => _actors.TrueForAll(a => a.Done), longest), "a thread still waits");
        Check();
    }

    /// <summary>Lets everybody work for so much virtual time.</summary>
    internal void Run(long milliseconds)
    {
        RunUntil(() => false, milliseconds);
        Check();
    }

    /// <summary>A stream at the client connected to one at the server.</summary>
    internal (NanoTcpStream Client, NanoTcpStream Server) Open(int port = 7)
    {
        NanoTcpStream client = new(Client);
        NanoTcpStream server = new(Server);
        NanoTcpServer listener = new(Server, port, 1);
        Spawn(() => Assert.IsTrue(listener.Accept(server, 10_000)));
        Spawn(() => client.Connect(TwoHosts.ServerAddress, port, 10_000));
        Finish();
        listener.Close();
        return (client, server);
    }

    /// <summary>Every connection is back in its pool after the streams were closed.</summary>
    internal void AssertBalanced()
    {
        Run(200_000);
        foreach (NetworkStack stack in new[] { Hosts.Client, Hosts.Server })
        {
            Assert.AreEqual(stack.ConnectionCapacity, stack.FreeConnections, "connections leaked");
        }
    }

    /// <summary>Lets threads go that a failed test has left behind.</summary>
    public void Dispose()
    {
        lock (_baton)
        {
            _abandoned = true;
            Monitor.PulseAll(_baton);
        }
    }

    private void Check()
    {
        foreach (Actor actor in _actors)
        {
            actor.Failure?.Throw();
        }
    }

    private bool RunUntil(Func<bool> done, long milliseconds)
    {
        long end = Now + milliseconds;
        while (true)
        {
            bool ran = false;
            foreach (Actor actor in _actors.ToArray())
            {
                while (actor.IsReady(Now))
                {
                    actor.Resume();
                    ran = true;
                }
            }

            if (done())
            {
                return true;
            }

            long wait = Math.Min(Client.Poll(), Server.Poll());
            wait = Math.Min(wait, Math.Min(TwoHosts.UntilFrame(Hosts.ClientPort), TwoHosts.UntilFrame(Hosts.ServerPort)));
            foreach (Actor actor in _actors)
            {
                wait = actor.IsReady(Now) ? 0 : Math.Min(wait, actor.Until - Now);
                if (wait == 0)
                {
                    break;
                }
            }

            if (ran || wait <= 0)
            {
                continue;
            }

            if (Now >= end)
            {
                return false;
            }

            Hosts.Pass(Math.Min(wait, end - Now));
        }
    }

    /// <summary>A thread that uses streams.</summary>
    internal sealed class Actor
    {
        private readonly Lockstep _world;
        private readonly Thread _thread;
        private AutoResetEvent? _signal;
        private bool _running;
        private bool _signalled = true;

        internal Actor(Lockstep world, Action body)
        {
            _world = world;
            _thread = new Thread(() => Body(body)) { IsBackground = true };
            _thread.Start();
        }

        internal bool Done { get; private set; }

        internal ExceptionDispatchInfo? Failure { get; private set; }

        /// <summary>When its wait ends in any case.</summary>
        internal long Until { get; private set; } = long.MaxValue;

        internal bool IsReady(long now)
        {
            _signalled |= _signal != null && _signal.WaitOne(0);
            return !Done && (_signalled || now >= Until);
        }

        internal void Resume()
        {
            lock (_world._baton)
            {
                _running = true;
                Monitor.PulseAll(_world._baton);
                while (_running)
                {
                    if (!Monitor.Wait(_world._baton, Stuck))
                    {
                        Assert.Fail("A thread does not come to rest.");
                    }
                }
            }
        }

        /// <summary>Called by the thread itself: lets the others run until its event is set or its time has come.</summary>
        internal void Wait(AutoResetEvent? signal, long until)
        {
            lock (_world._baton)
            {
                _signal = signal;
                _signalled = false;
                Until = until;
                Pause();
                _signal = null;
                Until = long.MaxValue;
            }
        }

        private void Pause()
        {
            _running = false;
            Monitor.PulseAll(_world._baton);
            while (!_running)
            {
                if (_world._abandoned)
                {
                    throw new OperationCanceledException();
                }

                Monitor.Wait(_world._baton);
            }
        }

        private void Body(Action body)
        {
            _world.Clock.Enlist(this);
            lock (_world._baton)
            {
                while (!_running && !_world._abandoned)
                {
                    Monitor.Wait(_world._baton);
                }
            }

            try
            {
                body();
            }
            catch (Exception e)
            {
                Failure = ExceptionDispatchInfo.Capture(e);
            }

            lock (_world._baton)
            {
                Done = true;
                _running = false;
                Monitor.PulseAll(_world._baton);
            }
        }
    }

    /// <summary>Virtual time, and waits that let the others run.</summary>
    internal sealed class LockstepClock(Lockstep world) : NetworkClock
    {
        [ThreadStatic]
        private static Actor? s_actor;

        public override long Milliseconds => world.Now;

        public override void Wait(AutoResetEvent signal, int milliseconds)
        {
            s_actor!.Wait(signal, milliseconds < 0 ? long.MaxValue : world.Now + milliseconds);
        }

        /// <summary>Lets a thread of the test sleep.</summary>
        internal void Sleep(int milliseconds)
        {
            s_actor!.Wait(null, world.Now + milliseconds);
        }

#pragma warning disable CA1822
        internal void Enlist(Actor actor)
#pragma warning restore CA1822
        {
            s_actor = actor;
        }
    }
}
