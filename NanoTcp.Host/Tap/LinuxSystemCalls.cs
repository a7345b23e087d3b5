using System.Runtime.InteropServices;

namespace NanoTcp.Host.Tap;

/// <summary>The few C library functions and kernel constants that a TAP interface needs (linux/if_tun.h, linux/sockios.h).</summary>
internal static partial class LinuxSystemCalls
{
    internal const int OpenReadWrite = 2;
    internal const int OpenNonBlocking = 0x800;
    internal const int OpenCloseOnExec = 0x80000;

    internal const int AddressFamilyInet = 2;
    internal const int SocketDatagram = 2;
    internal const int SocketCloseOnExec = 0x80000;

    internal const int PollIn = 1;

    internal const int ErrorPermission = 1;
    internal const int ErrorNoEntry = 2;
    internal const int ErrorInterrupted = 4;
    internal const int ErrorIo = 5;
    internal const int ErrorNoDevice = 6;
    internal const int ErrorAgain = 11;
    internal const int ErrorAccess = 13;
    internal const int ErrorBusy = 16;
    internal const int ErrorNoSuchDevice = 19;
    internal const int ErrorInvalid = 22;
    internal const int ErrorBadState = 77;

    internal const nuint TunSetInterface = 0x400454CA;
    internal const nuint GetInterfaceFlags = 0x8913;
    internal const nuint SetInterfaceFlags = 0x8914;
    internal const nuint SetInterfaceAddress = 0x8916;
    internal const nuint SetInterfaceNetmask = 0x891C;

    internal const short TapFlag = 0x0002;
    internal const short MultiQueueFlag = 0x0100;
    internal const short NoPacketInformationFlag = 0x1000;
    internal const short InterfaceUp = 0x0001;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int Control(int file, nuint request, byte[] argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(int file, ref byte buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(int file, ref byte buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    internal static partial int Poll([In, Out] PollEntry[] entries, nuint count, in TimeSpecification timeout, nint signalMask);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    internal static partial int EventFile(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int file);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollEntry
    {
        internal int File;
        internal short Events;
        internal short Returned;
    }

    /// <summary>struct timespec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpecification
    {
        internal nint Seconds;
        internal nint Nanoseconds;
    }
}
