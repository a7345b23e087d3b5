namespace NanoTcp.Emulation;

/// <summary>What became of the frames at the chip's connector.</summary>
public sealed class WireStatistics
{
    /// <summary>Frames put into the receive ring.</summary>
    public long Received { get; internal set; }

    /// <summary>Frames that passed while the receiver was off, asleep or in reset.</summary>
    public long MissedWhileDisabled { get; internal set; }

    /// <summary>Frames that the filters did not let in, a wrong frame check sequence included.</summary>
    public long Filtered { get; internal set; }

    /// <summary>Frames shorter than 18 or longer than MAMXFL octets.</summary>
    public long OutOfRange { get; internal set; }

    /// <summary>Frames lost because the ring or EPKTCNT was full.</summary>
    public long Overflowed { get; internal set; }

    /// <summary>Frames given up during reception: RXRST, power save, SRC, erratum 17.</summary>
    public long Abandoned { get; internal set; }

    /// <summary>MAC control frames that the chip kept to itself.</summary>
    public long ControlFrames { get; internal set; }

    /// <summary>Frames lost or spoilt by a bad line: errata 3, 7, 8, 9 and 10.</summary>
    public long Distorted { get; internal set; }

    /// <summary>Frames sent.</summary>
    public long Sent { get; internal set; }

    /// <summary>Transmissions that ended with ESTAT.TXABRT.</summary>
    public long TransmitAborted { get; internal set; }

    /// <summary>Attempts to send that collided within the collision window; the hardware tries again by itself.</summary>
    public long Collisions { get; internal set; }

    /// <summary>Of the collisions, those in which the far end began at the same moment, as both had waited for the wire.</summary>
    public long ContentionCollisions { get; internal set; }

    /// <summary>Collisions, early and late, that were only link pulses (DS80349 erratum 13).</summary>
    public long LinkPulseCollisions { get; internal set; }

    /// <summary>Attempts to send that collided after the collision window.</summary>
    public long LateCollisions { get; internal set; }

    /// <summary>Transmissions aborted after one collision more than MACLCON1 allows.</summary>
    public long ExcessiveCollisions { get; internal set; }

    /// <summary>Transmissions aborted because the wire did not become free in time.</summary>
    public long ExcessiveDeferrals { get; internal set; }

    /// <summary>Transmissions that hung with TXRTS set.</summary>
    public long StuckTransmissions { get; internal set; }

    /// <summary>Settings of TXRTS that the chip forgot.</summary>
    public long LostTransmitRequests { get; internal set; }

    /// <summary>Frames that the far end gave up after 16 collisions.</summary>
    public long GivenUpByFarEnd { get; internal set; }
}
