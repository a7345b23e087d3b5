using NanoTcp.Samples.Text;

namespace NanoTcp.Samples.Http;

/// <summary>The fixed parts of responses: status lines, fields, and what errors say.</summary>
/// <remarks>
/// There is no Date field: a server without a clock that it can trust must not send one (RFC 9110 6.6.1), and a
/// board has none before somebody sets it.
/// </remarks>
internal sealed class HttpReplies
{
    private readonly int[] _codes = new int[] { 200, 204, 400, 404, 405, 408, 413, 414, 431, 501, 505 };

    private readonly byte[][] _statusLines = Ascii.FromAll(new string[]
    {
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 204 No Content\r\n",
        "HTTP/1.1 400 Bad Request\r\n",
        "HTTP/1.1 404 Not Found\r\n",
        "HTTP/1.1 405 Method Not Allowed\r\n",
        "HTTP/1.1 408 Request Timeout\r\n",
        "HTTP/1.1 413 Content Too Large\r\n",
        "HTTP/1.1 414 URI Too Long\r\n",
        "HTTP/1.1 431 Request Header Fields Too Large\r\n",
        "HTTP/1.1 501 Not Implemented\r\n",
        "HTTP/1.1 505 HTTP Version Not Supported\r\n",
    });

    private readonly byte[][] _messages = Ascii.FromAll(new string[]
    {
        "",
        "",
        "400: this is not a request that HTTP/1.1 allows.\n",
        "404: there is nothing here. Try /, /api/status, /metrics or /bytes/1000.\n",
        "405: this server only reads; use GET or HEAD.\n",
        "408: the request did not arrive completely in time; send it again.\n",
        "413: the content is too long; this server has no use for content.\n",
        "414: the path is too long; no resource here has a path of more than a few characters.\n",
        "431: the header fields are too long; send fewer or shorter ones.\n",
        "501: this method or transfer coding is unknown here; use GET or HEAD.\n",
        "505: use HTTP/1.1 or HTTP/1.0.\n",
    });

    private readonly byte[] _allow = Ascii.From("Allow: GET, HEAD\r\n");
    private readonly byte[] _contentLength = Ascii.From("Content-Length: ");
    private readonly byte[] _chunked = Ascii.From("Transfer-Encoding: chunked\r\n");
    private readonly byte[] _noStore = Ascii.From("Cache-Control: no-store\r\n");
    private readonly byte[] _close = Ascii.From("Connection: close\r\n");
    private readonly byte[] _keepAlive = Ascii.From("Connection: keep-alive\r\n");

    /// <summary>The end of a chunked content (RFC 9112 7.1).</summary>
    internal readonly byte[] LastChunk = Ascii.From("0\r\n\r\n");

    /// <summary>Content-Type of the status page.</summary>
    internal readonly byte[] Html = Ascii.From("Content-Type: text/html; charset=utf-8\r\n");

    /// <summary>Content-Type of the status as JSON.</summary>
    internal readonly byte[] Json = Ascii.From("Content-Type: application/json\r\n");

    /// <summary>Content-Type of the metrics.</summary>
    internal readonly byte[] Metrics = Ascii.From("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n");

    /// <summary>Content-Type of the byte pattern.</summary>
    internal readonly byte[] Binary = Ascii.From("Content-Type: application/octet-stream\r\n");

    /// <summary>Content-Type of what errors say.</summary>
    internal readonly byte[] Plain = Ascii.From("Content-Type: text/plain; charset=utf-8\r\n");

    /// <summary>What an error says to a person.</summary>
    internal byte[] Message(int code)
    {
        return _messages[IndexOf(code)];
    }

    /// <summary>Appends the head of a response. It is at most <see cref="TemplateFields.MaxRow"/> octets long.</summary>
    /// <param name="text">Where to append.</param>
    /// <param name="code">The status code.</param>
    /// <param name="type">The Content-Type field, or null for a response that has no content by its nature.</param>
    /// <param name="length">Octets of content; -1 when it is not known beforehand.</param>
    /// <param name="close">The connection ends with this response.</param>
    /// <param name="minorVersion">The client's minor version of HTTP/1.</param>
    internal void AppendHead(TextBuffer text, int code, byte[] type, long length, bool close, int minorVersion)
    {
        text.Append(_statusLines[IndexOf(code)]);
        if (code == 405)
        {
            // RFC 9110 15.5.6.
            text.Append(_allow);
        }

        if (type != null)
        {
            text.Append(type);
            if (length >= 0)
            {
                text.Append(_contentLength);
                text.AppendNumber(length);
                AppendLineEnd(text);
            }
            else if (minorVersion != 0)
            {
                text.Append(_chunked);
            }

            text.Append(_noStore);
        }

        if (close)
        {
            text.Append(_close);
        }
        else if (minorVersion == 0)
        {
            text.Append(_keepAlive);
        }

        AppendLineEnd(text);
    }

    private static void AppendLineEnd(TextBuffer text)
    {
        text.AppendOctet('\r');
        text.AppendOctet('\n');
    }

    private int IndexOf(int code)
    {
        int index = 0;
        while (_codes[index] != code)
        {
            index++;
        }

        return index;
    }
}
