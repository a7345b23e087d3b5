using System.Collections.Generic;
using NanoTcp.Samples.Services;
using NanoTcp.Udp;

namespace NanoTcp.Tests.Samples;

/// <summary>RFC 862 by UDP.</summary>
[TestClass]
public class UdpEchoServiceTests
{
    [TestMethod]
    public void Each_datagram_comes_back()
    {
        (ServiceBench bench, UdpSocket client) = Open();
        client.Bind(0);
        List<byte[]> answers = [];
        byte[] buffer = new byte[1500];
        int sent = 0;
        bench.RunUntil(
            () =>
            {
                if (sent < 100 && client.SendTo(ServiceBench.ServerAddress, UdpEchoService.DefaultPort, buffer, 0, sent))
                {
                    sent++;
                }

                if (client.Waiting != 0)
                {
                    answers.Add(buffer[..client.Receive(buffer, 0, buffer.Length)]);
                }

                return answers.Count == 100;
            },
            60_000,
            "all come back");
        for (int i = 0; i < 100; i++)
        {
            Assert.HasCount(i, answers[i]);
        }
    }

    [TestMethod]
    public void Neither_another_service_nor_a_broadcast_is_answered()
    {
        (ServiceBench bench, UdpSocket client) = Open();
        client.Bind(7);
        Assert.IsTrue(client.SendTo(ServiceBench.ServerAddress, UdpEchoService.DefaultPort, [1], 0, 1));
        bench.Run(100);
        client.Close();
        client.Bind(5000);
        client.AllowBroadcast = true;
        Assert.IsTrue(client.SendTo(0xFFFFFFFF, UdpEchoService.DefaultPort, [1], 0, 1));
        bench.Run(100);
        Assert.AreEqual(0, client.Waiting);
        Assert.AreEqual(2, bench.Server.Counters.GetValue(Primitives.StackCounter.UdpInDatagrams), "it has seen both");
        Assert.AreEqual(0, bench.Server.Counters.GetValue(Primitives.StackCounter.UdpOutDatagrams));
    }

    private static (ServiceBench Bench, UdpSocket Client) Open()
    {
        ServiceBench bench = new();
        bench.Services.Add(new UdpEchoService(bench.Server, UdpEchoService.DefaultPort));
        return (bench, bench.Client.CreateUdpSocket(2048, 2048));
    }
}
