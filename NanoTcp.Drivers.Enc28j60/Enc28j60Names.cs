namespace NanoTcp.Drivers.Enc28j60;

/// <summary>What people call things: silicon, and the registers that a problem can be about.</summary>
internal static class Enc28j60Names
{
    /// <summary>The name of the silicon that an EREVID belongs to.</summary>
    internal static string OfSilicon(int revision)
    {
        switch (revision)
        {
            case 2:
                return "B1";
            case 4:
                return "B4";
            case 5:
                return "B5";
            case 6:
                return "B7";
            default:
                return "of unknown silicon";
        }
    }

    /// <summary>Whether an EREVID is that of an ENC28J60.</summary>
    internal static bool IsKnown(int revision)
    {
        return revision == 2 || revision == 4 || revision == 5 || revision == 6;
    }

    /// <summary>Whether the silicon is one of the early two, which share some errata.</summary>
    internal static bool IsEarlySilicon(int revision)
    {
        return revision == 2 || revision == 4;
    }

    /// <summary>A PHY register's name.</summary>
    internal static string OfPhyRegister(int register)
    {
        switch (register)
        {
            case Enc28j60Bits.PHCON1:
                return "PHCON1";
            case Enc28j60Bits.PHID1:
                return "PHID1";
            case Enc28j60Bits.PHCON2:
                return "PHCON2";
            case Enc28j60Bits.PHIE:
                return "PHIE";
            case Enc28j60Bits.PHLCON:
                return "PHLCON";
            default:
                return "a PHY register";
        }
    }

    /// <summary>A control register's name, if it is one that the driver verifies.</summary>
    internal static string OfRegister(int register)
    {
        switch (register)
        {
            case Enc28j60Registers.EIE:
                return "EIE";
            case Enc28j60Registers.ESTAT:
                return "ESTAT";
            case Enc28j60Registers.ECON1:
                return "ECON1";
            case Enc28j60Registers.ECON2:
                return "ECON2";
            case Enc28j60Registers.EPKTCNT:
                return "EPKTCNT";
            case Enc28j60Registers.ETXSTL:
                return "ETXSTL";
            case Enc28j60Registers.ETXSTH:
                return "ETXSTH";
            case Enc28j60Registers.ERXSTL:
                return "ERXSTL";
            case Enc28j60Registers.ERXSTH:
                return "ERXSTH";
            case Enc28j60Registers.ERXNDL:
                return "ERXNDL";
            case Enc28j60Registers.ERXNDH:
                return "ERXNDH";
            case Enc28j60Registers.ERXFCON:
                return "ERXFCON";
            case Enc28j60Registers.MACON1:
                return "MACON1";
            case Enc28j60Registers.MACON3:
                return "MACON3";
            case Enc28j60Registers.MACON4:
                return "MACON4";
            case Enc28j60Registers.MABBIPG:
                return "MABBIPG";
            case Enc28j60Registers.MAIPGL:
                return "MAIPGL";
            case Enc28j60Registers.MAIPGH:
                return "MAIPGH";
            case Enc28j60Registers.MACLCON1:
                return "MACLCON1";
            case Enc28j60Registers.MACLCON2:
                return "MACLCON2";
            case Enc28j60Registers.MAMXFLL:
                return "MAMXFLL";
            case Enc28j60Registers.MAMXFLH:
                return "MAMXFLH";
            case Enc28j60Registers.MAADR1:
                return "MAADR1";
            case Enc28j60Registers.MAADR2:
                return "MAADR2";
            case Enc28j60Registers.MAADR3:
                return "MAADR3";
            case Enc28j60Registers.MAADR4:
                return "MAADR4";
            case Enc28j60Registers.MAADR5:
                return "MAADR5";
            case Enc28j60Registers.MAADR6:
                return "MAADR6";
            case Enc28j60Registers.EBSTCON:
                return "EBSTCON";
            case Enc28j60Registers.EFLOCON:
                return "EFLOCON";
            default:
                return "a filter register";
        }
    }
}
