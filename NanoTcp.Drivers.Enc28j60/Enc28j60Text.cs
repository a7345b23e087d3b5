namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// Writes ASCII text into an array, as far as there is room. Every method returns where to go on. Not for the frame path:
/// a literal is an object on the device each time that it is used.
/// </summary>
internal static class Enc28j60Text
{
    private const int LongestNumber = 20;

    internal static int Put(byte[] buffer, int at, string text)
    {
        int count = buffer.Length - at < text.Length ? buffer.Length - at : text.Length;
        for (int i = 0; i < count; i++)
        {
            buffer[at + i] = (byte)text[i];
        }

        return at + count;
    }

    internal static int PutHex(byte[] buffer, int at, int value, int digits)
    {
        for (int shift = 4 * (digits - 1); shift >= 0 && at < buffer.Length; shift -= 4)
        {
            int digit = (value >> shift) & 0x0F;
            buffer[at++] = (byte)(digit < 10 ? '0' + digit : 'A' + digit - 10);
        }

        return at;
    }

    /// <summary>A number that is not negative.</summary>
    internal static int PutNumber(byte[] buffer, int at, long value)
    {
        long power = 1;
        for (int digits = 1; digits < LongestNumber - 1 && value / power >= 10; digits++)
        {
            power *= 10;
        }

        for (; power != 0 && at < buffer.Length; power /= 10)
        {
            buffer[at++] = (byte)('0' + (value / power % 10));
        }

        return at;
    }

    /// <summary>A MAC address with colons.</summary>
    internal static int PutAddress(byte[] buffer, int at, long address)
    {
        for (int shift = 40; shift >= 0; shift -= 8)
        {
            at = PutHex(buffer, at, (int)(address >> shift), 2);
            if (shift != 0)
            {
                at = Put(buffer, at, ":");
            }
        }

        return at;
    }

    /// <summary>What was written, as a string.</summary>
    internal static string ToString(byte[] buffer, int length)
    {
        char[] characters = new char[length];
        for (int i = 0; i < length; i++)
        {
            characters[i] = (char)buffer[i];
        }

        return new string(characters);
    }

    internal static int EndLine(byte[] buffer, int at)
    {
        return Put(buffer, at, "\n");
    }
}
