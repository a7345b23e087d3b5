namespace NanoTcp.Host.Hosting;

/// <summary>How far a client has come.</summary>
public enum ClientResult
{
    /// <summary>It still runs.</summary>
    Running = 0,

    /// <summary>The peer has closed in order.</summary>
    Closed = 1,

    /// <summary>It ended otherwise.</summary>
    Failed = 2,
}
