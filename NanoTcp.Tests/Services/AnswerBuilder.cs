using System.Collections.Generic;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>An answer to a query, made octet by octet so that everything about it can be wrong.</summary>
internal sealed class AnswerBuilder
{
    internal const int A = 1;
    internal const int Ns = 2;
    internal const int Cname = 5;
    internal const int Soa = 6;
    internal const int Ptr = 12;
    internal const int Aaaa = 28;

    /// <summary>A pointer to the name of the question.</summary>
    internal static readonly byte[] Asked = [0xC0, 12];

    private readonly List<byte> _records = [];
    private readonly byte[] _head;

    internal AnswerBuilder(SeenQuery query, int rcode = 0, int flags = 0x8180)
    {
        _head = [.. new byte[12], .. query.Question];
        Frames.Put16(_head, 0, query.Id);
        Frames.Put16(_head, 2, flags | rcode);
        Frames.Put16(_head, 4, 1);
    }

    /// <summary>Where the next record will begin, for pointers.</summary>
    internal int Offset => _head.Length + _records.Count;

    /// <summary>A record of the answer section.</summary>
    internal AnswerBuilder Answer(byte[] owner, int type, int seconds, byte[] data, int? dataLength = null, int recordClass = 1)
    {
        Add(6, owner, type, seconds, data, dataLength ?? data.Length, recordClass);
        return this;
    }

    internal AnswerBuilder Address(uint address, int seconds = 300, string? owner = null)
    {
        byte[] data = new byte[4];
        Frames.Put32(data, 0, address);
        return Answer(owner == null ? Asked : NaiveDnsName.Of(owner), A, seconds, data);
    }

    internal AnswerBuilder Alias(string owner, string name, int seconds = 300) =>
        Answer(NaiveDnsName.Of(owner), Cname, seconds, NaiveDnsName.Of(name));

    /// <summary>A record of the authority section; behind all answers.</summary>
    internal AnswerBuilder Authority(string owner, int type, int seconds, byte[] data)
    {
        Add(8, NaiveDnsName.Of(owner), type, seconds, data, data.Length, 1);
        return this;
    }

    /// <summary>The SOA record that comes with a negative answer.</summary>
    internal AnswerBuilder Zone(string zone, int seconds, uint minimum)
    {
        byte[] numbers = new byte[20];
        Frames.Put32(numbers, 16, minimum);
        return Authority(zone, Soa, seconds, [.. NaiveDnsName.Of("ns." + zone), .. NaiveDnsName.Of("root." + zone), .. numbers]);
    }

    /// <summary>Sets a 16-bit field of the header.</summary>
    internal AnswerBuilder Header(int offset, int value)
    {
        Frames.Put16(_head, offset, value);
        return this;
    }

    internal byte[] Build() => [.. _head, .. _records];

    private void Add(int count, byte[] owner, int type, int seconds, byte[] data, int dataLength, int recordClass)
    {
        byte[] tail = new byte[10];
        Frames.Put16(tail, 0, type);
        Frames.Put16(tail, 2, recordClass);
        Frames.Put32(tail, 4, (uint)seconds);
        Frames.Put16(tail, 8, dataLength);
        _records.AddRange(owner);
        _records.AddRange(tail);
        _records.AddRange(data);
        Frames.Put16(_head, count, Frames.Get16(_head, count) + 1);
    }
}
