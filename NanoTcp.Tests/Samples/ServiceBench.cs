using System;
using System.Collections.Generic;
using NanoTcp.Emulation;
using NanoTcp.Host.Cable;
using NanoTcp.Samples;
using NanoTcp.Samples.Http;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Samples;

/// <summary>A stack with services and a stack of clients on one cable, and the time that passes between them.</summary>
internal sealed class ServiceBench
{
    internal static readonly uint ServerAddress = Ipv4Address.From(192, 168, 7, 2);
    private static readonly uint ClientAddress = Ipv4Address.From(192, 168, 7, 1);

    // A bound for one instant: as many rounds as no healthy exchange needs without time passing.
    private const int RoundsPerInstant = 20000;

    private readonly List<TestClient> _clients = [];
    private readonly VirtualCable _cable;
    private int _serverWait;
    private int _clientWait;

    internal ServiceBench(Action<NetworkStackOptions>? configure = null, Impairments? impairments = null)
    {
        Clock = new VirtualClock(1_000_000);
        VirtualCable cable = new(Clock);
        ServerPort = cable.AddPort("server", impairments);
        ClientPort = cable.AddPort("client", impairments);
        NetworkStackOptions options = new()
        {
            Address = ServerAddress,
            Gateway = ClientAddress,
            Random = new SeededRandom(1),
            Connections = 16,
            Listeners = 8,
            Neighbours = 4,
        };
        configure?.Invoke(options);
        Server = new NetworkStack(new CableLink(ServerPort, 0x020000000002), options);
        _cable = cable;
        Client = NewClient(2);
    }

    internal VirtualClock Clock { get; }

    internal CablePort ServerPort { get; }

    internal CablePort ClientPort { get; private set; }

    internal NetworkStack Server { get; }

    internal NetworkStack Client { get; private set; }

    internal List<IService> Services { get; } = [];

    internal long Now
    {
        get { return Clock.Milliseconds; }
    }

    /// <summary>Another machine in the place of the clients' one, which knows nothing of its connections.</summary>
    internal void ReplaceClient()
    {
        _clients.Clear();
        ClientPort = _cable.AddPort("another client");
        Client = NewClient(3);
    }

    /// <summary>The clients' machine loses its power: the link of the server stays up, and nobody answers any more, not even ARP.</summary>
    internal void Vanish()
    {
        ReplaceClient();
        ClientPort.Unplug();
    }

    internal HttpServer AddHttp(int sessions = 16)
    {
        HttpServer server = new(Server, 80, sessions);
        Services.Add(server);
        return server;
    }

    /// <summary>Opens a connection and waits until it is open, or has failed.</summary>
    internal TestClient Connect(int port = 80, long appetite = long.MaxValue)
    {
        TestClient client = ConnectLater(port);
        client.Appetite = appetite;
        RunUntil(() => client.IsOpen || client.IsEnded, 10_000, "the connection opens");
        return client;
    }

    /// <summary>Begins to open a connection.</summary>
    internal TestClient ConnectLater(int port = 80)
    {
        TestClient client = new(Client.Connect(ServerAddress, port) ?? throw new InvalidOperationException("No client connection is free."));
        _clients.Add(client);
        return client;
    }

    /// <summary>Sends a request on a new connection and waits for the answer.</summary>
    internal HttpReply Ask(string request)
    {
        TestClient client = Connect();
        HttpReply reply = Ask(client, request);
        client.Close();
        Run(10);
        return reply;
    }

    internal HttpReply Ask(TestClient client, string request, long patience = 30_000)
    {
        client.Send(request);
        return Await(client, request.StartsWith("HEAD ", StringComparison.Ordinal), patience);
    }

    internal HttpReply Get(string path)
    {
        return Ask($"GET {path} HTTP/1.1\r\nHost: board\r\n\r\n");
    }

    internal HttpReply Await(TestClient client, bool toHead = false, long patience = 30_000)
    {
        HttpReply? reply = null;
        RunUntil(() => (reply = client.TakeReply(toHead)) != null || client.IsEnded, patience, "a response arrives");
        Assert.IsNotNull(reply, $"The connection has ended ({client.EndReason}) after {client.Received} octets of the response.");
        return reply;
    }

    /// <summary>Lets time pass.</summary>
    internal void Run(long milliseconds)
    {
        long end = Now + milliseconds;
        RunUntil(() => Now >= end, milliseconds + 1, "time passes");
    }

    internal void RunUntil(Func<bool> condition, long milliseconds, string what)
    {
        long end = Now + milliseconds;
        while (true)
        {
            Settle();
            if (condition())
            {
                return;
            }

            if (Now >= end)
            {
                Assert.Fail($"Within {milliseconds} ms this did not come: {what}.");
            }

            // Services say nothing about their own timers, so no step is longer than their finest.
            long step = Math.Min(Math.Min(_serverWait, _clientWait), 50);
            Clock.Advance(Math.Max(1, Math.Min(step, end - Now)) * 1_000_000);
        }
    }

    /// <summary>Everything that can happen now.</summary>
    internal void Settle()
    {
        for (int round = 0; round < RoundsPerInstant; round++)
        {
            if (!Step())
            {
                return;
            }
        }

        Assert.Fail("The stacks and services never come to rest.");
    }

    /// <summary>One round of everybody. False when there was nothing to do.</summary>
    internal bool Step()
    {
        return Step(PollServices);
    }

    /// <summary>One round in which somebody else polls the services.</summary>
    internal bool Step(Func<bool> services)
    {
        bool worked = false;
        foreach (TestClient client in _clients)
        {
            worked |= client.Move();
        }

        _clientWait = Client.Poll(Now);
        _serverWait = Server.Poll(Now);
        worked |= services();
        return worked || _clientWait == 0 || _serverWait == 0 || ArrivesNow(ServerPort) || ArrivesNow(ClientPort);
    }

    private bool PollServices()
    {
        bool worked = false;
        foreach (IService service in Services)
        {
            worked |= service.Poll(Now);
        }

        return worked;
    }

    private NetworkStack NewClient(ulong seed)
    {
        return new NetworkStack(new CableLink(ClientPort, 0x020000000001), new NetworkStackOptions
        {
            Address = ClientAddress,
            Random = new SeededRandom(seed),
            Connections = 64,
            ReceiveBuffer = 4096,
            SendBuffer = 4096,
            TimeWaits = 64,
        });
    }

    private static bool ArrivesNow(CablePort port)
    {
        return port.NanosecondsToNextFrame == 0;
    }

    /// <summary>Closes all clients, lets everything run out, and looks whether every connection was given back.</summary>
    internal void AssertAllGivenBack()
    {
        foreach (TestClient client in _clients)
        {
            client.Close();
        }

        RunUntil(() => Server.FreeConnections == Server.ConnectionCapacity, 400_000, "all connections are given back");
    }
}
