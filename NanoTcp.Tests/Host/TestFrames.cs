using System;

namespace NanoTcp.Tests.Host;

/// <summary>Frames that the tests of the cable send.</summary>
internal static class TestFrames
{
    internal const int HeaderLength = 14;

    /// <summary>A frame with a number in its first payload octets and a pattern behind.</summary>
    internal static byte[] Make(int number, int length, int etherType = 0x0800)
    {
        byte[] frame = new byte[length];
        for (int i = 0; i < 6; i++)
        {
            frame[i] = 0xFF;
            frame[6 + i] = 2;
        }

        frame[12] = (byte)(etherType >> 8);
        frame[13] = (byte)etherType;
        for (int i = HeaderLength; i < length; i++)
        {
            frame[i] = (byte)(i + number);
        }

        BitConverter.TryWriteBytes(frame.AsSpan(HeaderLength), number);
        return frame;
    }

    internal static int NumberOf(byte[] frame)
    {
        return BitConverter.ToInt32(frame, HeaderLength);
    }
}
