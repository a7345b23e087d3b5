using System;
using NanoTcp.Udp;
using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <summary>
/// Finds the addresses of other hosts of the link by their names under ".local", and their names by their addresses, by
/// multicast DNS (RFC 6762). What was found is remembered for as long as its owner said.
/// </summary>
/// <remarks>
/// It is asked again and again, like everything here: the first call of Resolve begins, and later ones say what has come
/// of it. Names in places that are full give way to new ones, the least used first, but for those that are watched.
/// </remarks>
public sealed class MdnsResolver
{
    /// <summary>Octets of a name at most, root included: a host of one full label under local.</summary>
    private const int Room = 72;

    /// <summary>RFC 6762 5.2: between the first two queries; each further interval is twice the one before, up to an hour.</summary>
    private const int FirstInterval = 1000;
    private const int LongestInterval = 3600000;

    /// <summary>RFC 6762 5.2: so that not all ask at once.</summary>
    private const int LeastDelay = 20;
    private const int DelayRange = 101;

    /// <summary>Queries without an answer after which a name that is not watched is not found: 0, 1 and 3 s.</summary>
    private const int MostQueries = 3;

    /// <summary>How long the last of them is waited for, ms.</summary>
    private const int LastWait = 4 * FirstInterval;

    /// <summary>How long that is remembered, ms.</summary>
    private const int MissingTime = 10000;

    /// <summary>RFC 6762 10.1: what was taken back stays for another second.</summary>
    private const int GoodbyeTime = 1000;

    /// <summary>RFC 6762 10 has none longer; what claims to be is believed no longer, in s.</summary>
    private const int MostTimeToLive = 4500;

    private const byte Free = 0;
    private const byte ByName = 1;
    private const byte ByAddress = 2;

    private const byte Asking = 0;
    private const byte Known = 1;
    private const byte Missing = 2;

    /// <summary>Nothing is to be done before this time, ms.</summary>
    internal long NextAt = UdpEndpoint.Never;

    private readonly MdnsResponder _responder;
    private readonly NetworkStack _stack;
    private readonly byte[] _kind;
    private readonly byte[] _state;

    /// <summary>1 for a place that is kept up to date.</summary>
    private readonly byte[] _watched;

    /// <summary>Queries sent since the last answer, or since 80 % of its life are over.</summary>
    private readonly byte[] _queries;

    /// <summary>The name that is asked about, or was found.</summary>
    private readonly byte[] _names;

    /// <summary>The address that was found, or is asked about.</summary>
    private readonly uint[] _address;

    /// <summary>When the next query is due, ms.</summary>
    private readonly long[] _askAt;
    private readonly int[] _interval;

    /// <summary>Until when what is known holds, ms.</summary>
    private readonly long[] _until;

    /// <summary>For how long it was given, ms.</summary>
    private readonly int[] _life;
    private readonly long[] _usedAt;

    /// <summary>A name that is looked for.</summary>
    private readonly byte[] _name = new byte[Room];

    /// <summary>Makes a resolver that shares the port of a responder.</summary>
    /// <param name="responder">The responder of the same stack. It may be stopped.</param>
    /// <param name="names">Names and addresses that can be remembered at once, 1 to 64.</param>
    /// <exception cref="ArgumentNullException"><paramref name="responder"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="names"/> is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The responder has a resolver.</exception>
    public MdnsResolver(MdnsResponder responder, int names)
    {
        if (responder == null)
        {
            throw new ArgumentNullException(nameof(responder));
        }

        if (names < 1 || names > 64)
        {
            throw new ArgumentOutOfRangeException(nameof(names));
        }

        if (!responder.Share(this))
        {
            throw new InvalidOperationException("This responder has a resolver; one is enough for all names.");
        }

        _responder = responder;
        _stack = responder.Stack;
        _kind = new byte[names];
        _state = new byte[names];
        _watched = new byte[names];
        _queries = new byte[names];
        _names = new byte[names * Room];
        _address = new uint[names];
        _askAt = new long[names];
        _interval = new int[names];
        _until = new long[names];
        _life = new int[names];
        _usedAt = new long[names];
    }

