using System;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Threading;

namespace NanoTcp.Tests.Peers;

/// <summary>A DHCP server of the machine (dnsmasq), running in a network namespace.</summary>
internal sealed class Dnsmasq : IDisposable
{
    private const int PatienceSeconds = 30;

    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly string _leases = Path.GetTempFileName();

    /// <summary>Starts a server, and waits until it serves.</summary>
    /// <param name="space">Where.</param>
    /// <param name="device">The interface that it serves.</param>
    /// <param name="range">The addresses that it gives, <c>from,to,lease</c>.</param>
    /// <param name="more">More options of dnsmasq.</param>
    internal Dnsmasq(NetworkNamespace space, string device, string range, params string[] more)
    {
        PeerTools.Require("dnsmasq");
        _process = Command.Start(space.Inside(
        [
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--user=root", "--port=0", "--no-ping",
            "--bind-interfaces", "--interface=" + device, "--except-interface=lo", "--dhcp-range=" + range, "--dhcp-leasefile=" + _leases,
            "--log-dhcp", "--log-facility=-", .. more,
        ]));
        _process.ErrorDataReceived += (_, line) => Collect(line.Data);
        _process.OutputDataReceived += (_, line) => Collect(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        try
        {
            Until("DHCP, sockets bound exclusively");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What it has said.</summary>
    internal string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>Waits until it has said something.</summary>
    internal void Until(string text)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!Log.Contains(text, StringComparison.Ordinal))
        {
            if (watch.Elapsed.TotalSeconds > PatienceSeconds || _process.HasExited)
            {
                Assert.Fail($"dnsmasq has not said '{text}'. It said:\n{Log}");
            }

            Thread.Sleep(10);
        }
    }

    /// <summary>Stops it in the middle of what it does, until <see cref="Continue"/>.</summary>
    internal void Freeze() => Signals.Send(_process.Id, Signals.Stop);

    /// <summary>Lets it go on.</summary>
    internal void Continue() => Signals.Send(_process.Id, Signals.Continue);

    public void Dispose()
    {
        Signals.Send(_process.Id, Signals.Kill);
        _process.WaitForExit(TimeSpan.FromSeconds(5));
        _process.Dispose();
        File.Delete(_leases);
    }

    private void Collect(string? line)
    {
        lock (_log)
        {
            _log.Append(line).Append('\n');
        }
    }
}
