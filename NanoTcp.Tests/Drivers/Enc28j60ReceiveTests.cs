using System;
using System.Collections.Generic;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Tests.Emulation;

namespace NanoTcp.Tests.Drivers;

[TestClass]
public sealed class Enc28j60ReceiveTests : Enc28j60TestBase
{
    /// <summary>What a frame takes in the ring (DS39662 figure 7-3).</summary>
    private static int InRing(int length)
    {
        return 6 + length + 4 + (length & 1);
    }

    [TestMethod]
    public void Frames_of_every_length_come_in_byte_for_byte()
    {
        DriverBench bench = Started();
        for (int length = 60; length <= 1514; length++)
        {
            byte[] frame = DriverBench.Frame(length, length);
            bench.Port.Enqueue(frame);
            bench.ExpectFrame(frame, $"frame of {length} octets");
        }

        Assert.AreEqual(1455, bench.Count(Enc28j60Counters.RxPackets));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void Receive_ring_wraps_at_every_octet_pair_of_header_and_frame()
    {
        const int Longest = 1524;
        const int Shortest = 70;
        DriverBench bench = Started();
        int position = 0;
        int seed = 0;
        int frames = 0;

        // Frames are made so long that a packet begins exactly `split` octets before the ring's end.
        for (int split = 2; split < Longest; split += 2)
        {
            int way = (DriverBench.RingSize - split - position + DriverBench.RingSize) % DriverBench.RingSize;
            if (way < Shortest)
            {
                way += DriverBench.RingSize;
            }

            while (way > 0)
            {
                int packet = way <= Longest ? way : Math.Min(Longest, way - Shortest);
                Exchange(packet - 10);
                way -= packet;
            }

            Assert.AreEqual(DriverBench.RingSize - split, position);
            Exchange(split % 4 == 0 ? 1514 : 1513);
        }

        Assert.IsGreaterThan(3000, frames);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));

