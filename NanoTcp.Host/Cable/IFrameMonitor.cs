namespace NanoTcp.Host.Cable;

/// <summary>Sees every frame that is put on a cable, before the cable does anything to it.</summary>
public interface IFrameMonitor
{
    /// <summary>A frame was sent.</summary>
    /// <param name="nanoseconds">When, by the cable's clock.</param>
    /// <param name="sender">The port that sent it.</param>
    /// <param name="buffer">Holds the frame; borrowed for the call, not to be changed.</param>
    /// <param name="offset">The frame's first octet.</param>
    /// <param name="length">Its octets, without frame check sequence.</param>
    void FrameSent(long nanoseconds, CablePort sender, byte[] buffer, int offset, int length);
}
