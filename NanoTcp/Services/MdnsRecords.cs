using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <summary>
/// The records that a responder has: which one answers what, what is in it, and whether another host says the same. A record
/// is a number, and several of them are the bits of a mask.
/// </summary>
internal sealed class MdnsRecords
{
    /// <summary>A: the address of the host.</summary>
    internal const int Address = 0;

    /// <summary>PTR: the host at the address.</summary>
    internal const int Pointer = 1;

    /// <summary>As it is sent to all: the whole time to live, and the cache-flush bit where it belongs.</summary>
    internal const int Answer = 0;

    /// <summary>With a time to live of 0 (RFC 6762 10.1).</summary>
    internal const int Goodbye = 1;

    /// <summary>In the authority section of a probe (RFC 6762 8.2).</summary>
    internal const int Proposed = 2;

    /// <summary>To one who knows only ordinary DNS (RFC 6762 6.7).</summary>
    internal const int Legacy = 3;

    /// <summary>Services that a mask has bits for.</summary>
    internal const int MostServices = 5;

    /// <summary>RFC 6762 10: with a host name in name or data, in s.</summary>
    internal const int HostTimeToLive = 120;

    /// <summary>RFC 6762 10: all other records, in s.</summary>
    internal const int OtherTimeToLive = 4500;

    /// <summary>RFC 6762 6.7.</summary>
    internal const int LegacyTimeToLive = 10;

    private const int FirstService = 2;
    private const int PerService = 4;
    private const int Server = 0;
    private const int Text = 1;
    private const int Listing = 2;
    private const int TypeListing = 3;

    /// <summary>Octets of SRV data before its name (RFC 2782): priority, weight, port.</summary>
    private const int ServerHead = 6;
    private const int PortOffset = 4;

    /// <summary>How many records there are, the negative ones included.</summary>
    internal readonly int Count;

    internal readonly MdnsNames Names;

    /// <summary>The address that the records speak of.</summary>
    internal uint HostAddress;

    private readonly int _services;

    /// <summary>The first of the negative records: host, reverse name, services.</summary>
    private readonly int _firstNegative;
    private readonly byte[][] _text;
    private readonly int[] _port;

    internal MdnsRecords(MdnsNames names, MdnsService[] services)
    {
        Names = names;
        _services = services.Length;
        _firstNegative = FirstService + (PerService * _services);
        Count = _firstNegative + 2 + _services;
        _text = new byte[_services][];
        _port = new int[_services];
        for (int i = 0; i < _services; i++)
        {
            _text[i] = services[i].Text;
            _port[i] = services[i].Port;
        }
    }

    /// <summary>Who must be the only one with a name: the host itself is owner 0, its services follow.</summary>
    internal int Owners
    {
        get { return 1 + _services; }
    }

    /// <summary>The owner of a name that must be unique; -1 for other names. The reverse name needs no proof (RFC 6762 8.1).</summary>
    internal int OwnerOf(int name)
    {
        if (name == MdnsNames.Host)
        {
            return 0;
        }

        for (int i = 0; i < _services; i++)
        {
            if (name == MdnsNames.Instance(i))
            {
                return 1 + i;
            }
        }

        return -1;
    }

    /// <summary>The unique name of an owner.</summary>
    internal static int NameOfOwner(int owner)
    {
        return owner == 0 ? MdnsNames.Host : MdnsNames.Instance(owner - 1);
    }

    internal void SetAddress(uint address)
    {
        HostAddress = address;
        Names.SetReverse(address);
    }

    /// <summary>The records that may be spoken of when these owners have their names.</summary>
    internal int ValidFor(int owners)
    {
        int mask = 0;
        for (int record = 0; record < Count; record++)
        {
            if ((owners & Needs(record)) == Needs(record) && !IsRepeated(record))
            {
                mask |= 1 << record;
            }
        }

        return mask;
    }

    /// <summary>The records that a host takes back when it goes.</summary>
    internal int ToTakeBack(int valid)
    {
        int mask = 0;
        for (int record = 0; record < _firstNegative; record++)
        {
            // That there are services of a type may be true of others too, who would have to say so again (RFC 6762 6.6).
            if (record < FirstService || Kind(record) != TypeListing)
            {
                mask |= 1 << record;
            }
        }

        return mask & valid;
    }

