using System;
using System.Collections.Generic;
using System.Device.Spi;
using Iot.Device.Ft232H;
using NanoTcp;
using NanoTcp.Boards;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Samples.Http;
using NanoTcp.Services;

// The HTTP status server on a desktop whose USB port leads to an ENC28J60 by way of an FT232H; wiring: README.md.
List<Ft232HDevice> adapters;
try
{
    adapters = Ft232HDevice.GetFt232H();
}
catch (DllNotFoundException)
{
    Console.Error.WriteLine("No D2XX library: install that of FTDI, see README.md.");
    return 1;
}

if (adapters.Count == 0)
{
    Console.Error.WriteLine("No FT232H found: is it plugged in, and does no other driver hold it?");
    return 1;
}

using Ft232HDevice adapter = adapters[0];
using SpiDevice device = adapter.CreateSpiDevice(SystemDeviceSpiBus.Settings(busId: 0, chipSelect: 3, clockFrequency: 10_000_000));
Enc28j60Driver driver = new(new SystemDeviceSpiBus(device), 0x020000770002, new Enc28j60Options());
NetworkStack stack = new(driver, new NetworkStackOptions { Random = new SystemRandom(), MulticastGroups = 1 });

// By DHCP, and found as nanotcp.local. A fixed address:
// Host = new HostConfigurationOptions { Mode = HostMode.Static, Address = Ipv4Address.From(192, 168, 1, 77) },
HostServices services = new(stack, new HostServicesOptions { Services = [new MdnsService("NanoTcp status", "_http._tcp", 80, null)] });

BoardLoop loop = new(stack, driver);
loop.TellOf(services.Host);
HttpServer server = new(stack, port: 80, sessions: 4);
server.Show(services);
loop.Add(server);
loop.Run();
return 0;
