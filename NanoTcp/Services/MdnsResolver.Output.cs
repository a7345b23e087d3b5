using NanoTcp.Udp;
using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <content>What is asked, when, and again.</content>
public sealed partial class MdnsResolver
{
    /// <summary>RFC 6762 5.2: between the first two queries; each further interval is twice the one before, up to an hour.</summary>
    private const int FirstInterval = 1000;
    private const int LongestInterval = 3600000;

    /// <summary>RFC 6762 5.2: so that not all ask at once.</summary>
    private const int LeastDelay = 20;
    private const int DelayRange = 101;

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

    /// <summary>Puts the name under which an address is found, root included.</summary>
    private int PutReverse(byte[] target, int offset, uint address)
    {
        int end = offset + _responder.Names.PutReverse(target, offset, address);
        target[end] = 0;
        return end + 1;
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
}
