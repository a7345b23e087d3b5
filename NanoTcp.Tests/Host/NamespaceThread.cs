using System;
using System.IO;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Threading;
using Microsoft.Win32.SafeHandles;
using NanoTcp.Tests.Peers;

namespace NanoTcp.Tests.Host;

/// <summary>Runs code of the test itself on a thread that lives in a network namespace.</summary>
internal static class NamespaceThread
{
    private const int CloneNewNetwork = 0x40000000;

    /// <summary>Runs code to its end; what it throws is thrown here.</summary>
    internal static void Run(NetworkNamespace space, Action action)
    {
        Exception? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                using SafeFileHandle file = File.OpenHandle("/var/run/netns/" + space.Name);
                if (EnterNamespace((int)file.DangerousGetHandle(), CloneNewNetwork) != 0)
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

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int EnterNamespace(int file, int kind);
}
