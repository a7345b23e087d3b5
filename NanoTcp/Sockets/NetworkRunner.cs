using System;
using System.Threading;

namespace NanoTcp.Sockets;

/// <summary>
/// Lets several threads use one stack: runs its loop, and lets one thread at a time near it.
/// </summary>
/// <remarks>
/// <para>The stack itself knows nothing of threads. Everybody who touches it holds the runner's gate meanwhile: the loop for
/// one <see cref="NetworkStack.Poll"/>, a <see cref="NanoTcpStream"/> while it copies octets in or out, anybody else between
/// <see cref="Enter"/> and <see cref="Exit"/>. Nobody waits with the gate in hand.</para>
/// <para>Any thread may call any member. The thread that runs the loop must not call what waits for the network, because
/// nobody else could end that wait: it gets an exception at once.</para>
/// <para>All memory is taken by constructors: this one, and those of the streams and servers. On the device keep the Thread
/// objects of threads that use streams: the firmware makes a new one whenever it must name a thread whose object is gone.</para>
/// </remarks>
public sealed class NetworkRunner : IDisposable
{
    /// <summary>As a timeout: wait for ever.</summary>
    public const int Infinite = -1;

    /// <summary>Set when a thread has left a stream that was closed under it.</summary>
    internal readonly AutoResetEvent Left = new AutoResetEvent(false);

    internal readonly NetworkClock Clock;

    private readonly NetworkStack _stack;
    private readonly object _gate = new object();
    private readonly object _turn = new object();
    private readonly AutoResetEvent _work = new AutoResetEvent(false);
    private readonly int _longestSleep;
    private readonly ThreadStart _body;
    private NanoTcpStream _streams;
    private NanoTcpServer _servers;
    private Thread _holder;
    private Thread _loop;
    private Thread _own;
    private Exception _failure;
    private bool _stopped;

    /// <summary>Takes a stack over: from now on only the runner polls it.</summary>
    /// <param name="stack">The stack.</param>
    /// <param name="clock">Time for the stack and for all timeouts.</param>
    /// <param name="longestSleep">How long the loop sleeps at most, in ms, at least 1: so late is a frame noticed whose
    /// arrival nobody tells by <see cref="Wake"/>.</param>
    public NetworkRunner(NetworkStack stack, NetworkClock clock, int longestSleep)
    {
        if (stack == null)
        {
            throw new ArgumentNullException(nameof(stack));
        }

        if (clock == null)
        {
            throw new ArgumentNullException(nameof(clock));
        }

        if (longestSleep < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(longestSleep));
        }

