using NanoTcp.Ip;
using NanoTcp.Udp;
using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <summary>
/// One question, from the first server asked to its end. It is an endpoint of its own, because each query has a port of its
/// own (RFC 5452 9.2): the stack finds the query by the port, and its timer is the endpoint's.
/// </summary>
internal sealed class DnsQuery : UdpEndpoint
{
    /// <summary>How long the first answer of a server is waited for, in ms; twice as long in each further round (RFC 1123 6.1.3.3).</summary>
    internal const int FirstTimeout = 2000;

    /// <summary>How often each server is asked.</summary>
    internal const int Rounds = 3;

    /// <summary>Answers without EDNS are no longer (RFC 1035 4.2.1).</summary>
    private const int MaxMessage = 512;

    /// <summary>So many wrong answers from the right address to the right port are no accident.</summary>
    private const int MaxStrays = 8;

    /// <summary>RFC 5452 9.2 wants ports from as wide a range as can be; those below belong to known services.</summary>
    private const int FirstPort = 1024;
    private const int LastPort = 65535;

    /// <summary>The name asked about, uncompressed; in the case in which it is asked. When a PTR query has found something: that.</summary>
    internal readonly byte[] Name = new byte[DnsName.MaxLength];

    /// <summary><see cref="DnsMessage.TypeA"/> or <see cref="DnsMessage.TypePtr"/>.</summary>
    internal int Type;

    internal DnsStatus Status;

    /// <summary>What an A query has found, or a PTR query is about.</summary>
    internal uint Address;

    /// <summary>A query that asks the same; its answer is waited for.</summary>
    internal DnsQuery Leader;

    private readonly DnsClient _client;
    private readonly UdpLayer _udp;

    /// <summary>Counts through the servers, as often as there are rounds, from <see cref="_first"/> on.</summary>
    private int _attempt;
    private int _first;
    private int _place;

    /// <summary>The address that was asked, whatever stands in its place since.</summary>
    private uint _server;
    private int _id;
    private int _strays;

    /// <summary>A bit for each place whose server has said that it has no answer.</summary>
    private int _failed;

    internal DnsQuery(DnsClient client, UdpLayer udp)
    {
        _client = client;
        _udp = udp;
        Status = DnsStatus.None;
    }

    /// <summary>Begins to ask; the rest follows when the stack is polled, which knows the time.</summary>
    internal void Begin()
    {
        Status = DnsStatus.Pending;
        Leader = null;
        LocalPort = 0;
        OutputDue = false;
        _attempt = -1;
        _first = _client.First;
        _failed = 0;
        Deadline = long.MinValue;
        _udp.WakeAt(Deadline);
    }

    /// <summary>Ends with a result.</summary>
    internal void End(DnsStatus status)
    {
        Status = status;
        LocalPort = 0;
        OutputDue = false;
        Deadline = Never;
    }

    internal override void RunTimers(long now)
    {
        if (LocalPort != 0 && !OutputDue)
        {
            _client.Counts[DnsCounter.Timeouts]++;
        }

        LocalPort = 0;
        OutputDue = false;
        do
        {
            _attempt++;
            if (_attempt == Rounds * DnsClient.MaxServers)
            {
                // RFC 1123 6.1.3.3: after several times in vain it gives up.
                End(_failed != 0 ? DnsStatus.ServerFailed : DnsStatus.NoAnswer);
                _client.Settled(this);
                return;
            }

            _place = (_first + _attempt) % DnsClient.MaxServers;
        }
        while (!IsToBeAsked(_place));
        Ask(now);
    }

    internal override bool Dispatch(UdpLayer udp, long now)
    {
        int reach = udp.Ip.Address == 0 ? Ipv4Layer.Pending
            : udp.Ip.IsForMany(_server) ? Ipv4Layer.Unreachable
            : udp.Ip.Reach(_server);
        if (reach == Ipv4Layer.Pending)
        {
            // Without an address there is nothing to wait for but AddressChanged.
            OutputDue = udp.Ip.Address != 0;
            return false;
        }

        OutputDue = false;
        if (reach == Ipv4Layer.Unreachable)
        {
            TryNext(now);
            return false;
        }

        // RFC 1035 4.1: one question, and recursion is wanted.
        byte[] buffer = udp.Ip.Buffer;
        int start = udp.TransmitOffset;
        int at = DnsMessage.WriteHeader(buffer, start, _id, DnsMessage.RecursionDesired, 1, 0, 0, 0);
        at = DnsMessage.WriteName(buffer, at, Name, 0);
        at = DnsMessage.WriteQuestionTail(buffer, at, Type, DnsMessage.ClassIn);
        udp.Send(LocalPort, _server, DnsClient.Port, at - start, 0, 0);
        _client.Counts[DnsCounter.OutQueries]++;
        return true;
    }

