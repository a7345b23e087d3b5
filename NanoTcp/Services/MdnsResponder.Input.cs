using NanoTcp.Udp;
using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <content>What arrives: questions, what the askers know, what others propose and what they say.</content>
public sealed partial class MdnsResponder
{
    /// <inheritdoc/>
    internal override void Process(UdpLayer udp, long now)
    {
        byte[] buffer = udp.Ip.Buffer;
        int start = udp.PayloadOffset;
        int end = start + udp.PayloadLength;
        if (!IsWhole(buffer, start, end))
        {
            Counts[MdnsCounter.InErrors]++;
            return;
        }

        // RFC 6762 18.3, 18.11.
        int flags = BigEndian.ReadUInt16(buffer, start + DnsMessage.FlagsOffset);
        bool response = (flags & DnsMessage.Response) != 0;
        bool ignored = (flags & (DnsMessage.OpcodeMask | DnsMessage.RcodeMask)) != 0 || !CanSpeak;

        // RFC 6762 11: what comes through the group comes from this link, whatever its source.
        bool unicast = udp.Ip.Header.Destination != Group;
        bool near = IsNear(udp.Ip.Header.Source);
        if (unicast && (!near || !udp.Ip.ReceivedUnicast))
        {
            ignored = true;
        }

        // RFC 6762 6: a response comes from port 5353; and unicast only to somebody who has just asked for that, which
        // here nobody does but probes. A legacy querier outside the network could not be answered, nor one without a port (RFC 768).
        if (udp.SourcePort != Port && (response || !near || udp.SourcePort == 0))
        {
            ignored = true;
        }

        if (response && unicast && (_probing == 0 || _probesSent == 0))
        {
            ignored = true;
        }

        if (ignored)
        {
            Counts[MdnsCounter.InIgnored]++;
        }
        else if (response)
        {
            Counts[MdnsCounter.InResponses]++;
            ProcessResponse(buffer, start, end, unicast, now);
            Schedule(now);
        }
        else
        {
            Counts[MdnsCounter.InQueries]++;
            ProcessQuery(udp, buffer, start, end, unicast, near, now);
            Schedule(now);
        }
    }

    /// <summary>True when all questions and records that the header promises are there, each within the message.</summary>
    private static bool IsWhole(byte[] buffer, int start, int end)
    {
        if (end - start < DnsMessage.HeaderLength)
        {
            return false;
        }

        int offset = start + DnsMessage.HeaderLength;
        int questions = BigEndian.ReadUInt16(buffer, start + DnsMessage.QuestionsOffset);
        for (int i = 0; i < questions; i++)
        {
            offset = DnsMessage.SkipQuestion(buffer, start, end, offset);
            if (offset < 0)
            {
                return false;
            }
        }

        int records = Records(buffer, start);
        for (int i = 0; i < records; i++)
        {
            int tail = DnsMessage.FindRecordTail(buffer, start, end, offset);
            if (tail < 0)
            {
                return false;
            }

            offset = DnsMessage.EndOfRecord(buffer, tail);
        }

        return true;
    }

    private static int Records(byte[] buffer, int start)
    {
        return BigEndian.ReadUInt16(buffer, start + DnsMessage.AnswersOffset)
            + BigEndian.ReadUInt16(buffer, start + DnsMessage.AuthoritiesOffset)
            + BigEndian.ReadUInt16(buffer, start + DnsMessage.AdditionalsOffset);
    }

    private static int ReadType(byte[] buffer, int tail)
    {
        return BigEndian.ReadUInt16(buffer, tail + DnsMessage.TypeOffset);
    }

    private static int ReadClass(byte[] buffer, int tail)
    {
        return BigEndian.ReadUInt16(buffer, tail + DnsMessage.ClassOffset) & DnsMessage.ClassMask;
    }

    /// <summary>RFC 6762 11: an address of the own network. Nor is a link-local one anywhere else (RFC 3927 2.7).</summary>
    private bool IsNear(uint address)
    {
        return ((address ^ _stack.Address) & Ipv4Address.Mask(_stack.PrefixLength)) == 0 || Ipv4Address.IsLinkLocal(address);
    }

