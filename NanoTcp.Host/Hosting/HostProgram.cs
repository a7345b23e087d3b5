using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Host.Forwarding;
using NanoTcp.Link;
using NanoTcp.Services;
using NanoTcp.Wire;

namespace NanoTcp.Host.Hosting;

/// <summary>
/// What every program on the desktop does around its services: reads the command line, builds the simulation, forwards
/// ports, prints what to type next, runs until Ctrl-C or SIGTERM, and cleans up.
/// </summary>
public sealed class HostProgram
{
    private const int Failure = 1;

    /// <summary>Milliseconds that the link may take to come up before the program goes on without it.</summary>
    private const int LinkTimeout = 2000;

    /// <summary>Milliseconds in which the device has an address, a link-local one at least: 12 s of asking, and probing.</summary>
    private const int AddressTimeout = 25_000;

    private readonly HostNetwork _network;
    private readonly TextWriter _output;
    private readonly TextWriter _error;
    private readonly List<string> _forwarded = [];
    private readonly Enc28j60Notices? _notices;
    private readonly HostNotices? _address;
    private StandardStreamClient? _client;

    private HostProgram(HostNetwork network, TextWriter output, TextWriter error)
    {
        _network = network;
        _output = output;
        _error = error;
        _address = network.Services != null ? new HostNotices(network.Services.Host) : null;
        _notices = network.Driver != null ? new Enc28j60Notices(network.Driver) : null;
    }

    /// <summary>The simulation.</summary>
    public HostNetwork Network
    {
        get { return _network; }
    }

    /// <summary>The command line.</summary>
    public HostOptions Options
    {
        get { return _network.Options; }
    }

    /// <summary>Whether a TAP interface of the kernel is at the other end of the cable.</summary>
    public bool OverTap
    {
        get { return _network.Tap != null; }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <param name="arguments">Its command line.</param>
    /// <param name="description">In what it differs from others.</param>
    /// <param name="compose">Adds the services, forwards ports and prints what to type next.</param>
    /// <returns>The exit code: 0 in order, 1 when it could not go on, 2 when the command line cannot be obeyed.</returns>
    public static int Run(string[] arguments, HostProgramDescription description, Action<HostProgram> compose)
    {
        return Run(arguments, description, compose, Console.Out, Console.Error);
    }

    /// <summary>Like the other, with its own places for what it prints.</summary>
    public static int Run(
        string[] arguments, HostProgramDescription description, Action<HostProgram> compose, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(compose);
        ArgumentNullException.ThrowIfNull(error);
        HostOptions? options = new HostCommandLine(description).Parse(arguments, output, error, out int exitCode);
        if (options == null)
        {
            return exitCode;
        }

        try
        {
            using HostNetwork network = new(options, description.Services);
            return new HostProgram(network, output, error).Run(compose);
        }
        catch (HostException e)
        {
            error.WriteLine(e.Message);
            return HostCommandLine.BadCommandLine;
        }
    }

    /// <summary>Adds a service on the device's stack.</summary>
    /// <param name="poll">Given the time in ms; returns true when it did something.</param>
    public void AddService(Func<long, bool> poll)
    {
        _network.Loop.AddService(poll);
    }

    /// <summary>
    /// Makes a port of the device reachable: over TAP it is already, else a loopback port is forwarded to it.
    /// </summary>
    /// <param name="remotePort">The device's port.</param>
    /// <param name="port">The loopback port that the command line gives; 0 for a free one; null when it gives none.</param>
    /// <param name="preferred">The port to try when the command line gives none; a free one is taken when it is in use.</param>
    /// <returns>Where to reach it, as address:port; without <c>:80</c> for a device that is reached at port 80.</returns>
    /// <exception cref="HostException">The port cannot be had.</exception>
    public string Expose(int remotePort, int? port, int preferred)
    {
        string device = Ipv4Address.ToText(_network.Device.Address);
        if (_network.Forwarder == null)
        {
            return remotePort == 80 ? device : $"{device}:{remotePort}";
        }

        int actual;
        try
        {
            actual = _network.Forwarder.Listen(port ?? preferred, Options.Address, remotePort);
        }
        catch (SocketException) when (port == null)
        {
            actual = _network.Forwarder.Listen(0, Options.Address, remotePort);
        }
        catch (SocketException e)
        {
            throw new HostException(e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse =>
                    $"--listen: port {port} on 127.0.0.1 is in use by another program; choose another, or 0 for a free one",
                SocketError.AccessDenied =>
                    $"--listen: no permission for port {port}: ports below 1024 are for root; choose another, or 0 for a free one",
                _ => $"--listen: port {port} on 127.0.0.1 cannot be had: {e.Message}",
            });
        }

        _forwarded.Add($"127.0.0.1:{actual} -> {device}:{remotePort}");
        return $"127.0.0.1:{actual}";
    }

    /// <summary>The name by which the link finds the device, <c>name.local</c>; null when it has none.</summary>
    public string? LocalName
    {
        get { return _network.Services?.Mdns is { } mdns ? $"{mdns.HostName}.local" : null; }
    }

