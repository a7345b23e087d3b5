namespace NanoTcp.Drivers.Enc28j60;

/// <summary>How an <see cref="Enc28j60Driver"/> sets up its chip. Read once, by the driver's constructor.</summary>
public sealed class Enc28j60Options
{
    /// <summary>
    /// Full instead of half duplex. The chip does not negotiate: set this only where the other end is forced to full
    /// duplex too, because a switch that negotiates falls back to half duplex (DS39662 2.6, 9).
    /// </summary>
    public bool FullDuplex { get; set; }

    /// <summary>
    /// Lets the INT pin go low while frames are waiting, so that a loop may sleep on it.
    /// <see cref="Enc28j60Driver.Poll"/> then asks for calls only when something else is due.
    /// </summary>
    public bool UseInterruptPin { get; set; }

    /// <summary>
    /// Milliseconds that <see cref="Enc28j60Driver.Poll"/> returns when nothing is going on and there is no interrupt
    /// pin: how long a frame may wait unnoticed. 0 to 1000.
    /// </summary>
    public int PollInterval { get; set; } = 1;

    /// <summary>
    /// Milliseconds in which every register and pointer of a running chip is compared once with what it should hold: how
    /// long a fault goes unnoticed that nothing else shows. A change of the link is noticed in half of it. A check costs some
    /// eighty SPI operations. 100 to 60,000.
    /// </summary>
    public int CheckInterval { get; set; } = 1000;

    /// <summary>
    /// PHLCON: what the LEDs show (DS39662 register 2-2). Bits 15 to 12 are 0011, bit 0 is 0. The default lights LEDA
    /// on link, and LEDB on traffic in either direction. Code 1110, duplex and collisions, shows duplex only
    /// (DS80349 erratum 11).
    /// </summary>
    public int LedConfiguration { get; set; } = 0x3476;
}
