namespace NanoTcp.Samples.Status;

/// <summary>The fields that status documents have, and their names in templates.</summary>
internal static class StatusField
{
    internal const int Uptime = 0;
    internal const int Address = 1;
    internal const int Prefix = 2;
    internal const int Gateway = 3;
    internal const int Mac = 4;
    internal const int Link = 5;
    internal const int Capacity = 6;
    internal const int Free = 7;
    internal const int HalfOpen = 8;
    internal const int TimeWait = 9;
    internal const int StackCounters = 10;
    internal const int LinkCounters = 11;
    internal const int HttpCounters = 12;
    internal const int Neighbours = 13;
    internal const int Connections = 14;
    internal const int ConnectionInfo = 15;
    internal const int ConnectionSrtt = 16;
    internal const int ConnectionRto = 17;
    internal const int ConnectionReceived = 18;
    internal const int ConnectionSent = 19;
    internal const int UptimeSeconds = 20;
    internal const int LinkNumber = 21;
    internal const int NeighbourCount = 22;
    internal const int Used = 23;
    internal const int ConnectionWindow = 24;
    internal const int ConnectionUnacknowledged = 25;
    internal const int Services = 26;
    internal const int ServiceCounters = 27;

    /// <summary>The name of each field; its position is the field's code.</summary>
    internal static string[] Names()
    {
        return new string[]
        {
            "uptime", "address", "prefix", "gateway", "mac", "link", "capacity", "free", "half-open",
            "time-wait", "stack-counters", "link-counters", "http-counters", "neighbours", "connections",
            "connection-info", "connection-srtt", "connection-rto", "connection-received", "connection-sent",
            "uptime-seconds", "link-number", "neighbour-count", "used", "connection-window", "connection-unacknowledged",
            "services", "service-counters",
        };
    }
}
