namespace NanoTcp.Drivers.Enc28j60;

/// <summary>Why the last search for the chip did not end with a working chip.</summary>
public enum Enc28j60Problem
{
    /// <summary>There is none, or the search is still going on.</summary>
    None = 0,

    /// <summary>ESTAT reads what no running chip says: check supply, wiring (MISO, chip select) and SPI mode 0.</summary>
    NoAnswer = 1,

    /// <summary>Something answers, but EREVID is not that of an ENC28J60 (2, 4, 5 or 6).</summary>
    UnknownRevision = 2,

    /// <summary>
    /// A control register does not hold what was written: too fast or too noisy an SPI bus, too short a chip-select hold
    /// after MAC registers, or an SPI clock below 8 MHz on silicon B1 or B4.
    /// </summary>
    RegistersDoNotHold = 3,

    /// <summary>The PHY inside the chip does not answer or does not hold what was written.</summary>
    PhyDoesNotAnswer = 4,
}
