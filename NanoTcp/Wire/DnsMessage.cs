namespace NanoTcp.Wire;

/// <summary>
/// Messages of DNS and multicast DNS (RFC 1035 4): where their fields stand, and how the parts around the names are read
/// and written. Offsets of fields count from the start of their part.
/// </summary>
internal static class DnsMessage
{
    internal const int HeaderLength = 12;
    internal const int IdOffset = 0;
    internal const int FlagsOffset = 2;
    internal const int QuestionsOffset = 4;
    internal const int AnswersOffset = 6;
    internal const int AuthoritiesOffset = 8;
    internal const int AdditionalsOffset = 10;

    /// <summary>QR: an answer.</summary>
    internal const int Response = 0x8000;

    /// <summary>Opcode, which is 0 for all that is spoken here.</summary>
    internal const int OpcodeMask = 0x7800;

    /// <summary>AA.</summary>
    internal const int Authoritative = 0x0400;

    /// <summary>TC: records are missing.</summary>
    internal const int Truncated = 0x0200;

    /// <summary>RD.</summary>
    internal const int RecursionDesired = 0x0100;

    /// <summary>RA.</summary>
    internal const int RecursionAvailable = 0x0080;

    internal const int RcodeMask = 0x000F;
    internal const int NoError = 0;
    internal const int FormatError = 1;
    internal const int ServerFailure = 2;
    internal const int NameError = 3;
    internal const int NotImplemented = 4;
    internal const int Refused = 5;

    internal const int TypeA = 1;
    internal const int TypeNs = 2;
    internal const int TypeCname = 5;
    internal const int TypeSoa = 6;
    internal const int TypePtr = 12;
    internal const int TypeTxt = 16;
    internal const int TypeAaaa = 28;
    internal const int TypeSrv = 33;
    internal const int TypeNsec = 47;
    internal const int TypeAny = 255;

    internal const int ClassIn = 1;
    internal const int ClassAny = 255;

    /// <summary>In multicast DNS, the class without its highest bit (RFC 6762 10.2, 5.4).</summary>
    internal const int ClassMask = 0x7FFF;

    /// <summary>The highest bit of the class of a record: others of the same name and type are outdated (RFC 6762 10.2).</summary>
    internal const int CacheFlush = 0x8000;

    /// <summary>The highest bit of the class of a question: a unicast answer is welcome (RFC 6762 5.4).</summary>
    internal const int UnicastWanted = 0x8000;

    /// <summary>Octets of a question behind its name: type and class.</summary>
    internal const int QuestionTail = 4;

    /// <summary>Octets of a resource record between its name and its data.</summary>
    internal const int RecordTail = 10;

    /// <summary>Behind a name: the type of a question or record.</summary>
    internal const int TypeOffset = 0;

    /// <summary>Behind a name: the class of a question or record.</summary>
    internal const int ClassOffset = 2;

    /// <summary>Behind the name of a record: its time to live.</summary>
    internal const int TimeToLiveOffset = 4;

    /// <summary>Behind the name of a record: octets of its data.</summary>
    internal const int DataLengthOffset = 8;

    /// <summary>Octets of the data of a SOA record behind its two names, and where among them MINIMUM stands (RFC 1035 3.3.13).</summary>
    internal const int SoaTail = 20;
    internal const int SoaMinimumOffset = 16;

    /// <summary>Octets of an address, the data of an A record.</summary>
    internal const int AddressLength = 4;

    /// <summary>Goes past a question (RFC 1035 4.1.2).</summary>
    /// <returns>The offset behind it, or -1 when it is malformed or cut off.</returns>
    internal static int SkipQuestion(byte[] buffer, int start, int end, int offset)
    {
        int tail = DnsName.Skip(buffer, start, end, offset);
        return tail < 0 || tail + QuestionTail > end ? -1 : tail + QuestionTail;
    }

    /// <summary>
    /// Finds the part of a resource record (RFC 1035 4.1.3) behind its name, from which <see cref="TypeOffset"/> and the others count; the
    /// record is whole when this gives an offset: its data begins <see cref="RecordTail"/> octets further and ends within the message.
    /// </summary>
    /// <returns>The offset behind the name, or -1 when the record is malformed or cut off.</returns>
    internal static int FindRecordTail(byte[] buffer, int start, int end, int offset)
    {
        int tail = DnsName.Skip(buffer, start, end, offset);
        if (tail < 0 || tail + RecordTail > end)
        {
            return -1;
        }

        int length = BigEndian.ReadUInt16(buffer, tail + DataLengthOffset);
        return tail + RecordTail + length > end ? -1 : tail;
    }

    /// <summary>The offset behind the record whose tail stands at <paramref name="tail"/>.</summary>
    internal static int EndOfRecord(byte[] buffer, int tail)
    {
        return tail + RecordTail + BigEndian.ReadUInt16(buffer, tail + DataLengthOffset);
    }

    /// <summary>
    /// The time to live in s that stands at <paramref name="offset"/>; one that would be negative, which none can be, is 0
    /// (RFC 2181 8).
    /// </summary>
    internal static int ReadTimeToLive(byte[] buffer, int offset)
    {
        int seconds = (int)BigEndian.ReadUInt32(buffer, offset);
        return seconds < 0 ? 0 : seconds;
    }

    /// <summary>Writes the header of a message.</summary>
    /// <returns>The offset behind it.</returns>
    internal static int WriteHeader(
        byte[] buffer, int offset, int id, int flags, int questions, int answers, int authorities, int additionals)
    {
        BigEndian.WriteUInt16(buffer, offset + IdOffset, id);
        BigEndian.WriteUInt16(buffer, offset + FlagsOffset, flags);
        BigEndian.WriteUInt16(buffer, offset + QuestionsOffset, questions);
        BigEndian.WriteUInt16(buffer, offset + AnswersOffset, answers);
        BigEndian.WriteUInt16(buffer, offset + AuthoritiesOffset, authorities);
        BigEndian.WriteUInt16(buffer, offset + AdditionalsOffset, additionals);
        return offset + HeaderLength;
    }

    /// <summary>Writes an uncompressed name that is in order. There must be room.</summary>
    /// <returns>The offset behind it.</returns>
    internal static int WriteName(byte[] buffer, int offset, byte[] name, int nameOffset)
    {
        int length = DnsName.Length(name, nameOffset);
        for (int i = 0; i < length; i++)
        {
            buffer[offset + i] = name[nameOffset + i];
        }

        return offset + length;
    }

    /// <summary>Writes what stands behind the name of a question.</summary>
    /// <returns>The offset behind it.</returns>
    internal static int WriteQuestionTail(byte[] buffer, int offset, int type, int recordClass)
    {
        BigEndian.WriteUInt16(buffer, offset + TypeOffset, type);
        BigEndian.WriteUInt16(buffer, offset + ClassOffset, recordClass);
        return offset + QuestionTail;
    }

    /// <summary>Writes what stands between the name of a record and its data.</summary>
    /// <returns>The offset of the data.</returns>
    internal static int WriteRecordTail(byte[] buffer, int offset, int type, int recordClass, int seconds, int dataLength)
    {
        BigEndian.WriteUInt16(buffer, offset + TypeOffset, type);
        BigEndian.WriteUInt16(buffer, offset + ClassOffset, recordClass);
        BigEndian.WriteUInt32(buffer, offset + TimeToLiveOffset, (uint)seconds);
        BigEndian.WriteUInt16(buffer, offset + DataLengthOffset, dataLength);
        return offset + RecordTail;
    }
}
