using System;
using NanoTcp.Tcp;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>
/// A peer that knows all numbers and obeys no rule: any control bits at the edges of both windows, from seeds. Whatever it
/// sends, the state moves only along figure 5 of RFC 9293, nothing is delivered twice or out of place, the window never
/// shrinks, answers stay few, and in the end everything is given back.
/// </summary>
[TestClass]
public sealed class HostilePeerTests : TraceTest
{
    private const int Steps = 60;
    private static readonly int[] Windows = [0, 1, 500, 4000, 65_535];
    private Random _random = new(0);
    private uint _rightEdge;
    private string _story = "";

    [TestMethod]
    [DataRow(1, 200)]
    [DataRow(1001, 200)]
    public void Whatever_a_peer_sends_states_move_by_the_rules_and_everything_ends(int firstSeed, int seeds)
    {
        for (int seed = firstSeed; seed < firstSeed + seeds; seed++)
        {
            _random = new Random(seed);
            _story = $"seed {seed}";
            Open();
            for (int step = 0; step < Steps && State != TcpState.Closed; step++)
            {
                TcpState before = State;
                Act();
                Check(MayFollow(before, State), $"from {before} to {State}");
                CheckNumbers();
            }

            // The peer falls silent. Only the states in which nothing is expected of it last; then nobody needs those either.
            Silence();
            Check(
                State is TcpState.Closed or TcpState.Established or TcpState.CloseWait or TcpState.FinWait2,
                $"{State} lasts for ever");
            Close();
            Silence();
            Check(T.Stack.FreeConnections == T.Stack.ConnectionCapacity, $"a connection was left in {State}");
            Check(T.Stack.TimeWaitCount == 0, "a record was left");
            T.Finish();
        }
    }

    [TestMethod]
    [DataRow(1, 300)]
    public void Whatever_a_peer_sends_to_what_was_given_back_it_ends(int firstSeed, int seeds)
    {
        for (int seed = firstSeed; seed < firstSeed + seeds; seed++)
        {
            _random = new Random(seed);
            _story = $"seed {seed}";
            Open();
            for (int step = _random.Next(Steps); step > 0 && State != TcpState.Closed; step--)
            {
                Act();
            }

            TcpControlBlock block = Connection.Block;
            uint una = block.SndUna;
            uint max = block.SndMax + 1;
            uint rcvNxt = block.RcvNxt;
            int held = block.RcvWnd;
            _story += "; CLOSE";
            Close();
            T.Bench.Sent.Clear();
            for (int step = 0; step < Steps; step++)
            {
                string segment = Segment(una, max, rcvNxt, held);
                _story += "; " + segment;
                T.Send(segment);
                Check(T.Bench.Sent.Count <= 6, $"{T.Bench.Sent.Count} answers to one segment");
                T.Bench.AdvanceTo(T.Bench.Now + (_random.Next(8) == 0 ? 3000 : 1));
                T.Bench.Sent.Clear();
            }

            // What a SYN has begun ends with its listener.
            Silence();
            Check(T.Stack.HalfOpenCount == 0 && T.Stack.TimeWaitCount == 0, "a record was left");
            T.Finish();
        }
    }

    /// <summary>Figure 5, with every reset, and two arrows in one segment.</summary>
    private static bool MayFollow(TcpState before, TcpState after)
    {
        return before == after || after == TcpState.Closed || before switch
        {
            TcpState.SynSent => after is TcpState.SynReceived or TcpState.Established or TcpState.FinWait1,
            TcpState.SynReceived => after is TcpState.Established or TcpState.FinWait1 or TcpState.CloseWait or TcpState.Closing,
            TcpState.Established => after is TcpState.FinWait1 or TcpState.CloseWait,
            TcpState.FinWait1 => after is TcpState.FinWait2 or TcpState.Closing or TcpState.TimeWait,
            TcpState.FinWait2 => after is TcpState.TimeWait,
            TcpState.Closing => after is TcpState.TimeWait,
            TcpState.CloseWait => after is TcpState.LastAck,
            _ => false,
        };
    }

    private void Open()
    {
        switch (_random.Next(3))
        {
            case 0:
                OpenPassive(window: Windows[_random.Next(Windows.Length)]);
                break;

            case 1:
                OpenActive(window: Windows[_random.Next(Windows.Length)]);
                break;

            default:
                Connecting();
                Connect();
                Expect("SYN seq 0 mss 1460");
                Send("SYN seq 0 win 4000 mss 1000");
                Expect("SYN,ACK seq 0 ack 1 mss 1460");
                break;
        }

        _rightEdge = Connection.Block.RcvAdv;
    }

