using System;

namespace NanoTcp.Wire;

/// <summary>
/// The Internet checksum (RFC 1071). The hottest loop of the stack: written for an interpreter that charges by the
/// instruction, so eight octets are read by one native call and the carries are counted instead of folded.
/// </summary>
internal static class InternetChecksum
{
    /// <summary>
    /// One's-complement sum of big-endian 16-bit words, folded to 16 bits and not complemented. An odd last octet is
    /// padded with zero on the right. Sums of pieces add up when all but the last have an even length.
    /// </summary>
    internal static int Sum(byte[] buffer, int offset, int length)
    {
        // RFC 1071 2(B): the sum may be taken in either byte order; the result is swapped once at the end.
        ulong sum = 0;
        ulong word;
        int end = offset + length;
        int last = end - 64;
        while (offset <= last)
        {
            word = BitConverter.ToUInt64(buffer, offset);
            sum += word;
            if (sum < word)
            {
                sum++;
            }

            word = BitConverter.ToUInt64(buffer, offset + 8);
            sum += word;
            if (sum < word)
            {
                sum++;
            }

            word = BitConverter.ToUInt64(buffer, offset + 16);
            sum += word;
            if (sum < word)
            {
                sum++;
            }

            word = BitConverter.ToUInt64(buffer, offset + 24);
            sum += word;
            if (sum < word)
            {
                sum++;
            }

            word = BitConverter.ToUInt64(buffer, offset + 32);
            sum += word;
            if (sum < word)
            {
                sum++;
            }

            word = BitConverter.ToUInt64(buffer, offset + 40);
            sum += word;
            if (sum < word)
            {
                sum++;
            }

            word = BitConverter.ToUInt64(buffer, offset + 48);
            sum += word;
            if (sum < word)
            {
                sum++;
            }

            word = BitConverter.ToUInt64(buffer, offset + 56);
            sum += word;
            if (sum < word)
            {
                sum++;
            }

            offset += 64;
        }

        last = end - 8;
        while (offset <= last)
        {
            word = BitConverter.ToUInt64(buffer, offset);
            sum += word;
            if (sum < word)
            {
                sum++;
            }

            offset += 8;
        }

        length = end - offset;
        if (length != 0)
        {
            word = 0;
            if ((length & 4) != 0)
            {
                word = BitConverter.ToUInt32(buffer, offset);
                offset += 4;
            }

            if ((length & 2) != 0)
            {
                word += BitConverter.ToUInt16(buffer, offset);
                offset += 2;
            }

            if ((length & 1) != 0)
            {
                word += buffer[offset];
            }

            sum += word;
            if (sum < word)
            {
                sum++;
            }
        }

        return Swapped(sum);
    }

    /// <summary>
    /// Folds a sum to 16 bits and swaps them. One's-complement addition of 16-bit words counts modulo 65,535, but where the
    /// remainder is 0 the sum is 0xFFFF, unless all words were zero.
    /// </summary>
    private static int Swapped(ulong sum)
    {
        int folded = (int)(sum % 0xFFFF);
        if (folded == 0)
        {
            return sum == 0 ? 0 : 0xFFFF;
        }

        return ((folded & 0xFF) << 8) | (folded >> 8);
    }

    /// <summary>
    /// The checksum of words that add up to <paramref name="sum"/>, which is not 0. A number of several words counts as it is,
    /// because 65,536 is 1 modulo 65,535; so a header is added up from its fields.
    /// </summary>
    internal static int OfSum(ulong sum)
    {
        return 0xFFFE - (int)((sum - 1) % 0xFFFF);
    }

    /// <summary>Brings a sum of up to 32,768 folded sums back to 16 bits.</summary>
    internal static int Fold(int sum)
    {
        sum = (sum >> 16) + (sum & 0xFFFF);
        return (sum >> 16) + (sum & 0xFFFF);
    }

    /// <summary>The part of a TCP or UDP checksum that stands for the addresses (RFC 9293 3.1), unfolded.</summary>
    internal static int PseudoHeaderSum(uint source, uint destination, int protocol, int length)
    {
        return (int)(source >> 16) + (int)(source & 0xFFFF)
            + (int)(destination >> 16) + (int)(destination & 0xFFFF)
            + protocol + length;
    }
}
