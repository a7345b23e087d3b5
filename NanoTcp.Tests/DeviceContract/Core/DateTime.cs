namespace System;

public struct DateTime
{
    public DateTime(long ticks) => throw null;

    public static DateTime UtcNow => throw null;

    public long Ticks => throw null;
}
