using NanoTcp.Ip;
using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <summary>
/// Looks in a message for what was asked (RFC 1034 5.3.3, RFC 1035 7.3). Header and question are in order and belong to the
/// query; all behind them is to be doubted.
/// </summary>
/// <remarks>
/// Only records count that belong to the name asked for, or to a name that its aliases lead to (RFC 5452 6); what else a server puts into
/// an answer is passed over, and the additional section is not even read. A query without EDNS is answered in 512 octets
/// (RFC 1035 4.2.1), so 31 records are the most there can be.
/// </remarks>
internal sealed class DnsAnswer
{
    internal const int Found = 0;
    internal const int NoSuchName = 1;
    internal const int NoData = 2;
    internal const int Truncated = 3;

    /// <summary>Lengths, counts or names are wrong, or the aliases have no end.</summary>
    internal const int Malformed = 4;

    /// <summary>The server does not know and names others, as one does that is not asked for this.</summary>
    internal const int Referral = 5;

    /// <summary>A name may be an alias of an alias, so many times.</summary>
    private const int MaxAliases = 8;

    /// <summary>With <see cref="Found"/> for an address: that address.</summary>
    internal uint Address;

    /// <summary>How long the result may be remembered, in s; 0 for not at all.</summary>
    internal int TimeToLive;

    /// <summary>With <see cref="Found"/> for a name: that name, uncompressed. Meanwhile the name that the aliases have led to.</summary>
    internal readonly byte[] Name = new byte[DnsName.MaxLength];

    private readonly Ipv4Layer _ip;
    private byte[] _buffer;
    private int _start;
    private int _end;
    private int _authorities;
    private int _aliases;

    internal DnsAnswer(Ipv4Layer ip)
    {
        _ip = ip;
    }

    /// <summary>Reads a message whose response code is <see cref="DnsMessage.NoError"/> or <see cref="DnsMessage.NameError"/>.</summary>
    /// <param name="buffer">Holds the message.</param>
    /// <param name="start">First octet of the message.</param>
    /// <param name="end">Behind the message.</param>
    /// <param name="question">The name asked about, uncompressed.</param>
    /// <param name="type"><see cref="DnsMessage.TypeA"/> or <see cref="DnsMessage.TypePtr"/>.</param>
    internal int Read(byte[] buffer, int start, int end, byte[] question, int type)
    {
        _buffer = buffer;
        _start = start;
        _end = end;
        DnsMessage.WriteName(Name, 0, question, 0);
        int flags = BigEndian.ReadUInt16(buffer, start + DnsMessage.FlagsOffset);
        bool truncated = (flags & DnsMessage.Truncated) != 0;
        int first = DnsMessage.SkipQuestion(buffer, start, end, start + DnsMessage.HeaderLength);
        int answers = BigEndian.ReadUInt16(buffer, start + DnsMessage.AnswersOffset);
        _authorities = SkipRecords(first, answers);

        // RFC 1035 4.1.1: what was cut short may end in the middle of a record.
        if (_authorities < 0 && !truncated)
        {
            return Malformed;
        }

        TimeToLive = int.MaxValue;
        int result = Follow(first, answers, type);
        if (result == Found)
        {
            // RFC 2181 9: from an answer that was cut short nothing is remembered.
            TimeToLive = truncated ? 0 : TimeToLive;
            return (flags & DnsMessage.RcodeMask) == DnsMessage.NoError ? Found : Malformed;
        }

        if (result == Malformed || truncated)
        {
            return truncated ? Truncated : Malformed;
        }

        return ReadNegative(flags);
    }

    /// <summary>Goes from the name asked about through its aliases, which may stand in any order, to a record of the type.</summary>
    private int Follow(int first, int answers, int type)
    {
        for (_aliases = 0; _aliases <= MaxAliases; _aliases++)
        {
            int tail = FindRecord(first, answers, type);
            if (tail < 0)
            {
                return NoData;
            }

            int seconds = DnsMessage.ReadTimeToLive(_buffer, tail + DnsMessage.TimeToLiveOffset);
            TimeToLive = seconds < TimeToLive ? seconds : TimeToLive;
            int data = tail + DnsMessage.RecordTail;
            if (type == DnsMessage.TypeA && BigEndian.ReadUInt16(_buffer, tail + DnsMessage.TypeOffset) == type)
            {
                Address = BigEndian.ReadUInt32(_buffer, data);
                return Found;
            }

            // The data of a PTR or CNAME record is a name and nothing else.
            if (DnsName.Skip(_buffer, _start, _end, data) != DnsMessage.EndOfRecord(_buffer, tail)
                || DnsName.Expand(_buffer, _start, _end, data, Name, 0) < 0)
            {
                return Malformed;
            }

            if (BigEndian.ReadUInt16(_buffer, tail + DnsMessage.TypeOffset) == type)
            {
                return Found;
            }
        }

        return Malformed;
    }

