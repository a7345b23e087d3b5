namespace NanoTcp.Drivers.Enc28j60;

/// <summary>What the chip is awake for; see <see cref="Enc28j60Driver.SetPowerMode"/>.</summary>
public enum Enc28j60PowerMode
{
    /// <summary>Frames flow as the filters say.</summary>
    Running = 0,

    /// <summary>
    /// The chip takes nothing but magic packets: frames to the station's own address that hold six octets FFh and then that
    /// address sixteen times. The first one ends this mode. The chip needs as much current as when it is running.
    /// </summary>
    MagicPacket = 1,

    /// <summary>The chip sleeps (DS39662 14): about 1.2 mA instead of 120, and nothing is received or sent.</summary>
    PowerSave = 2,
}
