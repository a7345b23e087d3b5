using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace NanoTcp.Tests.Peers;

/// <summary>
/// What tests against the Linux kernel need of the machine. Where it is missing a test is skipped with a reason that
/// says how to get it; with NANOTCP_REQUIRE_PEERS=1 in the environment it fails instead.
/// </summary>
internal static class PeerTools
{
    private const int CapabilityNetAdmin = 12;
    private const int CapabilitySysAdmin = 21;

    /// <summary>Debian packages of commands that are not called like their package.</summary>
    private static readonly (string Command, string Package)[] s_packages =
        [("ip", "iproute2"), ("tc", "iproute2"), ("ping", "iputils-ping"), ("nc", "netcat-openbsd"),
            ("avahi-browse", "avahi-utils"), ("avahi-resolve", "avahi-utils"), ("dbus-daemon", "dbus"), ("dbus-send", "dbus"),
            ("dnsmasq", "dnsmasq-base"), ("chronyd", "chrony")];

    private static readonly HashSet<string> s_told = [];

    /// <summary>Demands commands.</summary>
    /// <param name="commands">Names without folder.</param>
    internal static void Require(params string[] commands)
    {
        RequireLinux();
        foreach (string command in commands)
        {
            if (Find(command) == null)
            {
                string package = s_packages.Where(p => p.Command == command).Select(p => p.Package).FirstOrDefault(command);
                Missing($"the command {command} is not installed (Debian: apt-get install {package})");
            }
        }
    }

    /// <summary>Demands that TAP interfaces and network namespaces can be made.</summary>
    internal static void RequireTap()
    {
        Require("ip", "bash");
        if (!HasCapability(CapabilityNetAdmin) || !HasCapability(CapabilitySysAdmin))
        {
            Missing("network namespaces and TAP interfaces need root, or CAP_NET_ADMIN and CAP_SYS_ADMIN "
                + "(run as root; in a container: --cap-add NET_ADMIN --cap-add SYS_ADMIN)");
        }

        const string Clone = "/dev/net/tun";
        if (!File.Exists(Clone))
        {
            Missing($"there is no {Clone} (modprobe tun; in a container: --device {Clone})");
        }

        try
        {
            using FileStream file = new(Clone, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 0);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            Missing($"{Clone} cannot be opened: {problem.Message}");
        }
    }

    /// <summary>Skips the test that calls, or fails it where peers are required.</summary>
    /// <param name="reason">What is missing and how to get it.</param>
    internal static void Missing(string reason)
    {
        if (Environment.GetEnvironmentVariable("NANOTCP_REQUIRE_PEERS") == "1")
        {
            Assert.Fail($"NANOTCP_REQUIRE_PEERS=1, but {reason}.");
        }

        Skip(reason);
    }

    /// <summary>The full path of a command, also of those that only root's path holds; null when it is not there.</summary>
    internal static string? Find(string command)
    {
        string path = Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin:/usr/bin:/bin";
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, command)).FirstOrDefault(File.Exists);
    }

    private static void RequireLinux()
    {
        if (!OperatingSystem.IsLinux())
        {
            Skip("the kernel of this machine is not Linux");
        }
    }

    private static void Skip(string reason)
    {
        // The console logger of the test runner says that a test was skipped, but not why.
        lock (s_told)
        {
            if (s_told.Add(reason))
            {
#pragma warning disable MSTESTEXP // The context of the running test, without handing it through every helper.
                TestContext.Current?.DisplayMessage(MessageLevel.Warning, $"Tests are skipped: {reason}.");
#pragma warning restore MSTESTEXP
            }
        }

        Assert.Inconclusive($"Skipped: {reason}.");
    }

    private static bool HasCapability(int bit)
    {
        const string Label = "CapEff:";
        string? line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith(Label, StringComparison.Ordinal));
        return line != null && (ulong.Parse(line.AsSpan(Label.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> bit & 1) != 0;
    }
}
