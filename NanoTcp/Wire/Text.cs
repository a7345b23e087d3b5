namespace NanoTcp.Wire;

/// <summary>Text that is made outside the frame path, in the little that the device's core library offers.</summary>
internal static class Text
{
    /// <summary>A string of the first <paramref name="length"/> octets.</summary>
    internal static string FromAscii(byte[] buffer, int length)
    {
        char[] characters = new char[length];
        for (int i = 0; i < length; i++)
        {
            characters[i] = (char)buffer[i];
        }

        return new string(characters);
    }
}
