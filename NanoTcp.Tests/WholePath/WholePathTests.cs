using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NanoTcp.Host.Cable;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.WholePath;

/// <summary>From HTTP down to SPI octets and back, in virtual time.</summary>
[TestClass]
public sealed class WholePathTests
{
    [TestMethod]
    public void A_browser_with_six_connections_gets_page_status_and_metrics_from_four()
    {
        Device device = new();
        string[] paths = ["/", "/api/status", "/metrics", "/bytes/5000", "/", "/api/status"];
        Exchange[] exchanges = [.. paths.Select(path => new Exchange(device.Connect(), path))];
        device.RunUntil(() => exchanges.Count(each => each.Poll()) == exchanges.Length, "not every request was answered");
        Assert.IsTrue(exchanges.All(each => each.Text.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal)));
        Assert.Contains("<html", exchanges[0].Text);
        Assert.Contains("192.168.77.2", exchanges[0].Text);
        Assert.Contains("192.168.77.1", exchanges[1].Text);
        Assert.Contains("nanotcp_tcp_in_segs_total", exchanges[2].Text);
        AssertQuiet(device);
    }

    [TestMethod]
    public void A_response_far_larger_than_any_buffer_arrives_whole()
    {
        Device device = new();
        Exchange exchange = new(device.Connect(), "/bytes/300000");
        device.RunUntil(() => exchange.Poll(), "the download did not end");
        AssertPattern(exchange.Content, 300_000);
        AssertQuiet(device);
    }

    [TestMethod]
    public void Ten_percent_loss_delays_but_loses_nothing()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            Device device = new(impairments: new Impairments { Seed = seed, Loss = 0.1 });
            Exchange exchange = new(device.Connect(), "/bytes/20000");
            device.RunUntil(() => exchange.Poll(), $"seed {seed}: the download did not end", 3_600_000);
            AssertPattern(exchange.Content, 20_000);
            Assert.AreEqual(0, device.Chip.Violations.Total, $"seed {seed}");
        }
    }

    /// <summary>Everything is allocated when the device is built; ten thousand clients later nothing has come on top.</summary>
    [TestMethod]
    public void Ten_thousand_connections_allocate_nothing()
    {
        Device device = new();
        byte[] request = Encoding.ASCII.GetBytes("GET /bytes/100 HTTP/1.1\r\nHost: device\r\nConnection: close\r\n\r\n");
        byte[] answer = new byte[4096];
        for (int i = 0; i < 200; i++)
        {
            Visit(device, request, answer);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            Visit(device, request, answer);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.AreEqual(0, allocated, "octets allocated by 10,000 connections");
        AssertQuiet(device);
    }

    private static void Visit(Device device, byte[] request, byte[] answer)
    {
        TcpConnection connection = device.Connect();
        int sent = 0;
        int received = 0;
        for (int steps = 0; !connection.EndOfStream; steps++)
        {
            Assert.IsLessThan(100_000, steps);
            device.Step();
            if (sent < request.Length && connection.Writable != 0)
            {
                sent += connection.Write(request, sent, request.Length - sent);
            }

            received += connection.Read(answer, received, answer.Length - received);
        }

        Assert.IsGreaterThan(100, received);
        connection.Close();
    }

    private static void AssertPattern(byte[] content, int length)
    {
        Assert.HasCount(length, content);
        for (int i = 0; i < length; i++)
        {
            if (content[i] != i % 251)
            {
                Assert.Fail($"octet {i} is {content[i]} and not {i % 251}");
            }
        }
    }

    /// <summary>The chip has nothing to complain of, and everything is back in its pool.</summary>
    private static void AssertQuiet(Device device)
    {
        device.Run(130_000);
        Assert.AreEqual(0, device.Chip.Violations.Total, device.Chip.Violations.ToString());
        Assert.AreEqual(device.Stack.ConnectionCapacity, device.Stack.FreeConnections, "connections leaked");
        Assert.AreEqual(0, device.Stack.HalfOpenCount, "half-open connections leaked");
        Assert.AreEqual(0, device.Stack.TimeWaitCount, "TIME-WAIT records leaked");
    }

    /// <summary>One request on one connection, and what comes back until the server closes.</summary>
    private sealed class Exchange(TcpConnection connection, string path)
    {
        private readonly byte[] _request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: device\r\nConnection: close\r\n\r\n");
        private readonly byte[] _piece = new byte[2000];
        private readonly List<byte> _answer = [];
        private int _sent;
        private bool _closed;

        internal string Text => Encoding.Latin1.GetString(_answer.ToArray());

        internal byte[] Content
        {
            get
            {
                int head = Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
                return [.. _answer.Skip(head)];
            }
        }

        /// <summary>True when the answer is complete.</summary>
        internal bool Poll()
        {
            if (_closed)
            {
                return true;
            }

            Assert.IsTrue(
                connection.EndReason is TcpEndReason.None or TcpEndReason.Closed, $"{path}: {connection.EndReason}");
            if (_sent < _request.Length && connection.Writable != 0)
            {
                _sent += connection.Write(_request, _sent, _request.Length - _sent);
            }

            int length = connection.Read(_piece, 0, _piece.Length);
            _answer.AddRange(_piece.AsSpan(0, length));
            if (connection.EndOfStream)
            {
                connection.Close();
                _closed = true;
            }

            return _closed;
        }
    }
}
