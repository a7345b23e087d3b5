using System;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using NanoTcp.Wire;

namespace NanoTcp.Host.Tap;

/// <summary>
/// A TAP interface of Linux: what the kernel sends on the interface is read here, what is written here the kernel receives.
/// </summary>
/// <remarks>
/// An interface that does not exist is made, given an address, brought up, and vanishes when this object is disposed.
/// One that exists is used as it is and left so. Nothing here blocks but <see cref="Wait"/>. One thread uses it;
/// <see cref="Wake"/> may be called from any.
/// </remarks>
public sealed class TapDevice : IDisposable
{
    /// <summary>Longest name that the kernel takes (IFNAMSIZ less the terminating zero).</summary>
    public const int MaxNameLength = 15;

    private const string ClonePath = "/dev/net/tun";
    private const int RequestSize = 40;
    private const int RequestValue = 16;

    private readonly byte[] _wakeCount = new byte[8];
    private readonly LinuxSystemCalls.PollEntry[] _poll = new LinuxSystemCalls.PollEntry[2];
    private readonly int _wakeFile;
    private int _file;

    private TapDevice(string name, int file, int wakeFile, bool created)
    {
        Name = name;
        Created = created;
        _file = file;
        _wakeFile = wakeFile;
        _poll[0].File = file;
        _poll[0].Events = LinuxSystemCalls.PollIn;
        _poll[1].File = wakeFile;
        _poll[1].Events = LinuxSystemCalls.PollIn;
    }

    /// <summary>The interface's name.</summary>
    public string Name { get; }

    /// <summary>Whether the interface was made here and vanishes with this object.</summary>
    public bool Created { get; }

    /// <summary>Why the interface cannot be used any more, for example because somebody removed it; null while it can.</summary>
    public string? Failure { get; private set; }

    /// <summary>Frames that the kernel did not take, because the interface is down or its queue is full.</summary>
    public long WriteDrops { get; private set; }