    /// <summary>All but the negative records, which only answer.</summary>
    internal int ToAnnounce(int valid)
    {
        return valid & ((1 << _firstNegative) - 1);
    }

    internal int NameOf(int record)
    {
        if (record >= _firstNegative)
        {
            int place = record - _firstNegative;
            return place == 0 ? MdnsNames.Host : place == 1 ? MdnsNames.Reverse : MdnsNames.Instance(place - 2);
        }

        if (record < FirstService)
        {
            return record == Address ? MdnsNames.Host : MdnsNames.Reverse;
        }

        int kind = Kind(record);
        return kind == Listing ? Names.Type(Service(record)) : kind == TypeListing ? MdnsNames.Types : MdnsNames.Instance(Service(record));
    }

    internal int TypeOf(int record)
    {
        if (record >= _firstNegative)
        {
            return DnsMessage.TypeNsec;
        }

        if (record < FirstService)
        {
            return record == Address ? DnsMessage.TypeA : DnsMessage.TypePtr;
        }

        int kind = Kind(record);
        return kind == Server ? DnsMessage.TypeSrv : kind == Text ? DnsMessage.TypeTxt : DnsMessage.TypePtr;
    }

    /// <summary>True when nobody else may have a record of that name and type.</summary>
    internal bool IsUnique(int record)
    {
        return record < FirstService || record >= _firstNegative || Kind(record) <= Text;
    }

    /// <summary>In s; RFC 6762 10, and 6.1 for the negative ones.</summary>
    internal int TimeToLiveOf(int record)
    {
        bool host = record < FirstService || record >= _firstNegative || Kind(record) == Server;
        return host ? HostTimeToLive : OtherTimeToLive;
    }

    /// <summary>The records that answer a question (RFC 6762 6), the negative one where there is nothing else to say (6.1).</summary>
    /// <param name="name">What it asks about.</param>
    /// <param name="type">Of which type.</param>
    /// <param name="recordClass">And class, without its highest bit.</param>
    internal int Match(int name, int type, int recordClass)
    {
        if (recordClass != DnsMessage.ClassIn && recordClass != DnsMessage.ClassAny)
        {
            return 0;
        }

        int mask = 0;
        for (int record = 0; record < _firstNegative; record++)
        {
            // RFC 6762 6.5: all of them, when it asks for all.
            if (NameOf(record) == name && (type == DnsMessage.TypeAny || type == TypeOf(record)))
            {
                mask |= 1 << record;
            }
        }

        return mask == 0 ? Negative(name) : mask;
    }

    /// <summary>The records that whoever gets this one will ask for next (RFC 6763 12.1, 12.2, RFC 6762 6.2).</summary>
    internal int Along(int record)
    {
        if (record >= _firstNegative)
        {
            return 0;
        }

        // RFC 6762 6.2: who gets the address learns at once that there is none of IPv6.
        int host = (1 << Address) | Negative(MdnsNames.Host);
        if (record == Address)
        {
            return host;
        }

        if (record < FirstService)
        {
            return 0;
        }

        switch (Kind(record))
        {
            case Listing:
                return (1 << (record - Listing + Server)) | (1 << (record - Listing + Text)) | host;
            case Server:
                return host;
            default:
                return 0;
        }
    }

    /// <summary>Writes a record.</summary>
    /// <returns>Where to go on, or -1 when there is no room.</returns>
    internal int Write(int record, int manner, byte[] buffer, int start, int offset, int limit)
    {
        int tail = Names.Write(NameOf(record), buffer, start, offset, limit);
        if (tail < 0 || tail + DnsMessage.RecordTail > limit)
        {
            return -1;
        }

        int seconds = TimeToLiveOf(record);
        if (manner == Goodbye)
        {
            seconds = 0;
        }
        else if (manner == Legacy && seconds > LegacyTimeToLive)
        {
            seconds = LegacyTimeToLive;
        }

        // RFC 6762 10.2: in a response only, never to a legacy querier, and never for what others may have too.
        bool flush = IsUnique(record) && (manner == Answer || manner == Goodbye);
        int data = tail + DnsMessage.RecordTail;
        int at = WriteData(record, manner, buffer, start, data, limit);
        if (at < 0)
        {
            return -1;
        }

        DnsMessage.WriteRecordTail(
            buffer, tail, TypeOf(record), flush ? DnsMessage.ClassIn | DnsMessage.CacheFlush : DnsMessage.ClassIn, seconds, at - data);
        return at;
    }

