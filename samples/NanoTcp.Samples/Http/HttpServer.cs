using System;
using NanoTcp.Primitives;
using NanoTcp.Samples.Status;
using NanoTcp.Services;
using NanoTcp.Tcp;

namespace NanoTcp.Samples.Http;

/// <summary>
/// Shows the stack that it runs on: <c>/</c> for people, <c>/api/status</c> as JSON, <c>/metrics</c> for Prometheus,
/// and <c>/bytes/N</c> for measuring. HTTP/1.1 with persistent connections and pipelining, GET and HEAD
/// (RFC 9110, RFC 9112).
/// </summary>
/// <remarks>
/// All memory is taken in the constructor. A client that stops half-way costs the others nothing: what idles can be
/// thrown out for a newcomer, and everything that is waited for has an end.
/// </remarks>
public sealed class HttpServer : IService
{
    private readonly NetworkStack _stack;
    private readonly TcpListener _listener;
    private readonly HttpShared _shared;
    private readonly HttpSession[] _sessions;
    private bool _started;
    private long _nextRoom;

    /// <summary>Begins to listen.</summary>
    /// <param name="stack">The stack to serve on and to show. Its send rings hold at least 256 octets.</param>
    /// <param name="port">The port, usually 80.</param>
    /// <param name="sessions">Clients that can be connected at once, at least 1; more than the stack's connections
    /// are of no use.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stack"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sessions"/> is below 1.</exception>
    public HttpServer(NetworkStack stack, int port, int sessions)
    {
        if (stack == null)
        {
            throw new ArgumentNullException(nameof(stack));
        }

        if (sessions < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(sessions));
        }

        _stack = stack;
        _shared = new HttpShared(stack);
        if (stack.GroupCounters != null)
        {
            _shared.Source.Add(new GroupRows(stack.GroupCounters));
        }

        _sessions = new HttpSession[sessions];
        for (int i = 0; i < sessions; i++)
        {
            _sessions[i] = new HttpSession(_shared);
        }

        _listener = stack.Listen(port, sessions);

        // Responses are written in large pieces; Nagle's algorithm would only hold back the last one (RFC 9293 3.7.4).
        _listener.NoDelay = true;
        _listener.IdleTimeout = HttpLimits.QueueTime;
    }

    /// <summary>What the server counts, by <see cref="HttpCounter"/>.</summary>
    public CounterSet Counters
    {
        get { return _shared.Counters; }
    }

    /// <summary>Shows what gives the stack its address, too. Before the first call of <see cref="Poll"/>.</summary>
    /// <param name="host">The host of the same stack.</param>
    /// <exception cref="ArgumentNullException"><paramref name="host"/> is null.</exception>
    public void Show(HostConfiguration host)
    {
        if (host == null)
        {
            throw new ArgumentNullException(nameof(host));
        }

        _shared.Source.Add(new HostRows(host));
    }

    /// <summary>Shows all services of the stack. Before the first call of <see cref="Poll"/>.</summary>
    /// <param name="services">The services of the same stack.</param>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    public void Show(HostServices services)
    {
        if (services == null)
        {
            throw new ArgumentNullException(nameof(services));
        }

        Show(services.Host);
        if (services.Mdns != null)
        {
            _shared.Source.Add(new MdnsRows(services.Mdns));
        }

        if (services.Dns != null)
        {
            _shared.Source.Add(new DnsRows(services.Dns));
        }

        if (services.Time != null)
        {
            _shared.Source.Add(new TimeRows(services.Time, _stack));
        }
    }

    /// <inheritdoc/>
    public bool Poll(long now)
    {
        if (!_started)
        {
            _started = true;
            _shared.Source.Start = now;
            _nextRoom = now;
        }

        _shared.Source.Now = now;
        bool worked = false;
        bool pending = _listener.Pending != 0;
        HttpSession[] sessions = _sessions;
        for (int i = 0; i < sessions.Length; i++)
        {
            HttpSession session = sessions[i];
            if (pending && session.IsFree)
            {
                TcpConnection connection = _listener.Accept();
                pending = connection != null;
                if (pending)
                {
                    session.Open(connection, now);
                    _shared.Counters.Increment(HttpCounter.Connections);
                    worked = true;
                }
            }

            worked |= session.Poll(now);
        }

        // Whoever has not been accepted above has found no session.
        _shared.Crowded = _listener.Pending != 0 || (_stack.FreeConnections == 0 && _stack.HalfOpenCount != 0);
        return worked | MakeRoom(now);
    }

    // When every connection or every session is taken, the one that has idled longest goes, in order, before the next
    // client needs its place. Its peer has to close too until the place is free, so this is not done again at once.
    private bool MakeRoom(long now)
    {
        if (now < _nextRoom || (_stack.FreeConnections != 0 && _listener.Pending == 0))
        {
            return false;
        }

        HttpSession longest = null;
        HttpSession[] sessions = _sessions;
        for (int i = 0; i < sessions.Length; i++)
        {
            HttpSession session = sessions[i];
            if (session.IsIdle(now) && (longest == null || session.IdleSince < longest.IdleSince))
            {
                longest = session;
            }
        }

        if (longest == null)
        {
            return false;
        }

        _nextRoom = now + HttpLimits.RoomTime;
        longest.Close();
        _shared.Counters.Increment(HttpCounter.ClosedForRoom);
        return true;
    }
}
