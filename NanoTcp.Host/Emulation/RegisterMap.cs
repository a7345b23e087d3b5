namespace NanoTcp.Emulation;

/// <summary>Which of the chip's modules a register belongs to: it decides how it is read and which operations it knows.</summary>
internal enum RegisterGroup
{
    /// <summary>Read in two octets; bits may be set and cleared.</summary>
    Eth = 0,

    /// <summary>Read in three octets, the middle one meaningless; only written as a whole (DS39662 4.2.1, 4.2.5).</summary>
    Mac = 1,

    /// <summary>As <see cref="Mac"/>.</summary>
    Mii = 2,
}

/// <summary>
/// For every register its group, its value after a reset and the bits that the host can write (DS39662 table 3-2).
/// </summary>
internal static class RegisterMap
{
    /// <summary>The group of each register.</summary>
    internal static readonly RegisterGroup[] Groups = new RegisterGroup[Register.Count];

    /// <summary>The value of each register after a reset.</summary>
    internal static readonly byte[] ResetValues = new byte[Register.Count];

    /// <summary>The bits that a write changes; the others read as they are.</summary>
    internal static readonly byte[] Writable = new byte[Register.Count];

    /// <summary>Registers that the data sheet says to leave alone.</summary>
    internal static readonly bool[] Reserved = new bool[Register.Count];

    private static readonly string[] s_names = new string[Register.Count];

#pragma warning disable CA1810 // Tables that are filled row by row read better than initialisers of 128 columns.
    static RegisterMap()
#pragma warning restore CA1810
    {
        Byte(Register.EIE, "EIE", 0x00, 0xFB);
        Byte(Register.EIR, "EIR", 0x00, 0x00);
        Byte(Register.ESTAT, "ESTAT", 0x00, 0x00);
        Byte(Register.ECON2, "ECON2", 0x80, 0xA8);
        Byte(Register.ECON1, "ECON1", 0x00, 0xFF);

        Word(Register.ERDPT, "ERDPT", 0x05FA, 0x1FFF);
        Word(Register.EWRPT, "EWRPT", 0x0000, 0x1FFF);
        Word(Register.ETXST, "ETXST", 0x0000, 0x1FFF);
        Word(Register.ETXND, "ETXND", 0x0000, 0x1FFF);
        Word(Register.ERXST, "ERXST", 0x05FA, 0x1FFF);
        Word(Register.ERXND, "ERXND", 0x1FFF, 0x1FFF);
        Word(Register.ERXRDPT, "ERXRDPT", 0x05FA, 0x1FFF);
        Word(Register.ERXWRPT, "ERXWRPT", 0x0000, 0x0000);
        Word(Register.EDMAST, "EDMAST", 0x0000, 0x1FFF);
        Word(Register.EDMAND, "EDMAND", 0x0000, 0x1FFF);
        Word(Register.EDMADST, "EDMADST", 0x0000, 0x1FFF);
        Word(Register.EDMACS, "EDMACS", 0x0000, 0x0000);

        for (int i = 0; i < 8; i++)
        {
            Byte(Register.EHT0 + i, "EHT" + i.ToString(), 0x00, 0xFF);
            Byte(Register.EPMM0 + i, "EPMM" + i.ToString(), 0x00, 0xFF);
        }

        Word(Register.EPMCS, "EPMCS", 0x0000, 0xFFFF);
        Word(Register.EPMO, "EPMO", 0x0000, 0x1FFF);
        Byte(Register.ERXFCON, "ERXFCON", 0xA1, 0xFF);
        Byte(Register.EPKTCNT, "EPKTCNT", 0x00, 0x00);

        // All of bank 2 is MAC and MII, the gaps too.
        for (int i = 0x40; i < 0x5A; i++)
        {
            Groups[i] = i >= 0x50 ? RegisterGroup.Mii : RegisterGroup.Mac;
        }

        Byte(Register.MACON1, "MACON1", 0x00, 0x0F);
        Byte(Register.MACON3, "MACON3", 0x00, 0xFF);
        Byte(Register.MACON4, "MACON4", 0x00, 0x70);
        Byte(Register.MABBIPG, "MABBIPG", 0x00, 0x7F);
        Byte(Register.MAIPGL, "MAIPGL", 0x00, 0x7F);
        Byte(Register.MAIPGH, "MAIPGH", 0x00, 0x7F);
        Byte(Register.MACLCON1, "MACLCON1", 0x0F, 0x0F);
        Byte(Register.MACLCON2, "MACLCON2", 0x37, 0x3F);
        Word(Register.MAMXFL, "MAMXFL", 0x0600, 0xFFFF);
        Byte(Register.MICMD, "MICMD", 0x00, 0x03);
        Byte(Register.MIREGADR, "MIREGADR", 0x00, 0x1F);
        Word(Register.MIWRL, "MIWR", 0x0000, 0xFFFF);
        Word(Register.MIRD, "MIRD", 0x0000, 0x0000);

        for (int i = Register.MAADR5; i <= Register.MAADR2; i++)
        {
            Groups[i] = RegisterGroup.Mac;
        }

        Groups[Register.MISTAT] = RegisterGroup.Mii;
        Byte(Register.MAADR5, "MAADR5", 0x00, 0xFF);
        Byte(Register.MAADR6, "MAADR6", 0x00, 0xFF);
        Byte(Register.MAADR3, "MAADR3", 0x00, 0xFF);
        Byte(Register.MAADR4, "MAADR4", 0x00, 0xFF);
        Byte(Register.MAADR1, "MAADR1", 0x00, 0xFF);
        Byte(Register.MAADR2, "MAADR2", 0x00, 0xFF);
        Byte(Register.EBSTSD, "EBSTSD", 0x00, 0xFF);
        Byte(Register.EBSTCON, "EBSTCON", 0x00, 0xFF);
        Word(Register.EBSTCS, "EBSTCS", 0x0000, 0x0000);
        Byte(Register.MISTAT, "MISTAT", 0x00, 0x00);
        Byte(Register.EREVID, "EREVID", 0x00, 0x00);
        Byte(Register.ECOCON, "ECOCON", 0x04, 0x07);
        Byte(Register.EFLOCON, "EFLOCON", 0x00, 0x03);
        Word(Register.EPAUS, "EPAUS", 0x1000, 0xFFFF);

        Reserve(Register.Reserved1A);
        Reserve(0x36);
        Reserve(0x37);
        Reserve(0x41);
        Reserve(0x4C);
        Reserve(0x4D);
        Reserve(0x4E);
        Reserve(0x50);
        Reserve(0x51);
        Reserve(0x55);
        Reserve(0x76);
    }

    /// <summary>What to call a register in a message.</summary>
    internal static string NameOf(int register)
    {
        return s_names[register]
            ?? "bank " + (register >> 5).ToString() + " address " + Violation.Hex(register & 0x1F, 2) + "h";
    }

    private static void Byte(int register, string name, byte reset, byte writable)
    {
        s_names[register] = name;
        ResetValues[register] = reset;
        Writable[register] = writable;
    }

    private static void Word(int register, string name, int reset, int writable)
    {
        Byte(register, name + "L", (byte)reset, (byte)writable);
        Byte(register + 1, name + "H", (byte)(reset >> 8), (byte)(writable >> 8));
    }

    private static void Reserve(int register)
    {
        s_names[register] = "reserved register " + Violation.Hex(register & 0x1F, 2) + "h of bank " + (register >> 5).ToString();
        Reserved[register] = true;
    }
}
