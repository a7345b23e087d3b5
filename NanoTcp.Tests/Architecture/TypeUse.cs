using NanoTcp.Tests.CompiledCode;

namespace NanoTcp.Tests.Architecture;

/// <summary>One place where compiled code names a type.</summary>
/// <param name="User">The type whose code it is.</param>
/// <param name="Used">The type named, without array, pointer and by-reference marks.</param>
/// <param name="Place">Where: the member, and the instruction when it is one.</param>
internal sealed record TypeUse(CodeClass User, CodeType Used, string Place)
{
    public override string ToString()
    {
        return $"{Place} uses {Used.Name}";
    }
}
