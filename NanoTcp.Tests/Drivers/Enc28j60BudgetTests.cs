using System;
using System.Globalization;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Drivers;

/// <summary>What a frame costs in SPI operations, bank changes included, and in memory.</summary>
[TestClass]
public sealed class Enc28j60BudgetTests : Enc28j60TestBase
{
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
    [DataRow(60, 1514, 9.0)]
    public void A_frame_sent_costs_at_most_nine_operations_with_its_completion_and_seven_in_a_row_of_equals(
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
}