    private void ProcessQuery(UdpLayer udp, byte[] buffer, int start, int end, bool unicast, bool near, long now)
    {
        uint source = udp.Ip.Header.Source;
        bool legacy = udp.SourcePort != Port;
        bool truncated = (BigEndian.ReadUInt16(buffer, start + DnsMessage.FlagsOffset) & DnsMessage.Truncated) != 0;
        int questions = BigEndian.ReadUInt16(buffer, start + DnsMessage.QuestionsOffset);
        int answers = BigEndian.ReadUInt16(buffer, start + DnsMessage.AnswersOffset);
        int offset = start + DnsMessage.HeaderLength;
        int toAll = 0;
        int toOne = 0;
        bool alone = questions == 1;
        for (int i = 0; i < questions; i++)
        {
            int tail = DnsName.Skip(buffer, start, end, offset);
            int name = Names.Find(buffer, start, end, offset);
            int wanted = name == MdnsNames.None ? 0 : _records.Match(name, ReadType(buffer, tail), ReadClass(buffer, tail)) & _valid;
            // RFC 6762 5.4, 5.5.
            bool toAsker = unicast || (BigEndian.ReadUInt16(buffer, tail + DnsMessage.ClassOffset) & DnsMessage.UnicastWanted) != 0;
            if (_resolver != null && !toAsker && !legacy && !truncated && answers == 0)
            {
                _resolver.SomebodyAsks(buffer, start, end, offset, tail, now);
            }

            if (legacy)
            {
                // RFC 6762 6.7: as ordinary DNS has it, one question is answered.
                if (toOne == 0 && wanted != 0)
                {
                    toOne = wanted;
                    NoteQuestion(buffer, start, tail, name);
                }
            }
            else if (toAsker && near)
            {
                toOne |= wanted;
            }
            else
            {
                // RFC 6762 11: a host of another network would ignore an answer to it alone.
                toAll |= wanted;
            }

            alone &= IsMineAlone(wanted);
            offset = tail + DnsMessage.QuestionTail;
        }

        for (int i = 0; i < answers; i++)
        {
            int tail = DnsMessage.FindRecordTail(buffer, start, end, offset);
            int known = KnownAnswer(buffer, start, end, offset, tail);
            if (known != 0)
            {
                // RFC 6762 6.7: who asks from another port is not the mDNS of his host, whose answers wait under that address.
                Suppress(known, (toAll | toOne) & known, legacy ? 0 : source);
                toAll &= ~known;
                toOne &= ~known;
            }

            offset = DnsMessage.EndOfRecord(buffer, tail);
        }

        int defended = CheckProposals(buffer, start, end, offset, now);
        if (truncated && questions == 0 && source == _heldFor)
        {
            ExtendHold(now);
        }

        // RFC 6762 6, 6.3, 7.2: at once only what nobody else can answer.
        int delay = truncated ? LeastTruncatedDelay + Dice(DelayRange) : alone ? 0 : LeastDelay + Dice(DelayRange);
        if (!legacy && toOne != 0)
        {
            int more = ToAllInstead(toOne, now);
            toAll |= more;
            toOne &= ~more | defended;
            if (!HasPlaceFor(source))
            {
                toAll |= toOne;
                toOne = 0;
            }
        }

        AnswerAll(toAll, defended, truncated ? source : 0, delay, now);
        AnswerOne(toOne, defended, source, udp.SourcePort, now + delay, now);
    }

    /// <summary>What a legacy querier asked, so that the answer can repeat it; unless another one waits for his.</summary>
    private void NoteQuestion(byte[] buffer, int start, int tail, int name)
    {
        if (_unicast == 0)
        {
            _legacyName = name;
            Names.KeepCase(_legacyCase);
            _legacyType = ReadType(buffer, tail);
            _legacyClass = ReadClass(buffer, tail);
            _legacyId = BigEndian.ReadUInt16(buffer, start + DnsMessage.IdOffset);
        }
    }

    /// <summary>True when there are records, and no other host can have any.</summary>
    private bool IsMineAlone(int records)
    {
        for (int record = 0; record < _records.Count; record++)
        {
            if ((records & (1 << record)) != 0 && !_records.IsUnique(record))
            {
                return false;
            }
        }

        return records != 0;
    }

    /// <summary>RFC 6762 7.1: the own record that an asker knows well enough, as a mask; 0 when it is none.</summary>
    private int KnownAnswer(byte[] buffer, int start, int end, int offset, int tail)
    {
        int name = Names.Find(buffer, start, end, offset);
        if (name == MdnsNames.None || ReadClass(buffer, tail) != DnsMessage.ClassIn)
        {
            return 0;
        }

        int type = ReadType(buffer, tail);
        int seconds = DnsMessage.ReadTimeToLive(buffer, tail + DnsMessage.TimeToLiveOffset);
        for (int record = 0; record < _records.Count; record++)
        {
            if (_records.NameOf(record) == name
                && _records.TypeOf(record) == type
                && _records.HasSameData(record, buffer, start, end, tail))
            {
                return seconds >= _records.TimeToLiveOf(record) / 2 ? 1 << record : 0;
            }
        }

        return 0;
    }

