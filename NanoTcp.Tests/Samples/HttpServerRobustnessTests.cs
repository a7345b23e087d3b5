using System;
using System.Collections.Generic;
using System.Linq;
using NanoTcp.Host.Cable;
using NanoTcp.Samples.Http;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.Samples;

/// <summary>Clients that stop half-way, and the others that are served all the same.</summary>
[TestClass]
public class HttpServerRobustnessTests
{
    private const string Rest = " HTTP/1.1\r\nHost: board\r\n\r\n";

    [TestMethod]
    public void Twelve_idle_browser_connections_share_four_places()
    {
        ServiceBench bench = new(o => o.Connections = 4);
        bench.AddHttp(4);
        List<TestClient> clients = [];
        for (int i = 0; i < 12; i++)
        {
            TestClient client = bench.Connect();
            Assert.AreEqual(200, bench.Ask(client, "GET /bytes/10" + Rest, 1000).Status, $"client {i}");
            clients.Add(client);
            bench.Run(100);
        }

        Assert.AreEqual(200, bench.Get("/").Status);
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void Silent_preconnections_do_not_keep_a_client_out()
    {
        ServiceBench bench = new(o => o.Connections = 4);
        bench.AddHttp(4);
        for (int i = 0; i < 12; i++)
        {
            bench.ConnectLater();
            bench.Run(20);
        }

        bench.Run(5000);
        TestClient client = bench.Connect();
        Assert.AreEqual(200, bench.Ask(client, "GET /" + Rest, 1000).Status);
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    [DataRow("GET / HT", DisplayName = "in the request line")]
    [DataRow("GET / HTTP/1.1\r\nHost: bo", DisplayName = "in a field")]
    [DataRow("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc", DisplayName = "in the content")]
    public void Half_sent_requests_do_not_keep_a_client_out(string half)
    {
        ServiceBench bench = new(o => o.Connections = 4);
        HttpServer server = bench.AddHttp(4);
        for (int i = 0; i < 4; i++)
        {
            bench.Connect().Send(half);
        }

        bench.Run(HttpLimits.RequestSilence);
        Assert.AreEqual(200, bench.Ask(bench.Connect(), "GET /" + Rest, 3000).Status);
        Assert.AreEqual(1, server.Counters.GetValue(HttpCounter.ConnectionsLost), "One of them had to go.");
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void Requests_that_drip_do_not_keep_a_client_out()
    {
        ServiceBench bench = new(o => o.Connections = 4);
        bench.AddHttp(4);
        List<TestClient> drips = [.. Enumerable.Range(0, 4).Select(_ => bench.Connect())];
        for (int i = 0; i < 8; i++)
        {
            drips.ForEach(d => d.Send("G"[..(i == 0 ? 1 : 0)] + (i == 0 ? "" : "E")));
            bench.Run(500);
        }

        Assert.AreEqual(200, bench.Ask(bench.Connect(), "GET /" + Rest, 3000).Status);
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void A_request_that_is_not_completed_is_told_so()
    {
        ServiceBench bench = new();
        HttpServer server = bench.AddHttp();
        TestClient client = bench.Connect();
        client.Send("GET / HTTP/1.1\r\nHost: a");
        bench.Run(HttpLimits.RequestTime - 200);
        Assert.AreEqual(0, client.Received);
        HttpReply reply = bench.Await(client, false, 400);
        Assert.AreEqual(408, reply.Status);
        Assert.IsTrue(reply.Closes);
        Assert.AreEqual(1, server.Counters.GetValue(HttpCounter.RequestTimeouts));
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void An_idle_connection_is_closed_in_order()
    {
        ServiceBench bench = new();
        HttpServer server = bench.AddHttp();
        TestClient client = bench.Connect();
        bench.Ask(client, "GET /bytes/1" + Rest);
        client.Send("\r\n");
        bench.Run(HttpLimits.IdleTime - 200);
        Assert.IsFalse(client.EndOfStream);
        bench.RunUntil(() => client.EndOfStream, 400, "the server closes");
        Assert.AreEqual(TcpEndReason.None, client.EndReason);
        Assert.AreEqual(1, server.Counters.GetValue(HttpCounter.IdleTimeouts));
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void When_no_place_is_free_the_longest_idle_connection_is_closed_at_once()
    {
        ServiceBench bench = new(o => o.Connections = 3);
        HttpServer server = bench.AddHttp(3);
        TestClient first = bench.Connect();
        bench.Ask(first, "GET /bytes/1" + Rest);
        bench.Run(100);
        TestClient second = bench.Connect();
        bench.Ask(second, "GET /bytes/1" + Rest);
        bench.Run(100);
        Assert.IsFalse(first.EndOfStream);
        TestClient third = bench.Connect();
        bench.Ask(third, "GET /bytes/1" + Rest);
        bench.Run(100);
        Assert.IsTrue(first.EndOfStream, "in order, not by a reset");
        Assert.AreEqual(TcpEndReason.None, first.EndReason);
        Assert.IsFalse(second.EndOfStream);
        Assert.AreEqual(1, bench.Server.FreeConnections);
        Assert.AreEqual(1, server.Counters.GetValue(HttpCounter.ClosedForRoom));
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void Clients_that_fill_all_places_and_keep_asking_are_left_alone()
    {
        ServiceBench bench = new(o => o.Connections = 4);
        HttpServer server = bench.AddHttp(4);
        List<TestClient> clients = [.. Enumerable.Range(0, 4).Select(_ => bench.Connect())];
        for (int round = 0; round < 20; round++)
        {
            clients.ForEach(client => client.Send("GET /bytes/10" + Rest));
            foreach (TestClient client in clients)
            {
                Assert.IsFalse(bench.Await(client, false, 1000).Closes, "Nobody else wants the place.");
            }

            bench.Run(30);
        }

        Assert.AreEqual(0, server.Counters.GetValue(HttpCounter.ClosedForRoom));
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void A_newcomer_gets_a_place_from_clients_that_never_pause_and_none_of_them_is_reset()
    {
        ServiceBench bench = new(o => o.Connections = 4);
        bench.AddHttp(4);
        List<TestClient> clients = [.. Enumerable.Range(0, 4).Select(_ => bench.Connect())];
        clients.ForEach(client => client.Send("GET /bytes/3000" + Rest));
        TestClient newcomer = bench.ConnectLater();
        newcomer.Send("GET /bytes/10" + Rest);
        HttpReply? answer = null;
        int told = 0;
        long deadline = bench.Now + 1000;
        while (answer == null)
        {
            Assert.IsLessThan(deadline, bench.Now, "The newcomer waits.");
            bench.Run(1);
            answer = newcomer.TakeReply(false);
            foreach (TestClient client in clients.ToArray())
            {
                Assert.AreEqual(TcpEndReason.None, client.EndReason);
                if (client.TakeReply(false) is not { } reply)
                {
                    continue;
                }

                if (reply.Closes)
                {
                    told++;
                    client.Close();
                    clients.Remove(client);
                }
                else
                {
                    client.Send("GET /bytes/3000" + Rest);
                }
            }
        }

        Assert.AreEqual(200, answer.Status);
        Assert.IsGreaterThan(0, told, "They were told with a response that it was the last one.");
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void A_response_that_ends_with_the_connection_is_not_cut_off_to_make_room()
    {
        ServiceBench bench = new(o => o.Connections = 1);
        bench.AddHttp(1);
        TestClient client = bench.Connect();
        client.Send("GET /api/status HTTP/1.0\r\n\r\n");
        TestClient newcomer = bench.ConnectLater();
        newcomer.Send("GET /bytes/10" + Rest);
        bench.RunUntil(() => client.EndOfStream || client.IsEnded, 1000, "the response ends");
        bench.Run(50);
        Assert.AreEqual(TcpEndReason.None, client.EndReason, "A client may take a moment to close.");
        Assert.AreEqual(200, bench.Await(newcomer, false, 3000).Status);
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void Readers_that_stop_do_not_keep_a_client_out_and_are_given_up()
    {
        ServiceBench bench = new(o => o.Connections = 4);
        HttpServer server = bench.AddHttp(4);
        List<TestClient> readers = [];
        for (int i = 0; i < 4; i++)
        {
            TestClient reader = bench.Connect();
            reader.Appetite = 3000;
            reader.Send("GET /bytes/1000000" + Rest);
            readers.Add(reader);
            bench.Run(10);
        }

        bench.Run(HttpLimits.ResponsePatience);
        Assert.AreEqual(200, bench.Ask(bench.Connect(), "GET /" + Rest, 3000).Status);
        bench.Run(HttpLimits.ResponseTime);
        Assert.AreEqual(3, server.Counters.GetValue(HttpCounter.ResponseTimeouts), "the others");
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void A_slow_reader_gets_everything()
    {
        ServiceBench bench = new();
        bench.AddHttp();
        TestClient reader = bench.Connect();
        reader.Appetite = 0;
        reader.Send("GET /bytes/20000" + Rest);
        int steps = 0;
        HttpReply? reply = null;
        while (reply == null)
        {
            reader.Appetite = 700;
            bench.Run(2000);
            Assert.IsTrue(++steps < 100);
            reply = reader.TakeReply(false);
        }

        Assert.AreEqual(20000, reply.Body.Length);
        Assert.IsTrue(steps > 20, "It was slow.");
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void A_slow_reader_does_not_slow_the_others()
    {
        ServiceBench bench = new();
        bench.AddHttp();
        long start = bench.Now;
        bench.Get("/");
        long alone = bench.Now - start;
        TestClient reader = bench.Connect();
        reader.Appetite = 0;
        reader.Send("GET /bytes/1000000" + Rest);
        bench.Run(1000);
        for (int i = 0; i < 10; i++)
        {
            start = bench.Now;
            Assert.AreEqual(200, bench.Get("/").Status);
            Assert.IsTrue(bench.Now - start <= alone + 50, $"{bench.Now - start} ms instead of {alone} ms");
        }

        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void Peers_that_disappear_do_not_keep_a_client_out()
    {
        ServiceBench bench = new(o => o.Connections = 4);
        bench.AddHttp(4);
        for (int i = 0; i < 4; i++)
        {
            TestClient client = bench.Connect();
            client.Send(i < 2 ? "GET /bytes/1000000" + Rest : "GET /bytes/1" + Rest);
            client.Appetite = i < 2 ? 1000 : 10000;
            bench.Run(10);
        }

        // The cable is pulled on the far side, and another machine is plugged in with none of the old connections.
        bench.ClientPort.Unplug();
        bench.Run(1000);
        bench.ReplaceClient();
        Assert.AreEqual(200, bench.Ask(bench.Connect(), "GET /" + Rest, 8000).Status);
        bench.Run(HttpLimits.ResponseTime + 1000);
        Assert.AreEqual(bench.Server.ConnectionCapacity, bench.Server.FreeConnections, "All the old ones are gone.");
    }

    [TestMethod]
    public void Closing_a_response_to_a_peer_that_has_gone_comes_to_an_end()
    {
        ServiceBench bench = new(o => o.Connections = 2);
        bench.AddHttp(2);
        TestClient client = bench.Connect();
        client.Appetite = 0;
        client.Send("GET / HTTP/1.0\r\n\r\n");
        bench.Run(10);
        bench.ReplaceClient();
        bench.Run(HttpLimits.ResponseTime + 1000);
        Assert.AreEqual(2, bench.Server.FreeConnections);
    }

    [TestMethod]
    public void Many_clients_at_once_are_all_served()
    {
        ServiceBench bench = new(o => o.Connections = 4);
        bench.AddHttp(4);
        List<TestClient> clients = [];
        for (int i = 0; i < 8; i++)
        {
            TestClient client = bench.ConnectLater();
            client.Send("GET /bytes/30000 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            clients.Add(client);
        }

        foreach (TestClient client in clients)
        {
            Assert.AreEqual(30000, bench.Await(client).Body.Length);
            client.Close();
        }

        bench.AssertAllGivenBack();
    }

    [TestMethod]
    [DataRow(1ul)]
    [DataRow(2ul)]
    [DataRow(3ul)]
    public void Everything_arrives_over_a_bad_cable(ulong seed)
    {
        ServiceBench bench = new(null, new Impairments
        {
            Seed = seed,
            Loss = 0.1,
            Duplication = 0.05,
            Reordering = 0.05,
            Corruption = 0.02,
            ReorderingDelay = TimeSpan.FromMilliseconds(5),
        });
        bench.AddHttp();
        TestClient client = bench.Connect();
        for (int i = 0; i < 3; i++)
        {
            HttpReply reply = bench.Ask(client, "GET /bytes/50000" + Rest, 300_000);
            for (int k = 0; k < 50000; k++)
            {
                Assert.AreEqual((byte)(k % 251), reply.Body[k], $"seed {seed}, octet {k}");
            }

            Assert.AreEqual(200, bench.Ask(client, "GET /" + Rest, 300_000).Status);
        }

        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void Nothing_is_allocated_once_everything_has_been_used()
    {
        ServiceBench bench = new(o => o.Connections = 4);
        HttpServer server = bench.AddHttp(4);
        string[] requests =
        [
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "HEAD /api/status HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /bytes/5000 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            "POST /api/status HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            "GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        ];
        long allocated = 0;
        for (int round = 0; round < 100; round++)
        {
            TestClient client = bench.Connect();
            client.Send(string.Concat(requests));
            Func<bool> measured = () =>
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                bool worked = server.Poll(bench.Now);
                allocated += round < 20 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
                return worked;
            };
            for (int steps = 0; !client.EndOfStream; steps++)
            {
                Assert.IsTrue(steps < 10_000, $"round {round} comes to an end");
                if (!bench.Step(measured))
                {
                    bench.Clock.Advance(1_000_000);
                }
            }

            client.Close();
            bench.Run(10);
        }

        Assert.AreEqual(600, server.Counters.GetValue(HttpCounter.Requests));
        Assert.AreEqual(0, allocated);
        bench.AssertAllGivenBack();
    }
}
