namespace NanoTcp.Emulation;

/// <summary>What the wire from the chip to the host does.</summary>
public enum MisoFault
{
    /// <summary>What it should.</summary>
    None = 0,

    /// <summary>It always reads 0: shorted to ground, or a chip without supply.</summary>
    StuckLow = 1,

    /// <summary>It always reads 1: open with a pull-up.</summary>
    StuckHigh = 2,

    /// <summary>Nobody drives it and nothing pulls: it reads noise.</summary>
    Open = 3,

    /// <summary>It couples to MOSI: the host reads what it sends.</summary>
    Echo = 4,

    /// <summary>
    /// A second device on the bus does not let go of it and pulls some bits of every octet low, others each time.
    /// </summary>
    SecondDevice = 5,
}

/// <summary>What the wire from the chip's INT pin does.</summary>
public enum InterruptPinFault
{
    /// <summary>What it should.</summary>
    None = 0,

    /// <summary>It never goes low: the wire is open.</summary>
    StuckHigh = 1,

    /// <summary>It never goes high: shorted to ground.</summary>
    StuckLow = 2,
}

/// <summary>What EIR shows while a transmission hangs, with TXRTS set for good.</summary>
public enum StuckTransmission
{
    /// <summary>Neither TXIF nor TXERIF.</summary>
    WithoutFlags = 0,

    /// <summary>TXERIF, and ESTAT.TXABRT.</summary>
    WithTransmitError = 1,

    /// <summary>TXIF and TXERIF, and ESTAT.TXABRT.</summary>
    WithBoth = 2,

    /// <summary>Each time another of these.</summary>
    Any = 3,
}

/// <summary>
/// What can go wrong with the chip, the wires to it and its cable, as knobs: all off at first, and to be turned at any
/// time. The dice roll from one seed, so that a run repeats.
/// </summary>
/// <remarks>
/// Rates are parts per million of the occasions that the knob names. What the host does in the wake of a fault that
/// deceives it, or that spoils what it says, counts as provoked in <see cref="Enc28j60Chip.Violations"/>: until it has
/// reset the chip, but for two seconds at the most.
/// </remarks>
public sealed class Enc28j60Faults
{
    private const int Million = 1_000_000;

    private readonly SeededRandom _dice;

    internal Enc28j60Faults(ulong seed)
    {
        _dice = new SeededRandom(seed);
    }

    /// <summary>Of the operations, how many have one bit flipped in what the host reads.</summary>
    public int MisoBitErrors { get; set; }

    /// <summary>Of the operations, how many have one bit flipped in what the chip hears.</summary>
    public int MosiBitErrors { get; set; }

    /// <summary>The wire from the chip.</summary>
    public MisoFault Miso { get; set; }

    /// <summary>Whether chip select does not reach the chip, so that it hears nothing and drives nothing.</summary>
    public bool Unplugged { get; set; }

    /// <summary>The wire from the INT pin.</summary>
    public InterruptPinFault InterruptPin { get; set; }

    /// <summary>Of the edges of the INT pin, how many the host does not see.</summary>
    public int LostInterruptEdges { get; set; }

    /// <summary>Of the attempts to send in half duplex, how many collide within the collision window.</summary>
    public int Collisions { get; set; }

    /// <summary>Of the attempts to send in half duplex, how many collide after the collision window.</summary>
    public int LateCollisions { get; set; }

    /// <summary>
    /// Of the attempts to send in half duplex on silicon B5 and B7, how many meet a link pulse that the chip takes for a
    /// collision, early or late (DS80349 erratum 13).
    /// </summary>
    public int LinkPulseCollisions { get; set; }

    /// <summary>Of the transmissions, how many never end.</summary>
    public int StuckTransmissions { get; set; }

    /// <summary>What such a transmission shows.</summary>
    public StuckTransmission StuckTransmission { get; set; }

    /// <summary>Of the settings of TXRTS, how many the chip forgets: the bit reads 0, and nothing is sent or told.</summary>
    public int LostTransmitRequests { get; set; }

    /// <summary>Of the packets received, how many are stored with garbage for a next-packet pointer or a length.</summary>
    public int GarbageHeaders { get; set; }

    /// <summary>Of the packets received, how many find RXEN cleared by itself after them.</summary>
    public int ReceiveEnableLosses { get; set; }

    /// <summary>Of the reads of EIR, how many show PKTIF the wrong way round (DS80349 erratum 6).</summary>
    public int PacketFlagLies { get; set; }

    /// <summary>Turns everything off.</summary>
    public void Clear()
    {
        MisoBitErrors = 0;
        MosiBitErrors = 0;
        Miso = MisoFault.None;
        Unplugged = false;
        InterruptPin = InterruptPinFault.None;
        LostInterruptEdges = 0;
        Collisions = 0;
        LateCollisions = 0;
        LinkPulseCollisions = 0;
        StuckTransmissions = 0;
        LostTransmitRequests = 0;
        GarbageHeaders = 0;
        ReceiveEnableLosses = 0;
        PacketFlagLies = 0;
    }

    /// <summary>Rolls the dice for one occasion.</summary>
    internal bool Happens(int rate)
    {
        return rate != 0 && _dice.Below(Million) < rate;
    }

    /// <summary>A number from 0 to <paramref name="bound"/> - 1.</summary>
    internal int Below(int bound)
    {
        return _dice.Below(bound);
    }
}
