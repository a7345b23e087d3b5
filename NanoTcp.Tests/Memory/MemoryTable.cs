using System;
using System.Globalization;
using System.Linq;
using System.Text;
using NanoTcp.Link;

namespace NanoTcp.Tests.Memory;

/// <summary>Builds stacks with one option changed at a time, weighs them, and writes down what each option costs.</summary>
internal static class MemoryTable
{
    /// <summary>The options that cost memory: name, its default, and how to make it larger by so many.</summary>
    private static readonly (string Name, int Default, int Step, string Unit, Action<NetworkStackOptions, int> Add)[] s_options =
    [
        ("Connections", new NetworkStackOptions().Connections, 1, "connection, its two rings included", (o, n) => o.Connections += n),
        ("ReceiveBuffer", new NetworkStackOptions().ReceiveBuffer, 1200, "1,200 octets in each connection", (o, n) => o.ReceiveBuffer += n),
        ("SendBuffer", new NetworkStackOptions().SendBuffer, 1200, "1,200 octets in each connection", (o, n) => o.SendBuffer += n),
        ("Gaps", new NetworkStackOptions().Gaps, 3, "3 gaps in each connection", (o, n) => o.Gaps += n),
        ("Listeners", new NetworkStackOptions().Listeners, 3, "3 listeners", (o, n) => o.Listeners += n),
        ("HalfOpen", new NetworkStackOptions().HalfOpen, 3, "3 handshakes", (o, n) => o.HalfOpen += n),
        ("TimeWaits", new NetworkStackOptions().TimeWaits, 3, "3 remembered connections", (o, n) => o.TimeWaits += n),
        ("Neighbours", new NetworkStackOptions().Neighbours, 3, "3 neighbours", (o, n) => o.Neighbours += n),
        ("NeighbourQueues", new NetworkStackOptions().NeighbourQueues, 1, "waiting packet", (o, n) => o.NeighbourQueues += n),
        ("MulticastGroups", new NetworkStackOptions().MulticastGroups, 1, "the first group, with what speaks IGMP", (o, n) => o.MulticastGroups += n),
        ("ReassemblyBuffers", new NetworkStackOptions().ReassemblyBuffers, 1, "the first datagram, of 1,480 octets", (o, n) => o.ReassemblyBuffers += n),
    ];

    /// <summary>A stack on a link, with default options changed as told.</summary>
    internal static NetworkStack BuildStack(ILinkDevice link, Action<NetworkStackOptions>? change = null)
    {
        NetworkStackOptions options = new() { Address = 0x0A000002, Random = new CountingRandom() };
        change?.Invoke(options);
        return new NetworkStack(link, options);
    }

    /// <summary>Both tables in the form that docs/memory.md holds between its marks.</summary>
    /// <param name="makeLink">Makes the driver.</param>
    internal static string Text(Func<ILinkDevice> makeLink)
    {
        StringBuilder text = new();
        MemoryTotals totals = MemoryTotals.Weigh(makeLink(), _ => { });

        text.Append("| Option | Default | Octets | for each further |\n|---|---:|---:|---|\n");
        foreach ((string name, int value, int step, string unit, Action<NetworkStackOptions, int> add) in s_options)
        {
            int more = MemoryTotals.Weigh(makeLink(), o => add(o, step)).Stack - totals.Stack;
            int each = name is "ReceiveBuffer" or "SendBuffer" or "Gaps" ? more / new NetworkStackOptions().Connections : more;
            text.Append(CultureInfo.InvariantCulture, $"| `{name}` | {value} | {Number(each)} | {unit} |\n");
        }

        text.Append("\n| What | Objects and arrays | Octets |\n|---|---:|---:|\n");
        foreach ((string type, (int count, int bytes)) in totals.ByType.OrderByDescending(t => t.Value.Bytes).ThenBy(t => t.Key, StringComparer.Ordinal)
            .Where(t => t.Value.Bytes >= 100))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {Name(type)} | {count} | {Number(bytes)} |\n");
        }

        (int smallCount, int smallBytes) = totals.ByType.Values.Where(v => v.Bytes < 100).Aggregate((0, 0), (s, v) => (s.Item1 + v.Count, s.Item2 + v.Bytes));
        text.Append(CultureInfo.InvariantCulture, $"| everything smaller | {smallCount} | {Number(smallBytes)} |\n");
        text.Append(CultureInfo.InvariantCulture, $"| *of these in the stack* | | {Number(totals.Stack)} |\n");
        text.Append(CultureInfo.InvariantCulture, $"| *of these in the driver* | | {Number(totals.Driver)} |\n");
        text.Append(CultureInfo.InvariantCulture, $"| static fields and tables | | {Number(totals.Statics)} |\n");
        text.Append(CultureInfo.InvariantCulture, $"| names of counters and other strings | {totals.Strings / 12} | {Number(totals.Strings)} |\n");
        text.Append(CultureInfo.InvariantCulture, $"| **all together** | | **{Number(totals.Total)}** |\n");

        text.Append("\n| For threads that wait | Octets |\n|---|---:|\n");
        foreach ((string name, int bytes) in MemoryTotals.WeighSockets(makeLink()))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {Number(bytes)} |\n");
        }

        text.Append("\n| Services | Octets |\n|---|---:|\n");
        foreach ((string name, int bytes) in MemoryTotals.WeighServices(makeLink()))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {Number(bytes)} |\n");
        }

        return text.ToString();
    }

    /// <summary>A type as C# writes it.</summary>
    private static string Name(string type)
    {
        int bracket = type.IndexOf('[', StringComparison.Ordinal);
        if (bracket < 0)
        {
            return $"`{type}`";
        }

        string element = type[..bracket] switch
        {
            "Byte" => "byte",
            "Boolean" => "bool",
            "UInt16" => "ushort",
            "Int32" => "int",
            "UInt32" => "uint",
            "Int64" => "long",
            "String" => "string",
            string other => other,
        };
        return $"`{element}{type[bracket..]}`";
    }

    private static string Number(int value)
    {
        return value.ToString("N0", CultureInfo.InvariantCulture);
    }

    private sealed class CountingRandom : Primitives.IRandomSource
    {
        private uint _next;

        public uint NextUInt32()
        {
            return _next++;
        }
    }
}
