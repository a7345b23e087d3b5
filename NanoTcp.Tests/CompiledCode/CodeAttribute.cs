namespace NanoTcp.Tests.CompiledCode;

/// <summary>An attribute as it stands at a type or a member.</summary>
/// <param name="Constructor">Which attribute, and with what kinds of arguments.</param>
/// <param name="Named">Types that its arguments name.</param>
internal sealed record CodeAttribute(CodeMember Constructor, CodeType[] Named)
{
    internal CodeType Type
    {
        get { return Constructor.Owner; }
    }
}
