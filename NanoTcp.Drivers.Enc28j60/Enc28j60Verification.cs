namespace NanoTcp.Drivers.Enc28j60;

/// <summary>How the driver makes sure of a register: what it writes is read back, and what it reads is read again in doubt.</summary>
/// <remarks>
/// Erratum 1: on silicon B1 and B4 an SPI clock below 8 MHz may spoil any access to a MAC or MII register, and wires may
/// spoil any access at all. So a register counts as written when it reads so, and as lost when many reads in a row
/// agree that it is: with one access in sixteen spoilt, eight reads lie together once in four thousand million times.
/// Everything is bounded. <see cref="Enc28j60PhyConfiguration"/> does likewise for the registers behind the MII.
/// </remarks>
internal static class Enc28j60Verification
{
    /// <summary>How often something is written until it reads as it should.</summary>
    internal const int Attempts = 16;

    /// <summary>How many reads have to agree that a register is wrong.</summary>
    internal const int Agreement = 8;

    /// <summary>Writes a register until it holds the value.</summary>
    /// <returns>False when it does not, however often it is written.</returns>
    internal static bool Place(Enc28j60Spi spi, int register, int value)
    {
        int attempts = Attempts;
        do
        {
            spi.Write(register, value);
            if (spi.Read(register) == value)
            {
                return true;
            }
        }
        while (--attempts != 0);

        return false;
    }

    /// <summary>Whether the bits of <paramref name="mask"/> read as <paramref name="value"/>. One operation if they do.</summary>
    internal static bool Holds(Enc28j60Spi spi, int register, int mask, int value)
    {
        int reads = Agreement;
        do
        {
            if ((spi.Read(register) & mask) == value)
            {
                return true;
            }
        }
        while (--reads != 0);

        return false;
    }

    /// <summary>Whether a pointer, low octet and high octet, reads as <paramref name="value"/>.</summary>
    internal static bool HoldsPointer(Enc28j60Spi spi, int lowRegister, int value)
    {
        return Holds(spi, lowRegister, 0xFF, value & 0xFF) && Holds(spi, lowRegister + 1, 0xFF, value >> 8);
    }
}
