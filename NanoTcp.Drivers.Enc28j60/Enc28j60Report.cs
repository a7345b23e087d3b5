using NanoTcp.Link;
using NanoTcp.Primitives;

namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// Everything that a bug report should hold, as text: the driver's state in words, the chip's registers by name, what the
/// driver believes of them, and the counters.
/// </summary>
/// <remarks>
/// Costs some 230 SPI operations, and where the PHY is slow at most 64 more for each of its nine registers; where it never
/// answers it is asked once. Changes nothing that matters: the selected bank is restored, no pointer moves. Reserved
/// registers are not touched (DS39662 3.1).
/// </remarks>
internal static class Enc28j60Report
{
    private const int ColumnsOfCounters = 3;

    /// <summary>Octets of "enc28j60_", with which all names of counters begin.</summary>
    private const int NamePrefix = 9;

    /// <summary>Writes the report.</summary>
    /// <param name="b">Where to; what does not find room is left out.</param>
    /// <param name="at">First octet.</param>
    /// <param name="driver">Whose report.</param>
    /// <param name="spi">The way to the chip.</param>
    /// <returns>Behind the last octet written.</returns>
    internal static int Write(byte[] b, int at, Enc28j60Driver driver, Enc28j60Spi spi)
    {
        int bank = spi.Bank;
        if (!driver.IsRunning)
        {
            spi.ForgetBank();
        }

        // Common registers first, while ECON1 still shows the bank that was selected.
        int econ1 = spi.Read(Enc28j60Registers.ECON1);
        int estat = spi.Read(Enc28j60Registers.ESTAT);
        int revision = spi.Read(Enc28j60Registers.EREVID);
        at = PutState(b, at, driver, revision, estat);
        at = PutBeliefs(b, at, driver, bank);
        at = PutCommon(b, at, spi, estat, econ1);
        at = PutBank0(b, at, spi);
        at = PutBank1(b, at, spi);

        // MAC, MII and PHY are out of reach of a chip that sleeps, or has just been reset. Where no chip is, all reads the same.
        bool present = (estat & Enc28j60Bits.EstatAlwaysZero) == 0 && Enc28j60Names.IsKnown(revision);
        bool settled = driver.IsSettled && (estat & Enc28j60Bits.CLKRDY) != 0;
        if (settled || !present)
        {
            at = PutBank2(b, at, spi);
        }
        else
        {
            at = Enc28j60Text.Put(b, at, "  bank 2 MAC, MII and PHY out of reach: no clock, or a reset not a millisecond ago\n");
        }

        at = PutBank3(b, at, spi, settled || !present);
        if (settled || !present)
        {
            at = PutPhy(b, at, driver.Phy);
        }

        at = PutCounters(b, at, driver.Counters);
        if (driver.IsRunning)
        {
            spi.SelectBank(bank);
        }
        else
        {
            spi.ForgetBank();
        }

        return at;
    }

    private static int PutState(byte[] b, int at, Enc28j60Driver driver, int revision, int estat)
    {
        if ((estat & Enc28j60Bits.EstatAlwaysZero) != 0 || !Enc28j60Names.IsKnown(revision))
        {
            at = Enc28j60Text.Put(b, at, "No ENC28J60 answers: the registers below show what MISO reads.\n");
        }

        at = Enc28j60Text.Put(b, at, "ENC28J60 ");
        at = Enc28j60Text.Put(b, at, Enc28j60Names.OfSilicon(revision));
        at = Byte(b, at, " (EREVID", revision);
        at = Enc28j60Text.Put(b, at, "), ");
        at = Enc28j60Text.Put(b, at, StateOf(driver));
        at = Enc28j60Text.Put(b, at, driver.FullDuplex ? ", full duplex, " : ", half duplex, ");
        at = Enc28j60Text.PutAddress(b, at, driver.MacAddress);
        at = Enc28j60Text.Put(b, at, "\nproblem: ");
        int sentence = at;
        at = driver.PutProblem(b, at);
        at = sentence == at ? Enc28j60Text.Put(b, at, "none") : at;
        at = Enc28j60Text.EndLine(b, at);
        if (Enc28j60Names.IsEarlySilicon(revision))
        {
            // Erratum 3: the early silicon is for 0 to 70 degrees Celsius. No driver can do anything about that but say it.
            // Erratum 8: it wants another RBIAS than the late silicon, whose value is in the newer data sheets. The same.
            at = Enc28j60Text.Put(b, at, "note: B1 and B4 want an SPI clock of 8 MHz or more (erratum 1),\n");
            at = Enc28j60Text.Put(b, at, "note: are not for industrial temperatures (erratum 3), and want another RBIAS\n");
            at = Enc28j60Text.Put(b, at, "note: than the 2.32 kOhm that is right from B5 on (erratum 8)\n");
        }

        return at;
    }

