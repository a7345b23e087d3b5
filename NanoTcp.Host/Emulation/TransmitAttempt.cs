namespace NanoTcp.Emulation;

/// <summary>
/// One time that a frame is put on the wire, and what becomes of it: decided when it begins, seen when it ends.
/// </summary>
internal sealed class TransmitAttempt
{
    /// <summary>The whole frame gets out.</summary>
    internal const int Completes = 0;

    /// <summary>The frame is longer than MAMXFL allows.</summary>
    internal const int TooLong = 1;

    /// <summary>A collision within the window of MACLCON2: the hardware tries again.</summary>
    internal const int EarlyCollision = 2;

    /// <summary>A collision after it: the hardware gives up.</summary>
    internal const int LateCollision = 3;

    /// <summary>The same, but for TXRTS, which stays set; and nothing is told (DS80349 erratum 13).</summary>
    internal const int HangsSilently = 4;

    /// <summary>The same, but for TXRTS, which stays set, and TXIF, which stays clear (DS80349 erratum 13).</summary>
    internal const int HangsWithError = 5;

    /// <summary>What a station sends after a collision, so that the other one cannot miss it: 32 bits (IEEE 802.3 4.2.3.2.4).</summary>
    internal const int JamOctets = 4;

    /// <summary>
    /// In how many octets from the preamble on a link pulse disturbs, the last of them past any MACLCON2. The erratum
    /// only speaks of the beginning of a transmission.
    /// </summary>
    internal const int LinkPulseOctets = 128;

    private const byte RevisionB5 = 0x05;
    private const byte RevisionB7 = 0x06;

    private readonly ChipState _state;

    internal TransmitAttempt(ChipState state)
    {
        _state = state;
    }

    /// <summary>What becomes of it.</summary>
    internal int Fate { get; private set; }

    /// <summary>Whether it meets a collision, early or late, real or taken for one.</summary>
    internal bool Collides
    {
        get { return Fate >= EarlyCollision; }
    }

    /// <summary>How long it occupies the wire, in octets: preamble and jam included.</summary>
    internal int Octets { get; private set; }

    /// <summary>How many octets of the frame and the jam that are.</summary>
    internal int OctetsAfterPreamble
    {
        get { return Octets - ChipState.PreambleOctets; }
    }

    /// <summary>Rolls the dice for an attempt that begins.</summary>
    /// <param name="frame">What is sent.</param>
    /// <param name="collides">Whether the wire is shared, so that a collision stops the chip.</param>
    /// <param name="meetsFarEnd">Whether the far end begins at the same moment.</param>
    internal void Decide(TransmitFrame frame, bool collides, bool meetsFarEnd)
    {
        Fate = frame.TooLong ? TooLong : Completes;
        Octets = ChipState.PreambleOctets + frame.Length;
        if (!collides)
        {
            return;
        }

        Enc28j60Faults faults = _state.Faults;
        int whole = Octets;
        int window = ChipState.PreambleOctets + _state.Registers[Register.MACLCON2];
        if (meetsFarEnd)
        {
            _state.Wire.ContentionCollisions++;
            CollideAt(1, window);
        }
        else if (faults.Happens(faults.Collisions))
        {
            CollideAt(1 + faults.Below(Bounds.Min(window, whole)), window);
        }
        else if (faults.Happens(faults.LateCollisions) && whole > window)
        {
            CollideAt(window + 1 + faults.Below(whole - window), window);
        }
        else if (HasErratum13 && faults.Happens(faults.LinkPulseCollisions))
        {
            _state.Wire.LinkPulseCollisions++;
            CollideAt(1 + faults.Below(Bounds.Min(LinkPulseOctets, whole)), window);
            if (Fate == LateCollision)
            {
                // The abort does not always work out. The erratum gives no figures: one case in three each.
                Fate = LateCollision + faults.Below(3);
            }
        }
    }

    /// <summary>The station hears a collision: it ends its preamble if that is not out yet, then jams.</summary>
    private void CollideAt(int octet, int window)
    {
        Fate = octet <= window ? EarlyCollision : LateCollision;
        Octets = Bounds.Max(octet, ChipState.PreambleOctets) + JamOctets;
    }

    private bool HasErratum13
    {
        get { return _state.Options.Revision is RevisionB5 or RevisionB7; }
    }
}
