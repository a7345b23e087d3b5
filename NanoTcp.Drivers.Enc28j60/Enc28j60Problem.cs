namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// What is wrong with the hardware: why the last search for the chip did not end with a working chip, or what a working
/// one suffers from. <see cref="Enc28j60Driver.ProblemText"/> says it as a sentence, with what was read.
/// </summary>
public enum Enc28j60Problem
{
    /// <summary>There is none, or the search is still going on.</summary>
    None = 0,

    /// <summary>ESTAT reads what no chip says: check supply, wiring (MISO, chip select) and SPI mode 0.</summary>
    NoAnswer = 1,

    /// <summary>Something answers, but EREVID is not that of an ENC28J60 (2, 4, 5 or 6).</summary>
    UnknownRevision = 2,

    /// <summary>A control register does not hold what was written: too fast or too noisy an SPI bus.</summary>
    RegistersDoNotHold = 3,

    /// <summary>The PHY inside the chip does not answer: PHID1 is not 0083h.</summary>
    PhyDoesNotAnswer = 4,

    /// <summary>MISO repeats what is sent, or the opcode 3Ah: another device drives it, or it is wired to MOSI.</summary>
    ForeignAnswer = 5,

    /// <summary>The chip answers, but ESTAT.CLKRDY stays 0: its oscillator does not run.</summary>
    ClockNotRunning = 6,

    /// <summary>
    /// Other control registers hold, those of the MAC do not: an SPI clock below 8 MHz on silicon B1 or B4 (DS80349), or
    /// too short a hold of chip select (DS39662 table 16-6).
    /// </summary>
    MacRegistersDoNotHold = 7,

    /// <summary>The PHY answers, but one of its registers does not hold what was written.</summary>
    PhyRegistersDoNotHold = 8,

    /// <summary>
    /// The chip works and has a link, but its receive pair is reversed (PHSTAT2.PLRITY), and its own correction of that is
    /// unreliable (DS80349).
    /// </summary>
    ReceivePairReversed = 9,

    /// <summary>
    /// The chip can be set up, but the look at it that follows finds something wrong each time: a register or pointer that
    /// does not keep its value, or a PHY that says what none can.
    /// </summary>
    DoesNotLast = 10,
}
