namespace NanoTcp.Services;

/// <summary>What a <see cref="SntpClient"/> is doing.</summary>
public enum SntpState
{
    /// <summary>No server is known.</summary>
    NoServer,

    /// <summary>The next request has its time, or waits for an address of this host.</summary>
    Waiting,

    /// <summary>The DNS is being asked for the server.</summary>
    Resolving,

    /// <summary>A server has been asked, and can still answer.</summary>
    Asking,

    /// <summary>Every server has said that it must not be asked. Nothing is sent until there is another.</summary>
    Denied,
}
