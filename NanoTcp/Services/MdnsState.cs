namespace NanoTcp.Services;

/// <summary>How far an <see cref="MdnsResponder"/> has come.</summary>
public enum MdnsState
{
    /// <summary>There is no link, or no address to speak of.</summary>
    Idle = 0,

    /// <summary>It asks whether its names are free (RFC 6762 8.1). Until it knows, it does not answer to them.</summary>
    Probing = 1,

    /// <summary>The names are its own, and it tells the link so (RFC 6762 8.3).</summary>
    Announcing = 2,

    /// <summary>All is told. It answers when it is asked, and is silent else.</summary>
    Ready = 3,

    /// <summary>It was told to stop, and the goodbye has not gone out yet.</summary>
    Stopping = 4,

    /// <summary>It was told to stop, and answers no more.</summary>
    Stopped = 5,
}
