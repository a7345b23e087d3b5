using NanoTcp.Samples.Text;

namespace NanoTcp.Samples.Http;

/// <summary>
/// Reads the head of a request (request line and fields, RFC 9112 2 to 6) octet by octet, in pieces of any size, and
/// keeps nothing of it but what decides the answer.
/// </summary>
/// <remarks>
/// Strict wherever RFC 9112 leaves the choice between rejecting and repairing: no folded lines (5.2), no space before
/// a colon (5.1), single spaces in the request line (3), no repeated Content-Length (6.3). One tolerance is taken: a
/// line may end with LF alone (2.2).
/// </remarks>
internal sealed class HttpRequestParser
{
    private const int Start = 0;
    private const int StartLf = 1;
    private const int MethodName = 2;
    private const int Target = 3;
    private const int Query = 4;
    private const int Version = 5;
    private const int VersionLf = 6;
    private const int FieldStart = 7;
    private const int FieldName = 8;
    private const int ValueStart = 9;
    private const int Value = 10;
    private const int ValueLf = 11;
    private const int EndLf = 12;
    private const int Finished = 13;

    private readonly HttpVocabulary _words;
    private readonly HttpRoutes _routes;
    private readonly byte[] _line;

    private int _state;
    private int _length;
    private int _octets;
    private int _field;

    /// <summary>What is known about the request so far.</summary>
    internal readonly HttpRequest Request;

    internal HttpRequestParser(HttpVocabulary words, HttpRoutes routes)
    {
        _words = words;
        _routes = routes;
        _line = new byte[HttpLimits.Line];
        Request = new HttpRequest(words);
        Reset();
    }

    /// <summary>The first octet of a request line has been seen.</summary>
    internal bool InRequest
    {
        get { return _state > StartLf; }
    }

    /// <summary>The empty line behind the fields has been read, or <see cref="HttpRequest.Error"/> is set.</summary>
    internal bool HeadComplete
    {
        get { return _state == Finished; }
    }

    /// <summary>Gets ready for the next request.</summary>
    internal void Reset()
    {
        _state = Start;
        _length = 0;
        _octets = 0;
        Request.Reset();
    }

    /// <summary>Takes octets up to the end of the head and no further.</summary>
    /// <returns>How many were taken; fewer than <paramref name="count"/> only when <see cref="HeadComplete"/>.</returns>
    internal int Consume(byte[] buffer, int offset, int count)
    {
        int at = offset;
        int end = offset + count;
        while (at < end && _state != Finished)
        {
            int b = buffer[at++];
            switch (_state)
            {
                case Start:
                    // RFC 9112 2.2: empty lines before the request line are ignored; the idle timer bounds them.
                    if (b == '\r')
                    {
                        _state = StartLf;
                    }
                    else if (b != '\n')
                    {
                        _state = MethodName;
                        TakeMethod(b);
                    }

                    break;
                case StartLf:
                    _state = Start;
                    ExpectLf(b);
                    break;
                case MethodName:
                    TakeMethod(b);
                    break;
                case Target:
                    TakeTarget(b);
                    break;
                case Query:
                    TakeQuery(b);
                    break;
                case Version:
                    TakeVersion(b);
                    break;
                case VersionLf:
                    _state = FieldStart;
                    ExpectLf(b);
                    break;
                case FieldStart:
                    TakeFieldStart(b);
                    break;
                case FieldName:
                    TakeFieldName(b);
                    break;
                case ValueStart:
                    // RFC 9112 5: optional whitespace before the value is not part of it.
                    if (b != ' ' && b != '\t')
                    {
                        _state = Value;
                        TakeValue(b);
                    }

                    break;
                case Value:
                    TakeValue(b);
                    if (_field == HttpRequest.FieldUnknown && _state == Value)
                    {
                        int skipped = SkipValue(buffer, at, end);
                        _octets += skipped - at;
                        at = skipped;
                    }

                    break;
                case ValueLf:
                    _state = FieldStart;
                    ExpectLf(b);
                    break;
                case EndLf:
                    _state = Finished;
                    ExpectLf(b);
                    CheckHead();
                    break;
            }

            if (_state > VersionLf && ++_octets > HttpLimits.Fields && Request.Error == 0)
            {
                Fail(431);
            }
        }

        return at - offset;
    }

