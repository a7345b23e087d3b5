namespace NanoTcp.Tests.Architecture;

/// <summary>An exception from the device profile.</summary>
/// <param name="What">What is found.</param>
/// <param name="Place">Type, or type and method, all overloads of it.</param>
/// <param name="Reason">Why it may.</param>
internal sealed record DeviceAllowed(string What, string Place, string Reason)
{
    internal bool Covers(DeviceFinding finding)
    {
        return finding.What == What && finding.Member == Place;
    }
}
