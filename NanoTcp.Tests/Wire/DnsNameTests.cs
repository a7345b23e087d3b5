using System;
using System.Linq;
using System.Text;
using NanoTcp.Emulation;
using NanoTcp.Tests.Compliance;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Wire;

/// <summary>
/// Domain names on the wire. What is malformed is named after the classes of the NAME:WRECK report: pointers that loop or
/// lead forward, labels that run past the end, names without an end.
/// </summary>
[TestClass]
public sealed class DnsNameTests
{
    private const int Header = DnsMessage.HeaderLength;

    [TestMethod]
    [Requirement("RFC 1035", "3.1")]
    public void A_name_is_a_row_of_labels_and_the_root()
    {
        byte[] name = NaiveDnsName.Of("F.ISI.ARPA");
        byte[] message = [.. new byte[Header], .. name, 99];
        Assert.AreEqual(Header + name.Length, DnsName.Skip(message, 0, message.Length, Header));
        AssertExpands("F.ISI.ARPA", message, Header);
        Assert.IsTrue(Matches(message, Header, "f.isi.arpa"));
        Assert.IsFalse(Matches(message, Header, "f.isi.arp"));
        Assert.IsFalse(Matches(message, Header, "f.isi"));
        Assert.IsFalse(Matches(message, Header, "f.isi.arpa.x"));
        Assert.AreEqual(name.Length, DnsName.Length(message, Header));
    }

    [TestMethod]
    [Requirement("RFC 1035", "4.1.4")]
    public void The_example_of_the_RFC_is_read_through_its_pointers()
    {
        // RFC 1035 4.1.4: F.ISI.ARPA at 20, FOO.F.ISI.ARPA at 40, ARPA at 64, the root at 92.
        byte[] message = new byte[100];
        NaiveDnsName.Of("F.ISI.ARPA").CopyTo(message, 20);
        new byte[] { 3, (byte)'F', (byte)'O', (byte)'O', 0xC0, 20 }.CopyTo(message, 40);
        new byte[] { 0xC0, 26 }.CopyTo(message, 64);
        AssertExpands("F.ISI.ARPA", message, 20);
        AssertExpands("FOO.F.ISI.ARPA", message, 40);
        AssertExpands("ARPA", message, 64);
        AssertExpands("", message, 92);
        Assert.AreEqual(46, DnsName.Skip(message, 0, message.Length, 40));
        Assert.AreEqual(66, DnsName.Skip(message, 0, message.Length, 64));
        Assert.AreEqual(93, DnsName.Skip(message, 0, message.Length, 92));
        Assert.IsTrue(Matches(message, 40, "foo.f.isi.arpa"));
        Assert.IsFalse(Matches(message, 40, "fog.f.isi.arpa"));
        Assert.IsFalse(Matches(message, 40, "foo.f.isi.arpb"));
    }

    [TestMethod]
    public void Pointers_count_from_the_start_of_the_message_wherever_it_stands()
    {
        byte[] message = [.. new byte[50], .. new byte[Header], .. NaiveDnsName.Of("a.b"), 1, (byte)'x', 0xC0, Header];
        byte[] name = new byte[255];
        int length = DnsName.Expand(message, 50, message.Length, 50 + Header + 5, name, 0);
        CollectionAssert.AreEqual(NaiveDnsName.Of("x.a.b"), name[..length]);
    }

    [TestMethod]
    [Requirement("RFC 1035", "2.3.3")]
    public void Only_the_case_of_ASCII_letters_makes_no_difference()
    {
        for (int one = 1; one < 256; one++)
        {
            for (int other = 1; other < 256; other++)
            {
                byte[] message = [.. new byte[Header], 1, (byte)one, 0];
                bool same = one == other || (char.IsAsciiLetter((char)one) && (one ^ 0x20) == other);
                Assert.AreEqual(same, DnsName.Matches(message, 0, message.Length, Header, [1, (byte)other, 0], 0), $"{one} and {other}");
            }
        }
    }

    [TestMethod]
    public void NAME_WRECK_pointer_loops_are_refused()
    {
        Refused([0xC0, Header]);
        Refused([0xC0, Header + 2, 0xC0, Header]);
        Refused([1, (byte)'a', 0xC0, Header]);
        Refused([1, (byte)'a', 1, (byte)'b', 0xC0, Header + 2]);

        // Two names that lead to each other, from either end.
        byte[] message = [.. new byte[Header], 1, (byte)'a', 0xC0, Header + 4, 1, (byte)'b', 0xC0, Header];
        Refused(message, Header);
        Refused(message, Header + 4, skipped: Header + 8);

        // A pointer that leads back to labels in front of itself: the second round comes to the same pointer.
        message = [.. new byte[Header], 1, (byte)'a', 1, (byte)'b', 0xC0, Header];
        Refused(message, Header + 2, skipped: Header + 6);
    }

    [TestMethod]
    public void NAME_WRECK_pointers_forward_are_refused()
    {
        Refused([0xC0, Header + 2, 1, (byte)'a', 0]);
        Refused([1, (byte)'a', 0xC0, Header + 4, 0]);
        Refused([0xFF, 0xFF]);
    }

