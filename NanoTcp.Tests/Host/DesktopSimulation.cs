using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Threading;
using NanoTcp.Host.Hosting;

namespace NanoTcp.Tests.Host;

/// <summary>The simulation of a command line, with its loop on a thread of its own.</summary>
internal sealed class DesktopSimulation : IDisposable
{
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _failure;

    internal DesktopSimulation(string commandLine, Action<HostNetwork> compose)
    {
        HostOptions options = new HostCommandLine(new HostProgramDescription
        {
            Command = "Test",
            Summary = "",
            Examples = [],
            ListenHelp = "",
            ListenExample = 0,
            IsClientToo = true,
        }).Parse(commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries), Console.Out, Console.Out, out _)!;
        Network = new HostNetwork(options);
        compose(Network);
        _thread = new Thread(Run) { IsBackground = true };
    }

    internal HostNetwork Network { get; }

    /// <summary>Starts the loop; from here on only services may touch the stacks.</summary>
    internal DesktopSimulation Start()
    {
        _thread.Start();
        return this;
    }

    /// <summary>A socket connected to a loopback port, which gives up after 30 seconds whatever it waits for.</summary>
    internal static Socket Connect(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = 30_000,
            SendTimeout = 30_000,
        };
        socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }

    /// <summary>Everything that comes until the peer closes.</summary>
    internal static byte[] ReadToEnd(Socket socket)
    {
        List<byte> all = [];
        byte[] buffer = new byte[65536];
        for (int length = socket.Receive(buffer); length != 0; length = socket.Receive(buffer))
        {
            all.AddRange(buffer.AsSpan(0, length));
        }

        return [.. all];
    }

    /// <summary>Stops the loop and what it runs, and fails if it had failed.</summary>
    public void Dispose()
    {
        Network.Loop.Stop();
        if (_thread.IsAlive && !_thread.Join(30_000))
        {
            Assert.Fail("The loop does not stop.");
        }

        Network.Dispose();
        _failure?.Throw();
    }

    private void Run()
    {
        try
        {
            Network.Loop.Run();
            Network.ShutDown();
            Assert.AreEqual(Network.Device.ConnectionCapacity, Network.Device.FreeConnections, "Connections are left over on the device.");
            Assert.AreEqual(0, Network.Chip?.Violations.Count ?? 0, "The chip was misused.");
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
    }
}
