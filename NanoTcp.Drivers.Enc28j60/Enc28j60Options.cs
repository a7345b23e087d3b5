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
    /// What the LEDs show: a value for PHLCON (DS39662 register 2-2), which <see cref="Enc28j60Leds.Configuration"/>
    /// makes. The default lights LEDA on link, and LEDB for 70 ms on traffic in either direction.
    /// </summary>
    public int LedConfiguration { get; set; } = 0x3476;

    /// <summary>How many multicast groups can be joined at once; 0 to 64.</summary>
    public int MulticastGroups { get; set; } = 4;

    /// <summary>
    /// How many broadcast frames a second are taken; 0 for all there are. When a quarter of that has come within 250 ms,
    /// or at once between two calls of <see cref="Enc28j60Driver.Poll"/> that are further apart, the chip drops broadcasts for
    /// the next 250, so that a storm leaves time for everything else. A multicast group that
    /// the chip cannot tell from broadcasts waits with them; that of mDNS, 01-00-5E-00-00-FB, is one.
    /// </summary>
    public int BroadcastLimit { get; set; } = 200;

    /// <summary>Takes every frame whose check sequence is right, from the start; see <see cref="Enc28j60Driver.Promiscuous"/>.</summary>
    public bool Promiscuous { get; set; }
}
