using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace NanoTcp.Tests.Peers;

/// <summary>
/// Sockets of the kernel inside a network namespace, for the test's own process: a socket belongs for ever to the
/// namespace in which its thread was when it made it (setns(2), network_namespaces(7)).
/// </summary>
internal static partial class NamespaceSockets
{
    private const int CloneNewNet = 0x40000000;

    /// <summary>Makes a TCP socket inside a namespace.</summary>
    internal static Socket Tcp(NetworkNamespace space)
    {
        return Make(space, SocketType.Stream, ProtocolType.Tcp);
    }

    /// <summary>Makes a UDP socket inside a namespace.</summary>
    internal static Socket Udp(NetworkNamespace space)
    {
        return Make(space, SocketType.Dgram, ProtocolType.Udp);
    }

    /// <summary>Makes a socket that sends whole IPv4 packets as they are, from whatever address they claim (raw(7)).</summary>
    internal static Socket Raw(NetworkNamespace space)
    {
        return Make(space, SocketType.Raw, ProtocolType.Raw);
    }

    /// <summary>Makes a UDP socket that is a member of a multicast group.</summary>
    internal static Socket Member(NetworkNamespace space, IPAddress group, IPAddress own)
    {
        Socket socket = Make(space, SocketType.Dgram, ProtocolType.Udp);
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group, own));
        return socket;
    }

    /// <summary>Everything that the peer sends until it closes.</summary>
    internal static byte[] ReadToEnd(Socket socket)
    {
        using MemoryStream all = new();
        byte[] buffer = new byte[65536];
        for (int count = socket.Receive(buffer); count != 0; count = socket.Receive(buffer))
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    /// <summary>So many octets from the peer, or fewer when it closes before.</summary>
    internal static byte[] Read(Socket socket, int count)
    {
        byte[] buffer = new byte[count];
        int length = 0;
        for (int n = 1; n != 0 && length != count; length += n)
        {
            n = socket.Receive(buffer, length, count - length, SocketFlags.None);
        }

        return buffer[..length];
    }

    private static Socket Make(NetworkNamespace space, SocketType type, ProtocolType protocol)
    {
        Socket? socket = null;
        ExceptionDispatchInfo? problem = null;

        // The thread ends in the other namespace and is never used for anything else.
        Thread visitor = new(() =>
        {
            try
            {
                using SafeFileHandle door = File.OpenHandle($"/run/netns/{space.Name}");
                if (EnterNamespace(door, CloneNewNet) != 0)
                {
                    throw new IOException($"setns: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
                }

                socket = new Socket(AddressFamily.InterNetwork, type, protocol) { SendTimeout = 60_000, ReceiveTimeout = 60_000 };
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException)
            {
                problem = ExceptionDispatchInfo.Capture(e);
            }
        });
        visitor.Start();
        visitor.Join();
        problem?.Throw();
        return socket!;
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int EnterNamespace(SafeFileHandle file, int kind);
}
