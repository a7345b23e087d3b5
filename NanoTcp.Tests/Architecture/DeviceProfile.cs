using System;
using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoTcp.Tests.Architecture;

/// <summary>
/// Looks in compiled code for what the device's interpreter cannot run or charges for in secret (docs/architecture.md,
/// "The device profile"). The device's own tool chain accepts most of it in silence.
/// </summary>
internal static class DeviceProfile
{
    /// <summary>Value types that the interpreter keeps in one slot like a number, or that only the compiler's own code names.</summary>
    private static readonly HashSet<string> s_plainValueTypes =
    [
        "System.Void", "System.Boolean", "System.Char", "System.SByte", "System.Byte", "System.Int16", "System.UInt16",
        "System.Int32", "System.UInt32", "System.Int64", "System.UInt64", "System.Single", "System.Double",
        "System.DateTime", "System.TimeSpan", "System.RuntimeFieldHandle", "System.RuntimeTypeHandle",
        "System.IntPtr",
    ];

    /// <summary>What the device's core library does not have; a name that ends in a dot stands for a namespace.</summary>
    private static readonly string[] s_missing =
    [
        "System.Buffer", "System.Buffers.", "System.Diagnostics.Stopwatch", "System.Linq.", "System.Threading.Tasks.",
        "System.Threading.ThreadPool", "System.Collections.Generic.", "System.Collections.Concurrent.", "System.Lazy",
        "System.Runtime.CompilerServices.Unsafe", "System.Runtime.InteropServices.", "System.IO.", "System.Net.",
        "System.Reflection.Emit.", "System.Text.RegularExpressions.", "System.Action", "System.Func",
        "System.Runtime.CompilerServices.RequiredMemberAttribute",

        // A package of its own, which the device assemblies do not take.
        "System.Math",

        // The device throws a plain Exception, and never for an overflow.
        "System.DivideByZeroException", "System.OverflowException",
    ];

    /// <summary>Instructions that the interpreter runs, by what stands before the first dot of their names.</summary>
    private static readonly HashSet<string> s_supported =
    [
        "nop", "dup", "pop", "ldarg", "ldarga", "starg", "ldloc", "ldloca", "stloc", "ldnull", "ldc", "ldstr", "ldtoken",
        "ldfld", "ldflda", "stfld", "ldsfld", "ldsflda", "stsfld", "ldlen", "ldelem", "ldelema", "stelem",
        "ldind", "stind", "ldobj", "stobj", "initobj", "newobj", "newarr", "box", "unbox", "castclass", "isinst",
        "call", "callvirt", "constrained", "ldftn", "ldvirtftn", "ret", "throw", "rethrow", "leave", "endfinally", "endfilter",
        "br", "brtrue", "brfalse", "beq", "bne", "bge", "bgt", "ble", "blt", "switch", "ceq", "cgt", "clt",
        "add", "sub", "mul", "div", "rem", "neg", "not", "and", "or", "xor", "shl", "shr", "conv",
    ];

    /// <summary>What of these namespaces the core library has all the same.</summary>
    private static readonly HashSet<string> s_present = ["System.IO.IOException"];

    /// <summary>Checks types, nested ones not included.</summary>
    /// <returns>One line a finding: what, where, at which instruction.</returns>
    internal static IReadOnlyList<string> Check(IEnumerable<TypeDefinition> types)
    {
        return types.Where(type => !IsCompilersStore(type)).SelectMany(CheckType).Distinct().ToList();
    }

    private static IEnumerable<string> CheckType(TypeDefinition type)
    {
        return OfDeclaration(type)
            .Concat(TypeUses.Named(type).SelectMany(use => OfUse(use.Type).Select(what => $"{what}: {use.Place}")))
            .Concat(type.Methods.SelectMany(OfMethod));
    }

