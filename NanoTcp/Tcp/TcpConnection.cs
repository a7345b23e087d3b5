using System;
using NanoTcp.Primitives;

namespace NanoTcp.Tcp;

/// <summary>
/// One TCP connection. Never blocks: results are seen as state.
/// </summary>
/// <remarks>
/// A connection belongs to whoever got it from <c>Connect</c> or <c>Accept</c> until that owner calls
/// <see cref="Close()"/> or <see cref="Abort"/>, which must happen exactly once, also after the connection has ended by
/// itself. From then on the stack finishes what is left and gives the object to somebody else.
/// One thread uses the stack and all its connections.
/// </remarks>
public sealed partial class TcpConnection
{
    private readonly TcpLayer _layer;
    private readonly RingBuffer _receive;
    private readonly RingBuffer _send;

    internal TcpConnection(TcpLayer layer, int receiveBuffer, int sendBuffer, int gaps, int minRetransmissionTimeout)
    {
        _layer = layer;
        _receive = new RingBuffer(receiveBuffer);
        _send = new RingBuffer(sendBuffer);
        Block = new TcpControlBlock(gaps);
        _roundTrip = new RoundTripEstimator(minRetransmissionTimeout);
        _values = new int[layer.Congestion.ValueCount];
        Deadline = Never;
    }

    /// <summary>The state of RFC 9293 3.3.2 that the connection is in. This and the properties below are its STATUS (RFC 9293 3.10.6).</summary>
    public TcpState State
    {
        get { return Block.State; }
    }

    /// <summary>Why the connection has ended (RFC 9293 MUST-12); <see cref="TcpEndReason.None"/> while it has not.</summary>
    public TcpEndReason EndReason
    {
        get { return Block.EndReason; }
    }

    /// <summary>This side's IPv4 address.</summary>
    public uint LocalAddress
    {
        get { return _layer.LocalAddress; }
    }

    /// <summary>This side's port.</summary>
    public int LocalPort
    {
        get { return (int)(Ports >> 16); }
    }

    /// <summary>The peer's IPv4 address.</summary>
    public uint RemoteAddress
    {
        get { return Remote; }
    }

    /// <summary>The peer's port.</summary>
    public int RemotePort
    {
        get { return (int)(Ports & 0xFFFF); }
    }

    /// <summary>Octets that <see cref="Read"/> would give now. May stay above zero after the connection has ended.</summary>
    public int Readable
    {
        get { return _receive.Count; }
    }

    /// <summary>True when the peer has closed its side in order and everything it sent has been read. Who closes or answers before
    /// the next <see cref="NetworkStack.Poll"/> lets one segment carry that and the acknowledgment of the peer's FIN.</summary>
    public bool EndOfStream
    {
        get { return (Marks & PeerFinished) != 0 && _receive.Count == 0; }
    }

    /// <summary>
    /// Octets to be read up to the end of the peer's urgent data (RFC 9293 MUST-32, MUST-33), 0 when none is announced. They
    /// come in line with all others, as RFC 6093 6 advises, and the last of them may still be on its way.
    /// </summary>
    public int UrgentRemaining
    {
        get
        {
            TcpControlBlock block = Block;
            if ((block.Marks & TcpControlBlock.PeerUrgent) == 0)
            {
                return 0;
            }

            // The peer's FIN takes a sequence number but is not read.
            uint next = block.RcvNxt - (uint)_receive.Count - ((Marks & PeerFinished) != 0 ? 1u : 0);
            int remaining = (int)(block.RcvUp - next);
            return remaining > 0 ? remaining : 0;
        }
    }

    /// <summary>Octets that <see cref="Write(byte[], int, int)"/> would take now; 0 before the connection is open, after
    /// <see cref="CloseSend"/> and after the end.</summary>
    public int Writable
    {
        get
        {
            TcpState state = Block.State;
            return (state == TcpState.Established || state == TcpState.CloseWait) && (Block.Marks & TcpControlBlock.FinQueued) == 0 ? _send.Free : 0;
        }
    }

    /// <summary>Octets written but not yet acknowledged by the peer.</summary>
    public int Unacknowledged
    {
        get { return _send.Count; }
    }

    /// <summary>True to send small writes at once instead of collecting them while data is unacknowledged (Nagle, RFC 9293 MUST-17).</summary>
    /// <exception cref="InvalidOperationException">The connection has been given back.</exception>
    public bool NoDelay
    {
        get
        {
            return (Marks & NoDelaySet) != 0;
        }

        set
        {
            CheckOwned();
            Marks = value ? Marks | NoDelaySet : Marks & ~NoDelaySet;
        }
    }

