using System.Runtime.InteropServices;

namespace NanoTcp.Tests.Peers;

/// <summary>Signals to processes (signal(7)).</summary>
internal static partial class Signals
{
    internal const int Interrupt = 2;
    internal const int Kill = 9;
    internal const int Terminate = 15;
    internal const int Continue = 18;
    internal const int Stop = 19;

    /// <summary>Sends a signal; false when there is no such process any more.</summary>
    internal static bool Send(int process, int signal)
    {
        return NativeKill(process, signal) == 0;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int NativeKill(int process, int signal);
}
