namespace System;

public struct DateTime
{
    public static DateTime UtcNow => throw null;

    public long Ticks => throw null;
}
