using System;

namespace NanoTcp.Emulation;

/// <summary>How LEDB is wired, which the chip reads at power-on as the duplex mode to start in (DS39662 2.6).</summary>
public enum LedBWiring
{
    /// <summary>The pin sources current: PHCON1.PDPXMD starts at 0, half duplex.</summary>
    Source = 0,

    /// <summary>The pin sinks current: PHCON1.PDPXMD starts at 1, full duplex.</summary>
    Sink = 1,
}

/// <summary>What an <see cref="Enc28j60Chip"/> is made of, and how the board around it is wired.</summary>
public sealed class Enc28j60ChipOptions
{
    private int _spiClockHz = 20_000_000;
    private byte _revision = 0x06;
    private int _chipSelectHoldNanoseconds = 210;
    private int _chipSelectGapNanoseconds = 100;
    private long _linkDelayNanoseconds;
    private int _slowClockErrors = 62_500;

    /// <summary>The SPI clock in Hz, 1 to 20,000,000 (DS39662 table 16-6).</summary>
    public int SpiClockHz
    {
        get { return _spiClockHz; }
        set
        {
            if (value < 1 || value > 20_000_000)
            {
                throw new ArgumentOutOfRangeException(nameof(value));
            }

            _spiClockHz = value;
        }
    }

    /// <summary>EREVID: 02h is silicon B1, 04h B4, 05h B5, 06h B7. 0 to 31.</summary>
    public byte Revision
    {
        get { return _revision; }
        set
        {
            if (value > 0x1F)
            {
                throw new ArgumentOutOfRangeException(nameof(value));
            }

            _revision = value;
        }
    }

    /// <summary>
    /// How long chip select stays low after the last clock of an operation, in nanoseconds. The chip wants 10, and 210
    /// where a MAC or MII register is concerned (DS39662 table 16-6, T_CSH).
    /// </summary>
    public int ChipSelectHoldNanoseconds
    {
        get { return _chipSelectHoldNanoseconds; }
        set
        {
            if (value < 0)
            {
                throw new ArgumentOutOfRangeException(nameof(value));
            }

            _chipSelectHoldNanoseconds = value;
        }
    }

    /// <summary>
    /// From chip select's rise to the first clock of the next operation, in nanoseconds: at least 50 high and 50 of
    /// set-up (DS39662 table 16-6), and whatever the host's software needs between two operations.
    /// </summary>
    public int ChipSelectGapNanoseconds
    {
        get { return _chipSelectGapNanoseconds; }
        set
        {
            if (value < 0)
            {
                throw new ArgumentOutOfRangeException(nameof(value));
            }

            _chipSelectGapNanoseconds = value;
        }
    }

    /// <summary>How LEDB is wired.</summary>
    public LedBWiring LedB { get; set; }

    /// <summary>
    /// Nanoseconds that the PHY needs, after a reset or after the cable was plugged in, to see a link. Zero unless said
    /// otherwise; a real one takes tens of milliseconds.
    /// </summary>
    public long LinkDelayNanoseconds
    {
        get { return _linkDelayNanoseconds; }
        set
        {
            if (value < 0)
            {
                throw new ArgumentOutOfRangeException(nameof(value));
            }

            _linkDelayNanoseconds = value;
        }
    }

    /// <summary>
    /// Whether the end of a transmit reset raises EIR.TXERIF, as observed on hardware: a driver that pulses TXRST
    /// (DS80349 erratum 12) has to clear the flag afterwards.
    /// </summary>
    public bool TransmitResetRaisesError { get; set; } = true;

    /// <summary>
    /// Whether two stations that have both waited for a half-duplex wire to become free begin together and collide, as
    /// Ethernet does: the chip with a frame that had to wait for another one, and the far end with the next. Without it
    /// the chip goes first, and the only collisions are those of the knobs.
    /// </summary>
    public bool NaturalCollisions { get; set; } = true;

    /// <summary>
    /// Whether ESTAT.LATECOL is set after a late collision. On silicon it may stay clear (DS80349 erratum 15); here it
    /// always does unless asked otherwise, so that no driver is lucky. The status vector is right in any case.
    /// </summary>
    public bool LateCollisionFlagWorks { get; set; }

    /// <summary>
    /// Whether the pattern match filter lets one packet in eight pass that does not match (DS80349 erratum 18): software
    /// has to look once more. Turned off, the filter is as the data sheet has it.
    /// </summary>
    public bool PatternFilterLeaks { get; set; } = true;

    /// <summary>
    /// Whether TPIN+ and TPIN- are swapped. PHSTAT2.PLRITY says so, and the correction is unreliable (DS80349 erratum 7):
    /// some of what comes in is lost, and some is spoilt.
    /// </summary>
    public bool ReceivePairSwapped { get; set; }

    /// <summary>
    /// Whether it is hotter than 70 or colder than 0 degrees Celsius, which silicon B1 and B4 do not support (DS80349
    /// erratum 3): some of what comes in is spoilt there. Later silicon does not mind.
    /// </summary>
    public bool OutsideCommercialTemperature { get; set; }

    /// <summary>
    /// Whether the RBIAS resistor is the one for the other generation of the silicon, B1 and B4 or what came later
    /// (DS80349 erratum 8): the far end loses some of what the chip sends.
    /// </summary>
    public bool BiasResistorOfOtherRevision { get; set; }

    /// <summary>
    /// Of a million accesses to MAC and MII registers, how many are spoilt on silicon B1 and B4 when the SPI clock is
    /// slower than 8 MHz (DS80349 erratum 1): a read shows wrong bits, a write has a wrong bit or is lost. One in 16
    /// unless said otherwise, so that no driver gets through its initialisation by luck; 0 for a clock that is derived
    /// from the chip's own, which the erratum spares.
    /// </summary>
    public int SlowClockErrors
    {
        get { return _slowClockErrors; }
        set
        {
            if (value < 0 || value > 1_000_000)
            {
                throw new ArgumentOutOfRangeException(nameof(value));
            }

            _slowClockErrors = value;
        }
    }

    /// <summary>Seed of the dice that <see cref="Enc28j60Faults"/> and the chip's own whims roll.</summary>
    public ulong FaultSeed { get; set; } = 1;

    /// <summary>Seed of the noise that fills the buffer memory at power-on, other noise each time.</summary>
    public int MemorySeed { get; set; } = 1;
}
