using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Host.Cable;
using NanoTcp.Host.Capture;
using NanoTcp.Host.Hosting;
using NanoTcp.Host.Scheduling;
using NanoTcp.Host.Simulation;
using NanoTcp.Host.Tap;
using NanoTcp.Link;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Host;
using NanoTcp.Wire;
using TcpListener = NanoTcp.Tcp.TcpListener;

namespace NanoTcp.Tests.Peers;

/// <summary>
/// A stack inside the test's own process with the kernel as its neighbour over TAP, so that a test decides what the
/// stack's application does and when, can hold the cable back, and sees every segment.
/// </summary>
/// <remarks>
/// The stack lives on a thread of its own. Tests reach it by <see cref="Do"/>, <see cref="Ask{T}"/> and
/// <see cref="Until"/>, whose code runs on that thread.
/// </remarks>
internal sealed class TapStack : IDisposable
{
    internal const string Address = TapSample.Address;
    internal const string KernelAddress = TapSample.KernelAddress;

    private const long StackMacAddress = 0x020000770002;
    private const int PatienceSeconds = 60;

    private readonly ConcurrentQueue<Action> _actions = new();
    private readonly List<Wish> _wishes = [];
    private readonly SimulationClock _clock;
    private readonly int _speed;
    private readonly VirtualCable _cable;
    private readonly TaskCompletionSource _ready = new();
    private readonly Thread _thread;
    private NetworkStack? _stack;
    private NetworkLoop? _loop;
    private TapDevice? _tap;
    private Enc28j60Chip? _chip;
    private ExceptionDispatchInfo? _failure;
    private volatile bool _held;
    private bool _progress;

