using System;

namespace NanoTcp.Tcp;

/// <summary>
/// What has arrived beyond RCV.NXT (RFC 9293 SHLD-31): runs of sequence space, in order, neither touching nor
/// overlapping. The octets themselves lie in their place in the receive ring; these are only the bare numbers.
/// </summary>
internal sealed class ReceiveGaps
{
    /// <summary>How many runs there are.</summary>
    internal int Count;

    /// <summary>The first sequence number of each run, and the one behind its last, in turn.</summary>
    private readonly uint[] _edges;

    internal ReceiveGaps(int capacity)
    {
        _edges = new uint[2 * capacity];
    }

    /// <summary>
    /// Notes that <paramref name="start"/> up to, not including, <paramref name="end"/> has arrived. False, and nothing
    /// is changed, when that would need one run more than there is place for.
    /// </summary>
    internal bool Add(uint start, uint end)
    {
        // The first run that touches or follows the new one, and the first that lies clear behind it.
        uint[] edges = _edges;
        int first = 0;
        while (first < Count && (int)(edges[(2 * first) + 1] - start) < 0)
        {
            first++;
        }

        int behind = first;
        while (behind < Count && (int)(edges[2 * behind] - end) <= 0)
        {
            behind++;
        }

        if (behind == first)
        {
            if (2 * Count == edges.Length)
            {
                return false;
            }

            Array.Copy(edges, 2 * first, edges, (2 * first) + 2, 2 * (Count - first));
            edges[2 * first] = start;
            edges[(2 * first) + 1] = end;
            Count++;
            return true;
        }

        if ((int)(start - edges[2 * first]) < 0)
        {
            edges[2 * first] = start;
        }

        uint last = edges[(2 * behind) - 1];
        edges[(2 * first) + 1] = (int)(end - last) > 0 ? end : last;
        Remove(first + 1, behind - first - 1);
        return true;
    }

    /// <summary>
    /// The next sequence number that is missing when everything before <paramref name="next"/> is there: runs that
    /// <paramref name="next"/> has reached are taken up.
    /// </summary>
    internal uint Advance(uint next)
    {
        uint[] edges = _edges;
        int taken = 0;
        while (taken < Count && (int)(edges[2 * taken] - next) <= 0)
        {
            uint end = edges[(2 * taken) + 1];
            if ((int)(end - next) > 0)
            {
                next = end;
            }

            taken++;
        }

        Remove(0, taken);
        return next;
    }

    private void Remove(int index, int count)
    {
        if (count != 0)
        {
            Count -= count;
            Array.Copy(_edges, 2 * (index + count), _edges, 2 * index, 2 * (Count - index));
        }
    }
}
