namespace NanoTcp.Wire;

/// <summary>The packet of NTP and SNTP (RFC 4330 4, RFC 5905 7.3): where its fields stand, and what is in the first octet.</summary>
internal static class NtpPacket
{
    internal const int Length = 48;
    internal const int StratumOffset = 1;
    internal const int RootDelayOffset = 4;
    internal const int RootDispersionOffset = 8;
    internal const int ReferenceOffset = 12;
    internal const int OriginateOffset = 24;
    internal const int ReceiveOffset = 32;
    internal const int TransmitOffset = 40;

    /// <summary>The first octet of a request: no leap warning, version 4, mode 3.</summary>
    internal const int Request = 0x23;

    /// <summary>Version 4, mode 4: the first octet of a reply without its leap indicator.</summary>
    internal const int Reply = 0x24;
    internal const int VersionAndModeMask = 0x3F;

    /// <summary>The leap indicator of a server whose clock is not synchronised, as it stands in the first octet.</summary>
    internal const int LeapAlarm = 0xC0;
    internal const int LeapMask = 0xC0;

    /// <summary>The highest stratum of a synchronised server; 0 makes a packet a kiss-o'-death.</summary>
    internal const int MaxStratum = 15;

    /// <summary>Kiss codes: DENY, RSTR, RATE (RFC 4330 8).</summary>
    internal const uint Deny = 0x44454E59;
    internal const uint Restrict = 0x52535452;
    internal const uint Rate = 0x52415445;

    /// <summary>Seconds from 1900, where NTP begins to count, to 1970, where Unix does (RFC 5905 6).</summary>
    private const long UnixEpoch = 2208988800;

    /// <summary>
    /// Seconds since 1970 for the seconds of a timestamp. They wrap in 2036; numbers with the highest bit set are those of
    /// 1968 to 2036, the others come after (RFC 4330 3).
    /// </summary>
    internal static long ToUnixSeconds(uint seconds)
    {
        return seconds - UnixEpoch + (seconds < 0x80000000 ? 0x100000000 : 0);
    }

    /// <summary>A timestamp, or another pair of 32-bit numbers, as one number.</summary>
    internal static long Read(byte[] buffer, int offset)
    {
        return ((long)BigEndian.ReadUInt32(buffer, offset) << 32) | BigEndian.ReadUInt32(buffer, offset + 4);
    }
}
