using System;
using System.Collections.Generic;
using System.Linq;

namespace NanoTcp.Tests.CompiledCode;

/// <summary>What a signature says about a type.</summary>
internal enum CodeTypeKind
{
    Primitive,
    Class,

    /// <summary>A struct or an enum: a signature does not tell them apart.</summary>
    Value,

    /// <summary>Named where nothing says whether it is a class or a value.</summary>
    Unknown,
    Array,
    MultidimensionalArray,
    Reference,
    Pointer,
    FunctionPointer,
    Generic,
    Parameter,
    Pinned,
    Modified,
}

/// <summary>A type as compiled code names it. Equal when it reads the same.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Full name; a nested type stands behind its outer one and a slash.</param>
/// <param name="Parts">Element type, generic arguments, modified type and modifier, or what a function pointer returns and takes.</param>
internal sealed record CodeType(CodeTypeKind Kind, string Name, params CodeType[] Parts)
{
    /// <summary>By name: a struct is named with and without its kind.</summary>
    public bool Equals(CodeType? other)
    {
        return other != null && ToString() == other.ToString();
    }

    public override int GetHashCode()
    {
        return ToString().GetHashCode(StringComparison.Ordinal);
    }

    public override string ToString()
    {
        return Kind switch
        {
            CodeTypeKind.Array => Parts[0] + "[]",
            CodeTypeKind.MultidimensionalArray => Parts[0] + "[,]",
            CodeTypeKind.Reference => Parts[0] + "&",
            CodeTypeKind.Pointer => Parts[0] + "*",
            CodeTypeKind.Generic => $"{Name}<{string.Join(',', Parts.Select(p => p.ToString()))}>",
            CodeTypeKind.Pinned => Parts[0].ToString(),
            CodeTypeKind.Modified => $"{Parts[0]} modified by {Parts[1]}",
            _ => Name,
        };
    }

    /// <summary>The namespace of a named type; that of the outermost type for a nested one.</summary>
    internal string Namespace
    {
        get { return NamespaceOf(Name); }
    }

    /// <summary>The namespace in a full name.</summary>
    internal static string NamespaceOf(string name)
    {
        string outermost = name.Split('/')[0];
        return outermost[..Math.Max(outermost.LastIndexOf('.'), 0)];
    }

    /// <summary>The type itself and all that it is made of.</summary>
    internal IEnumerable<CodeType> All()
    {
        return Parts.SelectMany(p => p.All()).Prepend(this);
    }
}
