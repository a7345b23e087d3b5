using NanoTcp.Samples.Text;

namespace NanoTcp.Samples.Http;

/// <summary>What a request's head says, as far as the answer depends on it.</summary>
internal sealed class HttpRequest
{
    /// <summary>A field that decides nothing.</summary>
    internal const int FieldUnknown = 0;

    /// <summary>Host.</summary>
    internal const int FieldHost = 1;

    /// <summary>Expect.</summary>
    internal const int FieldExpect = 2;

    /// <summary>Connection.</summary>
    internal const int FieldConnection = 3;

    /// <summary>Content-Length.</summary>
    internal const int FieldContentLength = 4;

    /// <summary>Transfer-Encoding.</summary>
    internal const int FieldTransferEncoding = 5;

    private readonly HttpVocabulary _words;
    private bool _hostSeen;
    private bool _closeAsked;
    private bool _keepAliveAsked;

    /// <summary>0 while nothing is wrong; otherwise the status code to answer with before the connection ends.</summary>
    internal int Error;

    /// <summary>The method.</summary>
    internal HttpMethod Method;

    /// <summary>What the path leads to.</summary>
    internal HttpResource Resource;

    /// <summary>The N of <see cref="HttpResource.Bytes"/>.</summary>
    internal long Parameter;

    /// <summary>The peer's minor version: 0 for HTTP/1.0, 1 for HTTP/1.1 and later ones of major version 1.</summary>
    internal int MinorVersion;

    /// <summary>Octets of content announced with Content-Length; -1 when there was no such field.</summary>
    internal long ContentLength;

    /// <summary>The content comes in chunks.</summary>
    internal bool Chunked;

    /// <summary>The client waits for word before it sends the content (RFC 9110 10.1.1).</summary>
    internal bool ExpectsContinue;

    internal HttpRequest(HttpVocabulary words)
    {
        _words = words;
    }

    /// <summary>Whether the connection may be used for another request (RFC 9112 9.3).</summary>
    internal bool Persistent
    {
        get { return Error == 0 && !_closeAsked && (MinorVersion != 0 || _keepAliveAsked); }
    }

    /// <summary>Forgets everything.</summary>
    internal void Reset()
    {
        _hostSeen = false;
        _closeAsked = false;
        _keepAliveAsked = false;
        Error = 0;
        Method = HttpMethod.Unknown;
        Resource = HttpResource.None;
        Parameter = 0;
        MinorVersion = 1;
        ContentLength = -1;
        Chunked = false;
        ExpectsContinue = false;
    }

    /// <summary>Takes the value of a field, white space around it already removed.</summary>
    /// <returns>0, or the status code with which the request is rejected.</returns>
    internal int TakeField(int field, byte[] line, int length)
    {
        switch (field)
        {
            case FieldHost:
                // RFC 9112 3.2: exactly one, and valid.
                if (_hostSeen || !HttpTarget.IsHost(line, 0, length))
                {
                    return 400;
                }

                _hostSeen = true;
                return 0;
            case FieldExpect:
                ExpectsContinue |= Ascii.MatchesIgnoringCase(line, 0, length, _words.Continue);
                return 0;
            case FieldConnection:
                TakeConnection(line, length);
                return 0;
            case FieldContentLength:
                return TakeContentLength(line, length);
            case FieldTransferEncoding:
                return TakeTransferEncoding(line, length);
            default:
                return 0;
        }
    }

    /// <summary>Checks at the end of the head what only the whole can show.</summary>
    /// <returns>0, or the status code with which the request is rejected.</returns>
    internal int Check()
    {
        // RFC 9110 10.1.1: HTTP/1.0 has no expectations.
        ExpectsContinue &= MinorVersion != 0;

        // RFC 9112 3.2: HTTP/1.1 needs a Host. RFC 9112 6.1: Transfer-Encoding in HTTP/1.0 or beside Content-Length
        // is a faulty framing.
        bool faulty = (MinorVersion != 0 && !_hostSeen) || (Chunked && (MinorVersion == 0 || ContentLength >= 0));
        return faulty ? 400 : 0;
    }

    // RFC 9110 7.6.1: a list of options, separated by commas.
    private void TakeConnection(byte[] line, int length)
    {
        int at = 0;
        while (at < length)
        {
            int first = at;
            while (at < length && line[at] != ',')
            {
                at++;
            }

            int last = at++;
            while (first < last && (line[first] == ' ' || line[first] == '\t'))
            {
                first++;
            }

            while (first < last && (line[last - 1] == ' ' || line[last - 1] == '\t'))
            {
                last--;
            }

            _closeAsked |= Ascii.MatchesIgnoringCase(line, first, last - first, _words.Close);
            _keepAliveAsked |= Ascii.MatchesIgnoringCase(line, first, last - first, _words.KeepAlive);
        }
    }

    // RFC 9110 8.6: digits only, however many; repeated values are rejected, which RFC 9112 6.3 allows.
    private int TakeContentLength(byte[] line, int length)
    {
        if (length == 0 || ContentLength >= 0)
        {
            return 400;
        }

        long value = 0;
        for (int i = 0; i < length; i++)
        {
            int digit = line[i] - '0';
            if (digit < 0 || digit > 9)
            {
                return 400;
            }

            // Anything beyond the limit is as good as any other.
            value = value > HttpLimits.Content ? value : (value * 10) + digit;
        }

        ContentLength = value;
        return 0;
    }

    // RFC 9112 6.1 and 6.3: the last coding must be chunked (400), and no other coding is understood (501).
    private int TakeTransferEncoding(byte[] line, int length)
    {
        int last = length - _words.Chunked.Length;
        if (Chunked || last < 0 || !Ascii.MatchesIgnoringCase(line, last, length - last, _words.Chunked))
        {
            return 400;
        }

        if (last != 0)
        {
            int before = line[last - 1];
            return before == ',' || before == ' ' || before == '\t' ? 501 : 400;
        }

        Chunked = true;
        return 0;
    }
}
