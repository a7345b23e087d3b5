using System;
using NanoTcp.Samples.Text;
using NanoTcp.Tcp;

namespace NanoTcp.Samples.Services;

/// <summary>
/// Sends the date and time as a line of text and closes (RFC 867). What the client sends is thrown away.
/// </summary>
public sealed class DaytimeService : SlotService
{
    /// <summary>The service's own port.</summary>
    public const int DefaultPort = 13;

    // Longest line: "Wednesday, September 30, 2026 23:59:59-UTC".
    private const int MaxLine = 64;

    // How long the client may take to close after the line has reached it, in ms.
    private const int LingerTime = 2000;

    private const int SecondsPerDay = 86400;
    private const int DaysPer400Years = 146097;

    private readonly IWallClock _clock;
    /// <summary>The last line made.</summary>
    internal readonly TextBuffer Line = new TextBuffer(MaxLine);

    private readonly byte[] _discarded = new byte[64];
    private readonly bool[] _written;
    private readonly long[] _since;

    private readonly byte[][] _weekdays = Ascii.FromAll(new string[]
    {
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    });

    private readonly byte[][] _months = Ascii.FromAll(new string[]
    {
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    });

    private readonly byte[] _separator = Ascii.From(", ");
    private readonly byte[] _zone = Ascii.From("-UTC\r\n");

    /// <summary>Begins to listen.</summary>
    /// <param name="stack">The stack to serve on.</param>
    /// <param name="port">The port.</param>
    /// <param name="clients">Clients at once, at least 1.</param>
    /// <param name="clock">Where the time comes from.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stack"/> or <paramref name="clock"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="clients"/> is below 1.</exception>
    public DaytimeService(NetworkStack stack, int port, int clients, IWallClock clock)
        : base(stack, port, clients)
    {
        if (clock == null)
        {
            throw new ArgumentNullException(nameof(clock));
        }

        _clock = clock;
        _written = new bool[clients];
        _since = new long[clients];
    }

    /// <inheritdoc/>
    protected override void Open(int slot, TcpConnection connection, long now)
    {
        _written[slot] = false;
    }

    /// <inheritdoc/>
    protected override int Serve(int slot, TcpConnection connection, long now)
    {
        int moved = 0;
        if (!_written[slot])
        {
            Format(_clock.UnixSeconds);
            if (connection.Writable < Line.Length)
            {
                return 0;
            }

            moved = connection.Write(Line.Octets, 0, Line.Length);
            connection.CloseSend();
            _written[slot] = true;
            _since[slot] = now;
        }

        // Closing both sides while the client still sends would reset the connection, and the line might be lost.
        moved = Discard(connection, _discarded, moved);
        if (connection.EndOfStream)
        {
            return -1;
        }

        if (connection.Unacknowledged != 0)
        {
            _since[slot] = now;
        }

        return now - _since[slot] >= LingerTime ? -1 : moved;
    }

    /// <summary>Puts the line into <see cref="Line"/>, in the first form that RFC 867 suggests.</summary>
    internal void Format(long unixSeconds)
    {
        Line.Reset(0, MaxLine);
        long days = unixSeconds / SecondsPerDay;
        int second = (int)(unixSeconds % SecondsPerDay);

        // Days from 0000-03-01 in the proleptic Gregorian calendar: a year that begins in March has its leap day last.
        long shifted = days + 719468;
        long era = shifted / DaysPer400Years;
        int day = (int)(shifted % DaysPer400Years);
        int year = (day - (day / 1460) + (day / 36524) - (day / 146096)) / 365;
        int dayOfYear = day - ((year * 365) + (year / 4) - (year / 100));
        int month = ((dayOfYear * 5) + 2) / 153;
        int dayOfMonth = dayOfYear - (((month * 153) + 2) / 5) + 1;
        month = month < 10 ? month + 2 : month - 10;

        // 1970-01-01 was a Thursday.
        Line.Append(_weekdays[(int)((days + 4) % 7)]);
        Line.Append(_separator);
        Line.Append(_months[month]);
        Line.AppendOctet(' ');
        Line.AppendNumber(dayOfMonth);
        Line.Append(_separator);
        Line.AppendNumber((era * 400) + year + (month < 2 ? 1 : 0));
        Line.AppendOctet(' ');
        Line.AppendNumber(second / 3600, 2);
        Line.AppendOctet(':');
        Line.AppendNumber(second / 60 % 60, 2);
        Line.AppendOctet(':');
        Line.AppendNumber(second % 60, 2);
        Line.Append(_zone);
    }
}
