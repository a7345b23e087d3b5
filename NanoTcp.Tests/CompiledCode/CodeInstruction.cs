using System.Reflection.Emit;

namespace NanoTcp.Tests.CompiledCode;

/// <summary>One instruction of the intermediate language.</summary>
/// <param name="Offset">Where in its method.</param>
/// <param name="Size">In octets.</param>
/// <param name="OpCode">What it does.</param>
/// <param name="Operand">A <see cref="CodeMember"/>, a <see cref="CodeType"/> (a function pointer's where a signature stands), or null for all other operands.</param>
/// <param name="Targets">Offsets that it may branch to.</param>
internal sealed record CodeInstruction(int Offset, int Size, OpCode OpCode, object? Operand, int[] Targets)
{
    public override string ToString()
    {
        string operand = Operand == null ? "" : " " + Operand;
        return $"IL_{Offset:x4} {OpCode.Name}{operand}";
    }
}
