using System.Collections.Generic;
using System.IO;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace NanoTcp.Tests.Cost;

/// <summary>
/// Makes copies of assemblies that count the IL instructions they execute: at the start of each basic block the number of
/// its instructions is added to one static field.
/// </summary>
internal static class InstructionCounting
{
    /// <summary>Where the first assembly of all keeps the count.</summary>
    internal const string TypeName = "NanoTcp.Counting.Executed";

    internal const string FieldName = "Instructions";

    /// <summary>Adds the field to an assembly, which the others refer to.</summary>
    internal static FieldDefinition AddField(ModuleDefinition module)
    {
        int dot = TypeName.LastIndexOf('.');
        TypeDefinition type = new(
            TypeName[..dot],
            TypeName[(dot + 1)..],
            TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed,
            module.TypeSystem.Object);
        FieldDefinition field = new(FieldName, FieldAttributes.Public | FieldAttributes.Static, module.TypeSystem.Int64);
        type.Fields.Add(field);
        module.Types.Add(type);
        return field;
    }

    /// <summary>Lets every method of a module count.</summary>
    internal static void Instrument(ModuleDefinition module, FieldDefinition count)
    {
        FieldReference field = module.ImportReference(count);
        foreach (MethodDefinition method in module.GetTypes().Where(t => t != count.DeclaringType).SelectMany(t => t.Methods))
        {
            if (method.HasBody)
            {
                Instrument(method.Body, field);
            }
        }
    }

    internal static byte[] ToArray(ModuleDefinition module)
    {
        using MemoryStream stream = new();
        module.Write(stream);
        return stream.ToArray();
    }

    private static void Instrument(MethodBody body, FieldReference count)
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

            Instruction first = processor.Create(OpCodes.Ldsfld, count);
            processor.InsertBefore(original[start], first);
            processor.InsertBefore(original[start], processor.Create(OpCodes.Ldc_I8, (long)(end - start)));
            processor.InsertBefore(original[start], processor.Create(OpCodes.Add));
            processor.InsertBefore(original[start], processor.Create(OpCodes.Stsfld, count));
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
