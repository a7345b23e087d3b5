using System.Collections.Generic;
using System.Linq;
using NanoTcp.Tests.CompiledCode;

namespace NanoTcp.Tests.DeviceCode;

/// <summary>Something that takes memory on the device, on a path that must not.</summary>
/// <param name="Method">Where.</param>
/// <param name="Offset">At which instruction; -1 when it is the method itself.</param>
/// <param name="What">What takes the memory.</param>
/// <param name="Chain">The calls that lead there, from the root on; the method is the last.</param>
internal sealed record AllocationFinding(CodeMethod Method, int Offset, string What, IReadOnlyList<CodeMethod> Chain)
{
    /// <summary>Type and name, as exceptions name it.</summary>
    internal string Place
    {
        get { return $"{Method.Class.Name}::{Method.Member.Name}"; }
    }

    public override string ToString()
    {
        string place = Offset < 0 ? "" : $", IL_{Offset:x4}";
        return $"{What}: {Method}{place}; called by {string.Join(" > ", Chain.Select(m => $"{m.Class.Name}::{m.Member.Name}"))}";
    }
}
