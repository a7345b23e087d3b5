using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using NanoTcp.Primitives;
using NanoTcp.Samples.Http;
using NanoTcp.Samples.Status;
using NanoTcp.Samples.Text;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Samples;

/// <summary>The page, the JSON and the metrics are right by the rules of their formats and say what the stack says.</summary>
[TestClass]
public class StatusDocumentTests
{
    [TestMethod]
    public void What_is_counted_of_multicast_groups_stands_in_all_documents_where_there_may_be_groups()
    {
        ServiceBench bench = new(o => o.MulticastGroups = 2);
        bench.AddHttp(2);
        bench.Server.JoinGroup(Ipv4Address.From(239, 1, 2, 3));
        bench.Run(20_000);
        JsonElement status = JsonDocument.Parse(bench.Get("/api/status").Body).RootElement;
        Assert.AreEqual(0, status.GetProperty("services").GetPropertyCount());
        Assert.AreEqual(2, status.GetProperty("counters").GetProperty("services").GetProperty("igmp_out_reports").GetInt64());
        StringAssert.Contains(bench.Get("/").Text, "<p><b>igmp_out_reports</b><b>2</b></p>");
        StringAssert.Contains(bench.Get("/metrics").Text, "\nnanotcp_igmp_out_reports_total 2\n");
    }

    [TestMethod]
    [Requirement("RFC 9293", "3.10.6")]
    public void JSON_has_everything_that_the_stack_tells()
    {
        ServiceBench bench = new(o => o.Connections = 5);
        HttpServer server = bench.AddHttp(5);
        TestClient other = bench.Connect();
        bench.Ask(other, "GET /bytes/1000 HTTP/1.1\r\nHost: a\r\n\r\n");
        bench.Run(1234);
        HttpReply reply = bench.Get("/api/status");
        Assert.AreEqual("application/json", reply.Fields["Content-Type"]);
        JsonElement status = JsonDocument.Parse(reply.Body).RootElement;
        Assert.IsTrue(status.GetProperty("uptime").GetInt64() is >= 1234 and < 2500);
        Assert.AreEqual("up", status.GetProperty("link").GetString());
        Assert.AreEqual("192.168.7.2", status.GetProperty("address").GetString());
        Assert.AreEqual(24, status.GetProperty("prefixLength").GetInt32());
        Assert.AreEqual("192.168.7.1", status.GetProperty("gateway").GetString());
        Assert.AreEqual("02:00:00:00:00:02", status.GetProperty("mac").GetString());
        Assert.AreEqual(5, status.GetProperty("capacity").GetInt32());
        Assert.AreEqual(3, status.GetProperty("free").GetInt32());
        Assert.AreEqual(0, status.GetProperty("halfOpen").GetInt32());
        Assert.AreEqual(0, status.GetProperty("timeWait").GetInt32());

        JsonElement connections = status.GetProperty("connections");
        Assert.AreEqual(2, connections.GetArrayLength());
        JsonElement first = connections[0];
        Assert.AreEqual("ESTABLISHED", first.GetProperty("state").GetString());
        Assert.AreEqual(80, first.GetProperty("localPort").GetInt32());
        StringAssert.StartsWith(first.GetProperty("remote").GetString(), "192.168.7.1:");
        Assert.AreEqual(bench.Server.GetConnection(0).BytesReceived, first.GetProperty("received").GetInt64());
        Assert.AreEqual(bench.Server.GetConnection(0).BytesSent, first.GetProperty("sent").GetInt64());
        Assert.AreEqual(bench.Server.GetConnection(0).RetransmissionTimeout, first.GetProperty("rto").GetInt32());
        Assert.AreEqual(bench.Server.GetConnection(0).SmoothedRoundTripTime, first.GetProperty("srtt").GetInt32());
        Assert.AreEqual(0, first.GetProperty("slot").GetInt32());
        Assert.AreEqual(bench.Server.GetConnection(0).CongestionWindow, first.GetProperty("cwnd").GetInt32());
        Assert.AreEqual(0, first.GetProperty("out").GetInt32());
        Assert.IsTrue(first.GetProperty("heard").GetInt64() is >= 1234 and < 2500);
        Assert.AreEqual(JsonValueKind.Null, first.GetProperty("note").ValueKind);

        JsonElement neighbour = status.GetProperty("neighbours")[0];
        Assert.AreEqual("192.168.7.1", neighbour.GetProperty("address").GetString());
        Assert.AreEqual("02:00:00:00:00:01", neighbour.GetProperty("mac").GetString());
        Assert.IsTrue(neighbour.GetProperty("age").GetInt64() >= 0);

        JsonElement counters = status.GetProperty("counters");
        Assert.AreEqual(bench.Server.Counters.Count, counters.GetProperty("stack").EnumerateObject().Count());
        Assert.AreEqual(bench.Server.Link.Counters.Count, counters.GetProperty("link").EnumerateObject().Count());
        Assert.AreEqual(server.Counters.Count, counters.GetProperty("http").EnumerateObject().Count());
        Assert.AreEqual(2, counters.GetProperty("http").GetProperty("requests").GetInt64());
        Assert.AreEqual(2, counters.GetProperty("stack").GetProperty("tcp_passive_opens").GetInt64());
    }