    /// <summary>Octets of a record without compression.</summary>
    internal int Length(int record)
    {
        int length = Names.Length(NameOf(record)) + DnsMessage.RecordTail;
        switch (TypeOf(record))
        {
            case DnsMessage.TypeA:
                return length + DnsMessage.AddressLength;
            case DnsMessage.TypeTxt:
                return length + _text[Service(record)].Length;
            default:
                return length + ServerHead + DnsName.MaxLength;
        }
    }

    /// <summary>True when a record of a message, of the name and type of this one, has the same data.</summary>
    /// <param name="record">The own one.</param>
    /// <param name="buffer">Holds the message.</param>
    /// <param name="start">First octet of the message.</param>
    /// <param name="end">Behind the message.</param>
    /// <param name="tail">Behind the name of the other record.</param>
    internal bool HasSameData(int record, byte[] buffer, int start, int end, int tail)
    {
        int data = tail + DnsMessage.RecordTail;
        int length = BigEndian.ReadUInt16(buffer, tail + DnsMessage.DataLengthOffset);
        switch (TypeOf(record))
        {
            case DnsMessage.TypeA:
                return length == DnsMessage.AddressLength && BigEndian.ReadUInt32(buffer, data) == HostAddress;

            case DnsMessage.TypeTxt:
                byte[] text = _text[Service(record)];
                return Compare(text, 0, text.Length, buffer, data, length) == 0;

            case DnsMessage.TypeSrv:
                return length > ServerHead
                    && BigEndian.ReadUInt32(buffer, data) == 0
                    && BigEndian.ReadUInt16(buffer, data + PortOffset) == _port[Service(record)]
                    && IsName(MdnsNames.Host, buffer, start, end, data + ServerHead, data + length);

            case DnsMessage.TypePtr:
                return IsName(TargetOf(record), buffer, start, end, data, data + length);

            default:
                return false;
        }
    }

    /// <summary>
    /// Compares the records that an owner proposes with those of another host's probe, pair by pair in order (RFC 6762 8.2, 8.2.1).
    /// </summary>
    /// <param name="owner">Whose.</param>
    /// <param name="buffer">Holds the message.</param>
    /// <param name="start">First octet of the message.</param>
    /// <param name="end">Behind the message.</param>
    /// <param name="authorities">Where the first record of its authority section stands.</param>
    /// <param name="count">How many there are.</param>
    /// <returns>Less than 0 when the other host's are later and win, more when they lose, 0 when they are the same.</returns>
    internal int CompareProposals(int owner, byte[] buffer, int start, int end, int authorities, int count)
    {
        // In order: a TXT record comes before an SRV record.
        int name = NameOfOwner(owner);
        int records = owner == 0 ? 1 : 2;
        int first = owner == 0 ? Address : FirstService + (PerService * (owner - 1)) + Text;
        int their = 0;
        for (int i = 0; i < records; i++)
        {
            their = NextInOrder(name, buffer, start, end, authorities, count, their);
            if (their == 0)
            {
                // RFC 6762 8.2.1: who has records left wins.
                return 1;
            }

            int difference = CompareProposal(first - i, buffer, start, end, their);
            if (difference != 0)
            {
                return difference;
            }
        }

        return NextInOrder(name, buffer, start, end, authorities, count, their) == 0 ? 0 : -1;
    }

    private static int Kind(int record)
    {
        return (record - FirstService) % PerService;
    }

    private static int Service(int record)
    {
        return (record - FirstService) / PerService;
    }

    /// <summary>Compares octets as RFC 6762 8.2 does: the first that differs decides, else who has more.</summary>
    private static int Compare(byte[] one, int oneOffset, int oneLength, byte[] other, int otherOffset, int otherLength)
    {
        for (int i = 0; i < oneLength && i < otherLength; i++)
        {
            int difference = one[oneOffset + i] - other[otherOffset + i];
            if (difference != 0)
            {
                return difference;
            }
        }

        return oneLength - otherLength;
    }