    private static IEnumerable<string> OfDeclaration(TypeDefinition type)
    {
        if (type.HasGenericParameters)
        {
            yield return $"generic type declared: {type.FullName}";
        }

        if (type.IsValueType && !type.IsEnum)
        {
            yield return $"value type declared: {type.FullName}";
        }

        if (type.Name.StartsWith("<>c", StringComparison.Ordinal) || type.Name.StartsWith("<>O", StringComparison.Ordinal))
        {
            yield return $"lambda or closure: {type.FullName}";
        }

        foreach (FieldDefinition field in type.Fields.Where(f => f.FieldType.IsByReference))
        {
            yield return $"reference in a field: {field.FullName}";
        }

        string outermost = TypeUses.NamespaceOf(type);
        if (outermost.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal)
            || outermost.StartsWith("System", StringComparison.Ordinal))
        {
            yield return $"type embedded by the compiler: {type.FullName}";
        }
    }

    private static IEnumerable<string> OfMethod(MethodDefinition method)
    {
        if (method.HasGenericParameters)
        {
            yield return $"generic method declared: {method.FullName}";
        }

        if (method.CustomAttributes.Any(a => a.AttributeType.Name is "AsyncStateMachineAttribute"
            or "IteratorStateMachineAttribute" or "AsyncIteratorStateMachineAttribute"))
        {
            yield return $"async method or iterator: {method.FullName}";
        }

        if (method.DeclaringType.IsInterface && (method.HasBody || method.IsStatic))
        {
            yield return $"interface method with a body, or static: {method.FullName}";
        }

        if (method.IsPInvokeImpl)
        {
            yield return $"native method: {method.FullName}";
        }

        if (method.AggressiveInlining)
        {
            yield return $"inlining asked for, which the device's library does not know: {method.FullName}";
        }

        if (!method.HasBody)
        {
            yield break;
        }

        foreach (VariableDefinition local in method.Body.Variables.Where(v => v.IsPinned))
        {
            yield return $"fixed: {method.FullName}, local {local.Index}";
        }

        // Here the compiler picks a generic Interlocked method because this library has one; on the device it cannot.
        if ((method.IsAddOn || method.IsRemoveOn) && method.CustomAttributes.Any(a => a.AttributeType.Name == "CompilerGeneratedAttribute"))
        {
            yield break;
        }

        foreach (Instruction instruction in method.Body.Instructions)
        {
            string? what = OfInstruction(method, instruction);
            if (what != null)
            {
                yield return $"{what}: {method.FullName}, {instruction}";
            }
        }
    }

    private static string? OfInstruction(MethodDefinition method, Instruction instruction)
    {
        switch (instruction.OpCode.Code)
        {
            case Code.Localloc:
                return "stackalloc";
            case Code.Calli:
                return "function pointer";
            case Code.Volatile:
                return "volatile";
            case Code.Constrained when instruction is { Operand: TypeReference type, Next.Operand: MethodReference { Name: "ToString" } }
                && type.Resolve() is { IsEnum: true }:
                return "text of an enum, which on the device is its number";
            case Code.Ldftn or Code.Ldvirtftn when !method.IsConstructor:
                return "delegate made outside a constructor";
            // Conv_Ovf_I is what the compiler writes for the length of an array given as a long.
            case Code.Add_Ovf or Code.Add_Ovf_Un or Code.Sub_Ovf or Code.Sub_Ovf_Un or Code.Mul_Ovf or Code.Mul_Ovf_Un
                or Code.Conv_Ovf_I1 or Code.Conv_Ovf_I2 or Code.Conv_Ovf_I4 or Code.Conv_Ovf_I8
                or Code.Conv_Ovf_U1 or Code.Conv_Ovf_U2 or Code.Conv_Ovf_U4 or Code.Conv_Ovf_U8
                or Code.Conv_Ovf_I1_Un or Code.Conv_Ovf_I2_Un or Code.Conv_Ovf_I4_Un or Code.Conv_Ovf_I8_Un
                or Code.Conv_Ovf_U1_Un or Code.Conv_Ovf_U2_Un or Code.Conv_Ovf_U4_Un or Code.Conv_Ovf_U8_Un:
                return "checked arithmetic, which the device does not check";
            default:
                if (!s_supported.Contains(instruction.OpCode.Name.Split('.')[0]))
                {
                    return "instruction that the interpreter does not know";
                }

                return instruction.Operand switch
                {
                    GenericInstanceMethod => "generic method used",
                    MethodReference { Name: "get_TickCount" or "get_TickCount64", DeclaringType.FullName: "System.Environment" }
                        => "a clock of its own",
                    MethodReference { Name: "Wait" or "Pulse" or "PulseAll", DeclaringType.FullName: "System.Threading.Monitor" }
                        => "not in the device's library",
                    MethodReference { Name: ".ctor", HasParameters: true, DeclaringType.FullName: "System.Random" }
                        => "seed, from which the device makes other numbers each time",
                    _ => null,
                };
        }
    }

    private static IEnumerable<string> OfUse(TypeReference? type)
    {
        switch (type)
        {
            case null or GenericParameter:
                return [];
            case GenericInstanceType generic:
                string what = generic.Name.Contains("Span`", StringComparison.Ordinal) ? "span" : "generic type used";
                return generic.GenericArguments.SelectMany(OfUse).Prepend($"{what} ({generic.FullName})");
            case ArrayType { Rank: > 1 } array:
                return OfUse(array.ElementType).Prepend($"multidimensional array ({array.FullName})");
            case PointerType pointer:
                return OfUse(pointer.ElementType).Prepend($"pointer ({pointer.FullName})");
            case FunctionPointerType:
                return ["function pointer"];
            case RequiredModifierType { ModifierType.Name: "IsVolatile" } modifier:
                return OfUse(modifier.ElementType).Prepend("volatile");
            case RequiredModifierType { ModifierType.Name: "IsExternalInit" } modifier:
                return OfUse(modifier.ElementType).Prepend("init accessor");
            case RequiredModifierType modifier:
                return OfUse(modifier.ElementType);
            case TypeSpecification specification:
                return OfUse(specification.ElementType);
            default:
                return OfPlainUse(type);
        }
    }

    private static IEnumerable<string> OfPlainUse(TypeReference type)
    {
        string name = type.FullName;
        if (!s_present.Contains(name) && s_missing.Any(m => m.EndsWith('.') ? name.StartsWith(m, StringComparison.Ordinal) : name == m))
        {
            yield return $"not in the device's library ({name})";
        }

        if (!s_plainValueTypes.Contains(name) && IsStruct(type))
        {
            yield return $"struct used ({name})";
        }
    }

    /// <summary>A struct of our own is reported where it is declared; here it is found again wherever it is used.</summary>
    private static bool IsStruct(TypeReference type)
    {
        TypeDefinition? definition = type.Resolve();
        return definition != null && definition.IsValueType && !definition.IsEnum && !IsCompilersStore(definition);
    }

    /// <summary>Where the compiler keeps the octets of initialised arrays; the device's tool chain knows it.</summary>
    private static bool IsCompilersStore(TypeDefinition type)
    {
        return type.Name.StartsWith("<PrivateImplementationDetails>", StringComparison.Ordinal)
            || (type.DeclaringType != null && IsCompilersStore(type.DeclaringType));
    }
}
