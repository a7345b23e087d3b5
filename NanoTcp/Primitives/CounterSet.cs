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
    private readonly string[] _names;

    /// <summary>The counters themselves, for the owner's hot paths.</summary>
    internal readonly long[] Values;

    /// <summary>Makes the counters, all zero.</summary>
    /// <param name="names">One name a counter; the array is kept, not copied.</param>
    /// <exception cref="ArgumentNullException"><paramref name="names"/> is null.</exception>
    public CounterSet(string[] names)
    {
        if (names == null)
        {
            throw new ArgumentNullException(nameof(names));
        }

        _names = names;
        Values = new long[names.Length];
    }

    /// <summary>How many counters there are.</summary>
    public int Count
    {
        get { return Values.Length; }
    }

    /// <summary>The name of counter <paramref name="index"/>.</summary>
    public string GetName(int index)
    {
        return _names[index];
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
}
