namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// The control registers under Microchip's names (DS39662 table 3-1 and 3-2), each with what an access has to know.
/// </summary>
/// <remarks>
/// Bits 4 to 0 are the address, bits 6 and 5 the bank, and bit 7 says that the register belongs to the MAC or MII group:
/// its value comes after a dummy octet, and Bit Field Set and Clear do not work on it. Addresses from 1Bh on are the
/// same in every bank.
/// </remarks>
internal static class Enc28j60Registers
{
    internal const int AddressMask = 0x1F;
    internal const int BankShift = 5;
    internal const int BankMask = 3;
    internal const int MacGroup = 0x80;
    internal const int FirstCommonAddress = 0x1B;

    private const int Bank1 = 1 << BankShift;
    private const int Bank2 = (2 << BankShift) | MacGroup;
    private const int Bank3 = 3 << BankShift;

    internal const int EIE = 0x1B;
    internal const int EIR = 0x1C;
    internal const int ESTAT = 0x1D;
    internal const int ECON2 = 0x1E;
    internal const int ECON1 = 0x1F;

    internal const int ERDPTL = 0x00;
    internal const int ERDPTH = 0x01;
    internal const int EWRPTL = 0x02;
    internal const int EWRPTH = 0x03;
    internal const int ETXSTL = 0x04;
    internal const int ETXSTH = 0x05;
    internal const int ETXNDL = 0x06;
    internal const int ETXNDH = 0x07;
    internal const int ERXSTL = 0x08;
    internal const int ERXSTH = 0x09;
    internal const int ERXNDL = 0x0A;
    internal const int ERXNDH = 0x0B;
    internal const int ERXRDPTL = 0x0C;
    internal const int ERXRDPTH = 0x0D;
    internal const int ERXWRPTL = 0x0E;
    internal const int ERXWRPTH = 0x0F;
    internal const int EDMASTL = 0x10;
    internal const int EDMANDL = 0x12;
    internal const int EDMADSTL = 0x14;
    internal const int EDMACSL = 0x16;

    internal const int EHT0 = 0x00 | Bank1;
    internal const int EHT7 = 0x07 | Bank1;
    internal const int EPMM0 = 0x08 | Bank1;
    internal const int EPMCSL = 0x10 | Bank1;
    internal const int EPMOL = 0x14 | Bank1;
    internal const int ERXFCON = 0x18 | Bank1;
    internal const int EPKTCNT = 0x19 | Bank1;

    internal const int MACON1 = 0x00 | Bank2;
    internal const int MACON3 = 0x02 | Bank2;
    internal const int MACON4 = 0x03 | Bank2;
    internal const int MABBIPG = 0x04 | Bank2;
    internal const int MAIPGL = 0x06 | Bank2;
    internal const int MAIPGH = 0x07 | Bank2;
    internal const int MACLCON1 = 0x08 | Bank2;
    internal const int MACLCON2 = 0x09 | Bank2;
    internal const int MAMXFLL = 0x0A | Bank2;
    internal const int MAMXFLH = 0x0B | Bank2;
    internal const int MICMD = 0x12 | Bank2;
    internal const int MIREGADR = 0x14 | Bank2;
    internal const int MIWRL = 0x16 | Bank2;
    internal const int MIWRH = 0x17 | Bank2;
    internal const int MIRDL = 0x18 | Bank2;
    internal const int MIRDH = 0x19 | Bank2;

    internal const int MAADR5 = 0x00 | Bank3 | MacGroup;
    internal const int MAADR6 = 0x01 | Bank3 | MacGroup;
    internal const int MAADR3 = 0x02 | Bank3 | MacGroup;
    internal const int MAADR4 = 0x03 | Bank3 | MacGroup;
    internal const int MAADR1 = 0x04 | Bank3 | MacGroup;
    internal const int MAADR2 = 0x05 | Bank3 | MacGroup;
    internal const int EBSTSD = 0x06 | Bank3;
    internal const int EBSTCON = 0x07 | Bank3;
    internal const int EBSTCSL = 0x08 | Bank3;
    internal const int MISTAT = 0x0A | Bank3 | MacGroup;
    internal const int EREVID = 0x12 | Bank3;
    internal const int ECOCON = 0x15 | Bank3;
    internal const int EFLOCON = 0x17 | Bank3;
    internal const int EPAUSL = 0x18 | Bank3;
}
