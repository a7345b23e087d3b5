namespace NanoTcp.Tests.Compliance;

/// <summary>One rule of an RFC, as the catalogue in docs/requirements knows it.</summary>
/// <param name="Document">The RFC, as in <c>RFC 9293</c>.</param>
/// <param name="Id">Its requirement number, or the clause.</param>
/// <param name="Section">The clause that holds it.</param>
/// <param name="Heading">The heading that it stands under on the page.</param>
/// <param name="Text">The rule in our words.</param>
/// <param name="Standing">What the stack does about it.</param>
/// <param name="Reason">Why, where it is not simply met; else empty.</param>
internal sealed record Requirement(
    string Document, string Id, string Section, string Heading, string Text, Standing Standing, string Reason)
{
    /// <summary>True for a rule that leaves no choice.</summary>
    internal bool IsMust => Id.StartsWith("MUST-", System.StringComparison.Ordinal);
}
