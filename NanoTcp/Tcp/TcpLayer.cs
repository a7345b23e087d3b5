using System;
using NanoTcp.Ip;
using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Tcp;

/// <summary>
/// All of TCP on one interface: the pools, the timers, and whose turn it is to send. Input and handshakes have files of their own.
/// </summary>
internal sealed partial class TcpLayer
{
    /// <summary>In <see cref="Due"/>: some connection has <see cref="TcpConnection.OutputDue"/>.</summary>
    internal const int ConnectionsDue = 0x01;

    /// <summary>Some half-open record is <see cref="HalfOpenTable.AnswerDue"/> or <see cref="HalfOpenTable.ResetDue"/>.</summary>
    internal const int HandshakesDue = 0x02;

    /// <summary>Some closing record has <see cref="TimeWaitTable.FinDue"/>.</summary>
    internal const int FinsDue = 0x04;

    /// <summary>Some half-open record is <see cref="HalfOpenTable.Finished"/>.</summary>
    internal const int PlaceWanted = 0x08;

    /// <summary>Some connection holds back the acknowledgment of a FIN for the length of one call: see <see cref="ReleaseHeld"/>.</summary>
    internal const int HeldDue = 0x10;

    internal readonly Ipv4Layer Ip;
    internal readonly long[] Counters;

    /// <summary>The MSS that this side offers, and sends at most: what fits the link (RFC 9293 MUST-67).</summary>
    internal readonly int OfferedMss;

    /// <summary>By how much at least the right edge of the receive window moves on (RFC 9293 MUST-39): a full segment, or half
    /// the ring when that is less.</summary>
    internal readonly int WindowStep;

    /// <summary>How much room a read must have made to be worth a segment, and how much data is acknowledged at once: two full
    /// segments, or half the ring when that is less.</summary>
    internal readonly int UpdateThreshold;

    /// <summary>2 MSL in ms.</summary>
    internal readonly int TimeWaitDuration;

    /// <summary>How all connections find out what the path bears.</summary>
    internal readonly CongestionControl Congestion;

    /// <summary>Explicit Congestion Notification is asked for and granted.</summary>
    internal readonly bool Ecn;

    /// <summary>Connections that somebody uses: the first ones of <see cref="_connections"/>.</summary>
    internal int UsedConnections;

    /// <summary>No timer of a connection or a record is due before this time, ms. It may be too early, because a timer that is
    /// stopped does not move it; then nothing is found, and it is set anew.</summary>
    internal long Deadline = TcpConnection.Never;

    /// <summary>Who may have something to send, or wait for a place: the bits above. Where a bit is not set, nobody has or does.</summary>
    internal int Due;

    /// <summary>What became of the segment that is being processed.</summary>
    internal readonly SegmentOutcome Outcome = new SegmentOutcome();

    internal readonly HalfOpenTable HalfOpen;
    internal readonly TimeWaitTable TimeWaits;

    /// <summary>
    /// First those in use, in the order in which they were taken; then the free ones, in the order in which they came back. So nobody
    /// goes through free ones in search of those in use, and the next to be taken is the one that has been free longest. Who may end
    /// connections goes through them from behind: one that comes back moves those behind it.
    /// </summary>
    private readonly TcpConnection[] _connections;
    private readonly TcpListener[] _listeners;
    private readonly SynCookies _cookies;
    private readonly IRandomSource _random;

    /// <summary>The ports of the segment that was sent last, which stand in the header that is kept.</summary>
    private uint _keptPorts;

    /// <summary>The connection that was the last to send. The one before it is the next.</summary>
    private int _turn;

    internal TcpLayer(
        Ipv4Layer ip,
        int connections,
        int listeners,
        int receiveBuffer,
        int sendBuffer,
        int gaps,
        int maxSegmentSize,
        int minRetransmissionTimeout,
        int halfOpen,
        int timeWaits,
        int timeWaitDuration,
        TcpCongestionControl congestionControl,
        bool ecn,
        IRandomSource random,
        CounterSet counters)
    {
        Ip = ip;
        Counters = counters.Values;
        OfferedMss = maxSegmentSize;
        int half = receiveBuffer / 2;
        WindowStep = maxSegmentSize < half ? maxSegmentSize : half;
        UpdateThreshold = 2 * maxSegmentSize < half ? 2 * maxSegmentSize : half;
        TimeWaitDuration = timeWaitDuration;
        Congestion = CongestionControl.Create(congestionControl);
        Ecn = ecn;
        _random = random;
        _cookies = new SynCookies(new IsnGenerator(random));
        _connections = new TcpConnection[connections];
        for (int i = 0; i < connections; i++)
        {
            _connections[i] = new TcpConnection(this, receiveBuffer, sendBuffer, gaps, minRetransmissionTimeout);
        }

        _listeners = new TcpListener[listeners];
        for (int i = 0; i < listeners; i++)
        {
            _listeners[i] = new TcpListener(this);
        }

        HalfOpen = new HalfOpenTable(halfOpen);
        TimeWaits = new TimeWaitTable(timeWaits);
    }

