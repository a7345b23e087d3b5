namespace NanoTcp.Wire;

/// <summary>The header of a UDP datagram (RFC 768): where its fields stand.</summary>
internal static class UdpHeader
{
    internal const int Length = 8;
    internal const int SourcePortOffset = 0;
    internal const int DestinationPortOffset = 2;
    internal const int LengthOffset = 4;
    internal const int ChecksumOffset = 6;

    /// <summary>Where DHCP clients listen (RFC 2131 4.1).</summary>
    internal const int DhcpClientPort = 68;

    /// <summary>The dynamic ports of RFC 6335 6, from which whoever names no port gets one.</summary>
    internal const int FirstEphemeralPort = 49152;

    /// <summary>How many there are.</summary>
    internal const int EphemeralPorts = 65536 - FirstEphemeralPort;

    /// <summary>Writes a header; its checksum is 0 until the payload is known.</summary>
    internal static void Write(byte[] buffer, int offset, int sourcePort, int destinationPort, int length)
    {
        BigEndian.WriteUInt16(buffer, offset + SourcePortOffset, sourcePort);
        BigEndian.WriteUInt16(buffer, offset + DestinationPortOffset, destinationPort);
        BigEndian.WriteUInt16(buffer, offset + LengthOffset, length);
        BigEndian.WriteUInt16(buffer, offset + ChecksumOffset, 0);
    }
}