    private static string StateOf(Enc28j60Driver driver)
    {
        if (!driver.IsRunning)
        {
            return driver.Status == LinkStatus.NoDevice ? "searching" : "recovering";
        }

        switch (driver.PowerMode)
        {
            case Enc28j60PowerMode.MagicPacket:
                return "waiting for a magic packet";
            case Enc28j60PowerMode.PowerSave:
                return "asleep";
            default:
                break;
        }

        return driver.Status == LinkStatus.Up ? "link up" : "no link";
    }

    private static int PutBeliefs(byte[] b, int at, Enc28j60Driver driver, int bank)
    {
        at = Word(b, at, "driver: next packet", driver.Receiver.Next);
        at = Number(b, at, ", waiting", driver.Receiver.Pending);
        at = Number(b, at, ", not freed", driver.Receiver.Debt);
        at = driver.Transmitter.SlotEnd < 0
            ? Enc28j60Text.Put(b, at, ", nothing sent")
            : Word(b, at, ", slot end", driver.Transmitter.SlotEnd);
        at = Enc28j60Text.Put(b, at, driver.Transmitter.InFlight ? ", sending" : ", idle");
        at = bank < 0 ? Enc28j60Text.Put(b, at, ", bank unknown") : Number(b, at, ", bank", bank);
        return Enc28j60Text.EndLine(b, at);
    }

    private static int PutCommon(byte[] b, int at, Enc28j60Spi spi, int estat, int econ1)
    {
        at = Byte(b, at, "  common EIE", spi.Read(Enc28j60Registers.EIE));
        at = Byte(b, at, " EIR", spi.Read(Enc28j60Registers.EIR));
        at = Byte(b, at, " ESTAT", estat);
        at = Byte(b, at, " ECON2", spi.Read(Enc28j60Registers.ECON2));
        at = Byte(b, at, " ECON1", econ1);
        return Enc28j60Text.EndLine(b, at);
    }

    private static int PutBank0(byte[] b, int at, Enc28j60Spi spi)
    {
        at = Pointer(b, at, "  bank 0 ERDPT", spi, Enc28j60Registers.ERDPTL);
        at = Pointer(b, at, " EWRPT", spi, Enc28j60Registers.EWRPTL);
        at = Pointer(b, at, " ETXST", spi, Enc28j60Registers.ETXSTL);
        at = Pointer(b, at, " ETXND", spi, Enc28j60Registers.ETXNDL);
        at = Enc28j60Text.EndLine(b, at);
        at = Pointer(b, at, "         ERXST", spi, Enc28j60Registers.ERXSTL);
        at = Pointer(b, at, " ERXND", spi, Enc28j60Registers.ERXNDL);
        at = Pointer(b, at, " ERXRDPT", spi, Enc28j60Registers.ERXRDPTL);
        at = PutWritePointer(b, at, spi);
        at = Enc28j60Text.EndLine(b, at);
        at = Pointer(b, at, "         EDMAST", spi, Enc28j60Registers.EDMASTL);
        at = Pointer(b, at, " EDMAND", spi, Enc28j60Registers.EDMANDL);
        at = Pointer(b, at, " EDMADST", spi, Enc28j60Registers.EDMADSTL);
        at = Pointer(b, at, " EDMACS", spi, Enc28j60Registers.EDMACSL);
        return Enc28j60Text.EndLine(b, at);
    }

