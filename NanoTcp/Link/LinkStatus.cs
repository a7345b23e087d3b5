namespace NanoTcp.Link;

/// <summary>What a link device can say about itself.</summary>
public enum LinkStatus
{
    /// <summary>The device does not answer, or has not been found yet. It keeps looking by itself.</summary>
    NoDevice = 0,

    /// <summary>The device works, but there is no link: no cable, or nobody at the other end.</summary>
    Down = 1,

    /// <summary>Frames can flow.</summary>
    Up = 2,
}
