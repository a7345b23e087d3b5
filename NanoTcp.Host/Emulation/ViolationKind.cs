namespace NanoTcp.Emulation;

/// <summary>The rules of the data sheet (DS39662) and of the errata (DS80349) that the emulated chip watches.</summary>
public enum ViolationKind
{
    /// <summary>The first octet is no operation of the chip (DS39662 table 4-1).</summary>
    UndefinedOpcode = 0,

    /// <summary>Chip select rose before the operation had its data octet, or in the middle of an octet (DS39662 4.2).</summary>
    IncompleteOperation = 1,

    /// <summary>A register write has one data octet; what came after it was ignored (DS39662 4.2).</summary>
    SurplusOctets = 2,

    /// <summary>The register is reserved; neither read nor write it (DS39662 3.1).</summary>
    ReservedRegister = 3,

    /// <summary>Bit Field Set and Clear work on ETH registers only; nothing was changed (DS39662 4.2.5).</summary>
    BitOperationOnMacRegister = 4,

    /// <summary>A MAC or MII register comes after a dummy octet; two octets read rubbish (DS39662 4.2.1).</summary>
    MacReadWithoutDummyOctet = 5,

    /// <summary>Chip select must stay low for 210 ns after an access to a MAC or MII register (DS39662 table 16-6).</summary>
    ChipSelectHoldTooShort = 6,

    /// <summary>The oscillator has not started: MAC, MII, PHY, TXRTS and RXEN must wait for ESTAT.CLKRDY (DS39662 2.2).</summary>
    AccessBeforeClockReady = 7,

    /// <summary>MAC, MII, PHY, TXRTS and RXEN must wait for 1 ms after a reset (DS80349 erratum 2).</summary>
    AccessTooSoonAfterReset = 8,

    /// <summary>MAC, MII, PHY, TXRTS and RXEN are out of reach while ECON2.PWRSV is set (DS39662 14).</summary>
    AccessInPowerSave = 9,

    /// <summary>The System Reset Command is ignored while ECON2.PWRSV is set (DS80349 erratum 19).</summary>
    ResetInPowerSave = 10,

    /// <summary>ECON2.PWRSV was set while the chip was still receiving or sending (DS39662 14).</summary>
    PowerSaveWhileActive = 11,

    /// <summary>The chip changes EIR and ECON1 by itself: write them with Bit Field Set and Clear (DS39662 4.2.5).</summary>
    WholeWriteOfSharedRegister = 12,

    /// <summary>A reserved bit was written with another value than the data sheet asks for (DS39662 registers 2-1, 2-2, 3-2, 6-1, 6-3, 15-1).</summary>
    ReservedBits = 13,

    /// <summary>ERXRDPT must be odd, or received data is corrupted (DS80349 erratum 14).</summary>
    EvenReceiveReadPointer = 14,

    /// <summary>ERXRDPT must lie between ERXST and ERXND, or unread packets are overwritten (DS39662 6.1).</summary>
    ReceiveReadPointerOutsideRing = 15,

    /// <summary>ERXST must be even and ERXND odd (DS39662 6.1, DS80349 erratum 14).</summary>
    ReceiveRingMisaligned = 16,

    /// <summary>ERXST must be 0000h, or the internal write pointer may be wrong (DS80349 erratum 5).</summary>
    ReceiveStartNotZero = 17,

    /// <summary>ERXST and ERXND must not be written while ECON1.RXEN is set (DS39662 6.1).</summary>
    ReceiveRingChangedWhileReceiving = 18,

    /// <summary>Filters and the station address must not be changed while ECON1.RXEN is set (DS39662 6.3).</summary>
    FilterChangedWhileReceiving = 19,

    /// <summary>The duplex mode must not be changed while ECON1.RXEN is set (DS39662 9).</summary>
    DuplexChangedWhileReceiving = 20,

    /// <summary>MACON3.FULDPX and PHCON1.PDPXMD must be equal (DS39662 9).</summary>
    DuplexMismatch = 21,

    /// <summary>ECON1.RXEN was set while MACON1.MARXEN is clear: nothing will be received (DS39662 6.5).</summary>
    ReceiveWithoutMac = 22,

