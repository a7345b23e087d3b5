namespace NanoTcp.Drivers.Enc28j60;

/// <summary>What the last search found: whether an ENC28J60 answers, and if something was wrong, what was read.</summary>
internal sealed class Enc28j60Findings
{
    /// <summary>Why the last search failed.</summary>
    internal Enc28j60Problem Problem;

    /// <summary>EREVID as last read from something that answers; 0 before.</summary>
    internal int Revision;

    /// <summary>The register that <see cref="Problem"/> is about: a control register's, or a PHY register's number; for
    /// <see cref="Enc28j60Problem.DoesNotLast"/> the counter of what was found wrong.</summary>
    internal int Register;

    /// <summary>What it read, or <see cref="Enc28j60Phy.Failed"/>.</summary>
    internal int Seen;

    /// <summary>What it should have read.</summary>
    internal int Expected;

    /// <summary>Neither a possible ESTAT nor anything that a quiet line reads, so that an echo is told from an answer.</summary>
    private const int Pattern = 0x5A;

    /// <summary>Finds out whether an ENC28J60 answers that has just been reset and whose clock runs.</summary>
    internal Enc28j60Problem Identify(Enc28j60Spi spi)
    {
        int estat = spi.Read(Enc28j60Registers.ESTAT);
        if ((estat & Enc28j60Bits.EstatAlwaysZero) != 0)
        {
            bool foreign = estat == Enc28j60Spi.RBM || spi.Probe(Enc28j60Registers.ESTAT, Pattern) == Pattern;
            return Note(
                foreign ? Enc28j60Problem.ForeignAnswer : Enc28j60Problem.NoAnswer, Enc28j60Registers.ESTAT, estat, 0);
        }

        int revision = spi.Read(Enc28j60Registers.EREVID);
        if ((estat & Enc28j60Bits.CLKRDY) == 0)
        {
            // A line that is shorted to ground looks like a clock that does not run, but has no revision. An echo too
            // reads 00, because that is what is sent.
            if (Enc28j60Names.IsKnown(revision))
            {
                Revision = revision;
                return Note(Enc28j60Problem.ClockNotRunning, Enc28j60Registers.ESTAT, estat, Enc28j60Bits.CLKRDY);
            }

            bool echo = spi.Probe(Enc28j60Registers.ESTAT, Pattern) == Pattern;
            return Note(
                echo ? Enc28j60Problem.ForeignAnswer : Enc28j60Problem.NoAnswer,
                Enc28j60Registers.ESTAT,
                echo ? Pattern : estat,
                Enc28j60Bits.CLKRDY);
        }

        if (!Enc28j60Names.IsKnown(revision))
        {
            return Note(Enc28j60Problem.UnknownRevision, Enc28j60Registers.EREVID, revision, 0);
        }

        Revision = revision;

        // A chip that has not heard its reset still receives, and would receive into a ring that is being laid out.
        int econ1 = spi.Read(Enc28j60Registers.ECON1) & ~Enc28j60Bits.BSEL;
        if (econ1 != 0)
        {
            return Note(Enc28j60Problem.RegistersDoNotHold, Enc28j60Registers.ECON1, econ1, 0);
        }

        // One that has lost RXEN does not, but still counts its packets, which would be looked for where none lie.
        return Enc28j60Verification.Holds(spi, Enc28j60Registers.EPKTCNT, 0xFF, 0)
            ? Enc28j60Problem.None
            : Note(
                Enc28j60Problem.RegistersDoNotHold, Enc28j60Registers.EPKTCNT, spi.Read(Enc28j60Registers.EPKTCNT), 0);
    }

    /// <summary>Notes a control register that does not hold what was written, and finds out whether others would.</summary>
    internal Enc28j60Problem NoteRegister(Enc28j60Spi spi, int register, int expected)
    {
        // Whether ETH registers hold tells where to look. ERDPTL is one that nothing depends on now.
        bool mac = (register & Enc28j60Registers.MacGroup) != 0
            && Enc28j60Verification.Place(spi, Enc28j60Registers.ERDPTL, Pattern)
            && Enc28j60Verification.Place(spi, Enc28j60Registers.ERDPTL, 0xFF & ~Pattern);
        return Note(
            mac ? Enc28j60Problem.MacRegistersDoNotHold : Enc28j60Problem.RegistersDoNotHold,
            register,
            spi.Read(register),
            expected);
    }

    /// <summary>Notes what was read.</summary>
    /// <returns>The problem.</returns>
    internal Enc28j60Problem Note(Enc28j60Problem problem, int register, int seen, int expected)
    {
        Register = register;
        Seen = seen;
        Expected = expected;
        return problem;
    }
}
