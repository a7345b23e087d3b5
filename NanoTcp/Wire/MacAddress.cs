namespace NanoTcp.Wire;

/// <summary>48-bit Ethernet addresses as <c>long</c>: the first octet on the wire is in bits 47 to 40.</summary>
public static class MacAddress
{
    /// <summary>FF-FF-FF-FF-FF-FF: every station.</summary>
    public const long Broadcast = 0xFFFFFFFFFFFF;

    /// <summary>Characters that <see cref="Format"/> writes.</summary>
    public const int TextLength = 17;

    private const long GroupBit = 0x010000000000;

    /// <summary>True for a multicast or the broadcast address.</summary>
    public static bool IsGroup(long address)
    {
        return (address & GroupBit) != 0;
    }

    /// <summary>The address that frames to an IPv4 multicast group go to (RFC 1112 6.4): 01-00-5E and the 23 low bits of the group.</summary>
    public static long OfGroup(uint group)
    {
        return 0x01005E000000 | (long)(group & 0x7FFFFF);
    }

    /// <summary>Reads six pairs of hexadecimal digits separated by <c>:</c> or <c>-</c>.</summary>
    /// <returns>False, and address 0, when the text is something else.</returns>
    public static bool TryParse(string text, out long address)
    {
        address = 0;
        if (text == null || text.Length != TextLength)
        {
            return false;
        }

        long result = 0;
        for (int i = 0; i < TextLength; i++)
        {
            char c = text[i];
            if (i % 3 == 2)
            {
                if (c != ':' && c != '-')
                {
                    return false;
                }
            }
            else
            {
                int digit = c >= '0' && c <= '9' ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                    : -1;
                if (digit < 0)
                {
                    return false;
                }

                result = (result << 4) | (long)digit;
            }
        }

        address = result;
        return true;
    }

    /// <summary>Writes the address as ASCII, <c>02:00:00:00:00:01</c>, without allocating.</summary>
    /// <param name="address">The address.</param>
    /// <param name="buffer">Needs <see cref="TextLength"/> octets from <paramref name="offset"/>.</param>
    /// <param name="offset">Where the text begins.</param>
    /// <returns>The offset behind the text.</returns>
    public static int Format(long address, byte[] buffer, int offset)
    {
        for (int shift = 44; shift >= 0; shift -= 4)
        {
            int digit = (int)(address >> shift) & 0xF;
            buffer[offset++] = (byte)(digit < 10 ? '0' + digit : 'a' + digit - 10);
            if (shift % 8 == 0 && shift != 0)
            {
                buffer[offset++] = (byte)':';
            }
        }

        return offset;
    }

    /// <summary>The address as text; allocates, so it is for messages and not for the frame path.</summary>
    public static string ToText(long address)
    {
        byte[] text = new byte[TextLength];
        return Text.FromAscii(text, Format(address, text, 0));
    }
}
