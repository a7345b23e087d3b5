using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <content>Whether another host says the same, and who is later where both propose something.</content>
internal sealed partial class MdnsRecords
{
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

    /// <summary>True when the data of a record, from offset to its end, is exactly that name.</summary>
    private bool IsName(int name, byte[] buffer, int start, int end, int offset, int dataEnd)
    {
        return DnsName.Skip(buffer, start, end, offset) == dataEnd && Names.Is(name, buffer, start, end, offset);
    }
}
