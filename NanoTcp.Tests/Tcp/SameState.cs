using System;
using System.Collections.Generic;
using System.Reflection;

namespace NanoTcp.Tests.Tcp;

/// <summary>Compares two stacks field by field, with all that they lead to inside the stack's assembly.</summary>
internal sealed class SameState
{
    /// <summary>What is rewritten for every frame and read for that frame only, and what is predicted of the next one.</summary>
    private static readonly HashSet<string> s_passing =
    [
        "TcpLayer._predicted", "TcpLayer._predictedAddresses", "TcpLayer._predictedPorts", "TcpLayer._segment", "TcpLayer.Outcome",
        "Ipv4Layer.Header", "Ipv4Layer.ReceiveOffset", "Ipv4Layer.ReceivedUnicast", "Ipv4Layer.Buffer",
        "EthernetLayer.Frame", "EthernetLayer.PayloadLength", "EthernetLayer.Type", "EthernetLayer.ReceivedUnicast",
    ];

    private static readonly Dictionary<Type, FieldInfo[]> s_fields = [];
    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);

    /// <summary>Values that were compared.</summary>
    internal int Compared { get; private set; }

    /// <summary>The first difference, with its place; null when there is none.</summary>
    internal string? Find(object? a, object? b, string place)
    {
        if (a == null || b == null)
        {
            return a == b ? null : $"{place}: {a ?? "nothing"}, {b ?? "nothing"}";
        }

        Type type = a.GetType();
        if (type != b.GetType())
        {
            return $"{place}: {a}, {b}";
        }

        if (type.IsPrimitive || type.IsEnum || a is string)
        {
            Compared++;
            return a.Equals(b) ? null : $"{place}: {a}, {b}";
        }

        if (!_seen.Add(a))
        {
            return null;
        }

        return a is Array array ? FindIn(array, (Array)b, place) : type.Assembly == typeof(NetworkStack).Assembly ? FindInFields(type, a, b, place) : null;
    }

    private string? FindIn(Array a, Array b, string place)
    {
        if (a is byte[] octets)
        {
            Compared += octets.Length;
            int same = octets.AsSpan().CommonPrefixLength((byte[])b);
            return same == octets.Length ? null : $"{place}[{same}]";
        }

        for (int i = 0; i < a.Length; i++)
        {
            string? difference = Find(a.GetValue(i), b.GetValue(i), $"{place}[{i}]");
            if (difference != null)
            {
                return difference;
            }
        }

        return null;
    }

    private string? FindInFields(Type type, object a, object b, string place)
    {
        foreach (FieldInfo field in Fields(type))
        {
            string? difference = Find(field.GetValue(a), field.GetValue(b), $"{place}.{field.Name}");
            if (difference != null)
            {
                return difference;
            }
        }

        return null;
    }

    private static FieldInfo[] Fields(Type type)
    {
        if (!s_fields.TryGetValue(type, out FieldInfo[]? fields))
        {
            List<FieldInfo> all = [];
            for (Type? t = type; t != null && t != typeof(object); t = t.BaseType)
            {
                all.AddRange(t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly));
            }

            all.RemoveAll(field => s_passing.Contains($"{field.DeclaringType!.Name}.{field.Name}"));
            fields = [.. all];
            s_fields.Add(type, fields);
        }

        return fields;
    }
}
