namespace NanoTcp.Wire;

/// <summary>
/// Domain names on the wire (RFC 1035 3.1, 4.1.4): labels with their lengths in front, ended by the root or by a pointer to
/// where the name goes on. Names that are kept are uncompressed, as octets in an array.
/// </summary>
/// <remarks>
/// A pointer leads to an octet before all of the name that has been read so far (RFC 1035 4.1.4: a prior occurrence), and
/// behind the message's header, where no name can stand. So every pointer leads further down, and no loop is possible. A chain
/// of them could still be as long as the message, so their number is limited too, and with it what a name may cost.
/// </remarks>
internal static class DnsName
{
    /// <summary>Octets of a name on the wire at most, lengths and root included (RFC 1035 2.3.4).</summary>
    internal const int MaxLength = 255;

    /// <summary>Octets of a label at most (RFC 1035 2.3.4).</summary>
    internal const int MaxLabel = 63;

    /// <summary>Octets that <see cref="Format"/> writes for the longest name without characters that need a backslash.</summary>
    internal const int MaxText = 253;

    /// <summary>
    /// Pointers of one name at most. Who compresses needs no more than one for each label; a name of more labels than this is
    /// none that anybody looks up here.
    /// </summary>
    private const int MaxPointers = 32;

    private const int PointerBits = 0xC0;

    /// <summary>Goes past a name. It is not followed, so only what stands here is known to be in order.</summary>
    /// <param name="buffer">Holds the message.</param>
    /// <param name="start">First octet of the message.</param>
    /// <param name="end">Behind the message.</param>
    /// <param name="offset">First octet of the name.</param>
    /// <returns>The offset behind the name, or -1 when it is malformed.</returns>
    internal static int Skip(byte[] buffer, int start, int end, int offset)
    {
        int first = offset;
        while (offset < end)
        {
            int length = buffer[offset];
            if (length == 0)
            {
                return offset + 1;
            }

            if (length > MaxLabel)
            {
                bool valid = length >= PointerBits && offset + 2 <= end && IsBehindHeader(buffer, start, offset, first);
                return valid ? offset + 2 : -1;
            }

            offset += 1 + length;
            if (offset - first >= MaxLength)
            {
                return -1;
            }
        }

        return -1;
    }

    /// <summary>Copies a name, without its compression.</summary>
    /// <param name="buffer">Holds the message.</param>
    /// <param name="start">First octet of the message.</param>
    /// <param name="end">Behind the message.</param>
    /// <param name="offset">First octet of the name.</param>
    /// <param name="target">Where to; no more than <see cref="MaxLength"/> octets are written.</param>
    /// <param name="targetOffset">First octet there.</param>
    /// <returns>Octets of the name, the root included; -1 when it is malformed, too long, or finds no room. What has been
    /// written then means nothing.</returns>
    internal static int Expand(byte[] buffer, int start, int end, int offset, byte[] target, int targetOffset)
    {
        int first = offset;
        int pointers = 0;
        int written = 0;
        while (offset < end)
        {
            int length = buffer[offset];
            if (length > MaxLabel)
            {
                pointers++;
                if (length < PointerBits || offset + 2 > end || pointers > MaxPointers || !IsBehindHeader(buffer, start, offset, first))
                {
                    return -1;
                }

                first = start + PointerTarget(buffer, offset);
                offset = first;
                continue;
            }

            int size = 1 + length;
            if (offset + size > end || written + size > MaxLength || targetOffset + written + size > target.Length)
            {
                return -1;
            }

            for (int i = 0; i < size; i++)
            {
                target[targetOffset + written + i] = buffer[offset + i];
            }

            written += size;
            offset += size;
            if (length == 0)
            {
                return written;
            }
        }

        return -1;
    }

    /// <summary>
    /// Compares a name of a message with an uncompressed one; the case of ASCII letters makes no difference (RFC 1035 2.3.3,
    /// RFC 4343 3). False for a malformed name.
    /// </summary>
    /// <param name="buffer">Holds the message.</param>
    /// <param name="start">First octet of the message.</param>
    /// <param name="end">Behind the message.</param>
    /// <param name="offset">First octet of the name.</param>
    /// <param name="name">Holds a name that is in order, uncompressed.</param>
    /// <param name="nameOffset">First octet of that.</param>
    internal static bool Matches(byte[] buffer, int start, int end, int offset, byte[] name, int nameOffset)
    {
        int first = offset;
        int pointers = 0;
        while (offset < end)
        {
            int length = buffer[offset];
            if (length > MaxLabel)
            {
                pointers++;
                if (length < PointerBits || offset + 2 > end || pointers > MaxPointers || !IsBehindHeader(buffer, start, offset, first))
                {
                    return false;
                }

                first = start + PointerTarget(buffer, offset);
                offset = first;
                continue;
            }

            if (length != name[nameOffset] || offset + 1 + length > end)
            {
                return false;
            }

            if (length == 0)
            {
                return true;
            }

            for (int i = 1; i <= length; i++)
            {
                int one = buffer[offset + i];
                int other = name[nameOffset + i];
                if (one != other && Lower(one) != Lower(other))
                {
                    return false;
                }
            }

            offset += 1 + length;
            nameOffset += 1 + length;
        }

        return false;
    }

