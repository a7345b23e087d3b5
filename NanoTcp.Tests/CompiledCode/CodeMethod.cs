using System.Reflection;

namespace NanoTcp.Tests.CompiledCode;

/// <summary>A method with its code.</summary>
internal sealed class CodeMethod
{
    internal required CodeClass Class { get; init; }

    internal required CodeMember Member { get; init; }

    internal required MethodAttributes Attributes { get; init; }

    internal required MethodImplAttributes Implementation { get; init; }

    /// <summary>How many parameters a generic method has.</summary>
    internal required int GenericParameters { get; init; }

    /// <summary>What is asked of the arguments of a generic method.</summary>
    internal required CodeType[] Constraints { get; init; }

    /// <summary>What stands above the method and at its parameters.</summary>
    internal required CodeAttribute[] CustomAttributes { get; init; }

    internal required CodeType[] Locals { get; init; }

    /// <summary>Empty for what has no body.</summary>
    internal required CodeInstruction[] Code { get; init; }

    /// <summary>Offsets where a handler or its filter begins: control comes there without a branch.</summary>
    internal required int[] Handlers { get; init; }

    /// <summary>Exceptions that it catches.</summary>
    internal required CodeType[] Caught { get; init; }

    internal bool IsVirtual
    {
        get { return (Attributes & MethodAttributes.Virtual) != 0; }
    }

    internal bool IsStatic
    {
        get { return (Attributes & MethodAttributes.Static) != 0; }
    }

    internal bool IsConstructor
    {
        get { return Member.Name is ".ctor" or ".cctor"; }
    }

    /// <summary>Whether a user of the assembly can call it, be it through an interface that it implements by name.</summary>
    internal bool IsPublic
    {
        get
        {
            return (Attributes & MethodAttributes.MemberAccessMask) == MethodAttributes.Public
                ? Class.IsPublic
                : Class.IsPublic && Class.Implementations.ContainsValue(Member);
        }
    }

    public override string ToString()
    {
        return Member.ToString();
    }
}
