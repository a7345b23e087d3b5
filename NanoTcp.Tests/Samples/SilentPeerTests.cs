using NanoTcp.Samples.Http;
using NanoTcp.Samples.Services;

namespace NanoTcp.Tests.Samples;

/// <summary>
/// No service keeps a place for a peer that does nothing any more, whatever it stopped doing, also when no newcomer asks for
/// the place. A connection that is given up is one that a board has again next week.
/// </summary>
[TestClass]
public class SilentPeerTests
{
    private const int Patience = 130_000;

    [TestMethod]
    [DataRow(EchoService.DefaultPort)]
    [DataRow(DiscardService.DefaultPort)]
    [DataRow(DaytimeService.DefaultPort)]
    [DataRow(HttpPort)]
    public void A_peer_that_opens_and_says_nothing_more_loses_its_place(int port)
    {
        ServiceBench bench = Bench();
        bench.Connect(port);
        AssertPlaceComesFree(bench);
    }

    [TestMethod]
    [DataRow(EchoService.DefaultPort, "hello")]
    [DataRow(DiscardService.DefaultPort, "hello")]
    [DataRow(DaytimeService.DefaultPort, "hello")]
    [DataRow(HttpPort, "GET / HTTP/1.1\r\nHost: a\r\n")]
    [DataRow(HttpPort, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [DataRow(HttpPort, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n1")]
    public void A_peer_that_begins_and_stops_loses_its_place(int port, string begin)
    {
        ServiceBench bench = Bench();
        bench.Connect(port).Send(begin);
        AssertPlaceComesFree(bench);
    }

    [TestMethod]
    [DataRow(EchoService.DefaultPort, "")]
    [DataRow(EchoService.DefaultPort, "hello")]
    [DataRow(DiscardService.DefaultPort, "hello")]
    [DataRow(DaytimeService.DefaultPort, "")]
    [DataRow(ChargenService.DefaultPort, "")]
    [DataRow(HttpPort, "")]
    [DataRow(HttpPort, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [DataRow(HttpPort, "GET / HTTP/1.0\r\n\r\n")]
    [DataRow(HttpPort, "GET /bytes/1000000 HTTP/1.1\r\nHost: a\r\n\r\n")]
    public void A_peer_that_has_gone_without_a_word_loses_its_place(int port, string begin)
    {
        foreach (int delay in new[] { 0, 1, 5, 20, 500 })
        {
            ServiceBench bench = Bench();
            bench.Connect(port, appetite: 3000).Send(begin);
            bench.Run(delay);
            bench.Vanish();
            AssertPlaceComesFree(bench);

            // The same with the server's own cable cut.
            bench = Bench();
            bench.Connect(port, appetite: 3000).Send(begin);
            bench.Run(delay);
            bench.ServerPort.Unplug();
            AssertPlaceComesFree(bench);
        }
    }

    [TestMethod]
    [DataRow(EchoService.DefaultPort, false)]
    [DataRow(EchoService.DefaultPort, true)]
    [DataRow(ChargenService.DefaultPort, false)]
    [DataRow(ChargenService.DefaultPort, true)]
    [DataRow(HttpPort, false)]
    [DataRow(HttpPort, true)]
    public void A_peer_that_never_reads_loses_its_place_though_its_stack_answers_every_probe(int port, bool closes)
    {
        ServiceBench bench = Bench();
        TestClient client = bench.Connect(port, appetite: 0);
        client.Send(port == HttpPort ? "GET /bytes/1000000 HTTP/1.1\r\nHost: a\r\n\r\n" : new string('x', 10_000));
        if (closes)
        {
            client.CloseSend();
        }

        AssertPlaceComesFree(bench);
    }

    [TestMethod]
    [DataRow(DaytimeService.DefaultPort, "")]
    [DataRow(HttpPort, "GET / HTTP/1.0\r\n\r\n")]
    [DataRow(HttpPort, "nonsense\r\n\r\n")]
    public void A_peer_that_never_closes_what_the_service_has_closed_loses_its_place(int port, string request)
    {
        ServiceBench bench = Bench();
        TestClient client = bench.Connect(port);
        client.Send(request);
        bench.RunUntil(() => client.EndOfStream, 1000, "the service closes");
        AssertPlaceComesFree(bench, 5000);
    }

    [TestMethod]
    [DataRow(EchoService.DefaultPort, SlotService.IdleTime)]
    [DataRow(HttpPort, HttpLimits.QueueTime)]
    public void A_peer_that_waits_for_its_turn_and_says_nothing_loses_its_place(int port, int time)
    {
        ServiceBench bench = new(o => o.SendBuffer = 256);
        bench.Services.Add(new EchoService(bench.Server, EchoService.DefaultPort, 1));
        bench.AddHttp(1);
        TestClient busy = bench.Connect(port);
        busy.Sink = (_, _) => { };
        busy.Appetite = 0;
        busy.Send(port == HttpPort ? "GET /bytes/1000000 HTTP/1.1\r\nHost: a\r\n\r\n" : new string('x', 1_000_000));
        bench.Run(10);
        bench.Connect(port);
        int free = bench.Server.FreeConnections;
        for (int passed = 0; passed < time; passed += 500)
        {
            // Whose turn it is goes on, slowly.
            Assert.AreEqual(free, bench.Server.FreeConnections, $"after {passed} ms");
            busy.Appetite += 600;
            bench.Run(500);
        }

        Assert.AreEqual(free + 1, bench.Server.FreeConnections, "the silent one");
        Assert.IsTrue(busy.IsOpen);
    }

    private const int HttpPort = 80;

    private static ServiceBench Bench()
    {
        ServiceBench bench = new();
        bench.Services.Add(new EchoService(bench.Server, EchoService.DefaultPort, 2));
        bench.Services.Add(new DiscardService(bench.Server, DiscardService.DefaultPort, 2));
        bench.Services.Add(new DaytimeService(bench.Server, DaytimeService.DefaultPort, 2, new SystemWallClock()));
        bench.Services.Add(new ChargenService(bench.Server, ChargenService.DefaultPort, 2));
        bench.AddHttp(2);
        return bench;
    }

    private static void AssertPlaceComesFree(ServiceBench bench, int patience = Patience)
    {
        bench.RunUntil(
            () => bench.Server.FreeConnections == bench.Server.ConnectionCapacity, patience, "the peer's place comes free");
    }
}
