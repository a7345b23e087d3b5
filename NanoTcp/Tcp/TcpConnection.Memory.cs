namespace NanoTcp.Tcp;

// On the device every field of an object takes twelve octets, an element of an array only its size. So what is true or
// false is a bit, and small values that are not needed for every segment share one array.
public sealed partial class TcpConnection
{
    /// <summary>The object is out of the pool.</summary>
    internal const int InUse = 0x0001;

    /// <summary><see cref="Dispatch"/> may have something to send.</summary>
    internal const int OutputDue = 0x0002;

    /// <summary>The user holds the connection: from Connect or Accept to Close or Abort.</summary>
    internal const int Owned = 0x0004;

    /// <summary>The peer's FIN has been reached.</summary>
    private const int PeerFinished = 0x0008;

    /// <summary>A reset waits to be sent; the connection is over.</summary>
    private const int ResetDue = 0x0010;

    /// <summary>An ICMP error has come that is no reason to give up, but the reason to be told if that happens (RFC 9293 MUST-56).</summary>
    private const int UnreachableHint = 0x0020;

    /// <summary>An acknowledgment must go out at once; without <see cref="OutputDue"/> by the next call.</summary>
    internal const int AcknowledgeDue = 0x0040;

    /// <summary>The segment at SND.UNA goes out again, whatever SND.NXT is.</summary>
    private const int RetransmitFirst = 0x0080;

    /// <summary>The window is closed, or too small to use, and nothing is out: only the timer can find out that it opened.</summary>
    private const int Probing = 0x0100;

    /// <summary>The probe must go out at once.</summary>
    private const int ProbeDue = 0x0200;

    /// <summary>A SYN of this side had to be sent again.</summary>
    private const int SynLost = 0x0400;

    /// <summary>A segment is being timed: see <see cref="TimedSequence"/>.</summary>
    private const int Timing = 0x0800;

    /// <summary>See <see cref="NoDelay"/>.</summary>
    internal const int NoDelaySet = 0x1000;

    /// <summary>See <see cref="Evictable"/>.</summary>
    private const int EvictableSet = 0x2000;

    /// <summary>One segment with data in order has not been acknowledged yet.</summary>
    private const int SegmentHeld = 0x4000;

    /// <summary>A segment of full size has been acknowledged since the size last changed: the path carries it.</summary>
    private const int PathProven = 0x8000;

    /// <summary>The user has marked octets as urgent that are not acknowledged yet: see <see cref="SndUp"/>.</summary>
    private const int Urgent = 0x10000;

    /// <summary>See <see cref="KeepAlive"/>.</summary>
    internal const int KeepAliveSet = 0x20000;

    /// <summary>A keep-alive probe waits to be sent.</summary>
    private const int KeepAliveDue = 0x40000;

    /// <summary>The retransmission timer ran out once without an answer; the next bit belongs to it.</summary>
    private const int OneRetry = 0x100000;

    /// <summary>It did so three times in a row or more: R1.</summary>
    private const int Retries = 0x300000;

    /// <summary>Index of how many challenge ACKs were sent since <see cref="ChallengesSince"/>.</summary>
    private const int Challenges = TcpSettings.Count;

    /// <summary>Index of the low half of a time in ms.</summary>
    private const int ChallengesSince = TcpSettings.Count + 1;

    /// <summary>Index of the sequence number of the last octet of the segment that is being timed.</summary>
    private const int TimedSequence = TcpSettings.Count + 2;

    /// <summary>Index of the low half of the time in ms at which it was sent; no round trip takes 49 days.</summary>
    private const int TimedAt = TcpSettings.Count + 3;

    /// <summary>Index of a path MTU that an ICMP message named and that is not believed yet; 0 for none.</summary>
    private const int HintedMtu = TcpSettings.Count + 4;

    /// <summary>Index of SND.UNA at that time.</summary>
    private const int HintedAt = TcpSettings.Count + 5;

    /// <summary>Index of SND.UP: the sequence number behind the last octet that the user called urgent.</summary>
    private const int SndUp = TcpSettings.Count + 6;

    /// <summary>Index of the low half of the time in ms at which data last moved; see <see cref="IdleTimeout"/>.</summary>
    private const int MovedAt = TcpSettings.Count + 7;

    /// <summary>Index of the low half of the time in ms of the last keep-alive probe.</summary>
    private const int ProbedAt = TcpSettings.Count + 8;

    /// <summary>Index of the low half of the time in ms at which data was sent last.</summary>
    private const int SentAt = TcpSettings.Count + 9;

    /// <summary>Index of the type of service octet: DSCP in the six high bits.</summary>
    private const int TypeOfService = TcpSettings.Count + 10;

    /// <summary>Index of what is known of a narrow path, 0 for nothing: in the high half the segment size before it was found to be
    /// narrow, in the low half when it was found so last, in units of 2^<see cref="PathClock"/> ms.</summary>
    private const int NarrowPath = TcpSettings.Count + 11;

    /// <summary>How many there are; behind them lie those of <see cref="CongestionControl"/>.</summary>
    internal const int ValueCount = TcpSettings.Count + 12;

    /// <summary>What is true of the connection: the bits above.</summary>
    internal int Marks;

    /// <summary>Local port in the high half, remote port in the low half.</summary>
    internal uint Ports;

    /// <summary>See <see cref="RemoteAddress"/>. A field, like those below, because they are used for every segment.</summary>
    internal uint Remote;

    private long _bytesReceived;
    private long _bytesSent;
    private long _lastActivity;

    /// <summary>First what <see cref="TcpSettings"/> names, then the values above.</summary>
    private readonly int[] _values;

    /// <summary>Room for octets that have arrived.</summary>
    internal int ReceiveCapacity
    {
        get { return _receive.Capacity; }
    }
}
