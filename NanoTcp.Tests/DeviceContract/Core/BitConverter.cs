namespace System;

public static class BitConverter
{
    public static long ToInt64(byte[] value, int startIndex) => throw null;

    public static ushort ToUInt16(byte[] value, int startIndex) => throw null;

    public static uint ToUInt32(byte[] value, int startIndex) => throw null;

    public static ulong ToUInt64(byte[] value, int startIndex) => throw null;
}
