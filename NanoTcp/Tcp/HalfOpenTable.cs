namespace NanoTcp.Tcp;

/// <summary>
/// Handshakes that peers have begun, as a few numbers each in parallel arrays (RFC 4987 3.5), because an object for each
/// would cost ten times as much on the device. They become connections when the handshake is done.
/// </summary>
internal sealed class HalfOpenTable
{
    internal const int None = -1;

    /// <summary>In the order of replacement: above the peer that was answered once, below those that were answered again.</summary>
    private const int AnswerDueRank = 2;

    /// <summary>How long a peer may take to answer before its record can be given to another, ms.</summary>
    private const int Patience = 200;

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
    /// Makes room for one more: a free record, else that of the peer that is least likely to finish its handshake.
    /// <see cref="None"/> when every peer may still answer; the newcomer asks again by itself.
    /// </summary>
    /// <remarks>
    /// In a flood of requests from addresses that nobody has, most records wait for peers that will never answer
    /// (RFC 4987 3.4, recycling the oldest half-open record). One whose SYN,ACK went out more than once goes first, then
    /// one whose SYN,ACK cannot even leave because its neighbour does not answer, then one whose SYN,ACK is out; in each
    /// kind they go in turn. But each has <see cref="Patience"/>: a burst of honest clients, more than the table holds,
    /// must not push each other out, because whose record is gone gets a reset for its acknowledgment.
    /// </remarks>
    internal int Add(long now)
    {
        int capacity = State.Length;
        int best = None;
        int bestRank = 0;
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

            int rank = state == Answered ? Attempts[i] : state == AnswerDue ? AnswerDueRank : 0;
            if (state == Answered && Attempts[i] > 1)
            {
                rank += AnswerDueRank;
            }

            if (rank > bestRank && IsStale(i, now))
            {
                bestRank = rank;
                best = i;
            }
        }

        if (best != None)
        {
            _turn = best + 1 == capacity ? 0 : best + 1;
        }

        return best;
    }

    /// <summary>True when the peer, or its neighbour, has had <see cref="Patience"/> to answer.</summary>
    private bool IsStale(int index, long now)
    {
        if (State[index] == AnswerDue)
        {
            return now - DueAt[index] >= Patience;
        }

        return Attempts[index] > 1 || now - (DueAt[index] - RoundTripEstimator.InitialTimeout) >= Patience;
    }

    internal void Remove(int index)
    {
        State[index] = Free;
        Count--;
    }
}
