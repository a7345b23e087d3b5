using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;

namespace NanoTcp.Tests.Samples;

/// <summary>A response, read as strictly as RFC 9112 allows a client to be.</summary>
internal sealed class HttpReply
{
    internal int Status { get; private init; }

    internal Dictionary<string, string> Fields { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The head as it came, without the empty line.</summary>
    internal string Head { get; private init; } = "";

    internal byte[] Body { get; private set; } = [];

    internal int Chunks { get; private set; }

    internal string Text
    {
        get { return Encoding.ASCII.GetString(Body); }
    }

    internal bool Closes
    {
        get { return Fields.TryGetValue("Connection", out string? value) && value == "close"; }
    }

    /// <summary>Reads one response, or nothing while it is not complete.</summary>
    internal static HttpReply? Parse(ReadOnlySpan<byte> octets, bool toHead, bool ended, out int length)
    {
        length = 0;
        int end = octets.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return null;
        }

        string head = Encoding.ASCII.GetString(octets[..end]);
        string[] lines = head.Split("\r\n");
        Assert.IsTrue(lines[0].StartsWith("HTTP/1.1 ", StringComparison.Ordinal), lines[0]);
        HttpReply reply = new() { Status = int.Parse(lines[0].AsSpan(9, 3), CultureInfo.InvariantCulture), Head = head };
        foreach (string line in lines[1..])
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            Assert.IsTrue(colon > 0 && line[colon + 1] == ' ', line);
            Assert.IsTrue(reply.Fields.TryAdd(line[..colon], line[(colon + 2)..]), $"Field twice: {line}");
        }

        int at = end + 4;
        bool chunked = reply.Fields.TryGetValue("Transfer-Encoding", out string? coding) && coding == "chunked";
        bool counted = reply.Fields.TryGetValue("Content-Length", out string? number);
        Assert.IsFalse(chunked && counted, "Never both (RFC 9112 6.2).");
        if (toHead || reply.Status is 204 or 304)
        {
            length = at;
            return reply;
        }

        if (chunked)
        {
            return reply.ReadChunks(octets, at, out length) ? reply : null;
        }

        int count = counted ? int.Parse(number!, CultureInfo.InvariantCulture) : octets.Length - at;
        if (octets.Length - at < count || (!counted && !ended))
        {
            return null;
        }

        Assert.IsTrue(counted || reply.Closes, "A content without length ends with the connection.");
        reply.Body = octets.Slice(at, count).ToArray();
        length = at + count;
        return reply;
    }

    private bool ReadChunks(ReadOnlySpan<byte> octets, int at, out int length)
    {
        length = 0;
        MemoryStream body = new();
        while (true)
        {
            int line = octets[at..].IndexOf("\r\n"u8);
            if (line < 0)
            {
                return false;
            }

            string digits = Encoding.ASCII.GetString(octets.Slice(at, line));
            int size = int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            at += line + 2;
            if (octets.Length < at + size + 2)
            {
                return false;
            }

            body.Write(octets.Slice(at, size));
            at += size;
            Assert.IsTrue(octets[at] == '\r' && octets[at + 1] == '\n', "CR LF ends a chunk.");
            at += 2;
            if (size == 0)
            {
                Body = body.ToArray();
                length = at;
                return true;
            }

            Chunks++;
        }
    }
}
