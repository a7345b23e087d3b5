using System;
using System.Collections.Generic;
using System.Linq;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>
/// A rule in every state: brings a connection into a state by a trace, and says whether it is still there. The peer's
/// SYN has the last sequence number of all, so that its numbers wrap exactly at the left edge of the window.
/// </summary>
public abstract class EveryStateTest : TraceTest
{
    /// <summary>The octets of the window, as a relative number of the peer: it was never moved.</summary>
    private const int WindowEnd = 2049;

    /// <summary>What exists and is synchronized, and SYN-RECEIVED: the states of RFC 9293 3.10.7.4.</summary>
    public static IEnumerable<object[]> OtherStates => Rows(place => place >= Place.SynReceived);

    /// <summary>The synchronized states, which know both sides' numbers.</summary>
    public static IEnumerable<object[]> SynchronizedStates => Rows(place => place >= Place.Established);

    /// <summary>Those whose connection still has its owner.</summary>
    public static IEnumerable<object[]> HeldStates => Rows(place => place == Place.SynSent || (place > Place.SynReceived && IsHeld(place)));

    /// <summary>Those after the peer's FIN.</summary>
    public static IEnumerable<object[]> StatesAfterThePeersFin => Rows(place => place >= Place.Closing);

    private protected Place Where { get; private set; }

    /// <summary>RCV.NXT, relative.</summary>
    private protected int RcvNxt { get; private set; }

    /// <summary>One beyond the window, relative.</summary>
    private protected int RcvEnd => IsRecord ? RcvNxt + 1 : WindowEnd;

    /// <summary>SND.NXT, relative.</summary>
    private protected int SndNxt { get; private set; }

    /// <summary>SND.UNA, relative.</summary>
    private protected int SndUna { get; private set; }

    /// <summary>What an answer that changes nothing looks like.</summary>
    private protected string BareAcknowledgment => $"ACK seq {SndNxt} ack {RcvNxt}";

    /// <summary>True when only a record of the TIME-WAIT table is left. It knows no window.</summary>
    private protected bool IsRecord { get; private set; }

    private protected bool IsTimeWait => Where is Place.TimeWait or Place.TimeWaitGivenBack;

    private protected bool IsSynReceived => Where is Place.SynReceived or Place.SynReceivedActive;

    private protected static bool IsHeld(Place place)
    {
        return place is not (Place.EstablishedNotAccepted or Place.FinWait1GivenBack or Place.FinWait2GivenBack
            or Place.ClosingGivenBack or Place.TimeWaitGivenBack or Place.LastAckGivenBack);
    }

    /// <summary>Goes there, all at 0 ms.</summary>
    private protected void Enter(Place place)
    {
        Where = place;
        if (place is Place.SynSent or Place.SynReceivedActive)
        {
            EnterByConnecting(place);
            return;
        }

        Listen();
        T.Peer.Iss = uint.MaxValue;
        if (place is Place.Closed or Place.Listen)
        {
            T.Peer.StackPort += place == Place.Closed ? 1 : 0;
            T.Peer.StackIss = 0xFFFFFFF0;
            return;
        }

        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Numbers(0, 1, 1);
        if (place == Place.SynReceived)
        {
            return;
        }

        Send("ACK seq 1 ack 1");
        Numbers(1, 1, 1);
        if (place == Place.EstablishedNotAccepted)
        {
            return;
        }

        Accept();
        switch (place)
        {
            case Place.FinWait1 or Place.FinWait1GivenBack:
                EnterFinWait1();
                break;

            case Place.FinWait2 or Place.FinWait2GivenBack:
                EnterFinWait1();
                Send("ACK seq 1 ack 2");
                Numbers(2, 2, 1);
                break;

            case Place.Closing or Place.ClosingGivenBack:
                EnterFinWait1();
                Send("FIN,ACK seq 1 ack 1");
                Expect("ACK seq 2 ack 2");
                Numbers(1, 2, 2);
                break;

            case Place.TimeWait or Place.TimeWaitGivenBack:
                EnterFinWait1();
                Send("FIN,ACK seq 1 ack 2");
                Expect("ACK seq 2 ack 2");
                Numbers(2, 2, 2);
                break;

            case Place.CloseWait or Place.LastAck or Place.LastAckGivenBack:
                Send("FIN,ACK seq 1 ack 1");
                Expect("ACK seq 1 ack 2");
                Numbers(1, 1, 2);
                if (place != Place.CloseWait)
                {
                    CloseHalf();
                    Expect("FIN,ACK seq 1 ack 2");
                    Numbers(1, 2, 2);
                }

                break;
        }

        IsRecord = T.Stack.TimeWaitCount != 0;
        Stays();
    }

