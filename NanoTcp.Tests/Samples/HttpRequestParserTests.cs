using System.Text;
using NanoTcp.Emulation;
using NanoTcp.Samples.Http;

namespace NanoTcp.Tests.Samples;

/// <summary>Requests as octets in, decisions out; every request also in pieces of one octet.</summary>
[TestClass]
public class HttpRequestParserTests
{
    private const string Host = "Host: board\r\n";

    [TestMethod]
    [DataRow("GET / HTTP/1.1\r\n" + Host + "\r\n", HttpMethod.Get, HttpResource.Page)]
    [DataRow("HEAD / HTTP/1.1\r\n" + Host + "\r\n", HttpMethod.Head, HttpResource.Page)]
    [DataRow("GET /api/status HTTP/1.1\r\n" + Host + "\r\n", HttpMethod.Get, HttpResource.Status)]
    [DataRow("GET /metrics HTTP/1.1\r\n" + Host + "\r\n", HttpMethod.Get, HttpResource.Metrics)]
    [DataRow("GET /favicon.ico HTTP/1.1\r\n" + Host + "\r\n", HttpMethod.Get, HttpResource.Icon)]
    [DataRow("GET /nothing HTTP/1.1\r\n" + Host + "\r\n", HttpMethod.Get, HttpResource.None)]
    [DataRow("POST / HTTP/1.1\r\n" + Host + "\r\n", HttpMethod.Other, HttpResource.Page)]
    [DataRow("OPTIONS * HTTP/1.1\r\n" + Host + "\r\n", HttpMethod.Other, HttpResource.Page, DisplayName = "OPTIONS, asterisk-form")]
    [DataRow("CONNECT a:80 HTTP/1.1\r\n" + Host + "\r\n", HttpMethod.Other, HttpResource.Page, DisplayName = "CONNECT, authority-form")]
    [DataRow("BREW / HTTP/1.1\r\n" + Host + "\r\n", HttpMethod.Unknown, HttpResource.Page)]
    [DataRow("get / HTTP/1.1\r\n" + Host + "\r\n", HttpMethod.Unknown, HttpResource.Page, DisplayName = "methods are case-sensitive")]
    [DataRow("GET /?a=b?c/d HTTP/1.1\r\n" + Host + "\r\n", HttpMethod.Get, HttpResource.Page, DisplayName = "query")]
    [DataRow("GET http://board/metrics HTTP/1.1\r\n" + Host + "\r\n", HttpMethod.Get, HttpResource.Metrics, DisplayName = "absolute-form")]
    [DataRow("GET HTTP://board:80 HTTP/1.1\r\n" + Host + "\r\n", HttpMethod.Get, HttpResource.Page, DisplayName = "absolute-form, empty path")]
    [DataRow("GET http://board?x HTTP/1.1\r\n" + Host + "\r\n", HttpMethod.Get, HttpResource.Page, DisplayName = "absolute-form, query, empty path")]
    [DataRow("GET /%6Detric%73 HTTP/1.1\r\n" + Host + "\r\n", HttpMethod.Get, HttpResource.Metrics, DisplayName = "unreserved octets encoded")]
    [DataRow("GET /api%2Fstatus HTTP/1.1\r\n" + Host + "\r\n", HttpMethod.Get, HttpResource.None, DisplayName = "an encoded slash is no slash")]
    [DataRow("GET / HTTP/1.7\r\n" + Host + "\r\n", HttpMethod.Get, HttpResource.Page, DisplayName = "a later minor version")]
    [DataRow("\r\n\r\n\nGET / HTTP/1.1\r\n" + Host + "\r\n", HttpMethod.Get, HttpResource.Page, DisplayName = "empty lines first")]
    [DataRow("GET / HTTP/1.1\nHost: board\n\n", HttpMethod.Get, HttpResource.Page, DisplayName = "lines that end with LF alone")]
    [DataRow("GET / HTTP/1.1\r\nHost:board\t \r\n\r\n", HttpMethod.Get, HttpResource.Page, DisplayName = "white space around the value")]
    [DataRow("GET / HTTP/1.1\r\nhOST: [fe80::1]:80\r\n\r\n", HttpMethod.Get, HttpResource.Page, DisplayName = "IPv6 literal")]
    [DataRow("GET / HTTP/1.1\r\nHost:\r\n\r\n", HttpMethod.Get, HttpResource.Page, DisplayName = "empty Host")]
    [DataRow("GET / HTTP/1.0\r\n\r\n", HttpMethod.Get, HttpResource.Page, DisplayName = "HTTP/1.0 without Host")]
    [DataRow("GET / HTTP/1.1\r\nHost: a\r\nX-Empty:\r\n\r\n", HttpMethod.Get, HttpResource.Page, DisplayName = "an empty value")]
    [DataRow("GET / HTTP/1.1\r\nHost: a\r\nX-Text: caf\u00e9\r\n\r\n", HttpMethod.Get, HttpResource.Page, DisplayName = "obs-text in a value")]
    public void Request_is_understood(string text, object method, object resource)
    {
        foreach (int piece in new[] { 1, 3, 1000 })
        {
            HttpRequest request = Parse(text, piece);
            Assert.AreEqual(0, request.Error, $"piece {piece}");
            Assert.AreEqual(method, request.Method);
            Assert.AreEqual(resource, request.Resource);
        }
    }

