namespace NanoTcp.Emulation;

/// <summary>
/// The register file's addresses under Microchip's names (DS39662 tables 3-1 and 3-2), as bank * 32 + address.
/// 16-bit registers go by the index of their low octet.
/// </summary>
/// <remarks>Deliberately not the driver's table: a wrong address must not be right on both sides.</remarks>
internal static class Register
{
    // Common to all banks; kept at bank 0.
    internal const int Reserved1A = 0x1A;
    internal const int EIE = 0x1B;
    internal const int EIR = 0x1C;
    internal const int ESTAT = 0x1D;
    internal const int ECON2 = 0x1E;
    internal const int ECON1 = 0x1F;

    // Bank 0
    internal const int ERDPT = 0x00;
    internal const int EWRPT = 0x02;
    internal const int ETXST = 0x04;
    internal const int ETXND = 0x06;
    internal const int ERXST = 0x08;
    internal const int ERXND = 0x0A;
    internal const int ERXRDPT = 0x0C;
    internal const int ERXWRPT = 0x0E;
    internal const int EDMAST = 0x10;
    internal const int EDMAND = 0x12;
    internal const int EDMADST = 0x14;
    internal const int EDMACS = 0x16;

    // Bank 1
    internal const int EHT0 = 0x20;
    internal const int EPMM0 = 0x28;
    internal const int EPMCS = 0x30;
    internal const int EPMO = 0x34;
    internal const int ERXFCON = 0x38;
    internal const int EPKTCNT = 0x39;

    // Bank 2
    internal const int MACON1 = 0x40;
    internal const int MACON3 = 0x42;
    internal const int MACON4 = 0x43;
    internal const int MABBIPG = 0x44;
    internal const int MAIPGL = 0x46;
    internal const int MAIPGH = 0x47;
    internal const int MACLCON1 = 0x48;
    internal const int MACLCON2 = 0x49;
    internal const int MAMXFL = 0x4A;
    internal const int MICMD = 0x52;
    internal const int MIREGADR = 0x54;
    internal const int MIWRL = 0x56;
    internal const int MIWRH = 0x57;
    internal const int MIRD = 0x58;

    // Bank 3; the station address lies there in the order 5, 6, 3, 4, 1, 2.
    internal const int MAADR5 = 0x60;
    internal const int MAADR6 = 0x61;
    internal const int MAADR3 = 0x62;
    internal const int MAADR4 = 0x63;
    internal const int MAADR1 = 0x64;
    internal const int MAADR2 = 0x65;
    internal const int EBSTSD = 0x66;
    internal const int EBSTCON = 0x67;
    internal const int EBSTCS = 0x68;
    internal const int MISTAT = 0x6A;
    internal const int EREVID = 0x72;
    internal const int ECOCON = 0x75;
    internal const int EFLOCON = 0x77;
    internal const int EPAUS = 0x78;

    internal const int Count = 128;

    /// <summary>Where the five common registers of any bank are kept, and everything else where its bank says.</summary>
    internal static int IndexOf(int bank, int address)
    {
        return address >= Reserved1A ? address : (bank << 5) | address;
    }
}
