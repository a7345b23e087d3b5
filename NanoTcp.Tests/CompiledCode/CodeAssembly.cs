using System.Collections.Generic;
using System.Linq;

namespace NanoTcp.Tests.CompiledCode;

/// <summary>What was read of one assembly.</summary>
internal sealed class CodeAssembly
{
    internal required string Name { get; init; }

    /// <summary>Names of the assemblies that it references.</summary>
    internal required string[] References { get; init; }

    /// <summary>Its types, nested ones too, without the compiler's own <c>&lt;Module&gt;</c>.</summary>
    internal required IReadOnlyList<CodeClass> Classes { get; init; }

    /// <summary>Types of other assemblies that it names.</summary>
    internal required CodeType[] ForeignTypes { get; init; }

    /// <summary>Members of other assemblies that it names.</summary>
    internal required CodeMember[] ForeignMembers { get; init; }

    internal CodeClass Class(string name)
    {
        return Classes.FirstOrDefault(c => c.Name == name) ?? throw new AssertFailedException($"There is no type {name} in {Name}.");
    }
}
