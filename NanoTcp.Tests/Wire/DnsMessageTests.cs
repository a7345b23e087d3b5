using NanoTcp.Tests.Compliance;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Wire;

/// <summary>The parts of a DNS message around its names.</summary>
[TestClass]
public sealed class DnsMessageTests
{
    private const int Start = 7;

    [TestMethod]
    [Requirement("RFC 1035", "4.1.1")]
    [Requirement("RFC 1035", "4.1.2")]
    public void A_query_is_a_header_and_a_question()
    {
        byte[] buffer = new byte[100];
        int at = DnsMessage.WriteHeader(buffer, Start, 0xBEEF, DnsMessage.RecursionDesired, 1, 2, 3, 4);
        byte[] name = NaiveDnsName.Of("a.bc");
        int question = at;
        at = DnsMessage.WriteName(buffer, at, [9, .. name], 1);
        at = DnsMessage.WriteQuestionTail(buffer, at, DnsMessage.TypePtr, DnsMessage.ClassIn);
        CollectionAssert.AreEqual(
            (byte[])[0xBE, 0xEF, 0x01, 0x00, 0, 1, 0, 2, 0, 3, 0, 4, .. name, 0, 12, 0, 1],
            buffer[Start..at]);
        Assert.AreEqual(at, DnsMessage.SkipQuestion(buffer, Start, at, question));
        for (int end = question; end < at; end++)
        {
            Assert.AreEqual(-1, DnsMessage.SkipQuestion(buffer, Start, end, question), $"cut off at {end}");
        }
    }

    [TestMethod]
    [Requirement("RFC 1035", "4.1.3")]
    public void A_record_is_found_when_it_is_whole()
    {
        byte[] buffer = new byte[100];
        int record = Start + DnsMessage.HeaderLength;
        int tail = DnsMessage.WriteName(buffer, record, NaiveDnsName.Of("ab"), 0);
        int data = DnsMessage.WriteRecordTail(buffer, tail, DnsMessage.TypeA, DnsMessage.ClassIn | DnsMessage.CacheFlush, 86400, 4);
        int end = data + 4;
        CollectionAssert.AreEqual((byte[])[0, 1, 0x80, 1, 0, 1, 0x51, 0x80, 0, 4], buffer[tail..data]);
        Assert.AreEqual(tail, DnsMessage.FindRecordTail(buffer, Start, end, record));
        Assert.AreEqual(end, DnsMessage.EndOfRecord(buffer, tail));
        Assert.AreEqual(86400, DnsMessage.ReadTimeToLive(buffer, tail + DnsMessage.TimeToLiveOffset));
        for (int cut = record; cut < end; cut++)
        {
            Assert.AreEqual(-1, DnsMessage.FindRecordTail(buffer, Start, cut, record), $"cut off at {cut}");
        }
    }

    [TestMethod]
    public void NAME_WRECK_data_lengths_past_the_end_are_refused()
    {
        byte[] buffer = new byte[70000];
        int tail = DnsMessage.WriteName(buffer, DnsMessage.HeaderLength, NaiveDnsName.Of("ab"), 0);
        foreach (int length in (int[])[5, 255, 0x7FFF, 0x8000, 0xFFFF])
        {
            int data = DnsMessage.WriteRecordTail(buffer, tail, DnsMessage.TypeA, DnsMessage.ClassIn, 0, length);
            Assert.AreEqual(-1, DnsMessage.FindRecordTail(buffer, 0, data + 4, DnsMessage.HeaderLength), $"{length} octets of data");
            Assert.AreEqual(tail, DnsMessage.FindRecordTail(buffer, 0, data + length, DnsMessage.HeaderLength));
        }
    }

    [TestMethod]
    [Requirement("RFC 2181", "8")]
    public void A_time_to_live_with_its_highest_bit_set_is_none()
    {
        Assert.AreEqual(0x7FFFFFFF, DnsMessage.ReadTimeToLive([0x7F, 0xFF, 0xFF, 0xFF], 0));
        Assert.AreEqual(0, DnsMessage.ReadTimeToLive([0x80, 0, 0, 0], 0));
        Assert.AreEqual(0, DnsMessage.ReadTimeToLive([0xFF, 0xFF, 0xFF, 0xFF], 0));
    }
}
