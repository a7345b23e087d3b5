using System;

namespace NanoTcp.Tcp;

/// <summary>
/// What a user may set of the slow timers: a few numbers in an array, which a listener hands on to its connections.
/// </summary>
internal static class TcpSettings
{
    /// <summary>Index of the idle timeout in ms; 0 when there is none.</summary>
    internal const int IdleTimeout = 0;

    /// <summary>Index of R2 for data in ms; 0 for never.</summary>
    internal const int UserTimeout = 1;

    /// <summary>Index of R2 for a SYN in ms; 0 for never.</summary>
    internal const int ConnectTimeout = 2;

    /// <summary>Index of the quiet time before the first keep-alive probe in ms.</summary>
    internal const int KeepAliveInterval = 3;

    /// <summary>Index of the time between unanswered probes in ms.</summary>
    internal const int KeepAliveProbeInterval = 4;

    /// <summary>Index of the number of probes; on a connection, those unanswered are counted from <see cref="ProbeSent"/> on.</summary>
    internal const int KeepAliveProbes = 5;

    /// <summary>How many of them there are.</summary>
    internal const int Count = 6;

    /// <summary>Index, for a listener only, of what is true of its connections: bits of <see cref="TcpConnection.Marks"/>.</summary>
    internal const int Marks = Count;

    /// <summary>The bits of <see cref="KeepAliveProbes"/> that the user sets.</summary>
    internal const int ProbesMask = 0xFF;

    /// <summary>One probe that was sent and not answered, in <see cref="KeepAliveProbes"/>.</summary>
    internal const int ProbeSent = 0x100;

    private const int ShortestInterval = 1000;
    private const int FewestProbes = 2;
    private const int MostProbes = 255;

    internal static void SetDefaults(int[] settings)
    {
        settings[IdleTimeout] = 0;
        settings[UserTimeout] = TcpLimits.GiveUpData;
        settings[ConnectTimeout] = TcpLimits.GiveUpSyn;
        settings[KeepAliveInterval] = TcpLimits.KeepAliveInterval;
        settings[KeepAliveProbeInterval] = TcpLimits.KeepAliveProbeInterval;
        settings[KeepAliveProbes] = TcpLimits.KeepAliveProbes;
    }

    /// <summary>Sets <paramref name="settings"/>[<paramref name="index"/>] to a time that may be 0.</summary>
    internal static void SetTimeout(int[] settings, int index, int value)
    {
        if (value < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(value), "A timeout is 0, which turns it off, to 2,147,483,647 ms.");
        }

        settings[index] = value;
    }

    /// <summary>Sets <paramref name="settings"/>[<paramref name="index"/>] to a time between probes.</summary>
    internal static void SetInterval(int[] settings, int index, int value)
    {
        if (value < ShortestInterval)
        {
            throw new ArgumentOutOfRangeException(nameof(value), "An interval between keep-alive probes is 1000 to 2,147,483,647 ms.");
        }

        settings[index] = value;
    }

    /// <summary>
    /// Sets how many probes go unanswered before the connection ends. Never one alone: an acknowledgment is not
    /// delivered reliably, so a single silence says nothing (RFC 9293 MUST-29).
    /// </summary>
    internal static void SetProbes(int[] settings, int value)
    {
        if (value < FewestProbes || value > MostProbes)
        {
            throw new ArgumentOutOfRangeException(nameof(value), "Keep-alive sends 2 to 255 probes: the answer to one may be lost.");
        }

        settings[KeepAliveProbes] = (settings[KeepAliveProbes] & ~ProbesMask) | value;
    }
}
