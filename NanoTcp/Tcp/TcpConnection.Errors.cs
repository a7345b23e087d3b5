using NanoTcp.Ip;
using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Tcp;

// What ICMP errors do to a connection: none ends an open one, and the only thing that they can change is the segment size.
public sealed partial class TcpConnection
{
    /// <summary>
    /// The smallest path MTU that is believed: what every host must be able to receive (RFC 1122 3.3.2). Packets up to
    /// it carry no DF bit, so a path with a still smaller one fragments them, and no forged message can make this side
    /// send nothing but headers (RFC 5927 7.1).
    /// </summary>
    private const int LeastPathMtu = Ipv4Layer.LeastReassembly;

    /// <summary>See <see cref="NarrowPath"/>: 16 s, so that the times of two weeks differ.</summary>
    private const int PathClock = 14;

    /// <summary>In those units, rounded up: ten minutes, the time that RFC 1191 6.3 recommends.</summary>
    private const int NarrowFor = (600_000 >> PathClock) + 2;

    /// <summary>Takes in an ICMP error about a segment of this connection. False when it cannot be one.</summary>
    internal bool ProcessError(IcmpProtocol icmp)
    {
        TcpControlBlock block = Block;
        if ((int)(icmp.SequenceNumber - block.SndUna) < 0 || (int)(icmp.SequenceNumber - block.SndMax) >= 0)
        {
            // RFC 5927 4.1: SND.UNA <= SEG.SEQ < SND.NXT, or nothing of ours can have caused it.
            return false;
        }

        bool unreachable = icmp.Type == IcmpMessage.TypeDestinationUnreachable;
        if (unreachable && icmp.Code == IcmpMessage.CodeFragmentationNeeded)
        {
            return ProcessTooBig(icmp.NextHopMtu, icmp.ReturnedLength);
        }

        _layer.Counters[StackCounter.IcmpInDestUnreachs] += unreachable ? 1 : 0;

        // RFC 9293 SHLD-26 would end the connection at a hard error; RFC 5927 5.2: only while it is being opened.
        // RFC 9293 MUST-56: a soft error never does; RFC 9293 SHLD-25: the application can see it.
        if (unreachable
            && block.State == TcpState.SynSent
            && (icmp.Code == IcmpMessage.CodeProtocolUnreachable || icmp.Code == IcmpMessage.CodePortUnreachable))
        {
            EndHere(TcpEndReason.Unreachable);
        }
        else
        {
            Marks |= UnreachableHint;
        }

        return true;
    }

    /// <summary>RFC 1191 3: a router had no way for a packet of this size.</summary>
    private bool ProcessTooBig(int nextHopMtu, int returnedLength)
    {
        int mtu = nextHopMtu == 0 ? NextPlateau(returnedLength) : nextHopMtu;

        // RFC 5927 7.2: a router cannot have refused what would have fitted, or what was never sent.
        if (mtu >= returnedLength
            || returnedLength > Block.SendMss + NetworkStackOptions.HeaderLengths
            || returnedLength <= LeastPathMtu)
        {
            return false;
        }

        if ((Marks & PathProven) == 0)
        {
            LimitPathMtu(mtu);
        }
        else
        {
            // RFC 5927 7.2: segments of that size have arrived before, so this counts only if nothing arrives any more.
            _values[HintedMtu] = mtu;
            _values[HintedAt] = (int)Block.SndUna;
        }

        return true;
    }

    /// <summary>The retransmission timer has run out: what a router said about the path may be true after all.</summary>
    private void BelieveHint()
    {
        int mtu = _values[HintedMtu];
        if (mtu != 0)
        {
            _values[HintedMtu] = 0;
            if (_values[HintedAt] == (int)Block.SndUna)
            {
                LimitPathMtu(mtu);
            }
        }
    }

    /// <summary>
    /// The retransmission timer has run out, and what was sent again was no smaller than before. A router that drops large
    /// packets and does not say so (RFC 2923 2.1) looks like this; what is left of the connection is found out by smaller segments,
    /// which nobody must refuse. If the path has only been down, it gets its segments back after ten minutes.
    /// </summary>
    /// <param name="waited">How long the timer ran, in ms.</param>
    /// <param name="now">The time in ms.</param>
    private void SuspectBlackHole(int waited, long now)
    {
        TcpControlBlock block = Block;
        int mss = block.SendMss;
        int again = _send.Count < block.SndWnd ? _send.Count : block.SndWnd;

        // The segment has gone out again twice; but when the size was raised without having carried anything yet, once is enough.
        bool onTrial = (Marks & PathProven) == 0 && mss == (int)((uint)_values[NarrowPath] >> 16);
        bool often = onTrial || (Marks & Retries) > OneRetry;

        // What could not leave, for want of a link or a neighbour, says nothing about the path.
        bool left = (uint)((int)now - _values[SentAt]) <= (uint)(waited + (waited >> 2));
        const int Safe = LeastPathMtu - NetworkStackOptions.HeaderLengths;
        if (often && left && mss > Safe && again > Safe)
        {
            _layer.Counters[StackCounter.TcpBlackHoles]++;
            LimitPathMtu(LeastPathMtu);
        }
    }

    /// <summary>
    /// Sends no packets above <paramref name="mtu"/> from now on, and what is out again in smaller ones. That is no sign of
    /// congestion (RFC 1191 6.4), so the windows stay.
    /// </summary>
    private void LimitPathMtu(int mtu)
    {
        int mss = (mtu < LeastPathMtu ? LeastPathMtu : mtu) - NetworkStackOptions.HeaderLengths;
        int before = Block.SendMss;
        if (mss < before)
        {
            Block.SendMss = mss;
            _layer.Counters[StackCounter.TcpPathMtuReductions]++;
            Marks &= ~PathProven;
            uint full = (uint)_values[NarrowPath] >> 16;
            _values[NarrowPath] = (int)(((full == 0 ? (uint)before : full) << 16) | PathTime(_layer.Ip.Now));
            GoBack();
            if ((Marks & Owned) != 0 || WaitingFor != null)
            {
                LookSoon();
            }
        }
    }

    /// <summary>
    /// RFC 1191 6.3: paths change, so the full size is tried again after ten minutes. A router that knows RFC 1191 says at once
    /// if it is still too much, and one that does not costs a timeout. Returns when to look again.
    /// </summary>
    private long WatchPath(long now)
    {
        TcpControlBlock block = Block;
        uint known = (uint)_values[NarrowPath];
        int full = (int)(known >> 16);
        if (block.SendMss == full)
        {
            return Never;
        }

        uint age = (PathTime(now) - known) & 0xFFFF;
        if (age < NarrowFor)
        {
            return now + ((NarrowFor - age) << PathClock);
        }

        block.SendMss = full;
        Marks &= ~PathProven;
        if (_values[CongestionControl.Window] < full)
        {
            // Less than one segment would let nothing out.
            _values[CongestionControl.Window] = full;
        }

        return Never;
    }

    private static uint PathTime(long time)
    {
        return (uint)(time >> PathClock) & 0xFFFF;
    }

    /// <summary>RFC 1191 5 and 7: a router that names no MTU has one of the usual ones.</summary>
    private static int NextPlateau(int length)
    {
        const int Ieee8023 = 1492;
        const int Arpanet = 1006;
        return length > Ieee8023 ? Ieee8023 : length > Arpanet ? Arpanet : LeastPathMtu;
    }
}