    /// <summary>Opens a TAP interface.</summary>
    /// <param name="name">Its name, 1 to 15 characters.</param>
    /// <param name="kernelAddress">Address for the kernel's side, if the interface has to be made.</param>
    /// <param name="prefixLength">Its prefix length.</param>
    /// <exception cref="TapException">The interface cannot be had; the message says why and what to do.</exception>
    public static TapDevice Open(string name, uint kernelAddress, int prefixLength)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!OperatingSystem.IsLinux())
        {
            throw new TapException("TAP interfaces need Linux; leave --tap out to use the forwarder, which runs anywhere");
        }

        CheckName(name);
        int socket = LinuxSystemCalls.Socket(
            LinuxSystemCalls.AddressFamilyInet, LinuxSystemCalls.SocketDatagram | LinuxSystemCalls.SocketCloseOnExec, 0);
        if (socket < 0)
        {
            throw new TapException($"cannot ask the kernel for interfaces: {LastErrorText()}");
        }

        int file = -1;
        try
        {
            bool exists = TryGetFlags(socket, name, out _);
            file = OpenClone();
            Attach(file, name, exists);
            if (!exists)
            {
                Configure(socket, name, kernelAddress, prefixLength);
            }

            int wakeFile = LinuxSystemCalls.EventFile(0, LinuxSystemCalls.OpenNonBlocking | LinuxSystemCalls.OpenCloseOnExec);
            if (wakeFile < 0)
            {
                throw new TapException($"cannot make an event file: {LastErrorText()}");
            }

            TapDevice device = new(name, file, wakeFile, !exists);
            file = -1;
            return device;
        }
        finally
        {
            _ = LinuxSystemCalls.Close(socket);
            if (file >= 0)
            {
                _ = LinuxSystemCalls.Close(file);
            }
        }
    }

    /// <summary>Whether the interface is up, so that the kernel sends and receives on it.</summary>
    public bool IsUp()
    {
        int socket = LinuxSystemCalls.Socket(
            LinuxSystemCalls.AddressFamilyInet, LinuxSystemCalls.SocketDatagram | LinuxSystemCalls.SocketCloseOnExec, 0);
        bool up = socket >= 0 && TryGetFlags(socket, Name, out short flags) && (flags & LinuxSystemCalls.InterfaceUp) != 0;
        if (socket >= 0)
        {
            _ = LinuxSystemCalls.Close(socket);
        }

        return up;
    }

    /// <summary>Takes the oldest frame that the kernel has sent.</summary>
    /// <param name="buffer">Where to put it.</param>
    /// <param name="offset">Where its first octet goes.</param>
    /// <param name="capacity">Room from there; the kernel cuts a longer frame off.</param>
    /// <returns>Its length, 0 when none is there or the interface has failed.</returns>
    public int Read(byte[] buffer, int offset, int capacity)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, buffer.Length - offset);
        if (Failure != null)
        {
            return 0;
        }

        nint count = LinuxSystemCalls.Read(_file, ref buffer[offset], (nuint)capacity);
        if (count >= 0)
        {
            return (int)count;
        }

        int error = Marshal.GetLastPInvokeError();
        if (error is not (LinuxSystemCalls.ErrorAgain or LinuxSystemCalls.ErrorInterrupted or LinuxSystemCalls.ErrorIo))
        {
            Fail(error);
        }

        return 0;
    }

    /// <summary>Gives the kernel a frame. If it does not want it (interface down, queue full), the frame is lost and counted.</summary>
    /// <param name="buffer">Holds the frame.</param>
    /// <param name="offset">Its first octet.</param>
    /// <param name="length">Its octets.</param>
    public void Write(byte[] buffer, int offset, int length)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, buffer.Length - offset);
        if (Failure != null)
        {
            return;
        }

        nint count;
        int error;
        do
        {
            count = LinuxSystemCalls.Write(_file, ref buffer[offset], (nuint)length);
            error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == LinuxSystemCalls.ErrorInterrupted);

        if (error != 0)
        {
            WriteDrops++;
            if (error == LinuxSystemCalls.ErrorBadState)
            {
                Fail(error);
            }
        }
    }

    /// <summary>Sleeps until the kernel has sent a frame, somebody calls <see cref="Wake"/>, or time is up.</summary>
    /// <param name="nanoseconds">How long at most; not negative.</param>
    public void Wait(long nanoseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nanoseconds);
        LinuxSystemCalls.TimeSpecification timeout = new()
        {
            Seconds = (nint)(nanoseconds / 1_000_000_000),
            Nanoseconds = (nint)(nanoseconds % 1_000_000_000),
        };
        _poll[0].Returned = 0;
        _poll[1].Returned = 0;
        int ready = LinuxSystemCalls.Poll(_poll, (nuint)_poll.Length, in timeout, 0);
        if (ready > 0 && _poll[1].Returned != 0)
        {
            _ = LinuxSystemCalls.Read(_wakeFile, ref _wakeCount[0], (nuint)_wakeCount.Length);
        }
    }

    /// <summary>Ends a <see cref="Wait"/>, or the next one; from any thread.</summary>
    public void Wake()
    {
        byte[] one = BitConverter.GetBytes(1UL);
        lock (_wakeCount)
        {
            // A thread that has outlived the loop must not write into whatever file has the number now.
            if (_file >= 0)
            {
                _ = LinuxSystemCalls.Write(_wakeFile, ref one[0], (nuint)one.Length);
            }
        }
    }

    /// <summary>Lets go of the interface; one that was made here vanishes.</summary>
    public void Dispose()
    {
        lock (_wakeCount)
        {
            if (_file >= 0)
            {
                _ = LinuxSystemCalls.Close(_file);
                _ = LinuxSystemCalls.Close(_wakeFile);
                _file = -1;
                Failure ??= "closed";
            }
        }
    }

    /// <summary>Throws when the kernel would not take a name (dev_valid_name) or would expand it.</summary>
    /// <exception cref="TapException">The message says what is wrong.</exception>
    public static void CheckName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0)
        {
            throw new TapException("an interface name has 1 to 15 characters, for example tap0");
        }

        if (Encoding.UTF8.GetByteCount(name) > MaxNameLength)
        {
            throw new TapException($"interface name '{name}' is too long: the kernel takes at most 15 characters, for example tap0");
        }

        foreach (char c in name)
        {
            if (c is <= ' ' or '/' or ':' or '%' or >= (char)127)
            {
                throw new TapException($"interface name '{name}' has a character that the kernel does not take; use letters and digits, for example tap0");
            }
        }

        if (name is "." or "..")
        {
            throw new TapException($"'{name}' is not an interface name; use letters and digits, for example tap0");
        }
    }

    private static int OpenClone()
    {
        int file = LinuxSystemCalls.Open(
            ClonePath, LinuxSystemCalls.OpenReadWrite | LinuxSystemCalls.OpenNonBlocking | LinuxSystemCalls.OpenCloseOnExec);
        if (file >= 0)
        {
            return file;
        }

        throw new TapException(Marshal.GetLastPInvokeError() switch
        {
            LinuxSystemCalls.ErrorNoEntry =>
                $"there is no {ClonePath}: load the module (modprobe tun), or give the container the device (--device {ClonePath})",
            LinuxSystemCalls.ErrorNoDevice or LinuxSystemCalls.ErrorNoSuchDevice =>
                $"{ClonePath} leads nowhere: this kernel has no TAP support loaded (modprobe tun)",
            LinuxSystemCalls.ErrorPermission or LinuxSystemCalls.ErrorAccess =>
                $"no permission to open {ClonePath}: run as root (sudo), or leave --tap out",
            _ => $"cannot open {ClonePath}: {LastErrorText()}",
        });
    }

    private static void Attach(int file, string name, bool exists)
    {
        byte[] request = Request(name);
        short flags = LinuxSystemCalls.TapFlag | LinuxSystemCalls.NoPacketInformationFlag;
        BitConverter.TryWriteBytes(request.AsSpan(RequestValue), flags);
        if (LinuxSystemCalls.Control(file, LinuxSystemCalls.TunSetInterface, request) >= 0)
        {
            return;
        }

        int error = Marshal.GetLastPInvokeError();
        if (error == LinuxSystemCalls.ErrorInvalid && exists)
        {
            // An interface made with multi_queue wants the flag from everybody who attaches.
            flags |= LinuxSystemCalls.MultiQueueFlag;
            request = Request(name);
            BitConverter.TryWriteBytes(request.AsSpan(RequestValue), flags);
            if (LinuxSystemCalls.Control(file, LinuxSystemCalls.TunSetInterface, request) >= 0)
            {
                return;
            }
        }

        throw new TapException(error switch
        {
            LinuxSystemCalls.ErrorPermission when exists =>
                $"no permission to use interface {name}: it belongs to another user; run as that user or as root (sudo)",
            LinuxSystemCalls.ErrorPermission =>
                $"no permission to make interface {name}: run as root (sudo), or let root make it once: ip tuntap add dev {name} mode tap user {Environment.UserName}",
            LinuxSystemCalls.ErrorBusy =>
                $"interface {name} is busy: another program has it open; stop that program or take another name",
            LinuxSystemCalls.ErrorInvalid when exists =>
                $"interface {name} exists but is not a TAP interface; take another name, for example tap0",
            _ => $"cannot {(exists ? "use" : "make")} interface {name}: {Marshal.GetPInvokeErrorMessage(error)}",
        });
    }

    private static void Configure(int socket, string name, uint address, int prefixLength)
    {
        SetAddress(socket, LinuxSystemCalls.SetInterfaceAddress, name, address, "give interface {0} the address " + Ipv4Address.ToText(address));
        SetAddress(socket, LinuxSystemCalls.SetInterfaceNetmask, name, Ipv4Address.Mask(prefixLength), "give interface {0} its netmask");
        TryGetFlags(socket, name, out short flags);
        byte[] request = Request(name);
        BitConverter.TryWriteBytes(request.AsSpan(RequestValue), (short)(flags | LinuxSystemCalls.InterfaceUp));
        Demand(LinuxSystemCalls.Control(socket, LinuxSystemCalls.SetInterfaceFlags, request), name, "bring interface {0} up");
    }

    private static void SetAddress(int socket, nuint operation, string name, uint address, string what)
    {
        // struct sockaddr_in: family in the host's order, port, address in network order.
        byte[] request = Request(name);
        BitConverter.TryWriteBytes(request.AsSpan(RequestValue), (short)LinuxSystemCalls.AddressFamilyInet);
        BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(RequestValue + 4), address);
        Demand(LinuxSystemCalls.Control(socket, operation, request), name, what);
    }

    private static void Demand(int result, string name, string what)
    {
        if (result < 0)
        {
            throw new TapException($"cannot {string.Format(null, what, name)}: {LastErrorText()}");
        }
    }

    private static bool TryGetFlags(int socket, string name, out short flags)
    {
        byte[] request = Request(name);
        bool exists = LinuxSystemCalls.Control(socket, LinuxSystemCalls.GetInterfaceFlags, request) >= 0;
        flags = exists ? BitConverter.ToInt16(request, RequestValue) : (short)0;
        return exists;
    }

    private static byte[] Request(string name)
    {
        byte[] request = new byte[RequestSize];
        Encoding.UTF8.GetBytes(name, request);
        return request;
    }

    private static string LastErrorText()
    {
        return Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
    }

    private void Fail(int error)
    {
        Failure = error == LinuxSystemCalls.ErrorBadState
            ? $"interface {Name} is gone: somebody removed it"
            : $"interface {Name} cannot be read any more: {Marshal.GetPInvokeErrorMessage(error)}";
    }
}
