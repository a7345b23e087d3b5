using System;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading;

namespace NanoTcp.Host.Scheduling;

/// <summary>Sleeps for less than a millisecond: the time a frame needs on a wire of 10 Mbit/s.</summary>
internal static partial class ShortSleep
{
    internal static void Sleep(long nanoseconds)
    {
        if (nanoseconds <= 0)
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            // Windows has no sleep as short as that; others may have the processor meanwhile.
            long start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start).Ticks * 100 < nanoseconds)
            {
                Thread.Yield();
            }
        }
        else
        {
            TimeSpecification time = new() { Nanoseconds = (nint)nanoseconds };
            _ = NanoSleep(in time, 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in TimeSpecification time, nint remaining);

    /// <summary>struct timespec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpecification
    {
        internal nint Seconds;
        internal nint Nanoseconds;
    }
}
