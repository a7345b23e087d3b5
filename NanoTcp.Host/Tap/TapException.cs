using System;

namespace NanoTcp.Host.Tap;

/// <summary>A TAP interface cannot be had; the message is one line that says why and what to do.</summary>
public sealed class TapException : Exception
{
    /// <summary>Makes an exception.</summary>
    /// <param name="message">One line.</param>
    public TapException(string message)
        : base(message)
    {
    }
}
