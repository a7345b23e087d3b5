using System;
using System.Collections.Generic;
using System.Text;
using NanoTcp.Samples.Http;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.Samples;

/// <summary>The HTTP server as its clients see it, over TCP on a cable.</summary>
[TestClass]
public class HttpServerTests
{
    private const string Rest = " HTTP/1.1\r\nHost: board\r\n\r\n";

    [TestMethod]
    [DataRow("GET /" + Rest, 200)]
    [DataRow("GET /api/status" + Rest, 200)]
    [DataRow("GET /metrics?x=y" + Rest, 200)]
    [DataRow("GET /bytes/3" + Rest, 200)]
    [DataRow("GET /favicon.ico" + Rest, 204)]
    [DataRow("GET /nothing" + Rest, 404)]
    [DataRow("GET /bytes/+1" + Rest, 404)]
    [DataRow("GET /bytes/2147483648" + Rest, 404)]
    [DataRow("POST /nothing" + Rest, 404)]
    [DataRow("POST /" + Rest, 405)]
    [DataRow("DELETE /metrics" + Rest, 405)]
    [DataRow("OPTIONS *" + Rest, 405)]
    [DataRow("BREW /" + Rest, 501)]
    public void Status_code_that_lets_the_connection_go_on(string request, int status)
    {
        ServiceBench bench = new();
        bench.AddHttp();
        TestClient client = bench.Connect();
        for (int i = 0; i < 2; i++)
        {
            HttpReply reply = bench.Ask(client, request);
            Assert.AreEqual(status, reply.Status);
            Assert.IsFalse(reply.Closes);
            Assert.AreEqual(status == 405 ? "GET, HEAD" : null, reply.Fields.GetValueOrDefault("Allow"));
        }

        Assert.AreEqual(200, bench.Ask(client, "GET /bytes/1" + Rest).Status);
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    [DataRow("nonsense\r\n\r\n", 400)]
    [DataRow("GET / HTTP/1.1\r\n\r\n", 400)]
    [DataRow("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400)]
    [DataRow("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n", 413)]
    [DataRow("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n", 413)]
    [DataRow("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501)]
    [DataRow("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505)]
    public void Status_code_that_ends_the_connection(string request, int status)
    {
        ServiceBench bench = new();
        bench.AddHttp();
        TestClient client = bench.Connect();
        HttpReply reply = bench.Ask(client, request);
        Assert.AreEqual(status, reply.Status);
        Assert.IsTrue(reply.Closes);
        bench.RunUntil(() => client.EndOfStream, 100, "the server closes its side at once");
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void Too_long_paths_and_fields_have_their_own_codes()
    {
        ServiceBench bench = new();
        bench.AddHttp();
        Assert.AreEqual(414, bench.Ask($"GET /{new string('a', 300)}{Rest}").Status);
        Assert.AreEqual(431, bench.Ask($"GET / HTTP/1.1\r\nHost: a\r\nX: {new string('b', 9000)}\r\n\r\n").Status);
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void A_client_that_goes_on_sending_still_reads_the_error()
    {
        // RFC 9112 9.6: without the half close and the reading on, a reset would take the response away.
        ServiceBench bench = new();
        bench.AddHttp();
        TestClient client = bench.Connect();
        client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n");
        client.Send(new byte[200000]);
        HttpReply reply = bench.Await(client);
        Assert.AreEqual(413, reply.Status);
        StringAssert.StartsWith(reply.Text, "413: ");
        bench.RunUntil(() => client.EndOfStream, 5000, "the server closes its side");
        Assert.AreEqual(TcpEndReason.None, client.EndReason);
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void Content_that_nobody_needs_is_passed_over()
    {
        ServiceBench bench = new();
        bench.AddHttp();
        TestClient client = bench.Connect();
        client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n" + new string('x', 20000)
            + "GET /bytes/2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            + "GET /bytes/1" + Rest);
        Assert.AreEqual(405, bench.Await(client).Status);
        Assert.AreEqual(2, bench.Await(client).Body.Length);
        Assert.AreEqual(1, bench.Await(client).Body.Length);
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void A_client_that_waits_for_word_gets_the_final_one()
    {
        ServiceBench bench = new();
        bench.AddHttp();
        TestClient client = bench.Connect();
        HttpReply reply = bench.Ask(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n", 100);
        Assert.AreEqual(405, reply.Status);
        Assert.IsTrue(reply.Closes);
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void Pipelined_requests_are_answered_in_order()
    {
        ServiceBench bench = new();
        bench.AddHttp();
        TestClient client = bench.Connect();
        StringBuilder requests = new();
        for (int i = 0; i < 60; i++)
        {
            requests.Append($"GET /bytes/{i * 7}{Rest}HEAD /bytes/{i}{Rest}");
        }

        client.Send(requests.ToString());
        for (int i = 0; i < 60; i++)
        {
            Assert.AreEqual(i * 7, bench.Await(client).Body.Length);
            Assert.AreEqual($"{i}", bench.Await(client, true).Fields["Content-Length"]);
        }

        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void A_request_may_come_octet_by_octet()
    {
        ServiceBench bench = new();
        bench.AddHttp();
        TestClient client = bench.Connect();
        foreach (char c in "GET /bytes/5" + Rest)
        {
            client.Send($"{c}");
            bench.Run(50);
        }

        CollectionAssert.AreEqual(new byte[] { 0, 1, 2, 3, 4 }, bench.Await(client).Body);
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void Nothing_is_answered_after_the_last_request()
    {
        ServiceBench bench = new();
        bench.AddHttp();
        TestClient client = bench.Connect();
        client.Send("GET /bytes/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /bytes/2" + Rest);
        Assert.IsTrue(bench.Await(client).Closes);
        bench.RunUntil(() => client.EndOfStream, 1000, "the server closes");
        Assert.AreEqual(0, client.Received);
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void A_client_that_closes_its_side_still_gets_all_its_answers()
    {
        ServiceBench bench = new();
        bench.AddHttp();
        TestClient client = bench.Connect();
        client.Send("GET /" + Rest + "GET /bytes/9999" + Rest);
        client.CloseSend();
        Assert.AreEqual(200, bench.Await(client).Status);
        Assert.AreEqual(9999, bench.Await(client).Body.Length);
        bench.RunUntil(() => client.EndOfStream, 1000, "the server closes too");
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    [DataRow("/")]
    [DataRow("/api/status")]
    [DataRow("/metrics")]
    [DataRow("/bytes/100000")]
    [DataRow("/nothing")]
    [DataRow("/favicon.ico")]
    public void HEAD_has_the_fields_of_GET_and_no_content(string path)
    {
        ServiceBench bench = new();
        bench.AddHttp();
        HttpReply get = bench.Get(path);
        TestClient client = bench.Connect();
        HttpReply head = bench.Ask(client, $"HEAD {path}{Rest}");
        Assert.AreEqual(get.Head, head.Head);
        bench.Run(1000);
        Assert.AreEqual(0, client.Received, "Nothing follows the head.");
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    [DataRow("/")]
    [DataRow("/api/status")]
    [DataRow("/metrics")]
    public void HTTP_1_0_gets_a_document_without_chunks_that_ends_with_the_connection(string path)
    {
        ServiceBench bench = new();
        bench.AddHttp();
        TestClient client = bench.Connect();
        HttpReply reply = bench.Ask(client, $"GET {path} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        Assert.AreEqual(200, reply.Status);
        Assert.IsTrue(reply.Closes);
        Assert.IsFalse(reply.Fields.ContainsKey("Transfer-Encoding"));
        Assert.IsTrue(client.EndOfStream);
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void HTTP_1_0_may_keep_the_connection_when_the_length_is_known()
    {
        ServiceBench bench = new();
        bench.AddHttp();
        TestClient client = bench.Connect();
        for (int i = 0; i < 2; i++)
        {
            HttpReply reply = bench.Ask(client, "GET /bytes/3 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            Assert.AreEqual("keep-alive", reply.Fields["Connection"]);
        }

        Assert.IsTrue(bench.Ask(client, "GET /bytes/3 HTTP/1.0\r\n\r\n").Closes);
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    [DataRow(256)]
    [DataRow(300)]
    [DataRow(2048)]
    public void Documents_pass_through_a_send_ring_smaller_than_they_are(int ring)
    {
        ServiceBench bench = new(o => o.SendBuffer = ring);
        bench.AddHttp();
        TestClient client = bench.Connect();
        foreach (string path in new[] { "/", "/api/status", "/metrics" })
        {
            HttpReply reply = bench.Ask(client, $"GET {path}{Rest}");
            Assert.AreEqual(200, reply.Status);
            Assert.IsTrue(reply.Body.Length > 4 * 256, $"{path}: {reply.Body.Length}");
        }

        Assert.AreEqual(200, bench.Ask(client, "GET / HTTP/1.0\r\n\r\n").Status);
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    [DataRow(0, 2048)]
    [DataRow(1, 2048)]
    [DataRow(251, 2048)]
    [DataRow(1255, 2048)]
    [DataRow(3_000_000, 2048)]
    [DataRow(100_000, 256)]
    [DataRow(1_000_000, 65535)]
    public void Byte_pattern_is_exact(int length, int ring)
    {
        ServiceBench bench = new(o => o.SendBuffer = ring);
        bench.AddHttp();
        HttpReply reply = bench.Get($"/bytes/{length}");
        Assert.AreEqual($"{length}", reply.Fields["Content-Length"]);
        Assert.AreEqual(length, reply.Body.Length);
        for (int i = 0; i < length; i++)
        {
            if (reply.Body[i] != i % 251)
            {
                Assert.Fail($"Octet {i} is {reply.Body[i]}.");
            }
        }

        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void The_longest_byte_pattern_is_streamed_until_the_client_has_had_enough()
    {
        ServiceBench bench = new();
        HttpServer server = bench.AddHttp();
        TestClient client = bench.Connect();
        long received = 0;
        client.Sink = (_, count) => received += count;
        client.Send("GET /bytes/2147483647" + Rest);
        while (received < 1_000_000)
        {
            bench.Step();
        }

        client.Abort();
        bench.Run(10);
        Assert.AreEqual(bench.Server.ConnectionCapacity, bench.Server.FreeConnections);
        Assert.AreEqual(1, server.Counters.GetValue(HttpCounter.ConnectionsLost));
        Assert.AreEqual(200, bench.Get("/").Status);
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void Counters_tell_what_happened()
    {
        ServiceBench bench = new();
        HttpServer server = bench.AddHttp();
        bench.Get("/bytes/10");
        bench.Get("/nothing");
        bench.Ask("nonsense\r\n");
        bench.Ask("GET / HTTP/3.0\r\n");
        Assert.AreEqual(4, server.Counters.GetValue(HttpCounter.Connections));
        Assert.AreEqual(4, server.Counters.GetValue(HttpCounter.Requests));
        Assert.AreEqual(1, server.Counters.GetValue(HttpCounter.Responses2xx));
        Assert.AreEqual(2, server.Counters.GetValue(HttpCounter.Responses4xx));
        Assert.AreEqual(1, server.Counters.GetValue(HttpCounter.Responses5xx));
    }

    [TestMethod]
    public void Misuse_is_refused()
    {
        ServiceBench bench = new();
        Assert.ThrowsExactly<ArgumentNullException>(() => new HttpServer(null!, 80, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new HttpServer(bench.Server, 80, 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new HttpServer(bench.Server, 0, 1));
    }
}
