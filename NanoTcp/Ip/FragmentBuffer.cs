using System;
using NanoTcp.Wire;

namespace NanoTcp.Ip;

/// <summary>
/// One datagram that is being put together from its fragments (RFC 791 3.2): room of a fixed size, and a bit for each block of
/// 8 octets that has come. RFC 815 3 keeps a list of the holes instead, which grows with them; bits do not, and show every
/// overlap.
/// </summary>
internal sealed class FragmentBuffer
{
    // What State says.

    /// <summary>Nobody uses it.</summary>
    internal const int Free = 0;

    /// <summary>Fragments have come, and others are waited for.</summary>
    internal const int Filling = 1;

    /// <summary>The datagram is given up; what else comes of it until <see cref="Until"/> is dropped.</summary>
    internal const int Refused = 2;

    /// <summary>Its time is up, and its source is still to be told.</summary>
    internal const int Expired = 3;

    // What Take says.

    /// <summary>Taken, and others are missing.</summary>
    internal const int Incomplete = 0;

    /// <summary>Taken, and none is missing.</summary>
    internal const int Complete = 1;

    /// <summary>The same octets have come before.</summary>
    internal const int Duplicate = 2;

    /// <summary>Not taken: it contradicts what has come before.</summary>
    internal const int Contradiction = 3;

    /// <summary>Octets of the longest header.</summary>
    private const int MaxHeaderLength = 60;

    internal int State;

    internal uint Source;
    internal uint Destination;

    /// <summary>Protocol and identification, which with the addresses tell one datagram from others (RFC 791 3.2).</summary>
    internal int Label;

    /// <summary>When its time is up, ms.</summary>
    internal long Until;

    /// <summary>Octets of the first fragment's header; 0 as long as it has not come.</summary>
    internal int HeaderLength;

    /// <summary>Octets of the datagram's payload; 0 as long as the last fragment has not come.</summary>
    internal int PayloadLength;

    /// <summary>The ECN codepoints seen, a bit for each: 1 shifted by the codepoint.</summary>
    internal int Codepoints;

    /// <summary>Where the furthest fragment ends.</summary>
    private int _reach;

    /// <summary>Octets that have come. None is counted twice, because none is taken twice.</summary>
    private int _received;

    /// <summary>The bits of the blocks, the header of the first fragment with its end at <see cref="_payload"/>, the payload.</summary>
    private readonly byte[] _octets;

    private readonly int _payload;

    internal FragmentBuffer(int size)
    {
        int blocks = (size + 7) / 8;
        _payload = ((blocks + 7) / 8) + MaxHeaderLength;
        _octets = new byte[_payload + size];
    }

    /// <summary>Begins a datagram, and forgets the one before.</summary>
    internal void Begin(uint source, uint destination, int label, long until)
    {
        State = Filling;
        Source = source;
        Destination = destination;
        Label = label;
        Until = until;
        HeaderLength = 0;
        PayloadLength = 0;
        Codepoints = 0;
        _reach = 0;
        _received = 0;
        Array.Clear(_octets, 0, _payload - MaxHeaderLength);
    }

    /// <summary>
    /// Takes a fragment that fits. Nothing is ever overwritten: RFC 791 lets the newer octets win, and filters that see only
    /// one of two versions are deceived by that (RFC 1858 4).
    /// </summary>
    /// <param name="buffer">Holds the fragment.</param>
    /// <param name="source">Where its payload stands.</param>
    /// <param name="offset">Where that belongs, a multiple of 8.</param>
    /// <param name="length">Octets of it, a multiple of 8 but for the last fragment, and not 0.</param>
    /// <param name="more">False for the last fragment.</param>
    internal int Take(byte[] buffer, int source, int offset, int length, bool more)
    {
        int end = offset + length;
        if (PayloadLength != 0 && (more ? end > PayloadLength : end != PayloadLength))
        {
            return Contradiction;
        }

        if (!more && end < _reach)
        {
            return Contradiction;
        }

        byte[] octets = _octets;
        int behind = (end + 7) >> 3;
        bool some = false;
        bool all = true;
        for (int block = offset >> 3; block < behind; block++)
        {
            if ((octets[block >> 3] & (1 << (block & 7))) != 0)
            {
                some = true;
            }
            else
            {
                all = false;
            }
        }

        if (some)
        {
            return all && IsSame(buffer, source, offset, length) ? Duplicate : Contradiction;
        }

        for (int block = offset >> 3; block < behind; block++)
        {
            octets[block >> 3] |= (byte)(1 << (block & 7));
        }

        Array.Copy(buffer, source, octets, _payload + offset, length);
        _received += length;
        if (end > _reach)
        {
            _reach = end;
        }

        if (!more)
        {
            PayloadLength = end;
        }

        return _received == PayloadLength ? Complete : Incomplete;
    }

    /// <summary>Keeps the header of the first fragment.</summary>
    internal void KeepHeader(byte[] buffer, int offset, int length)
    {
        HeaderLength = length;
        Array.Copy(buffer, offset, _octets, _payload - length, length);
    }

    /// <summary>Writes the whole datagram, under the first fragment's header without its options.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="offset">Where the header begins.</param>
    /// <param name="typeOfService">What the header is to say.</param>
    /// <returns>Octets of the datagram.</returns>
    internal int WriteDatagram(byte[] buffer, int offset, int typeOfService)
    {
        int header = _payload - HeaderLength;
        int total = Ipv4Header.MinLength + PayloadLength;
        Ipv4Header.Write(
            buffer,
            offset,
            typeOfService,
            total,
            Label & 0xFFFF,
            false,
            _octets[header + Ipv4Header.TimeToLiveOffset],
            Label >> 16,
            Source,
            Destination);
        Array.Copy(_octets, _payload, buffer, offset + Ipv4Header.MinLength, PayloadLength);
        return total;
    }

    /// <summary>Writes the first fragment as it came.</summary>
    /// <returns>Octets of it.</returns>
    internal int WriteFirstFragment(byte[] buffer, int offset)
    {
        int header = _payload - HeaderLength;
        int total = BigEndian.ReadUInt16(_octets, header + Ipv4Header.TotalLengthOffset);
        Array.Copy(_octets, header, buffer, offset, total);
        return total;
    }

    /// <summary>The second octet of the first fragment's header.</summary>
    internal int TypeOfService()
    {
        return _octets[_payload - HeaderLength + 1];
    }

    private bool IsSame(byte[] buffer, int source, int offset, int length)
    {
        byte[] octets = _octets;
        int target = _payload + offset;
        for (int i = 0; i < length; i++)
        {
            if (octets[target + i] != buffer[source + i])
            {
                return false;
            }
        }

        return true;
    }
}
