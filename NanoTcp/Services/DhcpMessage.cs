using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <summary>
/// A DHCP message (RFC 2131 2, RFC 2132): reads what a server sends, checks it, and keeps what a host can use; and writes the parts of
/// what a client sends.
/// </summary>
/// <remarks>
/// What a server gives is kept as numbers in <see cref="Values"/>. Names stay where they are in the frame buffer, and must be
/// copied before anything is sent.
/// </remarks>
internal sealed class DhcpMessage
{
    internal const int ServerPort = 67;
    internal const int ClientPort = UdpHeader.DhcpClientPort;

    // Message types, RFC 2132 9.6.
    internal const int Discover = 1;
    internal const int Offer = 2;
    internal const int Request = 3;
    internal const int Decline = 4;
    internal const int Ack = 5;
    internal const int Nak = 6;
    internal const int Release = 7;

    // Results of Parse.
    internal const int Malformed = 0;
    internal const int Foreign = 1;
    internal const int Whole = 2;

    // Indices into Values.
    internal const int YourAddress = 0;
    internal const int Server = 1;
    internal const int Mask = 2;
    internal const int Gateway = 3;
    internal const int Lease = 4;
    internal const int Renewal = 5;
    internal const int Rebinding = 6;
    internal const int Dns = 7;
    internal const int Ntp = 9;
    internal const int ValueCount = 11;

    /// <summary>Servers of a kind that are kept.</summary>
    internal const int ServersOfAKind = 2;

    /// <summary>A lease that never ends (RFC 2131 3.3).</summary>
    internal const uint Infinite = 0xFFFFFFFF;

    /// <summary>Shorter leases than this would be over before they are in use, in seconds: probing takes up to seven.</summary>
    internal const uint ShortestLease = 30;

    /// <summary>Where the options begin.</summary>
    internal const int OptionsOffset = 240;

    /// <summary>What a BOOTP relay passes on at least, in octets (RFC 1542 2.1).</summary>
    internal const int ShortestMessage = 300;

    internal const int OptionMask = 1;
    internal const int OptionRouter = 3;
    internal const int OptionDns = 6;
    internal const int OptionHostName = 12;
    internal const int OptionDomain = 15;
    internal const int OptionBroadcast = 28;
    internal const int OptionNtp = 42;
    internal const int OptionRequested = 50;
    internal const int OptionLease = 51;
    internal const int OptionOverload = 52;
    internal const int OptionType = 53;
    internal const int OptionServer = 54;
    internal const int OptionParameters = 55;
    internal const int OptionMaxSize = 57;
    internal const int OptionRenewal = 58;
    internal const int OptionRebinding = 59;
    internal const int OptionClientId = 61;

    private const int OptionPad = 0;
    private const int OptionEnd = 255;
    private const int BootRequest = 1;
    private const int BootReply = 2;
    private const int HardwareEthernet = 1;
    private const int XidOffset = 4;
    private const int SecondsOffset = 8;
    private const int ClientAddressOffset = 12;
    private const int YourAddressOffset = 16;
    private const int HardwareAddressOffset = 28;
    private const int NameOffset = 44;
    private const int NameLength = 64;
    private const int FileOffset = 108;
    private const int FileLength = 128;
    private const int CookieOffset = 236;
    private const uint Cookie = 0x63825363;

    /// <summary>What the message says, by the indices above; 0 where it says nothing.</summary>
    internal readonly uint[] Values = new uint[ValueCount];

    /// <summary>Type of the message that was read last; 0 when it has none.</summary>
    internal int Type;

    /// <summary>Where the domain name stands in the frame buffer.</summary>
    internal int DomainOffset;

    /// <summary>Octets of it; 0 for none.</summary>
    internal int DomainLength;

    /// <summary>Where the name that the server gives this host stands.</summary>
    internal int HostNameOffset;

    /// <summary>Octets of it; 0 for none.</summary>
    internal int HostNameLength;

    /// <summary>True when the address that is given is that of a router.</summary>
    private bool _isRouter;

