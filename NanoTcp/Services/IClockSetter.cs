namespace NanoTcp.Services;

/// <summary>Whoever wants to know what time it is as soon as that is known: the clock of a board, for example.</summary>
public interface IClockSetter
{
    /// <summary>Called from within <see cref="NetworkStack.Poll"/> whenever a time server has answered; must not call it.</summary>
    /// <param name="unixMilliseconds">The time now, in ms since 1970-01-01 00:00:00 UTC, leap seconds not counted.</param>
    /// <param name="change">By how many ms that is later than what was known before; 0 the first time.</param>
    void SetClock(long unixMilliseconds, long change);
}
