namespace NanoTcp.Tcp;

/// <summary>
/// Connections that their owners have given back and that only have to answer the peer's last segments: TIME-WAIT, and
/// FIN-WAIT-2 whose peer has yet to close. A few numbers each in parallel arrays; the oldest makes room for the newest.
/// </summary>
internal sealed class TimeWaitTable
{
    internal const int None = -1;

    /// <summary><see cref="TcpState.Closed"/> when the record is free.</summary>
    internal readonly byte[] State;

    internal readonly uint[] RemoteAddress;

    /// <summary>Local port in the high half, remote port in the low half.</summary>
    internal readonly uint[] Ports;

    internal readonly uint[] SndNxt;
    internal readonly uint[] RcvNxt;

    /// <summary>When the record is forgotten.</summary>
    internal readonly long[] Until;

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
    }

    internal int Find(uint remoteAddress, uint ports)
    {
        if (Count == 0)
        {
            return None;
        }

        for (int i = 0; i < State.Length; i++)
        {
            if (Ports[i] == ports && RemoteAddress[i] == remoteAddress && State[i] != (byte)TcpState.Closed)
            {
                return i;
            }
        }

        return None;
    }

    /// <summary>A free record, else the one that would be forgotten first.</summary>
    /// <param name="replaced">True when a record had to give way.</param>
    internal int Add(out bool replaced)
    {
        int oldest = 0;
        for (int i = 0; i < State.Length; i++)
        {
            if (State[i] == (byte)TcpState.Closed)
            {
                Count++;
                replaced = false;
                return i;
            }

            if (Until[i] < Until[oldest])
            {
                oldest = i;
            }
        }

        replaced = true;
        return oldest;
    }

    internal void Remove(int index)
    {
        State[index] = (byte)TcpState.Closed;
        Count--;
    }

    /// <summary>Forgets what is over.</summary>
    internal void Expire(long now)
    {
        if (Count == 0)
        {
            return;
        }

        for (int i = 0; i < State.Length; i++)
        {
            if (State[i] != (byte)TcpState.Closed && now >= Until[i])
            {
                Remove(i);
            }
        }
    }
}
