using NanoTcp.Tcp;

namespace NanoTcp.Samples.Http;

/// <summary>One client's connection: requests in, responses out, one after the other (RFC 9112 9.3).</summary>
internal sealed class HttpSession
{
    private const int Unused = 0;
    private const int Reading = 1;
    private const int Skipping = 2;
    private const int Responding = 3;
    private const int Lingering = 4;

    private readonly HttpShared _shared;
    private readonly HttpRequestParser _parser;
    private readonly HttpContentSkipper _skipper = new HttpContentSkipper();
    private readonly HttpResponse _response;

    private TcpConnection _connection;
    private int _state;
    private bool _evictable;

    // When what is going on now began: waiting, the request, its content, the wait for the peer's close.
    private long _since;

    // When the peer last did its part: sent octets of a request, or acknowledged octets of a response.
    private long _lastProgress;
    private long _acknowledged;
    private int _lingered;

    internal HttpSession(HttpShared shared)
    {
        _shared = shared;
        _parser = new HttpRequestParser(shared.Words, shared.Routes);
        _response = new HttpResponse(shared);
    }

    /// <summary>Nobody is connected.</summary>
    internal bool IsFree
    {
        get { return _state == Unused; }
    }

    /// <summary>
    /// Connected, with no request begun, and all responses delivered: nobody loses anything but time if it is closed.
    /// It counts as idle only after a while: the next request may be on its way, and a client that finds its first one
    /// refused does not ask again.
    /// </summary>
    internal bool IsIdle(long now)
    {
        return _state == Reading && !_parser.InRequest && _connection.Readable == 0
            && _connection.Unacknowledged == 0 && IsSettled(now);
    }

    /// <summary>Since when it is idle, in ms.</summary>
    internal long IdleSince
    {
        get { return _since; }
    }

    /// <summary>Takes over a connection that was accepted.</summary>
    internal void Open(TcpConnection connection, long now)
    {
        _connection = connection;
        _evictable = false;

        // From here on the session's own times hold, which know a request from a response.
        connection.IdleTimeout = 0;
        AwaitRequest(now);
    }

    /// <summary>Closes in order a connection that has nothing to lose.</summary>
    internal void Close()
    {
        TcpConnection connection = _connection;
        _connection = null;
        _state = Unused;
        connection.Close(HttpLimits.CloseTime);
    }

    /// <summary>Does what can be done now.</summary>
    /// <returns>True when something was done.</returns>
    internal bool Poll(long now)
    {
        if (_state == Unused)
        {
            return false;
        }

        if (_connection.EndReason != TcpEndReason.None || _connection.State == TcpState.Closed)
        {
            // After its own half close an orderly end is what was waited for.
            if (_connection.EndReason != TcpEndReason.Closed)
            {
                _shared.Counters.Increment(HttpCounter.ConnectionsLost);
            }

            Close();
            return true;
        }

        switch (_state)
        {
            case Reading:
                return PollReading(now);
            case Skipping:
                return PollSkipping(now);
            case Responding:
                return PollResponding(now);
            default:
                return PollLingering(now);
        }
    }

    private void AwaitRequest(long now)
    {
        _parser.Reset();
        _state = Reading;
        _since = now;
        _lastProgress = now;
        _acknowledged = _connection.BytesSent;
    }

    private bool IsSettled(long now)
    {
        return now - _since >= (_connection.BytesSent != 0 ? HttpLimits.NextRequestGrace : HttpLimits.FirstRequestGrace);
    }

    private void SetEvictable(bool evictable)
    {
        if (_evictable != evictable)
        {
            _evictable = evictable;
            _connection.Evictable = evictable;
        }
    }

    private bool PollReading(long now)
    {
        int taken = 0;
        byte[] bite = _shared.Bite;
        while (taken < HttpLimits.ReadBudget && !_parser.HeadComplete)
        {
            int count = _connection.Peek(bite, 0, bite.Length);
            if (count == 0)
            {
                break;
            }

            // What follows the head stays in the receive ring: it is the content or the next request.
            bool wasInRequest = _parser.InRequest;
            int consumed = _parser.Consume(bite, 0, count);
            _connection.Read(bite, 0, consumed);
            taken += consumed;
            if (!wasInRequest && _parser.InRequest)
            {
                _since = now;
            }
        }

        if (taken != 0)
        {
            _lastProgress = now;
        }

        if (_parser.HeadComplete)
        {
            FinishHead(now);
            return true;
        }

        if (_connection.EndOfStream)
        {
            // RFC 9112 8: what was begun and not finished is not a request. A client that has closed only its own
            // side may still be reading the last response (RFC 9112 9.6).
            Linger(now);
            return true;
        }

        return (_parser.InRequest ? CheckRequest(now, HttpLimits.RequestTime) : CheckIdle(now)) || taken != 0;
    }

