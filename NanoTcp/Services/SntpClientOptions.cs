using System;
using NanoTcp.Primitives;

namespace NanoTcp.Services;

/// <summary>Whom a <see cref="SntpClient"/> asks, and how often. Read once, by its constructor.</summary>
public sealed class SntpClientOptions
{
    /// <summary>The name of a server, for <see cref="Dns"/> to resolve; null for none. It takes the last place, behind the servers
    /// that the network names (RFC 4330 10: local servers first).</summary>
    public string ServerName;

    /// <summary>Who resolves <see cref="ServerName"/>; null when there is none.</summary>
    public DnsClient Dns;

    /// <summary>Whom to tell the time; null for nobody.</summary>
    public IClockSetter Clock;

    /// <summary>Time between two requests in s: 64 to 131072, which is 36 hours. A crystal of 50 ppm goes wrong by 50 ms in the default.</summary>
    public int PollInterval = 1024;

    /// <summary>
    /// The first request comes after a random time of no more than this, in s, 0 to 300, so that not all devices ask at once
    /// when power comes back. RFC 4330 10 step 2 names one to five minutes; a few boards in a house need not wait so long.
    /// </summary>
    public int StartDelay = 10;

    internal void Validate()
    {
        Argument.CheckValue(PollInterval, SntpClient.LeastInterval, SntpClient.MostInterval, nameof(PollInterval));
        Argument.CheckValue(StartDelay, 0, 300, nameof(StartDelay));
        if (ServerName != null && Dns == null)
        {
            throw new ArgumentException("A server's name needs a DnsClient that resolves it.", nameof(Dns));
        }
    }
}
