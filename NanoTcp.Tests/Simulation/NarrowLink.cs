using NanoTcp.Link;
using NanoTcp.Tests.Link;

namespace NanoTcp.Tests.Simulation;

/// <summary>A device behind which somebody drops large frames without a word.</summary>
internal sealed class NarrowLink(ILinkDevice device) : PassingLink(device)
{
    /// <summary>Octets of an Ethernet header.</summary>
    private const int Header = 14;

    /// <summary>Octets of the largest packet that gets through; may change at any time.</summary>
    internal int PathMtu { get; set; } = int.MaxValue;

    /// <summary>Frames that did not.</summary>
    internal int Swallowed { get; private set; }

    /// <summary>Octets of the largest packet that did since this was set to 0.</summary>
    internal int Largest { get; set; }

    public override bool Send(byte[] buffer, int offset, int length)
    {
        if (length - Header > PathMtu)
        {
            Swallowed++;
            return true;
        }

        if (length - Header > Largest)
        {
            Largest = length - Header;
        }

        return base.Send(buffer, offset, length);
    }
}
