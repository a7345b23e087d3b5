namespace NanoTcp.Tcp;

/// <summary>
/// What has arrived beyond RCV.NXT: runs of sequence space, in order, neither touching nor overlapping. The octets
/// themselves lie in their place in the receive ring; these are only the bare numbers.
/// </summary>
internal sealed class ReceiveGaps
{
    /// <summary>How many runs there are.</summary>
    internal int Count;

    private readonly uint[] _start;
    private readonly uint[] _end;

    internal ReceiveGaps(int capacity)
    {
        _start = new uint[capacity];
        _end = new uint[capacity];
    }

    /// <summary>
    /// Notes that <paramref name="start"/> up to, not including, <paramref name="end"/> has arrived. False, and nothing
    /// is changed, when that would need one run more than there is place for.
    /// </summary>
    internal bool Add(uint start, uint end)
    {
        // The first run that touches or follows the new one, and the first that lies clear behind it.
        int first = 0;
        while (first < Count && (int)(_end[first] - start) < 0)
        {
            first++;
        }

        int behind = first;
        while (behind < Count && (int)(_start[behind] - end) <= 0)
        {
            behind++;
        }

        if (behind == first)
        {
            if (Count == _start.Length)
            {
                return false;
            }

            for (int i = Count; i > first; i--)
            {
                _start[i] = _start[i - 1];
                _end[i] = _end[i - 1];
            }

            _start[first] = start;
            _end[first] = end;
            Count++;
            return true;
        }

        if ((int)(start - _start[first]) < 0)
        {
            _start[first] = start;
        }

        _end[first] = (int)(end - _end[behind - 1]) > 0 ? end : _end[behind - 1];
        Remove(first + 1, behind - first - 1);
        return true;
    }

    /// <summary>
    /// The next sequence number that is missing when everything before <paramref name="next"/> is there: runs that
    /// <paramref name="next"/> has reached are taken up.
    /// </summary>
    internal uint Advance(uint next)
    {
        int taken = 0;
        while (taken < Count && (int)(_start[taken] - next) <= 0)
        {
            if ((int)(_end[taken] - next) > 0)
            {
                next = _end[taken];
            }

            taken++;
        }

        Remove(0, taken);
        return next;
    }

    private void Remove(int index, int count)
    {
        if (count == 0)
        {
            return;
        }

        Count -= count;
        for (int i = index; i < Count; i++)
        {
            _start[i] = _start[i + count];
            _end[i] = _end[i + count];
        }
    }
}
