namespace NanoTcp.Tests.Architecture;

/// <summary>Something that the device cannot run, or charges for in secret.</summary>
/// <param name="Rule">Which rule it is against.</param>
/// <param name="Detail">The type or member that it is about, where the rule alone does not say it; otherwise empty.</param>
/// <param name="Place">Type or member, and where in it.</param>
internal sealed record DeviceFinding(DeviceRule Rule, string Detail, string Place)
{
    internal string What
    {
        get { return Detail.Length == 0 ? Rule.What : $"{Rule.What} ({Detail})"; }
    }

    /// <summary>The type or member alone; for a method without its parameters, as exceptions name it.</summary>
    internal string Member
    {
        get { return Place.Split('(', ',')[0]; }
    }

    public override string ToString()
    {
        return $"{What}: {Place}; {Rule.Advice}";
    }
}
