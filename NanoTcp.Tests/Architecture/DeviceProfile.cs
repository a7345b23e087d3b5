using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;
using NanoTcp.Tests.CompiledCode;

namespace NanoTcp.Tests.Architecture;

/// <summary>
/// Looks in compiled code for what the device's interpreter cannot run or charges for in secret (docs/architecture.md,
/// "The device profile"). The device's own tool chain accepts most of it in silence.
/// </summary>
internal sealed class DeviceProfile
{
    /// <summary>Where the compiler keeps the octets of initialised arrays; the device's tool chain knows it.</summary>
    private const string CompilersStore = "<PrivateImplementationDetails>";

    /// <summary>What the device's core library does not have; a name that ends in a dot stands for a namespace.</summary>
    private static readonly string[] s_missing =
    [
        "System.Buffer", "System.Buffers.", "System.Diagnostics.Stopwatch", "System.Linq.", "System.Threading.Tasks.",
        "System.Threading.ThreadPool", "System.Collections.Generic.", "System.Collections.Concurrent.", "System.Lazy",
        "System.Runtime.CompilerServices.Unsafe", "System.Runtime.InteropServices.", "System.IO.", "System.Net.",
        "System.Reflection.Emit.", "System.Text.RegularExpressions.", "System.ThreadStaticAttribute",

        // A package of its own, which the device assemblies do not take.
        "System.Math",
    ];

    /// <summary>What of these namespaces the core library has all the same; the attribute marks an <c>in</c> parameter.</summary>
    private static readonly HashSet<string> s_present = ["System.IO.IOException", "System.Runtime.InteropServices.InAttribute"];

    /// <summary>Members that the core library lacks though it has their types.</summary>
    private static readonly HashSet<string> s_missingMembers =
    [
        "System.Array::Resize",
        "System.Threading.Monitor::Wait", "System.Threading.Monitor::Pulse", "System.Threading.Monitor::PulseAll",
    ];

    /// <summary>Types that have a rule of their own, by the beginning of their names.</summary>
    private static readonly (string Begin, DeviceRule Rule)[] s_special =
    [
        ("System.Span`", DeviceRule.Span), ("System.ReadOnlySpan`", DeviceRule.Span),
        ("System.Memory`", DeviceRule.Span), ("System.ReadOnlyMemory`", DeviceRule.Span),
        ("System.Nullable`", DeviceRule.Nullable),
        ("System.ValueTuple", DeviceRule.Tuple), ("System.Tuple", DeviceRule.Tuple),
        ("<>", DeviceRule.MadeByCompiler),
    ];

    private static readonly Dictionary<string, DeviceRule> s_specialNames = new()
    {
        ["System.Action"] = DeviceRule.LibraryDelegate,
        ["System.Decimal"] = DeviceRule.Decimal,
        ["System.Index"] = DeviceRule.IndexOrRange,
        ["System.Range"] = DeviceRule.IndexOrRange,
        ["System.Threading.Volatile"] = DeviceRule.Volatile,
        ["System.ArithmeticException"] = DeviceRule.ExceptionNeverThrown,
        ["System.DivideByZeroException"] = DeviceRule.ExceptionNeverThrown,
        ["System.OverflowException"] = DeviceRule.ExceptionNeverThrown,
        ["System.Runtime.CompilerServices.RequiredMemberAttribute"] = DeviceRule.Required,
    };

