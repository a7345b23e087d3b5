using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using TcpListener = NanoTcp.Tcp.TcpListener;

namespace NanoTcp.Tests.Peers;

/// <summary>
/// Somebody who knows addresses and ports of a connection with the kernel, but sees nothing of it, sends forged segments
/// and ICMP errors into it (RFC 5961, RFC 5927).
/// </summary>
[TestClass]
[TestCategory("Peers")]
public class BlindAttackTests
{
    private const int Port = 7000;

    /// <summary>A port that nobody has.</summary>
    private const int MarkPort = 1;

    [TestMethod]
    public void A_reset_with_a_guessed_sequence_number_does_not_end_a_connection_and_the_exact_one_does()
    {
        using Victim victim = new();
        uint next = victim.NextFromKernel();

        // RFC 5961 3.2: outside the window it is dropped without a word.
        foreach (uint sequence in new[] { next - 1, victim.WindowEdge(), next + 0x40000000 })
        {
            Assert.AreEqual(0, victim.Forge(sequence, SeenSegment.RstFlag).Length, "answers");
        }

        victim.AssertCarries();

        // Within it, but not the next number: the kernel is asked whether it meant that, and goes on.
        AssertChallenge(victim, victim.NextFromKernel() + 1, SeenSegment.RstFlag);
        AssertChallenge(victim, victim.WindowEdge() - 1, SeenSegment.RstFlag | SeenSegment.AckFlag);
        Assert.AreEqual(2, victim.Peer.Count(StackCounter.TcpChallengeAcks));

        victim.Forge(victim.NextFromKernel(), SeenSegment.RstFlag);
        victim.Peer.Until(() => victim.Connection.EndReason == TcpEndReason.Reset, "The exact reset is not taken.");

        // The kernel learns it when it speaks next.
        victim.Socket.Send("still there?"u8);
        SocketException problem = Assert.ThrowsExactly<SocketException>(() => victim.Socket.Receive(new byte[1]));
        Assert.AreEqual(SocketError.ConnectionReset, problem.SocketErrorCode);
        victim.Peer.Do(victim.Connection.Close);
        victim.Peer.End();
    }

    [TestMethod]
    public void A_SYN_does_not_end_a_connection_whatever_its_sequence_number()
    {
        // RFC 5961 4.2: a challenge, whatever the number.
        using Victim victim = new();
        foreach (uint away in new uint[] { 0, 1, 1000, 0x40000000, 0xFFFFFFFF })
        {
            AssertChallenge(victim, victim.NextFromKernel() + away, SeenSegment.SynFlag);
        }

        AssertChallenge(victim, victim.NextFromKernel() + 7, SeenSegment.SynFlag | SeenSegment.AckFlag);
        victim.End();
    }

    [TestMethod]
    public void Data_with_an_acknowledgment_out_of_range_is_not_taken()
    {
        // RFC 5961 5.2: a forger of data has to guess both numbers.
        using Victim victim = new();
        uint next = victim.NextFromKernel();
        uint acknowledged = victim.NextFromStack();
        AssertAsked(victim, victim.Forge(next, SeenSegment.AckFlag, acknowledged + 1, length: 20));
        AssertAsked(victim, victim.Forge(next, SeenSegment.AckFlag, acknowledged - 0x40000000, length: 20));
        Assert.AreEqual(0, victim.Forge(next, 0, acknowledged, length: 20).Length, "answers to data without ACK");
        victim.AssertCarries();
        victim.End();
    }

    [TestMethod]
    public void Challenges_are_limited_and_a_storm_of_forgeries_ends_nothing()
    {
        using Victim victim = new();
        long begun = victim.Peer.Milliseconds;
        for (uint i = 0; i < 500; i++)
        {
            victim.Forge(victim.NextFromKernel() + 1 + i, SeenSegment.RstFlag);
            victim.Forge(victim.NextFromKernel() + i, SeenSegment.SynFlag);
        }

        victim.AssertCarries();
        long challenges = victim.Peer.Count(StackCounter.TcpChallengeAcks);
        long most = TcpLimits.ChallengesPerInterval * (1 + ((victim.Peer.Milliseconds - begun) / TcpLimits.ChallengeInterval));
        Assert.IsInRange(1, most, challenges, "challenges to 1000 forgeries");
        Assert.AreEqual(1000, challenges + victim.Peer.Count(StackCounter.TcpChallengeAcksLimited));
        victim.End();
    }

