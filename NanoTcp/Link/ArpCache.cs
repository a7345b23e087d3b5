using System;
using NanoTcp.Primitives;

namespace NanoTcp.Link;

/// <summary>
/// The neighbours' addresses (RFC 826): a table of fixed size, and for a few of them at a time a packet that waits
/// until the address is known (RFC 1122 2.3.2.2).
/// </summary>
public sealed class ArpCache
{
    internal const int None = -1;

    /// <summary>
    /// Longest packet that waits for its neighbour's address, in octets: a reset, the answer to a SYN or to a usual ping.
    /// Connections keep their data themselves and ask for the address first.
    /// </summary>
    internal const int LongestQueued = 128;

    /// <summary>In <see cref="LookAt"/>: an entry has changed.</summary>
    internal const long AtOnce = long.MinValue;

    /// <summary>In <see cref="LookAt"/>: there is no entry.</summary>
    internal const long Never = long.MaxValue;

    internal const byte Free = 0;

    /// <summary>Asked for by broadcast, not yet known.</summary>
    internal const byte Resolving = 1;

    /// <summary>Known.</summary>
    internal const byte Reachable = 2;

    /// <summary>Known but old: still used while the neighbour is asked again by unicast (RFC 1122 2.3.2.1).</summary>
    internal const byte Refreshing = 3;

    /// <summary>Nobody answered; remembered for a while so that senders learn it.</summary>
    internal const byte Failed = 4;

    internal readonly uint[] Address;
    internal readonly long[] Mac;
    internal readonly byte[] State;

    /// <summary>When the entry was confirmed, or when it failed.</summary>
    internal readonly long[] ChangedAt;

    /// <summary>When the entry was last asked for.</summary>
    internal readonly long[] UsedAt;

    /// <summary>When the next request is due, while resolving or refreshing.</summary>
    internal readonly long[] RequestAt;

    /// <summary>Requests sent since the entry was last confirmed.</summary>
    internal readonly byte[] Requests;

    /// <summary>Length of the packet that waits in each queue; 0 when none does.</summary>
    internal readonly int[] QueuedLength;

    /// <summary>The entry that each queue's packet waits for.</summary>
    internal readonly int[] QueuedFor;

    /// <summary>No entry needs anything before this time, ms: nobody has to look at them until then.</summary>
    internal long LookAt = Never;

    /// <summary>The time of what is being done, ms.</summary>
    internal long Now;

    private readonly byte[] _queue;
    private readonly long[] _counters;

    internal ArpCache(int capacity, int queues, CounterSet counters)
    {
        Address = new uint[capacity];
        Mac = new long[capacity];
        State = new byte[capacity];
        ChangedAt = new long[capacity];
        UsedAt = new long[capacity];
        RequestAt = new long[capacity];
        Requests = new byte[capacity];
        QueuedLength = new int[queues];
        QueuedFor = new int[queues];
        _queue = new byte[queues * LongestQueued];
        _counters = counters.Values;
    }

    /// <summary>How many entries there can be.</summary>
    public int Capacity
    {
        get { return Address.Length; }
    }

    /// <summary>IPv4 address of entry <paramref name="index"/>, or 0 when the entry is not in use.</summary>
    public uint GetAddress(int index)
    {
        return State[index] == Free ? 0 : Address[index];
    }

    /// <summary>MAC address of entry <paramref name="index"/>; -1 while it is not known.</summary>
    public long GetMacAddress(int index)
    {
        return IsUsable(index) ? Mac[index] : -1;
    }

    /// <summary>Milliseconds since entry <paramref name="index"/> was last confirmed; -1 while it is not known.</summary>
    public long GetAge(int index)
    {
        return IsUsable(index) ? Now - ChangedAt[index] : -1;
    }

    internal bool IsUsable(int index)
    {
        byte state = State[index];
        return state == Reachable || state == Refreshing;
    }

    internal int Find(uint address)
    {
        uint[] addresses = Address;
        byte[] states = State;
        for (int i = 0; i < addresses.Length; i++)
        {
            if (addresses[i] == address && states[i] != Free)
            {
                return i;
            }
        }

        return None;
    }

    /// <summary>
    /// Makes an entry in place of a free one, else of one that failed, else of the one that was not used for the longest
    /// time. <see cref="None"/> when this one would be asked for and half of the table already is: packets from made-up
    /// addresses, each of which would be answered, must not push out the neighbours that are known. And if questions
    /// pushed each other out, no answer would ever find its entry, and each would be asked anew at once instead of once a
    /// second (RFC 1122 2.3.2.1).
    /// </summary>
    internal int Add(uint address, byte state)
    {
        int best = 0;
        int bestRank = int.MaxValue;
        int resolving = 0;
        for (int i = 0; i < State.Length; i++)
        {
            // What goes first: nothing, then a failure, then a neighbour, and what somebody waits for last.
            int rank = State[i] == Free ? 0 : State[i] == Failed ? 1 : State[i] == Resolving ? 3 : 2;
            if (rank == 3)
            {
                resolving++;
            }

            if (rank < bestRank || (rank == bestRank && UsedAt[i] < UsedAt[best]))
            {
                best = i;
                bestRank = rank;
            }
        }

        if (state == Resolving && resolving >= State.Length / 2)
        {
            return None;
        }

        if (State[best] != Free)
        {
            DropQueued(best);
        }

        Address[best] = address;
        State[best] = state;
        Requests[best] = 0;
        ChangedAt[best] = Now;
        UsedAt[best] = Now;
        RequestAt[best] = Now;
        LookAt = AtOnce;
        return best;
    }

    internal void Confirm(int index, long mac)
    {
        Mac[index] = mac;
        State[index] = Reachable;
        Requests[index] = 0;
        ChangedAt[index] = Now;
        LookAt = AtOnce;
    }

    /// <summary>
    /// Keeps a packet until <paramref name="index"/> is resolved. The newest one is kept (RFC 1122 2.3.2.2).
    /// False when it is longer than <see cref="LongestQueued"/>, or all queues are taken by other neighbours.
    /// </summary>
    internal bool Enqueue(int index, byte[] buffer, int offset, int length)
    {
        if (length > LongestQueued)
        {
            return false;
        }

        int queue = FindQueued(index);
        if (queue != None)
        {
            _counters[StackCounter.ArpQueueDrops]++;
        }
        else
        {
            for (int i = 0; i < QueuedLength.Length; i++)
            {
                if (QueuedLength[i] == 0)
                {
                    queue = i;
                    break;
                }
            }

            if (queue == None)
            {
                return false;
            }
        }

        Array.Copy(buffer, offset, _queue, queue * LongestQueued, length);
        QueuedLength[queue] = length;
        QueuedFor[queue] = index;
        return true;
    }

    /// <summary>Moves the packet of a queue out. Its length is returned, and the queue is free.</summary>
    internal int Dequeue(int queue, byte[] buffer, int offset)
    {
        int length = QueuedLength[queue];
        Array.Copy(_queue, queue * LongestQueued, buffer, offset, length);
        QueuedLength[queue] = 0;
        return length;
    }

    /// <summary>Gives up the packet that waits for an entry, if there is one.</summary>
    internal void DropQueued(int index)
    {
        int queue = FindQueued(index);
        if (queue != None)
        {
            QueuedLength[queue] = 0;
            _counters[StackCounter.ArpQueueDrops]++;
        }
    }

    private int FindQueued(int index)
    {
        for (int i = 0; i < QueuedLength.Length; i++)
        {
            if (QueuedLength[i] != 0 && QueuedFor[i] == index)
            {
                return i;
            }
        }

        return None;
    }
}
