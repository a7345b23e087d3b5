namespace NanoTcp.Samples.Services;

/// <summary>Knows the date and the time of day.</summary>
public interface IWallClock
{
    /// <summary>Seconds since 1970-01-01 00:00:00 UTC, leap seconds not counted; not negative.</summary>
    long UnixSeconds { get; }
}