    /// <summary>Somebody knows a record: what waits for him alone need not be said. A source of 0 waits for nothing.</summary>
    private void Suppress(int known, int asked, uint source)
    {
        bool suppressed = asked != 0;
        if (source == _heldFor && (_held & known) != 0)
        {
            for (int record = 0; record < _dueAt.Length; record++)
            {
                if ((_held & known & (1 << record)) != 0)
                {
                    _dueAt[record] = Never;
                }
            }

            _held &= ~known;
            suppressed = true;
        }

        if (source == _unicastTo && _unicastPort == Port && (_unicast & known) != 0)
        {
            _unicast &= ~known;
            suppressed = true;
        }

        if (suppressed)
        {
            Counts[MdnsCounter.Suppressed]++;
        }
    }

    /// <summary>RFC 6762 7.2: more known answers are still to come.</summary>
    private void ExtendHold(long now)
    {
        long until = now + LeastTruncatedDelay + Dice(DelayRange);
        for (int record = 0; record < _dueAt.Length; record++)
        {
            if ((_held & (1 << record)) != 0)
            {
                _dueAt[record] = until;
            }
        }
    }

    /// <summary>
    /// Looks at the authority section of a query: what others propose for names that are claimed is to be answered fast, and
    /// that mask is returned; about names that are still probed for, the data decide (RFC 6762 8.2).
    /// </summary>
    private int CheckProposals(byte[] buffer, int start, int end, int authorities, long now)
    {
        int count = BigEndian.ReadUInt16(buffer, start + DnsMessage.AuthoritiesOffset);
        int offset = authorities;
        int defended = 0;
        int contested = 0;
        for (int i = 0; i < count; i++)
        {
            int tail = DnsMessage.FindRecordTail(buffer, start, end, offset);
            int name = Names.Find(buffer, start, end, offset);
            int owner = name == MdnsNames.None ? -1 : _records.OwnerOf(name);
            if (owner >= 0 && (_claimed & (1 << owner)) != 0)
            {
                for (int record = 0; record < _records.Count; record++)
                {
                    defended |= _records.NameOf(record) == name ? 1 << record : 0;
                }
            }
            else if (owner >= 0 && (_probing & (1 << owner)) != 0 && _probesSent != 0)
            {
                contested |= 1 << owner;
            }

            offset = DnsMessage.EndOfRecord(buffer, tail);
        }

        for (int owner = 0; contested != 0 && owner < _records.Owners; owner++)
        {
            if ((contested & (1 << owner)) != 0 && _records.CompareProposals(owner, buffer, start, end, authorities, count) < 0)
            {
                // The winner will answer the next probes, if there is one and not an echo of what this host itself has sent.
                Counts[MdnsCounter.Conflicts]++;
                _probesSent = 0;
                _probeAt = now + DeferTime;
                break;
            }
        }

        return defended;
    }

    /// <summary>
    /// RFC 6762 5.4: of the records that are wanted by one host, those that all should hear again because a quarter of their
    /// life is over; a defender does both.
    /// </summary>
    private int ToAllInstead(int records, long now)
    {
        int mask = 0;
        for (int record = 0; record < _records.Count; record++)
        {
            if ((records & (1 << record)) != 0 && _sentAt[record] + (_records.TimeToLiveOf(record) * 250L) < now)
            {
                mask |= 1 << record;
            }
        }

        return mask;
    }

    private bool HasPlaceFor(uint source)
    {
        return _unicast == 0 || (_unicastTo == source && _unicastPort == Port);
    }

    private void AnswerAll(int records, int defended, uint holdFor, int delay, long now)
    {
        if (holdFor != 0 && records != 0 && _heldFor != holdFor)
        {
            _heldFor = holdFor;
            _held = 0;
        }

        for (int record = 0; record < _dueAt.Length; record++)
        {
            int bit = 1 << record;
            if ((records & bit) == 0)
            {
                continue;
            }

            if (holdFor == 0)
            {
                _held &= ~bit;
            }
            else if (_dueAt[record] == Never)
            {
                _held |= bit;
            }

            if ((defended & bit) != 0)
            {
                Answer(record, now, DefenceInterval);
            }
            else
            {
                Answer(record, now + delay, RecordInterval);
            }
        }
    }

    private void AnswerOne(int records, int defended, uint source, int port, long at, long now)
    {
        if (records == 0)
        {
            return;
        }

        if ((records & ~defended) == 0)
        {
            at = now;
        }

        if (_unicast == 0)
        {
            _unicastTo = source;
            _unicastPort = port;
            _unicastAt = at;
        }
        else if (port != Port)
        {
            // Another one waits; ordinary resolvers ask again.
            Counts[MdnsCounter.Discards]++;
            return;
        }
        else if (at < _unicastAt)
        {
            _unicastAt = at;
        }

        _unicast |= records;
    }

