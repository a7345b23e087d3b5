namespace NanoTcp.Wire;

/// <summary>An IPv4 header (RFC 791), parsed once into plain fields; one object serves for every packet.</summary>
internal sealed class Ipv4Header
{
    /// <summary>A header without options.</summary>
    internal const int MinLength = 20;

    internal const int ProtocolIcmp = 1;
    internal const int ProtocolTcp = 6;

    /// <summary>The ECN field, the two low bits of the type of service: the transport understands ECN (RFC 3168 5).</summary>
    internal const int Ect0 = 2;

    /// <summary>The ECN field: a router would rather have dropped the packet.</summary>
    internal const int CongestionExperienced = 3;

    private const int MoreFragments = 0x2000;
    private const byte DontFragment = 0x40;
    private const int FragmentOffsetMask = 0x1FFF;

    internal uint Source;
    internal uint Destination;
    internal int Protocol;

    /// <summary>The second octet: DSCP (RFC 2474) in the six high bits, ECN (RFC 3168) in the two low ones.</summary>
    internal int TypeOfService;

    /// <summary>Octets of this header, options included.</summary>
    internal int HeaderLength;

    /// <summary>Octets behind the header, link padding excluded.</summary>
    internal int PayloadLength;

    /// <summary>True when the packet is only a piece of a datagram.</summary>
    internal bool IsFragment;

    /// <summary>
    /// Reads and checks the header; false when the version, a length or the checksum is wrong (RFC 1122 3.2.1.1, 3.2.1.2).
    /// </summary>
    internal bool Parse(byte[] buffer, int offset, int length)
    {
        if (length < MinLength || buffer[offset] >> 4 != 4)
        {
            return false;
        }

        int headerLength = (buffer[offset] & 0xF) << 2;
        int totalLength = (buffer[offset + 2] << 8) | buffer[offset + 3];
        if (headerLength < MinLength || totalLength < headerLength || totalLength > length
            || InternetChecksum.Sum(buffer, offset, headerLength) != 0xFFFF)
        {
            return false;
        }

        int fragment = (buffer[offset + 6] << 8) | buffer[offset + 7];
        IsFragment = (fragment & (MoreFragments | FragmentOffsetMask)) != 0;
        HeaderLength = headerLength;
        PayloadLength = totalLength - headerLength;
        TypeOfService = buffer[offset + 1];
        Protocol = buffer[offset + 9];
        Source = BigEndian.ReadUInt32(buffer, offset + 12);
        Destination = BigEndian.ReadUInt32(buffer, offset + 16);
        return true;
    }

    /// <summary>Writes a header of <see cref="MinLength"/> octets with its checksum.</summary>
    internal static void Write(
        byte[] buffer, int offset, int typeOfService, int totalLength, int identification, bool dontFragment, int timeToLive, int protocol,
        uint source, uint destination)
    {
        buffer[offset] = 0x45;
        buffer[offset + 1] = (byte)typeOfService;
        buffer[offset + 2] = (byte)(totalLength >> 8);
        buffer[offset + 3] = (byte)totalLength;
        buffer[offset + 4] = (byte)(identification >> 8);
        buffer[offset + 5] = (byte)identification;
        buffer[offset + 6] = dontFragment ? DontFragment : (byte)0;
        buffer[offset + 7] = 0;
        buffer[offset + 8] = (byte)timeToLive;
        buffer[offset + 9] = (byte)protocol;
        buffer[offset + 10] = 0;
        buffer[offset + 11] = 0;
        BigEndian.WriteUInt32(buffer, offset + 12, source);
        BigEndian.WriteUInt32(buffer, offset + 16, destination);
        BigEndian.WriteUInt16(buffer, offset + 10, ~InternetChecksum.Sum(buffer, offset, MinLength));
    }
}