    [TestMethod]
    public void What_is_not_there_is_null_in_JSON_and_none_on_the_page()
    {
        ServiceBench bench = new(o => o.Gateway = 0);
        bench.AddHttp();
        Assert.AreEqual(JsonValueKind.Null, JsonDocument.Parse(bench.Get("/api/status").Body).RootElement.GetProperty("gateway").ValueKind);
        StringAssert.Contains(bench.Get("/").Text, "<dt>Gateway</dt><dd id=\"gateway\">none</dd>");
    }

    [TestMethod]
    public void A_connection_whose_peer_has_gone_says_so()
    {
        ServiceBench bench = new();
        bench.AddHttp();
        TestClient lost = bench.Connect();
        lost.Appetite = 0;
        lost.Send("GET /bytes/1000000 HTTP/1.1\r\nHost: a\r\n\r\n");
        bench.Settle();
        bench.Vanish();
        bench.Run(10_000);
        StringAssert.Matches(Rendered(new StatusPage(Source(bench)).CreateTemplate()), new Regex("<tr class=\"w\"><td>ESTABLISHED unanswered</td>.*<td>10 s ago</td>"));
        StringAssert.Contains(Rendered(new StatusJson(Source(bench)).CreateTemplate()), "\"note\":\"unanswered\"");
        bench.Run(10_000);
        StringAssert.Contains(Rendered(new StatusPage(Source(bench)).CreateTemplate()), "ESTABLISHED unreachable", "nobody answers ARP");
    }

    [TestMethod]
    public void An_end_is_shown_with_its_reason_until_the_owner_gives_the_connection_back()
    {
        ServiceBench bench = new();
        TcpListener listener = bench.Server.Listen(80, 1);
        TestClient client = bench.Connect();
        bench.RunUntil(() => listener.Pending == 1, 100, "the connection waits");
        TcpConnection connection = listener.Accept();
        client.Abort();
        bench.Run(10);
        StringAssert.Contains(Rendered(new StatusPage(Source(bench)).CreateTemplate()), "<tr class=\"w\"><td>CLOSED reset</td>");
        StringAssert.Contains(Rendered(new StatusJson(Source(bench)).CreateTemplate()), "\"state\":\"CLOSED\",");
        StringAssert.Contains(Rendered(new StatusJson(Source(bench)).CreateTemplate()), "\"note\":\"reset\"");
        connection.Close();
    }

    [TestMethod]
    public void A_connection_keeps_its_slot_when_one_before_it_comes_back()
    {
        ServiceBench bench = new();
        TcpConnection[] connections = Accepted(bench, 3);
        StatusSource source = Source(bench);
        Template document = new StatusJson(source).CreateTemplate();
        string[] peers = [.. connections.Select(Peer)];
        Assert.AreEqual($"{peers[0]} in 0, {peers[1]} in 1, {peers[2]} in 2", Slots(Rendered(document)));
        connections[0].Abort();
        bench.Run(10);
        Assert.AreEqual($"{peers[1]} in 1, {peers[2]} in 2", Slots(Rendered(document)));
        TcpConnection next = Accepted(bench, 1)[0];
        Assert.AreEqual($"{peers[1]} in 1, {peers[2]} in 2, {Peer(next)} in 3", Slots(Rendered(document)), "a free object that was not seen before");
    }

    [TestMethod]
    public void A_document_leaves_no_connection_out_when_one_comes_back_while_it_is_sent()
    {
        ServiceBench bench = new();
        TcpConnection[] connections = Accepted(bench, 3);
        string first = Peer(connections[0]);
        string all = Rendered(new StatusJson(Source(bench)).CreateTemplate(), sent =>
        {
            if (connections[0].EndReason == TcpEndReason.None && sent.Contains(first, StringComparison.Ordinal))
            {
                connections[0].Abort();
                bench.Run(10);
            }
        });
        Assert.AreEqual(TcpEndReason.Aborted, connections[0].EndReason);
        Assert.AreEqual($"{first} in 0, {Peer(connections[1])} in 1, {Peer(connections[2])} in 2", Slots(all));
    }