    /// <summary>
    /// Compares up to four octets, the first one highest in <paramref name="value"/>, with the beginning of a record's data; what is
    /// shorter than they are comes before them.
    /// </summary>
    private static int Compare(uint value, int octets, byte[] other, int otherOffset, int otherLength)
    {
        for (int i = 0; i < octets && i < otherLength; i++)
        {
            int difference = (int)((value >> (24 - (8 * i))) & 0xFF) - other[otherOffset + i];
            if (difference != 0)
            {
                return difference;
            }
        }

        return otherLength < octets ? 1 : 0;
    }

    /// <summary>Class, type and data as they stand, of two records of a message.</summary>
    private static int CompareTails(byte[] buffer, int one, int other)
    {
        int difference = (BigEndian.ReadUInt16(buffer, one + DnsMessage.ClassOffset) & DnsMessage.ClassMask)
            - (BigEndian.ReadUInt16(buffer, other + DnsMessage.ClassOffset) & DnsMessage.ClassMask);
        if (difference == 0)
        {
            difference = BigEndian.ReadUInt16(buffer, one + DnsMessage.TypeOffset) - BigEndian.ReadUInt16(buffer, other + DnsMessage.TypeOffset);
        }

        if (difference != 0)
        {
            return difference;
        }

        return Compare(
            buffer,
            one + DnsMessage.RecordTail,
            BigEndian.ReadUInt16(buffer, one + DnsMessage.DataLengthOffset),
            buffer,
            other + DnsMessage.RecordTail,
            BigEndian.ReadUInt16(buffer, other + DnsMessage.DataLengthOffset));
    }

    /// <summary>
    /// The tail of the record of that name which comes next in order after the one with the tail <paramref name="after"/>
    /// (0: the first); 0 when there is none. Of two that are the same only one counts.
    /// </summary>
    private int NextInOrder(int name, byte[] buffer, int start, int end, int authorities, int count, int after)
    {
        int best = 0;
        int offset = authorities;
        for (int i = 0; i < count; i++)
        {
            int tail = DnsMessage.FindRecordTail(buffer, start, end, offset);
            if ((after == 0 || CompareTails(buffer, tail, after) > 0)
                && (best == 0 || CompareTails(buffer, tail, best) < 0)
                && Names.Is(name, buffer, start, end, offset))
            {
                best = tail;
            }

            offset = DnsMessage.EndOfRecord(buffer, tail);
        }

        return best;
    }

    private int CompareProposal(int record, byte[] buffer, int start, int end, int tail)
    {
        int difference = DnsMessage.ClassIn - (BigEndian.ReadUInt16(buffer, tail + DnsMessage.ClassOffset) & DnsMessage.ClassMask);
        if (difference == 0)
        {
            difference = TypeOf(record) - BigEndian.ReadUInt16(buffer, tail + DnsMessage.TypeOffset);
        }

        if (difference != 0)
        {
            return difference;
        }

        int data = tail + DnsMessage.RecordTail;
        int length = BigEndian.ReadUInt16(buffer, tail + DnsMessage.DataLengthOffset);
        switch (TypeOf(record))
        {
            case DnsMessage.TypeA:
                difference = Compare(HostAddress, DnsMessage.AddressLength, buffer, data, length);
                return difference == 0 ? DnsMessage.AddressLength - length : difference;

            case DnsMessage.TypeTxt:
                byte[] text = _text[Service(record)];
                return Compare(text, 0, text.Length, buffer, data, length);

            default:
                // Priority and weight, the port, and the name as it is without compression (RFC 6762 8.2).
                difference = Compare(0, 4, buffer, data, length);
                if (difference == 0)
                {
                    difference = Compare((uint)_port[Service(record)] << 16, 2, buffer, data + PortOffset, length - PortOffset);
                }

                if (difference == 0)
                {
                    difference = length == ServerHead ? 1 : Names.Compare(MdnsNames.Host, buffer, start, end, data + ServerHead);
                }

                return difference;
        }
    }

