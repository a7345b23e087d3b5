namespace NanoTcp.Wire;

/// <summary>UTF-8 (RFC 3629), in the little that names and texts need of it.</summary>
internal static class Utf8
{
    /// <summary>Writes text as UTF-8; allocates nothing.</summary>
    /// <param name="text">The text.</param>
    /// <param name="target">Where to; up to its end is room.</param>
    /// <param name="offset">First octet there.</param>
    /// <returns>Octets written, or -1 when they find no room or half of a surrogate pair is missing.</returns>
    internal static int Encode(string text, byte[] target, int offset)
    {
        int at = offset;
        for (int i = 0; i < text.Length; i++)
        {
            int c = text[i];
            if (c >= 0xD800 && c <= 0xDFFF)
            {
                int low = i + 1 < text.Length ? text[i + 1] : 0;
                if (c > 0xDBFF || low < 0xDC00 || low > 0xDFFF)
                {
                    return -1;
                }

                c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                i++;
            }

            int more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
            if (at + 1 + more > target.Length)
            {
                return -1;
            }

            // The first octet has as many leading ones as there are octets, the others have six bits each.
            target[at++] = (byte)(more == 0 ? c : (0xF80 >> more) | (c >> (6 * more)));
            while (more != 0)
            {
                more--;
                target[at++] = (byte)(0x80 | ((c >> (6 * more)) & 0x3F));
            }
        }

        return at - offset;
    }

    /// <summary>The most octets, up to <paramref name="length"/>, after which no character is cut in two.</summary>
    internal static int WholeLength(byte[] text, int offset, int length, int available)
    {
        if (length >= available)
        {
            return available;
        }

        while (length != 0 && (text[offset + length] & 0xC0) == 0x80)
        {
            length--;
        }

        return length;
    }
}