    private void ProcessResponse(byte[] buffer, int start, int end, bool unicast, long now)
    {
        int questions = BigEndian.ReadUInt16(buffer, start + DnsMessage.QuestionsOffset);
        int records = Records(buffer, start);
        int offset = start + DnsMessage.HeaderLength;
        int conflicts = 0;
        for (int i = 0; i < questions; i++)
        {
            offset = DnsMessage.SkipQuestion(buffer, start, end, offset);
        }

        for (int i = 0; i < records; i++)
        {
            int tail = DnsMessage.FindRecordTail(buffer, start, end, offset);
            if (ReadClass(buffer, tail) == DnsMessage.ClassIn)
            {
                if (_resolver != null && !unicast)
                {
                    _resolver.Take(buffer, start, end, offset, tail, now);
                }

                int name = Names.Find(buffer, start, end, offset);
                if (name != MdnsNames.None)
                {
                    conflicts |= CheckRecord(name, buffer, start, end, tail, unicast, now);
                }
            }

            offset = DnsMessage.EndOfRecord(buffer, tail);
        }

        if (conflicts != 0)
        {
            Resolve(conflicts, now);
        }
    }

    /// <summary>Another host has a record under a name that is used, or wanted, here.</summary>
    /// <returns>The owner, as a bit, whose name is in conflict with it; 0 when none is.</returns>
    private int CheckRecord(int name, byte[] buffer, int start, int end, int tail, bool unicast, long now)
    {
        int owner = _records.OwnerOf(name);
        bool probing = owner >= 0 && (_probing & (1 << owner)) != 0;
        if (probing && _probesSent == 0)
        {
            // RFC 6762 8.1: what comes before the first probe does not count.
            return 0;
        }

        int type = ReadType(buffer, tail);
        int seconds = DnsMessage.ReadTimeToLive(buffer, tail + DnsMessage.TimeToLiveOffset);
        bool differs = false;
        for (int record = 0; record < _records.Count; record++)
        {
            if (_records.NameOf(record) != name || _records.TypeOf(record) != type)
            {
                continue;
            }

            // RFC 6762 9: the same data is never a conflict.
            if (_records.HasSameData(record, buffer, start, end, tail))
            {
                Agree(record, seconds, unicast, now);
                return 0;
            }

            differs |= _records.IsUnique(record);
        }

        if (seconds == 0 || type == DnsMessage.TypeNsec || owner < 0)
        {
            // Somebody gives the name up, or says what it has not.
            return 0;
        }

        // RFC 6762 8.1: a record of any type is in the way of a probe for all of them.
        return probing || (differs && (_claimed & (1 << owner)) != 0) ? 1 << owner : 0;
    }

    /// <summary>Another host says what this one says.</summary>
    private void Agree(int record, int seconds, bool unicast, long now)
    {
        if ((_valid & (1 << record)) == 0)
        {
            return;
        }

        int own = _records.TimeToLiveOf(record);
        if (seconds < own / 2)
        {
            // RFC 6762 6.6: or others would forget it.
            Answer(record, now, RecordInterval);
        }
        else if (seconds >= own && !unicast && _dueAt[record] != Never)
        {
            // RFC 6762 7.4.
            _dueAt[record] = Never;
            _held &= ~(1 << record);
            Counts[MdnsCounter.Suppressed]++;
        }
    }

    /// <summary>
    /// RFC 6762 9: names that are probed for and belong to another host are given up for the next; those that were proved and
    /// are used by another host too must be proved again.
    /// </summary>
    private void Resolve(int conflicts, long now)
    {
        for (int owner = 0; owner < _records.Owners; owner++)
        {
            if ((conflicts & _probing & (1 << owner)) == 0)
            {
                continue;
            }

            Counts[MdnsCounter.Renames]++;
            Names.Rename(MdnsRecords.NameOfOwner(owner));
            while (owner != 0 && Names.IsTwice(owner - 1))
            {
                Names.Rename(MdnsRecords.NameOfOwner(owner));
            }
        }

        Counts[MdnsCounter.Conflicts]++;
        _claimed &= ~conflicts;
        _valid = _records.ValidFor(_claimed);
        for (int record = 0; record < _dueAt.Length; record++)
        {
            if ((_valid & (1 << record)) == 0)
            {
                _dueAt[record] = Never;
            }
        }

        _unicast &= _valid;
        _held &= _valid;
        Probe(now, ConflictDelay(now));
    }

    /// <summary>
    /// RFC 6762 8.1: after fifteen conflicts in ten seconds each further attempt waits five. Here conflicts count that are less
    /// than ten seconds apart, which is simpler and never kinder.
    /// </summary>
    private int ConflictDelay(long now)
    {
        if (now - _conflictAt > ConflictPeriod)
        {
            _conflicts = 0;
        }

        _conflictAt = now;
        _conflicts++;
        return _conflicts >= ManyConflicts ? ConflictWait : Dice(ProbeInterval + 1);
    }
}
