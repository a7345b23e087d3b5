using System;
using System.Diagnostics;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NanoTcp.Primitives;

namespace NanoTcp.Tests.Peers;

/// <summary>SYNs from addresses that nobody answers from, and clients of the kernel that want service meanwhile (RFC 4987).</summary>
[TestClass]
[TestCategory("Peers")]
public class SynFloodOverTapTests
{
    private const int Port = 7000;
    private const int Clients = 100;

    private const int ClientsAtOnce = 4;

    /// <summary>Seconds. A client whose SYN was dropped for want of room repeats it after 1, 3, 7, 15 ... s (RFC 6298 5.5).</summary>
    private const int LongestFlood = 120;

    /// <summary>Milliseconds between two bursts: the clients have to share the processors with the flood.</summary>
    private const int Pause = 12;

    [TestMethod]
    [DataRow(false, 100_000, 300)]
    [DataRow(true, 10_000, 30)]
    public void Every_client_is_served_exactly_while_SYNs_from_forged_addresses_rain_down(bool chip, int count, int burst)
    {
        using NetworkNamespace space = new();
        using TapStack peer = new(space, chip: chip);
        peer.Recorder.Enabled = false;
        peer.ServeEcho(Port);
        long before = peer.Count(StackCounter.TcpInSegs);
        int next = -1;
        using CountdownEvent waiting = new(Clients);
        Task<int> flood = Task.Factory.StartNew(() => Flood(peer, count, burst, waiting), TaskCreationOptions.LongRunning);
        int during = 0;
        long longest = 0;
        Task[] workers = Enumerable.Range(0, ClientsAtOnce).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (int i = Interlocked.Increment(ref next); i < Clients; i = Interlocked.Increment(ref next))
                {
                    Stopwatch time = Stopwatch.StartNew();
                    AskForEcho(peer, i);
                    InterlockedMax(ref longest, time.ElapsedMilliseconds);
                    Interlocked.Add(ref during, flood.IsCompleted ? 0 : 1);
                    waiting.Signal();
                }
            },
            TaskCreationOptions.LongRunning)).ToArray();
        Task.WaitAll(workers);
        flood.Wait();
        string text = $"{during} of {Clients} clients were served during a flood of {flood.Result} SYNs; the slowest took {longest} ms.";
        Assert.AreEqual(Clients, during, text);
        Assert.IsTrue(flood.Result >= count && peer.Count(StackCounter.TcpInSegs) - before >= flood.Result, "Not all of the flood has arrived.");
        peer.End(halfOpen: false);
    }

    private static void AskForEcho(TapStack peer, int client)
    {
        byte[] sent = Pattern.Random(2000 + client, client);
        using Socket socket = peer.ConnectKernel(Port);
        Task sending = Task.Run(() =>
        {
            socket.Send(sent);
            socket.Shutdown(SocketShutdown.Send);
        });
        CollectionAssert.AreEqual(sent, NamespaceSockets.ReadToEnd(socket), $"client {client}");
        sending.Wait();
    }

    private static void InterlockedMax(ref long target, long value)
    {
        for (long old = Volatile.Read(ref target); value > old; old = Volatile.Read(ref target))
        {
            Interlocked.CompareExchange(ref target, value, old);
        }
    }

    /// <summary>
    /// Sends the flood, at most as fast as the stack takes it, so that it is the stack that is tested and not a queue before it.
    /// It goes on as long as clients wait, within reason.
    /// </summary>
    /// <returns>How many SYNs it was.</returns>
    private static int Flood(TapStack peer, int count, int burst, CountdownEvent waiting)
    {
        using ForgedPackets forger = new(peer.Space);
        Random random = new(4987);
        uint network = TapStack.Parse("10.77.0.0");
        long arrived = peer.Count(StackCounter.TcpInSegs);
        int sent = 0;
        Stopwatch time = Stopwatch.StartNew();
        while (sent < count || (!waiting.IsSet && time.Elapsed.TotalSeconds < LongestFlood))
        {
            for (int i = 0; i < burst; i++, sent++)
            {
                // Every other one from the own network, where the stack has to ask by ARP for who is not there; the rest
                // from far away, to be answered by way of the gateway.
                uint source = (sent & 1) == 0 ? network + (uint)random.Next(3, 255) : (uint)random.Next(0x14000000, 0x60000000);
                forger.SendSegment(source, random.Next(1024, 65536), Port, (uint)random.NextInt64(uint.MaxValue), 0, SeenSegment.SynFlag);
            }

            int target = sent;
            peer.Until(() => peer.Stack.Counters.GetValue(StackCounter.TcpInSegs) - arrived >= target, "The flood does not arrive.");
            Thread.Sleep(Pause);
        }

        return sent;
    }
}
