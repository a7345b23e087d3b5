using NanoTcp.Udp;
using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <content>What arrives: answers, denials and goodbyes, and the questions of others.</content>
public sealed partial class MdnsResolver
{
    /// <summary>RFC 6762 10.1: what was taken back stays for another second.</summary>
    private const int GoodbyeTime = 1000;

    /// <summary>RFC 6762 10 has none longer; what claims to be is believed no longer, in s.</summary>
    private const int MostTimeToLive = 4500;

    /// <summary>Another host asks all for something, with no answers that it knows (RFC 6762 7.3).</summary>
    internal void SomebodyAsks(byte[] buffer, int start, int end, int offset, int tail, long now)
    {
        int type = BigEndian.ReadUInt16(buffer, tail + DnsMessage.TypeOffset);
        for (int i = 0; i < _kind.Length; i++)
        {
            // What is to be asked within a second is answered as well by the answer to him.
            if (_kind[i] != Free
                && _state[i] == Asking
                && _askAt[i] - now <= FirstInterval
                && type == (_kind[i] == ByName ? DnsMessage.TypeA : DnsMessage.TypePtr)
                && IsQuestion(i, buffer, start, end, offset)
                && (_queries[i] != MostQueries || _watched[i] != 0))
            {
                Asked(i, now);
                Plan();
            }
        }
    }

    /// <summary>Takes in a record of a response, if it is what is asked for.</summary>
    internal void Take(byte[] buffer, int start, int end, int offset, int tail, long now)
    {
        int type = BigEndian.ReadUInt16(buffer, tail + DnsMessage.TypeOffset);
        for (int i = 0; i < _kind.Length; i++)
        {
            if (_kind[i] == Free)
            {
                continue;
            }

            if (type == (_kind[i] == ByName ? DnsMessage.TypeA : DnsMessage.TypePtr))
            {
                if (IsQuestion(i, buffer, start, end, offset))
                {
                    TakeAnswer(i, buffer, start, end, tail, now);
                    Plan();
                }
            }
            else if (type == DnsMessage.TypeNsec && _state[i] == Asking && IsQuestion(i, buffer, start, end, offset))
            {
                TakeDenial(i, buffer, start, end, tail, now);
                Plan();
            }
        }
    }

    private static int ReadSeconds(byte[] buffer, int tail)
    {
        int seconds = DnsMessage.ReadTimeToLive(buffer, tail + DnsMessage.TimeToLiveOffset);
        return seconds > MostTimeToLive ? MostTimeToLive : seconds;
    }

    private void TakeAnswer(int place, byte[] buffer, int start, int end, int tail, long now)
    {
        int data = tail + DnsMessage.RecordTail;
        int length = BigEndian.ReadUInt16(buffer, tail + DnsMessage.DataLengthOffset);
        bool flush = (BigEndian.ReadUInt16(buffer, tail + DnsMessage.ClassOffset) & DnsMessage.CacheFlush) != 0;
        int seconds = ReadSeconds(buffer, tail);
        bool same;
        if (_kind[place] == ByName)
        {
            uint address = length == DnsMessage.AddressLength ? BigEndian.ReadUInt32(buffer, data) : 0;
            if (!_stack.Ip.IsPossibleSource(address))
            {
                return;
            }

            same = _state[place] == Known && _address[place] == address;
            if (!IsNews(place, same, flush, seconds, now))
            {
                return;
            }

            _address[place] = address;
        }
        else
        {
            // The name must be all of the data, and one that there is room for.
            if (DnsName.Skip(buffer, start, end, data) != data + length || DnsName.Expand(buffer, start, end, data, _name, 0) < 0)
            {
                return;
            }

            same = _state[place] == Known && DnsName.Same(_name, 0, _names, place * Room);
            if (!IsNews(place, same, flush, seconds, now))
            {
                return;
            }

            DnsMessage.WriteName(_names, place * Room, _name, 0);
        }

        _state[place] = Known;
        _life[place] = seconds * 1000;
        _until[place] = now + _life[place];
        _queries[place] = 0;
        PlanRefresh(place);
    }

    /// <summary>Whether the data of a record is to be remembered; a goodbye is carried out here.</summary>
    private bool IsNews(int place, bool same, bool flush, int seconds, long now)
    {
        if (seconds == 0)
        {
            if (same && _until[place] > now + GoodbyeTime)
            {
                _until[place] = now + GoodbyeTime;
                _askAt[place] = UdpEndpoint.Never;
            }

            return false;
        }

        // Of several answers the first one counts, until its owner says that something else is the whole truth; what came
        // less than a second ago may be part of that (RFC 6762 10.2).
        return same || _state[place] != Known || (flush && now - (_until[place] - _life[place]) > GoodbyeTime);
    }

    /// <summary>RFC 6762 6.1: the owner of the name lists the types that there are.</summary>
    private void TakeDenial(int place, byte[] buffer, int start, int end, int tail, long now)
    {
        int data = tail + DnsMessage.RecordTail;
        int dataEnd = DnsMessage.EndOfRecord(buffer, tail);
        int block = DnsName.Skip(buffer, start, end, data);
        int seconds = ReadSeconds(buffer, tail);
        if (block < 0 || block + 3 > dataEnd || buffer[block] != 0 || buffer[block + 1] != dataEnd - block - 2 || buffer[block + 1] > 32 || seconds == 0)
        {
            return;
        }

        int type = _kind[place] == ByName ? DnsMessage.TypeA : DnsMessage.TypePtr;
        int octet = type >> 3;
        if (octet < buffer[block + 1] && (buffer[block + 2 + octet] & (0x80 >> (type & 7))) != 0)
        {
            return;
        }

        _state[place] = Missing;
        _until[place] = now + (seconds * 1000L);
        _askAt[place] = _watched[place] != 0 ? _until[place] : UdpEndpoint.Never;
    }

    private bool IsQuestion(int place, byte[] buffer, int start, int end, int offset)
    {
        if (_kind[place] == ByName)
        {
            return DnsName.Matches(buffer, start, end, offset, _names, place * Room);
        }

        PutReverse(_name, 0, _address[place]);
        return DnsName.Matches(buffer, start, end, offset, _name, 0);
    }
}
