namespace NanoTcp.Samples.Http;

/// <summary>What the server puts up with: octets and milliseconds.</summary>
internal static class HttpLimits
{
    /// <summary>
    /// A session's one buffer: a path, a field name, or the value of a field that matters. RFC 9112 3 recommends 8000
    /// octets for a request line; queries may be as long as that because they are not stored, paths may not.
    /// </summary>
    internal const int Line = 256;

    /// <summary>A request line's target with its query.</summary>
    internal const int Target = 8000;

    /// <summary>A method; RFC 9112 3 asks for 501 when it is longer than any that is implemented.</summary>
    internal const int Method = 16;

    /// <summary>All fields of a request together, or all trailer fields.</summary>
    internal const int Fields = 8192;

    /// <summary>A request's content, read only to be thrown away so that the connection can go on.</summary>
    internal const int Content = 65536;

    /// <summary>Extensions of all chunks of a request together (RFC 9112 7.1.1 asks for a limit).</summary>
    internal const int ChunkExtensions = 1024;

    /// <summary>Octets looked at in one go.</summary>
    internal const int Bite = 128;

    /// <summary>Octets of a request that one session takes in one Poll.</summary>
    internal const int ReadBudget = 512;

    /// <summary>Octets of a response that one session writes in one Poll.</summary>
    internal const int WriteBudget = 4096;

    /// <summary>Largest part of a response that is put together before it is written, chunk framing included.</summary>
    internal const int Scratch = 512;

    /// <summary>
    /// Room in the send ring that a part is waited for; a ring that is empty is written to whatever its size. Every
    /// item of a document fits into this with its chunk framing.
    /// </summary>
    internal const int PartRoom = 256;

    /// <summary>A connection without a request is closed after this.</summary>
    internal const int IdleTime = 15000;

    /// <summary>A client that waits for a session and neither sends nor acknowledges anything for this long is no longer waited for.</summary>
    internal const int QueueTime = 30000;

    /// <summary>
    /// How long the close of a connection that was given back may take to reach the peer: long enough for two losses in a
    /// row (RFC 6298 5.5), and no longer, because a peer that has gone never says so. Nothing else is left to deliver.
    /// </summary>
    internal const int CloseTime = 5000;

    /// <summary>How long a new connection may take to begin its first request before its place can be given away.</summary>
    internal const int FirstRequestGrace = 1000;

    /// <summary>
    /// How long a client that has been answered may take to ask again, or to close, before its place can be given
    /// away: its next request is often on its way, and would be met with a reset.
    /// </summary>
    internal const int NextRequestGrace = 100;

    /// <summary>From a request's first octet to the end of its header section.</summary>
    internal const int RequestTime = 10000;

    /// <summary>From the end of the header section to the end of the content.</summary>
    internal const int ContentTime = 20000;

    /// <summary>A request that has been silent for this may be thrown out for a new client.</summary>
    internal const int RequestSilence = 1000;

    /// <summary>A request that has been under way for this may be thrown out too, however it drips.</summary>
    internal const int RequestPatience = 3000;

    /// <summary>
    /// A response of which the peer takes next to nothing for this long is given up: long enough for six losses in a
    /// row (RFC 6298 5.5: 1 + 2 + 4 + ... s). Others are not kept out meanwhile, see <see cref="ResponsePatience"/>.
    /// </summary>
    internal const int ResponseTime = 90000;

    /// <summary>And after this it may be thrown out for a new client.</summary>
    internal const int ResponsePatience = 5000;

    /// <summary>Octets that count as progress of a response.</summary>
    internal const int Progress = 512;

    /// <summary>How long the peer may take to close after the last octet has reached it (RFC 9112 9.6).</summary>
    internal const int LingerTime = 2000;

    /// <summary>Octets that are thrown away while waiting for the peer to close.</summary>
    internal const int LingerOctets = 262144;

    /// <summary>
    /// How long to wait for the place of an idle connection to come free, which takes its peer a round trip, before
    /// another one is closed.
    /// </summary>
    internal const int RoomTime = 20;
}
