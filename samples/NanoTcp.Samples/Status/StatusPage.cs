using NanoTcp.Samples.Text;
using NanoTcp.Tcp;

namespace NanoTcp.Samples.Status;

/// <summary>The status as a page for people. It formats values as the page's script does.</summary>
internal sealed class StatusPage : StatusFields
{
    private readonly byte[] _none = Ascii.From("none");
    private readonly byte[] _noRow = Ascii.From("<tr><td>none</td></tr>");
    private readonly byte[] _row = Ascii.From("<tr><td>");
    private readonly byte[] _establishedRow = Ascii.From("<tr class=\"e\"><td>");
    private readonly byte[] _noteRow = Ascii.From("<tr class=\"w\"><td>");
    private readonly byte[] _cell = Ascii.From("</td><td>");
    private readonly byte[] _rowEnd = Ascii.From("</td></tr>");
    private readonly byte[] _milliseconds = Ascii.From(" ms");
    private readonly byte[] _secondsAgo = Ascii.From(" s ago");
    private readonly byte[] _resolving = Ascii.From("resolving");
    private readonly byte[] _counter = Ascii.From("<p><b>");
    private readonly byte[] _zeroCounter = Ascii.From("<p class=\"z\"><b>");
    private readonly byte[] _counterValue = Ascii.From("</b><b>");
    private readonly byte[] _counterEnd = Ascii.From("</b></p>");

    internal StatusPage(StatusSource source)
        : base(source)
    {
    }

    /// <summary>The document that this fills in.</summary>
    internal Template CreateTemplate()
    {
        return new Template(StatusPageText.Html, StatusField.Names(), this);
    }

    internal override int CountRows(int field)
    {
        // One more behind the tables, to say that nothing was in them.
        int rows = base.CountRows(field);
        return IsTable(field) ? rows + 1 : rows;
    }

    internal override void Write(int field, int row, int written, TextBuffer text)
    {
        if (field == StatusField.Uptime)
        {
            text.AppendDuration(Source.Uptime);
        }
        else if (IsTable(field) && row == base.CountRows(field))
        {
            if (written == 0)
            {
                text.Append(_noRow);
            }
        }
        else
        {
            base.Write(field, row, written, text);
        }
    }

    /// <inheritdoc/>
    protected override void WriteGateway(uint address, TextBuffer text)
    {
        if (address == 0)
        {
            text.Append(_none);
        }
        else
        {
            text.AppendAddress(address);
        }
    }

    /// <inheritdoc/>
    protected override void WriteCounter(int set, byte[] name, long value, int written, TextBuffer text)
    {
        text.Append(value == 0 ? _zeroCounter : _counter);
        text.Append(name);
        text.Append(_counterValue);
        text.AppendGrouped(value);
        text.Append(_counterEnd);
    }

    /// <inheritdoc/>
    protected override void WriteService(StatusRows rows, int row, int written, TextBuffer text)
    {
        text.Append(_counter);
        text.Append(rows.Names[row]);
        text.Append(_counterValue);
        if (rows.KindOf(row) == StatusRows.None)
        {
            text.AppendOctet('-');
        }
        else
        {
            rows.Write(row, text);
        }

        text.Append(_counterEnd);
    }

    /// <inheritdoc/>
    protected override void WriteNeighbour(uint address, long mac, long age, int written, TextBuffer text)
    {
        text.Append(_row);
        text.AppendAddress(address);
        text.Append(_cell);
        if (mac < 0)
        {
            text.Append(_resolving);
        }
        else
        {
            text.AppendMac(mac);
        }

        text.Append(_cell);
        if (age < 0)
        {
            text.AppendOctet('-');
        }
        else
        {
            text.AppendNumber(age / 1000);
            text.Append(_secondsAgo);
        }

        text.Append(_rowEnd);
    }

    /// <inheritdoc/>
    protected override void WriteConnection(int field, int slot, TcpConnection connection, int written, TextBuffer text)
    {
        byte[] note = Source.NoteOn(connection);
        text.Append(note != null ? _noteRow : connection.State == TcpState.Established ? _establishedRow : _row);
        text.Append(StateName(connection));
        if (note != null)
        {
            text.AppendOctet(' ');
            text.Append(note);
        }

        text.Append(_cell);
        text.AppendEndpoint(connection.RemoteAddress, connection.RemotePort);
        text.Append(_cell);
        text.AppendNumber(connection.LocalPort);
        text.Append(_cell);
        int srtt = connection.SmoothedRoundTripTime;
        if (srtt < 0)
        {
            text.AppendOctet('-');
        }
        else
        {
            text.AppendNumber(srtt);
            text.Append(_milliseconds);
        }

        text.Append(_cell);
        text.AppendNumber(connection.RetransmissionTimeout);
        text.Append(_milliseconds);
        text.Append(_cell);
        text.AppendGrouped(connection.CongestionWindow);
        text.Append(_cell);
        text.AppendGrouped(connection.Unacknowledged);
        text.Append(_cell);
        text.AppendNumber(Source.SilenceOf(connection) / 1000);
        text.Append(_secondsAgo);
        text.Append(_cell);
        text.AppendGrouped(connection.BytesReceived);
        text.Append(_cell);
        text.AppendGrouped(connection.BytesSent);
        text.Append(_rowEnd);
    }

    private static bool IsTable(int field)
    {
        return field == StatusField.Connections || field == StatusField.Neighbours;
    }
}