    /// <summary>Prints the device and how it is connected.</summary>
    /// <param name="title">The program.</param>
    public void PrintSetting(string title)
    {
        _output.WriteLine(title);
        string through = _network.Chip != null ? "through driver and emulated ENC28J60" : "straight on the cable, no chip";
        _output.WriteLine($"  device   {Ipv4Address.ToText(_network.Device.Address)}/{_network.Device.PrefixLength}, {MacAddress.ToText(Options.MacAddress)}, {through}");
        if (_network.Tap != null)
        {
            string state = _network.Tap.Created
                ? $"made for this run, with {Ipv4Address.ToText(Options.PeerAddress)}/{Options.PrefixLength} on the kernel's side"
                : "existed already, used as it is";
            _output.WriteLine($"  tap      {_network.Tap.Name}, {state}");
            if (!_network.Tap.IsUp())
            {
                _output.WriteLine($"           it is down, so nothing gets through; bring it up: ip link set {_network.Tap.Name} up");
            }
        }

        foreach (string line in _forwarded)
        {
            _output.WriteLine($"  forward  {line}");
        }

        if (Options.CaptureFile != null)
        {
            _output.WriteLine($"  capture  {Options.CaptureFile}");
        }
    }

    /// <summary>Prints a line.</summary>
    public void Print(string line)
    {
        _output.WriteLine(line);
    }

    /// <summary>Makes this run a client instead: standard input is sent to where the command line says, standard output
    /// carries what the peer sends and nothing else.</summary>
    /// <exception cref="HostException">That address cannot be reached this way.</exception>
    public void Connect()
    {
        string name = $"{Ipv4Address.ToText(Options.ConnectAddress)}:{Options.ConnectPort}";
        uint address = Options.ConnectAddress;
        bool loopback = address >> 24 == 127;
        if (OverTap && loopback)
        {
            throw new HostException(
                $"--connect: over --tap the device has its own loopback; give the kernel's address, for example {Ipv4Address.ToText(Options.PeerAddress)}:{Options.ConnectPort}");
        }

        if (!OverTap && !loopback && address != Options.PeerAddress)
        {
            throw new HostException(
                $"--connect: without --tap only this computer can be reached, as 127.0.0.1:{Options.ConnectPort}; give --tap NAME to reach others");
        }

        _client = new StandardStreamClient(
            _network.Device,
            loopback ? Options.PeerAddress : address,
            Options.ConnectPort,
            name,
            Console.OpenStandardInput(),
            Console.OpenStandardOutput(),
            _error,
            _network.Wake);
        if (_network.Desktop == null)
        {
            AddService(PollClient);
            return;
        }

        LoopbackDialer dialer = new(_network.Desktop, _network.Forwarder!, Options.ConnectPort);
        _network.AddSocketUser(dialer);
        AddService(dialer.Poll);
        AddService(now =>
        {
            _client.IsHeld = !dialer.IsDecided;
            return PollClient(now);
        });
    }

    private bool PollClient(long now)
    {
        bool worked = _client!.Poll(now);
        if (_client.Result != ClientResult.Running)
        {
            _network.Loop.Stop();
        }

        return worked;
    }

    private int Run(Action<HostProgram> compose)
    {
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

        // The chip takes a moment to start. What is printed invites to connect, so it must be true when it is read.
        _network.Loop.RunUntil(() => _network.Device.Link.Status == LinkStatus.Up, LinkTimeout);
        TellBeginning();
        try
        {
            WaitForAddress();
            compose(this);
            _output.Flush();
        }
        catch (IOException e)
        {
            _error.WriteLine($"cannot print to standard output: {e.Message.ReplaceLineEndings(" ")}");
            return Failure;
        }

        _network.Loop.AddService(_ => TellCaptureFailure());
        _network.Loop.AddService(_ => TellChip());
        _network.Loop.AddService(_ => TellAddress());
        _network.Loop.Run();
        _network.ShutDown();
        if (_network.Failure != null)
        {
            _error.WriteLine(_network.Failure);
            return Failure;
        }

        return _client?.Result == ClientResult.Failed ? Failure : 0;
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        _network.Loop.Stop();
    }

    /// <summary>That the link is up goes without saying, as long as nothing is wrong.</summary>
    private void TellBeginning()
    {
        if (_network.Driver is { Status: LinkStatus.Up, Problem: Enc28j60Problem.None })
        {
            _notices!.Take();
        }

        TellChip();
    }

    /// <summary>What the services print must be the address that the device has; where it comes from is said before.</summary>
    private void WaitForAddress()
    {
        if (_network.Services is not { } services)
        {
            return;
        }

        Notices.WriteLine($"Asking for an address on {_network.Tap!.Name} ...");
        Notices.Flush();
        _address!.Take();
        _network.Loop.RunUntil(() => TellAddress() || services.Host.HasAddress, AddressTimeout);
        TellAddress();
    }

    /// <summary>Where lines about the device go: a client's output is its peer's.</summary>
    private TextWriter Notices
    {
        get { return Options.ConnectPort != 0 ? _error : _output; }
    }

    private bool TellAddress()
    {
        if (_address?.Take() is { } line)
        {
            Notices.WriteLine(line);
            Notices.Flush();
        }

        return false;
    }

    /// <summary>What is wrong with a chip has to be said here: no page comes through one that does not answer.</summary>
    private bool TellChip()
    {
        if (_notices?.Take() is { } line)
        {
            _error.WriteLine(line);
        }

        return false;
    }

    private bool TellCaptureFailure()
    {
        if (_network.TakeCaptureFailure() is { } line)
        {
            _error.WriteLine(line);
        }

        return false;
    }
}
