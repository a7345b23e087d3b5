namespace NanoTcp.Emulation;

/// <summary>The rules in words, for messages.</summary>
internal static class ViolationText
{
    private static readonly string[] s_texts = new string[]
    {
        "The first octet is no operation of the chip (DS39662 table 4-1).",
        "Chip select rose before the operation had its data octet, or in the middle of an octet (DS39662 4.2).",
        "A register write has one data octet; what came after it was ignored (DS39662 4.2).",
        "The register is reserved; neither read nor write it (DS39662 3.1).",
        "Bit Field Set and Clear work on ETH registers only; nothing was changed (DS39662 4.2.5).",
        "A MAC or MII register comes after a dummy octet; two octets read rubbish (DS39662 4.2.1).",
        "Chip select must stay low for 210 ns after an access to a MAC or MII register (DS39662 table 16-6).",
        "The oscillator has not started: MAC, MII, PHY, TXRTS and RXEN must wait for ESTAT.CLKRDY (DS39662 2.2).",
        "MAC, MII, PHY, TXRTS and RXEN must wait for 1 ms after a reset (DS80349 erratum 2).",
        "MAC, MII, PHY, TXRTS and RXEN are out of reach while ECON2.PWRSV is set (DS39662 14).",
        "The System Reset Command is ignored while ECON2.PWRSV is set (DS80349 erratum 19).",
        "ECON2.PWRSV was set while the chip was still receiving or sending (DS39662 14).",
        "The chip changes EIR and ECON1 by itself: write them with Bit Field Set and Clear (DS39662 4.2.5).",
        "A reserved bit was written with another value than the data sheet asks for (DS39662 registers 2-1, 2-2, 3-2, 6-1, 6-3, 15-1).",
        "ERXRDPT must be odd, or received data is corrupted (DS80349 erratum 14).",
        "ERXRDPT must lie between ERXST and ERXND, or unread packets are overwritten (DS39662 6.1).",
        "ERXST must be even and ERXND odd (DS39662 6.1, DS80349 erratum 14).",
        "ERXST must be 0000h, or the internal write pointer may be wrong (DS80349 erratum 5).",
        "ERXST and ERXND must not be written while ECON1.RXEN is set (DS39662 6.1).",
        "Filters and the station address must not be changed while ECON1.RXEN is set (DS39662 6.3).",
        "The duplex mode must not be changed while ECON1.RXEN is set (DS39662 9).",
        "MACON3.FULDPX and PHCON1.PDPXMD must be equal (DS39662 9).",
        "ECON1.RXEN was set while MACON1.MARXEN is clear: nothing will be received (DS39662 6.5).",
        "ECON2.PKTDEC was set while EPKTCNT was 0 (DS39662 7.2.4).",
        "The receive ring was read where no packet lies (DS39662 7.2.3).",
        "The host wrote into the receive ring while ECON1.RXEN is set (DS39662 3.2).",
        "ETXST, ETXND and the MAC's transmit settings must not change while ECON1.TXRTS is set (DS39662 7.1).",
        "The frame being sent, or its status vector, was read or written while ECON1.TXRTS is set (DS39662 7.1).",
        "ECON1.TXRTS was set while it was set (DS39662 7.1).",
        "ECON1.TXRTS was set while ECON1.TXRST holds the transmit logic in reset (DS39662 11.3).",
        "ECON1.TXRTS was set after an abort without a pulse of ECON1.TXRST; the logic has stalled (DS80349 erratum 12).",
        "Fewer than the 14 octets of an Ethernet header lie between ETXST and ETXND (DS39662 7.1).",
        "The frame to send or its status vector lies in the receive ring (DS39662 7.1).",
        "The MAC pads only frames that it also appends the check sequence to: set MACON3.TXCRCEN (DS39662 register 6-2).",
        "MICMD, MIREGADR or MIWR was written while MISTAT.BUSY is set; it was ignored (DS39662 3.3).",
        "MIRD was read while MISTAT.BUSY is set; it still holds the previous result (DS39662 3.3.1).",
        "MIWRH was written without MIWRL before it (DS39662 3.3.2).",
        "A DMA checksum while ECON1.RXEN is set loses the packet in reception (DS80349 erratum 17).",
        "A DMA copy of one octet, EDMAST equal to EDMAND, overwrites the whole memory (DS39662 13.1).",
        "The DMA never comes to EDMAND from EDMAST (DS39662 13.1).",
        "The DMA registers must not change while ECON1.DMAST is set (DS39662 13.1).",
        "A packet was freed that no read of EPKTCNT had told of: EIR.PKTIF is not to be relied on (DS80349 erratum 6).",
        "ERXWRPT was read without EPKTCNT right before and after it: a packet may come in between (DS39662 7.2.5).",
        "Less than 2 us lay between two resets by the RESET pin (DS39662 16).",
        "The self-test ran while the chip was receiving, sending or copying (DS39662 15).",
        "EBSTSD or the settings in EBSTCON were touched while EBSTCON.BISTST is set (DS39662 15.1).",
        "EBSTCON.BISTST was set without EBSTCON.TME; nothing was tested (DS39662 register 15-1).",
        "There is no PHY register at the address that was written; nothing was changed (DS39662 table 3-3).",
    };

    internal static string Of(ViolationKind kind)
    {
        return s_texts[(int)kind];
    }
}
