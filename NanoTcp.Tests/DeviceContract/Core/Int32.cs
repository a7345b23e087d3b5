namespace System;

public struct Int32
{
    public const int MaxValue = 0x7fffffff;

    public override string ToString() => throw null;
}
