using System.Reflection;

namespace NanoTcp.Tests.CompiledCode;

/// <summary>A field as it is declared.</summary>
/// <param name="Member">Its name and type.</param>
/// <param name="Attributes">How it is declared.</param>
/// <param name="CustomAttributes">What stands above it.</param>
internal sealed record CodeField(CodeMember Member, FieldAttributes Attributes, CodeAttribute[] CustomAttributes);
