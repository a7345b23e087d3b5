namespace NanoTcp.Tcp;

/// <summary>
/// Handshakes that peers have begun: a few numbers each in parallel arrays, because an object for each would cost ten
/// times as much on the device. They become connections when the handshake is done.
/// </summary>
internal sealed class HalfOpenTable
{
    internal const int None = -1;

    internal const byte Free = 0;

    /// <summary>Our SYN,ACK waits to be sent.</summary>
    internal const byte AnswerDue = 1;

    /// <summary>Our SYN,ACK is out.</summary>
    internal const byte Answered = 2;

    /// <summary>The peer has acknowledged it, but no connection was free.</summary>
    internal const byte Finished = 3;

    /// <summary>No connection became free for it, and the peer, which believes that it is connected, must be told.</summary>
    internal const byte ResetDue = 4;

    internal readonly byte[] State;
    internal readonly uint[] RemoteAddress;

    /// <summary>Local port in the high half, remote port in the low half.</summary>
    internal readonly uint[] Ports;

    internal readonly uint[] Iss;
    internal readonly uint[] Irs;
    internal readonly ushort[] Window;
    internal readonly ushort[] Mss;

    /// <summary>
    /// The window that our SYN,ACK offers: nothing when no connection would be free for the peer. It then waits with its
    /// data instead of sending them in vain, and begins the moment a connection is there and opens the window.
    /// </summary>
    internal readonly ushort[] Offered;

    /// <summary>SYN,ACKs sent.</summary>
    internal readonly byte[] Attempts;

    /// <summary>When the next SYN,ACK is due after one that was sent, or when a finished handshake is given up.</summary>
    internal readonly long[] DueAt;

    /// <summary>How many are under way.</summary>
    internal int Count;

    internal HalfOpenTable(int capacity)
    {
        State = new byte[capacity];
        RemoteAddress = new uint[capacity];
        Ports = new uint[capacity];
        Iss = new uint[capacity];
        Irs = new uint[capacity];
        Window = new ushort[capacity];
        Mss = new ushort[capacity];
        Offered = new ushort[capacity];
        Attempts = new byte[capacity];
        DueAt = new long[capacity];
    }

    internal int Find(uint remoteAddress, uint ports)
    {
        if (Count == 0)
        {
            return None;
        }

        for (int i = 0; i < State.Length; i++)
        {
            if (Ports[i] == ports && RemoteAddress[i] == remoteAddress && State[i] != Free)
            {
                return i;
            }
        }

        return None;
    }

    /// <summary>
    /// Makes room for one more: a free record, else the one that has been waiting longest for a peer that does not
    /// answer. <see cref="None"/> when every peer may still answer.
    /// </summary>
    internal int Add()
    {
        int oldest = None;
        for (int i = 0; i < State.Length; i++)
        {
            if (State[i] == Free)
            {
                Count++;
                return i;
            }

            if (State[i] == Answered && Attempts[i] > 1 && (oldest == None || Attempts[i] > Attempts[oldest]))
            {
                oldest = i;
            }
        }

        return oldest;
    }

    internal void Remove(int index)
    {
        State[index] = Free;
        Count--;
    }
}