    /// <summary>The tail of the first record of <see cref="Name"/> that is of the type or says that it is an alias; -1 when there is none.</summary>
    private int FindRecord(int offset, int count, int type)
    {
        for (int i = 0; i < count; i++)
        {
            int tail = DnsMessage.FindRecordTail(_buffer, _start, _end, offset);
            if (tail < 0)
            {
                // Only when the message was cut short.
                return -1;
            }

            int recordType = BigEndian.ReadUInt16(_buffer, tail + DnsMessage.TypeOffset);
            if ((recordType == type || recordType == DnsMessage.TypeCname)
                && BigEndian.ReadUInt16(_buffer, tail + DnsMessage.ClassOffset) == DnsMessage.ClassIn
                && (recordType != DnsMessage.TypeA || IsPeer(tail))
                && DnsName.Matches(_buffer, _start, _end, offset, Name, 0))
            {
                return tail;
            }

            offset = DnsMessage.EndOfRecord(_buffer, tail);
        }

        return -1;
    }

    /// <summary>True for an A record of an address that another host can have. Nothing good can come of connecting to any other.</summary>
    private bool IsPeer(int tail)
    {
        return BigEndian.ReadUInt16(_buffer, tail + DnsMessage.DataLengthOffset) == DnsMessage.AddressLength
            && _ip.IsPossibleSource(BigEndian.ReadUInt32(_buffer, tail + DnsMessage.RecordTail));
    }

    /// <summary>
    /// Tells apart why there is no answer (RFC 2308 2). The SOA record of the zone says for how long that holds (RFC 2308 3, 5):
    /// its own time to live or its MINIMUM, whichever is less.
    /// </summary>
    private int ReadNegative(int flags)
    {
        int count = BigEndian.ReadUInt16(_buffer, _start + DnsMessage.AuthoritiesOffset);
        int offset = _authorities;
        bool knows = false;
        bool names = false;
        int seconds = 0;
        for (int i = 0; i < count; i++)
        {
            int tail = DnsMessage.FindRecordTail(_buffer, _start, _end, offset);
            if (tail < 0)
            {
                return Malformed;
            }

            int type = BigEndian.ReadUInt16(_buffer, tail + DnsMessage.TypeOffset);
            names |= type == DnsMessage.TypeNs;
            if (type == DnsMessage.TypeSoa && !knows && IsOfZone(offset))
            {
                int minimum = FindMinimum(tail);
                if (minimum < 0)
                {
                    return Malformed;
                }

                knows = true;
                int own = DnsMessage.ReadTimeToLive(_buffer, tail + DnsMessage.TimeToLiveOffset);
                seconds = DnsMessage.ReadTimeToLive(_buffer, minimum);
                seconds = own < seconds ? own : seconds;
            }

            offset = DnsMessage.EndOfRecord(_buffer, tail);
        }

        // RFC 2308 5: without a SOA record nothing is remembered.
        TimeToLive = seconds < TimeToLive ? seconds : TimeToLive;
        if ((flags & DnsMessage.RcodeMask) == DnsMessage.NameError)
        {
            return NoSuchName;
        }

        // RFC 2308 2.2: name servers and no SOA record are a referral.
        return names && !knows && _aliases == 0 && (flags & DnsMessage.Authoritative) == 0 ? Referral : NoData;
    }

    /// <summary>True when the owner of a record is <see cref="Name"/> or a domain that it lies in.</summary>
    private bool IsOfZone(int offset)
    {
        int label = 0;
        while (true)
        {
            if (DnsName.Matches(_buffer, _start, _end, offset, Name, label))
            {
                return true;
            }

            if (Name[label] == 0)
            {
                return false;
            }

            label += 1 + Name[label];
        }
    }

    /// <summary>Where MINIMUM of a SOA record stands, behind two names and four numbers (RFC 1035 3.3.13); -1 when it is malformed.</summary>
    private int FindMinimum(int tail)
    {
        int end = DnsMessage.EndOfRecord(_buffer, tail);
        int names = DnsName.Skip(_buffer, _start, end, tail + DnsMessage.RecordTail);
        names = names < 0 ? -1 : DnsName.Skip(_buffer, _start, end, names);
        return names < 0 || names + DnsMessage.SoaTail != end ? -1 : names + DnsMessage.SoaMinimumOffset;
    }

    private int SkipRecords(int offset, int count)
    {
        for (int i = 0; i < count; i++)
        {
            int tail = DnsMessage.FindRecordTail(_buffer, _start, _end, offset);
            if (tail < 0)
            {
                return -1;
            }

            offset = DnsMessage.EndOfRecord(_buffer, tail);
        }

        return offset;
    }
}
