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
    private static readonly string[] s_counting = ["NanoTcp", "NanoTcp.Services", "NanoTcp.Drivers.Enc28j60", "NanoTcp.Samples"];
    private readonly Dictionary<string, byte[]> _copies = [];
    private readonly InstructionCounting _counting = new();

    internal CountingContext()
        : base("counting")
    {
        foreach (string name in s_counting)
        {
            ModuleDefinition module = InstructionCounting.Open(Repository.AssemblyPath(name));
            _counting.Instrument(module);
            _copies.Add(name, InstructionCounting.ToArray(module));
        }
    }

    /// <summary>The methods, in the order in which <see cref="Run"/> has their instructions.</summary>
    internal IReadOnlyList<string> Methods
    {
        get { return _counting.Methods; }
    }

    /// <summary>Runs all scenarios.</summary>
    /// <returns>IL instructions of each row by its name, for each method.</returns>
    internal IReadOnlyDictionary<string, long[]> Run()
    {
        long[] counts = new long[Methods.Count];
        LoadFromAssemblyName(new AssemblyName("NanoTcp")).GetType(InstructionCounting.TypeName, true)!
            .GetField(InstructionCounting.FieldName)!.SetValue(null, counts);
        Assembly tests = LoadFromAssemblyName(typeof(CostScenarios).Assembly.GetName());
        MethodInfo run = tests.GetType(typeof(CostScenarios).FullName!, true)!
            .GetMethod(nameof(CostScenarios.Run), BindingFlags.Static | BindingFlags.NonPublic)!;
        return (Dictionary<string, long[]>)run.Invoke(null, [counts])!;
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
