using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Ip;

/// <summary>
/// IGMP version 2 of a host (RFC 2236): tells routers, and switches that listen, which groups this host is a member of.
/// </summary>
/// <remarks>
/// Which state a group is in (RFC 2236 6) stands in the table: a Delaying Member has a time in
/// <see cref="MulticastGroups.ReportAt"/>, an Idle Member has none. Without a link or an address that may be used nothing is
/// sent, and everything is reported again when they are there.
/// </remarks>
internal sealed class IgmpProtocol
{
    // Counters.
    internal const int InQueries = 0;
    internal const int InReports = 1;
    internal const int InErrors = 2;
    internal const int OutReports = 3;
    internal const int OutLeaves = 4;

    /// <summary>RFC 2236 8.10: how long to wait at most with the repetition of the first report, ms.</summary>
    internal const int UnsolicitedReportInterval = 10000;

    /// <summary>RFC 2236 8.11: how long a querier of version 1 is taken to be there, ms.</summary>
    internal const int Version1Timeout = 400000;

    /// <summary>RFC 2236 4: what version 1, which does not say it, means as the longest response time, ms.</summary>
    internal const int Version1ResponseTime = 10000;

    private const string CounterNames = "igmp_in_queries igmp_in_reports igmp_in_errors igmp_out_reports igmp_out_leaves";

    private const int MessageLength = 8;
    private const int ResponseTimeOffset = 1;
    private const int ChecksumOffset = 2;
    private const int GroupOffset = 4;

    private const int TypeQuery = 0x11;
    private const int TypeVersion1Report = 0x12;
    private const int TypeReport = 0x16;
    private const int TypeLeave = 0x17;

    /// <summary>RFC 2236 2.2: response times are in tenths of a second.</summary>
    private const int ResponseTimeUnit = 100;

    private const uint AllRouters = 0xE0000002;

    /// <summary>What was received and sent; exists only where there are groups.</summary>
    internal readonly CounterSet Counters = new CounterSet(CounterNames);

    internal readonly MulticastGroups Groups;

    /// <summary>When the next message is to be sent, ms; far before any clock when that is at once.</summary>
    internal long DueAt = MulticastGroups.Never;

    private readonly Ipv4Layer _ip;
    private readonly IRandomSource _random;
    private bool _linkUp;

    /// <summary>Until when the querier is taken to be one of version 1, ms.</summary>
    private long _version1Until = long.MinValue;

    internal IgmpProtocol(Ipv4Layer ip, MulticastGroups groups, IRandomSource random)
    {
        _ip = ip;
        Groups = groups;
        _random = random;
        _linkUp = false;
    }

    /// <summary>Joins a group. RFC 2236 3: a new one is reported at once, and again after a while, because the first report may be lost.</summary>
    internal void Join(uint group)
    {
        int index = Groups.Join(group);
        if (index >= 0)
        {
            Groups.ReportAt[index] = MulticastGroups.AtOnce;
            Groups.Marks[index] = MulticastGroups.ReportAgain;
            FindDue();
        }
    }

    /// <summary>
    /// Leaves a group. RFC 2236 3: who was the last to report it says so; RFC 2236 4: not to a querier of version 1, which does not
    /// know that message.
    /// </summary>
    internal void Leave(uint group)
    {
        int index = Groups.Leave(group);
        if (index >= 0)
        {
            bool said = (Groups.Marks[index] & MulticastGroups.LastReporter) != 0 && IsActive() && !IsVersion1(_ip.Now);
            Groups.ReportAt[index] = said ? MulticastGroups.AtOnce : MulticastGroups.Never;
            FindDue();
        }
    }

    /// <summary>The link has come or gone, or the address is another one: who listens now knows nothing of what was reported before.</summary>
    internal void Restart(bool linkUp)
    {
        _linkUp = linkUp;
        _version1Until = long.MinValue;
        for (int i = 1; i < Groups.Members.Length; i++)
        {
            bool joined = Groups.Members[i] != 0;
            Groups.ReportAt[i] = joined ? MulticastGroups.AtOnce : MulticastGroups.Never;
            Groups.Marks[i] = MulticastGroups.ReportAgain;
        }

        FindDue();
    }

    /// <summary>The same for another address on the same link.</summary>
    internal void Restart()
    {
        Restart(_linkUp);
    }

    /// <summary>Takes in the message in the frame buffer.</summary>
    internal void Process(long now)
    {
        byte[] buffer = _ip.Buffer;
        int offset = _ip.ReceiveOffset;
        int length = _ip.Header.PayloadLength;

        // RFC 2236 2.3: the checksum is that of the whole payload; RFC 2236 2.5: only the first 8 octets of it are read. All that
        // concerns a host goes to a group (RFC 2236 9).
        if (length < MessageLength || _ip.ReceivedUnicast || InternetChecksum.Sum(buffer, offset, length) != 0xFFFF)
        {
            Counters.Values[InErrors]++;
            return;
        }

        int type = buffer[offset];
        uint group = BigEndian.ReadUInt32(buffer, offset + GroupOffset);
        bool understood = true;
        if (type == TypeQuery)
        {
            understood = ProcessQuery(group, buffer[offset + ResponseTimeOffset], length == MessageLength, now);
        }
        else if (type == TypeReport || type == TypeVersion1Report)
        {
            understood = ProcessReport(group);
        }

        // RFC 2236 2.1: other types, leaves among them, are none of a host's business.
        if (!understood)
        {
            Counters.Values[InErrors]++;
        }

        FindDue();
    }

