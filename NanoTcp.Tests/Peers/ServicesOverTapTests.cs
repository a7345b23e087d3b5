using System;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Tasks;

namespace NanoTcp.Tests.Peers;

/// <summary>
/// Sockets of the kernel against SimpleServices on a TAP interface. The derived classes run the same tests with and
/// without the emulated chip.
/// </summary>
public abstract class ServicesOverTapTests
{
    private const int Echo = 7;
    private const int Discard = 9;
    private const int Daytime = 13;
    private const int Chargen = 19;
    private const int Http = 80;

    private static TapSample? s_sample;

    private static TapSample Sample => s_sample ?? throw new InvalidOperationException("The sample has not been started.");

    [TestMethod]
    public void Ten_megabytes_come_back_from_the_echo_service()
    {
        byte[] sent = Pattern.Random(10_000_000, seed: 862);
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, sent);
            StringAssert.StartsWith(
                Sample.Space.Shell($"nc -N -w 30 {TapSample.Address} {Echo} < {file} | sha256sum", 300).Succeeded().Output,
                Pattern.Hash(sent));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestMethod]
    public void The_echo_service_closes_when_the_client_has_closed_its_side()
    {
        using Socket socket = Sample.Connect(Echo);
        socket.Send("one octet after the other"u8);
        socket.Shutdown(SocketShutdown.Send);
        Assert.AreEqual("one octet after the other", Encoding.ASCII.GetString(NamespaceSockets.ReadToEnd(socket)));
    }

    [TestMethod]
    public void A_datagram_comes_back_from_the_echo_service()
    {
        // It ends when it has received one.
        CommandResult result = Sample.Space.Shell($"echo hello | nc -u -W 1 -w 20 {TapSample.Address} {Echo}").Succeeded();
        Assert.AreEqual("hello\n", result.Output);
    }

    [TestMethod]
    public void Single_octets_come_back_one_by_one()
    {
        using Socket socket = Sample.Connect(Echo);
        socket.NoDelay = true;
        byte[] octet = new byte[1];
        for (int i = 0; i < 300; i++)
        {
            socket.Send([(byte)i]);
            Assert.AreEqual(1, socket.Receive(octet));
            Assert.AreEqual((byte)i, octet[0]);
        }
    }

    [TestMethod]
    public void A_thousand_echo_connections_one_after_the_other_are_served()
    {
        byte[] received = new byte[16];
        for (int i = 0; i < 1000; i++)
        {
            using Socket socket = Sample.Connect(Echo);
            byte[] sent = BitConverter.GetBytes(i);
            socket.Send(sent);
            socket.Shutdown(SocketShutdown.Send);
            int length = 0;
            for (int n = socket.Receive(received); n != 0; n = socket.Receive(received, length, received.Length - length, SocketFlags.None))
            {
                length += n;
            }

            CollectionAssert.AreEqual(sent, received[..length], $"connection {i}");
        }
    }

    [TestMethod]
    public void Fifty_echo_connections_at_once_are_served()
    {
        Socket[] sockets = Enumerable.Range(0, 50).Select(_ => Sample.Connect(Echo)).ToArray();

        // Threads of their own: the pool would begin one or two of a hundred waiting ones a second.
        byte[][] received = Task.WhenAll(sockets.Select((socket, i) => Task.Factory.StartNew(
            () =>
            {
                using (socket)
                {
                    Task sending = Task.Factory.StartNew(
                        () =>
                        {
                            socket.Send(Pattern.Random(20_000 + i, i));
                            socket.Shutdown(SocketShutdown.Send);
                        },
                        TaskCreationOptions.LongRunning);
                    byte[] all = NamespaceSockets.ReadToEnd(socket);
                    sending.Wait();
                    return all;
                }
            },
            TaskCreationOptions.LongRunning))).Result;
        for (int i = 0; i < received.Length; i++)
        {
            CollectionAssert.AreEqual(Pattern.Random(20_000 + i, i), received[i], $"client {i}");
        }
    }

    [TestMethod]
    public void The_discard_service_takes_everything_and_answers_nothing()
    {
        using Socket socket = Sample.Connect(Discard);
        Assert.AreEqual(5_000_000, socket.Send(Pattern.Random(5_000_000, seed: 863)));
        socket.Shutdown(SocketShutdown.Send);
        Assert.AreEqual(0, NamespaceSockets.ReadToEnd(socket).Length);
    }

    [TestMethod]
    public void The_daytime_service_sends_a_line_and_closes_first()
    {
        using Socket socket = Sample.Connect(Daytime);
        string line = Encoding.ASCII.GetString(NamespaceSockets.ReadToEnd(socket));
        StringAssert.Matches(line, new Regex(@"^\w+, \w+ \d{1,2}, \d{4} \d\d:\d\d:\d\d-UTC\r\n$"));
    }

    [TestMethod]
    public void The_chargen_service_sends_the_rotating_lines_of_RFC_864()
    {
        using Socket socket = Sample.Connect(Chargen);
        byte[] expected = Enumerable.Range(0, 2000)
            .SelectMany(line => Enumerable.Range(line, 72).Select(i => (byte)(' ' + (i % 95))).Append((byte)'\r').Append((byte)'\n')).ToArray();
        byte[] received = new byte[expected.Length];
        using NetworkStream stream = new(socket);
        stream.ReadExactly(received);
        CollectionAssert.AreEqual(expected, received);
    }

    [TestMethod]
    public void A_client_of_chargen_that_goes_away_leaves_room_for_the_next()
    {
        for (int i = 0; i < 100; i++)
        {
            using Socket socket = Sample.Connect(Chargen);
            Assert.AreNotEqual(0, socket.Receive(new byte[100]));
        }
    }

    [TestMethod]
    public void Octets_are_served_over_HTTP_beside_the_other_services()
    {
        StringAssert.StartsWith(
            Sample.Curl($"--fail http://{TapSample.Address}:{Http}/bytes/1000000 | sha256sum").Succeeded().Output, Pattern.Hash(1_000_000));
    }

    /// <summary>Starts the sample for a class.</summary>
    protected static void Begin(params string[] options)
    {
        PeerTools.Require("nc", "curl");
        s_sample = TapSample.Start("SimpleServices", ["--connections", "64", .. options]);
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
}

/// <summary>Through the driver and the emulated chip.</summary>
[TestClass]
[TestCategory("Peers")]
public class ServicesOverTapThroughTheChipTests : ServicesOverTapTests
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
public class ServicesOverTapStraightTests : ServicesOverTapTests
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