    [TestMethod]
    [DataRow("GET /\r\n\r\n", 400, DisplayName = "HTTP/0.9")]
    [DataRow("GET  / HTTP/1.1\r\n" + Host + "\r\n", 400, DisplayName = "two spaces before the target")]
    [DataRow("GET /  HTTP/1.1\r\n" + Host + "\r\n", 400, DisplayName = "two spaces behind the target")]
    [DataRow("GET\t/ HTTP/1.1\r\n" + Host + "\r\n", 400, DisplayName = "tab in the request line")]
    [DataRow(" GET / HTTP/1.1\r\n" + Host + "\r\n", 400, DisplayName = "space before the method")]
    [DataRow("GET /a b HTTP/1.1\r\n" + Host + "\r\n", 400, DisplayName = "space in the target")]
    [DataRow("GET /#a HTTP/1.1\r\n" + Host + "\r\n", 400, DisplayName = "fragment")]
    [DataRow("GET /?q#a HTTP/1.1\r\n" + Host + "\r\n", 400, DisplayName = "fragment behind a query")]
    [DataRow("GET /%zz HTTP/1.1\r\n" + Host + "\r\n", 400, DisplayName = "percent without digits")]
    [DataRow("GET /% HTTP/1.1\r\n" + Host + "\r\n", 400, DisplayName = "percent at the end")]
    [DataRow("GET /%4 HTTP/1.1\r\n" + Host + "\r\n", 400, DisplayName = "percent with one digit")]
    [DataRow("GET /\u00e9 HTTP/1.1\r\n" + Host + "\r\n", 400, DisplayName = "octet that is not ASCII in the target")]
    [DataRow("GET * HTTP/1.1\r\n" + Host + "\r\n", 400, DisplayName = "asterisk-form with GET")]
    [DataRow("GET board/ HTTP/1.1\r\n" + Host + "\r\n", 400, DisplayName = "no slash first")]
    [DataRow("GET http:/// HTTP/1.1\r\n" + Host + "\r\n", 400, DisplayName = "absolute-form without a host")]
    [DataRow("GET http://me@board/ HTTP/1.1\r\n" + Host + "\r\n", 400, DisplayName = "absolute-form with a user")]
    [DataRow("GET ftp://board/ HTTP/1.1\r\n" + Host + "\r\n", 400, DisplayName = "another scheme")]
    [DataRow("GET / http/1.1\r\n" + Host + "\r\n", 400, DisplayName = "HTTP in small letters")]
    [DataRow("GET / HTTP/1.11\r\n" + Host + "\r\n", 400, DisplayName = "two digits of minor version")]
    [DataRow("GET / HTTP/2\r\n" + Host + "\r\n", 400, DisplayName = "no minor version")]
    [DataRow("GET / HTTP/1.1 \r\n" + Host + "\r\n", 400, DisplayName = "space behind the version")]
    [DataRow("GET / HTTP/1.1\rHost: a\r\n\r\n", 400, DisplayName = "CR alone behind the version")]
    [DataRow("G(T / HTTP/1.1\r\n" + Host + "\r\n", 400, DisplayName = "method that is no token")]
    [DataRow("\u0016\u0003\u0001\u0002", 400, DisplayName = "TLS")]
    [DataRow("GET / HTTP/1.1\r\n\r\n", 400, DisplayName = "no Host")]
    [DataRow("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400, DisplayName = "two Hosts")]
    [DataRow("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400, DisplayName = "two Hosts in HTTP/1.0")]
    [DataRow("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, DisplayName = "Host with a space")]
    [DataRow("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, DisplayName = "Host with a path")]
    [DataRow("GET / HTTP/1.1\r\nHost: me@a\r\n\r\n", 400, DisplayName = "Host with a user")]
    [DataRow("GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400, DisplayName = "Host with a port that is no number")]
    [DataRow("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400, DisplayName = "Host with an open bracket")]
    [DataRow("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400, DisplayName = "space before the colon")]
    [DataRow("GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n", 400, DisplayName = "folded line")]
    [DataRow("GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, DisplayName = "space before the first field")]
    [DataRow("GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n", 400, DisplayName = "field without a colon")]
    [DataRow("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400, DisplayName = "field without a name")]
    [DataRow("GET / HTTP/1.1\r\nHost: a\r\nX(: b\r\n\r\n", 400, DisplayName = "name that is no token")]
    [DataRow("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400, DisplayName = "CR alone in a value")]
    [DataRow("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 400, DisplayName = "NUL in a value")]
    [DataRow("GET / HTTP/1.1\r\nHost: a\r\nX: a\u007fb\r\n\r\n", 400, DisplayName = "DEL in a value")]
    [DataRow("GET / HTTP/1.1\r\nHost: a\r\n\rX", 400, DisplayName = "CR alone in the empty line")]
    [DataRow("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400, DisplayName = "Content-Length, no number")]
    [DataRow("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400, DisplayName = "Content-Length, nothing")]
    [DataRow("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", 400, DisplayName = "Content-Length, plus sign")]
    [DataRow("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", 400, DisplayName = "Content-Length, minus sign")]
    [DataRow("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", 400, DisplayName = "Content-Length, hexadecimal")]
    [DataRow("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5 5\r\n\r\n", 400, DisplayName = "Content-Length, two numbers")]
    [DataRow("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", 400, DisplayName = "Content-Length, a list")]
    [DataRow("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400, DisplayName = "Content-Length twice, different")]
    [DataRow("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400, DisplayName = "Content-Length and chunked")]
    [DataRow("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400, DisplayName = "chunked and Content-Length")]
    [DataRow("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, DisplayName = "chunked in HTTP/1.0")]
    [DataRow("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 400, DisplayName = "last coding not chunked")]
    [DataRow("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 400, DisplayName = "a coding that ends like chunked")]
    [DataRow("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400, DisplayName = "chunked twice")]
    [DataRow("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501, DisplayName = "a coding that is not understood")]
    [DataRow("ANEXTREMELYLONGMETHOD / HTTP/1.1\r\n" + Host + "\r\n", 501, DisplayName = "method longer than any")]
    [DataRow("GET / HTTP/2.0\r\n" + Host + "\r\n", 505, DisplayName = "HTTP/2.0")]
    [DataRow("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, DisplayName = "HTTP/2 preface")]
    [DataRow("GET / HTTP/0.9\r\n" + Host + "\r\n", 505, DisplayName = "HTTP/0.9 with a version")]
    public void Request_is_rejected(string text, int status)
    {
        foreach (int piece in new[] { 1, 3, 1000 })
        {
            HttpRequest request = Parse(text, piece);
            Assert.AreEqual(status, request.Error, $"piece {piece}");
            Assert.IsFalse(request.Persistent);
        }
    }

    [TestMethod]
    [DataRow("GET / HTTP/1.1\r\nHost: a\r\n\r\n", true)]
    [DataRow("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false)]
    [DataRow("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade , CLOSE\r\n\r\n", false)]
    [DataRow("GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n", true)]
    [DataRow("GET / HTTP/1.1\r\nHost: a\r\nConnection: x\r\nConnection: close\r\n\r\n", false)]
    [DataRow("GET / HTTP/1.0\r\n\r\n", false)]
    [DataRow("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true)]
    [DataRow("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", false)]
    public void Connection_persists_as_RFC_9112_9_3_says(string text, bool persistent)
    {
        Assert.AreEqual(persistent, Parse(text, 1).Persistent);
    }

    [TestMethod]
    public void Path_may_fill_the_buffer_and_no_more()
    {
        string longest = "/" + new string('a', HttpLimits.Line - 1);
        Assert.AreEqual(0, Parse($"GET {longest} HTTP/1.1\r\n{Host}\r\n", 7).Error);
        Assert.AreEqual(414, Parse($"GET {longest}a HTTP/1.1\r\n{Host}\r\n", 7).Error);
    }

    [TestMethod]
    public void Query_may_be_as_long_as_RFC_9112_3_recommends()
    {
        string longest = new('a', HttpLimits.Target - 1);
        HttpRequest request = Parse($"GET /?{longest} HTTP/1.1\r\n{Host}\r\n", 100);
        Assert.AreEqual(0, request.Error);
        Assert.AreEqual(HttpResource.Page, request.Resource);
        Assert.AreEqual(414, Parse($"GET /?{longest}aa HTTP/1.1\r\n{Host}\r\n", 100).Error);
    }

    [TestMethod]
    public void Long_fields_that_decide_nothing_are_passed_over()
    {
        HttpRequest request = Parse($"GET / HTTP/1.1\r\nCookie: {new string('c', 4000)}\r\n{Host}Connection: close\r\n\r\n", 100);
        Assert.AreEqual(0, request.Error);
        Assert.IsFalse(request.Persistent);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(100)]
    public void Fields_that_are_too_long_are_refused(int piece)
    {
        string name = new('n', HttpLimits.Line);
        Assert.AreEqual(0, Parse($"GET / HTTP/1.1\r\n{Host}{name}: a\r\n\r\n", piece).Error);
        Assert.AreEqual(431, Parse($"GET / HTTP/1.1\r\n{Host}{name}n: a\r\n\r\n", piece).Error, "name");
        Assert.AreEqual(431, Parse($"GET / HTTP/1.1\r\nHost: {name}n\r\n\r\n", piece).Error, "value that matters");
        Assert.AreEqual(431, Parse($"GET / HTTP/1.1\r\n{Host}X: {new string('v', HttpLimits.Fields)}\r\n\r\n", piece).Error, "all together");
        StringBuilder many = new();
        for (int i = 0; i < HttpLimits.Fields / 8; i++)
        {
            many.Append("X-A: b\r\n");
        }

        Assert.AreEqual(431, Parse($"GET / HTTP/1.1\r\n{Host}{many}\r\n", piece).Error, "many short ones");
    }

    [TestMethod]
    [DataRow("0", 0L)]
    [DataRow("1", 1L)]
    [DataRow("00042", 42L)]
    [DataRow("2147483647", 2147483647L)]
    [DataRow("%31%30", 10L)]
    public void Byte_pattern_has_its_length_in_its_path(string number, long expected)
    {
        HttpRequest request = Parse($"GET /bytes/{number} HTTP/1.1\r\n{Host}\r\n", 5);
        Assert.AreEqual(HttpResource.Bytes, request.Resource);
        Assert.AreEqual(expected, request.Parameter);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("+1")]
    [DataRow("-1")]
    [DataRow("1x")]
    [DataRow("1/")]
    [DataRow("2147483648")]
    [DataRow("4294967296")]
    [DataRow("18446744073709551617")]
    [DataRow("99999999999999999999999999999999")]
    public void Byte_pattern_of_another_length_does_not_exist(string number)
    {
        HttpRequest request = Parse($"GET /bytes/{number} HTTP/1.1\r\n{Host}\r\n", 5);
        Assert.AreEqual(0, request.Error);
        Assert.AreEqual(HttpResource.None, request.Resource);
    }

    [TestMethod]
    public void Nothing_behind_the_head_is_taken()
    {
        const string head = "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n";
        HttpRequestParser parser = NewParser();
        byte[] octets = Encoding.Latin1.GetBytes(head + "bodyGET /metrics");
        Assert.AreEqual(head.Length, parser.Consume(octets, 0, octets.Length));
        Assert.IsTrue(parser.HeadComplete);
        Assert.AreEqual(4, parser.Request.ContentLength);
    }

    [TestMethod]
    public void One_parser_reads_one_request_after_the_other()
    {
        HttpRequestParser parser = NewParser();
        byte[] octets = Encoding.Latin1.GetBytes(
            "GET /bytes/7 HTTP/1.0\r\nConnection: keep-alive\r\n\r\nHEAD /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
        int first = parser.Consume(octets, 0, octets.Length);
        Assert.AreEqual(7, parser.Request.Parameter);
        Assert.IsTrue(parser.Request.Persistent);
        parser.Reset();
        Assert.IsFalse(parser.InRequest);
        parser.Consume(octets, first, octets.Length - first);
        Assert.IsTrue(parser.HeadComplete);
        Assert.AreEqual(0, parser.Request.Error);
        Assert.AreEqual(HttpMethod.Head, parser.Request.Method);
        Assert.AreEqual(HttpResource.Metrics, parser.Request.Resource);
        Assert.AreEqual(1, parser.Request.MinorVersion);
    }

    [TestMethod]
    public void Expectation_is_known_in_HTTP_1_1_only()
    {
        Assert.IsTrue(Parse("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n\r\n", 1).ExpectsContinue);
        Assert.IsFalse(Parse("POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n", 1).ExpectsContinue);
    }

    [TestMethod]
    public void Any_octets_at_all_end_in_a_head_or_an_error()
    {
        for (ulong seed = 0; seed < 300; seed++)
        {
            byte[] octets = Mutate(seed, "GET /bytes/12 HTTP/1.1\r\nHost: board:80\r\nContent-Length: 3\r\nConnection: close\r\n\r\n");
            HttpRequestParser parser = NewParser();
            int taken = 0;
            while (taken < octets.Length && !parser.HeadComplete)
            {
                int count = parser.Consume(octets, taken, System.Math.Min(1 + (int)(seed % 9), octets.Length - taken));
                Assert.AreNotEqual(0, count, $"seed {seed}");
                taken += count;
            }

            int error = parser.Request.Error;
            Assert.IsTrue(error is 0 or 400 or 414 or 431 or 501 or 505, $"seed {seed}: {error}");
        }
    }

    private static byte[] Mutate(ulong seed, string text)
    {
        SeededRandom random = new(seed);
        byte[] octets = Encoding.Latin1.GetBytes(text);
        for (int i = 1 + random.Below(4); i != 0; i--)
        {
            octets[random.Below(octets.Length)] = random.Below(3) == 0 ? (byte)random.Below(256) : octets[random.Below(octets.Length)];
        }

        return octets;
    }

    private static HttpRequestParser NewParser()
    {
        return new HttpRequestParser(new HttpVocabulary(), new HttpRoutes());
    }

    private static HttpRequest Parse(string text, int piece)
    {
        HttpRequestParser parser = NewParser();
        byte[] octets = Encoding.Latin1.GetBytes(text);
        int at = 0;
        while (at < octets.Length && !parser.HeadComplete)
        {
            at += parser.Consume(octets, at, System.Math.Min(piece, octets.Length - at));
        }

        Assert.IsTrue(parser.HeadComplete, "The head has an end.");
        return parser.Request;
    }
}
