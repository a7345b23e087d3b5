#pragma warning disable IDE0090, CA2000

using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using NanoTcp.Sockets;
using NanoTcp.Tcp;
using NanoTcp.Tests.Architecture;

namespace NanoTcp.Tests.Sockets;

/// <summary>The example in README for who comes from System.Net.Sockets.</summary>
[TestClass]
public sealed class ReadmeExampleTests
{
    private const string Begin = "// README: begin";
    private const string End = "// README: end";

    [TestMethod]
    [Timeout(120_000)]
    public void The_example_for_people_who_know_sockets_works()
    {
        using ThreadedHosts hosts = new(makeServer: MakeRunner);
        Thread server = new(() => Assert.ThrowsExactly<NanoTcpException>(() => Serve(hosts.Server))) { IsBackground = true };
        server.Start();
        byte[] answer = AskUntilServed(hosts.Client);
        CollectionAssert.AreEqual("hello"u8.ToArray(), answer);
        answer = Ask(hosts.Client, ThreadedHosts.ServerAddress);
        CollectionAssert.AreEqual("hello"u8.ToArray(), answer);
        hosts.Server.Stop();
        Assert.IsTrue(server.Join(60_000), "the server does not end");
    }

    [TestMethod]
    public void README_holds_the_example_as_it_is_compiled_here()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "README.md")).ReplaceLineEndings("\n");
        List<string> regions = Regions();
        Assert.HasCount(3, regions);
        foreach (string region in regions)
        {
            Assert.IsTrue(page.Contains(region, StringComparison.Ordinal), $"README.md does not hold:\n{region}");
        }
    }

    private static NetworkRunner MakeRunner(NetworkStack stack, NetworkClock clock)
    {
        // README: begin
        NetworkRunner runner = new NetworkRunner(stack, clock, longestSleep: 10);
        runner.Start();
        // README: end
        return runner;
    }

    private static void Serve(NetworkRunner runner)
    {
        // README: begin
        NanoTcpServer server = new NanoTcpServer(runner, port: 7, backlog: 2);
        NanoTcpStream stream = new NanoTcpStream(runner);
        byte[] buffer = new byte[512];
        while (server.Accept(stream, NetworkRunner.Infinite))
        {
            try
            {
                stream.ReadTimeout = 30000;
                for (int length = stream.Read(buffer, 0, 512); length != 0; length = stream.Read(buffer, 0, 512))
                {
                    stream.Write(buffer, 0, length);
                }

                stream.Close();
            }
            catch (NanoTcpException)
            {
                stream.Abort(); // a silent peer, or a connection that has ended; EndReason and IsTimeout tell which
            }
        }
        // README: end
    }

    /// <summary>The server's thread may not listen yet when the client asks first.</summary>
    private static byte[] AskUntilServed(NetworkRunner runner)
    {
        while (true)
        {
            try
            {
                return Ask(runner, ThreadedHosts.ServerAddress);
            }
            catch (NanoTcpException refused) when (refused.EndReason == TcpEndReason.Refused)
            {
                Thread.Sleep(1);
            }
        }
    }

    private static byte[] Ask(NetworkRunner runner, uint address)
    {
        byte[] request = "hello"u8.ToArray();
        byte[] answer = new byte[5];
        // README: begin
        using (NanoTcpStream stream = new NanoTcpStream(runner))
        {
            stream.Connect(address, 7, timeout: 5000);
            stream.Write(request, 0, request.Length);
            stream.CloseSend();
            int length = 0;
            for (int more = stream.Read(answer, 0, answer.Length); more != 0; more = stream.Read(answer, length, answer.Length - length))
            {
                length += more;
            }
        }
        // README: end
        return answer;
    }

    /// <summary>What stands between the marks of this file, without its indentation.</summary>
    private static List<string> Regions()
    {
        List<string> regions = [];
        string? region = null;
        string source = Path.Combine(Repository.Root, "NanoTcp.Tests", "Sockets", "ReadmeExampleTests.cs");
        foreach (string line in File.ReadLines(source))
        {
            string trimmed = line.Trim();
            if (trimmed == Begin)
            {
                region = "";
            }
            else if (trimmed == End && region != null)
            {
                regions.Add(region);
                region = null;
            }
            else if (region != null)
            {
                region += (line.Length == 0 ? "" : line[8..]) + "\n";
            }
        }

        return regions;
    }
}
