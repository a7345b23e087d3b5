namespace NanoTcp.Tests.Soak;

/// <summary>What a <see cref="SoakEpisode"/> does to the chip, its wires or its cable.</summary>
internal enum SoakFault
{
    /// <summary>Nothing: traffic as usual.</summary>
    None,

    /// <summary>Wrong bits on the wire from the chip, now and then.</summary>
    MisoBitErrors,

    /// <summary>Wrong bits on the wire to the chip, now and then.</summary>
    MosiBitErrors,

    /// <summary>Every read is 00h.</summary>
    MisoStuckLow,

    /// <summary>Every read is FFh.</summary>
    MisoStuckHigh,

    /// <summary>Every read is noise.</summary>
    MisoOpen,

    /// <summary>Every read is what was sent.</summary>
    MisoEcho,

    /// <summary>A second device holds the bus.</summary>
    SecondDevice,

    /// <summary>Chip select does not reach the chip.</summary>
    Unplugged,

    /// <summary>Half of the interrupt pin's edges are not seen.</summary>
    LostEdges,

    /// <summary>The interrupt pin never falls.</summary>
    InterruptStuckHigh,

    /// <summary>The interrupt pin never rises.</summary>
    InterruptStuckLow,

    /// <summary>Collisions in the window.</summary>
    Collisions,

    /// <summary>Collisions after the window, with LATECOL lying.</summary>
    LateCollisions,

    /// <summary>Link pulses taken for collisions (DS80349 erratum 13).</summary>
    LinkPulses,

    /// <summary>TXRTS stays set, with whatever flags.</summary>
    StuckTransmissions,

    /// <summary>TXRTS is forgotten.</summary>
    LostTransmitRequests,

    /// <summary>Garbage for next-packet pointers and lengths.</summary>
    GarbageHeaders,

    /// <summary>RXEN goes by itself, again and again.</summary>
    ReceiveEnableLosses,

    /// <summary>RXEN goes by itself, once.</summary>
    ReceiveEnableLoss,

    /// <summary>PKTIF reads wrong (DS80349 erratum 6).</summary>
    PacketFlagLies,

    /// <summary>The PHY loses the link, again and again.</summary>
    LinkFlaps,

    /// <summary>The supply dips.</summary>
    BrownOut,

    /// <summary>The supply dips in the middle of an operation, several times.</summary>
    BrownOuts,

    /// <summary>255 packets all at once.</summary>
    Flood,

    /// <summary>EPKTCNT says something else than there is.</summary>
    Miscount,

    /// <summary>Broadcasts at line rate: the ring overflows.</summary>
    Storm,

    /// <summary>Somebody pulls the network cable.</summary>
    CablePulled,

    /// <summary>The cable loses frames.</summary>
    LossyCable,

    /// <summary>The application puts the chip to sleep and wakes it.</summary>
    Sleep,
}
