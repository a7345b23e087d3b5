namespace NanoTcp.Host.Cable;

/// <summary>A frame under way to one receiver; pooled by the cable.</summary>
internal sealed class CableFrame
{
    /// <summary>Largest frame that fits: 1500 octets, the header, a VLAN tag and room to spare for rude senders.</summary>
    internal const int MaxLength = 1600;

    internal readonly byte[] Data = new byte[MaxLength];
    internal int Length;

    /// <summary>When it arrives, in nanoseconds of the cable's clock.</summary>
    internal long Due;

    internal CableFrame? Earlier;
    internal CableFrame? Later;
}
