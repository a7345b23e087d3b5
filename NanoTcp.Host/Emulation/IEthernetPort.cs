namespace NanoTcp.Emulation;

/// <summary>
/// One end of an Ethernet cable. Frames run from the destination address to the last octet of the payload, without
/// preamble and frame check sequence, and may be shorter than 60 octets.
/// </summary>
public interface IEthernetPort
{
    /// <summary>Whether somebody is connected at the other end.</summary>
    bool LinkUp { get; }

    /// <summary>Takes the oldest frame that has arrived by now.</summary>
    /// <param name="buffer">Where to copy it; the caller's.</param>
    /// <param name="offset">Where the frame's first octet goes.</param>
    /// <param name="capacity">Room from there; a longer frame is lost.</param>
    /// <returns>The frame's length, 0 when none has arrived.</returns>
    int Receive(byte[] buffer, int offset, int capacity);

    /// <summary>Sends a frame; it is copied.</summary>
    void Send(byte[] buffer, int offset, int length);
}
