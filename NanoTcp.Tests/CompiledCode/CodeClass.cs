using System.Collections.Generic;
using System.Linq;
using System.Reflection;

namespace NanoTcp.Tests.CompiledCode;

/// <summary>A type with its methods, as it stands in an assembly.</summary>
internal sealed class CodeClass
{
    internal required string Name { get; init; }

    internal required TypeAttributes Attributes { get; init; }

    /// <summary>Null for object and interfaces.</summary>
    internal required CodeType? Base { get; init; }

    internal required CodeType[] Interfaces { get; init; }

    /// <summary>How many parameters a generic type has, those of the types around it with them.</summary>
    internal required int GenericParameters { get; init; }

    /// <summary>What is asked of the arguments of a generic type.</summary>
    internal required CodeType[] Constraints { get; init; }

    internal required CodeAttribute[] CustomAttributes { get; init; }

    /// <summary>The type that it is nested in.</summary>
    internal CodeClass? Outer { get; init; }

    internal List<CodeField> Fields { get; } = [];

    internal List<CodeMethod> Methods { get; } = [];

    /// <summary>Properties and events.</summary>
    internal List<CodeProperty> Properties { get; } = [];

    /// <summary>Which method stands for which one of an interface or base type, where the name alone does not say.</summary>
    internal Dictionary<CodeMember, CodeMember> Implementations { get; } = [];

    internal bool IsEnum
    {
        get { return Base?.Name == "System.Enum"; }
    }

    internal bool IsValueType
    {
        get { return Base?.Name is "System.ValueType" or "System.Enum" && Name != "System.Enum"; }
    }

    internal bool IsDelegate
    {
        get { return Base?.Name == "System.MulticastDelegate"; }
    }

    internal bool IsInterface
    {
        get { return (Attributes & TypeAttributes.Interface) != 0; }
    }

    /// <summary>That of the outermost type for a nested one.</summary>
    internal string Namespace
    {
        get { return CodeType.NamespaceOf(Name); }
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

    public override string ToString()
    {
        return Name;
    }
}
