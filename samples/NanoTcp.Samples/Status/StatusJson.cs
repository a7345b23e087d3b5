using NanoTcp.Samples.Text;
using NanoTcp.Tcp;

namespace NanoTcp.Samples.Status;

/// <summary>
/// The status as JSON (RFC 8259). Times are milliseconds, amounts octets; what is not known is null. Of a connection,
/// <c>out</c> is what was written and not acknowledged, <c>heard</c> how long ago its peer was, and <c>note</c> what is
/// amiss with it, or why it has ended.
/// </summary>
internal sealed class StatusJson : StatusFields
{
    private const string Document =
        "{\"uptime\":~uptime~,\"link\":\"~link~\",\"address\":\"~address~\",\"prefixLength\":~prefix~,"
        + "\"gateway\":~gateway~,\"mac\":\"~mac~\",\n"
        + "\"capacity\":~capacity~,\"free\":~free~,\"halfOpen\":~half-open~,\"timeWait\":~time-wait~,\n"
        + "\"services\":{~services~},\n"
        + "\"connections\":[~connections~],\n"
        + "\"neighbours\":[~neighbours~],\n"
        + "\"counters\":{\"stack\":{~stack-counters~},\n"
        + "\"link\":{~link-counters~},\n"
        + "\"services\":{~service-counters~},\n"
        + "\"http\":{~http-counters~}}}\n";

    private readonly byte[] _null = Ascii.From("null");
    private readonly byte[] _address = Ascii.From("{\"address\":\"");
    private readonly byte[] _mac = Ascii.From("\",\"mac\":");
    private readonly byte[] _age = Ascii.From(",\"age\":");
    private readonly byte[] _slot = Ascii.From("{\"slot\":");
    private readonly byte[] _state = Ascii.From(",\"state\":\"");
    private readonly byte[] _local = Ascii.From("\",\"localPort\":");
    private readonly byte[] _remote = Ascii.From(",\"remote\":\"");
    private readonly byte[] _srtt = Ascii.From("\",\"srtt\":");
    private readonly byte[] _rto = Ascii.From(",\"rto\":");
    private readonly byte[] _window = Ascii.From(",\"cwnd\":");
    private readonly byte[] _unacknowledged = Ascii.From(",\"out\":");
    private readonly byte[] _heard = Ascii.From(",\"heard\":");
    private readonly byte[] _note = Ascii.From(",\"note\":");
    private readonly byte[] _received = Ascii.From(",\"received\":");
    private readonly byte[] _sent = Ascii.From(",\"sent\":");

    internal StatusJson(StatusSource source)
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
        if (address == 0)
        {
            text.Append(_null);
            return;
        }

        text.AppendOctet('"');
        text.AppendAddress(address);
        text.AppendOctet('"');
    }

    /// <inheritdoc/>
    protected override void WriteCounter(int set, byte[] name, long value, int written, TextBuffer text)
    {
        WriteComma(written, text);
        text.AppendOctet('"');
        text.Append(name);
        text.AppendOctet('"');
        text.AppendOctet(':');
        text.AppendNumber(value);
    }

    /// <inheritdoc/>
    protected override void WriteService(StatusRows rows, int row, int written, TextBuffer text)
    {
        WriteComma(written, text);
        text.AppendOctet('"');
        text.Append(rows.Names[row]);
        text.AppendOctet('"');
        text.AppendOctet(':');
        int kind = rows.KindOf(row);
        if (kind == StatusRows.None)
        {
            text.Append(_null);
        }
        else if (kind == StatusRows.Number)
        {
            rows.Write(row, text);
        }
        else
        {
            text.AppendOctet('"');
            rows.Write(row, text);
            text.AppendOctet('"');
        }
    }

    /// <inheritdoc/>
    protected override void WriteNeighbour(uint address, long mac, long age, int written, TextBuffer text)
    {
        WriteComma(written, text);
        text.Append(_address);
        text.AppendAddress(address);
        text.Append(_mac);
        if (mac < 0)
        {
            text.Append(_null);
        }
        else
        {
            text.AppendOctet('"');
            text.AppendMac(mac);
            text.AppendOctet('"');
        }

        text.Append(_age);
        WriteNumber(age, text);
        text.AppendOctet('}');
    }

    /// <inheritdoc/>
    protected override void WriteConnection(int field, int slot, TcpConnection connection, int written, TextBuffer text)
    {
        WriteComma(written, text);
        text.Append(_slot);
        text.AppendNumber(slot);
        text.Append(_state);
        text.Append(StateName(connection));
        text.Append(_local);
        text.AppendNumber(connection.LocalPort);
        text.Append(_remote);
        text.AppendEndpoint(connection.RemoteAddress, connection.RemotePort);
        text.Append(_srtt);
        WriteNumber(connection.SmoothedRoundTripTime, text);
        text.Append(_rto);
        text.AppendNumber(connection.RetransmissionTimeout);
        text.Append(_window);
        text.AppendNumber(connection.CongestionWindow);
        text.Append(_unacknowledged);
        text.AppendNumber(connection.Unacknowledged);
        text.Append(_heard);
        text.AppendNumber(Source.SilenceOf(connection));
        text.Append(_note);
        WriteWord(Source.NoteOn(connection), text);
        text.Append(_received);
        text.AppendNumber(connection.BytesReceived);
        text.Append(_sent);
        text.AppendNumber(connection.BytesSent);
        text.AppendOctet('}');
    }

    // A row that has gone leaves no comma behind, because the comma belongs to the row after it.
    private static void WriteComma(int written, TextBuffer text)
    {
        if (written != 0)
        {
            text.AppendOctet(',');
            text.AppendOctet('\n');
        }
    }

    private void WriteWord(byte[] word, TextBuffer text)
    {
        if (word == null)
        {
            text.Append(_null);
        }
        else
        {
            text.AppendOctet('"');
            text.Append(word);
            text.AppendOctet('"');
        }
    }

    private void WriteNumber(long value, TextBuffer text)
    {
        if (value < 0)
        {
            text.Append(_null);
        }
        else
        {
            text.AppendNumber(value);
        }
    }
}
