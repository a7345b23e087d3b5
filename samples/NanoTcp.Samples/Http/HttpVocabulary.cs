using NanoTcp.Samples.Text;

namespace NanoTcp.Samples.Http;

/// <summary>The words of HTTP that requests are compared with; made once and shared by all sessions.</summary>
internal sealed class HttpVocabulary
{
    internal readonly byte[] Get = Ascii.From("GET");
    internal readonly byte[] Head = Ascii.From("HEAD");

    /// <summary>
    /// Methods that RFC 9110 9.3 and RFC 5789 define and that no resource here allows: the answer is 405. To a method
    /// that is not in the list the answer is 501 (RFC 9110 9.1).
    /// </summary>
    internal readonly byte[][] OtherMethods =
        Ascii.FromAll(new string[] { "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH" });

    internal readonly byte[] Host = Ascii.From("host");
    internal readonly byte[] Expect = Ascii.From("expect");
    internal readonly byte[] Connection = Ascii.From("connection");
    internal readonly byte[] ContentLength = Ascii.From("content-length");
    internal readonly byte[] TransferEncoding = Ascii.From("transfer-encoding");

    internal readonly byte[] Close = Ascii.From("close");
    internal readonly byte[] KeepAlive = Ascii.From("keep-alive");
    internal readonly byte[] Chunked = Ascii.From("chunked");
    internal readonly byte[] Continue = Ascii.From("100-continue");
    internal readonly byte[] HttpScheme = Ascii.From("http://");
}
