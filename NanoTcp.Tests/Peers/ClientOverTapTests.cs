using System;
using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;

namespace NanoTcp.Tests.Peers;

/// <summary>SimpleServices as a client of servers that the kernel runs.</summary>
[TestClass]
[TestCategory("Peers")]
public class ClientOverTapTests
{
    private static NetworkNamespace? s_space;

    private static NetworkNamespace Space => s_space ?? throw new InvalidOperationException("There is no namespace.");

    [ClassInitialize]
    public static void MakeInterface(TestContext context)
    {
        // The interface outlives the clients, so that servers can listen on its address before they come.
        s_space = new NetworkNamespace();
        s_space.Shell($"""
            ip tuntap add dev {TapSample.Tap} mode tap
            ip link set {TapSample.Tap} up
            ip addr add {TapSample.KernelAddress}/24 dev {TapSample.Tap}
            """).Succeeded();
    }

    [ClassCleanup]
    public static void RemoveInterface()
    {
        s_space?.Dispose();
        s_space = null;
    }

    [TestMethod]
    [DataRow("--chip", 0)]
    [DataRow("--no-chip", 1)]
    [DataRow("--no-chip", 3_000_000)]
    [DataRow("--chip", 3_000_000)]
    public async Task What_is_sent_comes_back(string chip, int size)
    {
        byte[] sent = Pattern.Random(size, size);
        using Socket listener = Listen();
        Task<byte[]> server = Task.Run(() =>
        {
            using Socket connection = listener.Accept();
            using MemoryStream seen = new();
            using NetworkStream stream = new(connection);
            byte[] buffer = new byte[65536];
            for (int n = stream.Read(buffer); n != 0; n = stream.Read(buffer))
            {
                seen.Write(buffer, 0, n);
                stream.Write(buffer, 0, n);
            }

            return seen.ToArray();
        });

        (int exitCode, byte[] output, string error) = await RunClientAsync(sent, "--connect", To(listener), chip);
        Assert.AreEqual(0, exitCode, error);
        CollectionAssert.AreEqual(sent, await server, "what the server saw");
        CollectionAssert.AreEqual(sent, output, "what came back");
        SampleProcess.AssertNoStackTrace(error);
    }

    [TestMethod]
    public async Task A_server_that_closes_first_and_sends_on_connecting_is_heard()
    {
        using Socket listener = Listen();
        Task server = Task.Run(() =>
        {
            using Socket connection = listener.Accept();
            connection.Send("hello from the kernel\n"u8);
            connection.Shutdown(SocketShutdown.Send);
            connection.Receive(new byte[100]);
        });
        (int exitCode, byte[] output, string error) = await RunClientAsync([], "--connect", To(listener), "--no-chip");
        await server;
        Assert.AreEqual(0, exitCode, error);
        Assert.AreEqual("hello from the kernel\n", Encoding.ASCII.GetString(output));
    }

    [TestMethod]
    public async Task A_port_where_nobody_listens_is_called_refused()
    {
        await AssertFailsAsync("refused", "--connect", TapSample.KernelAddress + ":4", "--no-chip");
    }

    [TestMethod]
    public async Task A_host_that_does_not_exist_is_called_unreachable()
    {
        await AssertFailsAsync("unreachable", "--connect", "10.77.0.99:80", "--no-chip");
    }

    [TestMethod]
    public async Task A_network_that_the_router_does_not_know_is_called_unreachable()
    {
        // A kernel that forwards and has no route says so by ICMP (RFC 1812 5.2.7.1).
        Space.Shell("sysctl -qw net.ipv4.ip_forward=1").Succeeded();
        await AssertFailsAsync("unreachable", "--connect", "10.99.0.1:80", "--gateway", TapSample.KernelAddress, "--no-chip");
    }

    [TestMethod]
    public async Task A_reset_in_the_middle_is_called_reset()
    {
        using Socket listener = Listen();
        Task server = Task.Run(() =>
        {
            using Socket connection = listener.Accept();
            connection.Receive(new byte[4]);
            connection.LingerState = new LingerOption(true, 0);
        });
        await AssertFailsAsync("reset", "--connect", To(listener), "--no-chip");
        await server;
    }

    private static async Task AssertFailsAsync(string word, params string[] options)
    {
        (int exitCode, _, string error) = await RunClientAsync("text to send\n"u8.ToArray(), options);
        Assert.AreEqual(1, exitCode, error);
        StringAssert.Contains(error, word);
        SampleProcess.AssertNoStackTrace(error);
    }

    private static Socket Listen()
    {
        Socket listener = NamespaceSockets.Tcp(Space);
        listener.Bind(new IPEndPoint(IPAddress.Parse(TapSample.KernelAddress), 0));
        listener.Listen();
        return listener;
    }

    private static string To(Socket listener)
    {
        return listener.LocalEndPoint!.ToString()!;
    }

    private static async Task<(int ExitCode, byte[] Output, string Error)> RunClientAsync(byte[] input, params string[] options)
    {
        using Process client = Command.Start(SampleProcess.CommandFor(Space, "SimpleServices", TapSample.Options(options)));
        using MemoryStream output = new();
        Task reading = client.StandardOutput.BaseStream.CopyToAsync(output);
        Task<string> error = client.StandardError.ReadToEndAsync();
        Task writing = WriteAsync(client, input);
        if (!client.WaitForExit(TimeSpan.FromSeconds(180)))
        {
            client.Kill(entireProcessTree: true);
            Assert.Fail($"The client has not ended in 180 s. It said:\n{await error}");
        }

        await Task.WhenAll(reading, writing);
        return (client.ExitCode, output.ToArray(), await error);
    }

    private static async Task WriteAsync(Process client, byte[] input)
    {
        try
        {
            await client.StandardInput.BaseStream.WriteAsync(input);
            client.StandardInput.Close();
        }
        catch (IOException)
        {
            // A client that gave up does not read the rest.
        }
    }
}
