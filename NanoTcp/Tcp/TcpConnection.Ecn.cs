using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Tcp;

// Explicit Congestion Notification, RFC 3168: routers mark segments instead of dropping them, and the receiver echoes it.
public sealed partial class TcpConnection
{
    /// <summary>Our SYN asked for ECN, and no answer has come yet.</summary>
    private const int EcnAsked = 0x01000000;

    /// <summary>Both sides use ECN.</summary>
    internal const int EcnAgreed = 0x02000000;

    /// <summary>Every acknowledgment carries ECN-Echo, until the peer says that it has sent less.</summary>
    private const int EcnEcho = 0x04000000;

    /// <summary>The congestion window was reduced: the next new data says so.</summary>
    private const int EcnReduced = 0x08000000;

    /// <summary>Marked even with a window of one segment: new data waits for the timer.</summary>
    private const int EcnHeld = 0x10000000;

    /// <summary>Where <see cref="EcnBits"/> has those of the IP header.</summary>
    private const int EcnShift = 16;

    /// <summary>True when both sides have agreed to use Explicit Congestion Notification (<see cref="NetworkStackOptions.Ecn"/>).</summary>
    public bool Ecn
    {
        get { return (Marks & EcnAgreed) != 0; }
    }

    /// <summary>What a segment says about ECN; only on connections that asked for it or have it.</summary>
    private void ProcessEcn(int flags, int actions, long now)
    {
        if ((Marks & EcnAgreed) == 0)
        {
            ProcessEcnAnswer(flags, actions);
            return;
        }

        if ((actions & (TcpActions.Text | TcpActions.OutOfOrder)) != 0)
        {
            // RFC 3168 6.1.3. Only of data within the window (6.1.5), or forged marks could stop us. A marked segment that
            // tells of a reduction was marked after it.
            if ((flags & TcpSegment.Cwr) != 0)
            {
                Marks &= ~EcnEcho;
            }

            if ((flags & TcpSegment.Marked) != 0)
            {
                Marks |= EcnEcho;
                _layer.Counters[StackCounter.TcpCeRcvd]++;
            }
        }

        const int Current = TcpActions.Acknowledged | TcpActions.Duplicate | TcpActions.Window;
        if ((flags & TcpSegment.Ece) != 0 && (actions & Current) != 0)
        {
            ProcessEcho(now);
        }
    }

    /// <summary>RFC 3168 6.1.1: the answer to our SYN decides. A simultaneous open does without.</summary>
    private void ProcessEcnAnswer(int flags, int actions)
    {
        const int Setup = TcpSegment.Syn | TcpSegment.Ece | TcpSegment.Cwr;
        if (Block.State != TcpState.SynSent)
        {
            Marks &= ~EcnAsked;
            if ((actions & TcpActions.Opened) != 0 && (flags & Setup) == (TcpSegment.Syn | TcpSegment.Ece))
            {
                Marks |= EcnAgreed;
            }
        }
    }

    /// <summary>RFC 3168 6.1.2: less, once for each window of data.</summary>
    private void ProcessEcho(long now)
    {
        TcpControlBlock block = Block;
        bool least = _values[CongestionControl.Window] <= block.SendMss;
        if (!_layer.Congestion.CongestionExperienced(_values, block.SndUna, block.SndMax, block.SendMss))
        {
            return;
        }

        _layer.Counters[StackCounter.TcpEcnSignals]++;
        Marks |= EcnReduced | OutputDue;
        if (least && (Marks & Probing) == 0 && block.State != TcpState.TimeWait)
        {
            // A window cannot be smaller, only slower: the next segment goes out when the timer runs out. Where the timer has
            // another meaning, it is slow enough, or nothing is to come.
            Marks |= EcnHeld;
            _timerAt = now + _roundTrip.Timeout;
        }
    }

    /// <summary>The ECN bits of a segment with data: of the TCP header, and in bits 16 and 17 those of the IP header.</summary>
    /// <param name="fresh">New data, and no probe: only that may be marked (RFC 3168 6.1.4, 6.1.5, 6.1.6).</param>
    private int EcnBits(bool fresh)
    {
        int bits = (Marks & EcnEcho) != 0 ? TcpSegment.Ece : 0;
        if (fresh)
        {
            bits |= Ipv4Header.Ect0 << EcnShift;
            if ((Marks & EcnReduced) != 0)
            {
                bits |= TcpSegment.Cwr;
                Marks &= ~EcnReduced;
            }
        }

        return bits;
    }
}