    internal override void Process(UdpLayer udp, long now)
    {
        // RFC 5452 9.1: only who was asked can answer.
        if (udp.Ip.Header.Source != _server || udp.SourcePort != DnsClient.Port || !udp.Ip.ReceivedUnicast || OutputDue)
        {
            _client.Counts[DnsCounter.InStrays]++;
            return;
        }

        byte[] buffer = udp.Ip.Buffer;
        int start = udp.PayloadOffset;
        int end = start + udp.PayloadLength;
        if (!IsAnswer(buffer, start, end))
        {
            Doubt();
            return;
        }

        if ((_client.Plain & (1 << _place)) == 0 && !IsNameKept(buffer, start + DnsMessage.HeaderLength))
        {
            // Either the server does not keep the case, or somebody guessed the rest. A query without it tells: it is a new
            // one, so that what was guessed is worth nothing.
            _client.Counts[DnsCounter.CaseLost]++;
            _client.Plain |= 1 << _place;
            Ask(now);
            return;
        }

        _client.Counts[DnsCounter.InAnswers]++;
        int rcode = BigEndian.ReadUInt16(buffer, start + DnsMessage.FlagsOffset) & DnsMessage.RcodeMask;
        int result = rcode == DnsMessage.NoError || rcode == DnsMessage.NameError
            ? _client.Answer.Read(buffer, start, end, Name, Type)
            : DnsAnswer.Referral;
        Take(result, now);
    }

    /// <summary>
    /// RFC 1122 4.1.3.3: the server does not listen, or no router leads to it. Whoever guesses the port can say so, too: so the next server
    /// is asked at once, and who is the last of his round, or the only one, has all of his time, as if nothing had come.
    /// </summary>
    internal override bool ProcessError(IcmpProtocol icmp)
    {
        int packet = Ipv4Header.MinLength + UdpHeader.Length + DnsMessage.HeaderLength + DnsName.Length(Name, 0) + DnsMessage.QuestionTail;
        if (OutputDue
            || icmp.Type != IcmpMessage.TypeDestinationUnreachable
            || icmp.RemoteAddress != _server
            || (icmp.Ports & 0xFFFF) != DnsClient.Port
            || icmp.ReturnedLength != packet)
        {
            return false;
        }

        for (int next = _attempt + 1; next % DnsClient.MaxServers != 0; next++)
        {
            if (IsToBeAsked((_first + next) % DnsClient.MaxServers))
            {
                TryNext(_udp.Ip.Now);
                return true;
            }
        }

        return false;
    }

    internal override void AddressChanged(long now)
    {
        // An answer to what was asked from the old address will not come.
        if (LocalPort != 0)
        {
            Ask(now);
        }
    }

    /// <summary>There is a server in that place, and it has not said that it has no answer.</summary>
    private bool IsToBeAsked(int place)
    {
        return _client.Servers[place] != 0 && (_failed & (1 << place)) == 0;
    }

    /// <summary>Asks the server of <see cref="_place"/>, with an id, a port and a case that nobody can know (RFC 5452 9.2).</summary>
    private void Ask(long now)
    {
        if (_client.Servers[_place] == 0)
        {
            // It was taken out while the query was on its way.
            OutputDue = false;
            TryNext(now);
            return;
        }

        uint random = _udp.Random.NextUInt32();
        int port = FirstPort + (int)(((random >> 16) * (LastPort - FirstPort + 1)) >> 16);
        LocalPort = 0;
        while (_udp.Find(port) != null)
        {
            port = port == LastPort ? FirstPort : port + 1;
        }

        LocalPort = port;
        _id = (int)(random & 0xFFFF);
        _server = _client.Servers[_place];
        _strays = 0;
        ChooseCase((_client.Plain & (1 << _place)) == 0);
        OutputDue = true;
        _udp.AskToSend();
        Deadline = now + (FirstTimeout << (_attempt / DnsClient.MaxServers));
        _udp.WakeAt(Deadline);
    }

