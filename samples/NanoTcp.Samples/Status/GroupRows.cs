using NanoTcp.Primitives;
using NanoTcp.Samples.Text;

namespace NanoTcp.Samples.Status;

/// <summary>What was received and sent about multicast groups: counters, and no rows besides.</summary>
internal sealed class GroupRows : StatusRows
{
    internal GroupRows(CounterSet counters)
        : base(null, counters)
    {
    }

    /// <inheritdoc/>
    internal override int KindOf(int row)
    {
        return None;
    }

    /// <inheritdoc/>
    internal override void Write(int row, TextBuffer text)
    {
    }
}
