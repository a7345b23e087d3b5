namespace NanoTcp.Wire;

/// <summary>IPv4 addresses as <c>uint</c>: the first octet is in bits 31 to 24.</summary>
public static class Ipv4Address
{
    /// <summary>0.0.0.0: this host, or none.</summary>
    public const uint Any = 0;

    /// <summary>255.255.255.255: every host on the link (RFC 919).</summary>
    public const uint Broadcast = 0xFFFFFFFF;

    /// <summary>Characters that <see cref="Format"/> writes at most.</summary>
    public const int MaxTextLength = 15;

    /// <summary>The address <c>a.b.c.d</c>.</summary>
    public static uint From(int a, int b, int c, int d)
    {
        return ((uint)(a & 0xFF) << 24) | ((uint)(b & 0xFF) << 16) | ((uint)(c & 0xFF) << 8) | (uint)(d & 0xFF);
    }

    /// <summary>The netmask with <paramref name="prefixLength"/> leading ones, 0 to 32.</summary>
    public static uint Mask(int prefixLength)
    {
        return prefixLength == 0 ? 0 : 0xFFFFFFFF << (32 - prefixLength);
    }

    /// <summary>True for 224.0.0.0/4 (RFC 1112).</summary>
    public static bool IsMulticast(uint address)
    {
        return address >> 28 == 0xE;
    }

    /// <summary>True for an address that a single host of a network can have: none of 0/8, 127/8, multicast and class E, and neither
    /// the network's own nor its broadcast address (RFC 1122 3.2.1.3).</summary>
    /// <param name="address">The address.</param>
    /// <param name="prefixLength">Length of the network's prefix in bits, 1 to 30.</param>
    public static bool IsHost(uint address, int prefixLength)
    {
        uint first = address >> 24;
        uint host = address & ~Mask(prefixLength);
        return first != 0 && first != 127 && first < 224 && host != 0 && host != ~Mask(prefixLength);
    }

    /// <summary>True for 169.254.0.0/16 (RFC 3927).</summary>
    public static bool IsLinkLocal(uint address)
    {
        return address >> 16 == 0xA9FE;
    }

    /// <summary>Reads dotted-decimal text, four numbers of 0 to 255 without leading zeros.</summary>
    /// <returns>False, and address 0, when the text is something else.</returns>
    public static bool TryParse(string text, out uint address)
    {
        address = 0;
        if (text == null)
        {
            return false;
        }

        uint result = 0;
        int part = 0;
        int digits = 0;
        int parts = 1;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '.')
            {
                if (digits == 0 || parts == 4)
                {
                    return false;
                }

                result = (result << 8) | (uint)part;
                part = 0;
                digits = 0;
                parts++;
            }
            else
            {
                if (c < '0' || c > '9' || (digits != 0 && part == 0))
                {
                    return false;
                }

                part = (part * 10) + (c - '0');
                digits++;
                if (part > 255)
                {
                    return false;
                }
            }
        }

        if (digits == 0 || parts != 4)
        {
            return false;
        }

        address = (result << 8) | (uint)part;
        return true;
    }

    /// <summary>Writes dotted-decimal text as ASCII, without allocating.</summary>
    /// <param name="address">The address.</param>
    /// <param name="buffer">Needs <see cref="MaxTextLength"/> octets from <paramref name="offset"/>.</param>
    /// <param name="offset">Where the text begins.</param>
    /// <returns>The offset behind the text.</returns>
    public static int Format(uint address, byte[] buffer, int offset)
    {
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            int part = (int)((address >> shift) & 0xFF);
            if (part >= 100)
            {
                buffer[offset++] = (byte)('0' + (part / 100));
            }

            if (part >= 10)
            {
                buffer[offset++] = (byte)('0' + (part / 10 % 10));
            }

            buffer[offset++] = (byte)('0' + (part % 10));
            if (shift != 0)
            {
                buffer[offset++] = (byte)'.';
            }
        }

        return offset;
    }

    /// <summary>Dotted-decimal text; allocates, so it is for messages and not for the frame path.</summary>
    public static string ToText(uint address)
    {
        byte[] text = new byte[MaxTextLength];
        return Text.FromAscii(text, Format(address, text, 0));
    }
}
