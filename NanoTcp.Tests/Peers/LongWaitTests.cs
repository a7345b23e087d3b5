using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using TcpListener = NanoTcp.Tcp.TcpListener;

namespace NanoTcp.Tests.Peers;

/// <summary>What needs a minute of real time. All of it begins when the class does and waits side by side.</summary>
[TestClass]
[TestCategory("Peers")]
public class LongWaitTests
{
    private const int Port = 7000;
    private const int Minute = 60;
    private const int Size = 300_000;

    private static NetworkNamespace? s_kernelStops;
    private static NetworkNamespace? s_stackStops;
    private static Task? s_kernelDoesNotRead;
    private static Task? s_stackDoesNotRead;

    [ClassInitialize]
    public static void Begin(TestContext context)
    {
        s_kernelStops = new NetworkNamespace();
        s_stackStops = new NetworkNamespace();
        s_kernelDoesNotRead = Task.Factory.StartNew(() => KernelDoesNotRead(s_kernelStops), TaskCreationOptions.LongRunning);
        s_stackDoesNotRead = Task.Factory.StartNew(() => StackDoesNotRead(s_stackStops), TaskCreationOptions.LongRunning);
    }

    [ClassCleanup]
    public static void RemoveNamespaces()
    {
        s_kernelStops?.Dispose();
        s_stackStops?.Dispose();
    }

    [TestMethod]
    public async Task A_kernel_that_does_not_read_for_a_minute_is_probed_ever_more_seldom_and_then_gets_everything()
    {
        await s_kernelDoesNotRead!;
    }

    [TestMethod]
    public async Task A_stack_that_does_not_read_for_a_minute_answers_every_probe_and_then_gets_everything()
    {
        await s_stackDoesNotRead!;
    }

    /// <summary>RFC 9293 3.8.6.1, MUST-35 to MUST-37, SHLD-30.</summary>
    private static void KernelDoesNotRead(NetworkNamespace space)
    {
        using TapStack peer = new(space);
        TcpListener listener = peer.Listen(Port);
        using Socket socket = NamespaceSockets.Tcp(space);
        socket.ReceiveBufferSize = 4096;
        socket.Connect(IPAddress.Parse(TapStack.Address), Port);
        int kernelPort = ((IPEndPoint)socket.LocalEndPoint!).Port;
        TcpConnection connection = peer.Accept(listener);
        byte[] sent = Pattern.Random(Size, 60);
        Task sending = peer.BeginSend(connection, sent);

        peer.Until(() => peer.Recorder.Of(kernelPort).Any(s => s is { FromStack: false, Window: 0 }), "The kernel's window does not close.");
        long closed = peer.Milliseconds;
        Stopwatch waited = Stopwatch.StartNew();
        peer.Until(() => waited.Elapsed.TotalSeconds >= Minute, "Time does not pass.", Minute + 30);
        Assert.AreEqual(TcpEndReason.None, peer.Ask(() => connection.EndReason), "A closed window is no reason to give up.");
        Assert.AreEqual(0, peer.Recorder.Of(kernelPort).Last(s => !s.FromStack).Window, "The kernel's window has opened, so this shows nothing.");

        // The probes: each is answered, and each waits longer than the one before, up to a ceiling.
        IReadOnlyList<SeenSegment> seen = peer.Recorder.Of(kernelPort);
        long firstZero = seen.First(s => s is { FromStack: false, Window: 0 }).Milliseconds;
        SeenSegment[] probes = seen.Where(s => s.FromStack && s.Milliseconds > firstZero + 100).ToArray();
        long[] gaps = probes.Zip(probes.Skip(1), (a, b) => b.Milliseconds - a.Milliseconds).ToArray();
        string text = $"closed at {closed}, gaps {string.Join(' ', gaps)}{SegmentRecorder.Text(seen)}";
        Assert.IsTrue(probes.Length is >= 4 and <= 12, text);
        Assert.IsTrue(gaps.Zip(gaps.Skip(1)).All(g => g.Second >= (g.First * 3 / 2) || g.Second >= 50_000), text);
        Assert.IsTrue(probes.All(p => seen.Any(s => !s.FromStack && s.Milliseconds >= p.Milliseconds && s.Milliseconds <= p.Milliseconds + 500)), text);
        Assert.AreEqual(probes.Length, peer.Count(StackCounter.TcpZeroWindowProbes), text);

        byte[] received = NamespaceSockets.Read(socket, Size);
        CollectionAssert.AreEqual(sent, received);
        sending.Wait();
        peer.Do(connection.Close);
        Assert.AreEqual(0, socket.Receive(new byte[1]));
        socket.Close();
        peer.End();
    }

    /// <summary>RFC 9293 3.8.6.1 and 3.10.7.4, MUST-64: a probe beyond a closed window is answered with what is expected.</summary>
    private static void StackDoesNotRead(NetworkNamespace space)
    {
        using TapStack peer = new(space);
        TcpListener listener = peer.Listen(Port);
        using Socket socket = peer.ConnectKernel(Port);
        int kernelPort = ((IPEndPoint)socket.LocalEndPoint!).Port;
        socket.SendTimeout = 2 * Minute * 1000;
        TcpConnection connection = peer.Accept(listener);
        byte[] sent = Pattern.Random(Size, 61);
        Task sending = Task.Run(() =>
        {
            socket.Send(sent);
            socket.Shutdown(SocketShutdown.Send);
        });

        peer.Until(() => peer.Recorder.Of(kernelPort).Any(s => s is { FromStack: true, Window: 0 }), "The stack's window does not close.");
        Stopwatch waited = Stopwatch.StartNew();
        peer.Until(() => waited.Elapsed.TotalSeconds >= Minute, "Time does not pass.", Minute + 30);
        IReadOnlyList<SeenSegment> seen = peer.Recorder.Of(kernelPort);
        string text = SegmentRecorder.Text(seen);
        long closed = seen.First(s => s is { FromStack: true, Window: 0 }).Milliseconds;
        SeenSegment[] probes = seen.Where(s => !s.FromStack && s.Milliseconds > closed + 100).ToArray();
        SeenSegment[] answers = seen.Where(s => s.FromStack && s.Milliseconds > closed + 100).ToArray();
        Assert.IsTrue(probes.Length >= 4, text);
        Assert.AreEqual(probes.Length, answers.Length, text);
        uint expected = answers[0].Acknowledgment;
        Assert.IsTrue(answers.All(a => a.Window == 0 && a.Acknowledgment == expected && a.Length == 0), text);
        Assert.AreEqual(4096, peer.Ask(() => connection.Readable), "what waits to be read");

        CollectionAssert.AreEqual(sent, peer.ReadToEnd(connection, 2 * Minute));
        sending.Wait();
        peer.Do(connection.Close);
        peer.End();
    }
}
