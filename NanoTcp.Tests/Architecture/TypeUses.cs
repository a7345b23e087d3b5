using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoTcp.Tests.Architecture;

/// <summary>
/// Collects every type that compiled code names: base types, interfaces, fields, signatures, locals, caught exceptions,
/// operands of instructions, attributes, and the arguments of generic types inside any of these.
/// </summary>
/// <remarks>A constant leaves no trace in the code that uses it: <see cref="LayerRules.CheckUsings"/> looks for that.</remarks>
internal static class TypeUses
{
    /// <summary>Every type of a module, nested ones too, without the compiler's own <c>&lt;Module&gt;</c>.</summary>
    internal static IEnumerable<TypeDefinition> AllTypes(ModuleDefinition module)
    {
        return module.Types.Where(type => type.Name != "<Module>").SelectMany(WithNested);
    }

    /// <summary>All uses in one type; those in its nested types are not included.</summary>
    internal static IEnumerable<TypeUse> Of(TypeDefinition type)
    {
        return Named(type).SelectMany(use => Parts(use.Type).Select(part => new TypeUse(type, part, use.Place)));
    }

    /// <summary>The namespace of a type; that of the outermost type for a nested one.</summary>
    internal static string NamespaceOf(TypeReference type)
    {
        TypeReference outermost = type;
        while (outermost.DeclaringType != null)
        {
            outermost = outermost.DeclaringType;
        }

        return outermost.Namespace;
    }

    /// <summary>Takes a composed type apart: elements of arrays, generic arguments, modifiers.</summary>
    internal static IEnumerable<TypeReference> Parts(TypeReference? type)
    {
        switch (type)
        {
            case null:
            case GenericParameter:
                return [];
            case GenericInstanceType generic:
                return Parts(generic.ElementType).Concat(generic.GenericArguments.SelectMany(Parts));
            case RequiredModifierType modifier:
                return Parts(modifier.ElementType).Concat(Parts(modifier.ModifierType));
            case OptionalModifierType modifier:
                return Parts(modifier.ElementType).Concat(Parts(modifier.ModifierType));
            case FunctionPointerType pointer:
                return Parts(pointer.ReturnType).Concat(pointer.Parameters.SelectMany(p => Parts(p.ParameterType)));
            case TypeSpecification specification:
                return Parts(specification.ElementType);
            default:
                return [type];
        }
    }

    private static IEnumerable<TypeDefinition> WithNested(TypeDefinition type)
    {
        return type.NestedTypes.SelectMany(WithNested).Prepend(type);
    }

    /// <summary>All types that a type names, as they are written there, composed ones whole.</summary>
    internal static IEnumerable<(TypeReference? Type, string Place)> Named(TypeDefinition type)
    {
        yield return (type.BaseType, type.FullName);
        foreach (InterfaceImplementation implementation in type.Interfaces)
        {
            yield return (implementation.InterfaceType, type.FullName);
        }

        foreach ((TypeReference?, string) use in OfAttributes(type, type.FullName).Concat(OfConstraints(type, type.FullName)))
        {
            yield return use;
        }

        foreach (FieldDefinition field in type.Fields)
        {
            yield return (field.FieldType, field.FullName);
            foreach ((TypeReference?, string) use in OfAttributes(field, field.FullName))
            {
                yield return use;
            }
        }

        // The types of properties and events are those of their accessors; only their attributes are their own.
        foreach (ICustomAttributeProvider provider in type.Properties.Cast<ICustomAttributeProvider>().Concat(type.Events))
        {
            foreach ((TypeReference?, string) use in OfAttributes(provider, provider.ToString()!))
            {
                yield return use;
            }
        }

        foreach (MethodDefinition method in type.Methods)
        {
            foreach ((TypeReference?, string) use in OfMethod(method))
            {
                yield return use;
            }
        }
    }

    private static IEnumerable<(TypeReference? Type, string Place)> OfMethod(MethodDefinition method)
    {
        string place = method.FullName;
        yield return (method.ReturnType, place);
        foreach ((TypeReference?, string) use in OfAttributes(method, place)
            .Concat(OfAttributes(method.MethodReturnType, place))
            .Concat(OfConstraints(method, place))
            .Concat(method.Parameters.SelectMany(p => OfAttributes(p, place).Prepend((p.ParameterType, place)))))
        {
            yield return use;
        }

        if (!method.HasBody)
        {
            yield break;
        }

        foreach (VariableDefinition local in method.Body.Variables)
        {
            yield return (local.VariableType, $"{place}, local {local.Index}");
        }

        foreach (ExceptionHandler handler in method.Body.ExceptionHandlers)
        {
            yield return (handler.CatchType, $"{place}, catch");
        }

        foreach (Instruction instruction in method.Body.Instructions)
        {
            foreach (TypeReference? type in OfOperand(instruction.Operand))
            {
                yield return (type, $"{place}, {instruction}");
            }
        }
    }

    private static IEnumerable<TypeReference?> OfOperand(object? operand)
    {
        switch (operand)
        {
            case TypeReference type:
                return [type];
            case FieldReference field:
                return [field.DeclaringType, field.FieldType];
            case MethodReference method:
                IEnumerable<TypeReference?> types = method.Parameters.Select(p => p.ParameterType)
                    .Append(method.DeclaringType).Append(method.ReturnType);
                return method is GenericInstanceMethod generic ? types.Concat(generic.GenericArguments) : types;
            case CallSite site:
                return site.Parameters.Select(p => p.ParameterType).Append(site.ReturnType);
            default:
                return [];
        }
    }

    private static IEnumerable<(TypeReference? Type, string Place)> OfAttributes(ICustomAttributeProvider provider, string place)
    {
        foreach (CustomAttribute attribute in provider.CustomAttributes)
        {
            yield return (attribute.AttributeType, $"{place}, attribute");
            foreach (CustomAttributeArgument argument in attribute.ConstructorArguments
                .Concat(attribute.Properties.Select(p => p.Argument)).Concat(attribute.Fields.Select(f => f.Argument)))
            {
                yield return (argument.Type, $"{place}, attribute");
                if (argument.Value is TypeReference named)
                {
                    yield return (named, $"{place}, attribute");
                }
            }
        }
    }

    private static IEnumerable<(TypeReference? Type, string Place)> OfConstraints(IGenericParameterProvider provider, string place)
    {
        return provider.GenericParameters.SelectMany(p => p.Constraints)
            .Select(constraint => ((TypeReference?)constraint.ConstraintType, $"{place}, constraint"));
    }
}
