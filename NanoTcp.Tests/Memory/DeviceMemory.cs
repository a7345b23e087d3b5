using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Threading;

namespace NanoTcp.Tests.Memory;

/// <summary>
/// Weighs an object graph as the heap of a 32-bit device would hold it: an object is 12 octets and 12 more a field, an
/// array a header of 20 octets and its elements, rounded up to 12 (docs/memory.md). An element that is a reference takes 12
/// octets, as a field does.
/// </summary>
internal sealed class DeviceMemory
{
    private const int Block = 12;
    private const int ArrayHeader = 20;
    private const int Reference = 12;

    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly Assembly[] _assemblies;

    /// <summary>Makes a scale.</summary>
    /// <param name="assemblies">Objects of other assemblies' types are somebody else's and are not weighed, arrays,
    /// strings and delegates apart.</param>
    internal DeviceMemory(params Assembly[] assemblies)
    {
        _assemblies = assemblies;
    }

    /// <summary>Octets of objects and arrays.</summary>
    internal int Total { get; private set; }

    /// <summary>Octets of string objects. Their characters stay in flash, where literals lie.</summary>
    internal int Strings { get; private set; }

    /// <summary>Number and octets by type.</summary>
    internal Dictionary<string, (int Count, int Bytes)> ByType { get; } = [];

    /// <summary>Weighs everything that an object leads to and that was not weighed before.</summary>
    /// <returns>The octets added.</returns>
    internal int Add(object? root)
    {
        int before = Total;
        Stack<object?> waiting = new([root]);
        while (waiting.TryPop(out object? item))
        {
            if (item == null || !IsOurs(item.GetType()) || !_seen.Add(item))
            {
                continue;
            }

            if (item is string)
            {
                Strings += Block;
            }
            else if (item is Array array)
            {
                Count(item, RoundUp(ArrayHeader + (array.Length * ElementSize(array.GetType().GetElementType()!))));
                if (!array.GetType().GetElementType()!.IsPrimitive)
                {
                    foreach (object? element in array)
                    {
                        waiting.Push(element);
                    }
                }
            }
            else if (item is Delegate call)
            {
                // A header and the method; the target belongs to whoever made it.
                Count(item, 2 * Block);
                waiting.Push(call.Target);
            }
            else if (item is WaitHandle || item.GetType() == typeof(object))
            {
                Count(item, Block);
            }
            else
            {
                FieldInfo[] fields = InstanceFields(item.GetType()).ToArray();
                Count(item, Block * (1 + fields.Length));
                foreach (FieldInfo field in fields.Where(f => !f.FieldType.IsPrimitive && !f.FieldType.IsEnum))
                {
                    waiting.Push(field.GetValue(item));
                }
            }
        }

        return Total - before;
    }

    /// <summary>Weighs what the static fields of the assemblies hold and was not weighed before, and the fields themselves.</summary>
    /// <returns>The octets added.</returns>
    internal int AddStatics()
    {
        int before = Total;
        foreach (Type type in _assemblies.SelectMany(a => a.GetTypes()).Where(t => !t.Name.StartsWith('<') && !t.IsEnum))
        {
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
            foreach (FieldInfo field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                .Where(f => !f.IsLiteral))
            {
                Total += Block;
                Add(field.GetValue(null));
            }
        }

        return Total - before;
    }

    /// <summary>What base classes of the desktop's library hold is not there on the device.</summary>
    private IEnumerable<FieldInfo> InstanceFields(Type type)
    {
        for (Type? t = type; t != null && _assemblies.Contains(t.Assembly); t = t.BaseType)
        {
            foreach (FieldInfo field in t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                yield return field;
            }
        }
    }

    private static int ElementSize(Type element)
    {
        return !element.IsValueType ? Reference
            : Type.GetTypeCode(element) switch
            {
                TypeCode.Boolean or TypeCode.Byte or TypeCode.SByte => 1,
                TypeCode.Char or TypeCode.Int16 or TypeCode.UInt16 => 2,
                TypeCode.Int32 or TypeCode.UInt32 or TypeCode.Single => 4,
                TypeCode.Int64 or TypeCode.UInt64 or TypeCode.Double or TypeCode.DateTime => 8,
                _ => throw new NotSupportedException($"An array of {element} is not in the rules of docs/memory.md."),
            };
    }

    private static int RoundUp(int bytes)
    {
        return (bytes + Block - 1) / Block * Block;
    }

    private bool IsOurs(Type type)
    {
        return type.IsArray || type == typeof(string) || typeof(Delegate).IsAssignableFrom(type)
            || type == typeof(object) || typeof(WaitHandle).IsAssignableFrom(type) || _assemblies.Contains(type.Assembly);
    }

    private void Count(object item, int bytes)
    {
        string name = item is Array array ? $"{item.GetType().GetElementType()!.Name}[{array.Length}]" : item.GetType().Name;
        (int count, int sum) = ByType.GetValueOrDefault(name);
        ByType[name] = (count + 1, sum + bytes);
        Total += bytes;
    }
}