    [TestMethod]
    public void Longest_connection_fits_into_the_smallest_send_ring()
    {
        ServiceBench bench = new();
        TcpListener listener = bench.Server.Listen(80, 1);
        bench.Connect();
        bench.RunUntil(() => listener.Pending == 1, 100, "the connection waits");
        TcpConnection connection = listener.Accept();
        connection.Write(new byte[2048], 0, 2048);
        connection.Block.State = TcpState.SynReceived;
        connection.Block.EndReason = TcpEndReason.Unreachable;
        connection.Ports = 0xFFFFFFFF;
        connection.Remote = 0xFFFFFFFF;
        const long Received = 999_999_999_999_999;
        SetField(connection, "_bytesReceived", Received);
        SetField(connection, "_bytesSent", Received);
        StatusSource source = Source(bench);
        source.Now = connection.LastActivity + 315_000_000_000;
        foreach (Template document in new[] { new StatusPage(source).CreateTemplate(), new StatusJson(source).CreateTemplate() })
        {
            string text = Rendered(document);
            StringAssert.Contains(text, "unreachable", "ten years of the fastest cable, and of silence after it");
            StringAssert.Contains(text, "255.255.255.255:65535");
        }
    }

    [TestMethod]
    public void Counters_of_a_layer_stand_together_in_their_order()
    {
        ServiceBench bench = new();
        bench.AddHttp();
        JsonElement counters = JsonDocument.Parse(bench.Get("/api/status").Body).RootElement.GetProperty("counters").GetProperty("stack");
        string[] shown = [.. counters.EnumerateObject().Select(c => c.Name)];
        string[] all = [.. Enumerable.Range(0, bench.Server.Counters.Count).Select(bench.Server.Counters.GetName)];
        string[] layers = ["eth", "arp", "ip", "icmp", "tcp", "udp"];
        CollectionAssert.AreEqual(layers.SelectMany(l => all.Where(n => n.StartsWith(l + "_", StringComparison.Ordinal))).ToArray(), shown);
        foreach (JsonProperty counter in counters.EnumerateObject().Where(c => c.Name is "tcp_passive_opens" or "tcp_in_errs"))
        {
            Assert.AreEqual(counter.Name == "tcp_in_errs" ? 0 : 1, counter.Value.GetInt64());
        }
    }

    [TestMethod]
    public void Metrics_obey_the_rules_of_their_format()
    {
        ServiceBench bench = new();
        bench.AddHttp();
        TestClient[] others = [bench.Connect(), bench.Connect(), bench.Connect()];
        bench.Ask(others[0], "GET /bytes/5000 HTTP/1.1\r\nHost: a\r\n\r\n");
        HttpReply reply = bench.Get("/metrics");
        Assert.AreEqual("text/plain; version=0.0.4; charset=utf-8", reply.Fields["Content-Type"]);
        PrometheusText metrics = PrometheusText.Parse(reply.Text);
        Assert.AreEqual(1, metrics.Value("nanotcp_http_responses_2xx_total") - 1, "this response and the one before");
        Assert.AreEqual(4, metrics.Value("nanotcp_tcp_passive_opens_total"));
        Assert.AreEqual(2, metrics.Value("nanotcp_link_state"));
        Assert.AreEqual(16, metrics.Value("nanotcp_connections_capacity"));
        Assert.AreEqual(12, metrics.Value("nanotcp_connections_free"));
        Assert.AreEqual(4, metrics.Samples.Count(s => s.Key.StartsWith("nanotcp_connection_info{", StringComparison.Ordinal)));
        Assert.IsTrue(metrics.Samples.Any(s =>
            s.Key.StartsWith("nanotcp_connection_sent_bytes_total{slot=\"0\",local_port=\"80\",remote=\"192.168.7.1:", StringComparison.Ordinal)
            && s.Value == bench.Server.GetConnection(0).BytesSent));
        foreach ((string name, string type) in metrics.Types)
        {
            Assert.AreEqual(name.EndsWith("_total", StringComparison.Ordinal) ? "counter" : "gauge", type, name);
        }

        int counters = bench.Server.Counters.Count + bench.Server.Link.Counters!.Count + HttpCounter.ConnectionsLost + 1;
        Assert.AreEqual(counters + 2, metrics.Types.Count(t => t.Value == "counter"), "and two of connections");
    }

