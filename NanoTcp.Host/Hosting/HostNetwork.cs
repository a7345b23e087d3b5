using System;
using System.IO;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Host.Cable;
using NanoTcp.Host.Capture;
using NanoTcp.Host.Forwarding;
using NanoTcp.Host.Scheduling;
using NanoTcp.Host.Simulation;
using NanoTcp.Host.Tap;
using NanoTcp.Link;
using NanoTcp.Services;
using NanoTcp.Tcp;

namespace NanoTcp.Host.Hosting;

/// <summary>
/// The whole simulation as a command line asks for it: the device's stack, with or without driver and chip, on a cable
/// whose other end is a TAP interface of the kernel or the desktop's own stack with a forwarder; and the loop that runs it.
/// </summary>
public sealed class HostNetwork : IDisposable
{
    private const long DesktopMacAddress = 0x020000770001;
    private const long OtherDesktopMacAddress = 0x0200007700FE;
    private const int DesktopConnections = 64;
    private const int DesktopBuffer = 16 * 1024;
    private const int DeviceListeners = 16;

    /// <summary>How long giving a lease back may take, in ms: the server may have to be asked for by ARP.</summary>
    private const int ReleaseTimeout = 1000;

    private readonly LoopWaiter _waiter;
    private readonly PcapngWriter? _capture;
    private bool _captureFailureTold;

