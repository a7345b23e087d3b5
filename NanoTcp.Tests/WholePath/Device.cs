using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Host.Cable;
using NanoTcp.Samples.Http;
using NanoTcp.Tcp;
using NanoTcp.Wire;

namespace NanoTcp.Tests.WholePath;

/// <summary>
/// What stands on a desk: a device (HTTP server, stack, driver, SPI bus, chip), a cable, and a computer at the other end.
/// </summary>
internal sealed class Device
{
    internal static readonly uint DeviceAddress = Ipv4Address.From(192, 168, 77, 2);
    internal static readonly uint ComputerAddress = Ipv4Address.From(192, 168, 77, 1);

    private readonly CablePort _computerPort;

    internal Device(int connections = 4, Impairments? impairments = null)
    {
        Clock = new VirtualClock(5_000_000_000);
        VirtualCable cable = new(Clock);
        cable.Reserve(64);
        _computerPort = cable.AddPort("computer", impairments);
        Chip = new Enc28j60Chip(Clock, cable.AddPort("device", impairments), new Enc28j60ChipOptions());
        Driver = new Enc28j60Driver(Chip, 0x020000770002, new Enc28j60Options { UseInterruptPin = true });
        Stack = new NetworkStack(
            Driver,
            new NetworkStackOptions { Address = DeviceAddress, Connections = connections, Random = new SeededRandom(1) });
        Server = new HttpServer(Stack, 80, connections);
        Computer = new NetworkStack(
            new CableLink(_computerPort, 0x020000770001),
            new NetworkStackOptions
            {
                Address = ComputerAddress,
                Connections = 32,
                ReceiveBuffer = 16384,
                SendBuffer = 16384,
                TimeWaits = 1024,
                TimeWaitDuration = 1000,
                Random = new SeededRandom(2),
            });
    }

    internal VirtualClock Clock { get; }

    internal Enc28j60Chip Chip { get; }

    internal Enc28j60Driver Driver { get; }

    internal NetworkStack Stack { get; }

    internal HttpServer Server { get; }

    internal NetworkStack Computer { get; }

    /// <summary>Opens a connection to the server, whether it succeeds or not.</summary>
    internal TcpConnection Connect()
    {
        TcpConnection connection = Computer.Connect(DeviceAddress, 80);
        Assert.IsNotNull(connection, "the computer has no connection left");
        return connection;
    }

    /// <summary>Runs everything until <paramref name="done"/>; fails when it takes longer than so much virtual time.</summary>
    internal void RunUntil(Func<bool> done, string what, long milliseconds = 60_000)
    {
        long end = Clock.Milliseconds + milliseconds;
        while (!done())
        {
            Assert.IsLessThan(end, Clock.Milliseconds, what);
            Step();
        }
    }

    internal void Run(long milliseconds)
    {
        long end = Clock.Milliseconds + milliseconds;
        while (Clock.Milliseconds < end)
        {
            Step();
        }
    }

    /// <summary>One round of everybody's loop, then the time to the next thing that happens.</summary>
    internal void Step()
    {
        long device = Stack.Poll(Clock.Milliseconds);
        bool served = Server.Poll(Clock.Milliseconds);
        long computer = Computer.Poll(Clock.Milliseconds);
        Chip.Update();
        if (served || Chip.InterruptPinLow)
        {
            return;
        }

        long wait = Math.Min(Math.Min(device, computer), 10) * 1_000_000;
        wait = Math.Min(wait, Chip.NanosecondsToNextEvent);
        long frame = _computerPort.NanosecondsToNextFrame;
        Clock.Advance(Math.Max(100, frame < 0 ? wait : Math.Min(wait, frame)));
    }
}