    internal uint LocalAddress
    {
        get { return Ip.Address; }
    }

    /// <summary>The time of what is being done, ms.</summary>
    internal long Time
    {
        get { return Ip.Now; }
    }

    internal int Capacity
    {
        get { return _connections.Length; }
    }

    /// <summary>Connections that nobody uses.</summary>
    internal int FreeConnections
    {
        get { return _connections.Length - UsedConnections; }
    }

    /// <summary>The window of a connection whose ring is empty.</summary>
    private int ReceiveBuffer
    {
        get { return _connections[0].ReceiveCapacity; }
    }

    /// <summary>The connection in place <paramref name="index"/>, or null when that is not in use.</summary>
    internal TcpConnection GetConnection(int index)
    {
        TcpConnection connection = _connections[index];
        return index < UsedConnections ? connection : null;
    }

    /// <summary>A listener on <paramref name="port"/>; null when all are in use.</summary>
    internal TcpListener Listen(int port, int backlog)
    {
        for (int i = 0; i < _listeners.Length; i++)
        {
            if (_listeners[i].Port == 0)
            {
                _listeners[i].Port = port;
                _listeners[i].Backlog = backlog;
                _listeners[i].SetDefaults();
                return _listeners[i];
            }
        }

        return null;
    }

    internal TcpListener FindListener(int port)
    {
        TcpListener[] listeners = _listeners;
        for (int i = 0; i < listeners.Length; i++)
        {
            if (listeners[i].Port == port)
            {
                return listeners[i];
            }
        }

        return null;
    }

    internal void CloseListener(TcpListener listener)
    {
        for (int i = UsedConnections - 1; i >= 0; i--)
        {
            if (_connections[i].WaitingFor == listener)
            {
                _connections[i].Orphan();
            }
        }

        for (int i = 0; i < HalfOpen.State.Length; i++)
        {
            if (HalfOpen.State[i] == HalfOpenTable.Finished && HalfOpen.Ports[i] >> 16 == listener.Port)
            {
                HalfOpen.State[i] = HalfOpenTable.ResetDue;
                Due |= HandshakesDue;
                Ip.DueAt = Ipv4Layer.AtOnce;
            }
            else if (HalfOpen.State[i] != HalfOpenTable.Free
                && HalfOpen.State[i] != HalfOpenTable.ResetDue
                && HalfOpen.Ports[i] >> 16 == listener.Port)
            {
                // What its peer sends next is answered with a reset.
                HalfOpen.Remove(i);
            }
        }

        listener.Port = 0;
    }

    internal int CountPending(TcpListener listener)
    {
        int count = 0;
        for (int i = 0; i < UsedConnections; i++)
        {
            if (_connections[i].WaitingFor == listener)
            {
                count++;
            }
        }

        return count;
    }

    /// <summary>Hands over the connection that has been waiting longest; null when none waits.</summary>
    internal TcpConnection Accept(TcpListener listener)
    {
        for (int i = 0; i < UsedConnections; i++)
        {
            TcpConnection connection = _connections[i];
            if (connection.WaitingFor == listener && connection.Block.State != TcpState.SynReceived)
            {
                connection.HandOver();
                return connection;
            }
        }

        return null;
    }

    /// <summary>Begins an active open (RFC 9293 3.10.1); null when no connection or no port is free.</summary>
    internal TcpConnection Connect(uint remoteAddress, int remotePort)
    {
        int localPort = ChoosePort(remoteAddress, remotePort);
        TcpConnection connection = localPort == 0 ? null : Take();
        if (connection != null)
        {
            uint ports = ((uint)localPort << 16) | (uint)remotePort;
            uint iss = _cookies.Isn.Next(Ip.Address, remoteAddress, ports, Ip.Now);
            connection.Connect(remoteAddress, ports, iss, OfferedMss, Ip.Now);
            Counters[StackCounter.TcpActiveOpens]++;
        }

        return connection;
    }

