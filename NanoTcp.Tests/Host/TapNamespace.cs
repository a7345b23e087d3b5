using System;
using System.IO;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Threading;
using Microsoft.Win32.SafeHandles;
using NanoTcp.Tests.Peers;

namespace NanoTcp.Tests.Host;

/// <summary>A network namespace of its own for one test: nothing done in it is seen outside, and it goes away with all in it.</summary>
internal sealed class TapNamespace : IDisposable
{
    private const int CloneNewNetwork = 0x40000000;
    private static int s_number;

    private readonly string _ip;
    private readonly string _name;

    internal TapNamespace()
    {
        PeerTools.RequireTapRights();
        _ip = PeerTools.Require("ip");
        _name = $"nanotcp-{Environment.ProcessId}-{Interlocked.Increment(ref s_number)}";
        ToolResult made = PeerTools.Run(_ip, "netns", "add", _name);
        Assert.AreEqual(0, made.ExitCode, made.Error);
    }

    /// <summary>Runs code on a thread that lives in the namespace.</summary>
    internal void Inside(Action action)
    {
        Exception? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                using SafeFileHandle file = File.OpenHandle("/var/run/netns/" + _name);
                if (NativeMethods.EnterNamespace((int)file.DangerousGetHandle(), CloneNewNetwork) != 0)
                {
                    throw new InvalidOperationException("setns: " + Marshal.GetLastPInvokeErrorMessage());
                }

                action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure != null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Runs a program of iproute2 or the like in the namespace.</summary>
    internal ToolResult Run(string program, params string[] arguments)
    {
        return PeerTools.Run(_ip, ["netns", "exec", _name, program, .. arguments]);
    }

    /// <summary>Runs ip in the namespace and demands that it succeeds.</summary>
    internal string Ip(params string[] arguments)
    {
        ToolResult result = Run(_ip, arguments);
        Assert.AreEqual(0, result.ExitCode, $"ip {string.Join(' ', arguments)}: {result.Error}");
        return result.Output;
    }

    public void Dispose()
    {
        PeerTools.Run(_ip, "netns", "del", _name);
    }

    private static class NativeMethods
    {
        [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static extern int EnterNamespace(int file, int kind);
    }
}