    /// <summary>Nothing has changed: the connection, the handshake or the record is where it was.</summary>
    private protected void Stays()
    {
        switch (Where)
        {
            case Place.Closed or Place.Listen:
                T.Check(0, T.Stack.HalfOpenCount, "half open");
                T.Check(T.Stack.ConnectionCapacity, T.Stack.FreeConnections, "free connections");
                break;

            case Place.SynReceived:
                T.Check(1, T.Stack.HalfOpenCount, "half open");
                T.Check(T.Stack.ConnectionCapacity, T.Stack.FreeConnections, "free connections");
                break;

            case Place.EstablishedNotAccepted:
                T.Check(1, T.Listener.Pending, "waiting to be accepted");
                break;

            case Place.FinWait1GivenBack or Place.FinWait2GivenBack or Place.ClosingGivenBack
                or Place.TimeWaitGivenBack or Place.LastAckGivenBack:
                T.Check(IsRecord ? 1 : 0, T.Stack.TimeWaitCount, "records of closing connections");
                T.Check(IsRecord ? 0 : 1, T.Stack.ConnectionCapacity - T.Stack.FreeConnections, "connections in use");
                break;

            default:
                Is(StateOf(Where));
                break;
        }
    }

    /// <summary>The connection has ended; whatever it occupied is free, and its owner knows why.</summary>
    private protected void IsGone(TcpEndReason reason)
    {
        T.Check(0, T.Stack.HalfOpenCount, "half open");
        T.Check(0, T.Stack.TimeWaitCount, "records of closing connections");
        if (Where >= Place.SynReceivedActive && IsHeld(Where))
        {
            Ended(reason);
            Close();
        }

        T.Check(T.Stack.ConnectionCapacity, T.Stack.FreeConnections, "free connections");
        ExpectNothing();
    }

    /// <summary>The peer repeats itself a hundred times: at most ten of these in a row are answered (RFC 5961 7).</summary>
    private protected void IsAnsweredAFewTimes(params string[] segments)
    {
        int answers = 0;
        for (int i = 0; i < 100; i++)
        {
            Send(segments[i % segments.Length]);
            while (T.Bench.Sent.Count != 0)
            {
                Expect(BareAcknowledgment);
                answers++;
            }
        }

        // A record counts also what it answered before.
        int fewest = IsRecord ? TcpLimits.ChallengesPerInterval - 1 : TcpLimits.ChallengesPerInterval;
        T.Check(true, answers >= fewest && answers <= TcpLimits.ChallengesPerInterval, $"{answers} answers are right");
        Stays();
    }

    private static IEnumerable<object[]> Rows(Func<Place, bool> which)
    {
        return Enum.GetValues<Place>().Where(which).Select(place => new object[] { place });
    }

    private static TcpState StateOf(Place place) => place switch
    {
        Place.SynSent => TcpState.SynSent,
        Place.SynReceivedActive => TcpState.SynReceived,
        Place.Established => TcpState.Established,
        Place.FinWait1 => TcpState.FinWait1,
        Place.FinWait2 => TcpState.FinWait2,
        Place.Closing => TcpState.Closing,
        Place.TimeWait => TcpState.TimeWait,
        Place.CloseWait => TcpState.CloseWait,
        Place.LastAck => TcpState.LastAck,
        _ => TcpState.Closed,
    };

    private void EnterByConnecting(Place place)
    {
        Connecting();
        T.Peer.Iss = uint.MaxValue;
        Connect();
        Expect("SYN seq 0 mss 1460");
        Numbers(0, 1, 0);
        if (place == Place.SynReceivedActive)
        {
            Send("SYN seq 0 win 4000 mss 1000");
            Expect("SYN,ACK seq 0 ack 1 mss 1460");
            Numbers(0, 1, 1);
        }

        Stays();
    }

    private void EnterFinWait1()
    {
        CloseHalf();
        Expect("FIN,ACK seq 1 ack 1");
        Numbers(1, 2, 1);
    }

    /// <summary>The owner closes the sending side, or gives the connection back, which does the same.</summary>
    private void CloseHalf()
    {
        if (IsHeld(Where))
        {
            CloseSend();
        }
        else
        {
            Close();
        }
    }

    private void Numbers(int sndUna, int sndNxt, int rcvNxt)
    {
        SndUna = sndUna;
        SndNxt = sndNxt;
        RcvNxt = rcvNxt;
    }
}
