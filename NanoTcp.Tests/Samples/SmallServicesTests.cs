using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using NanoTcp.Emulation;
using NanoTcp.Samples;
using NanoTcp.Samples.Services;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.Samples;

/// <summary>Echo, discard, daytime and character generator as their RFCs describe them.</summary>
[TestClass]
public class SmallServicesTests
{
    [TestMethod]
    [DataRow(256)]
    [DataRow(2048)]
    public void Echo_sends_everything_back_and_closes_after_the_client(int ring)
    {
        ServiceBench bench = new(o => o.SendBuffer = ring);
        bench.Services.Add(new EchoService(bench.Server, EchoService.DefaultPort, 4));
        byte[] octets = new byte[50000];
        new SeededRandom(7).Fill(octets);
        TestClient client = bench.Connect(EchoService.DefaultPort);
        client.Send(octets);
        client.CloseSend();
        bench.RunUntil(() => client.EndOfStream, 60_000, "the service closes");
        Assert.IsTrue(client.Octets.SequenceEqual(octets));
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void Echo_reads_no_more_than_it_can_send_back()
    {
        ServiceBench bench = new();
        bench.Services.Add(new EchoService(bench.Server, EchoService.DefaultPort, 4));
        TestClient client = bench.Connect(EchoService.DefaultPort);
        client.Appetite = 0;
        client.Send(new byte[100_000]);
        bench.Run(5000);
        Assert.IsTrue(bench.Server.GetConnection(0).BytesReceived <= 3 * 4096, $"{bench.Server.GetConnection(0).BytesReceived}");
        client.Appetite = long.MaxValue;
        client.CloseSend();
        bench.RunUntil(() => client.EndOfStream, 60_000, "the service closes");
        Assert.AreEqual(100_000, client.Received);
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void Discard_says_nothing_and_closes_after_the_client()
    {
        ServiceBench bench = new();
        bench.Services.Add(new DiscardService(bench.Server, DiscardService.DefaultPort, 4));
        TestClient client = bench.Connect(DiscardService.DefaultPort);
        client.Send(new byte[100_000]);
        client.CloseSend();
        bench.RunUntil(() => client.EndOfStream, 60_000, "the service closes");
        Assert.AreEqual(0, client.Received);
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    [DataRow(0L)]
    [DataRow(86399L)]
    [DataRow(951782399L)]
    [DataRow(951782400L)]
    [DataRow(951868800L)]
    [DataRow(1790812799L)]
    [DataRow(1795242950L)]
    [DataRow(4107542400L)]
    [DataRow(4102444799L)]
    [DataRow(32503680000L)]
    public void Daytime_is_the_date_and_time_and_the_service_closes_first(long seconds)
    {
        ServiceBench bench = new();
        bench.Services.Add(new DaytimeService(bench.Server, DaytimeService.DefaultPort, 2, new FixedClock(seconds)));
        TestClient client = bench.Connect(DaytimeService.DefaultPort);
        client.Send("what time is it?");
        bench.RunUntil(() => client.EndOfStream, 1000, "the service closes");
        string expected = DateTime.UnixEpoch.AddSeconds(seconds)
            .ToString("dddd, MMMM d, yyyy HH:mm:ss'-UTC\r\n'", CultureInfo.InvariantCulture);
        Assert.AreEqual(expected, client.Text);
        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void Daytime_is_right_on_every_day_of_four_centuries()
    {
        ServiceBench bench = new();
        FixedClock clock = new(0);
        DaytimeService service = new(bench.Server, DaytimeService.DefaultPort, 2, clock);
        for (long day = 0; day < 146097; day++)
        {
            clock.UnixSeconds = (day * 86400) + (day * 7919 % 86400);
            string expected = DateTime.UnixEpoch.AddSeconds(clock.UnixSeconds)
                .ToString("dddd, MMMM d, yyyy HH:mm:ss'-UTC\r\n'", CultureInfo.InvariantCulture);
            service.Format(clock.UnixSeconds);
            string text = Encoding.ASCII.GetString(service.Line.Octets, 0, service.Line.Length);
            if (text != expected)
            {
                Assert.AreEqual(expected, text);
            }
        }
    }

    [TestMethod]
    public void Daytime_does_not_wait_for_ever_for_a_client_that_never_closes()
    {
        ServiceBench bench = new();
        bench.Services.Add(new DaytimeService(bench.Server, DaytimeService.DefaultPort, 1, new SystemWallClock()));
        bench.Connect(DaytimeService.DefaultPort);
        bench.Run(2500);
        Assert.AreEqual(bench.Server.ConnectionCapacity, bench.Server.FreeConnections);
        TestClient second = bench.Connect(DaytimeService.DefaultPort);
        bench.RunUntil(() => second.EndOfStream, 1000, "the next client is served");
        StringAssert.EndsWith(second.Text, "-UTC\r\n");
    }

    [TestMethod]
    public void Character_generator_sends_the_lines_of_RFC_864_until_the_client_closes()
    {
        ServiceBench bench = new(o => o.SendBuffer = 300);
        ChargenService service = new(bench.Server, ChargenService.DefaultPort, 2);
        bench.Services.Add(service);
        TestClient client = bench.Connect(ChargenService.DefaultPort, appetite: 100 * 74);
        client.Send("thrown away");
        bench.RunUntil(() => client.Received == 100 * 74, 60_000, "a hundred lines arrive");
        string[] lines = client.Text.Split("\r\n");
        for (int i = 0; i < 100; i++)
        {
            StringBuilder expected = new();
            for (int k = 0; k < 72; k++)
            {
                expected.Append((char)(' ' + ((i + k) % 95)));
            }

            Assert.AreEqual(expected.ToString(), lines[i], $"line {i}");
        }

        client.Appetite = long.MaxValue;
        client.Sink = (_, _) => { };
        client.CloseSend();
        for (int steps = 0; service.Clients != 0; steps++)
        {
            Assert.IsTrue(steps < 1_000_000);
            if (!bench.Step())
            {
                bench.Clock.Advance(1_000_000);
            }
        }

        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void Several_clients_are_served_at_once()
    {
        ServiceBench bench = new();
        bench.Services.Add(new EchoService(bench.Server, EchoService.DefaultPort, 4));
        List<TestClient> clients = [];
        for (int i = 0; i < 4; i++)
        {
            clients.Add(bench.Connect(EchoService.DefaultPort));
            clients[i].Send(new string((char)('a' + i), 10_000));
        }

        foreach (TestClient client in clients)
        {
            bench.RunUntil(() => client.Received == 10_000, 60_000, "everything comes back");
            Assert.AreEqual(client.Text[0], client.Text[9999]);
        }

        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void Clients_that_idle_or_do_not_read_do_not_keep_a_new_one_out()
    {
        ServiceBench bench = new(o => o.Connections = 4);
        bench.Services.Add(new EchoService(bench.Server, EchoService.DefaultPort, 4));
        bench.Services.Add(new ChargenService(bench.Server, ChargenService.DefaultPort, 4));
        bench.Connect(EchoService.DefaultPort);
        bench.Connect(EchoService.DefaultPort);
        bench.Connect(ChargenService.DefaultPort, appetite: 0);
        bench.Connect(ChargenService.DefaultPort, appetite: 0);
        bench.Run(11_000);
        for (int i = 0; i < 4; i++)
        {
            TestClient client = bench.Connect(EchoService.DefaultPort);
            client.Send("hello");
            bench.RunUntil(() => client.Text == "hello", 2000, $"client {i} is served");
            Assert.AreEqual(TcpEndReason.None, client.EndReason);
        }

        bench.AssertAllGivenBack();
    }

    [TestMethod]
    public void Nothing_is_allocated_once_everything_has_been_used()
    {
        ServiceBench bench = new();
        IService[] services =
        [
            new EchoService(bench.Server, 7, 2), new DiscardService(bench.Server, 9, 2),
            new DaytimeService(bench.Server, 13, 2, new SystemWallClock()), new ChargenService(bench.Server, 19, 2),
        ];
        // The desktop runtime may allocate once of its own accord; what the services allocated would be there in every batch.
        long[] allocated = new long[4];
        int round = 0;
        Func<bool> measured = () =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            bool worked = false;
            for (int i = 0; i < services.Length; i++)
            {
                worked |= services[i].Poll(bench.Now);
            }

            allocated[round / 10] += GC.GetAllocatedBytesForCurrentThread() - before;
            return worked;
        };
        for (; round < 40; round++)
        {
            TestClient[] clients = [bench.ConnectLater(7), bench.ConnectLater(9), bench.ConnectLater(13), bench.ConnectLater(19)];
            clients[0].Send("hello");
            clients[1].Send("hello");
            for (int i = 0; i < 500; i++)
            {
                if (!bench.Step(measured))
                {
                    bench.Clock.Advance(1_000_000);
                }
            }

            foreach (TestClient client in clients)
            {
                Assert.IsTrue(client.Received > 0 || client == clients[1]);
                client.Abort();
            }

            for (int i = 0; i < 100; i++)
            {
                bench.Step(measured);
            }
        }

        Assert.AreEqual(0, Math.Min(allocated[1], Math.Min(allocated[2], allocated[3])));
    }

    private sealed class FixedClock(long seconds) : IWallClock
    {
        public long UnixSeconds { get; set; } = seconds;
    }
}