    /// <summary>ERXWRPT means something only if no packet came in while its two octets were read (DS39662 7.2.5).</summary>
    private static int PutWritePointer(byte[] b, int at, Enc28j60Spi spi)
    {
        int before = spi.Read(Enc28j60Registers.EPKTCNT);
        at = Pointer(b, at, " ERXWRPT", spi, Enc28j60Registers.ERXWRPTL);
        return spi.Read(Enc28j60Registers.EPKTCNT) == before ? at : Enc28j60Text.Put(b, at, " (moves)");
    }

    private static int PutBank1(byte[] b, int at, Enc28j60Spi spi)
    {
        at = Byte(b, at, "  bank 1 ERXFCON", spi.Read(Enc28j60Registers.ERXFCON));
        at = Byte(b, at, " EPKTCNT", spi.Read(Enc28j60Registers.EPKTCNT));
        at = Pointer(b, at, " EPMCS", spi, Enc28j60Registers.EPMCSL);
        at = Pointer(b, at, " EPMO", spi, Enc28j60Registers.EPMOL);
        at = Eight(b, at, "\n         EHT0-7 ", spi, Enc28j60Registers.EHT0);
        at = Eight(b, at, "\n         EPMM0-7", spi, Enc28j60Registers.EPMM0);
        return Enc28j60Text.EndLine(b, at);
    }

    private static int PutBank2(byte[] b, int at, Enc28j60Spi spi)
    {
        at = Byte(b, at, "  bank 2 MACON1", spi.Read(Enc28j60Registers.MACON1));
        at = Byte(b, at, " MACON3", spi.Read(Enc28j60Registers.MACON3));
        at = Byte(b, at, " MACON4", spi.Read(Enc28j60Registers.MACON4));
        at = Byte(b, at, " MABBIPG", spi.Read(Enc28j60Registers.MABBIPG));
        at = Pointer(b, at, " MAIPG", spi, Enc28j60Registers.MAIPGL);
        at = Enc28j60Text.EndLine(b, at);
        at = Byte(b, at, "         MACLCON1", spi.Read(Enc28j60Registers.MACLCON1));
        at = Byte(b, at, " MACLCON2", spi.Read(Enc28j60Registers.MACLCON2));
        at = Pointer(b, at, " MAMXFL", spi, Enc28j60Registers.MAMXFLL);
        at = Byte(b, at, "\n         MICMD", spi.Read(Enc28j60Registers.MICMD));
        at = Byte(b, at, " MIREGADR", spi.Read(Enc28j60Registers.MIREGADR));
        at = Pointer(b, at, " MIWR", spi, Enc28j60Registers.MIWRL);
        at = Pointer(b, at, " MIRD", spi, Enc28j60Registers.MIRDL);
        return Enc28j60Text.EndLine(b, at);
    }

    private static int PutBank3(byte[] b, int at, Enc28j60Spi spi, bool withMac)
    {
        at = Enc28j60Text.Put(b, at, "  bank 3 ");
        if (withMac)
        {
            at = Enc28j60Text.Put(b, at, "MAADR1-6 ");
            at = Enc28j60Text.PutHex(b, at, spi.Read(Enc28j60Registers.MAADR1), 2);
            at = Byte(b, at, "", spi.Read(Enc28j60Registers.MAADR2));
            at = Byte(b, at, "", spi.Read(Enc28j60Registers.MAADR3));
            at = Byte(b, at, "", spi.Read(Enc28j60Registers.MAADR4));
            at = Byte(b, at, "", spi.Read(Enc28j60Registers.MAADR5));
            at = Byte(b, at, "", spi.Read(Enc28j60Registers.MAADR6));
            at = Byte(b, at, " MISTAT", spi.Read(Enc28j60Registers.MISTAT));
            at = Enc28j60Text.Put(b, at, "\n         ");
        }

        at = Byte(b, at, "EBSTSD", spi.Read(Enc28j60Registers.EBSTSD));
        at = Byte(b, at, " EBSTCON", spi.Read(Enc28j60Registers.EBSTCON));
        at = Pointer(b, at, " EBSTCS", spi, Enc28j60Registers.EBSTCSL);
        at = Byte(b, at, "\n         EREVID", spi.Read(Enc28j60Registers.EREVID));
        at = Byte(b, at, " ECOCON", spi.Read(Enc28j60Registers.ECOCON));
        at = Byte(b, at, " EFLOCON", spi.Read(Enc28j60Registers.EFLOCON));
        at = Pointer(b, at, " EPAUS", spi, Enc28j60Registers.EPAUSL);
        return Enc28j60Text.EndLine(b, at);
    }

