namespace NanoTcp.Tests.Compliance;

/// <summary>What the stack does about a rule.</summary>
internal enum Standing
{
    /// <summary>Met: it has a place in the code and a test.</summary>
    Met,

    /// <summary>Met in another way than its words suggest: it has a place, a test and a reason.</summary>
    Otherwise,

    /// <summary>It rules something that this stack does not have; there is a reason.</summary>
    NotApplicable,

    /// <summary>A choice that the RFC leaves and that was not taken; there is a reason. Never for a MUST.</summary>
    NotTaken,

    /// <summary>Not met yet.</summary>
    Open,
}