    private void Act()
    {
        switch (_random.Next(8))
        {
            case 0:
                if (Connection.Writable != 0)
                {
                    T.Write(_random.Next(1, 1500));
                    _story += "; WRITE";
                }

                break;

            case 1:
                T.Read(_random.Next(1, 2048));
                _story += "; READ";
                break;

            case 2:
                if (_random.Next(6) == 0)
                {
                    CloseSend();
                    _story += "; CLOSE-SEND";
                }

                break;

            case 3:
                T.Bench.AdvanceTo(T.Bench.Now + (_random.Next(4) == 0 ? 3000 : _random.Next(50)));
                _story += "; WAIT";
                break;

            default:
                string segment = Segment();
                _story += "; " + segment;
                T.Send(segment);
                int answers = T.Bench.Sent.Count;
                Check(answers <= 6, $"{answers} answers to one segment");
                break;
        }

        Drain();
    }

    private string Segment()
    {
        TcpControlBlock block = Connection.Block;
        return Segment(block.SndUna, block.SndMax, block.RcvNxt, block.RcvWnd);
    }

    /// <summary>Any segment near these edges.</summary>
    private string Segment(uint sndUna, uint sndMax, uint nextExpected, int window)
    {
        int rcvNxt = (int)(nextExpected - T.Peer.Iss);
        int sequence = rcvNxt + Pick(0, 0, 0, 0, -1, 1, window - 1, window, window + 1, -10, 100, 500, -5000);
        int una = (int)(sndUna - T.Peer.StackIss);
        int max = (int)(sndMax - T.Peer.StackIss);
        int ack = Pick(una, una, max, max, max, una + ((max - una) / 2), una - 1, max + 1, una - 70_000, max + 70_000, 0);
        int text = Pick(0, 0, 0, 1, 10, 100, 1000, 1460);
        string flags = _random.Next(40) switch
        {
            0 => "RST",
            1 => "RST,ACK",
            2 or 3 => "SYN",
            4 => "SYN,ACK",
            5 => "none",
            6 => "FIN,PSH,URG",
            7 => "SYN,FIN,ACK",
            8 or 9 or 10 or 11 => "FIN,ACK",
            12 => "URG,PSH,ACK",
            _ => "ACK",
        };
        string acknowledges = flags.Contains("ACK", StringComparison.Ordinal) ? $" ack {ack}" : "";
        string length = text == 0 ? "" : $" len {text}";
        return $"{flags} seq {sequence}{acknowledges}{length} win {Windows[_random.Next(Windows.Length)]}";
    }

    private int Pick(params int[] choices) => choices[_random.Next(choices.Length)];

    /// <summary>What the stack has sent: its right edge never goes back, and it resets nobody on its own.</summary>
    private void Drain()
    {
        while (T.Bench.Sent.TryDequeue(out SentFrame frame))
        {
            int tcp = Frames.EthernetLength + Frames.Ipv4Length;
            int flags = frame.Octets[tcp + 13];
            if ((flags & TraceSegment.Rst) != 0)
            {
                // For a wrong acknowledgment before it is open, or because it was given up.
                Check(State is TcpState.SynReceived or TcpState.Closed, "a reset in a synchronized state");
                continue;
            }

            uint edge = Frames.Get32(frame.Octets, tcp + 8) + (uint)Frames.Get16(frame.Octets, tcp + 14);
            Check((int)(edge - _rightEdge) >= 0 || State == TcpState.SynReceived, "the window shrank");
            _rightEdge = edge;
        }
    }

    private void Silence()
    {
        T.Bench.AdvanceTo(T.Bench.Now + 400_000);
        T.Bench.Sent.Clear();
    }

    private void CheckNumbers()
    {
        TcpControlBlock block = Connection.Block;
        Check((int)(block.SndNxt - block.SndUna) >= 0, "SND.NXT is before SND.UNA");
        Check((int)(block.SndMax - block.SndNxt) >= 0, "SND.NXT is beyond all that was sent");
        Check(block.RcvWnd >= 0, "the window is negative");
        Check(Connection.Readable + block.RcvWnd <= 2048, "more was promised than the ring holds");
        Check(State == TcpState.Closed || Connection.Unacknowledged >= (int)(block.SndMax - block.SndUna) - 2, "octets were forgotten");
    }

    private void Check(bool holds, string what)
    {
        Assert.IsTrue(holds, $"{what}\n{_story}");
    }
}