    /// <summary>
    /// Set by a server on a connection that may be taken away (reset, <see cref="TcpEndReason.Evicted"/>) when a new
    /// client finds no free connection: for example while it idles between two requests.
    /// </summary>
    /// <exception cref="InvalidOperationException">The connection has been given back.</exception>
    public bool Evictable
    {
        get
        {
            return (Marks & EvictableSet) != 0;
        }

        set
        {
            CheckOwned();
            Marks = value ? Marks | EvictableSet : Marks & ~EvictableSet;
        }
    }

    /// <summary>
    /// True when an ICMP message has said that segments do not reach the peer (unreachable, time exceeded, parameter problem:
    /// RFC 9293 3.9.2.2), or no neighbour leads to it, and nothing has come from it since. The
    /// stack keeps trying (RFC 9293 MUST-56), because the network may recover; the owner may know better, and is told by
    /// this (RFC 9293 MUST-47, SHLD-25).
    /// </summary>
    public bool ReportedUnreachable
    {
        get { return (Marks & UnreachableHint) != 0; }
    }

    /// <summary>Smoothed round-trip time in milliseconds (RFC 6298), or -1 before the first measurement.</summary>
    public int SmoothedRoundTripTime
    {
        get { return _roundTrip.SmoothedRoundTripTime; }
    }

    /// <summary>Retransmission timeout in milliseconds (RFC 6298), back-off included.</summary>
    public int RetransmissionTimeout
    {
        get { return _roundTrip.Timeout; }
    }

    /// <summary>
    /// The Differentiated Services Codepoint (RFC 2474) of the segments that this connection sends, 0 to 63; 0 to begin with.
    /// It may be changed at any time (RFC 9293 MUST-48, SHLD-21). A connection that was accepted has answered its SYN with 0.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not within 0 to 63.</exception>
    /// <exception cref="InvalidOperationException">The connection has been given back.</exception>
    public int DifferentiatedServices
    {
        get
        {
            return _values[TypeOfService] >> 2;
        }

        set
        {
            CheckOwned();
            if (value < 0 || value > 63)
            {
                throw new ArgumentOutOfRangeException(nameof(value));
            }

            _values[TypeOfService] = value << 2;
        }
    }

    /// <summary>
    /// Octets that may be out before the first of them is acknowledged, as far as the path is concerned (cwnd of RFC 5681,
    /// tcpEStatsPerfCurCwnd); the peer's window may allow less.
    /// </summary>
    public int CongestionWindow
    {
        get { return _values[CongestionControl.Window]; }
    }

    /// <summary>Octets received in order since the connection opened.</summary>
    public long BytesReceived
    {
        get { return _bytesReceived; }
    }

    /// <summary>Octets that the peer has acknowledged since the connection opened.</summary>
    public long BytesSent
    {
        get { return _bytesSent; }
    }

    /// <summary>Time of the stack's clock at which the last acceptable segment of this connection arrived, or it was opened, in ms.
    /// What is old, beyond the window or otherwise not taken does not count.</summary>
    public long LastActivity
    {
        get { return _lastActivity; }
    }

    /// <summary>Takes octets that have arrived, in order (RECEIVE, RFC 9293 3.10.3).</summary>
    /// <param name="buffer">Where to copy them.</param>
    /// <param name="offset">Where in it to begin.</param>
    /// <param name="count">How many at most.</param>
    /// <returns>How many were taken: 0 when none are there; <see cref="EndOfStream"/> and <see cref="EndReason"/> say
    /// whether more can come.</returns>
    /// <exception cref="ArgumentNullException">There is no buffer.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the buffer.</exception>
    /// <exception cref="InvalidOperationException">The connection has been given back.</exception>
    public int Read(byte[] buffer, int offset, int count)
    {
        int length = Peek(buffer, offset, count);
        if (length != 0)
        {
            _receive.Discard(length);
            AfterRead();
            if ((Block.Marks & TcpControlBlock.PeerUrgent) != 0 && UrgentRemaining == 0)
            {
                Block.Marks &= ~TcpControlBlock.PeerUrgent;
            }
        }

        return length;
    }

    /// <summary>Like <see cref="Read"/>, but leaves the octets where they are.</summary>
    /// <inheritdoc cref="Read"/>
    public int Peek(byte[] buffer, int offset, int count)
    {
        CheckOwned();
        Argument.CheckRange(buffer, offset, count);
        int length = count < _receive.Count ? count : _receive.Count;
        if (length != 0)
        {
            _receive.CopyTo(0, buffer, offset, length);
        }

        return length;
    }