    private int _overload;
    private int _routersOffset;
    private int _routersLength;

    /// <summary>Reads a message to a client.</summary>
    /// <param name="buffer">Holds it.</param>
    /// <param name="offset">Its first octet.</param>
    /// <param name="length">Its length in octets.</param>
    /// <param name="transaction">The transaction that this host waits for an answer to.</param>
    /// <param name="macAddress">This host's station.</param>
    internal int Parse(byte[] buffer, int offset, int length, uint transaction, long macAddress)
    {
        Clear();
        if (length < OptionsOffset
            || buffer[offset] != BootReply
            || buffer[offset + 1] != HardwareEthernet
            || buffer[offset + 2] != 6
            || BigEndian.ReadUInt32(buffer, offset + CookieOffset) != Cookie)
        {
            return Malformed;
        }

        // RFC 2131 4.1: a message is an answer to the one that has the same transaction id, and to nobody else.
        if (BigEndian.ReadUInt32(buffer, offset + XidOffset) != transaction
            || EthernetHeader.ReadAddress(buffer, offset + HardwareAddressOffset) != macAddress)
        {
            return Foreign;
        }

        // RFC 2131 4.1: 'options' first, then 'file', then 'sname', if option 52 says that these hold options too.
        if (!ReadOptions(buffer, offset + OptionsOffset, offset + length))
        {
            return Malformed;
        }

        int overload = _overload;
        if (overload > 3
            || ((overload & 1) != 0 && !ReadOptions(buffer, offset + FileOffset, offset + FileOffset + FileLength))
            || ((overload & 2) != 0 && !ReadOptions(buffer, offset + NameOffset, offset + NameOffset + NameLength)))
        {
            return Malformed;
        }

        // What a server sends, and nothing else: a client's messages have another opcode, but liars have all of them.
        if (Type != Offer && Type != Ack && Type != Nak)
        {
            return Malformed;
        }

        Values[YourAddress] = BigEndian.ReadUInt32(buffer, offset + YourAddressOffset);
        ChooseRouter(buffer);
        return Whole;
    }

    /// <summary>True when an offer or an acknowledgment gives what a host can use. The times that it leaves open are set.</summary>
    internal bool IsUsable()
    {
        uint[] values = Values;
        uint address = values[YourAddress];
        int prefixLength = PrefixLength(values[Mask]);

        // RFC 2131 table 3: both name their server and the time of the lease. A server or router does not give its own address away.
        return values[Server] != 0
            && values[Lease] >= ShortestLease
            && prefixLength >= 1
            && prefixLength <= 30
            && Ipv4Address.IsHost(address, prefixLength)
            && !Ipv4Address.IsLinkLocal(address)
            && address != values[Server]
            && !_isRouter;
    }

    /// <summary>Length of the prefix that a netmask means; -1 when its ones are not all in front (RFC 1122 3.2.1.3 and 3.3.6 know no other).</summary>
    internal static int PrefixLength(uint mask)
    {
        uint host = ~mask;
        if ((host & (host + 1)) != 0)
        {
            return -1;
        }

        int length = 32;
        while (host != 0)
        {
            host >>= 1;
            length--;
        }

        return length;
    }

    /// <summary>True for a letter, a digit and the hyphen.</summary>
    internal static bool IsNameCharacter(int c)
    {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    }

