using System;

namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// What the two LEDs can show, and how long a pulse of theirs lasts: the parts of
/// <see cref="Enc28j60Options.LedConfiguration"/> (PHLCON, DS39662 register 2-2).
/// </summary>
public static class Enc28j60Leds
{
    /// <summary>Transmit activity.</summary>
    public const int Transmit = 0x1;

    /// <summary>Receive activity.</summary>
    public const int Receive = 0x2;

    /// <summary>Collisions.</summary>
    public const int Collision = 0x3;

    /// <summary>Link.</summary>
    public const int Link = 0x4;

    /// <summary>Full duplex.</summary>
    public const int Duplex = 0x5;

    /// <summary>Activity in either direction.</summary>
    public const int Traffic = 0x7;

    /// <summary>Always lit.</summary>
    public const int On = 0x8;

    /// <summary>Never lit.</summary>
    public const int Off = 0x9;

    /// <summary>Blinks fast.</summary>
    public const int BlinkFast = 0xA;

    /// <summary>Blinks slowly.</summary>
    public const int BlinkSlow = 0xB;

    /// <summary>Lit on link, dark for a moment on receive activity.</summary>
    public const int LinkAndReceive = 0xC;

    /// <summary>Lit on link, dark for a moment on activity in either direction.</summary>
    public const int LinkAndTraffic = 0xD;

    /// <summary>Activity and collisions show for as long as they last, which is too short to be seen.</summary>
    public const int NoStretch = 0x0;

    /// <summary>They show for 40 ms.</summary>
    public const int Stretch40 = 0x2;

    /// <summary>They show for 70 ms.</summary>
    public const int Stretch70 = 0x6;

    /// <summary>They show for 140 ms.</summary>
    public const int Stretch140 = 0xA;

    private const int LedAShift = 8;
    private const int LedBShift = 4;
    private const int CodeMask = 0xF;
    private const int DuplexAndCollision = 0xE;

    // Bits 3 and 2 as 11.
    private const int ReservedStretch = 0xC;

    /// <summary>Puts a value for <see cref="Enc28j60Options.LedConfiguration"/> together.</summary>
    /// <param name="ledA">What LEDA shows: <see cref="Link"/>, for example.</param>
    /// <param name="ledB">What LEDB shows: <see cref="Traffic"/>, for example.</param>
    /// <param name="stretch"><see cref="NoStretch"/>, <see cref="Stretch40"/>, <see cref="Stretch70"/> or <see cref="Stretch140"/>.</param>
    /// <exception cref="ArgumentException">A part is none of the constants of this class.</exception>
    public static int Configuration(int ledA, int ledB, int stretch)
    {
        if ((ledA & ~CodeMask) != 0 || (ledB & ~CodeMask) != 0
            || (stretch != NoStretch && stretch != Stretch40 && stretch != Stretch70 && stretch != Stretch140))
        {
            throw new ArgumentException("What an LED shows, and the stretch, is one of the constants of Enc28j60Leds.");
        }

        int value = Enc28j60Bits.PhlconReserved | (ledA << LedAShift) | (ledB << LedBShift) | stretch;
        Check(value);
        return value;
    }

    /// <summary>Refuses what the chip does not do.</summary>
    internal static void Check(int phlcon)
    {
        if ((phlcon & ~0xFFFF) != 0 || (phlcon & Enc28j60Bits.PhlconReservedMask) != Enc28j60Bits.PhlconReserved)
        {
            throw new ArgumentException("LedConfiguration is a value for PHLCON: bits 15 to 12 are 0011, bit 0 is 0. Enc28j60Leds.Configuration makes one.");
        }

        if ((phlcon & ReservedStretch) == ReservedStretch)
        {
            throw new ArgumentException("LedConfiguration: bits 3 and 2 are 00 (40 ms), 01 (70 ms) or 10 (140 ms); 11 is reserved.");
        }

        CheckCode((phlcon >> LedAShift) & CodeMask);
        CheckCode((phlcon >> LedBShift) & CodeMask);
    }

    private static void CheckCode(int code)
    {
        // Erratum 11: code 1110, duplex and collisions, shows duplex only. One of the two has to be chosen.
        if (code == DuplexAndCollision)
        {
            throw new ArgumentException("LedConfiguration: the chip does not show duplex and collisions on one LED (code 1110, erratum 11). Use 0011 for collisions or 0101 for duplex.");
        }

        if (code == 0x0 || code == 0x6 || code == 0xF)
        {
            throw new ArgumentException("LedConfiguration: codes 0000, 0110 and 1111 are reserved. Use 1001 for an LED that stays dark, or another one of Enc28j60Leds.");
        }
    }
}
