namespace NanoTcp.Drivers.Enc28j60;

/// <summary>Access to the PHY's 16-bit registers through the MII (DS39662 3.3).</summary>
internal sealed class Enc28j60Phy
{
    /// <summary>What <see cref="Read"/> returns when the MII stayed busy.</summary>
    internal const int Failed = -1;

    /// <summary>
    /// How often MISTAT is read before giving up. The MII needs 10.24 us; a read takes at least 1.2 us of SPI clock, so
    /// that nine reads are enough at 20 MHz, the fastest clock there is.
    /// </summary>
    private const int BusyPolls = 64;

    private readonly Enc28j60Spi _spi;

    internal Enc28j60Phy(Enc28j60Spi spi)
    {
        _spi = spi;
    }

    /// <summary>Reads a PHY register.</summary>
    /// <returns>0 to FFFFh, or <see cref="Failed"/>.</returns>
    internal int Read(int register)
    {
        int high = ReadHigh(register);
        return high == Failed ? Failed : high | _spi.Read(Enc28j60Registers.MIRDL);
    }

    /// <summary>Reads a PHY register of which only bits 15 to 8 matter; saves an operation.</summary>
    /// <returns>Bits 15 to 8 in their place, the others 0, or <see cref="Failed"/>.</returns>
    internal int ReadHigh(int register)
    {
        _spi.Write(Enc28j60Registers.MIREGADR, register);
        _spi.Write(Enc28j60Registers.MICMD, Enc28j60Bits.MIIRD);
        bool ready = WaitWhileBusy();
        _spi.Write(Enc28j60Registers.MICMD, 0);
        return ready ? _spi.Read(Enc28j60Registers.MIRDH) << 8 : Failed;
    }

    /// <summary>Writes a PHY register.</summary>
    /// <returns>False when the MII stayed busy.</returns>
    internal bool Write(int register, int value)
    {
        _spi.Write(Enc28j60Registers.MIREGADR, register);
        _spi.Write(Enc28j60Registers.MIWRL, value & 0xFF);

        // The high octet starts the write (DS39662 3.3.2).
        _spi.Write(Enc28j60Registers.MIWRH, value >> 8);
        return WaitWhileBusy();
    }

    private bool WaitWhileBusy()
    {
        int polls = BusyPolls;
        do
        {
            if ((_spi.Read(Enc28j60Registers.MISTAT) & Enc28j60Bits.BUSY) == 0)
            {
                return true;
            }
        }
        while (--polls != 0);

        return false;
    }
}