    private int WriteData(int record, int manner, byte[] buffer, int start, int offset, int limit)
    {
        switch (TypeOf(record))
        {
            case DnsMessage.TypeA:
                if (offset + DnsMessage.AddressLength > limit)
                {
                    return -1;
                }

                BigEndian.WriteUInt32(buffer, offset, HostAddress);
                return offset + DnsMessage.AddressLength;

            case DnsMessage.TypeTxt:
                byte[] text = _text[Service(record)];
                if (offset + text.Length > limit)
                {
                    return -1;
                }

                for (int i = 0; i < text.Length; i++)
                {
                    buffer[offset + i] = text[i];
                }

                return offset + text.Length;

            case DnsMessage.TypeSrv:
                if (offset + ServerHead > limit)
                {
                    return -1;
                }

                PutServerHead(record, buffer, offset);
                return WriteName(MdnsNames.Host, manner, buffer, start, offset + ServerHead, limit);

            case DnsMessage.TypePtr:
                return Names.Write(TargetOf(record), buffer, start, offset, limit);

            default:
                return WriteNegative(record, manner, buffer, start, offset, limit);
        }
    }

    /// <summary>NSEC data in the form that RFC 6762 6.1 asks for: the own name, one block, and a bit for each type that there is.</summary>
    private int WriteNegative(int record, int manner, byte[] buffer, int start, int offset, int limit)
    {
        int at = WriteName(NameOf(record), manner, buffer, start, offset, limit);
        if (at < 0)
        {
            return -1;
        }

        int last = 0;
        for (int other = 0; other < _firstNegative; other++)
        {
            if (NameOf(other) == NameOf(record) && TypeOf(other) > last)
            {
                last = TypeOf(other);
            }
        }

        int octets = (last >> 3) + 1;
        if (at + 2 + octets > limit)
        {
            return -1;
        }

        buffer[at] = 0;
        buffer[at + 1] = (byte)octets;
        at += 2;
        for (int i = 0; i < octets; i++)
        {
            buffer[at + i] = 0;
        }

        for (int other = 0; other < _firstNegative; other++)
        {
            if (NameOf(other) == NameOf(record))
            {
                buffer[at + (TypeOf(other) >> 3)] |= (byte)(0x80 >> (TypeOf(other) & 7));
            }
        }

        return at + octets;
    }

    /// <summary>RFC 6762 18.14: in a legacy response the target of a service is not compressed, nor is what ordinary DNS never compresses.</summary>
    private int WriteName(int name, int manner, byte[] buffer, int start, int offset, int limit)
    {
        if (manner != Legacy)
        {
            return Names.Write(name, buffer, start, offset, limit);
        }

        return offset + Names.Length(name) > limit ? -1 : offset + Names.Copy(name, buffer, offset);
    }

    private void PutServerHead(int record, byte[] target, int offset)
    {
        // RFC 6763 5: priority and weight are for names with several servers.
        BigEndian.WriteUInt32(target, offset, 0);
        BigEndian.WriteUInt16(target, offset + PortOffset, _port[Service(record)]);
    }

    private int TargetOf(int record)
    {
        return record == Pointer ? MdnsNames.Host
            : Kind(record) == Listing ? MdnsNames.Instance(Service(record))
            : Names.Type(Service(record));
    }

    /// <summary>True when the data of a record, from offset to its end, is exactly that name.</summary>
    private bool IsName(int name, byte[] buffer, int start, int end, int offset, int dataEnd)
    {
        return DnsName.Skip(buffer, start, end, offset) == dataEnd && Names.Is(name, buffer, start, end, offset);
    }

    /// <summary>The negative record of a name that only this host has.</summary>
    private int Negative(int name)
    {
        for (int record = _firstNegative; record < Count; record++)
        {
            if (NameOf(record) == name)
            {
                return 1 << record;
            }
        }

        return 0;
    }

    /// <summary>The owners whose names are in a record.</summary>
    private int Needs(int record)
    {
        const int HostItself = 1;
        if (record >= _firstNegative)
        {
            int place = record - _firstNegative;
            return place < 2 ? HostItself : HostItself | (2 << (place - 2));
        }

        if (record < FirstService)
        {
            return HostItself;
        }

        int service = 2 << Service(record);
        return Kind(record) == Server ? service | HostItself : service;
    }

    /// <summary>True for the second and further records that list the same type.</summary>
    private bool IsRepeated(int record)
    {
        return record >= FirstService
            && record < _firstNegative
            && Kind(record) == TypeListing
            && !Names.IsFirstOfType(Service(record));
    }
}