    /// <summary>Gives a connection back to the pool.</summary>
    internal void Release(TcpConnection connection)
    {
        if (connection == _predicted)
        {
            _predicted = null;
        }

        connection.Marks &= ~TcpConnection.InUse;
        TcpConnection[] connections = _connections;
        int index = 0;
        while (connections[index] != connection)
        {
            index++;
        }

        if (index < _turn)
        {
            _turn--;
        }

        int last = connections.Length - 1;
        Array.Copy(connections, index + 1, connections, index, last - index);
        connections[last] = connection;
        UsedConnections--;
    }

    /// <summary>The time has moved on: runs every timer that is due.</summary>
    internal void RunTimers(long now)
    {
        bool due = now >= Deadline;
        if (due)
        {
            Deadline = TcpConnection.Never;
            for (int i = UsedConnections - 1; i >= 0; i--)
            {
                TcpConnection connection = _connections[i];
                if (now >= connection.Deadline)
                {
                    connection.RunTimers(now);
                }
                else
                {
                    WakeAt(connection.Deadline);
                }
            }

            RunTimeWaits(now);
        }

        if ((Due & PlaceWanted) != 0)
        {
            OpenFinished(now);
        }

        if (due && HalfOpen.Count != 0)
        {
            RunHalfOpen(now);
        }
    }

    /// <summary>A timer runs out at that time.</summary>
    internal void WakeAt(long time)
    {
        if (time < Deadline)
        {
            Deadline = time;
            if (time < Ip.DueAt)
            {
                Ip.DueAt = time;
            }
        }
    }

    /// <summary>Some connection may have something to send.</summary>
    internal void AskToSend()
    {
        Due |= ConnectionsDue;
        Ip.DueAt = Ipv4Layer.AtOnce;
    }

    /// <summary>What was held back while the owners had no turn goes out with the next call, unless they give it something to go with.</summary>
    internal void ReleaseHeld()
    {
        Due = (Due & ~HeldDue) | ConnectionsDue;
        for (int i = UsedConnections - 1; i >= 0; i--)
        {
            TcpConnection connection = _connections[i];
            if ((connection.Marks & TcpConnection.AcknowledgeDue) != 0)
            {
                connection.Marks |= TcpConnection.OutputDue;
            }
        }
    }

    /// <summary>Lets the next one in turn send a segment. The frame buffer is free. False when nobody could.</summary>
    internal bool Dispatch(long now)
    {
        if ((Due & HandshakesDue) != 0 && DispatchHalfOpen(now))
        {
            return true;
        }

        if ((Due & FinsDue) != 0 && DispatchTimeWait(now))
        {
            return true;
        }

        return (Due & ConnectionsDue) != 0 && DispatchConnection(now);
    }

    private bool DispatchConnection(long now)
    {
        // Who still has something to send afterwards says so again.
        Due &= ~ConnectionsDue;
        bool sent = false;
        int turn = _turn;
        for (int left = UsedConnections; left != 0; left--)
        {
            turn = turn == 0 ? UsedConnections - 1 : turn - 1;
            TcpConnection connection = _connections[turn];
            if ((connection.Marks & TcpConnection.OutputDue) == 0)
            {
                continue;
            }

            if (sent)
            {
                // Its turn is next.
                Due |= ConnectionsDue;
                break;
            }

            if (connection.Dispatch(now))
            {
                _turn = turn;
                sent = true;
            }
        }

        return sent;
    }

    /// <summary>The link has come up again.</summary>
    internal void LinkRestored(long now)
    {
        for (int i = UsedConnections - 1; i >= 0; i--)
        {
            _connections[i].LinkRestored(now);
        }

        if (TimeWaits.RepeatFins())
        {
            Due |= FinsDue;
        }
    }

