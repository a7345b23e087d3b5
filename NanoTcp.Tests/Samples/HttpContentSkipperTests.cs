using System;
using System.Text;
using NanoTcp.Samples.Http;

namespace NanoTcp.Tests.Samples;

/// <summary>The end of a request's content is found, whatever the content is.</summary>
[TestClass]
public class HttpContentSkipperTests
{
    [TestMethod]
    [DataRow("0\r\n\r\n")]
    [DataRow("5\r\nhello\r\n0\r\n\r\n")]
    [DataRow("A\r\n0123456789\r\n000a\r\n0123456789\r\n00\r\n\r\n", DisplayName = "both cases, leading zeros")]
    [DataRow("3;name=value;other=\"x y\"\r\nabc\r\n0;last\r\n\r\n", DisplayName = "extensions")]
    [DataRow("3 ; x\r\nabc\r\n0\r\n\r\n", DisplayName = "white space before an extension")]
    [DataRow("3\r\n\r\n\n\r\n0\r\nTrailer: value\r\nOther: x\r\n\r\n", DisplayName = "line ends as data, trailer fields")]
    public void Chunked_content_ends_where_RFC_9112_7_1_says(string content)
    {
        foreach (int piece in new[] { 1, 4, 1000 })
        {
            HttpContentSkipper skipper = new();
            skipper.Begin(new HttpRequest(new HttpVocabulary()) { Chunked = true });
            int taken = Feed(skipper, content + "GET / HTTP/1.1\r\n", piece);
            Assert.IsTrue(skipper.Complete);
            Assert.AreEqual(0, skipper.Error);
            Assert.AreEqual(content.Length, taken, $"piece {piece}");
        }
    }

    [TestMethod]
    [DataRow("\r\n", 400, DisplayName = "no size")]
    [DataRow("g\r\n", 400, DisplayName = "size that is no number")]
    [DataRow("-1\r\n", 400, DisplayName = "negative size")]
    [DataRow("0x5\r\nhello\r\n", 400, DisplayName = "prefix")]
    [DataRow("5\nhello\r\n", 400, DisplayName = "LF alone behind the size")]
    [DataRow("5\r\nhello0\r\n", 400, DisplayName = "no line end behind the data")]
    [DataRow("5\r\nhello\n0\r\n", 400, DisplayName = "LF alone behind the data")]
    [DataRow("5\rX", 400, DisplayName = "CR alone behind the size")]
    [DataRow("5;a\nb\r\nhello\r\n", 400, DisplayName = "LF in an extension")]
    [DataRow("0\r\n\rX", 400, DisplayName = "CR alone at the end")]
    [DataRow("0\r\n Folded: x\r\n\r\n", 400, DisplayName = "folded trailer field")]
    [DataRow("ffffffffffffffffffff\r\n", 413, DisplayName = "size beyond any number")]
    [DataRow("10001\r\n", 413, DisplayName = "size beyond the limit")]
    [DataRow("00000000000000000000005\r\n", 413, DisplayName = "zeros without end")]
    public void Broken_chunks_are_rejected(string content, int status)
    {
        foreach (int piece in new[] { 1, 4, 1000 })
        {
            HttpContentSkipper skipper = new();
            skipper.Begin(new HttpRequest(new HttpVocabulary()) { Chunked = true });
            Feed(skipper, content, piece);
            Assert.IsTrue(skipper.Complete);
            Assert.AreEqual(status, skipper.Error, $"piece {piece}");
        }
    }

    [TestMethod]
    public void Chunks_that_are_too_much_together_are_refused()
    {
        HttpContentSkipper skipper = new();
        skipper.Begin(new HttpRequest(new HttpVocabulary()) { Chunked = true });
        string chunk = "8000\r\n" + new string('x', 0x8000) + "\r\n";
        Feed(skipper, chunk + chunk, 1000);
        Assert.AreEqual(0, skipper.Error);
        Feed(skipper, "1\r\nx\r\n", 1000);
        Assert.AreEqual(413, skipper.Error);
    }

    [TestMethod]
    public void Extensions_and_trailer_fields_without_end_are_refused()
    {
        HttpContentSkipper skipper = new();
        skipper.Begin(new HttpRequest(new HttpVocabulary()) { Chunked = true });
        Feed(skipper, "5;" + new string('x', HttpLimits.ChunkExtensions + 1), 100);
        Assert.AreEqual(413, skipper.Error);
        skipper.Begin(new HttpRequest(new HttpVocabulary()) { Chunked = true });
        StringBuilder trailer = new("0\r\n");
        for (int i = 0; i <= HttpLimits.Fields; i += 5)
        {
            trailer.Append("A: bcd\r\n");
        }

        Feed(skipper, trailer.ToString(), 100);
        Assert.AreEqual(431, skipper.Error);
    }

    [TestMethod]
    [DataRow(0L, 0)]
    [DataRow(-1L, 0)]
    [DataRow(7L, 7)]
    public void Content_of_known_length_is_counted(long length, int expected)
    {
        HttpContentSkipper skipper = new();
        skipper.Begin(new HttpRequest(new HttpVocabulary()) { ContentLength = length });
        Assert.AreEqual(expected, Feed(skipper, "0123456789", 3));
        Assert.IsTrue(skipper.Complete);
        Assert.AreEqual(0, skipper.Error);
    }

    [TestMethod]
    public void Content_that_is_too_long_is_refused_before_it_comes()
    {
        HttpContentSkipper skipper = new();
        skipper.Begin(new HttpRequest(new HttpVocabulary()) { ContentLength = HttpLimits.Content });
        Assert.IsFalse(skipper.Complete);
        skipper.Begin(new HttpRequest(new HttpVocabulary()) { ContentLength = HttpLimits.Content + 1 });
        Assert.AreEqual(413, skipper.Error);
        Assert.IsTrue(skipper.Complete);
    }

    private static int Feed(HttpContentSkipper skipper, string text, int piece)
    {
        byte[] octets = Encoding.Latin1.GetBytes(text);
        int at = 0;
        while (at < octets.Length && !skipper.Complete)
        {
            at += skipper.Consume(octets, at, Math.Min(piece, octets.Length - at));
        }

        return at;
    }
}
