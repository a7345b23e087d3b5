using System;
using System.Collections.Generic;
using System.Reflection;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Link;

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
        Assembly[] device = [typeof(NetworkStack).Assembly, typeof(ISpiBus).Assembly];
        DeviceMemory scale = new(device);
        int driver = scale.Add(link);
        int body = scale.Add(stack);
        Dictionary<string, (int Count, int Bytes)> byType = new(scale.ByType);
        return new MemoryTotals(body, driver, scale.AddStatics(), scale.Strings, byType);
    }
}
