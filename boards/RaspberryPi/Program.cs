using System.Device.Gpio;
using System.Device.Spi;
using NanoTcp;
using NanoTcp.Boards;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Samples.Http;
using NanoTcp.Wire;

// The HTTP status server on a Raspberry Pi with an ENC28J60 on spidev; wiring: README.md.
const int Interrupt = 25;
using SpiDevice device = SpiDevice.Create(SystemDeviceSpiBus.Settings(busId: 0, chipSelect: 0, clockFrequency: 10_000_000));
Enc28j60Driver driver = new(new SystemDeviceSpiBus(device), 0x020000770002, new Enc28j60Options { UseInterruptPin = true });
NetworkStackOptions options = new() { Random = new SystemRandom() };
options.Address = Ipv4Address.From(192, 168, 1, 77); // The stack has no DHCP yet: an address that is free in your network.

NetworkStack stack = new(driver, options);
BoardLoop loop = new(stack, driver);
loop.Add(new HttpServer(stack, port: 80, sessions: 4));

// INT not wired? Leave these lines out and UseInterruptPin false: the driver polls then.
using GpioController pins = new();
pins.OpenPin(Interrupt, PinMode.InputPullUp);
pins.RegisterCallbackForPinValueChangedEvent(Interrupt, PinEventTypes.Falling, (_, _) => loop.Wake());
loop.Run();
