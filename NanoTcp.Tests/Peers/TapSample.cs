using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace NanoTcp.Tests.Peers;

/// <summary>A sample on a TAP interface in a namespace of its own, and the kernel beside it as its neighbour.</summary>
internal sealed class TapSample : IDisposable
{
    /// <summary>Address of the sample.</summary>
    internal const string Address = "10.77.0.2";

    /// <summary>Address of the kernel on the TAP interface.</summary>
    internal const string KernelAddress = "10.77.0.1";

    /// <summary>Name of the TAP interface.</summary>
    internal const string Tap = "nano0";

    /// <summary>What a sample prints when it can be used.</summary>
    internal const string ReadyText = "Ctrl-C";

    private TapSample(NetworkNamespace space, SampleProcess process)
    {
        Space = space;
        Process = process;
    }

    /// <summary>Where both live.</summary>
    internal NetworkNamespace Space { get; }

    /// <summary>The running sample.</summary>
    internal SampleProcess Process { get; }

    /// <summary>The options that put a sample on the TAP interface.</summary>
    internal static string[] Options(params string[] more)
    {
        return ["--tap", Tap, "--ip", Address + "/24", .. more];
    }

    /// <summary>Starts a sample in a namespace of its own.</summary>
    internal static TapSample Start(string sample, params string[] options)
    {
        NetworkNamespace space = new();
        try
        {
            return new TapSample(space, SampleProcess.Start(space, sample, ReadyText, Options(options)));
        }
        catch
        {
            space.Dispose();
            throw;
        }
    }

    /// <summary>Runs curl with a bound on its time.</summary>
    internal CommandResult Curl(string arguments, int seconds = 60)
    {
        return Space.Shell($"curl --silent --show-error --noproxy '*' --max-time {seconds.ToString(CultureInfo.InvariantCulture)} {arguments}", seconds + 5);
    }

    /// <summary>A kernel socket connected to a port of the sample.</summary>
    internal Socket Connect(int port)
    {
        Socket socket = NamespaceSockets.Tcp(Space);
        socket.Connect(IPAddress.Parse(Address), port);
        return socket;
    }

    /// <summary>The sample's status document.</summary>
    internal JsonDocument Status()
    {
        return JsonDocument.Parse(Curl($"http://{Address}/api/status").Succeeded().Output);
    }

    /// <summary>A counter of the stack from the status document.</summary>
    internal long StackCounter(string name)
    {
        using JsonDocument status = Status();
        return status.RootElement.GetProperty("counters").GetProperty("stack").GetProperty(name).GetInt64();
    }

    /// <summary>Runs a test's assertions and adds what the sample said to a failure.</summary>
    internal void Explain(Action test)
    {
        try
        {
            test();
        }
        catch (Exception problem) when (problem is AssertFailedException or SocketException or IOException)
        {
            Assert.Fail($"{problem.Message}\n{Process.Report()}");
        }
    }

    /// <summary>Stops the sample as Ctrl-C does, holds it to a clean end, and holds it to have taken its interface along.</summary>
    internal void Stop()
    {
        Process.Stop();
        Assert.IsFalse(Space.Interfaces().Contains(Tap), "the interface that the sample made is still there");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Process.Dispose();
        Space.Dispose();
    }
}
