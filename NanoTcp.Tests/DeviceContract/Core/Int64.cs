namespace System;

public struct Int64
{
    public const long MaxValue = 0x7fffffffffffffff;

    public const long MinValue = -MaxValue - 1;

    public override string ToString() => throw null;
}
