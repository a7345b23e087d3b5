using System.Device.Gpio;
using System.Device.Spi;
using NanoTcp;
using NanoTcp.Boards;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Samples.Http;
using NanoTcp.Services;

// The HTTP status server on a Raspberry Pi with an ENC28J60 on spidev; wiring: README.md.
const int Interrupt = 25;
using SpiDevice device = SpiDevice.Create(SystemDeviceSpiBus.Settings(busId: 0, chipSelect: 0, clockFrequency: 10_000_000));
Enc28j60Driver driver = new(new SystemDeviceSpiBus(device), 0x020000770002, new Enc28j60Options { UseInterruptPin = true });
NetworkStack stack = new(driver, new NetworkStackOptions { Random = new SystemRandom(), MulticastGroups = 1 });

// By DHCP, and found as nanotcp.local. A fixed address:
// Host = new HostConfigurationOptions { Mode = HostMode.Static, Address = Ipv4Address.From(192, 168, 1, 77) },
HostServices services = new(stack, new HostServicesOptions { Services = [new MdnsService("NanoTcp status", "_http._tcp", 80, null)] });

BoardLoop loop = new(stack, driver);
loop.TellOf(services.Host);
HttpServer server = new(stack, port: 80, sessions: 4);
server.Show(services);
loop.Add(server);

// INT not wired? Leave these lines out and UseInterruptPin false: the driver polls then.
using GpioController pins = new();
pins.OpenPin(Interrupt, PinMode.InputPullUp);
pins.RegisterCallbackForPinValueChangedEvent(Interrupt, PinEventTypes.Falling, (_, _) => loop.Wake());
loop.Run();
