using NanoTcp.Ip;
using NanoTcp.Udp;
using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <content>What is sent: goodbyes first, then probes, then answers.</content>
public sealed partial class MdnsResponder
{
    /// <summary>Octets of a message that every client of ordinary DNS takes over UDP.</summary>
    private const int LegacyLength = 512;

    private bool Send(UdpLayer udp, long now)
    {
        if (_goodbye != 0)
        {
            SendGoodbye(udp, now);
            return true;
        }

        if (_probing != 0 && _probesSent < Probes && now >= _probeAt)
        {
            SendProbe(udp, now);
            return true;
        }

        if (_unicast != 0 && now >= _unicastAt && SendUnicast(udp))
        {
            return true;
        }

        for (int record = 0; record < _dueAt.Length; record++)
        {
            if (now >= _dueAt[record])
            {
                SendMulticast(udp, now);
                return true;
            }
        }

        return _resolver != null && _resolver.Dispatch(udp, now);
    }

    /// <summary>Sends the message that stands at <see cref="UdpLayer.TransmitOffset"/> to all.</summary>
    internal static void SendToAll(UdpLayer udp, int length)
    {
        udp.Send(Port, Group, Port, length, 0, TimeToLive);
    }

    private void SendProbe(UdpLayer udp, long now)
    {
        byte[] buffer = udp.Ip.Buffer;
        int start = udp.TransmitOffset;
        int limit = start + udp.MaxPayload;
        int offset = start + DnsMessage.HeaderLength;
        int questions = 0;
        int proposals = 0;
        Names.BeginMessage();
        for (int owner = 0; owner < _records.Owners; owner++)
        {
            if ((_probing & (1 << owner)) != 0)
            {
                // RFC 6762 8.1: for all types, and with a wish for an answer that need not wait.
                offset = Names.Write(MdnsRecords.NameOfOwner(owner), buffer, start, offset, limit);
                offset = DnsMessage.WriteQuestionTail(buffer, offset, DnsMessage.TypeAny, DnsMessage.ClassIn | DnsMessage.UnicastWanted);
                questions++;
            }
        }

        for (int record = 0; record < _records.Count; record++)
        {
            int owner = _records.OwnerOf(_records.NameOf(record));
            if (owner >= 0 && (_probing & (1 << owner)) != 0 && _records.TypeOf(record) != DnsMessage.TypeNsec)
            {
                int next = _records.Write(record, MdnsRecords.Proposed, buffer, start, offset, limit);
                if (next >= 0)
                {
                    offset = next;
                    proposals++;
                }
            }
        }

        DnsMessage.WriteHeader(buffer, start, 0, 0, questions, 0, proposals, 0);
        _probesSent++;
        _probeAt = now + ProbeInterval;
        Counts[MdnsCounter.OutProbes]++;
        SendToAll(udp, offset - start);
    }

    private void SendGoodbye(UdpLayer udp, long now)
    {
        byte[] buffer = udp.Ip.Buffer;
        int start = udp.TransmitOffset;
        int offset = start + DnsMessage.HeaderLength;
        int answers = 0;
        Names.BeginMessage();
        for (int record = 0; record < _records.Count; record++)
        {
            if ((_goodbye & (1 << record)) != 0)
            {
                int next = _records.Write(record, MdnsRecords.Goodbye, buffer, start, offset, start + udp.MaxPayload);
                if (next < 0 && answers != 0)
                {
                    break;
                }

                _goodbye &= ~(1 << record);
                if (next >= 0)
                {
                    offset = next;
                    answers++;
                }
            }
        }

        DnsMessage.WriteHeader(buffer, start, 0, DnsMessage.Response | DnsMessage.Authoritative, 0, answers, 0, 0);
        Counts[MdnsCounter.OutResponses]++;
        SendToAll(udp, offset - start);
        if (_goodbye == 0 && !_stopped)
        {
            // The old address is taken back; now for the new one.
            _records.SetAddress(_stack.Address);
            _valid = _records.ValidFor(_claimed);
            _announcementsLeft = Announcements;
            _announceAt = now;
            Announce(now);
        }
    }

