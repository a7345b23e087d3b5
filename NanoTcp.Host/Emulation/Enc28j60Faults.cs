using System;

namespace NanoTcp.Emulation;

/// <summary>What the wire from the chip to the host does. Only what the host reads is touched; the chip hears all the same.</summary>
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

    /// <summary>It couples to MOSI: the host reads what it sends, 3Ah and all.</summary>
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
/// reset the chip, but for two seconds at the most; a wrong count of packets deceives it as long as it stands. What can
/// lead no host to break a rule excuses nothing: the interrupt pin, the link, and PKTIF, on which no host is to rely.
/// </remarks>
public sealed class Enc28j60Faults
{
    /// <summary>No brown-out is on its way.</summary>
    internal const int NoBrownOut = -1;

    /// <summary>Whether anything is on that has to be looked at in every operation: all that good wires pay for faults.</summary>
    internal bool Armed;

    /// <summary>How many SPI octets from now on the supply dips, or <see cref="NoBrownOut"/>.</summary>
    internal int OctetsToBrownOut = NoBrownOut;

    /// <summary>Until when the PHY sees no link; 0 when it may see one.</summary>
    internal long LinkLostUntil;

    private const int Million = 1_000_000;

    private readonly SeededRandom _dice;
    private int _misoBitErrors;
    private int _mosiBitErrors;
    private MisoFault _miso;
    private bool _unplugged;
    private long _linkFlapPeriod;
    private long _linkFlap = 1_000_000_000;

    internal Enc28j60Faults(ulong seed)
    {
        _dice = new SeededRandom(seed);
    }

    /// <summary>
    /// When something last went wrong, in nanoseconds of the simulation's clock; -1 before anything did. While a wire is
    /// stuck that is whenever the host meets it.
    /// </summary>
    public long LastDisturbance { get; private set; } = -1;

    /// <summary>How often something went wrong.</summary>
    public long Disturbances { get; private set; }

    /// <summary>
    /// Of the operations in which the host listens, how many have one bit flipped in what it reads: in one octet of the
    /// buffer memory's, or in the octet that holds a register's value.
    /// </summary>
    public int MisoBitErrors
    {
        get { return _misoBitErrors; }
        set
        {
            _misoBitErrors = value;
            Arm();
        }
    }

    /// <summary>
    /// Of the operations, how many have one bit flipped in what the chip hears, the opcode included: a wrong register, a
    /// wrong value, a changed frame, another operation, a reset. The host's array is as it was afterwards.
    /// </summary>
    public int MosiBitErrors
    {
        get { return _mosiBitErrors; }
        set
        {
            _mosiBitErrors = value;
            Arm();
        }
    }

    /// <summary>The wire from the chip.</summary>
    public MisoFault Miso
    {
        get { return _miso; }
        set
        {
            _miso = value;
            Arm();
        }
    }

    /// <summary>
    /// Whether chip select does not reach the chip, so that it hears nothing and drives nothing: the host reads FFh, or
    /// what <see cref="Miso"/> says. The chip lives on, and so does its INT pin.
    /// </summary>
    public bool Unplugged
    {
        get { return _unplugged; }
        set
        {
            _unplugged = value;
            Arm();
        }
    }

    /// <summary>The wire from the INT pin: <see cref="Enc28j60Chip.InterruptPinLow"/> and the edges are as it says.</summary>
    public InterruptPinFault InterruptPin { get; set; }

    /// <summary>
    /// Of the falling edges of the INT pin, how many the host does not see: they are missing in
    /// <see cref="Enc28j60Chip.InterruptEdges"/>, and the level is right all the same.
    /// </summary>
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

    /// <summary>
    /// Of the packets received, how many are stored with garbage for a next-packet pointer or a length. The chip itself
    /// knows where the next packet goes: whoever finds the way back to ERXWRPT, or resets the chip, is well again.
    /// </summary>
    public int GarbageHeaders { get; set; }

    /// <summary>What such a header shows.</summary>
    public GarbageHeader GarbageHeader { get; set; }

    /// <summary>
    /// Of the packets received, how many find RXEN cleared by itself after them: the host reads ECON1.RXEN as 0 and
    /// receives nothing until it sets it.
    /// </summary>
    public int ReceiveEnableLosses { get; set; }

    /// <summary>
    /// Of the reads of EIR, how many show PKTIF the wrong way round (DS80349 erratum 6). The INT pin, ESTAT.INT and
    /// EPKTCNT are right.
    /// </summary>
    public int PacketFlagLies { get; set; }

    /// <summary>
    /// How often the PHY loses the link by itself, in nanoseconds from one loss to the next, the first one a period after
    /// this was set; 0 for never. Not negative.
    /// </summary>
    public long LinkFlapPeriodNanoseconds
    {
        get { return _linkFlapPeriod; }
        set
        {
            if (value < 0)
            {
                throw new ArgumentOutOfRangeException(nameof(value));
            }

            _linkFlapPeriod = value;
            Arm();
        }
    }

    /// <summary>How long such a loss lasts, the link delay not counted; a second unless said otherwise. Not negative.</summary>
    public long LinkFlapNanoseconds
    {
        get { return _linkFlap; }
        set
        {
            if (value < 0)
            {
                throw new ArgumentOutOfRangeException(nameof(value));
            }

            _linkFlap = value;
        }
    }

    /// <summary>
    /// Turns everything off, a brown-out that is on its way and a link that is lost included. What has happened has
    /// happened: the chip is not put right.
    /// </summary>
    public void Clear()
    {
        OctetsToBrownOut = NoBrownOut;
        LinkFlapPeriodNanoseconds = 0;
        if (LinkLostUntil != 0)
        {
            // Long ago: the next look gives the link back.
            LinkLostUntil = 1;
        }

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
        GarbageHeader = GarbageHeader.Any;
        ReceiveEnableLosses = 0;
        PacketFlagLies = 0;
    }

    /// <summary>Something goes wrong now.</summary>
    internal void Note(long now)
    {
        LastDisturbance = now;
        Disturbances++;
    }

    /// <summary>Finds out whether operations have to take the long way.</summary>
    internal void Arm()
    {
        Armed = _misoBitErrors != 0
            || _mosiBitErrors != 0
            || _miso != MisoFault.None
            || _unplugged
            || _linkFlapPeriod != 0
            || LinkLostUntil != 0
            || OctetsToBrownOut != NoBrownOut;
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
