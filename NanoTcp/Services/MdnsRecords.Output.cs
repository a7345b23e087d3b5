using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <content>Records as they are written into a message.</content>
internal sealed partial class MdnsRecords
{
    /// <summary>As it is sent to all: the whole time to live, and the cache-flush bit where it belongs.</summary>
    internal const int Answer = 0;

    /// <summary>With a time to live of 0 (RFC 6762 10.1).</summary>
    internal const int Goodbye = 1;

    /// <summary>In the authority section of a probe (RFC 6762 8.2).</summary>
    internal const int Proposed = 2;

    /// <summary>To one who knows only ordinary DNS (RFC 6762 6.7).</summary>
    internal const int Legacy = 3;

    /// <summary>RFC 6762 6.7.</summary>
    internal const int LegacyTimeToLive = 10;

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
}
