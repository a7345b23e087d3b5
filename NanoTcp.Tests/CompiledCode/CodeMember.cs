using System.Linq;

namespace NanoTcp.Tests.CompiledCode;

/// <summary>A method or a field as an instruction names it.</summary>
/// <param name="Owner">The type that it is looked for in.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">What a method returns, or the type of a field.</param>
/// <param name="Parameters">Of a method; null for a field.</param>
/// <param name="GenericArguments">Of a generic method that is used; empty otherwise.</param>
internal sealed record CodeMember(CodeType Owner, string Name, CodeType Type, CodeType[]? Parameters, params CodeType[] GenericArguments)
{
    /// <summary>What overloads and overrides are told apart by.</summary>
    internal string Key
    {
        get { return $"{Name}({string.Join(',', (Parameters ?? []).Select(p => p.ToString()))}) {Type}"; }
    }

    public bool Equals(CodeMember? other)
    {
        return other != null && Owner.Name == other.Owner.Name && Key == other.Key;
    }

    public override int GetHashCode()
    {
        return Key.GetHashCode(System.StringComparison.Ordinal);
    }

    public override string ToString()
    {
        string arguments = GenericArguments.Length == 0 ? "" : $"<{string.Join(',', GenericArguments.Select(a => a.ToString()))}>";
        string name = $"{Owner}::{Name}{arguments}";
        return Parameters == null ? name : $"{name}({string.Join(',', Parameters.Select(p => p.ToString()))})";
    }
}
