using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using NanoTcp.Tests.CompiledCode;

namespace NanoTcp.Tests.Architecture;

/// <summary>Who may know whom, inside the stack by namespace and between the assemblies by reference.</summary>
internal static class LayerRules
{
    /// <summary>
    /// For each layer the layers below that it may name. The root, "", holds NetworkStack and its options and may name
    /// them all but Services and Sockets, which stand on it. Tcp and Udp stand side by side and see the link only through Ip.
    /// </summary>
    private static readonly Dictionary<string, string[]> s_below = new()
    {
        ["Primitives"] = [],
        ["Wire"] = ["Primitives"],
        ["Link"] = ["Primitives", "Wire"],
        ["Ip"] = ["Primitives", "Wire", "Link"],
        ["Udp"] = ["Primitives", "Wire", "Ip"],
        ["Tcp"] = ["Primitives", "Wire", "Ip"],
        [""] = ["Primitives", "Wire", "Link", "Ip", "Udp", "Tcp"],
        ["Services"] = ["Primitives", "Wire", "Link", "Ip", "Udp", "Tcp", ""],
        ["Sockets"] = ["Primitives", "Tcp", ""],
    };

    /// <summary>What of Wire is about the frame, and therefore no business of the layers above Ip.</summary>
    private static readonly string[] s_frameTypes = ["Ethernet", "Arp", "MacAddress"];

    /// <summary>Layers that must not see a frame.</summary>
    private static readonly string[] s_frameless = ["Tcp", "Udp"];

    /// <summary>What a driver may name of the stack.</summary>
    private static readonly string[] s_driverMayUse = ["Link", "Primitives", "Wire"];

    /// <summary>Checks the layers of a stack.</summary>
    /// <param name="types">Types to look at.</param>
    /// <param name="root">The namespace whose children are the layers.</param>
    /// <returns>One line an offence.</returns>
    internal static IReadOnlyList<string> CheckLayers(IEnumerable<CodeClass> types, string root)
    {
        List<string> offences = [];
        foreach (CodeClass type in types)
        {
            string? layer = LayerOf(type.Namespace, root);
            if (layer == null)
            {
                continue;
            }

            if (!s_below.TryGetValue(layer, out string[]? below))
            {
                offences.Add($"{type.Name} lies in the layer {layer}, which the order of layers does not know: add it to {nameof(LayerRules)}.");
                continue;
            }

            foreach (TypeUse use in TypeUses.Of(type))
            {
                string? used = LayerOf(use.Used.Namespace, root);
                if (used == null)
                {
                    continue;
                }

                if (used != layer && !below.Contains(used))
                {
                    offences.Add($"{Name(layer)} must not know {Name(used)}: {use}");
                }
                else if (used == "Wire" && s_frameless.Contains(layer) && IsFrameType(use.Used))
                {
                    offences.Add($"{Name(layer)} must not see an Ethernet frame: {use}");
                }
            }
        }

        return offences.Distinct().ToList();
    }

    /// <summary>Checks what a driver names of the stack: the link's contract and what lies below it.</summary>
    internal static IReadOnlyList<string> CheckDriver(IEnumerable<CodeClass> types, string stackRoot)
    {
        return types.SelectMany(TypeUses.Of)
            .Where(use => IsOfStack(use.Used.Namespace, stackRoot))
            .Where(use => !s_driverMayUse.Contains(LayerOf(use.Used.Namespace, stackRoot)))
            .Select(use => $"A driver must not know {Name(LayerOf(use.Used.Namespace, stackRoot)!)}: {use}")
            .Distinct().ToList();
    }

    /// <summary>Checks that an assembly references none of the list, nor what belongs to one of them.</summary>
    internal static IReadOnlyList<string> CheckAssemblies(CodeAssembly assembly, params string[] forbidden)
    {
        return assembly.References
            .Where(name => forbidden.Any(f => name == f || name.StartsWith(f + ".", StringComparison.Ordinal)))
            .Select(name => $"{assembly.Name}.dll must not reference {name}").ToList();
    }

    /// <summary>
    /// Checks the using directives of the sources, because a constant of a higher layer is copied by the compiler and
    /// cannot be seen in the assembly.
    /// </summary>
    /// <param name="sourceFolder">Holds one folder a layer.</param>
    /// <param name="root">The namespace whose children are the layers.</param>
    internal static IReadOnlyList<string> CheckUsings(string sourceFolder, string root)
    {
        List<string> offences = [];
        Regex directive = new(@"^\s*using\s+(?:static\s+|\w+\s*=\s*)?" + Regex.Escape(root) + @"(?:\.(\w+))?[.;\w]*");
        foreach (string file in Directory.EnumerateFiles(sourceFolder, "*.cs", SearchOption.AllDirectories))
        {
            string[] path = Path.GetRelativePath(sourceFolder, file).Split(Path.DirectorySeparatorChar);
            string layer = path.Length == 1 ? "" : path[0];
            if (!s_below.TryGetValue(layer, out string[]? below))
            {
                continue;
            }

            foreach (string line in File.ReadLines(file))
            {
                Match match = directive.Match(line);
                if (match.Success && match.Groups[1].Value != layer && !below.Contains(match.Groups[1].Value))
                {
                    offences.Add($"{Name(layer)} must not know {Name(match.Groups[1].Value)}: {file}: {line.Trim()}");
                }
            }
        }

        return offences;
    }

    /// <summary>The layer of a namespace of the stack, "" for its root; null for one of somebody else.</summary>
    private static string? LayerOf(string name, string root)
    {
        if (name == root)
        {
            return "";
        }

        return name.StartsWith(root + ".", StringComparison.Ordinal) ? name[(root.Length + 1)..].Split('.')[0] : null;
    }

    private static bool IsOfStack(string name, string root)
    {
        return LayerOf(name, root) is string layer && s_below.ContainsKey(layer);
    }

    private static bool IsFrameType(CodeType type)
    {
        string name = type.Name[(type.Name.LastIndexOfAny(['.', '/']) + 1)..];
        return s_frameTypes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
    }

    private static string Name(string layer)
    {
        return layer.Length == 0 ? "the root (NetworkStack, options)" : layer;
    }
}
