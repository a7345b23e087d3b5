namespace System;

public readonly ref struct SpanByte
{
    public SpanByte(byte[] array, int start, int length)
    {
    }
}
