using System;
using NanoTcp.Host.Cable;
using NanoTcp.Primitives;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.Simulation;

/// <summary>Whatever the network does, every octet arrives once, in order and unchanged, and everything ends in order.</summary>
[TestClass]
public sealed class LossyTransferTests
{
    private const int Seeds = 300;
    private const int Port = 7000;

    [TestMethod]
    public void Nothing_is_lost_on_a_good_network()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            Transfer(seed, Impairments.None, 200_000, 600_000);
        }
    }

    [TestMethod]
    public void No_octet_is_lost_under_ten_percent_loss()
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            Transfer(seed, new Impairments { Seed = seed, Loss = 0.1 }, 20_000, 3_600_000);
        }
    }

    [TestMethod]
    [DataRow(TcpCongestionControl.NewReno, Seeds)]
    [DataRow(TcpCongestionControl.Cubic, Seeds / 5)]
    [DataRow(TcpCongestionControl.None, Seeds / 5)]
    public void No_octet_is_lost_under_loss_duplication_reordering_corruption_and_delay(TcpCongestionControl algorithm, int seeds)
    {
        for (ulong seed = 1; seed <= (ulong)seeds; seed++)
        {
            Impairments impairments = new()
            {
                Seed = seed,
                Loss = 0.05,
                Duplication = 0.05,
                Reordering = 0.1,
                Corruption = 0.03, // of one bit: the most that the Internet checksum finds without fail
                MinDelay = TimeSpan.FromMilliseconds(1),
                MaxDelay = TimeSpan.FromMilliseconds(30),
            };
            Transfer(seed, impairments, 20_000, 3_600_000, options => options.CongestionControl = algorithm);
        }
    }

    [TestMethod]
    [DataRow(TcpCongestionControl.NewReno)]
    [DataRow(TcpCongestionControl.Cubic)]
    public void RFC_3168_marks_slow_a_transfer_down_and_nothing_is_sent_again(TcpCongestionControl algorithm)
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            Impairments impairments = new() { Seed = seed, Marking = 0.1, MinDelay = TimeSpan.FromMilliseconds(10) };
            TwoHosts hosts = Transfer(seed, impairments, 100_000, 600_000, options =>
            {
                options.CongestionControl = algorithm;
                options.Ecn = true;
            });
            string context = $"seed {seed}";
            Assert.AreEqual(0, hosts.Client.Counters.GetValue(StackCounter.TcpRetransSegs), context);
            long marked = hosts.ClientPort.Counters.GetValue(CablePort.FramesMarked);
            Assert.IsGreaterThan(0, marked, context);
            Assert.AreEqual(marked, hosts.Server.Counters.GetValue(StackCounter.TcpCeRcvd), context);
            long signals = hosts.Client.Counters.GetValue(StackCounter.TcpEcnSignals);
            Assert.IsTrue(signals > 0 && signals <= marked, $"{context}: {signals} reductions for {marked} marks");
        }
    }

    [TestMethod]
    public void No_octet_is_lost_under_loss_and_marks()
    {
        for (ulong seed = 1; seed <= Seeds / 5; seed++)
        {
            Impairments impairments = new()
            {
                Seed = seed,
                Loss = 0.05,
                Duplication = 0.05,
                Reordering = 0.1,
                Marking = 0.1,
                MaxDelay = TimeSpan.FromMilliseconds(30),
            };
            Transfer(seed, impairments, 20_000, 3_600_000, options => options.Ecn = true);
        }
    }

    /// <summary>Both sides send so many octets at once and close; the sizes of buffers, segments, writes and reads come from the seed.</summary>
    private static TwoHosts Transfer(
        ulong seed, Impairments impairments, int octets, long limit, Action<NetworkStackOptions>? configure = null)
    {
        Random random = new((int)seed);
        int buffer = random.Next(256, 9000);
        int mss = random.Next(64, 1461);
        TwoHosts hosts = new(
            seed,
            impairments,
            new Impairments
            {
                Seed = impairments.Seed + 77,
                Loss = impairments.Loss,
                Duplication = impairments.Duplication,
                Reordering = impairments.Reordering,
                Corruption = impairments.Corruption,
                Marking = impairments.Marking,
                MinDelay = impairments.MinDelay,
                MaxDelay = impairments.MaxDelay,
            },
            configure: options =>
            {
                options.ReceiveBuffer = buffer;
                options.SendBuffer = buffer;
                options.MaxSegmentSize = mss;
                configure?.Invoke(options);
            });
        string context = $"seed {seed}, buffer {buffer}, MSS {mss}";
        TcpListener listener = hosts.Server.Listen(Port, 2);
        TcpConnection client = hosts.Client.Connect(TwoHosts.ServerAddress, Port);
        TcpConnection? server = null;
        Peer? left = new(client, random.Next(), octets, random);
        Peer? right = null;
        bool done = hosts.RunUntil(
            () =>
            {
                if (server == null && (server = listener.Accept()) != null)
                {
                    right = new Peer(server, random.Next(), octets, random);
                }

                left.Expect(right);
                right?.Expect(left);
                return left.Work(context) & (right != null && right.Work(context));
            },
            limit);
        Assert.IsTrue(done, $"{context}: not finished after {limit} ms; client {client.State} {client.EndReason} got {left.Received}, server {server?.State} {server?.EndReason} got {right?.Received}");
        client.Close();
        server!.Close();
        hosts.AssertBalanced();
        Assert.AreEqual(0, hosts.Client.Counters.GetValue(StackCounter.TcpGiveUps), context);
        return hosts;
    }

    private sealed class Peer(TcpConnection connection, int seed, int octets, Random random)
    {
        private readonly byte[] _buffer = new byte[3000];
        private int _sent;
        private bool _closed;
        private Peer? _other;

        internal int Received { get; private set; }

        private byte Octet(int index) => (byte)(((index * 2654435761L) >> 7) + seed);

        internal void Expect(Peer? other) => _other = other;

        /// <summary>Reads and writes what can be; true when all is sent, closed, received and ended in order.</summary>
        internal bool Work(string context)
        {
            int read = connection.Read(_buffer, 0, random.Next(1, _buffer.Length));
            for (int i = 0; i < read; i++)
            {
                Assert.AreEqual(_other!.Octet(Received + i), _buffer[i], $"{context}: octet {Received + i}");
            }

            Received += read;
            int length = Math.Min(random.Next(1, _buffer.Length), octets - _sent);
            if (!_closed && length > 0)
            {
                for (int i = 0; i < length; i++)
                {
                    _buffer[i] = Octet(_sent + i);
                }

                _sent += connection.Write(_buffer, 0, length);
            }

            if (!_closed && _sent == octets)
            {
                connection.CloseSend();
                _closed = true;
            }

            if (connection.EndOfStream)
            {
                Assert.AreEqual(octets, Received, $"{context}: the stream ended early");
            }

            Assert.IsTrue(
                connection.EndReason is TcpEndReason.None or TcpEndReason.Closed, $"{context}: {connection.EndReason}");
            return _closed && connection.EndOfStream && connection.EndReason == TcpEndReason.Closed;
        }
    }
}
