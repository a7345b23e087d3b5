using NanoTcp.Samples.Text;

namespace NanoTcp.Samples.Http;

/// <summary>The forms of a request target (RFC 9112 3.2) and of a Host field (RFC 9110 7.2).</summary>
internal static class HttpTarget
{
    /// <summary>
    /// Finds the path in a target without its query: all of the origin-form, what follows the authority in the
    /// absolute-form, which a server must accept (RFC 9112 3.2.2).
    /// </summary>
    /// <returns>Where the path begins; <paramref name="length"/> when it is empty and so means <c>/</c>
    /// (RFC 9110 4.2.3); -1 when the target is neither of the two forms.</returns>
    internal static int FindPath(byte[] line, int length, HttpVocabulary words)
    {
        if (length != 0 && line[0] == '/')
        {
            return 0;
        }

        int authority = words.HttpScheme.Length;
        if (length <= authority || !Ascii.MatchesIgnoringCase(line, 0, authority, words.HttpScheme))
        {
            return -1;
        }

        int end = authority;
        while (end < length && line[end] != '/')
        {
            end++;
        }

        // RFC 9110 4.2.1 rejects an empty host, 4.2.4 user information; neither passes as a host.
        return end != authority && line[authority] != ':' && IsHost(line, authority, end - authority) ? end : -1;
    }

    /// <summary>
    /// Decodes percent-encoded octets in place where the octet is unreserved, because only those mean the same
    /// decoded (RFC 3986 2.2, 2.3, 6.2.2.2).
    /// </summary>
    /// <returns>The new length, or -1 when a percent sign is not followed by two hexadecimal digits.</returns>
    internal static int Normalize(byte[] line, int offset, int length)
    {
        int end = offset + length;
        int to = offset;
        for (int from = offset; from < end; from++)
        {
            if (line[from] == '%')
            {
                if (from + 2 >= end)
                {
                    return -1;
                }

                int high = HexDigit(line[from + 1]);
                int low = HexDigit(line[from + 2]);
                if (high < 0 || low < 0)
                {
                    return -1;
                }

                int octet = (high << 4) | low;
                if (IsUnreserved(octet))
                {
                    line[to++] = (byte)octet;
                    from += 2;
                    continue;
                }
            }

            line[to++] = line[from];
        }

        return to - offset;
    }

    /// <summary>Whether the octets are <c>uri-host [ ":" port ]</c>; nothing at all is one (RFC 9110 7.2).</summary>
    internal static bool IsHost(byte[] line, int offset, int length)
    {
        int end = offset + length;
        int at = offset;
        if (at < end && line[at] == '[')
        {
            at++;
            while (at < end && (HexDigit(line[at]) >= 0 || line[at] == ':' || line[at] == '.'))
            {
                at++;
            }

            if (at == end || line[at] != ']')
            {
                return false;
            }

            at++;
        }
        else
        {
            while (at < end && IsRegisteredName(line[at]))
            {
                at++;
            }
        }

        if (at < end && line[at] == ':')
        {
            at++;
            while (at < end && line[at] >= '0' && line[at] <= '9')
            {
                at++;
            }
        }

        return at == end;
    }

    /// <summary>The value of a hexadecimal digit, or -1.</summary>
    internal static int HexDigit(int octet)
    {
        return octet >= '0' && octet <= '9' ? octet - '0'
            : octet >= 'a' && octet <= 'f' ? octet - 'a' + 10
            : octet >= 'A' && octet <= 'F' ? octet - 'A' + 10
            : -1;
    }

    // RFC 3986 2.3.
    private static bool IsUnreserved(int octet)
    {
        return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') || (octet >= '0' && octet <= '9')
            || octet == '-' || octet == '.' || octet == '_' || octet == '~';
    }

    // RFC 3986 3.2.2: unreserved, percent-encoded, sub-delims.
    private static bool IsRegisteredName(int octet)
    {
        if (IsUnreserved(octet))
        {
            return true;
        }

        switch (octet)
        {
            case '%':
            case '!':
            case '$':
            case '&':
            case '\'':
            case '(':
            case ')':
            case '*':
            case '+':
            case ',':
            case ';':
            case '=':
                return true;
            default:
                return false;
        }
    }
}
