using System;
using System.Globalization;
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
            TapSample running = new(space, SampleProcess.Start(space, sample, ReadyText, Options(options)));
            running.WaitForFirstPing();
            return running;
        }
        catch
        {
            space.Dispose();
            throw;
        }
    }

    /// <summary>Runs curl with a bound on its time.</summary>
    internal CommandResult Curl(string arguments, int seconds = 180)
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

    /// <summary>Stops the sample as Ctrl-C does, holds it to a clean end, and holds it to have taken its interface along.</summary>
    internal void Stop()
    {
        Process.Stop();
        Assert.IsFalse(Space.Interfaces().Contains(Tap), "the interface that the sample made is still there");
    }

    /// <summary>
    /// What arrives before the link is up is lost, as on any cable; and of what the kernel sends before both have learned
    /// the other's address, the last packet survives (RFC 1122 2.3.2.2). The tests begin after that.
    /// </summary>
    private void WaitForFirstPing()
    {
        for (int attempt = 0; attempt < 20; attempt++)
        {
            if (Space.Exec("ping", "-n", "-c", "1", "-W", "1", Address).ExitCode == 0)
            {
                return;
            }
        }

        Assert.Fail($"The sample answers no ping.\n{Process.Report()}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Process.Dispose();
        Space.Dispose();
    }
}
