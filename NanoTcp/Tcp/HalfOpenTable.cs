namespace NanoTcp.Tcp;

/// <summary>
/// Handshakes that peers have begun, as a few numbers each in parallel arrays (RFC 4987 3.5), because an object for each
/// would cost ten times as much on the device. They become connections when the handshake is done.
/// </summary>
internal sealed class HalfOpenTable
{
    internal const int None = -1;

    /// <summary>SYN,ACKs that a peer leaves unanswered, over three seconds, before its record can be given to another.</summary>
    private const int AttemptsInVain = 3;

    /// <summary>How long a neighbour may take to answer ARP before the record that waits for it can be given to another, ms.</summary>
    private const int NeighbourPatience = 200;

    internal const byte Free = 0;

    /// <summary>Our SYN,ACK waits to be sent.</summary>
    internal const byte AnswerDue = 1;

    /// <summary>Our SYN,ACK is out.</summary>
    internal const byte Answered = 2;

    /// <summary>The peer has acknowledged it, but no connection was free.</summary>
    internal const byte Finished = 3;

    /// <summary>No connection became free for it, and the peer, which believes that it is connected, must be told.</summary>
    internal const byte ResetDue = 4;

    /// <summary>In <see cref="Mss"/>, where no MSS is that large: the peer has asked for ECN and gets it.</summary>
    internal const int EcnBit = 0x8000;

    internal readonly byte[] State;
    internal readonly uint[] RemoteAddress;

    /// <summary>Local port in the high half, remote port in the low half.</summary>
    internal readonly uint[] Ports;

    internal readonly uint[] Iss;
    internal readonly uint[] Irs;
    internal readonly ushort[] Window;

    /// <summary>The peer's MSS option, 0 for none, and <see cref="EcnBit"/>.</summary>
    internal readonly ushort[] Mss;

    /// <summary>
    /// The window that our SYN,ACK offers: nothing when no connection would be free for the peer. It then waits with its
    /// data instead of sending them in vain, and begins the moment a connection is there and opens the window.
    /// </summary>
    internal readonly ushort[] Offered;

    /// <summary>SYN,ACKs sent.</summary>
    internal readonly byte[] Attempts;

    /// <summary>For <see cref="AcknowledgmentQuota"/>.</summary>
    internal readonly byte[] Quota;

    /// <summary>When the next SYN,ACK is due after one that was sent, or when a finished handshake is given up.</summary>
    internal readonly long[] DueAt;

    /// <summary>How many are under way.</summary>
    internal int Count;

    /// <summary>Where the next search for a record begins.</summary>
    private int _turn;

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
        Quota = new byte[capacity];
        DueAt = new long[capacity];
    }

    internal bool IsFull
    {
        get { return Count == State.Length; }
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
            if (all[i] == ports && RemoteAddress[i] == remoteAddress && State[i] != Free)
            {
                return i;
            }
        }

        return None;
    }

    /// <summary>
    /// A record for one more handshake: a free one, else that of the peer that is least likely to finish its own
    /// (RFC 4987 3.4, recycling). <see cref="None"/> when every peer may still answer.
    /// </summary>
    /// <remarks>
    /// A peer whose record is gone gets a reset for its acknowledgment, unless its number was a cookie. So none goes before
    /// it has left three SYN,ACKs unanswered. One whose SYN,ACK could not even leave, because its neighbour does not answer
    /// ARP, loses nothing, and goes sooner. Who has finished has proven its address and keeps its record.
    /// </remarks>
    /// <param name="now">The time, ms.</param>
    /// <param name="finished">True for a peer that has finished its handshake already, by a cookie: every peer that has not
    /// gives way.</param>
    internal int Add(long now, bool finished)
    {
        int capacity = State.Length;
        int best = None;
        int bestRank = finished ? -1 : AttemptsInVain - 1;
        for (int step = 0, i = _turn; step < capacity; step++, i++)
        {
            if (i == capacity)
            {
                i = 0;
            }

            byte state = State[i];
            if (state == Free)
            {
                Count++;
                best = i;
                break;
            }

            if (state != AnswerDue && state != Answered)
            {
                continue;
            }

            int rank = Attempts[i];
            if (rank == 0 && now - DueAt[i] >= NeighbourPatience)
            {
                rank = AttemptsInVain;
            }

            if (rank > bestRank)
            {
                bestRank = rank;
                best = i;
            }
        }

        if (best != None)
        {
            _turn = best + 1 == capacity ? 0 : best + 1;
            Quota[best] = 0;
        }

        return best;
    }

    /// <summary>True when no record waits for anything but a connection.</summary>
    internal bool AreAllFinished()
    {
        for (int i = 0; i < State.Length; i++)
        {
            if (State[i] != Finished)
            {
                return false;
            }
        }

        return true;
    }

    internal void Remove(int index)
    {
        State[index] = Free;
        Count--;
    }
}