    private void SendMulticast(UdpLayer udp, long now)
    {
        byte[] buffer = udp.Ip.Buffer;
        int start = udp.TransmitOffset;
        int limit = start + udp.MaxPayload;
        int offset = start + DnsMessage.HeaderLength;
        int answers = 0;
        int along = 0;
        Names.BeginMessage();

        // RFC 6762 6.4: all that is due, whoever asked for it.
        for (int record = 0; record < _dueAt.Length; record++)
        {
            if (now >= _dueAt[record])
            {
                int next = _records.Write(record, MdnsRecords.Answer, buffer, start, offset, limit);
                if (next < 0 && answers != 0)
                {
                    // RFC 6762 17: it has its turn in the next message.
                    Names.TakeBack(offset - start);
                    break;
                }

                Said(record, now);
                if (next >= 0)
                {
                    offset = next;
                    answers++;
                    along |= _records.Along(record);
                }
            }
        }

        int additionals = 0;
        for (int record = 0; record < _dueAt.Length; record++)
        {
            // What has just been said, here or before, need not be said again.
            if ((along & _valid & (1 << record)) != 0 && _sentAt[record] + RecordInterval <= now)
            {
                int next = _records.Write(record, MdnsRecords.Answer, buffer, start, offset, limit);
                if (next < 0)
                {
                    break;
                }

                Said(record, now);
                offset = next;
                additionals++;
            }
        }

        DnsMessage.WriteHeader(buffer, start, 0, DnsMessage.Response | DnsMessage.Authoritative, 0, answers, 0, additionals);
        Counts[MdnsCounter.OutResponses]++;
        SendToAll(udp, offset - start);
    }

    private void Said(int record, long now)
    {
        _dueAt[record] = Never;
        _sentAt[record] = now;
        _held &= ~(1 << record);
    }

    /// <summary>Sends the answer that waits for one host; false when it must go on waiting, or never can.</summary>
    private bool SendUnicast(UdpLayer udp)
    {
        int reach = udp.Ip.ReachAny(_unicastTo);
        if (reach != Ipv4Layer.Sent)
        {
            if (reach == Ipv4Layer.Unreachable)
            {
                _unicast = 0;
                Counts[MdnsCounter.Discards]++;
            }

            return false;
        }

        byte[] buffer = udp.Ip.Buffer;
        int start = udp.TransmitOffset;
        int offset = start + DnsMessage.HeaderLength;
        int limit = start + udp.MaxPayload;
        bool legacy = _unicastPort != Port;
        int manner = legacy ? MdnsRecords.Legacy : MdnsRecords.Answer;
        int flags = DnsMessage.Response | DnsMessage.Authoritative;
        int answers = 0;
        int negatives = 0;
        int additionals = 0;
        int along = 0;
        Names.BeginMessage();
        if (legacy)
        {
            // RFC 6762 6.7: as an ordinary server answers, with the question in front, as it was asked.
            limit = start + (udp.MaxPayload < LegacyLength ? udp.MaxPayload : LegacyLength);
            int question = offset;
            offset = Names.Write(_legacyName, buffer, start, offset, limit);
            MdnsNames.PutCase(_legacyCase, buffer, question, offset - question);
            offset = DnsMessage.WriteQuestionTail(buffer, offset, _legacyType, _legacyClass);
        }

        for (int record = 0; record < _dueAt.Length; record++)
        {
            if ((_unicast & _valid & (1 << record)) != 0)
            {
                int next = _records.Write(record, manner, buffer, start, offset, limit);
                if (next < 0)
                {
                    flags |= legacy ? DnsMessage.Truncated : 0;
                    Names.TakeBack(offset - start);
                    continue;
                }

                // An ordinary server shows in the authority section that there is nothing to answer; they come last.
                bool negative = legacy && _records.TypeOf(record) == DnsMessage.TypeNsec;
                offset = next;
                answers += negative ? 0 : 1;
                negatives += negative ? 1 : 0;
                along |= _records.Along(record);
            }
        }

        along &= _valid & ~_unicast;
        for (int record = 0; record < _dueAt.Length; record++)
        {
            if ((along & (1 << record)) != 0)
            {
                int next = _records.Write(record, manner, buffer, start, offset, limit);
                if (next < 0)
                {
                    break;
                }

                offset = next;
                additionals++;
            }
        }

        // RFC 6762 18.1, 18.4.
        DnsMessage.WriteHeader(buffer, start, legacy ? _legacyId : 0, flags, legacy ? 1 : 0, answers, negatives, additionals);
        _unicast = 0;
        Counts[MdnsCounter.OutUnicasts]++;
        udp.Send(Port, _unicastTo, _unicastPort, offset - start, 0, TimeToLive);
        return true;
    }
}
