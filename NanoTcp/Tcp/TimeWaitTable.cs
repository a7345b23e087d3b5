namespace NanoTcp.Tcp;

/// <summary>
/// Connections that their owners have given back and whose data is all acknowledged: TIME-WAIT, FIN-WAIT-2 whose peer has
/// yet to close, and FIN-WAIT-1, CLOSING and LAST-ACK, which repeat their FIN. A few numbers each in parallel arrays; the
/// oldest makes room for the newest.
/// </summary>
internal sealed class TimeWaitTable
{
    internal const int None = -1;

    /// <summary>In <see cref="DueAt"/>: the FIN waits for the device, or for ARP.</summary>
    internal const long FinDue = long.MinValue;

    /// <summary><see cref="TcpState.Closed"/> when the record is free.</summary>
    internal readonly byte[] State;

    internal readonly uint[] RemoteAddress;

    /// <summary>Local port in the high half, remote port in the low half.</summary>
    internal readonly uint[] Ports;

    internal readonly uint[] SndNxt;
    internal readonly uint[] RcvNxt;

    /// <summary>When the record is forgotten.</summary>
    internal readonly long[] Until;

    /// <summary>When our FIN goes out again: a time, <see cref="FinDue"/>, or never because it has been acknowledged.</summary>
    internal readonly long[] DueAt;

    /// <summary>RTO of our FIN, back-off included, ms.</summary>
    internal readonly ushort[] Timeout;

    /// <summary>For <see cref="AcknowledgmentQuota"/>.</summary>
    internal readonly byte[] Quota;

    /// <summary>How many there are.</summary>
    internal int Count;

    internal TimeWaitTable(int capacity)
    {
        State = new byte[capacity];
        RemoteAddress = new uint[capacity];
        Ports = new uint[capacity];
        SndNxt = new uint[capacity];
        RcvNxt = new uint[capacity];
        Until = new long[capacity];
        DueAt = new long[capacity];
        Timeout = new ushort[capacity];
        Quota = new byte[capacity];
    }

    internal int Find(uint remoteAddress, uint ports)
    {
        if (Count == 0)
        {
            return None;
        }

        uint[] all = Ports;
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i] == ports && RemoteAddress[i] == remoteAddress && State[i] != (byte)TcpState.Closed)
            {
                return i;
            }
        }

        return None;
    }

    /// <summary>True when a record is free or only waits: nobody's FIN would be forgotten for a new one.</summary>
    internal bool HasRoom()
    {
        if (Count < State.Length)
        {
            return true;
        }

        for (int i = 0; i < State.Length; i++)
        {
            if (DueAt[i] == TcpConnection.Never)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A free record, else the one that would be forgotten first: in TIME-WAIT, else in FIN-WAIT-2. <see cref="None"/> when all
    /// wait to repeat a FIN, which only they know: <see cref="HasRoom"/>.</summary>
    /// <param name="replaced">True when a record has to give way, or the one that was to be added.</param>
    internal int Add(out bool replaced)
    {
        int best = None;
        int bestRank = 0;
        for (int i = 0; i < State.Length; i++)
        {
            byte state = State[i];
            if (state == (byte)TcpState.Closed)
            {
                Count++;
                replaced = false;
                return i;
            }

            int rank = state == (byte)TcpState.TimeWait ? 2 : state == (byte)TcpState.FinWait2 ? 1 : 0;
            if (rank > bestRank || (best != None && rank == bestRank && Until[i] < Until[best]))
            {
                best = i;
                bestRank = rank;
            }
        }

        replaced = true;
        return best;
    }

    /// <summary>FINs that are out may be lost. True when there are any.</summary>
    internal bool RepeatFins()
    {
        bool any = false;
        for (int i = 0; i < State.Length; i++)
        {
            if (State[i] != (byte)TcpState.Closed && DueAt[i] != TcpConnection.Never)
            {
                DueAt[i] = FinDue;
                any = true;
            }
        }

        return any;
    }

    internal void Remove(int index)
    {
        State[index] = (byte)TcpState.Closed;
        Count--;
    }
}
