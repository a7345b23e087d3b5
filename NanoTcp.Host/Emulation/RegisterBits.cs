namespace NanoTcp.Emulation;

/// <summary>The bits of the control registers under Microchip's names (DS39662 registers 3-1 to 12-3).</summary>
internal static class RegisterBits
{
    // EIE and EIR
    internal const int INTIE = 0x80;
    internal const int PKTIF = 0x40;
    internal const int DMAIF = 0x20;
    internal const int LINKIF = 0x10;
    internal const int TXIF = 0x08;
    internal const int TXERIF = 0x02;
    internal const int RXERIF = 0x01;

    // ESTAT
    internal const int INT = 0x80;
    internal const int BUFER = 0x40;
    internal const int LATECOL = 0x10;
    internal const int RXBUSY = 0x04;
    internal const int TXABRT = 0x02;
    internal const int CLKRDY = 0x01;

    // ECON2
    internal const int AUTOINC = 0x80;
    internal const int PKTDEC = 0x40;
    internal const int PWRSV = 0x20;
    internal const int Econ2Reserved = 0x10;
    internal const int VRPS = 0x08;

    // ECON1
    internal const int TXRST = 0x80;
    internal const int RXRST = 0x40;
    internal const int DMAST = 0x20;
    internal const int CSUMEN = 0x10;
    internal const int TXRTS = 0x08;
    internal const int RXEN = 0x04;
    internal const int BSEL = 0x03;

    // ERXFCON
    internal const int UCEN = 0x80;
    internal const int ANDOR = 0x40;
    internal const int CRCEN = 0x20;
    internal const int PMEN = 0x10;
    internal const int MPEN = 0x08;
    internal const int HTEN = 0x04;
    internal const int MCEN = 0x02;
    internal const int BCEN = 0x01;

    // MACON1
    internal const int TXPAUS = 0x08;
    internal const int RXPAUS = 0x04;
    internal const int PASSALL = 0x02;
    internal const int MARXEN = 0x01;

    // MACON3
    internal const int PadcfgShift = 5;
    internal const int TXCRCEN = 0x10;
    internal const int HFRMEN = 0x04;
    internal const int FRMLNEN = 0x02;
    internal const int FULDPX = 0x01;

    // MACON4
    internal const int DEFER = 0x40;
    internal const int BPEN = 0x20;
    internal const int NOBKOFF = 0x10;

    // MICMD and MISTAT
    internal const int MIISCAN = 0x02;
    internal const int MIIRD = 0x01;
    internal const int NVALID = 0x04;
    internal const int SCAN = 0x02;
    internal const int BUSY = 0x01;

    // EFLOCON
    internal const int FULDPXS = 0x04;
    internal const int FCEN = 0x03;

    // EBSTCON
    internal const int PsvShift = 5;
    internal const int TmselShift = 2;
    internal const int TME = 0x02;
    internal const int BISTST = 0x01;

    // The control octet in front of a frame to send (DS39662 figure 7-1)
    internal const int POVERRIDE = 0x01;
    internal const int PCRCEN = 0x02;
    internal const int PPADEN = 0x04;
    internal const int PHUGEEN = 0x08;
}
