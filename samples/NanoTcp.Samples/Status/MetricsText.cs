using NanoTcp.Samples.Text;
using NanoTcp.Tcp;

namespace NanoTcp.Samples.Status;

/// <summary>
/// The status in the text format of Prometheus, version 0.0.4: one group of lines a metric, HELP and TYPE first, times
/// in seconds. The slot in a connection's labels keeps two series apart whose addresses are equal: see
/// <see cref="StatusSource.ConnectionAt"/>.
/// </summary>
internal sealed class MetricsText : StatusFields
{
    private const string Document =
        "# HELP nanotcp_uptime_seconds Time since the server started.\n"
        + "# TYPE nanotcp_uptime_seconds gauge\n"
        + "nanotcp_uptime_seconds ~uptime-seconds~\n"
        + "# HELP nanotcp_link_state State of the link: 0 no device, 1 down, 2 up.\n"
        + "# TYPE nanotcp_link_state gauge\n"
        + "nanotcp_link_state ~link-number~\n"
        + "# HELP nanotcp_connections_capacity Connections that can exist at once.\n"
        + "# TYPE nanotcp_connections_capacity gauge\n"
        + "nanotcp_connections_capacity ~capacity~\n"
        + "# HELP nanotcp_connections_free Connections that nobody uses.\n"
        + "# TYPE nanotcp_connections_free gauge\n"
        + "nanotcp_connections_free ~free~\n"
        + "# HELP nanotcp_connections_half_open Handshakes under way.\n"
        + "# TYPE nanotcp_connections_half_open gauge\n"
        + "nanotcp_connections_half_open ~half-open~\n"
        + "# HELP nanotcp_connections_time_wait Closed connections remembered in TIME-WAIT.\n"
        + "# TYPE nanotcp_connections_time_wait gauge\n"
        + "nanotcp_connections_time_wait ~time-wait~\n"
        + "# HELP nanotcp_neighbours Entries of the ARP table.\n"
        + "# TYPE nanotcp_neighbours gauge\n"
        + "nanotcp_neighbours ~neighbour-count~\n"
        + "# HELP nanotcp_connection_info Connections with their state.\n"
        + "# TYPE nanotcp_connection_info gauge\n"
        + "~connection-info~"
        + "# HELP nanotcp_connection_srtt_seconds Smoothed round-trip time.\n"
        + "# TYPE nanotcp_connection_srtt_seconds gauge\n"
        + "~connection-srtt~"
        + "# HELP nanotcp_connection_rto_seconds Retransmission timeout.\n"
        + "# TYPE nanotcp_connection_rto_seconds gauge\n"
        + "~connection-rto~"
        + "# HELP nanotcp_connection_congestion_window_bytes Octets that the path is trusted with at once.\n"
        + "# TYPE nanotcp_connection_congestion_window_bytes gauge\n"
        + "~connection-window~"
        + "# HELP nanotcp_connection_unacknowledged_bytes Octets written that the peer has not acknowledged.\n"
        + "# TYPE nanotcp_connection_unacknowledged_bytes gauge\n"
        + "~connection-unacknowledged~"
        + "# HELP nanotcp_connection_received_bytes_total Octets received in order.\n"
        + "# TYPE nanotcp_connection_received_bytes_total counter\n"
        + "~connection-received~"
        + "# HELP nanotcp_connection_sent_bytes_total Octets that the peer has acknowledged.\n"
        + "# TYPE nanotcp_connection_sent_bytes_total counter\n"
        + "~connection-sent~"
        + "~services~~stack-counters~~link-counters~~http-counters~~service-counters~";

    private readonly byte[] _type = Ascii.From("# TYPE ");
    private readonly byte[][] _prefixes =
        Ascii.FromAll(new string[] { "nanotcp_", "nanotcp_link_", "nanotcp_http_", "nanotcp_" });

    private readonly byte[] _helpWord = Ascii.From("# HELP ");
    private readonly byte[][] _helps = Ascii.FromAll(new string[]
    {
        "_total Counter of the stack.\n", "_total Counter of the link device.\n", "_total Counter of the HTTP server.\n",
        "_total Counter of a service.\n",
    });

    private readonly byte[] _counter = Ascii.From("_total counter\n");
    private readonly byte[] _serviceHelp = Ascii.From(" Shown by a service.\n");
    private readonly byte[] _gauge = Ascii.From(" gauge\n");
    private readonly byte[] _value = Ascii.From("{value=\"");
    private readonly byte[] _total = Ascii.From("_total ");
    private readonly byte[] _info = Ascii.From("nanotcp_connection_info{slot=\"");
    private readonly byte[] _srtt = Ascii.From("nanotcp_connection_srtt_seconds{slot=\"");
    private readonly byte[] _rto = Ascii.From("nanotcp_connection_rto_seconds{slot=\"");
    private readonly byte[] _window = Ascii.From("nanotcp_connection_congestion_window_bytes{slot=\"");
    private readonly byte[] _unacknowledged = Ascii.From("nanotcp_connection_unacknowledged_bytes{slot=\"");
    private readonly byte[] _received = Ascii.From("nanotcp_connection_received_bytes_total{slot=\"");
    private readonly byte[] _sent = Ascii.From("nanotcp_connection_sent_bytes_total{slot=\"");
    private readonly byte[] _local = Ascii.From("\",local_port=\"");
    private readonly byte[] _remote = Ascii.From("\",remote=\"");
    private readonly byte[] _state = Ascii.From("\",state=\"");
    private readonly byte[] _end = Ascii.From("\"} ");