    /// <summary>
    /// The host has another address, or none: nothing that belongs to the old one can be received or sent any more. What
    /// waits to be opened has none yet and goes on.
    /// </summary>
    internal void AddressChanged()
    {
        for (int i = UsedConnections - 1; i >= 0; i--)
        {
            _connections[i].LoseAddress();
        }

        for (int i = 0; i < HalfOpen.State.Length; i++)
        {
            if (HalfOpen.State[i] != HalfOpenTable.Free)
            {
                HalfOpen.Remove(i);
            }
        }

        for (int i = 0; i < TimeWaits.State.Length; i++)
        {
            if (TimeWaits.State[i] != (byte)TcpState.Closed)
            {
                TimeWaits.Remove(i);
            }
        }
    }

    /// <summary>There is no link: what waits to be sent does not wait for ever.</summary>
    internal void WaitForLink(long now)
    {
        for (int i = UsedConnections - 1; i >= 0; i--)
        {
            if ((_connections[i].Marks & TcpConnection.OutputDue) != 0)
            {
                _connections[i].WaitForWay(now);
            }
        }
    }

    /// <summary>
    /// Sends a segment from the port in the high half of <paramref name="ports"/> to that in the low half. Its data stands in the
    /// frame buffer, behind the place of a header without options; a SYN, which carries an option there, has none, and no other segment
    /// carries one (RFC 9293 MUST-65). Without the ACK bit <paramref name="acknowledgment"/> is 0.
    /// It leaves from IP's one address (RFC 9293 MUST-44, MUST-45).
    /// </summary>
    internal void Send(
        uint remoteAddress,
        uint ports,
        uint sequence,
        uint acknowledgment,
        int flags,
        int window,
        int mssOption,
        int textLength,
        int urgentPointer = 0,
        int typeOfService = 0)
    {
        Ipv4Layer ip = Ip;
        if (ports != _keptPorts)
        {
            _keptPorts = ports;
            TcpSegment.WritePorts(ip.Buffer, ports);
        }

        TcpSegment.Write(
            ip.Buffer,
            ip.TransmitOffset + TcpSegment.MinHeaderLength,
            (ulong)ip.Address + remoteAddress,
            ports,
            sequence,
            acknowledgment,
            flags,
            window,
            urgentPointer,
            mssOption,
            textLength);
        int headerLength = mssOption == 0 ? TcpSegment.MinHeaderLength : TcpSegment.SynHeaderLength;
        ip.Send(remoteAddress, Ipv4Header.ProtocolTcp, headerLength + textLength, typeOfService);
    }

    /// <summary>
    /// The connection that has been free longest, so that who uses one that he has given back meets an exception
    /// rather than its new owner.
    /// </summary>
    private TcpConnection Take()
    {
        return UsedConnections == _connections.Length ? null : _connections[UsedConnections++];
    }

    /// <summary>Counts a segment, or the news in one, that was not taken.</summary>
    internal void CountDrop(SegmentOutcome outcome)
    {
        if (outcome.Drop != SegmentOutcome.NoDrop)
        {
            Counters[outcome.Drop]++;
        }
    }

    /// <summary>The open connection of that pair, or null.</summary>
    private TcpConnection FindConnection(uint remoteAddress, uint ports)
    {
        int left = UsedConnections;
        if (left == 0)
        {
            return null;
        }

        // Mostly it is the one that the segment before belonged to.
        TcpConnection connection = _predicted;
        while (connection == null
            || connection.Ports != ports
            || connection.Remote != remoteAddress
            || connection.Block.State == TcpState.Closed)
        {
            if (left == 0)
            {
                return null;
            }

            connection = _connections[--left];
        }

        return connection;
    }

    /// <summary>RFC 6056 3.3.1, RFC 5927 4.2: a random port of the dynamic range that this peer does not have with us already; 0 when all are taken.</summary>
    private int ChoosePort(uint remoteAddress, int remotePort)
    {
        const int Range = TcpLimits.LastEphemeralPort - TcpLimits.FirstEphemeralPort + 1;
        int offset = (int)(_random.NextUInt32() % Range);

        // There are fewer connections and closing ones than ports, so the search ends early.
        for (int i = 0; i < Range; i++)
        {
            int port = TcpLimits.FirstEphemeralPort + ((offset + i) % Range);
            uint ports = ((uint)port << 16) | (uint)remotePort;
            if (FindConnection(remoteAddress, ports) == null
                && TimeWaits.Find(remoteAddress, ports) == TimeWaitTable.None
                && FindListener(port) == null)
            {
                return port;
            }
        }

        return 0;
    }
}