        void Exchange(int length)
        {
            byte[] frame = DriverBench.Frame(length, ++seed);
            bench.Port.Enqueue(frame);
            bench.ExpectFrame(frame, $"frame {seed} of {length} octets at {position:X4}h");
            position = (position + InRing(length)) % DriverBench.RingSize;
            frames++;
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void Thousands_of_frames_of_random_length_in_random_batches_arrive_in_order(int seed)
    {
        DriverBench bench = Started();
        Random random = new(seed);
        Queue<(int Length, int Seed)> expected = new();
        int next = 0;
        int received = 0;
        while (received < 2000)
        {
            // What fits in the ring, with the octets that the driver may owe it.
            int room = DriverBench.RingSize * 3 / 4;
            int batch = random.Next(1, 12);
            while (expected.Count < batch)
            {
                int length = random.Next(3) == 0 ? random.Next(60, 1515) : random.Next(60, 200);
                room -= InRing(length);
                if (room < 0)
                {
                    break;
                }

                bench.Port.Enqueue(DriverBench.Frame(length, ++next));
                expected.Enqueue((length, next));
            }

            if (random.Next(2) == 0)
            {
                bench.Pass(random.Next(9000));
            }

            while (expected.Count > 0)
            {
                (int length, int frameSeed) = expected.Dequeue();
                bench.ExpectFrame(DriverBench.Frame(length, frameSeed), $"seed {seed}, frame {frameSeed}");
                received++;
            }
        }

        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.RxOverflows));
        Assert.AreEqual(0, bench.Chip.Wire.Overflowed);
    }

    [TestMethod]
    [DataRow(0, 4)]
    [DataRow(500, 4)]
    [DataRow(1514, 3)]
    public void Three_of_the_longest_frames_fit_whatever_the_driver_still_owes_the_ring(int owed, int fit)
    {
        DriverBench bench = Started();
        if (owed != 0)
        {
            byte[] debt = DriverBench.Frame(owed, 1);
            bench.Port.Enqueue(debt);
            bench.ExpectFrame(debt, "debt");
        }

        for (int i = 0; i < 5; i++)
        {
            bench.Port.Enqueue(DriverBench.Frame(1514, i));
        }

        bench.Pass(10_000);
        for (int i = 0; i < fit; i++)
        {
            bench.ExpectFrame(DriverBench.Frame(1514, i), $"frame {i}");
        }

        Assert.AreEqual(0, bench.Receive(2));
        Assert.AreEqual(5 - fit, bench.Chip.Wire.Overflowed);
    }

    [TestMethod]
    public void Sending_gives_the_ring_back_what_the_driver_owes_it()
    {
        DriverBench bench = Started();
        byte[] debt = DriverBench.Frame(1514, 1);
        bench.Port.Enqueue(debt);
        bench.ExpectFrame(debt, "debt");
        bench.Send(DriverBench.Frame(60, 2));
        for (int i = 0; i < 4; i++)
        {
            bench.Port.Enqueue(DriverBench.Frame(1514, i));
        }

        bench.Pass(8000);
        for (int i = 0; i < 4; i++)
        {
            bench.ExpectFrame(DriverBench.Frame(1514, i), $"frame {i}");
        }

        Assert.AreEqual(0, bench.Chip.Wire.Overflowed);
    }

    [TestMethod]
    public void After_an_overflow_what_was_stored_comes_out_and_reception_goes_on()
    {
        DriverBench bench = Started();
        for (int round = 0; round < 20; round++)
        {
            for (int i = 0; i < 30; i++)
            {
                bench.Port.Enqueue(DriverBench.Frame(700, i));
            }

            // Nobody takes anything for as long as all of them need.
            bench.Pass(20_000);
            Assert.IsGreaterThan(0, bench.Chip.Wire.Overflowed);
            int stored = 0;
            for (int length = bench.Receive(3); length != 0; length = bench.Receive(3))
            {
                Assert.AreEqual(700, length);
                Assert.IsTrue(DriverBench.Frame(700, stored).AsSpan().SequenceEqual(bench.Buffer.AsSpan(DriverBench.Offset, 700)));
                stored++;
            }

            Assert.IsGreaterThanOrEqualTo(8, stored);
            Assert.IsLessThan(30, stored);
            byte[] after = DriverBench.Frame(100, 1000 + round);
            bench.Port.Enqueue(after);
            bench.ExpectFrame(after, "after the overflow");
            bench.Run(2);
            Assert.AreEqual(round + 1, bench.Count(Enc28j60Counters.RxOverflows));
        }

        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void A_storm_that_never_ends_is_drained_and_loses_only_what_does_not_fit()
    {
        DriverBench bench = Started(null, new Enc28j60Options { BroadcastLimit = 0 });
        int offered = 0;
        int received = 0;
        int last = -1;
        while (offered < 3000)
        {
            while (bench.Port.Coming < 100)
            {
                byte[] frame = DriverBench.Frame(60, offered, 0xFFFFFFFFFFFF);
                BitConverter.TryWriteBytes(frame.AsSpan(14), offered++);
                bench.Port.Enqueue(frame);
            }

            bench.Pass(2000);
            bench.Driver.Poll(bench.Clock.Milliseconds);
            for (int i = 0; i < 8; i++)
            {
                if (bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity) == 0)
                {
                    break;
                }

                int number = BitConverter.ToInt32(bench.Buffer, DriverBench.Offset + 14);
                Assert.IsGreaterThan(last, number, "in order");
                last = number;
                received++;
            }
        }

        Assert.IsGreaterThan(0, bench.Chip.Wire.Overflowed);
        Assert.IsGreaterThan(500, received);
        Assert.IsGreaterThan(0, bench.Count(Enc28j60Counters.RxOverflows));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void EPKTCNT_at_its_limit_is_drained()
    {
        // 255 frames of the least that the ring stores: 24 octets each.
        DriverBench bench = Started();
        for (int i = 0; i < 260; i++)
        {
            bench.Port.Enqueue(DriverBench.Frame(14, i));
        }

        bench.Pass(20_000);
        Assert.AreEqual(5, bench.Chip.Wire.Overflowed);
        int received = 0;
        while (bench.Receive(3) == 14)
        {
            received++;
        }

        Assert.AreEqual(255, received);
        bench.Run(510);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.RxOverflows));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));

        // The last bursts read past what the ring held, because on a wire no frame is so short; that is all that the
        // chip may complain of.
        foreach (NanoTcp.Emulation.Violation violation in bench.Chip.Violations.ToList())
        {
            Assert.AreEqual(NanoTcp.Emulation.ViolationKind.ReadBeyondPacket, violation.Kind);
        }

        bench.Chip.Violations.Clear();
    }

    [TestMethod]
    public void Own_unicast_and_broadcast_pass_and_nothing_else()
    {
        DriverBench bench = Started();
        byte[] own = DriverBench.Frame(100, 1);
        byte[] broadcast = DriverBench.Frame(100, 2, 0xFFFFFFFFFFFF);
        bench.Port.Enqueue(DriverBench.Frame(100, 3, DriverBench.Mac + 1));
        bench.Port.Enqueue(own);
        bench.Port.Enqueue(DriverBench.Frame(100, 4, 0x01005E0000FB));
        bench.Port.Enqueue(broadcast);
        bench.Port.Enqueue(DriverBench.Frame(100, 5, 0x333300000001));
        bench.ExpectFrame(own, "own");
        bench.ExpectFrame(broadcast, "broadcast");
        Assert.AreEqual(0, bench.Receive(10));
        Assert.AreEqual(3, bench.Chip.Wire.Filtered);
    }

    [TestMethod]
    [DataRow(100)]
    [DataRow(60)]
    [DataRow(58)]
    [DataRow(20)]
    [DataRow(0)]
    public void A_frame_longer_than_the_buffer_is_dropped_and_the_next_one_is_not_lost(int capacity)
    {
        DriverBench bench = Started();
        byte[] buffer = new byte[DriverBench.Offset + capacity + 5];
        for (int length = 61; length < 200; length++)
        {
            bench.Port.Enqueue(DriverBench.Frame(length, length));
            bench.Port.Enqueue(DriverBench.Frame(60, length));
            bench.Pass(500);
            bench.Driver.Poll(bench.Clock.Milliseconds);
            int got = bench.Driver.Receive(buffer, DriverBench.Offset, capacity);
            if (length <= capacity)
            {
                Assert.AreEqual(length, got);
                got = bench.Driver.Receive(buffer, DriverBench.Offset, capacity);
            }

            Assert.AreEqual(capacity >= 60 ? 60 : 0, got);
            Assert.AreEqual(0, bench.Driver.Receive(buffer, DriverBench.Offset, capacity));
        }

        int expected = capacity >= 60 ? 199 - Math.Max(60, capacity) : 2 * 139;
        Assert.AreEqual(expected, bench.Count(Enc28j60Counters.RxTooLong));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void A_frame_that_comes_while_a_longer_one_is_dropped_is_found_by_the_same_call()
    {
        // It finds the INT pin low, and makes no edge: a host that waits for one must not be told that nothing waits.
        DriverBench bench = Started(null, new Enc28j60Options { UseInterruptPin = true });
        byte[] buffer = new byte[DriverBench.Offset + 200];
        int found = 0;
        for (int microseconds = 0; microseconds < 120; microseconds += 2)
        {
            bench.Port.Enqueue(DriverBench.Frame(300, 1));
            bench.Port.Enqueue(DriverBench.Frame(60, 2));
            long edges = bench.Chip.InterruptEdges;
            while (bench.Chip.InterruptEdges == edges)
            {
                bench.Pass(10);
            }

            bench.Clock.Advance(microseconds * 1000);
            bench.Chip.Update();
            long before = bench.Chip.Wire.Received;
            int length = bench.Driver.Receive(buffer, DriverBench.Offset, 100);
            if (length == 0)
            {
                Assert.IsFalse(bench.Chip.InterruptPinLow, $"{microseconds} us after the first one");
                bench.Pass(200);
                length = bench.Driver.Receive(buffer, DriverBench.Offset, 100);
            }
            else if (bench.Chip.Wire.Received != before)
            {
                found++;
            }

            Assert.AreEqual(60, length, $"{microseconds} us after the first one");
        }

        Assert.IsGreaterThan(3, found, "it came in the middle of the call");
        Assert.AreEqual(60, bench.Count(Enc28j60Counters.RxTooLong));
    }

    [TestMethod]
    public void Longer_frames_that_never_stop_coming_do_not_keep_the_driver()
    {
        DriverBench bench = Started();
        byte[] buffer = new byte[DriverBench.Offset + 200];
        for (int call = 0; call < 3; call++)
        {
            while (bench.Port.Coming < 299)
            {
                bench.Port.Enqueue(DriverBench.Frame(110, 1));
            }

            long before = bench.Chip.Statistics.Operations;
            Assert.AreEqual(0, bench.Driver.Receive(buffer, DriverBench.Offset, 100));
            Assert.IsLessThanOrEqualTo(255 * 10, bench.Chip.Statistics.Operations - before);
            bench.Pass(1000);
        }
    }

    [TestMethod]
    public void Receive_overwrites_no_more_than_headroom_and_tailroom()
    {
        DriverBench bench = Started();
        for (int length = 60; length < 140; length++)
        {
            byte[] buffer = new byte[400];
            Array.Fill(buffer, (byte)0xEE);
            byte[] frame = DriverBench.Frame(length, length);
            bench.Port.Enqueue(frame);
            bench.Pass(400);
            bench.Driver.Poll(bench.Clock.Milliseconds);
            Assert.AreEqual(length, bench.Driver.Receive(buffer, 100, 200));
            Assert.IsTrue(frame.AsSpan().SequenceEqual(buffer.AsSpan(100, length)));
            Assert.AreEqual(-1, buffer.AsSpan(0, 100 - bench.Driver.Headroom).IndexOfAnyExcept((byte)0xEE));
            Assert.AreEqual(-1, buffer.AsSpan(100 + length + bench.Driver.Tailroom).IndexOfAnyExcept((byte)0xEE));
        }
    }
    [TestMethod]
    public void Erratum_5_the_first_packet_lies_at_zero_where_the_ring_begins_after_every_start()
    {
        DriverBench bench = Started();
        for (int i = 0; i < 3; i++)
        {
            byte[] frame = DriverBench.Frame(100 + i, i);
            bench.Port.Enqueue(frame);
            bench.ExpectFrame(frame, $"after start {i + 1}");
            Assert.IsTrue(frame.AsSpan().SequenceEqual(bench.Chip.Memory.AsSpan(6, frame.Length)));

            // The next frame gets a header that cannot be right, and the chip a new start.
            bench.Bus.WrongHeaders = 1;
            bench.Port.Enqueue(frame);
            Assert.AreEqual(0, bench.Receive(2));
            bench.RunUntil(() => bench.Driver.CanSend, 20);
        }

        Assert.AreEqual(4, bench.Count(Enc28j60Counters.Initialisations));
    }

    [TestMethod]
    [DataRow(1_000_000, false)]
    [DataRow(1_000_000, true)]
    [DataRow(500_000, false)]
    [DataRow(500_000, true)]
    public void Erratum_6_every_frame_is_found_however_often_PKTIF_lies(int lies, bool interruptPin)
    {
        DriverBench bench = Started(null, new Enc28j60Options { UseInterruptPin = interruptPin });
        bench.Chip.Faults.PacketFlagLies = lies;
        for (int i = 0; i < 50; i++)
        {
            byte[] frame = DriverBench.Frame(60 + (i * 20), i);
            byte[] other = DriverBench.Frame(60, 100 + i);
            bench.Port.Enqueue(frame);
            bench.Port.Enqueue(other);
            bench.ExpectFrame(frame, $"{i}, first");
            bench.ExpectFrame(other, $"{i}, second");
            Assert.AreEqual(0, bench.Receive(1), "nor is one found that is not there");
        }

        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    [DataRow((byte)2)]
    [DataRow((byte)4)]
    public void Erratum_3_in_heat_and_cold_early_silicon_loses_frames_and_hands_up_none_that_is_spoilt(byte revision)
    {
        DriverBench bench = Started(new Enc28j60ChipOptions { Revision = revision, OutsideCommercialTemperature = true });
        int received = bench.ReceiveSomeOfHundred();
        Assert.AreEqual(received, bench.Count(Enc28j60Counters.RxPackets));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void Erratum_14_the_read_limit_is_odd_and_inside_the_ring_for_every_packet_address()
    {
        for (int next = 0; next < DriverBench.RingSize; next += 2)
        {
            int limit = Enc28j60Receiver.LastReadable(next);
            Assert.AreEqual(1, limit & 1);
            Assert.AreEqual((next + DriverBench.RingSize - 1) % DriverBench.RingSize, limit);
        }
    }
}
