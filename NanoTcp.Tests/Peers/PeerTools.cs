using System;
using System.Diagnostics;
using System.IO;

namespace NanoTcp.Tests.Peers;

/// <summary>
/// Programs and rights of the machine that some tests need. Where one is missing the test is skipped and says why;
/// with NANOTCP_REQUIRE_PEERS=1 in the environment it fails instead.
/// </summary>
internal static class PeerTools
{
    private static readonly string[] AlsoLookIn = ["/usr/sbin", "/sbin", "/usr/local/sbin"];

    /// <summary>Finds a program, or skips the test.</summary>
    /// <returns>The program's path.</returns>
    internal static string Require(string program)
    {
        string? path = Find(program);
        if (path == null)
        {
            Skip($"'{program}' is not installed here.");
        }

        return path!;
    }

    /// <summary>Skips the test unless it may make network namespaces and TAP interfaces.</summary>
    internal static void RequireTapRights()
    {
        if (!OperatingSystem.IsLinux())
        {
            Skip("TAP interfaces need Linux.");
        }

        if (!File.Exists("/dev/net/tun"))
        {
            Skip("There is no /dev/net/tun here.");
        }

        string ip = Require("ip");
        string probe = "nanotcp-probe-" + Environment.ProcessId;
        ToolResult made = Run(ip, "netns", "add", probe);
        Run(ip, "netns", "del", probe);
        if (made.ExitCode != 0)
        {
            Skip("Network namespaces may not be made here: " + made.Error.Trim());
        }
    }

    /// <summary>Skips the test, or fails it when the environment demands that nothing is skipped.</summary>
    internal static void Skip(string reason)
    {
        if (Environment.GetEnvironmentVariable("NANOTCP_REQUIRE_PEERS") == "1")
        {
            Assert.Fail("NANOTCP_REQUIRE_PEERS=1, but: " + reason);
        }

        Assert.Inconclusive("Skipped: " + reason);
    }

    /// <summary>Runs a program to its end, at most 30 seconds.</summary>
    internal static ToolResult Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        System.Threading.Tasks.Task<string> output = process.StandardOutput.ReadToEndAsync();
        System.Threading.Tasks.Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(30_000))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end within 30 seconds.");
        }

        process.WaitForExit();
        return new ToolResult(process.ExitCode, output.Result, error.Result);
    }

    private static string? Find(string program)
    {
        string[] folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), .. AlsoLookIn];
        foreach (string folder in folders)
        {
            string path = Path.Combine(folder, program);
            if (File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}

/// <summary>What a program left behind.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Error);
