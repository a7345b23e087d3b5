using NanoTcp.Primitives;

namespace NanoTcp.Link;

/// <summary>
/// What the stack asks of an Ethernet device: a chip, a TAP interface, a cable between two stacks.
/// </summary>
/// <remarks>
/// Nothing here blocks. Frames run from the destination address to the last octet of the payload, without preamble
/// and without the frame check sequence. All buffers belong to the caller and may be reused as soon as a call returns.
/// One thread calls all members.
/// </remarks>
public interface ILinkDevice
{
    /// <summary>
    /// Octets that the device may overwrite in front of the frame in every buffer that it is given, so that it can put
    /// its own opcode or header there instead of copying the frame. 0 to 32.
    /// </summary>
    int Headroom { get; }

    /// <summary>
    /// Octets that the device may overwrite behind the frame in a receive buffer (a frame check sequence, padding).
    /// 0 to 32.
    /// </summary>
    int Tailroom { get; }

    /// <summary>Largest IPv4 packet that a frame carries, in octets; 1500 on Ethernet.</summary>
    int Mtu { get; }

    /// <summary>The device's own 48-bit address; the first octet on the wire is in bits 47 to 40.</summary>
    long MacAddress { get; }

    /// <summary>Whether frames can flow, as of the last <see cref="Poll"/>.</summary>
    LinkStatus Status { get; }

    /// <summary>What the device counted, or null.</summary>
    CounterSet Counters { get; }

    /// <summary>Whether <see cref="Send"/> would take a frame now. False while an earlier frame is still on its way out.</summary>
    bool CanSend { get; }

    /// <summary>
    /// Lets the device do what is due: finish initialisation, notice link changes and completed transmissions, heal itself.
    /// </summary>
    /// <param name="now">Milliseconds of the injected clock.</param>
    /// <returns>Milliseconds until it wants to be called again though no frame arrives; 0 means at once.</returns>
    int Poll(long now);

    /// <summary>Takes the oldest received frame.</summary>
    /// <param name="buffer">Where to put it. <see cref="Headroom"/> octets before <paramref name="offset"/> and
    /// <see cref="Tailroom"/> octets behind the frame may be overwritten.</param>
    /// <param name="offset">Where the frame's first octet goes.</param>
    /// <param name="capacity">Room for the frame from <paramref name="offset"/> on, tailroom not counted; a longer
    /// frame is dropped and counted by the device.</param>
    /// <returns>The frame's length, or 0 when none is waiting.</returns>
    int Receive(byte[] buffer, int offset, int capacity);

    /// <summary>Hands over a frame for transmission.</summary>
    /// <param name="buffer">Holds the frame. <see cref="Headroom"/> octets before <paramref name="offset"/> may be
    /// overwritten; the frame itself is not changed.</param>
    /// <param name="offset">The frame's first octet.</param>
    /// <param name="length">14 to 1514; the device pads short frames to what Ethernet asks for.</param>
    /// <returns>True when the device has taken the frame. False when it could not now, and kept nothing: try again later.</returns>
    bool Send(byte[] buffer, int offset, int length);
}