    internal MetricsText(StatusSource source)
        : base(source)
    {
    }

    /// <summary>The document that this fills in.</summary>
    internal Template CreateTemplate()
    {
        return new Template(Document, StatusField.Names(), this);
    }

    /// <inheritdoc/>
    protected override void WriteGateway(uint address, TextBuffer text)
    {
        text.AppendAddress(address);
    }

    /// <inheritdoc/>
    protected override void WriteCounter(int set, byte[] name, long value, int written, TextBuffer text)
    {
        byte[] prefix = _prefixes[set];
        text.Append(_helpWord);
        text.Append(prefix);
        text.Append(name);
        text.Append(_helps[set]);
        text.Append(_type);
        text.Append(prefix);
        text.Append(name);
        text.Append(_counter);
        text.Append(prefix);
        text.Append(name);
        text.Append(_total);
        text.AppendNumber(value);
        text.AppendOctet('\n');
    }

    /// <inheritdoc/>
    protected override void WriteService(StatusRows rows, int row, int written, TextBuffer text)
    {
        int kind = rows.KindOf(row);
        if (kind == StatusRows.None)
        {
            return;
        }

        byte[] prefix = _prefixes[StatusSource.ServiceSet];
        byte[] name = rows.Names[row];
        text.Append(_helpWord);
        text.Append(prefix);
        text.Append(name);
        text.Append(_serviceHelp);
        text.Append(_type);
        text.Append(prefix);
        text.Append(name);
        text.Append(_gauge);
        text.Append(prefix);
        text.Append(name);
        if (kind == StatusRows.Number)
        {
            text.AppendOctet(' ');
            rows.Write(row, text);
        }
        else
        {
            // As the format does with what is no number: a label of a series that is 1.
            text.Append(_value);
            rows.Write(row, text);
            text.Append(_end);
            text.AppendOctet('1');
        }

        text.AppendOctet('\n');
    }

    /// <inheritdoc/>
    protected override void WriteNeighbour(uint address, long mac, long age, int written, TextBuffer text)
    {
        // Addresses of neighbours come and go: as labels they would only pile up series.
    }

    /// <inheritdoc/>
    protected override void WriteConnection(int field, int slot, TcpConnection connection, int written, TextBuffer text)
    {
        switch (field)
        {
            case StatusField.ConnectionInfo:
                WriteLabels(_info, slot, connection, text);
                text.Append(_state);
                text.Append(StateName(connection));
                text.Append(_end);
                text.AppendOctet('1');
                break;
            case StatusField.ConnectionSrtt:
                int srtt = connection.SmoothedRoundTripTime;
                if (srtt < 0)
                {
                    // Not measured yet: no sample is the format's way to say so.
                    return;
                }

                WriteLabels(_srtt, slot, connection, text);
                text.Append(_end);
                text.AppendSeconds(srtt);
                break;
            case StatusField.ConnectionRto:
                WriteLabels(_rto, slot, connection, text);
                text.Append(_end);
                text.AppendSeconds(connection.RetransmissionTimeout);
                break;
            case StatusField.ConnectionWindow:
                WriteLabels(_window, slot, connection, text);
                text.Append(_end);
                text.AppendNumber(connection.CongestionWindow);
                break;
            case StatusField.ConnectionUnacknowledged:
                WriteLabels(_unacknowledged, slot, connection, text);
                text.Append(_end);
                text.AppendNumber(connection.Unacknowledged);
                break;
            case StatusField.ConnectionReceived:
                WriteLabels(_received, slot, connection, text);
                text.Append(_end);
                text.AppendNumber(connection.BytesReceived);
                break;
            case StatusField.ConnectionSent:
                WriteLabels(_sent, slot, connection, text);
                text.Append(_end);
                text.AppendNumber(connection.BytesSent);
                break;
            default:
                return;
        }

        text.AppendOctet('\n');
    }

    private void WriteLabels(byte[] metric, int slot, TcpConnection connection, TextBuffer text)
    {
        text.Append(metric);
        text.AppendNumber(slot);
        text.Append(_local);
        text.AppendNumber(connection.LocalPort);
        text.Append(_remote);
        text.AppendEndpoint(connection.RemoteAddress, connection.RemotePort);
    }
}