    [TestMethod]
    public void NAME_WRECK_pointers_into_the_header_are_refused()
    {
        for (int target = 0; target < Header; target++)
        {
            Refused([0xC0, (byte)target]);
        }
    }

    [TestMethod]
    public void NAME_WRECK_labels_past_the_end_are_refused()
    {
        Refused([]);
        Refused([1]);
        Refused([1, (byte)'a']);
        Refused([5, (byte)'a', 0]);
        Refused([63, 0]);
        Refused([0xC0]);

        // The end is the message's, not the buffer's.
        byte[] message = [.. new byte[Header], .. NaiveDnsName.Of("abc.de")];
        for (int end = Header; end < message.Length; end++)
        {
            Assert.AreEqual(-1, DnsName.Skip(message, 0, end, Header), $"skip to {end}");
            Assert.AreEqual(-1, DnsName.Expand(message, 0, end, Header, new byte[255], 0), $"expand to {end}");
            Assert.IsFalse(DnsName.Matches(message, 0, end, Header, NaiveDnsName.Of("abc.de"), 0), $"match to {end}");
        }
    }

    [TestMethod]
    public void NAME_WRECK_label_types_that_nobody_uses_are_refused()
    {
        for (int length = 64; length < 0xC0; length++)
        {
            Refused([(byte)length, .. new byte[200]]);
            Refused([1, (byte)'a', (byte)length, .. new byte[200]]);
        }
    }

    [TestMethod]
    [Requirement("RFC 1035", "2.3.4")]
    public void NAME_WRECK_names_of_more_than_255_octets_are_refused()
    {
        byte[] longest = NaiveDnsName.Of(string.Join('.', Enumerable.Repeat(new string('x', 63), 3).Append(new string('y', 61))));
        Assert.HasCount(255, longest);
        byte[] message = [.. new byte[Header], .. longest];
        Assert.AreEqual(Header + 255, DnsName.Skip(message, 0, message.Length, Header));
        Assert.AreEqual(255, DnsName.Expand(message, 0, message.Length, Header, new byte[255], 0));

        byte[] tooLong = NaiveDnsName.Of(string.Join('.', Enumerable.Repeat(new string('x', 63), 3).Append(new string('y', 62))));
        Refused(tooLong);

        // One label more in front of the longest, by a pointer.
        message = [.. message, 1, (byte)'a', 0xC0, Header];
        Refused(message, Header + 255, skipped: Header + 259);

        // A chain of pointers, each with a label of its own.
        byte[] chain = new byte[4000];
        int at = Header;
        int last = 0;
        for (int i = 0; i < 26; i++)
        {
            chain[at] = 9;
            chain.AsSpan(at + 1, 9).Fill((byte)'z');
            chain[at + 10] = (byte)(last == 0 ? 0 : 0xC0 | (last >> 8));
            chain[at + 11] = (byte)last;
            last = at;
            at += 12;
        }

        Refused(chain, last, skipped: last + 12);
        AssertExpands(string.Join('.', Enumerable.Repeat("zzzzzzzzz", 25)), chain, Header + (24 * 12));
    }

    [TestMethod]
    public void NAME_WRECK_chains_of_more_than_32_pointers_are_refused()
    {
        // Each leads to the one before and is no loop. A message full of them would be followed thousands of times otherwise.
        byte[] message = [.. new byte[Header], 1, (byte)'a', 0, .. new byte[1000]];
        int target = Header;
        for (int at = Header + 3; at < message.Length; at += 2)
        {
            message[at] = (byte)(0xC0 | (target >> 8));
            message[at + 1] = (byte)target;
            target = at;
        }

        int last = Header + 3 + (31 * 2);
        AssertExpands("a", message, last);
        Assert.IsTrue(Matches(message, last, "a"));
        Refused(message, last + 2, skipped: last + 4);
        Assert.IsFalse(Matches(message, last + 2, "a"));
        Refused(message, target, skipped: target + 2);
        Assert.IsFalse(Matches(message, target, "a"));
    }

    [TestMethod]
    public void A_name_finds_room_or_is_refused()
    {
        byte[] message = [.. new byte[Header], .. NaiveDnsName.Of("ab.cde")];
        for (int room = 0; room < 12; room++)
        {
            byte[] target = new byte[room + 3];
            Assert.AreEqual(room >= 8 ? 8 : -1, DnsName.Expand(message, 0, message.Length, Header, target, 3), $"room for {room}");
        }
    }

