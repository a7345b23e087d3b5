using NanoTcp.Primitives;

namespace NanoTcp.Drivers.Enc28j60;

/// <summary>What the driver counts: indexes into <see cref="Enc28j60Driver.Counters"/>.</summary>
public static class Enc28j60Counters
{
    /// <summary>Frames handed to the stack.</summary>
    public const int RxPackets = 0;

    /// <summary>Times that EIR.RXERIF was found set: at least one frame was lost for want of room in the receive ring.</summary>
    public const int RxOverflows = 1;

    /// <summary>Packet headers in the ring that cannot be right; each led to a recovery.</summary>
    public const int RxBadHeader = 2;

    /// <summary>Frames dropped because they are longer than the stack's buffer.</summary>
    public const int RxTooLong = 3;

    /// <summary>Frames sent.</summary>
    public const int TxPackets = 4;

    /// <summary>Frames given up.</summary>
    public const int TxErrors = 5;

    /// <summary>Transmissions that did not end by themselves.</summary>
    public const int TxTimeouts = 6;

    /// <summary>Transmissions started again from the chip's memory.</summary>
    public const int TxRetries = 7;

    /// <summary>Transmissions that ended in a late collision, real or imagined by the chip (DS80349).</summary>
    public const int TxLateCollisions = 8;

    /// <summary>Times that the chip was initialised anew because something was wrong; each has a cause below or above.</summary>
    public const int Recoveries = 9;

    /// <summary>Recoveries because a register did not hold what had been written.</summary>
    public const int LostRegisters = 10;

    /// <summary>Recoveries because a bit was read that cannot be: nobody drives MISO any more.</summary>
    public const int DeadBus = 11;

    /// <summary>Recoveries because frames were lost to a full ring while none came out of it.</summary>
    public const int RxStalls = 12;

    /// <summary>Recoveries because a transmission never ended, however often it was started.</summary>
    public const int TxStalls = 13;

    /// <summary>Searches for the chip that did not find it, or not in order.</summary>
    public const int NoDevice = 14;

    /// <summary>Completed initialisations, the first one included.</summary>
    public const int Initialisations = 15;

    /// <summary>Times that the link came or went.</summary>
    public const int LinkChanges = 16;

    /// <summary>Recoveries because a pointer was not where the driver had left it, or the ring not in step with it.</summary>
    public const int LostPointers = 17;

    /// <summary>Recoveries because a register of the PHY did not hold what had been written.</summary>
    public const int LostPhy = 18;

    /// <summary>Recoveries because one frame collided late sixteen times in a row.</summary>
    public const int TxExhausted = 19;

    /// <summary>Times that broadcasts were refused for a while because there were too many.</summary>
    public const int BroadcastThrottles = 20;

    /// <summary>Magic packets that ended <see cref="Enc28j60PowerMode.MagicPacket"/>.</summary>
    public const int WakeUps = 21;

    private const string Names =
        "enc28j60_rx_packets "
        + "enc28j60_rx_overflows "
        + "enc28j60_rx_bad_header "
        + "enc28j60_rx_too_long "
        + "enc28j60_tx_packets "
        + "enc28j60_tx_errors "
        + "enc28j60_tx_timeouts "
        + "enc28j60_tx_retries "
        + "enc28j60_tx_late_collisions "
        + "enc28j60_recoveries "
        + "enc28j60_lost_registers "
        + "enc28j60_dead_bus "
        + "enc28j60_rx_stalls "
        + "enc28j60_tx_stalls "
        + "enc28j60_no_device "
        + "enc28j60_initialisations "
        + "enc28j60_link_changes "
        + "enc28j60_lost_pointers "
        + "enc28j60_lost_phy "
        + "enc28j60_tx_exhausted "
        + "enc28j60_broadcast_throttles "
        + "enc28j60_wake_ups";

    internal static CounterSet Create()
    {
        return new CounterSet(Names);
    }
}
