using System;
using System.Globalization;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Drivers;

/// <summary>What a frame costs in SPI operations, bank changes included, and in memory.</summary>
[TestClass]
public sealed class Enc28j60BudgetTests : Enc28j60TestBase
{
    /// <summary>Around every border of what the pointers' high octets can say.</summary>
    private static readonly int[] s_lengths =
        [14, 60, 61, 254, 255, 256, 257, 510, 511, 512, 590, 1022, 1023, 1024, 1277, 1278, 1279, 1280, 1513, 1514];

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(60, 2.5)]
    [DataRow(128, 3.5)]
    [DataRow(590, 4.0)]
    [DataRow(800, 4.0)]
    public void A_frame_received_in_a_batch_of_eight_costs_at_most_four_operations(int length, double most)
    {
        DriverBench bench = Started();
        bench.Receive(1);
        const int Batches = 20;
        byte[] frame = DriverBench.Frame(length, 1);
        long before = Operations(bench);
        for (int i = 0; i < Batches; i++)
        {
            for (int k = 0; k < 8; k++)
            {
                bench.Port.Enqueue(frame);
            }

            bench.Pass(8000);
            for (int k = 0; k < 8; k++)
            {
                Assert.AreEqual(length, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
            }

            Assert.AreEqual(0, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
        }

        Report($"received in batches of 8, {length} octets", Operations(bench) - before, Batches * 8, most);
    }

    [TestMethod]
    [DataRow(60, 4.2)]
    [DataRow(1514, 7.0)]
    public void A_frame_received_alone_costs_at_most_seven_operations_until_the_ring_is_seen_empty(int length, double most)
    {
        DriverBench bench = Started();
        bench.Receive(1);
        const int Frames = 200;
        byte[] frame = DriverBench.Frame(length, 1);
        long before = Operations(bench);
        for (int i = 0; i < Frames; i++)
        {
            bench.Port.Enqueue(frame);
            bench.Pass(1300);
            Assert.AreEqual(length, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
            Assert.AreEqual(0, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
        }

        Report($"received alone, {length} octets", Operations(bench) - before, Frames, most);
    }

    [TestMethod]
    [DataRow(60, 60, 6.0)]
    [DataRow(60, 70, 7.0)]
    [DataRow(1514, 1514, 7.0)]
    [DataRow(60, 1514, 8.0)]
    public void A_frame_sent_costs_at_most_eight_operations_with_its_completion_and_seven_in_a_row_of_equals(
        int one, int other, double most)
    {
        DriverBench bench = Started();
        const int Frames = 200;
        bench.Send(DriverBench.Frame(other, 2));
        bench.ExpectArrival(DriverBench.Frame(other, 2), 5);
        bench.Run(2);
        bench.Receive(1);
        byte[] buffer = new byte[DriverBench.Offset + 1514];
        long before = Operations(bench);
        long now = bench.Clock.Milliseconds;
        for (int i = 0; i < Frames; i++)
        {
            int length = i % 2 == 0 ? one : other;
            DriverBench.Fill(buffer, DriverBench.Offset + length, i, DriverBench.Mac);
            Assert.IsTrue(bench.Driver.Send(buffer, DriverBench.Offset, length));
            bench.Pass(1300);
            bench.Driver.Poll(now);
            Assert.IsTrue(bench.Driver.CanSend);
            Assert.AreEqual(length, bench.Port.TakeArrived().Length);
        }

        Report(one == other ? $"sent, {one} octets each" : $"sent, {one} and {other} octets in turn", Operations(bench) - before, Frames, most);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(5)]
    [DataRow(20)]
    [DataRow(70)]
    public void No_frame_sent_costs_more_than_eight_operations_after_any_other_with_polls_in_between(int polls)
    {
        DriverBench bench = Started();
        bench.Receive(1);
        Sections sections = new(bench);
        foreach (int before in s_lengths)
        {
            foreach (int length in s_lengths)
            {
                sections.Send(before);
                sections.PollForFrames(polls);
                sections.Send(length);
                sections.PollForFrames(polls);
            }
        }

        AssertWithinBudget(sections, $"{polls} polls in between");
    }

    [TestMethod]
    [DataRow(60)]
    [DataRow(1514)]
    public void No_frame_received_alone_costs_more_than_seven_operations_whatever_was_sent_before_it(int received)
    {
        DriverBench bench = Started();
        bench.Receive(1);
        Sections sections = new(bench);
        foreach (int before in s_lengths)
        {
            foreach (int length in s_lengths)
            {
                sections.Send(before);
                sections.Receive(1, received, true);
                sections.Send(length);
                sections.Receive(1, received, true);
                sections.Send(before);
                sections.Send(length);
                sections.Receive(1, received, true);
            }
        }

        AssertWithinBudget(sections, $"{received} octets received");
        Assert.AreEqual(received == 60 ? 6 : 7, sections.WorstReceive);
    }

    [TestMethod]
    [DataRow(1, false)]
    [DataRow(2, false)]
    [DataRow(3, true)]
    [DataRow(4, true)]
    public void No_frame_costs_more_than_seven_or_eight_operations_in_any_order_of_frames_polls_looks_and_arrivals(
        int seed, bool interruptPin)
    {
        DriverBench bench = Started(null, new Enc28j60Options { UseInterruptPin = interruptPin });
        bench.Receive(1);
        Sections sections = new(bench);
        Random random = new(seed);
        for (int i = 0; i < 3000; i++)
        {
            switch (random.Next(10))
            {
                case 0:
                    bench.Pass(1000 * random.Next(400));
                    sections.LookAfterChip();
                    break;
                case 1:
                    sections.Receive(1 + random.Next(3), 60 + random.Next(1455), random.Next(2) == 0);
                    break;
                case 2:
                case 3:
                case 4:
                    sections.PollForFrames(random.Next(20));
                    break;
                default:
                    sections.Send(random.Next(2) == 0 ? 14 + random.Next(200) : 14 + random.Next(1501));
                    break;
            }
        }

        AssertWithinBudget(sections, $"seed {seed}");
    }

    [TestMethod]
    public void The_first_call_with_nothing_to_do_costs_two_operations_more_after_a_long_frame_that_followed_a_short_one()
    {
        DriverBench bench = Started();
        bench.Receive(1);
        Sections sections = new(bench);
        sections.Send(60);
        sections.PollForFrames(1);
        sections.Send(1514);
        long before = sections.PollOperations;
        sections.PollForFrames(1);
        Report("the first call with nothing to do after a long frame that followed a short one", sections.PollOperations - before, 1, 3);
        before = sections.PollOperations;
        sections.PollForFrames(100);
        Assert.AreEqual(100, sections.PollOperations - before);
    }

    [TestMethod]
    public void Frames_received_between_long_and_short_ones_sent_and_those_themselves_cost_sixteen_operations_a_pair()
    {
        DriverBench bench = Started();
        bench.Receive(1);
        Sections sections = new(bench);
        const int Frames = 200;
        for (int i = 0; i < Frames; i++)
        {
            sections.Send(i % 2 == 0 ? 60 : 1514);
            sections.Receive(1, 1514, true);
        }

        AssertWithinBudget(sections, "answers to what was received");
        Report("1514 octets received, and 60 and 1514 sent in turn", sections.AllOperations, Frames, 16);
    }

    [TestMethod]
    public void A_long_frame_with_its_acknowledgement_costs_at_most_fourteen_operations()
    {
        DriverBench bench = Started();
        bench.Receive(1);
        const int Frames = 200;
        byte[] frame = DriverBench.Frame(1514, 1);
        byte[] buffer = new byte[DriverBench.Offset + 60];
        long before = Operations(bench);
        long now = bench.Clock.Milliseconds;
        for (int i = 0; i < Frames; i++)
        {
            bench.Port.Enqueue(frame);
            bench.Pass(1300);
            bench.Driver.Poll(now);
            Assert.AreEqual(1514, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
            Assert.AreEqual(0, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
            Assert.IsTrue(bench.Driver.Send(buffer, DriverBench.Offset, 60));
            bench.Pass(100);
            bench.Driver.Poll(now);
            Assert.IsTrue(bench.Driver.CanSend);
            bench.Port.TakeArrived();
        }

        Report("1514 octets received and 60 sent", Operations(bench) - before, Frames, 14);
    }

    [TestMethod]
    public void A_loop_with_nothing_to_do_costs_one_operation_and_one_more_while_a_frame_is_on_its_way()
    {
        DriverBench bench = Started();
        long now = bench.Clock.Milliseconds;
        bench.Receive(1);
        long before = Operations(bench);
        for (int i = 0; i < 100; i++)
        {
            bench.Driver.Poll(now);
            bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity);
        }

        Report("a call with nothing to do", Operations(bench) - before, 100, 1);
        bench.Send(DriverBench.Frame(1514, 1));

        // The first call pays for the change of the bank that this frame has put off.
        Assert.AreEqual(0, bench.Take());
        before = Operations(bench);
        for (int i = 0; i < 20; i++)
        {
            bench.Driver.Poll(now);
            bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity);
            Assert.IsFalse(bench.Driver.CanSend);
        }

        Report("a call while a frame is on its way", Operations(bench) - before, 20, 2);
    }

    [TestMethod]
    public void Looking_after_the_chip_costs_at_most_eighty_five_operations_a_second()
    {
        DriverBench bench = Started();
        bench.Send(DriverBench.Frame(60, 1));
        bench.Run(1000);
        long before = Operations(bench);
        bench.Run(16_000);
        Report("looking after the chip, a second", Operations(bench) - before, 16, 85);
    }

    [TestMethod]
    public void The_longest_frames_take_at_most_1_08_octets_on_the_SPI_bus_for_one_on_the_wire()
    {
        DriverBench bench = Started();
        byte[] frame = DriverBench.Frame(1514, 1);
        byte[] buffer = new byte[DriverBench.Offset + 1514];
        long now = bench.Clock.Milliseconds;
        long before = bench.Chip.Statistics.Octets;
        for (int i = 0; i < 100; i++)
        {
            bench.Port.Enqueue(frame);
            bench.Pass(1300);
            Assert.AreEqual(1514, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
            Assert.AreEqual(0, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
        }

        double received = (bench.Chip.Statistics.Octets - before) / (100 * 1518.0);
        before = bench.Chip.Statistics.Octets;
        for (int i = 0; i < 100; i++)
        {
            Assert.IsTrue(bench.Driver.Send(buffer, DriverBench.Offset, 1514));
            bench.Pass(1300);
            bench.Driver.Poll(now);
            bench.Port.TakeArrived();
        }

        double sent = (bench.Chip.Statistics.Octets - before) / (100 * 1518.0);
        TestContext.WriteLine($"SPI octets over wire octets: received {received:F3}, sent {sent:F3}");
        Assert.IsLessThanOrEqualTo(1.08, received);
        Assert.IsLessThanOrEqualTo(1.08, sent);
    }

    [TestMethod]
    public void Nothing_is_allocated_once_the_driver_is_made()
    {
        DriverBench bench = NewBench();
        byte[] frame = new byte[1514];
        byte[] buffer = new byte[DriverBench.Offset + 1514];
        long octets = Exchange(bench, frame, buffer, 300);
        Assert.IsGreaterThan(0, octets);
        bench.Bus.WrongHeaders = 3;
        bench.Bus.LateCollisions = 5;
        bench.Bus.LostTransmitRequests = 5;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(bench, frame, buffer, 5000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.AreEqual(0, allocated);
        Assert.IsGreaterThanOrEqualTo(3, bench.Count(Enc28j60Counters.Recoveries));
        Assert.IsGreaterThan(0, bench.Count(Enc28j60Counters.TxLateCollisions));
        Assert.IsGreaterThan(0, bench.Count(Enc28j60Counters.TxTimeouts));
        Assert.IsGreaterThan(4000, bench.Count(Enc28j60Counters.RxPackets));
        Assert.IsGreaterThan(4000, bench.Count(Enc28j60Counters.TxPackets));
    }

    private void AssertWithinBudget(Sections sections, string what)
    {
        TestContext.WriteLine(
            $"{what}: a frame sent {sections.WorstSend} at the most, {sections.SendOperations} in all, one received alone "
            + $"{sections.WorstReceive}, and a poll {(double)sections.PollOperations / Math.Max(1, sections.Polls):F3}");
        Assert.AreEqual(
            sections.AllOperations,
            sections.SendOperations + sections.FreeOperations + sections.PollOperations + sections.ReceiveOperations
                + sections.LookOperations,
            "every operation belongs to something");
        Assert.IsLessThanOrEqualTo(8, sections.WorstSend, what);
        Assert.IsLessThanOrEqualTo(7, sections.WorstReceive, what);

        // Two more for the first after a frame that has left bank 0 selected and a write owed, or after a look at the chip.
        Assert.IsLessThanOrEqualTo(3, sections.WorstFirstPoll, what);
        Assert.IsLessThanOrEqualTo(1, sections.WorstOtherPoll, what);
    }

    private static long Operations(DriverBench bench)
    {
        return bench.Chip.Statistics.Operations;
    }

    private static long Exchange(DriverBench bench, byte[] frame, byte[] buffer, int rounds)
    {
        Enc28j60Driver driver = bench.Driver;
        Enc28j60Chip chip = bench.Chip;
        long octets = 0;
        for (int i = 0; i < rounds; i++)
        {
            int length = 60 + (int)((uint)i * 7919 % 1455);
            DriverBench.Fill(frame, length, i, DriverBench.Mac);
            if (bench.Port.Coming == 0)
            {
                bench.Port.Enqueue(frame, length);
            }

            for (int k = 0; k < 3; k++)
            {
                driver.Poll(bench.Clock.Milliseconds);
                octets += driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity);
                if (driver.CanSend)
                {
                    driver.Send(buffer, DriverBench.Offset, length);
                }

                bench.Clock.Advance(400_000);
                chip.Update();
                while (!bench.Port.TakeArrived().IsEmpty)
                {
                    octets++;
                }
            }
        }

        return octets;
    }

    private void Report(string what, long operations, int frames, double most)
    {
        double each = (double)operations / frames;
        TestContext.WriteLine($"{what}: {each:F2} operations");
        Assert.IsLessThanOrEqualTo(most, each, $"{each:F3} {what}");
        string row = string.Create(CultureInfo.InvariantCulture, $"\n| {what} | {each:F1} | {most:F1} |\n");
        Assert.IsTrue(Enc28j60PageTests.Page().Contains(row, StringComparison.Ordinal), $"docs/enc28j60.md should hold:{row}");
    }

    /// <summary>What a loop does, and the operations of each: none falls between two of them.</summary>
    private sealed class Sections
    {
        private readonly DriverBench _bench;
        private readonly byte[] _buffer = new byte[DriverBench.Offset + 1514];
        private readonly long _start;
        private long _now;
        private int _seed;
        private bool _polled;

        internal Sections(DriverBench bench)
        {
            // No look at the chip is due after this, until time passes.
            _bench = bench;
            _now = bench.Clock.Milliseconds;
            bench.Driver.Poll(_now);
            _start = Operations(bench);
        }

        internal long AllOperations => Operations(_bench) - _start;

        internal long SendOperations { get; private set; }

        /// <summary>Those that give ring space back while a frame is sent, which is put off until then.</summary>
        internal long FreeOperations { get; private set; }

        internal long PollOperations { get; private set; }

        internal long ReceiveOperations { get; private set; }

        internal long LookOperations { get; private set; }

        internal long WorstSend { get; private set; }

        /// <summary>Of a frame that was received alone, until the ring was seen empty, and without the freeing of its room.</summary>
        internal long WorstReceive { get; private set; }

        internal long Polls { get; private set; }

        /// <summary>Of the first poll after something else.</summary>
        internal long WorstFirstPoll { get; private set; }

        internal long WorstOtherPoll { get; private set; }

        /// <summary>A frame, from the call that takes it to the one that finds it gone.</summary>
        internal void Send(int length)
        {
            DriverBench.Fill(_buffer, DriverBench.Offset + length, _seed++, DriverBench.Mac);
            bool frees = _bench.Driver.Receiver.Debt >= 512;
            long before = Operations(_bench);
            Assert.IsTrue(_bench.Driver.Send(_buffer, DriverBench.Offset, length));
            int free = frees && _bench.Driver.Receiver.Debt == 0 ? 2 : 0;
            _bench.Pass(1300);
            _bench.Driver.Poll(_now);
            Assert.IsTrue(_bench.Driver.CanSend);
            long operations = Operations(_bench) - before - free;
            Assert.AreEqual(Math.Max(60, length), _bench.Port.TakeArrived().Length);
            SendOperations += operations;
            FreeOperations += free;
            WorstSend = Math.Max(WorstSend, operations);
            _polled = false;
        }

        /// <summary>Asks for frames when there are none.</summary>
        internal void PollForFrames(int times)
        {
            for (int i = 0; i < times; i++)
            {
                long before = Operations(_bench);
                Assert.AreEqual(0, _bench.Take());
                long operations = Operations(_bench) - before;
                PollOperations += operations;
                WorstFirstPoll = Math.Max(WorstFirstPoll, _polled ? 0 : operations);
                WorstOtherPoll = Math.Max(WorstOtherPoll, _polled ? operations : 0);
                _polled = true;
            }

            Polls += times;
        }

        /// <summary>Takes frames that come one right after the other.</summary>
        internal void Receive(int frames, int length, bool untilNoneIsLeft)
        {
            byte[] frame = DriverBench.Frame(length, _seed++);
            for (int i = 0; i < frames; i++)
            {
                _bench.Port.Enqueue(frame);
            }

            _bench.Pass(1300 * frames);
            long before = Operations(_bench);
            for (int i = 0; i < frames; i++)
            {
                Assert.AreEqual(length, _bench.Take());
            }

            if (untilNoneIsLeft)
            {
                Assert.AreEqual(0, _bench.Take());
            }

            long operations = Operations(_bench) - before;
            ReceiveOperations += operations;
            _polled = untilNoneIsLeft;
            if (frames == 1 && untilNoneIsLeft)
            {
                // Both octets of ERXRDPT, and bank 0 for them and back.
                WorstReceive = Math.Max(WorstReceive, operations - (_bench.Driver.Receiver.Debt == 0 ? 4 : 0));
            }
        }

        /// <summary>Lets the driver have its look at the chip if one is due.</summary>
        internal void LookAfterChip()
        {
            _now = _bench.Clock.Milliseconds;
            long before = Operations(_bench);
            _bench.Driver.Poll(_now);
            LookOperations += Operations(_bench) - before;
            _polled = false;
        }
    }
}
