using NanoTcp.Samples.Text;
using NanoTcp.Tcp;

namespace NanoTcp.Samples.Http;

/// <summary>
/// One response on its way out: its head, then a fixed message, a document, or the byte pattern, in as many pieces as
/// the send ring asks for. Nothing of it is buffered.
/// </summary>
internal sealed class HttpResponse
{
    // Three hexadecimal digits of a chunk's size, CR LF in front of the data and CR LF behind it.
    private const int ChunkHead = 5;
    private const int ChunkTail = 2;

    private readonly HttpShared _shared;
    private readonly TemplateCursor _cursor = new TemplateCursor();

    private int _code;
    private int _minorVersion;
    private bool _headSent;
    private bool _documentEnded;
    private byte[] _type;
    private byte[] _message;
    private Template _document;
    private long _length;
    private long _position;
    private bool _hasContent;

    /// <summary>The connection ends with this response.</summary>
    internal bool Close;

    internal HttpResponse(HttpShared shared)
    {
        _shared = shared;
    }

    /// <summary>Decides how a request is answered.</summary>
    internal void Begin(HttpRequest request)
    {
        _headSent = false;
        _documentEnded = false;
        _position = 0;
        _message = null;
        _document = null;
        _cursor.Reset();
        _minorVersion = request.MinorVersion;
        Close = !request.Persistent;
        Choose(request);

        // RFC 9110 9.3.2: HEAD gets the same fields and no content.
        _hasContent = _type != null && request.Method != HttpMethod.Head;
        _shared.Counters.Increment(HttpCounter.Requests);
        _shared.Counters.Increment(
            _code < 300 ? HttpCounter.Responses2xx : _code < 500 ? HttpCounter.Responses4xx : HttpCounter.Responses5xx);
    }

    /// <summary>Writes what there is room for, up to a budget.</summary>
    /// <returns>True when the whole response has been written.</returns>
    internal bool Write(TcpConnection connection)
    {
        int budget = HttpLimits.WriteBudget;
        if (!_headSent && !WriteHead(connection))
        {
            return false;
        }

        if (!_hasContent)
        {
            return true;
        }

        if (_document != null)
        {
            return WriteDocument(connection, budget);
        }

        return WriteOctets(connection, budget);
    }

    private void Choose(HttpRequest request)
    {
        HttpReplies replies = _shared.Replies;
        if (request.Error != 0)
        {
            ChooseMessage(request.Error);
        }
        else if (request.Method == HttpMethod.Unknown)
        {
            ChooseMessage(501);
        }
        else if (request.Resource == HttpResource.None)
        {
            ChooseMessage(404);
        }
        else if (request.Method == HttpMethod.Other)
        {
            ChooseMessage(405);
        }
        else
        {
            _code = 200;
            _length = -1;
            switch (request.Resource)
            {
                case HttpResource.Page:
                    _type = replies.Html;
                    _document = _shared.Page;
                    break;
                case HttpResource.Status:
                    _type = replies.Json;
                    _document = _shared.Status;
                    break;
                case HttpResource.Metrics:
                    _type = replies.Metrics;
                    _document = _shared.Metrics;
                    break;
                case HttpResource.Bytes:
                    _type = replies.Binary;
                    _length = request.Parameter;
                    break;
                default:
                    _code = 204;
                    _type = null;
                    break;
            }

            // HTTP/1.0 knows no chunks: there the end of the connection is the end of the document (RFC 9112 6.3).
            Close |= _document != null && _minorVersion == 0;
        }
    }

    private void ChooseMessage(int code)
    {
        _code = code;
        _type = _shared.Replies.Plain;
        _message = _shared.Replies.Message(code);
        _length = _message.Length;
    }

    private bool WriteHead(TcpConnection connection)
    {
        TextBuffer text = _shared.Text;
        text.Reset(0, text.Octets.Length);
        _shared.Replies.AppendHead(text, _code, _type, _length, Close, _minorVersion);
        if (connection.Writable < text.Length)
        {
            return false;
        }

        connection.Write(text.Octets, 0, text.Length);
        _shared.Counters.Add(HttpCounter.OctetsOut, text.Length);
        _headSent = true;
        return true;
    }

    private bool WriteOctets(TcpConnection connection, int budget)
    {
        byte[] source = _message ?? _shared.Pattern;
        while (_position < _length)
        {
            int from = _message != null ? (int)_position : (int)(_position % HttpShared.PatternPeriod);
            int count = source.Length - from;
            if (count > _length - _position)
            {
                count = (int)(_length - _position);
            }

            if (count > budget)
            {
                count = budget;
            }

            int written = connection.Write(source, from, count);
            if (written == 0)
            {
                return false;
            }

            _position += written;
            budget -= written;
            _shared.Counters.Add(HttpCounter.OctetsOut, written);
        }

        return true;
    }

    private bool WriteDocument(TcpConnection connection, int budget)
    {
        TextBuffer text = _shared.Text;
        bool chunked = _minorVersion != 0;
        int head = chunked ? ChunkHead : 0;
        int tail = chunked ? ChunkTail : 0;
        while (!_documentEnded)
        {
            // Small parts cost as much as large ones, so room is waited for; a ring that is empty has all it can have.
            int writable = connection.Writable;
            if (budget <= 0 || writable <= head + tail
                || (writable < HttpLimits.PartRoom && connection.Unacknowledged != 0))
            {
                return false;
            }

            int limit = (writable < text.Octets.Length ? writable : text.Octets.Length) - tail;
            text.Reset(head, limit);
            _documentEnded = _document.Render(_cursor, text);
            if (text.Length == head)
            {
                // An item that is larger than the room there is now, or nothing but vacant rows up to the end.
                break;
            }

            int from = 0;
            if (chunked)
            {
                text.Limit += ChunkTail;
                from = FrameChunk(text, text.Length - ChunkHead);
            }

            connection.Write(text.Octets, from, text.Length - from);
            budget -= text.Length - from;
            _shared.Counters.Add(HttpCounter.OctetsOut, text.Length - from);
        }

        if (!_documentEnded || !chunked)
        {
            return _documentEnded;
        }

        byte[] last = _shared.Replies.LastChunk;
        if (connection.Writable < last.Length)
        {
            return false;
        }

        connection.Write(last, 0, last.Length);
        _shared.Counters.Add(HttpCounter.OctetsOut, last.Length);
        return true;
    }

    // Puts the size, without leading zeros, right before the data; returns where the chunk begins.
    private static int FrameChunk(TextBuffer text, int size)
    {
        byte[] octets = text.Octets;
        text.AppendOctet('\r');
        text.AppendOctet('\n');
        octets[ChunkHead - 1] = (byte)'\n';
        octets[ChunkHead - 2] = (byte)'\r';
        int at = ChunkHead - 2;
        while (size != 0)
        {
            int digit = size & 0xF;
            octets[--at] = (byte)(digit < 10 ? '0' + digit : 'a' + digit - 10);
            size >>= 4;
        }

        return at;
    }
}
