namespace NanoTcp.Samples.Http;

/// <summary>What a path leads to.</summary>
internal enum HttpResource
{
    /// <summary>Nothing: 404.</summary>
    None = 0,

    /// <summary>The status page, <c>/</c>.</summary>
    Page = 1,

    /// <summary>The status for programs, <c>/api/status</c>.</summary>
    Status = 2,

    /// <summary>The counters for Prometheus, <c>/metrics</c>.</summary>
    Metrics = 3,

    /// <summary>A known pattern of a given length, <c>/bytes/N</c>.</summary>
    Bytes = 4,

    /// <summary>What browsers ask for by themselves, <c>/favicon.ico</c>: there is none, and that is no error.</summary>
    Icon = 5,
}
