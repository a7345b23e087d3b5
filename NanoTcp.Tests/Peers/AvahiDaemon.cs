using System;
using System.Diagnostics;
using System.IO;
using System.Threading;

namespace NanoTcp.Tests.Peers;

/// <summary>
/// avahi-daemon inside a network namespace, with a message bus of its own so that its tools can speak with it, and no file of the
/// machine's own daemon touched.
/// </summary>
internal sealed class AvahiDaemon : IDisposable
{
    private const int PatienceMilliseconds = 30_000;

    private readonly NetworkNamespace _space;
    private readonly string _folder;
    private readonly Process _bus;
    private readonly Process? _daemon;
    private bool _stopped;

    /// <summary>Starts a daemon, and waits until it has a name.</summary>
    /// <param name="space">Where; the TAP interface must be there.</param>
    /// <param name="hostName">The name that it asks for.</param>
    internal AvahiDaemon(NetworkNamespace space, string hostName)
    {
        _space = space;
        _folder = Directory.CreateTempSubdirectory("nanotcp-avahi-").FullName;
        string bus = Path.Combine(_folder, "bus");
        string busConfiguration = Path.Combine(_folder, "bus.conf");
        File.WriteAllText(busConfiguration, $"""
            <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
            <busconfig><type>system</type><listen>unix:path={bus}</listen><auth>EXTERNAL</auth>
            <policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/></policy></busconfig>
            """);
        string configuration = Path.Combine(_folder, "avahi.conf");
        File.WriteAllText(configuration, $"""
            [server]
            host-name={hostName}
            use-ipv4=yes
            use-ipv6=no
            allow-interfaces={TapSample.Tap}
            ratelimit-burst=0
            [wide-area]
            enable-wide-area=no
            [publish]
            publish-hinfo=no
            publish-workstation=no
            """);
        _bus = Command.Start(space.Inside("dbus-daemon", $"--config-file={busConfiguration}", "--nofork", "--nopidfile"));
        try
        {
            Until(() => File.Exists(bus), "There is no message bus.");

            // The daemon's files lie in a folder of the machine's; "ip netns exec" has made mounts private.
            _daemon = Command.Start(space.Inside("bash", "-c", "mkdir -p /run/avahi-daemon && mount -t tmpfs none /run/avahi-daemon && "
                + $"DBUS_SYSTEM_BUS_ADDRESS=unix:path={bus} exec avahi-daemon --no-drop-root --no-chroot --no-rlimits -f {configuration}"));
            Until(() => HostName.Length != 0, "avahi-daemon does not come to a name.");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The name that it has, or empty.</summary>
    internal string HostName
    {
        get
        {
            CommandResult result = Tool("dbus-send --system --print-reply=literal --dest=org.freedesktop.Avahi / org.freedesktop.Avahi.Server.GetState");
            if (result.ExitCode != 0 || !result.Output.Contains("int32 2", StringComparison.Ordinal))
            {
                return "";
            }

            return Tool("dbus-send --system --print-reply=literal --dest=org.freedesktop.Avahi / org.freedesktop.Avahi.Server.GetHostName")
                .Succeeded().Output.Trim();
        }
    }

    /// <summary>Runs a command that speaks with the daemon.</summary>
    internal CommandResult Tool(string line)
    {
        return _space.Shell($"DBUS_SYSTEM_BUS_ADDRESS=unix:path={Path.Combine(_folder, "bus")} {line}");
    }

    /// <summary>Runs a tool until it finds something: by itself it gives up after a second or a few, and the machine may be slow.</summary>
    /// <param name="line">The command.</param>
    /// <param name="text">What it prints then.</param>
    internal void Finds(string line, string text)
    {
        Stopwatch watch = Stopwatch.StartNew();
        for (CommandResult last = Tool(line); !last.Output.Contains(text, StringComparison.Ordinal); last = Tool(line))
        {
            Assert.IsLessThan(PatienceMilliseconds, watch.ElapsedMilliseconds, $"'{text}' is not found by {last}");
        }
    }

    /// <summary>Waits until something of the daemon has come true.</summary>
    internal static void Until(Func<bool> condition, string otherwise, int milliseconds = PatienceMilliseconds)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.IsTrue(watch.ElapsedMilliseconds < milliseconds, otherwise);
            Thread.Sleep(50);
        }
    }

    /// <summary>Asks the daemon to go, so that it says goodbye, and the bus after it.</summary>
    internal void Stop()
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        foreach (Process? process in new[] { _daemon, _bus })
        {
            if (process == null)
            {
                continue;
            }

            _ = Signals.Send(process.Id, Signals.Terminate);
            if (!process.WaitForExit(PatienceMilliseconds))
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
            }

            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
    }
}