    /// <summary>Octets of an uncompressed name that is in order, the root included.</summary>
    internal static int Length(byte[] name, int offset)
    {
        int at = offset;
        while (name[at] != 0)
        {
            at += 1 + name[at];
        }

        return at + 1 - offset;
    }

    /// <summary>True when two uncompressed names are the same but for the case of letters.</summary>
    internal static bool Same(byte[] one, int oneOffset, byte[] other, int otherOffset)
    {
        return Matches(one, oneOffset, one.Length, oneOffset, other, otherOffset);
    }

    /// <summary>
    /// Writes text with dots between its labels as an uncompressed name; allocates nothing. A dot at the end makes no
    /// difference. Characters are ASCII, and a backslash is one like others.
    /// </summary>
    /// <returns>Octets of the name, the root included; -1 when the text is no name or there is no room.</returns>
    internal static int Encode(string text, byte[] target, int offset)
    {
        int length = text.Length;
        if (length != 0 && text[length - 1] == '.')
        {
            length--;
        }

        // Each label takes the place of its own dot and the one before; what is longer cannot be a name.
        if (length == 0 || length > MaxText || offset + length + 2 > target.Length)
        {
            return -1;
        }

        int label = offset;
        int at = offset + 1;
        for (int i = 0; i < length; i++)
        {
            char c = text[i];
            if (c == '.')
            {
                if (!EndLabel(target, label, at))
                {
                    return -1;
                }

                label = at++;
                continue;
            }

            if (c < ' ' || c > '~')
            {
                return -1;
            }

            target[at++] = (byte)c;
        }

        if (!EndLabel(target, label, at))
        {
            return -1;
        }

        target[at++] = 0;
        return at - offset;
    }

    /// <summary>
    /// Writes an uncompressed name as text with dots between its labels and none at the end. What is no printable ASCII
    /// character, a dot in a label and a backslash are written with a backslash in front (RFC 1035 5.1), so that no name
    /// can pretend to be another or bring control characters into a page or a log.
    /// </summary>
    /// <returns>Octets written, or -1 when there is no room.</returns>
    internal static int Format(byte[] name, int nameOffset, byte[] target, int targetOffset)
    {
        int at = targetOffset;
        while (name[nameOffset] != 0)
        {
            if (at != targetOffset)
            {
                if (at == target.Length)
                {
                    return -1;
                }

                target[at++] = (byte)'.';
            }

            int end = nameOffset + 1 + name[nameOffset];
            for (int i = nameOffset + 1; i < end; i++)
            {
                at = PutCharacter(name[i], target, at);
                if (at < 0)
                {
                    return -1;
                }
            }

            nameOffset = end;
        }

        return at - targetOffset;
    }

    /// <summary>The octet, an ASCII letter as a small one.</summary>
    internal static int Lower(int octet)
    {
        return octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet;
    }

    private static int PointerTarget(byte[] buffer, int offset)
    {
        return ((buffer[offset] & ~PointerBits) << 8) | buffer[offset + 1];
    }

    /// <summary>True for a pointer to somewhere between the header and what is read of the name so far.</summary>
    private static bool IsBehindHeader(byte[] buffer, int start, int offset, int first)
    {
        int target = PointerTarget(buffer, offset);
        return target >= DnsMessage.HeaderLength && start + target < first;
    }

    private static bool EndLabel(byte[] target, int label, int end)
    {
        int length = end - label - 1;
        target[label] = (byte)length;
        return length != 0 && length <= MaxLabel;
    }

    private static int PutCharacter(int octet, byte[] target, int at)
    {
        if (octet < ' ' || octet > '~')
        {
            if (at + 4 > target.Length)
            {
                return -1;
            }

            target[at] = (byte)'\\';
            target[at + 1] = (byte)('0' + (octet / 100));
            target[at + 2] = (byte)('0' + (octet / 10 % 10));
            target[at + 3] = (byte)('0' + (octet % 10));
            return at + 4;
        }

        bool special = octet == '.' || octet == '\\';
        if (at + (special ? 2 : 1) > target.Length)
        {
            return -1;
        }

        if (special)
        {
            target[at++] = (byte)'\\';
        }

        target[at++] = (byte)octet;
        return at;
    }
}