    /// <summary>Writes a client's message up to its options.</summary>
    /// <returns>Where the options go.</returns>
    internal static int Begin(byte[] buffer, int offset, uint transaction, int seconds, uint clientAddress, long macAddress, int type)
    {
        for (int i = 0; i < OptionsOffset; i++)
        {
            buffer[offset + i] = 0;
        }

        buffer[offset] = BootRequest;
        buffer[offset + 1] = HardwareEthernet;
        buffer[offset + 2] = 6;
        BigEndian.WriteUInt32(buffer, offset + XidOffset, transaction);
        BigEndian.WriteUInt16(buffer, offset + SecondsOffset, seconds);

        // RFC 2131 4.1: the BROADCAST flag stays clear, because this host takes what comes to an address that it has not yet.
        BigEndian.WriteUInt32(buffer, offset + ClientAddressOffset, clientAddress);
        EthernetHeader.WriteAddress(buffer, offset + HardwareAddressOffset, macAddress);
        BigEndian.WriteUInt32(buffer, offset + CookieOffset, Cookie);
        int at = offset + OptionsOffset;
        buffer[at++] = OptionType;
        buffer[at++] = 1;
        buffer[at++] = (byte)type;

        // RFC 2132 9.14: the type of the hardware and the station, the same in every message (RFC 2131 4.2).
        buffer[at++] = OptionClientId;
        buffer[at++] = 7;
        buffer[at++] = HardwareEthernet;
        EthernetHeader.WriteAddress(buffer, at, macAddress);
        return at + 6;
    }

    internal static int PutNumber(byte[] buffer, int at, int option, uint value)
    {
        buffer[at] = (byte)option;
        buffer[at + 1] = 4;
        BigEndian.WriteUInt32(buffer, at + 2, value);
        return at + 6;
    }

    internal static int PutShort(byte[] buffer, int at, int option, int value)
    {
        buffer[at] = (byte)option;
        buffer[at + 1] = 2;
        BigEndian.WriteUInt16(buffer, at + 2, value);
        return at + 4;
    }

    internal static int PutOctets(byte[] buffer, int at, int option, byte[] octets, int length)
    {
        buffer[at++] = (byte)option;
        buffer[at++] = (byte)length;
        for (int i = 0; i < length; i++)
        {
            buffer[at++] = octets[i];
        }

        return at;
    }

    /// <summary>What the host asks for (RFC 2132 9.8); its own name only when it has none.</summary>
    internal static int PutParameters(byte[] buffer, int at, bool asksName)
    {
        buffer[at] = OptionParameters;
        int first = at + 2;
        int next = first;
        buffer[next++] = OptionMask;
        buffer[next++] = OptionRouter;
        buffer[next++] = OptionDns;
        buffer[next++] = OptionDomain;
        buffer[next++] = OptionBroadcast;
        buffer[next++] = OptionNtp;
        buffer[next++] = OptionLease;
        buffer[next++] = OptionRenewal;
        buffer[next++] = OptionRebinding;
        if (asksName)
        {
            buffer[next++] = OptionHostName;
        }

        buffer[at + 1] = (byte)(next - first);
        return next;
    }

    /// <summary>Ends a message that began at <paramref name="offset"/>; its length is returned.</summary>
    internal static int End(byte[] buffer, int offset, int at)
    {
        buffer[at++] = OptionEnd;
        while (at < offset + ShortestMessage)
        {
            buffer[at++] = OptionPad;
        }

        return at - offset;
    }

    private void Clear()
    {
        for (int i = 0; i < ValueCount; i++)
        {
            Values[i] = 0;
        }

        Type = 0;
        DomainLength = 0;
        HostNameLength = 0;
        _isRouter = false;
        _overload = 0;
        _routersLength = 0;
    }

    /// <summary>
    /// Reads one field of options (RFC 2132 2). False when an option goes past the end of the field, or nothing says where they end
    /// (RFC 2131 3, 4.1): such a message was cut or made up.
    /// </summary>
    private bool ReadOptions(byte[] buffer, int at, int end)
    {
        while (at < end)
        {
            int option = buffer[at++];
            if (option == OptionEnd)
            {
                return true;
            }

            if (option == OptionPad)
            {
                continue;
            }

            if (at == end || buffer[at] > end - at - 1)
            {
                return false;
            }

            ReadOption(option, buffer, at + 1, buffer[at]);
            at += 1 + buffer[at];
        }

        return false;
    }

