using System;
using System.Collections.Generic;

namespace NanoTcp.Tests.Compliance;

/// <summary>
/// Says which rules of an RFC a test shows: <c>[Requirement("RFC 9293", "MUST-58", "MUST-59")]</c> by the requirement
/// numbers of RFC 9293, <c>[Requirement("RFC 5961", "5.2")]</c> by clause for the others. On a class it holds for each of
/// its tests. The pages docs/rfc9293.md and docs/rfcs.md are made from it; the known numbers stand in docs/requirements.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class RequirementAttribute : Attribute
{
    /// <summary>Notes the rules that the test shows.</summary>
    /// <param name="document">The RFC, as in <c>RFC 9293</c>.</param>
    /// <param name="ids">One or more requirement numbers or clauses of that RFC.</param>
    public RequirementAttribute(string document, params string[] ids)
    {
        Document = document;
        Ids = ids;
    }

    /// <summary>The RFC, as in <c>RFC 9293</c>.</summary>
    public string Document { get; }

    /// <summary>The requirement numbers or clauses.</summary>
    public IReadOnlyList<string> Ids { get; }
}
