using System;
using NanoTcp.Link;

namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// What a console should say of a driver: a line for each change of the link and of what is wrong with the hardware, each
/// change once. It is what tells a person about a chip that does not answer, because no page can.
/// </summary>
/// <remarks>
/// Asks the driver and never the chip. What passes by itself within the quick searches of a start or of a recovery is not
/// told. Only a line that is told allocates.
/// </remarks>
public sealed class Enc28j60Notices
{
    // What is told: one of these, and above them the problem.
    private const int Nothing = 0;
    private const int NoChip = 1;
    private const int NoLink = 2;
    private const int Link = 3;
    private const int Magic = 4;
    private const int Asleep = 5;
    private const int KindMask = 7;
    private const int ProblemShift = 3;

    private const int Longest = Enc28j60Sentences.Longest + 40;

    private readonly Enc28j60Driver _driver;
    private int _told = Nothing;

    /// <summary>Has told nothing yet.</summary>
    /// <param name="driver">The driver to tell of.</param>
    /// <exception cref="ArgumentNullException"><paramref name="driver"/> is null.</exception>
    public Enc28j60Notices(Enc28j60Driver driver)
    {
        if (driver == null)
        {
            throw new ArgumentNullException(nameof(driver));
        }

        _driver = driver;
    }

    /// <summary>Takes what has changed since it was taken last; to be called after <see cref="Enc28j60Driver.Poll"/>, as often as one likes.</summary>
    /// <returns>A line without its end, or null when there is nothing new to tell.</returns>
    public string Take()
    {
        int now = WhatToTell();
        if (now == Nothing || now == _told)
        {
            return null;
        }

        _told = now;
        byte[] line = new byte[Longest];
        int at = Enc28j60Text.Put(line, 0, "ENC28J60");
        int kind = now & KindMask;
        if (kind != NoChip)
        {
            at = Enc28j60Text.Put(line, at, " ");
            at = Enc28j60Text.Put(line, at, Enc28j60Names.OfSilicon(_driver.Revision));
        }

        at = Enc28j60Text.Put(line, at, ": ");
        at = Enc28j60Text.Put(line, at, WordsOf(kind));
        if (_driver.Problem != Enc28j60Problem.None)
        {
            at = kind == NoChip ? at : Enc28j60Text.Put(line, at, ", but ");
            at = _driver.PutProblem(line, at);
        }

        return Enc28j60Text.ToString(line, at);
    }

    private static string WordsOf(int kind)
    {
        switch (kind)
        {
            case NoLink:
                return "no link: is the cable plugged in, and the other end on?";
            case Link:
                return "link up";
            case Magic:
                return "waits for a magic packet";
            case Asleep:
                return "sleeps";
            default:
                return "";
        }
    }

    private int WhatToTell()
    {
        int problem = (int)_driver.Problem << ProblemShift;
        if (!_driver.IsRunning)
        {
            // While quick searches go on there may be nothing to tell in the end.
            return _driver.IsSearching && problem != 0 ? NoChip | problem : Nothing;
        }

        switch (_driver.PowerMode)
        {
            case Enc28j60PowerMode.MagicPacket:
                return Magic;
            case Enc28j60PowerMode.PowerSave:
                return Asleep;
            default:
                break;
        }

        switch (_driver.Status)
        {
            case LinkStatus.Up:
                return Link | problem;
            case LinkStatus.Down:
                // On the way to another mode it is down whatever the cable does.
                return _driver.CarriesFrames ? NoLink : Nothing;
            default:
                return Nothing;
        }
    }
}
