using System;

namespace NanoTcp.Host.Hosting;

/// <summary>A program cannot do what its command line asks; the message is one line that says why and what would be right.</summary>
public sealed class HostException : Exception
{
    /// <summary>Makes an exception.</summary>
    /// <param name="message">One line.</param>
    public HostException(string message)
        : base(message)
    {
    }
}