    /// <summary>Gives octets to be sent (SEND, RFC 9293 3.10.2). They are copied; the buffer is the caller's again at once.</summary>
    /// <param name="buffer">Holds the octets.</param>
    /// <param name="offset">The first of them.</param>
    /// <param name="count">How many there are.</param>
    /// <returns>How many fitted, 0 to <paramref name="count"/>.</returns>
    /// <exception cref="ArgumentNullException">There is no buffer.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the buffer.</exception>
    /// <exception cref="InvalidOperationException">The connection has been given back, or its sending side closed.</exception>
    public int Write(byte[] buffer, int offset, int count)
    {
        return Write(buffer, offset, count, false);
    }

    /// <summary>
    /// Like <see cref="Write(byte[], int, int)"/>, and tells the peer that everything up to the last octet taken is urgent
    /// (RFC 9293 3.8.5). The octets travel in line like all others. New protocols should not use this (RFC 9293 SHLD-13): it is here for
    /// those that need it, Telnet for one.
    /// </summary>
    /// <inheritdoc cref="Write(byte[], int, int)"/>
    public int WriteUrgent(byte[] buffer, int offset, int count)
    {
        return Write(buffer, offset, count, true);
    }

    private int Write(byte[] buffer, int offset, int count, bool urgent)
    {
        CheckOwned();
        Argument.CheckRange(buffer, offset, count);
        if ((Block.Marks & TcpControlBlock.FinQueued) != 0)
        {
            throw new InvalidOperationException("Nothing can be written after CloseSend.");
        }

        int room = Writable;
        int length = count < room ? count : room;
        if (length != 0)
        {
            _send.Place(_send.Count, buffer, offset, length);
            _send.Count += length;
            AskToSend();
            if (urgent)
            {
                _values[SndUp] = (int)Block.SndUna + _send.Count;
                Marks |= Urgent;
            }
        }

        return length;
    }

    /// <summary>Says that nothing more will be written (half close). What was written is still delivered; reading goes on.
    /// Calling it again, or after the end, does nothing.</summary>
    /// <exception cref="InvalidOperationException">The connection has been given back.</exception>
    public void CloseSend()
    {
        CheckOwned();
        if (Block.State != TcpState.Closed)
        {
            Block.CloseSend();
            AskToSend();
        }
    }

    /// <summary>
    /// Gives the connection back. What was written is still delivered; what was not read, or arrives from now on, is
    /// lost, and the peer learns it by a reset (RFC 9293 SHLD-3, MAY-1, RFC 1122 4.2.2.13).
    /// </summary>
    /// <exception cref="InvalidOperationException">The connection has been given back already.</exception>
    /// <remarks>What is left has two minutes to reach the peer; <see cref="Close(int)"/> sets another time.</remarks>
    public void Close()
    {
        Close(TcpLimits.CloseTimeout);
    }

    /// <summary>Like <see cref="Close()"/>, with a time in which what was written must have reached the peer. When that is over
    /// the connection is reset, whatever the peer has acknowledged until then, and its place is free. When there is no link,
    /// the reset waits for one, half a minute at most.</summary>
    /// <param name="timeout">1 to 2,147,483,647 ms from the next <see cref="NetworkStack.Poll"/> on; 0 is <see cref="Abort"/>.
    /// <see cref="UserTimeout"/> holds as well.</param>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative.</exception>
    /// <exception cref="InvalidOperationException">The connection has been given back already.</exception>
    public void Close(int timeout)
    {
        CheckOwned();
        if (timeout < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), "The timeout is 0, which aborts, to 2,147,483,647 ms.");
        }

        if (timeout == 0)
        {
            Abort();
            return;
        }

        Marks &= ~Owned;
        if (Block.State == TcpState.SynSent)
        {
            EndHere(TcpEndReason.Aborted);
        }
        else if (_receive.Count != 0 || Block.Gaps.Count != 0)
        {
            Reset(TcpEndReason.Aborted);
        }
        else if (Block.State != TcpState.Closed)
        {
            Block.CloseSend();
            Marks = (Marks & ~KeepAliveDue) | OutputDue;
            EndWithin(timeout);
        }

        Settle();
    }

    /// <summary>Gives the connection back and resets it at once; what was not acknowledged is lost.</summary>
    /// <exception cref="InvalidOperationException">The connection has been given back already.</exception>
    public void Abort()
    {
        CheckOwned();
        Marks &= ~Owned;
        Reset(TcpEndReason.Aborted);
        Settle();
    }

    private void CheckOwned()
    {
        if ((Marks & Owned) == 0)
        {
            throw new InvalidOperationException("This connection was given back by Close or Abort.");
        }
    }
}