    private static readonly HashSet<string> s_clocks =
    [
        "System.Environment::get_TickCount", "System.Environment::get_TickCount64",
        "System.DateTime::get_Now", "System.DateTime::get_Today", "System.DateTime::get_UtcNow",
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

    private readonly CodeWorld _world;

    private DeviceProfile(CodeWorld world)
    {
        _world = world;
    }

    /// <summary>Checks types, nested ones not included.</summary>
    /// <param name="world">The assemblies that they are of, and the libraries below.</param>
    /// <param name="types">The types.</param>
    internal static IReadOnlyList<DeviceFinding> Check(CodeWorld world, IEnumerable<CodeClass> types)
    {
        return types.SelectMany(new DeviceProfile(world).CheckType).Distinct().ToList();
    }

    private IEnumerable<DeviceFinding> CheckType(CodeClass type)
    {
        return OfDeclaration(type)
            .Concat(TypeUses.Named(type).SelectMany(use => OfUse(use.Type).Select(found => new DeviceFinding(found.Rule, found.Detail, use.Place))))
            .Concat(type.Methods.SelectMany(OfMethod));
    }

    private static IEnumerable<DeviceFinding> OfDeclaration(CodeClass type)
    {
        if (type.GenericParameters != 0)
        {
            yield return Found(DeviceRule.GenericTypeDeclared, type);
        }

        if (type.IsValueType && !type.IsEnum && !IsOfCompilersStore(type.Name))
        {
            yield return Found(DeviceRule.ValueTypeDeclared, type);
        }

        string name = type.Name[(type.Name.LastIndexOf('/') + 1)..];
        if (name.StartsWith("<>c", StringComparison.Ordinal) || name.StartsWith("<>O", StringComparison.Ordinal))
        {
            yield return Found(DeviceRule.Lambda, type);
        }

        // <Method>d__0. The attribute at the method is missing where the library lacks it.
        int end = name.IndexOf(">d__", StringComparison.Ordinal);
        if (end > 0)
        {
            yield return new DeviceFinding(DeviceRule.StateMachine, "", $"{type.Outer}::{name[1..end]}");
        }

        if (type.Methods.Any(m => m.Member.Name == "<Clone>$"))
        {
            yield return Found(DeviceRule.Record, type);
        }

        foreach (CodeField field in type.Fields)
        {
            if (field.Member.Type.All().Any(t => t.Kind == CodeTypeKind.Reference))
            {
                yield return Found(DeviceRule.ReferenceField, field.Member);
            }

            if (IsNativeInteger(field.Member.Type))
            {
                yield return Found(DeviceRule.NativeInteger, field.Member);
            }
        }

        if (("." + type.Namespace + ".").StartsWith(".System.", StringComparison.Ordinal)
            || ("." + type.Namespace + ".").StartsWith(".Microsoft.CodeAnalysis.", StringComparison.Ordinal))
        {
            yield return Found(DeviceRule.EmbeddedType, type);
        }
    }

    private IEnumerable<DeviceFinding> OfMethod(CodeMethod method)
    {
        if (method.GenericParameters != 0)
        {
            yield return Found(DeviceRule.GenericMethodDeclared, method);
        }

        // <Method>b__0: a lambda that needs no object of its own.
        if (method.Member.Name.Contains(">b__", StringComparison.Ordinal))
        {
            yield return Found(DeviceRule.Lambda, method);
        }

        if (method.Class.IsInterface && (method.Code.Length != 0 || method.IsStatic))
        {
            yield return Found(DeviceRule.InterfaceBody, method);
        }

        if ((method.Attributes & MethodAttributes.PinvokeImpl) != 0 || (method.Implementation & MethodImplAttributes.InternalCall) != 0)
        {
            yield return Found(DeviceRule.Native, method);
        }

        if (Hides(method))
        {
            yield return Found(DeviceRule.Hiding, method);
        }

        if ((method.Implementation & MethodImplAttributes.AggressiveInlining) != 0)
        {
            yield return Found(DeviceRule.Inlining, method);
        }

        if (method.Locals.Any(l => l.Kind == CodeTypeKind.Pinned))
        {
            yield return Found(DeviceRule.Fixed, method);
        }

        // Every delegate type has a constructor with one, written by the compiler.
        if (!method.Class.IsDelegate && method.Locals.Concat(method.Member.Parameters!).Append(method.Member.Type).Any(IsNativeInteger))
        {
            yield return Found(DeviceRule.NativeInteger, method);
        }

        for (int i = 0; i < method.Code.Length; i++)
        {
            CodeInstruction? next = i + 1 < method.Code.Length ? method.Code[i + 1] : null;
            foreach ((DeviceRule rule, string detail) in OfInstruction(method, method.Code[i], next))
            {
                yield return new DeviceFinding(rule, detail, $"{method}, {method.Code[i]}");
            }
        }
    }

    /// <summary>Whether a base class has a virtual method of the same name and signature that this one does not override.</summary>
    private bool Hides(CodeMethod method)
    {
        if (method.IsStatic || method.IsConstructor || (method.IsVirtual && (method.Attributes & MethodAttributes.NewSlot) == 0))
        {
            return false;
        }

        for (CodeClass? type = Base(method.Class); type != null; type = Base(type))
        {
            if (type.Methods.Any(m => m.IsVirtual && m.Member.Key == method.Member.Key))
            {
                return true;
            }
        }

        return false;
    }

    private CodeClass? Base(CodeClass type)
    {
        return type.Base == null ? null : _world.FindAnywhere(type.Base.Name);
    }

    private IEnumerable<(DeviceRule Rule, string Detail)> OfInstruction(CodeMethod method, CodeInstruction instruction, CodeInstruction? next)
    {
        string name = instruction.OpCode.Name!;
        if (instruction.OpCode == OpCodes.Localloc)
        {
            yield return (DeviceRule.StackAlloc, "");
        }
        else if (instruction.OpCode == OpCodes.Calli)
        {
            yield return (DeviceRule.FunctionPointer, "");
        }
        else if (instruction.OpCode == OpCodes.Volatile)
        {
            yield return (DeviceRule.Volatile, "");
        }
        else if (IsChecked(name))
        {
            yield return (DeviceRule.Checked, "");
        }
        else if (!s_supported.Contains(name.Split('.')[0]))
        {
            yield return (DeviceRule.Instruction, name);
        }
        else if (instruction.OpCode == OpCodes.Ldftn || instruction.OpCode == OpCodes.Ldvirtftn)
        {
            if (!method.IsConstructor)
            {
                yield return (DeviceRule.DelegateOutsideConstructor, "");
            }
        }
        else if (instruction.Operand is CodeType type && name is "constrained." or "box" && IsEnum(type) && AsksForText(next))
        {
            yield return (DeviceRule.EnumText, type.Name);
        }

        if (instruction.Operand is CodeMember { Parameters: not null } called)
        {
            foreach ((DeviceRule, string) found in OfCall(method, called))
            {
                yield return found;
            }
        }
    }

    private static IEnumerable<(DeviceRule Rule, string Detail)> OfCall(CodeMethod method, CodeMember called)
    {
        string name = $"{called.Owner.Name}::{called.Name}";
        if (called.GenericArguments.Length != 0 && !IsOfEventAccessor(method, name))
        {
            yield return (DeviceRule.GenericMethodUsed, name);
        }

        if (s_missingMembers.Contains(name))
        {
            yield return (DeviceRule.Missing, name);
        }

        if (s_clocks.Contains(name))
        {
            yield return (DeviceRule.Clock, name);
        }

        if (name == "System.Random::.ctor")
        {
            yield return (called.Parameters!.Length == 0 ? DeviceRule.Randomness : DeviceRule.Seed, "");
        }

        if (called.Owner.Name == "System.Enum")
        {
            yield return (DeviceRule.EnumText, name);
        }
    }

    /// <summary>What is against a rule in a type that is named somewhere.</summary>
    private IEnumerable<(DeviceRule Rule, string Detail)> OfUse(CodeType type)
    {
        IEnumerable<(DeviceRule, string)> ofParts = type.Parts.SelectMany(OfUse);
        switch (type.Kind)
        {
            case CodeTypeKind.Generic:
                return ofParts.Prepend((Special(type.Name) ?? DeviceRule.GenericTypeUsed, type.ToString()));
            case CodeTypeKind.MultidimensionalArray:
                return ofParts.Prepend((DeviceRule.MultidimensionalArray, type.ToString()));
            case CodeTypeKind.Pointer:
                return ofParts.Prepend((DeviceRule.Pointer, type.ToString()));
            case CodeTypeKind.FunctionPointer:
                return ofParts.Prepend((DeviceRule.FunctionPointer, ""));
            case CodeTypeKind.Modified when type.Parts[1].Name == "System.Runtime.CompilerServices.IsVolatile":
                return OfUse(type.Parts[0]).Prepend((DeviceRule.Volatile, ""));
            case CodeTypeKind.Modified when type.Parts[1].Name == "System.Runtime.CompilerServices.IsExternalInit":
                return OfUse(type.Parts[0]).Prepend((DeviceRule.Init, ""));
            case CodeTypeKind.Array or CodeTypeKind.Reference or CodeTypeKind.Pinned or CodeTypeKind.Modified or CodeTypeKind.Parameter:
                return ofParts;
            default:
                return OfNamed(type);
        }
    }

    private IEnumerable<(DeviceRule Rule, string Detail)> OfNamed(CodeType type)
    {
        string name = type.Name;
        if (Special(name) is DeviceRule rule)
        {
            yield return (rule, name);
        }
        else if (!s_present.Contains(name) && s_missing.Any(m => m.EndsWith('.') ? name.StartsWith(m, StringComparison.Ordinal) : name == m))
        {
            yield return (DeviceRule.Missing, name);
        }
        else if (_world.IsStruct(type) && !IsOfCompilersStore(name))
        {
            // One of our own is found where it is declared, and again wherever it is used.
            yield return (DeviceRule.StructUsed, name);
        }
    }

    private static DeviceRule? Special(string name)
    {
        return s_specialNames.GetValueOrDefault(name)
            ?? s_special.FirstOrDefault(s => name.StartsWith(s.Begin, StringComparison.Ordinal)).Rule;
    }

    /// <summary>Whether it says that it throws on overflow; conv.ovf.i and its kin stand for the length of an array given as a long.</summary>
    private static bool IsChecked(string instruction)
    {
        return instruction.Contains(".ovf", StringComparison.Ordinal)
            && instruction is not ("conv.ovf.i" or "conv.ovf.i.un" or "conv.ovf.u" or "conv.ovf.u.un");
    }

    private bool IsEnum(CodeType type)
    {
        return _world.FindAnywhere(type.Name) is { IsEnum: true };
    }

    private static bool AsksForText(CodeInstruction? call)
    {
        return call?.Operand is CodeMember { Name: "ToString" or "Concat" or "Format" };
    }

    /// <summary>Here the compiler picks a generic Interlocked method because this library has one; on the device it cannot.</summary>
    private static bool IsOfEventAccessor(CodeMethod method, string called)
    {
        return called == "System.Threading.Interlocked::CompareExchange" && (method.Attributes & MethodAttributes.SpecialName) != 0
            && (method.Member.Name.StartsWith("add_", StringComparison.Ordinal) || method.Member.Name.StartsWith("remove_", StringComparison.Ordinal));
    }

    private static bool IsNativeInteger(CodeType type)
    {
        return type.All().Any(t => t.Name is "System.IntPtr" or "System.UIntPtr");
    }

    private static bool IsOfCompilersStore(string name)
    {
        return name.StartsWith(CompilersStore, StringComparison.Ordinal);
    }

    private static DeviceFinding Found(DeviceRule rule, object place)
    {
        return new DeviceFinding(rule, "", place.ToString()!);
    }
}
