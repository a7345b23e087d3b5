using System;
using NanoTcp.Link;
using NanoTcp.Tcp;
using NanoTcp.Tests.Link;

namespace NanoTcp.Tests.Tcp;

/// <summary>
/// Scenarios that read like a packet trace: the time in milliseconds, what the peer sends, what the stack must send.
/// Relative sequence numbers; the absolute ones of both sides wrap a few hundred octets after the handshake.
/// </summary>
public abstract class TraceTest
{
    private Trace? _trace;

    /// <summary>Set by the test framework.</summary>
    public TestContext TestContext { get; set; } = null!;

    private protected Trace T => _trace ?? throw new InvalidOperationException("The scenario has not begun.");

    private protected TcpConnection Connection => T.Connection;

    private protected TcpState State => T.Connection.State;

    private protected TcpEndReason EndReason => T.Connection.EndReason;

    /// <summary>After a scenario that went well: everything is back in its pool and nothing was allocated.</summary>
    [TestCleanup]
    public void PoolsAreFull()
    {
        if (TestContext.CurrentTestOutcome is UnitTestOutcome.InProgress or UnitTestOutcome.Passed)
        {
            _trace?.Finish();
        }
    }

    private protected void Listen(Action<NetworkStackOptions>? configure = null, int backlog = 1)
    {
        _trace = Trace.Listening(configure, backlog);
        At(0);
    }

    private protected void Connecting(Action<NetworkStackOptions>? configure = null)
    {
        _trace = Trace.Connecting(configure);
        At(0);
    }

    /// <summary>ESTABLISHED at 0 ms: a client has connected to the stack and was accepted.</summary>
    private protected void OpenPassive(Action<NetworkStackOptions>? configure = null, int window = 4000, int mss = 1000)
    {
        Listen(configure);
        Handshake(window, mss);
    }

    /// <summary>The peer opens a connection to the listening stack, which accepts it.</summary>
    private protected void Handshake(int window = 4000, int mss = 1000)
    {
        Send($"SYN seq 0 win {window} mss {mss}");
        Expect($"SYN,ACK seq 0 ack 1 mss 1460");
        Send($"ACK seq 1 ack 1 win {window}");
        Accept();
    }

    /// <summary>ESTABLISHED at <paramref name="roundTrip"/> ms: the stack has connected to a server.</summary>
    private protected void OpenActive(
        Action<NetworkStackOptions>? configure = null, int window = 4000, int mss = 1000, int roundTrip = 0)
    {
        Connecting(configure);
        Connect();
        Expect("SYN seq 0 mss 1460");
        At(roundTrip);
        Send($"SYN,ACK seq 0 ack 1 win {window} mss {mss}");
        Expect("ACK seq 1 ack 1");
        Is(TcpState.Established);
    }

    private protected static void WithEcn(NetworkStackOptions options)
    {
        options.Ecn = true;
        options.SendBuffer = 8192;
    }

    /// <summary>ESTABLISHED at 0 ms, and both sides have agreed on ECN (RFC 3168 6.1.1).</summary>
    private protected void OpenWithEcn(int window = 8000)
    {
        Listen(WithEcn);
        Send($"SYN,ECE,CWR seq 0 win {window} mss 1000");
        Expect("SYN,ACK,ECE seq 0 ack 1 mss 1460");
        Send($"ACK seq 1 ack 1 win {window}");
        Accept();
    }

    private protected void At(long time) => T.At(time);

    private protected void Send(params string[] segments) => T.Send(segments);

    private protected void Expect(string segment) => T.Expect(segment);

    private protected void ExpectNothing() => T.ExpectNothing();

    private protected TcpConnection Connect() => T.Connect();

    private protected TcpConnection Accept()
    {
        TcpConnection? connection = T.TryAccept();
        T.Check(true, connection != null, "a connection waits to be accepted");
        return connection!;
    }

    private protected void Write(int count) => T.Check(count, T.Write(count), "octets written");

    private protected void Read(int count) => T.Check(count, T.Read(count), "octets read");

    private protected void CloseSend() => T.CloseSend();

    private protected void Close() => T.Close();

    private protected void Abort() => T.Abort();

    private protected void LinkDown() => T.Do("LINK DOWN", () => T.Bench.Link.Status = LinkStatus.Down);

    private protected void LinkUp() => T.Do("LINK UP", () => T.Bench.Link.Status = LinkStatus.Up);

    private protected void Is(TcpState state) => T.Check(state, State, "state");

    private protected void Ended(TcpEndReason reason)
    {
        T.Check(TcpState.Closed, State, "state");
        T.Check(reason, EndReason, "end reason");
    }

    private protected void Counted(int counter, long expected)
    {
        T.Check(expected, T.Bench.Count(counter), T.Stack.Counters.GetName(counter));
    }

    /// <summary>A property does not take a value, and says what it takes.</summary>
    private protected static void Refused(Action action, string range = "0, which turns it off, to 2,147,483,647 ms")
    {
        ArgumentOutOfRangeException exception = Assert.ThrowsExactly<ArgumentOutOfRangeException>(action);
        Assert.AreEqual("value", exception.ParamName);
        StringAssert.Contains(exception.Message, range, StringComparison.Ordinal);
    }

    /// <summary>Another client of the same listener.</summary>
    private protected static TracePeer Client(int number) =>
        new(StackBench.PeerAddress, Trace.PeerPort + number, Trace.ListenPort, 0x7FFFFF80u + (uint)number);
}
