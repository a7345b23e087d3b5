using NanoTcp.Primitives;
using NanoTcp.Samples.Text;

namespace NanoTcp.Samples.Status;

/// <summary>
/// What a service beside the stack shows of itself in all status documents: rows of a name and a value, and its counters. Names
/// are lower-case words joined by underscores, of which the first is the service's.
/// </summary>
internal abstract class StatusRows
{
    // Kinds of values.
    internal const int None = 0;
    internal const int Number = 1;
    internal const int Word = 2;

    /// <summary>The names of the rows.</summary>
    internal readonly byte[][] Names;

    /// <summary>What the service counts, or null.</summary>
    internal readonly CounterSet Counters;

    /// <summary>The names of the counters.</summary>
    internal readonly byte[][] CounterNames;

    /// <summary>The service whose rows come behind these.</summary>
    internal StatusRows Next;

    /// <summary>Prepares the rows.</summary>
    /// <param name="names">The names of the rows, or null for none.</param>
    /// <param name="counters">What the service counts, or null.</param>
    protected StatusRows(string[] names, CounterSet counters)
    {
        Names = Ascii.FromAll(names);
        Counters = counters;
        CounterNames = Ascii.FromAll(counters == null ? null : counters.GetNames());
    }

    /// <summary>What the value of a row is now. A <see cref="Word"/> holds nothing that JSON or HTML would have to escape.</summary>
    internal abstract int KindOf(int row);

    /// <summary>Appends the value of a row, which is not <see cref="None"/>.</summary>
    internal abstract void Write(int row, TextBuffer text);
}
