using System;
using NanoTcp.Link;
using NanoTcp.Wire;

namespace NanoTcp.Ip;

/// <summary>The multicast groups that this host is a member of (RFC 1112): a table of fixed size.</summary>
internal sealed class MulticastGroups
{
    private const int MostMembers = 255;

    internal readonly uint[] Group;

    /// <summary>How often the group was joined without having been left; 0 where the place is free.</summary>
    internal readonly byte[] Members;

    private readonly IMulticastFilter _filter;

    internal MulticastGroups(int capacity, ILinkDevice device)
    {
        Group = new uint[capacity];
        Members = new byte[capacity];
        _filter = device as IMulticastFilter;
    }

    internal bool IsMember(uint group)
    {
        return Find(group) >= 0;
    }

    /// <summary>Joins a group, or joins it once more. True when it is new here.</summary>
    /// <exception cref="InvalidOperationException">There is no place for it.</exception>
    internal bool Join(uint group)
    {
        int index = Find(group);
        if (index >= 0)
        {
            if (Members[index] == MostMembers)
            {
                throw new InvalidOperationException("This group is joined more often than can be counted: 255 times.");
            }

            Members[index]++;
            return false;
        }

        for (int i = 0; i < Members.Length; i++)
        {
            if (Members[i] == 0)
            {
                if (_filter != null)
                {
                    _filter.Join(MacAddress.OfGroup(group));
                }

                Group[i] = group;
                Members[i] = 1;
                return true;
            }
        }

        throw new InvalidOperationException("All places for groups are taken; NetworkStackOptions.MulticastGroups says how many there are.");
    }

    /// <summary>Takes back one <see cref="Join"/>. True when nobody here wants the group any longer.</summary>
    /// <exception cref="InvalidOperationException">The group is not joined.</exception>
    internal bool Leave(uint group)
    {
        int index = Find(group);
        if (index < 0)
        {
            throw new InvalidOperationException("This group is not joined.");
        }

        if (--Members[index] != 0)
        {
            return false;
        }

        if (_filter != null)
        {
            _filter.Leave(MacAddress.OfGroup(group));
        }

        return true;
    }

    private int Find(uint group)
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
}
