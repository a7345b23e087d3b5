namespace NanoTcp.Samples.Http;

/// <summary>What the server knows about methods.</summary>
internal enum HttpMethod
{
    /// <summary>A method that nobody has defined, as far as this server knows: 501.</summary>
    Unknown = 0,

    /// <summary>GET.</summary>
    Get = 1,

    /// <summary>HEAD.</summary>
    Head = 2,

    /// <summary>A method of RFC 9110 or RFC 5789 that no resource allows: 405.</summary>
    Other = 3,
}
