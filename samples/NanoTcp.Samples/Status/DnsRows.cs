using NanoTcp.Samples.Text;
using NanoTcp.Services;

namespace NanoTcp.Samples.Status;

/// <summary>What the client of the name servers counted; which servers those are the host's rows say.</summary>
internal sealed class DnsRows : StatusRows
{
    internal DnsRows(DnsClient client)
        : base(new string[0], client.Counters)
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
        // There are no rows.
    }
}
