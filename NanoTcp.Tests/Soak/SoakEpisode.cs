namespace NanoTcp.Tests.Soak;

/// <summary>Some seconds or minutes of a run: octets to carry both ways, two faults at once meanwhile, and quiet after it.</summary>
internal sealed class SoakEpisode
{
    internal SoakFault First;

    internal SoakFault Second;

    /// <summary>How strong the faults are, 1 to 100.</summary>
    internal int Strength;

    /// <summary>How long they last, in milliseconds.</summary>
    internal int Duration;

    /// <summary>Most octets to ask for at a time, of each connection in each direction.</summary>
    internal int Octets;

    /// <summary>How long nothing is asked of the device afterwards, in milliseconds.</summary>
    internal int Quiet;
}