    /// <summary>
    /// Gives every letter of the name a case at random: a server repeats the question as it came (RFC 1035 4.1.1, 7.3), and
    /// whoever cannot see the query must guess a bit more for each letter.
    /// </summary>
    private void ChooseCase(bool mixed)
    {
        uint bits = 0;
        int left = 0;
        int label = 0;
        while (Name[label] != 0)
        {
            int end = label + 1 + Name[label];
            for (int i = label + 1; i < end; i++)
            {
                int letter = Name[i] | 0x20;
                if (letter < 'a' || letter > 'z')
                {
                    continue;
                }

                if (mixed)
                {
                    if (left == 0)
                    {
                        bits = _udp.Random.NextUInt32();
                        left = 32;
                    }

                    letter ^= (int)(bits & 1) << 5;
                    bits >>= 1;
                    left--;
                }

                Name[i] = (byte)letter;
            }

            label = end;
        }
    }

    /// <summary>RFC 5452 9.1, RFC 1035 7.3: the id, and the question, whatever the case of its letters.</summary>
    private bool IsAnswer(byte[] buffer, int start, int end)
    {
        if (end - start < DnsMessage.HeaderLength || end - start > MaxMessage
            || BigEndian.ReadUInt16(buffer, start + DnsMessage.IdOffset) != _id)
        {
            return false;
        }

        int flags = BigEndian.ReadUInt16(buffer, start + DnsMessage.FlagsOffset);
        if ((flags & (DnsMessage.Response | DnsMessage.OpcodeMask)) != DnsMessage.Response
            || BigEndian.ReadUInt16(buffer, start + DnsMessage.QuestionsOffset) != 1)
        {
            return false;
        }

        int question = start + DnsMessage.HeaderLength;
        int tail = question + DnsName.Length(Name, 0);
        return tail + DnsMessage.QuestionTail <= end
            && DnsName.Matches(buffer, start, end, question, Name, 0)
            && DnsName.Skip(buffer, start, end, question) == tail
            && BigEndian.ReadUInt16(buffer, tail + DnsMessage.TypeOffset) == Type
            && BigEndian.ReadUInt16(buffer, tail + DnsMessage.ClassOffset) == DnsMessage.ClassIn;
    }

    /// <summary>True when the name of the question came back in the case in which it was asked.</summary>
    private bool IsNameKept(byte[] buffer, int offset)
    {
        int length = DnsName.Length(Name, 0);
        for (int i = 0; i < length; i++)
        {
            if (buffer[offset + i] != Name[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// The right sender and port and all the same no answer: somebody may be guessing (RFC 5452 9.3). After a few such the port is closed, and
    /// what was guessed so far is worth nothing; the next query, when this one's time is over, has another.
    /// </summary>
    private void Doubt()
    {
        _client.Counts[DnsCounter.InStrays]++;
        _strays++;
        if (_strays == MaxStrays)
        {
            _client.Counts[DnsCounter.Floods]++;
            LocalPort = 0;
        }
    }

    private void Take(int result, long now)
    {
        switch (result)
        {
            case DnsAnswer.Found:
                if (Type == DnsMessage.TypeA)
                {
                    Address = _client.Answer.Address;
                }
                else
                {
                    DnsMessage.WriteName(Name, 0, _client.Answer.Name, 0);
                }

                End(DnsStatus.Found);
                break;

            case DnsAnswer.NoSuchName:
                End(DnsStatus.NoSuchName);
                break;

            case DnsAnswer.NoData:
                End(DnsStatus.NoData);
                break;

            case DnsAnswer.Truncated:
                // Another server would have no more room.
                _client.Counts[DnsCounter.Truncated]++;
                End(DnsStatus.Truncated);
                _client.Settled(this);
                return;

            default:
                _client.Counts[result == DnsAnswer.Malformed ? DnsCounter.InErrors : DnsCounter.ServerFailures]++;
                _failed |= 1 << _place;
                TryNext(now);
                return;
        }

        // Who has answered is asked first from now on, so that a dead server costs its time once (RFC 2308 7.2).
        if (_client.Servers[_place] == _server)
        {
            _client.First = _place;
        }

        _client.Cache.Put(this, _client.Answer.TimeToLive, now);
        _client.Settled(this);
    }

    /// <summary>Goes on with the next server, once the timers run.</summary>
    private void TryNext(long now)
    {
        LocalPort = 0;
        Deadline = now;
        _udp.WakeAt(now);
    }
}