    /// <summary>An option of another length than it must have is not there, and of two the first one counts.</summary>
    private void ReadOption(int option, byte[] buffer, int at, int length)
    {
        switch (option)
        {
            // RFC 2132 3.3, 9.2, 9.7, 9.11, 9.12: four octets each; RFC 2132 3.8 and 8.3: as many addresses as there are.
            case OptionMask:
                SetNumber(Mask, buffer, at, length);
                break;
            case OptionServer:
                SetNumber(Server, buffer, at, length);
                break;
            case OptionLease:
                SetNumber(Lease, buffer, at, length);
                break;
            case OptionRenewal:
                SetNumber(Renewal, buffer, at, length);
                break;
            case OptionRebinding:
                SetNumber(Rebinding, buffer, at, length);
                break;
            case OptionDns:
                SetServers(Dns, buffer, at, length);
                break;
            case OptionNtp:
                SetServers(Ntp, buffer, at, length);
                break;
            case OptionRouter:
                if (_routersLength == 0 && (length & 3) == 0)
                {
                    _routersOffset = at;
                    _routersLength = length;
                }

                break;
            case OptionType:
                if (Type == 0 && length == 1)
                {
                    Type = buffer[at];
                }

                break;
            case OptionOverload:
                // Only in 'options' itself: what stands in the other two fields cannot send the reader anywhere.
                if (_overload == 0 && length == 1)
                {
                    _overload = buffer[at];
                }

                break;
            case OptionDomain:
                if (DomainLength == 0)
                {
                    DomainOffset = at;
                    DomainLength = LengthOfName(buffer, at, length, true);
                }

                break;
            case OptionHostName:
                if (HostNameLength == 0)
                {
                    HostNameOffset = at;
                    HostNameLength = LengthOfName(buffer, at, length, false);
                }

                break;
        }
    }

    private void SetNumber(int index, byte[] buffer, int at, int length)
    {
        if (length == 4 && Values[index] == 0)
        {
            Values[index] = BigEndian.ReadUInt32(buffer, at);
        }
    }

    private void SetServers(int index, byte[] buffer, int at, int length)
    {
        if ((length & 3) != 0 || Values[index] != 0)
        {
            return;
        }

        int kept = 0;
        for (int i = 0; i < length && kept < ServersOfAKind; i += 4)
        {
            uint address = BigEndian.ReadUInt32(buffer, at + i);
            if (Ipv4Address.IsHost(address, 1))
            {
                Values[index + kept] = address;
                kept++;
            }
        }
    }

    /// <summary>
    /// RFC 2132 3.14, 3.17: octets of a name without zeros at its end, which RFC 2132 2 wants dropped; 0 when there is anything in it that does not
    /// belong in a name, because it is printed and sent on. Of a host's name the first label counts.
    /// </summary>
    private static int LengthOfName(byte[] buffer, int at, int length, bool domain)
    {
        while (length != 0 && (buffer[at + length - 1] == 0 || buffer[at + length - 1] == '.'))
        {
            length--;
        }

        for (int i = 0; i < length; i++)
        {
            int c = buffer[at + i];
            if (c == '.' && i != 0)
            {
                if (!domain)
                {
                    return i;
                }
            }
            else if (!IsNameCharacter(c) && !(domain && c == '_'))
            {
                return 0;
            }
        }

        return length;
    }

    /// <summary>RFC 2132 3.5: the first router that is a neighbour of the address; the mask may have come behind it.</summary>
    private void ChooseRouter(byte[] buffer)
    {
        uint address = Values[YourAddress];
        if (Values[Mask] == 0)
        {
            // RFC 950 2.1: without a mask the class of the address says where its network ends.
            Values[Mask] = address >> 31 == 0 ? 0xFF000000 : address >> 30 == 2 ? 0xFFFF0000 : 0xFFFFFF00;
        }

        int prefixLength = PrefixLength(Values[Mask]);
        if (prefixLength < 1 || prefixLength > 30)
        {
            return;
        }

        for (int i = 0; i < _routersLength; i += 4)
        {
            uint router = BigEndian.ReadUInt32(buffer, _routersOffset + i);
            if (router == address)
            {
                _isRouter = true;
            }
            else if (((router ^ address) & Values[Mask]) == 0 && Ipv4Address.IsHost(router, prefixLength) && Values[Gateway] == 0)
            {
                Values[Gateway] = router;
            }
        }
    }
}