    [TestMethod]
    public void ICMP_errors_do_not_end_a_connection_whether_or_not_their_sequence_number_is_right()
    {
        // RFC 5927 4.1 and 6.1; 0, 20, 68 and 65535 are next-hop MTUs that no router of today has.
        using Victim victim = new();
        SeenSegment about = victim.Peer.Recorder.All().Last(s => s.FromStack && s.Length != 0);
        foreach ((int code, int mtu) in new[] { (0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (4, 20), (4, 68), (4, 65535), (13, 0) })
        {
            victim.ForgeUnreachable(code, mtu, about, about.Sequence - 0x10000000);
            victim.ForgeUnreachable(code, mtu, about, victim.NextFromStack());
            victim.AssertCarries();

            // Data that is not acknowledged yet: the number is right, as if the forger had seen the segment.
            victim.Peer.Hold();
            victim.Peer.Do(() => victim.Connection.Write(new byte[100], 0, 100));
            victim.Peer.Until(() => victim.Peer.Recorder.All()[^1] is { FromStack: true, Length: 100 }, "The stack does not send.");
            SeenSegment outstanding = victim.Peer.Recorder.All()[^1];
            victim.ForgeUnreachable(code, mtu, outstanding, outstanding.Sequence);
            victim.Peer.Release();
            Assert.AreEqual(100, NamespaceSockets.Read(victim.Socket, 100).Length);
            victim.AssertCarries();
        }

        Assert.AreEqual(TcpEndReason.None, victim.Peer.Ask(() => victim.Connection.EndReason));
        victim.End();
    }

    /// <summary>Forges a segment; the stack asks the peer what it meant, and the connection goes on.</summary>
    private static void AssertChallenge(Victim victim, uint sequence, int flags)
    {
        AssertAsked(victim, victim.Forge(sequence, flags));
        victim.AssertCarries();
    }

    /// <summary>The answer is an acknowledgment of nothing new.</summary>
    private static void AssertAsked(Victim victim, SeenSegment[] answers)
    {
        string text = SegmentRecorder.Text(victim.Peer.Recorder.All());
        Assert.AreEqual(1, answers.Length, text);
        Assert.IsTrue(answers[0] is { Flags: SeenSegment.AckFlag, Length: 0 }, text);
        Assert.AreEqual(victim.NextFromKernel(), answers[0].Acknowledgment, text);
        Assert.AreEqual(victim.NextFromStack(), answers[0].Sequence, text);
    }

    /// <summary>A connection that the kernel has opened to the stack, and who wants to break it.</summary>
    private sealed class Victim : IDisposable
    {
        private readonly NetworkNamespace _space = new();
        private readonly ForgedPackets _forger;
        private readonly int _kernelPort;
        private uint _marks;

        internal Victim()
        {
            try
            {
                Peer = new TapStack(_space);
                _forger = new ForgedPackets(_space);
                TcpListener listener = Peer.Listen(Port);
                Socket = Peer.ConnectKernel(Port);
                _kernelPort = ((IPEndPoint)Socket.LocalEndPoint!).Port;
                Connection = Peer.Accept(listener);
                AssertCarries();
                Quiet();
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        internal TapStack Peer { get; }

        internal Socket Socket { get; }

        internal TcpConnection Connection { get; }

        /// <summary>The number that the kernel's next octet will have: RCV.NXT of the stack when all is quiet.</summary>
        internal uint NextFromKernel()
        {
            return Peer.Recorder.Of(_kernelPort).Last(s => s.FromStack && s.Ack).Acknowledgment;
        }

        /// <summary>The number that the stack's next octet will have, when all is quiet.</summary>
        internal uint NextFromStack()
        {
            return Peer.Recorder.Of(_kernelPort).Last(s => s.FromStack).Next;
        }

        /// <summary>The number after the last octet that the stack has offered to take.</summary>
        internal uint WindowEdge()
        {
            SeenSegment last = Peer.Recorder.Of(_kernelPort).Last(s => s.FromStack && s.Ack);
            return last.Acknowledgment + (uint)last.Window;
        }

        /// <summary>Sends a segment that seems to come from the kernel's end of the connection, which is at rest.</summary>
        /// <returns>What the stack answered.</returns>
        internal SeenSegment[] Forge(uint sequence, int flags, uint acknowledgment = 0, int length = 0)
        {
            int seen = Peer.Recorder.All().Count;
            long before = Peer.Count(StackCounter.TcpInSegs);
            _forger.SendSegment(TapStack.Parse(TapStack.KernelAddress), _kernelPort, Port, sequence, acknowledgment, flags, 1024, length);
            Peer.Until(() => Peer.Stack.Counters.GetValue(StackCounter.TcpInSegs) > before, "The forgery does not arrive.");
            return Peer.Recorder.All().Skip(seen).Where(s => s.FromStack).ToArray();
        }

        internal void ForgeUnreachable(int code, int mtu, SeenSegment about, uint sequence)
        {
            // While the cable is held back it arrives later; the data that follows arrives after it.
            _forger.SendUnreachable(TapStack.Parse(TapStack.KernelAddress), code, mtu, about, sequence);
        }

        /// <summary>The connection still carries data both ways.</summary>
        internal void AssertCarries()
        {
            OpenAndCloseOverTapTests.AssertCarries(Peer, Connection, Socket, 3000);
            Quiet();
        }

        internal void End()
        {
            Socket.Close();
            Peer.Until(() => Connection.EndOfStream, "The kernel's FIN does not arrive.");
            Peer.Do(Connection.Close);
            Peer.End();
        }

        public void Dispose()
        {
            Socket?.Dispose();
            _forger?.Dispose();
            Peer?.Dispose();
            _space.Dispose();
        }

        /// <summary>
        /// Waits until both have acknowledged everything, and nothing is on its way any more: the kernel repeats what has waited for
        /// its acknowledgment for some milliseconds (RFC 8985 7.2), and what it repeats would be answered.
        /// </summary>
        private void Quiet()
        {
            Peer.Until(
                () =>
                {
                    IReadOnlyList<SeenSegment> seen = Peer.Recorder.Of(_kernelPort);
                    SeenSegment? kernel = seen.LastOrDefault(s => !s.FromStack && s.Length != 0);
                    SeenSegment? own = seen.LastOrDefault(s => s.FromStack);
                    return Connection.Unacknowledged == 0 && kernel != null && own != null && (int)(own.Acknowledgment - kernel.Next) >= 0;
                },
                "The connection does not come to rest.");

            // tcp_info: eight octets, then rto, ato, snd_mss, rcv_mss and unacked (linux/tcp.h).
            const int TcpInfo = 11;
            const int Unacknowledged = 24;
            byte[] info = new byte[Unacknowledged + 4];
            Stopwatch watch = Stopwatch.StartNew();
            do
            {
                Assert.IsLessThan(60, watch.Elapsed.TotalSeconds, "The kernel's data is not acknowledged.");
                Socket.GetRawSocketOption((int)SocketOptionLevel.Tcp, TcpInfo, info);
            }
            while (BitConverter.ToInt32(info, Unacknowledged) != 0);

            // What is sent last arrives last: a reset that is for nobody, and is not answered (RFC 9293 3.10.7.1).
            uint mark = ++_marks;
            _forger.SendSegment(TapStack.Parse(TapStack.KernelAddress), MarkPort, MarkPort, mark, 0, SeenSegment.RstFlag);
            Peer.Until(
                () =>
                {
                    SeenSegment[] arrived = Peer.Recorder.All().Where(s => !s.FromStack).ToArray();
                    return arrived[^1].KernelPort == MarkPort && arrived[^1].Sequence == mark
                        && Peer.Stack.Counters.GetValue(StackCounter.TcpInSegs) == arrived.Length;
                },
                "The mark does not arrive.");
        }
    }
}