    /// <summary>Asks for the address of a host.</summary>
    /// <param name="name">The host's name with ".local", 71 characters at most.</param>
    /// <param name="address">What was found, or 0.</param>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    /// <exception cref="ArgumentException">It is no such name.</exception>
    public MdnsAnswer Resolve(string name, out uint address)
    {
        ReadName(name);
        address = 0;
        if (_responder.HasHostName && _responder.Names.Is(MdnsNames.Host, _name, 0, _name.Length, 0))
        {
            // Its own voice a host does not hear.
            address = _stack.Address;
            return MdnsAnswer.Found;
        }

        int place = Use(FindName(), ByName);
        if (place < 0)
        {
            return MdnsAnswer.Pending;
        }

        if (_state[place] == Known)
        {
            address = _address[place];
        }

        return AnswerOf(place);
    }

    /// <summary>Asks for the name of the host that has an address.</summary>
    /// <param name="address">One host's of this link.</param>
    /// <param name="buffer">Takes the name as text, without a dot at its end; what is not printable ASCII stands as \ddd.</param>
    /// <param name="offset">First octet.</param>
    /// <param name="length">Octets of the text that was found, or 0; what finds no room counts as not found.</param>
    public MdnsAnswer Resolve(uint address, byte[] buffer, int offset, out int length)
    {
        // RFC 6762 4: whether it is link-local or not; a host of another network is not there to answer.
        length = 0;
        int place = Use(FindAddress(address), ByAddress);
        if (place < 0)
        {
            return MdnsAnswer.Pending;
        }

        _address[place] = address;
        if (_state[place] == Known)
        {
            length = DnsName.Format(_names, place * Room, buffer, offset);
            if (length < 0)
            {
                length = 0;
                return MdnsAnswer.NotFound;
            }
        }

        return AnswerOf(place);
    }

    /// <summary>
    /// Keeps the address of a host up to date from now on: it is asked for again before it runs out, and for ever while nobody
    /// answers, at growing intervals (RFC 6762 5.2).
    /// </summary>
    /// <param name="name">The host's name with ".local".</param>
    /// <returns>False when all places are watched.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    /// <exception cref="ArgumentException">It is no such name.</exception>
    public bool Watch(string name)
    {
        ReadName(name);
        int place = Use(FindName(), ByName);
        if (place < 0)
        {
            return false;
        }

        _watched[place] = 1;
        if (_state[place] == Known)
        {
            PlanRefresh(place);
        }
        else if (_state[place] == Missing)
        {
            Ask(place);
        }

        Changed();
        return true;
    }

    /// <summary>Takes back <see cref="Watch"/>.</summary>
    /// <param name="name">The same name.</param>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    /// <exception cref="ArgumentException">It is no such name.</exception>
    public void Unwatch(string name)
    {
        ReadName(name);
        int place = FindName();
        if (place >= 0)
        {
            _watched[place] = 0;
            if (_state[place] != Asking)
            {
                _askAt[place] = UdpEndpoint.Never;
            }
            else if (_queries[place] == MostQueries && _askAt[place] > _stack.Now + LastWait)
            {
                // The next query might have been an hour away; as for any name now, the last one is answered soon or not at all.
                _askAt[place] = _stack.Now + LastWait;
            }

            Changed();
        }
    }

    /// <summary>What was learned on another link, or under another address, is worth nothing (RFC 6762 10.3).</summary>
    internal void LinkChanged()
    {
        for (int i = 0; i < _kind.Length; i++)
        {
            if (_watched[i] != 0)
            {
                Ask(i);
            }
            else if (_state[i] == Known)
            {
                _kind[i] = Free;
            }
        }

        Plan();
    }

