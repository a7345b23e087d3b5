using NanoTcp.Primitives;

namespace NanoTcp.Samples.Http;

/// <summary>What the HTTP server counts: the index of each counter.</summary>
public static class HttpCounter
{
    /// <summary>Connections accepted.</summary>
    public const int Connections = 0;

    /// <summary>Requests whose head was complete or broken.</summary>
    public const int Requests = 1;

    /// <summary>Responses begun with a status code of 200 to 299.</summary>
    public const int Responses2xx = 2;

    /// <summary>Responses begun with a status code of 400 to 499.</summary>
    public const int Responses4xx = 3;

    /// <summary>Responses begun with a status code of 500 to 599.</summary>
    public const int Responses5xx = 4;

    /// <summary>Octets of responses handed to TCP.</summary>
    public const int OctetsOut = 5;

    /// <summary>Connections closed because no request came.</summary>
    public const int IdleTimeouts = 6;

    /// <summary>Requests that were not complete in time.</summary>
    public const int RequestTimeouts = 7;

    /// <summary>Responses given up because the peer took next to nothing.</summary>
    public const int ResponseTimeouts = 8;

    /// <summary>Idle connections closed so that the next client finds a free one.</summary>
    public const int ClosedForRoom = 9;

    /// <summary>Connections that ended before the server was done with them: reset, timed out, evicted.</summary>
    public const int ConnectionsLost = 10;

    /// <summary>Makes the counters.</summary>
    internal static CounterSet Create()
    {
        return new CounterSet(
            "connections requests responses_2xx responses_4xx responses_5xx octets_out idle_timeouts request_timeouts "
            + "response_timeouts closed_for_room connections_lost");
    }
}
