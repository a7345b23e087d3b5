namespace NanoTcp.Tcp;

/// <summary>
/// What <see cref="TcpControlBlock.Process"/> leaves for its caller beside the actions. One object serves for all
/// connections, because it is read before the next segment comes.
/// </summary>
internal sealed class SegmentOutcome
{
    /// <summary>Nothing was wrong with the segment.</summary>
    internal const int NoDrop = -1;

    /// <summary>Octets of this side's data that the segment acknowledges; set with <see cref="TcpActions.Acknowledged"/>.</summary>
    internal int AcknowledgedText;

    /// <summary>Where in the frame buffer the data to keep starts; set, like the two below, with <see cref="TcpActions.Text"/>.</summary>
    internal int TextOffset;

    /// <summary>Octets of data to keep.</summary>
    internal int TextLength;

    /// <summary>Where they belong, in octets beyond RCV.NXT as it was before.</summary>
    internal int TextPosition;

    /// <summary>Octets that are in order now and were not before.</summary>
    internal int Delivered;

    /// <summary>Index of the counter that says why the segment, or its news, was not taken; <see cref="NoDrop"/> when it was.</summary>
    internal int Drop;
}