    [TestMethod]
    public void Random_octets_are_read_as_a_naive_reader_does()
    {
        SeededRandom random = new(1035);
        byte[] name = new byte[255];
        int good = 0;
        for (int run = 0; run < 20_000; run++)
        {
            // Small lengths and near pointers, or hardly any name would be in order.
            byte[] message = new byte[Header + random.Below(60)];
            for (int i = Header; i < message.Length; i++)
            {
                int kind = random.Below(12);
                message[i] = (byte)(kind < 3 ? 0 : kind < 6 ? 0xC0 : kind < 8 ? Header + random.Below(60) : kind < 11 ? random.Below(6) : random.Below(256));
            }

            int offset = Header + random.Below(message.Length - Header + 1);
            byte[]? expected = NaiveDnsName.Read(message, offset);
            int length = DnsName.Expand(message, 0, message.Length, offset, name, 0);
            Assert.AreEqual(expected?.Length ?? -1, length, $"run {run}");
            if (expected != null)
            {
                good++;
                CollectionAssert.AreEqual(expected, name[..length], $"run {run}");
                Assert.AreNotEqual(-1, DnsName.Skip(message, 0, message.Length, offset), $"skip in run {run}");
                Assert.IsTrue(DnsName.Matches(message, 0, message.Length, offset, expected, 0), $"match in run {run}");
            }
        }

        Assert.IsGreaterThan(2000, good);
    }

    [TestMethod]
    public void Text_becomes_a_name()
    {
        AssertEncodes("a");
        AssertEncodes("nanotcp.local");
        AssertEncodes("My Device._http._tcp.local");
        AssertEncodes(new string('x', 63) + ".y");
        byte[] target = new byte[20];
        Assert.AreEqual(5, DnsName.Encode("a.b.", target, 2));
        CollectionAssert.AreEqual(NaiveDnsName.Of("a.b"), target[2..7]);
    }

    [TestMethod]
    public void Text_that_is_no_name_is_refused()
    {
        foreach (string text in (string[])["", ".", "..", ".a", "a..b", "a..", "a\tb", "ä.de", "a\u0000", new string('x', 64), "a." + new string('x', 64) + ".b"])
        {
            Assert.AreEqual(-1, DnsName.Encode(text, new byte[300], 0), text);
        }

        string longest = string.Join('.', Enumerable.Repeat(new string('x', 49), 5)) + ".xyz";
        Assert.AreEqual(253, longest.Length);
        Assert.AreEqual(255, DnsName.Encode(longest, new byte[255], 0));
        Assert.AreEqual(255, DnsName.Encode(longest + ".", new byte[255], 0));
        Assert.AreEqual(-1, DnsName.Encode(longest, new byte[254], 0));
        Assert.AreEqual(-1, DnsName.Encode("x" + longest, new byte[400], 0));
    }

    [TestMethod]
    [Requirement("RFC 1035", "5.1")]
    public void A_name_becomes_text_that_cannot_lie()
    {
        AssertFormats("a.bc", [1, (byte)'a', 2, (byte)'b', (byte)'c', 0]);
        AssertFormats("", [0]);
        AssertFormats(@"a\.b.c", [3, (byte)'a', (byte)'.', (byte)'b', 1, (byte)'c', 0]);
        AssertFormats(@"\\\010\127\255\000~ .x", [7, (byte)'\\', 10, 127, 255, 0, (byte)'~', (byte)' ', 1, (byte)'x', 0]);
    }

    private static void AssertExpands(string expected, byte[] message, int offset)
    {
        byte[] name = new byte[255];
        int length = DnsName.Expand(message, 0, message.Length, offset, name, 0);
        Assert.AreNotEqual(-1, length);
        CollectionAssert.AreEqual(NaiveDnsName.Of(expected), name[..length]);
    }

    private static bool Matches(byte[] message, int offset, string name) =>
        DnsName.Matches(message, 0, message.Length, offset, NaiveDnsName.Of(name), 0);

    private static void Refused(byte[] name)
    {
        byte[] message = [.. new byte[Header], .. name];
        Assert.AreEqual(-1, DnsName.Skip(message, 0, message.Length, Header), "skipped");
        Refused(message, Header);
    }

    private static void Refused(byte[] message, int offset, int skipped = -1)
    {
        Assert.AreEqual(skipped, skipped < 0 ? -1 : DnsName.Skip(message, 0, message.Length, offset), "skipped");
        Assert.AreEqual(-1, DnsName.Expand(message, 0, message.Length, offset, new byte[255], 0), "expanded");
        Assert.IsNull(NaiveDnsName.Read(message, offset));
        Assert.IsFalse(DnsName.Matches(message, 0, message.Length, offset, NaiveDnsName.Of("a"), 0), "matched");
    }

    private static void AssertEncodes(string text)
    {
        byte[] target = new byte[255];
        int length = DnsName.Encode(text, target, 0);
        CollectionAssert.AreEqual(NaiveDnsName.Of(text), target[..Math.Max(length, 0)], text);
    }

    private static void AssertFormats(string expected, byte[] name)
    {
        byte[] text = new byte[expected.Length + 1];
        Assert.AreEqual(expected.Length, DnsName.Format(name, 0, text, 1));
        Assert.AreEqual(expected, Encoding.ASCII.GetString(text, 1, expected.Length));
        for (int room = 0; room < expected.Length; room++)
        {
            Assert.AreEqual(-1, DnsName.Format(name, 0, new byte[room], 0), $"room for {room}");
        }
    }
}