    /// <summary>The nine registers behind the MII.</summary>
    private static int PutPhy(byte[] b, int at, Enc28j60Phy phy)
    {
        at = Enc28j60Text.Put(b, at, "     PHY");
        int identifier = phy.Read(Enc28j60Bits.PHID1);
        if (identifier == Enc28j60Phy.Failed)
        {
            return Enc28j60Text.Put(b, at, " cannot be read: the MII stays busy\n");
        }

        at = Word(b, at, " PHCON1", phy.Read(Enc28j60Bits.PHCON1));
        at = Word(b, at, " PHSTAT1", phy.Read(Enc28j60Bits.PHSTAT1));
        at = Word(b, at, " PHID1", identifier);
        at = Word(b, at, " PHID2", phy.Read(Enc28j60Bits.PHID2));
        at = Word(b, at, "\n         PHCON2", phy.Read(Enc28j60Bits.PHCON2));
        at = Word(b, at, " PHSTAT2", phy.Read(Enc28j60Bits.PHSTAT2));
        at = Word(b, at, " PHIE", phy.Read(Enc28j60Bits.PHIE));
        at = Word(b, at, " PHIR", phy.Read(Enc28j60Bits.PHIR));
        at = Word(b, at, " PHLCON", phy.Read(Enc28j60Bits.PHLCON));

        // The driver asks neither of them, so that nobody misses what the report took.
        return Enc28j60Text.Put(b, at, "\n         (reading re-armed PHSTAT1.LLSTAT and cleared PHIR)\n");
    }

    private static int PutCounters(byte[] b, int at, CounterSet counters)
    {
        at = Enc28j60Text.Put(b, at, "counters");
        for (int i = 0; i < counters.Count; i++)
        {
            at = Enc28j60Text.Put(b, at, i % ColumnsOfCounters == 0 ? "\n  " : ", ");
            at = counters.PutName(i, NamePrefix, b, at);
            at = Number(b, at, "", counters.GetValue(i));
        }

        return Enc28j60Text.EndLine(b, at);
    }

    private static int Eight(byte[] b, int at, string name, Enc28j60Spi spi, int first)
    {
        at = Enc28j60Text.Put(b, at, name);
        for (int i = 0; i < 8; i++)
        {
            at = Byte(b, at, "", spi.Read(first + i));
        }

        return at;
    }

    private static int Pointer(byte[] b, int at, string name, Enc28j60Spi spi, int lowRegister)
    {
        return Word(b, at, name, spi.Read(lowRegister) | (spi.Read(lowRegister + 1) << 8));
    }

    private static int Word(byte[] b, int at, string name, int value)
    {
        at = Enc28j60Text.Put(b, at, name);
        return value < 0
            ? Enc28j60Text.Put(b, at, " ----")
            : Enc28j60Text.PutHex(b, Enc28j60Text.Put(b, at, " "), value, 4);
    }

    private static int Byte(byte[] b, int at, string name, int value)
    {
        at = Enc28j60Text.Put(b, at, name);
        return Enc28j60Text.PutHex(b, Enc28j60Text.Put(b, at, " "), value, 2);
    }

    private static int Number(byte[] b, int at, string name, long value)
    {
        at = Enc28j60Text.Put(b, at, name);
        return Enc28j60Text.PutNumber(b, Enc28j60Text.Put(b, at, " "), value);
    }
}
