using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NanoTcp.Tests.Peers;

/// <summary>
/// The kernel's ping and curl against HttpStatusServer on a TAP interface. The derived classes run the same tests with
/// and without the emulated chip, each against one running sample.
/// </summary>
public abstract class HttpOverTapTests
{
    private const string Url = "http://" + TapSample.Address;
    private const int Large = 10_000_000;

    /// <summary>Within which the sample has to be at rest again: several retransmissions, should one be needed (RFC 6298 5.5).</summary>
    private const int IdleSeconds = 30;

    /// <summary>The sample under test; of the class that runs now.</summary>
    private static TapSample? s_sample;

    private static TapSample Sample => s_sample ?? throw new InvalidOperationException("The sample has not been started.");

    [TestMethod]
    [DataRow(0)]
    [DataRow(56)]
    [DataRow(1472)]
    public void Ping_is_answered_with_the_same_octets(int size)
    {
        string output = Sample.Space.Ping(TapSample.Address, 3, size).Output;
        Assert.HasCount(3, Regex.Matches(output, "1 received, 0% packet loss"), output);
        Assert.IsFalse(output.Contains("wrong data", StringComparison.Ordinal) || output.Contains("truncated", StringComparison.Ordinal), output);
    }

    [TestMethod]
    public void A_flood_of_pings_is_answered()
    {
        // With a deadline, ping goes on until it has that many answers, and may find several at once.
        string output = Sample.Space.Exec("ping", "-n", "-f", "-c", "200", "-w", "20", TapSample.Address).Succeeded().Output;
        int received = int.Parse(Regex.Match(output, "([0-9]+) received").Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.IsGreaterThanOrEqualTo(200, received, output);
        Assert.IsFalse(output.Contains("duplicates", StringComparison.Ordinal) || output.Contains("errors", StringComparison.Ordinal), output);
    }

    [TestMethod]
    public void A_ping_to_the_broadcast_address_is_answered_from_the_own_address_or_not_at_all()
    {
        // RFC 1122 3.2.2.6: such a request may be dropped; an answer must come from an address of the host.
        string output = Sample.Space.Exec("ping", "-n", "-b", "-c", "2", "-i", "0.2", "-W", "1", "10.77.0.255").Output;
        MatchCollection answers = Regex.Matches(output, "bytes from ([0-9.]+):");
        Assert.IsTrue(answers.All(a => a.Groups[1].Value == TapSample.Address), output);
    }

    [TestMethod]
    public void Nobody_answers_for_an_address_that_nobody_has()
    {
        CommandResult result = Sample.Space.Exec("ping", "-n", "-c", "1", "-W", "1", "10.77.0.9");
        Assert.AreNotEqual(0, result.ExitCode, result.ToString());
        string neighbours = Sample.Space.Exec("ip", "neigh", "show", "10.77.0.9").Output;
        Assert.IsFalse(neighbours.Contains("lladdr", StringComparison.Ordinal), neighbours);
    }

    [TestMethod]
    public void The_page_is_served()
    {
        string output = Sample.Curl($"-i {Url}/").Succeeded().Output;
        StringAssert.StartsWith(output, "HTTP/1.1 200 OK\r\n");
        StringAssert.Matches(output, new Regex("^Content-Type: text/html", RegexOptions.Multiline | RegexOptions.IgnoreCase));
        StringAssert.Contains(output, TapSample.Address);
        StringAssert.EndsWith(output.TrimEnd(), "</html>");
    }

    [TestMethod]
    public void The_status_is_JSON_and_knows_the_kernel_as_neighbour()
    {
        using JsonDocument status = Sample.Status();
        JsonElement root = status.RootElement;
        Assert.AreEqual(TapSample.Address, root.GetProperty("address").GetString());
        Assert.AreEqual(24, root.GetProperty("prefixLength").GetInt32());
        Assert.IsTrue(root.GetProperty("neighbours").EnumerateArray().Any(n => n.GetProperty("address").GetString() == TapSample.KernelAddress));
        Assert.IsTrue(root.GetProperty("connections").EnumerateArray().Any(c => c.GetProperty("state").GetString() == "ESTABLISHED"));
    }

    [TestMethod]
    public void The_metrics_are_in_the_Prometheus_text_format()
    {
        string[] lines = Sample.Curl($"{Url}/metrics").Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Regex line = new("""^(# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .+|[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? -?[0-9.]+)$""");
        Assert.IsTrue(lines.Length > 20, "there are metrics");
        Assert.AreEqual("", string.Join('\n', lines.Where(l => !line.IsMatch(l))), "lines that are something else");
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(1459)]
    [DataRow(1460)]
    [DataRow(1461)]
    [DataRow(100_000)]
    public void Bytes_arrive_as_they_should(int count)
    {
        StringAssert.StartsWith(Download(count, 180), Pattern.Hash(count));
    }

    [TestMethod]
    public void Ten_megabytes_arrive_as_they_should()
    {
        StringAssert.StartsWith(Download(Large, 300), Pattern.Hash(Large));
    }

    [TestMethod]
    public void HEAD_has_the_same_headers_and_no_content()
    {
        string output = Sample.Curl($"--head {Url}/bytes/12345").Succeeded().Output;
        StringAssert.StartsWith(output, "HTTP/1.1 200 OK\r\n");
        StringAssert.Matches(output, new Regex("^Content-Length: 12345\r?$", RegexOptions.Multiline | RegexOptions.IgnoreCase));
        StringAssert.EndsWith(output, "\r\n\r\n");
    }

    [TestMethod]
    [DataRow("/nothing-here", "404")]
    [DataRow("/bytes/2147483648", "404|400|413|414")]
    [DataRow("-X DELETE /", "405")]
    [DataRow("-X POST -d text /api/status", "405")]
    public void What_is_wrong_is_answered_with_its_status_code(string request, string codes)
    {
        int space = request.LastIndexOf(' ') + 1;
        string output = Sample.Curl($"-o /dev/null -w '%{{http_code}}' {request[..space]} {Url}{request[space..]}").Succeeded().Output;
        CollectionAssert.Contains(codes.Split('|'), output);
    }

    [TestMethod]
    public void A_connection_is_used_again()
    {
        string output = Sample.Curl(
            $"-w '%{{num_connects}} %{{http_code}}\\n' -o /dev/null {Url}/ -o /dev/null {Url}/metrics -o /dev/null {Url}/bytes/5000").Succeeded().Output;
        Assert.AreEqual("1 200\n0 200\n0 200\n", output);
    }

    [TestMethod]
    public void A_thousand_connections_one_after_the_other_are_served()
    {
        // Octets 1 to 1000, so that each answer has a length of its own.
        string output = Sample.Curl(
            $"-H 'Connection: close' -o /dev/null -w '%{{num_connects}} %{{http_code}} %{{size_download}}\\n' '{Url}/bytes/[1-1000]'", 300).Succeeded().Output;
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        CollectionAssert.AreEqual(Enumerable.Range(1, 1000).Select(n => $"1 200 {n}").ToArray(), lines);
        AssertIdle();
    }

    [TestMethod]
    public void Fifty_connections_at_once_are_served()
    {
        // All fifty are open, and have been accepted, before the first request is sent.
        List<Socket> clients = [];
        try
        {
            for (int i = 0; i < 50; i++)
            {
                clients.Add(Sample.Connect(80));
            }

            for (int i = 0; i < clients.Count; i++)
            {
                clients[i].Send(Encoding.ASCII.GetBytes($"GET /bytes/{40_000 + i} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
            }

            for (int i = 0; i < clients.Count; i++)
            {
                byte[] answer = NamespaceSockets.ReadToEnd(clients[i]);
                CollectionAssert.AreEqual(Pattern.Octets(40_000 + i), answer[^(40_000 + i)..], $"client {i}");
            }
        }
        finally
        {
            clients.ForEach(c => c.Dispose());
        }

        AssertIdle();
    }

    [TestMethod]
    public void Fifty_curls_in_parallel_are_served()
    {
        string output = Sample.Curl(
            $"--parallel --parallel-immediate --parallel-max 50 -H 'Connection: close' -o /dev/null -w '%{{http_code}} %{{size_download}}\\n' '{Url}/bytes/[60001-60050]' 2>/dev/null").Succeeded().Output;
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        CollectionAssert.AreEquivalent(Enumerable.Range(60001, 50).Select(n => $"200 {n}").ToArray(), lines);
        AssertIdle();
    }

    [TestMethod]
    public void A_client_that_stops_reading_delays_nobody_and_gets_everything_in_the_end()
    {
        using Socket slow = NamespaceSockets.Tcp(Sample.Space);
        slow.ReceiveBufferSize = 4096;
        slow.Connect(TapSample.Address, 80);
        slow.Send("GET /bytes/300000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8);
        StringAssert.StartsWith(Download(500_000, 180), Pattern.Hash(500_000));
        byte[] answer = NamespaceSockets.ReadToEnd(slow);
        CollectionAssert.AreEqual(Pattern.Octets(300_000), answer[^300_000..]);
    }

    [TestMethod]
    public void A_client_that_resets_in_the_middle_gives_its_connection_back()
    {
        for (int i = 0; i < 20; i++)
        {
            using Socket rude = Sample.Connect(80);
            rude.Send("GET /bytes/20000000 HTTP/1.1\r\nHost: x\r\n\r\n"u8);
            rude.Receive(new byte[1000]);
            rude.LingerState = new LingerOption(true, 0);
        }

        AssertIdle();
    }

    [TestMethod]
    public void A_port_where_nobody_listens_refuses()
    {
        SocketException problem = Assert.ThrowsExactly<SocketException>(() => Sample.Connect(81).Dispose());
        Assert.AreEqual(SocketError.ConnectionRefused, problem.SocketErrorCode);
    }

    /// <summary>Starts the sample for a class.</summary>
    protected static void Begin(params string[] options)
    {
        PeerTools.Require("curl", "ping");
        s_sample = TapSample.Start("HttpStatusServer", ["--connections", "64", .. options]);
    }

    /// <summary>Ends the sample of a class, which must be clean.</summary>
    protected static void End()
    {
        TapSample? sample = s_sample;
        s_sample = null;
        using (sample)
        {
            sample?.Stop();
        }
    }

    private static string Download(int count, int seconds)
    {
        return Sample.Curl($"--fail {Url}/bytes/{count} | sha256sum", seconds).Succeeded().Output;
    }

    /// <summary>Only the connection that asks is in use, and nothing is half open.</summary>
    private static void AssertIdle()
    {
        // The peer's last acknowledgements may still be on their way when its process has ended.
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            using JsonDocument status = Sample.Status();
            JsonElement root = status.RootElement;
            if (root.GetProperty("free").GetInt32() == root.GetProperty("capacity").GetInt32() - 1 && root.GetProperty("halfOpen").GetInt32() == 0)
            {
                return;
            }

            Assert.IsLessThan(IdleSeconds, watch.Elapsed.TotalSeconds, $"Connections have not been given back:\n{root}\n{Sample.Process.Report()}");
        }
    }
}

/// <summary>Through the driver and the emulated chip.</summary>
[TestClass]
[TestCategory("Peers")]
public class HttpOverTapThroughTheChipTests : HttpOverTapTests
{
    [ClassInitialize]
    public static void StartSample(TestContext context)
    {
        Begin("--chip");
    }

    [ClassCleanup]
    public static void StopSample()
    {
        End();
    }
}

/// <summary>The stack straight on the cable.</summary>
[TestClass]
[TestCategory("Peers")]
public class HttpOverTapStraightTests : HttpOverTapTests
{
    [ClassInitialize]
    public static void StartSample(TestContext context)
    {
        Begin("--no-chip");
    }

    [ClassCleanup]
    public static void StopSample()
    {
        End();
    }
}
