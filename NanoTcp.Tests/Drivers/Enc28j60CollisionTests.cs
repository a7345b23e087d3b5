using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Drivers;

/// <summary>
/// The driver on a half-duplex wire with all that happens there: what must be sent again is (DS80349 errata 12, 13, 15),
/// what may be given up is counted, and nothing waits for longer than its timeouts.
/// </summary>
[TestClass]
public sealed class Enc28j60CollisionTests : Enc28j60TestBase
{
    private const int Frames = 300;

    /// <summary>Four timeouts of 20 ms, and the recovery that comes after them.</summary>
    private const int LongestWait = (4 * 20) + 50;

    [TestMethod]
    public void Collisions_within_the_window_cost_no_frame()
    {
        DriverBench bench = Started();
        bench.Chip.Faults.Collisions = 300_000;
        Traffic traffic = new(bench);
        traffic.Run();
        Assert.AreEqual(Frames, traffic.Arrived);
        Assert.AreEqual(Frames, traffic.Received);
        Assert.IsGreaterThan(50, bench.Chip.Wire.Collisions);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.TxErrors));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void Erratum_15_late_collisions_cost_no_frame()
    {
        DriverBench bench = Started();
        bench.Chip.Faults.LateCollisions = 300_000;
        Traffic traffic = new(bench);
        traffic.Run();
        Assert.AreEqual(Frames, traffic.Arrived);
        Assert.AreEqual(Frames, traffic.Received);
        Assert.AreEqual(bench.Chip.Wire.LateCollisions, bench.Count(Enc28j60Counters.TxLateCollisions));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.TxErrors));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    [DataRow((byte)5)]
    [DataRow((byte)6)]
    public void Erratum_13_link_pulses_cost_no_frame_unless_the_logic_hangs_four_times_running(byte revision)
    {
        DriverBench bench = Started(new Enc28j60ChipOptions { Revision = revision });
        bench.Chip.Faults.LinkPulseCollisions = 200_000;
        Traffic traffic = new(bench);
        traffic.Run();
        Assert.IsGreaterThan(5, bench.Chip.Wire.StuckTransmissions);
        AssertAccounted(bench, traffic);
        Assert.AreEqual(bench.Count(Enc28j60Counters.TxStalls), bench.Count(Enc28j60Counters.TxErrors));
    }

    [TestMethod]
    [DataRow(StuckTransmission.WithoutFlags)]
    [DataRow(StuckTransmission.WithTransmitError)]
    [DataRow(StuckTransmission.WithBoth)]
    [DataRow(StuckTransmission.Any)]
    public void Stuck_transmissions_cost_no_frame_unless_four_come_running(StuckTransmission kind)
    {
        DriverBench bench = Started();
        bench.Chip.Faults.StuckTransmissions = 200_000;
        bench.Chip.Faults.StuckTransmission = kind;
        Traffic traffic = new(bench);
        traffic.Run();
        Assert.IsGreaterThan(20, bench.Chip.Wire.StuckTransmissions);
        AssertAccounted(bench, traffic);
        Assert.AreEqual(bench.Count(Enc28j60Counters.TxStalls), bench.Count(Enc28j60Counters.TxErrors));
    }

    [TestMethod]
    public void Lost_requests_cost_no_frame_unless_four_come_running()
    {
        DriverBench bench = Started();
        bench.Chip.Faults.LostTransmitRequests = 100_000;
        Traffic traffic = new(bench);
        traffic.Run();
        Assert.IsGreaterThan(10, bench.Chip.Wire.LostTransmitRequests);
        AssertAccounted(bench, traffic);
        Assert.AreEqual(bench.Chip.Wire.LostTransmitRequests, bench.Count(Enc28j60Counters.TxTimeouts));
        Assert.AreEqual(bench.Count(Enc28j60Counters.TxStalls), bench.Count(Enc28j60Counters.TxErrors));
    }

    [TestMethod]
    [DataRow(1ul)]
    [DataRow(2ul)]
    [DataRow(3ul)]
    public void With_everything_at_once_every_frame_arrives_or_is_counted_as_given_up(ulong seed)
    {
        DriverBench bench = Started(new Enc28j60ChipOptions { FaultSeed = seed });
        Enc28j60Faults faults = bench.Chip.Faults;
        faults.Collisions = 300_000;
        faults.LateCollisions = 100_000;
        faults.LinkPulseCollisions = 100_000;
        faults.StuckTransmissions = 100_000;
        faults.StuckTransmission = StuckTransmission.Any;
        faults.LostTransmitRequests = 100_000;
        Traffic traffic = new(bench);
        traffic.Run();
        AssertAccounted(bench, traffic);
        Assert.IsGreaterThan(Frames - 20, traffic.Arrived);

        // And when it is over, it is over.
        faults.Clear();
        bench.RunUntil(() => bench.Driver.CanSend, LongestWait);
        long retries = bench.Count(Enc28j60Counters.TxRetries);
        for (int i = 0; i < 20; i++)
        {
            byte[] frame = DriverBench.Frame(200 + i, i);
            bench.Send(frame);
            bench.ExpectArrival(frame, 5);
        }

        Assert.AreEqual(retries, bench.Count(Enc28j60Counters.TxRetries));
    }

    [TestMethod]
    [DataRow(60)]
    [DataRow(1514)]
    public void Against_a_far_end_that_never_stops_frames_get_out_and_every_one_comes_to_an_end(int length)
    {
        // Whoever has just won the wire goes on winning: its opponent's back-off is the longer one. A back-off of the chip
        // may take 52 ms and looks to the driver like a transmission that hangs; it starts such a one again.
        DriverBench bench = Started();
        byte[] foreign = DriverBench.Frame(length, 1, 0x020000000001);
        byte[] frame = DriverBench.Frame(300, 2);
        byte[] buffer = new byte[DriverBench.Offset + 1514];
        int sent = 0;
        int arrived = 0;
        long movedAt = bench.Clock.Milliseconds;
        long longest = 0;
        long end = movedAt + 2000;
        while (bench.Clock.Milliseconds < end)
        {
            while (bench.Port.Coming < 3)
            {
                bench.Port.Enqueue(foreign);
            }

            bench.Driver.Poll(bench.Clock.Milliseconds);
            longest = Math.Max(longest, bench.Clock.Milliseconds - movedAt);
            if (bench.Driver.CanSend)
            {
                frame.CopyTo(buffer, DriverBench.Offset);
                Assert.IsTrue(bench.Driver.Send(buffer, DriverBench.Offset, frame.Length));
                sent++;
                movedAt = bench.Clock.Milliseconds;
            }

            while (bench.Port.Arrived > 0)
            {
                Assert.AreEqual(frame.Length, bench.Port.TakeArrived().Length);
                arrived++;
            }

            bench.Pass(50);
        }

        Assert.IsGreaterThan(20, arrived);
        Assert.IsLessThanOrEqualTo(LongestWait, longest);
        Assert.IsLessThanOrEqualTo(1, Math.Abs(sent - arrived - bench.Count(Enc28j60Counters.TxErrors)));
    }

    private static void AssertAccounted(DriverBench bench, Traffic traffic)
    {
        Assert.AreEqual(Frames, traffic.Arrived + bench.Count(Enc28j60Counters.TxErrors));

        // A recovery loses what lay in the receive ring, and nothing else does.
        if (bench.Count(Enc28j60Counters.Recoveries) == 0)
        {
            Assert.AreEqual(Frames, traffic.Received);
        }
        else
        {
            Assert.IsGreaterThan(Frames - 1 - (4 * (int)bench.Count(Enc28j60Counters.Recoveries)), traffic.Received);
        }
    }

    /// <summary>Frames both ways, each of them numbered; in order, each once at most, and every one of them whole.</summary>
    private sealed class Traffic
    {
        private readonly DriverBench _bench;
        private readonly byte[] _buffer = new byte[DriverBench.Offset + 1514];
        private int _nextArrival;
        private int _nextReception;

        internal Traffic(DriverBench bench)
        {
            _bench = bench;
        }

        internal int Arrived { get; private set; }

        internal int Received { get; private set; }

        internal void Run()
        {
            int sent = 0;
            int offered = 0;
            long movedAt = _bench.Clock.Milliseconds;
            while (sent < Frames || offered < Frames || !_bench.Driver.CanSend)
            {
                // The far end is no flood: two frames for each two of the chip's, the second of which may collide.
                if (offered < Frames && _bench.Port.Coming == 0 && offered <= sent)
                {
                    _bench.Port.Enqueue(DriverBench.Frame(LengthOf(offered + 3), offered));
                    _bench.Port.Enqueue(DriverBench.Frame(60, offered + 1));
                    offered += 2;
                }

                _bench.Driver.Poll(_bench.Clock.Milliseconds);
                while (TakeReceived())
                {
                }

                if (sent < Frames && _bench.Driver.CanSend)
                {
                    byte[] frame = DriverBench.Frame(LengthOf(sent), sent);
                    frame.CopyTo(_buffer, DriverBench.Offset);
                    Assert.IsTrue(_bench.Driver.Send(_buffer, DriverBench.Offset, frame.Length));
                    sent++;
                    movedAt = _bench.Clock.Milliseconds;
                }

                Assert.IsLessThanOrEqualTo(
                    LongestWait, _bench.Clock.Milliseconds - movedAt, $"frame {sent} is on its way for too long");
                TakeArrivals();
                _bench.Pass(20);
            }

            // What was on its way the other way is in by now.
            for (int i = 0; i < 200; i++)
            {
                _bench.Driver.Poll(_bench.Clock.Milliseconds);
                while (TakeReceived())
                {
                }

                _bench.Pass(100);
            }

            TakeArrivals();
        }

        private static int LengthOf(int i)
        {
            return 60 + (int)((uint)i * 7919 % 1455);
        }

        private static int FarLengthOf(int i)
        {
            return (i & 1) == 0 ? LengthOf(i + 3) : 60;
        }

        private bool TakeReceived()
        {
            int length = _bench.Driver.Receive(_bench.Buffer, DriverBench.Offset, DriverBench.Capacity);
            if (length == 0)
            {
                return false;
            }

            ReadOnlySpan<byte> frame = _bench.Buffer.AsSpan(DriverBench.Offset, length);
            while (_nextReception < Frames
                && !DriverBench.Frame(FarLengthOf(_nextReception), _nextReception).AsSpan().SequenceEqual(frame))
            {
                _nextReception++;
            }

            Assert.IsLessThan(Frames, _nextReception, "a frame that nobody sent, or one that was here before");
            _nextReception++;
            Received++;
            return true;
        }

        private void TakeArrivals()
        {
            while (_bench.Port.Arrived > 0)
            {
                ReadOnlySpan<byte> frame = _bench.Port.TakeArrived();
                while (_nextArrival < Frames
                    && !DriverBench.Frame(LengthOf(_nextArrival), _nextArrival).AsSpan().SequenceEqual(frame))
                {
                    _nextArrival++;
                }

                Assert.IsLessThan(Frames, _nextArrival, "a frame that nobody sent, or one that was here before");
                _nextArrival++;
                Arrived++;
            }
        }
    }
}