    internal void RunTimers(long now)
    {
        if (now < NextAt)
        {
            return;
        }

        for (int i = 0; i < _kind.Length; i++)
        {
            if (_kind[i] == Free)
            {
                continue;
            }

            if (_state[i] == Known && now >= _until[i])
            {
                // A name that nobody watches is not asked for before somebody wants it (RFC 6762 5.2).
                if (_watched[i] != 0)
                {
                    // Not too soon after a question that was asked in vain.
                    long soonest = _askAt[i];
                    Ask(i);
                    if (soonest != UdpEndpoint.Never && soonest > _askAt[i])
                    {
                        _askAt[i] = soonest;
                    }
                }
                else
                {
                    _kind[i] = Free;
                }
            }
            else if (_state[i] == Asking && _watched[i] == 0 && _queries[i] == MostQueries && now >= _askAt[i])
            {
                _state[i] = Missing;
                _until[i] = now + MissingTime;
                _askAt[i] = UdpEndpoint.Never;
            }
        }

        Plan();
    }

    /// <summary>Sends one query with all questions that are due. False when there are none.</summary>
    internal bool Dispatch(UdpLayer udp, long now)
    {
        byte[] buffer = udp.Ip.Buffer;
        int start = udp.TransmitOffset;
        int limit = start + udp.MaxPayload;
        int offset = start + DnsMessage.HeaderLength;
        int questions = 0;
        for (int i = 0; i < _kind.Length; i++)
        {
            if (!IsDue(i, now))
            {
                continue;
            }

            if (offset + Room + DnsMessage.QuestionTail > limit)
            {
                break;
            }

            // RFC 6762 5.4: questions that come up later than the link ask for multicast answers.
            bool byName = _kind[i] == ByName;
            offset = byName ? DnsMessage.WriteName(buffer, offset, _names, i * Room) : PutReverse(buffer, offset, _address[i]);
            offset = DnsMessage.WriteQuestionTail(
                buffer, offset, byName ? DnsMessage.TypeA : DnsMessage.TypePtr, DnsMessage.ClassIn);
            Asked(i, now);
            questions++;
        }

        Plan();
        if (questions == 0)
        {
            return false;
        }

        DnsMessage.WriteHeader(buffer, start, 0, 0, questions, 0, 0, 0);
        _responder.Counts[MdnsCounter.OutQueries]++;
        MdnsResponder.SendToAll(udp, offset - start);
        return true;
    }

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

