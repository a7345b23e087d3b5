using System;

namespace NanoTcp.Primitives;

/// <summary>What callers hand in, looked at before anything changes.</summary>
internal static class Argument
{
    /// <summary>The range lies within the buffer.</summary>
    /// <exception cref="ArgumentNullException">There is no buffer.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the buffer.</exception>
    internal static void CheckRange(byte[] buffer, int offset, int count)
    {
        if (buffer == null)
        {
            throw new ArgumentNullException(nameof(buffer));
        }

        if (offset < 0 || offset > buffer.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(offset));
        }

        if (count < 0 || count > buffer.Length - offset)
        {
            throw new ArgumentOutOfRangeException(nameof(count));
        }
    }

    /// <summary>The value is one of those that an option may have. For constructors: on the device the name becomes an object with
    /// every call.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not; the message says <paramref name="name"/>.</exception>
    internal static void CheckValue(int value, int least, int most, string name)
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(name);
        }
    }
}
