using System;

namespace NanoTcp.Wire;

/// <summary>An IPv4 header (RFC 791), parsed once into plain fields; one object serves for every packet.</summary>
internal sealed class Ipv4Header
{
    /// <summary>A header without options.</summary>
    internal const int MinLength = 20;

    internal const int ProtocolIcmp = 1;
    internal const int ProtocolIgmp = 2;
    internal const int ProtocolTcp = 6;
    internal const int ProtocolUdp = 17;

    /// <summary>The ECN field, the two low bits of the type of service: the transport understands ECN (RFC 3168 5).</summary>
    internal const int Ect0 = 2;

    /// <summary>The ECN field: a router would rather have dropped the packet.</summary>
    internal const int CongestionExperienced = 3;

    /// <summary>The ECN field itself.</summary>
    internal const int EcnMask = 3;

    internal const int TotalLengthOffset = 2;
    internal const int IdentificationOffset = 4;

    /// <summary>Where the flags stand, and the fragment's offset.</summary>
    internal const int FragmentOffset = 6;

    internal const int TimeToLiveOffset = 8;
    internal const int ChecksumOffset = 10;

    /// <summary>Where the protocol of the payload stands.</summary>
    internal const int ProtocolOffset = 9;

    /// <summary>Where the addresses stand, source first: the beginning of TCP's pseudo-header.</summary>
    internal const int AddressesOffset = 12;

    internal const int AddressesLength = 8;

    /// <summary>In the word of flags and fragment's offset.</summary>
    internal const int DontFragment = 0x4000;

    private const int VersionAndLength = 0x4500;

    /// <summary>What <see cref="Parse"/> finds.</summary>
    internal const int Malformed = 0;
    internal const int SameAddresses = 1;
    internal const int OtherAddresses = 2;

    /// <summary>More fragments, and the fragment's offset, in the first eight octets as they are read.</summary>
    internal const ulong FragmentBits = 0xFF3F000000000000;

    /// <summary>In the seventh octet: the high bits of the fragment's offset.</summary>
    private const int OffsetMask = 0x1F;

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

    /// <summary>The addresses of the packet before as they came: mostly the next one has the same.</summary>
    internal ulong Addresses;

    /// <summary>
    /// Reads and checks the header: <see cref="Malformed"/> when the version, a length or the checksum is wrong (RFC 1122 3.2.1.1, 3.2.1.2),
    /// <see cref="SameAddresses"/> when the addresses are those of the header that was read before.
    /// </summary>
    internal int Parse(byte[] buffer, int offset, int length)
    {
        if (length < MinLength)
        {
            return Malformed;
        }

        // As read, the first octet is lowest: version and header length, type of service, total length (2), identification (2),
        // fragment (2); time to live, protocol, checksum (2).
        ulong first = BitConverter.ToUInt64(buffer, offset);
        uint second = BitConverter.ToUInt32(buffer, offset + 8);
        ulong addresses = BitConverter.ToUInt64(buffer, offset + AddressesOffset);
        int totalLength = ((int)(first >> 8) & 0xFF00) | ((int)(first >> 24) & 0xFF);
        int headerLength = MinLength;
        if ((first & (FragmentBits | 0xFF)) == VersionAndLength >> 8)
        {
            // The words add up in the order in which they are read, too: RFC 1071 2(B). The upper half of the first eight octets counts as
            // it is, too, and without a fragment's offset there is no carry out of 64 bits.
            if (totalLength < MinLength || totalLength > length || (first + second + (addresses >> 32) + (uint)addresses) % 0xFFFF != 0)
            {
                return Malformed;
            }

            IsFragment = false;
        }
        else
        {
            headerLength = ((int)first & 0xF) << 2;
            if (((int)first & 0xF0) != 0x40
                || headerLength < MinLength
                || totalLength < headerLength
                || totalLength > length
                || InternetChecksum.Sum(buffer, offset, headerLength) != 0xFFFF)
            {
                return Malformed;
            }

            IsFragment = (first & FragmentBits) != 0;
        }

        HeaderLength = headerLength;
        PayloadLength = totalLength - headerLength;
        TypeOfService = (int)(first >> 8) & 0xFF;
        Protocol = (int)(second >> 8) & 0xFF;
        if (addresses == Addresses)
        {
            return SameAddresses;
        }

        Addresses = addresses;
        Source = BigEndian.ReadUInt32(buffer, offset + AddressesOffset);
        Destination = BigEndian.ReadUInt32(buffer, offset + AddressesOffset + 4);
        return OtherAddresses;
    }

