using NanoTcp.Primitives;

namespace NanoTcp.Drivers.Enc28j60;

/// <summary>Says an <see cref="Enc28j60Problem"/> as a sentence that a person can act on, with what was read.</summary>
internal static class Enc28j60Sentences
{
    /// <summary>No sentence is longer.</summary>
    internal const int Longest = 180;

    /// <summary>Writes the sentence; nothing when there is no problem.</summary>
    /// <returns>Where to go on.</returns>
    internal static int Put(byte[] buffer, int at, Enc28j60Problem problem, Enc28j60Findings findings, CounterSet counters)
    {
        switch (problem)
        {
            case Enc28j60Problem.None:
                return at;
            case Enc28j60Problem.NoAnswer:
                at = Enc28j60Text.Put(buffer, at, "no answer on MISO (reads ");
                at = Enc28j60Text.PutHex(buffer, at, findings.Seen, 2);
                return Enc28j60Text.Put(buffer, at, "): check wiring and chip select");
            case Enc28j60Problem.ForeignAnswer:
                at = Enc28j60Text.Put(
                    buffer, at, findings.Seen == Enc28j60Spi.RBM ? "MISO always reads 3A" : "MISO repeats what is sent");
                return Enc28j60Text.Put(buffer, at, ": another device drives the line, or MISO is wired to MOSI");
            case Enc28j60Problem.ClockNotRunning:
                at = Enc28j60Text.Put(buffer, at, "the clock does not run (CLKRDY stays 0, ESTAT reads ");
                at = Enc28j60Text.PutHex(buffer, at, findings.Seen, 2);
                return Enc28j60Text.Put(buffer, at, "): check the oscillator, a 25 MHz crystal with its capacitors");
            case Enc28j60Problem.UnknownRevision:
                at = Enc28j60Text.Put(buffer, at, "revision ");
                at = Enc28j60Text.PutNumber(buffer, at, findings.Seen);
                return Enc28j60Text.Put(buffer, at, " is not an ENC28J60");
            case Enc28j60Problem.MacRegistersDoNotHold:
                at = Enc28j60Text.Put(
                    buffer, at, "MAC registers do not hold what was written: SPI clock below 8 MHz on silicon B1/B4?");
                at = PutValues(buffer, at, Enc28j60Names.OfRegister(findings.Register), findings, 2);
                return Enc28j60Names.IsEarlySilicon(findings.Revision) ? at : PutLateSilicon(buffer, at, findings);
            case Enc28j60Problem.RegistersDoNotHold:
                at = Enc28j60Text.Put(
                    buffer, at, "control registers do not hold what was written: SPI clock too fast, or wires too long?");
                return PutValues(buffer, at, Enc28j60Names.OfRegister(findings.Register), findings, 2);
            case Enc28j60Problem.PhyDoesNotAnswer:
                at = Enc28j60Text.Put(buffer, at, "the PHY does not answer");
                at = PutValues(buffer, at, Enc28j60Names.OfPhyRegister(findings.Register), findings, 4);
                return Enc28j60Text.Put(buffer, at, ": check the supply, 3.3 V at up to 180 mA");
            case Enc28j60Problem.PhyRegistersDoNotHold:
                at = Enc28j60Text.Put(buffer, at, "the PHY does not hold what was written");
                at = PutValues(buffer, at, Enc28j60Names.OfPhyRegister(findings.Register), findings, 4);
                return Enc28j60Text.Put(buffer, at, ": check the supply, 3.3 V at up to 180 mA");
            case Enc28j60Problem.DoesNotLast:
                at = Enc28j60Text.Put(buffer, at, "the chip can be set up, but is not in order right after that (");
                at = counters.PutName(findings.Register, 0, buffer, at);
                return Enc28j60Text.Put(buffer, at, "): check the supply, 3.3 V at up to 180 mA, and the wires");
            default:
                return Enc28j60Text.Put(
                    buffer,
                    at,
                    "the receive pair is reversed (PHSTAT2.PLRITY), and the chip corrects that unreliably: swap TPIN+ and TPIN-");
        }
    }

    /// <summary>A slow clock does no harm on silicon B5 and B7, where something else must be the reason.</summary>
    private static int PutLateSilicon(byte[] buffer, int at, Enc28j60Findings findings)
    {
        at = Enc28j60Text.Put(buffer, at, "; this is ");
        at = Enc28j60Text.Put(buffer, at, Enc28j60Names.OfSilicon(findings.Revision));
        return Enc28j60Text.Put(buffer, at, ": chip select held for 210 ns?");
    }

    private static int PutValues(byte[] buffer, int at, string name, Enc28j60Findings findings, int digits)
    {
        at = Enc28j60Text.Put(buffer, at, " (");
        at = Enc28j60Text.Put(buffer, at, name);
        if (findings.Seen == Enc28j60Phy.Failed)
        {
            at = Enc28j60Text.Put(buffer, at, " cannot be read");
        }
        else
        {
            at = Enc28j60Text.Put(buffer, at, " reads ");
            at = Enc28j60Text.PutHex(buffer, at, findings.Seen, digits);
        }

        at = Enc28j60Text.Put(buffer, at, ", must be ");
        at = Enc28j60Text.PutHex(buffer, at, findings.Expected, digits);
        return Enc28j60Text.Put(buffer, at, ")");
    }
}