    private MdnsAnswer AnswerOf(int place)
    {
        return _state[place] == Known ? MdnsAnswer.Found : _state[place] == Missing ? MdnsAnswer.NotFound : MdnsAnswer.Pending;
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

    /// <summary>Puts the name under which an address is found, root included.</summary>
    private int PutReverse(byte[] target, int offset, uint address)
    {
        int end = offset + _responder.Names.PutReverse(target, offset, address);
        target[end] = 0;
        return end + 1;
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

    private void ReadName(string name)
    {
        if (name == null)
        {
            throw new ArgumentNullException(nameof(name));
        }

        // The last label is local, whatever stands before it.
        int length = DnsName.Encode(name, _name, 0);
        if (length < 9 || !IsLocal(length - 7))
        {
            throw new ArgumentException("The name of a host of this link ends in .local, and has 70 characters at most.", nameof(name));
        }
    }

    private bool IsLocal(int offset)
    {
        return _name[offset] == 5
            && DnsName.Lower(_name[offset + 1]) == 'l'
            && DnsName.Lower(_name[offset + 2]) == 'o'
            && DnsName.Lower(_name[offset + 3]) == 'c'
            && DnsName.Lower(_name[offset + 4]) == 'a'
            && DnsName.Lower(_name[offset + 5]) == 'l';
    }

    private int FindName()
    {
        for (int i = 0; i < _kind.Length; i++)
        {
            if (_kind[i] == ByName && DnsName.Same(_name, 0, _names, i * Room))
            {
                return i;
            }
        }

        return -1;
    }

    private int FindAddress(uint address)
    {
        for (int i = 0; i < _kind.Length; i++)
        {
            if (_kind[i] == ByAddress && _address[i] == address)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The place that was found, or a new one that is asked for from now on; -1 when all are in use.</summary>
    private int Use(int place, byte kind)
    {
        long now = _stack.Now;
        if (place >= 0 && !(_state[place] == Missing && now >= _until[place]))
        {
            _usedAt[place] = now;
            return place;
        }

        if (place < 0)
        {
            place = FindPlace();
            if (place < 0)
            {
                return -1;
            }

            _kind[place] = kind;
            _watched[place] = 0;
            if (kind == ByName)
            {
                DnsMessage.WriteName(_names, place * Room, _name, 0);
            }
        }

        _usedAt[place] = now;
        Ask(place);
        Changed();
        return place;
    }

    /// <summary>A free place, or the one that was used least lately of those that nobody waits for.</summary>
    private int FindPlace()
    {
        int best = -1;
        for (int i = 0; i < _kind.Length; i++)
        {
            if (_kind[i] == Free)
            {
                return i;
            }

            if (_watched[i] == 0 && _state[i] != Asking && (best < 0 || _usedAt[i] < _usedAt[best]))
            {
                best = i;
            }
        }

        return best;
    }

    /// <summary>Begins to ask.</summary>
    private void Ask(int place)
    {
        _state[place] = Asking;
        _queries[place] = 0;
        _interval[place] = FirstInterval;
        _until[place] = UdpEndpoint.Never;
        _askAt[place] = _stack.Now + LeastDelay + (int)(_stack.Udp.Random.NextUInt32() % DelayRange);
    }

    /// <summary>A question has been asked, by this host or another.</summary>
    private void Asked(int place, long now)
    {
        if (_state[place] == Known)
        {
            _queries[place]++;
            PlanRefresh(place);

            // RFC 6762 5.2: a second at least lies between two queries, however late in its life, or short, that is.
            long soonest = now + FirstInterval;
            if (_askAt[place] < soonest || _until[place] < soonest)
            {
                _askAt[place] = soonest;
            }

            return;
        }

        if (_state[place] == Missing)
        {
            Ask(place);
        }

        if (_queries[place] != MostQueries)
        {
            _queries[place]++;
        }

        _askAt[place] = now + _interval[place];
        _interval[place] = _interval[place] > LongestInterval / 2 ? LongestInterval : _interval[place] * 2;
    }

    /// <summary>RFC 6762 5.2: a record that is watched is asked for again at 80, 85, 90 and 95 % of its life, and up to 2 % later.</summary>
    private void PlanRefresh(int place)
    {
        if (_watched[place] == 0 || _queries[place] > 3)
        {
            _askAt[place] = UdpEndpoint.Never;
            return;
        }

        int percent = 80 + (5 * _queries[place]);
        long life = _life[place];
        _askAt[place] = _until[place] - life + (life * percent / 100) + (_stack.Udp.Random.NextUInt32() % ((life / 50) + 1));
    }

    private bool IsDue(int place, long now)
    {
        return _kind[place] != Free
            && now >= _askAt[place]
            && !(_state[place] == Asking && _watched[place] == 0 && _queries[place] == MostQueries);
    }

    /// <summary>Works out <see cref="NextAt"/>.</summary>
    private void Plan()
    {
        NextAt = UdpEndpoint.Never;
        for (int i = 0; i < _kind.Length; i++)
        {
            if (_kind[i] != Free)
            {
                long at = _askAt[i];
                if (_state[i] == Known && _until[i] < at)
                {
                    at = _until[i];
                }

                if (at < NextAt)
                {
                    NextAt = at;
                }
            }
        }
    }

    private void Changed()
    {
        Plan();
        _responder.Schedule(_stack.Now);
    }
}