    private void Fail(int status)
    {
        Request.Error = status;
        _state = Finished;
    }

    // RFC 9112 2.2: a CR that is not followed by LF makes the message invalid.
    private void ExpectLf(int b)
    {
        if (b != '\n')
        {
            Fail(400);
        }
    }

    private void TakeMethod(int b)
    {
        if (b == ' ' && _length != 0)
        {
            Request.Method = FindMethod();
            _length = 0;
            _state = Target;
        }
        else if (!IsToken(b))
        {
            Fail(400);
        }
        else if (_length == HttpLimits.Method)
        {
            Fail(501);
        }
        else
        {
            _line[_length++] = (byte)b;
        }
    }

    private HttpMethod FindMethod()
    {
        if (Ascii.Matches(_line, 0, _length, _words.Get))
        {
            return HttpMethod.Get;
        }

        if (Ascii.Matches(_line, 0, _length, _words.Head))
        {
            return HttpMethod.Head;
        }

        byte[][] others = _words.OtherMethods;
        for (int i = 0; i < others.Length; i++)
        {
            if (Ascii.Matches(_line, 0, _length, others[i]))
            {
                return HttpMethod.Other;
            }
        }

        return HttpMethod.Unknown;
    }

    private void TakeTarget(int b)
    {
        if (b == ' ' || b == '?')
        {
            _state = b == ' ' ? Version : Query;
            FindResource();
            _octets = _length;
            _length = 0;
        }
        else if (b <= ' ' || b > '~' || b == '#')
        {
            // A line that ends here has no version (HTTP/0.9); a fragment is never sent (RFC 9110 4.2).
            Fail(400);
        }
        else if (_length == HttpLimits.Line)
        {
            Fail(414);
        }
        else
        {
            _line[_length++] = (byte)b;
        }
    }

    private void FindResource()
    {
        int path = HttpTarget.FindPath(_line, _length, _words);
        if (path < 0)
        {
            // The asterisk-form and the authority-form belong to OPTIONS and CONNECT (RFC 9112 3.2.3, 3.2.4), whose
            // answer does not depend on the target.
            if (_length == 0 || Request.Method == HttpMethod.Get || Request.Method == HttpMethod.Head)
            {
                Fail(400);
            }

            Request.Resource = HttpResource.Page;
            return;
        }

        if (path == _length)
        {
            Request.Resource = HttpResource.Page;
            return;
        }

        int length = HttpTarget.Normalize(_line, path, _length - path);
        if (length < 0)
        {
            Fail(400);
            return;
        }

        Request.Resource = _routes.Match(_line, path, length);
        Request.Parameter = _routes.Parameter;
    }

    // No resource has a use for a query, so it may be longer than the buffer.
    private void TakeQuery(int b)
    {
        if (b == ' ')
        {
            _octets = 0;
            _state = Version;
        }
        else if (b < ' ' || b > '~' || b == '#')
        {
            Fail(400);
        }
        else if (++_octets > HttpLimits.Target)
        {
            Fail(414);
        }
    }

    // RFC 9112 2.3: HTTP/ in capitals, one digit, a point, one digit.
    private void TakeVersion(int b)
    {
        bool right;
        switch (_length)
        {
            case 0:
                right = b == 'H';
                break;
            case 1:
            case 2:
                right = b == 'T';
                break;
            case 3:
                right = b == 'P';
                break;
            case 4:
                right = b == '/';
                break;
            case 5:
            case 7:
                right = b >= '0' && b <= '9';
                _line[_length] = (byte)b;
                break;
            case 6:
                right = b == '.';
                break;
            default:
                right = b == '\r' || b == '\n';
                break;
        }

        if (!right)
        {
            Fail(400);
        }
        else if (_length != 8)
        {
            _length++;
        }
        else if (_line[5] != '1')
        {
            Fail(505);
        }
        else
        {
            // RFC 9110 6.2: a later minor version is read as the latest one that is known.
            Request.MinorVersion = _line[7] == '0' ? 0 : 1;
            _octets = 0;
            _state = b == '\r' ? VersionLf : FieldStart;
        }
    }