    [TestMethod]
    public void Page_is_well_formed_small_and_needs_nothing_from_elsewhere()
    {
        ServiceBench bench = new();
        bench.AddHttp();
        HttpReply reply = bench.Get("/");
        string html = reply.Text;
        Assert.AreEqual("text/html; charset=utf-8", reply.Fields["Content-Type"]);
        Assert.IsTrue(reply.Body.Length < 12_000, $"{reply.Body.Length}");
        AssertBalanced(html);
        Assert.IsFalse(html.Contains("//", StringComparison.Ordinal), "no address elsewhere");
        Assert.IsFalse(html.Contains('~'), "no field was forgotten");
        StringAssert.Contains(html, "<b id=\"link\" class=\"up\">Link up</b>");
        StringAssert.Contains(html, "<dd id=\"address\">192.168.7.2/24</dd>");
        StringAssert.Contains(html, "<dd>02:00:00:00:00:02</dd>");
        StringAssert.Matches(html, new Regex("<tr class=\"e\"><td>ESTABLISHED</td><td>192\\.168\\.7\\.1:\\d+</td><td>80</td><td>[\\d]+ ms</td><td>\\d+ ms</td><td>[\\d,]+</td><td>[\\d,]+</td><td>\\d+ s ago</td><td>[\\d,]+</td><td>[\\d,]+</td></tr>"));
        StringAssert.Contains(html, "<p><b>tcp_passive_opens</b><b>1</b></p>");
        StringAssert.Contains(html, "<p class=\"z\"><b>tcp_give_ups</b><b>0</b></p>");
        StringAssert.Contains(html, "<noscript><meta http-equiv=\"refresh\"");
    }

