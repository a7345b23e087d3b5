using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection.Emit;
using NanoTcp.Tests.CompiledCode;

namespace NanoTcp.Tests.DeviceCode;

/// <summary>The code of a method in blocks, each entered at its beginning alone.</summary>
internal static class CodeBlocks
{
    /// <summary>Leaves out the blocks from which control can come to nothing but a throw.</summary>
    /// <param name="method">The method.</param>
    /// <param name="counts">Whether a throw counts, told by the instruction that makes what is thrown.</param>
    internal static IEnumerable<CodeInstruction> WithoutThrows(CodeMethod method, Func<CodeInstruction, bool> counts)
    {
        List<CodeInstruction[]> blocks = Blocks(method);
        HashSet<int> throwing = [.. blocks.Where(b => ThrowsItself(b, counts)).Select(Begin)];

        // A message that is chosen between two stands in blocks of its own before the one that throws.
        while (blocks.FirstOrDefault(b => !throwing.Contains(Begin(b)) && GoesOnlyTo(b, throwing)) is CodeInstruction[] before)
        {
            throwing.Add(Begin(before));
        }

        return blocks.Where(b => !throwing.Contains(Begin(b))).SelectMany(b => b);
    }

    private static List<CodeInstruction[]> Blocks(CodeMethod method)
    {
        HashSet<int> entries = [.. method.Code.SelectMany(i => i.Targets), .. method.Handlers];
        List<CodeInstruction[]> blocks = [];
        List<CodeInstruction> block = [];
        foreach (CodeInstruction instruction in method.Code)
        {
            if (block.Count != 0 && (entries.Contains(instruction.Offset) || EndsBlock(block[^1])))
            {
                blocks.Add(block.ToArray());
                block.Clear();
            }

            block.Add(instruction);
        }

        if (block.Count != 0)
        {
            blocks.Add(block.ToArray());
        }

        return blocks;
    }

    private static bool EndsBlock(CodeInstruction instruction)
    {
        return instruction.OpCode.FlowControl is FlowControl.Branch or FlowControl.Cond_Branch or FlowControl.Return or FlowControl.Throw;
    }

    private static int Begin(CodeInstruction[] block)
    {
        return block[0].Offset;
    }

    private static bool ThrowsItself(CodeInstruction[] block, Func<CodeInstruction, bool> counts)
    {
        CodeInstruction? maker = block.SkipLast(1).LastOrDefault(i => i.OpCode != OpCodes.Nop);
        return block[^1].OpCode == OpCodes.Throw && maker != null && counts(maker);
    }

    private static bool GoesOnlyTo(CodeInstruction[] block, HashSet<int> blocks)
    {
        CodeInstruction last = block[^1];
        int next = last.Offset + last.Size;
        return last.OpCode.FlowControl switch
        {
            FlowControl.Return or FlowControl.Throw => false,
            FlowControl.Branch => last.Targets.All(blocks.Contains),
            FlowControl.Cond_Branch => last.Targets.Append(next).All(blocks.Contains),
            _ => blocks.Contains(next),
        };
    }
}
