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
public sealed partial class MdnsResolver
{
    /// <summary>Octets of a name at most, root included: a host of one full label under local.</summary>
    private const int Room = 72;

    /// <summary>Queries without an answer after which a name that is not watched is not found: 0, 1 and 3 s.</summary>
    private const int MostQueries = 3;

    /// <summary>How long the last of them is waited for, ms.</summary>
    private const int LastWait = 4 * FirstInterval;

    /// <summary>How long that is remembered, ms.</summary>
    private const int MissingTime = 10000;

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

    private MdnsAnswer AnswerOf(int place)
    {
        return _state[place] == Known ? MdnsAnswer.Found : _state[place] == Missing ? MdnsAnswer.NotFound : MdnsAnswer.Pending;
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

    private void Changed()
    {
        Plan();
        _responder.Schedule(_stack.Now);
    }
}
