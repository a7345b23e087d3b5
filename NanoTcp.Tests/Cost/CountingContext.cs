using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Runtime.Loader;
using Mono.Cecil;
using NanoTcp.Tests.Architecture;

namespace NanoTcp.Tests.Cost;

/// <summary>
/// A world of its own within the process, in which the stack, the driver and the samples count what they execute. The tests'
/// own assembly is loaded into it a second time, so that <see cref="CostScenarios"/> use those copies.
/// </summary>
internal sealed class CountingContext : AssemblyLoadContext
{
    private static readonly string[] s_counting = ["NanoTcp", "NanoTcp.Drivers.Enc28j60", "NanoTcp.Samples"];
    private readonly Dictionary<string, byte[]> _copies = [];

    internal CountingContext()
        : base("counting")
    {
        FieldDefinition? field = null;
        foreach (string name in s_counting)
        {
            ModuleDefinition module = Repository.Open(name);
            field ??= InstructionCounting.AddField(module);
            InstructionCounting.Instrument(module, field);
            _copies.Add(name, InstructionCounting.ToArray(module));
        }
    }

    /// <summary>Runs all scenarios.</summary>
    /// <returns>IL instructions of each row, by its name.</returns>
    internal IReadOnlyDictionary<string, long> Run()
    {
        Type counter = LoadFromAssemblyName(new AssemblyName("NanoTcp")).GetType(InstructionCounting.TypeName, true)!;
        Func<long> count = () => (long)counter.GetField(InstructionCounting.FieldName)!.GetValue(null)!;
        Assembly tests = LoadFromAssemblyName(typeof(CostScenarios).Assembly.GetName());
        MethodInfo run = tests.GetType(typeof(CostScenarios).FullName!, true)!
            .GetMethod(nameof(CostScenarios.Run), BindingFlags.Static | BindingFlags.NonPublic)!;
        return (Dictionary<string, long>)run.Invoke(null, [count])!;
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string name = assemblyName.Name!;
        if (_copies.TryGetValue(name, out byte[]? copy))
        {
            return LoadFromStream(new MemoryStream(copy));
        }

        string path = Repository.AssemblyPath(name);
        return name.StartsWith("NanoTcp", StringComparison.Ordinal) && File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }
}
