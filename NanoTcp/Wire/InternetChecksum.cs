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
        while (length >= 32)
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

            offset += 32;
            length -= 32;
        }

        while (length >= 8)
        {
            word = BitConverter.ToUInt64(buffer, offset);
            sum += word;
            if (sum < word)
            {
                sum++;
            }

            offset += 8;
            length -= 8;
        }

        if (length > 0)
        {
            word = 0;
            int shift = 0;
            do
            {
                word |= (ulong)buffer[offset] << shift;
                offset++;
                shift += 8;
            }
            while (--length != 0);

            sum += word;
            if (sum < word)
            {
                sum++;
            }
        }

        sum = (sum >> 32) + (sum & 0xFFFFFFFF);
        sum = (sum >> 32) + (sum & 0xFFFFFFFF);
        int folded = Fold((int)(sum >> 16) + (int)(sum & 0xFFFF));
        return ((folded & 0xFF) << 8) | (folded >> 8);
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
