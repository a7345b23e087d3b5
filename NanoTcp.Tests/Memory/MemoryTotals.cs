using System;
using System.Collections.Generic;
using System.Reflection;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Link;
using NanoTcp.Services;
using NanoTcp.Sockets;

namespace NanoTcp.Tests.Memory;

/// <summary>What a stack and its driver weigh on the device.</summary>
internal sealed record MemoryTotals(
    int Stack, int Driver, int Statics, int Strings, IReadOnlyDictionary<string, (int Count, int Bytes)> ByType)
{
    /// <summary>Everything.</summary>
    internal int Total => Stack + Driver + Statics + Strings;

    /// <summary>Builds a stack on a driver and weighs both.</summary>
    internal static MemoryTotals Weigh(ILinkDevice link, Action<NetworkStackOptions> change)
    {
        NetworkStack stack = MemoryTable.BuildStack(link, change);
        Assembly[] device = [typeof(NetworkStack).Assembly, typeof(HostServices).Assembly, typeof(ISpiBus).Assembly];
        DeviceMemory scale = new(device);
        int driver = scale.Add(link);
        int body = scale.Add(stack);
        Dictionary<string, (int Count, int Bytes)> byType = new(scale.ByType);
        return new MemoryTotals(body, driver, scale.AddStatics(), scale.Strings, byType);
    }

    /// <summary>What the blocking face adds to a stack.</summary>
    internal static IEnumerable<(string Name, int Bytes)> WeighSockets(ILinkDevice link)
    {
        NetworkStack stack = MemoryTable.BuildStack(link);
        DeviceMemory scale = new(typeof(NetworkStack).Assembly);
        scale.Add(link);
        scale.Add(stack);
        NetworkRunner runner = new(stack, new NoClock(), 1);
        yield return ("`NetworkRunner`", scale.Add(runner));
        yield return ("each `NanoTcpStream`", scale.Add(new NanoTcpStream(runner)));
        yield return ("each `NanoTcpServer`", scale.Add(new NanoTcpServer(runner, 1, 1)));
    }

    /// <summary>What sockets and services add to a stack, each by itself.</summary>
    internal static IEnumerable<(string Name, int Bytes)> WeighServices(ILinkDevice link)
    {
        NetworkStack stack = MemoryTable.BuildStack(link, options => options.MulticastGroups = 1);
        DeviceMemory scale = new(typeof(NetworkStack).Assembly, typeof(HostServices).Assembly);
        scale.Add(link);
        scale.Add(stack);
        yield return ("each `UdpSocket`, with queues of 512 octets", scale.Add(stack.CreateUdpSocket(512, 512)));
        MdnsResponder responder = new(stack, "nanotcp", [new MdnsService("NanoTcp", "_http._tcp", 80, null!)]);
        yield return ("`MdnsResponder`, with one service", scale.Add(responder));
        yield return ("`MdnsResolver`, for four names", scale.Add(new MdnsResolver(responder, 4)));
        int dns = scale.Add(new DnsClient(stack, new DnsClientOptions()));
        int more = scale.Add(new DnsClient(stack, new DnsClientOptions { Queries = 5 }));
        yield return ("`DnsClient`, with two queries and four remembered answers", dns);
        yield return ("each further query of it", (more - dns) / 3);
        more = scale.Add(new DnsClient(stack, new DnsClientOptions { CacheEntries = 10 }));
        yield return ("each further remembered answer of it", (more - dns) / 6);
        yield return ("`SntpClient`", scale.Add(new SntpClient(stack, new SntpClientOptions())));
        NetworkStack bare = MemoryTable.BuildStack(link, options => options.Address = 0);
        scale.Add(bare);
        yield return ("`HostConfiguration`: DHCP, link-local addresses, conflicts", scale.Add(new HostConfiguration(bare, new HostConfigurationOptions())));
    }

    private sealed class NoClock : NetworkClock
    {
        public override long Milliseconds => 0;
    }
}
