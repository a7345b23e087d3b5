using System;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using TcpListener = NanoTcp.Tcp.TcpListener;

namespace NanoTcp.Tests.Peers;

/// <summary>
/// What needs a minute of the stack's time, which passes faster than the world's. All of it begins when the class does and waits
/// side by side.
/// </summary>
[TestClass]
[TestCategory("Peers")]
public class LongWaitTests
{
    private const int Port = 7000;
    private const int Minute = 60_000;
    private const int Speed = 4;

    /// <summary>Seconds of the world for what takes fifteen and, where a round trip was slow, several times that (RFC 6298 2).</summary>
    private const int Patience = 180;

    private const int FewestProbes = 4;
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
        using TapStack peer = new(space, speed: Speed);
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
        SeenSegment[] since = [];
        long counted = 0;
        peer.Until(
            () =>
            {
                since = peer.Recorder.Of(kernelPort).SkipWhile(s => s is not { FromStack: false, Window: 0 }).ToArray();
                counted = peer.Stack.Counters.GetValue(StackCounter.TcpZeroWindowProbes);
                return peer.Milliseconds - closed >= Minute && !since[^1].FromStack && since.Count(IsProbe) >= FewestProbes;
            },
            "The stack does not probe, or is not answered.",
            Patience);
        Assert.AreEqual(TcpEndReason.None, peer.Ask(() => connection.EndReason), "A closed window is no reason to give up.");
        Assert.AreEqual(0, since[^1].Window, "The kernel's window has opened, so this shows nothing.");

        // The probes: each is answered, and each waits twice as long as the one before, at least (a slow machine makes a wait
        // longer, not shorter). The first wait is a retransmission timeout, of a second at least (RFC 6298 2.4).
        SeenSegment[] probes = since.Where(IsProbe).ToArray();
        long[] gaps = probes.Zip(probes.Skip(1), (a, b) => b.Milliseconds - a.Milliseconds).ToArray();
        string text = $"closed at {closed}, gaps {string.Join(' ', gaps)}{SegmentRecorder.Text(since)}";
        Assert.IsTrue(since.All(s => !s.FromStack || IsProbe(s)), text);
        for (int i = 0; i < gaps.Length; i++)
        {
            Assert.IsGreaterThanOrEqualTo(Math.Min(1500L << i, 50_000), gaps[i], text);
        }

        SegmentRecorder.AssertAnswered(since, IsProbe, s => s is { FromStack: false, Window: 0 });
        Assert.AreEqual(probes.Length, counted, text);

        byte[] received = NamespaceSockets.Read(socket, Size);
        CollectionAssert.AreEqual(sent, received);
        sending.Wait();
        peer.Do(connection.Close);
        Assert.AreEqual(0, socket.Receive(new byte[1]));
        socket.Close();
        peer.End();
    }

    /// <summary>What the stack sends into a closed window: one octet (RFC 9293 3.8.6.1).</summary>
    private static bool IsProbe(SeenSegment segment) => segment is { FromStack: true, Length: 1 };

    /// <summary>RFC 9293 3.8.6.1 and 3.10.7.4, MUST-64: a probe beyond a closed window is answered with what is expected.</summary>
    private static void StackDoesNotRead(NetworkNamespace space)
    {
        using TapStack peer = new(space, speed: Speed);
        TcpListener listener = peer.Listen(Port);
        using Socket socket = peer.ConnectKernel(Port);
        int kernelPort = ((IPEndPoint)socket.LocalEndPoint!).Port;
        socket.SendTimeout = 2 * Patience * 1000;
        TcpConnection connection = peer.Accept(listener);
        byte[] sent = Pattern.Random(Size, 61);
        Task sending = Task.Run(() =>
        {
            socket.Send(sent);
            socket.Shutdown(SocketShutdown.Send);
        });

        peer.Until(() => peer.Recorder.Of(kernelPort).Any(s => s is { FromStack: true, Window: 0 }), "The stack's window does not close.");
        long closed = peer.Milliseconds;
        SeenSegment[] since = [];
        peer.Until(
            () =>
            {
                since = peer.Recorder.Of(kernelPort).SkipWhile(s => s is not { FromStack: true, Window: 0 }).ToArray();
                return peer.Milliseconds - closed >= Minute && since[^1].FromStack && since.Count(s => !s.FromStack) >= FewestProbes;
            },
            "The kernel does not probe, or is not answered.",
            Patience);
        SegmentRecorder.AssertAnswered(since, s => !s.FromStack, s => s.FromStack);
        uint expected = since[0].Acknowledgment;
        Assert.IsTrue(
            since.All(s => !s.FromStack || (s.Window == 0 && s.Acknowledgment == expected && s.Length == 0)), SegmentRecorder.Text(since));
        Assert.AreEqual(4096, peer.Ask(() => connection.Readable), "what waits to be read");

        CollectionAssert.AreEqual(sent, peer.ReadToEnd(connection, Patience));
        sending.Wait();
        peer.Do(connection.Close);
        peer.End();
    }
}
