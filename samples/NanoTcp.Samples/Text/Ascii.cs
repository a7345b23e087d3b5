using System;

namespace NanoTcp.Samples.Text;

/// <summary>Turns the program's texts into octets, once, when the services are built.</summary>
internal static class Ascii
{
    /// <summary>The characters as octets.</summary>
    /// <exception cref="ArgumentException">A character is not ASCII.</exception>
    internal static byte[] From(string text)
    {
        char[] characters = text.ToCharArray();
        return From(characters, 0, characters.Length);
    }

    /// <summary>A part of the characters as octets.</summary>
    /// <exception cref="ArgumentException">A character is not ASCII.</exception>
    internal static byte[] From(char[] text, int offset, int count)
    {
        byte[] octets = new byte[count];
        for (int i = 0; i < count; i++)
        {
            char c = text[offset + i];
            if (c > 0x7E)
            {
                throw new ArgumentException("Only ASCII goes into a fixed text; write other characters as HTML entities.");
            }

            octets[i] = (byte)c;
        }

        return octets;
    }

    /// <summary>One array of octets a text; none for null.</summary>
    internal static byte[][] FromAll(string[] texts)
    {
        byte[][] octets = new byte[texts == null ? 0 : texts.Length][];
        for (int i = 0; i < octets.Length; i++)
        {
            octets[i] = From(texts[i]);
        }

        return octets;
    }

    /// <summary>Whether <paramref name="count"/> octets from <paramref name="offset"/> are exactly <paramref name="text"/>.</summary>
    internal static bool Matches(byte[] buffer, int offset, int count, byte[] text)
    {
        if (count != text.Length)
        {
            return false;
        }

        for (int i = 0; i < count; i++)
        {
            if (buffer[offset + i] != text[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the octets are <paramref name="lowerCase"/>, upper and lower case of ASCII letters being equal.</summary>
    internal static bool MatchesIgnoringCase(byte[] buffer, int offset, int count, byte[] lowerCase)
    {
        if (count != lowerCase.Length)
        {
            return false;
        }

        for (int i = 0; i < count; i++)
        {
            int b = buffer[offset + i];
            if (b >= 'A' && b <= 'Z')
            {
                b += 'a' - 'A';
            }

            if (b != lowerCase[i])
            {
                return false;
            }
        }

        return true;
    }
}
