namespace System;

// nanoFramework.CoreLibrary 1.17: what an adapter needs to hand a range of an array to SpiDevice.
public readonly ref struct SpanByte
{
    public SpanByte(byte[] array)
    {
    }

    public SpanByte(byte[] array, int start, int length)
    {
    }

    public static implicit operator SpanByte(byte[] array)
    {
        throw null;
    }
}
