namespace NanoTcp.Link;

/// <summary>
/// What a link device may offer besides <see cref="ILinkDevice"/>: taking frames to multicast groups, as mDNS needs. A
/// device that does not filter need not have it.
/// </summary>
/// <remarks>
/// A device may let more through than was joined, because chips filter by a hash of the address: who uses a group looks at the
/// destination of each frame. One thread calls these members and those of the device.
/// </remarks>
public interface IMulticastFilter
{
    /// <summary>
    /// Takes frames to a group from now on, or as soon as the device is there. A group that is joined twice is taken
    /// until it has been left twice.
    /// </summary>
    /// <param name="groupAddress">A multicast address, as <see cref="NanoTcp.Wire.MacAddress"/> has it.</param>
    /// <exception cref="System.ArgumentException">The address is not a group's, is the broadcast address, or is longer
    /// than 48 bits.</exception>
    /// <exception cref="System.InvalidOperationException">As many groups are joined as the device was made for, or
    /// this one more often than it can count.</exception>
    void Join(long groupAddress);

    /// <summary>Takes back one <see cref="Join"/>; after the last one frames to the group are no longer wanted.</summary>
    /// <param name="groupAddress">The address that was joined.</param>
    /// <exception cref="System.ArgumentException">As for <see cref="Join"/>.</exception>
    /// <exception cref="System.InvalidOperationException">The group is not joined.</exception>
    void Leave(long groupAddress);
}