    [TestMethod]
    public void Documents_stay_valid_while_connections_come_and_go_between_their_parts()
    {
        for (int victim = 0; victim < 6; victim++)
        {
            foreach (string path in new[] { "/", "/api/status", "/metrics" })
            {
                ServiceBench bench = new(o => o.SendBuffer = 256);
                bench.AddHttp();
                List<TestClient> others = [.. Enumerable.Range(0, 6).Select(_ => bench.Connect())];
                TestClient reader = bench.Connect();
                reader.Send($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
                HttpReply? reply = null;
                for (int steps = 0; reply == null; steps++)
                {
                    Assert.IsTrue(steps < 10_000);
                    reader.Appetite = 150;
                    bench.Run(60);
                    if (steps % 3 == 0)
                    {
                        others[(victim + steps) % 6].Abort();
                        others[(victim + steps) % 6] = bench.Connect();
                    }

                    reply = reader.TakeReply(false);
                }

                switch (path)
                {
                    case "/":
                        AssertBalanced(reply.Text);
                        break;
                    case "/api/status":
                        Assert.IsTrue(JsonDocument.Parse(reply.Body).RootElement.GetProperty("connections").GetArrayLength() > 0);
                        break;
                    default:
                        PrometheusText.Parse(reply.Text);
                        break;
                }

                bench.AssertAllGivenBack();
            }
        }
    }

    [TestMethod]
    [DataRow(0L, "0", "0", "0.000", "00:00:00")]
    [DataRow(999L, "999", "999", "0.999", "00:00:00")]
    [DataRow(1000L, "1000", "1,000", "1.000", "00:00:01")]
    [DataRow(86_399_999L, "86399999", "86,399,999", "86399.999", "23:59:59")]
    [DataRow(90_061_007L, "90061007", "90,061,007", "90061.007", "1d 01:01:01")]
    [DataRow(9223372036854775807L, "9223372036854775807", "9,223,372,036,854,775,807", "9223372036854775.807", "106751991167d 07:12:55")]
    public void Numbers_become_text(long value, string plain, string grouped, string seconds, string duration)
    {
        Assert.AreEqual(plain, Written(t => t.AppendNumber(value)));
        Assert.AreEqual(grouped, Written(t => t.AppendGrouped(value)));
        Assert.AreEqual(seconds, Written(t => t.AppendSeconds(value)));
        Assert.AreEqual(duration, Written(t => t.AppendDuration(value)));
        Assert.AreEqual("-" + plain, value == 0 ? "-0" : Written(t => t.AppendNumber(-value)));
    }

    [TestMethod]
    public void Longest_counter_fits_into_the_smallest_send_ring()
    {
        ServiceBench bench = new();
        CounterSet counters = new(new string('n', 32));
        counters.Values[0] = long.MaxValue;
        Template metrics = new MetricsText(new StatusSource(bench.Server, counters)).CreateTemplate();
        TemplateCursor cursor = new();
        TextBuffer text = new(512);
        bool ended = false;
        for (int parts = 0; !ended; parts++)
        {
            Assert.IsTrue(parts < 1000, "Every part moves the cursor.");
            text.Reset(5, 254);
            ended = metrics.Render(cursor, text);
        }

        Assert.ThrowsExactly<ArgumentException>(() => new StatusSource(bench.Server, new CounterSet(new string('n', 33))));
        Assert.ThrowsExactly<ArgumentException>(() => new Template("a~nothing~b", ["something"], new StatusPage(new StatusSource(bench.Server, counters))));
    }

    [TestMethod]
    public void Text_that_does_not_fit_leaves_nothing_behind()
    {
        TextBuffer text = new(20);
        text.Reset(2, 10);
        text.AppendNumber(12345678);
        Assert.AreEqual(10, text.Length);
        Assert.IsFalse(text.Overflowed);
        text.AppendOctet('x');
        Assert.IsTrue(text.Overflowed);
        Assert.AreEqual(10, text.Length);
        text.Reset(2, 10);
        text.AppendNumber(123456789);
        Assert.AreEqual(2, text.Length);
        Assert.IsTrue(text.Overflowed);
    }

    private static StatusSource Source(ServiceBench bench)
    {
        return new StatusSource(bench.Server, new CounterSet("")) { Now = bench.Now };
    }

    /// <summary>So many more clients' connections.</summary>
    private static TcpConnection[] Accepted(ServiceBench bench, int count)
    {
        TcpListener listener = bench.Server.Listen(80, count);
        TcpConnection[] connections = new TcpConnection[count];
        for (int i = 0; i < count; i++)
        {
            bench.Connect();
            bench.RunUntil(() => listener.Pending == 1, 100, "the connection waits");
            connections[i] = listener.Accept();
        }

        listener.Close();
        return connections;
    }

    private static string Peer(TcpConnection connection)
    {
        return $"192.168.7.1:{connection.RemotePort}";
    }

    /// <summary>Which slots the connections have in a document.</summary>
    private static string Slots(string json)
    {
        return string.Join(", ", JsonDocument.Parse(json).RootElement.GetProperty("connections").EnumerateArray()
            .Select(c => $"{c.GetProperty("remote").GetString()} in {c.GetProperty("slot").GetInt32()}"));
    }

    /// <summary>A whole document, in parts that fit into the smallest send ring with their framing.</summary>
    private static string Rendered(Template document, Action<string>? between = null)
    {
        TemplateCursor cursor = new();
        TextBuffer text = new(512);
        string all = "";
        bool ended = false;
        while (!ended)
        {
            text.Reset(5, 254);
            ended = document.Render(cursor, text);
            Assert.IsTrue(ended || text.Length > 5, "Every part moves the cursor.");
            all += System.Text.Encoding.ASCII.GetString(text.Octets, 5, text.Length - 5);
            between?.Invoke(all);
        }

        return all;
    }

    private static string Written(Action<TextBuffer> write)
    {
        TextBuffer text = new(64);
        write(text);
        return System.Text.Encoding.ASCII.GetString(text.Octets, 0, text.Length);
    }

    private static void AssertBalanced(string html)
    {
        string[] voids = ["meta", "link", "input", "!DOCTYPE"];
        string bare = Regex.Replace(html, "<(style|script)>.*?</\\1>", "<$1></$1>", RegexOptions.Singleline);
        Stack<string> open = new();
        foreach (Match tag in Regex.Matches(bare, "<(/?)([!A-Za-z][A-Za-z0-9]*)((?:\\s+[a-z-]+=\"[^\"<>]*\"|\\s+html)*)>"))
        {
            string name = tag.Groups[2].Value;
            if (tag.Groups[1].Length != 0)
            {
                Assert.AreEqual(open.Count == 0 ? "nothing" : open.Pop(), name);
            }
            else if (!voids.Contains(name))
            {
                open.Push(name);
            }
        }

        Assert.AreEqual(0, open.Count, string.Join(' ', open));
        Assert.AreEqual(bare.Count(c => c == '<'), Regex.Count(bare, "<(/?)([!A-Za-z][A-Za-z0-9]*)((?:\\s+[a-z-]+=\"[^\"<>]*\"|\\s+html)*)>"), "every < begins a tag");
        Assert.IsTrue(html.EndsWith("</html>\n", StringComparison.Ordinal));
        foreach (Match id in Regex.Matches(bare, "id=\"([^\"]+)\""))
        {
            Assert.AreEqual(1, Regex.Count(bare, $"id=\"{id.Groups[1].Value}\""), id.Value);
        }
    }

    private static void SetField(TcpConnection connection, string name, long value)
    {
        typeof(TcpConnection).GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)!.SetValue(connection, value);
    }
}
