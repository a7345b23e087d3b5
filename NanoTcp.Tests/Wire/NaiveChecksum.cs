namespace NanoTcp.Tests.Wire;

/// <summary>The Internet checksum by the letter of RFC 1071 section 1: slow, and independent of the stack's own.</summary>
internal static class NaiveChecksum
{
    /// <summary>The folded one's-complement sum of big-endian words; an odd last octet is padded with zero.</summary>
    internal static int Sum(byte[] data, int offset, int length)
    {
        long sum = 0;
        for (int i = 0; i < length; i++)
        {
            sum += (i & 1) == 0 ? data[offset + i] << 8 : data[offset + i];
        }

        while (sum > 0xFFFF)
        {
            sum = (sum >> 16) + (sum & 0xFFFF);
        }

        return (int)sum;
    }

    /// <summary>What goes into a checksum field.</summary>
    internal static int Of(byte[] data, int offset, int length)
    {
        return ~Sum(data, offset, length) & 0xFFFF;
    }
}
