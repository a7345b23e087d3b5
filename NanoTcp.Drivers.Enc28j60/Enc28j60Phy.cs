namespace NanoTcp.Drivers.Enc28j60;

/// <summary>Access to the PHY's 16-bit registers through the MII (DS39662 3.3).</summary>
internal sealed class Enc28j60Phy
{
    /// <summary>What a read returns when the MII stayed busy, or never said the same thing.</summary>
    internal const int Failed = -1;

    /// <summary>
    /// How often MISTAT is read before giving up. The MII needs 10.24 us; a read takes at least 1.2 us of SPI clock, so
    /// that nine reads are enough at 20 MHz, the fastest clock there is.
    /// </summary>
    private const int BusyPolls = 24;

    /// <summary>How many reads in a row have to say the same, out of how many, and how often the MII may be found stuck.</summary>
    private const int InARow = 3;
    private const int MostReads = 64;
    private const int MostFailures = 4;

    /// <summary>
    /// For how many of these reads the address may have to be written again. Where one access in sixteen is spoilt that is seldom;
    /// where nothing is to be believed, each of them would try as often as it can.
    /// </summary>
    private const int MostDoubts = 8;

    private readonly Enc28j60Spi _spi;

    internal Enc28j60Phy(Enc28j60Spi spi)
    {
        _spi = spi;
    }

    /// <summary>
    /// Starts to read a PHY register. Until <see cref="End"/>, what is not of the MII may be done; that fills the wait.
    /// </summary>
    internal void Begin(int register)
    {
        _spi.Write(Enc28j60Registers.MIREGADR, register);
        _spi.Write(Enc28j60Registers.MICMD, Enc28j60Bits.MIIRD);
    }

    /// <summary>Ends what <see cref="Begin"/> started.</summary>
    /// <returns>0 to FFFFh, or <see cref="Failed"/>.</returns>
    internal int End()
    {
        int high = EndHigh();
        return high == Failed ? Failed : high | _spi.Read(Enc28j60Registers.MIRDL);
    }

    /// <summary>As <see cref="End"/>, when only bits 15 to 8 matter; saves an operation.</summary>
    /// <returns>Bits 15 to 8 in their place, the others 0, or <see cref="Failed"/>.</returns>
    internal int EndHigh()
    {
        bool ready = WaitWhileBusy();
        _spi.Write(Enc28j60Registers.MICMD, 0);
        return ready ? _spi.Read(Enc28j60Registers.MIRDH) << 8 : Failed;
    }

    /// <summary>Reads a PHY register.</summary>
    /// <returns>0 to FFFFh, or <see cref="Failed"/>.</returns>
    internal int Read(int register)
    {
        Begin(register);
        return End();
    }

    /// <summary>
    /// Reads some bits of a PHY register until several reads in a row agree on them; see <see cref="Enc28j60Verification"/>.
    /// The address is made sure of each time: most of the 32 registers do not exist, and all of those read 0.
    /// </summary>
    /// <returns>The bits of <paramref name="mask"/>, or <see cref="Failed"/>.</returns>
    internal int ReadSettled(int register, int mask)
    {
        int last = Failed;
        int same = 0;
        int failures = MostFailures;
        int doubts = MostDoubts;
        int reads = MostReads;
        do
        {
            if (same == 0)
            {
                Settle();
            }

            int value = Failed;
            bool holds = _spi.Read(Enc28j60Registers.MIREGADR) == register;
            if (!holds && doubts != 0)
            {
                doubts--;
                holds = Enc28j60Verification.Place(_spi, Enc28j60Registers.MIREGADR, register);
            }

            if (holds)
            {
                _spi.Write(Enc28j60Registers.MICMD, Enc28j60Bits.MIIRD);
                value = End();
            }

            if (value == Failed)
            {
                if (--failures == 0)
                {
                    return Failed;
                }

                same = 0;
                continue;
            }

            value &= mask;
            same = value == last ? same + 1 : 1;
            last = value;
            if (same == InARow)
            {
                return value;
            }
        }
        while (--reads != 0);

        return Failed;
    }

    /// <summary>Writes a PHY register once.</summary>
    /// <returns>False when nothing was written, because the MII's own registers do not hold what they are given.</returns>
    internal bool Write(int register, int value)
    {
        // What lands in another register may do harm, so the address is made sure of before the high octet starts the
        // write (DS39662 3.3.2). An MII that a wrong bit has set scanning takes nothing until it is told to stop.
        if (!HoldsForWrite(register, value))
        {
            Settle();
            if (!HoldsForWrite(register, value))
            {
                return false;
            }
        }

        _spi.Write(Enc28j60Registers.MIWRH, value >> 8);
        WaitWhileBusy();
        return true;
    }

    /// <summary>Ends whatever the MII may have been made to do, a scan that never stops included.</summary>
    internal void Settle()
    {
        _spi.Write(Enc28j60Registers.MICMD, 0);
        WaitWhileBusy();
    }

    private bool HoldsForWrite(int register, int value)
    {
        return Enc28j60Verification.Place(_spi, Enc28j60Registers.MIREGADR, register)
            && Enc28j60Verification.Place(_spi, Enc28j60Registers.MIWRL, value & 0xFF);
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
