namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// The PHY's registers that must keep their values, as <see cref="Enc28j60Configuration"/> is for the control registers:
/// written and read back at initialisation, and compared while the chip runs.
/// </summary>
internal sealed class Enc28j60PhyConfiguration
{
    /// <summary>What <see cref="Place"/> returns when all registers hold their values.</summary>
    internal const int AllHold = -1;

    // Rows of the table.
    internal const int Phcon1 = 0;
    internal const int Phcon2 = 1;
    internal const int Phlcon = 2;
    internal const int Phie = 3;
    private const int Count = 4;

    /// <summary>How often the table is written until it holds.</summary>
    private const int Attempts = 8;

    /// <summary>The way to the registers.</summary>
    internal readonly Enc28j60Phy Phy;

    private readonly ushort[] _values = new ushort[Count];

    internal Enc28j60PhyConfiguration(Enc28j60Phy phy, bool fullDuplex, int ledConfiguration)
    {
        Phy = phy;

        // Erratum 16: the duplex mode that the chip guesses from the wiring of LEDB may be wrong. It is written, and
        // is always that of MACON3.FULDPX (DS39662 9).
        // Erratum 9: the PHY's loopback is unreliable in half duplex. It is never used, and PLOOPBK is among the bits that
        // must stay 0.
        // Erratum 10: it is unreliable in full duplex too.
        _values[Phcon1] = (ushort)(fullDuplex ? Enc28j60Bits.PDPXMD : 0);

        // Without HDLDIS a half-duplex chip receives its own frames (DS39662 6.6).
        _values[Phcon2] = (ushort)(fullDuplex ? 0 : Enc28j60Bits.HDLDIS);
        _values[Phlcon] = (ushort)ledConfiguration;
        _values[Phie] = 0;
    }

    /// <summary>What PHSTAT2.DPXSTAT must say.</summary>
    internal bool FullDuplex
    {
        get { return _values[Phcon1] != 0; }
    }

    /// <summary>Writes the table until it holds.</summary>
    /// <returns><see cref="AllHold"/>, or the row that does not hold.</returns>
    internal int Place()
    {
        for (int row = 0; row < Count; row++)
        {
            if (!Phy.Write(RegisterOf(row), _values[row]))
            {
                return row;
            }
        }

        // A write that went wrong may have spoilt another register, or reset the PHY as a whole: the table has to be seen
        // right from one end to the other.
        int wrong = AllHold;
        int attempts = Attempts;
        do
        {
            wrong = AllHold;
            for (int row = 0; row < Count; row++)
            {
                if (Phy.ReadSettled(RegisterOf(row), MaskOf(row)) != ValueOf(row))
                {
                    wrong = row;
                    Phy.Settle();
                    if (!Phy.Write(RegisterOf(row), _values[row]))
                    {
                        // No chip is in reach any more, or it has been reset meanwhile.
                        return row;
                    }
                }
            }
        }
        while (wrong != AllHold && --attempts != 0);

        return wrong;
    }

    /// <summary>Whether a row's register holds its value.</summary>
    internal bool Holds(int row)
    {
        return IsRight(row, Phy.Read(RegisterOf(row)));
    }

    /// <summary>Whether a row's register holds its value, after it was read once.</summary>
    /// <param name="row">The row.</param>
    /// <param name="read">What was read; bits 7 to 0 do not matter where the mask leaves them out.</param>
    internal bool IsRight(int row, int read)
    {
        int mask = MaskOf(row);
        int value = _values[row] & mask;
        return (read != Enc28j60Phy.Failed && (read & mask) == value)
            || Phy.ReadSettled(RegisterOf(row), mask) == value;
    }

    /// <summary>What a row's register should read, as far as its bits matter.</summary>
    internal int ValueOf(int row)
    {
        return _values[row] & MaskOf(row);
    }

    /// <summary>Which register a row is.</summary>
    internal static int RegisterOf(int row)
    {
        switch (row)
        {
            case Phcon1:
                return Enc28j60Bits.PHCON1;
            case Phcon2:
                return Enc28j60Bits.PHCON2;
            case Phlcon:
                return Enc28j60Bits.PHLCON;
            default:
                return Enc28j60Bits.PHIE;
        }
    }

    /// <summary>The bits of a row's register that are not reserved; PHCON1 and PHCON2 have them in the high octet only.</summary>
    internal static int MaskOf(int row)
    {
        switch (row)
        {
            case Phcon1:
                return Enc28j60Bits.PRST | Enc28j60Bits.PLOOPBK | Enc28j60Bits.PPWRSV | Enc28j60Bits.PDPXMD;
            case Phcon2:
                return Enc28j60Bits.FRCLNK | Enc28j60Bits.TXDIS | Enc28j60Bits.JABBER | Enc28j60Bits.HDLDIS;
            case Phlcon:
                return 0xFFFF & ~Enc28j60Bits.PhlconReservedMask;
            default:
                return Enc28j60Bits.PLNKIE | Enc28j60Bits.PGEIE;
        }
    }
}
