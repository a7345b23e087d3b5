using NanoTcp.Samples.Text;
using NanoTcp.Services;

namespace NanoTcp.Samples.Status;

/// <summary>How many name servers are known, and what their client counted.</summary>
internal sealed class DnsRows : StatusRows
{
    private readonly DnsClient _client;

    internal DnsRows(DnsClient client)
        : base(RowNames(), client.Counters)
    {
        _client = client;
    }

    private static string[] RowNames()
    {
        return new string[] { "dns_servers" };
    }

    /// <inheritdoc/>
    internal override int KindOf(int row)
    {
        return Number;
    }

    /// <inheritdoc/>
    internal override void Write(int row, TextBuffer text)
    {
        int servers = 0;
        for (int i = 0; i < DnsClient.MaxServers; i++)
        {
            servers += _client.GetServer(i) == 0 ? 0 : 1;
        }

        text.AppendNumber(servers);
    }
}
