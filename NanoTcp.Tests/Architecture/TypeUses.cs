using System.Collections.Generic;
using System.Linq;
using NanoTcp.Tests.CompiledCode;

namespace NanoTcp.Tests.Architecture;

/// <summary>
/// Collects every type that compiled code names: base types, interfaces, fields, signatures, locals, caught exceptions,
/// operands of instructions, attributes, and the arguments of generic types inside any of these.
/// </summary>
/// <remarks>A constant leaves no trace in the code that uses it: <see cref="LayerRules.CheckUsings"/> looks for that.</remarks>
internal static class TypeUses
{
    /// <summary>All uses in one type; those in its nested types are not included.</summary>
    internal static IEnumerable<TypeUse> Of(CodeClass type)
    {
        return Named(type).SelectMany(use => use.Type.All().Where(IsNamed).Select(part => new TypeUse(type, part, use.Place)));
    }

    /// <summary>All types that a type names, as they are written there, composed ones whole.</summary>
    internal static IEnumerable<(CodeType Type, string Place)> Named(CodeClass type)
    {
        IEnumerable<CodeType> ofDeclaration = type.Interfaces.Concat(type.Constraints).Concat(OfAttributes(type.CustomAttributes));
        if (type.Base != null)
        {
            ofDeclaration = ofDeclaration.Prepend(type.Base);
        }

        // The types of properties and events are those of their accessors; only their attributes are their own.
        return ofDeclaration.Select(t => (t, type.Name))
            .Concat(type.Fields.SelectMany(f => OfAttributes(f.CustomAttributes).Prepend(f.Member.Type).Select(t => (t, f.Member.ToString()))))
            .Concat(type.Properties.SelectMany(p => OfAttributes(p.CustomAttributes).Select(t => (t, $"{type.Name}::{p.Name}"))))
            .Concat(type.Methods.SelectMany(OfMethod));
    }

    private static IEnumerable<(CodeType Type, string Place)> OfMethod(CodeMethod method)
    {
        CodeMember member = method.Member;
        IEnumerable<CodeType> ofDeclaration = member.Parameters!.Append(member.Type).Concat(method.Constraints).Concat(OfAttributes(method.CustomAttributes));
        return ofDeclaration.Select(t => (t, member.ToString()))
            .Concat(method.Locals.Select((t, i) => (t, $"{member}, local {i}")))
            .Concat(method.Caught.Select(t => (t, $"{member}, catch")))
            .Concat(method.Code.SelectMany(i => OfOperand(i.Operand).Select(t => (t, $"{member}, {i}"))));
    }

    private static IEnumerable<CodeType> OfOperand(object? operand)
    {
        return operand switch
        {
            CodeType type => [type],
            CodeMember member => [member.Owner, member.Type, .. member.Parameters ?? [], .. member.GenericArguments],
            _ => [],
        };
    }

    private static IEnumerable<CodeType> OfAttributes(CodeAttribute[] attributes)
    {
        return attributes.SelectMany(a => a.Named.Prepend(a.Type));
    }

    /// <summary>Whether it has a name of its own, other than what is only composed of other types.</summary>
    private static bool IsNamed(CodeType type)
    {
        return type.Kind is CodeTypeKind.Primitive or CodeTypeKind.Class or CodeTypeKind.Value or CodeTypeKind.Unknown or CodeTypeKind.Generic;
    }
}
