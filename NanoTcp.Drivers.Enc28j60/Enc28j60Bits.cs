namespace NanoTcp.Drivers.Enc28j60;

/// <summary>Bits of the control registers and of the two status vectors, and the PHY's registers, under Microchip's names.</summary>
internal static class Enc28j60Bits
{
    // EIE (DS39662 register 12-1) and EIR (12-2).
    internal const int INTIE = 0x80;
    internal const int PKTIE = 0x40;
    internal const int TXIF = 0x08;
    internal const int TXERIF = 0x02;
    internal const int RXERIF = 0x01;

    /// <summary>EIR bit 7 does not exist and reads 0 on a chip that answers.</summary>
    internal const int EirAlwaysZero = 0x80;

    /// <summary>The flags of EIR that the host may clear.</summary>
    internal const int EirClearable = 0x2B;

    // ESTAT (register 12-3).
    internal const int LATECOL = 0x10;
    internal const int RXBUSY = 0x04;
    internal const int TXABRT = 0x02;
    internal const int CLKRDY = 0x01;

    /// <summary>ESTAT bit 3 does not exist and reads 0 on a chip that answers.</summary>
    internal const int EstatAlwaysZero = 0x08;

    // ECON2.
    internal const int AUTOINC = 0x80;
    internal const int PKTDEC = 0x40;
    internal const int PWRSV = 0x20;
    internal const int VRPS = 0x08;

    // ECON1 (register 3-1).
    internal const int TXRST = 0x80;
    internal const int TXRTS = 0x08;
    internal const int RXEN = 0x04;
    internal const int BSEL = 0x03;

    // ERXFCON (register 8-1).
    internal const int UCEN = 0x80;
    internal const int CRCEN = 0x20;
    internal const int MPEN = 0x08;
    internal const int HTEN = 0x04;
    internal const int BCEN = 0x01;

    // MACON1 (register 6-1), MACON3 (6-2), MACON4 (6-3).
    internal const int TXPAUS = 0x08;
    internal const int RXPAUS = 0x04;
    internal const int MARXEN = 0x01;
    internal const int PadTo60 = 0x20;
    internal const int TXCRCEN = 0x10;
    internal const int FRMLNEN = 0x02;
    internal const int FULDPX = 0x01;
    internal const int DEFER = 0x40;

    // EFLOCON (register 10-1).
    internal const int FULDPXS = 0x04;

    // MICMD, MISTAT (registers 3-3, 3-4).
    internal const int MIIRD = 0x01;
    internal const int BUSY = 0x01;

    // The PHY's registers (table 3-3) and their bits.
    internal const int PHCON1 = 0x00;
    internal const int PHSTAT1 = 0x01;
    internal const int PHID1 = 0x02;
    internal const int PHID2 = 0x03;
    internal const int PHCON2 = 0x10;
    internal const int PHSTAT2 = 0x11;
    internal const int PHIE = 0x12;
    internal const int PHIR = 0x13;
    internal const int PHLCON = 0x14;
    internal const int PRST = 0x8000;
    internal const int PLOOPBK = 0x4000;
    internal const int PPWRSV = 0x0800;
    internal const int PDPXMD = 0x0100;
    internal const int FRCLNK = 0x4000;
    internal const int TXDIS = 0x2000;
    internal const int JABBER = 0x0400;
    internal const int HDLDIS = 0x0100;
    internal const int PLNKIE = 0x0010;
    internal const int PGEIE = 0x0002;
    internal const int LSTAT = 0x0400;
    internal const int DPXSTAT = 0x0200;
    internal const int PLRITY = 0x0020;

    /// <summary>What PHID1 reads on every chip.</summary>
    internal const int Phid1Value = 0x0083;

    /// <summary>Bits 15, 14, 8 to 6 and 4 to 0 of PHSTAT2 do not exist and read 0 on a chip that answers.</summary>
    internal const int Phstat2AlwaysZero = 0xC1DF;

    /// <summary>Bits 15 to 12 of PHLCON are reserved and written as 0011.</summary>
    internal const int PhlconReservedMask = 0xF001;
    internal const int PhlconReserved = 0x3000;

    // Fifth octet of a packet's header, bits 16 to 23 of the receive status vector (table 7-3).
    internal const int RsvDropped = 0x01;
    internal const int RsvReceivedOk = 0x80;

    // Sixth octet, bits 24 to 31.
    internal const int RsvBroadcast = 0x02;

    // Fourth octet of the transmit status vector, bits 24 to 31 (table 7-1).
    internal const int TsvExcessiveCollision = 0x10;
    internal const int TsvLateCollision = 0x20;
}
