namespace NanoTcp.Tests.Compliance;

/// <summary>What stands at the head of the generated pages.</summary>
internal static class PageText
{
    private const string HowItIsMade =
        "This page is generated: the rules stand in [docs/requirements](requirements), their places are comments in the\n" +
        "code that name them (`RFC 9293 MUST-58`, `RFC 5961 5.2`), their tests carry `[Requirement(\"RFC 9293\", \"MUST-58\")]`.\n" +
        "The tests in [NanoTcp.Tests/Compliance](../NanoTcp.Tests/Compliance/ComplianceTests.cs) fail when a rule has no place\n" +
        "or no test and no reason, when a marker names a rule that does not exist, and when this page is not what they would\n" +
        "write; then they write it, and say where.\n";

    internal const string Rfc9293 =
        "Every requirement that RFC 9293 numbers (its appendix B, and those that only its text has), and the clauses of its\n" +
        "event processing that carry no number: what it asks in our words, where it is in the code, and which tests show it,\n" +
        "or why it deliberately does not apply. The other RFCs are in [rfcs.md](rfcs.md).\n\n" + HowItIsMade;

    internal const string OtherRfcs =
        "The clauses that matter of the RFCs around TCP: where they are in the code, which tests show them, or why they are\n" +
        "deliberately not followed. RFC 9293 itself is in [rfc9293.md](rfc9293.md).\n\n" + HowItIsMade;
}