    /// <summary>Sends one message that is due; the frame buffer is free and the link is up. False when none is.</summary>
    internal bool Dispatch(long now)
    {
        // Without an address nothing is, whatever the groups' own times say.
        if (now < DueAt)
        {
            return false;
        }

        for (int i = 1; i < Groups.Members.Length; i++)
        {
            if (now >= Groups.ReportAt[i])
            {
                SendDue(i, now);
                FindDue();
                return true;
            }
        }

        return false;
    }

    /// <summary>RFC 2236 6, "query received". False when it is malformed.</summary>
    private bool ProcessQuery(uint group, int responseTime, bool short8, long now)
    {
        uint destination = _ip.Header.Destination;
        int longest = responseTime * ResponseTimeUnit;
        if (responseTime == 0)
        {
            // RFC 2236 4: no time at all is how version 1 asks, and about everything. What is longer is of a version after this one
            // (RFC 3376 7.1), and in a hurry.
            longest = short8 ? Version1ResponseTime : ResponseTimeUnit;
            if (short8)
            {
                _version1Until = now + Version1Timeout;
                group = 0;
            }
        }

        if (group == 0 ? destination != MulticastGroups.AllHosts : !Ipv4Address.IsMulticast(group))
        {
            return false;
        }

        Counters.Values[InQueries]++;

        // RFC 2236 6: the group of all hosts is never reported.
        for (int i = 1; i < Groups.Members.Length; i++)
        {
            if (Groups.Members[i] != 0 && (group == 0 || Groups.Group[i] == group))
            {
                Delay(i, longest, now);
            }
        }

        return true;
    }

    /// <summary>
    /// RFC 2236 6, "report received": what another host has reported, this one need not. RFC 2236 10: a report from elsewhere
    /// than this network is forged. False when it is malformed.
    /// </summary>
    private bool ProcessReport(uint group)
    {
        uint source = _ip.Header.Source;
        if (!Ipv4Address.IsMulticast(group) || group != _ip.Header.Destination || !(source == 0 || _ip.IsNeighbour(source)))
        {
            return false;
        }

        Counters.Values[InReports]++;
        int index = Groups.Find(group);

        // Who has not yet reported at all, for want of a link or a turn, is no Delaying Member.
        if (index > 0 && Groups.ReportAt[index] != MulticastGroups.Never && Groups.ReportAt[index] != MulticastGroups.AtOnce)
        {
            Groups.ReportAt[index] = MulticastGroups.Never;
            Groups.Marks[index] = 0;
        }

        return true;
    }

    /// <summary>RFC 2236 3: the answer waits for a random time, so that not all members answer at once; a timer that runs out earlier is left alone.</summary>
    private void Delay(int index, int longest, long now)
    {
        if (Groups.ReportAt[index] > now + longest)
        {
            Groups.ReportAt[index] = now + 1 + (_random.NextUInt32() % (uint)longest);
        }
    }

    private void SendDue(int index, long now)
    {
        uint group = Groups.Group[index];
        Groups.ReportAt[index] = MulticastGroups.Never;
        if (Groups.Members[index] == 0)
        {
            Counters.Values[OutLeaves]++;
            Send(TypeLeave, group, AllRouters);
            return;
        }

        bool again = (Groups.Marks[index] & MulticastGroups.ReportAgain) != 0;
        Groups.Marks[index] = MulticastGroups.LastReporter;
        Counters.Values[OutReports]++;
        Send(IsVersion1(now) ? TypeVersion1Report : TypeReport, group, group);
        if (again)
        {
            Delay(index, UnsolicitedReportInterval, now);
        }
    }

    /// <summary>RFC 2236 2: with the time to live 1 and the option that makes routers look.</summary>
    private void Send(int type, uint group, uint destination)
    {
        byte[] buffer = _ip.Buffer;
        int offset = _ip.TransmitOffset + Ipv4Layer.RouterAlertLength;
        BigEndian.WriteUInt32(buffer, offset, (uint)type << 24);
        BigEndian.WriteUInt32(buffer, offset + GroupOffset, group);
        BigEndian.WriteUInt16(buffer, offset + ChecksumOffset, ~InternetChecksum.Sum(buffer, offset, MessageLength));
        _ip.SendAlert(destination, Ipv4Header.ProtocolIgmp, MessageLength);
    }

    /// <summary>RFC 2236 4: true while a querier of version 1, which does not understand reports of version 2, may be there.</summary>
    private bool IsVersion1(long now)
    {
        return now < _version1Until;
    }

    private bool IsActive()
    {
        return _linkUp && _ip.IsAddressUsable;
    }

    private void FindDue()
    {
        DueAt = MulticastGroups.Never;
        for (int i = 1; i < Groups.Members.Length && IsActive(); i++)
        {
            if (Groups.ReportAt[i] < DueAt)
            {
                DueAt = Groups.ReportAt[i];
            }
        }
    }
}
