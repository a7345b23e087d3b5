using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;

namespace NanoTcp.Tests.Peers;

/// <summary>
/// A network namespace of its own, so that a test touches no interface, address or route of the machine. Disposing it
/// removes it with everything in it.
/// </summary>
internal sealed class NetworkNamespace : IDisposable
{
    private const string Prefix = "nanotcp-test-";

    private static int s_count;
    private bool _disposed;

    /// <summary>Makes a namespace with its loopback interface up. Skips the test where that is not allowed.</summary>
    internal NetworkNamespace()
    {
        PeerTools.RequireTap();
        RemoveLeftovers();
        Name = $"{Prefix}{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}";
        CommandResult made = Command.Run(20, ["ip", "netns", "add", Name]);
        if (made.ExitCode != 0)
        {
            PeerTools.Missing($"no network namespace can be made: {made.Error.Trim()} (in a container: --privileged)");
        }

        try
        {
            // No IPv6 of the kernel's own on the interfaces to come: no neighbour discovery, no multicast reports in captures.
            Shell("ip link set lo up; if [ -e /proc/sys/net/ipv6/conf/default/disable_ipv6 ]; then "
                + "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6 || true; fi").Succeeded();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The name that <c>ip netns</c> knows it by.</summary>
    internal string Name { get; }

    /// <summary>Runs a command inside, at most 30 s.</summary>
    internal CommandResult Exec(params string[] arguments)
    {
        return Command.Run(30, Inside(arguments));
    }

    /// <summary>Runs a line of bash inside; a pipe fails when any part of it fails.</summary>
    internal CommandResult Shell(string line, int seconds = 30)
    {
        return Command.Run(seconds, Inside("bash", "-o", "pipefail", "-c", line));
    }

    /// <summary>
    /// Sends pings from inside, each when the one before has been answered, and fails unless all are. A single request is waited
    /// for as long as -W says; after several, ping waits for the last answer only twice as long as for the slowest one before.
    /// </summary>
    internal CommandResult Ping(string address, int times = 1, int size = 56)
    {
        const int Patience = 20;
        return Shell($"for i in $(seq {times}); do ping -n -c 1 -W {Patience} -s {size} {address} || exit; done", (times * Patience) + 10).Succeeded();
    }

    /// <summary>The command line that runs another one inside.</summary>
    internal IReadOnlyList<string> Inside(params string[] arguments)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return ["ip", "netns", "exec", Name, .. arguments];
    }

    /// <summary>The names of the network interfaces inside.</summary>
    internal string[] Interfaces()
    {
        return Exec("ip", "-o", "link").Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(": ")[1].Split('@')[0]).ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Remove(Name);
        }
    }

    /// <summary>Removes what a test run left behind that was killed: namespaces of our name whose process is gone.</summary>
    internal static void RemoveLeftovers()
    {
        foreach (string line in Command.Run(20, ["ip", "netns", "list"]).Output.Split('\n'))
        {
            string name = line.Split(' ')[0];
            if (name.StartsWith(Prefix, StringComparison.Ordinal)
                && int.TryParse(name[Prefix.Length..].Split('-')[0], CultureInfo.InvariantCulture, out int owner)
                && !Directory.Exists($"/proc/{owner}"))
            {
                Remove(name);
            }
        }
    }

    /// <summary>Whether a namespace of that name exists.</summary>
    internal static bool Exists(string name)
    {
        return Command.Run(20, ["ip", "netns", "list"]).Output.Split('\n').Any(line => line.Split(' ')[0] == name);
    }

    private static void Remove(string name)
    {
        // A process that still runs inside would keep the namespace alive without a name.
        foreach (string line in Command.Run(20, ["ip", "netns", "pids", name]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            _ = Signals.Send(int.Parse(line, CultureInfo.InvariantCulture), Signals.Kill);
        }

        Command.Run(20, ["ip", "netns", "delete", name]);
    }
}