        _stack = stack;
        Clock = clock;
        _longestSleep = longestSleep;
        _body = RunQuietly;
    }

    /// <summary>The stack. Touch it, its connections and listeners only between <see cref="Enter"/> and <see cref="Exit"/>.</summary>
    public NetworkStack Stack
    {
        get { return _stack; }
    }

    /// <summary>What the loop has failed of, or null. An exception that comes out of a driver stops the runner.</summary>
    public Exception Failure
    {
        get { return _failure; }
    }

    /// <summary>Waits for the gate and takes it: until <see cref="Exit"/> this thread alone uses the stack.</summary>
    /// <remarks>Be quick, and call nothing on streams and servers meanwhile, not even Close.</remarks>
    /// <exception cref="InvalidOperationException">This thread has the gate already.</exception>
    public void Enter()
    {
        Thread me = Thread.CurrentThread;
        if (_holder == me)
        {
            // Only this thread can have written itself there, so the look without the gate is safe.
            throw new InvalidOperationException("This thread is between Enter and Exit: there it uses the stack itself, and nothing that enters again.");
        }

        // Who wants the gate queues up for it, one at a time: a loop that finds work round after round has to queue
        // behind the stream that was waiting, and cannot snatch the gate again before it.
        lock (_turn)
        {
            Monitor.Enter(_gate);
        }

        _holder = me;
    }

    /// <summary>Gives the gate back, and lets the loop look at what has changed.</summary>
    /// <exception cref="InvalidOperationException">This thread does not have the gate.</exception>
    public void Exit()
    {
        Leave();
        Wake();
    }

    /// <summary>Ends a sleep of the loop, or the next one; for a driver's interrupt that says that a frame has arrived.</summary>
    public void Wake()
    {
        Clock.Signal(_work);
    }

    /// <summary>One round: polls the stack and wakes the streams and servers that waited for what has happened.</summary>
    /// <returns>Milliseconds for which the loop may sleep; 0 means call again at once.</returns>
    /// <remarks>For a loop of one's own, which may do other things between <see cref="Poll"/> and <see cref="Sleep"/>;
    /// the others call <see cref="Run"/> or <see cref="Start"/>. Also after <see cref="Stop"/> it lets the stack finish
    /// what is left.</remarks>
    public int Poll()
    {
        Enter();
        try
        {
            _loop = _holder;
            int wait = _stack.Poll(Clock.Milliseconds);
            WakeReady();
            return wait;
        }
        catch (Exception failure)
        {
            _failure = failure;
            _stopped = true;
            WakeAll();
            throw;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Sleeps until there is something to do, somebody calls <see cref="Wake"/>, or time is up.</summary>
    /// <param name="milliseconds">What <see cref="Poll"/> returned.</param>
    public void Sleep(int milliseconds)
    {
        if (milliseconds > 0)
        {
            Clock.Wait(_work, milliseconds < _longestSleep ? milliseconds : _longestSleep);
        }
    }

    /// <summary>Runs the loop on the calling thread until <see cref="Stop"/>; returns at once when that has been called.</summary>
    /// <remarks>What a driver throws comes out here, after everybody who waited has been told.</remarks>
    public void Run()
    {
        while (!_stopped)
        {
            Sleep(Poll());
        }
    }

    /// <summary>Runs the loop on a thread of its own.</summary>
    /// <exception cref="InvalidOperationException">It has been started or stopped already.</exception>
    public void Start()
    {
        if (_own != null || _stopped)
        {
            throw new InvalidOperationException("A runner is started once and stopped once.");
        }

        _own = new Thread(_body);
#if NET
        _own.IsBackground = true;
        _own.Name = nameof(NetworkRunner);
#endif
        _loop = _own;
        _own.Start();
    }

    /// <summary>Ends the loop for good. Everybody who waits gets an exception that says so, and so does who would have to.</summary>
    /// <remarks>Waits until the thread of <see cref="Start"/> has ended. The peers are told nothing: close the streams
    /// before, and leave the loop the time to say so.</remarks>
    public void Stop()
    {
        Enter();
        _stopped = true;
        WakeAll();
        Leave();
        Wake();
        if (_own != null && _own != Thread.CurrentThread)
        {
            _own.Join();
        }
    }

    /// <summary>The same as <see cref="Stop"/>.</summary>
    public void Dispose()
    {
        Stop();
    }

    /// <summary>Like <see cref="Enter"/>, for calls that may wait for the network.</summary>
    internal void EnterToWait()
    {
        if (_loop == Thread.CurrentThread)
        {
            throw new InvalidOperationException("The thread that runs the loop cannot wait for what only the loop can bring: call this from another thread.");
        }

        Enter();
    }

    /// <summary>Throws when the calling thread does not have the gate.</summary>
    internal void CheckEntered()
    {
        if (_holder != Thread.CurrentThread)
        {
            throw new InvalidOperationException("This thread has not entered: Enter comes first.");
        }
    }

    /// <summary>Gives the gate back.</summary>
    internal void Leave()
    {
        CheckEntered();
        _holder = null;
        Monitor.Exit(_gate);
    }

    /// <summary>Blocks, without the gate, until <paramref name="signal"/> is set or the time has come.</summary>
    /// <param name="signal">What to wait for.</param>
    /// <param name="deadline">When to give up, in ms of the clock; <see cref="long.MaxValue"/> for never.</param>
    /// <returns>False when the time has come, without having waited.</returns>
    internal bool Wait(AutoResetEvent signal, long deadline)
    {
        int wait = Infinite;
        if (deadline != long.MaxValue)
        {
            long left = deadline - Clock.Milliseconds;
            if (left <= 0)
            {
                return false;
            }

            wait = left < int.MaxValue ? (int)left : int.MaxValue;
        }

        Leave();
        try
        {
            Clock.Wait(signal, wait);
        }
        finally
        {
            Enter();
        }

        return true;
    }

    /// <summary>When a wait that begins now ends.</summary>
    internal long Deadline(int timeout)
    {
        return timeout == Infinite ? long.MaxValue : Clock.Milliseconds + timeout;
    }

    /// <summary>Throws when there is no loop any more that could end a wait.</summary>
    /// <param name="transferred">Octets that a Write has handed over.</param>
    internal void CheckRunning(int transferred)
    {
        if (_failure != null)
        {
            throw new NanoTcpException(
                "The network loop has failed; the inner exception says why.", Tcp.TcpEndReason.None, false, transferred, _failure);
        }

        if (_stopped)
        {
            throw new NanoTcpException("The network runner was stopped.", Tcp.TcpEndReason.None, false, transferred, null);
        }
    }

    /// <summary>True when nobody will be served any more.</summary>
    internal bool Stopped
    {
        get { return _stopped; }
    }

    internal void Add(NanoTcpStream stream)
    {
        stream.Next = _streams;
        _streams = stream;
    }

    internal void Remove(NanoTcpStream stream)
    {
        if (_streams == stream)
        {
            _streams = stream.Next;
        }
        else
        {
            NanoTcpStream before = _streams;
            while (before.Next != stream)
            {
                before = before.Next;
            }

            before.Next = stream.Next;
        }

        stream.Next = null;
    }

    internal void Add(NanoTcpServer server)
    {
        server.Next = _servers;
        _servers = server;
    }

    internal void Remove(NanoTcpServer server)
    {
        if (_servers == server)
        {
            _servers = server.Next;
        }
        else
        {
            NanoTcpServer before = _servers;
            while (before.Next != server)
            {
                before = before.Next;
            }

            before.Next = server.Next;
        }

        server.Next = null;
    }

    private void WakeReady()
    {
        for (NanoTcpStream stream = _streams; stream != null; stream = stream.Next)
        {
            stream.WakeReady();
        }

        for (NanoTcpServer server = _servers; server != null; server = server.Next)
        {
            server.WakeReady();
        }
    }

    private void WakeAll()
    {
        for (NanoTcpStream stream = _streams; stream != null; stream = stream.Next)
        {
            stream.WakeAll();
        }

        WakeReady();
    }

    private void RunQuietly()
    {
        try
        {
            Run();
        }
        catch (Exception)
        {
            // It is kept as Failure and told to everybody who calls; out of a thread it would end the program.
        }
    }
}