    private void TakeFieldStart(int b)
    {
        if (b == '\r')
        {
            _state = EndLf;
        }
        else if (b == '\n')
        {
            _state = Finished;
            CheckHead();
        }
        else
        {
            // A space here is a folded line (RFC 9112 5.2) or one before the first field (2.2): both are rejected,
            // because a space is not part of a name.
            _length = 0;
            _state = FieldName;
            TakeFieldName(b);
        }
    }

    private void TakeFieldName(int b)
    {
        if (b == ':' && _length != 0)
        {
            _field = FindField();
            _length = 0;
            _state = ValueStart;
        }
        else if (!IsToken(b))
        {
            Fail(400);
        }
        else if (_length == HttpLimits.Line)
        {
            Fail(431);
        }
        else
        {
            _line[_length++] = (byte)b;
        }
    }

    private int FindField()
    {
        switch (_length)
        {
            case 4:
                return Ascii.MatchesIgnoringCase(_line, 0, 4, _words.Host) ? HttpRequest.FieldHost : HttpRequest.FieldUnknown;
            case 6:
                return Ascii.MatchesIgnoringCase(_line, 0, 6, _words.Expect)
                    ? HttpRequest.FieldExpect : HttpRequest.FieldUnknown;
            case 10:
                return Ascii.MatchesIgnoringCase(_line, 0, 10, _words.Connection)
                    ? HttpRequest.FieldConnection : HttpRequest.FieldUnknown;
            case 14:
                return Ascii.MatchesIgnoringCase(_line, 0, 14, _words.ContentLength)
                    ? HttpRequest.FieldContentLength : HttpRequest.FieldUnknown;
            case 17:
                return Ascii.MatchesIgnoringCase(_line, 0, 17, _words.TransferEncoding)
                    ? HttpRequest.FieldTransferEncoding : HttpRequest.FieldUnknown;
            default:
                return HttpRequest.FieldUnknown;
        }
    }

    private void TakeValue(int b)
    {
        if (b == '\r' || b == '\n')
        {
            _state = b == '\r' ? ValueLf : FieldStart;
            FinishField();
        }
        else if ((b < ' ' && b != '\t') || b == 0x7F)
        {
            // RFC 9110 5.5: control characters are invalid in a value.
            Fail(400);
        }
        else if (_field != HttpRequest.FieldUnknown)
        {
            if (_length == HttpLimits.Line)
            {
                Fail(431);
            }
            else
            {
                _line[_length++] = (byte)b;
            }
        }
    }

    // Browsers send long fields that decide nothing here (cookies, agents): they are passed over without storing them.
    private static int SkipValue(byte[] buffer, int at, int end)
    {
        while (at < end)
        {
            int b = buffer[at];
            if ((b < ' ' && b != '\t') || b == 0x7F)
            {
                break;
            }

            at++;
        }

        return at;
    }

    private void FinishField()
    {
        while (_length != 0 && (_line[_length - 1] == ' ' || _line[_length - 1] == '\t'))
        {
            _length--;
        }

        int status = Request.TakeField(_field, _line, _length);
        if (status != 0)
        {
            Fail(status);
        }
    }

    private void CheckHead()
    {
        if (Request.Error == 0)
        {
            Request.Error = Request.Check();
        }
    }

    // RFC 9110 5.6.2.
    internal static bool IsToken(int b)
    {
        if ((b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9'))
        {
            return true;
        }

        switch (b)
        {
            case '!':
            case '#':
            case '$':
            case '%':
            case '&':
            case '\'':
            case '*':
            case '+':
            case '-':
            case '.':
            case '^':
            case '_':
            case '`':
            case '|':
            case '~':
                return true;
            default:
                return false;
        }
    }
}
