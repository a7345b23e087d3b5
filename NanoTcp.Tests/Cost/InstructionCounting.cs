using System.Collections.Generic;
using System.IO;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace NanoTcp.Tests.Cost;

/// <summary>
/// Makes copies of assemblies that count the IL instructions they execute: at the start of each basic block the number of
/// its instructions is added to the element of one static array that belongs to the method.
/// </summary>
internal sealed class InstructionCounting
{
    /// <summary>Where the first assembly of all keeps the counts; whoever loads it makes the array.</summary>
    internal const string TypeName = "NanoTcp.Counting.Executed";

    internal const string FieldName = "Instructions";

    private FieldDefinition? _field;

    /// <summary>The methods, in the order of their elements.</summary>
    internal List<string> Methods { get; } = [];

    /// <summary>Reads a module that is to be copied, with its neighbours and the runtime's own libraries beside it.</summary>
    internal static ModuleDefinition Open(string path)
    {
        DefaultAssemblyResolver resolver = new();
        resolver.AddSearchDirectory(Path.GetDirectoryName(path)!);
        resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(object).Assembly.Location)!);
        return ModuleDefinition.ReadModule(path, new ReaderParameters { AssemblyResolver = resolver });
    }

    /// <summary>Lets every method of a module count. The first module gets the array, which the others refer to.</summary>
    internal void Instrument(ModuleDefinition module)
    {
        List<MethodDefinition> methods = [.. module.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody)];
        _field ??= AddField(module);
        FieldReference field = module.ImportReference(_field);
        foreach (MethodDefinition method in methods)
        {
            Instrument(method.Body, field, Methods.Count);
            Methods.Add($"{method.DeclaringType.Name}.{method.Name}");
        }
    }

    private static FieldDefinition AddField(ModuleDefinition module)
    {
        int dot = TypeName.LastIndexOf('.');
        TypeDefinition type = new(
            TypeName[..dot],
            TypeName[(dot + 1)..],
            TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed,
            module.TypeSystem.Object);
        FieldDefinition field = new(
            FieldName, FieldAttributes.Public | FieldAttributes.Static, new ArrayType(module.TypeSystem.Int64));
        type.Fields.Add(field);
        module.Types.Add(type);
        return field;
    }

    internal static byte[] ToArray(ModuleDefinition module)
    {
        using MemoryStream stream = new();
        module.Write(stream);
        return stream.ToArray();
    }

    private static void Instrument(MethodBody body, FieldReference counts, int index)
    {
        // Long forms, because the inserted code moves targets away; the number of instructions is the same.
        body.SimplifyMacros();
        List<Instruction> original = [.. body.Instructions];
        HashSet<Instruction> leaders = FindLeaders(body, original);
        Dictionary<Instruction, Instruction> moved = [];
        ILProcessor processor = body.GetILProcessor();
        for (int start = 0; start < original.Count;)
        {
            int end = start + 1;
            while (end < original.Count && !leaders.Contains(original[end]))
            {
                end++;
            }

            Instruction first = processor.Create(OpCodes.Ldsfld, counts);
            Instruction[] added =
            [
                first,
                processor.Create(OpCodes.Ldc_I4, index),
                processor.Create(OpCodes.Ldelema, body.Method.Module.TypeSystem.Int64),
                processor.Create(OpCodes.Dup),
                processor.Create(OpCodes.Ldind_I8),
                processor.Create(OpCodes.Ldc_I8, (long)(end - start)),
                processor.Create(OpCodes.Add),
                processor.Create(OpCodes.Stind_I8),
            ];
            foreach (Instruction instruction in added)
            {
                processor.InsertBefore(original[start], instruction);
            }

            moved.Add(original[start], first);
            start = end;
        }

        Redirect(body, original, moved);
    }

    private static HashSet<Instruction> FindLeaders(MethodBody body, List<Instruction> instructions)
    {
        HashSet<Instruction> leaders = [];
        foreach (Instruction instruction in instructions)
        {
            if (instruction.Operand is Instruction target)
            {
                leaders.Add(target);
            }
            else if (instruction.Operand is Instruction[] targets)
            {
                leaders.UnionWith(targets);
            }

            bool ends = instruction.OpCode.FlowControl
                is FlowControl.Branch or FlowControl.Cond_Branch or FlowControl.Return or FlowControl.Throw;
            if (ends && instruction.Next != null)
            {
                leaders.Add(instruction.Next);
            }
        }

        foreach (ExceptionHandler handler in body.ExceptionHandlers)
        {
            Instruction?[] bounds = [handler.TryStart, handler.TryEnd, handler.HandlerStart, handler.HandlerEnd, handler.FilterStart];
            leaders.UnionWith(bounds.OfType<Instruction>());
        }

        return leaders;
    }

    private static void Redirect(MethodBody body, List<Instruction> original, Dictionary<Instruction, Instruction> moved)
    {
        foreach (Instruction instruction in original)
        {
            if (instruction.Operand is Instruction target)
            {
                instruction.Operand = moved[target];
            }
            else if (instruction.Operand is Instruction[] targets)
            {
                instruction.Operand = targets.Select(t => moved[t]).ToArray();
            }
        }

        foreach (ExceptionHandler handler in body.ExceptionHandlers)
        {
            handler.TryStart = moved[handler.TryStart];
            handler.TryEnd = moved[handler.TryEnd];
            handler.HandlerStart = moved[handler.HandlerStart];
            handler.HandlerEnd = handler.HandlerEnd == null ? null : moved[handler.HandlerEnd];
            handler.FilterStart = handler.FilterStart == null ? null : moved[handler.FilterStart];
        }
    }
}