    /// <summary>Builds the simulation.</summary>
    /// <param name="options">The command line.</param>
    /// <param name="services">What the device offers, to be found by DNS-SD where it gets its address from the network.</param>
    /// <exception cref="HostException">The TAP interface or the capture file cannot be had.</exception>
    public HostNetwork(HostOptions options, params MdnsService[] services)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        Clock = new RealTimeClock();
        Cable = new VirtualCable(Clock);
        try
        {
            _capture = OpenCapture(options.CaptureFile);
            if (_capture != null)
            {
                Cable.AddMonitor(_capture);
            }

            Tap = OpenTap(options);
            _waiter = Tap != null ? new TapWaiter(Tap) : new SocketWaiter();
            Loop = new NetworkLoop(Clock, _waiter);
            CablePort devicePort = Cable.AddPort("device");
            CablePort farPort = Cable.AddPort(Tap != null ? "tap" : "desktop");
            if (Tap != null)
            {
                Loop.Add(new PortArrival(farPort));
                TapBridge bridge = new(Tap, farPort);
                Loop.AddCarrier(_ => bridge.Pump());
                Loop.AddCarrier(_ => StopWhenTapIsGone());
            }

            Device = new NetworkStack(BuildDeviceLink(devicePort), DeviceOptions());
            Loop.Add(Device);
            if (options.Dhcp)
            {
                Services = new HostServices(Device, new HostServicesOptions
                {
                    Host = new HostConfigurationOptions { HostName = options.HostName },
                    Services = services,
                });
            }

            if (Tap == null)
            {
                Desktop = new NetworkStack(BuildDesktopLink(farPort), DesktopOptions());
                Loop.Add(Desktop);
                Forwarder = new LoopbackForwarder(Desktop);
                Loop.AddService(Forwarder.Poll);
                ((SocketWaiter)_waiter).Add(Forwarder);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The command line.</summary>
    public HostOptions Options { get; }

    /// <summary>The time that everything lives in.</summary>
    public SimulationClock Clock { get; }

    /// <summary>The cable.</summary>
    public VirtualCable Cable { get; }

    /// <summary>The loop that runs everything; services are added to it.</summary>
    public NetworkLoop Loop { get; }

    /// <summary>The device's stack.</summary>
    public NetworkStack Device { get; }

    /// <summary>What gets the device its address and its name from the network; null when the command line gives the address.</summary>
    public HostServices? Services { get; }

    /// <summary>The emulated chip, or null.</summary>
    public Enc28j60Chip? Chip { get; private set; }

    /// <summary>The driver of that chip, or null.</summary>
    public Enc28j60Driver? Driver { get; private set; }

    /// <summary>The TAP interface, or null.</summary>
    public TapDevice? Tap { get; }

    /// <summary>The desktop's stack at the other end of the cable, or null when a TAP interface is there.</summary>
    public NetworkStack? Desktop { get; }

    /// <summary>The forwarder on the desktop's stack, or null.</summary>
    public LoopbackForwarder? Forwarder { get; }

    /// <summary>Why the loop ended though nobody asked it to; null when somebody did.</summary>
    public string? Failure { get; private set; }

    /// <summary>Lets the loop also wake up for somebody's sockets.</summary>
    /// <exception cref="InvalidOperationException">The loop sleeps on a TAP interface.</exception>
    public void AddSocketUser(ISocketUser user)
    {
        if (_waiter is not SocketWaiter waiter)
        {
            throw new InvalidOperationException("Over a TAP interface the loop does not wait for sockets.");
        }

        waiter.Add(user);
    }

    /// <summary>Wakes the loop; from any thread.</summary>
    public void Wake()
    {
        _waiter.Wake();
    }

    /// <summary>Lets the peers know that this is the end: resets what is open, lets the last frames out, and gives a lease back.</summary>
    public void ShutDown()
    {
        Loop.RemoveServices();
        Forwarder?.Dispose();
        for (int i = Device.ConnectionCapacity - 1; i >= 0; i--)
        {
            AbortIfOwned(Device.GetConnection(i));
        }

        Loop.RunUntilQuiet(quiet: 20, longest: 500);
        if (Services != null)
        {
            long end = Clock.Milliseconds + ReleaseTimeout;
            while (!Services.Stop() && Clock.Milliseconds < end)
            {
                Loop.RunUntilQuiet(quiet: 20, longest: 100);
            }
        }
    }

    /// <summary>Why capturing has ended early, once; null when there is nothing new to tell.</summary>
    public string? TakeCaptureFailure()
    {
        if (_captureFailureTold || _capture?.Failure == null)
        {
            return null;
        }

        _captureFailureTold = true;
        return $"--pcap: the capture in '{Options.CaptureFile}' ends here: {_capture.Failure}";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Forwarder?.Dispose();
        Tap?.Dispose();
        _waiter?.Dispose();
        _capture?.Dispose();
    }

    private static PcapngWriter? OpenCapture(string? path)
    {
        if (path == null)
        {
            return null;
        }

        try
        {
            return PcapngWriter.Create(path, (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            string why = e switch
            {
                _ when Directory.Exists(path) => "that is a folder; give the name of a file",
                UnauthorizedAccessException => "no permission; choose a file in a folder that is yours",
                DirectoryNotFoundException => "there is no such folder; make it first or choose another",
                _ => e.Message.ReplaceLineEndings(" "),
            };
            throw new HostException($"--pcap: cannot write '{path}': {why}");
        }
    }

    private static TapDevice? OpenTap(HostOptions options)
    {
        if (options.Tap == null)
        {
            return null;
        }

        try
        {
            return TapDevice.Open(options.Tap, options.PeerAddress, options.PrefixLength);
        }
        catch (TapException e)
        {
            throw new HostException($"--tap: {e.Message}");
        }
    }

    /// <summary>A connection that its owner has given back already is the stack's to finish.</summary>
    private static void AbortIfOwned(TcpConnection? connection)
    {
        try
        {
            connection?.Abort();
        }
        catch (InvalidOperationException)
        {
        }
    }

    private ILinkDevice BuildDeviceLink(CablePort port)
    {
        if (!Options.UseChip)
        {
            Loop.Add(new PortArrival(port));
            return new CableLink(port, Options.MacAddress);
        }

        Chip = new Enc28j60Chip(Clock, port, new Enc28j60ChipOptions());
        Loop.Add(new ChipInterrupt(Chip));
        Driver = new Enc28j60Driver(Chip, Options.MacAddress, new Enc28j60Options { UseInterruptPin = true });
        return Driver;
    }

    private CableLink BuildDesktopLink(CablePort port)
    {
        Loop.Add(new PortArrival(port));
        return new CableLink(port, Options.MacAddress == DesktopMacAddress ? OtherDesktopMacAddress : DesktopMacAddress);
    }

    private NetworkStackOptions DeviceOptions()
    {
        return new NetworkStackOptions
        {
            Address = Options.Dhcp ? 0 : Options.Address,
            PrefixLength = Options.PrefixLength,
            Gateway = Options.Gateway,
            Random = new SystemRandom(),
            Connections = Options.Connections,
            Listeners = DeviceListeners,
            MulticastGroups = Options.Dhcp ? 1 : 0,
            ReassemblyBuffers = 1,
            ReceiveBuffer = Options.BufferSize,
            SendBuffer = Options.BufferSize,
            MaxSegmentSize = Options.MaxSegmentSize,
            HalfOpen = Math.Clamp(Options.Connections * 2, 8, 256),
            TimeWaits = Math.Clamp(Options.Connections * 4, 16, 1024),
        };
    }

    private NetworkStackOptions DesktopOptions()
    {
        return new NetworkStackOptions
        {
            Address = Options.PeerAddress,
            PrefixLength = Options.PrefixLength,
            Random = new SystemRandom(),
            Connections = DesktopConnections,
            Listeners = 1,
            ReceiveBuffer = DesktopBuffer,
            SendBuffer = DesktopBuffer,
            TimeWaits = 256,
        };
    }

    private bool StopWhenTapIsGone()
    {
        if (Failure != null || Tap!.Failure == null)
        {
            return false;
        }

        Failure = Tap.Failure;
        Loop.Stop();
        return true;
    }
}