    /// <summary>True for a fragment other than the first, which has no header of its payload.</summary>
    internal static bool IsLaterFragment(byte[] buffer, int offset)
    {
        return ((buffer[offset + 6] & OffsetMask) | buffer[offset + 7]) != 0;
    }

    /// <summary>Writes a header of <see cref="MinLength"/> octets with its checksum.</summary>
    internal static void Write(
        byte[] buffer, int offset, int typeOfService, int totalLength, int identification, bool dontFragment, int timeToLive, int protocol,
        uint source, uint destination)
    {
        buffer[offset] = VersionAndLength >> 8;
        buffer[offset + 1] = (byte)typeOfService;
        buffer[offset + 2] = (byte)(totalLength >> 8);
        buffer[offset + 3] = (byte)totalLength;
        buffer[offset + 4] = (byte)(identification >> 8);
        buffer[offset + 5] = (byte)identification;
        buffer[offset + 6] = dontFragment ? (byte)(DontFragment >> 8) : (byte)0;
        buffer[offset + 7] = 0;
        buffer[offset + 8] = (byte)timeToLive;
        buffer[offset + 9] = (byte)protocol;
        buffer[offset + 12] = (byte)(source >> 24);
        buffer[offset + 13] = (byte)(source >> 16);
        buffer[offset + 14] = (byte)(source >> 8);
        buffer[offset + 15] = (byte)source;
        buffer[offset + 16] = (byte)(destination >> 24);
        buffer[offset + 17] = (byte)(destination >> 16);
        buffer[offset + 18] = (byte)(destination >> 8);
        buffer[offset + 19] = (byte)destination;
        int checksum = InternetChecksum.OfSum(
            (ulong)source + destination
            + (uint)(VersionAndLength + typeOfService + totalLength + identification + (dontFragment ? DontFragment : 0) + (timeToLive << 8) + protocol));
        buffer[offset + 10] = (byte)(checksum >> 8);
        buffer[offset + 11] = (byte)checksum;
    }

    /// <summary>
    /// Makes of the header of one packet that of the next, between the same addresses: writes what may differ, and an identification
    /// that is one higher.
    /// </summary>
    /// <param name="frame">Holds a header that <see cref="Write"/> has written behind an Ethernet header at 0.</param>
    /// <param name="typeOfService">DSCP and ECN.</param>
    /// <param name="totalLength">Octets of the packet.</param>
    /// <param name="flags"><see cref="DontFragment"/> or 0.</param>
    /// <param name="timeToLive">1 to 255.</param>
    /// <param name="protocol">What the payload is.</param>
    /// <param name="addresses">The sum of both addresses, for the checksum.</param>
    internal static void Change(byte[] frame, int typeOfService, int totalLength, int flags, int timeToLive, int protocol, ulong addresses)
    {
        const int Start = EthernetHeader.Length;
        int identification = (((frame[Start + 4] << 8) | frame[Start + 5]) + 1) & 0xFFFF;
        frame[Start + 1] = (byte)typeOfService;
        frame[Start + 2] = (byte)(totalLength >> 8);
        frame[Start + 3] = (byte)totalLength;
        frame[Start + 4] = (byte)(identification >> 8);
        frame[Start + 5] = (byte)identification;
        frame[Start + 6] = (byte)(flags >> 8);
        frame[Start + 8] = (byte)timeToLive;
        frame[Start + 9] = (byte)protocol;

        // InternetChecksum.OfSum.
        ulong sum = addresses + (uint)(VersionAndLength - 1 + typeOfService + totalLength + identification + flags + (timeToLive << 8) + protocol);
        int checksum = 0xFFFE - (int)(sum % 0xFFFF);
        frame[Start + 10] = (byte)(checksum >> 8);
        frame[Start + 11] = (byte)checksum;
    }
}
