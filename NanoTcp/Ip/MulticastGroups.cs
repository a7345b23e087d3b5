using System;
using NanoTcp.Link;
using NanoTcp.Wire;

namespace NanoTcp.Ip;

/// <summary>
/// The multicast groups that this host is a member of (RFC 1112): a table of fixed size. The first place is that of all hosts,
/// which is never left (RFC 1112 7.2).
/// </summary>
internal sealed class MulticastGroups
{
    /// <summary>224.0.0.1, of which every host that receives multicasts is a member.</summary>
    internal const uint AllHosts = 0xE0000001;

    /// <summary>In <see cref="ReportAt"/>: nothing is to be sent.</summary>
    internal const long Never = long.MaxValue;

    /// <summary>In <see cref="ReportAt"/>: as soon as possible; before any clock.</summary>
    internal const long AtOnce = long.MinValue;

    /// <summary>A bit of <see cref="Marks"/>: after the next report another one follows.</summary>
    internal const int ReportAgain = 1;

    /// <summary>This host was the last one that reported the group, so that it has to say when it leaves.</summary>
    internal const int LastReporter = 2;

    private const int MostMembers = 255;

    internal readonly uint[] Group;

    /// <summary>How often the group was joined without having been left; 0 where the place is free, or a leave still to be sent.</summary>
    internal readonly byte[] Members;

    /// <summary>When a report of the group goes out, ms; without members, the message that it was left.</summary>
    internal readonly long[] ReportAt;

    internal readonly byte[] Marks;

    private readonly IMulticastFilter _filter;

    /// <summary>Takes the memory, and joins the group of all hosts.</summary>
    /// <exception cref="InvalidOperationException">The device takes no frames to that group.</exception>
    internal MulticastGroups(int capacity, ILinkDevice device)
    {
        Group = new uint[capacity + 1];
        Members = new byte[capacity + 1];
        ReportAt = new long[capacity + 1];
        Marks = new byte[capacity + 1];
        for (int i = 0; i <= capacity; i++)
        {
            ReportAt[i] = Never;
        }

        _filter = device as IMulticastFilter;
        Join(AllHosts);
    }

    internal bool IsMember(uint group)
    {
        return Find(group) >= 0;
    }

    /// <summary>Joins a group, or joins it once more. Its place when it is new here; -1 when it is not.</summary>
    /// <exception cref="InvalidOperationException">There is no place for it.</exception>
    internal int Join(uint group)
    {
        int index = Find(group);
        if (index >= 0)
        {
            if (Members[index] == MostMembers)
            {
                throw new InvalidOperationException("This group is joined more often than can be counted: 255 times.");
            }

            Members[index]++;
            return -1;
        }

        index = FindPlace(group);
        if (_filter != null)
        {
            _filter.Join(MacAddress.OfGroup(group));
        }

        Group[index] = group;
        Members[index] = 1;
        Marks[index] = 0;
        ReportAt[index] = Never;
        return index;
    }

    /// <summary>Takes back one <see cref="Join"/>. The group's place when nobody here wants it any longer, else -1.</summary>
    /// <exception cref="InvalidOperationException">The group is not joined.</exception>
    internal int Leave(uint group)
    {
        int index = Find(group);
        if (index < 0 || (index == 0 && Members[0] == 1))
        {
            throw new InvalidOperationException("This group is not joined.");
        }

        if (--Members[index] != 0)
        {
            return -1;
        }

        ReportAt[index] = Never;
        if (_filter != null)
        {
            _filter.Leave(MacAddress.OfGroup(group));
        }

        return index;
    }

    /// <summary>The place of a group that is joined; -1 when it is not.</summary>
    internal int Find(uint group)
    {
        for (int i = 0; i < Members.Length; i++)
        {
            if (Group[i] == group && Members[i] != 0)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>
    /// A place for a group: the one that it has just left, so that this is not said after all; else one where nothing is to be
    /// sent any more; else that of another group that has just been left, whose end the router finds out by itself.
    /// </summary>
    private int FindPlace(uint group)
    {
        int place = -1;
        for (int i = 0; i < Members.Length; i++)
        {
            if (Members[i] == 0)
            {
                if (Group[i] == group)
                {
                    return i;
                }

                if (place < 0 || (ReportAt[place] != Never && ReportAt[i] == Never))
                {
                    place = i;
                }
            }
        }

        if (place < 0)
        {
            throw new InvalidOperationException("All places for groups are taken; NetworkStackOptions.MulticastGroups says how many there are.");
        }

        return place;
    }
}
