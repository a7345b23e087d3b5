using System;

namespace NanoTcp.Primitives;

/// <summary>
/// A fixed row of named 64-bit counters, kept in one array because on the device every field costs an object's
/// worth of memory and an array element does not.
/// </summary>
/// <remarks>
/// The owner publishes the index of each counter as a constant; a reader (status page, test) walks
/// <c>0 .. Count - 1</c>. Counters only grow and start at zero with the object that owns them.
/// Names are lower-case words joined by underscores, and follow the IETF's MIB names where those exist.
/// </remarks>
public sealed class CounterSet
{
    private const char Separator = ' ';

    /// <summary>The counters themselves, for the owner's hot paths.</summary>
    internal readonly long[] Values;

    // One string, because on the device each one costs an object and a place in an array.
    private readonly string _names;

    /// <summary>Makes the counters, all zero.</summary>
    /// <param name="names">One name a counter, in their order, with one blank between two; empty for no counters.</param>
    /// <exception cref="ArgumentNullException"><paramref name="names"/> is null.</exception>
    /// <exception cref="ArgumentException">A name is empty: there is a blank too many.</exception>
    public CounterSet(string names)
    {
        if (names == null)
        {
            throw new ArgumentNullException(nameof(names));
        }

        // The device keeps a string as UTF-8, and goes through all of it for each character that it is asked for.
        char[] text = names.ToCharArray();
        int count = 0;
        int start = 0;
        for (int i = 0; i <= text.Length && names.Length != 0; i++)
        {
            if (i != text.Length && text[i] != Separator)
            {
                continue;
            }

            if (i == start)
            {
                throw new ArgumentException("Between two names of counters stands one blank, and none before and behind them all.", nameof(names));
            }

            count++;
            start = i + 1;
        }

        _names = names;
        Values = new long[count];
    }

    /// <summary>How many counters there are.</summary>
    public int Count
    {
        get { return Values.Length; }
    }

    /// <summary>The name of counter <paramref name="index"/>. Made anew for each call.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such counter.</exception>
    public string GetName(int index)
    {
        int start = FindName(index);
        int end = _names.IndexOf(Separator, start);
        return end < 0 ? _names.Substring(start) : _names.Substring(start, end - start);
    }

    /// <summary>The names of all counters, in their order. Made anew for each call; for all of them much faster than
    /// <see cref="GetName"/>.</summary>
    public string[] GetNames()
    {
        char[] text = _names.ToCharArray();
        string[] names = new string[Values.Length];
        int start = 0;
        for (int i = 0; i < names.Length; i++)
        {
            int end = start;
            while (end != text.Length && text[end] != Separator)
            {
                end++;
            }

            names[i] = new string(text, start, end - start);
            start = end + 1;
        }

        return names;
    }

    /// <summary>Writes the name of counter <paramref name="index"/> as ASCII; allocates nothing.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <param name="skip">Characters of the name to leave out at its start.</param>
    /// <param name="buffer">Where to; what does not find room is cut off.</param>
    /// <param name="offset">First octet.</param>
    /// <returns>Where to go on.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such counter.</exception>
    public int PutName(int index, int skip, byte[] buffer, int offset)
    {
        for (int i = FindName(index) + skip; i < _names.Length && _names[i] != Separator && offset < buffer.Length; i++)
        {
            buffer[offset++] = (byte)_names[i];
        }

        return offset;
    }

    /// <summary>The value of counter <paramref name="index"/>.</summary>
    public long GetValue(int index)
    {
        return Values[index];
    }

    /// <summary>Adds one to counter <paramref name="index"/>.</summary>
    public void Increment(int index)
    {
        Values[index]++;
    }

    /// <summary>Adds <paramref name="amount"/> to counter <paramref name="index"/>.</summary>
    public void Add(int index, int amount)
    {
        Values[index] += amount;
    }

    private int FindName(int index)
    {
        if (index < 0 || index >= Values.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(index));
        }

        int at = 0;
        while (index != 0)
        {
            at = _names.IndexOf(Separator, at) + 1;
            index--;
        }

        return at;
    }
}
