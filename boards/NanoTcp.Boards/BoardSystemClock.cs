using System;
using nanoFramework.Runtime.Native;
using NanoTcp.Services;

namespace NanoTcp.Boards;

/// <summary>The date and time of the board, which <c>DateTime.UtcNow</c> gives; a time server sets it through here.</summary>
/// <remarks>
/// The firmware takes whole seconds, so this clock is right to half a second; <see cref="SntpClient.TryGetTime"/> is right to
/// milliseconds. The clock that the stack lives by is the uptime, and does not jump with this one.
/// </remarks>
public sealed class BoardSystemClock : IClockSetter
{
    // Ticks of 100 ns from 0001-01-01 to 1970-01-01.
    private const long Epoch = 621355968000000000;
    private const long TicksPerSecond = 10000000;

    /// <inheritdoc/>
    public void SetClock(long unixMilliseconds, long change)
    {
        Rtc.SetSystemTime(new DateTime(Epoch + ((unixMilliseconds + 500) / 1000 * TicksPerSecond)));
    }
}