    private bool CheckIdle(long now)
    {
        // The last response may still be on its way: it is a response as long as the peer takes it.
        bool delivered = _connection.Unacknowledged == 0;
        if (!delivered)
        {
            return CheckResponse(now);
        }

        SetEvictable(IsSettled(now));
        if (now - _since < HttpLimits.IdleTime)
        {
            return false;
        }

        _shared.Counters.Increment(HttpCounter.IdleTimeouts);
        Close();
        return true;
    }

    private bool CheckRequest(long now, int time)
    {
        SetEvictable(now - _lastProgress >= HttpLimits.RequestSilence || now - _since >= HttpLimits.RequestPatience);
        if (now - _since < time)
        {
            return false;
        }

        // RFC 9110 15.5.9.
        _shared.Counters.Increment(HttpCounter.RequestTimeouts);
        _parser.Request.Error = 408;
        BeginResponse(now);
        return true;
    }

    private void FinishHead(long now)
    {
        HttpRequest request = _parser.Request;
        _skipper.Begin(request);
        _since = now;
        if (request.Error == 0)
        {
            request.Error = _skipper.Error;
        }

        if (request.Error != 0 || _skipper.Complete)
        {
            BeginResponse(now);
            return;
        }

        if (request.ExpectsContinue)
        {
            // RFC 9110 10.1.1: the answer does not depend on the content, so it is given instead of asking for it;
            // whether the client then sends the content is open, so the connection cannot go on.
            BeginResponse(now);
            _response.Close = true;
            return;
        }

        _state = Skipping;
        SetEvictable(false);
    }

    private bool PollSkipping(long now)
    {
        int taken = 0;
        byte[] bite = _shared.Bite;
        while (taken < HttpLimits.WriteBudget && !_skipper.Complete)
        {
            int count = _connection.Peek(bite, 0, bite.Length);
            if (count == 0)
            {
                break;
            }

            int consumed = _skipper.Consume(bite, 0, count);
            _connection.Read(bite, 0, consumed);
            taken += consumed;
        }

        if (taken != 0)
        {
            _lastProgress = now;
        }

        if (_skipper.Complete)
        {
            _parser.Request.Error = _skipper.Error;
            BeginResponse(now);
            return true;
        }

        if (_connection.EndOfStream)
        {
            Linger(now);
            return true;
        }

        return CheckRequest(now, HttpLimits.ContentTime) || taken != 0;
    }

    private void BeginResponse(long now)
    {
        _response.Begin(_parser.Request);

        // RFC 9112 9.6: saying so with the response is the only way to end a busy connection that costs no request.
        _response.Close |= _shared.Crowded;
        _state = Responding;
        _lastProgress = now;
        _acknowledged = _connection.BytesSent;
        SetEvictable(false);
    }

    private bool PollResponding(long now)
    {
        int before = _connection.Writable;
        bool complete = _response.Write(_connection);
        if (complete)
        {
            if (_response.Close)
            {
                Linger(now);
            }
            else
            {
                AwaitRequest(now);
            }

            return true;
        }

        return CheckResponse(now) || _connection.Writable != before;
    }

    // A peer that takes next to nothing is as bad as one that takes nothing.
    private bool CheckResponse(long now)
    {
        long acknowledged = _connection.BytesSent;
        if (acknowledged - _acknowledged >= HttpLimits.Progress)
        {
            _acknowledged = acknowledged;
            _lastProgress = now;
        }

        long silence = now - _lastProgress;
        SetEvictable(silence >= HttpLimits.ResponsePatience);
        if (silence < HttpLimits.ResponseTime)
        {
            return false;
        }

        _shared.Counters.Increment(HttpCounter.ResponseTimeouts);
        TcpConnection connection = _connection;
        _connection = null;
        _state = Unused;
        connection.Abort();
        return true;
    }

    // RFC 9112 9.6: close one side, and read on until the peer closes the other. Closing with octets unread would
    // reset the connection, and the reset would take the response away from the client.
    private void Linger(long now)
    {
        _connection.CloseSend();
        _state = Lingering;
        _since = now;
        _lingered = 0;
    }

    private bool PollLingering(long now)
    {
        byte[] bite = _shared.Bite;
        int taken = 0;
        while (taken < HttpLimits.WriteBudget)
        {
            int count = _connection.Read(bite, 0, bite.Length);
            if (count == 0)
            {
                break;
            }

            taken += count;
        }

        _lingered += taken;
        if (_lingered > HttpLimits.LingerOctets)
        {
            Close();
            return true;
        }

        if (_connection.Unacknowledged != 0)
        {
            // A connection that was given back has two minutes, however much is left; here it has as long as the peer takes it.
            _since = now;
            return CheckResponse(now) || taken != 0;
        }

        if (_connection.EndOfStream)
        {
            Close();
            return true;
        }

        SetEvictable(now - _since >= HttpLimits.NextRequestGrace);
        if (now - _since >= HttpLimits.LingerTime)
        {
            Close();
            return true;
        }

        return taken != 0;
    }
}
