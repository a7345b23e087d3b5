namespace NanoTcp.Samples.Http;

/// <summary>
/// Finds the end of a request's content, which no resource has a use for, so that the next request can be read
/// (RFC 9112 6.3, 7.1).
/// </summary>
internal sealed class HttpContentSkipper
{
    private const int Octets = 0;
    private const int Size = 1;
    private const int Extension = 2;
    private const int SizeLf = 3;
    private const int ChunkData = 4;
    private const int DataCr = 5;
    private const int DataLf = 6;
    private const int TrailerStart = 7;
    private const int Trailer = 8;
    private const int TrailerLf = 9;
    private const int EndLf = 10;
    private const int Finished = 11;

    private int _state;
    private int _digits;
    private long _left;
    private int _total;
    private int _overhead;

    /// <summary>0, or the status code with which the request is rejected.</summary>
    internal int Error;

    /// <summary>The content has been read, or <see cref="Error"/> is set.</summary>
    internal bool Complete
    {
        get { return _state == Finished; }
    }

    /// <summary>Gets ready for the content of <paramref name="request"/>.</summary>
    internal void Begin(HttpRequest request)
    {
        Error = 0;
        _total = 0;
        _overhead = 0;
        _digits = 0;
        _left = 0;
        if (request.Chunked)
        {
            _state = Size;
        }
        else if (request.ContentLength > HttpLimits.Content)
        {
            Fail(413);
        }
        else
        {
            _left = request.ContentLength;
            _state = _left > 0 ? Octets : Finished;
        }
    }

    /// <summary>Takes octets up to the end of the content and no further.</summary>
    /// <returns>How many were taken.</returns>
    internal int Consume(byte[] buffer, int offset, int count)
    {
        int at = offset;
        int end = offset + count;
        while (at < end && _state != Finished)
        {
            if (_state == Octets || _state == ChunkData)
            {
                int step = end - at < _left ? end - at : (int)_left;
                at += step;
                _left -= step;
                if (_left == 0)
                {
                    _state = _state == Octets ? Finished : DataCr;
                }
            }
            else
            {
                TakeFraming(buffer[at++]);
            }
        }

        return at - offset;
    }

    private void Fail(int status)
    {
        Error = status;
        _state = Finished;
    }

    private void Expect(int b, int wanted, int next)
    {
        _state = next;
        if (b != wanted)
        {
            Fail(400);
        }
    }

    private void TakeFraming(int b)
    {
        switch (_state)
        {
            case Size:
                TakeSize(b);
                break;
            case Extension:
                // RFC 9112 7.1.1: unknown extensions are ignored, their length limited.
                if (b == '\r')
                {
                    _state = SizeLf;
                }
                else if (IsControl(b))
                {
                    Fail(400);
                }
                else if (++_overhead > HttpLimits.ChunkExtensions)
                {
                    Fail(413);
                }

                break;
            case SizeLf:
                Expect(b, '\n', _left == 0 ? TrailerStart : ChunkData);
                _overhead = _left == 0 ? 0 : _overhead;
                break;
            case DataCr:
                Expect(b, '\r', DataLf);
                break;
            case DataLf:
                _digits = 0;
                Expect(b, '\n', Size);
                break;
            case TrailerStart:
                _state = b == '\r' ? EndLf : Trailer;
                if (_state == Trailer && !HttpRequestParser.IsToken(b))
                {
                    Fail(400);
                }

                break;
            case Trailer:
                // RFC 9110 6.5.1: trailer fields may be thrown away.
                if (b == '\r')
                {
                    _state = TrailerLf;
                }
                else if (IsControl(b))
                {
                    Fail(400);
                }
                else if (++_overhead > HttpLimits.Fields)
                {
                    Fail(431);
                }

                break;
            case TrailerLf:
                Expect(b, '\n', TrailerStart);
                break;
            case EndLf:
                Expect(b, '\n', Finished);
                break;
        }
    }

    private void TakeSize(int b)
    {
        int digit = HttpTarget.HexDigit(b);
        if (digit >= 0)
        {
            // Leading zeros are allowed (RFC 9112 7.1), but not without end.
            _left = (_left << 4) | (long)digit;
            _digits++;
            if (_left > HttpLimits.Content || _digits > HttpLimits.Method)
            {
                Fail(413);
            }

            return;
        }

        if (_digits == 0 || (b != '\r' && b != ';' && b != ' ' && b != '\t'))
        {
            Fail(400);
            return;
        }

        _total += (int)_left;
        _state = b == '\r' ? SizeLf : Extension;
        if (_total > HttpLimits.Content)
        {
            Fail(413);
        }
    }

    private static bool IsControl(int b)
    {
        return (b < ' ' && b != '\t') || b == 0x7F;
    }
}
