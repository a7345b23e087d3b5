namespace NanoTcp.Tests.DeviceCode;

/// <summary>How much a method may do that takes memory.</summary>
internal enum Allowance
{
    /// <summary>Throw exceptions, and what comes before a throw and nothing else.</summary>
    Throw,

    /// <summary>Everything; what it calls is not followed either.</summary>
    Everything,
}

/// <summary>An exception from the rule that nothing takes memory.</summary>
/// <param name="What">How much.</param>
/// <param name="Place">Type and method, all overloads of it.</param>
/// <param name="Reason">Why it may.</param>
internal sealed record Allowed(Allowance What, string Place, string Reason);
