namespace NanoTcp.Emulation;

/// <summary>What LEDA and LEDB show, as PHLCON says (DS39662 register 2-2).</summary>
/// <remarks>
/// The data sheet does not tell how fast the blinking codes blink, nor how a LED shows two things at once. Here a fast
/// blink is on and off for one stretch time each and a slow one for four; a LED that shows the link and activity is on
/// with the link and goes out for a stretch time with each frame.
/// </remarks>
internal sealed class Leds
{
    /// <summary>Where LACFG lies in PHLCON.</summary>
    internal const int A = 8;

    /// <summary>Where LBCFG lies in PHLCON.</summary>
    internal const int B = 4;

    /// <summary>The longest code that is not reserved: duplex mode and collisions.</summary>
    internal const int DuplexAndCollisions = 0xE;

    private const int Transmit = 0x1;
    private const int Receive = 0x2;
    private const int Collision = 0x3;
    private const int Link = 0x4;
    private const int Duplex = 0x5;
    private const int TransmitAndReceive = 0x7;
    private const int On = 0x8;
    private const int BlinkFast = 0xA;
    private const int BlinkSlowly = 0xB;
    private const int LinkAndReceive = 0xC;
    private const int LinkAndActivity = 0xD;

    private const int STRCH = 0x0002;
    private const int LfrqShift = 2;
    private const long ShortStretchNanoseconds = 40_000_000;
    private const long MiddleStretchNanoseconds = 70_000_000;
    private const long LongStretchNanoseconds = 140_000_000;

    /// <summary>The jam of 32 bits that follows a collision (IEEE 802.3 4.2.3.2.4): the least that there is to see of one.</summary>
    private const long JamNanoseconds = 3_200;

    private readonly ChipState _state;
    private readonly Phy _phy;

    internal Leds(ChipState state, Phy phy)
    {
        _state = state;
        _phy = phy;
    }

    /// <summary>Whether a value of PHLCON uses no code and no stretch time that is reserved.</summary>
    internal static bool IsDefined(int phlcon)
    {
        return (phlcon & 0xF001) == 0x3000
            && IsDefinedCode((phlcon >> A) & 0xF)
            && IsDefinedCode((phlcon >> B) & 0xF)
            && ((phlcon >> LfrqShift) & 3) != 3;
    }

    /// <summary>Whether a LED is lit now.</summary>
    /// <param name="led"><see cref="A"/> or <see cref="B"/>.</param>
    internal bool IsLit(int led)
    {
        if (!_state.ClockReady)
        {
            return false;
        }

        int phlcon = _phy.LedConfiguration;
        long stretch = StretchTime(phlcon);
        long kept = (phlcon & STRCH) != 0 ? stretch : 0;
        switch ((phlcon >> led) & 0xF)
        {
            case Transmit:
                return Sends(kept);
            case Receive:
                return Receives(kept);
            case Collision:
                return Collides(Bounds.Max(kept, JamNanoseconds));
            case Link:
                return _phy.LinkUp;
            case Duplex:
            case DuplexAndCollisions:
                // Erratum 11: collisions are not shown.
                return _phy.FullDuplex;
            case TransmitAndReceive:
                return Sends(kept) || Receives(kept);
            case On:
                return true;
            case BlinkFast:
                return IsFirstHalf(stretch);
            case BlinkSlowly:
                return IsFirstHalf(4 * stretch);
            case LinkAndReceive:
                // These two are always stretched.
                return _phy.LinkUp && !Receives(stretch);
            case LinkAndActivity:
                return _phy.LinkUp && !Sends(stretch) && !Receives(stretch);
            default:
                return false;
        }
    }

    private static bool IsDefinedCode(int code)
    {
        return code is not (0x0 or 0x6 or 0xF);
    }

    private static long StretchTime(int phlcon)
    {
        switch ((phlcon >> LfrqShift) & 3)
        {
            case 0:
                return ShortStretchNanoseconds;
            case 1:
                return MiddleStretchNanoseconds;
            default:
                return LongStretchNanoseconds;
        }
    }

    private bool Sends(long kept)
    {
        return _phy.Sending || _state.Now - _phy.SentAt < kept;
    }

    private bool Receives(long kept)
    {
        return _phy.Receiving || _state.Now - _phy.ReceivedAt < kept;
    }

    private bool Collides(long kept)
    {
        return _state.Now - _phy.CollidedAt < kept;
    }

    private bool IsFirstHalf(long half)
    {
        return _state.Now / half % 2 == 0;
    }
}
