using System;

namespace NanoTcp.Link;

/// <summary>The neighbours' addresses: learned, refreshed, aged (RFC 826, RFC 1122 2.3.2).</summary>
public sealed class ArpCache
{
    /// <summary>How many entries there can be.</summary>
    public int Capacity { get { throw new NotImplementedException(); } }

    /// <summary>IPv4 address of entry <paramref name="index"/>, or 0 when the entry is not in use.</summary>
    public uint GetAddress(int index) { throw new NotImplementedException(); }

    /// <summary>MAC address of entry <paramref name="index"/>; -1 while it is being resolved.</summary>
    public long GetMacAddress(int index) { throw new NotImplementedException(); }

    /// <summary>Milliseconds since entry <paramref name="index"/> was last confirmed; -1 while it is being resolved.</summary>
    public long GetAge(int index) { throw new NotImplementedException(); }
}
