namespace NanoTcp.Tests.Compliance;

/// <summary>A place that names a rule: a member of the code, or a test.</summary>
/// <param name="Document">The RFC, as in <c>RFC 9293</c>.</param>
/// <param name="Id">The requirement number or clause.</param>
/// <param name="File">The file, from the root of the repository, with slashes.</param>
/// <param name="Member">The type and member, as in <c>TcpSegment.Parse</c>.</param>
/// <param name="AlwaysRuns">False for a test that is skipped where it cannot have a Linux kernel as its peer.</param>
internal sealed record Place(string Document, string Id, string File, string Member, bool AlwaysRuns = true);
