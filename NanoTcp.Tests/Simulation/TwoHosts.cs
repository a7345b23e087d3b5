using System;
using NanoTcp.Emulation;
using NanoTcp.Host.Cable;
using NanoTcp.Link;
using NanoTcp.Tcp;
using NanoTcp.Tests.Link;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Simulation;

/// <summary>Two stacks on one cable, in a time that passes only when nothing is left to do.</summary>
internal sealed class TwoHosts
{
    internal static readonly uint ClientAddress = Ipv4Address.From(10, 0, 0, 1);
    internal static readonly uint ServerAddress = Ipv4Address.From(10, 0, 0, 2);

    internal TwoHosts(
        ulong seed = 1,
        Impairments? toServer = null,
        Impairments? toClient = null,
        long startMilliseconds = 1000,
        Action<NetworkStackOptions>? configure = null,
        Func<ILinkDevice, ILinkDevice>? wrap = null)
    {
        Clock = new VirtualClock(startMilliseconds);
        Cable = new VirtualCable(Clock);
        ClientPort = Cable.AddPort("client", toServer);
        ServerPort = Cable.AddPort("server", toClient);
        Client = Build(ClientPort, ClientAddress, 0x020000000001, seed, configure, wrap);
        Server = Build(ServerPort, ServerAddress, 0x020000000002, seed + 1000, configure, wrap);

        // What the check itself needs is made now, before anybody counts.
        Wakefulness.Check(Client);
    }

    internal VirtualClock Clock { get; }

    internal VirtualCable Cable { get; }

    internal CablePort ClientPort { get; }

    internal CablePort ServerPort { get; }

    internal NetworkStack Client { get; }

    internal NetworkStack Server { get; }

    /// <summary>Milliseconds of virtual time.</summary>
    internal long Now => Clock.Milliseconds;

    /// <summary>Opens a connection and accepts it.</summary>
    internal (TcpConnection Client, TcpConnection Server) Open(TcpListener listener)
    {
        TcpConnection? client = Client.Connect(ServerAddress, listener.Port);
        Assert.IsNotNull(client, "no free connection at the client");
        TcpConnection? server = null;
        Assert.IsTrue(
            RunUntil(() => (server ??= listener.Accept()) != null && client.State == TcpState.Established, 60_000),
            "the connection did not open");
        return (client, server!);
    }

    /// <summary>Lets both stacks work until <paramref name="done"/>, for at most so much virtual time.</summary>
    internal bool RunUntil(Func<bool> done, long milliseconds)
    {
        const int StuckAfter = 100_000;
        long end = Now + milliseconds;
        int idle = 0;
        while (true)
        {
            long wait = Step();
            if (done())
            {
                return true;
            }

            idle = wait > 0 ? 0 : idle + 1;
            Assert.IsLessThan(StuckAfter, idle, "the stacks want to be polled again and again without time passing");

            if (Now >= end)
            {
                return false;
            }

            if (wait > 0)
            {
                // In small steps even when the stacks sleep, because a test reads and writes between them.
                Pass(Math.Min(Math.Min(wait, 10), end - Now));
            }
        }
    }

    /// <summary>Lets both stacks work for so much virtual time.</summary>
    internal void Run(long milliseconds)
    {
        RunUntil(() => false, milliseconds);
    }

    /// <summary>Polls both stacks once; the result is how many milliseconds nothing will happen by itself.</summary>
    internal long Step()
    {
        long wait = Math.Min(Client.Poll(Now), Server.Poll(Now));
        Wakefulness.Check(Client);
        Wakefulness.Check(Server);
        return Math.Min(wait, Math.Min(UntilFrame(ClientPort), UntilFrame(ServerPort)));
    }

    /// <summary>Nothing is held any more: every connection, handshake and farewell is back in its pool.</summary>
    internal void AssertBalanced()
    {
        Run(200_000);
        foreach (NetworkStack stack in new[] { Client, Server })
        {
            Assert.AreEqual(stack.ConnectionCapacity, stack.FreeConnections, "connections leaked");
            Assert.AreEqual(0, stack.HalfOpenCount, "half-open connections leaked");
            Assert.AreEqual(0, stack.TimeWaitCount, "TIME-WAIT records leaked");
        }
    }

    internal static long UntilFrame(CablePort port)
    {
        long nanoseconds = port.NanosecondsToNextFrame;
        return nanoseconds < 0 ? long.MaxValue : (nanoseconds + 999_999) / 1_000_000;
    }

    /// <summary>Lets time pass, to a whole millisecond.</summary>
    internal void Pass(long milliseconds)
    {
        // To the next whole millisecond, so that a deadline is met and not missed by a fraction.
        Clock.Advance((milliseconds * 1_000_000) - (Clock.Nanoseconds % 1_000_000));
    }

    private static NetworkStack Build(
        CablePort port,
        uint address,
        long mac,
        ulong seed,
        Action<NetworkStackOptions>? configure,
        Func<ILinkDevice, ILinkDevice>? wrap)
    {
        NetworkStackOptions options = new()
        {
            Address = address,
            Random = new SeededRandom(seed),
        };
        configure?.Invoke(options);
        ILinkDevice link = new CableLink(port, mac);
        return new NetworkStack(wrap == null ? link : wrap(link), options);
    }
}