    /// <summary>Starts a stack on a TAP interface, which is made.</summary>
    /// <param name="space">Where.</param>
    /// <param name="configure">Changes the options of the stack; null for what suits most tests.</param>
    /// <param name="chip">Whether the driver and the emulated chip are between stack and cable.</param>
    /// <param name="captureFile">A pcapng file to write, or null.</param>
    /// <param name="start">Makes what stands on the stack, which has no address then; the kernel's side is left alone.</param>
    /// <param name="speed">So many times faster than the world passes the time of the stack: leases are long.</param>
    internal TapStack(
        NetworkNamespace space,
        Action<NetworkStackOptions>? configure = null,
        bool chip = false,
        string? captureFile = null,
        Action<NetworkStack>? start = null,
        int speed = 1)
    {
        PeerTools.Require("ping");
        Space = space;
        _speed = speed;
        _clock = speed == 1 ? new RealTimeClock() : new FastClock(speed);
        _cable = new VirtualCable(_clock, queueCapacity: 1024);
        CablePort stackPort = _cable.AddPort("stack");
        CablePort tapPort = _cable.AddPort("tap");
        Recorder = new SegmentRecorder(stackPort);
        _cable.AddMonitor(Recorder);
        NetworkStackOptions options = new()
        {
            Address = Parse(Address),
            PrefixLength = 24,
            Gateway = Parse(KernelAddress),
            Random = new SystemRandom(),
            Connections = 8,
            Listeners = 4,
            ReceiveBuffer = 4096,
            SendBuffer = 4096,
            HalfOpen = 16,
            TimeWaits = 64,
        };
        configure?.Invoke(options);
        if (start != null)
        {
            options.Address = 0;
            options.Gateway = 0;
        }

        _thread = new Thread(() => Live(options, stackPort, tapPort, chip, captureFile, start)) { IsBackground = true };
        _thread.Start();
        try
        {
            Assert.IsTrue(_ready.Task.Wait(TimeSpan.FromSeconds(PatienceSeconds)), "The stack does not start.");

            if (start != null)
            {
                return;
            }

            // From here on both know the other's address.
            space.Exec("ping", "-n", "-c", "1", "-w", "20", Address).Succeeded();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where it lives.</summary>
    internal NetworkNamespace Space { get; }

    /// <summary>What was on the cable.</summary>
    internal SegmentRecorder Recorder { get; }

    /// <summary>The stack; only for code that runs on its thread.</summary>
    internal NetworkStack Stack => _stack!;

    /// <summary>The cable's clock.</summary>
    internal long Milliseconds => _clock.Milliseconds;

    /// <summary>An address as the stack writes it.</summary>
    internal static uint Parse(string address)
    {
        Assert.IsTrue(Ipv4Address.TryParse(address, out uint value));
        return value;
    }

    /// <summary>Runs code on the stack's thread, and waits for it.</summary>
    internal void Do(Action action)
    {
        Ask(() =>
        {
            action();
            return true;
        });
    }

    /// <summary>Asks something on the stack's thread.</summary>
    internal T Ask<T>(Func<T> question)
    {
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _actions.Enqueue(() =>
        {
            try
            {
                answer.SetResult(question());
            }
            catch (Exception e)
            {
                answer.SetException(e);
            }
        });
        _tap?.Wake();
        WaitFor(answer.Task, PatienceSeconds, "The stack's thread does not answer.");
        return answer.Task.Result;
    }

    /// <summary>Waits until something has come true; it is looked at in every round of the stack's loop.</summary>
    /// <param name="condition">What; runs on the stack's thread.</param>
    /// <param name="what">What was waited for, for the message.</param>
    /// <param name="seconds">How long at most.</param>
    internal void Until(Func<bool> condition, string what, int seconds = PatienceSeconds)
    {
        WaitFor(Begin(condition), seconds, what);
    }

    /// <summary>Like <see cref="Until"/>, without waiting for it here.</summary>
    internal Task Begin(Func<bool> condition)
    {
        Wish wish = new(condition);
        _actions.Enqueue(() => _wishes.Add(wish));
        _tap?.Wake();
        return wish.Done.Task;
    }

    /// <summary>To be said on the stack's thread by who has sent something there: the loop goes round once more instead of sleeping.</summary>
    internal void Worked() => _progress = true;

    /// <summary>A counter of the stack (<see cref="StackCounter"/>).</summary>
    internal long Count(int counter)
    {
        return Ask(() => Stack.Counters.GetValue(counter));
    }

    /// <summary>Holds every frame back, in both directions: the kernel's in the kernel, the stack's on the cable.</summary>
    internal void Hold()
    {
        Do(() => _held = true);
    }

    /// <summary>Lets go of what was held back.</summary>
    internal void Release()
    {
        Do(() => _held = false);
    }

    /// <summary>A listener of the stack.</summary>
    internal TcpListener Listen(int port, int backlog = 8)
    {
        return Ask(() => Stack.Listen(port, backlog));
    }

    /// <summary>Waits for the next connection of a listener.</summary>
    internal TcpConnection Accept(TcpListener listener)
    {
        TcpConnection? connection = null;
        Until(() => (connection = listener.Accept()) != null, "No connection arrives.");
        return connection!;
    }

    /// <summary>Opens a connection to a kernel socket, and waits until it is open.</summary>
    internal TcpConnection Connect(int port, string address = KernelAddress)
    {
        TcpConnection connection = Ask(() => Stack.Connect(Parse(address), port));
        Assert.IsNotNull(connection, "No connection is free.");
        Until(() => connection.State is TcpState.Established or TcpState.CloseWait or TcpState.Closed, "The connection does not open.");
        return connection;
    }

    /// <summary>A kernel socket connected to a port of the stack.</summary>
    internal Socket ConnectKernel(int port)
    {
        Socket socket = NamespaceSockets.Tcp(Space);
        socket.Connect(IPAddress.Parse(Address), port);
        return socket;
    }

    /// <summary>A kernel socket that listens beside the stack.</summary>
    internal Socket ListenKernel()
    {
        Socket listener = NamespaceSockets.Tcp(Space);
        listener.Bind(new IPEndPoint(IPAddress.Parse(KernelAddress), 0));
        listener.Listen();
        return listener;
    }

    /// <summary>Gives a connection all of some octets.</summary>
    internal void Send(TcpConnection connection, byte[] octets, int seconds = PatienceSeconds)
    {
        WaitFor(BeginSend(connection, octets), seconds, "The stack does not get rid of its data.");
    }

    /// <summary>Gives a connection octets as it takes them.</summary>
    internal Task BeginSend(TcpConnection connection, byte[] octets)
    {
        int position = 0;
        return Begin(() =>
        {
            int written = connection.State == TcpState.Closed ? 0 : connection.Write(octets, position, octets.Length - position);
            position += written;
            _progress |= written != 0;
            return position == octets.Length || connection.EndReason != TcpEndReason.None;
        });
    }

    /// <summary>Reads everything until the peer has closed or the connection has ended.</summary>
    internal byte[] ReadToEnd(TcpConnection connection, int seconds = PatienceSeconds)
    {
        return Read(connection, int.MaxValue, seconds);
    }

    /// <summary>Reads so many octets, or fewer if no more come.</summary>
    internal byte[] Read(TcpConnection connection, int count, int seconds = PatienceSeconds)
    {
        Task<byte[]> reading = BeginRead(connection, count);
        WaitFor(reading, seconds, "The stack does not get the data.");
        return reading.Result;
    }

    /// <summary>Reads octets as they come.</summary>
    internal async Task<byte[]> BeginRead(TcpConnection connection, int count)
    {
        using MemoryStream all = new();
        byte[] buffer = new byte[2048];
        await Begin(() =>
        {
            int length = connection.Read(buffer, 0, (int)Math.Min(buffer.Length, count - all.Length));
            all.Write(buffer, 0, length);
            _progress |= length != 0;
            return all.Length == count || connection.EndOfStream || (connection.EndReason != TcpEndReason.None && connection.Readable == 0);
        }).ConfigureAwait(false);
        return all.ToArray();
    }

    /// <summary>Serves a port until the stack ends: whatever a client sends it gets back.</summary>
    internal void ServeEcho(int port, int backlog = 8)
    {
        TcpListener listener = Listen(port, backlog);
        List<TcpConnection> clients = [];
        byte[] buffer = new byte[4096];
        _ = Begin(() =>
        {
            for (TcpConnection? client = listener.Accept(); client != null; client = listener.Accept())
            {
                clients.Add(client);
                _progress = true;
            }

            clients.RemoveAll(client => !ServeEcho(client, buffer));
            return false;
        });
    }

    /// <summary>Ends the test's use of the stack: every connection has been given back, every pool is full again, the chip
    /// was used as its data sheet says.</summary>
    /// <param name="halfOpen">Whether that goes for handshakes too. After a flood of requests it does not: they are waited
    /// for longer than a test can (RFC 9293 MUST-23).</param>
    internal void End(bool halfOpen = true)
    {
        Until(
            () => Stack.FreeConnections == Stack.ConnectionCapacity && (Stack.HalfOpenCount == 0 || !halfOpen), "Connections are left over on the stack.");
        Do(() => Assert.AreEqual(0, _chip?.Violations.Count ?? 0, "The chip was misused."));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _loop?.Stop();
        if (!_thread.Join(30_000))
        {
            Assert.Fail("The stack's thread does not stop.");
        }

        _failure?.Throw();
    }

    private bool ServeEcho(TcpConnection client, byte[] buffer)
    {
        int count = client.Peek(buffer, 0, Math.Min(buffer.Length, client.Writable));
        if (count != 0)
        {
            client.Write(buffer, 0, count);
            client.Read(buffer, 0, count);
            _progress = true;
        }

        if (client.EndReason != TcpEndReason.None || client.EndOfStream)
        {
            client.Close();
            _progress = true;
            return false;
        }

        return true;
    }

    private void Live(
        NetworkStackOptions options, CablePort stackPort, CablePort tapPort, bool chip, string? captureFile, Action<NetworkStack>? start)
    {
        try
        {
            NamespaceThread.Run(Space, () =>
            {
                using PcapngWriter? capture = captureFile == null
                    ? null
                    : PcapngWriter.Create(captureFile, (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100);
                if (capture != null)
                {
                    _cable.AddMonitor(capture);
                }

                using TapDevice tap = TapDevice.Open(TapSample.Tap, Parse(KernelAddress), 24);
                using LoopWaiter waiter = _speed == 1 ? new TapWaiter(tap) : new FastWaiter(new TapWaiter(tap), _speed);
                NetworkLoop loop = new(_clock, waiter);
                TapBridge bridge = new(tap, tapPort);
                loop.Add(new PortArrival(tapPort));
                loop.AddCarrier(_ => !_held && bridge.Pump());
                NetworkStack stack = new(MakeLink(loop, stackPort, chip), options);
                start?.Invoke(stack);
                loop.Add(stack);
                loop.AddService(_ => Serve());
                _stack = stack;
                _loop = loop;
                _tap = tap;
                _ready.SetResult();
                loop.Run();
            });
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
            _ready.TrySetException(e);
        }
    }

    private ILinkDevice MakeLink(NetworkLoop loop, CablePort port, bool chip)
    {
        if (!chip)
        {
            loop.Add(new PortArrival(port));
            return new CableLink(port, StackMacAddress);
        }

        _chip = new Enc28j60Chip(_clock, port, new Enc28j60ChipOptions());
        loop.Add(new ChipInterrupt(_chip));
        return new Enc28j60Driver(_chip, StackMacAddress, new Enc28j60Options { UseInterruptPin = true });
    }

    private bool Serve()
    {
        _progress = false;
        while (_actions.TryDequeue(out Action? action))
        {
            action();
            _progress = true;
        }

        for (int i = _wishes.Count - 1; i >= 0; i--)
        {
            if (_wishes[i].IsGranted())
            {
                _wishes.RemoveAt(i);
            }
        }

        return _progress;
    }

    private void WaitFor(Task task, int seconds, string otherwise)
    {
        bool done;
        try
        {
            done = task.Wait(TimeSpan.FromSeconds(seconds));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerException!);
            throw;
        }

        if (!done)
        {
            _failure?.Throw();
            Assert.Fail($"{otherwise} ({seconds} s){SegmentRecorder.Text(Recorder.All())}");
        }
    }

    /// <summary>Something that somebody waits for.</summary>
    private sealed class Wish
    {
        private readonly Func<bool> _condition;

        internal Wish(Func<bool> condition)
        {
            _condition = condition;
        }

        internal TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal bool IsGranted()
        {
            try
            {
                if (!_condition())
                {
                    return false;
                }

                Done.SetResult();
            }
            catch (Exception e)
            {
                Done.SetException(e);
            }

            return true;
        }
    }
}
