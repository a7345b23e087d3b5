using NanoTcp;
using NanoTcp.Boards;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Samples.Http;
using NanoTcp.Services;
using nanoFramework.Hardware.Esp32;

namespace Esp32S3DevKitC;

/// <summary>The HTTP status server on an ESP32-S3-DevKitC with an ENC28J60; wiring and flashing: README.md.</summary>
public static class Program
{
    /// <summary>Puts board, driver, stack and server together, and runs them.</summary>
    public static void Main()
    {
        Configuration.SetPinFunction(11, DeviceFunction.SPI1_MOSI);
        Configuration.SetPinFunction(13, DeviceFunction.SPI1_MISO);
        Configuration.SetPinFunction(12, DeviceFunction.SPI1_CLOCK);
        ISpiBus spi = new NanoFrameworkSpiBus(busId: 1, chipSelect: 10, clockFrequency: 10000000, wordsGoLowOctetFirst: true);

        // Each board on one network needs a MAC address of its own.
        Enc28j60Driver driver = new Enc28j60Driver(spi, 0x020000770002, new Enc28j60Options { UseInterruptPin = true });
        NetworkStack stack = new NetworkStack(driver, new NetworkStackOptions { Random = new BoardRandom(), MulticastGroups = 1 });

        // By DHCP, and found as nanotcp.local. A fixed address:
        // Host = new HostConfigurationOptions { Mode = HostMode.Static, Address = Ipv4Address.From(192, 168, 1, 77) },
        HostServices services = new HostServices(stack, new HostServicesOptions
        {
            Services = new MdnsService[] { new MdnsService("NanoTcp status", "_http._tcp", 80, null) },
            Time = new SntpClientOptions { Clock = new BoardSystemClock() },
        });

        BoardLoop loop = new BoardLoop(stack, driver);
        loop.TellOf(services.Host);
        HttpServer server = new HttpServer(stack, port: 80, sessions: 4);
        server.Show(services);
        loop.Add(server);

        // INT not wired? Leave this line out and UseInterruptPin false: the driver polls then.
        loop.Interrupt = new Enc28j60InterruptPin(pinNumber: 14, loop.Wake);
        loop.Run();
    }
}
