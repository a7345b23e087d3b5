using System.Collections.Generic;
using System.Linq;
using System.Reflection;

namespace NanoTcp.Tests.DeviceCode;

/// <summary>A type with its methods, as it stands in an assembly.</summary>
internal sealed class CodeClass
{
    internal required string Name { get; init; }

    internal required TypeAttributes Attributes { get; init; }

    /// <summary>Null for object and interfaces.</summary>
    internal required string? Base { get; init; }

    internal required string[] Interfaces { get; init; }

    /// <summary>The type that it is nested in.</summary>
    internal CodeClass? Outer { get; init; }

    internal List<CodeMethod> Methods { get; } = [];

    /// <summary>Which method stands for which one of an interface or base type, where the name alone does not say.</summary>
    internal Dictionary<CodeMember, CodeMember> Implementations { get; } = [];

    internal bool IsEnum
    {
        get { return Base == "System.Enum"; }
    }

    internal bool IsValueType
    {
        get { return Base is "System.ValueType" or "System.Enum" && Name != "System.Enum"; }
    }

    internal bool IsDelegate
    {
        get { return Base == "System.MulticastDelegate"; }
    }

    /// <summary>Whether code of other assemblies can name it.</summary>
    internal bool IsPublic
    {
        get
        {
            TypeAttributes visibility = Attributes & TypeAttributes.VisibilityMask;
            return visibility == TypeAttributes.Public || (visibility == TypeAttributes.NestedPublic && Outer!.IsPublic);
        }
    }

    internal CodeMethod? Find(string key)
    {
        return Methods.FirstOrDefault(m => m.Member.Key == key);
    }
}