    /// <summary>ECON2.PKTDEC was set while EPKTCNT was 0 (DS39662 7.2.4).</summary>
    PacketDecrementAtZero = 23,

    /// <summary>The receive ring was read where no packet lies (DS39662 7.2.3).</summary>
    ReadBeyondPacket = 24,

    /// <summary>The host wrote into the receive ring while ECON1.RXEN is set (DS39662 3.2).</summary>
    WriteIntoReceiveRing = 25,

    /// <summary>ETXST, ETXND and the MAC's transmit settings must not change while ECON1.TXRTS is set (DS39662 7.1).</summary>
    TransmitPointerChanged = 26,

    /// <summary>The frame being sent, or its status vector, was read or written while ECON1.TXRTS is set (DS39662 7.1).</summary>
    TransmitBufferTouched = 27,

    /// <summary>ECON1.TXRTS was set while it was set (DS39662 7.1).</summary>
    TransmitAlreadyRunning = 28,

    /// <summary>ECON1.TXRTS was set while ECON1.TXRST holds the transmit logic in reset (DS39662 11.3).</summary>
    TransmitInReset = 29,

    /// <summary>ECON1.TXRTS was set after an abort without a pulse of ECON1.TXRST; the logic has stalled (DS80349 erratum 12).</summary>
    TransmitStalled = 30,

    /// <summary>Fewer than the 14 octets of an Ethernet header lie between ETXST and ETXND (DS39662 7.1).</summary>
    TransmitFrameTooShort = 31,

    /// <summary>The frame to send or its status vector lies in the receive ring (DS39662 7.1).</summary>
    TransmitOverlapsReceiveRing = 32,

    /// <summary>The MAC pads only frames that it also appends the check sequence to: set MACON3.TXCRCEN (DS39662 register 6-2).</summary>
    PaddingWithoutCrc = 33,

    /// <summary>MICMD, MIREGADR or MIWR was written while MISTAT.BUSY is set; it was ignored (DS39662 3.3).</summary>
    MiiBusy = 34,

    /// <summary>MIRD was read while MISTAT.BUSY is set; it still holds the previous result (DS39662 3.3.1).</summary>
    MiiDataReadWhileBusy = 35,

    /// <summary>MIWRH was written without MIWRL before it (DS39662 3.3.2).</summary>
    MiiWriteHighWithoutLow = 36,

    /// <summary>A DMA checksum while ECON1.RXEN is set loses the packet in reception (DS80349 erratum 17).</summary>
    DmaChecksumWhileReceiving = 37,

    /// <summary>A DMA copy of one octet, EDMAST equal to EDMAND, overwrites the whole memory (DS39662 13.1).</summary>
    DmaSingleOctetCopy = 38,

    /// <summary>The DMA never comes to EDMAND from EDMAST (DS39662 13.1).</summary>
    DmaEndUnreachable = 39,

    /// <summary>The DMA registers must not change while ECON1.DMAST is set (DS39662 13.1).</summary>
    DmaPointerChanged = 40,

    /// <summary>
    /// A packet was freed that no read of EPKTCNT had told of: whoever goes by EIR.PKTIF goes wrong (DS80349 erratum 6).
    /// </summary>
    PacketTakenUnannounced = 41,

    /// <summary>ERXWRPT was read without EPKTCNT right before and after it: a packet may come in between (DS39662 7.2.5).</summary>
    WritePointerReadAlone = 42,

    /// <summary>Less than 2 us lay between two resets by the RESET pin (DS39662 16).</summary>
    ResetTooSoon = 43,

    /// <summary>The self-test ran while the chip was receiving, sending or copying (DS39662 15).</summary>
    SelfTestWhileActive = 44,

    /// <summary>EBSTSD or the settings in EBSTCON were touched while EBSTCON.BISTST is set (DS39662 15.1).</summary>
    SelfTestDisturbed = 45,

    /// <summary>EBSTCON.BISTST was set without EBSTCON.TME; nothing was tested (DS39662 register 15-1).</summary>
    SelfTestWithoutTestMode = 46,

    /// <summary>There is no PHY register at the address that was written; nothing was changed (DS39662 table 3-3).</summary>
    UnknownPhyRegister = 47,
}
