using System;
using NanoTcp.Wire;

namespace NanoTcp.Samples.Text;

/// <summary>
/// A small array in which text is put together before it is written to a connection. An append that does not fit
/// below <see cref="Limit"/> leaves nothing behind but <see cref="Overflowed"/>.
/// </summary>
/// <remarks>One serves all sessions, because nothing stays in it between two calls.</remarks>
internal sealed class TextBuffer
{
    /// <summary>The octets; the text ends before <see cref="Length"/>.</summary>
    internal readonly byte[] Octets;

    /// <summary>Where the next append goes.</summary>
    internal int Length;

    /// <summary>Where appending must stop.</summary>
    internal int Limit;

    /// <summary>Set by an append that did not fit.</summary>
    internal bool Overflowed;

    internal TextBuffer(int capacity)
    {
        Octets = new byte[capacity];
        Limit = capacity;
    }

    /// <summary>Empties the buffer to use the octets from <paramref name="start"/> up to <paramref name="limit"/>.</summary>
    internal void Reset(int start, int limit)
    {
        Length = start;
        Limit = limit;
        Overflowed = false;
    }

    internal void Append(byte[] text)
    {
        int length = text.Length;
        if (!Fits(length))
        {
            return;
        }

        Array.Copy(text, 0, Octets, Length, length);
        Length += length;
    }

    internal void AppendOctet(int octet)
    {
        if (Fits(1))
        {
            Octets[Length++] = (byte)octet;
        }
    }

    /// <summary>A decimal number.</summary>
    internal void AppendNumber(long value)
    {
        AppendDigits(value, 1, 0);
    }

    /// <summary>A decimal number of at least <paramref name="digits"/> digits, with zeros in front.</summary>
    internal void AppendNumber(long value, int digits)
    {
        AppendDigits(value, digits, 0);
    }

    /// <summary>A decimal number with a comma after every three digits: 1,234,567.</summary>
    internal void AppendGrouped(long value)
    {
        AppendDigits(value, 1, ',');
    }

    /// <summary>Milliseconds as seconds with three decimals: 1234 becomes 1.234.</summary>
    internal void AppendSeconds(long milliseconds)
    {
        AppendNumber(milliseconds / 1000);
        AppendOctet('.');
        AppendNumber(milliseconds % 1000, 3);
    }

    /// <summary>A duration for people: 3d 04:05:06.</summary>
    internal void AppendDuration(long milliseconds)
    {
        long seconds = milliseconds / 1000;
        long days = seconds / 86400;
        if (days != 0)
        {
            AppendNumber(days);
            AppendOctet('d');
            AppendOctet(' ');
        }

        AppendNumber(seconds / 3600 % 24, 2);
        AppendOctet(':');
        AppendNumber(seconds / 60 % 60, 2);
        AppendOctet(':');
        AppendNumber(seconds % 60, 2);
    }

    /// <summary>An IPv4 address in dotted decimals.</summary>
    internal void AppendAddress(uint address)
    {
        if (Fits(Ipv4Address.MaxTextLength))
        {
            Length = Ipv4Address.Format(address, Octets, Length);
        }
    }

    /// <summary>Address and port with a colon between them.</summary>
    internal void AppendEndpoint(uint address, int port)
    {
        AppendAddress(address);
        AppendOctet(':');
        AppendNumber(port);
    }

    /// <summary>A MAC address.</summary>
    internal void AppendMac(long address)
    {
        if (Fits(MacAddress.TextLength))
        {
            Length = MacAddress.Format(address, Octets, Length);
        }
    }

    private bool Fits(int count)
    {
        if (Length + count > Limit)
        {
            Overflowed = true;
        }

        return !Overflowed;
    }

    // Works on the negative value, because the smallest long has no positive counterpart.
    private void AppendDigits(long value, int minimum, int separator)
    {
        long rest = value < 0 ? value : -value;
        int digits = 1;
        for (long r = rest / 10; r != 0; r /= 10)
        {
            digits++;
        }

        if (digits < minimum)
        {
            digits = minimum;
        }

        int separators = separator == 0 ? 0 : (digits - 1) / 3;
        int length = digits + separators + (value < 0 ? 1 : 0);
        if (!Fits(length))
        {
            return;
        }

        byte[] octets = Octets;
        int at = Length + length;
        Length = at;
        for (int i = 0; i < digits; i++)
        {
            if (separators != 0 && i != 0 && i % 3 == 0)
            {
                octets[--at] = (byte)separator;
            }

            octets[--at] = (byte)('0' - (int)(rest % 10));
            rest /= 10;
        }

        if (value < 0)
        {
            octets[--at] = (byte)'-';
        }
    }
}
