using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <summary>
/// The records that a responder has: which one answers what, what is in it, and whether another host says the same. A record
/// is a number, and several of them are the bits of a mask.
/// </summary>
internal sealed partial class MdnsRecords
{
    /// <summary>A: the address of the host.</summary>
    internal const int Address = 0;

    /// <summary>PTR: the host at the address.</summary>
    internal const int Pointer = 1;

    /// <summary>Services that a mask has bits for.</summary>
    internal const int MostServices = 5;

    /// <summary>RFC 6762 10: with a host name in name or data, in s.</summary>
    internal const int HostTimeToLive = 120;

    /// <summary>RFC 6762 10: all other records, in s.</summary>
    internal const int OtherTimeToLive = 4500;

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

    private static int Kind(int record)
    {
        return (record - FirstService) % PerService;
    }

    private static int Service(int record)
    {
        return (record - FirstService) / PerService;
    }

    private int TargetOf(int record)
    {
        return record == Pointer ? MdnsNames.Host
            : Kind(record) == Listing ? MdnsNames.Instance(Service(record))
            : Names.Type(Service(record));
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
